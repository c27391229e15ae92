"""runlog import: the summary, its JSON and the exit codes."""

import json
from datetime import UTC, datetime

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


def test_a_table_of_what_came_in_and_why_the_rest_did_not(run, folder):
    done = run("import", folder)
    assert "1  runs added" in done.stdout
    assert "notes.txt" in done.stdout
    assert done.stderr == ""


def test_a_damaged_file_exits_with_1_and_does_not_stop_the_others(run, rows, folder):
    (folder / "broken.fit").write_bytes(b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00")
    done = run("import", folder, code=1)
    assert "broken.fit" in done.stdout
    assert "failed" in done.stdout
    assert len(rows("runs")) == 1


def test_many_reasons_are_cut_with_a_hint(run, folder):
    for number, letter in enumerate("abcdefghijklmnopqrstuvwxyz"):
        text = f"date,soreness,column_{letter}\n2026-03-{number + 1:02d},3,\n"
        (folder / f"diary{letter}.csv").write_text(text, encoding="utf-8")
    assert "more reasons; --json has every file." in run("import", folder).stdout


def test_files_of_one_reason_share_a_line(run, folder):
    (folder / "other.txt").write_text("buy bread", encoding="utf-8")
    assert "notes.txt and 1 more" in run("import", folder).stdout


def test_reasons_that_differ_in_numbers_and_names_share_a_line(run, folder):
    for number in range(30):
        text = f"date,soreness\n2026-03-{number % 28 + 1:02d},{number + 11}\n"
        (folder / f"diary{number}.csv").write_text(text, encoding="utf-8")
    lines = run("import", folder, code=1).stdout.splitlines()
    (line,) = [line for line in lines if "diary0.csv" in line]
    assert "diary0.csv and 29 more" in line
    assert line.count("soreness") == 2
    assert line.endswith("and 28 more like these")


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
