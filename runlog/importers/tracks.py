"""Build tracks from raw columns without what cannot be right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlog import localtime
from runlog.i18n import N_, _, ngettext, say
from runlog.model import Track
from runlog.units import EARTH_RADIUS_M

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from runlog.model import Bools, Floats, Indices

EARLIEST_UNIX_S = localtime.EARLIEST_VALID.timestamp()
LATEST_UNIX_S = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
MAX_DURATION_S = 14 * 86400.0

#: Valid range of each column; values outside are sensor faults and become NaN.
VALID_RANGES = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "distance_m": (0.0, 1e8),
    "speed_mps": (0.0, 150.0),
    "altitude_m": (-1000.0, 12000.0),
    "heart_rate_bpm": (20.0, 250.0),
    "cadence_spm": (0.0, 400.0),
    "power_w": (0.0, 5000.0),
    "vertical_oscillation_mm": (0.0, 1000.0),
    "vertical_ratio_pct": (0.0, 100.0),
    "stance_time_ms": (0.0, 5000.0),
    "stance_time_balance_pct": (0.0, 100.0),
    "step_length_mm": (0.0, 5000.0),
}


class BuiltTrack(NamedTuple):
    """A track, its start in Unix seconds, and notes on what was changed and left out."""

    start: float
    track: Track
    notes: tuple[str, ...] = ()

    def track_since(self, start: float) -> Track:
        """Return the track with the times since another start, in Unix seconds."""
        time_s = np.maximum(self.track["time_s"] + (self.start - start), 0.0)
        return Track({**self.track.columns, "time_s": time_s})


def build_track(
    times: Floats,
    segments: NDArray[Any],
    columns: Mapping[str, Floats],
    start: float | None = None,
) -> BuiltTrack | None:
    """Build a track from columns with a row per point, in the order of the way.

    Points without a time get that of their place between those with one. Positions that cannot be reached
    from the others are left out, and a running total that falls is mended.

    Args:
        times: Unix seconds (n,), NaN where a point has none; a fall is taken for a point without a time.
        segments: any numbers (n,) that change at a pause.
        columns: raw values (n,) by track column.
        start: Unix seconds of the activity's start; None is the first time.

    Returns:
        The track, or None if no point has a possible time (after 1990).
    """
    times = possible_times(times)
    times = np.where(times < np.fmax.accumulate(times), np.nan, times)
    clean = blank_impossible(columns)
    rows, filled, notes = _fill_times(times, clean)
    if not len(rows):
        return None
    filled, coarse = _spread_coarse_times(filled)
    clean = {name: values[rows] for name, values in clean.items()}
    segments = segments[rows]
    if "lat" in clean:
        wild, jumps, off = _wild_positions(filled, segments, clean["lat"], clean["lon"])
        clean["lat"], clean["lon"] = (np.where(wild, np.nan, clean[name]) for name in ("lat", "lon"))
        inside = slice(int(np.argmin(wild)), len(wild) - int(np.argmin(wild[::-1])))  # without wild ends
        clean = {name: values[inside] for name, values in clean.items()}
        filled, segments, jumps = filled[inside], segments[inside], jumps[inside]
        if wild.any() or "distance_m" not in clean:
            notes += off
            segments = _renumber_segments(segments) + np.cumsum(jumps)
    if "distance_m" in clean:
        clean["distance_m"], counted = _mend_counter(clean["distance_m"])
        notes += counted
    if start is None:
        start = float(filled[0])
    track = {"time_s": np.maximum(filled - start, 0.0), "segment": _renumber_segments(segments)}
    track |= {name: values for name, values in clean.items() if not np.isnan(values).all()}
    if _counts_nothing(track):
        del track["distance_m"]
        notes += (_("its distance counter stands still while its positions move; the positions count"),)
    return BuiltTrack(start, Track(track), (*notes, *coarse))


def possible_times(times: Floats) -> Floats:
    """Return the times (n,) with NaN for those before 1990 or after 9998."""
    with np.errstate(invalid="ignore"):
        return np.where((times >= EARLIEST_UNIX_S) & (times < LATEST_UNIX_S), times, np.nan)


def count_text(count: int) -> str:
    """Return a number of points in words."""
    return ngettext("{n} point", "{n} points", count).format(n=count)


def duration_text(seconds: float) -> str:
    """Return a duration in its largest unit."""
    if seconds >= 2 * 86400:
        return say("{n} days", n=round(seconds / 86400))
    if seconds >= 3600:  # noqa: PLR2004 - an hour
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"  # noqa: PLR2004 - a minute


def great_circle_m(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Return metres between points in degrees, by the haversine formula."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_chord = (
        np.sin((phi2 - phi1) / 2) ** 2
        + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    )
    metres: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0)))
    return metres


def _steps_m(lat: Floats, lon: Floats) -> Floats:
    """Return the metres from each position to the next (n - 1,)."""
    return great_circle_m(lat[:-1], lon[:-1], lat[1:], lon[1:])


def _renumber_segments(segments: NDArray[Any]) -> Floats:
    changes = np.diff(segments, prepend=segments[:1]) != 0
    return np.cumsum(changes).astype(np.float64)


def blank_impossible(columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the columns (n,) with NaN for what no sensor can have measured, and for half a position."""
    clean = {}
    for name, values in columns.items():
        low, high = VALID_RANGES[name]
        with np.errstate(invalid="ignore"):
            clean[name] = np.where((values >= low) & (values <= high), values, np.nan)
    if not {"lat", "lon"} <= set(clean):
        clean.pop("lat", None)
        clean.pop("lon", None)
    else:
        no_fix = np.isnan(clean["lat"]) | np.isnan(clean["lon"]) | ((clean["lat"] == 0) & (clean["lon"] == 0))
        clean["lat"][no_fix] = np.nan
        clean["lon"][no_fix] = np.nan
    return clean


def _fill_times(times: Floats, columns: Mapping[str, Floats]) -> tuple[Indices, Floats, tuple[str, ...]]:
    """Give points without a time that of their place on the way between those with one.

    Returns:
        The rows from the first time to the last, their times, and notes.
    """
    known = np.flatnonzero(~np.isnan(times))
    if len(known) in (0, len(times)):
        return known, times[known], ()
    rows = np.arange(known[0], known[-1] + 1)
    place = np.arange(len(times), dtype=np.float64)
    if "lat" in columns:
        metres = np.nan_to_num(_steps_m(columns["lat"], columns["lon"])) + 1e-6  # so that it always grows
        place = np.concatenate(([0.0], np.cumsum(metres)))
    placed = N_("{points} without a time got that of their place on the way")
    left_out = N_("{points} without a time, before the first one or after the last, left out")
    counts = {placed: len(rows) - len(known), left_out: len(times) - len(rows)}
    notes = tuple(say(text, points=count_text(count)) for text, count in counts.items() if count)
    return rows, np.interp(place[rows], place[known], times[known]), notes


_COARSE_S = 20.0  # between two different times
_COARSE_POINTS = 1.5  # that have the same time, on average


def _spread_coarse_times(times: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Spread points evenly that share whole minutes or other coarse times (n,), which never fall."""
    begins = np.flatnonzero(np.diff(times, prepend=-np.inf) > 0)
    if len(begins) == 1 or len(times) < _COARSE_POINTS * len(begins):
        return times, ()
    steps = np.diff(times[begins])
    usual = float(np.median(steps))
    if usual < _COARSE_S:
        return times, ()
    sizes = np.diff(np.append(begins, len(times)))
    within = np.arange(len(times)) - np.repeat(begins, sizes)
    lengths = np.minimum(np.append(steps, usual), usual)
    note = say("its times are {usual:.0f} s apart; the points of one time were spread evenly", usual=usual)
    return times + within * np.repeat(lengths / sizes, sizes), (note,)


_WILD_SLACK_M = 100.0
_TOP_MPS, _TOP_FACTOR = 12.0, 4.0  # the fastest sprint, or so many times the usual speed
_MAX_WILD_SHARE = 0.1  # of the positions
_MAX_WILD_END = 10  # positions at either end
_MAX_JUMPS, _MIN_JUMP_M = 500, 1000.0
_STANDING_MPS = 0.5
_DEGREE_M = 111_200.0  # in metres, of latitude


def _wild_positions(
    times: Floats, segments: NDArray[Any], lat: Floats, lon: Floats
) -> tuple[Bools, Bools, tuple[str, ...]]:
    """Find positions that cannot be reached from the others in their time.

    The most positions that can follow each other are kept. Where that leaves out too many, all are kept.

    Returns:
        Which positions are wild (n,), at which the way jumps although both sides are kept (n,), and notes.
    """
    wild, jumps = np.zeros((2, len(times)), dtype=bool)
    fixed = np.flatnonzero(~np.isnan(lat))
    if len(fixed) < 3:  # noqa: PLR2004 - of two nobody knows which is wild
        return wild, jumps, ()
    degrees = np.hypot(np.diff(lat[fixed]), np.diff(lon[fixed]))
    if degrees.max() * _DEGREE_M <= _WILD_SLACK_M:  # as in nearly all recordings; a degree has no more metres
        return wild, jumps, ()
    seconds, metres = np.diff(times[fixed]), _steps_m(lat[fixed], lon[fixed])
    speeds = metres[seconds > 0] / seconds[seconds > 0]
    moving = speeds[speeds > _STANDING_MPS]
    top = max(_TOP_MPS, _TOP_FACTOR * float(np.median(moving))) if len(moving) else _TOP_MPS
    cuts = np.flatnonzero(metres > _WILD_SLACK_M + top * seconds) + 1
    if not 0 < len(cuts) <= _MAX_JUMPS:
        return wild, jumps, ()
    starts, ends = np.append(0, cuts), np.append(cuts, len(fixed)) - 1
    kept = _longest_chain((times[fixed], lat[fixed], lon[fixed]), starts, ends, top)
    inside = np.repeat(kept, ends - starts + 1)
    head, tail = int(np.argmax(inside)), int(np.argmax(inside[::-1]))
    left_out = int((~inside).sum())
    if max(head, tail) > _MAX_WILD_END or left_out > max(1.0, _MAX_WILD_SHARE * len(fixed)):
        far = metres[cuts - 1]
        jumps[fixed[cuts]] = (far > _MIN_JUMP_M) & (segments[fixed[cuts]] == segments[fixed[cuts - 1]])
        note = say("its positions jump by up to {km:.1f} km, which is not counted", km=np.max(far) / 1000)
        return wild, jumps, (note,) if jumps.any() else ()
    wild[fixed[~inside]] = True
    note = ngettext(
        "{n} position lies far off the way and is left out",
        "{n} positions lie far off the way and are left out",
        left_out,
    )
    return wild, jumps, (note.format(n=left_out),)


def _longest_chain(
    points: tuple[Floats, Floats, Floats], starts: Indices, ends: Indices, top_mps: float
) -> Bools:
    """Return which pieces (p,) make up the chain of most positions, each in reach of the one before."""
    times, lat, lon = points
    best = (ends - starts + 1).astype(np.float64)
    previous = np.full(len(starts), -1)
    for piece in range(1, len(starts)):
        here, before = starts[piece], ends[:piece]
        metres = great_circle_m(lat[before], lon[before], lat[here], lon[here])
        reachable = metres <= _WILD_SLACK_M + top_mps * (times[here] - times[before])
        if reachable.any():
            previous[piece] = int(np.argmax(np.where(reachable, best[:piece], -1.0)))
            best[piece] += best[previous[piece]]
    kept = np.zeros(len(starts), dtype=bool)
    piece = int(np.argmax(best))
    while piece >= 0:
        kept[piece] = True
        piece = int(previous[piece])
    return kept


_WOBBLE_M = 20.0  # a counter that falls by less wobbles
_RESET_SHARE = 0.1  # of its height, below which a fall is a new beginning
_GLITCH_POINTS = 5


def _mend_counter(total: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Make a running total (n,) one that never falls; NaN stays NaN.

    A wobble is not added up, a few values far off are forgotten, and after a fall to nearly 0 the counter
    goes on from where it was.
    """
    known = np.flatnonzero(~np.isnan(total))
    if (np.diff(total[known]) >= 0).all():
        return total, ()
    values = total[known]
    falls = np.flatnonzero(np.diff(values) < -_WOBBLE_M) + 1
    for fall in falls[:_MAX_JUMPS].tolist():
        values[_glitch_at(values, fall)] = np.nan
    is_glitch = np.isnan(values)
    known, values = known[~is_glitch], values[~is_glitch]
    offsets, begin = np.zeros(len(values)), 0
    resets = 0
    for fall in (np.flatnonzero(np.diff(values) < -_WOBBLE_M) + 1).tolist():
        top = float(np.max(values[begin:fall]))
        if values[fall] <= max(_RESET_SHARE * top, _WOBBLE_M):
            offsets[fall:] += top
            begin, resets = fall, resets + 1
    mended = np.full(len(total), np.nan)
    mended[known] = np.maximum.accumulate(values + offsets)
    notes = []
    if is_glitch.any():
        notes.append(say("{n} of its running distances are far off and left out", n=int(is_glitch.sum())))
    if resets:
        again = ngettext(
            "its distance counter begins anew once; its parts are added up",
            "its distance counter begins anew {n} times; its parts are added up",
            resets,
        )
        notes.append(again.format(n=resets))
    return mended, tuple(notes)


def _glitch_at(values: Floats, fall: int) -> slice:
    """Return the few values before a fall that are too high, or from it on that are too low; else none."""
    low, high = values[fall], values[fall - 1]
    after = np.flatnonzero(values[fall + 1 : fall + 1 + _GLITCH_POINTS] >= high - _WOBBLE_M)
    if len(after):
        return slice(fall, fall + 1 + int(after[0]))
    first = max(fall - 1 - _GLITCH_POINTS, 0)
    before = np.flatnonzero(values[first : fall - 1] <= low)
    if len(before) and low - values[first + before[-1]] < (high - low) / 2:
        return slice(first + int(before[-1]) + 1, fall)
    return slice(0, 0)


_STANDING_SHARE, _STANDING_M = 0.02, 200.0


def _counts_nothing(track: Mapping[str, Floats]) -> bool:
    """Return whether the running total hardly grows although the positions move."""
    if "distance_m" not in track or "lat" not in track:
        return False
    counted = float(np.nanmax(track["distance_m"]) - np.nanmin(track["distance_m"]))
    fixed = ~np.isnan(track["lat"])
    lat, lon = track["lat"][fixed], track["lon"][fixed]
    degrees = float(np.hypot(np.diff(lat), np.diff(lon)).sum())
    if counted >= _STANDING_SHARE * degrees * _DEGREE_M:  # a degree has no more metres
        return False
    moved = float(_steps_m(lat, lon).sum())
    return moved > _STANDING_M and counted < _STANDING_SHARE * moved
