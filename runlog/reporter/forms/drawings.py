"""Charts as pictures, for readers that show no SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.reporter import charts
from runlog.reporter.charts import style

if TYPE_CHECKING:
    from runlog.reporter.forms.blocks import Drawing


def png(drawing: Drawing) -> bytes:
    """A chart in light colours, drawn for a phone, two dots to the pixel."""
    chart = charts.named(drawing.chart)
    height = chart.height(drawing.data, True)
    figure = style.picture(lambda axes: chart.draw(drawing.data, axes), style.NARROW, height)
    figure.set_facecolor(style.LIGHT["paper"])
    return style.saved(figure, "png")
