"""Hold what happened as data frames: the only thing that factors, alerts, charts and reports read."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from runlog.localtime import RunnerClock
from runlog.records import NIGHT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from runlog.analysis.session_load import LoadKind
    from runlog.model import Plan, Track
    from runlog.records import Night, ServiceState
    from runlog.settings import Settings


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
            cooldown_source, cooldown_confidence, part_of (all as ``warmup.habit_table`` says),
            load (session load in the one unit of load_kind), load_source (what it was counted from),
            load_without_rpe (the same where no RPE enters it, else in another unit),
            trimp and edwards (by the heart rates, NaN without them),
            stance_time_ms, stance_time_balance_pct (50 is even; by convention the left foot's share),
            vertical_oscillation_mm, vertical_ratio_pct, step_length_mm and avg_cadence_spm: means while
            running; cadence_drift_spm, stance_time_drift_ms … : last third less first (``track_summary``).
        others: habits and other sports: the same columns down to sources, and kind.
        entries: a row per diary entry, indexed by its id, in the order of their moments:
            moment (aware UTC), day, utc_offset_s, soreness, area, side, warmup, cooldown, shoe, rpe,
            strength, strength_min, mobility, desk_hours, posture, note, run, source. Yes, no and unknown
            are 1.0, 0.0 and NaN; run is an id or NaN.
        shoes: a row per pair, indexed by name: from_date, retired (naive days or NaT), start_m, limit_m
            (the pair's own or the settings'), default, kept (False where only a run or a diary row names it),
            rests (days off between), other_names.
        routes: a row per route that counts, indexed by its label: given_name (or None), similar_to (the
            label of an earlier route of which it is a variant, or None), shape (degrees (n, 2) as lat, lon).
        load_kind: what ``runs.load`` counts, its unit in words: "session-RPE points", "TRIMP", "km" …
        load_notes: each returns a sentence on how other loads were put on that scale, or on what was
            estimated or assumed, or "".
        settings: the runner's settings.
        track: function that returns a run's track by its id, or None.
        plans: the planned trials, in the order in which they were made.
        nights: a row per night, indexed by the naive local day after it: sleep_hours, resting_hr (bpm),
            hrv (RMSSD in ms), stress (0 to 100); NaN is unknown.
        services: the services that runs are fetched from.
    """

    runs: pd.DataFrame
    others: pd.DataFrame
    entries: pd.DataFrame
    shoes: pd.DataFrame
    routes: pd.DataFrame
    load_kind: LoadKind
    load_notes: tuple[Callable[[], str], ...]
    settings: Settings
    track: Callable[[int], Track | None]
    plans: tuple[Plan, ...] = ()
    nights: pd.DataFrame = field(default_factory=lambda: night_table(()))
    services: tuple[ServiceState, ...] = ()

    @property
    def clock(self) -> RunnerClock:
        """The runner's clock: the one answer to which local day a moment is."""
        return _runner_clock(self)

    @property
    def load_note(self) -> str:
        """Text of all ``load_notes``, in the language in use."""
        return " ".join(text for note in self.load_notes if (text := note()))


#: Whose word on a night counts first; sources that are not named follow by their names.
_NIGHT_SOURCES = ("garmin", "intervals")


def night_table(nights: Sequence[Night]) -> pd.DataFrame:
    """Return a row per night, each value from the first source that has it.

    The stress of all nights is from one source: a watch's goes by other numbers than a runner's own rating.
    """
    columns = list(NIGHT_LIMITS)
    by_source: dict[str, dict[date, list[float | None]]] = {}
    for night in nights:
        by_source.setdefault(night.source, {})[night.day] = [getattr(night, name) for name in columns]
    table = pd.DataFrame(columns=columns, index=pd.DatetimeIndex([]), dtype=float)
    for source in sorted(by_source, key=lambda name: (*(name != known for known in _NIGHT_SOURCES), name)):
        rows = pd.DataFrame.from_dict(by_source[source], orient="index", columns=columns).astype(float)
        rows.index = pd.DatetimeIndex(rows.index)
        if table["stress"].notna().any():
            rows["stress"] = float("nan")
        table = rows if table.empty else table.combine_first(rows)[columns]
    return table.sort_index()


@lru_cache(maxsize=8)  # every factor and alert that counts days asks for it
def _runner_clock(history: History) -> RunnerClock:
    ends = history.runs[["end", "utc_offset_s"]].rename(columns={"end": "moment"})
    seen = pd.concat([ends, history.entries[["moment", "utc_offset_s"]]]).sort_values("moment", kind="stable")
    since_us = pd.DatetimeIndex(seen["moment"]).as_unit("us").asi8
    return RunnerClock(array("q", since_us), array("q", seen["utc_offset_s"]), lambda: history.settings.zone)


@lru_cache(maxsize=8)  # most parts of a report begin with it
def ratings_of(history: History, area: str | None = None) -> pd.DataFrame:
    """Return the entries that rate soreness, of one body area or of all, in the order of their moments.

    They are not to be changed. Of a left and a right side at the same moment the sorer one counts.
    """
    rated = history.entries.dropna(subset="soreness")
    if area is not None:
        rated = rated[rated["area"] == area]
    if not rated.duplicated(["moment", "area"]).any():
        return rated
    sorer = rated.sort_values("soreness", kind="stable").drop_duplicates(["moment", "area"], keep="last")
    return rated[rated.index.isin(sorer.index)]
