"""A runner's diary made day by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from runlog.analysis.build import build_history
from runlog.model import Activity, Area, Entry, Intensity, Kind, Lap, Shoe
from runlog.records import Snapshot, StoredActivity, StoredEntry
from runlog.settings import Settings

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)
OFFSET = 3600


class Diary:
    """Collects what happened, counted in days from Monday, 2 March 2026, and builds a History of it."""

    def __init__(self):
        self.activities = []
        self.entries = []
        self.shoes = []

    def run(self, day, km=8.0, *, warmup=None, shoe=None, loop=None, name=None, minutes=None, cadence=None):
        start = MONDAY + timedelta(days=day)
        minutes = 6 * (km or 5) if minutes is None else minutes
        activity = Activity(
            start,
            60.0 * minutes,
            "running",
            kind=Kind.RUN,
            name=name,
            utc_offset_s=OFFSET,
            moving_s=60.0 * minutes,
            distance_m=None if km is None else 1000.0 * km,
            avg_cadence_spm=cadence,
            shoe=shoe,
            laps=_laps(start) if warmup else (),
        )
        self.activities.append(
            StoredActivity(len(self.activities) + 1, activity, ("run.fit",), shape=_loop(loop))
        )
        if warmup is False:
            self.tell(day, hour=8.5, warmup=False)
        return self

    def tell(self, day, *, hour=19.0, **what):
        moment = MONDAY.replace(hour=0) + timedelta(days=day, hours=hour)
        self.entries.append(StoredEntry(len(self.entries) + 1, Entry(moment, OFFSET, **what), "log"))
        return self

    def rate(self, day, soreness, *, area="upper_back", **what):
        return self.tell(day, soreness=float(soreness), area=Area(area), **what)

    def shoe(self, name, **what):
        self.shoes.append(Shoe(name, **what))
        return self

    def history(self, **settings):
        settings = Settings(**{"timezone": "Europe/Berlin", **settings})
        return build_history(Snapshot(self.activities, self.entries, self.shoes), settings, lambda _: None)


def _laps(start):
    warmup = Lap(start, 600.0, intensity=Intensity.WARMUP)
    return warmup, Lap(start + timedelta(minutes=10), 1800.0, intensity=Intensity.ACTIVE)


def _loop(number):
    """A round of 3 km or so, each number somewhere else."""
    if number is None:
        return None
    turn = np.linspace(0, 2 * np.pi, 60)
    return np.stack([52.5 + 0.1 * number + 0.005 * np.sin(turn), 13.4 + 0.008 * np.cos(turn)], axis=1)


def made_season(weeks=26, seed=3):
    """A season whose soreness goes with skipped warm-ups, one route and worn shoes."""
    chance = np.random.default_rng(seed)
    diary = Diary()
    diary.shoe("Pegasus 41", limit_m=800_000.0, start_m=310_000.0)
    diary.shoe("Ghost 16 <the blue ones>")
    lasting = 0.0
    for week in range(weeks):
        for weekday in (1, 3, 5, 6)[: 3 + (week % 3 > 0)]:
            day = 7 * week + weekday
            warm = bool(chance.random() < (0.35 if week > weeks - 4 else 0.6))
            loop = 1 if chance.random() < (0.3 if week < weeks // 2 else 0.75) else int(chance.integers(2, 6))
            worn = "Pegasus 41" if chance.random() < 0.7 else "Ghost 16 <the blue ones>"
            km = (
                7
                + chance.normal(0, 1.2)
                + (6 if weekday == 6 else 0)
                + (5 if week == weeks - 2 and weekday == 6 else 0)
            )
            diary.run(day, round(km, 2), warmup=warm, shoe=worn, loop=loop, name=f"Loop {loop}", cadence=170)
            lasting = 0.7 * lasting + chance.normal(0, 0.6)
            level = 2.2 + lasting - 1.6 * (warm - 0.5) + 1.5 * (loop == 1) + chance.normal(0, 0.5)
            if chance.random() < 0.9:
                rating = float(np.clip(round(level), 0, 10))
                strength = bool(chance.random() < 0.2)
                diary.rate(day, rating, strength=strength, desk_hours=round(chance.uniform(4, 9), 1))
    return diary
