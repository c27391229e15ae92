"""What can go wrong with a database comes as StoreError, with what to do."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from made_recordings import shoes_of
from ordinary_user import an_ordinary_user

from runlog import store
from runlog.errors import BadInput, RunlogError, StoreError
from runlog.model import Shoe
from runlog.store import connection
from runlog.store.activities import read_activities, read_track
from runlog.store.shoes import read_shoes


def test_many_may_make_one_home_at_once(tmp_path):
    def make(home):
        together.wait()
        store.open(home).close()

    together = Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            for opened in [pool.submit(make, tmp_path / str(number)) for _ in range(8)]:
                opened.result()


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not made read-only there so")
@pytest.mark.parametrize("there_before", [True, False])
def test_a_read_only_home_is_told(anybodys_folder, there_before):
    home = anybodys_folder / "home"
    if there_before:
        store.open(home).close()
        (home / "runlog.db").chmod(0o444)
    else:
        home.mkdir()
    home.chmod(0o555)
    with an_ordinary_user(), pytest.raises(StoreError, match="writable") as told, store.open(home) as stored:
        shoes_of(stored).add(Shoe("Blue"))
    assert str(told.value).startswith(f"{home / 'runlog.db'}: ")


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not made read-only there so")
def test_a_home_in_a_read_only_folder_is_told(anybodys_folder):
    anybodys_folder.chmod(0o555)
    with an_ordinary_user(), pytest.raises(StoreError, match="Permission denied"):
        store.open(anybodys_folder / "home")


def test_a_home_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the folder cannot be made"):
        store.open(tmp_path / "file" / "home")


def test_something_else_in_the_databases_place_is_told(tmp_path):
    (tmp_path / "runlog.db").write_text("a letter to grandmother, more than a hundred bytes long " * 3)
    with pytest.raises(StoreError, match="no database"):
        store.open(tmp_path)


def test_a_folder_in_the_databases_place_is_told(tmp_path):
    (tmp_path / "runlog.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        store.open(tmp_path)


def test_a_full_disk_is_told_and_leaves_what_was_there(files, stored, run, track):
    files.add("/a.fit", run())
    pages = stored._db.execute("PRAGMA page_count").fetchone()[0]
    stored._db.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(StoreError, match="full"):
        files.add("/b.fit", run(9000, track=track(9000, 20_000)))
    assert len(stored.read(read_activities)) == 1
    stored._db.execute("PRAGMA max_page_count = 100000")
    assert files.add("/b.fit", run(9000)).outcome == "added"


def test_a_database_that_another_program_holds_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.1)
    with store.open(tmp_path) as stored:
        other = sqlite3.connect(tmp_path / "runlog.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another program"):
            shoes_of(stored).add(Shoe("Blue"))
        assert stored.read(read_shoes) == []
        other.execute("ROLLBACK")
        other.close()
        shoes_of(stored).add(Shoe("Blue"))


def test_a_damaged_database_is_told(tmp_path):
    with store.open(tmp_path) as stored:
        for number in range(200):
            shoes_of(stored).add(Shoe(f"pair {number} {'x' * 200}"))
    path = tmp_path / "runlog.db"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xee" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged|malformed"), store.open(tmp_path) as stored:
        stored.read(read_shoes)


def test_a_closed_store_says_so(stored):
    stored.close()
    stored.close()
    with pytest.raises(StoreError, match="closed"):
        stored.read(read_shoes)


def test_what_the_runner_did_wrong_is_no_store_error(stored):
    shoes_of(stored).add(Shoe("Blue"))
    with pytest.raises(RunlogError) as caught:
        shoes_of(stored).add(Shoe("Blue"))
    assert isinstance(caught.value, BadInput)
    shoes_of(stored).add(Shoe("Red"))


def test_bytes_that_are_no_text_are_told(stored):
    with pytest.raises(BadInput, match="no text"):
        shoes_of(stored).add(Shoe("\udcff"))
    assert stored.read(read_shoes) == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE recording SET laps = '{'",
        "UPDATE recording SET kind = 'flight'",
        "UPDATE recording SET sport = CAST(x'ff' AS TEXT)",
        "UPDATE track SET arrays = x'00'",
        "UPDATE track SET arrays = substr(arrays, 1, length(arrays) / 2)",
        "UPDATE derived SET shape = x'504b0304'",
        "UPDATE derived SET digest = '{'",
    ],
)
def test_bent_values_are_told_as_damage(stored, files, run, track, damage):
    files.add("/a.fit", run(track=track(3000, 10_000)))
    stored._db.execute(damage)
    with pytest.raises(StoreError, match=r"damaged|not decode"):
        _ = stored.read(read_activities), stored.read(read_track, 1)


def test_a_schema_with_bent_letters_is_told_as_damage(stored):
    stored.close()
    data = stored.path.read_bytes()
    bent = data.replace(b"tablefilefile", b"tablefil\xdffile")
    assert bent != data
    stored.path.write_bytes(bent)
    with pytest.raises(StoreError, match="damaged"):
        store.open(stored.path.parent)


def test_what_is_found_again_needs_no_room_on_the_disk(files, stored, run, track, caplog):
    files.add("/a.fit", run())
    stored._db.execute("CREATE TABLE filled (text TEXT)")
    pages = stored._db.execute("PRAGMA page_count").fetchone()[0]
    stored._db.execute(f"PRAGMA max_page_count = {pages + 1}")

    def fill(db):
        db.execute("INSERT INTO filled VALUES (?)", ("x" * 100_000,))
        return db.execute("SELECT count(*) FROM filled").fetchone()[0]

    assert stored.write_derived(fill) == 1
    assert stored.write_derived(fill) == 2
    assert len(stored.read(read_activities)) == 1
    (warning,) = caplog.records
    assert "not saved" in warning.getMessage()
    assert "the disk is full" in warning.getMessage()
    with pytest.raises(StoreError, match="full"):
        files.add("/b.fit", run(9000, track=track(9000, 20_000)))
    with store.open(stored.path.parent) as again:
        assert again.read(lambda db: db.execute("SELECT count(*) FROM filled").fetchone()[0]) == 0
