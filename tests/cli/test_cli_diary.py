"""runlog log: one line, the dialogue, edit and undo."""

import csv
import io
import shlex
from datetime import UTC, datetime, timedelta

import pytest

from runlog import units


@pytest.fixture
def entries(rows):
    return lambda: rows("diary", "list")


def test_a_rating_belongs_to_the_last_run_and_is_said_back(run, ran, entries):
    start = ran()
    printed = run("log", "3").stdout
    local = start.astimezone()
    day = units.day(local, year=local.year != datetime.now().astimezone().year)
    assert printed == f"Logged: upper back 3 of 10 after 'Morning run' ({day}, 8.2 km).\n"
    (entry,) = entries()
    assert (entry["soreness"], entry["area"], entry["run"]) == (3, "upper_back", 1)
    assert entry["warmup"] is entry["cooldown"] is entry["strength"] is None


def test_everything_can_be_told_in_one_line(run, ran, entries):
    ran()
    run("shoes", "add", "Pegasus 41")
    words = shlex.split(
        "--area neck --no-warmup --cooldown --rpe 6 --strength-min 30 --no-mobility "
        "--desk-hours 4.5 --posture 7"
    )
    printed = run("log", "0", *words, "--shoe", "pegasus 41", "--note", "slept badly").stdout
    assert printed.startswith(
        "Logged: neck 0 of 10, no warm-up, cool-down, worn Pegasus 41, effort 6 of 10, strength 30 min, "
        "no mobility work, 4.5 h at the desk, posture 7 of 10, note 'slept badly' after 'Morning run'"
    )
    (entry,) = entries()
    fields = {
        key: entry[key] for key in ("soreness", "area", "warmup", "cooldown", "shoe", "rpe", "strength")
    }
    assert fields == {
        "soreness": 0,
        "area": "neck",
        "warmup": False,
        "cooldown": True,
        "shoe": "Pegasus 41",
        "rpe": 6,
        "strength": True,
    }
    assert (entry["strength_min"], entry["mobility"]) == (30, False)
    assert (entry["desk_hours"], entry["posture"]) == (4.5, 7)


def test_no_strength_is_a_no(run, entries):
    run("log", "--no-strength")
    assert entries()[0]["strength"] is False


def test_a_run_of_days_ago_gets_no_rating_by_itself(run, ran, entries):
    ran(ago=timedelta(days=3))
    assert "without a run" in run("log", "3").stdout
    assert entries()[0]["run"] is None


def test_what_can_only_be_told_of_a_run_is_not_lost(run, ran, entries):
    ran(ago=timedelta(days=3))
    assert "of which run?" in run("log", "3", "--warmup", code=2).stderr
    assert entries() == []
    run("log", "3", "--warmup", "--run", "last")
    assert entries()[0]["run"] == 1


def test_without_any_run_it_is_said_that_there_are_none(run, entries):
    refused = run("log", "3", "--warmup", code=2).stderr
    assert "of which run? There are no runs yet" in refused
    assert "two days" not in refused
    assert entries() == []


def test_a_year_that_is_not_this_one_is_said_back(run):
    assert run("log", "3", "--at", "2025-07-12 20:00").stdout.endswith(
        ", Sat 12 Jul 2025 20:00, without a run: none in the two days before.\n"
    )
    yesterday = run("log", "3", "--at", "yesterday 20:00").stdout
    day = datetime.now().astimezone() - timedelta(days=1)
    assert f", {units.day(day, year=day.year != datetime.now().astimezone().year)} 20:00" in yesterday


def test_a_rating_of_an_old_run_holds_at_its_end(run, ran, entries):
    start = ran(ago=timedelta(days=5))
    run("log", "3", "--run", "1")
    moment = datetime.fromisoformat(entries()[0]["moment"])
    assert abs(moment - start - timedelta(minutes=49)) < timedelta(minutes=1)


def test_at_says_when(run, entries):
    run("log", "2", "--at", "2026-03-01T20:00+02:00")
    assert entries()[0]["moment"] == "2026-03-01T18:00:00+00:00"


@pytest.mark.parametrize("rating", ["11", "-1", "nan", "inf", "three", ""])
def test_a_rating_out_of_range_is_bad_usage(run, entries, rating):
    run("log", "--", rating, code=2)
    assert entries() == []


def test_the_dialogue_asks_again_and_skips_on_enter(run, ran, entries):
    ran()
    done = run("log", typed="12\nfour\n4\n\nmaybe\nn\n\n\ny\n\n\n\nstiff\n")
    assert done.stdout.startswith(
        "Logged: upper back 4 of 10, no warm-up, strength session, note 'stiff' after"
    )
    assert done.stderr.count("Soreness, 0 none to 10 worst?") == 3
    assert "'maybe' is neither yes nor no" in done.stderr
    (entry,) = entries()
    assert entry["cooldown"] is entry["rpe"] is entry["desk_hours"] is None


def test_the_dialogue_takes_the_rest_as_skipped_when_the_input_ends(run, entries):
    run("log", "--area", "knee", typed="2")
    (entry,) = entries()
    assert (entry["soreness"], entry["area"]) == (2, "knee")


def test_nothing_said_is_nothing_logged(run, entries):
    assert "Nothing logged" in run("log", typed="").stderr
    assert entries() == []


def test_the_dialogue_does_not_ask_about_a_run_that_is_not_there(run):
    assert "Warmed up" not in run("log", typed="2\n").stderr


def test_edit_changes_only_what_is_given(run, ran, entries):
    ran()
    run("log", "3", "--warmup")
    assert "upper back 5 of 10, warm-up after 'Morning run'" in run("log", "5", "--edit").stdout
    (entry,) = entries()
    assert (entry["soreness"], entry["warmup"], entry["run"]) == (5, True, 1)
    run("log", "--edit", str(entry["id"]), "--no-warmup", "--at", "2026-03-01 08:00")
    (entry,) = entries()
    assert (entry["soreness"], entry["warmup"], entry["moment"][:10]) == (5, False, "2026-03-01")


def test_edit_needs_something_to_change_and_an_entry(run):
    assert "nothing was logged" in run("log", "4", "--edit", code=1).stderr
    run("log", "3")
    assert "Nothing to change" in run("log", "--edit", code=2).stderr
    assert "no entry 99" in run("log", "4", "--edit", "99", code=1).stderr


def test_undo_takes_the_last_entry_back_and_says_which(run, entries):
    run("log", "1", "--at", "2026-03-01 08:00")
    run("log", "2", "--at", "2026-02-01 08:00")
    assert run("log", "--undo").stdout == "Removed: upper back 2 of 10, Sun 1 Feb 08:00.\n"
    assert [entry["soreness"] for entry in entries()] == [1]
    assert "goes with nothing else" in run("log", "2", "--undo", code=2).stderr
    run("log", "--undo")
    run("log", "--undo", code=1)


def test_an_unknown_area_or_shoe_names_the_closest(run, ran):
    ran()
    assert "did you mean lower_leg" in run("log", "3", "--area", "lowerleg", code=2).stderr
    run("shoes", "add", "Pegasus 41")
    assert "did you mean Pegasus 41?" in run("log", "3", "--shoe", "Pegsus", code=1).stderr


def test_strength_contradiction(run):
    run("log", "--no-strength", "--strength-min", "20", code=2)


def test_the_exported_diary_changes_nothing_when_imported(run, tmp_path, entries):
    run("log", "3", "--note", 'he said "no", twice')
    run("log", "0", "--area", "neck", "--no-warmup", "--run", "last", code=1)
    before = entries()
    text = run("diary", "export").stdout
    assert next(csv.DictReader(io.StringIO(text)))["soreness"] in {"3", "3.0"}
    (tmp_path / "diary.csv").write_text(text, encoding="utf-8")
    run("import", tmp_path / "diary.csv")
    assert [{**entry, "source": ""} for entry in entries()] == [{**entry, "source": ""} for entry in before]


def test_the_template_is_a_diary_without_rows(run, tmp_path):
    (tmp_path / "diary.csv").write_text(run("diary", "template").stdout, encoding="utf-8")
    run("import", tmp_path / "diary.csv")


@pytest.mark.parametrize("at", ["0001-01-01 00:00", "1985-01-01 00:00"])
def test_a_moment_that_no_diary_could_hold_is_refused(run, entries, at):
    assert "before 1990" in run("log", "3", "--at", at, code=2).stderr
    assert entries() == []


def test_an_edit_to_no_strength_takes_the_minutes_away(run, entries):
    run("log", "3", "--strength-min", "30")
    assert "no strength session" in run("log", "--edit", "--no-strength").stdout
    (entry,) = entries()
    assert (entry["strength"], entry["strength_min"]) == (False, None)


def test_no_minutes_of_strength_are_a_no(run, entries):
    assert "no strength session" in run("log", "3", "--strength-min", "0").stdout
    assert entries()[0]["strength"] is False
    assert "contradict" in run("log", "3", "--strength", "--strength-min", "0", code=2).stderr


def test_a_blank_note_is_none(run, entries):
    run("log", "3", "--note", "  ")
    assert entries()[0]["note"] is None


def test_an_exported_note_keeps_its_control_characters(run, tmp_path, entries):
    run("log", "3", "--note", "\x1b[31mred\x1b[0m")
    (tmp_path / "diary.csv").write_text(run("diary", "export").stdout, encoding="utf-8")
    run("import", tmp_path / "diary.csv")
    assert entries()[0]["note"] == "\x1b[31mred\x1b[0m"


def test_a_run_of_days_ago_is_rated_on_the_clock_of_its_place(run, gpx, tmp_path, entries):
    text = gpx(datetime(2026, 7, 11, 18, tzinfo=UTC))
    first = "<time>2026-07-11T18:00:00Z</time>"
    (tmp_path / "tonga.gpx").write_text(text.replace(first, "<time>2026-07-12T07:00:00+13:00</time>"))
    run("import", tmp_path / "tonga.gpx")
    printed = run("log", "3", "--run", "2026-07-12").stdout
    assert "(Sun 12 Jul, 8.2 km), Sun 12 Jul 07:49" in printed
    assert entries()[0]["moment"].startswith("2026-07-11T18:49")
