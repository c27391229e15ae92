"""Set the look of all charts, on white paper and in a page that may be dark; lay out text."""

from __future__ import annotations

import math
import re
import warnings
from contextlib import contextmanager
from functools import cache
from io import BytesIO, StringIO
from itertools import chain
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ft2font import LoadFlags

from runlog import units
from runlog.errors import BadInput
from runlog.i18n import current_language, use_language

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import date

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import ArrayLike

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
    "range": ("#dfe5ea", "#36424d"),
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

_MOST_DIGITS = 3
_FONT = "DejaVu Sans"  # comes with matplotlib; those of browsers are narrower
_BOLD = 1.15  # how much wider its bold letters are

RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "runlog",
    "pdf.fonttype": 42,
    "font.size": 12,
    "font.family": "sans-serif",
    "font.sans-serif": [_FONT],
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
    "axes.titley": 1.0,  # else each drawing measures all marks to find out where a title goes
    "xtick.color": LIGHT["line"],
    "ytick.color": LIGHT["line"],
    "xtick.labelcolor": LIGHT["muted"],
    "ytick.labelcolor": LIGHT["muted"],
    "xtick.major.size": 4,
    "ytick.major.size": 0,
    "grid.color": LIGHT["line"],
    "grid.linewidth": 1,
}


#: The size of what stands below and beside a chart.
SMALL_FONT = 11
_TITLE_SIZE, _TITLE_LINE, _TITLE_MARGIN = 15, 20, 34


#: Where an element stands, and what of it is less than a hundredth of a pixel.
_COORDINATES = re.compile(r'\b(?:d|x|y|transform)="[^"]*"')
_SURPLUS_DIGITS = re.compile(r"(\.\d\d)\d+")


class ChartFigure(Figure):
    """A matplotlib figure that a notebook shows by itself."""

    def _repr_png_(self) -> bytes:
        return encode_figure(self, "png")


@contextmanager
def _chart_style() -> Iterator[None]:
    """Set runlog's style; a letter that the font lacks is drawn as a box and stays itself in an SVG."""
    with mpl.rc_context(RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        yield


def new_figure(draw: Callable[[Axes], None], width: int, height: int, title: str = "") -> ChartFigure:
    """Return a new figure of so many pixels with one chart on it, below the title if there is one."""
    lines = wrap_text(title, width - 30, _BOLD * _TITLE_SIZE)
    height += _TITLE_MARGIN + _TITLE_LINE * len(lines) if lines else 0
    with _chart_style():
        figure = ChartFigure(
            figsize=(width / PER_INCH, height / PER_INCH), layout="constrained", facecolor="none"
        )
        axes = figure.add_subplot()
        axes.set_facecolor("none")
        draw(axes)
        if lines:
            figure.set_facecolor(LIGHT["paper"])
            figure.set_layout_engine("constrained", w_pad=0.2, h_pad=0.15)
            figure.suptitle(
                "\n".join(lines), x=15 / width, ha="left", fontsize=_TITLE_SIZE, fontweight="bold"
            )
        return figure


def encode_figure(figure: Figure, kind: str) -> bytes:
    """Return the figure as the bytes of a PNG, SVG or PDF, the same bytes for the same figure.

    Raises:
        BadInput: another kind was asked for.
    """
    undated = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    if kind not in undated:
        raise BadInput(
            "charts are written as {kinds}, not as {kind!r}; name the file chart.png",
            kinds=", ".join(undated),
            kind=kind,
        )
    buffer = BytesIO()
    with _chart_style():
        figure.savefig(buffer, format=kind, dpi=2 * PER_INCH, metadata=undated[kind])
    return buffer.getvalue()


def figure_svg(figure: Figure, prefix: str) -> str:
    """Return the figure as an SVG element for a page, in the page's colours; its ids start with a prefix."""
    buffer = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with _chart_style():
        engine = figure.get_layout_engine()
        if engine is not None:  # once; ``savefig`` would do so again and draw the figure twice
            engine.execute(figure)
            figure.set_layout_engine("none")
        FigureCanvasSVG(figure).print_svg(buffer, metadata=nothing)  # type: ignore[no-untyped-call]
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    for attribute, instead in (("width", ' aria-hidden="true"'), ("height", ""), ("version", "")):
        svg = re.sub(rf'(<svg[^>]*?) {attribute}="[^"]*"', rf"\1{instead}", svg, count=1)
    svg = re.sub(r'<style type="text/css">.*?</style>', "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'href="#', f'href="#{prefix}-', svg)
    svg = svg.replace("url(#", f"url(#{prefix}-")
    svg = _COORDINATES.sub(lambda place: _SURPLUS_DIGITS.sub(r"\1", place.group()), svg)
    for name, light in LIGHT.items():
        svg = svg.replace(light, f"var(--{name})")
    return svg


def split_in_two(axes: Axes, heights: tuple[float, float]) -> tuple[Axes, Axes]:
    """Divide axes into an upper and a lower panel with the same horizontal scale."""
    (upper,), (lower,) = split_grid(axes, 2, 1, heights=heights)
    lower.sharex(upper)
    upper.tick_params(labelbottom=False, bottom=False)
    return upper, lower


def split_grid(
    axes: Axes,
    rows: int,
    columns: int,
    *,
    widths: Sequence[float] | None = None,
    heights: Sequence[float] | None = None,
) -> list[list[Axes]]:
    """Divide axes into panels, by row and column; the first one is these axes."""
    figure, place = axes.figure, axes.get_subplotspec()
    if place is None:
        raise ValueError("these axes are no subplot, so they cannot be divided")
    grid = place.subgridspec(rows, columns, width_ratios=widths, height_ratios=heights)
    axes.set_subplotspec(grid[0, 0])
    panels = [
        [figure.add_subplot(grid[row, column]) if row or column else axes for column in range(columns)]
        for row in range(rows)
    ]
    for panel in chain(*panels):
        panel.set_facecolor("none")
    return panels


def format_axis(axis: Axis, write: Callable[[float], str] | None = None) -> None:
    """Write the numbers of an axis in the language in use now, also when the figure is drawn later."""
    language = current_language()

    def format_tick(value: float, _place: float) -> str:
        with use_language(language):
            return write(value) if write else units.number(value, digits_needed(axis.get_majorticklocs()))

    axis.set_major_formatter(format_tick)


def mark_months(axes: Axes, days: pd.DatetimeIndex, every: int, places: pd.Series | None = None) -> None:
    """Name every so many-th first of a month below (or above) an axis of days; the first day where none is.

    ``days`` are consecutive; ``places`` are theirs on the axis, where these are not the days themselves.
    """
    firsts = np.flatnonzero(days.day == 1)[::every]
    ticks = (days if places is None else places.to_numpy())[firsts]
    if len(firsts):
        axes.set_xticks(ticks, [units.month(day) for day in days[firsts]])
    else:
        mark_days(axes, days[:1], days[:1])


def mark_days(axes: Axes, places: ArrayLike, days: Iterable[date], side: str = "center") -> None:
    """Write days like "15 Nov" at places of the horizontal axis."""
    axes.set_xticks(places, [units.day(day, weekday=False) for day in days], ha=side)


def digits_needed(places: Collection[float]) -> int:
    """Return how many digits after the point all of these numbers need."""
    count = 0
    while count < _MOST_DIGITS and not all(
        math.isclose(place, round(place, count), abs_tol=1e-9) for place in places
    ):
        count += 1
    return count


def is_narrow(axes: Axes) -> bool:
    """Return whether a chart is drawn for a phone."""
    return width_px(axes) < (WIDE + NARROW) / 2


def width_px(axes: Axes) -> float:
    """Return the width of the picture in pixels."""
    return float(axes.figure.bbox.width / axes.figure.dpi * PER_INCH)


def label_value(
    axes: Axes, text: str, place: tuple[Any, float], shift: tuple[float, float], side: str
) -> None:
    """Write a value in bold beside a place of a chart, so many pixels to the right of it and above.

    It is never cut off; ``side`` is which side of the text stands there: "left", "center" or "right".
    """
    upright = "baseline" if shift[1] else "center"
    axes.annotate(
        text,
        place,
        shift,
        textcoords="offset points",
        ha=side,
        va=upright,
        weight="bold",
        annotation_clip=False,
    )


def show_message(axes: Axes, text: str) -> None:
    """Show a message instead of a chart."""
    axes.set_axis_off()
    lines = wrap_text(text, width_px(axes) - 40)
    axes.text(
        0.5,
        0.5,
        "\n".join(lines),
        ha="center",
        va="center",
        color=LIGHT["muted"],
        transform=axes.transAxes,
    )


def set_panel_title(axes: Axes, text: str, pixels: float, size: float = 12) -> None:
    """Write what a panel shows above it, in smaller letters where a language takes more room."""
    axes.set_title(text, fontsize=min(size, size * pixels / text_width(text, size)))


def add_note(axes: Axes, text: str) -> None:
    """Write a small text below the whole chart, in as many lines as it takes."""
    figure = axes.figure
    lines = wrap_note(text, width_px(axes))
    figure.supxlabel(
        "\n".join(lines), x=10 / width_px(axes), ha="left", fontsize=SMALL_FONT, color=LIGHT["muted"]
    )


def wrap_note(text: str, pixels: float) -> list[str]:
    """Wrap a small text to so many pixels; its own line breaks are kept."""
    return [line for part in text.splitlines() for line in wrap_text(part, pixels - 24, SMALL_FONT)]


def wrap_text(text: str, pixels: float, size: float = 12) -> list[str]:
    """Wrap a text to lines of at most so many pixels; a word that is longer is cut."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size) <= pixels:
            lines[-1] = joined
        else:
            lines.append(truncate_text(word, pixels, size))
    return lines


def truncate_text(text: str, pixels: float, size: float = 12) -> str:
    """Put a text into one line, cut where it would not fit."""
    text = " ".join(units.printable(text).split())
    if text_width(text, size) <= pixels:
        return text
    while text and text_width(f"{text}…", size) > pixels:
        text = text[:-1]
    return f"{text.rstrip()}…"


def text_width(text: str, size: float = 12) -> float:
    """Return how many pixels wide a text is."""
    return size * sum(_glyph_width(letter) for letter in text)


@cache
def _glyph_width(letter: str) -> float:
    """Return the width of a letter, in sizes of the font; one that the font lacks counts as a square."""
    font = get_font(findfont(_FONT))
    if not font.get_char_index(ord(letter)):
        return 1.0
    font.set_size(PER_INCH, PER_INCH)
    return font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / PER_INCH


def pick_spaced(places: Sequence[float], least: float) -> list[int]:
    """Choose rising places that lie at least so far apart, the first one first, and return their indices."""
    chosen: list[int] = []
    for number, place in enumerate(places):
        if not chosen or place - places[chosen[-1]] >= least:
            chosen.append(number)
    return chosen
