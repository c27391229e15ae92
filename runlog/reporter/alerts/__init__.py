"""What deserves a runner's attention now, each with its why in numbers; nothing alarms for missing data.

    rules                  all rules, each with its threshold and evidence
    soreness, shoes,
    training, habits       the rules' functions, ``(history, now) -> list[Notice]``

What becomes of a notice from day to day (told once, acknowledged, snoozed, resolved) is the journal's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.i18n import use_language
from runlog.model import SEVERITIES
from runlog.reporter import periods
from runlog.reporter.alerts.notice import Notice
from runlog.reporter.alerts.rules import ALERTS, Rule

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History

__all__ = ["ALERTS", "Notice", "Rule", "alerts"]


def alerts(history: History, now: datetime | None = None) -> list[Notice]:
    """All notices that hold at a moment (default: now), the most severe first; whether or not they are known.

    They speak the language of the settings.

    Raises:
        BadInput: ``now`` has no time zone.
    """
    moment = periods.utc(now)
    known = periods.until(history, moment)
    with use_language(history.settings.language):
        notices = [notice for rule in ALERTS for notice in rule.find(known, moment)]
    return sorted(notices, key=lambda notice: SEVERITIES.index(notice.severity))
