"""Write what a cohort comes to as one page: a table per body area, a forest per factor, and who differs.

It is in English: a cohort has no runner whose language it could be in.
"""

from __future__ import annotations

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
_ENDS = ("low", "high")


def render_page(effects: pd.DataFrame, problems: Sequence[tuple[str, str]]) -> str:
    """Return the page of the effects that ``tables.pool`` takes, with who was left out and why."""
    given, pooled = runners_given_others(effects), pool(effects)
    # the areas and factors of most runners first, and of those the means that are farthest from 0
    distance = pooled["mean"].abs() / (pooled["mean_high"] - pooled["mean_low"])
    most = pooled.groupby("area", dropna=False)["runners"].transform("max")
    order = pd.DataFrame({"most": -most, "area": pooled["area"].fillna(""), "distance": -distance})
    surest_first = order.sort_values(["most", "area", "distance"], kind="stable").index
    areas = {
        units.area(area).capitalize() if isinstance(area, str) else "Soreness": [
            _make_forest(row, given) for row in map(dict, rows.to_dict("records"))
        ]
        for area, rows in pooled.loc[surest_first].groupby("area", dropna=False, sort=False)
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


def _make_forest(row: dict[Any, Any], given: pd.DataFrame) -> dict[str, Any]:
    """Return what the page says of one factor: ``row`` of the pooled table, and those of its runners."""
    name = str(row["factor"])
    factor = next((factor for factor in FACTORS if factor.name == name), None)
    if factor is not None:
        label, step = factor.label, format_step(factor, "km")
    elif name.startswith(TRIAL_PREFIX):
        label, step = f"Trial: {name.removeprefix(TRIAL_PREFIX)}", "first arm against the second"
    else:  # a column that is no factor of runlog
        label, step = name, f"+1 {name}"
    same_area = given["area"].isna() if row["area"] is None else given["area"] == row["area"]
    rows = given[same_area & (given["factor"] == name)].sort_values("given_others")
    lines = rows.to_dict("records")  # from the lowest effect to the highest
    for line in lines:
        line["differs"] = not line["given_others_low"] <= row["mean"] <= line["given_others_high"]
    drawn = lines
    if len(lines) > MOST_DRAWN:
        drawn = [lines[place] for place in np.linspace(0, len(lines) - 1, MOST_DRAWN).astype(int)]
    ends = [line[f"{of}_{end}"] for line in drawn for of in ("alone", "given_others") for end in _ENDS]
    low, high = min(0.0, *np.quantile(ends, [0.02])), max(0.0, *np.quantile(ends, [0.98]))
    margin = 0.04 * (high - low) or 1.0
    return {
        "label": units.capital(label),
        "step": step,
        "row": row,
        "sentence": _sentence(row),
        "percent": partial(_percent, low=low - margin, high=high + margin),
        "lines": drawn,
        "differing": sum(line["differs"] for line in lines),
    }


def _percent(points: float, low: float, high: float) -> str:
    """Return where a value lies on a scale, as a percentage; what lies outside is drawn at the edge."""
    share = (points - low) / (high - low)
    return f"{100 * min(1.0, max(0.0, share)):.1f}%"


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
