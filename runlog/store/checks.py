"""Check a database for faults, and say what to do about each."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from runlog.localtime import EARLIEST_VALID, MAX_AHEAD
from runlog.model import shoe_key, shoe_names_by_key
from runlog.store import activities, alerts, connection, rows, shoes
from runlog.store.connection import transaction, translate_errors
from runlog.store.schema import MIGRATIONS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from runlog.model import Activity, Shoe, StoredShoeRule

RESTORE_ADVICE = (
    "copy the home to a safe place first; then put back your last backup: runlog restore FILE. "
    "Without one, move runlog.db away and import your files again"
)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """Something that a check has found.

    Attributes:
        check: its name, the same in every home.
        wrong: whether it has to be mended; else it is only good to know.
        count: of how many things it is so.
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
_CHECKED_ELSEWHERE = {"entry", "shoe", "shoe_rule"}


def check_database(db: sqlite3.Connection, progress: Progress | None = None) -> Iterator[CheckFinding]:
    """Check a whole database; what is fundamental ends it, since nothing after that can be relied on."""
    for fundamental in (_check_integrity, _check_tables, _check_version):
        found = fundamental(db)
        if found is not None:
            yield found
            return
    for check in (
        _check_references,
        _check_recordings,
        _check_activities,
        _check_times,
        _check_overlaps,
        check_shoes,
    ):
        yield from check(db)
    yield from _check_tracks(db, progress)
    yield from _check_alerts(db)
    yield from _check_trials(db)
    yield from _check_derived(db)
    yield from _check_routes(db)


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
    told = "runlog.db is a database, but not one of runlog"
    return CheckFinding("tables", True, 1, told, "move it away, or choose another folder with --home")


def _check_version(db: sqlite3.Connection) -> CheckFinding | None:
    version, known = int(db.execute("PRAGMA user_version").fetchone()[0]), len(MIGRATIONS)
    if version > known:
        told = f"a newer runlog has written the database (version {version}, this one knows up to {known})"
        return CheckFinding("version", True, 1, told, "update runlog")
    if version < known:
        told = (
            f"the database is of an older runlog (version {version} of {known}), and was not checked further"
        )
        return CheckFinding(
            "version", False, 1, told, "any command brings it up to date, such as: runlog runs"
        )
    return None


def _check_references(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    entries = [row["rowid"] for row in broken if row["table"] == "entry"]
    if entries:
        yield CheckFinding(
            "entry_without_run",
            True,
            len(entries),
            _count_text(entries, "diary entry names a run", "diary entries name runs")
            + " that are not there",
            f"name another run: runlog log --edit {entries[0]} --run ID",
        )
    others = [row["table"] for row in broken if row["table"] not in _CHECKED_ELSEWHERE]
    if others:
        tables = ", ".join(sorted(set(others)))
        told = f"{len(others)} rows of {tables} belong to something that is not there"
        yield CheckFinding("reference", True, len(others), told, RESTORE_ADVICE)


def _check_recordings(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    lost = db.execute(
        "SELECT activity_id FROM recording WHERE points > 0 AND id NOT IN (SELECT recording_id FROM track)"
    ).fetchall()
    if lost:
        told = f"the track of {_count_text([row[0] for row in lost], 'recording', 'recordings')} is lost"
        yield CheckFinding("track_lost", True, len(lost), told, RESTORE_ADVICE)


def _check_activities(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    empty = db.execute(
        "SELECT count(*) FROM activity WHERE id NOT IN (SELECT activity_id FROM recording)"
    ).fetchone()[0]
    if empty:
        told = f"activities without any recording: {empty}; they are shown nowhere"
        yield CheckFinding("activity_empty", False, empty, told, "nothing; they do no harm")


def _check_times(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    limits = (rows.utc_text(EARLIEST_VALID), rows.utc_text(datetime.now(UTC) + MAX_AHEAD))
    runs = [
        row[0]
        for row in db.execute(
            "SELECT DISTINCT activity_id FROM recording WHERE start NOT BETWEEN ? AND ? ORDER BY 1", limits
        )
    ]
    if runs:
        told = f"{_count_text(runs, 'activity is', 'activities are')} before 1990 or in the future"
        yield CheckFinding("time_of_activity", True, len(runs), told, f"have a look: runlog show {runs[0]}")
    entries = [
        row[0]
        for row in db.execute("SELECT id FROM entry WHERE moment NOT BETWEEN ? AND ? ORDER BY id", limits)
    ]
    if entries:
        told = f"{_count_text(entries, 'diary entry is', 'diary entries are')} before 1990 or in the future"
        todo = f"say when it was: runlog log --edit {entries[0]} --at '2026-07-12 20:00'"
        yield CheckFinding("time_of_entry", True, len(entries), told, todo)


def _check_overlaps(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    split = {row[0] for row in db.execute("SELECT id FROM activity WHERE kept_apart")}
    kept = activities.read_activities(db, derived=False)
    timed = ((one.id, one.activity) for one in kept if one.id not in split and not one.activity.day_only)
    pairs = list(_overlapping_pairs(timed))
    if pairs:
        one, other = pairs[0]
        told = f"activities that overlap in time and may be one: {one} and {other} ({len(pairs)} in all)"
        yield CheckFinding("overlap", False, len(pairs), told, f"if they are one: runlog merge {one} {other}")


def _overlapping_pairs(activities: Iterable[tuple[int, Activity]]) -> Iterator[tuple[int, int]]:
    """The pairs of neighbours, in the order of their starts, of which one begins before the other ends."""
    before: tuple[int, datetime] | None = None
    for one_id, one in activities:
        end = one.start + timedelta(seconds=one.duration_s)
        if before is not None and one.start < before[1]:
            yield before[0], one_id
        if before is None or end > before[1]:
            before = (one_id, end)


def _check_tracks(db: sqlite3.Connection, progress: Progress | None) -> Iterator[CheckFinding]:
    ids = db.execute(
        "SELECT recording.id, activity_id FROM recording JOIN track ON recording_id = recording.id ORDER BY 1"
    ).fetchall()
    broken = []
    for done, (recording_id, activity_id) in enumerate(ids, 1):
        if not _is_valid_track(db, recording_id):
            broken.append(activity_id)
        if progress is not None:
            progress(done, len(ids), f"run {activity_id}")
    if broken:
        told = f"the track of {_count_text(broken, 'activity', 'activities')} cannot be read"
        yield CheckFinding("track", True, len(broken), told, RESTORE_ADVICE)


def _is_valid_track(db: sqlite3.Connection, recording_id: int) -> bool:
    import numpy as np

    try:
        track = activities.read_recording_track(db, recording_id)
        clock = track["time_s"] if track else None
    except (ValueError, TypeError, KeyError):
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


def _check_trials(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    broken = [
        row[0]
        for row in db.execute(
            "SELECT id FROM plan LEFT JOIN planned_run ON plan_id = id "
            "GROUP BY id HAVING count(plan_id) % 2 OR count(plan_id) = 0"
        )
    ]
    if broken:
        told = f"runs are lost of {_count_text(broken, 'plan', 'plans')}"
        yield CheckFinding("plan_lost", True, len(broken), told, RESTORE_ADVICE)


def _check_derived(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    from runlog.store import tracks

    broken = 0
    for row in db.execute("SELECT shape, digest FROM derived"):
        try:
            tracks.decode_digest(row["digest"])
            if row["shape"] is not None:
                tracks.decode_shape(row["shape"])
        except (ValueError, TypeError, KeyError):
            broken += 1
    if broken:
        told = f"what is derived of {broken} tracks cannot be read"
        yield CheckFinding("derived", True, broken, told, "make them anew: runlog doctor --repair")


def _check_routes(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    from runlog.store import tracks

    broken = []
    for row in db.execute("SELECT id, shape FROM route ORDER BY id"):
        try:
            tracks.decode_shape(row["shape"])
        except (ValueError, TypeError, KeyError):
            broken.append(row["id"])
    if broken:
        told = f"the way of {_count_text(broken, 'route', 'routes')} cannot be read"
        yield CheckFinding("route", True, len(broken), told, RESTORE_ADVICE)


def _count_text(ids: list[int], one: str, many: str) -> str:
    named = ", ".join(map(str, ids[:_MAX_NAMED])) + (", …" if len(ids) > _MAX_NAMED else "")
    return f"{len(ids)} {one if len(ids) == 1 else many} ({named})"


def drop_caches(path: Path) -> None:
    """Take out of a database what runlog makes anew when it needs it.

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
        told = f"names that are joined to no pair of shoes: {', '.join(map(repr, lost))}"
        yield CheckFinding(
            "shoe_name", True, len(lost), told, f"take them apart: runlog shoes separate {lost[0]!r}"
        )


def _check_shoe_rules(rules: Iterable[StoredShoeRule], pairs: Iterable[Shoe]) -> Iterator[CheckFinding]:
    pair = shoe_names_by_key(pairs)
    retired = {shoe.name for shoe in pairs if shoe.retired is not None}
    lost = [kept.id for kept in rules if shoe_key(kept.rule.shoe) not in pair]
    if lost:
        told = f"rules for pairs of shoes that are not there: {', '.join(map(str, lost))}"
        yield CheckFinding(
            "shoe_rule", True, len(lost), told, f"remove them: runlog shoes rule remove {lost[0]}"
        )
    idle = [kept.id for kept in rules if pair.get(shoe_key(kept.rule.shoe)) in retired]
    if idle:
        told = f"rules for retired pairs of shoes, of no effect on new runs: {', '.join(map(str, idle))}"
        todo = f"see what removing one would change: runlog shoes rule remove {idle[0]} --dry-run"
        yield CheckFinding("shoe_rule_retired", False, len(idle), told, todo)
