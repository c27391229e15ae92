"""Render a report as one self-contained HTML page: no network, no script, all texts escaped.

A PDF is that page, printed with WeasyPrint (the extra ``pdf``) on light paper.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from runlog import units
from runlog.errors import MissingExtra, missing_extra
from runlog.i18n import _, use_language
from runlog.reporter import charts
from runlog.reporter.charts.style import LIGHT, PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.reporter.render.content import Block, ChartBlock, Document, LinkRow


class LinkScale:
    """The scale of links: points of soreness to percent of the width, by roots, so that small ones show.

    It spans all ranges, 0 always inside.
    """

    def __init__(self, rows: Sequence[LinkRow]) -> None:
        ends = [0.0, *(end for row in rows for end in (row.low, row.high))]
        self._low, self._high = min(ends), max(ends)

    def percent(self, points: float) -> float:
        """Return where a difference lies."""
        low, high = _signed_root(self._low), _signed_root(self._high)
        margin = 0.04 * (high - low) or 1.0
        return 100 * (_signed_root(points) - low + margin) / (high - low + 2 * margin)

    def marks(self) -> tuple[tuple[float, str], ...]:
        """Return where the scale is marked, and with what: 0, and a round number on either side."""
        less, more = (next((mark for mark in _ROUND if mark <= end), 0.0) for end in (-self._low, self._high))
        return tuple(
            (self.percent(mark), units.number(mark, int(abs(mark) % 1 > 0), signed=True))
            for mark in sorted({-less, 0.0, more})
        )


_ROUND = (5.0, 2.0, 1.0, 0.5, 0.2, 0.1)


def _signed_root(points: float) -> float:
    return math.copysign(math.sqrt(abs(points)), points)


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
        finalize=clean_output,
    )
    environment.globals |= {"_": _, "palette": PALETTE, "svgs": chart_svgs}
    environment.filters |= {"kind": block_kind, "scale": LinkScale}
    return environment


def clean_output(value: object) -> object:
    """Remove what turns or breaks a line from every text that a template writes; SVG is no text."""
    return units.printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def chart_svgs(block: ChartBlock) -> dict[str, Markup]:
    """Return the SVGs of a chart by their sizes; matplotlib escapes the texts in them."""
    sizes = ("wide", "narrow") if block.is_wide else ("narrow",)
    drawn = charts.embedded_svgs(block.name, block.data, sizes)
    return {size: Markup(svg) for size, svg in drawn.items()}  # noqa: S704 - see the docstring


def block_kind(block: Block) -> str:
    """Return the name of a block's class, for the templates to choose its markup by."""
    return type(block).__name__


#: The rules of the page's style sheet that WeasyPrint does not know, in words that it does.
_PDF_STYLE = "h1 { font-size: 22pt; max-width: none } .narrow { display: none }"


def render_pdf(html: str) -> bytes:
    """Print a page as a PDF.

    Raises:
        MissingExtra: WeasyPrint, or the Pango library that it draws text with, is not installed.
    """
    weasyprint = _import_weasyprint()
    page = weasyprint.HTML(string=_light_colours(html), url_fetcher=_refuse_fetch)
    written: bytes = page.write_pdf(stylesheets=[weasyprint.CSS(string=_PDF_STYLE)])
    return written


def _import_weasyprint() -> Any:  # noqa: ANN401 - WeasyPrint tells no types
    try:
        import weasyprint
    except ImportError as error:
        raise missing_extra("a PDF needs WeasyPrint; install it with", "pdf") from error
    except OSError as error:  # it is there, but a library of the system is not
        raise MissingExtra(
            "a PDF needs the library Pango, which WeasyPrint draws text with "
            "(Debian: apt install {packages}; macOS: brew install pango)",
            packages="libpango-1.0-0 libpangoft2-1.0-0",
        ) from error
    return weasyprint


def _light_colours(html: str) -> str:
    """Replace the names of colours by the light colours: WeasyPrint does not resolve them within SVG."""
    return re.sub(r"var\(--(\w+)\)", lambda name: LIGHT.get(name[1], name[0]), html)


def _refuse_fetch(url: str, *_: object, **__: object) -> dict[str, Any]:
    """Fetch nothing: a page holds all that it shows."""
    raise ValueError(f"{url} is outside of the page")
