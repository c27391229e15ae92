"""Decide which recordings are the same run, and merge them into one.

Pure functions of activities and tracks: start at `find_duplicates`. `same_run` compares times and distances,
`tracks` positions and heart rates; `merge` combines.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from runlog.matching.same_run import (
    closeness,
    is_clear_match,
    is_same_list,
    is_same_run,
    overlaps_in_time,
    possible_clock_lags,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlog.model import Activity, Track
    from runlog.records import Recording

    LoadPair = Callable[[], tuple[Track, Track] | None]

#: Where positions say nothing, or are of a made-up world.
_INDOOR_SPORTS = {"virtual_activity", "treadmill", "indoor_running"}


def find_duplicates(
    activity: Activity,
    nearby: Sequence[Recording],
    load_new: Callable[[], Track | None],
    load_track: Callable[[int], Track | None],
) -> list[Recording]:
    """Return the recordings of the same activity, the closest first; none where it is new.

    A row with a day but no time joins at most one run, and each list describes a run once.

    Args:
        activity: a new recording, without its track.
        nearby: the stored recordings that start around its time.
        load_new: reads its track; called only where tracks are compared, and once.
        load_track: reads the track of a stored recording by its id.
    """
    others = [one for one in nearby if not is_same_list(activity, one.activity)]
    if activity.day_only:
        listed = {one.activity_id for one in nearby if is_same_list(activity, one.activity)}
        return _sorted_matches(activity, (one for one in others if one.activity_id not in listed))[:1]
    load_once = cache(load_new)
    duplicates = [
        one
        for one in others
        if not one.activity.day_only
        and _is_duplicate(activity, one, cache(partial(_load_pair, one, load_once, load_track)))
    ]
    duplicates.sort(key=lambda one: closeness(activity, one.activity), reverse=True)
    return duplicates + _sorted_matches(activity, _unmatched_day_rows(nearby, duplicates))[:1]


def _sorted_matches(activity: Activity, others: Iterable[Recording]) -> list[Recording]:
    same = [one for one in others if is_same_run(activity, one.activity)]
    return sorted(same, key=lambda one: closeness(activity, one.activity), reverse=True)


def _unmatched_day_rows(nearby: Sequence[Recording], duplicates: Sequence[Recording]) -> list[Recording]:
    """Return day-only rows without a recording yet, from lists that do not describe this run already."""
    of_this_run = {one.activity_id for one in duplicates}
    listed = [one.activity for one in nearby if one.activity_id in of_this_run]
    recorded = {one.activity_id for one in nearby if not one.activity.day_only}
    return [
        one
        for one in nearby
        if one.activity_id not in recorded and not any(is_same_list(one.activity, row) for row in listed)
    ]


def _load_pair(
    other: Recording, load_new: Callable[[], Track | None], load_track: Callable[[int], Track | None]
) -> tuple[Track, Track] | None:
    new = load_new() if other.points else None
    track = None if new is None else load_track(other.id)
    return None if new is None or track is None else (new, track)


def _is_duplicate(activity: Activity, other: Recording, load_pair: LoadPair) -> bool:
    """Return whether both are of one activity: by their tracks if they tell, else by times and distances."""
    if is_clear_match(activity, other.activity):
        return True
    same = _same_by_position(activity, other.activity, load_pair)
    if same is None:
        same = is_same_run(activity, other.activity)
    return same or _same_with_clock_lag(activity, other.activity, load_pair)


def _same_by_position(activity: Activity, other: Activity, load_pair: LoadPair) -> bool | None:
    """Return whether the tracks of the same time are of one runner; None where they do not tell."""
    indoors = not _INDOOR_SPORTS.isdisjoint({activity.sub_sport, other.sub_sport})
    pair = None if indoors or not overlaps_in_time(activity, other) else load_pair()
    if pair is None:
        return None
    from runlog.matching.tracks import is_same_runner

    return is_same_runner(*pair, (other.start - activity.start).total_seconds())


def _same_with_clock_lag(activity: Activity, other: Activity, load_pair: LoadPair) -> bool:
    lags = possible_clock_lags(activity, other)
    pair = load_pair() if lags else None
    if pair is None:
        return False
    from runlog.matching.tracks import tracks_coincide

    return any(tracks_coincide(*pair, lag.seconds, allow_heart_rate_only=lag.is_complete) for lag in lags)
