"""How runs and show tell of warm-ups and cool-downs, with their source."""

from __future__ import annotations

import pytest

from runlog.cli.runs import habit_answer


@pytest.mark.parametrize(
    ("done", "confidence", "shown"),
    [(True, 1.0, "yes"), (False, 1.0, "no"), (True, 0.34, "maybe"), (True, None, "yes"), (None, None, None)],
)
def test_a_yes_that_is_not_sure_is_a_maybe(done, confidence, shown):
    assert habit_answer(done, confidence) == shown


def told(text, key):
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
    assert told(text, "warm-up") == warmup
    assert told(text, "cool-down") == cooldown


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
    assert told(run("show", jog["id"]).stdout, "part of") == f"run {race['id']}, recorded by itself"
    assert told(run("show", race["id"]).stdout, "warm-up") == "yes (recorded by itself)"
