"""An export is everything as plain files, and reads back to the same history in any home."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import sys
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import made_home
import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import runlog
from runlog.errors import BadInput
from runlog.importers import read_bytes
from runlog.model import Entry, Shoe
from runlog.settings import Settings
from runlog.store.portable import export_activity, export_journal
from runlog.store.recordings import merge_by_hand

FRAMES = ("runs", "others", "entries", "shoes")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A home, its diary beside it, and its export; never to be changed."""
    folder = tmp_path_factory.mktemp("made")
    made_home.fill(folder / "home")
    with runlog.open(folder / "home") as journal:
        journal.export(folder / "out", gpx=True)
    return folder


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def outcomes(summary):
    return {file.path.partition("/out/")[2]: (file.outcome, file.reason) for file in summary.files}


def assert_same(one, other):
    """The same history, down to the tracks of all recordings and which of them are one activity."""
    with runlog.open(one) as first, runlog.open(other) as second:
        before, after = first.history(), second.history()
        for name in FRAMES:
            assert_frame_equal(getattr(before, name), getattr(after, name))
        for run in (*before.runs.index, *before.others.index):
            left, right = (each._store.read(export_activity, run) for each in (first, second))
            assert replace(left, recordings=()) == replace(right, recordings=())
            for a, b in zip(left.recordings, right.recordings, strict=True):
                assert replace(a, track=None) == replace(b, track=None)
                assert (a.track is None) == (b.track is None)
                if a.track is not None:
                    assert list(a.track.columns) == list(b.track.columns)
                    for name, column in a.track.columns.items():
                        np.testing.assert_array_equal(column, b.track[name], strict=True)
        assert first._store.read(export_journal) == second._store.read(export_journal)


# ---- the format


GOLDEN = Path(__file__).parent / "golden_export"  # of version 1 of the format, with every table filled


def contents(folder):
    """The files of an export that are read back, unpacked: zlib's versions may pack differently."""
    packed = {path.name: gzip.decompress(path.read_bytes()) for path in folder.glob("activities/*.json.gz")}
    return packed | {"journal.json": (folder / "journal.json").read_bytes()}


def test_the_format_is_still_the_committed_one_to_the_byte(tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        summary = journal.add([GOLDEN])
        journal.export(tmp_path / "out")
    assert summary.ok
    assert contents(tmp_path / "out") == contents(GOLDEN)


def test_an_older_export_without_what_came_later_is_read():
    old = json.loads((GOLDEN / "journal.json").read_bytes())
    for name in ("shoe_rules", "alerts", "plans", "routes", "on_route"):
        del old[name]
    for shoe in old["shoes"]:
        del shoe["rests"], shoe["same_as"]
    for entry in old["entries"]:
        del entry["mobility"], entry["desk_hours"], entry["posture"], entry["side"]
    journal = read_bytes(json.dumps(old).encode(), "journal.json", Settings()).exported
    assert (journal.shoe_rules, journal.alerts, journal.plans, journal.routes) == ((), (), (), ())
    assert journal.on_route == {}
    assert {shoe.rests for shoe in journal.shoes} == {()}
    assert {kept.entry.mobility for kept in journal.entries} == {None}


# ---- there and back again


def test_an_export_reads_back_to_the_same_history_and_exports_to_the_same_bytes(made, tmp_path):
    shutil.copytree(made / "out", tmp_path / "out")
    with runlog.open(tmp_path / "new") as journal:
        summary = journal.add([tmp_path / "out"])
        assert summary.ok
        assert (summary.runs_added, summary.other_added, summary.ratings_added) == (6, 1, 5)
        assert (summary.merged, summary.failed) == (0, 0)
    shutil.copy(made / "home/config.toml", tmp_path / "new")
    assert_same(made / "home", tmp_path / "new")
    with runlog.open(tmp_path / "new") as journal:
        journal.export(tmp_path / "again", gpx=True)
    assert files(tmp_path / "again") == files(made / "out")


def test_the_home_holds_what_the_test_is_about(made):
    """So that the tests here cannot pass for want of anything to lose."""
    with runlog.open(made / "home") as journal:
        history = journal.history()
    sources = history.runs["sources"].to_dict()
    assert max(map(len, sources.values())) == 2, "a run of two files"
    assert history.runs["route"].notna().sum() >= 3
    assert history.shoes.loc["Red", "other_names"] == (made_home.HOSTILE.replace("\x00", ""),)
    assert made_home.HOSTILE in set(history.entries["note"])
    assert history.entries["run"].notna().sum() == 2
    assert len(set(history.entries["source"])) == 2


def test_several_processes_read_it_back_the_same(made, tmp_path):
    with runlog.open(tmp_path / "new") as journal:
        journal.add([made / "out"], workers=2)
    shutil.copy(made / "home/config.toml", tmp_path / "new")
    assert_same(made / "home", tmp_path / "new")


def test_a_zip_of_it_in_any_order_reads_back_the_same(made, tmp_path):
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        for name, content in sorted(files(made / "out").items(), reverse=True):
            archive.writestr(f"out/{name}", content)
    with runlog.open(tmp_path / "new") as journal:
        assert journal.add([tmp_path / "out.zip"]).ok
    shutil.copy(made / "home/config.toml", tmp_path / "new")
    assert_same(made / "home", tmp_path / "new")


def test_the_season_reads_back_the_same_and_its_own_files_are_known(sample_data, tmp_path):
    season = [sample_data / name for name in ("activities", "diary.csv", "shoes.csv")]
    with runlog.open(tmp_path / "home") as journal:
        first = journal.add(season)
        journal.export(tmp_path / "out")
    with runlog.open(tmp_path / "new") as journal:
        summary = journal.add([tmp_path / "out"])
        assert summary.runs_added == first.runs_added
        again = journal.add(season)
    assert (again.runs_added, again.ratings_added, again.merged) == (0, 0, 0)
    assert again.known == first.known + sum(file.outcome in {"added", "merged"} for file in first.files)
    assert_same(tmp_path / "home", tmp_path / "new")


def test_an_edited_diary_goes_on_being_followed_after_the_move(made, tmp_path):
    diary = made / "home-diary.csv"
    with runlog.open(tmp_path / "new") as journal:
        journal.add([made / "out"])
        assert journal.add([diary]).known == 1
        old = next(file for file in journal._store.read(export_journal).files if file.is_diary)
        assert old.path == str(diary)
        before = diary.read_text()
        try:
            diary.write_text(
                made_home.DIARY.splitlines(keepends=True)[0] + "2026-06-02T20:00:00+02:00,4,neck,\n"
            )
            summary = journal.add([diary])
        finally:
            diary.write_text(before)
    assert summary.files[0].reason == "1 updated; 1 removed, being no longer in it"


# ---- into a home that holds something


def test_into_the_very_home_it_came_from_it_changes_nothing_and_says_so(made, tmp_path):
    shutil.copytree(made / "home", tmp_path / "home")
    with runlog.open(tmp_path / "home") as journal:
        summary = journal.add([made / "out"])
        journal.export(tmp_path / "again", gpx=True)
    assert summary.ok
    assert {outcome for name, (outcome, _) in outcomes(summary).items() if "json" in name} == {"known"}
    assert outcomes(summary)["journal.json"] == ("known", "all of it was there already")
    assert files(tmp_path / "again") == files(made / "out")


def test_what_the_runner_said_since_holds(made, tmp_path):
    shutil.copytree(made / "home", tmp_path / "home")
    with runlog.open(tmp_path / "home") as journal:
        journal.shoes.wear([1], "Blue")
        entry = journal.entries()[-1]
        journal.edit(entry.id, Entry(entry.entry.moment, 7200, soreness=9.0))
        journal.shoes.edit(Shoe("Red", limit_m=1.0))
        rule, *_ = journal.shoes.rules()
        journal.shoes.remove_rule(rule.id)
        journal.shoes.separate(made_home.HOSTILE.replace("\x00", ""))
        journal.add([made / "out"])
        assert next(run for run in journal.runs() if run.id == 1).shoe_override == "Blue"
        assert journal.entries()[-1].entry.soreness == 9.0
        assert next(shoe for shoe in journal.shoes.all() if shoe.name == "Red").limit_m == 1.0
        assert all(shoe.same_as is None for shoe in journal.shoes.all())
        rules = [kept.rule for kept in journal.shoes.rules()]
        assert rule.rule in rules  # a rule is new again, a name is not


def test_into_a_home_with_some_of_the_runs_nothing_comes_twice(made, tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        other = made_home.run(9, track=made_home.track(seed=9))
        made_home.add(journal, "/mine/9.fit", other)
        made_home.add(journal, "/w/3.fit", made_home.run(2, track=made_home.track(seed=3, power_w=250.5)))
        made_home.add(journal, "/third/1.tcx", made_home.run(0, track=made_home.track(every=2)))
        summary = journal.add([made / "out"])
        runs = {run.id: run.sources for run in journal.runs()}
        again = journal.add([made / "out"])
    assert summary.ok
    assert summary.runs_added == 4
    assert "the same run as #3 (1.tcx)" in outcomes(summary)["activities/000001.json.gz"][1]
    assert sorted(runs.values()) == [
        ("/app/3.gpx",),
        ("/list.json",),
        ("/mine/9.fit",),
        ("/paper.csv",),
        ("/w/1.fit", "/third/1.tcx", "/app/1.gpx"),
        ("/w/3.fit",),
        ("/w/two sessions.fit",),
    ]
    assert (again.runs_added, again.merged) == (0, 0)
    assert {outcome for name, (outcome, _) in outcomes(again).items() if "json" in name} == {"known"}


def test_entries_name_the_same_runs_where_the_ids_are_others(made, tmp_path):
    with runlog.open(tmp_path / "home") as journal:
        for day in range(20, 26):
            made_home.add(journal, f"/mine/{day}.fit", made_home.run(day))
        journal.add([made / "out"])
        sources = {run.id: run.sources for run in journal.runs()}
        named = {sources[kept.entry.run] for kept in journal.entries() if kept.entry.run}
    assert named == {("/w/1.fit", "/app/1.gpx"), ("/app/3.gpx",)}


# ---- halves and damage


def test_an_export_that_was_stopped_says_so(made, tmp_path, monkeypatch):
    from runlog import export

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "diary_table", stopped)
    with runlog.open(made / "home") as journal, pytest.raises(KeyboardInterrupt):
        journal.export(tmp_path / "out")
    with runlog.open(tmp_path / "new") as journal:
        summary = journal.add([tmp_path / "out"])
    assert not summary.ok
    assert outcomes(summary)["UNFINISHED.txt"][0] == "failed"
    assert "never finished" in outcomes(summary)["UNFINISHED.txt"][1]
    monkeypatch.undo()
    with runlog.open(made / "home") as journal:
        journal.export(tmp_path / "out", force=True, gpx=True)
    assert files(tmp_path / "out") == files(made / "out")


def test_files_that_are_missing_are_told_and_come_later(made, tmp_path):
    shutil.copytree(made / "out", tmp_path / "out")
    (tmp_path / "out/activities/000001.json.gz").rename(tmp_path / "aside.json.gz")
    with runlog.open(tmp_path / "new") as journal:
        summary = journal.add([tmp_path / "out"])
        assert not summary.ok
        assert "1 of the 7 activities of this export are not there" in outcomes(summary)["journal.json"][1]
        (tmp_path / "aside.json.gz").rename(tmp_path / "out/activities/000001.json.gz")
        assert journal.add([tmp_path / "out"]).ok
    shutil.copy(made / "home/config.toml", tmp_path / "new")
    assert_same(made / "home", tmp_path / "new")


def test_a_damaged_file_fails_alone(made, tmp_path):
    shutil.copytree(made / "out", tmp_path / "out")
    one = tmp_path / "out/activities/000003.json.gz"
    one.write_bytes(one.read_bytes()[:200])
    with runlog.open(tmp_path / "new") as journal:
        summary = journal.add([tmp_path / "out"])
    assert outcomes(summary)["activities/000003.json.gz"][0] == "failed"
    assert (summary.runs_added + summary.other_added, summary.failed) == (6, 2)  # and the journal, in part


# ---- the folder


def test_a_folder_with_something_in_it_is_left_alone(made, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear reader")
    with runlog.open(made / "home") as journal:
        with pytest.raises(BadInput, match="there is something in it"):
            journal.export(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
        with pytest.raises(BadInput, match="this is the home itself"):
            journal.export(made / "home", force=True)
        with pytest.raises(BadInput, match="cannot be written"):
            journal.export(tmp_path / "letter.txt", force=True)
        journal.export(tmp_path / "new/deep")
    assert (tmp_path / "letter.txt").read_text() == "Dear reader"
    assert (tmp_path / "new/deep/journal.json").exists()


def test_going_over_an_export_takes_out_what_a_killed_one_left_behind(made, tmp_path):
    shutil.copytree(made / "home", tmp_path / "home")
    shutil.copytree(made / "out", tmp_path / "out")
    drafts = [".journal.json.abcd_123", "activities/.000001.json.gz.abcd_123", ".mine.txt.abcd_123"]
    for name in drafts:
        (tmp_path / "out" / name).write_text("")
        os.utime(tmp_path / "out" / name, (0, 0))
    with runlog.open(tmp_path / "home") as journal:
        journal.export(tmp_path / "out", force=True)
    assert [(tmp_path / "out" / name).exists() for name in drafts] == [False, False, True]


def test_going_over_an_export_takes_out_only_what_it_wrote_itself(made, tmp_path):
    shutil.copytree(made / "home", tmp_path / "home")
    out = tmp_path / "out"
    with runlog.open(tmp_path / "home") as journal:
        journal.export(out, gpx=True)
        (out / "activities/000099.gpx").write_text("<gpx creator='another'/>")
        (out / "notes.txt").write_text("mine")
        journal._store.write(merge_by_hand, 1, 2)
        journal.export(out, force=True)
    left = {name for name in files(out) if name.startswith("activities/")}
    assert left == {
        *(f"activities/{number:06}.json.gz" for number in (1, 3, 4, 5, 6, 7)),
        "activities/000099.gpx",
    }
    assert (out / "notes.txt").read_text() == "mine"


def test_nothing_to_export_is_told(tmp_path):
    with runlog.open(tmp_path / "home") as journal, pytest.raises(BadInput, match="nothing to export yet"):
        journal.export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_of_runs_are_no_names_of_files(made):
    assert {Path(name).name for name in files(made / "out")} == {
        *("README.txt", "config.toml", "diary.csv", "journal.json", "runs.csv", "shoes.csv"),
        *(f"{number:06}.json.gz" for number in range(1, 8)),
        *(f"{number:06}.gpx" for number in (1, 2, 4, 5)),
    }


def test_progress_is_told_after_each_activity(made, tmp_path):
    told = []
    with runlog.open(made / "home") as journal:
        journal.export(tmp_path / "out", progress=lambda *said: told.append(said))
    assert told == [(number, 7, f"activities/{number:06}") for number in range(1, 8)]


def test_an_export_is_of_one_moment_whoever_imports_meanwhile(made, tmp_path):
    shutil.copytree(made / "home", tmp_path / "home")

    def import_one(done, *_):
        with runlog.open(tmp_path / "home") as other:
            made_home.add(other, f"/later/{done}.fit", made_home.run(30 + done))

    with runlog.open(tmp_path / "home") as journal:
        journal.export(tmp_path / "out", gpx=True, progress=import_one)
        assert len(journal.runs()) == 13
    assert files(tmp_path / "out") == files(made / "out")


# ---- for people and other tools


def test_what_is_for_people_is_passed_over_with_the_reason(made, tmp_path):
    with runlog.open(tmp_path / "new") as journal:
        told = outcomes(journal.add([made / "out"]))
    for name in ("runs.csv", "diary.csv", "shoes.csv"):
        assert told[name][0] == "skipped"
        assert "a table for spreadsheets" in told[name][1]
    assert told["activities/000001.gpx"][0] == "skipped"
    assert "for other tools" in told["activities/000001.gpx"][1]
    assert told["config.toml"] == ("skipped", "settings of runlog; to use them, copy the file into the home")
    assert told["README.txt"] == ("skipped", "tells people what is in an export of runlog")


@pytest.mark.parametrize("name", ["diary.csv", "shoes.csv"])
def test_without_its_first_column_a_table_is_one_that_runlog_reads(made, tmp_path, name):
    rows = list(csv.reader(io.StringIO((made / "out" / name).read_text(encoding="utf-8"), newline="")))
    text = io.StringIO(newline="")
    csv.writer(text).writerows(row[1:] for row in rows)
    (tmp_path / name).write_text(text.getvalue().replace("\x00", ""), encoding="utf-8", newline="")
    with runlog.open(tmp_path / "new") as journal:
        assert journal.add([tmp_path / name]).ok
        kept = journal.entries() if name == "diary.csv" else journal.shoes.all()
    assert len(kept) == len(rows) - 1


def test_the_runs_are_a_table_with_a_row_each(made):
    rows = list(csv.DictReader(io.StringIO((made / "out/runs.csv").read_text(encoding="utf-8"), newline="")))
    assert [row["exported_run"] for row in rows] == [str(number) for number in range(1, 8)]
    assert rows[0]["name"] == made_home.HOSTILE
    assert rows[0]["start"] == "2026-06-01T05:00:00.250000+00:00"
    assert rows[0]["local_start"] == "2026-06-01T07:00:00.250000+02:00"
    assert rows[0]["shoe"] == "Red"
    assert rows[0]["sources"] == "/w/1.fit; /app/1.gpx"


def test_the_gpx_is_what_other_tools_read(made):
    import gpxpy

    path = made / "out/activities/000001.gpx"
    ET.parse(path)  # noqa: S314 - our own file
    found = gpxpy.parse(path.read_text(encoding="utf-8"))
    (track,) = found.tracks
    assert track.type == "running"
    assert len(track.segments) == 2
    points = [point for segment in track.segments for point in segment.points]
    with runlog.open(made / "home") as journal:
        kept = journal.track(1)
    known = ~np.isnan(kept["lat"])
    assert [point.latitude for point in points] == kept["lat"][known].tolist()
    assert points[1].time - points[0].time == timedelta(seconds=1)
    beats = [float(node.text) for point in points for extension in point.extensions for node in extension]
    assert beats == kept["heart_rate_bpm"][known & ~np.isnan(kept["heart_rate_bpm"])].tolist()


def test_a_track_of_another_home_as_gpx_is_not_taken_for_a_run(made):
    from runlog.errors import NotTaken

    data = (made / "out/activities/000001.gpx").read_bytes()
    with pytest.raises(NotTaken, match="for other tools"):
        read_bytes(data, "run.gpx", Settings())


# ---- size and memory


def test_an_activity_is_one_json_object_of_lists(made):
    content = json.loads(gzip.decompress((made / "out/activities/000001.json.gz").read_bytes()))
    recording = content["recordings"][0]
    assert recording["file"]["path"] == "/w/1.fit"
    assert {len(column) for column in recording["track"].values()} == {901}
    assert recording["track"]["heart_rate_bpm"][17] is None
    assert recording["activity"]["avg_hr"] == 150.123456789


@pytest.mark.skipif(sys.platform == "win32", reason="traced alike everywhere; once is enough")
def test_many_runs_take_no_more_memory_than_few(tmp_path):
    peaks = []
    for runs in (2, 12):
        home = tmp_path / str(runs)
        with runlog.open(home) as journal:
            for day in range(runs):
                made_home.add(journal, f"/{day}.fit", made_home.run(day, 2000, track=made_home.track(2000)))
            tracemalloc.start()
            journal.export(tmp_path / f"out{runs}", gpx=True)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
