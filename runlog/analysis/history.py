"""What happened, as frames: the only thing that factors, alerts, charts and the report read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from runlog.model import KeptActivity, KeptEntry, Shoe, Track
    from runlog.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Runs, other activities, diary entries and shoes of one runner.

    Attributes:
        runs: a row per run, indexed by its id, in the order of their starts:
            start, end (aware UTC), local_start (naive, the runner's clock), day (naive midnight of the
            local day), utc_offset_s, name, sport, sub_sport, distance_m, duration_s, moving_s, avg_hr,
            max_hr, avg_cadence_spm, ascent_m, rpe, sources (tuple of str),
            route (label or None), shoe (name or None), shoe_reason (why that shoe, or why none),
            warmup, cooldown (1.0 done, 0.0 skipped, NaN unknown), warmup_source, cooldown_source
            ("diary", "laps" or None), load (session load in the one unit of load_kind).
        others: habits and other sports: the same columns down to sources, and kind.
        entries: a row per diary entry, indexed by its id, in the order of their moments:
            moment (aware UTC), day, utc_offset_s, soreness, area, warmup, cooldown, shoe, rpe,
            strength, strength_min, desk_hours, posture, note, run, source.
        shoes: a row per pair, indexed by name: from_date, retired (naive days or NaT), start_m, limit_m
            (the pair's own or the settings'), default.
        load_kind: what ``runs.load`` counts, for people: "session-RPE (points × min)" …
        load_note: how loads that were not recorded so were put on that scale, or "".
        settings: the runner's settings.
        track: reads one run's track by its id; None where there is none.
    """

    runs: pd.DataFrame
    others: pd.DataFrame
    entries: pd.DataFrame
    shoes: pd.DataFrame
    load_kind: str
    load_note: str
    settings: Settings
    track: Callable[[int], Track | None]


def build(
    activities: Sequence[KeptActivity],
    entries: Sequence[KeptEntry],
    shoes: Sequence[Shoe],
    settings: Settings,
    track: Callable[[int], Track | None],
) -> History:
    """Make the frames of a history and all that follows from them: routes, shoes worn, warm-ups, loads."""
