"""Show load and reports, and hand out a backup."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from flask import Blueprint, Response, abort, render_template, url_for
from markupsafe import Markup

from runlog import units
from runlog.analysis import periods
from runlog.analysis.load import RATIOS, daily_metrics, weekly_metrics
from runlog.errors import BadInput
from runlog.i18n import N_, _
from runlog.reporter.charts import embedded_svgs, find_chart
from runlog.reporter.charts.view import View
from runlog.reporter.render import render_page
from runlog.reporter.weekly import build_week
from runlog.web import changes, context, now, uploads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


blueprint = Blueprint("more", __name__)

_WEEKS_OF_LOAD = 12
_METRICS = (
    ("load", N_("Load"), N_("of all runs of the week")),
    ("acute", N_("Acute"), N_("mean load a day, weighted towards the last 7 days")),
    ("chronic", N_("Chronic"), N_("mean load a day, weighted towards the last 28 days")),
    ("acwr", N_("Ratio"), N_("acute over chronic; it describes and is no risk")),
    ("tsb", N_("Form"), N_("slow mean less fast mean; below 0 is a hard week")),
    ("monotony", N_("Monotony"), N_("how alike the last 7 days are")),
)
_MOST_WEEKS = 520
_PIECE = 2**18  # bytes of a backup that are sent at once
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
    """Take the styles out of a page or a chart of the report, since these pages allow no style within them.

    The report's style sheet is then served by itself; each style that matplotlib has written into an SVG
    becomes attributes that mean the same.
    """
    css = "\n".join(_STYLE_ELEMENT.findall(page))
    return SafePage(_STYLE_ATTRIBUTE.sub(_as_attributes, _STYLE_ELEMENT.sub("", page)), css)


def _as_attributes(match: re.Match[str]) -> str:
    kept = []
    for declaration in match[1].split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in _ATTRIBUTES and value:
            kept.append(f' {name}="{value}"')
        elif name == "width" and (found := _WIDTH.match(declaration.strip())):
            kept.append(f' class="w{round(float(found[1]))}"')
    return "".join(kept)


@blueprint.get("/more")
def show() -> str:
    """List the other pages."""
    return render_template("more.html", undoable=changes.last_made())


def chart(name: str) -> Markup | None:
    """Return a chart as of now, drawn once per change and ten minutes."""
    history = context.history()
    moment = pd.Timestamp(context.now())
    area = periods.main_area(history)
    view = View(moment, history.clock.day(moment), area or "upper_back")

    def draw() -> Markup:
        data = find_chart(name).data(periods.history_as_of(history, moment), view)
        parts = "".join(
            f'<div class="{size}">{move_styles(svg).html}</div>'
            for size, svg in embedded_svgs(name, data).items()
        )
        return Markup(f'<div class="chart {name}">{parts}</div>')  # noqa: S704 - matplotlib escapes the texts

    if history.runs.empty:
        return None
    return context.facts().get(f"chart {name}", (now.slot(), history.settings.language), draw)


@blueprint.get("/load")
def load() -> str:
    """Show the training load of the last weeks."""
    history = context.history()
    weeks, days = context.facts().get("load", now.slot(), _load_tables)
    return render_template(
        "load.html",
        chart=chart("soreness_and_load"),
        weeks=[(_week_label(index, row), _cells(row)) for index, row in weeks.iterrows()],
        days=[(units.day(index.date()), _cells(row)) for index, row in days.iterrows()],
        metrics=[(_(label), _(meaning)) for _name, label, meaning in _METRICS],
        note=history.load_note,
        unit=units.load_unit(history.load_kind, history.settings.units),
    )


def _load_tables() -> tuple[pd.DataFrame, Any]:
    """Return the metrics of the last weeks and of the last days, the latest first."""
    history, moment = context.history(), context.now()
    today = pd.Timestamp(history.clock.day(moment))
    weeks = weekly_metrics(history, today, moment).tail(_WEEKS_OF_LOAD)
    return weeks.iloc[::-1], daily_metrics(history, today, moment).tail(7).iloc[::-1]


def _week_label(first: Any, row: Any) -> str:  # noqa: ANN401 - a moment and a row of a frame
    return units.days(first.date(), row["last"].date())


def _cells(row: Any) -> list[str]:  # noqa: ANN401 - a row of a frame
    history = context.history()
    kind, unit = history.load_kind, history.settings.units
    digits = 1 if kind == "km" else 0
    return [
        units.number(row[name], 2)
        if name in RATIOS
        else units.number(units.load_in(row[name], kind, unit), digits, signed=name == "tsb")
        for name, *_words in _METRICS
    ]


@blueprint.get("/reports")
def reports() -> str:
    """List the weeks that there is a report of, the latest first."""
    history = context.history()
    last = periods.last_day_with_data(history)
    today = history.clock.day(context.now())
    weeks: list[tuple[str, str]] = []
    if last is not None:
        first = min(frame["day"].min() for frame in (history.runs, history.entries) if len(frame)).date()
        span = periods.week_of(min(last, today), history.settings)
        while span.last >= first and len(weeks) < _MOST_WEEKS:
            weeks.append((periods.week_name(span), units.days(span.first, span.last)))
            span = periods.week_of(span.first - timedelta(days=1), history.settings)
    return render_template("reports.html", weeks=weeks)


def _report(name: str) -> SafePage:
    def make() -> SafePage:
        return move_styles(render_page(build_week(context.history(), name, context.now())))

    try:
        return context.facts().get("report", (name, now.slot(), context.settings().language), make)
    except BadInput:
        abort(404)


@blueprint.get("/reports/<name>")
def report(name: str) -> str:
    """Show the report of a week as it is."""
    head = f'<link rel="stylesheet" href="{url_for("more.report_style", name=name)}">'
    back = f'<nav class="back"><a href="{url_for("more.reports")}">← runlog</a></nav>'
    page = _report(name).html.replace("</head>", f"{head}\n</head>", 1)
    return page.replace("<body>", f"<body>\n{back}", 1)


@blueprint.get("/reports/<name>/style.css")
def report_style(name: str) -> Response:
    """Answer with the style sheet of a week's report."""
    extra = ".back { max-width: 54rem; margin: 0 auto; padding: 1rem 1.25rem 0; }"
    widths = "\n".join(f".w{percent} {{ width: {percent}%; }}" for percent in range(101))
    return Response(f"{_report(name).css}\n{widths}\n{extra}", mimetype="text/css")


@blueprint.post("/backup")
def backup() -> Response:
    """Hand out everything as one file."""
    home = context.site().shared.folder
    moment = context.local_now()
    file = uploads.new_folder(home) / f"runlog-{moment:%Y-%m-%d}.db"
    context.journal().backup(file, now=context.now())
    answer = Response(_send_and_delete(file), mimetype="application/vnd.sqlite3")
    answer.content_length = file.stat().st_size
    answer.headers["Content-Disposition"] = f"attachment; filename={file.name}"
    return answer


def _send_and_delete(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while piece := opened.read(_PIECE):
                yield piece
    finally:
        uploads.delete(file.parent)
