"""Show alerts, acknowledge or snooze them, and send them (``runlog alerts``)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import click

from runlog.cli import base
from runlog.cli.base import command, group
from runlog.cli.lookup import NameParam, complete_alert, find_alert
from runlog.cli.output import OutputFormat, echo, echo_err, format_options, print_rows, record_to_row
from runlog.cli.params import parse_day
from runlog.i18n import N_, _, use_language
from runlog.units import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, tzinfo

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.records import StoredAlert


def send_due_alerts(
    journal: Journal, now: datetime, write: Callable[[Sequence[StoredAlert]], tuple[str, str]] | None = None
) -> bool:
    """Send one message about the alerts that have not been notified, and mark them as notified.

    The journal's alerts are up to date. ``write`` makes title and text of the due alerts; by default these
    are about alerts alone, and nothing is sent if none is due.

    Returns:
        Whether all places have it; the reasons of those that have not are printed. The alerts count as sent
        as soon as one place has it.

    Raises:
        MissingExtra: Apprise is not installed.
        BadInput: there is no place to send to, or none could be reached.
    """
    from runlog import alert_states, notify
    from runlog.model import SEVERITIES

    due = sorted(
        alert_states.due_alerts(journal.alerts.all(), now),
        key=lambda alert: SEVERITIES.index(alert.severity),
    )
    if not due and write is None:
        return True
    with use_language(journal.settings.language):
        title, text = (write or notify.alerts_message)(due)
    journal.alerts.check_writable()  # else it would be sent again each time
    failures = notify.send_message(journal.settings.notify, title, text)
    journal.alerts.notified([alert.id for alert in due], now)
    return _print_failures(failures)


def send_reminders(journal: Journal, now: datetime) -> bool:
    """Ask how each recent run was that is not rated, once; print the reasons where that cannot be sent."""
    from runlog import notify

    return _print_failures(notify.send_reminders(journal.history(), journal.folder, now))


def _print_failures(failures: Sequence[str]) -> bool:
    for failure in failures:
        echo_err(f"Not sent: {failure}")
    return not failures


#: ``--explain`` takes it for all kinds.
ALL_KINDS = "all"


def _sort_key(alert: StoredAlert, now: datetime) -> tuple[int, int, int]:
    """Return the sort key of an alert: open ones first, then by severity."""
    from runlog import alert_states
    from runlog.model import SEVERITIES

    is_open = alert_states.is_open(alert, now)
    state = 0 if is_open else alert_states.STATES.index(alert_states.alert_state(alert, now))
    return state, SEVERITIES.index(alert.severity), alert.id


#: The colours of the severities in a terminal.
_COLOURS = {"urgent": "red", "warn": "yellow"}
_SEVERITY_WORDS = {"urgent": N_("Urgent"), "warn": N_("Warning"), "info": N_("Info")}
_STATE_WORDS = {"new": N_("new"), "notified": N_("sent"), "resolved": N_("resolved")}
_STATE_WORDS |= {"acknowledged": N_("dismissed"), "snoozed": N_("snoozed until")}


def _print_alerts(alerts: Sequence[StoredAlert], now: datetime, zone: tzinfo) -> None:
    """Print alerts, each with its reason, advice and state; the clinician's advice where it is due."""
    from runlog.alert_states import alert_state
    from runlog.reporter.alerts import needs_clinician

    for alert in alerts:
        title = f"[{alert.id}] {_(_SEVERITY_WORDS[alert.severity])}: {alert.message}"
        echo(title, hanging="    ", bold=True, colour=_COLOURS.get(alert.severity))
        echo(alert.todo, indent="    ")
        state = alert_state(alert, now)
        text = _("{kind}, since {day}").format(kind=alert.kind, day=day(alert.since, year=True))
        text += f", {_(_STATE_WORDS[state])}"
        changed = getattr(alert, "snoozed_until" if state == "snoozed" else state, None)
        if changed is not None:
            text += f" {day(changed.astimezone(zone))}"
        echo(alert.why, indent="    ", dim=True)
        echo(text, indent="    ", dim=True)
    if any(needs_clinician(alert.kind) and alert.resolved is None for alert in alerts):
        print_clinician_advice()


_SHOWN_NEW_ALERTS = 3


def print_new_alerts(journal: Journal, now: datetime, history: History | None = None) -> None:
    """Update the alerts, and print new or more severe ones on stderr; None reads the history."""
    from runlog import alert_states

    before = {alert.id: alert.worst for alert in journal.alerts.all() if alert.resolved is None}
    news = [
        alert
        for alert in journal.alerts.update(history or journal.history(), now)
        if alert_states.is_open(alert, now) and before.get(alert.id) != alert.worst
    ]
    for alert in sorted(news, key=lambda alert: _sort_key(alert, now))[:_SHOWN_NEW_ALERTS]:
        word = _SEVERITY_WORDS[alert.severity].lower()
        echo_err(f"New alert [{alert.id}], {word}: {alert.message}")
    if news:
        more = len(news) - _SHOWN_NEW_ALERTS
        echo_err(f"{f'And {more} more. ' if more > 0 else ''}Details: runlog alerts")


def print_clinician_advice() -> None:
    """Print when and why to see a clinician, in the user's language."""
    from runlog.reporter.guidance import clinician_advice

    with use_language(base.runner_settings().language):
        advice = clinician_advice()
    echo()
    echo(f"{advice.title}: {advice.lead}")
    for flag in advice.flags:
        echo(f"- {flag}", indent="  ", hanging="    ")
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
        print_rows(fmt, rows, list(rows[0]))
        return
    for rule in rules:
        if rule is not rules[0]:
            echo()
        echo(rule.kind)
        for text in (
            rule.definition,
            f"Threshold: {rule.threshold_of(settings)}",
            f"Needs: {rule.needs}",
            f"Evidence: {rule.grade}. {rule.evidence}",
            f"Source: {rule.source}.",
        ):
            echo(text, indent="    ")
    changeable = [f"{name} = {getattr(settings, name):g}" for rule in rules for name in rule.settings]
    if changeable:
        echo_err(f"To change it, in {config}: {', '.join(dict.fromkeys(changeable))}")


_ALERT_KEYS = (
    *("id", "number", "kind", "subject", "state", "severity", "message", "why", "todo", "tips", "since"),
    *("began", "notified", "acknowledged", "snoozed_until", "resolved"),
)
_FAILING_SEVERITIES = ("warn", "urgent")
_RESOLVED_LATELY = timedelta(days=28)
_SPAN_PATTERN = re.compile(r"(\d{1,4})\s*([dw])", re.IGNORECASE)
_DAYS_PER_UNIT = {"d": 1, "w": 7}
_LONGEST_SPAN = timedelta(days=3660)
_DEFAULT_SNOOZE = timedelta(days=7)


def _kind_names() -> list[str]:
    from runlog.reporter.alerts import ALERTS

    return [*(rule.kind for rule in ALERTS), ALL_KINDS]


def _parse_span(text: str) -> timedelta:
    """Return the span of "3d" or "2w"."""
    match = _SPAN_PATTERN.fullmatch(text.strip())
    span = timedelta(days=int(match[1]) * _DAYS_PER_UNIT[match[2].lower()]) if match else timedelta(0)
    if not timedelta(0) < span <= _LONGEST_SPAN:
        raise click.BadParameter(f"{text!r} is not a time span; write days like 3d or weeks like 2w")
    return span


@group(
    "runlog alerts",
    "runlog alerts --all  # dismissed, snoozed and resolved too",
    "runlog alerts ack 3  # dismiss it until it ends or gets worse",
    "runlog alerts snooze 3 --for 2w",
    "runlog alerts --explain run_spike  # definition, threshold, evidence",
    "runlog alerts --notify  # by mail, ntfy, Telegram … (config.toml)",
    "runlog alerts --exit-code || echo 'have a look'",
    invoke_without_command=True,
)
@click.option(
    "--all", "show_all", is_flag=True, help="Also show those dismissed, snoozed or recently resolved."
)
@click.option(
    "--explain",
    "kind",
    metavar="KIND",
    type=NameParam("alert", _kind_names),
    help="Explain a kind of alert, or 'all'.",
)
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 if an open alert is a warning or urgent, otherwise 0."
)
@click.option("--notify", is_flag=True, help="Send each new alert once, to the addresses in config.toml.")
@format_options
def alerts(fmt: OutputFormat, kind: str | None, *, show_all: bool, exit_code: bool, notify: bool) -> None:
    """Show what needs attention now, and why.

    An alert stays open until its cause ends, or until you dismiss (ack) or
    snooze it. It comes back if its cause comes back or gets worse.
    """
    if click.get_current_context().invoked_subcommand:
        if kind or show_all or exit_code or notify or fmt != "table":
            raise click.UsageError("These options work only without a command: runlog alerts --all")
    elif kind:
        explain_kinds(fmt, kind)
    else:
        _list_alerts(fmt, show_all=show_all, exit_code=exit_code, notify=notify)


def _list_alerts(fmt: OutputFormat, *, show_all: bool, exit_code: bool, notify: bool) -> None:
    from runlog import alert_states
    from runlog.reporter.alerts.common import tips_answering

    now = base.now()
    with base.open_journal() as journal:
        stored = journal.alerts.update(journal.history(), now)
        all_sent = not notify or send_due_alerts(journal, now)
    open_alerts = [alert for alert in stored if alert_states.is_open(alert, now)]
    shown = open_alerts
    if show_all:
        lately = now - _RESOLVED_LATELY
        shown = [alert for alert in stored if alert.resolved is None or alert.resolved >= lately]
    shown = sorted(shown, key=lambda alert: _sort_key(alert, now))
    if fmt == "table" and shown:
        with use_language(journal.settings.language):
            _print_alerts(shown, now, journal.settings.zone)
            if alert_states.is_open(shown[0], now):
                ack, snooze = (f"runlog alerts {command} {shown[0].id}" for command in ("ack", "snooze"))
                echo_err(_("Dismiss: {ack}. Snooze: {snooze}.").format(ack=ack, snooze=snooze))
                echo_err(_("Explain: {command}").format(command=f"runlog alerts --explain {shown[0].kind}"))
    else:
        states = [alert_states.alert_state(alert, now) for alert in stored]
        quiet = states.count(alert_states.ACKNOWLEDGED) + states.count(alert_states.SNOOZED)
        empty = (
            f"No open alerts. {quiet} dismissed or snoozed: runlog alerts --all" if quiet else "No alerts."
        )
        rows = [
            record_to_row(alert)
            | {"id": f"{alert.kind}:{alert.subject}", "number": alert.id}
            | {"state": alert_states.alert_state(alert, now), "tips": tips_answering(alert.kind)}
            for alert in shown
        ]
        print_rows(fmt, rows, _ALERT_KEYS, (), empty)
    if not all_sent or (exit_code and any(alert.severity in _FAILING_SEVERITIES for alert in open_alerts)):
        click.get_current_context().exit(1)


_NAMES = click.argument("names", metavar="ID...", nargs=-1, required=True, shell_complete=complete_alert)


@command("runlog alerts ack 3", "runlog alerts ack 3 5", "runlog alerts ack shoe_limit", of=alerts)
@_NAMES
def ack(names: tuple[str, ...]) -> None:
    """Dismiss alerts until they end or get worse.

    ID is an alert's number, or its kind if there is only one of that kind.
    """
    with base.open_journal() as journal:
        acknowledged = journal.alerts.acknowledge(_alert_ids(journal, names), base.now())
    for alert in acknowledged:
        echo(f"Dismissed [{alert.id}] {alert.message}")


@command(
    "runlog alerts snooze 3  # for a week",
    "runlog alerts snooze 3 --for 2w",
    "runlog alerts snooze 3 5 --until 2026-09-01",
    of=alerts,
)
@_NAMES
@click.option("--for", "span", type=_parse_span, metavar="SPAN", help="How long: 3d, 2w.  [default: 1w]")
@click.option("--until", "until_day", type=parse_day, metavar="DATE", help="Until the morning of that day.")
def snooze(names: tuple[str, ...], span: timedelta | None, until_day: date | None) -> None:
    """Snooze alerts, for a week unless you say otherwise.

    A snoozed alert that gets worse opens at once. ID is an alert's number, or
    its kind if there is only one of that kind.
    """
    if span and until_day:
        raise click.UsageError("--for and --until exclude each other.")
    now = base.now()
    with base.open_journal() as journal:
        zone = journal.settings.zone
        until = now + (span or _DEFAULT_SNOOZE)
        if until_day:
            until = datetime.combine(until_day, time(), zone).astimezone(UTC)
        asleep = journal.alerts.snooze(_alert_ids(journal, names), until, now)
    for alert in asleep:
        echo(f"Snoozed until {day(until.astimezone(zone), year=True)}: [{alert.id}] {alert.message}")


@command("runlog alerts wake 3", of=alerts)
@_NAMES
def wake(names: tuple[str, ...]) -> None:
    """Reopen dismissed or snoozed alerts.

    ID is an alert's number, or its kind if there is only one of that kind.
    """
    with base.open_journal() as journal:
        awake = journal.alerts.wake(_alert_ids(journal, names))
    for alert in awake:
        echo(f"Open again: [{alert.id}] {alert.message}")


def _alert_ids(journal: Journal, names: Iterable[str]) -> list[int]:
    stored = journal.alerts.all()
    return [find_alert(name, stored) for name in names]
