"""A week's facts as one self-contained page: no network, no script, everything typed escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import charts, guidance, units
from runlog.reporter.alerts import ALERTS
from runlog.reporter.charts.style import PALETTE
from runlog.reporter.findings import SIGNS, UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.reporter.days import Day
    from runlog.reporter.findings import Finding
    from runlog.reporter.weekly import Week

#: So many alerts come with their numbers; of more only the message, so that the page stays readable.
TOLD_IN_FULL = 5
#: So many areas have a column each day by day; of more only the week's own has, and the rest shares one.
MOST_AREAS = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the week, and what is usual."""

    label: str
    value: str
    usual: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The common scale of the dots and ranges: points of soreness to percent of the width."""

    low: float
    high: float

    def place(self, points: float) -> str:
        """Where a value lies, as a percentage."""
        return f"{100 * (points - self.low) / (self.high - self.low):.1f}%"


@dataclass(frozen=True, slots=True)
class Around:
    """Where a page of an archive leads: its index, and the weeks before and after, None where none is."""

    index: str
    before: str | None
    after: str | None


def render(week: Week, around: Around | None = None) -> str:
    """The page of a week, in the language of its facts; one of an archive leads to the others."""
    with use_language(week.language):
        areas = _areas(week)
        shown = MOST_AREAS if len(areas) <= MOST_AREAS else 1
        return (
            environment()
            .get_template("report.html")
            .render(
                week=week,
                around=around,
                language=week.language,
                tiles=tiles(week),
                areas=areas[:shown],
                elsewhere=areas[shown:],
                axis=_axis(week.findings),
                charts={name: svg(name, data) for name, data in week.charts.items()},
                titles={name: data.title for name, data in week.charts.items()},
                clinician=guidance.clinician(),
            )
        )


@cache
def environment() -> Environment:
    """What the pages' templates are read with, and what they all may say."""
    environment = Environment(
        loader=PackageLoader("runlog.reporter"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit,
    )
    environment.globals |= {
        "_": _,
        "counted": ngettext,
        "units": units,
        "palette": PALETTE,
        "needed": MIN_RATINGS,
        "told_in_full": TOLD_IN_FULL,
        "signs": SIGNS,
        "unsure": UNSURE,
        "evidence": {rule.kind: rule.grade for rule in ALERTS},
        "isna": pd.isna,
        "sorest": _sorest,
    }
    return environment


def _fit(value: object) -> object:
    """Every text on the page, without what turns or breaks a line; SVG is no text."""
    return units.typed(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def svg(name: str, data: object) -> dict[str, Markup]:
    """The SVGs of a chart; matplotlib escapes the texts in them."""
    return {size: Markup(svg) for size, svg in charts.embedded(name, data).items()}  # noqa: S704 - see the docstring


def tiles(week: Week) -> list[Tile]:
    """The numbers of the week beside the usual ones, in words."""
    now, usual, unit = week.now, week.usual, week.units
    return [
        Tile(
            _("Soreness, {area}").format(area=units.area(week.area)),
            units.number(now.soreness_mean),
            units.number(usual.soreness_mean),
        ),
        Tile(_("Worst rating"), units.number(now.soreness_max, 0), units.number(usual.soreness_max)),
        Tile(_("Ratings"), units.number(now.ratings, 0), units.number(usual.ratings)),
        Tile(_("Runs"), units.number(now.runs, 0), units.number(usual.runs)),
        Tile(_("Distance"), units.distance(now.distance_m, unit), units.distance(usual.distance_m, unit)),
        Tile(_("Moving time"), units.duration(now.moving_s), units.duration(usual.moving_s)),
    ]


def _areas(week: Week) -> list[str]:
    """The areas rated this week, the week's own first."""
    rated = {area for day in week.days for area in day.soreness}
    return sorted(rated, key=lambda area: (area != week.area, area))


def _sorest(day: Day, areas: list[str]) -> list[str]:
    """Of these areas the one that was sorest on a day, where any was rated."""
    rated = [area for area in areas if area in day.soreness]
    return sorted(rated, key=lambda area: -day.soreness[area])[:1]


def _axis(findings: Iterable[Finding]) -> Axis:
    """From the lowest to the highest end of all ranges, 0 always inside."""
    ends = [end for finding in findings if finding.is_estimated for end in (finding.low, finding.high)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.06 * (high - low) or 1.0
    return Axis(low - margin, high + margin)
