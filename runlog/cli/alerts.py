"""``runlog alerts``: what needs attention now, and what the runner says to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from runlog.cli import context
from runlog.cli.alerting import ALL, explain, order, row, say_rows
from runlog.cli.help import examples
from runlog.cli.names import Known, complete_alert, find_alert
from runlog.cli.notifying import send_due
from runlog.cli.output import Form, emit, listing, say, tell
from runlog.units import day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.journal import Journal
    from runlog.model import StoredAlert

_KEYS = (
    *("id", "number", "kind", "subject", "state", "severity", "message", "why", "todo", "tips", "since"),
    *("began", "notified", "acknowledged", "snoozed_until", "resolved"),
)
_PRESSING = ("warn", "urgent")
_NO_ALERTS = "No alerts."
_RESOLVED_LATELY = timedelta(days=28)
_SPAN = re.compile(r"(\d{1,4})\s*([dw])", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7}
_LONGEST = timedelta(days=3660)
_WEEK = timedelta(days=7)


def _kinds() -> list[str]:
    from runlog.reporter.alerts import ALERTS

    return [*(rule.kind for rule in ALERTS), ALL]


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
        "runlog alerts --notify              # by mail, ntfy, Telegram … as config.toml says",
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
@click.option("--notify", is_flag=True, help="Send new ones to the places of config.toml, each once.")
@listing
def alerts(form: Form, kind: str | None, *, every: bool, exit_code: bool, notify: bool) -> None:
    """Tell what needs attention now, and why, in numbers.

    An alert stays open until its cause ends, or until you say that you know it
    (ack) or want to hear of it later (snooze). It speaks again when its cause
    comes again or grows worse.
    """
    if click.get_current_context().invoked_subcommand:
        if kind or every or exit_code or notify or form != "table":
            raise click.UsageError("Options of runlog alerts itself go with no command after them.")
    elif kind:
        explain(form, kind)
    else:
        _list(form, every=every, exit_code=exit_code, notify=notify)


def _list(form: Form, *, every: bool, exit_code: bool, notify: bool) -> None:
    from runlog import alert_states

    now = context.now()
    with context.journal() as kept:
        found = kept.alerts.follow(kept.history(), now)
        all_sent = not (notify and alert_states.due_alerts(found, now)) or send_due(kept, now, _message)
    standing = [alert for alert in found if alert_states.is_open(alert, now)]
    shown = [alert for alert in found if _lately(alert, now)] if every else standing
    rows = [row(alert, now) for alert in sorted(shown, key=lambda alert: order(alert, now))]
    if form == "table" and rows:
        say_rows(rows)
        _say_what_to_type([one for one in rows if one["state"] in alert_states.OPEN_STATES])
    else:
        emit(form, rows, _KEYS, (), _nothing_open(found, now))
    if not all_sent or (exit_code and any(alert.severity in _PRESSING for alert in standing)):
        click.get_current_context().exit(1)


def _message(due: Sequence[StoredAlert]) -> tuple[str, str]:
    from runlog import notify

    return notify.alerts_message(due)


def _lately(alert: StoredAlert, now: datetime) -> bool:
    return alert.resolved is None or now - alert.resolved <= _RESOLVED_LATELY


def _say_what_to_type(standing: Sequence[dict[str, Any]]) -> None:
    if not standing:
        return
    number, kind = standing[0]["number"], standing[0]["kind"]
    tell(
        f"You know it: runlog alerts ack {number}. Later: runlog alerts snooze {number}. "
        f"What it rests on: runlog alerts --explain {kind}"
    )


def _nothing_open(found: Sequence[StoredAlert], now: datetime) -> str:
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
