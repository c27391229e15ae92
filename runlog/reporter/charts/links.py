"""Draw a forest plot: every factor's link with soreness, its 95% range and its grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog import units
from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS, find_factor
from runlog.analysis.links import links
from runlog.i18n import _
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.findings import ESTIMATED, SIGNS, UNSURE, format_grade, format_step, link_sentence

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View


@dataclass(frozen=True, slots=True)
class LinksData:
    """The links of one area.

    Attributes:
        rows: factor, label, step, effect, low, high (points per that step), grade, n; the surest first, then
            the largest.
        notes: sentences on the factors that represent others, and on those without a row.
    """

    title: str
    rows: pd.DataFrame
    notes: tuple[str, ...]


def links_data(history: History, view: View) -> LinksData:
    """Return the links of one area that could be estimated."""
    return links_data_from(links(exposures(history, view.area)), view.area, history.settings.units)


def links_data_from(table: pd.DataFrame, area: str, distance_unit: str) -> LinksData:
    """Return the data of the chart from a table of links: the estimated ones, with and without a sign."""
    table = table[table["factor"].isin([factor.name for factor in FACTORS])]
    rows = table[table["grade"].isin(ESTIMATED)]
    order = pd.DataFrame({"grade": rows["grade"].map(ESTIMATED.index), "size": -rows["effect"].abs()})
    rows = rows.loc[order.sort_values(["grade", "size"], kind="stable").index].reset_index(drop=True)
    factors = [find_factor(name) for name in rows["factor"]]
    rows = rows.assign(
        label=[_(factor.label) for factor in factors],
        step=[format_step(factor, distance_unit) for factor in factors],
    )
    title = _links_title(rows, area, distance_unit)
    for key in ("effect", "low", "high"):
        rows[key] = [
            factor.points_per_step(points, distance_unit)
            for factor, points in zip(factors, rows[key], strict=True)
        ]
    return LinksData(title, rows, tuple(_link_notes(table)))


def _links_title(rows: pd.DataFrame, area: str, distance_unit: str) -> str:
    if rows.empty:
        return _("Too few ratings of the {area} yet").format(area=units.area(area))
    surest = rows.iloc[0]
    if surest["grade"] not in SIGNS:
        return _("Nothing goes together with the soreness of your {area} so far").format(
            area=units.area(area)
        )
    return link_sentence(find_factor(surest["factor"]), surest, distance_unit).rstrip(".")


def _link_notes(table: pd.DataFrame) -> list[str]:
    """Return notes on factors without a row, and on those that represent others."""
    labels = {factor.name: _(factor.label) for factor in FACTORS}
    notes, silent = [], []
    all_represented = {
        other for row in table.to_dict("records") for other in _related_factors(row, "speaks_for")
    }
    for row in table.to_dict("records"):
        name = row["factor"]
        if represented := _related_factors(row, "speaks_for"):
            notes.append(_inseparable(name, represented, labels))
        if row["grade"] in ESTIMATED or name in all_represented:
            continue
        if collinear := _related_factors(row, "moves_with"):
            notes.append(_inseparable(name, collinear, labels))
        else:
            silent.append(labels[name])
    if silent and len(silent) < len(table):
        notes.append(_("No answer yet: {factors}.").format(factors=", ".join(silent)))
    return notes


def _inseparable(name: str, others: Sequence[str], labels: Mapping[str, str]) -> str:
    text = _("{factor} can’t be separated from {others}.")
    return text.format(factor=labels[name], others=", ".join(labels.get(other, other) for other in others))


def _related_factors(row: Mapping[Hashable, Any], key: str) -> list[str]:
    others = row.get(key)
    return list(others) if isinstance(others, dict) else []


def links_height(data: LinksData, width: int) -> int:
    """Return how many pixels high it is."""
    if data.rows.empty:
        return 200
    lines = style.wrap_note(_links_note(data), width)
    return 50 + (54 if width == style.NARROW else 27) * len(data.rows) + 15 * len(lines)


def draw_links(data: LinksData, axes: Axes) -> None:
    """Factors that soreness goes together with: points, 95% range, grade."""
    if data.rows.empty:
        style.show_message(axes, _("With 20 ratings, this shows what your soreness goes together with."))
        return
    narrow = style.is_narrow(axes)
    rows = data.rows.to_dict("records")
    places = list(range(len(rows)))[::-1]
    axes.axvline(0, color=LIGHT["muted"], lw=1)
    for place, row in zip(places, rows, strict=True):
        _draw_link(axes, place, row)
        _label_above(axes, place, row) if narrow else _label_beside(axes, place, row)
    for one, other, place in zip(rows, rows[1:], places, strict=False):
        if one["grade"] != other["grade"]:
            axes.axhline(place - (0.22 if narrow else 0.5), color=LIGHT["line"], lw=1)
    names = [_("{factor}: {step}").format(factor=row["label"], step=row["step"]) for row in rows]
    axes.set_yticks([] if narrow else places, [] if narrow else names)
    axes.tick_params(axis="y", labelcolor=LIGHT["ink"])
    axes.set_ylim(-0.4 if narrow else -0.6, len(rows) - (0.25 if narrow else 0.4))
    axes.locator_params(axis="x", nbins=5 if narrow else 7)
    style.format_axis(axes.xaxis, lambda value: units.number(value, signed=True))
    axes.set_xlabel(_("← less sore    points    more sore →"))
    axes.grid(axis="x")
    style.add_note(axes, _links_note(data))


def _draw_link(axes: Axes, place: int, row: Mapping[Hashable, Any]) -> None:
    sure, colour = row["grade"] not in (*UNSURE, "none"), LIGHT["muted"]
    if row["grade"] in SIGNS:
        colour = LIGHT["sore"] if row["effect"] > 0 else LIGHT["calm"]
    axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=3 if sure else 1.5)
    face = colour if sure else LIGHT["paper"]
    axes.scatter([row["effect"]], [place], s=60, color=face, edgecolor=colour, lw=1.6, zorder=3)


def _label_beside(axes: Axes, place: int, row: Mapping[Hashable, Any]) -> None:
    """Write the grade at the right edge; the factor is at the left one."""
    axes.annotate(
        format_grade(row["grade"]),
        (1, place),
        (8, 0),
        ("axes fraction", "data"),
        "offset points",
        va="center",
        color=LIGHT["ink" if row["grade"] in SIGNS else "muted"],
    )


def _label_above(axes: Axes, place: int, row: Mapping[Hashable, Any]) -> None:
    """Write the factor and its step in two lines above the range, and the grade at the right edge."""
    size = style.SMALL_FONT
    grade = format_grade(row["grade"])
    step = style.truncate_text(str(row["step"]), style.width_px(axes) - 20, size)
    ground = {"facecolor": LIGHT["paper"], "edgecolor": "none", "pad": 0.6}
    for x, up, words, side, colour in (
        (0, 23, row["label"], "left", "ink"),
        (0, 9, step, "left", "muted"),
        (1, 23, grade, "right", "ink" if row["grade"] in SIGNS else "muted"),
    ):
        axes.annotate(
            words,
            (x, place),
            (0, up),
            ("axes fraction", "data"),
            "offset points",
            size=size,
            ha=side,
            color=LIGHT[colour],
            bbox=ground,
        )


def _links_note(data: LinksData) -> str:
    ratings = int(data.rows["n"].max()) if "n" in data.rows else 0
    about = _(
        "The dot is the most likely difference, the line its 95% range, from up to {n} ratings. "
        "Goes together with, not proof of cause."
    ).format(n=ratings)
    return "\n".join((about, *data.notes))
