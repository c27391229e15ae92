"""What clocks can show: which moments are right, and a moment as the runner's own clock showed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

#: Before this a device's clock was not set, or a date is mistyped.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
#: How far a moment may be ahead: a local time that is taken for UTC, and a clock that is somewhat wrong.
AHEAD = timedelta(days=2)

#: All zones of the world differ by steps of this, and none is further from UTC than the other.
ZONE_STEP_S = 900
FARTHEST_ZONE_S = 14 * 3600


def offset_s(moment: datetime) -> int:
    """Return the seconds by which the clock that an aware moment is told on is ahead of UTC."""
    return round((moment.utcoffset() or timedelta(0)).total_seconds())


def on_clock(moment: datetime, utc_offset_s: int) -> datetime:
    """Return a moment as a clock shows it that is so many seconds ahead of UTC."""
    return moment.astimezone(timezone(timedelta(seconds=utc_offset_s)))


def zone_offset_s(local_minus_utc_s: float) -> int | None:
    """Return the offset of the zone that two readings of one device tell; None where no zone has it."""
    offset = round(local_minus_utc_s / ZONE_STEP_S) * ZONE_STEP_S
    return offset if abs(offset) <= FARTHEST_ZONE_S else None
