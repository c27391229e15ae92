"""Hold what happened as data frames: the only thing that factors, alerts, charts and reports read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from runlog import localtime
from runlog.analysis import build, load, routes, shoe_assignment, track_summary, warmup
from runlog.model import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlog.model import Plan, Snapshot, StoredActivity, StoredEntry, StoredShoeRule, Track
    from runlog.settings import Settings

_ACTIVITY_COLUMNS = {
    "start": "datetime64[us, UTC]",
    "end": "datetime64[us, UTC]",
    "utc_offset_s": "int64",
    "name": "object",
    "sport": "object",
    "sub_sport": "object",
    "kind": "object",
    "distance_m": "float64",
    "duration_s": "float64",
    "moving_s": "float64",
    "avg_hr": "float64",
    "max_hr": "float64",
    "avg_cadence_spm": "float64",
    "ascent_m": "float64",
    "rpe": "float64",
    "sources": "object",
}
_ENTRY_COLUMNS = {
    "moment": "datetime64[us, UTC]",
    "utc_offset_s": "int64",
    "soreness": "float64",
    "area": "object",
    "warmup": "float64",
    "cooldown": "float64",
    "shoe": "object",
    "rpe": "float64",
    "strength": "float64",
    "strength_min": "float64",
    "mobility": "float64",
    "desk_hours": "float64",
    "posture": "float64",
    "note": "object",
    "run": "float64",
    "source": "object",
}


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Runs, other activities, diary entries and shoes of one runner.

    Attributes:
        runs: a row per run, indexed by its id, in the order of their starts:
            start, end (aware UTC), local_start (naive, the runner's clock), day (naive midnight of the
            local day), utc_offset_s, name, sport, sub_sport, distance_m, duration_s, moving_s, avg_hr,
            max_hr, avg_cadence_spm, ascent_m, rpe, sources (tuple of str),
            route (label or None), route_name (given by the runner, or None), shoe (name or None),
            shoe_reason (why that shoe, or why none),
            warmup, cooldown (1.0 done, 0.0 skipped, NaN unknown), warmup_source, warmup_confidence,
            cooldown_source, cooldown_confidence, part_of (all as ``warmup.answers`` says),
            load (session load in the one unit of load_kind), load_source (what it was
            counted from), trimp and edwards (by the heart rates, NaN without them),
            stance_time_ms, stance_time_balance_pct (50 is even; by convention the left foot's share),
            vertical_oscillation_mm, vertical_ratio_pct, step_length_mm and avg_cadence_spm: means while
            running; cadence_drift_spm, stance_time_drift_ms … : last third less first (analysis/form.py).
        others: habits and other sports: the same columns down to sources, and kind.
        entries: a row per diary entry, indexed by its id, in the order of their moments:
            moment (aware UTC), day, utc_offset_s, soreness, area, warmup, cooldown, shoe, rpe,
            strength, strength_min, mobility, desk_hours, posture, note, run, source. Yes, no and unknown
            are 1.0, 0.0 and NaN; run is an id or NaN.
        shoes: a row per pair, indexed by name: from_date, retired (naive days or NaT), start_m, limit_m
            (the pair's own or the settings'), default, kept (False where only a run or a diary row names it),
            rests (days off between), other_names.
        routes: a row per route that counts, indexed by its label: given_name (or None), similar_to (the
            label of an earlier route of which it is a variant, or None), shape (degrees (n, 2) as lat, lon).
        load_kind: what ``runs.load`` counts, its unit in words: "session-RPE points", "TRIMP", "km" …
        load_notes: each says how loads that were not recorded so were put on that scale, or what was
            estimated, or "".
        settings: the runner's settings.
        track: reads one run's track by its id; None where there is none.
        plans: the planned comparisons, in the order in which they were made.
    """

    runs: pd.DataFrame
    others: pd.DataFrame
    entries: pd.DataFrame
    shoes: pd.DataFrame
    routes: pd.DataFrame
    load_kind: load.LoadKind
    load_notes: tuple[Callable[[], str], ...]
    settings: Settings
    track: Callable[[int], Track | None]
    plans: tuple[Plan, ...] = ()

    @property
    def load_note(self) -> str:
        """What ``load_notes`` say, in the language spoken now."""
        return " ".join(note for say in self.load_notes if (note := say()))


def build_history(kept: Snapshot, settings: Settings, track: Callable[[int], Track | None]) -> History:
    """Make the frames of a history and all that follows from them: routes, shoes worn, warm-ups, loads."""
    ordered = sorted(kept.activities, key=lambda one: (one.activity.start, one.id))
    ran = [one for one in ordered if one.activity.kind is Kind.RUN]
    others = [one for one in ordered if one.activity.kind is not Kind.RUN]
    diary = _entry_table(kept.entries)
    runs = _activity_table(ran, settings).drop(columns="kind")
    about = build.runs_of_entries(runs, diary)
    by_run = {column: build.agreed_values(diary[column], about, diary["run"]) for column in build.RUN_COLUMNS}
    named = [one.worn or one.activity.shoe for one in ran] + list(diary["shoe"])
    shoes = shoe_assignment.pair_table(kept.shoes, named, settings)
    runs["rpe"] = by_run["rpe"].astype(float).reindex(runs.index).fillna(runs["rpe"])
    runs = runs.assign(**track_summary.form_by_run(ran))
    kept = routes.complete_routes(kept)
    known_routes = routes.canonical_routes(kept.routes)
    runs[["route", "route_name"]] = _route_columns(ran, kept, known_routes["given_name"])
    runs[["shoe", "shoe_reason"]] = _shoe_columns(
        ran, runs, by_run["shoe"], shoes, rules=kept.shoe_rules, settings=settings
    )
    runs = runs.join(warmup.habit_table(by_run, ran, others))
    heart_s = {one.id: one.digest.heart_s for one in ran if one.digest is not None}
    loads = load.session_loads(runs, heart_s, settings)
    runs = runs.join(loads.runs)
    others_table = _activity_table(others, settings)
    return History(
        runs,
        others_table,
        diary,
        shoes,
        known_routes,
        loads.kind,
        loads.notes,
        settings,
        track,
        tuple(kept.plans),
    )


def _activity_table(kept: Sequence[StoredActivity], settings: Settings) -> pd.DataFrame:
    rows = [_activity_row(one, settings) for one in kept]
    ids = pd.Index([one.id for one in kept], dtype="int64", name="id")
    table = pd.DataFrame(rows, columns=list(_ACTIVITY_COLUMNS), index=ids, dtype=object).astype(
        _ACTIVITY_COLUMNS
    )
    local = _local_times(table["start"], table["utc_offset_s"])
    table.insert(2, "local_start", local)
    table.insert(3, "day", local.dt.normalize())
    return table


def _activity_row(kept: StoredActivity, settings: Settings) -> tuple[object, ...]:
    activity = kept.activity
    return (
        activity.start,
        activity.start + timedelta(seconds=activity.duration_s),
        localtime.offset_seconds(activity.start.astimezone(settings.zone))
        if activity.utc_offset_s is None
        else activity.utc_offset_s,
        activity.name,
        activity.sport,
        activity.sub_sport,
        activity.kind.value,
        activity.distance_m,
        activity.duration_s,
        activity.moving_s,
        activity.avg_hr,
        activity.max_hr,
        activity.avg_cadence_spm,
        activity.ascent_m,
        activity.rpe,
        kept.sources,
    )


def _entry_table(kept: Sequence[StoredEntry]) -> pd.DataFrame:
    ordered = sorted(kept, key=lambda one: (one.entry.moment, one.id))
    columns = [column for column in _ENTRY_COLUMNS if column not in {"area", "source"}]
    rows = [
        {column: getattr(one.entry, column) for column in columns}
        | {"area": one.entry.area.value, "source": one.source}
        for one in ordered
    ]
    ids = pd.Index([one.id for one in ordered], dtype="int64", name="id")
    table = pd.DataFrame(rows, columns=list(_ENTRY_COLUMNS), index=ids, dtype=object).astype(_ENTRY_COLUMNS)
    table.insert(1, "day", _local_times(table["moment"], table["utc_offset_s"]).dt.normalize())
    return table


def _local_times(times: pd.Series[pd.Timestamp], offset_s: pd.Series[int]) -> pd.Series[pd.Timestamp]:
    local = times.dt.tz_localize(None) + pd.to_timedelta(offset_s, unit="s")
    return local.astype("datetime64[us]")


def _route_columns(ran: Sequence[StoredActivity], kept: Snapshot, given_name: pd.Series[str]) -> pd.DataFrame:
    counts_as = routes.canonical_ids(kept.routes)
    found = (kept.route_of.get(one.id) if routes.can_have_route(one) else None for one in ran)
    labels = [None if route is None else routes.route_label(counts_as[route]) for route in found]
    ids = pd.Index([one.id for one in ran], dtype="int64")
    names = [given_name.get(one) for one in labels]
    return pd.DataFrame({"route": labels, "route_name": names}, index=ids, dtype=object)


def _shoe_columns(
    ran: Sequence[StoredActivity],
    runs: pd.DataFrame,
    from_diary: pd.Series[str],
    shoes: pd.DataFrame,
    *,
    rules: Sequence[StoredShoeRule],
    settings: Settings,
) -> pd.DataFrame:
    told_names = from_diary.to_dict()
    said = pd.DataFrame(
        {
            "worn": [kept.worn for kept in ran],
            "told": [told_names.get(kept.id) for kept in ran],
            "gear": [kept.activity.shoe for kept in ran],
        },
        index=runs.index,
        dtype=object,
    )
    of_rules = runs[["day", "sub_sport", "distance_m"]]
    return shoe_assignment.assign_shoes(said.join(of_rules), shoes, rules, settings.units)
