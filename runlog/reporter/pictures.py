"""Which charts a week's report shows: those that have something to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog.reporter.charts import exposure, named
from runlog.reporter.charts.streaks import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.charts import View
    from runlog.reporter.findings import Finding

#: The charts of a page in their order, and whether their data has anything to show.
_SHOWN: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    (
        "soreness_and_load",
        lambda data: bool(data.days["soreness"].notna().any() or (data.days["load"] > 0).any()),
    ),
    ("body", lambda data: not data.areas.empty),
    ("streaks", lambda data: bool((data.runs[["warmup", "cooldown"]] != UNKNOWN).any(axis=None))),
    ("routes", lambda data: data.top is not None and bool(data.share.tail(1).notna().all())),
    ("route_maps", lambda data: bool(data.maps)),
    ("form", lambda data: bool(data.runs.filter(like=" drift").notna().any(axis=None))),
)


def of_week(known: History, view: View, table: pd.DataFrame, found: tuple[Finding, ...]) -> dict[str, Any]:
    """The data of the charts by their names.

    Args:
        known: the history up to the end of the week.
        view: of the week.
        table: the exposures of its area.
        found: the findings of the week; the surest link is shown by the ratings behind it ("exposure").
    """
    drawn = {name: named(name).data(known, view) for name, _shows in _SHOWN}
    shown = {name: drawn[name] for name, shows in _SHOWN if shows(drawn[name])}
    surest = next((one.factor for one in found if one.has_sign), None)
    if surest is not None:
        shown["exposure"] = exposure.of(table, surest, known.settings.units)
    return shown
