"""Check a history against all alert rules.

``alerts(history, now)`` is the door. A rule is a function ``(history, now) -> Iterable[Notice]``,
listed in ``rules.ALERTS`` with its threshold and evidence; the journal remembers what became of
each notice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.analysis import periods
from runlog.i18n import use_language
from runlog.model import SEVERITIES
from runlog.reporter.alerts.common import Notice
from runlog.reporter.alerts.rules import ALERTS, Rule

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History

__all__ = ["ALERTS", "Notice", "Rule", "alerts", "clinician_warnings", "needs_clinician"]


def alerts(history: History, now: datetime | None = None) -> list[Notice]:
    """Return all notices that hold at a moment (default: now), the most severe first.

    Those that the runner has acknowledged are among them. Texts are in the language of the settings.

    Raises:
        BadInput: ``now`` has no time zone.
    """
    moment = periods.to_utc(now)
    past = periods.history_as_of(history, moment)
    with use_language(history.settings.language):
        notices = [
            replace(notice, kind=rule.kind, see_clinician=rule.see_clinician)
            for rule in ALERTS
            for notice in rule.check(past, moment)
        ]
    return sorted(notices, key=lambda notice: SEVERITIES.index(notice.severity))


def needs_clinician(kind: str) -> bool:
    """Return whether alerts of a kind mean the advice to see a clinician."""
    return any(rule.see_clinician for rule in ALERTS if rule.kind == kind)


def clinician_warnings(history: History, now: datetime) -> list[str]:
    """Return the messages of the open alerts that advise to see a clinician."""
    return [notice.message for notice in alerts(history, now) if notice.see_clinician]
