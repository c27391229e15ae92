"""Convert between UTC and local time, and tell which local day a moment falls on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

#: Before this a device's clock was not set, or a date is mistyped.
EARLIEST_VALID = datetime(1990, 1, 1, tzinfo=UTC)
#: How far a moment may be ahead: a local time that is taken for UTC, and a clock that is somewhat wrong.
MAX_AHEAD = timedelta(days=2)

#: All zones of the world differ by steps of this, and none is further from UTC than the other.
ZONE_STEP_S = 900
MAX_ZONE_OFFSET_S = 14 * 3600


def offset_seconds(moment: datetime) -> int:
    """Return the seconds by which the clock that an aware moment is told on is ahead of UTC."""
    return round((moment.utcoffset() or timedelta(0)).total_seconds())


def at_offset(moment: datetime, utc_offset_s: int) -> datetime:
    """Return a moment as a clock shows it that is so many seconds ahead of UTC."""
    return moment.astimezone(timezone(timedelta(seconds=utc_offset_s)))


def round_to_zone_offset(local_minus_utc_s: float) -> int | None:
    """Return the offset of the zone that two readings of one device tell; None where no zone has it."""
    offset = round(local_minus_utc_s / ZONE_STEP_S) * ZONE_STEP_S
    return offset if abs(offset) <= MAX_ZONE_OFFSET_S else None
