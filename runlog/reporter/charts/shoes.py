"""Every pair of shoes against its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.reporter import units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.pairs import in_use

if TYPE_CHECKING:
    from collections.abc import Hashable

    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View


#: More pairs than this would not be legible.
MOST = 7


@dataclass(frozen=True, slots=True)
class Shoes:
    """The most worn of the pairs that are not retired.

    Attributes:
        pairs: name, worn, limit (both in the runner's unit), expected (day or NaT); the most worn first.
    """

    title: str
    unit: str
    pairs: pd.DataFrame


def data(history: History, view: View) -> Shoes:
    """What each pair has run and may run, as of ``view.now``."""
    unit = history.settings.units
    table = in_use(history, view.now)
    factor = 1000 / units.METRES[unit]
    pairs = pd.DataFrame(
        {
            "name": table["name"].map(units.typed),
            "worn": table["km"] * factor,
            "limit": table["limit_km"] * factor,
            "expected": table["expected"],
        }
    )
    return Shoes(_title(pairs, unit), unit, pairs.head(MOST))


def _title(pairs: pd.DataFrame, unit: str) -> str:
    if pairs.empty:
        return "No shoes yet"
    left = (pairs["limit"] - pairs["worn"]).sort_values()
    name = pairs["name"].loc[left.index[0]]
    if left.iloc[0] <= 0:
        return f"{name} is over its limit"
    return f"{name} has {units.number(left.iloc[0], 0)} {unit} left"


def draw(data: Shoes, axes: Axes) -> None:
    """Each pair's distance against its limit."""
    if data.pairs.empty:
        style.say(axes, "Add a pair with: runlog shoes add NAME")
        return
    places = range(len(data.pairs))[::-1]
    for place, pair in zip(places, data.pairs.to_dict("records"), strict=True):
        worn, limit = pair["worn"], pair["limit"]
        axes.barh(place, limit, height=0.3, color=LIGHT["empty"])
        axes.barh(place, worn, height=0.3, color=LIGHT["sore" if worn >= limit else "load"])
        axes.vlines(limit, place - 0.22, place + 0.22, color=LIGHT["ink"], lw=2)
        text = f"{pair['name']}: {_state(pair, data.unit)}"
        axes.annotate(text, (0, place + 0.22), (0, 2), textcoords="offset points")
    axes.set(ylim=(-0.4, len(data.pairs) - 0.2), yticks=[], xlabel=f"{data.unit}, the mark is the limit")
    axes.set_xlim(0, 1.02 * max(data.pairs["worn"].max(), data.pairs["limit"].max(), 1.0))


def _state(pair: dict[Hashable, Any], unit: str) -> str:
    worn, limit, expected = pair["worn"], pair["limit"], pair["expected"]
    word = "over since" if worn >= limit else "there around"
    when = "" if pd.isna(expected) else f", {word} {units.day(expected, weekday=False, year=True)}"
    return f"{units.number(worn, 0)} of {units.number(limit, 0)} {unit}{when}"
