"""Show months of ratings and runs, a day of them, and an entry to edit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
from flask import Blueprint, abort, render_template, request

from runlog import units
from runlog.analysis import periods
from runlog.analysis.history import ratings_of
from runlog.errors import BadInput
from runlog.localtime import at_offset
from runlog.model import Area
from runlog.web import changes, context, rating, runs, words

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.analysis.history import History
    from runlog.model import Entry

blueprint = Blueprint("calendar", __name__)

_FIRST, _LAST = date(1990, 1, 1), date(9998, 12, 31)


class CalendarDay(NamedTuple):
    """One day of a month: its worst ratings by area, and how many runs."""

    day: date
    soreness: dict[str, float]
    runs: int


@blueprint.get("/calendar")
def show() -> str:
    """Show a month, by default this one."""
    history, today = context.history(), context.history().clock.day(context.now())
    month = request.args.get("month", "")
    first = _parse_day(f"{month}-01") if month else today.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    week = periods.week_of(first, history.settings)
    days = _days(history, week.first, following - timedelta(days=1))
    before = first - timedelta(days=1)
    return render_template(
        "calendar.html",
        first=first,
        title=f"{units.month(first)} {first.year}",
        days=days,
        weekdays=[week.first + timedelta(days=n) for n in range(7)],
        area=periods.main_area(history) or Area.UPPER_BACK,
        today=today,
        previous=before.strftime("%Y-%m") if before > _FIRST else None,
        next=following.strftime("%Y-%m") if following <= today else None,
    )


def _parse_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if not _FIRST <= day <= _LAST:
        abort(404)
    return day


def _days(history: History, first: date, last: date) -> list[CalendarDay]:
    span = periods.Span(first, last)
    count = span.of(history.runs).groupby("day").size()
    worst = {
        day: {str(area): float(value) for area, value in rated.groupby("area")["soreness"].max().items()}
        for day, rated in span.of(ratings_of(history)).groupby("day")
    }
    return [
        CalendarDay(day.date(), worst.get(day, {}), int(count.get(day, 0)))
        for day in pd.date_range(first, last)
    ]


@blueprint.get("/day/<day>")
def day(day: str) -> str:
    """Show what happened on a day."""
    which = _parse_day(day)
    history = context.history()
    at = pd.Timestamp(which)
    stored = {one.id: one for one in context.entries()}
    entries = history.entries[history.entries["day"] == at]
    of_day = [frame[frame["day"] == at] for frame in (history.runs, history.others)]
    return render_template(
        "day.html",
        day=which,
        entries=[stored[entry_id] for entry_id in entries.index if entry_id in stored],
        activities=[runs.list_row(row, history) for frame in of_day for _id, row in frame.iterrows()],
        previous=which - timedelta(days=1) if which > _FIRST else None,
        next=which + timedelta(days=1) if at < pd.Timestamp(history.clock.day(context.now())) else None,
    )


@blueprint.get("/entries/<int:number>")
def entry(number: int, problem: str = "") -> str:
    """Show an entry to edit or to delete."""
    stored = rating.find_entry(context.journal(), number)
    local = at_offset(stored.entry.moment, stored.entry.utc_offset_s)
    return render_template(
        "entry.html",
        stored=stored,
        entry=stored.entry,
        when=words.moment(local, context.local_now().date()),
        day=local.date(),
        areas=list(Area),
        shoes=dict.fromkeys(context.journal().shoes.names().values()),
        problem=problem,
    )


@blueprint.post("/entries/<int:number>")
def change_entry(number: int) -> Any:  # noqa: ANN401 - a redirect, or the page with what is wrong
    """Store what was changed of an entry."""
    journal = context.journal()
    stored = rating.find_entry(journal, number)
    try:
        journal.edit(number, rating.edited_entry(stored.entry))
    except BadInput as error:
        return entry(number, context.error_text(error)), 400
    return changes.redirect_to("calendar.day", day=_day_of(stored.entry))


@blueprint.post("/entries/<int:number>/delete")
def delete_entry(number: int) -> Response:
    """Delete an entry."""
    journal = context.journal()
    stored = rating.find_entry(journal, number)
    journal.remove_entry(number)
    return changes.redirect_to("calendar.day", day=_day_of(stored.entry))


def _day_of(one: Entry) -> str:
    return at_offset(one.moment, one.utc_offset_s).date().isoformat()
