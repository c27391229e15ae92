"""The frames that everything reads: their order, clocks and types, and the table of routes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from past import at, past, ran, strength_session, wrote

from runlog.analysis import load
from runlog.analysis.build import build_history
from runlog.analysis.routes import route_table
from runlog.analysis.shoe_wear import shoe_table
from runlog.model import Activity, Kind
from runlog.records import Snapshot, StoredActivity
from runlog.settings import Settings

ROUTE = np.array([[47.0, 8.0], [47.0, 8.02], [47.01, 8.03]])


def test_runs_and_others_are_in_the_order_of_their_starts():
    ride = ran(4, "2026-05-01 12:00", sport="cycling", kind=Kind.OTHER)
    history = past(
        [
            ran(1, "2026-05-02 08:00"),
            ran(2, "2026-05-01 08:00"),
            ride,
            strength_session(3, "2026-05-01 07:00"),
        ]
    )
    assert history.runs.index.tolist() == [2, 1]
    assert history.others.index.tolist() == [3, 4]
    assert history.others["kind"].tolist() == ["habit", "other"]
    assert history.runs["sources"].tolist() == [("2.fit",), ("1.fit",)]


def test_the_local_day_is_the_activitys_own_else_the_settings():
    late = datetime(2026, 5, 1, 22, 30, tzinfo=UTC)
    runs = [
        StoredActivity(i, Activity(late, 60.0, "running", utc_offset_s=offset), ("x",))
        for i, offset in enumerate([-3600, 7200, None])
    ]
    history = past(runs, timezone="Asia/Tokyo")
    assert history.runs["day"].dt.day.tolist() == [1, 2, 2]
    assert history.runs["local_start"].dt.hour.tolist() == [21, 0, 7]
    assert history.runs["utc_offset_s"].tolist() == [-3600, 7200, 32_400]


def test_unknown_stays_unknown():
    history = past(
        [ran(1, "2026-05-01 08:00", None)], [wrote(1, "2026-05-01 20:00", soreness=0, warmup=False)]
    )
    run, entry = history.runs.iloc[0], history.entries.iloc[0]
    assert run["name"] is None
    assert run["route"] is None
    assert run["shoe"] is None
    assert run["cooldown_source"] is None
    assert np.isnan(run["distance_m"])
    assert (entry["soreness"], entry["warmup"]) == (0, 0)
    assert np.isnan(entry["cooldown"])
    assert entry["shoe"] is None


def test_an_empty_history_has_the_types_of_a_full_one():
    empty = past()
    full = past([ran(1, "2026-05-01 08:00", name="Lake")], [wrote(1, "2026-05-01 20:00", shoe="A")])
    for frame in ("runs", "others", "entries", "shoes"):
        assert getattr(empty, frame).dtypes.to_dict() == getattr(full, frame).dtypes.to_dict()
    assert route_table(empty).dtypes.to_dict() == route_table(full).dtypes.to_dict()
    assert shoe_table(empty).dtypes.to_dict() == shoe_table(full).dtypes.to_dict()
    assert load.daily_metrics(empty).empty


def test_tracks_are_read_through_the_history():
    history = build_history(Snapshot(), Settings(), {7: "a track"}.get)
    assert history.track(7) == "a track"
    assert history.track(8) is None


def test_the_table_of_routes():
    away = ROUTE + 1.0
    runs = [
        ran(1, "2026-03-01 08:00", 3, shape=ROUTE, name="Lake"),
        ran(2, "2026-05-01 08:00", 3.2, shape=ROUTE, name="Lake"),
        ran(3, "2026-05-02 08:00", 3.4, shape=ROUTE),
        ran(4, "2026-05-03 08:00", 4, shape=away),
        ran(5, "2026-05-04 08:00", 4),
    ]
    history = past(runs)
    assert history.runs["route"].tolist() == ["R1", "R1", "R1", "R2", None]
    table = route_table(history).set_index("route")
    assert table["runs"].to_dict() == {"R1": 3, "R2": 1}
    assert table["name"].to_dict() == {"R1": "Lake", "R2": None}
    assert table["distance_m"].to_dict() == {"R1": 3200, "R2": 4000}
    assert table["longest_streak"].to_dict() == {"R1": 3, "R2": 1}
    assert table["share_28d"].round(2).to_dict() == {"R1": 0.67, "R2": 0.33}
    assert table.loc["R1", "first"] == pd.Timestamp(at("2026-03-01 08:00"))
    assert table.loc["R1", "last"] == pd.Timestamp(at("2026-05-02 08:00"))
    assert route_table(history, at("2026-08-01 12:00"))["share_28d"].isna().all()
    assert route_table(history, at("2026-05-02 12:00"))["route"].tolist() == ["R1"]
