"""The doctor finds what is wrong, says what to do, changes nothing, and gives nothing away."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import made_home
import pytest

import runlog
from runlog import doctor
from runlog.errors import DISTRIBUTION
from runlog.model import Entry
from runlog.store import checks, schema
from runlog.store.portable import export_journal


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    made_home.fill(folder / "home")
    return folder / "home"


@pytest.fixture
def home(made, tmp_path):
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


@contextmanager
def database(home):
    with closing(sqlite3.connect(home / "runlog.db", isolation_level=None)) as db:
        yield db


def found(home, *, wrong=True):
    """What the check finds, by name; the rest is only noted."""
    return {finding.check: finding for finding in doctor.check_home(home).findings if finding.wrong is wrong}


def test_all_is_well(home):
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    steps = []
    done = doctor.check_home(home, lambda *step: steps.append(step))
    assert done.ok
    assert [finding.check for finding in done.findings] == ["shoe_rule_retired"], "a note, nothing wrong"
    assert (done.facts["runs"], done.facts["ratings"]) == (6, 5)
    assert [step[:2] for step in steps] == [(number, 5) for number in range(1, 6)]
    after = {path.name: path.read_bytes() for path in home.iterdir() if path.suffix in {".db", ".toml"}}
    assert after == before


def test_what_is_not_there_yet_is_no_fault(tmp_path):
    done = doctor.check_home(tmp_path / "none")
    assert done.ok
    assert [finding.check for finding in done.findings] == ["nothing_yet"]
    assert not (tmp_path / "none").exists()


def test_a_damaged_database_is_told_with_the_way_out(home):
    content = bytearray((home / "runlog.db").read_bytes())
    content[4096:40_960] = b"\x55" * 36_864
    (home / "runlog.db").write_bytes(content)
    (finding,) = found(home).values()
    assert finding.check in {"integrity", "database"}
    assert "runlog restore FILE" in finding.todo


@pytest.mark.parametrize(
    "content", [b"my shopping list, long enough to be read", b"SQLite format 3\x00 but no more"]
)
def test_what_is_no_database_is_told(home, content):
    (home / "runlog.db").write_bytes(content * 40)
    assert "runlog restore FILE" in found(home)["database"].todo


def test_another_programs_database_is_told(home):
    with database(home) as db:
        db.execute("DROP TABLE track")
    assert "not one of runlog" in found(home)["tables"].message


def test_the_version_is_told(home):
    with database(home) as db:
        db.execute("PRAGMA user_version = 99")
    assert found(home)["version"].todo == "update runlog"


def test_an_older_version_is_no_fault_but_tables_of_another_version_are(home, monkeypatch):
    with database(home) as db:
        db.execute("PRAGMA user_version = 1")
    assert "does not belong there" in found(home)["schema"].message
    (home / "runlog.db").unlink()
    steps = schema.MIGRATIONS
    with database(home) as db:
        monkeypatch.setattr(schema, "MIGRATIONS", steps[:1])
        schema.migrate(db)
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    assert found(home) == {}
    assert "runlog runs" in found(home, wrong=False)["version"].todo


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("CREATE TRIGGER sly AFTER INSERT ON entry BEGIN DELETE FROM track; END", "trigger 'sly'"),
        ("CREATE VIEW sly AS SELECT 1", "view 'sly'"),
        ("ALTER TABLE entry DROP COLUMN mobility", "table 'entry'"),
        ("ALTER TABLE entry ADD COLUMN mood REAL", "table 'entry'"),
        ("DROP INDEX recording_by_start", "index 'recording_by_start'"),
    ],
)
def test_tables_that_runlog_has_not_made_are_told(home, change, part):
    with database(home) as db:
        db.execute(change)
    finding = found(home)["schema"]
    assert part in finding.message
    assert "undo it there" in finding.todo


def test_statistics_of_another_program_are_no_fault(home):
    with database(home) as db:
        db.execute("ANALYZE")
    assert found(home) == {}


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("UPDATE recording SET start = 'then' WHERE id = 1", "unreadable"),
        ("UPDATE recording SET laps = '[[1]]' WHERE id = 1", "unreadable"),
        ("UPDATE recording SET laps = replace(hex(zeroblob(50000)), '0', '[') WHERE id = 1", "unreadable"),
        ("UPDATE recording SET kind = 'moon' WHERE id = 1", "unreadable"),
        ("UPDATE recording SET kind = CAST(x'ff41' AS TEXT) WHERE id = 1", "unreadable"),
        ("UPDATE activity SET given_sport = 'running', given_kind = 'moon' WHERE id = 1", "unreadable"),
        ("UPDATE activity SET given_sport = 'running' WHERE id = 1", "unreadable"),
        ("UPDATE entry SET moment = 'then' WHERE id = 1", "unreadable"),
        ("UPDATE entry SET area = 'moon' WHERE id = 1", "unreadable"),
        ("UPDATE shoe SET rests = '{}}'", "shoes"),
        ("UPDATE derived SET digest = '{}'", "derived"),
        ("UPDATE file SET path = CAST(x'ff41' AS TEXT)", "unreadable"),
    ],
)
def test_rows_that_cannot_be_read_are_told_and_end_no_other_check(home, change, check):
    with database(home) as db:
        db.execute("UPDATE track SET arrays = x'00' WHERE recording_id = 3")
        db.execute(change)
    report = doctor.check_home(home)
    checks_found = [finding.check for finding in report.findings if finding.wrong]
    assert check in checks_found
    assert "track" in checks_found, "the rest is checked, too"
    doctor.support_report(home, report)


def test_a_database_that_is_cut_off_is_told(home):
    for cut in range(1, 11):
        content = (home / "runlog.db").read_bytes()
        (home / "runlog.db").write_bytes(content[:-cut])
        assert "cut off" in found(home)["integrity"].message
        (home / "runlog.db").write_bytes(content)


def test_bits_that_flip_never_stop_the_doctor(home):
    content = (home / "runlog.db").read_bytes()
    for number in range(40):
        flipped = bytearray(content)
        flipped[number * len(content) // 40] ^= 1 << number % 8
        (home / "runlog.db").write_bytes(flipped)
        doctor.support_report(home, doctor.check_home(home))


def test_a_folder_that_cannot_be_written_is_told():
    folder = Path(tempfile.mkdtemp())
    is_root = os.geteuid() == 0
    try:
        folder.chmod(0o777)
        made_home.fill(folder / "home")
        (folder / "home/runlog.db").chmod(0o444)
        (folder / "home").chmod(0o555)
        if is_root:
            os.seteuid(65534)
        done = doctor.check_home(folder / "home")
    finally:
        if is_root:
            os.seteuid(0)
        (folder / "home").chmod(0o755)
        shutil.rmtree(folder)
    if is_root:
        assert done.facts["runs"] == 6, "what is there can be read all the same"
    else:
        assert [finding.check for finding in done.findings] == ["home"]


def test_a_folder_that_may_not_be_written_is_a_fault(home, monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda _path, mode: not mode & os.W_OK)
    assert "cannot be written" in found(home)["home"].message


def test_a_file_in_the_place_of_the_home_is_told(tmp_path):
    (tmp_path / "home").write_text("")
    assert "no folder" in found(tmp_path / "home")["home"].message


def test_settings_that_cannot_be_read_are_told(home):
    (home / "config.toml").write_text('units = "leagues"\n')
    assert "units must be one of" in found(home)["config"].message


def test_a_full_disk_is_told(home, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 10**6))
    assert "only 1 MB are free" in found(home)["room"].message


def test_what_was_left_behind_is_told_and_not_what_is_in_use(home):
    (home / ".restore-abc").mkdir()
    (home / ".config.toml.xyz").write_text("")
    (home / "runlog.db.before-restore-20260101-000000").write_text("")
    long_ago = time.time() - 7200
    os.utime(home / ".restore-abc", (long_ago, long_ago))
    report = [finding for finding in doctor.check_home(home).findings if not finding.wrong]
    assert [finding.check for finding in report] == ["left_over", "kept_aside", "shoe_rule_retired"]
    assert f"rm -r {home / '.restore-abc'}" in report[0].todo
    doctor.delete_leftovers(home)
    assert not (home / ".restore-abc").exists()
    assert (home / ".config.toml.xyz").exists()
    assert (home / "runlog.db.before-restore-20260101-000000").exists()


def test_libraries_that_are_missing_are_told(home, monkeypatch):
    monkeypatch.setattr(doctor, "library_versions", lambda _=None: {"scipy": None, "rich": "1.0"})
    assert found(home)["libraries"].todo.endswith(" -m pip install scipy")


def test_the_libraries_are_those_of_the_project():
    if not list(metadata.distributions(name=DISTRIBUTION)):
        pytest.skip(f"{DISTRIBUTION} is not installed here: pip install -e '.[test]'")
    needed = doctor.library_versions()
    assert {"click", "numpy", "pandas"} <= needed.keys()
    assert None not in (needed["click"], needed["numpy"])
    assert "jupyterlab" not in needed
    assert "jupyterlab" in doctor.library_versions("notebook")


def test_an_entry_of_a_run_that_is_not_there_is_told(home):
    with database(home) as db:
        db.execute("UPDATE entry SET run = 77 WHERE id = 1")
    finding = found(home)["entry_without_run"]
    assert finding.count == 1
    assert finding.todo == "name another run: runlog log --edit 1 --run ID"
    with runlog.open(home) as journal:
        entry = next(stored for stored in journal.entries() if stored.id == 1)
        journal.edit(1, Entry(entry.entry.moment, 0, soreness=1.0, run=1))
    assert found(home) == {}


def test_rows_that_belong_to_nothing_are_told(home):
    with database(home) as db:
        db.execute("DELETE FROM file WHERE path = '/w/3.fit'")
    assert found(home)["reference"].message == "1 rows of recording belong to something that is not there"


def test_tracks_that_are_lost_or_cannot_be_read_are_told(home):
    with database(home) as db:
        db.execute("DELETE FROM track WHERE recording_id = 1")
        db.execute("UPDATE track SET arrays = x'00' WHERE recording_id = 3")
    assert found(home)["track_lost"].message == "the track of 1 recording (1) is lost"
    assert found(home)["track"].message == "the track of 1 activity (2) cannot be read"


@pytest.mark.parametrize("columns", [{"time_s": [0.0, 2.0, 1.0]}, {"time_s": [0.0, float("nan"), 1.0]}])
def test_tracks_with_times_that_cannot_be_are_told(home, columns):
    import numpy as np

    from runlog.model import Track
    from runlog.store import tracks

    made = Track({name: np.array(values) for name, values in {**columns, "segment": [0.0] * 3}.items()})
    with database(home) as db:
        db.execute("UPDATE track SET arrays = ? WHERE recording_id = 1", (tracks.encode_track(made),))
    assert found(home)["track"].count == 1


def test_a_damaged_cache_is_told_and_repaired(home):
    with database(home) as db:
        db.execute("UPDATE derived SET shape = x'00' WHERE recording_id = 1")
    assert found(home)["derived"].todo == "make them anew: runlog doctor --repair"
    with runlog.open(home) as journal:
        before = journal._store.read(export_journal)
    checks.drop_caches(home / "runlog.db")
    assert found(home) == {}
    with runlog.open(home) as journal:
        assert journal._store.read(export_journal) == before
        assert journal.history().runs["route"].notna().sum() >= 3


def test_activities_without_recordings_are_noted(home):
    with database(home) as db:
        db.execute("INSERT INTO activity DEFAULT VALUES")
    assert found(home, wrong=False)["activity_empty"].count == 1


def test_times_that_cannot_be_are_told(home):
    later = (datetime.now(UTC) + timedelta(days=400)).isoformat(timespec="microseconds")
    with database(home) as db:
        db.execute("UPDATE recording SET start = ? WHERE activity_id = 2", (later,))
        db.execute("UPDATE entry SET moment = '1970-01-01T00:00:00.000000+00:00' WHERE id = 1")
    assert found(home)["time_of_activity"].todo == "have a look: runlog show 2"
    assert "runlog log --edit 1 --at" in found(home)["time_of_entry"].todo


def test_runs_at_one_time_are_noted(home):
    with database(home) as db:
        db.execute(
            "UPDATE recording SET start = (SELECT start FROM recording WHERE id = 1) WHERE activity_id = 2"
        )
    finding = found(home, wrong=False)["overlap"]
    assert (finding.count, finding.todo) == (1, "if they are one: runlog merge 1 2")


# ---- what is given to others

SECRETS = {
    "name": "Kiltbury Secretlane loop",
    "shoe": "Zzgear Floater 9",
    "note": "ache behind the plimsoll",
    "device": "Wilhelmina's wrist",
    "sport": "wilhelminas dance",
    "folder": "Wilhelminas Hausrat",
}


@pytest.fixture
def private(tmp_path):
    """A home full of what is nobody else's business, and its support file's text."""
    home = tmp_path / SECRETS["folder"] / "home"
    home.mkdir(parents=True)
    (home / "config.toml").write_text('timezone = "Europe/Busingen"\nhr_max = 187.25\nunits = "mi"\n')
    watched = tmp_path / SECRETS["folder"]
    (watched / f"{SECRETS['shoe']}.csv").write_text(
        f"date,soreness,shoe,note\n2026-06-01,7.5,{SECRETS['shoe']},{SECRETS['note']}\n"
        f"2026-06-02,33,{SECRETS['shoe']},{SECRETS['note']}\n{SECRETS['note']},3,,\n"
    )
    (watched / "bad.csv").write_text(f"date,soreness\n{SECRETS['note']},3\n2026-06-02,33.5\n")
    (watched / f"{SECRETS['name']}.gpx").write_text(f"<{SECRETS['name'].split()[0]}/>")
    (watched / f"{SECRETS['name']}.fit").write_bytes(b"\x0e\x10")
    (watched / "shoes.csv").write_text(f"name,limit_km\n{SECRETS['shoe']},700\n{SECRETS['shoe']},700\n")
    with runlog.open(home) as journal:
        usual = {
            "name": SECRETS["name"],
            "shoe": SECRETS["shoe"],
            "device": SECRETS["device"],
            "avg_hr": 151.375,
        }
        made_home.add(journal, "/w/1.fit", made_home.run(0, track=made_home.track(), **usual))
        made_home.add(journal, "/w/2.fit", made_home.run(1, **(usual | {"sport": SECRETS["sport"]})))
        made_home.add(journal, "/w/3.fit", made_home.run(2, **(usual | {"device": "Garmin fenix7"})))
        for path in watched.iterdir():
            os.utime(path, (1.7e9, 1.7e9))
        journal.add([watched])
    with database(home) as db:
        db.execute("UPDATE entry SET run = 77")
        outcomes = dict(db.execute("SELECT outcome, count(*) FROM seen GROUP BY 1").fetchall())
    assert outcomes["failed"] >= 1
    assert outcomes["skipped"] >= 1
    done = doctor.check_home(home)
    assert not done.ok
    return json.dumps(doctor.support_report(home, done))


def test_the_support_file_holds_nothing_of_the_runner(private):
    for secret in SECRETS.values():
        assert secret not in private
        for word in re.findall(r"[A-Za-z]{7,}", secret):
            assert word.lower() not in private.lower(), word
    for value in ("187.25", "151.375", "7.5", "Europe", "Busingen", "50.00", "8.00", "home", "/w/"):
        assert value not in private, value


def test_the_support_file_says_what_helps(private):
    report = json.loads(private)
    assert report["runlog"] == runlog.__version__
    assert report["devices"] == {"Garmin fenix7": 1, "other": 2}
    assert report["sports"] == {"other": 1, "running": 2}
    assert report["formats"]["fit"] == 3
    assert report["settings"] == {"hr_max": "set", "timezone": "set", "units": "mi"}
    assert {"check": "entry_without_run", "wrong": True, "count": 2} in report["findings"]
    assert any(reason.startswith("failed: none of its rows can be taken") for reason in report["reasons"])


def test_reasons_keep_only_the_words_of_runlog():
    assert doctor.redact("line 17: soreness: '33 km at Kiltbury' is not within 0 to 10") == (
        "line # soreness : # is not within # to #"
    )
    assert (
        doctor.redact("/home/me/Kiltbury.fit: damaged: Kiltbury is listed twice")
        == "# damaged : # is listed twice"
    )
    assert doctor.redact("it's Anna's \"don't\" file's end") == "it # s end"


def test_the_support_file_of_a_damaged_home_can_be_written(home):
    (home / "runlog.db").write_bytes(b"not a database, and long enough to be sure of that" * 100)
    (home / "config.toml").write_text("units = ")
    report = doctor.support_report(home, doctor.check_home(home))
    assert report["settings"] == {"unreadable": True}
    assert {finding["check"] for finding in report["findings"]} == {"database", "config"}
    assert str(home) not in json.dumps(report)


def test_facts_are_known_of_any_home(tmp_path):
    assert doctor.collect_facts(tmp_path / "none")["runs"] is None
