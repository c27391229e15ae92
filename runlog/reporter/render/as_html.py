"""Render a report as one self-contained HTML page: no network, no script, all texts escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from runlog import units
from runlog.analysis.links.grading import MIN_RATINGS
from runlog.i18n import _, ngettext, use_language
from runlog.reporter import charts, guidance
from runlog.reporter.alerts import ALERTS
from runlog.reporter.charts.style import PALETTE
from runlog.reporter.findings import SIGNS, UNSURE
from runlog.reporter.render.content import Drawing, Heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.reporter.findings import Finding
    from runlog.reporter.render.content import Block
    from runlog.reporter.summary import Day
    from runlog.reporter.weekly import Week

#: So many alerts come with their numbers; of more only the message, so that the page stays readable.
MOST_FULL_ALERTS = 5
#: So many areas have a column each day by day; of more only the week's own has, and the rest shares one.
MOST_AREA_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class NumberTile:
    """One number of the week, and what is usual."""

    label: str
    value: str
    usual: str


@dataclass(frozen=True, slots=True)
class EffectAxis:
    """The common scale of the dots and ranges: points of soreness to percent of the width."""

    low: float
    high: float

    def place(self, points: float) -> str:
        """Where a value lies, as a percentage."""
        return f"{100 * (points - self.low) / (self.high - self.low):.1f}%"


@dataclass(frozen=True, slots=True)
class ArchiveLinks:
    """Where a page of an archive leads: its index, and the weeks before and after, None where none is."""

    index: str
    before: str | None
    after: str | None


def render_week_page(week: Week, around: ArchiveLinks | None = None) -> str:
    """The page of a week, in the language of its facts; one of an archive leads to the others."""
    with use_language(week.language):
        areas = _rated_areas(week)
        shown = MOST_AREA_COLUMNS if len(areas) <= MOST_AREA_COLUMNS else 1
        return (
            template_environment()
            .get_template("report.html")
            .render(
                week=week,
                around=around,
                language=week.language,
                tiles=number_tiles(week),
                areas=areas[:shown],
                elsewhere=areas[shown:],
                axis=_effect_axis(week.findings),
                charts={name: chart_svgs(name, data) for name, data in week.charts.items()},
                titles={name: data.title for name, data in week.charts.items()},
                clinician=guidance.clinician_advice(),
            )
        )


@cache
def template_environment() -> Environment:
    """What the pages' templates are read with, and what they all may say."""
    environment = Environment(
        loader=PackageLoader("runlog.reporter"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean_output,
    )
    environment.globals |= {
        "_": _,
        "ngettext": ngettext,
        "units": units,
        "palette": PALETTE,
        "needed": MIN_RATINGS,
        "told_in_full": MOST_FULL_ALERTS,
        "signs": SIGNS,
        "unsure": UNSURE,
        "evidence": {rule.kind: rule.grade for rule in ALERTS},
        "isna": pd.isna,
        "sorest": _sorest_area,
    }
    return environment


def _clean_output(value: object) -> object:
    """Every text on the page, without what turns or breaks a line; SVG is no text."""
    return units.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def chart_svgs(name: str, data: object) -> dict[str, Markup]:
    """The SVGs of a chart; matplotlib escapes the texts in them."""
    return {size: Markup(svg) for size, svg in charts.embedded_svgs(name, data).items()}  # noqa: S704 - see the docstring


def number_tiles(week: Week) -> list[NumberTile]:
    """The numbers of the week beside the usual ones, in words."""
    now, usual, unit = week.now, week.usual, week.units
    return [
        NumberTile(
            _("Soreness, {area}").format(area=units.area(week.area)),
            units.number(now.soreness_mean),
            units.number(usual.soreness_mean),
        ),
        NumberTile(_("Worst rating"), units.number(now.soreness_max, 0), units.number(usual.soreness_max)),
        NumberTile(_("Ratings"), units.number(now.ratings, 0), units.number(usual.ratings)),
        NumberTile(_("Runs"), units.number(now.runs, 0), units.number(usual.runs)),
        NumberTile(
            _("Distance"), units.distance(now.distance_m, unit), units.distance(usual.distance_m, unit)
        ),
        NumberTile(_("Moving time"), units.duration(now.moving_s), units.duration(usual.moving_s)),
    ]


def _rated_areas(week: Week) -> list[str]:
    """The areas rated this week, the week's own first."""
    rated = {area for day in week.days for area in day.soreness}
    return sorted(rated, key=lambda area: (area != week.area, area))


def _sorest_area(day: Day, areas: list[str]) -> list[str]:
    """Of these areas the one that was sorest on a day, where any was rated."""
    rated = [area for area in areas if area in day.soreness]
    return sorted(rated, key=lambda area: -day.soreness[area])[:1]


def _effect_axis(findings: Iterable[Finding]) -> EffectAxis:
    """From the lowest to the highest end of all ranges, 0 always inside."""
    ends = [end for finding in findings if finding.is_estimated for end in (finding.low, finding.high)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.06 * (high - low) or 1.0
    return EffectAxis(low - margin, high + margin)


def render_page(blocks: Sequence[Block], language: str) -> str:
    """One self-contained page: the first block is its title, the last its foot."""
    head, *body, foot = blocks
    drawings = {block.chart: block for block in body if isinstance(block, Drawing)}
    with use_language(language):
        return (
            template_environment()
            .get_template("document.html")
            .render(
                language=language,
                head=head,
                sections=_page_sections(body),
                foot=foot,
                charts={name: chart_svgs(name, drawing.data) for name, drawing in drawings.items()},
                titles={name: drawing.finding for name, drawing in drawings.items()},
            )
        )


def _page_sections(body: Sequence[Block]) -> list[list[tuple[str, Block]]]:
    """The blocks with their kinds, a list for what stands above all headings and one for each heading."""
    sections: list[list[tuple[str, Block]]] = [[]]
    for block in body:
        if isinstance(block, Heading):
            sections.append([])
        sections[-1].append((type(block).__name__, block))
    return sections
