"""Warm-ups from the diary and from laps; which run a diary entry is about."""

from __future__ import annotations

import numpy as np
import pytest
from past import at, past, ran, wrote

from runlog.analysis.warmup import habit_from_laps
from runlog.model import Area, Intensity, Lap

WARMUP, COOLDOWN, ACTIVE, REST = Intensity.WARMUP, Intensity.COOLDOWN, Intensity.ACTIVE, Intensity.REST


def laps(*intensities):
    return tuple(Lap(at("2026-05-01 08:00"), 300.0, 1000.0, intensity) for intensity in intensities)


def known(values):
    return [None if np.isnan(value) else value for value in values]


@pytest.mark.parametrize(
    ("intensities", "warmup", "cooldown"),
    [
        ((WARMUP, ACTIVE, COOLDOWN), 1.0, 1.0),
        ((WARMUP, ACTIVE), 1.0, 0.0),
        ((ACTIVE, COOLDOWN), 0.0, 1.0),
        ((ACTIVE, REST, ACTIVE), None, None),  # intervals: the warm-up may lie before the start
        ((REST, REST, REST), None, None),  # one value everywhere means nothing
        ((WARMUP, WARMUP), None, None),
        ((WARMUP, None), 1.0, None),  # the last lap says nothing of what it was
        ((WARMUP, ACTIVE, REST), 1.0, None),
        ((None, None), None, None),
        ((ACTIVE,), None, None),
        ((), None, None),
    ],
)
def test_what_laps_tell(intensities, warmup, cooldown):
    told = [habit_from_laps(WARMUP, laps(*intensities)), habit_from_laps(COOLDOWN, laps(*intensities))]
    assert known(told) == [warmup, cooldown]


def test_the_diary_outranks_the_laps_and_the_source_is_told():
    history = past(
        [
            ran(1, "2026-05-01 08:00", laps=laps(WARMUP, ACTIVE)),
            ran(2, "2026-05-02 08:00", laps=laps(WARMUP, ACTIVE)),
            ran(3, "2026-05-03 08:00"),
        ],
        [wrote(1, "2026-05-01 20:00", warmup=False)],
    )
    assert known(history.runs["warmup"]) == [0.0, 1.0, None]
    assert history.runs["warmup_source"].tolist() == ["diary", "laps", None]
    assert history.runs["cooldown_source"].tolist() == ["laps", "laps", None]


def about(entries, runs):
    """The ids of the runs that the diary tells a warm-up of."""
    warmed = past(runs, entries).runs["warmup"]
    return warmed.index[warmed == 1].tolist()


TWO_ON_A_DAY = [ran(1, "2026-05-01 08:00"), ran(2, "2026-05-01 18:00")]


def test_an_entry_is_about_the_only_run_of_its_local_day():
    late = [ran(1, "2026-05-01 23:30", minutes=20)]
    assert about([wrote(1, "2026-05-01 07:00", warmup=True)], late) == [1]
    assert about([wrote(1, "2026-05-02 00:30", warmup=True)], late) == []


def test_of_two_runs_it_is_the_last_that_had_ended():
    assert about([wrote(1, "2026-05-01 20:00", warmup=True)], TWO_ON_A_DAY) == [2]
    assert about([wrote(1, "2026-05-01 12:00", warmup=True)], TWO_ON_A_DAY) == [1]
    assert about([wrote(1, "2026-05-01 07:00", warmup=True)], TWO_ON_A_DAY) == []


def test_a_tie_is_not_guessed():
    twins = [ran(1, "2026-05-01 08:00"), ran(2, "2026-05-01 08:00")]
    assert about([wrote(1, "2026-05-01 20:00", warmup=True)], twins) == []


def test_an_entry_that_names_its_run_outranks_the_day():
    entries = [
        wrote(1, "2026-05-03 20:00", warmup=True, run=1),
        wrote(2, "2026-05-01 12:00", warmup=False),
        wrote(3, "2026-05-03 20:00", warmup=True, run=99, area=Area.NECK),
    ]
    assert about(entries, TWO_ON_A_DAY) == [1]


def test_contradictory_entries_tell_nothing():
    entries = [wrote(1, "2026-05-01 12:00", warmup=True), wrote(2, "2026-05-01 13:00", warmup=False)]
    assert known(past(TWO_ON_A_DAY[:1], entries).runs["warmup"]) == [None]


def test_the_diarys_effort_outranks_the_watchs():
    history = past(
        [ran(1, "2026-05-01 08:00", rpe=3), ran(2, "2026-05-02 08:00", rpe=3)],
        [wrote(1, "2026-05-01 20:00", rpe=7)],
    )
    assert history.runs["rpe"].tolist() == [7, 3]
