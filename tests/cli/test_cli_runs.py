"""runlog runs and show: a run's reasons, form, laps, warm-up and ratings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

import runlog
from runlog.cli import base
from runlog.cli.runs import habit_answer
from runlog.model import Area, Entry

MORNING = datetime(2026, 7, 12, 6, tzinfo=UTC)


@pytest.fixture
def two_runs_on_a_day(home, tmp_path, gpx):
    """Import a run of the morning and one of the evening."""
    for start, km in ((MORNING, 8.2), (MORNING + timedelta(hours=10), 5.0)):
        (tmp_path / f"{start:%H}.gpx").write_text(gpx(start, km=km, north=40 + km), encoding="utf-8")
    with runlog.open(home) as journal:
        journal.add([tmp_path / "06.gpx", tmp_path / "16.gpx"])
        yield journal


def rate(journal, soreness, *, hours, **more):
    moment = MORNING + timedelta(hours=hours)
    journal.log(Entry(moment, 7200, soreness=soreness, area=Area.UPPER_BACK, **more))


def test_a_rating_is_listed_under_the_one_run_that_it_is_about(two_runs_on_a_day, run):
    journal = two_runs_on_a_day
    first, second = (stored.id for stored in journal.runs())
    rate(journal, 3.0, hours=14)
    rate(journal, 5.0, hours=4)
    rate(journal, 7.0, hours=15, run=first)
    rate(journal, 9.0, hours=38)
    of_first, of_second = (run("show", number).stdout for number in (first, second))
    assert [f" {points} of 10" in of_first for points in (3, 5, 7, 9)] == [False, True, True, False]
    assert [f" {points} of 10" in of_second for points in (3, 5, 7, 9)] == [True, False, False, False]


@pytest.mark.usefixtures("season")
def test_a_run_is_shown_with_its_form(run, rows):
    shown = run("show", "91").stdout
    (row,) = [row for row in rows("runs") if row["id"] == 91]
    assert f"cadence         {row['avg_cadence_spm']:.0f} steps/min (" in shown
    assert f"ground contact  {row['stance_time_ms']:.0f} ms (" in shown
    assert f"balance         {row['stance_time_balance_pct']:.1f}% left" in shown
    assert shown.count(" by the last third)") == 6
    without = next(row["id"] for row in rows("runs") if row["stance_time_ms"] is None)
    assert "ground contact" not in run("show", without).stdout


@pytest.mark.usefixtures("season")
def test_a_run_is_shown_with_its_reasons(run, rows):
    text = run("show", "last").stdout
    assert "17.2 km" in text
    assert "Pacer 3 (named in the diary)" in text
    assert "upper back 8 of 10" in text
    assert rows("show", "2026-11-15")["shoe_reason"] == "named in the diary"


def test_a_day_with_two_runs_or_none_is_explained(run, ran):
    from datetime import timedelta

    assert "no runs yet" in run("show", "last", code=1).stderr
    ran(ago=timedelta(days=30))
    assert "no run 7" in run("show", "7", code=1).stderr
    assert f"no run {'7' * 40}…;" in run("show", "7" * 5000, code=1).stderr
    assert run("show", "001", "--csv").stdout
    assert "the nearest is 1 on" in run("show", "2020-01-01", code=1).stderr
    assert "names no run" in run("show", "next", code=1).stderr


LAPS = """<?xml version="1.0"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="Running"><Id>2026-03-01T07:00:00Z</Id>{laps}</Activity>
</Activities></TrainingCenterDatabase>"""


LAP = """<Lap StartTime="2026-03-01T07:{minute:02d}:00Z"><TotalTimeSeconds>60</TotalTimeSeconds>
<DistanceMeters>200</DistanceMeters><Intensity>{intensity}</Intensity><Track>
<Trackpoint><Time>2026-03-01T07:{minute:02d}:00Z</Time><DistanceMeters>{start}</DistanceMeters></Trackpoint>
<Trackpoint><Time>2026-03-01T07:{minute:02d}:59Z</Time><DistanceMeters>{end}</DistanceMeters></Trackpoint>
</Track></Lap>"""


def tcx(laps):
    return LAPS.format(
        laps="".join(
            LAP.format(
                minute=lap,
                start=lap * 200,
                end=(lap + 1) * 200,
                intensity="Resting" if lap % 2 else "Active",
            )
            for lap in range(laps)
        )
    )


def test_show_lists_the_laps(run, rows, tmp_path):
    (tmp_path / "laps.tcx").write_text(tcx(4), encoding="utf-8")
    run("import", tmp_path)
    shown = run("show", "1").stdout
    assert re.search(r"Lap +Distance +Time +Pace +For", shown)
    assert re.search(r"2 +0.20 km +1:00 +5:00 min/km +rest", shown)
    laps = rows("show", "1")["laps"]
    assert laps[1] == {"lap": 2, "distance_m": 200.0, "duration_s": 60.0, "intensity": "rest"}


@pytest.mark.parametrize(("laps", "counted"), [(1, False), (45, True)])
def test_one_lap_says_nothing_and_many_are_counted(run, tmp_path, laps, counted):
    (tmp_path / "laps.tcx").write_text(tcx(laps), encoding="utf-8")
    run("import", tmp_path)
    shown = run("show", "1").stdout
    assert "Lap " not in shown
    assert ("It has 45 laps; --json lists them." in shown) is counted


@pytest.mark.parametrize(
    ("done", "confidence", "shown"),
    [(True, 1.0, "yes"), (False, 1.0, "no"), (True, 0.34, "maybe"), (True, None, "yes"), (None, None, None)],
)
def test_a_yes_that_is_not_sure_is_a_maybe(done, confidence, shown):
    assert habit_answer(done, confidence) == shown


def fact(text, key):
    (line,) = [line for line in text.splitlines() if line.strip().startswith(key)]
    return line.strip().removeprefix(key).strip()


@pytest.mark.parametrize(
    ("file", "warmup", "cooldown"),
    [
        ("jimmykane__fit-parser__garmin-stamina.fit", "yes (the laps say so)", "yes (the laps say so)"),
        (
            "dtcooper__python-fitparse__activity-small-fenix2-run.fit",
            "maybe (by pace and heart rate, confidence 0.34)",
            "maybe (by pace and heart rate, confidence 0.34)",
        ),
        ("dtcooper__python-fitparse__sample_mulitple_header.fit", "–", "–"),
    ],
)
def test_show_tells_whose_word_it_is(run, devicefiles, file, warmup, cooldown):
    run("import", devicefiles / "fit" / file)
    text = run("show", "last").stdout
    assert fact(text, "warm-up") == warmup
    assert fact(text, "cool-down") == cooldown


def test_the_list_has_source_and_confidence(run, rows, devicefiles):
    run("import", devicefiles / "fit" / "jimmykane__fit-parser__garmin-stamina.fit")
    (row,) = rows("runs")
    assert (row["warmup"], row["warmup_source"], row["warmup_confidence"]) == (True, "laps", 1.0)
    assert (row["cooldown"], row["cooldown_source"], row["cooldown_confidence"]) == (True, "laps", 1.0)
    assert row["part_of"] is None


def test_a_warm_up_run_says_what_it_is_a_part_of(run, rows, devicefiles):
    names = ("4b238716-e945-4f28-8e0b-53af2c3fef8f", "7ff163c7-3486-434f-8201-e83ce7f675b6")
    run("import", *(devicefiles / "gpx" / f"corriporai__runpandas__{name}.gpx" for name in names))
    jog, race = rows("runs")
    assert jog["part_of"] == race["id"]
    assert (race["warmup"], race["warmup_source"], race["warmup_confidence"]) == (True, "activity", None)
    assert fact(run("show", jog["id"]).stdout, "part of") == f"run {race['id']}, recorded by itself"
    assert fact(run("show", race["id"]).stdout, "warm-up") == "yes (recorded by itself)"


def test_yesterday_is_that_of_the_zone_in_the_settings(run, gpx, home, tmp_path, monkeypatch):
    home.mkdir()
    (home / "config.toml").write_text('timezone = "Pacific/Kiritimati"\n')
    (tmp_path / "run.gpx").write_text(gpx(datetime(2026, 3, 2, 7, tzinfo=UTC)), encoding="utf-8")
    run("import", tmp_path / "run.gpx")
    monkeypatch.setattr(base, "now", lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))  # there it is the 3rd
    assert "Morning run (1)" in run("show", "yesterday").stdout
    assert run("edit", "yesterday", "--name", "Loop").stdout.startswith("1: 'Loop'")
