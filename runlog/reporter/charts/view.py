"""Say as of when and of what a chart is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis import periods

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    from runlog.analysis.history import History

#: The body area that is shown unless another is asked for.
DEFAULT_AREA = "upper_back"


@dataclass(frozen=True, slots=True)
class View:
    """What a chart is asked to show.

    Attributes:
        now: the moment as of which (UTC).
        today: the day of ``now`` on the runner's clock.
        area: the body area.
        factor: for the chart of one factor.
    """

    now: pd.Timestamp
    today: date
    area: str = DEFAULT_AREA
    factor: str | None = None


@dataclass(frozen=True, slots=True)
class ViewedHistory:
    """The data of a chart that needs no other: the history up to ``view.now``, without a title."""

    history: History
    view: View
    title: str = ""


def make_view(
    history: History, now: datetime | None = None, area: str = DEFAULT_AREA, factor: str | None = None
) -> View:
    """Return the view as of a moment (default: the end of the last day with a run or an entry).

    Raises:
        BadInput: ``now`` has no time zone.
    """
    last = periods.last_day_with_data(history)
    moment = periods.to_utc(now) if now is not None or last is None else periods.end_of_day(history, last)
    return View(moment, history.clock.day(moment), area, factor)
