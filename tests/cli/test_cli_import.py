"""runlog import: the summary, its JSON and the exit codes."""

import json
import os
import re
from datetime import UTC, datetime, timedelta

import pytest

from runlog.cli.output import progress_bar

SUMMARY_KEYS = [
    "runs_added",
    "other_added",
    "ratings_added",
    "ratings_updated",
    "known",
    "merged",
    "skipped",
    "failed",
    "warnings",
    "new_activities",
    "problems",
    "files",
]
START = datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, gpx):
    files = tmp_path / "files"
    files.mkdir()
    (files / "run.gpx").write_text(gpx(START), encoding="utf-8")
    (files / "notes.txt").write_text("buy milk", encoding="utf-8")
    return files


def test_the_summary_as_one_object(rows, folder):
    summary = rows("import", folder)
    assert list(summary) == SUMMARY_KEYS
    assert (summary["runs_added"], summary["skipped"], summary["failed"]) == (1, 1, 0)
    assert [list(file) for file in summary["files"]] == [["path", "outcome", "reason", "runs"]] * 2
    assert {file["outcome"] for file in summary["files"]} == {"added", "skipped"}
    assert [file["runs"] for file in summary["files"] if file["outcome"] == "added"] == [[1]]
    assert rows("import", folder)["known"] >= 1


def test_what_came_in_and_why_the_rest_did_not(run, folder):
    done = run("import", folder)
    assert done.stdout.splitlines()[0] == "Morning run, Sun 1 Mar, 8.2 km, 49 min"
    assert "Skipped: 1 file\n  notes.txt: nothing that runlog reads" in done.stdout
    assert "How sore?" not in done.stdout  # nobody remembers
    assert done.stderr == ""
    again = run("import", folder).stdout
    assert again.startswith("Nothing new.\n\nAlready imported: 1 file\n  run.gpx: imported before\n")


def test_a_run_of_today_is_to_be_rated(run, ran, tmp_path, gpx):
    run("shoes", "add", "Glide 12", "--default")
    ran()
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=30)
    again = gpx(start, name="Yesterday", north=49)
    (tmp_path / "yesterday.gpx").write_text(again)
    lines = run("import", tmp_path / "yesterday.gpx").stdout.splitlines()
    assert lines[0].startswith("Yesterday, ")
    assert lines[0].endswith("8.2 km, 49 min, in Glide 12")
    assert lines[1].startswith("How sore? runlog log N --run 2  ")
    rated = (start + timedelta(hours=10)).astimezone()
    run("log", "3", "--run", "2", "--at", f"{rated:%Y-%m-%d %H:%M}")
    (tmp_path / "other.gpx").write_text(gpx(start - timedelta(hours=3), name="Other", north=50))
    assert "How sore?" not in run("import", tmp_path / "other.gpx").stdout


def test_many_runs_are_counted_by_month_and_by_what_they_come_from(run, tmp_path, gpx):
    for number in range(8):
        text = gpx(START + timedelta(days=10 * number), north=48 + number)
        sport = "walking" if number == 3 else "running"
        (tmp_path / f"{number}.gpx").write_text(text.replace("running", sport))
    (tmp_path / "paper.csv").write_text("date,distance,duration\n2026-03-02,5,30:00\n")
    lines = run("import", *sorted(tmp_path.glob("*.*"))).stdout.splitlines()
    assert lines[0] == "Imported 8 runs and 1 other activity, 1 Mar – 10 May 2026."
    march = next(line for line in lines if line.startswith("Mar 2026"))
    assert march.split() == [
        "Mar",
        "2026",
        "4",
        *["30", "km", "2", "h", "58", "min", "1", "GPX", "4,", "a", "list", "1"],
    ]
    assert "Others, which do not count as runs: walking 1." in lines


def test_a_damaged_file_exits_with_1_and_does_not_stop_the_others(run, rows, folder):
    (folder / "broken.fit").write_bytes(b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00")
    done = run("import", folder, code=1)
    assert "Failed, wholly or in part: 1 file\n  broken.fit: " in done.stdout
    assert len(rows("runs")) == 1
    for _ in range(2):  # the second time, too
        summary = rows("import", folder, code=1)
        assert (summary["failed"], summary["warnings"]) == (1, 0)
        (problem,) = summary["problems"]
        assert (problem["path"], problem["warning"]) == (str(folder / "broken.fit"), False)
        assert "damaged" in problem["reason"]


def test_what_is_salvaged_is_a_warning_and_said_again(run, rows, folder, sample_data):
    whole = (sample_data / "activities" / "2026-05-18-0722-run.fit").read_bytes()
    (folder / "cut.fit").write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        summary = rows("import", folder)
        assert (summary["failed"], summary["warnings"]) == (0, 1)
        (problem,) = summary["problems"]
        assert problem["path"] == str(folder / "cut.fit")
        assert (problem["byte"] is None, problem["line"], problem["warning"]) == (False, None, True)
    os.utime(folder / "cut.fit", (1, 1))
    text = run("import", folder).stdout
    assert "Warnings: 1 file\n  cut.fit: imported before; byte " in text
    (folder / "copy.fit").write_bytes(whole[: len(whole) // 2])
    assert "copy.fit: the same bytes as " in run("import", folder / "copy.fit").stdout


def test_a_row_that_is_refused_is_a_failure_with_its_line(rows, tmp_path):
    (tmp_path / "diary.csv").write_text("date,soreness\n2026-03-01,3\n2026-03-02,17\n")
    summary = rows("import", tmp_path / "diary.csv", code=1)
    assert (summary["ratings_added"], summary["failed"]) == (1, 1)
    assert summary["files"][0]["outcome"] == "added"
    (problem,) = summary["problems"]
    assert (problem["line"], problem["warning"]) == (3, False)
    assert "17" in problem["reason"]


def test_a_real_run_that_is_refused_is_a_failure(rows, tmp_path, gpx):
    (tmp_path / "future.gpx").write_text(gpx(datetime.now(UTC) + timedelta(days=30)))
    summary = rows("import", tmp_path / "future.gpx", code=1)
    assert (summary["failed"], summary["problems"][0]["path"]) == (1, str(tmp_path / "future.gpx"))


def test_a_folder_without_anything_says_so(run, tmp_path):
    (tmp_path / "notes.txt").write_text("buy milk")
    text = run("import", tmp_path / "notes.txt").stdout
    assert text.startswith("Nothing imported: there is no file that runlog can read.\n")


def test_many_reasons_are_cut_with_a_hint(run, folder):
    for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz"):
        text = f"date,soreness,column_{letter}\n2026-03-{number + 1:02d},3,\n"
        (folder / f"diary{letter}.csv").write_text(text, encoding="utf-8")
    short = run("import", folder).stdout
    assert "  … and 21 more reasons\n" in short
    assert "To list every file with its reasons, add --verbose (or --json)." in short
    every = run("import", "--verbose", folder).stdout
    assert all(f"column_{letter}" in every for letter in "abcdefghijklmnopqrstuvwxyz")
    assert "--verbose" not in every


def test_files_of_one_reason_share_a_line(run, folder):
    for number in range(6):
        (folder / f"other{number}.txt").write_text("buy bread", encoding="utf-8")
    text = run("import", folder).stdout
    assert "\n  7 files: nothing that runlog reads" in text
    assert "other3.txt: nothing that runlog reads" in run("import", "-v", folder).stdout


def test_reasons_that_differ_in_numbers_and_names_share_a_line(run, folder):
    for number in range(30):
        text = f"date,soreness\n2026-03-{number % 28 + 1:02d},{number + 11}\n"
        (folder / f"diary{number}.csv").write_text(text, encoding="utf-8")
    lines = run("import", folder, code=1).stdout.splitlines()
    (line,) = [line for line in lines if "diary0.csv" in line]
    assert line.startswith(
        "  30 files, like diary0.csv: none of its rows can be taken: line 2: soreness: 11 "
    )
    every = run("import", "-v", folder, code=1).stdout
    assert all(
        re.search(rf"diary{number}\.csv: .*line 2: soreness: {number + 11} is not", every)
        for number in range(30)
    )


def test_the_summary_of_many_odd_files_fits_on_a_screen(run, folder):
    for number in range(40):
        (folder / f"other{number}.txt").write_text("buy bread", encoding="utf-8")
        (folder / f"cut{number}.gpx").write_text(f"<gpx><trk><name>{number}", encoding="utf-8")
        (folder / f"d{number}.csv").write_text(f"date,soreness,c{number % 7}\n,{number}\n", encoding="utf-8")
    assert len(run("import", folder, code=1).stdout.splitlines()) <= 40


def test_it_shows_how_fast_it_is_and_what_remains(folder, monkeypatch, capsys):
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress_bar() as report:
        for number in range(1, 4):
            report(number, 3, f"{folder}/run\x1b[31m.gpx")
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "files/s" in shown
    assert "run\\x1b[31m.gpx" in shown


def test_sport_decides_what_a_file_is(run, rows, folder):
    run("import", folder / "run.gpx", "--sport", "cycling")
    assert rows("runs") == []
    assert [other["sport"] for other in rows("runs", "--others")] == ["cycling"]


def test_a_real_process_prints_nothing_but_the_object(process, folder):
    done = process("import", folder, "--json")
    assert json.loads(done.stdout)["runs_added"] == 1
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("second", "failed"), [("3", 0), ("5", 1)])
def test_a_second_rating_of_a_moment_is_lost_unless_it_is_the_same(rows, tmp_path, second, failed):
    (tmp_path / "diary.csv").write_text(f"date,soreness\n2026-03-01,3\n2026-03-01,{second}\n")
    summary = rows("import", tmp_path / "diary.csv", code=failed)
    assert (summary["failed"], summary["warnings"]) == (failed, 1 - failed)


def test_problems_of_one_list_have_a_line_each(run, tmp_path):
    rows = "".join(f"2026-03-{day:02},{day + 10}\n" for day in range(2, 16))
    (tmp_path / "diary.csv").write_text(f"date,soreness\n2026-03-01,3\n{rows}")
    lines = run("import", tmp_path / "diary.csv", code=1).stdout.splitlines()
    start = lines.index("  diary.csv: 1 added to the diary")
    assert lines[start + 1].startswith("    line 3: soreness: 12 is not within 0 to 10")
    assert lines[start + 11] == "    … and 4 more"


def test_a_program_beside_the_recordings_is_passed_over(rows, sample_data):
    summary = rows("import", *sorted(sample_data.glob("*.py")))
    assert {file["outcome"] for file in summary["files"]} == {"skipped"}
