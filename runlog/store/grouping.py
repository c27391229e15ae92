"""Group the recordings of the same run into one activity, and do so again around whatever changes.

The order in which files are imported never changes which recordings end up together: `matching.partition`
groups all recordings that are linked to the one that is added, changed or removed. What the runner has split
or merged stays as it is. An activity keeps its number where its best recording goes.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from runlog import matching
from runlog.matching import Group, LinkKind, rank_recordings
from runlog.store import activities, routes, rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from runlog.matching import Link
    from runlog.model import Track
    from runlog.records import Recording
    from runlog.store.tracks import PackedTrack

#: No clock that shows local time for UTC, and no noon of a runner's day, is further off.
_SEARCH_SPAN = timedelta(hours=26)
_MAX_TRACKS = 32


class Placement(NamedTuple):
    """Where a recording belongs."""

    activity_id: int  # of its activity
    is_new: bool  # whether no recording of that activity was stored before
    # the stored recordings of it that it is linked to, the surest first, as they were before
    same: list[Recording]
    # a recording of each activity, by its id, that was created as the new one took its place
    created: Mapping[int, Recording]


class LinkFinder:
    """Finds the links of recordings; compares each pair once."""

    def __init__(
        self, db: sqlite3.Connection, new: Recording | None = None, stream: PackedTrack | None = None
    ) -> None:
        """Take the database, and a recording that is not stored yet, with its packed track."""
        self._db = db
        self._new = new
        self._stream = stream
        self._links: dict[tuple[int, int], Link | None] = {}
        self._tracks: dict[int, Track | None] = {}
        self._deleted = {row[0] for row in db.execute("SELECT id FROM activity WHERE is_deleted")}

    def of(self, one: Recording, *, to_deleted: bool = False) -> list[Link]:
        """Return all links between a recording and the stored ones, the surest first.

        What the runner has deleted is linked to nothing else; such links are those ``to_deleted``.
        """
        first, last = (rows.utc_text(one.activity.start + reach) for reach in (-_SEARCH_SPAN, _SEARCH_SPAN))
        nearby = activities.recordings_between(self._db, first, last)
        links = [self._compare(one, other) for other in nearby if other.id != one.id]
        found = [link for link in links if link is not None] + self._named(one)
        found = [link for link in found if self._is_to_deleted(link) is to_deleted]
        return sorted(found, key=lambda link: link.rank)

    def _is_to_deleted(self, link: Link) -> bool:
        ids = {link.one.activity_id, link.other.activity_id}
        return len(ids) > 1 and not ids.isdisjoint(self._deleted)

    def rows_naming(self, one: Recording) -> list[Recording]:
        """Return the rows of lists that name the file of a recording and of others of the same name."""
        name = matching.file_key(one.path)
        naming = [] if one.activity.external else activities.rows_naming(self._db, name)
        within = activities.recordings_named(self._db, name) if naming else []
        return naming if any(other.id != one.id for other in within) else []

    def forget(self, recording: Recording) -> None:
        """Forget the links of a recording that has changed."""
        self._links = {pair: link for pair, link in self._links.items() if recording.id not in pair}
        self._tracks.pop(recording.id, None)

    def _named(self, one: Recording) -> list[Link]:
        is_row = one.activity.external is not None
        name = one.activity.source_file if is_row else matching.file_key(one.path)
        naming = [] if not name else [one] if is_row else activities.rows_naming(self._db, name)
        within = activities.recordings_named(self._db, name) if name and naming else []
        if not is_row:
            within = [*(other for other in within if other.id != one.id), one]
        links = (matching.find_named(row, within) for row in naming)
        return [link for link in links if link is not None and one.id in (link.one.id, link.other.id)]

    def _compare(self, one: Recording, other: Recording) -> Link | None:
        pair = min(one.id, other.id), max(one.id, other.id)
        if pair not in self._links:
            self._links[pair] = matching.find_link(one, other, self._load_track)
        return self._links[pair]

    def _load_track(self, recording: Recording) -> Track | None:
        if recording.id not in self._tracks:
            if len(self._tracks) >= _MAX_TRACKS:
                del self._tracks[next(iter(self._tracks))]
            if self._new is not None and recording.id == self._new.id:
                track = None if self._stream is None else self._stream.unpack()
            else:
                track = activities.read_recording_track(self._db, recording.id)
            self._tracks[recording.id] = track
        return self._tracks[recording.id]


def find_same(db: sqlite3.Connection, new: Recording, stream: PackedTrack | None) -> list[Recording]:
    """Return the stored recordings that one which is not stored is linked to, the surest first."""
    return list({other.id: other for other in _others(LinkFinder(db, new, stream).of(new), new)}.values())


def _others(links: Iterable[Link], one: Recording) -> list[Recording]:
    return [link.one if link.other.id == one.id else link.other for link in links]


def place(
    db: sqlite3.Connection, new: Recording, stream: PackedTrack | None, insert: Callable[[int], int]
) -> Placement:
    """Store a new recording, whose id is no stored one's, with the activity that it is of.

    ``insert`` stores it with an activity of that id, and returns its own id.
    """
    finder = LinkFinder(db, new, stream)
    links = finder.of(new)
    if not links:
        deleted = _others(finder.of(new, to_deleted=True), new)
        activity_id = deleted[0].activity_id if deleted else new_activity(db)
        insert(activity_id)
        return Placement(activity_id, is_new=not deleted, same=deleted[:1], created={})
    same = list({one.id: one for one in _others(links, new)}.values())
    ids = list(dict.fromkeys(one.activity_id for one in same))
    if _fits_all(db, new, links, ids) and not finder.rows_naming(new):
        activity_id = merge_activities(db, ids)
        insert(activity_id)
        return Placement(activity_id, is_new=False, same=same, created={})
    change = _Regrouping(db, finder, same)
    own = insert(ids[0])
    created = change.apply(new=own)
    found = db.execute("SELECT activity_id FROM recording WHERE id = ?", (own,)).fetchone()
    activity_id = int(found["activity_id"])
    joined = {one.id for one in activities.recordings_of(db, activity_id)}
    is_new = created.pop(activity_id, None) is not None
    return Placement(activity_id, is_new, [one for one in same if one.id in joined], created)


def _fits_all(db: sqlite3.Connection, new: Recording, links: Iterable[Link], ids: Iterable[int]) -> bool:
    """Return whether a recording and all activities that it is linked to can be one run."""
    whole = Group([new])
    surest: dict[int, LinkKind] = {}
    for link, other in zip(links, _others(links, new), strict=True):
        surest.setdefault(other.activity_id, link.kind)
    for activity_id in ids:
        group = _group_of(db, activity_id)
        if not matching.can_merge(whole, group, surest[activity_id]):
            return False
        whole = whole.with_(group)
    return True


def update_recording(
    db: sqlite3.Connection, earlier: Recording, changed: Recording, update: Callable[[], None]
) -> dict[int, Recording]:
    """Change a recording by ``update``, within a transaction, and regroup what is linked to it.

    One that was put there by hand stays, and one that no longer fits what it was with leaves it.

    Returns:
        The best recording of each activity that is created, by the id of the activity.
    """
    finder = LinkFinder(db)
    change = _Regrouping(db, finder, [earlier])
    together = {one.id for one in activities.recordings_of(db, earlier.activity_id)}
    fitted = any(one.id in together for one in _others(finder.of(earlier), earlier))
    update()
    finder.forget(earlier)
    fits = any(one.id in together for one in _others(finder.of(changed), changed))
    return change.apply(new=earlier.id if fitted and not fits else None)


def remove(db: sqlite3.Connection, recording: Recording) -> None:
    """Remove a recording and regroup what was linked to it; diary entries stay, if only without a run."""
    change = _Regrouping(db, LinkFinder(db), [recording])
    for table, key in (("track", "recording_id"), ("derived", "recording_id"), ("recording", "id")):
        db.execute(f"DELETE FROM {table} WHERE {key} = ?", (recording.id,))  # noqa: S608 - our own names
    if not activities.recordings_of(db, recording.activity_id):
        db.execute("UPDATE entry SET run = NULL WHERE run = ?", (recording.activity_id,))
        db.execute("DELETE FROM activity WHERE id = ?", (recording.activity_id,))
    change.apply()


class _Regrouping:
    """Regroups what is linked to some recordings, before and after a change of the database."""

    def __init__(self, db: sqlite3.Connection, finder: LinkFinder, seeds: Sequence[Recording]) -> None:
        """Note the groups before the change."""
        self._db = db
        self._finder = finder
        self._before = _Component(db, finder, [one.id for one in seeds])
        self._fixed = self._before.fixed_activities()

    def apply(self, new: int | None = None) -> dict[int, Recording]:
        """Group everything after the change, and return the best recording of each activity that it creates.

        A new recording, given by its id, is not bound to the activity that it is stored with.
        """
        seeds = [*self._before.members, *([] if new is None else [new])]
        after = _Component(self._db, self._finder, seeds)
        others = after.fixed_activities(without=new) - self._before.by_activity.keys()
        groups = matching.partition(after.blocks(self._fixed | others, without=new), after.links)
        return _store_groups(self._db, groups, after, new)


class _Component:
    """All recordings that are linked to some, directly or through others or through their activities."""

    def __init__(self, db: sqlite3.Connection, finder: LinkFinder, seeds: Iterable[int]) -> None:
        self._db = db
        self.members: dict[int, Recording] = {}
        found: dict[tuple[int, int], Link] = {}
        waiting = list(seeds)
        while waiting:
            one = activities.find_recording(db, waiting.pop())
            if one is None or one.id in self.members:
                continue
            self.members[one.id] = one
            waiting += (other.id for other in activities.recordings_of(db, one.activity_id))
            waiting += (row.id for row in finder.rows_naming(one))
            for link in finder.of(one):
                pair = min(link.one.id, link.other.id), max(link.one.id, link.other.id)
                found[pair] = min(found.get(pair, link), link, key=lambda link: link.kind)
                waiting += (other.id for other in (link.one, link.other) if other.id not in self.members)
        self.links = list(found.values())

    @cached_property
    def by_activity(self) -> Mapping[int, list[Recording]]:
        """Its recordings by the activity that they are stored with."""
        found = defaultdict(list)
        for one in sorted(self.members.values(), key=lambda one: one.id):
            found[one.activity_id].append(one)
        return found

    def fixed_activities(self, without: int | None = None) -> set[int]:
        """Return the activities that the runner has put together, or that links alone do not explain."""
        fixed = set()
        for activity_id, recordings in self.by_activity.items():
            own = {one.id for one in recordings if one.id != without}
            links = [link for link in self.links if {link.one.id, link.other.id} <= own]
            singles = [Group([one]) for one in recordings if one.id in own]
            if _flags(self._db, activity_id).is_by_hand or len(matching.partition(singles, links)) > 1:
                fixed.add(activity_id)
        return fixed

    def blocks(self, fixed: Collection[int], without: int | None = None) -> list[Group]:
        """Return its recordings, those of the fixed activities together."""
        groups = [Group([self.members[without]])] if without in self.members else []
        for activity_id, recordings in self.by_activity.items():
            own = [one for one in recordings if one.id != without]
            if activity_id in fixed and own:
                groups.append(Group(own, _flags(self._db, activity_id).is_split))
            else:
                groups += [Group([one]) for one in own]
        return groups


def _store_groups(
    db: sqlite3.Connection, groups: Iterable[Group], component: _Component, new: int | None
) -> dict[int, Recording]:
    """Store which recordings are one activity; return the best recording of each that is created."""
    holder = {
        rank_recordings(own)[0].id: activity_id
        for activity_id, recordings in component.by_activity.items()
        if (own := [one for one in recordings if one.id != new])
    }
    created, merged, moved_from = {}, [], set()
    for group in sorted(groups, key=lambda group: min(one.id for one in group.recordings)):
        best_first = rank_recordings(group.recordings)
        activity_id, *others = sorted(holder[one.id] for one in best_first if one.id in holder) or [0]
        if not activity_id:
            activity_id = new_activity(db)
            created[activity_id] = best_first[0]
        merged += [(activity_id, other) for other in others]
        for one in best_first:
            if one.activity_id != activity_id:
                rows.update(db, "recording", {"id": one.id, "activity_id": activity_id})
                moved_from.add(one.activity_id)
    for into, other in merged:
        merge_into(db, into, other)
    for activity_id in moved_from:
        routes.forget_assignment(db, activity_id)
    return created


class _Flags(NamedTuple):
    is_split: bool
    is_by_hand: bool


def _flags(db: sqlite3.Connection, activity_id: int) -> _Flags:
    """Return what the runner has done to an activity."""
    own = db.execute(
        "SELECT kept_apart, merged_by_hand FROM activity WHERE id = ?", (activity_id,)
    ).fetchone()
    return _Flags(bool(own["kept_apart"]), bool(own["kept_apart"] or own["merged_by_hand"]))


def _group_of(db: sqlite3.Connection, activity_id: int) -> Group:
    return Group(activities.recordings_of(db, activity_id), _flags(db, activity_id).is_split)


def new_activity(db: sqlite3.Connection) -> int:
    """Create an activity, and return its id, which was never used before."""
    return int(db.execute("INSERT INTO activity DEFAULT VALUES").lastrowid or 0)


def merge_activities(db: sqlite3.Connection, activity_ids: Iterable[int]) -> int:
    """Merge activities into the oldest, and return its id."""
    oldest, *others = sorted(set(activity_ids))
    for other in others:
        merge_into(db, oldest, other)
    return oldest


def mergeable(
    db: sqlite3.Connection, recordings: Iterable[Recording], activity_ids: Iterable[int]
) -> list[int]:
    """Return those of several activities that can be one run with some recordings, the first ones first."""
    whole, found = Group(list(recordings)), []
    for activity_id in dict.fromkeys(activity_ids):
        group = _group_of(db, activity_id)
        if matching.can_merge(whole, group, LinkKind.TIMED):
            whole = whole.with_(group)
            found.append(activity_id)
    return found


def merge_into(db: sqlite3.Connection, into: int, other: int) -> None:
    """Give an activity the recordings, shoe, route and diary entries of another, which is removed."""
    db.execute(
        "UPDATE recording SET activity_id = ?, merged_from = coalesce(merged_from, activity_id) "
        "WHERE activity_id = ?",
        (into, other),
    )
    db.execute("UPDATE entry SET run = ? WHERE run = ?", (into, other))
    routes.move_assignment(db, into, other)
    db.execute(
        "UPDATE activity SET worn = coalesce(activity.worn, gone.worn), "
        "given_name = coalesce(activity.given_name, gone.given_name), "
        "given_sport = coalesce(activity.given_sport, gone.given_sport), "
        "given_sub_sport = CASE WHEN activity.given_sport IS NULL THEN gone.given_sub_sport "
        "ELSE activity.given_sub_sport END, "
        "given_kind = coalesce(activity.given_kind, gone.given_kind), "
        "kept_apart = max(activity.kept_apart, gone.kept_apart), "
        "merged_by_hand = max(activity.merged_by_hand, gone.merged_by_hand) "
        "FROM activity AS gone WHERE activity.id = ? AND gone.id = ?",
        (into, other),
    )
    db.execute("DELETE FROM activity WHERE id = ?", (other,))
