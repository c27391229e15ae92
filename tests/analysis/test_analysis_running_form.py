"""Running form: tracks made by hand whose means are known, and what real watches and straps tell."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from past import at, past, ran

from runlog import importers
from runlog.analysis import track_summary
from runlog.analysis.factors import FACTORS
from runlog.cli.runs import RUNNING_FORM_KEYS
from runlog.model import TRACK_COLUMNS, Kind, ThirdMeans, Track, TrackSummary
from runlog.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

#: What a recreational runner's watch tells of a whole run, so that a wrong unit or a stop shows.
PLAUSIBLE = {
    "cadence_spm": (140, 200),
    "stance_time_ms": (180, 370),
    "stance_time_balance_pct": (45, 55),
    "vertical_oscillation_mm": (40, 130),
    "vertical_ratio_pct": (5, 12),
    "step_length_mm": (600, 1700),
}
#: What these files came to when they were first read, seen to be right beside their own sums.
GOLDEN = {
    "fit/dtcooper__python-fitparse__sample_mulitple_header.fit": {
        "cadence_spm": (167.0, -3.5),
        "stance_time_ms": (252.1, -2.0),
        "stance_time_balance_pct": (51.68, -0.29),
        "vertical_oscillation_mm": (101.5, 3.0),
        "vertical_ratio_pct": (8.14, 0.25),
    },
    "fit/muktihari__fit__triathlon_summary_first.fit": {
        "cadence_spm": (162.1, -1.7),
        "stance_time_ms": (275.9, 3.7),
        "vertical_oscillation_mm": (90.2, 2.1),
        "vertical_ratio_pct": (8.55, 0.0),
        "step_length_mm": (1056.9, 22.9),
    },
}


def made(seconds=1800, segment=None, time_s=None, **columns):
    """A track with a point each second; a column is one number, or one for each point."""
    points = len(time_s) if time_s is not None else seconds
    given_s = np.arange(points) if time_s is None else time_s
    parts = {"time_s": given_s, "segment": np.zeros(points) if segment is None else segment, **columns}
    return Track({name: np.broadcast_to(np.asarray(part, float), points) for name, part in parts.items()})


def in_thirds(first, middle, last, seconds=1800):
    return np.repeat([first, middle, last], seconds // 3)


def test_a_steady_run_has_one_value_and_no_drift():
    found = track_summary.third_means(made(cadence_spm=170, stance_time_ms=240, stance_time_balance_pct=50.5))
    assert found == {
        "cadence_spm": ThirdMeans(170, 170, 170),
        "stance_time_ms": ThirdMeans(240, 240, 240),
        "stance_time_balance_pct": ThirdMeans(50.5, 50.5, 50.5),
    }


def test_each_third_has_its_own_mean():
    found = track_summary.third_means(
        made(cadence_spm=in_thirds(174, 170, 166), step_length_mm=in_thirds(1000, 1100, 1050))
    )
    assert found["cadence_spm"] == pytest.approx((170, 174, 166), abs=0.05)
    assert found["step_length_mm"] == pytest.approx((1050, 1000, 1050), abs=0.1)


def test_pauses_stops_and_walks_are_no_part_of_any_third():
    """An hour of which the first half is a walk and a pause: the thirds are of the half hour run."""
    walk = np.full(1500, 112.0)
    stop = np.zeros(300)
    cadence = np.concatenate((walk, stop, in_thirds(174, 170, 166)))
    segment = np.concatenate((np.zeros(1800), np.ones(1800)))
    later = np.concatenate((np.arange(1800), np.arange(1800) + 9000))
    stance = np.where(cadence > 150, 300.0 - (cadence - 170), 420.0)  # a walker's would be possible, too
    found = track_summary.third_means(
        made(time_s=later, segment=segment, cadence_spm=cadence, stance_time_ms=stance)
    )
    assert found["cadence_spm"] == pytest.approx((170, 174, 166), abs=0.05)
    assert found["stance_time_ms"] == pytest.approx((300, 296, 304), abs=0.05)


def test_what_nobody_measured_is_not_averaged_in():
    """Sensors write 0, the highest number or nothing where they know nothing."""
    stance = np.full(1800, 250.0)
    stance[::10], stance[5::10], stance[7::10] = 0.0, 6553.0, np.nan
    found = track_summary.third_means(
        made(cadence_spm=170, stance_time_ms=stance, vertical_oscillation_mm=0.0)
    )
    assert found["stance_time_ms"] == ThirdMeans(250, 250, 250)
    assert "vertical_oscillation_mm" not in found


def test_a_sprint_and_a_stumble_do_not_show():
    cadence = np.full(1800, 168.0)
    cadence[600:640], cadence[1700:1740] = 230.0, 136.0
    assert track_summary.third_means(made(cadence_spm=cadence))["cadence_spm"] == ThirdMeans(168, 168, 168)


def test_points_count_by_the_time_until_the_next():
    """A watch that writes a point when something changes: every second at first, then every 10."""
    time_s = np.concatenate((np.arange(600), 600 + np.arange(0, 600, 10)))
    cadence = np.where(time_s < 600, 160.0, 180.0)
    assert track_summary.third_means(made(time_s=time_s, cadence_spm=cadence))[
        "cadence_spm"
    ].mean == pytest.approx(170, abs=0.2)


def test_without_a_cadence_every_point_counts():
    found = track_summary.third_means(made(stance_time_ms=in_thirds(240, 250, 260)))
    assert found["stance_time_ms"] == pytest.approx((250, 240, 260), abs=0.05)


def test_too_little_is_no_value():
    assert track_summary.third_means(made(170, cadence_spm=170)) == {}
    assert track_summary.third_means(made(1, cadence_spm=170)) == {}
    assert track_summary.third_means(made(0, cadence_spm=np.empty(0))) == {}
    assert track_summary.third_means(made(cadence_spm=112)) == {}  # a walk
    assert track_summary.third_means(made()) == {}
    a_quarter = np.where(np.arange(1800) % 4 == 0, 250.0, np.nan)
    assert set(track_summary.third_means(made(cadence_spm=170, stance_time_ms=a_quarter))) == {"cadence_spm"}


def test_a_third_of_which_too_little_is_known_has_no_mean():
    """The strap fell silent after 20 of 30 minutes."""
    stance = np.where(np.arange(1800) < 1250, 250.0, np.nan)
    found = track_summary.third_means(made(cadence_spm=170, stance_time_ms=stance))
    assert found["stance_time_ms"] == ThirdMeans(250, 250, None)
    assert found["cadence_spm"].last == 170


@given(
    st.lists(st.sampled_from([0.0, 100.0, 168.0, 172.0, 400.0, np.nan]), max_size=400),
    st.lists(st.floats(0, 40), min_size=400, max_size=400),
    st.lists(st.booleans(), min_size=400, max_size=400),
)
def test_whatever_is_found_lies_between_what_was_measured(cadence, steps, paused):
    points = len(cadence)
    track = made(
        time_s=np.cumsum(steps[:points]),
        segment=np.cumsum(paused[:points]),
        cadence_spm=np.array(cadence),
    )
    for thirds in track_summary.third_means(track).values():
        assert all(168 - 1e-9 <= mean <= 172 + 1e-9 for mean in thirds if mean is not None)


def test_every_column_of_form_has_its_names_and_is_one_that_tracks_have():
    assert set(track_summary.RUNNING_LIMITS) == set(track_summary.FORM_COLUMNS) <= set(TRACK_COLUMNS)
    names = [name for pair in track_summary.FORM_COLUMNS.values() for name in pair]
    assert sorted(names) == sorted(["avg_cadence_spm", *RUNNING_FORM_KEYS])


def test_runs_have_means_and_drifts():
    told = TrackSummary(
        form={
            "cadence_spm": ThirdMeans(168.0, 170.0, 165.0),
            "stance_time_ms": ThirdMeans(250.0, 240.0, None),
        }
    )
    runs = past([ran(1, "2026-05-01 08:00", summary=told), ran(2, "2026-05-02 08:00")]).runs
    assert runs.loc[1, ["avg_cadence_spm", "cadence_drift_spm", "stance_time_ms"]].tolist() == [168, -5, 250]
    assert np.isnan(runs.loc[1, "stance_time_drift_ms"])
    assert runs.loc[2, list(RUNNING_FORM_KEYS)].isna().all()
    assert (past().runs[[*RUNNING_FORM_KEYS, "avg_cadence_spm"]].dtypes == "float64").all()


def test_the_cadence_is_that_while_running_else_what_the_source_states():
    told = TrackSummary(form={"cadence_spm": ThirdMeans(168.0, None, None)})
    runs = past(
        [
            ran(1, "2026-05-01 08:00", summary=told, avg_cadence_spm=151.0),
            ran(2, "2026-05-02 08:00", summary=TrackSummary(), avg_cadence_spm=151.0),
            ran(3, "2026-05-03 08:00", avg_cadence_spm=None),
        ]
    ).runs
    assert runs["avg_cadence_spm"].tolist()[:2] == [168, 151]
    assert np.isnan(runs.loc[3, "avg_cadence_spm"])


def value(name, history, local):
    (factor,) = [factor for factor in FACTORS if factor.name == name]
    found = factor.values(history, pd.DatetimeIndex([at(local)])).iloc[0]
    return None if np.isnan(found) else found


def test_form_is_that_of_the_last_run_within_24_hours():
    strap = TrackSummary(
        form={
            "cadence_spm": ThirdMeans(168.0, 170.0, 165.0),
            "stance_time_ms": ThirdMeans(250.0, 240.0, None),
            "vertical_ratio_pct": ThirdMeans(8.1, 8.0, 8.3),
        }
    )
    history = past([ran(1, "2026-05-01 08:00", summary=strap), ran(2, "2026-05-03 08:00")])
    expected = {"cadence": 168, "stance_time": 250, "vertical_ratio": 8.1}
    for name, known in expected.items():
        assert value(name, history, "2026-05-01 08:59") is None
        assert value(name, history, "2026-05-01 12:00") == known
        assert value(name, history, "2026-05-02 09:00") is None
        assert value(name, history, "2026-05-03 12:00") is None


@pytest.mark.parametrize("balance", [49.2, 50.8, 49.18, 50.84])
def test_imbalance_is_the_same_towards_either_foot(balance):
    told = TrackSummary(form={"stance_time_balance_pct": ThirdMeans(balance, None, None)})
    history = past([ran(1, "2026-05-01 08:00", summary=told)])
    assert value("stance_imbalance", history, "2026-05-01 12:00") == pytest.approx(0.8)


def tracks_of(path: Path):
    reading = importers.read_bytes(path.read_bytes(), str(path), Settings())
    return [one.track for one in reading.activities if one.kind is Kind.RUN and one.track is not None]


@pytest.mark.parametrize("name", GOLDEN)
def test_form_of_a_device_file_is_what_it_was(devicefiles, name):
    (track,) = tracks_of(devicefiles / name)
    found = track_summary.summarise_track(track)[1].form
    for column, (mean, drift) in GOLDEN[name].items():
        told = found[column]
        assert told.mean == pytest.approx(mean, abs=0.1)
        assert told.last - told.first == pytest.approx(drift, abs=0.1)


def test_form_of_every_device_file_is_plausible(devicefiles):
    """Prints what is found, so that a new device file can be judged."""
    with (devicefiles / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        names = [row["file"] for row in csv.DictReader(file) if "running" in row["sport"]]
    found: dict[str, list[float]] = {column: [] for column in track_summary.RUNNING_LIMITS}
    for name in names:
        for track in tracks_of(devicefiles / name):
            for column, told in track_summary.third_means(track).items():
                found[column].append(told.mean)
    for column, means in found.items():
        low, high = PLAUSIBLE[column]
        line = f"{column:24} {len(means):3} runs  {min(means):7.1f} to {max(means):7.1f}  of {low} to {high}"
        print(line)  # noqa: T201 - the table is what the test is run for
        assert all(low <= mean <= high for mean in means), column
    assert len(found["cadence_spm"]) >= 10
    assert min(len(means) for means in found.values()) >= 2


def test_an_hour_at_a_point_a_second_takes_milliseconds():
    chance = np.random.default_rng(1)
    track = made(
        3600, **{name: chance.uniform(*limits, 3600) for name, limits in track_summary.RUNNING_LIMITS.items()}
    )
    took = []
    for _ in range(5):
        began = time.perf_counter()
        track_summary.third_means(track)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.01
