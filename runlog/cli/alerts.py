"""Show alerts, acknowledge or snooze them, and send them (``runlog alerts``)."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import click

from runlog.cli import base
from runlog.cli.base import examples
from runlog.cli.lookup import NameParam, complete_alert, find_alert
from runlog.cli.output import OutputFormat, echo, echo_err, format_options, print_rows, to_json_value
from runlog.i18n import use_language
from runlog.units import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlog.journal import Journal
    from runlog.model import StoredAlert
    from runlog.reporter.alerts import Notice, Rule

if TYPE_CHECKING:
    Message = tuple[str, str]


def send_due_alerts(
    journal: Journal, now: datetime, write: Callable[[Sequence[StoredAlert]], Message]
) -> bool:
    """Send one message about the alerts that nobody has sent word of yet, and remember that it was sent.

    Args:
        journal: with places to send to in its settings, and its alerts up to date.
        now: this moment.
        write: makes title and text of those alerts.

    Returns:
        Whether all places have it; of those that have not it is told why. The alerts count as sent as soon
        as one place has it.

    Raises:
        MissingExtra: Apprise is not installed.
        BadInput: there is no place to send to, or none could be reached.
    """
    from runlog import alert_states, notify
    from runlog.model import SEVERITIES

    due = sorted(
        alert_states.due_alerts(journal.alerts.all(), now), key=lambda alert: SEVERITIES.index(alert.severity)
    )
    with use_language(journal.settings.language):
        title, text = write(due)
    failures = notify.send_message(journal.settings.notify, title, text)
    journal.alerts.notified([alert.id for alert in due], now)
    for failure in failures:
        echo_err(f"Not sent: {failure}")
    return not failures


#: What asks for the explanation of all kinds.
ALL_KINDS = "all"
_RULE_KEYS = ("kind", "definition", "threshold", "settings", "needs", "grade", "evidence", "source")


def alert_sort_key(alert: StoredAlert, now: datetime) -> tuple[int, int, int]:
    """By what alerts are sorted: the open ones first, the most severe of them first."""
    from runlog import alert_states
    from runlog.model import SEVERITIES

    silent = (
        0
        if alert_states.is_open(alert, now)
        else alert_states.STATES.index(alert_states.alert_state(alert, now))
    )
    return silent, SEVERITIES.index(alert.severity), alert.id


def alert_row(alert: StoredAlert, now: datetime) -> dict[str, Any]:
    """What a program is told of an alert."""
    from runlog import alert_states
    from runlog.reporter.alerts.common import tips_answering

    fields = {
        name: to_json_value(value) for name, value in asdict(alert).items() if name not in {"id", "worst"}
    }
    told = {
        "id": f"{alert.kind}:{alert.subject}",
        "number": alert.id,
        "state": alert_states.alert_state(alert, now),
    }
    return told | fields | {"tips": tips_answering(alert.kind)}


def print_alerts(rows: Sequence[dict[str, Any]], zone: tzinfo) -> None:
    """Print alerts, each with its why, what to do, and where it stands; a clinician's advice where due."""
    from runlog.reporter.alerts import needs_clinician

    for one in rows:
        since = day(datetime.fromisoformat(one["since"]), year=True)
        echo(f"[{one['number']}] {one['severity']}: {one['message']}")
        for text in (one["why"], one["todo"], f"{one['kind']}, since {since}{_state_text(one, zone)}"):
            echo(text, indent="    ")
    if any(needs_clinician(one["kind"]) and one["resolved"] is None for one in rows):
        print_clinician_advice()


def _state_text(one: dict[str, Any], zone: tzinfo) -> str:
    """Say where an alert stands, with its day in the time zone of the settings."""
    column = {"snoozed": "snoozed_until"}.get(one["state"], one["state"])
    if column not in one:
        return f", {one['state']}"
    until = " until" if one["state"] == "snoozed" else ""
    return f", {one['state']}{until} {day(datetime.fromisoformat(one[column]).astimezone(zone))}"


def print_notices(notices: Iterable[Notice]) -> None:
    """Print each notice with its why, the most severe first; a clinician's advice where it is due."""
    notices = list(notices)
    for notice in notices:
        echo(f"{notice.severity}: {notice.message} (since {notice.since.isoformat()})")
        for text in (notice.why, notice.todo):
            echo(text, indent="    ")
    if any(notice.see_clinician for notice in notices):
        print_clinician_advice()


def print_new_alerts(journal: Journal, now: datetime, most: int = 3) -> None:
    """Look which alerts hold now, and tell on stderr those that have just come or grown worse."""
    from runlog import alert_states

    before = {alert.id: alert.worst for alert in journal.alerts.all() if alert.resolved is None}
    found = journal.alerts.follow(journal.history(), now)
    crossed = [one for one in found if alert_states.is_open(one, now) and before.get(one.id) != one.worst]
    for alert in sorted(crossed, key=lambda alert: alert_sort_key(alert, now))[:most]:
        echo_err(f"New alert [{alert.id}] {alert.severity}: {alert.message}")
    if crossed:
        more = len(crossed) - most
        echo_err(f"{f'And {more} more. ' if more > 0 else ''}Why, and what to do: runlog alerts")


def print_clinician_advice() -> None:
    """Print when and why to see a clinician, in the runner's language."""
    from runlog.i18n import use_language
    from runlog.reporter.guidance import clinician_advice

    with use_language(base.runner_language()):
        advice = clinician_advice()
    echo()
    echo(f"{advice.title}: {advice.lead}")
    for flag in advice.flags:
        echo(f"- {flag}", indent="  ")
    echo(advice.emergency)


def explain_kinds(fmt: OutputFormat, kind: str) -> None:
    """Print what a kind of alert means, or all kinds: definition, threshold, needs and evidence."""
    from runlog.reporter.alerts import ALERTS
    from runlog.settings import CONFIG_NAME

    with base.open_journal() as journal:
        settings, config = journal.settings, journal.folder / CONFIG_NAME
    rules = [rule for rule in ALERTS if kind in {rule.kind, ALL_KINDS}]
    if fmt != "table":
        rows = [
            {"kind": rule.kind, "definition": rule.definition, "threshold": rule.threshold_of(settings)}
            | {"settings": {name: getattr(settings, name) for name in rule.settings}}
            | {name: getattr(rule, name) for name in ("needs", "grade", "evidence", "source")}
            for rule in rules
        ]
        print_rows(fmt, rows, _RULE_KEYS, (), "")
        return
    for rule in rules:
        if rule is not rules[0]:
            echo()
        echo(rule.kind)
        for text in _rule_texts(rule, rule.threshold_of(settings)):
            echo(text, indent="    ")
    changeable = [f"{name} = {getattr(settings, name):g}" for rule in rules for name in rule.settings]
    if changeable:
        echo_err(f"To change it, in {config}: {', '.join(dict.fromkeys(changeable))}")


def _rule_texts(rule: Rule, threshold: str) -> tuple[str, ...]:
    return (
        rule.definition,
        f"Threshold: {threshold}",
        f"Needs: {rule.needs}",
        f"Evidence: {rule.grade}. {rule.evidence}",
        f"Source: {rule.source}.",
    )


_ALERT_KEYS = (
    *("id", "number", "kind", "subject", "state", "severity", "message", "why", "todo", "tips", "since"),
    *("began", "notified", "acknowledged", "snoozed_until", "resolved"),
)
_FAILING_SEVERITIES = ("warn", "urgent")
_NO_ALERTS = "No alerts."
_RESOLVED_LATELY = timedelta(days=28)
_SPAN_PATTERN = re.compile(r"(\d{1,4})\s*([dw])", re.IGNORECASE)
_DAYS_PER_UNIT = {"d": 1, "w": 7}
_LONGEST_SPAN = timedelta(days=3660)
_DEFAULT_SNOOZE = timedelta(days=7)


def _kind_names() -> list[str]:
    from runlog.reporter.alerts import ALERTS

    return [*(rule.kind for rule in ALERTS), ALL_KINDS]


class _SpanParam(click.ParamType[timedelta]):
    """A number of days or weeks."""

    name = "span"

    def convert(
        self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Take "3d" or "2w"."""
        if isinstance(value, timedelta):
            return value
        found = _SPAN_PATTERN.fullmatch(value.strip())
        span = timedelta(days=int(found[1]) * _DAYS_PER_UNIT[found[2].lower()]) if found else timedelta(0)
        if not timedelta(0) < span <= _LONGEST_SPAN:
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
        "runlog alerts --notify              # by mail, ntfy, Telegram … as config.toml says",
        "runlog alerts --exit-code || echo 'have a look'",
    ),
)
@click.option("--all", "every", is_flag=True, help="Also those acknowledged, snoozed or resolved lately.")
@click.option(
    "--explain",
    "kind",
    metavar="KIND",
    type=NameParam("alert", _kind_names),
    help="What a kind of alert means, or 'all'.",
)
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 if an open alert is a warning or urgent, else 0."
)
@click.option("--notify", is_flag=True, help="Send new ones to the places of config.toml, each once.")
@format_options
def alerts(fmt: OutputFormat, kind: str | None, *, every: bool, exit_code: bool, notify: bool) -> None:
    """Tell what needs attention now, and why, in numbers.

    An alert stays open until its cause ends, or until you say that you know it
    (ack) or want to hear of it later (snooze). It speaks again when its cause
    comes again or grows worse.
    """
    if click.get_current_context().invoked_subcommand:
        if kind or every or exit_code or notify or fmt != "table":
            raise click.UsageError("Options of runlog alerts itself go with no command after them.")
    elif kind:
        explain_kinds(fmt, kind)
    else:
        _list_alerts(fmt, every=every, exit_code=exit_code, notify=notify)


def _list_alerts(fmt: OutputFormat, *, every: bool, exit_code: bool, notify: bool) -> None:
    from runlog import alert_states

    now = base.now()
    with base.open_journal() as journal:
        found = journal.alerts.follow(journal.history(), now)
        all_sent = not (notify and alert_states.due_alerts(found, now)) or send_due_alerts(
            journal, now, _alert_message
        )
    standing = [alert for alert in found if alert_states.is_open(alert, now)]
    shown = [alert for alert in found if _is_current(alert, now)] if every else standing
    rows = [alert_row(alert, now) for alert in sorted(shown, key=lambda alert: alert_sort_key(alert, now))]
    if fmt == "table" and rows:
        print_alerts(rows, journal.settings.zone)
        _print_next_commands([one for one in rows if one["state"] in alert_states.OPEN_STATES])
    else:
        print_rows(fmt, rows, _ALERT_KEYS, (), _no_open_alerts(found, now))
    if not all_sent or (exit_code and any(alert.severity in _FAILING_SEVERITIES for alert in standing)):
        click.get_current_context().exit(1)


def _alert_message(due: Sequence[StoredAlert]) -> tuple[str, str]:
    from runlog import notify

    return notify.alerts_message(due)


def _is_current(alert: StoredAlert, now: datetime) -> bool:
    return alert.resolved is None or now - alert.resolved <= _RESOLVED_LATELY


def _print_next_commands(standing: Sequence[dict[str, Any]]) -> None:
    if not standing:
        return
    number, kind = standing[0]["number"], standing[0]["kind"]
    echo_err(
        f"You know it: runlog alerts ack {number}. Later: runlog alerts snooze {number}. "
        f"What it rests on: runlog alerts --explain {kind}"
    )


def _no_open_alerts(found: Sequence[StoredAlert], now: datetime) -> str:
    from runlog import alert_states

    quiet = sum(
        alert_states.alert_state(alert, now) in (alert_states.ACKNOWLEDGED, alert_states.SNOOZED)
        for alert in found
    )
    return f"No open alerts; {quiet} acknowledged or snoozed: runlog alerts --all" if quiet else _NO_ALERTS


@alerts.command(
    epilog=examples("runlog alerts ack 3", "runlog alerts ack 3 5", "runlog alerts ack shoe_limit")
)
@click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)
def ack(names: tuple[str, ...]) -> None:
    """Say that you know of an alert.

    It is silent until it ends or grows worse. ID is its number, or its kind
    where there is one alone.
    """
    with base.open_journal() as journal:
        known = journal.alerts.acknowledge(_alert_ids(journal, names), base.now())
    for alert in known:
        echo(f"Acknowledged [{alert.id}] {alert.message}")


@alerts.command(
    epilog=examples(
        "runlog alerts snooze 3                     # a week",
        "runlog alerts snooze 3 --for 2w",
        "runlog alerts snooze 3 5 --until 2026-09-01",
    )
)
@click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)
@click.option("--for", "span", type=_SpanParam(), metavar="SPAN", help="How long: 3d, 2w.  [default: 1w]")
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
    now = base.now()
    with base.open_journal() as journal:
        zone = journal.settings.zone
        until = now + (span or _DEFAULT_SNOOZE)
        if until_day:
            until = datetime.combine(until_day.date(), time(), zone).astimezone(UTC)
        asleep = journal.alerts.snooze(_alert_ids(journal, names), until, now)
    for alert in asleep:
        echo(f"Snoozed until {day(until.astimezone(zone), year=True)}: [{alert.id}] {alert.message}")


@alerts.command(epilog=examples("runlog alerts wake 3"))
@click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)
def wake(names: tuple[str, ...]) -> None:
    """Let a silent alert speak again.

    ID is its number, or its kind where there is one alone.
    """
    with base.open_journal() as journal:
        awake = journal.alerts.wake(_alert_ids(journal, names))
    for alert in awake:
        echo(f"Open again: [{alert.id}] {alert.message}")


def _alert_ids(journal: Journal, names: Iterable[str]) -> list[int]:
    known = journal.alerts.all()
    return [find_alert(name, known) for name in names]
