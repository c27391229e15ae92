"""Every factor's link with soreness: a dot, its 95% range, its grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links
from runlog.reporter import units
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.findings import SIGNS, UNSURE, sentence, step_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts import View


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one area.

    Attributes:
        rows: factor, label (with the step), effect, low, high (points), grade; the most soreness first.
    """

    title: str
    rows: pd.DataFrame


def data(history: History, view: View) -> Links:
    """The links of one area that could be estimated."""
    return of(links(exposures(history, view.area)), view.area, history.settings.units)


def of(found: pd.DataFrame, area: str, unit: str) -> Links:
    """What a forest plot shows of a table of links: those that have a sign, and those that have none."""
    rows = found.loc[found["grade"].isin([*SIGNS, "none"])].sort_values("effect", ascending=False)
    labels = {factor.name: f"{factor.label}: {step_text(factor, unit)}" for factor in FACTORS}
    rows = rows.assign(label=[labels.get(name, name) for name in rows["factor"]]).reset_index(drop=True)
    return Links(_title(rows, area, unit), rows)


def _title(rows: pd.DataFrame, area: str, unit: str) -> str:
    if rows.empty:
        return f"Not enough ratings of the {units.area(area)} for links yet"
    signs = rows.loc[rows["grade"].isin(SIGNS)]
    if signs.empty:
        return f"Nothing goes together with your {units.area(area)}'s soreness so far"
    surest = min((row for _, row in signs.iterrows()), key=_rank)
    factor = next(factor for factor in FACTORS if factor.name == surest["factor"])
    return sentence(factor, surest, unit).rstrip(".")


def _rank(row: pd.Series) -> tuple[int, float]:
    return list(SIGNS).index(row["grade"]), -abs(row["effect"])


def draw(data: Links, axes: Axes) -> None:
    """The links as a forest plot: points of soreness per step, with 95% ranges."""
    if data.rows.empty:
        style.say(axes, "Links appear from 20 ratings on.")
        return
    narrow = style.is_narrow(axes)
    places = range(len(data.rows))[::-1]
    axes.axvline(0, color=LIGHT["muted"], lw=1)
    for place, row in zip(places, data.rows.to_dict("records"), strict=True):
        colour, alpha = _colour(row["grade"], row["effect"]), 0.5 if row["grade"] in UNSURE else 1.0
        axes.plot(
            [row["low"], row["high"]],
            [place, place],
            color=colour,
            lw=2.5,
            alpha=alpha,
            solid_capstyle="round",
        )
        axes.scatter([row["effect"]], [place], s=60, color=colour, alpha=alpha, lw=0, zorder=3)
        if narrow:
            axes.annotate(
                row["label"], (0, place), (0, 9), ("axes fraction", "data"), "offset points", size=10
            )
    axes.set_yticks([] if narrow else list(places), [] if narrow else list(data.rows["label"]))
    axes.tick_params(axis="y", labelcolor=LIGHT["ink"])
    axes.set_ylim(-0.6, len(data.rows) - (0.2 if narrow else 0.5))
    axes.set_xlabel("← less sore    points of soreness    more sore →")
    axes.grid(axis="x")


def _colour(grade: str, effect: float) -> str:
    if grade not in SIGNS:
        return LIGHT["muted"]
    return LIGHT["sore"] if effect > 0 else LIGHT["calm"]
