"""A backup is whole and put back whole, whoever uses the home and whenever it is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import made_home
import pytest
from made_recordings import MONDAY, Files, make_run, make_track, shoes_of
from ordinary_user import an_ordinary_user

from runlog import store
from runlog.errors import BadInput, StoreError
from runlog.model import Entry, Shoe
from runlog.store import backup, connection, schema
from runlog.store.activities import read_activities
from runlog.store.diary import add_entry
from runlog.store.shoes import read_shoes

NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def fill(home, runs, *, points=600.0):
    """A home with that many runs, each with a track, a rating of the last one, and a pair of shoes."""
    with store.open(home) as stored:
        files = Files(stored)
        for number in range(runs):
            track = make_track(points, 2000.0, heart_rate_bpm=150.0)
            files.add(
                f"/{home.name}/{number}.fit", make_run(86400.0 * number, duration_s=points, track=track)
            )
        stored.write(add_entry, Entry(MONDAY, 7200, soreness=3.0, note="stiff"))
        shoes_of(stored).add(Shoe(home.name))
    return home


def dump(path):
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        return list(db.iterdump())


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def home(tmp_path):
    return fill(tmp_path / "home", 3)


# ---- backup


def test_a_backup_is_one_file_with_everything_and_the_settings(home, tmp_path):
    (home / "config.toml").write_text('units = "mi"\n')
    made = backup.make_backup(home, tmp_path / "b.db", NOW)
    assert (made.runs, made.others, made.ratings, made.shoes) == (3, 0, 1, 1)
    assert (made.made, made.config) == (NOW, b'units = "mi"\n')
    assert backup.inspect_backup(tmp_path / "b.db") == made
    assert listing(tmp_path) == ["b.db", "home"]
    with closing(sqlite3.connect(tmp_path / "b.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_backup_of_a_backup_put_in_place_by_hand_has_the_settings_of_now(home, tmp_path):
    (home / "config.toml").write_text('units = "mi"\n')
    backup.make_backup(home, tmp_path / "b.db", NOW)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tmp_path / "b.db", other / "runlog.db")
    assert backup.make_backup(other, tmp_path / "c.db", NOW).config is None


def test_a_file_that_is_there_is_replaced_only_when_asked(home, tmp_path):
    (tmp_path / "b.db").write_text("a letter")
    with pytest.raises(BadInput, match=r"already; --force replaces it"):
        backup.make_backup(home, tmp_path / "b.db", NOW)
    assert (tmp_path / "b.db").read_text() == "a letter"
    backup.make_backup(home, tmp_path / "b.db", NOW, force=True)
    assert backup.inspect_backup(tmp_path / "b.db").runs == 3


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("", "this is a folder; name a file in it"),
        ("none/b.db", "there is no such folder"),
        ("home/runlog.db", "where runlog keeps"),
        ("home/../home/config.toml", "where runlog keeps"),
        ("home/runlog.db-wal", "where runlog keeps"),
    ],
)
def test_a_place_that_is_no_place_for_a_backup_is_told(home, tmp_path, place, told):
    before = dump(home / "runlog.db")
    with pytest.raises(BadInput, match=told):
        backup.make_backup(home, tmp_path / place, NOW, force=True)
    assert dump(home / "runlog.db") == before


def test_nothing_to_back_up_is_told_and_makes_nothing(tmp_path):
    with pytest.raises(BadInput, match="nothing to back up yet"):
        backup.make_backup(tmp_path / "empty", tmp_path / "b.db", NOW)
    assert listing(tmp_path) == []


def test_a_damaged_home_gives_no_backup_that_looks_sound(home, tmp_path):
    damage(home / "runlog.db")
    with pytest.raises(StoreError, match="damaged"):
        backup.make_backup(home, tmp_path / "b.db", NOW)
    assert listing(tmp_path) == ["home"]


FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from runlog.errors import BadInput
from runlog.store import backup
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    backup.make_backup(Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC))
except BadInput as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_disk_that_takes_no_more_is_told_and_leaves_nothing(tmp_path):
    home = fill(tmp_path / "home", 20, points=3000.0)
    assert (home / "runlog.db").stat().st_size > 400_000
    told = subprocess.run(
        [sys.executable, "-c", FULL, home, tmp_path / "b.db"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith(f"{tmp_path / 'b.db'}: cannot be written: "), told.stdout
    assert listing(tmp_path) == ["home"]


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not made read-only there so")
def test_a_home_that_can_only_be_read_can_be_backed_up(anybodys_folder):
    anybodys_folder.chmod(0o777)
    home = fill(anybodys_folder / "home", 1)
    (home / "runlog.db").chmod(0o444)
    home.chmod(0o555)
    with an_ordinary_user():
        assert backup.make_backup(home, anybodys_folder / "b.db", NOW).runs == 1
        with pytest.raises(BadInput, match="cannot be written"):
            backup.make_backup(home, home / "b.db", NOW)
        with pytest.raises((StoreError, BadInput), match="cannot be written"):
            backup.restore_backup(home, anybodys_folder / "b.db", NOW)


IMPORT = """
import sys
from pathlib import Path
from runlog import store
sys.path.insert(0, sys.argv[2])
from made_recordings import Files, make_run, make_track
with store.open(Path(sys.argv[1])) as kept:
    files = Files(kept)
    print("begun", flush=True)
    for number in range(3, 2000):
        track = make_track(600.0, 2000.0)
        files.add(f"/{number}.fit", make_run(86400.0 * number, duration_s=600.0, track=track))
        if number == 30:
            print("amid", flush=True)
"""


def test_a_backup_while_another_process_imports_is_of_one_moment(home, tmp_path):
    importing = subprocess.Popen(
        [sys.executable, "-c", IMPORT, home, ROOT / "tests"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in importing.stdout:
            if line == "amid\n":
                break
        made = [backup.make_backup(home, tmp_path / f"{number}.db", NOW) for number in range(3)]
        assert importing.poll() is None
    finally:
        importing.kill()
        importing.wait()
        importing.stdout.close()
    assert 30 <= made[0].runs + 1 <= made[2].runs + 1 < 2000
    for number, contents in enumerate(made):
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as db:
            tracks = db.execute("SELECT count(*) FROM track").fetchone()[0]
            assert tracks == contents.runs == db.execute("SELECT count(*) FROM activity").fetchone()[0]
        dump(tmp_path / f"{number}.db")


# ---- restore


def test_restoring_into_an_empty_home_gives_everything_back(home, tmp_path):
    (home / "config.toml").write_text('units = "mi"\n')
    before = dump(home / "runlog.db")
    backup.make_backup(home, tmp_path / "b.db", NOW)
    done = backup.restore_backup(tmp_path / "new", tmp_path / "b.db", NOW)
    assert (done.contents.runs, done.previous_database, done.previous_config) == (3, None, None)
    assert dump(tmp_path / "new/runlog.db") == before
    assert (tmp_path / "new/config.toml").read_text() == 'units = "mi"\n'
    assert listing(tmp_path / "new") == ["config.toml", "runlog.db"]


def test_what_was_there_is_kept_aside(home, tmp_path):
    (home / "config.toml").write_text('units = "mi"\n')
    backup.make_backup(home, tmp_path / "b.db", NOW)
    other = fill(tmp_path / "other", 5)
    (other / "config.toml").write_text('units = "km"\n')
    before, wanted = dump(other / "runlog.db"), dump(home / "runlog.db")
    done = backup.restore_backup(other, tmp_path / "b.db", NOW)
    assert done.previous_database == other / "runlog.db.before-restore-20260720-090000"
    assert done.previous_config == other / "config.toml.before-restore-20260720-090000"
    assert dump(done.previous_database) == before
    assert dump(other / "runlog.db") == wanted
    assert done.previous_config.read_text() == 'units = "km"\n'
    again = backup.restore_backup(other, done.previous_database, NOW)
    assert again.previous_database == other / "runlog.db.before-restore-20260720-090000-2"
    assert dump(other / "runlog.db") == before
    assert (other / "config.toml").read_text() == 'units = "mi"\n', "a database without settings leaves them"


def test_a_process_that_has_the_home_open_goes_on_with_what_was_restored(home, tmp_path):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    with store.open(home) as stored:
        Files(stored).add("/later.fit", make_run(86400.0 * 9))
        assert len(stored.read(read_activities)) == 4
        backup.restore_backup(home, tmp_path / "b.db", NOW)
        assert len(stored.read(read_activities)) == 3
        Files(stored).add("/later.fit", make_run(86400.0 * 9))
    with store.open(home) as stored:
        assert len(stored.read(read_activities)) == 4


def test_a_writer_that_does_not_finish_is_waited_for_so_long(home, tmp_path, monkeypatch):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.3)
    before = dump(home / "runlog.db")
    with closing(sqlite3.connect(home / "runlog.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program is writing"):
            backup.restore_backup(home, tmp_path / "b.db", NOW)
        writer.execute("ROLLBACK")
    assert dump(home / "runlog.db") == before


def damage(path):
    content = bytearray(path.read_bytes())
    content[100:60_000] = (b"not what it was" * 4000)[:59_900]
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["damaged", "no database", "empty file"])
def test_a_home_that_is_beyond_repair_is_kept_aside_as_it_is(home, tmp_path, how):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    wanted = dump(home / "runlog.db")
    if how == "damaged":
        damage(home / "runlog.db")
        (home / "runlog.db-wal").write_bytes(b"left by a crash")
    else:
        (home / "runlog.db").write_bytes(b"" if how == "empty file" else b"my shopping list")
    before = (home / "runlog.db").read_bytes()
    done = backup.restore_backup(home, tmp_path / "b.db", NOW)
    assert dump(home / "runlog.db") == wanted
    if how == "damaged":
        assert done.previous_database.read_bytes() == before
        beside = done.previous_database.with_name(f"{done.previous_database.name}-wal")
        assert beside.read_bytes() == b"left by a crash"


def test_another_page_size_is_no_hindrance(home, tmp_path):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    with closing(sqlite3.connect(tmp_path / "b.db", isolation_level=None)) as db:
        db.execute("PRAGMA page_size = 16384")
        db.execute("VACUUM")
    before = dump(home / "runlog.db")
    backup.restore_backup(home, tmp_path / "b.db", NOW)
    assert dump(home / "runlog.db") == before


def test_a_backup_of_an_older_runlog_is_brought_up_to_date_when_opened(tmp_path, monkeypatch):

    steps = schema.MIGRATIONS
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as db:
        monkeypatch.setattr(schema, "MIGRATIONS", steps[:1])
        schema.migrate(db)
        db.execute("INSERT INTO shoe VALUES ('Blue', NULL, NULL, 0, NULL, 0)")
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    assert backup.restore_backup(tmp_path / "home", tmp_path / "old.db", NOW).contents.version == 1
    with store.open(tmp_path / "home") as stored:
        assert stored.read(read_shoes) == [Shoe("Blue")]


def make_other(path, what):
    if what == "zip":
        path.write_bytes(b"PK\x03\x04 and so on, for at least as long as this")
    elif what == "text":
        path.write_text("date,soreness\n2026-07-01,3\n")
    elif what == "empty":
        path.write_bytes(b"")
    elif what == "damaged":
        backup.make_backup(path.parent / "home", path, NOW)
        damage(path)
    else:
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE bookmark (url TEXT)")
            db.commit()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("zip", "a zip archive and no backup; what an app exports is read by runlog import"),
        ("text", "no backup of runlog"),
        ("empty", "no backup of runlog"),
        ("damaged", "this backup is damaged"),
        ("browser", "a database, but not one of runlog"),
    ],
)
def test_what_is_no_backup_is_told_and_changes_nothing(home, tmp_path, what, told):
    make_other(tmp_path / "b.db", what)
    before = dump(home / "runlog.db")
    with pytest.raises(BadInput, match=told):
        backup.restore_backup(home, tmp_path / "b.db", NOW)
    assert dump(home / "runlog.db") == before
    assert listing(home) == ["runlog.db"]


def test_a_backup_that_is_not_there_or_of_a_newer_runlog_is_told(home, tmp_path):
    with pytest.raises(BadInput, match=r"b\.db: cannot be read: No such file"):
        backup.restore_backup(home, tmp_path / "b.db", NOW)
    backup.make_backup(home, tmp_path / "b.db", NOW)
    with closing(sqlite3.connect(tmp_path / "b.db")) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(BadInput, match="a newer runlog has written it"):
        backup.restore_backup(home, tmp_path / "b.db", NOW)


def test_what_a_home_holds_is_known_before_it_is_replaced(home, tmp_path):
    assert backup.read_current_contents(tmp_path / "none") is None
    assert backup.read_current_contents(home).runs == 3
    damage(home / "runlog.db")
    with pytest.raises(StoreError):
        backup.read_current_contents(home)


# ---- damage and malice


def change(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


WITHOUT_CHECKSUM = (
    "ALTER TABLE backup RENAME TO summed",
    "CREATE TABLE backup (made_at TEXT NOT NULL, config BLOB) STRICT",
    "INSERT INTO backup SELECT made_at, config FROM summed",
    "DROP TABLE summed",
)


def test_a_single_bit_that_flips_is_found_or_changes_nothing(tmp_path):
    made_home.fill(tmp_path / "home")
    backup.make_backup(tmp_path / "home", tmp_path / "b.db", NOW)
    backup.restore_backup(tmp_path / "sound", tmp_path / "b.db", NOW)
    wanted = dump(tmp_path / "sound/runlog.db"), (tmp_path / "sound/config.toml").read_bytes()
    content = (tmp_path / "b.db").read_bytes()
    refused = 0
    for number in range(120):
        flipped = bytearray(content)
        flipped[number * len(content) // 120 + number % 97] ^= 1 << number % 8
        (tmp_path / "b.db").write_bytes(flipped)
        try:
            backup.restore_backup(tmp_path / f"{number}", tmp_path / "b.db", NOW)
        except BadInput:
            refused += 1
        else:
            home = tmp_path / f"{number}"
            assert (dump(home / "runlog.db"), (home / "config.toml").read_bytes()) == wanted, number
    assert refused > 30


@pytest.mark.parametrize("cut", [*range(1, 11), 4096, 100_000])
def test_a_backup_whose_end_is_missing_is_refused(home, tmp_path, cut):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    (tmp_path / "b.db").write_bytes((tmp_path / "b.db").read_bytes()[:-cut])
    for read in (backup.inspect_backup, lambda file: backup.restore_backup(home, file, NOW)):
        with pytest.raises(BadInput, match=r"backup is damaged|no backup of runlog"):
            read(tmp_path / "b.db")


ONLY_THE_CHECKSUM_TELLS = (
    "UPDATE entry SET soreness = 4",
    "UPDATE recording SET distance_m = distance_m + 1e-9",
    "UPDATE backup SET config = CAST('units = 1' AS BLOB)",
    "UPDATE backup SET made_at = '2026-07-20T09:00:01+00:00'",
    "PRAGMA application_id = 7",
)
OTHER_TABLES = (
    *((f"PRAGMA user_version = {number}", "no runlog up to this one has a version") for number in (0, -1)),
    *((f"PRAGMA user_version = {number}", "damaged") for number in (1, 8)),
    ("ALTER TABLE entry DROP COLUMN note", "table 'entry' is another"),
    ("ALTER TABLE entry ADD COLUMN mood REAL", "table 'entry' is another"),
    ("DROP INDEX recording_by_start", "index 'recording_by_start' is missing"),
    ("CREATE TABLE more (value TEXT)", "table 'more' does not belong there"),
    ("CREATE VIEW more AS SELECT 1", "view 'more' does not belong there"),
    ("CREATE TRIGGER sly AFTER INSERT ON entry BEGIN DELETE FROM track; END", "trigger 'sly' does not"),
    ("UPDATE backup SET made_at = 'then'", "damaged"),
    ("DELETE FROM backup", "damaged"),
)


def check_refused(home, file, told):
    before = dump(home / "runlog.db")
    with pytest.raises(BadInput, match=told):
        backup.restore_backup(home, file, NOW)
    assert dump(home / "runlog.db") == before
    assert not list(home.glob("*restore*"))


@pytest.mark.parametrize("statement", ONLY_THE_CHECKSUM_TELLS)
def test_a_backup_whose_content_was_changed_is_refused(home, tmp_path, statement):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    change(tmp_path / "b.db", statement)
    check_refused(home, tmp_path / "b.db", "its checksum is another")


@pytest.mark.parametrize(("statement", "told"), OTHER_TABLES)
@pytest.mark.parametrize("steps", [(), WITHOUT_CHECKSUM], ids=["checksum", "none"])
def test_a_backup_of_other_tables_is_refused(home, tmp_path, steps, statement, told):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    change(tmp_path / "b.db", *steps, statement)
    check_refused(home, tmp_path / "b.db", told)


@pytest.mark.parametrize("size", [backup.MAX_CONFIG_BYTES + 1, 300_000_000])
@pytest.mark.parametrize("steps", [(), WITHOUT_CHECKSUM], ids=["checksum", "none"])
def test_settings_that_are_too_large_are_refused_before_they_are_read(home, tmp_path, size, steps):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    change(tmp_path / "b.db", *steps, f"UPDATE backup SET config = zeroblob({size})")  # noqa: S608 - a number
    tracemalloc.start()
    with pytest.raises(BadInput, match="damaged"):
        backup.restore_backup(home, tmp_path / "b.db", NOW)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()
    assert not list(home.glob("*restore*"))


def test_a_value_that_is_too_large_is_refused_before_it_is_read(home, tmp_path, monkeypatch):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    change(tmp_path / "b.db", *WITHOUT_CHECKSUM, "UPDATE entry SET note = CAST(zeroblob(9000000) AS TEXT)")
    monkeypatch.setattr(connection, "MAX_VALUE_BYTES", 8_000_000)
    with pytest.raises(BadInput, match="damaged"):
        backup.restore_backup(home, tmp_path / "b.db", NOW)


def test_settings_that_are_too_large_are_not_backed_up(home, tmp_path):
    (home / "config.toml").write_bytes(b"#" * (backup.MAX_CONFIG_BYTES + 1))
    with pytest.raises(BadInput, match="larger than 1 MB"):
        backup.make_backup(home, tmp_path / "b.db", NOW)
    assert listing(tmp_path) == ["home"]


def test_a_backup_without_a_checksum_can_be_restored(home, tmp_path):
    (home / "config.toml").write_text('units = "mi"\n')
    wanted = dump(home / "runlog.db")
    assert backup.make_backup(home, tmp_path / "b.db", NOW).checksum
    change(tmp_path / "b.db", *WITHOUT_CHECKSUM)
    done = backup.restore_backup(tmp_path / "new", tmp_path / "b.db", NOW)
    assert (done.contents.checksum, done.contents.config) == (None, b'units = "mi"\n')
    assert dump(tmp_path / "new/runlog.db") == wanted


@pytest.mark.parametrize(
    "statement",
    ["UPDATE track SET arrays = x'00'", "DELETE FROM track", "UPDATE recording SET start = 'then'"],
)
def test_rows_that_are_lost_replace_no_sound_backup(home, tmp_path, statement):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    before = (tmp_path / "b.db").read_bytes()
    change(home / "runlog.db", statement)
    with pytest.raises(StoreError, match=r"b\.db stays as it was"):
        backup.make_backup(home, tmp_path / "b.db", NOW, force=True)
    assert (tmp_path / "b.db").read_bytes() == before
    made = backup.make_backup(home, tmp_path / "c.db", NOW)
    assert made.faults, "better than none, but its faults are told"
    assert backup.restore_backup(tmp_path / "new", tmp_path / "c.db", NOW).contents.runs == 3
    change(tmp_path / "c.db", *WITHOUT_CHECKSUM)
    with pytest.raises(BadInput, match=r"this backup is damaged.*runlog doctor"):
        backup.restore_backup(tmp_path / "new", tmp_path / "c.db", NOW)


def test_a_fault_that_loses_nothing_hinders_no_backup(home, tmp_path):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    change(home / "runlog.db", "UPDATE entry SET moment = '1970-01-01T00:00:00.000000+00:00'")
    assert "before 1990" in backup.make_backup(home, tmp_path / "b.db", NOW, force=True).faults[0]


def test_tables_that_runlog_has_not_made_are_not_backed_up(home, tmp_path):
    change(home / "runlog.db", "CREATE TRIGGER sly AFTER INSERT ON entry BEGIN DELETE FROM track; END")
    with pytest.raises(StoreError, match=r"trigger 'sly'.*no backup was made; runlog doctor"):
        backup.make_backup(home, tmp_path / "b.db", NOW)


def test_a_backup_used_as_a_home_is_no_backup_any_more(home, tmp_path):
    backup.make_backup(home, tmp_path / "b.db", NOW)
    (tmp_path / "other").mkdir()
    shutil.copy(tmp_path / "b.db", tmp_path / "other/runlog.db")
    with store.open(tmp_path / "other") as stored:
        Files(stored).add("/later.fit", make_run(86400.0 * 9))
    shutil.copy(tmp_path / "other/runlog.db", tmp_path / "c.db")
    done = backup.restore_backup(home, tmp_path / "c.db", NOW)
    assert (done.contents.runs, done.contents.checksum, done.contents.made) == (4, None, None)


def test_no_connection_trusts_the_schema(stored):
    with connection.open_read_only(stored.path) as db:
        opened = [stored._db, db, connection.open_writable(stored.path)]
        assert [one.execute("PRAGMA trusted_schema").fetchone()[0] for one in opened] == [0, 0, 0]
        opened[-1].close()


RESTORE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from runlog.store import backup
if sys.argv[3].isdigit():
    after = int(sys.argv[3])
    steps = []
    def step(*_):
        steps.append(1)
        if len(steps) == after:
            os.kill(os.getpid(), signal.SIGKILL)
    from runlog.store import connection
    connection.limit_busy_wait = backup.limit_busy_wait = lambda path: step
    backup._PAGES_PER_STEP = 8
print("begun", flush=True)
backup.restore_backup(Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC))
"""


@pytest.fixture(scope="module")
def two_homes(tmp_path_factory):
    """A home, and the backup of another one."""
    folder = tmp_path_factory.mktemp("two")
    fill(folder / "old", 40, points=3000.0)
    backup.make_backup(fill(folder / "new", 60, points=3000.0), folder / "new.db", NOW)
    return folder, dump(folder / "old/runlog.db"), dump(folder / "new/runlog.db")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal there")
@pytest.mark.parametrize("after", [1, 2, 3, 10, 40, 0.0, 0.02, 0.05, 0.1])
def test_a_restore_that_is_killed_leaves_the_old_or_the_new(two_homes, tmp_path, after):
    """Killed after so many steps of its copies (int), or so many seconds (float)."""
    folder, old, new = two_homes
    home = tmp_path / "home"
    shutil.copytree(folder / "old", home)
    with subprocess.Popen(
        [sys.executable, "-c", RESTORE, home, folder / "new.db", str(after)], cwd=ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline()
        if isinstance(after, float):
            time.sleep(after)
            process.kill()
        process.wait(60)
    with store.open(home) as stored:
        assert len(stored.read(read_activities)) in {40, 60}
    assert dump(home / "runlog.db") in (old, new)
    if isinstance(after, int):
        assert process.returncode == -signal.SIGKILL
        assert dump(home / "runlog.db") == old
    backup.restore_backup(home, folder / "new.db", NOW)
    assert dump(home / "runlog.db") == new


def test_a_backup_takes_away_what_a_killed_one_left_behind(home, tmp_path):
    for name in (".b.db.abcd_123", ".b.db.abcd_123-journal", ".other.db.abcd_123"):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (0, 0))
    backup.make_backup(home, tmp_path / "b.db", NOW)
    assert [path.name for path in tmp_path.glob(".*")] == [".other.db.abcd_123"]
