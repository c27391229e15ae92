"""Send messages to the runner by mail, ntfy, Telegram, desktop … through Apprise (the extra ``notify``).

The only module that imports Apprise. A destination is an Apprise URL, like ``ntfy://my-secret-topic`` or
``mailto://name:password@example.org``; error messages never show the secrets in it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from runlog.errors import BadInput, MissingExtra
from runlog.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from runlog.records import StoredAlert

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
            'no place to send to; name some in config.toml: notify = ["ntfy://my-secret-topic"] '
            f"({_SERVICES_HINT})"
        )
    services = [_load_service(number, url) for number, url in enumerate(urls, start=1)]
    failures = [failure for service in services if (failure := _try_send(service, title, body))]
    if len(failures) == len(services):
        raise BadInput(f"not sent: {'; '.join(failures)}")
    return failures


def _load_service(number: int, url: str) -> Any:  # noqa: ANN401 - Apprise tells no types
    try:
        import apprise
    except ImportError as error:
        raise MissingExtra(
            "messages need Apprise; install it with: python -m pip install 'runlog[notify]'"
        ) from error
    service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        raise BadInput(f"notify, entry {number}: this is no place that Apprise can send to; {_SERVICES_HINT}")
    return service


def _try_send(service: Any, title: str, body: str) -> str:  # noqa: ANN401 - likewise
    """Send a message and return the reason of a failure, "" on success."""
    import apprise

    with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]  # Apprise's own
        sent = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        reason = log.getvalue().strip()
    destination = service.url(privacy=True)
    return "" if sent else f"{destination} ({reason.splitlines()[-1] if reason else 'no reason given'})"


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


def _alert_paragraphs(alerts: Sequence[StoredAlert]) -> list[str]:
    more = len(alerts) - MOST_ALERTS
    rest = [_("And {n} more: runlog alerts").format(n=more)] if more > 0 else []
    return [*(_alert_text(alert) for alert in alerts[:MOST_ALERTS]), *rest]


def _alert_text(alert: StoredAlert, *, without_message: bool = False) -> str:
    return "\n".join([*([] if without_message else [alert.message]), alert.why, alert.todo])
