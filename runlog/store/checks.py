"""Check a database for faults, and say what to do about each."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.localtime import EARLIEST_VALID, MAX_AHEAD
from runlog.model import shoe_key, shoe_names_by_key
from runlog.store import activities, alerts, connection, rows, shoes
from runlog.store.connection import transaction, translate_errors
from runlog.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from runlog.model import Activity, Shoe
    from runlog.records import StoredShoeRule

RESTORE_ADVICE = (
    "copy the home to a safe place first; then put back your last backup: runlog restore FILE. "
    "Without one, move runlog.db away and import your files again"
)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """The result of a check.

    Attributes:
        check: its name, the same in every home.
        wrong: True for a fault that has to be mended, False for a note.
        count: how many things it applies to.
        message: what it is.
        todo: what to do, with the command where there is one.
    """

    check: str
    wrong: bool
    count: int
    message: str
    todo: str


if TYPE_CHECKING:
    Progress = Callable[[int, int, str], None]

_MAX_NAMED = 5
_UNDECODABLE = (ValueError, TypeError, KeyError)


class _Fault(NamedTuple):
    """A fault that a list of ids can have, and the words for it.

    Attributes:
        check: its name.
        message: what is wrong, with the ``{ids}`` counted and named.
        one: what an id is of.
        many: the same of several.
        todo: what to do, with the ``{first}`` id.
        sql: selects the ids; ``:earliest`` and ``:latest`` are the limits of valid times.
        wrong: whether it has to be mended.
    """

    check: str
    message: str
    one: str
    many: str
    todo: str = RESTORE_ADVICE
    sql: str = ""
    wrong: bool = True

    def findings(self, ids: Sequence[int]) -> Iterator[CheckFinding]:
        """Yield a finding, unless there are no ids."""
        if ids:
            named = ", ".join(map(str, ids[:_MAX_NAMED])) + (", …" if len(ids) > _MAX_NAMED else "")
            counted = f"{len(ids)} {self.one if len(ids) == 1 else self.many} ({named})"
            message = self.message.format(ids=counted, count=len(ids))
            yield CheckFinding(self.check, self.wrong, len(ids), message, self.todo.format(first=ids[0]))


_ENTRY_WITHOUT_RUN = _Fault(
    "entry_without_run",
    "{ids} that are not there",
    "diary entry names a run",
    "diary entries name runs",
    "name another run: runlog log --edit {first} --run ID",
    "SELECT rowid FROM pragma_foreign_key_check WHERE \"table\" = 'entry'",
)
_SELECTED_FAULTS = (
    _Fault(
        "track_lost",
        "the track of {ids} is lost",
        "recording",
        "recordings",
        sql="SELECT activity_id FROM recording WHERE points > 0 "
        "AND id NOT IN (SELECT recording_id FROM track)",
    ),
    _Fault(
        "activity_empty",
        "activities without any recording: {count}; they are shown nowhere",
        "activity",
        "activities",
        "nothing; they do no harm",
        "SELECT id FROM activity WHERE id NOT IN (SELECT activity_id FROM recording)",
        wrong=False,
    ),
    _Fault(
        "time_of_activity",
        "{ids} before 1990 or in the future",
        "activity is",
        "activities are",
        "have a look: runlog show {first}",
        "SELECT DISTINCT activity_id FROM recording WHERE start NOT BETWEEN :earliest AND :latest ORDER BY 1",
    ),
    _Fault(
        "time_of_entry",
        "{ids} before 1990 or in the future",
        "diary entry is",
        "diary entries are",
        "say when it was: runlog log --edit {first} --at '2026-07-12 20:00'",
        "SELECT id FROM entry WHERE moment NOT BETWEEN :earliest AND :latest ORDER BY id",
    ),
)
_TRACK = _Fault("track", "the track of {ids} cannot be read", "activity", "activities")
_PLAN_LOST = _Fault(
    "plan_lost",
    "runs are lost of {ids}",
    "plan",
    "plans",
    sql="SELECT id FROM plan LEFT JOIN planned_run ON plan_id = id "
    "GROUP BY id HAVING count(plan_id) % 2 OR count(plan_id) = 0",
)
_DERIVED = _Fault(
    "derived",
    "what is derived of {count} tracks cannot be read",
    "track",
    "tracks",
    "make them anew: runlog doctor --repair",
)
_ROUTE = _Fault("route", "the way of {ids} cannot be read", "route", "routes")


def check_database(db: sqlite3.Connection, progress: Progress | None = None) -> Iterator[CheckFinding]:
    """Check a whole database; stop after a fundamental fault, since no other check is reliable then."""
    for fundamental in (_check_integrity, _check_tables, _check_version):
        found = fundamental(db)
        if found is not None:
            yield found
            return
    yield from _check_references(db)
    for fault in _SELECTED_FAULTS:
        yield from fault.findings(_select_ids(db, fault))
    yield from _check_overlaps(db)
    yield from check_shoes(db)
    yield from _TRACK.findings(_unreadable_tracks(db, progress))
    yield from _check_alerts(db)
    yield from _PLAN_LOST.findings(_select_ids(db, _PLAN_LOST))
    yield from _check_packed(db)


def _select_ids(db: sqlite3.Connection, fault: _Fault) -> list[int]:
    limits = {
        "earliest": rows.utc_text(EARLIEST_VALID),
        "latest": rows.utc_text(datetime.now(UTC) + MAX_AHEAD),
    }
    return [row[0] for row in db.execute(fault.sql, limits)]


def _check_integrity(db: sqlite3.Connection) -> CheckFinding | None:
    found = connection.integrity_errors(db)
    return (
        CheckFinding("integrity", True, len(found), f"the database is damaged: {found[0]}", RESTORE_ADVICE)
        if found
        else None
    )


def _check_tables(db: sqlite3.Connection) -> CheckFinding | None:
    if connection.is_runlog_database(db):
        return None
    message = "runlog.db is a database, but not one of runlog"
    return CheckFinding("tables", True, 1, message, "move it away, or choose another folder with --home")


def _check_version(db: sqlite3.Connection) -> CheckFinding | None:
    version, known = int(db.execute("PRAGMA user_version").fetchone()[0]), len(MIGRATIONS)
    if version > known:
        message = f"a newer runlog has written the database (version {version}, this one knows up to {known})"
        return CheckFinding("version", True, 1, message, "update runlog")
    if version < known:
        message = (
            f"the database is of an older runlog (version {version} of {known}), and was not checked further"
        )
        return CheckFinding(
            "version", False, 1, message, "any command brings it up to date, such as: runlog runs"
        )
    return None


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
        yield CheckFinding(
            "overlap", False, len(pairs), message, f"if they are one: runlog merge {one} {other}"
        )


def _overlapping_pairs(activities: Iterable[tuple[int, Activity]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of neighbours by start of which one begins before the other ends."""
    before: tuple[int, datetime] | None = None
    for one_id, one in activities:
        end = one.start + timedelta(seconds=one.duration_s)
        if before is not None and one.start < before[1]:
            yield before[0], one_id
        if before is None or end > before[1]:
            before = (one_id, end)


def _unreadable_tracks(db: sqlite3.Connection, progress: Progress | None) -> list[int]:
    """Return the ids of the activities with a recording whose track cannot be read."""
    ids = db.execute(
        "SELECT recording.id, activity_id FROM recording JOIN track ON recording_id = recording.id ORDER BY 1"
    ).fetchall()
    broken = []
    for done, (recording_id, activity_id) in enumerate(ids, 1):
        if not _is_valid_track(db, recording_id):
            broken.append(activity_id)
        if progress is not None:
            progress(done, len(ids), f"run {activity_id}")
    return broken


def _is_valid_track(db: sqlite3.Connection, recording_id: int) -> bool:
    import numpy as np

    try:
        track = activities.read_recording_track(db, recording_id)
        clock = track["time_s"] if track else None
    except _UNDECODABLE:
        return False
    if track is None or clock is None:
        return False
    same_length = {len(column) for column in track.columns.values()} == {len(clock)}
    return (
        same_length and "segment" in track and bool(np.isfinite(clock).all() and (np.diff(clock) >= 0).all())
    )


def _check_alerts(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    try:
        alerts.read_alerts(db)
    except (ValueError, TypeError) as error:
        yield CheckFinding(
            "alert", True, 1, f"what is known of the alerts cannot be read: {error}", RESTORE_ADVICE
        )


def _check_packed(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Check that what is derived of tracks, and the shapes of routes, can be unpacked."""
    from runlog.store import tracks

    derived = db.execute("SELECT recording_id, digest, shape FROM derived").fetchall()
    broken = {row[0] for row in derived if not _is_decodable(tracks.decode_digest, row["digest"])}
    broken |= {row[0] for row in derived if not _is_decodable(tracks.decode_shape, row["shape"])}
    yield from _DERIVED.findings(sorted(broken))
    shapes = db.execute("SELECT id, shape FROM route ORDER BY id")
    yield from _ROUTE.findings([row[0] for row in shapes if not _is_decodable(tracks.decode_shape, row[1])])


def _is_decodable(decode: Callable[[Any], object], packed: object) -> bool:
    try:
        if packed is not None:
            decode(packed)
    except _UNDECODABLE:
        return False
    return True


def drop_caches(path: Path) -> None:
    """Delete the tables of a database that runlog fills again when it needs them.

    Raises:
        StoreError: it cannot be written.
    """
    with translate_errors(path), closing(connection.open_writable(path)) as db, transaction(db):
        for cache in ("derived", "seen"):
            db.execute(f"DELETE FROM {cache}")  # noqa: S608 - our own names


def check_shoes(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Check that names lead to pairs, and rules to pairs that are worn."""
    try:
        pairs, rules = shoes.read_shoes(db), shoes.read_shoe_rules(db)
    except (ValueError, TypeError) as error:
        yield CheckFinding("shoes", True, 1, f"the pairs of shoes cannot be read: {error}", RESTORE_ADVICE)
        return
    yield from _check_shoe_names(pairs)
    yield from _check_shoe_rules(rules, pairs)


def _check_shoe_names(pairs: Iterable[Shoe]) -> Iterator[CheckFinding]:
    own = {shoe_key(shoe.name) for shoe in pairs if shoe.same_as is None}
    lost = [shoe.name for shoe in pairs if shoe_key(shoe_names_by_key(pairs)[shoe_key(shoe.name)]) not in own]
    if lost:
        message = f"names that are joined to no pair of shoes: {', '.join(map(repr, lost))}"
        yield CheckFinding(
            "shoe_name", True, len(lost), message, f"take them apart: runlog shoes separate {lost[0]!r}"
        )


def _check_shoe_rules(rules: Iterable[StoredShoeRule], pairs: Iterable[Shoe]) -> Iterator[CheckFinding]:
    pair = shoe_names_by_key(pairs)
    retired = {shoe.name for shoe in pairs if shoe.retired is not None}
    lost = [stored.id for stored in rules if shoe_key(stored.rule.shoe) not in pair]
    if lost:
        message = f"rules for pairs of shoes that are not there: {', '.join(map(str, lost))}"
        yield CheckFinding(
            "shoe_rule", True, len(lost), message, f"remove them: runlog shoes rule remove {lost[0]}"
        )
    idle = [stored.id for stored in rules if pair.get(shoe_key(stored.rule.shoe)) in retired]
    if idle:
        message = f"rules for retired pairs of shoes, of no effect on new runs: {', '.join(map(str, idle))}"
        todo = f"see what removing one would change: runlog shoes rule remove {idle[0]} --dry-run"
        yield CheckFinding("shoe_rule_retired", False, len(idle), message, todo)


class ImportStatistics(NamedTuple):
    """Numbers of imported files and recordings; the last of each tuple is the count.

    Attributes:
        formats: files by format.
        devices: recordings by device, which may be None.
        sports: recordings by sport and sub-sport, which may be None.
        outcomes: files by outcome and reason of their last import; None in a database that does not have it.
    """

    formats: list[tuple[str, int]]
    devices: list[tuple[str | None, int]]
    sports: list[tuple[str, str | None, int]]
    outcomes: list[tuple[str, str, int]] | None


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
