"""Complete an activity after reading, and refuse one that cannot have happened.

Missing totals come from the track, which also settles stated ones that cannot be right.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from runlog.i18n import N_, _, say
from runlog.importers import sports
from runlog.importers.tracks import MAX_DURATION_S, great_circle_m
from runlog.localtime import EARLIEST_VALID, INDOOR_SUB_SPORTS, MAX_AHEAD, VIRTUAL_SUB_SPORT
from runlog.model import Kind, Track

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from runlog.model import Activity, Floats, Lap

_MIN_MOVING_MPS = 0.5
_SPEED_WINDOW_S = 10.0
_ASCENT_GRID_S = 10.0
_ASCENT_SMOOTHING = 5  # grid points, an odd number
_ASCENT_NOISE_M = 1.0


_SHORT_S, _SHORT_SHARE = 60.0, 0.05  # by which a recording may end before its points
_LONG_S, _LONG_FACTOR = 600.0, 3.0  # by which a lap may end after its points
_MAX_LAP_NOTES = 3
_DAY_S = 86400.0
_MIN_POINTS_M = 100.0
_MAX_DISTANCE_RATIO = 2.0  # between the stated distance and that of the points
_MIN_COVERED_SHARE = 0.8  # of the time, by points at most a minute apart
_MAX_POINT_GAP_S = 60.0


def settle_sums(activity: Activity) -> tuple[Activity, tuple[str, ...]]:
    """Replace a stated duration or distance that the points contradict; return notes on it.

    Other sums of a recording that goes on after its stated end are of a part of it, and become unknown.
    """
    track = activity.track
    if track is None or len(track) < 2:  # noqa: PLR2004 - a single point contradicts nothing
        return activity, ()
    first, span, stated = float(track["time_s"][0]), float(track["time_s"][-1]), activity.duration_s
    notes, times = [], {"stated": _minutes(stated), "time": _minutes(span)}
    longest = stated + max(_SHORT_S, _SHORT_SHARE * stated)
    if span - first <= longest < span:
        moved = Track({**track.columns, "time_s": track["time_s"] - first})
        begin = activity.start + timedelta(seconds=first)
        begun, more = settle_sums(replace(activity, start=begin, track=moved))
        note = say("the file states a start {time} before its points, which count", time=_minutes(first))
        return begun, (note, *more)
    if span > longest:
        notes.append(say("the file states {stated}, but its points go on for {time}", **times))
        partial = dict.fromkeys(("moving_s", "ascent_m", "avg_hr", "max_hr", "avg_cadence_spm"))
        activity = replace(activity, duration_s=span, **partial)  # type: ignore[arg-type]  # all may be None
        if (track_distance(track) or 0.0) > (activity.distance_m or 0.0):
            activity = replace(activity, distance_m=None)
    elif stated > _DAY_S and stated > 10 * max(span, _SHORT_S):
        notes.append(say("the file states {stated}, but its points end after {time}", **times))
        activity = replace(activity, duration_s=span)
    if activity.moving_s is not None and activity.moving_s > activity.duration_s + _SHORT_S:
        activity = replace(activity, moving_s=None)
    points_m = track_distance(track)
    if activity.distance_m is not None and points_m and _is_distance_wrong(activity, track, points_m):
        stated_km, points_km = activity.distance_m / 1000, points_m / 1000
        notes.append(
            say("the file states {km:.1f} km, but its points cover {of:.1f} km", km=stated_km, of=points_km)
        )
        activity = replace(activity, distance_m=None)
    return activity, tuple(say("{note}, which counts", note=note) for note in notes)


def _is_distance_wrong(activity: Activity, track: Track, points_m: float) -> bool:
    """Return whether the points contradict the stated distance, and can themselves be right."""
    stated, top = activity.distance_m or 0.0, _MAX_RUN_SPEED_MPS * activity.duration_s
    if points_m < _MIN_POINTS_M or points_m > top or activity.sport == "swimming":
        return False
    if stated < points_m / _MAX_DISTANCE_RATIO or stated > top:
        return True
    gaps = np.diff(track["time_s"])
    covered = float(gaps[gaps <= _MAX_POINT_GAP_S].sum())
    is_whole = covered >= _MIN_COVERED_SHARE * activity.duration_s and "lat" in track
    return (
        is_whole and stated > _MAX_DISTANCE_RATIO * points_m and activity.sub_sport not in INDOOR_SUB_SPORTS
    )


def settle_laps(
    laps: Sequence[Lap], start: float, track: Track | None
) -> tuple[tuple[Lap, ...], tuple[str, ...]]:
    """Cut laps, in their order, that last far longer than their points; return notes on them.

    A lap whose distance says that it really was so long stays, as its points may have been lost. The start is
    that of the activity in Unix seconds.
    """
    if track is None or not laps:
        return tuple(laps), ()
    times, settled, notes = track["time_s"], [], []
    begins = [lap.start.timestamp() - start for lap in laps]
    for lap, begin, until in zip(laps, begins, [*begins[1:], np.inf], strict=True):
        first, end = np.searchsorted(times, (begin, until))
        new, span = lap, float(times[end - 1] - begin) if end - first > 1 else lap.duration_s
        is_long = lap.duration_s > _LONG_FACTOR * span + _LONG_S
        if is_long or lap.distance_m == 0:
            rows = Track({name: values[first:end] for name, values in track.columns.items()})
            metres = track_distance(rows) or 0.0
            if lap.distance_m == 0 and metres > _MIN_POINTS_M:
                new = replace(new, distance_m=None)
                notes.append(
                    say("a lap states 0 km, but its points cover {km:.1f} km, which count", km=metres / 1000)
                )
            if is_long and (lap.distance_m or 0.0) <= _MAX_DISTANCE_RATIO * metres:
                new = replace(new, duration_s=span if np.isinf(until) else until - begin)
                stated, pointed = _minutes(lap.duration_s), _minutes(new.duration_s)
                lap_note = N_("a lap of {stated} has points of {pointed}, which count")
                notes.append(say(lap_note, stated=stated, pointed=pointed))
        settled.append(new)
    return tuple(settled), tuple(notes[:_MAX_LAP_NOTES])


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= _SHORT_S else f"{seconds:.0f} s"


def fill_missing_sums(activity: Activity) -> Activity:
    """Fill in missing totals from the track, and convert cadence to steps of both feet.

    Totals of the source stay. Distance is the device's own running total, else great circles between
    positions of one segment. Moving time leaves out pauses and standing (under 0.5 m/s over 10 s).
    """
    laps = activity.laps
    if len({lap.intensity for lap in laps} - {None}) <= 1:  # some exporters write one value on every lap
        laps = tuple(replace(lap, intensity=None) for lap in laps)
    measured = ("moving_s", "avg_hr", "max_hr", "avg_cadence_spm")  # a 0 of these means that they were not
    zeros = {name: None for name in measured if (value := getattr(activity, name)) is not None and value <= 0}
    activity = _count_both_feet(replace(activity, laps=laps, **zeros))  # type: ignore[arg-type]  # may be None
    track = activity.track
    if track is None or len(track) == 0:
        return activity
    missing = {
        name: total(track) for name, total in _SUMS_FROM_TRACK.items() if getattr(activity, name) is None
    }
    return replace(activity, **missing)  # type: ignore[arg-type]  # the names are all of numbers


def track_distance(track: Track) -> float | None:
    """Return the metres covered, or None if the track has neither distance nor positions."""
    steps = _distance_steps(track)
    return None if steps is None else float(steps.sum())


def track_moving_time(track: Track) -> float:
    """Return the seconds without pauses and, if the track has distances or positions, without standing."""
    seconds = np.where(np.diff(track["segment"]) == 0, np.diff(track["time_s"]), 0.0)
    steps = _distance_steps(track)
    if steps is None or not len(seconds):
        return float(seconds.sum())
    clock = np.concatenate(([0.0], np.cumsum(seconds)))
    covered = np.concatenate(([0.0], np.cumsum(steps)))
    middle = (clock[1:] + clock[:-1]) / 2
    later = np.minimum(middle + _SPEED_WINDOW_S / 2, clock[-1])
    earlier = np.maximum(middle - _SPEED_WINDOW_S / 2, 0.0)
    window = np.maximum(later - earlier, 1e-9)
    speed = (np.interp(later, clock, covered) - np.interp(earlier, clock, covered)) / window
    return float(seconds[speed >= _MIN_MOVING_MPS].sum())


def track_ascent(track: Track) -> float | None:
    """Return the metres climbed, smoothed over 50 s and without rises of less than 1 m."""
    if "altitude_m" not in track:
        return None
    known = ~np.isnan(track["altitude_m"])
    times, altitude = track["time_s"][known], track["altitude_m"][known]
    grid = np.arange(times[0], times[-1] + _ASCENT_GRID_S, _ASCENT_GRID_S)
    if len(grid) > len(times) * _ASCENT_SMOOTHING:  # sparse points are their own grid
        grid = times
    even = np.interp(grid, times, altitude)
    padded = np.pad(even, _ASCENT_SMOOTHING // 2, mode="edge")
    smooth = np.convolve(padded, np.full(_ASCENT_SMOOTHING, 1 / _ASCENT_SMOOTHING), mode="valid")
    climbed, low = 0.0, float(smooth[0])
    for height in smooth.tolist():
        if height >= low + _ASCENT_NOISE_M:
            climbed += height - low
            low = height
        low = min(low, height)
    return climbed


def _distance_steps(track: Track) -> Floats | None:
    """Return the metres between each point and the next (n - 1,)."""
    if "distance_m" in track and not np.isnan(track["distance_m"]).all():
        totals = track["distance_m"]
        known = ~np.isnan(totals)
        last = np.maximum.accumulate(np.where(known, np.arange(len(totals)), 0))
        filled = np.nan_to_num(totals[last], nan=float(totals[known][0]))  # gaps, with the value before
        grown: Floats = np.maximum(np.diff(filled), 0.0)
        return grown
    if "lat" not in track:
        return None
    fixed = np.flatnonzero(~np.isnan(track["lat"]))
    if not len(fixed):
        return None
    lat, lon, segment = (track[name][fixed] for name in ("lat", "lon", "segment"))
    metres = np.where(np.diff(segment) == 0, great_circle_m(lat[:-1], lon[:-1], lat[1:], lon[1:]), 0.0)
    way = np.concatenate(([0.0], np.cumsum(metres)))[: len(fixed)]
    steps: Floats = np.diff(np.interp(track["time_s"], track["time_s"][fixed], way))
    return steps


def _cadence_while_stepping(track: Track) -> Floats:
    """Return the cadences (m,) of the points with steps."""
    if "cadence_spm" not in track:
        return np.empty(0)
    cadence = track["cadence_spm"]
    return np.asarray(cadence[cadence > 0], dtype=np.float64)


def _count_both_feet(activity: Activity) -> Activity:
    """Double the cadence if the source counts one foot (FIT always, GPX and TCX in some dialects).

    The cadence of other sports does not count steps, and is left out.
    """
    track, average = activity.track, activity.avg_cadence_spm
    stepping = _cadence_while_stepping(track) if track else np.empty(0)
    typical = float(np.median(stepping)) if len(stepping) else average
    if typical is None:
        return activity
    limit = sports.ONE_FOOT_BELOW_SPM.get(activity.sport)
    if limit is None:
        columns = track.columns if track else {}
        others = {name: values for name, values in columns.items() if name != "cadence_spm"}
        return replace(activity, avg_cadence_spm=None, track=track and Track(others))
    factor = 2.0 if typical < limit else 1.0
    if track and "cadence_spm" in track:
        track = Track({**track.columns, "cadence_spm": track["cadence_spm"] * factor})
    return replace(activity, avg_cadence_spm=None if average is None else average * factor, track=track)


_SUMS_FROM_TRACK: dict[str, Callable[[Track], float | None]] = {
    "distance_m": track_distance,
    "moving_s": track_moving_time,
    "ascent_m": track_ascent,
    "avg_hr": lambda track: float(np.nanmean(track["heart_rate_bpm"])) if "heart_rate_bpm" in track else None,
    "max_hr": lambda track: float(np.nanmax(track["heart_rate_bpm"])) if "heart_rate_bpm" in track else None,
    "avg_cadence_spm": lambda track: (
        float(stepping.mean()) if len(stepping := _cadence_while_stepping(track)) else None
    ),
}


#: Programs whose places are made up, or somewhere else than the runner.
_VIRTUAL_WORLD = re.compile(
    r"\b(zwift|rouvy|kinomap|qdomyos|peloton|rgt cycling|bkool|tacx|fulgaz|mywhoosh|indievelo|tpvirtual)",
    re.IGNORECASE,
)


def mark_virtual(activity: Activity, program: str | None) -> Activity:
    """Set the sub-sport of an activity that a program has in a virtual world, so that it has no route."""
    named = activity.name if activity.name and activity.name.lower().startswith("zwift") else None
    is_virtual = any(_VIRTUAL_WORLD.search(text) for text in (program, activity.device, named) if text)
    if not is_virtual or activity.sub_sport in INDOOR_SUB_SPORTS:
        return activity
    return replace(activity, sub_sport=VIRTUAL_SUB_SPORT)


_MAX_DISTANCE_M = 5_000_000.0
_MAX_RUN_SPEED_MPS = 12.0  # the fastest sprint ever run, held over a whole run


def is_ahead(activity: Activity, now: datetime) -> bool:
    """Return whether an activity lies in the future, by the clock of the device or of this machine."""
    return activity.start > now + MAX_AHEAD


def implausible_reason(activity: Activity, now: datetime) -> str | None:
    """Return why an activity cannot be right, or None if it can."""
    reason = _wrong_time(activity, now) or _wrong_distance(activity)
    refusal = N_("the activity of {start:%Y-%m-%d %H:%M} UTC {reason}")
    return say(refusal, start=activity.start, reason=reason) if reason else None


def _wrong_time(activity: Activity, now: datetime) -> str | None:
    if activity.start < EARLIEST_VALID:
        return _("lies before 1990; the clock of the device was not set")
    if is_ahead(activity, now):
        return _("lies in the future; the clock of the device or of this computer is wrong")
    if activity.duration_s <= 0:
        return _("has no duration")
    if activity.duration_s > MAX_DURATION_S:
        return say("lasts {days:.0f} days; its times are wrong", days=activity.duration_s / 86400)
    return None


def _wrong_distance(activity: Activity) -> str | None:
    distance = activity.distance_m
    if distance is None:
        return None
    if not 0 <= distance <= _MAX_DISTANCE_M:
        return say("covers {km:.6g} km; its distance is wrong", km=distance / 1000)
    if activity.kind is Kind.RUN and distance > _MAX_RUN_SPEED_MPS * activity.duration_s:
        speed = 3.6 * distance / activity.duration_s
        advice = "" if activity.external else _("; if it was another sport, say so with --sport")
        return say("is faster than any run ({speed:.0f} km/h){advice}", speed=speed, advice=advice)
    return None


_MIN_RUN_S, _MIN_RUN_M = 20.0, 50.0
_MIN_SHORT_RUN_M = 100.0
#: Up to how many seconds, and the speed in m/s that nobody has run for so long, some 5% over the records.
_FASTEST_MPS = ((60, 12.0), (120, 9.5), (300, 8.3), (900, 7.3), (2400, 7.0), (5400, 6.5), (math.inf, 6.2))


def no_run_reason(activity: Activity) -> str | None:
    """Return why a completed activity is no run, whatever its source calls it; None where it may be one.

    Absurd speeds are not asked about here: ``implausible_reason`` refuses them.
    """
    duration, distance = activity.duration_s, activity.distance_m
    if duration < _MIN_RUN_S and (distance or 0.0) < _MIN_SHORT_RUN_M:
        return f"lasts {duration:.0f} s"
    if distance is None or activity.sub_sport in INDOOR_SUB_SPORTS:
        return None
    if distance < _MIN_RUN_M:
        return f"covers {distance:.0f} m in {duration / 60:.0f} min"
    moving = duration if activity.moving_s is None else max(activity.moving_s, duration / 2)
    fastest = next(speed for seconds, speed in _FASTEST_MPS if moving <= seconds)
    if fastest * moving < distance <= _MAX_RUN_SPEED_MPS * duration:
        too_fast = N_("keeps up {speed:.0f} km/h for {minutes:.0f} min")
        return say(too_fast, speed=3.6 * distance / moving, minutes=moving / 60)
    return None
