"""An export of runlog back into a store: what is there stays as it is, what is missing comes as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.model import Kind, Origin
from runlog.store import alerts, entries, plans, recordings, routes, rows, shoe_rules, shoes
from runlog.store.entries import EntryCounts
from runlog.store.recordings import Place, Tally
from runlog.store.sameness import grouping, twins

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from runlog.model import Activity, ExportedActivity, ExportedJournal, OnRoute, ShoeRule, TakenFile
    from runlog.store.tracks import Stream


def activity(
    db: sqlite3.Connection,
    exported: ExportedActivity,
    activities: Sequence[Activity],
    streams: Sequence[Stream | None],
) -> Tally:
    """Take one activity of an export.

    Recordings that are there are left where they are, the missing ones join them. With none of
    them there, the activity joins one that it is a recording of, as any file does, but never one
    that it was apart from where it comes from. Otherwise it becomes a new one, with its own id
    where that is free.

    Args:
        db: the database, within a transaction.
        exported: how it was kept.
        activities: its recordings, without their tracks, which come packed as
        streams: one for each.
    """
    tally = Tally()
    places = [
        Place(_file_id(db, file), position)
        for file, position in zip(exported.files, exported.positions, strict=True)
    ]
    there = [_find(db, origin) for origin in _origins(exported, activities)]
    target = next((found[1] for found in there if found), None)
    if target is None:
        target = _joined(db, exported, activities, streams, tally) or _new(db, exported, activities, tally)
    for found, one, stream, place in zip(there, activities, streams, places, strict=True):
        if found is None:
            recordings.insert(db, one, stream, target, place)
    if None in there and any(there):
        tally.merged.append(f"more of #{target}")
    if any(one.kind is Kind.RUN for one in activities):
        tally.runs.append(target)
    tally.updated += _put_on(db, target, exported.worn)
    return tally


def _origins(exported: ExportedActivity, activities: Iterable[Activity]) -> list[Origin]:
    externals = (one.external for one in activities)
    shas = (file.sha256 for file in exported.files)
    return [Origin(*values) for values in zip(shas, exported.positions, externals, strict=True)]


def _find(db: sqlite3.Connection, origin: Origin) -> tuple[int, int] | None:
    """The ids of that recording and its activity, where the store has it."""
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


def _joined(
    db: sqlite3.Connection,
    exported: ExportedActivity,
    activities: Sequence[Activity],
    streams: Sequence[Stream | None],
    tally: Tally,
) -> int | None:
    """The activity that was there before and is the same; None where there is none."""
    apart = {found[0] for origin in exported.apart if (found := _find(db, origin))}
    pairs = zip(activities, streams, strict=True)
    same = [twin for pair in pairs for twin in twins.find(db, *pair) if twin.id not in apart]
    if not same:
        return None
    tally.merged.append(recordings.same_as(same))
    return grouping.unite(db, (twin.activity_id for twin in same))


def _new(
    db: sqlite3.Connection, exported: ExportedActivity, activities: Sequence[Activity], tally: Tally
) -> int:
    is_run = any(one.kind is Kind.RUN for one in activities)
    tally.runs_added += is_run
    tally.other_added += not is_run
    wanted = exported.id
    if wanted < 1 or db.execute("SELECT 1 FROM activity WHERE id = ?", (wanted,)).fetchone():
        wanted = grouping.new_activity(db)
    else:
        db.execute("INSERT INTO activity (id) VALUES (?)", (wanted,))
    db.execute("UPDATE activity SET kept_apart = ? WHERE id = ?", (exported.kept_apart, wanted))
    return wanted


def _put_on(db: sqlite3.Connection, activity_id: int, worn: str | None) -> int:
    return db.execute(
        "UPDATE activity SET worn = ? WHERE id = ? AND worn IS NULL AND ? IS NOT NULL",
        (worn, activity_id, worn),
    ).rowcount


def _file_id(db: sqlite3.Connection, file: TakenFile) -> int:
    db.execute(
        "INSERT INTO file (sha256, path, format, is_diary, imported_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (sha256) DO NOTHING",
        (file.sha256, file.path, file.format, file.is_diary, rows.time_text(file.imported_at)),
    )
    return int(db.execute("SELECT id FROM file WHERE sha256 = ?", (file.sha256,)).fetchone()["id"])


def journal(
    db: sqlite3.Connection, exported: ExportedJournal
) -> tuple[EntryCounts, list[str | None], tuple[str, ...]]:
    """Take the journal of an export, once its activities are there.

    Returns:
        How many diary entries are new or learnt more; what became of each pair of shoes; and what is wrong.
    """
    run_of = {one: _stored(db, origins) for one, origins in exported.activities.items()}
    missing = sum(found is None for found in run_of.values())
    problems = [_missing(missing, len(run_of))] if missing else []
    became = []
    for kept in exported.entries:
        run = None if kept.entry.run is None else run_of.get(kept.entry.run)
        try:
            became.append(entries.put_back(db, replace(kept, entry=replace(kept.entry, run=run))))
        except BadInput as error:
            problems.append(f"an entry of {kept.entry.moment:%Y-%m-%d %H:%M} UTC: {error}")
    for file in exported.files:
        _file_id(db, file)
    _note_versions(db, exported.versions.items())
    alerts.put_back(db, exported.alerts)
    plans.put_back(db, exported.plans)
    counts = EntryCounts(became.count(entries.ADDED), became.count(entries.UPDATED))
    routes.put_back(db, exported.routes, _by_stored_run(exported.on_route, run_of))
    pairs = shoes.put_back(db, exported.shoes)
    return counts, [*pairs, *_put_back_rules(db, exported.shoe_rules, problems)], tuple(problems)


def _put_back_rules(
    db: sqlite3.Connection, rules: Iterable[ShoeRule], problems: list[str]
) -> Iterator[str | None]:
    for rule in rules:
        try:
            yield shoes.COMPLETED if shoe_rules.put_back(db, rule) else None
        except (BadInput, NotFound) as error:
            problems.append(f"a rule for {rule.shoe!r}: {error}")


def _by_stored_run(on_route: Mapping[int, OnRoute], run_of: Mapping[int, int | None]) -> dict[int, OnRoute]:
    return {run: on for one, on in on_route.items() if (run := run_of.get(one)) is not None}


def _stored(db: sqlite3.Connection, origins: Iterable[Origin]) -> int | None:
    return next((found[1] for origin in origins if (found := _find(db, origin))), None)


def _missing(missing: int, of_all: int) -> str:
    return (
        f"{missing} of the {of_all} activities of this export are not there; "
        "import its whole folder, or if files are missing from it, export again"
    )


def _note_versions(db: sqlite3.Connection, versions: Iterable[tuple[str, str]]) -> None:
    db.executemany(
        "INSERT INTO diary SELECT ?, id FROM file WHERE sha256 = ? ON CONFLICT (path) DO NOTHING", versions
    )
