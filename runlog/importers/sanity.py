"""Refuse activities that cannot have happened, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.clock import AHEAD, EARLIEST
from runlog.importers.tracks import LONGEST_S
from runlog.model import Kind

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.model import Activity

_FARTHEST_M = 5_000_000.0
_FASTEST_RUN_MPS = 12.0  # the fastest sprint ever run, held over a whole run


def refusal(activity: Activity, now: datetime) -> str | None:
    """Say why an activity cannot be right, or None where nothing speaks against it."""
    reason = _wrong_time(activity, now) or _wrong_distance(activity)
    return f"the activity of {activity.start:%Y-%m-%d %H:%M} UTC {reason}" if reason else None


def _wrong_time(activity: Activity, now: datetime) -> str | None:
    if activity.start < EARLIEST:
        return "lies before 1990; the clock of the device was not set"
    if activity.start > now + AHEAD:
        return "lies in the future; the clock of the device is wrong"
    if activity.duration_s <= 0:
        return "has no duration"
    if activity.duration_s > LONGEST_S:
        return f"lasts {activity.duration_s / 86400:.0f} days; its times are wrong"
    return None


def _wrong_distance(activity: Activity) -> str | None:
    distance = activity.distance_m
    if distance is None:
        return None
    if not 0 <= distance <= _FARTHEST_M:
        return f"covers {distance / 1000:.6g} km; its distance is wrong"
    if activity.kind is Kind.RUN and distance > _FASTEST_RUN_MPS * activity.duration_s:
        speed = 3.6 * distance / activity.duration_s
        return f"is faster than any run ({speed:.0f} km/h); if it was another sport, say so with --sport"
    return None
