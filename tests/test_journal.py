"""The journal does the whole job: files in, ratings in, the history out, whatever happens on the way."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runlog import journal
from runlog.errors import BadInput, StoreError
from runlog.ingest.sources import FoundFile
from runlog.model import Area, Entry, Kind, Shoe

ROOT = Path(__file__).resolve().parents[1]
MONDAY = datetime(2026, 7, 13, 5, 0, tzinfo=UTC)
EVENING = datetime(2026, 7, 13, 18, 0, tzinfo=UTC)

DIARY = """date,soreness,warmup,note
2026-07-13T20:00:00+02:00,3,no,"stiff, after the desk"
2026-07-14T20:00:00+02:00,0,yes,
2026-07-15T20:00:00+02:00,5,,
"""


def gpx(day=0, *, minutes=30, sport="running", north_deg=0.0, every_s=10):
    """A run due north at 6:00 min/km, so many days after that Monday."""
    start = MONDAY + timedelta(days=day)
    points = "".join(
        f'<trkpt lat="{50 + north_deg + seconds / 360 / 111.195:.7f}" lon="8.0"><ele>100</ele>'
        f"<time>{start + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for seconds in range(0, minutes * 60 + 1, every_s)
    )
    return (
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>{sport}</type><trkseg>{points}</trkseg></trk></gpx>"
    )


@pytest.fixture
def folder(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    return files


@pytest.fixture
def kept(tmp_path):
    with journal.open(tmp_path / "home") as opened:
        yield opened


def outcomes(summary):
    return {Path(file.path).name: file.outcome for file in summary.files}


def reason_of(summary, name):
    return next(file.reason for file in summary.files if Path(file.path).name == name)


# ---- where it is


def test_opening_makes_nothing_until_there_is_something_to_keep(tmp_path):
    with journal.open(tmp_path / "home") as opened:
        assert not opened.folder.exists()
        opened.log(Entry(EVENING, 7200, soreness=1.0))
        assert (opened.folder / "runlog.db").exists()


def test_the_folder_is_the_one_given_or_the_environments_or_the_platforms(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("RUNLOG_HOME", "~/mine")
    assert journal.open("~/other").folder == tmp_path / "other"
    assert journal.open().folder == tmp_path / "mine"
    monkeypatch.setenv("RUNLOG_HOME", "")
    assert journal.open().folder.name == "runlog"


def test_the_settings_are_those_of_the_folder(tmp_path):
    (tmp_path / "config.toml").write_text('units = "mi"\n')
    assert journal.open(tmp_path).settings.units == "mi"
    (tmp_path / "config.toml").write_text("units = 7\n")
    with pytest.raises(BadInput, match="units"):
        journal.open(tmp_path)


def test_logging_a_rating_loads_no_heavy_library(tmp_path):
    code = f"""
import sys
from datetime import UTC, datetime
from runlog import journal
from runlog.model import Entry
with journal.open({str(tmp_path)!r}) as kept:
    kept.last_run(datetime.now(UTC))
    kept.log(Entry(datetime.now(UTC), 0, soreness=3.0))
    kept.undo()
print([name for name in ("numpy", "pandas", "scipy", "shapely", "multiprocessing") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- files in


def test_every_file_gets_its_outcome(kept, folder):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx.gz").write_bytes(gzip.compress(gpx(every_s=5).encode()))
    (folder / "c.gpx").write_text(gpx(1, sport="cycling"))
    (folder / "d.gpx").write_text(gpx().replace("<time>", "<x>").replace("</time>", "</x>"))
    (folder / "diary.csv").write_text(DIARY)
    (folder / "e.fit").write_bytes(b"\x0e\x10\x00\x00\xff\xff\x00\x00.FIT\x00\x00")
    (folder / "notes.txt").write_text("buy milk")
    (folder / "z.gpx").write_text(gpx())
    summary = kept.add([folder, folder / "missing.gpx"])
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
    counts = {name: count for name, count in summary.as_dict().items() if name != "files"}
    assert counts == {
        "runs_added": 1,
        "other_added": 1,
        "ratings_added": 3,
        "ratings_updated": 0,
        "known": 1,
        "merged": 1,
        "skipped": 2,
        "failed": 2,
    }


def test_the_summary_is_json_of_the_promised_keys(kept, folder):
    (folder / "a.gpx").write_text(gpx())
    told = json.loads(json.dumps(kept.add([folder]).as_dict()))
    assert list(told) == [
        *("runs_added", "other_added", "ratings_added", "ratings_updated"),
        *("known", "merged", "skipped", "failed", "files"),
    ]
    assert told["files"] == [{"path": str(folder / "a.gpx"), "outcome": "added", "reason": "", "runs": [1]}]


def test_the_same_folder_again_is_known_without_reading(kept, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    (folder / "diary.csv").write_text(DIARY)
    assert kept.add([folder]).ok
    monkeypatch.setattr("runlog.importers.read_bytes", None)
    again = kept.add([folder])
    assert outcomes(again) == {"a.gpx": "known", "diary.csv": "known"}
    assert again.files[0].runs == (1,)
    assert again.ok


def test_what_was_seen_before_costs_a_listing(kept, folder, aged, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    (folder / "diary.csv").write_text(DIARY)
    (folder / "b.txt").write_text("nothing")
    (folder / "c.gpx").write_text("<gpx><trk>")
    aged(folder)
    first = kept.add([folder])
    with monkeypatch.context() as patched:
        patched.setattr(FoundFile, "head", None)
        again = kept.add([folder])
    assert outcomes(again) == {"a.gpx": "known", "b.txt": "skipped", "c.gpx": "failed", "diary.csv": "known"}
    assert reason_of(again, "b.txt") == reason_of(first, "b.txt")
    assert again.files[0].runs == (1,)
    assert not again.ok


def test_a_file_is_read_again_once_its_listing_or_the_settings_differ(kept, folder, aged):
    (folder / "diary.csv").write_text(DIARY + "03/04/2026,2\n")
    (folder / "b.csv").write_text("no,diary\n")
    aged(folder)
    kept.add([folder])
    assert "line 5" in reason_of(kept.add([folder]), "diary.csv")
    kept.settings = replace(kept.settings, date_order="day-first")
    assert kept.add([folder]).ok
    (folder / "b.csv").write_text("date,soreness\n2026-05-01,3\n")
    assert kept.add([folder]).ratings_added == 1


def test_a_file_changed_a_moment_ago_is_not_taken_for_seen(kept, folder):
    (folder / "diary.csv").write_text(DIARY)
    kept.add([folder])
    before = (folder / "diary.csv").stat()
    (folder / "diary.csv").write_text(DIARY.replace("3", "4"))
    os.utime(folder / "diary.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "diary.csv").stat().st_size == before.st_size
    assert not kept.add([folder]).known


def test_several_processes_keep_the_same_as_one(tmp_path, folder):
    for day in range(6):
        (folder / f"{day}.gpx").write_text(gpx(day))
    contents = []
    for workers in (1, 2):
        with journal.open(tmp_path / f"home{workers}") as opened:
            assert opened.add([folder], workers=workers).runs_added == 6
        contents.append(content(tmp_path / f"home{workers}"))
    assert contents[0] == contents[1]


def test_progress_is_told_after_each_file(kept, folder):
    (folder / "a.gpx").write_text(gpx())
    kept.add([folder])
    (folder / "b.gpx").write_text(gpx(1))
    told = []
    kept.add([folder, folder / "none"], progress=lambda *said: told.append(said))
    assert [(done, total) for done, total, _ in told] == [(1, 3), (2, 3), (3, 3)]
    assert {Path(name).name for *_, name in told} == {"a.gpx", "b.gpx", "none"}


def test_nothing_to_import_is_fine(kept, folder):
    summary = kept.add([folder])
    assert (summary.files, summary.ok) == ((), True)


def test_a_diary_with_a_bad_row_is_taken_but_not_ok(kept, folder):
    (folder / "diary.csv").write_text(DIARY + "2026-07-16,33,,\n")
    summary = kept.add([folder])
    assert outcomes(summary) == {"diary.csv": "added"}
    assert (summary.ratings_added, summary.ok) == (3, False)
    assert "line 5" in reason_of(summary, "diary.csv")
    assert len(summary.files[0].problems) == 1


def test_a_diary_of_bad_rows_fails_and_may_be_mended(kept, folder):
    (folder / "diary.csv").write_text("date,soreness\n2026-07-16,33\n")
    assert outcomes(kept.add([folder])) == {"diary.csv": "failed"}
    assert outcomes(kept.add([folder])) == {"diary.csv": "failed"}


def test_an_edited_diary_says_what_it_changed(kept, folder):
    diary = folder / "diary.csv"
    diary.write_text(DIARY)
    kept.add([diary])
    diary.write_text(DIARY.replace(",3,no", ",4,no").replace("2026-07-15T20:00:00+02:00,5,,\n", ""))
    summary = kept.add([diary])
    assert (summary.ratings_added, summary.ratings_updated) == (0, 1)
    assert summary.files[0].reason == "1 updated; 1 removed, being no longer in it"
    assert [found.entry.soreness for found in kept.entries()] == [4.0, 0.0]
    diary.write_text(DIARY)
    kept.add([diary])
    assert [found.entry.soreness for found in kept.entries()] == [3.0, 0.0, 5.0]


def test_a_run_moved_to_another_day_of_an_edited_list_is_there_once(kept, folder):
    paper = folder / "paper.csv"
    listed = "date,distance,duration\n2019-03-05,10,50\n2019-03-07,8,40\n"
    paper.write_text(listed)
    kept.add([paper])
    paper.write_text(listed.replace("03-07", "03-08"))
    summary = kept.add([paper])
    assert summary.files[0].reason == "1 removed, being no longer in it"
    assert [f"{run.activity.start:%m-%d}" for run in kept.runs()] == ["03-05", "03-08"]
    paper.write_text(listed)
    kept.add([paper])
    assert [f"{run.activity.start:%m-%d}" for run in kept.runs()] == ["03-05", "03-07"]


def test_the_runner_says_what_a_file_counts_as_also_later(kept, folder):
    (folder / "a.gpx").write_text(gpx())
    kept.add([folder])
    summary = kept.add([folder], sport="cycling")
    assert outcomes(summary) == {"a.gpx": "known"}
    assert "counts as cycling now" in summary.files[0].reason
    assert kept.runs() == []
    kept.add([folder], sport="running")
    assert [run.id for run in kept.runs()] == [1]


def test_a_mistake_of_ours_fails_one_file(kept, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx").write_text(gpx(1))
    from runlog import importers

    read = importers.read_bytes

    def mistaken(data, name, *others, **options):
        return {}[name] if name.endswith("a.gpx") else read(data, name, *others, **options)

    monkeypatch.setattr(importers, "read_bytes", mistaken)
    summary = kept.add([folder])
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
with journal.open(sys.argv[1]) as kept:
    summary = kept.add([sys.argv[2]])
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
    with journal.open(tmp_path / "killed") as opened:
        assert [run.id for run in opened.runs()] == [1, 2]
        summary = opened.add([folder])
        assert (summary.known, summary.runs_added) == (2, 3)
    with journal.open(tmp_path / "whole") as opened:
        opened.add([folder])
    assert content(tmp_path / "killed") == content(tmp_path / "whole")


def test_two_imports_at_once_both_finish_and_keep_nothing_twice(tmp_path, folder):
    for day in range(12):
        (folder / f"{day:02}.gpx").write_text(gpx(day, minutes=10))
    (folder / "diary.csv").write_text(DIARY)
    processes = [python(IMPORT, tmp_path / "home", folder) for _ in range(2)]
    said = [[int(word) for word in process.communicate(timeout=120)[0].split()] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [sum(counts) for counts in zip(*said, strict=True)] == [12, 3, 13, 0]
    with journal.open(tmp_path / "home") as opened:
        assert len(opened.runs()) == 12
        assert len(opened.entries()) == 3
    content(tmp_path / "home")


def test_a_store_that_cannot_be_written_stops_the_import(kept, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())

    def full(*_, **__):
        raise StoreError("the disk is full")

    monkeypatch.setattr("runlog.store.files.add_file", full)
    with pytest.raises(StoreError, match="full"):
        kept.add([folder])


# ---- by hand


def test_a_rating_is_logged_edited_and_taken_back(kept):
    first = kept.log(Entry(EVENING, 7200, soreness=3.0))
    kept.log(Entry(EVENING, 7200, soreness=1.0, area=Area.NECK))
    kept.edit(first, Entry(EVENING, 7200, soreness=0.0))
    assert kept.undo().entry.area == Area.NECK
    assert kept.undo().entry.soreness == 0.0
    assert kept.undo() is None


def test_the_last_run_is_the_last_that_had_begun(kept, folder):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx").write_text(gpx(2))
    (folder / "c.gpx").write_text(gpx(1, sport="cycling"))
    kept.add([folder])
    assert kept.last_run(MONDAY - timedelta(hours=1)) is None
    assert kept.last_run(MONDAY + timedelta(days=1, hours=12)).id == 1
    assert kept.last_run(MONDAY + timedelta(days=9)).id == 2
    assert {run.activity.kind for run in kept.runs()} == {Kind.RUN}


def test_shoes_are_kept_and_worn(kept, folder):
    (folder / "a.gpx").write_text(gpx())
    kept.add([folder])
    kept.shoes.add(Shoe("Blue"))
    kept.shoes.edit(Shoe("Blue", default=True))
    kept.shoes.wear([1], "Blue")
    assert kept.shoes.all() == [Shoe("Blue", default=True)]
    assert kept.runs()[0].worn == "Blue"
    assert list(kept.shoes.names()) == ["Blue"]


def test_the_exported_diary_imported_again_changes_nothing(kept, folder):
    (folder / "diary.csv").write_text(DIARY)
    (folder / "a.gpx").write_text(gpx())
    kept.add([folder])
    kept.log(
        Entry(
            EVENING + timedelta(minutes=1, seconds=7),
            -12_600,
            soreness=0.5,
            area=Area.LOWER_LEG,
            warmup=False,
            cooldown=True,
            shoe='Blue, the "fast" ones',
            rpe=7.0,
            strength=True,
            strength_min=25.0,
            mobility=False,
            desk_hours=7.5,
            posture=0.0,
            note="two\nlines; and a comma, too",
            run=1,
        )
    )
    kept.log(Entry(EVENING + timedelta(days=3), 0, strength=False, note="=1+1"))
    kept.log(Entry(EVENING + timedelta(days=4), 0, strength=True))
    before = kept.entries()
    exported = folder / "exported.csv"
    exported.write_text(kept.export_diary(), encoding="utf-8", newline="")
    summary = kept.add([exported])
    assert outcomes(summary) == {"exported.csv": "known"}
    assert summary.ok
    assert kept.entries() == before


def test_an_empty_diary_to_fill_in_changes_nothing(kept, folder):
    (folder / "template.csv").write_text(journal.diary_template())
    assert kept.add([folder]).ok
    assert kept.entries() == []


# ---- the history out


def test_the_history_holds_all_and_outlives_the_journal(tmp_path, folder):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx").write_text(gpx(2))
    (folder / "diary.csv").write_text(DIARY)
    with journal.open(tmp_path / "home") as opened:
        opened.add([folder])
        history = opened.history()
        assert len(history.track(1)) == 181
    assert list(history.runs.index) == [1, 2]
    assert set(history.runs["route"]) == {"R1"}
    assert list(history.entries["soreness"]) == [3.0, 0.0, 5.0]
    assert len(history.track(1)) == 181


def test_routes_of_older_code_are_shaped_anew(kept, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    kept.add([folder])
    from runlog.analysis import track_summary

    monkeypatch.setattr(track_summary, "SUMMARY_VERSION", track_summary.SUMMARY_VERSION + 1)
    monkeypatch.setattr(track_summary, "route_shape", lambda _: None)
    assert kept.history().runs["route"].isna().all()


def test_other_users_home_is_left_alone(tmp_path, folder, monkeypatch):
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "mine"))
    (folder / "a.gpx").write_text(gpx())
    with journal.open() as opened:
        opened.add([folder])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "mine"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are always text there")
def test_a_file_whose_name_is_no_text_is_taken_and_known(kept, folder):
    (folder / os.fsdecode(b"L\xe4ufe.gpx")).write_text(gpx())
    (folder / os.fsdecode(b"B\xe4nder.csv")).write_text(DIARY)
    assert (first := kept.add([folder])).ok
    assert (first.runs_added, first.ratings_added) == (1, 3)
    assert kept.add([folder]).known == 2
    assert len(kept.history().runs) == 1
