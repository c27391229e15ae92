"""Render a report as one self-contained HTML page: no network, no script, all texts escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from runlog import units
from runlog.i18n import _, use_language
from runlog.reporter import charts
from runlog.reporter.charts.style import PALETTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.reporter.render.content import Block, Document, FindingBlock


@dataclass(frozen=True, slots=True)
class EffectAxis:
    """The common scale of the dots and ranges: points of soreness to percent of the width."""

    low: float
    high: float

    def percent(self, points: float) -> str:
        """Return where a value lies, as a percentage."""
        return f"{100 * (points - self.low) / (self.high - self.low):.1f}%"


@dataclass(frozen=True, slots=True)
class ArchiveLinks:
    """Where a page of an archive leads: its index, and the weeks before and after, None for no such week."""

    index: str
    previous: str | None
    next: str | None


def render_document(document: Document, links: ArchiveLinks | None = None) -> str:
    """Return a report as a page; one of an archive leads to the others."""
    with use_language(document.language):
        return template_environment().get_template("page.html").render(page=document, links=links)


@cache
def template_environment() -> Environment:
    """Return the environment that the templates of the page and of the mail are read with."""
    environment = Environment(
        loader=PackageLoader("runlog.reporter"),
        auto_reload=False,  # a template does not change while a command runs
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean_output,
    )
    environment.globals |= {"_": _, "palette": PALETTE, "svgs": chart_svgs}
    environment.filters |= {"kind": block_kind, "axis": effect_axis}
    return environment


def _clean_output(value: object) -> object:
    """Remove what turns or breaks a line from every text; SVG is no text."""
    return units.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def chart_svgs(name: str, data: object) -> dict[str, Markup]:
    """Return the SVGs of a chart; matplotlib escapes the texts in them."""
    return {size: Markup(svg) for size, svg in charts.embedded_svgs(name, data).items()}  # noqa: S704 - see the docstring


def block_kind(block: Block) -> str:
    """Return the name of a block's class, for the templates to choose its markup by."""
    return type(block).__name__


def effect_axis(findings: Iterable[FindingBlock]) -> EffectAxis:
    """Return a scale from the lowest to the highest end of all ranges, 0 always inside."""
    effects = [finding.effect for finding in findings if finding.effect is not None]
    ends = [end for effect in effects for end in (effect.low, effect.high)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.06 * (high - low) or 1.0
    return EffectAxis(low - margin, high + margin)
