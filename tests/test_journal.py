"""The journal does the whole job: files in, ratings in, the history out, whatever happens on the way."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from made_files import DIARY, MONDAY, gpx, outcomes

import runlog
from runlog.journal import diary_template, open_unchecked
from runlog.model import Area, Entry, Kind, Shoe

ROOT = Path(__file__).resolve().parents[1]
EVENING = datetime(2026, 7, 13, 18, 0, tzinfo=UTC)


# ---- where it is


def test_opening_makes_nothing_until_there_is_something_to_keep(tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        assert not journal.folder.exists()
        journal.log(Entry(EVENING, 7200, soreness=1.0))
        assert (journal.folder / "runlog.db").exists()


def test_the_folder_is_the_one_given_or_the_environments_or_the_platforms(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("RUNLOG_HOME", "~/mine")
    assert runlog.open("~/other").folder == tmp_path / "other"
    assert runlog.open().folder == tmp_path / "mine"
    monkeypatch.setenv("RUNLOG_HOME", "")
    assert runlog.open().folder.name == "runlog"


def test_the_settings_are_those_of_the_folder(tmp_path):
    (tmp_path / "config.toml").write_text('units = "mi"\n')
    assert runlog.open(tmp_path).settings.units == "mi"
    (tmp_path / "config.toml").write_text("units = 7\n")
    assert runlog.open(tmp_path).settings.units == "km"


def test_with_broken_settings_it_is_backed_up_restored_and_checked_all_the_same(tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        journal.log(Entry(EVENING, 7200, soreness=1.0))
    (tmp_path / "home" / "config.toml").write_text("units = 7\n")
    unchecked = open_unchecked(tmp_path / "home")
    assert unchecked.contents().ratings == 1
    assert unchecked.backup(tmp_path / "b.db").ratings == 1
    assert open_unchecked(tmp_path / "new").restore(tmp_path / "b.db").contents.ratings == 1
    assert "config" in {finding.check for finding in unchecked.doctor().findings}
    unchecked.drop_caches()
    assert open_unchecked(tmp_path / "none").contents() is None


def test_logging_a_rating_loads_no_heavy_library(tmp_path):
    code = f"""
import sys
from datetime import UTC, datetime
from runlog import journal
from runlog.model import Entry
with journal.open({str(tmp_path)!r}) as opened:
    opened.last_run(datetime.now(UTC))
    opened.log(Entry(datetime.now(UTC), 0, soreness=3.0))
    opened.undo()
print([name for name in ("numpy", "pandas", "scipy", "shapely", "multiprocessing") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- by hand


def test_a_rating_is_logged_edited_and_taken_back(journal):
    first = journal.log(Entry(EVENING, 7200, soreness=3.0))
    journal.log(Entry(EVENING, 7200, soreness=1.0, area=Area.NECK))
    journal.edit(first, Entry(EVENING, 7200, soreness=0.0))
    ((before, after),) = journal.undo().entries
    assert (before.entry.soreness, after.entry.soreness) == (3.0, 0.0)
    assert [(one.entry.area, one.entry.soreness) for one in journal.entries()] == [
        ("neck", 1),
        ("upper_back", 3),
    ]
    ((before, after),) = journal.undo().entries
    assert (before, after.entry.area) == (None, Area.NECK)
    journal.undo()
    assert journal.undo() is None
    assert journal.entries() == []
    journal.redo()
    assert [one.id for one in journal.entries()] == [first]


def test_the_last_run_is_the_last_that_had_begun(journal, folder):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx").write_text(gpx(2))
    (folder / "c.gpx").write_text(gpx(1, sport="cycling"))
    journal.add([folder])
    assert journal.last_run(MONDAY - timedelta(hours=1)) is None
    assert journal.last_run(MONDAY + timedelta(days=1, hours=12)).id == 1
    assert journal.last_run(MONDAY + timedelta(days=9)).id == 2
    assert {run.activity.kind for run in journal.runs()} == {Kind.RUN}


def test_shoes_are_kept_and_worn(journal, folder):
    (folder / "a.gpx").write_text(gpx())
    journal.add([folder])
    journal.shoes.add(Shoe("Blue"))
    journal.shoes.edit(Shoe("Blue", default=True))
    journal.shoes.wear([1], "Blue")
    assert journal.shoes.all() == [Shoe("Blue", default=True)]
    assert journal.runs()[0].shoe_override == "Blue"
    assert list(journal.shoes.names()) == ["Blue"]


def test_the_exported_diary_imported_again_changes_nothing(journal, folder):
    (folder / "diary.csv").write_text(DIARY)
    (folder / "a.gpx").write_text(gpx())
    journal.add([folder])
    journal.log(
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
    journal.log(Entry(EVENING + timedelta(days=3), 0, strength=False, note="=1+1"))
    journal.log(Entry(EVENING + timedelta(days=4), 0, strength=True))
    before = journal.entries()
    exported = folder / "exported.csv"
    exported.write_text(journal.export_diary(), encoding="utf-8", newline="")
    summary = journal.add([exported])
    assert outcomes(summary) == {"exported.csv": "known"}
    assert summary.ok
    assert journal.entries() == before


def test_an_empty_diary_to_fill_in_changes_nothing(journal, folder):
    (folder / "template.csv").write_text(diary_template())
    assert journal.add([folder]).ok
    assert journal.entries() == []


# ---- the history out


def test_the_history_holds_all_and_outlives_the_journal(tmp_path, folder):
    (folder / "a.gpx").write_text(gpx())
    (folder / "b.gpx").write_text(gpx(2))
    (folder / "diary.csv").write_text(DIARY)
    with runlog.open(tmp_path / "home") as journal:
        journal.add([folder])
        history = journal.history()
        assert len(history.track(1)) == 181
    assert list(history.runs.index) == [1, 2]
    assert set(history.runs["route"]) == {"R1"}
    assert list(history.entries["soreness"]) == [3.0, 0.0, 5.0]
    assert len(history.track(1)) == 181


def test_routes_of_older_code_are_shaped_anew(journal, folder, monkeypatch):
    (folder / "a.gpx").write_text(gpx())
    journal.add([folder])
    from runlog.analysis import track_summary

    monkeypatch.setattr(track_summary, "SUMMARY_VERSION", track_summary.SUMMARY_VERSION + 1)
    monkeypatch.setattr(track_summary, "route_shape", lambda _: None)
    assert journal.history().runs["route"].isna().all()


def test_other_users_home_is_left_alone(tmp_path, folder, monkeypatch):
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "mine"))
    (folder / "a.gpx").write_text(gpx())
    with runlog.open() as journal:
        journal.add([folder])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "mine"]
