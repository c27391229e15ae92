"""Convert between UTC and local time, and tell which local day a moment falls on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    import numpy as np
    from numpy.typing import NDArray

#: Earlier times come from unset device clocks or typing errors.
EARLIEST_VALID = datetime(1990, 1, 1, tzinfo=UTC)
#: How far a moment may be ahead: a local time that is taken for UTC, and a clock that is somewhat wrong.
MAX_AHEAD = timedelta(days=2)

#: All zones of the world differ by steps of this, and none is further from UTC than the other.
ZONE_STEP_S = 900
MAX_ZONE_OFFSET_S = 14 * 3600


def offset_seconds(moment: datetime) -> int:
    """Return an aware moment's UTC offset in seconds."""
    return round((moment.utcoffset() or timedelta(0)).total_seconds())


def at_offset(moment: datetime, utc_offset_s: int) -> datetime:
    """Return a moment on a clock that is so many seconds ahead of UTC."""
    return moment.astimezone(timezone(timedelta(seconds=utc_offset_s)))


def round_to_zone_offset(local_minus_utc_s: float) -> int | None:
    """Round the difference of local and UTC readings to a real zone offset; None if no zone has it."""
    offset = round(local_minus_utc_s / ZONE_STEP_S) * ZONE_STEP_S
    return offset if abs(offset) <= MAX_ZONE_OFFSET_S else None


def local_time(moment: datetime, utc_offset_s: int | None, zone: tzinfo) -> datetime:
    """Return a record's moment on its own clock; without a recorded offset in the zone of the settings."""
    return moment.astimezone(zone) if utc_offset_s is None else at_offset(moment, utc_offset_s)


def local_day(moment: datetime, utc_offset_s: int | None, zone: tzinfo) -> date:
    """Return the local day of a record, as ``local_time`` has it."""
    return local_time(moment, utc_offset_s, zone).date()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND, _SECOND_US = timedelta(microseconds=1), 1_000_000
_DAY_US = 86_400 * _SECOND_US


@dataclass(frozen=True, slots=True)
class RunnerClock:
    """The clock that the runner lives by: its UTC offset is the one last seen in a run or diary entry.

    So a traveller's day is the day where they are.

    Attributes:
        since_us: from when on each offset holds, sorted, in microseconds since 1970, UTC.
        offsets_s: the offsets, in seconds.
        zone: gives the time zone that holds before the first of them; asked only then, as it may be unknown.
    """

    since_us: Sequence[int]
    offsets_s: Sequence[int]
    zone: Callable[[], tzinfo]

    def offset_at(self, moment: datetime) -> int:
        """Return the UTC offset at a moment (aware), in seconds."""
        index = bisect_right(self.since_us, (moment - _EPOCH) // _MICROSECOND) - 1
        return offset_seconds(moment.astimezone(self.zone())) if index < 0 else self.offsets_s[index]

    def at(self, moment: datetime) -> datetime:
        """Return a moment (aware) on the runner's clock."""
        return at_offset(moment, self.offset_at(moment))

    def day(self, moment: datetime) -> date:
        """Return the local day of a moment (aware)."""
        return self.at(moment).date()

    def days(self, moments_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the local day of many moments: microseconds since 1970, UTC, to days since 1970."""
        import numpy as np

        index = np.searchsorted(np.asarray(self.since_us, dtype=np.int64), moments_us, side="right") - 1
        offsets = np.append(np.asarray(self.offsets_s, dtype=np.int64), 0)[index]
        for place in (index < 0).nonzero()[0]:
            offsets[place] = self.offset_at(_EPOCH + int(moments_us[place]) * _MICROSECOND)
        days: NDArray[np.int64] = (moments_us + offsets * _SECOND_US) // _DAY_US
        return days

    def end_of(self, day: date) -> datetime:
        """Return the last second of a local day, in UTC, by the clock of that day's last record."""
        midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
        midnight_us = (midnight - _EPOCH) // _MICROSECOND
        index = bisect_left(range(len(self.since_us)), midnight_us, key=self._local_us) - 1
        if index < 0:
            end = midnight.replace(tzinfo=self.zone()).astimezone(UTC)
        else:
            end = midnight - timedelta(seconds=self.offsets_s[index])
        return end - timedelta(seconds=1)

    def _local_us(self, index: int) -> int:
        return self.since_us[index] + self.offsets_s[index] * _SECOND_US
