"""Decide by times, distances and sports whether two recordings are of the same run.

Two recordings whose times overlap for most of the shorter one are one run. A device with a wrong
time zone is off by a multiple of 15 minutes; such a copy counts only if its track matches too,
since the same loop run twice a day looks much alike.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

from runlog.localtime import MAX_ZONE_OFFSET_S, ZONE_STEP_S, local_day
from runlog.model import UNKNOWN_SPORT, Kind

if TYPE_CHECKING:
    from runlog.model import Activity

_MIN_OVERLAP_SHARE = 0.7
_DISTANCE_TOLERANCE = 0.2  # a treadmill run by wrist and by foot pod
_START_TOLERANCE_S = 60  # two devices are not started in the same second
_COPY_TOLERANCE = 0.02
_MIN_DURATION_S = 300  # a shorter part is soon like another
_TYPED = "paper:"  # what the rows of a list that the runner edits are called
_PAPER_TOLERANCE = 0.1  # what people write down, and what apps count as elapsed


class ClockLag(NamedTuple):
    """By how many seconds one recording starts later, and whether both are of the whole activity."""

    seconds: float
    is_complete: bool


def is_same_run(one: Activity, other: Activity) -> bool:
    """Return whether two recordings on one clock are of the same activity."""
    if one.day_only or other.day_only:
        return (
            _same_sport(one, other) and _same_day(one, other) and _values_agree(one, other, _PAPER_TOLERANCE)
        )
    if (one.external or other.external) and _is_list_row_of(one, other):
        return True
    if not overlaps_in_time(one, other) or not _distances_agree(one, other):
        return False
    return not _is_typed_within(one, other) and not _is_typed_within(other, one)


def _is_list_row_of(one: Activity, other: Activity) -> bool:
    """Return whether a list row and a recording match by time: runners edit sport and distance in apps."""
    if not _started_together(one, other):
        return False
    if _is_close(one.duration_s, other.duration_s, _COPY_TOLERANCE):
        return _overlaps(one, other, (other.start - one.start).total_seconds())
    return _is_close(one.duration_s, other.duration_s, _PAPER_TOLERANCE) and _distances_agree(one, other)


def _is_typed_within(row: Activity, other: Activity) -> bool:
    """Return whether a run that the runner has typed takes only a part of the time of another.

    Recordings break off, and an app's row may be of a part that was cut out; what is typed is of a whole run.
    """
    typed = (row.external or "").startswith(_TYPED) or row.source_file == ""
    together = _started_together(row, other) or row.duration_s >= _MIN_OVERLAP_SHARE * other.duration_s
    return typed and not together


def is_clear_match(one: Activity, other: Activity) -> bool:
    """Return whether two recordings agree so well that their tracks need not be compared."""
    return (
        _same_sport(one, other)
        and _started_together(one, other)
        and _values_agree(one, other, _COPY_TOLERANCE)
    )


def overlaps_in_time(one: Activity, other: Activity) -> bool:
    """Return whether two recordings can be of one activity if their clocks are right, at any distances."""
    return _same_sport(one, other) and _overlaps(one, other, (other.start - one.start).total_seconds())


def closeness(one: Activity, other: Activity) -> float:
    """Return how well two recordings of the same activity match, to rank them; 0 is best."""
    if one.day_only or other.day_only:
        return -_relative_difference(one.duration_s, other.duration_s) - _relative_difference(
            one.distance_m or 0.0, other.distance_m or 0.0
        )
    start_s = (other.start - one.start).total_seconds()
    return -abs(start_s) - abs(start_s + other.duration_s - one.duration_s)


def list_name(activity: Activity) -> str | None:
    """Return the app of a list's row, and the path of a list that the runner edits; None for a recording."""
    if activity.external is None:
        return None
    app, _, row = activity.external.partition(":")
    return app + row.partition("@")[2]


def possible_clock_lags(one: Activity, other: Activity) -> list[ClockLag]:
    """Return by how much the other may start later, once the clocks are set to one zone.

    Empty where the clocks cannot differ by whole steps of the zones, or where the sports say
    that these are two activities. A lag has to be confirmed by `tracks.tracks_coincide`.
    """
    if not _same_sport(one, other):
        return []
    apart_s = (other.start - one.start).total_seconds()
    steps = MAX_ZONE_OFFSET_S // ZONE_STEP_S
    lags = [apart_s - step * ZONE_STEP_S for step in range(-steps, steps + 1) if step != 0]
    complete = _values_agree(one, other, _COPY_TOLERANCE)
    is_long = min(one.duration_s, other.duration_s) >= _MIN_DURATION_S
    found = (
        ClockLag(lag_s, is_complete=complete and abs(lag_s) <= _START_TOLERANCE_S)
        for lag_s in lags
        if _overlaps(one, other, lag_s)
    )
    return [lag for lag in found if lag.is_complete or is_long]


def _same_sport(one: Activity, other: Activity) -> bool:
    """Return whether both are runs of any sort, or of the same sport, or one has no sure sport."""
    if one.sport_guessed or other.sport_guessed:
        return True
    if one.kind is not other.kind:
        return False
    return one.kind is Kind.RUN or one.sport == other.sport or UNKNOWN_SPORT in {one.sport, other.sport}


def _same_day(one: Activity, other: Activity) -> bool:
    """Return whether both are on one local day; one without an offset takes the other's."""
    one_offset, other_offset = one.utc_offset_s, other.utc_offset_s
    own_day = local_day(one.start, other_offset if one_offset is None else one_offset, UTC)
    return own_day == local_day(other.start, one_offset if other_offset is None else other_offset, UTC)


def _started_together(one: Activity, other: Activity) -> bool:
    return abs((other.start - one.start).total_seconds()) <= _START_TOLERANCE_S


def _overlaps(one: Activity, other: Activity, lag_s: float) -> bool:
    together_s = min(one.duration_s, lag_s + other.duration_s) - max(0.0, lag_s)
    return together_s >= 0 and together_s >= _MIN_OVERLAP_SHARE * min(one.duration_s, other.duration_s)


def _distances_agree(one: Activity, other: Activity) -> bool:
    """Return whether the distances agree, in all or per second: a recording may have broken off."""
    if one.distance_m is None or other.distance_m is None:
        return True
    return _is_close(one.distance_m, other.distance_m, _DISTANCE_TOLERANCE) or _is_close(
        one.distance_m * other.duration_s, other.distance_m * one.duration_s, _DISTANCE_TOLERANCE
    )


def _values_agree(one: Activity, other: Activity, tolerance: float) -> bool:
    """Return whether both distance and duration are known and close."""
    if one.distance_m is None or other.distance_m is None:
        return False
    return _is_close(one.duration_s, other.duration_s, tolerance) and _is_close(
        one.distance_m, other.distance_m, tolerance
    )


def _is_close(one: float, other: float, tolerance: float) -> bool:
    return _relative_difference(one, other) <= tolerance


def _relative_difference(one: float, other: float) -> float:
    """Return the difference as a share of the larger one."""
    return abs(one - other) / max(one, other) if one != other else 0.0
