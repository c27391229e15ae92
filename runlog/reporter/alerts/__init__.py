"""What deserves a runner's attention now, each with its why in numbers; nothing alarms for missing data.

A rule is a function ``(history, now) -> list[Notice]`` whose name is the kind of its notices. It is given
nothing later than ``now``; its thresholds come from the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.reporter import periods
from runlog.reporter.alerts.notice import Notice
from runlog.reporter.alerts.soreness import soreness_high, soreness_persists, soreness_rises
from runlog.reporter.alerts.training import (
    route_repetition,
    run_spike,
    shoe_limit,
    warmup_skipped,
    week_jump,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History

__all__ = ["ALERTS", "Notice", "alerts"]

ALERTS: tuple[Callable[[History, pd.Timestamp], list[Notice]], ...] = (
    soreness_high,
    soreness_persists,
    soreness_rises,
    shoe_limit,
    run_spike,
    warmup_skipped,
    route_repetition,
    week_jump,
)


def alerts(history: History, now: datetime | None = None) -> list[Notice]:
    """All notices that are open at a moment (default: now), the most severe first.

    Raises:
        BadInput: ``now`` has no time zone.
    """
    moment = periods.utc(now)
    known = periods.until(history, moment)
    notices = [notice for rule in ALERTS for notice in rule(known, moment)]
    return sorted(notices, key=lambda notice: ("urgent", "warn", "info").index(notice.severity))
