"""Show what soreness goes together with, and one factor with the ratings behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flask import Blueprint, render_template, request

from runlog import units
from runlog.analysis import periods
from runlog.analysis.exposures import PRIMARY_WINDOW, WINDOWS, exposures
from runlog.analysis.factors import FACTORS, find_factor
from runlog.analysis.history import ratings_of
from runlog.analysis.links import links
from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.i18n import N_, _
from runlog.model import Area
from runlog.reporter import findings
from runlog.reporter.charts.exposure import MOST_DOTS, WORST_RATING, exposure_data_from
from runlog.trials.suggestions import Evidence
from runlog.web import context, now

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import pandas as pd

    from runlog.analysis.factors.base import Factor
    from runlog.reporter.charts.exposure import ExposureData

blueprint = Blueprint("links", __name__)

_WINDOW_WORDS = {
    24: N_("the run of the 24 hours before"),
    48: N_("24 to 48 hours before"),
    72: N_("48 to 72 hours before"),
}


@blueprint.get("/links")
def show() -> str:
    """List the factors: those with a sign, those without one, those that cannot be told."""
    area, asked = _asked_area(), request.args.get("window", "")
    window = int(asked) if asked in map(str, WINDOWS) else PRIMARY_WINDOW
    rated = ratings_of(context.history())
    rows = _rows(area, window)
    shown = [row for row in rows if row["text"]]
    ends = [0.0, *(row[end] for row in shown for end in ("low", "high"))]
    low, high = min(ends), max(ends)
    return render_template(
        "links.html",
        area=area,
        areas=[Area(str(name)) for name in rated["area"].value_counts().index],
        window=window,
        windows=[(hours, _(words)) for hours, words in _WINDOW_WORDS.items()],
        ratings=int((rated["area"] == area).sum()),
        needed=MIN_RATINGS,
        signs=[row for row in shown if row["style"]],
        without=[row for row in shown if not row["style"]],
        unknown=[row for row in rows if not row["text"]],
        axis=lambda points: f"{3 + 94 * (points - low) / ((high - low) or 1.0):.1f}%",
    )


def _asked_area() -> Area:
    """Return the area that is asked for, by default the one rated most."""
    asked = request.args.get("area", "")
    if asked in set(Area):
        return Area(asked)
    return periods.main_area(context.history()) or Area.UPPER_BACK


def tables(area: Area, window: int = PRIMARY_WINDOW) -> Evidence:
    """Return the exposures of an area and its links, made once per change."""

    def make() -> Evidence:
        week = now.this_week()
        if week.evidence is not None and (area, window) == (week.area, PRIMARY_WINDOW):
            return week.evidence
        table = exposures(context.history(), area, window)
        return Evidence(table, links(table, window=window))

    return context.facts().get(f"links {area} {window}", None, make)


def _rows(area: Area, window: int) -> list[dict[str, Any]]:
    """Return what the list says of each factor, the surest links first."""
    factors = {factor.name: factor for factor in FACTORS}
    unit = context.settings().units
    rows = []
    for row in tables(area, window).estimates.to_dict("records"):
        name = str(row["factor"])
        factor = factors.get(name) or factors.get(name.rpartition("_")[0])
        if factor is not None:
            rows.append(_row(factor, row, unit))
    order = {grade: place for place, grade in enumerate(findings.ESTIMATED)}
    return sorted(rows, key=lambda row: order.get(row["grade"], len(order)))


def _row(factor: Factor, row: dict[Hashable, Any], unit: str) -> dict[str, Any]:
    """Return a link in words, with the points of soreness and the classes of its drawing where it has one."""
    shown = {
        "name": str(row["factor"]),
        "factor": factor.name,
        "label": _(factor.label),
        "sentence": findings.link_sentence(factor, row, unit),
        "settled": findings.settled_text(row),
        "grade": str(row["grade"]),
        "grade_text": findings.format_grade(row["grade"]),
        "n": int(row["n"]),
    }
    if row["grade"] not in findings.ESTIMATED:
        return {**shown, "style": "", "text": ""}
    points = {key: factor.points_per_step(float(row[key]), unit) for key in ("effect", "low", "high")}
    return {
        **shown,
        **points,
        "style": findings.link_style(row["grade"], row["effect"]),
        "text": _("{effect} points ({low} to {high})").format(**findings.signed_points(points)),
    }


@blueprint.get("/links/<name>")
def factor(name: str) -> str:
    """Show one factor: its link in words, and the ratings with the fitted line."""
    asked = find_factor(name)
    area, window = _asked_area(), PRIMARY_WINDOW
    row = next((one for one in _rows(area, window) if one["name"] == asked.name), None)
    table, estimates = tables(area, window)
    history = context.history()
    data = exposure_data_from(table, asked.name, history.settings.units, estimates, history.load_kind)
    return render_template(
        "factor.html",
        row=row,
        area=area,
        label=_(asked.label),
        axis=data.label,
        scatter=_scatter(data, table) if len(data.points) else None,
    )


_LEFT, _RIGHT, _TOP, _BOTTOM = 44.0, 630.0, 12.0, 300.0
_JITTER = 0.16  # of the way from no to yes, so that equal answers lie beside each other


def _scatter(data: ExposureData, table: pd.DataFrame) -> dict[str, Any]:
    """Draw the ratings against a factor's values, in a field of 640 by 340.

    Returns:
        The dots; the ends of the fitted line (x1, y1, x2, y2), and "low" and "high" of its range, where there
        is an estimate; the ticks below the field; and the heights of the ratings 0, 2, 4 …, and these.
    """
    points = data.points.tail(MOST_DOTS)
    values = points["value"].to_numpy(float)
    low, high = (-0.5, 1.5) if data.yes_no else (float(values.min()), float(values.max()))
    if high == low:
        low, high = low - 1.0, high + 1.0
    margin = 0.0 if data.yes_no else 0.04 * (high - low)
    low, high = low - margin, high + margin
    shift = np.random.default_rng(0).uniform(-_JITTER, _JITTER, len(values)) if data.yes_no else 0.0

    def across(value: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * (value - low) / (high - low), 1)

    def up(rating: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * min(max(rating, 0.0), WORST_RATING) / WORST_RATING, 1)

    days = table.loc[points.index, "day"]
    dots = [
        {
            "x": across(value),
            "y": up(rating),
            "rating": rating,
            "day": day.date().isoformat(),
            "words": f"{units.day(day)}: {rating:g}",
        }
        for value, rating, day in zip(values + shift, points["rating"], days, strict=True)
    ]
    ends = (0.0, 1.0) if data.yes_no else (float(values.min()), float(values.max()))
    lines: dict[str, list[float]] = {"line": [], "low": [], "high": []}
    if data.fit is not None and ends[0] < ends[1]:
        fit = data.fit
        for name, effect in (("line", fit.effect), ("low", fit.low), ("high", fit.high)):
            lines[name] = [one for end in ends for one in (across(end), up(fit.rating_at(end, effect)))]
    levels = [(up(n), n) for n in range(0, WORST_RATING + 1, 2)]
    return {"dots": dots, **lines, "ticks": _ticks(data, ends, across), "levels": levels}


def _ticks(data: ExposureData, ends: Sequence[float], across: Any) -> list[tuple[float, str]]:  # noqa: ANN401 - a function
    if data.yes_no:
        return [(across(0.0), _("no")), (across(1.0), _("yes"))]
    places = [ends[0] + share * (ends[1] - ends[0]) for share in (0.0, 0.5, 1.0)]
    return [
        (
            across(place),
            units.percent(place) if data.share else units.number(place, 0 if abs(place) >= 10 else 1),  # noqa: PLR2004 - two digits are enough
        )
        for place in dict.fromkeys(places)
    ]
