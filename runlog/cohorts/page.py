"""Write what a cohort comes to as one page: a table per body area, a forest per factor, and who differs.

It is in English: a cohort has no runner whose language it could be in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from jinja2 import ChoiceLoader, PackageLoader

from runlog import units
from runlog.analysis.factors import FACTORS
from runlog.cohorts.tables import COST, TRIAL_PREFIX, pool, runners_given_others
from runlog.reporter.findings import format_step
from runlog.reporter.render.as_html import template_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import BaseLoader

#: Runners drawn in a forest; of more, so many evenly from the lowest to the highest.
MOST_DRAWN = 60


@dataclass(frozen=True, slots=True)
class EffectAxis:
    """The scale of a forest: points of soreness to percent of the width."""

    low: float
    high: float

    def percent(self, points: float) -> str:
        """Return where a value lies, as a percentage; what lies outside is drawn at the edge."""
        share = (points - self.low) / (self.high - self.low)
        return f"{100 * min(1.0, max(0.0, share)):.1f}%"


@dataclass(frozen=True, slots=True)
class RunnerLine:
    """A runner's line in a forest: the effect alone and given the others, each with its range, in points."""

    name: str
    ratings: int
    alone: tuple[float, float, float]
    given_others: tuple[float, float, float]
    differs: bool


@dataclass(frozen=True, slots=True)
class Forest:
    """One factor over all runners.

    Attributes:
        label: of the factor, in words; step: what its effects are for.
        row: of the pooled table.
        sentence: what it comes to, in one sentence.
        axis: the scale of all its lines.
        lines: the runners that are drawn, from the lowest effect to the highest.
        differing: those whose range given the others leaves the mean out, if any.
    """

    label: str
    step: str
    row: dict[Any, Any]
    sentence: str
    axis: EffectAxis
    lines: tuple[RunnerLine, ...]
    differing: tuple[RunnerLine, ...]


def render_page(effects: pd.DataFrame, problems: Sequence[tuple[str, str]]) -> str:
    """Return the page of the effects that ``tables.pool`` takes, with who was left out and why."""
    given, pooled = runners_given_others(effects), pool(effects)
    areas = {
        units.area(area).capitalize() if isinstance(area, str) else "Soreness": [
            _make_forest(row, given) for row in map(dict, rows.to_dict("records"))
        ]
        for area, rows in _by_surety(pooled).groupby("area", dropna=False, sort=False)
    }
    pages = template_environment()
    loader = ChoiceLoader([PackageLoader("runlog.cohorts"), cast("BaseLoader", pages.loader)])
    template = pages.overlay(loader=loader).get_template("cohort.html")
    return template.render(
        points=partial(units.number, digits=2, signed=True),
        runners=effects["athlete"].nunique(),
        areas=areas,
        problems=problems,
        cost=COST,
        most=MOST_DRAWN,
    )


def _by_surety(pooled: pd.DataFrame) -> pd.DataFrame:
    """Put the areas and factors of most runners first, and of those the means that are farthest from 0."""
    distance = pooled["mean"].abs() / (pooled["mean_high"] - pooled["mean_low"])
    most = pooled.groupby("area", dropna=False)["runners"].transform("max")
    order = pd.DataFrame({"most": -most, "area": pooled["area"].fillna(""), "distance": -distance})
    return pooled.loc[order.sort_values(["most", "area", "distance"], kind="stable").index]


def _make_forest(row: dict[Any, Any], given: pd.DataFrame) -> Forest:
    factor = next((factor for factor in FACTORS if factor.name == row["factor"]), None)
    same_area = given["area"].isna() if row["area"] is None else given["area"] == row["area"]
    rows = given[same_area & (given["factor"] == row["factor"])].sort_values("given_others")
    lines = [_make_line(dict(one), row["mean"]) for one in rows.to_dict("records")]
    drawn = lines
    if len(lines) > MOST_DRAWN:
        drawn = [lines[place] for place in np.linspace(0, len(lines) - 1, MOST_DRAWN).astype(int)]
    ends = [end for line in drawn for end in (*line.alone[1:], *line.given_others[1:])]
    low, high = min(0.0, *np.quantile(ends, [0.02])), max(0.0, *np.quantile(ends, [0.98]))
    margin = 0.04 * (high - low) or 1.0
    label = factor.label if factor else _name_of(str(row["factor"]))
    return Forest(
        label=units.capital(label),
        step=format_step(factor, "km") if factor else _step_of(str(row["factor"])),
        row=row,
        sentence=_sentence(row),
        axis=EffectAxis(low - margin, high + margin),
        lines=tuple(drawn),
        differing=tuple(line for line in lines if line.differs),
    )


def _name_of(factor: str) -> str:
    """Return the name of a trial, or of a column that is no factor of runlog."""
    return f"Trial: {factor.removeprefix(TRIAL_PREFIX)}" if factor.startswith(TRIAL_PREFIX) else factor


def _step_of(factor: str) -> str:
    return "first arm against the second" if factor.startswith(TRIAL_PREFIX) else f"+1 {factor}"


def _make_line(row: dict[Any, Any], mean: float) -> RunnerLine:
    alone, given = (
        (row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in ("alone", "given_others")
    )
    differs = not given[1] <= mean <= given[2]
    return RunnerLine(str(row["athlete"]), int(row["n"]), alone, given, differs)


def _sentence(row: dict[Any, Any]) -> str:
    """Say what a factor comes to: on average, and whether that holds for a runner who is not among them."""
    size = units.number(abs(row["mean"]), 2)
    if row["mean_low"] <= 0 <= row["mean_high"]:
        average = "No clear average effect"
    else:
        average = f"On average {size} points {'more' if row['mean'] > 0 else 'less'} sore"
    if row["new_runner_low"] > 0 or row["new_runner_high"] < 0:
        return f"{average}; to be expected in another runner, too."
    return f"{average}; in another runner it may be nothing, or the opposite."
