"""What is sent to the runner: short enough to be read on a lock screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from runlog.model import StoredAlert

#: Of more alerts only how many they are.
MOST = 5


def of_alerts(alerts: Sequence[StoredAlert]) -> tuple[str, str]:
    """Title and text of a message about alerts, the most severe first."""
    if len(alerts) == 1:
        return alerts[0].message, _told(alerts[0], said_already=True)
    title = ngettext("{n} alert from your running log", "{n} alerts from your running log", len(alerts))
    return title.format(n=len(alerts)), "\n\n".join(_paragraphs(alerts))


def of_week(headline: str, page: Path, alerts: Sequence[StoredAlert]) -> tuple[str, str]:
    """Title and text of the weekly message: how the week was, new alerts, and where the report lies."""
    return headline, "\n\n".join([*_paragraphs(alerts), _("The report: {page}").format(page=page)])


def _paragraphs(alerts: Sequence[StoredAlert]) -> list[str]:
    more = len(alerts) - MOST
    rest = [_("And {n} more: runlog alerts").format(n=more)] if more > 0 else []
    return [*(_told(alert) for alert in alerts[:MOST]), *rest]


def _told(alert: StoredAlert, *, said_already: bool = False) -> str:
    return "\n".join([*([] if said_already else [alert.message]), alert.why, alert.todo])
