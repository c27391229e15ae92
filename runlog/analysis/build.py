"""Build a History from a snapshot of the store: frames of runs, entries, shoes and routes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from runlog import localtime
from runlog.analysis import routes, shoe_assignment, track_summary, warmup
from runlog.analysis.history import History, night_table
from runlog.analysis.session_load import session_loads
from runlog.model import RATED_WITHIN, Kind, Precision, replaces_default
from runlog.records import StoredShoeRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from runlog.model import Shoe, ShoeRule, Track
    from runlog.records import Snapshot, StoredActivity, StoredEntry
    from runlog.settings import Settings

_MOMENT = "datetime64[us, UTC]"
_ACTIVITY_COLUMNS = {
    **dict.fromkeys(("start", "end"), _MOMENT),
    "utc_offset_s": "int64",
    **dict.fromkeys(("name", "sport", "sub_sport", "kind"), "object"),
    **dict.fromkeys(("distance_m", "duration_s", "moving_s", "avg_hr", "max_hr"), "float64"),
    **dict.fromkeys(("avg_cadence_spm", "ascent_m", "rpe"), "float64"),
    "sources": "object",
}
_ENTRY_COLUMNS = {
    "moment": _MOMENT,
    "utc_offset_s": "int64",
    "soreness": "float64",
    **dict.fromkeys(("area", "side"), "object"),
    **dict.fromkeys(("warmup", "cooldown"), "float64"),
    "shoe": "object",
    **dict.fromkeys(("rpe", "strength", "strength_min", "mobility", "desk_hours", "posture"), "float64"),
    "note": "object",
    "run": "float64",
    **dict.fromkeys(("source", "precision"), "object"),
}
#: The columns of an entry that describe a run.
RUN_COLUMNS = ("warmup", "cooldown", "shoe", "rpe")


def build_history(snapshot: Snapshot, settings: Settings, track: Callable[[int], Track | None]) -> History:
    """Build a History from a snapshot: frames of runs, other activities, entries, shoes and routes.

    ``track`` returns a run's track by its id, or None.
    """
    snapshot = routes.complete_routes(snapshot)
    activities = sorted(snapshot.activities, key=lambda stored: (stored.activity.start, stored.id))
    running = [stored for stored in activities if stored.activity.kind is Kind.RUN]
    others = [stored for stored in activities if stored.activity.kind is not Kind.RUN]
    runs = _activity_table(running, settings).drop(columns="kind")
    entries = _place_entries(_entry_table(snapshot.entries), runs)
    run_of_entry = runs_of_entries(runs, entries)
    diary_by_run = {
        column: agreed_values(entries[column], run_of_entry, entries["run"]) for column in RUN_COLUMNS
    }
    shoe_names = [stored.shoe_override or stored.activity.shoe for stored in running] + list(entries["shoe"])
    shoes = shoe_assignment.pair_table(snapshot.shoes, shoe_names, settings)
    canonical_routes = routes.canonical_routes(snapshot.routes)
    runs["rpe"] = diary_by_run["rpe"].astype(float).reindex(runs.index).fillna(runs["rpe"])
    runs = runs.assign(**track_summary.form_by_run(running))
    runs[["route", "route_name"]] = _route_columns(running, snapshot, canonical_routes["given_name"])
    runs[["shoe", "shoe_reason"]] = _shoe_columns(
        running, runs, diary_by_run["shoe"], shoes, rules=snapshot.shoe_rules, settings=settings
    )
    runs = runs.join(warmup.habit_table(diary_by_run, running, others))
    seconds_by_bpm = {stored.id: stored.summary.heart_s for stored in running if stored.summary is not None}
    loads = session_loads(runs, seconds_by_bpm, settings)
    return History(
        runs=runs.join(loads.runs),
        others=_activity_table(others, settings),
        entries=entries,
        shoes=shoes,
        routes=canonical_routes,
        load_kind=loads.kind,
        load_notes=loads.notes,
        settings=settings,
        track=track,
        plans=tuple(snapshot.plans),
        nights=night_table(snapshot.nights),
        services=tuple(snapshot.services),
    )


_UNSAVED_RULE_ID = 0  # no rule has this number


def with_shoe_changes(
    snapshot: Snapshot,
    overrides: Mapping[int, str | None],
    *,
    rules: Iterable[ShoeRule] = (),
    without: Iterable[int] = (),
    pair: Shoe | None = None,
) -> Snapshot:
    """Return a snapshot as it would be with other shoes; see ``Shoes.history_if``."""
    removed = set(without)
    shoes = snapshot.shoes
    if pair is not None:
        others = [shoe for shoe in shoes if shoe.name != pair.name]
        if pair.default:
            ended = {shoe.name for shoe in others if replaces_default(pair, shoe)}
            others = [replace(shoe, default=shoe.default and shoe.name not in ended) for shoe in others]
        shoes = [*others, pair]
    return replace(
        snapshot,
        activities=[
            replace(stored, shoe_override=overrides.get(stored.id, stored.shoe_override))
            for stored in snapshot.activities
        ],
        shoes=shoes,
        shoe_rules=[
            *(stored for stored in snapshot.shoe_rules if stored.id not in removed),
            *(StoredShoeRule(_UNSAVED_RULE_ID, rule) for rule in rules),
        ],
    )


def _activity_table(activities: Sequence[StoredActivity], settings: Settings) -> pd.DataFrame:
    rows = []
    for stored in activities:
        activity = stored.activity
        row = {column: getattr(activity, column, None) for column in _ACTIVITY_COLUMNS}
        if activity.utc_offset_s is None:
            row["utc_offset_s"] = localtime.offset_seconds(activity.start.astimezone(settings.zone))
        rows.append(row | {"kind": activity.kind.value, "sources": stored.sources})
    table = _frame(rows, _ACTIVITY_COLUMNS, [stored.id for stored in activities])
    local = _local_times(table["start"], table["utc_offset_s"])
    table.insert(2, "local_start", local)
    table.insert(3, "day", local.dt.normalize())
    return table


def _entry_table(entries: Sequence[StoredEntry]) -> pd.DataFrame:
    ordered = sorted(entries, key=lambda stored: (stored.entry.moment, stored.id))
    rows = [
        {column: getattr(stored.entry, column, None) for column in _ENTRY_COLUMNS}
        | {"area": stored.entry.area.value, "source": stored.source}
        for stored in ordered
    ]
    table = _frame(rows, _ENTRY_COLUMNS, [stored.id for stored in ordered])
    table.insert(1, "day", _local_times(table["moment"], table["utc_offset_s"]).dt.normalize())
    return table


_NOON_HOUR = 12


def _place_entries(entries: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Return the entries in the order of their moments, those whose moment is not written placed by the runs.

    On a day with a run, the local clock is the run's. A day alone means the evening after that day's last
    run, however late that was, or the morning before its first.
    """
    if (entries["precision"] == Precision.EXACT).all():
        return entries.drop(columns="precision")
    days = runs.groupby("day").agg({"utc_offset_s": "last", "start": "min", "end": "max"})
    runs_of_day = dict(zip(days.index, days.itertuples(index=False), strict=True))
    values = (entries[name] for name in ("moment", "utc_offset_s", "precision", "day"))
    placed = [
        _place_entry(moment, int(offset_s), precision, runs_of_day.get(day))
        for moment, offset_s, precision, day in zip(*values, strict=True)
    ]
    moments, offsets = zip(*placed, strict=True)
    table = entries.drop(columns="precision")
    table["moment"] = pd.Series(moments, index=table.index, dtype=_ENTRY_COLUMNS["moment"])
    table["utc_offset_s"] = pd.Series(offsets, index=table.index, dtype=_ENTRY_COLUMNS["utc_offset_s"])
    return table.sort_values("moment", kind="stable")


def _place_entry(
    moment: pd.Timestamp,
    offset_s: int,
    precision: str,
    runs: Any,  # noqa: ANN401 - a row of runs, or None
) -> tuple[pd.Timestamp, int]:
    """Return the moment of an entry and its UTC offset, given the offset and the times of its day's runs."""
    if precision == Precision.EXACT or runs is None:
        return moment, offset_s
    local = moment + pd.Timedelta(seconds=offset_s)
    moment = local - pd.Timedelta(seconds=int(runs.utc_offset_s))
    if precision == Precision.DAY and local.hour >= _NOON_HOUR:
        moment = max(moment, runs.end)
    elif precision == Precision.DAY:
        moment = min(moment, runs.start - pd.Timedelta(seconds=1))
    return moment, int(runs.utc_offset_s)


def _frame(rows: Sequence[Mapping[str, object]], columns: Mapping[str, Any], ids: list[int]) -> pd.DataFrame:
    """Return a frame of these columns and types, indexed by id."""
    index = pd.Index(ids, dtype="int64", name="id")
    return pd.DataFrame(
        {
            column: pd.Series([row[column] for row in rows], index=index, dtype=dtype)
            for column, dtype in columns.items()
        }
    )


def _local_times(times: pd.Series[pd.Timestamp], offset_s: pd.Series[int]) -> pd.Series[pd.Timestamp]:
    local = times.dt.tz_localize(None) + pd.to_timedelta(offset_s, unit="s")
    return local.astype("datetime64[us]")


def _route_columns(
    running: Sequence[StoredActivity], snapshot: Snapshot, given_name: pd.Series[str]
) -> pd.DataFrame:
    canonical = routes.canonical_ids(snapshot.routes)
    route_ids = (
        snapshot.route_ids.get(stored.id) if routes.can_have_route(stored) else None for stored in running
    )
    labels = [None if route is None else routes.route_label(canonical[route]) for route in route_ids]
    index = pd.Index([stored.id for stored in running], dtype="int64")
    names = [given_name.get(label) for label in labels]
    return pd.DataFrame({"route": labels, "route_name": names}, index=index, dtype=object)


def _shoe_columns(
    running: Sequence[StoredActivity],
    runs: pd.DataFrame,
    diary_shoes: pd.Series[str],
    shoes: pd.DataFrame,
    *,
    rules: Sequence[StoredShoeRule],
    settings: Settings,
) -> pd.DataFrame:
    in_diary = diary_shoes.to_dict()
    names = pd.DataFrame(
        {
            "by_hand": [stored.shoe_override for stored in running],
            "in_diary": [in_diary.get(stored.id) for stored in running],
            "by_source": [  # "" where a source could name a pair and does not
                stored.activity.shoe or ("" if stored.activity.gear_listed else None) for stored in running
            ],
        },
        index=runs.index,
        dtype=object,
    )
    conditions = runs[["day", "sub_sport", "distance_m"]]
    return shoe_assignment.assign_shoes(names.join(conditions), shoes, rules, settings.units)


def runs_of_entries(runs: pd.DataFrame, entries: pd.DataFrame) -> pd.Series[float]:
    """Return the id of the run that each entry describes; NaN where no single run fits.

    It is the run that the entry names, else the only run of the entry's local day, else the last of
    that day's runs that had ended by the entry's moment.
    """
    runs_of_day: defaultdict[datetime, list[tuple[datetime, int]]] = defaultdict(list)
    for run, day, end in zip(runs.index, runs["day"], runs["end"], strict=True):
        runs_of_day[day].append((end, run))
    return pd.Series(
        [
            (named_run if named_run in runs.index else np.nan)
            if pd.notna(named_run)
            else _run_of_day(runs_of_day.get(day, []), moment)
            for named_run, day, moment in zip(entries["run"], entries["day"], entries["moment"], strict=True)
        ],
        index=entries.index,
        dtype=float,
    )


def unrated_runs(history: History, now: datetime) -> pd.DataFrame:
    """Return the runs that ended at most ``RATED_WITHIN`` before a moment (aware) and are not rated.

    A run that is the warm-up or cool-down of another is no run of its own here.
    """
    runs = history.runs
    recent = runs[(runs["end"] <= now) & (runs["end"] >= now - RATED_WITHIN) & runs["part_of"].isna()]
    if recent.empty:
        return recent
    rated = runs_of_entries(runs, history.entries[history.entries["soreness"].notna()])
    return recent[~recent.index.isin(rated.dropna())]


def agreed_values(column: pd.Series, run: pd.Series[float], named_run: pd.Series[float]) -> pd.Series:
    """Return one diary column by run; runs without an answer, or with contradictory ones, are left out.

    ``run`` is the run that each entry describes (``runs_of_entries``), ``named_run`` the one that it names
    itself. Entries that name one outrank those matched by their day.
    """
    known = column.notna() & run.notna()
    values: dict[float, set[object]] = {}
    by_name: set[float] = set()
    for value, of_run, is_named in zip(column[known], run[known], named_run[known].notna(), strict=True):
        if is_named and of_run not in by_name:
            by_name.add(of_run)
            values.pop(of_run, None)
        if is_named or of_run not in by_name:
            values.setdefault(of_run, set()).add(value)
    agreed = {of_run: said.pop() for of_run, said in values.items() if len(said) == 1}
    index = pd.Index(list(agreed), dtype=float, name="run")
    return pd.Series(list(agreed.values()), index=index, dtype=column.dtype, name="value")


def _run_of_day(candidates: list[tuple[datetime, int]], moment: datetime) -> float:
    if len(candidates) == 1:
        return candidates[0][1]
    ended = [candidate for candidate in candidates if candidate[0] <= moment]
    if not ended:
        return np.nan
    latest = max(end for end, _ in ended)
    last = [run for end, run in ended if end == latest]
    return last[0] if len(last) == 1 else np.nan
