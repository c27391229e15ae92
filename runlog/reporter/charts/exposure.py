"""Plot one factor against the ratings, with the fitted link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlog import units
from runlog.analysis.exposures import exposures
from runlog.analysis.factors import find_factor
from runlog.analysis.factors.base import FactorUnit
from runlog.analysis.links import links, step_size
from runlog.i18n import _, ngettext
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.findings import ESTIMATED, format_grade, link_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from runlog.analysis.factors.base import Factor
    from runlog.analysis.history import History
    from runlog.analysis.session_load import LoadKind
    from runlog.reporter.charts.view import View

WORST_RATING = 10
#: More dots would hide each other; the latest are drawn.
MOST_DOTS = 400


class FittedLink(NamedTuple):
    """A factor's link: the difference in rating points per step, and its 95% range.

    ``value`` and ``rating`` are the means of the ratings at which the factor is known: the line goes
    through them. ``step`` is in the unit of the values.
    """

    step: float
    effect: float
    low: float
    high: float
    grade: str
    value: float
    rating: float

    def rating_at(self, value: float, effect: float) -> float:
        """Return the rating that an effect per step predicts at a value."""
        return self.rating + effect * (value - self.value) / self.step


@dataclass(frozen=True, slots=True)
class ExposureData:
    """One factor's values and the ratings that they belong to.

    Attributes:
        label: the factor's name, and its unit where it has one.
        points: value, rating; only where both are known, in the order of time.
        fit: the link, or None where there is no estimate; ``reason`` is why.
        yes_no: True if the factor is 0 or 1; share: True if it is a fraction.
    """

    title: str
    label: str
    points: pd.DataFrame
    fit: FittedLink | None
    reason: str
    yes_no: bool
    share: bool


def exposure_data(history: History, view: View) -> ExposureData:
    """Return one factor at the moments of an area's ratings (default: warm-up).

    Raises:
        NotFound: there is no such factor.
    """
    factor = find_factor(view.factor or "warmup")
    table = exposures(history, view.area)
    return exposure_data_from(table, factor.name, history.settings.units, load_kind=history.load_kind)


def exposure_data_from(
    table: pd.DataFrame,
    name: str,
    distance_unit: str,
    estimates: pd.DataFrame | None = None,
    load_kind: LoadKind | None = None,
) -> ExposureData:
    """Return the data of the chart of a factor from a table of exposures, of one area.

    ``estimates`` are the links of that table; without them they are computed. Without the ``load_kind`` of
    the history the unit of loads is left out.

    Raises:
        NotFound: there is no such factor.
    """
    factor = find_factor(name)
    estimates = links(table) if estimates is None else estimates
    row = next((row for row in estimates.to_dict("records") if row["factor"] == name), None)
    points = table[[name, "rating"]].dropna().set_axis(["value", "rating"], axis=1).astype(float)
    label, scale = _axis_of(factor, distance_unit, load_kind)
    step = scale * float(step_size(points["value"], name)) * factor.points_per_step(1.0, distance_unit)
    points["value"] *= scale
    fit = None
    if row is not None and row["grade"] in ESTIMATED:
        low, effect, high = (
            factor.points_per_step(float(row[key]), distance_unit) for key in ("low", "effect", "high")
        )
        means = points.mean()
        fit = FittedLink(step, effect, low, high, str(row["grade"]), means["value"], means["rating"])
    return ExposureData(
        title=_exposure_title(factor, row, distance_unit),
        label=label,
        points=points,
        fit=fit,
        reason="" if row is None else str(row.get("reason", "")),
        yes_no=factor.unit is FactorUnit.HABIT,
        share=factor.unit is FactorUnit.SHARE,
    )


def _axis_of(factor: Factor, distance_unit: str, load_kind: LoadKind | None) -> tuple[str, float]:
    """Return the label of a factor's axis, and what converts its values into the unit of it."""
    unit, scale = _(factor.axis_unit), 1.0
    if factor.unit is FactorUnit.DISTANCE:
        unit, scale = distance_unit, units.METRES["km"] / units.METRES[distance_unit]
    elif factor.unit is FactorUnit.LOAD and load_kind:
        unit = _("{value} a day").format(value=units.load_unit(load_kind, distance_unit))
        scale = units.load_in(1.0, load_kind, distance_unit)
    label = _(factor.label)
    return _("{factor}, {unit}").format(factor=label, unit=unit) if unit else label, scale


def _exposure_title(factor: Factor, row: Mapping[Any, Any] | None, unit: str) -> str:
    if row is None or row["grade"] in ("", "describe"):
        return _("{factor}: too early to tell").format(factor=_(factor.label))
    if row["grade"] == "none":
        return _("{factor}: no sign of a link with soreness").format(factor=_(factor.label))
    return link_sentence(factor, row, unit).rstrip(".")


def exposure_height(data: ExposureData, width: int) -> int:
    """Return how many pixels high it is."""
    lines = style.wrap_note(_exposure_note(data), width)
    return 300 + 15 * len(lines)


def draw_exposure(data: ExposureData, axes: Axes) -> None:
    """One factor against the ratings, with the fitted link."""
    if data.points.empty:
        style.show_message(
            axes, _("No rating with a known value of “{factor}” yet.").format(factor=data.label)
        )
        return
    if data.fit is not None:
        _draw_groups(data.fit, axes) if data.yes_no else _draw_line(data.fit, data.points["value"], axes)
    _draw_points(data, axes)
    axes.set(
        ylim=(-0.4, WORST_RATING + 0.6), yticks=[0, 5, WORST_RATING], title=_("Soreness, 0 none to 10 worst")
    )
    axes.grid(axis="y")
    if data.yes_no:
        _label_groups(data.points["value"], axes)
    else:
        axes.set_xlabel(data.label)
        axes.locator_params(axis="x", nbins=4 if style.is_narrow(axes) else 8)
        style.format_axis(axes.xaxis, units.percent if data.share else None)
    style.add_note(axes, _exposure_note(data))


def _draw_points(data: ExposureData, axes: Axes) -> None:
    """Draw the latest ratings, a little apart where they would hide each other."""
    points = data.points.tail(MOST_DOTS)
    chance = np.random.default_rng(0)
    span = float(np.ptp(points["value"]))
    spread = 0.16 if data.yes_no else 0.006 * span
    x = points["value"] + chance.uniform(-spread, spread, len(points))
    y = points["rating"] + chance.uniform(-0.2, 0.2, len(points))
    axes.scatter(x, y, s=26, color=LIGHT["load"], alpha=0.75, lw=0, clip_on=False)
    axes.set_xlim(points["value"].min() - 0.05 * span - 1e-9, points["value"].max() + 0.05 * span + 1e-9)
    if data.yes_no:
        axes.set_xlim(-0.5, 1.8)


def _draw_line(fit: FittedLink, values: pd.Series[float], axes: Axes) -> None:
    """Draw the fitted line through the mean, and the area between the lines of the ends of the range."""
    ends = np.array([values.min(), values.max()])
    grid = np.linspace(ends[0], ends[1], 50)
    from_low, from_high = (
        np.array([fit.rating_at(value, effect) for value in grid]) for effect in (fit.low, fit.high)
    )
    low, high = np.minimum(from_low, from_high), np.maximum(from_low, from_high)
    axes.fill_between(grid, low, high, color=LIGHT["range"], lw=0)
    axes.plot(ends, [fit.rating_at(end, fit.effect) for end in ends], color=LIGHT["ink"], lw=2.5)


def _draw_groups(fit: FittedLink, axes: Axes) -> None:
    """Draw the fitted level of either group, and the difference between them."""
    without, with_it = fit.rating_at(0.0, fit.effect), fit.rating_at(1.0, fit.effect)
    low, high = without + fit.low, without + fit.high
    axes.fill_between([0.7, 1.3], low, high, color=LIGHT["range"], lw=0)
    for place, level in ((0.0, without), (1.0, with_it)):
        axes.plot([place - 0.3, place + 0.3], [level, level], color=LIGHT["ink"], lw=2.5)
    axes.plot([0.3, 1.3], [without, without], color=LIGHT["ink"], lw=1, ls=(0, (2, 3)))
    axes.annotate(
        "", (1.34, with_it), (1.34, without), arrowprops={"arrowstyle": "->", "color": LIGHT["ink"]}
    )
    axes.annotate(
        units.number(fit.effect, signed=True),
        (1.34, (without + with_it) / 2),
        (6, 0),
        textcoords="offset points",
        va="center",
        weight="bold",
        size=14,
    )


def _label_groups(values: pd.Series[float], axes: Axes) -> None:
    names = []
    for value, text in ((0.0, _("skipped")), (1.0, _("done"))):
        n = int((values == value).sum())
        ratings = ngettext("{n} rating", "{n} ratings", n).format(n=n)
        names.append(f"{text}\n{ratings}")
    axes.set_xticks([0, 1], names)


def _exposure_note(data: ExposureData) -> str:
    """Return the note: what is drawn, from how many ratings, and how sure that is."""
    n = len(data.points)
    if data.fit is None:
        return data.reason
    fit = data.fit
    effect, low, high = (units.number(value, signed=True) for value in (fit.effect, fit.low, fit.high))
    dots = _("Each dot is one of {n} ratings.").format(n=n)
    if n > MOST_DOTS:
        dots = _("The dots are the latest {most} of {n} ratings.").format(most=MOST_DOTS, n=n)
    if fit.grade == "none":
        fit_text = _("The line and the shaded 95% range are the fitted link: no sign.")
    elif data.yes_no:
        fit_text = _(
            "With all other factors taken into account, done goes with {effect} points "
            "({low} to {high}, shaded); {grade}."
        )
    else:
        fit_text = _("The line and the shaded 95% range take all other factors into account; {grade}.")
    fit_text = fit_text.format(effect=effect, low=low, high=high, grade=format_grade(fit.grade))
    return f"{dots} {fit_text}"
