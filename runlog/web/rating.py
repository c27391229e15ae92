"""Decide what the form of a rating asks, and make diary entries of what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely
from flask import request

from runlog.analysis import periods
from runlog.analysis.build import unrated_runs
from runlog.analysis.shoe_assignment import pairs_in_use
from runlog.errors import BadInput, NotFound, run_not_found
from runlog.i18n import N_, _
from runlog.localtime import local_time, offset_seconds
from runlog.model import MAX_ENTRY_VALUES, RATED_WITHIN, Area, Entry, Side
from runlog.reporter.charts import body
from runlog.reporter.shoes_and_routes import shoes_in_use
from runlog.web import forms

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.records import StoredActivity, StoredEntry

NOTHING_SAID = N_("Tap a number first: 0 is none, 10 the worst.")
NO_RUN = N_("There is no run that this could be about; leave warm-up, shoes and effort open.")
NO_MOMENT = N_("That is no date with a time.")
TO_COME = N_("That moment is still to come.")
EVENING_HOUR = 20
_TOLERANCE = 0.15  # of the figure's units, less than half a pixel on a phone
_RUN_FIELDS = ("warmup", "cooldown", "shoe", "rpe")


@dataclass(frozen=True, slots=True)
class Question:
    """What the form asks.

    Attributes:
        run: the row of the run that it is about, with its id as ``Name``; None: of no run.
        area: the one that is chosen beforehand.
        shoe: the pair that the run is taken to have been in, or None.
        shoes: the pairs in use that day, with the metres on each.
    """

    run: pd.Series[Any] | None
    area: Area
    shoe: str | None
    shoes: dict[str, float]


@cache
def figure_sides() -> list[dict[str, Any]]:
    """Return both sides of the figure that can be tapped: its outline and its areas, as paths of SVGs."""
    outline = _svg_path(body.figure_outline())
    return [
        {
            "side": side,
            "outline": outline,
            "areas": {name: _svg_path(shape) for name, shape in body.area_shapes(side).items()},
        }
        for side in (body.BACK, body.FRONT)
    ]


def _svg_path(shape: BaseGeometry) -> str:
    pieces = shapely.get_parts(shape.simplify(_TOLERANCE))
    return " ".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in piece.exterior.coords[:-1]) + "Z" for piece in pieces
    )


def next_question(
    history: History, now: datetime, run_id: int | None, *, without_run: bool = False
) -> Question:
    """Return what to ask: of this run, of none, or of the newest that has ended and is not rated.

    Raises:
        NotFound: there is no such run.
    """
    runs = history.runs
    if run_id is not None and run_id not in runs.index:
        raise run_not_found(run_id)
    chosen = run_id if run_id is not None or without_run else _newest_unrated(history, now)
    run: Any = None if chosen is None else runs.loc[chosen]
    day = pd.Timestamp(history.clock.day(now)) if run is None else run["day"]
    in_use = pairs_in_use(history.shoes, pd.Series([day]))[0]
    worn = {shoe.name: shoe.worn_m for shoe in shoes_in_use(history, pd.Timestamp(now))}
    return Question(
        run=run,
        area=periods.main_area(history) or Area.UPPER_BACK,
        shoe=None if run is None else run["shoe"],
        shoes={str(name): worn.get(str(name), 0.0) for name in history.shoes.index[in_use]},
    )


def _newest_unrated(history: History, now: datetime) -> int | None:
    """Return the last run, where it is recent and not rated; one before a rated run is not asked about."""
    ended = history.runs[(history.runs["end"] <= now) & history.runs["part_of"].isna()]
    unrated = unrated_runs(history, now)
    return int(ended.index[-1]) if len(ended) and ended.index[-1] in unrated.index else None


def entries_from_form(journal: Journal, now: datetime) -> list[Entry]:
    """Return the entries that the form sent makes, one per area; only the first has more than the rating.

    They are what ``runlog log`` makes of the same answers.

    Raises:
        BadInput: nothing was answered, a value is out of its range, or of a run where there is none.
        NotFound: there is no such run.
    """
    soreness = forms.number("soreness", 0, MAX_ENTRY_VALUES["soreness"])
    fields = {name: value for name, value in _answers().items() if value is not None}
    if soreness is None and not fields:
        raise BadInput(_(NOTHING_SAID))
    moment, run = _moment_and_run(journal, now)
    about_run = soreness is not None or any(name in fields for name in _RUN_FIELDS)
    if run is None and any(name in fields for name in _RUN_FIELDS):
        raise BadInput(_(NO_RUN))
    first, *others = _areas() or [Area.UPPER_BACK]
    entry = Entry(
        moment=moment.astimezone(UTC),
        utc_offset_s=offset_seconds(moment),
        soreness=soreness,
        area=first,
        side=_side(),
        run=run.id if run is not None and about_run else None,
        **fields,
    )
    bare = Entry(entry.moment, entry.utc_offset_s, soreness, side=entry.side, run=entry.run)
    return [entry, *(replace(bare, area=area) for area in others if soreness is not None)]


def find_entry(journal: Journal, number: int) -> StoredEntry:
    """Return an entry.

    Raises:
        NotFound: there is none of that number.
    """
    found = next((stored for stored in journal.entries() if stored.id == number), None)
    if found is None:
        raise NotFound(_("There is no such entry; it may have been deleted."))
    return found


def edited_entry(entry: Entry) -> Entry:
    """Return an entry with what the form sent says of it; its moment and its run stay.

    Raises:
        BadInput: a value is out of its range.
    """
    soreness = forms.number("soreness", 0, MAX_ENTRY_VALUES["soreness"])
    area = next(iter(_areas()), entry.area)
    return replace(entry, **_answers(), soreness=soreness, area=area, side=_side())


def _answers() -> dict[str, Any]:
    minutes = forms.number("strength_min", 0, MAX_ENTRY_VALUES["strength_min"])
    strength = forms.yes_no("strength")
    if minutes is not None and strength is not False:
        strength = minutes > 0
    return {
        "warmup": forms.yes_no("warmup"),
        "cooldown": forms.yes_no("cooldown"),
        "shoe": forms.text("shoe") or None,
        "rpe": forms.number("rpe", 0, MAX_ENTRY_VALUES["rpe"]),
        "strength": strength,
        "strength_min": minutes if strength else None,
        "mobility": forms.yes_no("mobility"),
        "desk_hours": forms.number("desk_hours", 0, MAX_ENTRY_VALUES["desk_hours"]),
        "posture": forms.number("posture", 0, MAX_ENTRY_VALUES["posture"]),
        "note": forms.text("note", forms.MAX_TEXT) or None,
    }


def _areas() -> list[Area]:
    """Return the chosen areas, those that there are, the main one first."""
    chosen = request.form.getlist("area")
    return [Area(name) for name in dict.fromkeys(chosen) if name in set(Area)]


def _side() -> Side | None:
    chosen = request.form.get("side", "")
    return Side(chosen) if chosen in set(Side) else None


def _moment_and_run(journal: Journal, now: datetime) -> tuple[datetime, StoredActivity | None]:
    """Return the moment that the answers hold for, on its local clock, and the run that they are about."""
    zone = journal.settings.zone
    moment = now.astimezone(zone)
    if forms.text("at"):
        moment = _past_moment(forms.text("at"), moment)
    elif forms.text("when") == "yesterday":
        day = moment - timedelta(days=1)
        moment = day.replace(hour=EVENING_HOUR, minute=0, second=0, microsecond=0)
    run_id = forms.whole("run")
    if run_id is None:
        return moment, journal.recent_run(moment)
    run = next((run for run in journal.runs() if run.id == run_id), None)
    if run is None:
        raise run_not_found(run_id)
    end = run.activity.end
    if moment - end > RATED_WITHIN or moment < end:
        moment = local_time(end, run.activity.utc_offset_s, zone)
    return moment, run


def _past_moment(text: str, now: datetime) -> datetime:
    """Return the moment of a field of date and time, on the runner's clock."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
    except ValueError as error:
        raise BadInput(_(NO_MOMENT)) from error
    if moment > now:
        raise BadInput(_(TO_COME))
    return moment
