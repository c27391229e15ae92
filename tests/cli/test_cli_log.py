"""runlog log and diary: one line, the dialogue, edit, undo and delete."""

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
        "Logged: neck 0 of 10, no warm-up, cool-down, in Pegasus 41, effort 6 of 10, "
        "strength training 30 min, no mobility work, 4.5 h at the desk, posture 7 of 10, "
        "note 'slept badly' after 'Morning run'"
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
    assert "No run ended in the two days before it" in run("log", "3").stdout
    assert entries()[0]["run"] is None


def test_what_can_only_be_told_of_a_run_is_not_lost(run, ran, entries):
    ran(ago=timedelta(days=3))
    assert "--warm-up is about a run. No run ended" in run("log", "3", "--warmup", code=2).stderr
    assert entries() == []
    run("log", "3", "--warmup", "--run", "last")
    assert entries()[0]["run"] == 1


def test_without_any_run_it_is_said_that_there_are_none(run, entries):
    refused = run("log", "3", "--warmup", code=2).stderr
    assert "--warm-up is about a run. There are no runs yet." in refused
    assert "two days" not in refused
    assert entries() == []


def test_a_year_that_is_not_this_one_is_said_back(run):
    assert run("log", "3", "--at", "2025-07-12 20:00").stdout.endswith(", Sat 12 Jul 2025 20:00.\n")
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


def test_the_dialogue_says_of_which_run_asks_again_and_skips_on_enter(run, ran, entries):
    ran()
    done = run("log", "--all", typed="12\nfour\n4\n\n\nmaybe\nn\n\ny\n\n\n\nstiff\n")
    assert done.stdout.startswith(
        "Logged: upper back 4 of 10, no cool-down, strength training, note 'stiff' after 'Morning run'"
    )
    assert done.stderr.startswith("About 'Morning run' (")
    assert done.stderr.count("Soreness (upper back), 0 none to 10 worst?") == 3
    assert '"12" isn\'t between 0 and 10' in done.stderr
    assert '"four" isn\'t a number' in done.stderr
    assert '"maybe" is neither yes nor no' in done.stderr
    assert done.stderr.count("skipped") == 6
    (entry,) = entries()
    assert entry["warmup"] is entry["rpe"] is entry["desk_hours"] is None


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
    assert run("log", "--undo").stdout.startswith("Undone: log upper back 2 of 10 (Sun 1 Feb 08:00).\n")
    assert [entry["soreness"] for entry in entries()] == [1]
    run("log", "5", "--edit")
    assert "change upper back 1 of 10 to upper back 5 of 10" in run("log", "--undo").stdout
    assert [entry["soreness"] for entry in entries()] == [1]
    assert "Use --undo alone." in run("log", "2", "--undo", code=2).stderr
    run("log", "--undo")
    run("log", "--undo", code=1)
    run("shoes", "add", "Blue")
    assert "not to the diary" in run("log", "--undo", code=1).stderr


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
    assert "no strength training" in run("log", "--edit", "--no-strength").stdout
    (entry,) = entries()
    assert (entry["strength"], entry["strength_min"]) == (False, None)


def test_no_minutes_of_strength_are_a_no(run, entries):
    assert "no strength training" in run("log", "3", "--strength-min", "0").stdout
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
    text = gpx(datetime(2026, 7, 11, 18, tzinfo=UTC), north=-21.1).replace('lon="11.5"', 'lon="-175.2"')
    (tmp_path / "tonga.gpx").write_text(text, encoding="utf-8")
    run("import", tmp_path / "tonga.gpx")
    printed = run("log", "3", "--run", "2026-07-12").stdout
    assert "(Sun 12 Jul, 8.2 km), Sun 12 Jul 07:49" in printed
    assert entries()[0]["moment"].startswith("2026-07-11T18:49")


# ---- what people type


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["3", "neck"], (3, "neck", None)),
        (["neck", "3"], (3, "neck", None)),
        (["3", "left", "knee"], (3, "knee", "left")),
        (["4/10", "lower", "back"], (4, "lower_back", None)),
        (["2", "back"], (2, "upper_back", None)),
        (["2,5", "calves"], (2.5, "lower_leg", None)),
        (["1", "Rechte", "Wade"], (1, "lower_leg", "right")),
        (["1", "--area", "both-shoulders"], (1, "shoulder", "both")),
        (["1", "--area", "hip", "--side", "left"], (1, "hip_groin", "left")),
        (["1", "Fuß"], (1, "foot", None)),
    ],
)
def test_a_rating_and_an_area_in_anybodys_words(run, entries, words, expected):
    run("log", *words)
    (entry,) = entries()
    assert (entry["soreness"], entry["area"], entry["side"]) == expected


@pytest.mark.parametrize("words", [["3", "elbo"], ["3", "neck", "--area", "knee"], ["3", "4"], ["left"]])
def test_words_that_are_no_rating_and_no_area_are_bad_usage(run, entries, words):
    run("log", *words, code=2)
    assert entries() == []


def test_a_left_and_a_right_knee_are_said_apart(run, entries):
    assert "Logged: left knee 3 of 10" in run("log", "3", "left", "knee").stdout
    assert "knee, both sides 2 of 10" in run("log", "2", "knee", "--side", "both", "--edit").stdout
    assert entries()[0]["side"] == "both"


def test_options_in_other_spellings(run, ran, entries):
    ran()
    run("shoes", "add", "Red")
    words = ["--warm-up", "--no-cool-down", "--effort", "7", "--shoes", "red", "--desk-hours", "8h"]
    run("log", "3", *words, "--strength-min", "1h", "--run", "last")
    (entry,) = entries()
    assert (entry["warmup"], entry["cooldown"], entry["rpe"], entry["shoe"]) == (True, False, 7, "Red")
    assert (entry["desk_hours"], entry["strength_min"]) == (8, 60)


def test_a_run_of_yesterday_by_that_word(run, gpx, tmp_path, entries):
    yesterday = datetime.now().astimezone().replace(hour=9, minute=0) - timedelta(days=1)
    (tmp_path / "run.gpx").write_text(gpx(yesterday.astimezone(UTC)), encoding="utf-8")
    run("import", tmp_path / "run.gpx")
    run("log", "3", "--run", "yesterday")
    run("log", "2", "--run", "Gestern", "--area", "neck")
    assert [entry["run"] for entry in entries()] == [1, 1]


# ---- the dialogue


def asked(done):
    """The questions of a dialogue."""
    return [line.partition("?")[0] for line in done.stderr.splitlines() if "?" in line]


def test_it_asks_only_what_this_runner_usually_answers(run, ran):
    ran()
    first = run("log", typed="\n" * 20)
    assert asked(first) == [
        "Soreness (upper back), 0 none to 10 worst",
        "Warmed up before the run",
        "Cooled down after it",
    ]
    for hour in range(4):
        run(
            "log",
            "3",
            "--at",
            f"2026-03-01 0{hour}:00",
            "--desk-hours",
            "8",
            "--posture",
            "5",
            "--mobility",
            "--area",
            "knee",
        )
    usual = asked(run("log", typed="\n" * 20))
    assert len(usual) == 5
    assert [text[:5] for text in usual] == ["Soren", "Where", "Warme", "Coole", "Mobil"]
    assert len(asked(run("log", "--all", typed="\n" * 20))) == 10


def test_it_does_not_ask_again_what_is_known_of_the_run(run, ran):
    ran()
    run("log", "3", "--warmup")
    assert not any("Warmed" in text for text in asked(run("log", typed="\n" * 20)))


def test_retired_pairs_are_not_offered(run, ran):
    ran()
    for name in ("Old", "New"):
        run("shoes", "add", name)
    run("shoes", "retire", "Old")
    shown = run("log", "--all", typed="\n" * 20).stderr
    assert "Shoes? (New)" in shown


def test_back_returns_to_the_question_before_and_is_an_area_where_one_is_asked(run, ran, entries):
    ran()
    run("log", "--all", typed="3\nback\ny\nback\nn\nzurück\n\n")
    (entry,) = entries()
    assert (entry["soreness"], entry["area"]) == (3, "upper_back")
    assert entry["warmup"] is None


@pytest.fixture
def typed_then_interrupted(monkeypatch):
    """Type these lines, then press Ctrl-C."""
    from runlog.cli import params

    def typing(*lines):
        left = list(lines)

        def read(question):
            params.click.echo(question, err=True)
            if not left:
                raise KeyboardInterrupt
            return left.pop(0)

        monkeypatch.setattr(params, "read_line", read)

    return typing


def test_ctrl_c_keeps_what_was_answered(run, ran, entries, typed_then_interrupted):
    ran()
    typed_then_interrupted("3")
    assert run("log").stdout.startswith("Logged: upper back 3 of 10")
    assert entries()[0]["soreness"] == 3


def test_ctrl_c_before_any_answer_logs_nothing_quietly(run, entries, typed_then_interrupted):
    typed_then_interrupted()
    stopped = run("log", code=130)
    assert stopped.stderr.endswith("Nothing logged.\n")
    assert entries() == []


def test_in_german_it_asks_and_understands_german(run, ran, home, entries):
    ran()
    (home / "config.toml").write_text('language = "de"')
    done = run("log", "--all", typed="11\n3,5\nlinkes Knie\nja\nn\n\nj\n")
    assert done.stdout.startswith("Eingetragen: Knie links 3,5 von 10, mit Aufwärmen, ohne Auslaufen")
    for english in ("Soreness", "skipped", "Logged", "warm-up", "isn't"):
        assert english not in done.output
    (entry,) = entries()
    assert (entry["soreness"], entry["area"], entry["side"]) == (3.5, "knee", "left")
    assert (entry["warmup"], entry["cooldown"], entry["strength"]) == (True, False, True)


def test_a_high_rating_says_whom_to_see(run, ran):
    ran()
    assert run("log", "8").stderr == "8 of 10 is high. See a physio or doctor. Warning signs: runlog alerts\n"


# ---- after an import


@pytest.fixture
def interactive(monkeypatch):
    from runlog.cli import base

    monkeypatch.setattr(base, "is_interactive", lambda: True)


@pytest.mark.usefixtures("interactive")
def test_after_an_import_of_a_run_it_asks_at_once(run, gpx, tmp_path, entries):
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    (tmp_path / "one.gpx").write_text(gpx(start), encoding="utf-8")
    done = run("import", tmp_path / "one.gpx", typed="11\n2\n")
    assert "How sore is your upper back after 'Morning run'" in done.stderr
    assert "Logged: upper back 2 of 10 after 'Morning run'" in done.stdout
    assert [entry["run"] for entry in entries()] == [1]
    assert "How sore" not in run("import", tmp_path / "one.gpx", typed="3\n").stderr


@pytest.mark.usefixtures("interactive")
def test_after_an_import_of_old_or_of_many_runs_it_does_not_ask(run, gpx, tmp_path, entries):
    old = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)
    (tmp_path / "old.gpx").write_text(gpx(old), encoding="utf-8")
    assert "How sore" not in run("import", tmp_path / "old.gpx", typed="3\n").stderr
    for hours in (9, 6, 3):
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours)
        text = gpx(start, km=hours, north=40 + hours)
        (tmp_path / f"{hours}.gpx").write_text(text, encoding="utf-8")
    done = run("import", tmp_path, typed="3\n")
    assert "How sore" not in done.stderr, done.output
    assert entries() == []


@pytest.mark.usefixtures("interactive")
def test_enter_after_an_import_says_how_to_rate_it_later(run, gpx, tmp_path, entries):
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    (tmp_path / "one.gpx").write_text(gpx(start), encoding="utf-8")
    assert "Later: runlog log" in run("import", tmp_path / "one.gpx", typed="\n").stderr
    assert entries() == []


def test_without_a_terminal_nothing_is_asked(run, ran):
    del run
    ran()


# ---- delete


def test_an_entry_is_deleted_by_its_id_and_a_files_row_says_where_it_is(run, tmp_path, entries):
    run("log", "3")
    assert "To undo it: runlog undo" in run("diary", "delete", "last").stdout
    assert entries() == []
    (tmp_path / "diary.csv").write_text("date,soreness\n2026-03-01,3\n", encoding="utf-8")
    run("import", tmp_path / "diary.csv")
    printed = run("diary", "delete", str(entries()[0]["id"])).stdout
    assert f"Delete its row in {tmp_path / 'diary.csv'}, too" in printed
    assert "no entry 99" in run("diary", "delete", "99", code=1).stderr
