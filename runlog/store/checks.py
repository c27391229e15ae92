"""Check a database for faults, and say what to do about each."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from runlog.localtime import EARLIEST_VALID, MAX_AHEAD
from runlog.model import shoe_key, shoe_names_by_key
from runlog.results import RESTORE_ADVICE, CheckFinding
from runlog.store import activities, connection, decode_checks, rows, shoes
from runlog.store.connection import UNDECODABLE, connect, read_version, transaction, translate_errors
from runlog.store.decode_checks import Fault
from runlog.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from runlog.model import Activity
    from runlog.store.decode_checks import Progress

_MAX_NAMED = 5
#: The checks after which no other is reliable, and a copy of the database is no backup.
FUNDAMENTAL = ("integrity", "tables", "schema")

_ENTRY_WITHOUT_RUN = Fault(
    "entry_without_run",
    "{ids} that are not there",
    "diary entry names a run",
    "diary entries name runs",
    "name another run: runlog log --edit {first} --run ID",
    "SELECT rowid FROM pragma_foreign_key_check WHERE \"table\" = 'entry'",
)
_SELECTED_FAULTS = (
    Fault(
        "track_lost",
        "the track of {ids} is lost",
        "recording",
        "recordings",
        sql="SELECT activity_id FROM recording WHERE points > 0 "
        "AND id NOT IN (SELECT recording_id FROM track)",
    ),
    Fault(
        "activity_empty",
        "activities without any recording: {count}; they are shown nowhere",
        "activity",
        "activities",
        "nothing; they do no harm",
        "SELECT id FROM activity WHERE id NOT IN (SELECT activity_id FROM recording)",
        wrong=False,
    ),
    Fault(
        "time_of_activity",
        "{ids} before 1990 or in the future",
        "activity is",
        "activities are",
        "have a look: runlog show {first}",
        "SELECT DISTINCT activity_id FROM recording WHERE start NOT BETWEEN :earliest AND :latest ORDER BY 1",
    ),
    Fault(
        "time_of_entry",
        "{ids} before 1990 or in the future",
        "diary entry is",
        "diary entries are",
        "say when it was: runlog log --edit {first} --at '2026-07-12 20:00'",
        "SELECT id FROM entry WHERE moment NOT BETWEEN :earliest AND :latest ORDER BY id",
    ),
    Fault(
        "plan_lost",
        "runs are lost of {ids}",
        "plan",
        "plans",
        sql="SELECT id FROM plan LEFT JOIN planned_run ON plan_id = id "
        "GROUP BY id HAVING count(plan_id) % 2 OR count(plan_id) = 0",
    ),
)


def check_database(db: sqlite3.Connection, progress: Progress | None = None) -> Iterator[CheckFinding]:
    """Check a whole database; stop after a fundamental fault, since no other check is reliable then.

    A check that a damaged row ends becomes a finding; the others go on.
    """
    fundamental = next(_check_fundamentals(db), None)
    if fundamental is not None:
        yield fundamental
        return
    unreadable = list(decode_checks.check_rows(db))
    yield from unreadable
    has_ended = any(finding.check == decode_checks.UNREADABLE for finding in unreadable)
    for check in _CHECKS:
        try:
            yield from check(db)
        except (*UNDECODABLE, sqlite3.Error) as error:
            if not has_ended:  # a row that cannot be read ends several of them
                yield decode_checks.unreadable(error)
            has_ended = True
    yield from decode_checks.check_tracks(db, progress)
    yield from decode_checks.check_packed(db)


def _select_ids(db: sqlite3.Connection, fault: Fault) -> list[int]:
    limits = {
        "earliest": rows.utc_text(EARLIEST_VALID),
        "latest": rows.utc_text(datetime.now(UTC) + MAX_AHEAD),
    }
    return [row[0] for row in db.execute(fault.sql, limits)]


def _check_fundamentals(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Yield the faults after which no other check is reliable, the gravest first."""
    if found := connection.integrity_errors(db):
        message = f"the database is damaged: {found[0]}"
        yield CheckFinding("integrity", True, len(found), message, RESTORE_ADVICE)
    if not connection.is_runlog_database(db):
        message = "runlog.db is a database, but not one of runlog"
        yield CheckFinding("tables", True, 1, message, "move it away, or choose another folder with --home")
    version, known = connection.read_version(db), len(MIGRATIONS)
    if version > known:
        message = f"a newer runlog has written the database (version {version}, this one knows up to {known})"
        yield CheckFinding("version", True, 1, message, "update runlog")
    elif found := find_schema_differences(db):
        message = f"the tables are not those that runlog makes: {', '.join(found[:_MAX_NAMED])}"
        todo = f"if you or another program made that, undo it there; else {RESTORE_ADVICE}"
        yield CheckFinding("schema", True, len(found), message, todo)
    if version < known:
        message = (
            f"the database is of an older runlog (version {version} of {known}), and was not checked further"
        )
        todo = "any command brings it up to date, such as: runlog runs"
        yield CheckFinding("version", False, 1, message, todo)


def _check_faults(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    for fault in _SELECTED_FAULTS:
        yield from fault.findings(_select_ids(db, fault))


def _check_references(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    yield from _ENTRY_WITHOUT_RUN.findings(_select_ids(db, _ENTRY_WITHOUT_RUN))
    broken = [row["table"] for row in db.execute("PRAGMA foreign_key_check")]
    others = [table for table in broken if table not in {"entry", "shoe", "shoe_rule"}]
    if others:
        tables = ", ".join(sorted(set(others)))
        message = f"{len(others)} rows of {tables} belong to something that is not there"
        yield CheckFinding("reference", True, len(others), message, RESTORE_ADVICE)


def _check_overlaps(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    split = {row[0] for row in db.execute("SELECT id FROM activity WHERE kept_apart")}
    stored = activities.read_activities(db, derived=False)
    timed = ((one.id, one.activity) for one in stored if one.id not in split and not one.activity.day_only)
    pairs = list(_overlapping_pairs(timed))
    if pairs:
        one, other = pairs[0]
        message = f"activities that overlap in time and may be one: {one} and {other} ({len(pairs)} in all)"
        todo = f"if they are one: runlog merge {one} {other}"
        yield CheckFinding("overlap", False, len(pairs), message, todo)


def _overlapping_pairs(activities: Iterable[tuple[int, Activity]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of neighbours by start of which one begins before the other ends."""
    before: tuple[int, datetime] | None = None
    for one_id, one in activities:
        end = one.start + timedelta(seconds=one.duration_s)
        if before is not None and one.start < before[1]:
            yield before[0], one_id
        if before is None or end > before[1]:
            before = (one_id, end)


def drop_caches(path: Path) -> None:
    """Delete the tables of a database that runlog fills again when it needs them, if there is a database.

    Raises:
        StoreError: it cannot be written.
    """
    if not path.exists():
        return
    with translate_errors(path), closing(connection.open_writable(path)) as db, transaction(db):
        for cache in ("derived", "seen"):
            db.execute(f"DELETE FROM {cache}")  # noqa: S608 - our own names


def check_shoes(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Check that names lead to pairs, and rules to pairs that are worn."""
    try:
        pairs, rules = shoes.read_shoes(db), shoes.read_shoe_rules(db)
    except (*UNDECODABLE, sqlite3.Error) as error:
        yield CheckFinding("shoes", True, 1, f"the pairs of shoes cannot be read: {error}", RESTORE_ADVICE)
        return
    pair = shoe_names_by_key(pairs)
    own = {shoe_key(shoe.name) for shoe in pairs if shoe.same_as is None}
    astray = [shoe.name for shoe in pairs if shoe_key(pair[shoe_key(shoe.name)]) not in own]
    if astray:
        message = f"names that are joined to no pair of shoes: {', '.join(map(repr, astray))}"
        todo = f"take them apart: runlog shoes separate {astray[0]!r}"
        yield CheckFinding("shoe_name", True, len(astray), message, todo)
    lost = [stored.id for stored in rules if shoe_key(stored.rule.shoe) not in pair]
    if lost:
        message = f"rules for pairs of shoes that are not there: {', '.join(map(str, lost))}"
        todo = f"remove them: runlog shoes rule remove {lost[0]}"
        yield CheckFinding("shoe_rule", True, len(lost), message, todo)
    retired = {shoe.name for shoe in pairs if shoe.retired is not None}
    idle = [stored.id for stored in rules if pair.get(shoe_key(stored.rule.shoe)) in retired]
    if idle:
        message = f"rules for retired pairs of shoes, of no effect on new runs: {', '.join(map(str, idle))}"
        todo = f"see what removing one would change: runlog shoes rule remove {idle[0]} --dry-run"
        yield CheckFinding("shoe_rule_retired", False, len(idle), message, todo)


_CHECKS: tuple[Callable[[sqlite3.Connection], Iterator[CheckFinding]], ...] = (
    _check_references,
    _check_faults,
    _check_overlaps,
    check_shoes,
)


class ImportStatistics(NamedTuple):
    """Numbers of imported files and recordings; the last of each tuple is the count."""

    formats: list[tuple[str, int]]
    devices: list[tuple[str | None, int]]
    sports: list[tuple[str, str | None, int]]  # and sub-sport
    outcomes: list[tuple[str, str, int]] | None  # and reason; None in a database that does not have it


def import_statistics(db: sqlite3.Connection) -> ImportStatistics:
    """Count the imported files and recordings, for a support report."""
    has_outcomes = db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'seen'").fetchone()
    outcomes = "SELECT outcome, reason, count(*) FROM seen GROUP BY 1, 2 ORDER BY 3 DESC"
    return ImportStatistics(
        db.execute("SELECT format, count(*) FROM file GROUP BY 1 ORDER BY 1").fetchall(),
        db.execute("SELECT device, count(*) FROM recording GROUP BY 1 ORDER BY 1").fetchall(),
        db.execute("SELECT sport, sub_sport, count(*) FROM recording GROUP BY 1, 2 ORDER BY 1, 2").fetchall(),
        db.execute(outcomes).fetchall() if has_outcomes else None,
    )


#: The table that makes a database a backup, and that of a runlog before it had a checksum.
BACKUP_TABLE = (
    "CREATE TABLE backup (made_at TEXT NOT NULL, config BLOB, "
    "sha256 TEXT NOT NULL CHECK (length(sha256) = 64)) STRICT"
)
_OLD_BACKUP_TABLE = "CREATE TABLE backup (made_at TEXT NOT NULL, config BLOB) STRICT"

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|\s+|('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|\w+|.)""", re.DOTALL
)
_STATISTICS = ("sqlite_stat1", "sqlite_stat4")  # by ANALYZE of another program
_MAX_NAME = 60


class _Part(NamedTuple):
    """A table, index, trigger or view."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name[:_MAX_NAME]!r}"


def find_schema_differences(db: sqlite3.Connection) -> list[str]:
    """Return how the tables differ from those that the migrations make for the version of a database.

    Comments and white space do not count, nor does the table of a backup.
    """
    version = read_version(db)
    if not 0 < version <= len(MIGRATIONS):
        return [f"no runlog up to this one has a version {version} of the tables"]
    expected, found = _expected_schema(MIGRATIONS[:version]), _read_schema(db)
    return [
        *(f"{part} is missing" for part in sorted(expected.keys() - found.keys())),
        *(f"{part} does not belong there" for part in sorted(found.keys() - expected.keys())),
        *(
            f"{part} is another"
            for part in sorted(expected)
            if found.get(part, expected[part]) != expected[part]
        ),
    ]


@lru_cache(maxsize=4)
def _expected_schema(steps: tuple[tuple[str, ...], ...]) -> Mapping[_Part, object]:
    with closing(connect(":memory:")) as db:
        for statement in chain.from_iterable(steps):
            db.execute(statement)
        return _read_schema(db)


def _read_schema(db: sqlite3.Connection) -> dict[_Part, object]:
    """Return the table and the words of each part of a schema."""
    parts: dict[_Part, object] = {
        _Part(str(row[0]), str(row[1])): (row[2], _tokens(row[3] or ""))
        for row in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema")
    }
    for name in _STATISTICS:
        parts.pop(_Part("table", name), None)
    backup = _Part("table", "backup")
    if parts.get(backup) in [("backup", _tokens(sql)) for sql in (BACKUP_TABLE, _OLD_BACKUP_TABLE)]:
        del parts[backup]
    return parts


def _tokens(sql: str) -> list[str]:
    return [token for token in _TOKEN.findall(sql) if token]
