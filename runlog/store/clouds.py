"""Remember what was fetched from services, and store what they say about activities and soreness."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from runlog.localtime import local_day
from runlog.records import FetchedActivity, ImportedFile, ServiceState
from runlog.store import activities, diary, files, grouping, recordings, rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from datetime import tzinfo

    from runlog.model import Activity, Entry
    from runlog.records import Night
    from runlog.store.diary import EntryCounts
    from runlog.store.recordings import ImportCounts


def read_services(db: sqlite3.Connection) -> list[ServiceState]:
    """Return the state of every service that was ever asked or given a key, by name."""
    return [rows.from_row(ServiceState, row) for row in db.execute("SELECT * FROM service ORDER BY name")]


def update_service(db: sqlite3.Connection, name: str, /, **values: date | datetime | None) -> None:
    """Change some of what is remembered of a service."""
    columns = {key: rows.to_column(value) for key, value in values.items()}
    db.execute("INSERT OR IGNORE INTO service (name) VALUES (?)", (name,))
    rows.update(db, "service", {"name": name, **columns}, key="name")


def read_fetched(db: sqlite3.Connection, service: str) -> dict[str, FetchedActivity]:
    """Return what became of each activity of a service, by the service's own id."""
    found = db.execute("SELECT * FROM fetched WHERE service = ?", (service,))
    return {row["external"]: rows.from_row(FetchedActivity, row) for row in found}


def save_fetched(db: sqlite3.Connection, service: str, fetched: FetchedActivity) -> None:
    """Note what became of an activity, in the place of what was noted before."""
    rows.insert(db, "fetched", {"service": service, **rows.to_row(fetched)}, replace=True)


def settle_activity(  # noqa: PLR0917 - one transaction
    db: sqlite3.Connection,
    service: str,
    fetched: FetchedActivity,
    row: Activity | None,
    path: str,
    kept_files: Collection[int],
) -> tuple[ImportCounts | None, bool]:
    """Store what a service's list says about an activity, if that is enough for a row, and what became of it.

    Path and files are those of ``drop_superseded``.

    Returns:
        What the row changed, None without one; and whether an earlier version of the file was dropped.
    """
    was_superseded = drop_superseded(db, path, kept_files)
    counts = None if row is None else add_row(db, row, kept_files)
    save_fetched(db, service, fetched)
    return counts, was_superseded


def settle_days(  # noqa: PLR0917 - one transaction
    db: sqlite3.Connection,
    service: str,
    source: str,
    nights: Iterable[Night],
    ratings: Iterable[Entry],
    until: date,
    zone: tzinfo,
) -> tuple[int, EntryCounts]:
    """Store nights and ratings of some days, and note up to which day they are known.

    Returns:
        How many nights are new or changed, and what became of the ratings.
    """
    changed = diary.save_nights(db, nights)
    counts = update_ratings(db, source, ratings, zone)
    update_service(db, service, nights_until=until)
    return changed, counts


def add_row(db: sqlite3.Connection, activity: Activity, own_files: Collection[int]) -> ImportCounts | None:
    """Store what a service's list says about one activity, in the place of what it said before.

    What the list does not say stays as it is, such as a shoe that only the account's archive names. The
    activity has the external id that the archive gives it, too. It joins the recording in its own files,
    given by their ids, whatever its times are.

    Returns:
        What that changed; None where the row would be another activity than its own files, and was left out.
    """
    name = activity.external or ""
    row = replace(activity, source_file=_name_of_recording(db, own_files))
    said = {column for column in rows.ACTIVITY_COLUMNS if getattr(row, column) is not None}
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    service = name.partition(":")[0]
    file_id = files.ensure_file(db, ImportedFile(sha256, name, service, False, datetime.now(UTC)))
    counts = recordings.add_recordings(db, [row], [None], file_id, columns=said)
    own = _activities_of(db, own_files)
    if own and not set(own) & set(_activities_of(db, [file_id])):
        _remove_file(db, file_id)
        return None
    return counts


def _name_of_recording(db: sqlite3.Connection, file_ids: Collection[int]) -> str | None:
    """Return the name by which a row finds the recording in these files; None where it would find others."""
    query = (
        "SELECT file.name FROM file JOIN recording ON file_id = file.id "
        "WHERE file.id = ? AND external IS NULL "
        "AND (SELECT count(*) FROM file AS other WHERE other.name = file.name) = 1"
    )
    names = [row["name"] for one in file_ids for row in db.execute(query, (one,))]
    return names[0] if len(names) == 1 else None


def drop_superseded(db: sqlite3.Connection, path: str, kept_files: Collection[int]) -> bool:
    """Remove an activity's recordings from earlier versions of its file; return whether there were any.

    The files of a download are at ``path`` or ``path/name``; those of the newest version are kept, and
    without any nothing is removed. The activity keeps its id, and what the runner has said about it.
    """
    found = db.execute(
        "SELECT id FROM file WHERE (path = :path OR substr(path, 1, length(:path) + 1) = :path || '/') "
        "AND format <> :list",
        {"path": path, "list": path.partition(":")[0]},
    )
    earlier = [row["id"] for row in found if row["id"] not in kept_files]
    newer = _activities_of(db, kept_files)
    if not earlier or not newer:
        return False
    older = [one for one in _activities_of(db, earlier) if one not in newer]
    if len(newer) == len(older) == 1:  # the newer one starts elsewhere, so that they did not match
        grouping.merge_activities(db, [*older, *newer])
    for file_id in earlier:
        _remove_file(db, file_id)
    return True


def _activities_of(db: sqlite3.Connection, file_ids: Iterable[int]) -> list[int]:
    query = "SELECT DISTINCT activity_id FROM recording WHERE file_id = ?"
    found = [row["activity_id"] for one in file_ids for row in db.execute(query, (one,))]
    return list(dict.fromkeys(found))


def _remove_file(db: sqlite3.Connection, file_id: int) -> None:
    for recording in activities.recordings_in(db, file_id):
        grouping.remove(db, recording)
    db.execute("DELETE FROM seen WHERE file_id = ?", (file_id,))
    db.execute("DELETE FROM file WHERE id = ?", (file_id,))


def update_ratings(
    db: sqlite3.Connection, source: str, entries: Iterable[Entry], zone: tzinfo
) -> EntryCounts:
    """Store the ratings of a service where it says something new.

    What the runner has said wins: a day that is rated here is left out, and its rating by the service
    removed; a rating of the service that was edited or deleted here stays as it is. The entries are the
    ratings of some days; those of other days stay.
    """

    def day_of(entry: Entry) -> date:
        return local_day(entry.moment, entry.utc_offset_s, zone)

    stored = diary.read_entries(db)
    own = {day_of(one.entry): one for one in stored if one.source == source}
    rated = {day_of(one.entry) for one in stored if one.source != source and one.entry.soreness is not None}
    for day in rated & own.keys():
        _drop_rating(db, source, own.pop(day).id, day)
    said = {date.fromisoformat(one): fetched.fingerprint for one, fetched in read_fetched(db, source).items()}
    taken = []
    for day, entry in {day_of(one): one for one in entries}.items():
        is_new, mark, here = day not in said, _rating_mark(entry), own.get(day)
        is_untouched = here is not None and _rating_mark(here.entry) == said.get(day)
        if day in rated or said.get(day) == mark or not (is_new or is_untouched):
            continue
        if here is not None and here.entry.moment != entry.moment:  # after a change of the settings
            _drop_rating(db, source, here.id, day)
        taken.append(entry)
        save_fetched(db, source, FetchedActivity(day.isoformat(), entry.moment, mark, "fetched"))
    return diary.update_from_diary(db, source, taken, complete=False)


def _rating_mark(entry: Entry) -> str:
    """Return what tells whether a rating has changed."""
    soreness = "" if entry.soreness is None else f"{entry.soreness:.3f}"
    return f"{soreness} {entry.area} {entry.note or ''}"


def _drop_rating(db: sqlite3.Connection, source: str, entry_id: int, day: date) -> None:
    diary.delete_entry(db, entry_id)
    db.execute("DELETE FROM fetched WHERE service = ? AND external = ?", (source, day.isoformat()))
