"""Fill in what a source does not state of an activity, from its track."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from runlog.importers import sports
from runlog.model import Track

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from runlog.model import Activity, Lap

_EARTH_RADIUS_M = 6371008.8  # IUGG mean radius
_STANDING_MPS = 0.5
_SPEED_WINDOW_S = 10.0
_ASCENT_GRID_S = 10.0
_ASCENT_SMOOTHING = 5  # grid points, an odd number
_ASCENT_NOISE_M = 1.0


def complete(activity: Activity) -> Activity:
    """Return the activity with its cadence in steps of both feet, and its unknown sums from the track.

    What the source states is kept. Distance is the device's own running total, else great circles between
    positions of one segment. Moving time leaves out pauses and standing (under 0.5 m/s over 10 s).
    """
    activity = _both_feet(_without_zeros(replace(activity, laps=_varied(activity.laps))))
    track = activity.track
    if track is None or len(track) == 0:
        return activity
    unknown = {name: find(track) for name, find in _FINDERS.items() if getattr(activity, name) is None}
    return replace(activity, **unknown)  # type: ignore[arg-type]  # the names are all of numbers


def distance(track: Track) -> float | None:
    """Return the metres covered, or None where the track has neither distance nor positions."""
    steps = _distance_steps(track)
    return None if steps is None else float(steps.sum())


def moving_time(track: Track) -> float:
    """Return the seconds without pauses and, where the track tells, without standing."""
    seconds = np.where(_within_segment(track), np.diff(track["time_s"]), 0.0)
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
    return float(seconds[speed >= _STANDING_MPS].sum())


def ascent(track: Track) -> float | None:
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


def _distance_steps(track: Track) -> NDArray[np.float64] | None:
    """Return the metres between each point and the next (n - 1,)."""
    if "distance_m" in track:
        return np.maximum(np.diff(_filled(track["distance_m"])), 0.0)
    if "lat" not in track:
        return None
    fixed = np.flatnonzero(~np.isnan(track["lat"]))
    lat, lon, segment = (track[name][fixed] for name in ("lat", "lon", "segment"))
    metres = np.where(np.diff(segment) == 0, great_circle(lat[:-1], lon[:-1], lat[1:], lon[1:]), 0.0)
    steps = np.zeros(max(len(track) - 1, 0))
    steps[fixed[1:] - 1] = metres
    return steps


def great_circle(
    lat1: NDArray[np.float64], lon1: NDArray[np.float64], lat2: NDArray[np.float64], lon2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return metres between points in degrees, by the haversine formula."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_chord = (
        np.sin((phi2 - phi1) / 2) ** 2
        + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    )
    metres: NDArray[np.float64] = 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half_chord, 1.0)))
    return metres


def _filled(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill the gaps of a running total with the value before."""
    known = ~np.isnan(totals)
    last = np.maximum.accumulate(np.where(known, np.arange(len(totals)), 0))
    return np.nan_to_num(totals[last], nan=float(totals[known][0]))


def _within_segment(track: Track) -> NDArray[np.float64]:
    same: NDArray[np.float64] = np.diff(track["segment"]) == 0
    return same


def _avg_hr(track: Track) -> float | None:
    return float(np.nanmean(track["heart_rate_bpm"])) if "heart_rate_bpm" in track else None


def _max_hr(track: Track) -> float | None:
    return float(np.nanmax(track["heart_rate_bpm"])) if "heart_rate_bpm" in track else None


def _avg_cadence(track: Track) -> float | None:
    stepping = _stepping(track)
    return float(stepping.mean()) if len(stepping) else None


def _stepping(track: Track) -> NDArray[np.float64]:
    """Return the cadences of the points at which there were steps."""
    if "cadence_spm" not in track:
        return np.empty(0)
    cadence = track["cadence_spm"]
    return np.asarray(cadence[cadence > 0], dtype=np.float64)


def _without_zeros(activity: Activity) -> Activity:
    """Take away sums of 0 that can only mean that nothing was measured."""
    measured = ("moving_s", "avg_hr", "max_hr", "avg_cadence_spm")
    unknown = {
        name: None for name in measured if (value := getattr(activity, name)) is not None and value <= 0
    }
    return replace(activity, **unknown)  # type: ignore[arg-type]  # the names above may all be None


def _both_feet(activity: Activity) -> Activity:
    """Count both feet where the source counts one (FIT always, GPX and TCX in some dialects).

    The cadence of other sports is not of steps, and is left out.
    """
    track, average = activity.track, activity.avg_cadence_spm
    stepping = _stepping(track) if track else np.empty(0)
    typical = float(np.median(stepping)) if len(stepping) else average
    if typical is None:
        return activity
    limit = sports.ONE_FOOT_BELOW_SPM.get(activity.sport)
    if limit is None:
        return replace(activity, avg_cadence_spm=None, track=track and _without(track, "cadence_spm"))
    factor = 2.0 if typical < limit else 1.0
    if track and "cadence_spm" in track:
        track = Track({**track.columns, "cadence_spm": track["cadence_spm"] * factor})
    return replace(activity, avg_cadence_spm=None if average is None else average * factor, track=track)


def _without(track: Track, column: str) -> Track:
    return Track({name: values for name, values in track.columns.items() if name != column})


def _varied(laps: Sequence[Lap]) -> tuple[Lap, ...]:
    """Take the intensity from laps where it never varies: some exporters write one word on every lap."""
    if len({lap.intensity for lap in laps} - {None}) > 1:
        return tuple(laps)
    return tuple(replace(lap, intensity=None) for lap in laps)


_FINDERS: dict[str, Callable[[Track], float | None]] = {
    "distance_m": distance,
    "moving_s": moving_time,
    "ascent_m": ascent,
    "avg_hr": _avg_hr,
    "max_hr": _max_hr,
    "avg_cadence_spm": _avg_cadence,
}
