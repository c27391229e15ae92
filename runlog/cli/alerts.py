"""``runlog alerts``: what needs attention now, and what the runner says to it."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from runlog.cli import context
from runlog.cli.frames import plain
from runlog.cli.help import examples
from runlog.cli.names import Known, complete_alert, find_alert
from runlog.cli.output import Form, emit, listing, say, tell
from runlog.reporter.units import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.journal import Journal
    from runlog.model import KeptAlert
    from runlog.reporter.alerts import Notice, Rule

_KEYS = (
    *("id", "number", "kind", "subject", "state", "severity", "message", "why", "todo", "tips", "since"),
    *("began", "notified", "acknowledged", "snoozed_until", "resolved"),
)
_RULE_KEYS = ("kind", "definition", "threshold", "settings", "needs", "grade", "evidence", "source")
_PRESSING = ("warn", "urgent")
_NO_ALERTS = "No alerts."
_RESOLVED_LATELY = timedelta(days=28)
_ALL = "all"
_SPAN = re.compile(r"(\d{1,4})\s*([dw])", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7}
_LONGEST = timedelta(days=3660)
_WEEK = timedelta(days=7)


def _kinds() -> list[str]:
    from runlog.reporter.alerts import ALERTS

    return [*(rule.kind for rule in ALERTS), _ALL]


class _Span(click.ParamType[timedelta]):
    """A number of days or weeks."""

    name = "span"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Take "3d" or "2w"."""
        if isinstance(value, timedelta):
            return value
        found = _SPAN.fullmatch(value.strip())
        span = timedelta(days=int(found[1]) * _DAYS[found[2].lower()]) if found else timedelta(0)
        if not timedelta(0) < span <= _LONGEST:
            self.fail(f"{value!r} is no span of time; write days like 3d or weeks like 2w", param, ctx)
        return span


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "runlog alerts",
        "runlog alerts --all                 # acknowledged, snoozed and resolved ones, too",
        "runlog alerts ack 3                 # known; be silent until it ends or grows worse",
        "runlog alerts snooze 3 --for 2w",
        "runlog alerts --explain run_spike   # definition, threshold, evidence",
        "runlog alerts --exit-code || echo 'have a look'",
    ),
)
@click.option("--all", "every", is_flag=True, help="Also those acknowledged, snoozed or resolved lately.")
@click.option(
    "--explain",
    "kind",
    metavar="KIND",
    type=Known("alert", _kinds),
    help="What a kind of alert means, or 'all'.",
)
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 if an open alert is a warning or urgent, else 0."
)
@listing
def alerts(form: Form, kind: str | None, *, every: bool, exit_code: bool) -> None:
    """Tell what needs attention now, and why, in numbers.

    An alert stays open until its cause ends, or until you say that you know it
    (ack) or want to hear of it later (snooze). It speaks again when its cause
    comes again or grows worse.
    """
    if click.get_current_context().invoked_subcommand:
        if kind or every or exit_code or form != "table":
            raise click.UsageError("Options of runlog alerts itself go with no command after them.")
    elif kind:
        _explain(form, kind)
    else:
        _list(form, every=every, exit_code=exit_code)


def _list(form: Form, *, every: bool, exit_code: bool) -> None:
    from runlog.journal import cycle

    now = context.now()
    with context.journal() as kept:
        found = kept.alerts.follow(kept.history(), now)
    standing = [alert for alert in found if cycle.is_open(alert, now)]
    shown = [alert for alert in found if every and _lately(alert, now)] if every else standing
    rows = [_row(alert, now) for alert in sorted(shown, key=lambda alert: _order(alert, now))]
    if form == "table" and rows:
        _say_rows(rows)
        _say_what_to_type(rows)
    else:
        emit(form, rows, _KEYS, (), _nothing_open(found, now))
    if exit_code and any(alert.severity in _PRESSING for alert in standing):
        click.get_current_context().exit(1)


def _lately(alert: KeptAlert, now: datetime) -> bool:
    return alert.resolved is None or now - alert.resolved <= _RESOLVED_LATELY


def _order(alert: KeptAlert, now: datetime) -> tuple[int, int, int]:
    """The open ones first, then by severity."""
    from runlog.journal import cycle
    from runlog.model import SEVERITIES

    order = (cycle.is_open(alert, now), -cycle.STATES.index(cycle.state(alert, now)))
    return (-int(order[0]), -order[1] * (not order[0]), SEVERITIES.index(alert.severity) * 10_000 + alert.id)


def _row(alert: KeptAlert, now: datetime) -> dict[str, Any]:
    from runlog.journal import cycle
    from runlog.reporter.alerts.notice import answering

    fields = {name: plain(value) for name, value in asdict(alert).items() if name not in {"id", "worst"}}
    told = {"id": f"{alert.kind}:{alert.subject}", "number": alert.id, "state": cycle.state(alert, now)}
    return told | fields | {"tips": answering(alert.kind)}


def _say_rows(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        since = day(datetime.fromisoformat(row["since"]))
        say(f"[{row['number']}] {row['severity']}: {row['message']}")
        for text in (row["why"], row["todo"], f"{row['kind']}, since {since}{_standing(row)}"):
            say(text, indent="    ")
    if any(row["kind"].startswith("soreness_") and row["resolved"] is None for row in rows):
        say_clinician()


def _standing(row: dict[str, Any]) -> str:
    """Say where an alert stands, with its moment on this computer's clock."""
    column = {"snoozed": "snoozed_until"}.get(row["state"], row["state"])
    if column not in row:
        return f", {row['state']}"
    until = " until" if row["state"] == "snoozed" else ""
    return f", {row['state']}{until} {day(datetime.fromisoformat(row[column]).astimezone())}"


def _say_what_to_type(rows: Sequence[dict[str, Any]]) -> None:
    number, kind = rows[0]["number"], rows[0]["kind"]
    tell(
        f"You know it: runlog alerts ack {number}. Later: runlog alerts snooze {number}. "
        f"What it rests on: runlog alerts --explain {kind}"
    )


def _nothing_open(found: Sequence[KeptAlert], now: datetime) -> str:
    from runlog.journal import cycle

    quiet = sum(cycle.state(alert, now) in (cycle.ACKNOWLEDGED, cycle.SNOOZED) for alert in found)
    return f"No open alerts; {quiet} acknowledged or snoozed: runlog alerts --all" if quiet else _NO_ALERTS


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
    """Look which alerts hold now, and tell on stderr those that have just come or come again."""
    began = [alert for alert in kept.alerts.follow(kept.history(), now) if alert.began == now]
    for alert in sorted(began, key=lambda alert: _order(alert, now))[:most]:
        tell(f"New alert [{alert.id}] {alert.severity}: {alert.message}")
    if began:
        more = len(began) - most
        tell(f"{f'And {more} more. ' if more > 0 else ''}Why, and what to do: runlog alerts")


def say_clinician() -> None:
    """Print when and why to see a clinician."""
    from runlog.reporter.guidance import clinician

    advice = clinician()
    say()
    say(f"{advice.title}: {advice.lead}")
    for flag in advice.flags:
        say(f"- {flag}", indent="  ")
    say(advice.emergency)


def _explain(form: Form, kind: str) -> None:
    from runlog.reporter.alerts import ALERTS
    from runlog.settings import CONFIG

    with context.journal() as kept:
        settings, config = kept.settings, kept.folder / CONFIG
    rules = [rule for rule in ALERTS if kind in {rule.kind, _ALL}]
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


@alerts.command(
    epilog=examples("runlog alerts ack 3", "runlog alerts ack 3 5", "runlog alerts ack shoe_limit")
)
@click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)
def ack(names: tuple[str, ...]) -> None:
    """Say that you know of an alert.

    It is silent until it ends or grows worse. ID is its number, or its kind
    where there is one alone.
    """
    with context.journal() as kept:
        known = kept.alerts.acknowledge(_ids(kept, names), context.now())
    for alert in known:
        say(f"Acknowledged [{alert.id}] {alert.message}")


@alerts.command(
    epilog=examples(
        "runlog alerts snooze 3                     # a week",
        "runlog alerts snooze 3 --for 2w",
        "runlog alerts snooze 3 5 --until 2026-09-01",
    )
)
@click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)
@click.option("--for", "span", type=_Span(), metavar="SPAN", help="How long: 3d, 2w.  [default: 1w]")
@click.option(
    "--until", "until_day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Until that morning."
)
def snooze(names: tuple[str, ...], span: timedelta | None, until_day: datetime | None) -> None:
    """Hear of an alert later.

    It is silent until then, unless it grows worse. ID is its number, or its
    kind where there is one alone.
    """
    if span and until_day:
        raise click.UsageError("--for and --until exclude each other.")
    now = context.now()
    with context.journal() as kept:
        zone = kept.settings.zone
        until = now + (span or _WEEK)
        if until_day:
            until = datetime.combine(until_day.date(), time(), zone).astimezone(UTC)
        asleep = kept.alerts.snooze(_ids(kept, names), until, now)
    for alert in asleep:
        say(f"Snoozed until {day(until.astimezone(zone), year=True)}: [{alert.id}] {alert.message}")


@alerts.command(epilog=examples("runlog alerts wake 3"))
@click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)
def wake(names: tuple[str, ...]) -> None:
    """Let a silent alert speak again.

    ID is its number, or its kind where there is one alone.
    """
    with context.journal() as kept:
        awake = kept.alerts.wake(_ids(kept, names))
    for alert in awake:
        say(f"Open again: [{alert.id}] {alert.message}")


def _ids(kept: Journal, names: Iterable[str]) -> list[int]:
    known = kept.alerts.all()
    return [find_alert(name, known) for name in names]
