"""How a database becomes and stays one that this runlog reads."""

from __future__ import annotations

from contextlib import closing
from itertools import chain

import pytest

from runlog import store
from runlog.errors import StoreError
from runlog.matching import file_key
from runlog.store import connection, schema
from runlog.store.activities import read_activities

ADD_WEATHER = ("ALTER TABLE activity ADD COLUMN weather TEXT",)
FAILS = ("ALTER TABLE nowhere ADD COLUMN weather TEXT",)


def test_a_new_database_is_of_the_newest_version(stored):
    assert stored._db.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
    assert stored._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert stored._db.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_every_table_is_strict(stored):
    tables = stored._db.execute("SELECT name, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'")
    assert {name for name, strict in tables if not strict} == set()


def test_an_older_database_is_brought_up_to_date_with_its_content(tmp_path, monkeypatch, files, run):
    files.add("/a.fit", run())
    files.store.close()
    steps = (*schema.MIGRATIONS, ADD_WEATHER)
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    with store.open(tmp_path / "home") as newer:
        assert len(newer.read(read_activities)) == 1
        assert newer._db.execute("SELECT weather FROM activity").fetchone()[0] is None
        assert newer._db.execute("PRAGMA user_version").fetchone()[0] == len(steps)


def test_a_migration_that_fails_changes_nothing(tmp_path, monkeypatch, stored):
    stored.close()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ADD_WEATHER, FAILS))
    with pytest.raises(StoreError):
        store.open(tmp_path / "home")
    monkeypatch.undo()
    with store.open(tmp_path / "home") as same:
        assert same._db.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)


def test_a_database_of_a_newer_runlog_is_refused(tmp_path, stored):
    stored._db.execute("PRAGMA user_version = 99")
    stored.close()
    with pytest.raises(StoreError, match=r"version 99.*update"):
        store.open(tmp_path / "home")


@pytest.mark.parametrize(
    "path",
    ["/export.zip/activities/77.FIT.gz", "/77.fit", "C:\\watch\\77.fit", "/a.zip/b.zip/x/77.fit", "77"],
)
def test_files_of_an_older_database_get_the_name_that_lists_know_them_by(path):
    with closing(connection.connect(":memory:")) as db:
        newest = schema.MIGRATIONS.index(schema.PAIRED_FILES)
        for statement in chain.from_iterable(schema.MIGRATIONS[:newest]):
            db.execute(statement)
        db.execute("INSERT INTO file VALUES (1, 'ab', ?, 'fit', 0, '2026-01-01', 0)", (path,))
        for statement in schema.PAIRED_FILES:
            db.execute(statement)
        assert db.execute("SELECT name FROM file").fetchone()[0] == file_key(path)


def test_entries_of_before_sides_keep_their_ids_and_a_removed_id_stays_used():
    at = schema.MIGRATIONS.index(schema.SIDES_AND_CHANGES)
    with closing(connection.connect(":memory:")) as db:
        for statement in chain.from_iterable(schema.MIGRATIONS[:at]):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {at}")
        insert = (
            "INSERT INTO entry (source, moment, area, utc_offset_s, soreness) VALUES ('log', ?, 'knee', 0, 3)"
        )
        for moment in ("2026-01-01", "2026-01-02", "2026-01-03"):
            db.execute(insert, (moment,))
        db.execute("DELETE FROM entry WHERE id = 3")
        schema.migrate(db)
        kept = db.execute("SELECT id, moment, side, soreness FROM entry ORDER BY id").fetchall()
        assert [tuple(row) for row in kept] == [(1, "2026-01-01", None, 3.0), (2, "2026-01-02", None, 3.0)]
        assert db.execute(insert, ("2026-01-04",)).lastrowid == 4
