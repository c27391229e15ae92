"""One factor against the ratings: the runner's own data, dot by dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS
from runlog.errors import NotFound
from runlog.reporter import units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.findings import HABITS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View

#: Fewer values than this in a group give no mean worth drawing.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Exposure:
    """One factor's values and the ratings they belong to.

    Attributes:
        points: value, rating; only where both are known.
        groups: low, high (values), mean (rating), n: the two sides of a yes-or-no factor, else thirds.
        yes_no: whether the factor is 0 or 1.
    """

    title: str
    label: str
    points: pd.DataFrame
    groups: pd.DataFrame
    yes_no: bool


def data(history: History, view: View) -> Exposure:
    """One factor at the moments of an area's ratings (default: warm-up).

    Raises:
        NotFound: there is no such factor.
    """
    return of(exposures(history, view.area), view.factor or "warmup", history.settings.units)


def of(table: pd.DataFrame, factor: str, unit: str) -> Exposure:
    """What the chart shows of a table of exposures.

    Raises:
        NotFound: there is no such factor.
    """
    labels = {factor.name: factor.label for factor in FACTORS}
    if factor not in labels:
        raise NotFound(f"there is no factor {factor!r}; there are {', '.join(labels)}")
    points = table[[factor, "rating"]].dropna().set_axis(["value", "rating"], axis=1).astype(float)
    label = labels[factor]
    if factor == "shoe_km":
        points["value"] *= 1000 / units.METRES[unit]
        label = f"{label}, {unit}"
    yes_no = factor in HABITS
    groups = _groups(points, yes_no=yes_no)
    return Exposure(_title(labels[factor], groups, yes_no=yes_no), label, points, groups, yes_no)


def _groups(points: pd.DataFrame, *, yes_no: bool) -> pd.DataFrame:
    columns = {
        "low": ("value", "min"),
        "high": ("value", "max"),
        "mean": ("rating", "mean"),
        "n": ("rating", "size"),
    }
    if points.empty:
        return pd.DataFrame(columns=list(columns), dtype=float)
    by = points["value"] if yes_no else pd.qcut(points["value"].rank(method="dense"), 3, duplicates="drop")
    groups = points.groupby(by, observed=True).agg(**columns).reset_index(drop=True)
    return groups.loc[groups["n"] >= ENOUGH]


def _title(label: str, groups: pd.DataFrame, *, yes_no: bool) -> str:
    if len(groups) < 2:  # noqa: PLR2004 - a comparison takes two
        return f"{label}: not enough different values to compare yet"
    first, last = units.number(groups["mean"].iloc[-1]), units.number(groups["mean"].iloc[0])
    sides = ("done", "skipped") if yes_no else ("high", "low")
    return f"{label} {sides[0]}: {first} on average; {sides[1]}: {last}"


def draw(data: Exposure, axes: Axes) -> None:
    """One factor against the ratings, with the mean of each group."""
    if data.points.empty:
        style.say(axes, f"No rating with a known value of “{data.label}” yet.")
        return
    jitter = np.random.default_rng(0)
    spread = 0.14 if data.yes_no else 0.0
    x = data.points["value"] + jitter.uniform(-spread, spread, len(data.points))
    y = data.points["rating"] + jitter.uniform(-0.18, 0.18, len(data.points))
    axes.scatter(x, y, s=30, color=LIGHT["sore"], alpha=0.6, lw=0, clip_on=False)
    for group in data.groups.to_dict("records"):
        _draw_mean(axes, group["low"], group["high"], group["mean"], 0.24 if data.yes_no else 0.0)
    axes.set(ylim=(-0.3, 10), yticks=[0, 5, 10], title="Soreness, 0 none to 10 worst")
    axes.grid(axis="y")
    if data.yes_no:
        counts = data.points["value"].value_counts()
        names = [
            f"{name}\n{units.count(int(counts.get(v, 0)), 'rating')}"
            for v, name in ((0, "skipped"), (1, "done"))
        ]
        axes.set_xticks([0, 1], names)
        axes.set_xlim(-0.5, 1.5)
    else:
        axes.set_xlabel(data.label)
        if data.points["value"].between(0, 1).all():
            axes.xaxis.set_major_formatter(lambda value, _: units.percent(value))


def _draw_mean(axes: Axes, low: float, high: float, mean: float, widen: float) -> None:
    axes.plot([low - widen, high + widen], [mean, mean], color=LIGHT["ink"], lw=2.5, solid_capstyle="round")
    box = {"facecolor": LIGHT["paper"], "edgecolor": "none", "alpha": 0.8, "pad": 1.5}
    middle = ((low + high) / 2, mean)
    axes.annotate(
        units.number(mean), middle, (0, 7), textcoords="offset points", ha="center", weight="bold", bbox=box
    )
