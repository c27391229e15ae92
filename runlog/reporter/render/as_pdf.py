"""Print a report's page as a PDF with WeasyPrint (the extra ``pdf``), on light paper."""

from __future__ import annotations

import re
from typing import Any

from runlog.errors import MissingExtra
from runlog.reporter.charts.style import LIGHT

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
        raise MissingExtra(
            "a PDF needs WeasyPrint; install it with: python -m pip install 'runlog[pdf]'"
        ) from error
    except OSError as error:  # it is there, but a library of the system is not
        raise MissingExtra(
            "a PDF needs the library Pango, which WeasyPrint draws text with "
            "(Debian: apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango)"
        ) from error
    return weasyprint


def _light_colours(html: str) -> str:
    """Replace the names of colours by the light colours: WeasyPrint does not resolve them within SVG."""
    return re.sub(r"var\(--(\w+)\)", lambda name: LIGHT.get(name[1], name[0]), html)


def _refuse_fetch(url: str, *_: object, **__: object) -> dict[str, Any]:
    """Fetch nothing: a page holds all that it shows."""
    raise ValueError(f"{url} is outside of the page")
