"""Ten years of one runner, put into a store as an import does it, without files."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

import runlog
from runlog.ingest.workers import derive_packed
from runlog.model import Activity, Entry, Shoe, Track
from runlog.records import ParsedFile
from runlog.store.files import add_file
from runlog.store.tracks import pack_track

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator

FIRST = date(2016, 11, 20)
DAYS, RUNS, RATINGS = 3652, 2500, 1500
#: The evening on which they end, a Sunday.
NOW = datetime(2026, 11, 19, 21, tzinfo=UTC)
LOOPS, PAIRS = 14, 28
EVERY_S = 10


def fill(home: Path, seed: int = 1) -> None:
    """Fill an empty home."""
    chance = np.random.default_rng(seed)
    days = np.sort(chance.choice(DAYS, RUNS, replace=False))
    runs = [_run(int(day), chance) for day in days]
    rated = np.sort(chance.choice(days, RATINGS, replace=False))
    entries = tuple(_entry(int(day), chance) for day in rated)
    shoes = tuple(_pair(number) for number in range(PAIRS))
    bare = tuple(Activity(**{name: getattr(one, name) for name in _FIELDS}) for one in runs)
    streams = [pack_track(one.track, derive_packed(one.track)) for one in runs if one.track is not None]
    watch = ParsedFile("fit", activities=bare, shoes=shoes)
    diary = ParsedFile("diary", entries=entries)
    with runlog.open(home) as journal:
        journal._store.write(add_file, "/watch/all.fit", "0" * 64, watch, streams)
        journal._store.write(add_file, "/diary.csv", "1" * 64, diary, [])
        history = journal.history()  # routes are found once, when the runs are new
    assert (len(history.runs), len(history.entries)) == (RUNS, RATINGS)


_FIELDS = [field.name for field in fields(Activity) if field.name != "track"]


def _run(day: int, chance: Generator) -> Activity:
    loop = 0 if chance.random() < 0.4 else int(chance.integers(1, LOOPS))
    km = 5 + 0.7 * loop
    seconds = 340 * km * chance.normal(1, 0.05)
    track = _track(loop, km, seconds, chance)
    return Activity(
        _moment(day, 6),
        seconds,
        "running",
        utc_offset_s=3600,
        moving_s=seconds,
        distance_m=1000 * km,
        avg_hr=150.0,
        avg_cadence_spm=168.0,
        rpe=float(chance.integers(2, 8)),
        shoe=f"Pair {min(day * PAIRS // DAYS + int(chance.integers(2)), PAIRS - 1)}",
        name=f"Run {day}",
        track=track,
    )


def _track(loop: int, km: float, seconds: float, chance: Generator) -> Track:
    time_s = np.arange(0.0, seconds, EVERY_S)
    angle = 2 * np.pi * time_s / seconds
    north, east = km / 6 * np.sin(angle), km / 6 * np.cos(angle) * (1 + 0.3 * np.sin(3 * angle + loop))
    noise = chance.normal(0, 3e-5, (2, len(time_s)))
    lat = 50 + 0.2 * (loop % 4) + north / 111 + noise[0]
    lon = 8 + 0.2 * (loop // 4) + east / 71 + noise[1]
    columns = {"time_s": time_s, "segment": np.zeros_like(time_s), "lat": lat, "lon": lon}
    moving = {
        "distance_m": 1000 * km * time_s / seconds,
        "heart_rate_bpm": np.round(chance.normal(150, 8, len(time_s))),
        "cadence_spm": np.round(chance.normal(168, 2, len(time_s))),
    }
    return Track(columns | moving)


def _entry(day: int, chance: Generator) -> Entry:
    warm = bool(chance.random() < 0.6)
    told = Entry(
        _moment(day, 18),
        3600,
        soreness=float(np.clip(round(chance.normal(3 - warm, 1.3)), 0, 10)),
        warmup=warm,
        cooldown=bool(chance.random() < 0.3),
        desk_hours=round(chance.uniform(4, 9), 1),
    )
    return replace(told, strength=True) if chance.random() < 0.2 else told


def _pair(number: int) -> Shoe:
    begun = FIRST + timedelta(days=number * DAYS // PAIRS)
    retired = begun + timedelta(days=2 * DAYS // PAIRS) if number < PAIRS - 2 else None
    return Shoe(f"Pair {number}", begun, retired)


def _moment(day: int, hour: int) -> datetime:
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, tzinfo=UTC) + timedelta(days=day)
