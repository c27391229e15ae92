"""Sending word: of alerts, and of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.cli.output import tell
from runlog.i18n import use_language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from runlog.journal import Journal
    from runlog.model import StoredAlert

if TYPE_CHECKING:
    Message = tuple[str, str]


def send_due(kept: Journal, now: datetime, write: Callable[[Sequence[StoredAlert]], Message]) -> bool:
    """Send one message about the alerts that nobody has sent word of yet, and remember that it was sent.

    Args:
        kept: with places to send to in its settings, and alerts as they are now.
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
        alert_states.due_alerts(kept.alerts.all(), now), key=lambda alert: SEVERITIES.index(alert.severity)
    )
    with use_language(kept.settings.language):
        title, text = write(due)
    failures = notify.send_message(kept.settings.notify, title, text)
    kept.alerts.notified([alert.id for alert in due], now)
    for failure in failures:
        tell(f"Not sent: {failure}")
    return not failures
