"""A week day by day: what was run, what load it was, and how sore which area was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from runlog.analysis.history import History
    from runlog.reporter.periods import Span

_NOTHING = pd.Series(dtype=float)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; NaN is unknown.

    Attributes:
        runs: how many; distance_m: of all of them.
        load: in the unit of ``History.load_kind``; 0 on a day of rest.
        soreness: by area the worst rating; areas that were not rated are absent.
    """

    day: date
    runs: int
    distance_m: float
    load: float
    soreness: Mapping[str, float]


def days(history: History, span: Span) -> tuple[Day, ...]:
    """The days of a span, as far as the history goes."""
    loads = load.daily_metrics(history, pd.Timestamp(span.last))["load"]
    ran = span.of(history.runs).groupby("day")["distance_m"]
    runs, metres = ran.size(), ran.sum(min_count=1)
    rated = span.of(history.entries.dropna(subset=["soreness"]))
    worst = {day: of_day.groupby("area")["soreness"].max() for day, of_day in rated.groupby("day")}
    return tuple(
        Day(
            day.date(),
            int(runs.get(day, 0)),
            float(metres.get(day, 0.0)),
            float(loads.get(day, float("nan"))),
            {str(area): float(value) for area, value in worst.get(day, _NOTHING).items()},
        )
        for day in pd.date_range(span.first, span.last)
    )
