"""Decide which recordings are the same run, and merge them into one.

Pure functions of recordings and tracks. `find_link` compares two recordings, `partition` groups many:
`same_run` compares times and distances, `tracks` positions and heart rates. `merge_recordings` takes each
value from the best recording that has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.matching import same_run
from runlog.model import UNKNOWN_SPORT, TrackSummary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from runlog.model import Activity, Track
    from runlog.records import Recording

    LoadTrack = Callable[[Recording], Track | None]
    LoadPair = Callable[[], tuple[Track, Track] | None]

#: Where positions say nothing, or are of a made-up world.
_INDOOR_SPORTS = {"virtual_activity", "treadmill", "indoor_running"}


class LinkKind(IntEnum):
    """Why two recordings are of the same run, the surest reason first."""

    NAMED = 0  # a row of a list names the file of the other
    TIMED = 1
    SAME_DAY = 2  # one of them has a day, but no time


class Link(NamedTuple):
    """Two recordings that are of the same run unless surer links say otherwise."""

    kind: LinkKind
    one: Recording
    other: Recording

    @property
    def rank(self) -> tuple[object, ...]:
        """A key that sorts links, the surest first, whatever the order of the imports."""
        ends = sorted((_sort_key(self.one), _sort_key(self.other)))
        return self.kind, -same_run.closeness(self.one.activity, self.other.activity), *ends


def _sort_key(recording: Recording) -> tuple[datetime, float, float, str, str, int]:
    one = recording.activity
    distance_m = -1.0 if one.distance_m is None else one.distance_m
    return one.start, one.duration_s, distance_m, one.external or "", recording.path, recording.id


def file_key(path: str) -> str:
    """Return by what a list's row and a recording are of one file: its name, whether packed or not."""
    return re.split(r"[\\/]", path)[-1].casefold().removesuffix(".gz")


def find_link(one: Recording, other: Recording, load_track: LoadTrack) -> Link | None:
    """Return the link of two recordings by times, distances and (read only if need be) tracks, or None."""
    own_list, other_list = same_run.list_name(one.activity), same_run.list_name(other.activity)
    if own_list is not None and own_list == other_list:
        return None  # a list describes each activity once
    first, second = sorted((one, other), key=_sort_key)
    if one.activity.day_only or other.activity.day_only:
        is_same = same_run.is_same_run(first.activity, second.activity)
        return Link(LinkKind.SAME_DAY, one, other) if is_same else None

    @cache
    def load_pair() -> tuple[Track, Track] | None:
        pair = (load_track(first), load_track(second)) if first.points and second.points else (None, None)
        return None if pair[0] is None or pair[1] is None else (pair[0], pair[1])

    is_same = _is_duplicate(first.activity, second.activity, load_pair)
    return Link(LinkKind.TIMED, one, other) if is_same else None


def find_named(row: Recording, recordings: Iterable[Recording]) -> Link | None:
    """Return the link of a list's row to the closest of the recordings in the file that it names."""
    of_file = sorted((one for one in recordings if one.activity.external is None), key=_sort_key)
    if not of_file:
        return None
    closest = max(of_file, key=lambda one: same_run.closeness(row.activity, one.activity))
    return Link(LinkKind.NAMED, row, closest)


@dataclass(eq=False, slots=True)
class Group:
    """Recordings of one run."""

    recordings: list[Recording]  # all of them
    is_split: bool = False  # whether the runner has split the run, so that it never joins another such run

    @property
    def lists(self) -> set[str]:
        """The names of the lists that have a row of it."""
        names = (same_run.list_name(one.activity) for one in self.recordings)
        return {name for name in names if name is not None}

    @property
    def has_time(self) -> bool:
        """Whether more is known of it than its day."""
        return any(not one.activity.day_only for one in self.recordings)

    def with_(self, other: Group) -> Group:
        """Return the group of both."""
        return Group([*self.recordings, *other.recordings], self.is_split or other.is_split)


def partition(groups: Iterable[Group], links: Iterable[Link]) -> list[Group]:
    """Merge groups of recordings along all their links, the surest first; return the groups that are left.

    Each list describes a run once, so a link of two groups that both have a row of one list is passed over;
    as is one of two runs that the runner has split, and one of two recorded runs by a row without a time.
    The result does not depend on the order of groups and links.
    """
    of = {recording.id: group for group in groups for recording in group.recordings}
    for link in sorted(links, key=lambda link: link.rank):
        one, other = of[link.one.id], of[link.other.id]
        if one is not other and can_merge(one, other, link.kind):
            merged = one.with_(other)
            of |= {recording.id: merged for recording in merged.recordings}
    return list({id(group): group for group in of.values()}.values())


def can_merge(one: Group, other: Group, kind: LinkKind) -> bool:
    """Return whether two groups may be one run, where such a link says that they are."""
    if one.is_split and other.is_split:
        return False
    if kind is LinkKind.SAME_DAY and one.has_time and other.has_time:
        return False
    return one.lists.isdisjoint(other.lists)


def _is_duplicate(one: Activity, other: Activity, load_pair: LoadPair) -> bool:
    """Return whether both are of one activity: by their tracks if they tell, else by times and distances."""
    if same_run.is_clear_match(one, other):
        return True
    indoors = not _INDOOR_SPORTS.isdisjoint({one.sub_sport, other.sub_sport})
    pair = None if indoors or not same_run.overlaps_in_time(one, other) else load_pair()
    same = None
    if pair is not None:
        from runlog.matching.tracks import is_same_runner

        same = is_same_runner(*pair, (other.start - one.start).total_seconds())
    if same or (same is None and same_run.is_same_run(one, other)):
        return True
    lags = same_run.possible_clock_lags(one, other)
    pair = load_pair() if lags else None
    if pair is None:
        return False
    from runlog.matching.tracks import tracks_coincide

    return any(tracks_coincide(*pair, lag.seconds, allow_heart_rate_only=lag.is_complete) for lag in lags)


_PARTIAL_SHARE = 0.9
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

#: Names made of nothing but these are the watch's or the app's own, not the runner's.
_STOCK_WORDS = {
    *("run", "running", "jog", "workout", "training", "activity", "session"),
    *("trail", "track", "street", "treadmill", "virtual", "indoor", "outdoor"),
    *("todo", "untitled", "unnamed", "unknown", "new", "no", "name", "title"),
    *("ohne", "titel", "sans", "titre"),
    *("fit", "gpx", "tcx", "log", "active", "recording", "exercise", "sport", "other", "uncategorized"),
    *("morning", "lunch", "afternoon", "evening", "night"),
    *("lauf", "laufen", "am", "morgen", "vormittag", "mittag", "in", "der", "mittagszeit", "nachmittag"),
    *("abend", "nacht", "course", "à", "pied", "le", "matin", "midi", "dans", "l'après", "en", "soirée"),
    *("carrera", "de", "por", "la", "mañana", "a", "hora", "del", "almuerzo", "mediodía", "tarde", "noche"),
    *("corsa", "mattutina", "all'ora", "di", "pranzo", "pomeridiana", "serale", "notturna"),
    *("corrida", "matinal", "na", "do", "almoço", "vespertina", "noturna"),
    *("ochtendloop", "lunchloop", "middagloop", "avondloop", "nachtloop", "hardloopsessie", "hardlopen"),
}

_OPTIONAL_FIELDS = (
    *("utc_offset_s", "moving_s", "distance_m", "ascent_m", "avg_hr", "max_hr", "avg_cadence_spm"),
    *("shoe", "device"),
)
#: What a runner says on the watch, and may say again later in an app, which then counts.
_RATED_FIELDS = ("rpe", "feel")


def rank_recordings(recordings: Iterable[Recording]) -> list[Recording]:
    """Return the recordings of one activity, the best first.

    Order: recordings with a time, then complete ones, then most columns with values, then most
    points; the path breaks ties, so that the order of imports does not matter.
    """
    found = list(recordings)
    if len(found) == 1:
        return found
    return sorted(
        found,
        key=lambda one: (
            one.activity.day_only,
            any(_is_part_of(one.activity, other.activity) for other in found),
            -one.streams,
            -one.points,
            one.path,
            one.id,
        ),
    )


def merge_recordings(best_first: list[Recording]) -> Activity:
    """Return the activity of these recordings; of values that several have, the best one's."""
    activities = [recording.activity for recording in best_first]
    if len(activities) == 1:
        (one,) = activities  # blank texts are None
        name = one.name if one.name and one.name.strip() else None
        if (name, one.sub_sport or None) == (one.name, one.sub_sport):
            return one
        return replace(one, name=name, sub_sport=one.sub_sport or None)
    in_apps_first = sorted(activities, key=lambda activity: activity.external is None)
    named = min(activities, key=_sport_rank)
    subs = [one.sub_sport for one in (named, *activities) if one.sport == named.sport and one.sub_sport]
    names = [one.name for one in in_apps_first if one.name and one.name.strip()]
    return replace(
        activities[0],
        sport=named.sport,
        sub_sport=next(iter(subs), None),
        kind=named.kind,
        sport_guessed=named.sport_guessed,
        # That which somebody gave it, first of all in an app, else the app's or the best recording's.
        name=next(filter(_is_given, names), next(iter(names), None)),
        laps=next((activity.laps for activity in activities if activity.laps), ()),
        **{column: _first_value(activities, column) for column in _OPTIONAL_FIELDS},
        **{column: _first_value(in_apps_first, column) for column in _RATED_FIELDS},
        gear_listed=any(activity.gear_listed for activity in activities),
    )


def merge_digests(best_first: Sequence[TrackSummary]) -> TrackSummary:
    """Return the summary of an activity, each part from the best of its recordings that has it."""
    return TrackSummary(
        heart_s=next((one.heart_s for one in best_first if one.heart_s), {}),
        form={column: thirds for one in reversed(best_first) for column, thirds in one.form.items()},
        warmup=next((one.warmup for one in best_first if one.warmup), None),
        cooldown=next((one.cooldown for one in best_first if one.cooldown), None),
    )


def _sport_rank(activity: Activity) -> int:
    """Rank who named the sport: app, then watch, then guess, then unknown."""
    if activity.sport == UNKNOWN_SPORT:
        return 3
    if activity.sport_guessed:
        return 2
    return 0 if activity.external else 1


def _is_part_of(one: Activity, other: Activity) -> bool:
    """Return whether this recording broke off: both shorter and less far than the other."""
    if one.distance_m is None or other.distance_m is None:
        return False
    is_shorter = one.duration_s < _PARTIAL_SHARE * other.duration_s
    return is_shorter and one.distance_m < _PARTIAL_SHARE * other.distance_m


def _first_value(activities: list[Activity], column: str) -> Any:  # noqa: ANN401 - any column's
    return next((value for activity in activities if (value := getattr(activity, column)) is not None), None)


def _is_given(name: str) -> bool:
    """Return whether somebody gave a name: one of stock words, numbers and marks alone is a program's."""
    words = _WORD.findall(name.casefold())
    return not all(word in _STOCK_WORDS or word.isdecimal() for word in words)
