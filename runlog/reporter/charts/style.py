"""How the charts look, on white paper and inside a page that may be dark."""

from __future__ import annotations

import re
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

#: Colours by what they mean, on light and on dark paper. A page swaps the light ones for variables.
PALETTE: dict[str, tuple[str, str]] = {
    "paper": ("#ffffff", "#12171c"),
    "ink": ("#1c2630", "#e9edf1"),
    "muted": ("#586572", "#a7b3be"),
    "line": ("#d9dfe4", "#343f49"),
    "band": ("#f3efe4", "#23292c"),
    "sore": ("#c0451a", "#ff9868"),
    "calm": ("#0f756c", "#53c5b4"),
    "load": ("#5b86a8", "#5f8fb5"),
    "empty": ("#edf0f2", "#232c34"),
    "heat0": ("#fbe6d6", "#48291c"),
    "heat1": ("#f6c29d", "#7b3e22"),
    "heat2": ("#ea9160", "#b4582b"),
    "heat3": ("#cb592a", "#e38850"),
    "heat4": ("#8c2d0b", "#ffc9a2"),
}
LIGHT: dict[str, str] = {name: light for name, (light, _) in PALETTE.items()}

#: One drawing unit is one CSS pixel: matplotlib's SVG counts 72 to the inch.
PER_INCH = 72
WIDE, NARROW = 760, 350

RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "runlog",
    "pdf.fonttype": 42,
    "font.size": 12,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "text.color": LIGHT["ink"],
    "text.parse_math": False,
    "axes.edgecolor": LIGHT["line"],
    "axes.labelcolor": LIGHT["muted"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.titlesize": 12,
    "axes.titlecolor": LIGHT["muted"],
    "axes.titlelocation": "left",
    "xtick.color": LIGHT["line"],
    "ytick.color": LIGHT["line"],
    "xtick.labelcolor": LIGHT["muted"],
    "ytick.labelcolor": LIGHT["muted"],
    "xtick.major.size": 4,
    "ytick.major.size": 0,
    "grid.color": LIGHT["line"],
    "grid.linewidth": 1,
}


class Picture(Figure):
    """A matplotlib figure that a notebook shows by itself."""

    def _repr_png_(self) -> bytes:
        return saved(self, "png")


def picture(draw: Callable[[Axes], None], width: int, height: int, title: str = "") -> Picture:
    """A new figure of so many pixels with one chart on it, and the title above where there is one."""
    with mpl.rc_context(RC):
        figure = Picture(
            figsize=(width / PER_INCH, height / PER_INCH), layout="constrained", facecolor="none"
        )
        axes = figure.add_subplot()
        axes.set_facecolor("none")
        draw(axes)
        if title:
            figure.set_facecolor(LIGHT["paper"])
            figure.set_layout_engine("constrained", w_pad=0.2, h_pad=0.15)
            figure.suptitle(title, x=0.02, ha="left", fontsize=15, fontweight="bold", wrap=True)
        return figure


def saved(figure: Figure, kind: str) -> bytes:
    """The figure as the bytes of a PNG, SVG or PDF, the same bytes for the same figure.

    Raises:
        BadInput: another kind was asked for.
    """
    undated = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    if kind not in undated:
        raise BadInput(
            f"charts are written as {', '.join(undated)}, not as {kind!r}; name the file chart.png"
        )
    buffer = BytesIO()
    with mpl.rc_context(RC):
        figure.savefig(buffer, format=kind, dpi=2 * PER_INCH, metadata=undated[kind])
    return buffer.getvalue()


def embedded(figure: Figure, prefix: str) -> str:
    """The figure as an SVG element for a page, in the page's colours; its ids start with a prefix."""
    buffer = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(RC):
        figure.savefig(buffer, format="svg", metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r'\1 aria-hidden="true"', svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) version="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'<style type="text/css">.*?</style>', "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-")
    for name, light in LIGHT.items():
        svg = svg.replace(light, f"var(--{name})")
    return svg


def stacked(axes: Axes, heights: tuple[float, float]) -> tuple[Axes, Axes]:
    """Two panels in the place of one, the upper and the lower, with the same days below both."""
    figure, place = axes.figure, axes.get_subplotspec()
    if place is None:
        raise ValueError("these axes are no subplot, so they cannot be divided")
    grid = place.subgridspec(2, 1, height_ratios=heights)
    axes.remove()
    upper = figure.add_subplot(grid[0])
    lower = figure.add_subplot(grid[1], sharex=upper)
    for panel in (upper, lower):
        panel.set_facecolor("none")
    upper.tick_params(labelbottom=False, bottom=False)
    return upper, lower


def is_narrow(axes: Axes) -> bool:
    """Whether a chart is drawn for a phone."""
    return bool(axes.figure.bbox.width / axes.figure.dpi * PER_INCH < (WIDE + NARROW) / 2)


def say(axes: Axes, text: str) -> None:
    """An empty chart that says what is missing."""
    axes.set_axis_off()
    axes.text(
        0.5, 0.5, text, ha="center", va="center", color=LIGHT["muted"], wrap=True, transform=axes.transAxes
    )
