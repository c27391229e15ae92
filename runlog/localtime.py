"""Convert between UTC and local time, tell which local day a moment falls on, and parse ISO times."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    import numpy as np
    from numpy.typing import NDArray

    from runlog.model import Activity, Floats, Track

#: Earlier times come from unset device clocks or typing errors.
EARLIEST_VALID = datetime(1990, 1, 1, tzinfo=UTC)
#: How far a moment may be ahead: a local time that is taken for UTC, and a clock that is somewhat wrong.
MAX_AHEAD = timedelta(days=2)

#: All zones of the world differ by steps of this, and none is further from UTC than the other.
ZONE_STEP_S = 900
MAX_ZONE_OFFSET_S = 14 * 3600
#: Nepal, Eucla, and the Chatham Islands in winter and summer.
_QUARTER_OFFSETS_S = frozenset({20_700, 31_500, 45_900, 49_500})
_MAX_CLOCK_ERROR_S = 300.0  # by which a device's two readings of one moment may differ


def offset_seconds(moment: datetime) -> int:
    """Return an aware moment's UTC offset in seconds."""
    return round((moment.utcoffset() or timedelta(0)).total_seconds())


def at_offset(moment: datetime, utc_offset_s: int) -> datetime:
    """Return a moment on a clock that is so many seconds ahead of UTC."""
    return moment.astimezone(timezone(timedelta(seconds=utc_offset_s)))


def round_to_zone_offset(local_minus_utc_s: float) -> int | None:
    """Round the difference of local and UTC readings to a zone's offset; None if no zone is near it."""
    offset = round(local_minus_utc_s / ZONE_STEP_S) * ZONE_STEP_S
    part = offset % 3600
    exists = part in (0, 1800) or (part == 2700 and offset in _QUARTER_OFFSETS_S)  # noqa: PLR2004 - 45 min
    is_near = abs(local_minus_utc_s - offset) <= _MAX_CLOCK_ERROR_S
    return offset if exists and is_near and abs(offset) <= MAX_ZONE_OFFSET_S else None


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
    """

    since_us: Sequence[int]  # from when on each offset holds, sorted, in microseconds since 1970, UTC
    offsets_s: Sequence[int]
    # gives the time zone that holds before the first of them; asked only then, as it may be unknown
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


#: The sub-sport of an activity in a made-up place, and all sub-sports whose positions say little.
VIRTUAL_SUB_SPORT = "virtual_activity"
INDOOR_SUB_SPORTS = frozenset(
    {VIRTUAL_SUB_SPORT, "treadmill", "indoor_running", "indoor_cycling", "indoor_walking", "spin"}
)
_INDOOR_SPREAD_M = 500.0  # positions indoors are within this, unless they are made up
_EARTH_RADIUS_M = 6371008.8  # IUGG mean radius


def fill_utc_offset(activity: Activity) -> Activity:
    """Set the UTC offset of an activity from its positions; what the file states counts without them.

    Files often state the offset of UTC itself, of the other half of the year or of the runner's home. At
    sea, what the file states stays. Places of virtual worlds say nothing. Where nothing is known, the time
    zone of the settings counts.
    """
    track = activity.track
    if track is None or _has_made_up_places(activity, track):
        return activity
    found = [time_zone_at(*place) for place in _positions(track)]
    zones = [zone for zone in found if zone is not None]
    ashore = [zone for zone in zones if not zone.key.startswith("Etc/")]
    if not zones or (not ashore and activity.utc_offset_s is not None):
        return activity
    moment = activity.start.astimezone((ashore or zones)[0])
    return replace(activity, utc_offset_s=offset_seconds(moment))


def _has_made_up_places(activity: Activity, track: Track) -> bool:
    if activity.sub_sport == VIRTUAL_SUB_SPORT:
        return True
    import numpy as np

    if activity.sub_sport not in INDOOR_SUB_SPORTS or "lat" not in track:
        return False
    lat, lon = np.radians(track["lat"]), np.radians(track["lon"])
    if np.isnan(lat).all():
        return False
    north, east = np.nanmax(lat) - np.nanmin(lat), (np.nanmax(lon) - np.nanmin(lon)) * np.cos(np.nanmean(lat))
    return bool(np.hypot(north, east) * _EARTH_RADIUS_M > _INDOOR_SPREAD_M)


def time_zone_at(lat: float, lon: float) -> ZoneInfo | None:
    """Return the time zone at a position in degrees, at sea the nautical one; None if it is not known."""
    import tzfpy

    name = tzfpy.get_tz(lon, lat)
    try:
        return ZoneInfo(name) if name else None
    except ZoneInfoNotFoundError:  # the zones of tzfpy may be newer than this computer's
        return None


def _positions(track: Track) -> list[tuple[float, float]]:
    """Return the first position, one of the middle and the last, in degrees; none without positions."""
    import numpy as np

    if "lat" not in track or "lon" not in track:
        return []
    fixes = np.flatnonzero(~np.isnan(track["lat"]) & ~np.isnan(track["lon"]))
    chosen = fixes[[0, len(fixes) // 2, -1]] if len(fixes) else fixes
    return [(float(track["lat"][row]), float(track["lon"][row])) for row in chosen]


_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)


def parse_times(texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Parse ISO times into Unix seconds (n,) and the UTC offsets that they are written with, in seconds (n,).

    A time without a zone is taken for UTC, and its offset is NaN. What is not a time is NaN, NaN.
    """
    import numpy as np

    plain = [text.strip() for text in texts]
    in_utc = _parse_uniform_utc(plain)
    if in_utc is not None:
        return in_utc, np.zeros(len(plain))
    moments = np.array([_parse_one(text) for text in plain], dtype=np.float64).reshape(-1, 2)
    return moments[:, 0], moments[:, 1]


def parse_time(text: str) -> float:
    """Parse one ISO time: return Unix seconds (UTC if it names no zone), NaN if it is not a time."""
    return _parse_one(text.strip())[0]


def _parse_uniform_utc(texts: Sequence[str]) -> Floats | None:
    """Parse times that share one layout in a vectorised way (six times as fast); None if layouts differ."""
    import numpy as np

    if not texts or not _UTC_TIME.fullmatch(texts[0]):
        return None
    width = len(texts[0])
    try:
        codes = np.array(texts, dtype=f"S{width + 1}").view(np.uint8).reshape(len(texts), width + 1)
        looks = np.where((codes >= ord("0")) & (codes <= ord("9")), ord("0"), codes)
        if (looks != looks[0]).any():
            return None
        moments = np.array(texts, dtype=f"S{width - 1}").astype("datetime64[us]")  # without the Z
    except ValueError:  # not of ASCII, or no day of the calendar
        return None
    return moments.astype(np.int64) / 1e6


_LOOSE_TIME = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?\s*"
    r"(Z|[+-]\d\d:?\d\d)?Z?",
    re.ASCII,
)
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?", re.ASCII)
_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)


def _parse_one(text: str) -> tuple[float, float]:
    try:
        return unix_and_offset(datetime.fromisoformat(text))
    except ValueError:
        return _parse_loose(text)


def _parse_loose(text: str) -> tuple[float, float]:
    """Parse what some apps write for ISO times: Unix times, numbers of one digit, two zones."""
    if _SECONDS.fullmatch(text) or _MILLISECONDS.fullmatch(text):
        return float(text) / (1000.0 if _MILLISECONDS.fullmatch(text) else 1.0), 0.0
    match = _LOOSE_TIME.fullmatch(text)
    if match is None:
        return math.nan, math.nan
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    day_text, fraction = f"{year}-{month:0>2}-{day:0>2}", (fraction or "")[:6].ljust(6, "0")
    padded = f"{day_text}T{hour:0>2}:{minute:0>2}:{second or '0':0>2}.{fraction}"
    try:
        return unix_and_offset(datetime.fromisoformat(padded + (zone or "")))
    except ValueError:
        return math.nan, math.nan


def unix_and_offset(moment: datetime) -> tuple[float, float]:
    """Return Unix seconds and the UTC offset in seconds; a time without a zone is UTC, its offset NaN."""
    if moment.tzinfo is UTC:
        return moment.timestamp(), 0.0
    offset = moment.utcoffset()
    if offset is None:
        return moment.replace(tzinfo=UTC).timestamp(), math.nan
    return moment.timestamp(), offset.total_seconds()


#: Days and times of day as people write them, in the languages of runlog.
_DAYS_AGO = {"today": 0, "this": 0, "heute": 0, "diesen": 0, "yesterday": 1, "gestern": 1, "vorgestern": 2}
_WEEKDAYS = (
    ("monday", "mon", "montag", "mo"),
    ("tuesday", "tue", "dienstag", "di"),
    ("wednesday", "wed", "mittwoch", "mi"),
    ("thursday", "thu", "donnerstag", "do"),
    ("friday", "fri", "freitag", "fr"),
    ("saturday", "sat", "samstag", "sa", "sonnabend"),
    ("sunday", "sun", "sonntag", "so"),
)
_MONTHS = ("jan", "feb", "mar mär", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez")
_HOURS = {"morning": 8, "früh": 8, "morgen": 8, "vormittag": 10, "noon": 12, "mittag": 12} | {
    **dict.fromkeys(("afternoon", "nachmittag"), 15),
    **dict.fromkeys(("evening", "tonight", "abend"), 20),
    **dict.fromkeys(("night", "nacht"), 22),
}
_DAY_AND_MONTH = re.compile(r"(\d{1,2})\.?\s*(?:(\d{1,2})\.|([a-zä]{3})[a-z]*\.?)\s*(\d{4})?")
_CLOCK = r"(\d{1,2})(?:[:.](\d\d))?\s*(am|pm|uhr|h)?"
_MOMENT = re.compile(rf"(?P<day>.*?)[\s,]*\b(?:at\s+|um\s+)?(?:{_CLOCK}|(?P<word>{'|'.join(_HOURS)}))")


def parse_day(text: str, today: date) -> date | None:
    """Return the day that "yesterday", "Sunday", "15 Nov", "15.11." or "2026-11-15" means; None if none.

    Without a year it is the last such day up to today. The words may be English or German.
    """
    word = " ".join(text.casefold().split()).removeprefix("last ").removeprefix("letzten ")
    if word in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[word])
    for number, names in enumerate(_WEEKDAYS):
        if word in names:
            return today - timedelta(days=(today.weekday() - number) % 7)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return _parse_day_and_month(word, today)


def _parse_day_and_month(word: str, today: date) -> date | None:
    match = _DAY_AND_MONTH.fullmatch(word)
    if match is None:
        return None
    day, number, name, year = match.groups()
    month = int(number or 0) or next((at for at, names in enumerate(_MONTHS, 1) if name in names.split()), 0)
    try:
        if year:
            return date(int(year), month, int(day))
        found = (_date_or_last(today.year - back, month, int(day)) for back in range(9))
        return max(one for one in found if one <= today)
    except ValueError:
        return None


def _date_or_last(year: int, month: int, day: int) -> date:
    """Return a day; the last of all days where there is none, as 29 February in most years."""
    try:
        return date(year, month, day)
    except ValueError:
        return date.max


def parse_moment(text: str, now: datetime, hour: int = 20) -> datetime | None:
    """Return the moment that "20:00", "8pm", "yesterday evening", "last night" or an ISO time means.

    The text is English or German, in the zone of ``now``; a day without a time has this hour. The moment may
    be still to come; it is None if the text is none.
    """
    words = " ".join(text.casefold().split())
    if words in {"now", "jetzt"}:
        return now
    whole_day = parse_day(words, now.date())
    if whole_day is not None:
        return _at_hour_so_far(now, whole_day, hour)
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    except ValueError:
        return _parse_day_and_time(words, now)


def _parse_day_and_time(words: str, now: datetime) -> datetime | None:
    match = _MOMENT.fullmatch(words)
    if match is None:
        return None
    named, hour, minute, suffix, word = match["day"], *match.groups()[1:4], match["word"]
    if named in {"last", "letzte", "letzten"} and word:
        day: date | None = now.date() - timedelta(days=1)
    else:
        day = parse_day(named, now.date()) if named else now.date()
    if day is None or (word is None and minute is None and suffix is None):
        return None
    if word is not None:
        return _at_hour_so_far(now, day, _HOURS[word])
    try:
        if suffix in {"am", "pm"}:
            hour = _HOURS_OF_HALF_DAY.index(int(hour)) + 12 * (suffix == "pm")
        return _at_hour(now, day, int(hour), int(minute or 0))
    except ValueError:
        return None


_HOURS_OF_HALF_DAY = (12, *range(1, 12))  # of am and of pm


def _at_hour_so_far(now: datetime, day: date, hour: int) -> datetime:
    """Return the hour of a day; where that is today, now at the latest."""
    moment = _at_hour(now, day, hour)
    return min(now, moment) if day == now.date() else moment


def _at_hour(now: datetime, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), now.tzinfo)
