"""Imports into a journal: an outcome for each file, what is known again, and what interrupts an import."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from made_files import DIARY, gpx, outcomes

import runlog
from runlog import ingest
from runlog.errors import Problem, StoreError
from runlog.ingest.sources import FoundFile
from runlog.model import Entry, Track, TrackSummary
from runlog.store import files as stored_files
from runlog.store.tracks import pack_derived, pack_track

ROOT = Path(__file__).resolve().parents[2]


def reason_of(summary, name):
    return next(file.reason for file in summary.files if Path(file.path).name == name)


# ---- files in


def test_every_file_gets_its_outcome(journal, folder):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx.gz").write_bytes(gzip.compress(gpx(every_s=5).encode()))
    (folder / "c.gpx").write_text(gpx(1, sport="cycling"))
    (folder / "d.gpx").write_text(gpx().replace("<time>", "<x>").replace("</time>", "</x>"))
    (folder / "diary.csv").write_text(DIARY)
    (folder / "e.fit").write_bytes(b"\x0e\x10\x00\x00\xff\xff\x00\x00.FIT\x00\x00")
    (folder / "notes.txt").write_text("buy milk")
    (folder / "z.gpx").write_text(gpx())
    summary = journal.add([folder, folder / "missing.gpx"])
    assert outcomes(summary) == {
        "a.gpx": "added",
        "b.gpx.gz": "merged",
        "c.gpx": "added",
        "d.gpx": "skipped",
        "diary.csv": "added",
        "e.fit": "failed",
        "missing.gpx": "failed",
        "notes.txt": "skipped",
        "z.gpx": "known",
    }
    assert reason_of(summary, "missing.gpx") == "no such file"
    assert "the same run as #1 (a.gpx)" in reason_of(summary, "b.gpx.gz")
    assert reason_of(summary, "z.gpx") == f"the same bytes as {folder / 'a.gpx'}"
    assert not summary.ok
    told = summary.as_dict()
    counts = {name: count for name, count in told.items() if name not in {"files", "problems"}}
    assert counts == {
        "runs_added": 1,
        "other_added": 1,
        "ratings_added": 3,
        "ratings_updated": 0,
        "known": 1,
        "merged": 1,
        "skipped": 2,
        "failed": 2,
        "warnings": 0,
        "new_activities": (1, 2),
    }
    assert [(Path(one["path"]).name, one["line"], one["warning"]) for one in told["problems"]] == [
        ("e.fit", None, False),
        ("missing.gpx", None, False),
    ]


def test_the_summary_is_json_of_the_promised_keys(journal, folder):
    (folder / "a.gpx").write_text(gpx())
    calls = json.loads(json.dumps(journal.add([folder]).as_dict()))
    assert list(calls) == [
        *("runs_added", "other_added", "ratings_added", "ratings_updated"),
        *("known", "merged", "skipped", "failed", "warnings", "new_activities", "problems", "files"),
    ]
    assert calls["files"] == [{"path": str(folder / "a.gpx"), "outcome": "added", "reason": "", "runs": [1]}]


def test_the_same_folder_again_is_known_without_reading(journal, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    (folder / "diary.csv").write_text(DIARY)
    assert journal.add([folder]).ok
    monkeypatch.setattr("runlog.importers.read_bytes", None)
    again = journal.add([folder])
    assert outcomes(again) == {"a.gpx": "known", "diary.csv": "known"}
    assert again.files[0].runs == (1,)
    assert again.ok


def test_what_was_seen_before_costs_a_listing(journal, folder, aged, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    (folder / "diary.csv").write_text(DIARY)
    (folder / "b.txt").write_text("nothing")
    (folder / "c.gpx").write_text("<gpx><trk>")
    aged(folder)
    first = journal.add([folder])
    with monkeypatch.context() as patched:
        patched.setattr(FoundFile, "head", None)
        again = journal.add([folder])
    assert outcomes(again) == {"a.gpx": "known", "b.txt": "skipped", "c.gpx": "failed", "diary.csv": "known"}
    assert reason_of(again, "b.txt") == reason_of(first, "b.txt")
    assert again.files[0].runs == (1,)
    assert not again.ok


def test_a_file_is_read_again_once_its_listing_or_the_settings_differ(journal, folder, aged):
    (folder / "diary.csv").write_text(DIARY + "03/04/2026,2\n")
    (folder / "b.csv").write_text("no,diary\n")
    aged(folder)
    journal.add([folder])
    assert "line 5" in reason_of(journal.add([folder]), "diary.csv")
    journal.settings = replace(journal.settings, date_order="day-first")
    assert journal.add([folder]).ok
    (folder / "b.csv").write_text("date,soreness\n2026-05-01,3\n")
    assert journal.add([folder]).ratings_added == 1


def test_a_file_changed_a_moment_ago_is_not_taken_for_seen(journal, folder):
    (folder / "diary.csv").write_text(DIARY)
    journal.add([folder])
    before = (folder / "diary.csv").stat()
    (folder / "diary.csv").write_text(DIARY.replace("3", "4"))
    os.utime(folder / "diary.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "diary.csv").stat().st_size == before.st_size
    assert not journal.add([folder]).known


def test_several_processes_keep_the_same_as_one(tmp_path, folder):
    for day in range(6):
        (folder / f"{day}.gpx").write_text(gpx(day))
    contents = []
    for workers in (1, 2):
        with runlog.open(tmp_path / f"home{workers}") as journal:
            assert journal.add([folder], workers=workers).runs_added == 6
        contents.append(content(tmp_path / f"home{workers}"))
    assert contents[0] == contents[1]


def test_progress_is_told_after_each_file(journal, folder):
    (folder / "a.gpx").write_text(gpx())
    journal.add([folder])
    (folder / "b.gpx").write_text(gpx(1))
    calls = []
    journal.add([folder, folder / "none"], progress=lambda *call: calls.append(call))
    assert [(done, total) for done, total, _ in calls] == [(1, 3), (2, 3), (3, 3)]
    assert {Path(name).name for *_, name in calls} == {"a.gpx", "b.gpx", "none"}


def test_nothing_to_import_is_fine(journal, folder):
    summary = journal.add([folder])
    assert (summary.files, summary.ok) == ((), True)


def test_a_diary_with_a_bad_row_is_taken_but_not_ok(journal, folder):
    (folder / "diary.csv").write_text(DIARY + "2026-07-16,33,,\n")
    summary = journal.add([folder])
    assert outcomes(summary) == {"diary.csv": "added"}
    assert (summary.ratings_added, summary.ok) == (3, False)
    assert "line 5" in reason_of(summary, "diary.csv")
    assert len(summary.files[0].problems) == 1


def test_a_diary_of_bad_rows_fails_and_may_be_mended(journal, folder):
    (folder / "diary.csv").write_text("date,soreness\n2026-07-16,33\n")
    assert outcomes(journal.add([folder])) == {"diary.csv": "failed"}
    assert outcomes(journal.add([folder])) == {"diary.csv": "failed"}


def test_an_edited_diary_says_what_it_changed(journal, folder):
    diary = folder / "diary.csv"
    diary.write_text(DIARY)
    journal.add([diary])
    diary.write_text(DIARY.replace(",3,no", ",4,no").replace("2026-07-15T20:00:00+02:00,5,,\n", ""))
    summary = journal.add([diary])
    assert (summary.ratings_added, summary.ratings_updated) == (0, 1)
    assert summary.files[0].reason == "1 updated; 1 removed, being no longer in it"
    assert [found.entry.soreness for found in journal.entries()] == [4.0, 0.0]
    diary.write_text(DIARY)
    journal.add([diary])
    assert [found.entry.soreness for found in journal.entries()] == [3.0, 0.0, 5.0]


def test_a_run_moved_to_another_day_of_an_edited_list_is_there_once(journal, folder):
    paper = folder / "paper.csv"
    listed = "date,distance,duration\n2019-03-05,10,50\n2019-03-07,8,40\n"
    paper.write_text(listed)
    journal.add([paper])
    paper.write_text(listed.replace("03-07", "03-08"))
    summary = journal.add([paper])
    assert summary.files[0].reason == "1 removed, being no longer in it"
    assert [f"{run.activity.start:%m-%d}" for run in journal.runs()] == ["03-05", "03-08"]
    paper.write_text(listed)
    journal.add([paper])
    assert [f"{run.activity.start:%m-%d}" for run in journal.runs()] == ["03-05", "03-07"]


def test_the_runner_says_what_a_file_counts_as_also_later(journal, folder):
    (folder / "a.gpx").write_text(gpx())
    journal.add([folder])
    summary = journal.add([folder], sport="cycling")
    assert outcomes(summary) == {"a.gpx": "known"}
    assert "counts as cycling now" in summary.files[0].reason
    assert journal.runs() == []
    journal.add([folder], sport="running")
    assert [run.id for run in journal.runs()] == [1]


def test_a_mistake_of_ours_fails_one_file(journal, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx").write_text(gpx(1))
    from runlog import importers

    read = importers.read_bytes

    def mistaken(data, name, *others, **options):
        return {}[name] if name.endswith("a.gpx") else read(data, name, *others, **options)

    monkeypatch.setattr(importers, "read_bytes", mistaken)
    summary = journal.add([folder])
    assert outcomes(summary) == {"a.gpx": "failed", "b.gpx": "added"}
    assert "report" in reason_of(summary, "a.gpx")


# ---- whatever happens on the way

KILLED = """
import os, signal, sys
from runlog import journal
from runlog.store import recordings
save_derived, calls = recordings.save_derived, []
def deadly(*arguments):
    save_derived(*arguments)
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
recordings.save_derived = deadly
journal.open(sys.argv[1]).add([sys.argv[2]])
"""

IMPORT = """
import sys
from runlog import journal
with journal.open(sys.argv[1]) as opened:
    summary = opened.add([sys.argv[2]])
print(summary.runs_added, summary.ratings_added, summary.known, summary.failed)
"""


def python(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def content(home):
    """All that is stored, but for when it was imported and for what a listing showed then."""
    db = sqlite3.connect(home / "runlog.db")
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.executescript("UPDATE file SET imported_at = ''; DELETE FROM seen")
        return list(db.iterdump())
    finally:
        db.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal there")
def test_an_import_that_is_killed_amid_a_write_goes_on_where_it_was(tmp_path, folder):
    for day in range(5):
        (folder / f"{day}.gpx").write_text(gpx(day))
    (folder / "diary.csv").write_text(DIARY)
    with python(KILLED, tmp_path / "killed", folder) as process:
        assert process.wait(60) == -signal.SIGKILL
    with runlog.open(tmp_path / "killed") as journal:
        assert [run.id for run in journal.runs()] == [1, 2]
        summary = journal.add([folder])
        assert (summary.known, summary.runs_added) == (2, 3)
    with runlog.open(tmp_path / "whole") as journal:
        journal.add([folder])
    assert content(tmp_path / "killed") == content(tmp_path / "whole")


def test_two_imports_at_once_both_finish_and_keep_nothing_twice(tmp_path, folder):
    for day in range(12):
        (folder / f"{day:02}.gpx").write_text(gpx(day, minutes=10))
    (folder / "diary.csv").write_text(DIARY)
    processes = [python(IMPORT, tmp_path / "home", folder) for _ in range(2)]
    counts = [[int(word) for word in process.communicate(timeout=120)[0].split()] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [sum(counts) for counts in zip(*counts, strict=True)] == [12, 3, 13, 0]
    with runlog.open(tmp_path / "home") as journal:
        assert len(journal.runs()) == 12
        assert len(journal.entries()) == 3
    content(tmp_path / "home")


def test_a_store_that_cannot_be_written_stops_the_import(journal, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())

    def full(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr("runlog.store.files.add_file", full)
    with pytest.raises(StoreError, match="full"):
        journal.add([folder])


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are always text there")
def test_a_file_whose_name_is_no_text_is_taken_and_known(journal, folder):
    (folder / os.fsdecode(b"L\xe4ufe.gpx")).write_text(gpx())
    (folder / os.fsdecode(b"B\xe4nder.csv")).write_text(DIARY)
    assert (first := journal.add([folder])).ok
    assert (first.runs_added, first.ratings_added) == (1, 3)
    assert journal.add([folder]).known == 2
    assert len(journal.history().runs) == 1


# ---- what an older runlog read only a part of


@pytest.fixture
def read_by(monkeypatch):
    """Read files as a version of runlog does that keeps so many points of a damaged recording."""
    parse = ingest.parse_file

    def read(version, points, start_s=0):
        def parse_part(job, settings, sport):
            result = parse(job, settings, sport)
            (activity,), (stream,) = result.parsed.activities, result.streams
            columns = {name: column[:points] for name, column in stream.unpack().columns.items()}
            seconds = float(columns["time_s"][-1])
            start = activity.start + timedelta(seconds=start_s)
            part = replace(
                activity, start=start, duration_s=seconds, distance_m=seconds * 2.8, moving_s=seconds
            )
            cut = pack_track(Track(columns), pack_derived(None, TrackSummary(), 1))
            damage = Problem(f"damaged; {points} points were kept", is_warning=True)
            parsed = replace(result.parsed, activities=(part,), problems=(damage,))
            return replace(result, parsed=parsed, streams=(cut,))

        monkeypatch.setattr(ingest, "parse_file", parse_part)
        for module in (stored_files, ingest.results):
            monkeypatch.setattr(module, "READER_VERSION", version)

    return read


def test_a_newer_reader_reads_again_what_was_salvaged_and_the_run_stays(journal, folder, aged, read_by):
    (folder / "a.gpx").write_text(gpx())
    aged(folder)
    read_by(10, 60)
    first = journal.add([folder])
    assert (first.runs_added, first.warnings) == (1, 1)
    journal.log(Entry(journal.activities()[0].activity.start, 7200, soreness=3.0, run=1))
    read_by(11, 120)
    again = journal.add([folder])
    assert reason_of(again, "a.gpx").startswith("1 read better than by an older runlog; damaged; 120 points")
    (run,) = journal.activities()
    assert (run.id, run.activity.duration_s, len(journal.track(1))) == (1, 1190.0, 120)
    assert journal.entries()[0].entry.run == 1
    assert journal.add([folder]).known == 1


def test_a_newer_reader_that_reads_less_takes_nothing_away(journal, folder, aged, read_by):
    (folder / "a.gpx").write_text(gpx())
    aged(folder)
    read_by(10, 120)
    journal.add([folder])
    read_by(11, 60)
    assert journal.add([folder]).known == 1
    assert len(journal.track(1)) == 120


def test_a_clock_that_a_newer_reader_puts_right_makes_no_second_run(journal, folder, aged, read_by):
    (folder / "a.gpx").write_text(gpx())
    aged(folder)
    read_by(10, 120, start_s=86_400 * 20)
    journal.add([folder])
    read_by(11, 120)
    assert reason_of(journal.add([folder]), "a.gpx").startswith("1 read better than by an older runlog")
    (run,) = journal.activities()
    assert (run.id, f"{run.activity.start:%Y-%m-%d}") == (1, "2026-07-13")


def test_what_was_read_whole_is_not_read_again_by_a_newer_reader(journal, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    journal.add([folder])
    for module in (stored_files, ingest.results):
        monkeypatch.setattr(module, "READER_VERSION", 99)
    monkeypatch.setattr("runlog.importers.read_bytes", None)
    assert journal.add([folder]).known == 1
