"""Store what one imported file holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from runlog.model import ExportedActivity, ExportedJournal
from runlog.store import diary, files, portable, recordings, shoes
from runlog.store.diary import EntryCounts
from runlog.store.recordings import ImportCounts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from runlog.model import Activity, ParsedFile
    from runlog.store.tracks import PackedTrack


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file.

    Attributes:
        outcome: "added", "merged" or "known".
        reason: what there is to say of it, or "".
        runs: the ids of the runs that the file tells of, new or not.
        runs_added: how many of them are new.
        other_added: how many activities that are no runs are new.
        ratings: how many diary entries it added, updated and removed.
        problems: what could not be taken of it.
        file_id: by what it is known again; None where it has to be read again next time.
    """

    outcome: str
    reason: str = ""
    runs: tuple[int, ...] = ()
    runs_added: int = 0
    other_added: int = 0
    ratings: EntryCounts = field(default_factory=EntryCounts)
    problems: tuple[str, ...] = ()
    file_id: int | None = field(default=None, compare=False)


def recognise_file(db: sqlite3.Connection, path: str, sha256: str) -> FileOutcome | None:
    """The outcome of a file whose bytes were taken before; None where it has to be read."""
    known = files.find_known(db, path, sha256)
    if known is None:
        return None
    reason = "imported before" if known.path == path else f"the same bytes as {known.path}"
    return FileOutcome("known", reason, runs=known.runs, file_id=known.file_id)


def add_file(
    db: sqlite3.Connection, path: str, sha256: str, reading: ParsedFile, streams: Sequence[PackedTrack | None]
) -> FileOutcome:
    """Keep all that a file holds; within one transaction.

    Args:
        db: the database, within a transaction.
        path: the file's absolute path.
        sha256: of its bytes.
        reading: what it holds; the tracks of its activities come packed as
        streams: one for each, None where it has no track.
    """
    known = recognise_file(db, path, sha256)
    if known is not None:
        return known
    if isinstance(reading.exported, ExportedActivity):
        tally = portable.import_activity(db, reading.exported, streams)
        return _outcome(tally, EntryCounts(), [], None)
    if isinstance(reading.exported, ExportedJournal):
        counts, shoes_changed, problems = portable.import_journal(db, reading.exported)
        return replace(_outcome(ImportCounts(), counts, shoes_changed, None), problems=problems)
    if reading.edited or not (reading.activities or reading.shoes):
        return _update_edited_file(db, path, sha256, reading)
    file_id = files.save_file(db, path, sha256, reading.format, is_diary=False)
    tally = recordings.add_recordings(db, reading.activities, streams, file_id)
    shoes_changed = [shoes.add_or_complete(db, shoe) for shoe in reading.shoes]
    return _outcome(tally, EntryCounts(), shoes_changed, file_id)


def set_sport(db: sqlite3.Connection, sha256: str, activities: Sequence[Activity]) -> int:
    """Let the recordings of a known file count as another sport, and say how many that changes."""
    changed = 0
    for position, activity in enumerate(activities):
        wanted = {"sport": activity.sport, "sub_sport": activity.sub_sport, "kind": activity.kind}
        changed += db.execute(
            "UPDATE recording SET sport = :sport, sub_sport = :sub_sport, kind = :kind, sport_guessed = 0 "
            "WHERE file_id = (SELECT id FROM file WHERE sha256 = :sha256) AND position = :position "
            "AND (sport, sub_sport, kind) IS NOT (:sport, :sub_sport, :kind)",
            wanted | {"sha256": sha256, "position": position},
        ).rowcount
    return changed


def _update_edited_file(db: sqlite3.Connection, path: str, sha256: str, reading: ParsedFile) -> FileOutcome:
    """Bring the rows of a file in step with it that the runner goes on editing: a diary or a list of runs.

    A version with rows that could not be read is not noted, and may be imported again.
    """
    complete = not reading.problems
    counts = diary.update_from_diary(db, path, reading.entries, complete=complete)
    file_id = files.save_file(db, path, sha256, reading.format, is_diary=True)
    listed_in = f"@{path}"
    listed = [replace(one, external=f"{one.external}{listed_in}") for one in reading.activities]
    tally = recordings.add_recordings(db, listed, [None] * len(listed), file_id)
    if complete:
        tally.removed = recordings.remove_missing_rows(db, listed_in, [one.external for one in listed])
        files.save_version(db, path, file_id)
    else:
        files.delete_version(db, path)
    return _outcome(tally, counts, [], file_id if complete else None)


def _outcome(
    tally: ImportCounts, ratings: EntryCounts, shoes_changed: Sequence[str | None], file_id: int | None
) -> FileOutcome:
    pairs = shoes_changed.count(shoes.ADDED)
    counts = (
        (ratings.added, "added to the diary"),
        (ratings.updated, "updated"),
        (ratings.removed, "removed, being no longer in it"),
        (tally.updated, "updated"),
        (tally.removed, "removed, being no longer in it"),
        (pairs, "pair of shoes added" if pairs == 1 else "pairs of shoes added"),
        (shoes_changed.count(shoes.COMPLETED), "completed with what was not known of them"),
    )
    joined = f"more about {tally.joined} that were there already" if tally.joined else ""
    told = [*tally.merged, *filter(None, [joined]), *(f"{count} {what}" for count, what in counts if count)]
    if tally.runs_added or tally.other_added or any(count for count, _ in counts):
        outcome = "added"
    elif tally.merged or tally.joined:
        outcome = "merged"
    else:
        outcome, told = "known", ["all of it was there already"]
    return FileOutcome(
        outcome,
        "; ".join(told),
        tuple(tally.runs),
        tally.runs_added,
        tally.other_added,
        ratings,
        file_id=file_id,
    )
