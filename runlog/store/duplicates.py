"""Whether two recordings are of one and the same run.

Nobody runs twice at once: two recordings whose times overlap for most of the shorter one
are one run. A device with a wrong clock or zone puts its copy some quarter hours away (all
zones of the world differ by those); since the same loop run twice in a day looks much like
that, such a copy counts only where the streams themselves coincide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.model import Kind

if TYPE_CHECKING:
    from runlog.model import Activity

#: A clock that shows local time for UTC is off by no more than this; no zone is further ahead.
LARGEST_SHIFT_S = 14 * 3600

#: What an importer calls the sport of a file that names none.
UNKNOWN_SPORT = "unknown"

_SHARE_OF_THE_SHORTER = 0.7
_DISTANCE_TOLERANCE = 0.2  # a treadmill run by wrist and by foot pod
_ZONE_STEP_S = 900
_BUTTONS_S = 60  # two devices are not started in the same second
_SHIFTED_TOLERANCE = 0.02


def same_run(one: Activity, other: Activity) -> bool:
    """Whether two recordings on one clock are of the same activity."""
    return _alike(one, other) and _overlap(one, other) and _distances_agree(one, other)


def lag_if_shifted_s(one: Activity, other: Activity) -> float | None:
    """By how much the other starts later, once the clocks are set to one zone; else None.

    None where the clocks do not differ by whole steps of the zones, or where the kinds,
    durations or distances say that these are two activities. Where there is a lag, it is
    still for ``coincidence.coincide`` to confirm that they are one.
    """
    apart_s = (other.start - one.start).total_seconds()
    shift_s = round(apart_s / _ZONE_STEP_S) * _ZONE_STEP_S
    lag_s = apart_s - shift_s
    if shift_s == 0 or abs(lag_s) > _BUTTONS_S or abs(shift_s) > LARGEST_SHIFT_S:
        return None
    return lag_s if _alike(one, other) and _agree_tightly(one, other) else None


def _alike(one: Activity, other: Activity) -> bool:
    """A run of any sort is a run; anything else must be of the same sport, unless one does not say."""
    if one.kind is not other.kind:
        return False
    return one.kind is Kind.RUN or one.sport == other.sport or UNKNOWN_SPORT in {one.sport, other.sport}


def _overlap(one: Activity, other: Activity) -> bool:
    lag_s = (other.start - one.start).total_seconds()
    together_s = min(one.duration_s, lag_s + other.duration_s) - max(0.0, lag_s)
    return together_s >= 0 and together_s >= _SHARE_OF_THE_SHORTER * min(one.duration_s, other.duration_s)


def _distances_agree(one: Activity, other: Activity) -> bool:
    """In all, or per second: a recording that broke off has run only a part of the way."""
    if one.distance_m is None or other.distance_m is None:
        return True
    return _close(one.distance_m, other.distance_m, _DISTANCE_TOLERANCE) or _close(
        one.distance_m * other.duration_s, other.distance_m * one.duration_s, _DISTANCE_TOLERANCE
    )


def _agree_tightly(one: Activity, other: Activity) -> bool:
    if one.distance_m is None or other.distance_m is None:
        return False
    return _close(one.duration_s, other.duration_s, _SHIFTED_TOLERANCE) and _close(
        one.distance_m, other.distance_m, _SHIFTED_TOLERANCE
    )


def _close(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance * max(one, other)
