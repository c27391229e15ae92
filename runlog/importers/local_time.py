"""The offset of the local clock at a recording's start, from where it was, if the file does not tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from runlog import clock

if TYPE_CHECKING:
    from runlog.model import Activity, Track

_NOWHERE = "virtual_activity"  # its positions lie in a made-up world


def complete(activity: Activity) -> Activity:
    """Return the activity with the offset of its local clock: the file's own, else its first position's.

    Without both it stays unknown, and the time zone of the settings counts.
    """
    if activity.utc_offset_s is not None or activity.track is None or activity.sub_sport == _NOWHERE:
        return activity
    place = _first_fix(activity.track)
    zone = None if place is None else zone_at(*place)
    if zone is None:
        return activity
    return replace(activity, utc_offset_s=clock.offset_s(activity.start.astimezone(zone)))


def zone_at(lat: float, lon: float) -> ZoneInfo | None:
    """Return the time zone at a position in degrees; at sea the nautical one, None where none is known."""
    import tzfpy

    name = tzfpy.get_tz(lon, lat)
    try:
        return ZoneInfo(name) if name else None
    except ZoneInfoNotFoundError:  # the zones of tzfpy may be newer than this computer's
        return None


def _first_fix(track: Track) -> tuple[float, float] | None:
    if "lat" not in track or "lon" not in track:
        return None
    fixes = np.flatnonzero(~np.isnan(track["lat"]) & ~np.isnan(track["lon"]))
    if not len(fixes):
        return None
    return float(track["lat"][fixes[0]]), float(track["lon"][fixes[0]])
