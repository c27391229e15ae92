"""A home with all that is hard to keep: merged and split runs, hostile names, gaps, habits, and a diary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

import runlog
from runlog.ingest.workers import derive_packed
from runlog.model import Activity, Area, Entry, Intensity, Kind, Lap, Shoe, ShoeRule, Surface, Track
from runlog.records import ParsedFile
from runlog.store.files import add_file
from runlog.store.recordings import split_activity
from runlog.store.tracks import pack_track

if TYPE_CHECKING:
    from pathlib import Path

    from runlog.journal import Journal

MONDAY = datetime(2026, 6, 1, 5, 0, 0, 250_000, tzinfo=UTC)

HOSTILE = "../../etc/<script>alert(1)</script>\n\x1b[31m\u202e\x00=1+1 'é' \"\U0001f3c3\""
DIARY = (
    "date,soreness,area,note\n"
    '2026-06-01T20:00:00+02:00,3,,"two\nlines, and a ""quote"""\n'
    "2026-06-02T20:00:00+02:00,0.1,neck,\n"
)


def track(seconds=900, *, north=0.0, every=1, seed=1, **columns):
    """A loop through noise, with a pause and points that lack some of their values."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(0.0, seconds + 1, every)
    angle = 2 * np.pi * time_s / seconds
    lat = 50.0 + north + 0.004 * np.sin(angle) + rng.normal(0, 1e-6, len(time_s))
    lon = 8.0 + 0.006 * np.cos(angle) + rng.normal(0, 1e-6, len(time_s))
    heart = np.round(rng.normal(150, 5, len(time_s)))
    lat[5:8] = lon[5:8] = np.nan
    heart[::17] = np.nan
    own = {"time_s": time_s, "segment": (time_s > seconds / 2).astype(float), "lat": lat, "lon": lon}
    own |= {"distance_m": time_s * 2.5, "heart_rate_bpm": heart}
    return Track(own | {name: np.full_like(time_s, value) for name, value in columns.items()})


def run(day, seconds=900, **values):
    start = MONDAY + timedelta(days=day)
    usual = {"sport": "running", "distance_m": seconds * 2.5, "utc_offset_s": 7200, "moving_s": seconds - 0.1}
    return Activity(start=start, duration_s=float(seconds), **(usual | values))


def add(journal: Journal, path, *activities, **parts):
    """Put a made-up file into the store as an import does."""
    bare = tuple(Activity(**{name: getattr(one, name) for name in _FIELDS}) for one in activities)
    streams = [one.track and pack_track(one.track, derive_packed(one.track)) for one in activities]
    digest = sha256(path.encode()).hexdigest()
    return journal._store.write(add_file, path, digest, ParsedFile("fit", activities=bare, **parts), streams)


_FIELDS = [name for name in Activity.__dataclass_fields__ if name != "track"]


def fill(home: Path) -> None:
    """Fill a home; its diary file lies beside it."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.toml").write_text('units = "mi"\nhr_max = 187\n')
    diary = home.parent / f"{home.name}-diary.csv"
    diary.write_text(DIARY)
    with runlog.open(home) as journal:
        laps = (Lap(MONDAY, 300.5, 700.25, Intensity.WARMUP), Lap(MONDAY + timedelta(seconds=300.5), 599.5))
        watch = run(0, name="Run", laps=laps, device="Watch 1", rpe=4.0, avg_hr=150.123456789, track=track())
        add(journal, "/w/1.fit", watch)
        add(journal, "/app/1.gpx", run(0, name=HOSTILE, feel=50.0, track=track(every=5)))
        both = (run(1, track=track(seed=2)), run(1.5, 600, sport="yoga", kind=Kind.HABIT, distance_m=None))
        add(journal, "/w/two sessions.fit", *both)
        add(journal, "/w/3.fit", run(2, track=track(seed=3, power_w=250.5)))
        add(journal, "/app/3.gpx", run(2, track=track(seed=3, every=3)))
        assert journal._store.write(split_activity, 3 + 1) == [5]
        add(journal, "/list.json", run(3, external="strava:9", name="By hand", shoe="Blue", day_only=True))
        add(journal, "/paper.csv", run(4, external="2026-06-05 1"), replaces_earlier=True)
        add(journal, "/shoes.csv", shoes=(Shoe("Blue", date(2026, 1, 1), start_m=1 / 3, default=True),))
        journal.shoes.add(Shoe("Red", date(2026, 3, 1), limit_m=7e5 / 3, default=True))
        journal.shoes.add(Shoe(HOSTILE.replace("\x00", ""), retired=date(2026, 6, 9)))
        journal.shoes.wear([1], "Red")
        journal.shoes.join("Red", "Blue")
        journal.shoes.join("Red", HOSTILE.replace("\x00", ""))
        red = next(shoe for shoe in journal.shoes.all() if shoe.name == "Red")
        journal.shoes.edit(replace(red, rests=((date(2026, 4, 1), date(2026, 4, 30)),)))
        journal.shoes.separate("Blue")
        journal.shoes.add_rule(ShoeRule("Blue", Surface.TRAIL, "sat,sun", 1e4 / 3, 42_195.0, "11-01..03-31"))
        journal.shoes.add_rule(ShoeRule("Red", max_m=5_000.0))
        journal.log(Entry(MONDAY + timedelta(hours=2), 7200, soreness=2.0, warmup=True, shoe="Blue", run=1))
        journal.log(Entry(MONDAY + timedelta(days=2, hours=2), -3600, soreness=0.0, cooldown=False, run=5))
        journal.log(
            Entry(MONDAY, 0, area=Area.KNEE, strength_min=20.0, mobility=True, desk_hours=1 / 3, note=HOSTILE)
        )
        journal.log(Entry(MONDAY + timedelta(hours=5), 0, posture=3.0))
        journal.undo()
        journal.add([diary])
        diary.write_text(DIARY.replace("0.1", "0.2"))
        journal.add([diary])
