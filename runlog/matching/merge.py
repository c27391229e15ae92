"""Merge the recordings of one activity: take each value from the best one that has it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runlog.model import UNKNOWN_SPORT, TrackSummary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.model import Activity
    from runlog.records import Recording

_PARTIAL_SHARE = 0.9
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")

#: Names made of nothing but these are the watch's or the app's own, not the runner's.
_STOCK_WORDS = {
    *("run", "running", "jog", "workout", "training", "activity", "session"),
    *("trail", "track", "street", "treadmill", "virtual", "indoor", "outdoor"),
    *(
        "todo",
        "untitled",
        "unnamed",
        "unknown",
        "new",
        "no",
        "name",
        "title",
        "ohne",
        "titel",
        "sans",
        "titre",
    ),
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
    "utc_offset_s",
    "moving_s",
    "distance_m",
    "ascent_m",
    "avg_hr",
    "max_hr",
    "avg_cadence_spm",
    "shoe",
    "device",
)
#: What a runner says on the watch, and may say again later in an app, which then counts.
_RATED_FIELDS = ("rpe", "feel")


def rank_recordings(recordings: Iterable[Recording]) -> list[Recording]:
    """Return the recordings of one activity, the best first.

    Order: recordings with a time, then complete ones, then most columns with values, then most
    points; the path breaks ties, so that the order of imports does not matter.
    """
    found = list(recordings)
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
    in_apps_first = sorted(activities, key=lambda activity: activity.external is None)
    named = min(activities, key=_sport_rank)
    subs = [one.sub_sport for one in (named, *activities) if one.sport == named.sport and one.sub_sport]
    return replace(
        activities[0],
        sport=named.sport,
        sub_sport=next(iter(subs), None),
        kind=named.kind,
        sport_guessed=named.sport_guessed,
        name=_merged_name(in_apps_first),
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
    return (
        one.duration_s < _PARTIAL_SHARE * other.duration_s
        and one.distance_m < _PARTIAL_SHARE * other.distance_m
    )


def _first_value(activities: list[Activity], column: str) -> Any:  # noqa: ANN401 - any column's
    return next((value for activity in activities if (value := getattr(activity, column)) is not None), None)


def _merged_name(in_apps_first: list[Activity]) -> str | None:
    """Return a name that somebody gave it, first of all in an app, else the app's or the best recording's."""
    names = [activity.name for activity in in_apps_first if activity.name and activity.name.strip()]
    return next(filter(_is_given, names), next(iter(names), None))


def _is_given(name: str) -> bool:
    """Return whether somebody gave a name: one of stock words, numbers and marks alone is a program's."""
    words = _WORD.findall(name.casefold())
    return not all(word in _STOCK_WORDS or word.isdecimal() for word in words)
