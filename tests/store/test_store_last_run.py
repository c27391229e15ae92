"""The last run is found by its start alone, without reading all others."""

from __future__ import annotations

from datetime import timedelta

import made_home

import runlog


def test_it_is_the_one_that_reading_all_runs_gives(tmp_path):
    made_home.fill(tmp_path / "home")
    with runlog.open(tmp_path / "home") as journal:
        runs = journal.runs()
        assert len(runs) > 4
        for hours in range(-12, 150, 3):
            moment = made_home.MONDAY + timedelta(hours=hours)
            begun = [run.id for run in runs if run.activity.start <= moment]
            found = journal.last_run(moment)
            assert (found and found.id) == (begun[-1] if begun else None)
