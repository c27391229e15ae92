"""Whole archives of accounts: every run once, with its name, gear and effort, whatever the language."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from datetime import date

import made_archives as made
import pytest

from runlog import journal
from runlog.model import Kind
from runlog.store.activities import read_activities

VERSIONS = [("en", 87), ("en", 101), ("de", 92), ("es", 94)]


@pytest.fixture(scope="module")
def outings(sample_data):
    return made.outings(sample_data)


@pytest.fixture
def kept(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")
    with journal.open(home) as opened:
        yield opened


def archive(tmp_path, members, name="export_1.zip"):
    path = tmp_path / name
    path.write_bytes(made.zipped(members))
    return path


def on_foot(outings):
    return [outing for outing in outings if outing.word in ("run", "trail")]


def told(runs):
    """What a runner knows a run by."""
    return sorted((run.activity.name, run.activity.shoe, run.activity.rpe) for run in runs)


def expected(outings):
    return sorted((outing.name, outing.shoe, outing.rpe) for outing in on_foot(outings))


def not_taken(summary):
    return {file.path.rpartition("/")[2]: file.reason for file in summary.files if file.outcome == "skipped"}


@pytest.mark.parametrize(("language", "columns"), VERSIONS)
def test_a_strava_archive_gives_every_run_once_with_name_gear_and_effort(
    kept, tmp_path, outings, language, columns
):
    summary = kept.add([archive(tmp_path, made.strava_members(outings, language, columns))])
    assert told(kept.runs()) == expected(outings)
    assert (summary.runs_added, summary.failed) == (len(on_foot(outings)), 0)
    assert summary.other_added == len(outings) - len(on_foot(outings))


def test_what_a_strava_archive_holds_beside_runs_is_named(kept, tmp_path, outings):
    reasons = not_taken(kept.add([archive(tmp_path, made.strava_members(outings))]))
    assert "Strava could not export it" in reasons[made.LOST]
    assert reasons["shoes.csv"] == "read together with activities.csv"
    assert "Strava archive" in reasons["bikes.csv"]
    assert {"profile.csv", "media.csv", "0A1B.jpg", "goals.csv", "comments.csv"} < set(reasons)


def test_a_recording_that_strava_lost_is_told_and_its_run_kept(kept, tmp_path, outings):
    summary = kept.add([archive(tmp_path, made.strava_members(outings))])
    listed = next(file for file in summary.files if file.path.endswith("activities.csv"))
    assert "could not export the recordings of Lost by Strava" in listed.reason
    lost = next(run for run in kept.runs() if run.activity.name == "Lost by Strava")
    assert (lost.activity.distance_m, lost.activity.rpe) == (8000.0, 8.0)


def test_pairs_are_named_as_the_runs_name_them_and_begin_with_their_first(kept, tmp_path, outings):
    kept.add([archive(tmp_path, made.strava_members(outings))])
    pairs = {shoe.name: shoe.from_date for shoe in kept.shoes.all()}
    assert pairs["Brooks Glide 12"] == date(2026, 5, 22)
    assert pairs["Adidas Pacer Reds"] == date(2026, 5, 24)
    assert set(pairs) == {*made.SHOES, "Salomon Mudclaw For the winter"}


@pytest.mark.parametrize("layout", [made.strava_members, made.garmin_members])
def test_a_second_import_brings_nothing_new(kept, tmp_path, outings, layout):
    path = archive(tmp_path, layout(outings))
    kept.add([path])
    before = told(kept.runs())
    os.utime(path, (1, 1))
    summary = kept.add([path])
    assert (summary.runs_added, summary.other_added, summary.merged, summary.failed) == (0, 0, 0, 0)
    assert told(kept.runs()) == before


def renamed(outings, number, name):
    return [replace(outing, name=name) if outing.id == number else outing for outing in outings]


@pytest.mark.parametrize("layout", [made.strava_members, made.garmin_members])
@pytest.mark.parametrize("number", [100, 120])
def test_a_newer_archive_brings_the_new_names(kept, tmp_path, outings, layout, number):
    kept.add([archive(tmp_path, layout(outings))])
    newer = renamed(outings, number, "Thought better of it")
    summary = kept.add([archive(tmp_path, layout(newer), "export_2.zip")])
    assert told(kept.runs()) == expected(newer)
    assert summary.runs_added == 0


@pytest.mark.parametrize(("language", "stock"), [("en", "Evening Run"), ("de", "Lauf am Abend")])
def test_a_name_that_the_app_made_up_does_not_hide_the_one_on_the_watch(
    kept, tmp_path, outings, language, stock
):
    unnamed = renamed(outings, 100, stock)
    kept.add([archive(tmp_path, made.strava_members(unnamed, language, 92))])
    names = {run.activity.name for run in kept.runs()}
    assert stock not in names
    assert "Evening run by the canal" in names


def test_an_archive_that_was_unpacked_gives_the_same(kept, tmp_path, outings):
    for name, data in made.strava_members(outings, "de", 92).items():
        path = tmp_path / "export_1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    kept.add([tmp_path / "export_1"])
    assert told(kept.runs()) == expected(outings)


def test_a_garmin_archive_gives_every_run_once_with_name_gear_and_effort(kept, tmp_path, outings):
    summary = kept.add([archive(tmp_path, made.garmin_members(outings))])
    assert told(kept.runs()) == expected(outings)
    assert (summary.runs_added, summary.failed) == (len(on_foot(outings)), 0)
    assert summary.other_added == len(outings) - len(on_foot(outings))
    assert {run.activity.feel for run in kept.runs()} <= {75.0, None}


def test_the_gear_of_a_garmin_archive_brings_limits_and_retirement(kept, tmp_path, outings):
    kept.add([archive(tmp_path, made.garmin_members(outings))])
    pairs = {shoe.name: (shoe.from_date, shoe.retired, shoe.limit_m) for shoe in kept.shoes.all()}
    assert pairs == {
        "Brooks Glide 12": (date(2026, 5, 2), None, 650000.0),
        "Adidas Pacer Reds": (date(2025, 9, 20), date(2026, 7, 1), None),
    }


def test_wellness_and_settings_of_a_garmin_archive_are_passed_over(kept, tmp_path, outings):
    reasons = not_taken(kept.add([archive(tmp_path, made.garmin_members(outings))]))
    wellness = [
        name for name, reason in reasons.items() if reason.startswith("Garmin's wellness or settings")
    ]
    assert {"UDSFile_2026-05-01_2026-08-01.json", "2026-05-15_2026-08-23_1_sleepData.json"} < set(wellness)
    assert {f"runner@example.com_{number}.fit" for number in (9001, 9002, 9003)} < set(reasons)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_both_archives_of_one_runner_are_one_history(kept, tmp_path, outings, order):
    """Strava was fed by the watch: the same runs, the same recordings, ids of their own."""
    strava = archive(tmp_path, made.strava_members(outings), "export_1.zip")
    shifted = [replace(outing, id=outing.id + 5000) for outing in outings]
    garmin = archive(tmp_path, made.garmin_members(shifted), "garmin.zip")
    paths = [strava, garmin]
    for place in order:
        kept.add([paths[place]])
    assert told(kept.runs()) == expected(outings)
    kinds = [one.activity.kind for one in kept._store.read(read_activities, derived=False)]
    assert kinds.count(Kind.OTHER) == kinds.count(Kind.HABIT) == 1


def test_real_recordings_within_an_archive(kept, tmp_path, devicefiles):
    """Files of watches as Strava packs them: each joins its row."""
    names = ("corriporai__runpandas__run.fit", "GoldenCheetah__sweatpy__3173437224.tcx")
    outings = []
    for number, name in enumerate(names, 1):
        data = next(devicefiles.rglob(name)).read_bytes()
        activity = made.importers.read_bytes(data, name, made.SETTINGS).activities[0]
        outings.append(
            made.Outing(
                number,
                activity.start,
                activity.duration_s,
                activity.moving_s,
                activity.distance_m,
                f"Real one {number}",
                word="run" if activity.kind is Kind.RUN else "ride",
                file=f"{name[-3:]}.gz",
                data=gzip.compress(data),
            )
        )
    kept.add([archive(tmp_path, made.strava_members(outings, "de", 92))])
    found = kept._store.read(read_activities, derived=False)
    assert sorted(one.activity.name for one in found) == ["Real one 1", "Real one 2"]
    assert [len(one.sources) for one in found] == [2, 2]
