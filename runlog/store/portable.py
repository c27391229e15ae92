"""Read everything from the store for an export, and take an export back in.

What is already stored stays as it is; what is missing is added as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.i18n import say
from runlog.model import Kind, shoe_key, shoe_names_by_key
from runlog.records import ExportedActivity, ExportedJournal, ExportedRecording, ImportedFile, RecordingKey
from runlog.store import activities, alerts, diary, files, grouping, recordings, routes, rows, shoes, trials
from runlog.store.diary import EntryCounts
from runlog.store.recordings import FilePosition, ImportCounts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from runlog.model import Shoe, ShoeRule
    from runlog.store.tracks import PackedTrack

_MAX_GAP = timedelta(days=2)  # farther apart no two recordings are taken for one
_ORIGIN_COLUMNS = "file.sha256, recording.position, recording.external"


def list_activity_ids(db: sqlite3.Connection) -> list[int]:
    """Return the ids of all activities."""
    return [row[0] for row in db.execute("SELECT DISTINCT activity_id FROM recording ORDER BY activity_id")]


def export_activity(db: sqlite3.Connection, activity_id: int) -> ExportedActivity:
    """Return one activity with its recordings and their tracks, in the order in which they were imported."""
    found = db.execute(
        "SELECT recording.*, file.path, file.sha256, file.format, file.is_diary, file.imported_at "
        "FROM recording JOIN file ON file.id = recording.file_id WHERE activity_id = ? ORDER BY recording.id",
        (activity_id,),
    ).fetchall()
    recordings = tuple(
        ExportedRecording(
            file=rows.from_row(ImportedFile, row),
            position=row["position"],
            activity=rows.recording_from_row(row).activity,
            track=activities.read_recording_track(db, row["id"]),
        )
        for row in found
    )
    own = db.execute("SELECT * FROM activity WHERE id = ?", (activity_id,)).fetchone()
    apart = _other_recordings_nearby(db, activity_id, [one.activity.start for one in recordings])
    sport = rows.given_sport(own)
    return rows.from_row(ExportedActivity, own, apart=apart, recordings=recordings, given_sport=sport)


def _other_recordings_nearby(
    db: sqlite3.Connection, activity_id: int, starts: list[datetime]
) -> tuple[RecordingKey, ...]:
    """Return the recordings of other activities that an import might take for this one."""
    around = (rows.utc_text(min(starts) - _MAX_GAP), rows.utc_text(max(starts) + _MAX_GAP))
    found = db.execute(
        f"SELECT {_ORIGIN_COLUMNS} FROM recording JOIN file ON file.id = recording.file_id "  # noqa: S608 - our own names
        "WHERE start BETWEEN ? AND ? AND activity_id <> ? ORDER BY file.sha256, position",
        (*around, activity_id),
    )
    return tuple(RecordingKey(*row) for row in found)


def export_journal(db: sqlite3.Connection) -> ExportedJournal:
    """Return everything that is no activity, and which recordings are which activity."""
    origins = db.execute(
        f"SELECT activity_id, {_ORIGIN_COLUMNS} FROM recording "  # noqa: S608 - our own names
        "JOIN file ON file.id = recording.file_id ORDER BY activity_id, recording.id"
    )
    without = db.execute("SELECT * FROM file WHERE id NOT IN (SELECT file_id FROM recording) ORDER BY sha256")
    versions = db.execute(
        "SELECT diary.path, sha256 FROM diary JOIN file ON file.id = diary.file_id ORDER BY diary.path"
    )
    return ExportedJournal(
        activities={
            activity_id: tuple(RecordingKey(*row[1:]) for row in of_one)
            for activity_id, of_one in groupby(origins, key=lambda row: int(row["activity_id"]))
        },
        entries=tuple(diary.read_entries(db)),
        shoes=tuple(shoes.read_shoes(db)),
        shoe_rules=tuple(stored.rule for stored in shoes.read_shoe_rules(db)),
        routes=routes.read_routes(db),
        on_route=routes.read_assignments(db),
        files=tuple(rows.from_row(ImportedFile, row) for row in without),
        versions={row["path"]: row["sha256"] for row in versions},
        alerts=tuple(alerts.read_alerts(db)),
        plans=tuple(trials.read_trials(db)),
        nights=tuple(diary.read_nights(db)),
    )


def import_exported(
    db: sqlite3.Connection,
    exported: ExportedActivity | ExportedJournal,
    streams: Sequence[PackedTrack | None],
) -> ImportCounts:
    """Import one file of an export; within one transaction. See `import_activity` and `import_journal`."""
    if isinstance(exported, ExportedActivity):
        return import_activity(db, exported, streams)
    return import_journal(db, exported)


def import_activity(
    db: sqlite3.Connection, exported: ExportedActivity, streams: Sequence[PackedTrack | None]
) -> ImportCounts:
    """Import one activity of an export.

    Recordings that are stored already are left where they are, the missing ones join them. With none of
    them stored, the activity joins one that it is a recording of, as any file does, but never one
    that the export lists as another activity. Otherwise it becomes a new one, with its own id
    where that is free. ``streams`` has the packed track of each recording, None where it has none.
    """
    counts = ImportCounts()
    keys = [RecordingKey(one.file.sha256, one.position, one.activity.external) for one in exported.recordings]
    existing = [_find_recording(db, key) for key in keys]
    target = next((found[1] for found in existing if found), None)
    if target is None:
        target = _merge_into_existing(db, exported, streams, counts)
    if target is None:
        by_hand = {name: getattr(exported, name) for name in ("kept_apart", "merged_by_hand", "is_deleted")}
        target = rows.insert_with_id(db, "activity", by_hand, exported.id)
        if not exported.is_deleted:
            counts.add_activity(target, is_run=_is_run(exported))
    for found, one, stream in zip(existing, exported.recordings, streams, strict=True):
        position = FilePosition(files.ensure_file(db, one.file), one.position)
        if found is None:
            recordings.insert_recording(db, one.activity, stream, target, position)
    if None in existing and any(existing):
        counts.extended.append(target)
    if _is_run(exported) and not exported.is_deleted:
        counts.runs = (target,)
    counts.updated += _fill_given(db, target, exported)
    return counts


def _is_run(exported: ExportedActivity) -> bool:
    if exported.given_sport is not None:
        return exported.given_sport.kind is Kind.RUN
    return any(one.activity.kind is Kind.RUN for one in exported.recordings)


def _find_recording(db: sqlite3.Connection, origin: RecordingKey) -> tuple[int, int] | None:
    """Return the ids of a recording and its activity; None where it is not stored."""
    row = db.execute(
        "SELECT id, activity_id FROM recording WHERE file_id = (SELECT id FROM file WHERE sha256 = ?) "
        "AND position = ?",
        (origin.sha256, origin.position),
    ).fetchone()
    if row is None and origin.external is not None:
        row = db.execute(
            "SELECT id, activity_id FROM recording WHERE external = ?", (origin.external,)
        ).fetchone()
    return (row["id"], row["activity_id"]) if row else None


def _merge_into_existing(
    db: sqlite3.Connection,
    exported: ExportedActivity,
    streams: Sequence[PackedTrack | None],
    counts: ImportCounts,
) -> int | None:
    """Merge the activity into a stored one that is the same, and return its id; None where there is none."""
    apart = {found[0] for key in exported.apart if (found := _find_recording(db, key))}
    new = [
        recordings.unstored_recording(db, one.activity, stream, files.ensure_file(db, one.file))
        for one, stream in zip(exported.recordings, streams, strict=True)
    ]
    same = [
        duplicate
        for one, stream in zip(new, streams, strict=True)
        for duplicate in grouping.find_same(db, one, stream)
        if duplicate.id not in apart
    ]
    merged = grouping.mergeable(db, new, (duplicate.activity_id for duplicate in same))
    if not merged:
        return None
    counts.duplicates.append([duplicate for duplicate in same if duplicate.activity_id in merged])
    return grouping.merge_activities(db, merged)


def _fill_given(db: sqlite3.Connection, activity_id: int, exported: ExportedActivity) -> bool:
    """Take over what the runner said of an activity, unless something is said here; return whether it was."""
    own = db.execute("SELECT * FROM activity WHERE id = ?", (activity_id,)).fetchone()
    said = {"worn": exported.worn, "given_name": exported.given_name}
    new: dict[str, str | None] = {
        name: value for name, value in said.items() if value is not None and own[name] is None
    }
    if exported.given_sport is not None and own["given_sport"] is None:
        new |= rows.given_sport_row(exported.given_sport)
    if any(new.values()):
        rows.update(db, "activity", new | {"id": activity_id})
    return any(new.values())


def import_journal(db: sqlite3.Connection, exported: ExportedJournal) -> ImportCounts:
    """Import the journal of an export, once its activities are stored."""
    counts = ImportCounts()
    run_of = {one: _find_activity(db, keys) for one, keys in exported.activities.items()}
    missing = sum(found is None for found in run_of.values())
    if missing:
        counts.problems.append(
            say(
                "{missing} of the {of_all} activities of this export are not there; import its whole "
                "folder, or if files are missing from it, export again",
                missing=missing,
                of_all=len(run_of),
            )
        )
    results = []
    for stored in exported.entries:
        run = None if stored.entry.run is None else run_of.get(stored.entry.run)
        try:
            results.append(diary.import_entry(db, replace(stored, entry=replace(stored.entry, run=run))))
        except BadInput as error:
            counts.problems.append(
                say(
                    "an entry of {moment:%Y-%m-%d %H:%M} UTC: {error}",
                    moment=stored.entry.moment,
                    error=error,
                )
            )
    counts.entries = EntryCounts(results.count(diary.ADDED), results.count(diary.UPDATED))
    for file in exported.files:
        files.ensure_file(db, file)
    db.executemany(
        "INSERT INTO diary SELECT ?, id FROM file WHERE sha256 = ? ON CONFLICT (path) DO NOTHING",
        exported.versions.items(),
    )
    alerts.import_alerts(db, exported.alerts)
    trials.import_trials(db, exported.plans)
    diary.save_nights(db, exported.nights)
    on_route = {run: on for one, on in exported.on_route.items() if (run := run_of.get(one)) is not None}
    routes.import_routes(db, exported.routes, on_route)
    pairs = _import_shoes(db, exported.shoes)
    rules = list(_import_shoe_rules(db, exported.shoe_rules, counts.problems))
    counts.shoes_added = pairs.count(shoes.ADDED)
    counts.shoes_completed = [*pairs, *rules].count(shoes.COMPLETED)
    return counts


def _import_shoe_rules(
    db: sqlite3.Connection, rules: Iterable[ShoeRule], problems: list[str]
) -> Iterator[str | None]:
    for rule in rules:
        try:
            yield shoes.COMPLETED if shoes.import_shoe_rule(db, rule) else None
        except (BadInput, NotFound) as error:
            problems.append(say("a rule for {shoe!r}: {error}", shoe=rule.shoe, error=error))


def _find_activity(db: sqlite3.Connection, origins: Iterable[RecordingKey]) -> int | None:
    return next((found[1] for origin in origins if (found := _find_recording(db, origin))), None)


def _import_shoes(db: sqlite3.Connection, exported: Iterable[Shoe]) -> list[str | None]:
    """Import the pairs of an export: unchanged where there are none yet, else like those of any list."""
    pairs = {shoe_key(shoe.name): shoe for shoe in exported}
    is_first = not db.execute("SELECT 1 FROM shoe").fetchone()
    results: list[str | None] = []
    for key, shoe in pairs.items():
        bare = replace(shoe, same_as=None)
        if is_first:
            shoes.insert_shoe(db, bare)
        results.append(shoes.ADDED if is_first else shoes.add_or_complete(db, bare))
        if results[-1] != shoes.ADDED:
            pairs[key] = bare  # what it is called here is the runner's word
    known = shoe_names_by_key(shoes.read_shoes(db))
    db.executemany(
        "UPDATE shoe SET same_as = ? WHERE name = ?",
        [(known.get(shoe_key(shoe.same_as)), shoe.name) for shoe in pairs.values() if shoe.same_as],
    )
    return results
