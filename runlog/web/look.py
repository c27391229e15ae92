"""Serve the style sheet, the icon and the manifest; the colours and the type are those of the report."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, render_template

from runlog.i18n import _
from runlog.reporter.charts.style import PALETTE

blueprint = Blueprint("look", __name__)

#: The colours of the ratings 0 to 10: anchors of the report's palette between which the others lie.
_ANCHORS = {0: "empty", 1: "empty", 3: "heat0", 5: "heat1", 7: "heat2", 9: "heat3", 10: "heat4"}
LIGHT, DARK = 0, 1


@blueprint.get("/style.css")
def style() -> Response:
    """Answer with the one style sheet."""
    css = render_template("style.css", palette=PALETTE, ramp=[rating_colours(n) for n in range(11)])
    return Response(css, mimetype="text/css")


@blueprint.get("/manifest.webmanifest")
def manifest() -> dict[str, object]:
    """Answer with what "Add to Home Screen" needs."""
    return {
        "name": "runlog",
        "short_name": "runlog",
        "description": _("Rate a run, and see what to change."),
        "start_url": "/",
        "display": "standalone",
        "background_color": PALETTE["paper"][LIGHT],
        "theme_color": PALETTE["paper"][LIGHT],
        "icons": [
            {"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"},
            {"src": "/static/icon-180.png", "sizes": "180x180", "type": "image/png"},
        ],
    }


@blueprint.get("/icon.svg")
def icon() -> Response:
    """Answer with the icon."""
    svg = render_template(
        "icon.svg", ink=PALETTE["ink"][LIGHT], colours=[PALETTE["heat1"][0], PALETTE["sore"][0]]
    )
    return Response(svg, mimetype="image/svg+xml")


@cache
def rating_colours(rating: int) -> dict[str, str]:
    """Return the colours of a rating's field and number, by "light", "dark", "light_ink" and "dark_ink"."""
    colours = {}
    for theme, name in ((LIGHT, "light"), (DARK, "dark")):
        field = _between(rating, theme)
        inks = (PALETTE["ink"][theme], PALETTE["paper"][theme])
        colours[name] = "#" + "".join(f"{round(part):02x}" for part in field)
        colours[f"{name}_ink"] = max(inks, key=lambda ink: _contrast(_rgb(ink), field))
    return colours


def _between(rating: int, theme: int) -> tuple[float, ...]:
    low = max(anchor for anchor in _ANCHORS if anchor <= rating)
    high = min(anchor for anchor in _ANCHORS if anchor >= rating)
    share = 0.0 if low == high else (rating - low) / (high - low)
    ends = (_rgb(PALETTE[_ANCHORS[anchor]][theme]) for anchor in (low, high))
    return tuple(one + share * (other - one) for one, other in zip(*ends, strict=True))


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the contrast of two colours, as WCAG defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in (channel / 255 for channel in colour)
    ]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
