"""List the runs, show one of them, and put right what it is."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd
from flask import Blueprint, abort, render_template, request

from runlog import units
from runlog.analysis.build import runs_of_entries
from runlog.analysis.history import ratings_of
from runlog.errors import run_not_found
from runlog.i18n import N_, _
from runlog.localtime import local_time
from runlog.web import changes, context, forms, tracks, words

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.analysis.history import History
    from runlog.model import Lap
    from runlog.records import StoredActivity

blueprint = Blueprint("runs", __name__)

_A_PAGE = 50
_MAX_LAPS = 60
#: A run that stood still for less is not said to have done so.
_PAUSE_S = 60
_FORM = (
    ("stance_time_ms", N_("Ground contact"), 0, "ms"),
    ("stance_time_balance_pct", N_("Balance, left"), 1, "%"),
    ("vertical_oscillation_mm", N_("Oscillation"), 0, "mm"),
    ("vertical_ratio_pct", N_("Vertical ratio"), 1, "%"),
    ("step_length_mm", N_("Step length"), 0, "mm"),
)
_INTENSITIES = {
    "active": N_("active"),
    "rest": N_("rest"),
    "warmup": N_("warm-up"),
    "cooldown": N_("cool-down"),
    "recovery": N_("recovery"),
    "interval": N_("interval"),
}
#: The sports that are offered: a word for each, sport and sub-sport, and how the page calls it.
_SPORTS: tuple[tuple[str, tuple[str, str | None], str], ...] = (
    ("running", ("running", None), N_("Run")),
    ("trail running", ("running", "trail"), N_("Trail run")),
    ("treadmill", ("running", "treadmill"), N_("Treadmill run")),
    ("walking", ("walking", None), N_("Walk")),
    ("hiking", ("hiking", None), N_("Hike")),
    ("cycling", ("cycling", None), N_("Ride")),
    ("swimming", ("swimming", None), N_("Swim")),
    ("strength", ("training", "strength_training"), N_("Strength training")),
)


@blueprint.get("/runs")
def show() -> str:
    """List the runs, the newest first."""
    history = context.history()
    others = request.args.get("others") == "1"
    page = forms.parse_whole(request.args.get("page", "0")) or 0
    frame = (history.others if others else history.runs).iloc[::-1]
    shoeless = not others and request.args.get("shoeless") == "1"
    if shoeless:
        frame = frame[frame["shoe"].isna()]
    shown = frame.iloc[page * _A_PAGE : (page + 1) * _A_PAGE]
    soreness = context.facts().get("soreness_by_run", None, lambda: _soreness_by_run(history))
    return render_template(
        "runs.html",
        rows=[list_row(row, history, soreness) for _id, row in shown.iterrows()],
        total=len(frame),
        deleted=_deleted_rows() if others else [],
        others=others,
        shoeless=shoeless,
        page=page,
        more=(page + 1) * _A_PAGE < len(frame),
    )


def _deleted_rows() -> list[dict[str, Any]]:
    """Return what the list says of the runs and other activities that were deleted, the newest first."""
    settings, today = context.settings(), context.local_now().date()
    return [
        {
            "id": stored.id,
            "name": words.activity_name({"name": stored.activity.name, "sport": stored.activity.sport}),
            "when": words.moment(
                local_time(stored.activity.start, stored.activity.utc_offset_s, settings.zone), today
            ),
            "distance": units.distance(stored.activity.distance_m, settings.units),
        }
        for stored in reversed(context.journal().deleted())
    ]


def _soreness_by_run(history: History) -> dict[int, float]:
    """Return the worst rating of each run that is rated."""
    rated = ratings_of(history)
    worst = rated["soreness"].groupby(runs_of_entries(history.runs, rated)).max()
    return {int(run): float(value) for run, value in worst.items()}  # type: ignore[call-overload]


def list_row(row: Any, history: History, soreness: dict[int, float] | None = None) -> dict[str, Any]:  # noqa: ANN401 - a row of a History
    """Return what a list says of an activity."""
    unit = history.settings.units
    seconds = row["duration_s"] if pd.isna(row["moving_s"]) else row["moving_s"]
    local = row["local_start"]
    return {
        "id": int(row.name),
        "name": words.activity_name(row),
        "when": words.moment(local, context.local_now().date()),
        "day": local.date().isoformat(),
        "distance": units.distance(row["distance_m"], unit),
        "duration": units.duration(row["duration_s"]),
        "pace": units.pace(seconds, row["distance_m"], unit),
        "shoe": row.get("shoe"),
        "rating": (soreness or {}).get(int(row.name)),
    }


@blueprint.get("/runs/<int:run_id>")
def one(run_id: int) -> str:
    """Show a run or another activity."""
    history, journal = context.history(), context.journal()
    row, is_run = _row(history, run_id), run_id in history.runs.index
    stored = journal.activity(run_id)
    sources = [
        (" · ".join(filter(None, (journal.clouds.title_of(source.path), PurePath(source.path).name))), source)
        for source in journal.sources(run_id)
    ]
    return render_template(
        "run.html",
        run=list_row(row, history),
        row=row,
        is_run=is_run,
        facts=_facts(row, history, is_run=is_run),
        ratings=_ratings(history, run_id) if is_run else [],
        drawing=_drawing(run_id),
        laps=_laps(stored.activity.laps, history.settings.units),
        sources=sources,
        pairs=sorted(history.shoes.index[history.shoes["kept"].astype(bool)]) if is_run else [],
        route=_route(row) if is_run else None,
        by_hand=stored.shoe_override,
        why_shoe=words.shoe_reason(row["shoe_reason"]) if is_run else "",
        name=stored.activity.name or "",
        sport=_sport_name(stored.activity.sport, stored.activity.sub_sport),
        sports=_sports(stored),
        sport_given=stored.given_sport is not None,
        near=_near(history, run_id),
        map_title=_(tracks.MAP_TITLE),
    )


def _sport_name(sport: str, sub_sport: str | None) -> str:
    offered = {one: _(label) for _word, one, label in _SPORTS}
    return offered.get((sport, sub_sport)) or offered.get((sport, None)) or words.sport(sub_sport or sport)


def _sports(stored: StoredActivity) -> list[tuple[str, str, bool]]:
    """Return the sports to choose from: word, name, and whether the runner has said that it was that one."""
    given = stored.given_sport
    said = None if given is None else (given.sport, given.sub_sport)
    found = [(word, _(label), said == one) for word, one, label in _SPORTS]
    if given is not None and not any(is_chosen for *_words, is_chosen in found):
        found.append((given.sub_sport or given.sport, _sport_name(given.sport, given.sub_sport), True))
    return found


def _row(history: History, run_id: int) -> Any:  # noqa: ANN401 - a row of a History
    for frame in (history.runs, history.others):
        if run_id in frame.index:
            return frame.loc[run_id]
    raise run_not_found(run_id)


def _facts(row: Any, history: History, *, is_run: bool) -> list[tuple[str, str, str]]:  # noqa: ANN401 - a row of a History
    """Return the name, the value and a remark of each fact that was measured."""
    unit = history.settings.units
    seconds = row["duration_s"] if pd.isna(row["moving_s"]) else row["moving_s"]
    moving = highest = ""
    if abs(row["duration_s"] - seconds) >= _PAUSE_S:
        moving = _("{time} of it moving").format(time=units.duration(seconds))
    if pd.notna(row["max_hr"]):
        highest = _("at most {n}").format(n=units.number(row["max_hr"], 0))
    facts = [
        (_("Distance"), units.distance(row["distance_m"], unit, 2), ""),
        (_("Time"), units.duration(row["duration_s"]), moving),
        (_("Pace"), units.pace(seconds, row["distance_m"], unit), ""),
        (_("Heart rate"), _measured(row["avg_hr"], _("bpm")), highest),
        (_("Cadence"), _measured(row["avg_cadence_spm"], _("steps/min")), ""),
        (_("Ascent"), units.height(row["ascent_m"], unit), ""),
    ]
    if is_run:
        effort = units.UNKNOWN if pd.isna(row["rpe"]) else f"{units.short_number(row['rpe'])}/10"
        facts += [
            (_("Load"), units.load(row["load"], history.load_kind, unit), ""),
            (_("Effort"), effort, ""),
            (_("Warm-up"), words.habit(row, "warmup"), words.habit_source(row, "warmup")),
            (_("Cool-down"), words.habit(row, "cooldown"), words.habit_source(row, "cooldown")),
            *((_(label), _measured(row[name], unit, digits), "") for name, label, digits, unit in _FORM),
        ]
    return [fact for fact in facts if fact[1] != units.UNKNOWN]


def _measured(value: float, unit: str, digits: int = 0) -> str:
    return units.UNKNOWN if pd.isna(value) else f"{units.number(value, digits)} {unit}"


def _route(row: Any) -> tuple[int, str] | None:  # noqa: ANN401 - likewise
    """Return the number and the name of a run's route."""
    label = row["route"]
    return (int(label.removeprefix("R")), row["route_name"] or label) if label else None


def _ratings(history: History, run_id: int) -> list[Any]:
    by_entry = context.facts().get(
        "run_of_entry", None, lambda: runs_of_entries(history.runs, history.entries)
    )
    wanted = set(history.entries.index[by_entry == run_id])
    return [stored for stored in context.entries() if stored.id in wanted] if wanted else []


def _drawing(run_id: int) -> tracks.TrackDrawing | None:
    settings = context.settings()

    def draw() -> tracks.TrackDrawing | None:
        track = context.history().track(run_id)
        return None if track is None else tracks.draw_track(track, settings.privacy_zones, settings.units)

    return context.facts().get("track", (run_id, settings.language), draw)


@blueprint.get("/runs/<int:run_id>/places.json")
def places(run_id: int) -> Any:  # noqa: ANN401 - JSON
    """Answer with the values along the way, for the reading under the finger."""
    _row(context.history(), run_id)
    drawing = _drawing(run_id)
    if drawing is None:
        abort(404)
    return {
        "places": drawing.places,
        "spots": drawing.spots,
        "lines": {line.name: line.texts for line in drawing.lines},
    }


def _laps(laps: tuple[Lap, ...], unit: str) -> list[dict[str, str]]:
    if not 1 < len(laps) <= _MAX_LAPS:
        return []
    return [
        {
            "lap": str(number),
            "distance": units.distance(lap.distance_m, unit, 2),
            "time": units.minutes_seconds(lap.duration_s),
            "pace": units.pace(lap.duration_s, lap.distance_m, unit),
            "what": _(_INTENSITIES[lap.intensity]) if lap.intensity else "",
        }
        for number, lap in enumerate(laps, start=1)
    ]


def _near(history: History, run_id: int) -> list[dict[str, Any]]:
    """Return the activities within a day that may be the same one, recorded twice."""
    row = _row(history, run_id)
    frame = history.runs if run_id in history.runs.index else history.others
    close = frame[(frame["start"] - row["start"]).abs() <= pd.Timedelta(days=1)].drop(index=run_id)
    return [list_row(other, history) for _id, other in close.iterrows()]


@blueprint.post("/runs/<int:run_id>/<any(shoe, name, sport, split, merge, delete, restore):what>")
def put_right(run_id: int, what: str) -> Response:
    """Change by hand what is known of a run or another activity; an empty field takes back what was said."""
    journal, said = context.journal(), forms.text(what)
    match what:
        case "shoe":
            journal.shoes.wear([run_id], said or None)
        case "name":
            if said != journal.activity(run_id).activity.name:
                journal.rename(run_id, said or None)
        case "sport":
            journal.set_sport(run_id, said or None)
        case "split":
            journal.split(run_id, forms.wholes("source"))
        case "merge":
            other = forms.whole("other")
            if other is None or other == run_id:
                abort(400, _("Choose the other run first."))
            journal.merge(run_id, other)
        case "restore":
            journal.undelete([run_id])
        case "delete":
            journal.delete([run_id])
            return changes.redirect_to("runs.show")
    return changes.redirect_to("runs.one", run_id=run_id)
