"""Send messages to the runner by mail, ntfy, Telegram, desktop … through Apprise (the extra ``notify``).

The only module that imports Apprise. A destination is an Apprise URL, like ``ntfy://my-secret-topic`` or
``mailto://name:password@example.org``; error messages never show the secrets in it.
"""

from __future__ import annotations

import io
import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runlog import fileio, units
from runlog.analysis.build import unrated_runs
from runlog.errors import BadInput, missing_extra
from runlog.i18n import _, ngettext, use_language

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.records import StoredAlert
    from runlog.settings import Settings

_SERVICES_HINT = "https://appriseit.com/services lists what there is"


def send_message(urls: Sequence[str], title: str, body: str) -> list[str]:
    """Send one message to all destinations.

    Returns:
        The destinations that could not be reached, each with the reason.

    Raises:
        MissingExtra: Apprise is not installed.
        BadInput: there is no destination, one of them is invalid, or none could be reached.
    """
    if not urls:
        raise BadInput(
            'no place to send to; name some in config.toml: notify = ["ntfy://my-secret-topic"] ({hint})',
            hint=_SERVICES_HINT,
        )
    services = [(number, _load_service(number, url)) for number, url in enumerate(urls, start=1)]
    failures = [
        f"{_entry_name(number, urls[number - 1])}: {reason}"
        for number, service in services
        if (reason := _try_send(service, title, body))
    ]
    if len(failures) == len(services):
        raise BadInput("not sent: {failures}", failures="; ".join(failures))
    return failures


_SCHEME = re.compile(r"\s*([a-z][a-z0-9+.-]{0,20})://", re.IGNORECASE)


def _entry_name(number: int, url: str) -> str:
    """Name a destination by its number and scheme; all else in it may be a secret."""
    scheme = _SCHEME.match(url)
    return f"notify, entry {number}" + (f" ({scheme[1]})" if scheme else "")


def _load_service(number: int, url: str) -> Any:  # noqa: ANN401 - Apprise tells no types
    try:
        import apprise
    except ImportError as error:
        raise missing_extra("messages need Apprise; install it with", "notify") from error
    with _captured_log():
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        name = _entry_name(number, url)
        raise BadInput(
            "{name}: this is no place that Apprise can send to; {hint}", name=name, hint=_SERVICES_HINT
        )
    return service


def _try_send(service: Any, title: str, body: str) -> str:  # noqa: ANN401 - likewise
    """Send a message and return the reason of a failure, "" on success."""
    import apprise

    with _captured_log() as log:
        try:
            sent = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - a service of Apprise may raise any, with its URL in the text
            return f"{type(error).__name__} in Apprise"
    return "" if sent else _plain_reason(log.getvalue())


@contextmanager
def _captured_log() -> Iterator[io.StringIO]:
    """Yield what Apprise logs in the block, and show it nowhere else: URLs and their secrets are in it."""
    text = io.StringIO()
    logger, handler = logging.getLogger("apprise"), logging.StreamHandler(text)
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield text
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


_STATUS = re.compile(r"error=(\d{3})\b")
_REASONS = (
    (re.compile("connection|socket|timed? ?out|resolve", re.IGNORECASE), "its server could not be reached"),
    (re.compile("authent|login|credential|password", re.IGNORECASE), "its server refuses name or password"),
)


def _plain_reason(log: str) -> str:
    """Return why Apprise could not send, in our own words, as its own may show secrets."""
    status = _STATUS.search(log)
    if status:
        return f"its server answered with error {status[1]}"
    return next((reason for pattern, reason in _REASONS if pattern.search(log)), "no reason given")


#: A message lists at most so many alerts, and the number of the others.
MOST_ALERTS = 5


def alerts_message(alerts: Sequence[StoredAlert]) -> tuple[str, str]:
    """Return the title and the text of a message about alerts, given the most severe first."""
    if len(alerts) == 1:
        return alerts[0].message, _alert_text(alerts[0], without_message=True)
    title = ngettext("{n} alert from your running log", "{n} alerts from your running log", len(alerts))
    return title.format(n=len(alerts)), "\n\n".join(_alert_paragraphs(alerts))


def weekly_message(headline: str, page: Path, alerts: Sequence[StoredAlert]) -> tuple[str, str]:
    """Return the title and the text of the weekly message: headline, new alerts, path of the report."""
    return headline, "\n\n".join([*_alert_paragraphs(alerts), _("The report: {page}").format(page=page)])


def is_quiet(hour: int, settings: Settings) -> bool:
    """Return whether no reminder is to be sent at this hour of the runner's day, 0 to 23."""
    start, end = settings.quiet_from % 24, settings.quiet_until % 24
    return start <= hour < end if start <= end else hour >= start or hour < end


def reminder_message(run: pd.Series[Any], link: str, unit: str) -> tuple[str, str]:
    """Return the title and the text of a message that asks how a run was; the link to the form may be ""."""
    name = run["name"] if isinstance(run["name"], str) else _("your run")
    title = _("How sore are you after {run}?").format(run=units.printable(name))
    facts = f"{units.day(run['local_start'])}, {units.distance(run['distance_m'], unit)}"
    return title, "\n".join([facts, link or f"runlog log N --run {run.name}"])


def send_reminders(history: History, home: Path, now: datetime) -> list[str]:
    """Send a message about each recent run that is not rated, one per run; none in the quiet hours.

    The home notes which runs a message was sent of, and where the runner's phone finds the pages.

    Returns:
        The destinations that could not be reached, each with the reason.

    Raises:
        MissingExtra: Apprise is not installed.
        BadInput: there is no destination, one of them is invalid, or none could be reached.
    """
    settings, failures = history.settings, []
    if is_quiet(history.clock.at(now).hour, settings):
        return []
    address = _pages_address(home)
    for run_id, run in unrated_runs(history, now).iterrows():
        mark = home / "web" / "reminded" / str(run_id)
        if not _make_mark(mark):
            continue
        link = f"{address}/?run={run_id}" if address else ""
        with use_language(settings.language):
            title, text = reminder_message(run, link, settings.units)
        try:
            failures += send_message(settings.notify, title, text)
        except BadInput:
            mark.unlink(missing_ok=True)
            raise
    return failures


def _make_mark(mark: Path) -> bool:
    """Make an empty file, and return whether it was not there."""
    fileio.make_folder(mark.parent)
    try:
        mark.open("x").close()
    except FileExistsError:
        return False
    return True


def _pages_address(home: Path) -> str:
    """Return where the runner's phone finds the pages, "" where they were never served to one."""
    try:
        return (home / "web" / "address").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _alert_paragraphs(alerts: Sequence[StoredAlert]) -> list[str]:
    more = len(alerts) - MOST_ALERTS
    rest = [_("And {n} more: runlog alerts").format(n=more)] if more > 0 else []
    return [*(_alert_text(alert) for alert in alerts[:MOST_ALERTS]), *rest]


def _alert_text(alert: StoredAlert, *, without_message: bool = False) -> str:
    return "\n".join([*([] if without_message else [alert.message]), alert.why, alert.todo])
