"""How alerts are printed: for people, for programs, and what there is to know of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from runlog.cli import context
from runlog.cli.frames import plain
from runlog.cli.output import Form, emit, say, tell
from runlog.units import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.journal import Journal
    from runlog.model import StoredAlert
    from runlog.reporter.alerts import Notice, Rule

#: What asks for the explanation of all kinds.
ALL = "all"
_RULE_KEYS = ("kind", "definition", "threshold", "settings", "needs", "grade", "evidence", "source")


def order(alert: StoredAlert, now: datetime) -> tuple[int, int, int]:
    """By what alerts are sorted: the open ones first, the most severe of them first."""
    from runlog import alert_states
    from runlog.model import SEVERITIES

    silent = (
        0
        if alert_states.is_open(alert, now)
        else alert_states.STATES.index(alert_states.alert_state(alert, now))
    )
    return silent, SEVERITIES.index(alert.severity), alert.id


def row(alert: StoredAlert, now: datetime) -> dict[str, Any]:
    """What a program is told of an alert."""
    from runlog import alert_states
    from runlog.reporter.alerts.common import tips_answering

    fields = {name: plain(value) for name, value in asdict(alert).items() if name not in {"id", "worst"}}
    told = {
        "id": f"{alert.kind}:{alert.subject}",
        "number": alert.id,
        "state": alert_states.alert_state(alert, now),
    }
    return told | fields | {"tips": tips_answering(alert.kind)}


def say_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print alerts, each with its why, what to do, and where it stands; a clinician's advice where due."""
    for one in rows:
        since = day(datetime.fromisoformat(one["since"]), year=True)
        say(f"[{one['number']}] {one['severity']}: {one['message']}")
        for text in (one["why"], one["todo"], f"{one['kind']}, since {since}{_standing(one)}"):
            say(text, indent="    ")
    if any(one["kind"].startswith("soreness_") and one["resolved"] is None for one in rows):
        say_clinician()


def _standing(one: dict[str, Any]) -> str:
    """Say where an alert stands, with its moment on this computer's clock."""
    column = {"snoozed": "snoozed_until"}.get(one["state"], one["state"])
    if column not in one:
        return f", {one['state']}"
    until = " until" if one["state"] == "snoozed" else ""
    return f", {one['state']}{until} {day(datetime.fromisoformat(one[column]).astimezone())}"


def say_notices(notices: Iterable[Notice]) -> None:
    """Print each notice with its why, the most severe first; a clinician's advice where it is due."""
    notices = list(notices)
    for notice in notices:
        say(f"{notice.severity}: {notice.message} (since {notice.since.isoformat()})")
        for text in (notice.why, notice.todo):
            say(text, indent="    ")
    if any(notice.see_clinician for notice in notices):
        say_clinician()


def say_new(kept: Journal, now: datetime, most: int = 3) -> None:
    """Look which alerts hold now, and tell on stderr those that have just come or grown worse."""
    from runlog import alert_states

    before = {alert.id: alert.worst for alert in kept.alerts.all() if alert.resolved is None}
    found = kept.alerts.follow(kept.history(), now)
    crossed = [one for one in found if alert_states.is_open(one, now) and before.get(one.id) != one.worst]
    for alert in sorted(crossed, key=lambda alert: order(alert, now))[:most]:
        tell(f"New alert [{alert.id}] {alert.severity}: {alert.message}")
    if crossed:
        more = len(crossed) - most
        tell(f"{f'And {more} more. ' if more > 0 else ''}Why, and what to do: runlog alerts")


def say_clinician() -> None:
    """Print when and why to see a clinician, in the runner's language."""
    from runlog.i18n import use_language
    from runlog.reporter.guidance import clinician_advice

    with use_language(context.language()):
        advice = clinician_advice()
    say()
    say(f"{advice.title}: {advice.lead}")
    for flag in advice.flags:
        say(f"- {flag}", indent="  ")
    say(advice.emergency)


def explain(form: Form, kind: str) -> None:
    """Print what a kind of alert means, or all kinds: definition, threshold, needs and evidence."""
    from runlog.reporter.alerts import ALERTS
    from runlog.settings import CONFIG_NAME

    with context.journal() as kept:
        settings, config = kept.settings, kept.folder / CONFIG_NAME
    rules = [rule for rule in ALERTS if kind in {rule.kind, ALL}]
    if form != "table":
        rows = [
            {"kind": rule.kind, "definition": rule.definition, "threshold": rule.threshold_of(settings)}
            | {"settings": {name: getattr(settings, name) for name in rule.settings}}
            | {name: getattr(rule, name) for name in ("needs", "grade", "evidence", "source")}
            for rule in rules
        ]
        emit(form, rows, _RULE_KEYS, (), "")
        return
    for rule in rules:
        if rule is not rules[0]:
            say()
        say(rule.kind)
        for text in _told(rule, rule.threshold_of(settings)):
            say(text, indent="    ")
    changeable = [f"{name} = {getattr(settings, name):g}" for rule in rules for name in rule.settings]
    if changeable:
        tell(f"To change it, in {config}: {', '.join(dict.fromkeys(changeable))}")


def _told(rule: Rule, threshold: str) -> tuple[str, ...]:
    return (
        rule.definition,
        f"Threshold: {threshold}",
        f"Needs: {rule.needs}",
        f"Evidence: {rule.grade}. {rule.evidence}",
        f"Source: {rule.source}.",
    )
