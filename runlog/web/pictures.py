"""Put the report's pages and charts into pages that allow no style within them.

The report is one self-contained file, so its style sheet is in it, and matplotlib writes styles into the
SVGs. Here the style sheet is served by itself, and each style becomes attributes that mean the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markupsafe import Markup

from runlog.reporter import charts

_STYLE_ELEMENT = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_STYLE_ATTRIBUTE = re.compile(r' style="([^"]*)"')
_WIDTH = re.compile(r"width:\s*([\d.]+)%")
#: What of a style is an attribute of SVG by the same name; the font is that of the page.
_ATTRIBUTES = frozenset(
    {
        *("fill", "fill-opacity", "fill-rule", "opacity", "stroke", "stroke-dasharray", "stroke-dashoffset"),
        *("stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width"),
        *("font-size", "font-weight", "font-style", "text-anchor"),
    }
)


class SafePage(NamedTuple):
    """A page without style in it, and its style sheet."""

    html: str
    css: str


def move_styles(page: str) -> SafePage:
    """Take the styles out of a page that runlog has made."""
    css = "\n".join(_STYLE_ELEMENT.findall(page))
    return SafePage(_STYLE_ATTRIBUTE.sub(_as_attributes, _STYLE_ELEMENT.sub("", page)), css)


def chart(name: str, data: object) -> Markup:
    """Return a chart as an element with its wide and its narrow drawing."""
    drawn = charts.embedded_svgs(name, data)
    parts = "".join(
        f'<div class="{size}">{move_styles(drawn[size]).html}</div>' for size in ("wide", "narrow")
    )
    return Markup(f'<div class="chart {name}">{parts}</div>')  # noqa: S704 - matplotlib escapes the texts


def _as_attributes(match: re.Match[str]) -> str:
    kept = []
    for declaration in match[1].split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in _ATTRIBUTES and value:
            kept.append(f' {name}="{value}"')
        elif name == "width" and (found := _WIDTH.match(declaration.strip())):
            kept.append(f' class="w{round(float(found[1]))}"')
    return "".join(kept)


def width_rules() -> str:
    """Return the style rules of the classes that stand for widths in percent."""
    return "\n".join(f".w{percent} {{ width: {percent}%; }}" for percent in range(101))
