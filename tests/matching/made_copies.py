"""The same recording as another device or app would hand it over, and what only looks like it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from runlog import importers
from runlog.model import Track
from runlog.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from runlog.model import Activity

_HEART_RATE = "<{0}><{1}><{2}>{{}}</{2}></{1}></{0}>".format(
    "extensions", "gpxtpx:TrackPointExtension", "gpxtpx:hr"
)
_METRES_PER_DEGREE = 111_195


@dataclass(frozen=True)
class Copy:
    """How a recording differs from the one that it was made of; each change is of the runner's or an app's.

    Attributes:
        shift_s: the clock is ahead by so much, or the run was that much later.
        part: the beginning and end that were left, as shares of the time.
        every: one point in so many is left.
        drop: the share of points that were lost, at random.
        jitter_m: how far another receiver errs, slowly to and fro.
        pace: how many times as long it took.
        beats: how much higher the heart rate was; None where it was not recorded.
    """

    shift_s: float = 0.0
    part: tuple[float, float] = (0.0, 1.0)
    every: int = 1
    drop: float = 0.0
    jitter_m: float = 0.0
    pace: float = 1.0
    beats: float | None = 0.0

    def of(self, activity: Activity) -> Activity:
        """The copy of an activity; what its file would state of the whole is left out."""
        whole = activity.track
        first, last = (share * whole["time_s"][-1] for share in self.part)
        rng = np.random.default_rng(7)
        selected = (
            (whole["time_s"] >= first) & (whole["time_s"] <= last) & (rng.random(len(whole)) >= self.drop)
        )
        selected[np.arange(len(whole)) % self.every > 0] = False
        columns = {name: column[selected] for name, column in whole.columns.items()}
        begin_s = columns["time_s"][0]
        columns["time_s"] = (columns["time_s"] - begin_s) * self.pace
        if "heart_rate_bpm" in columns and self.beats is None:
            del columns["heart_rate_bpm"]
        elif "heart_rate_bpm" in columns:
            columns["heart_rate_bpm"] = columns["heart_rate_bpm"] + self.beats
        for name in ("lat", "lon"):
            columns[name] = (
                columns[name] + _wander(len(columns["lat"]), rng) * self.jitter_m / _METRES_PER_DEGREE
            )
        start = activity.start + timedelta(seconds=float(begin_s) + self.shift_s)
        return replace(activity, start=start, track=Track(columns))


def _wander(points: int, rng: np.random.Generator) -> np.ndarray:
    """Noise of spread 1 that changes over minutes."""
    window = 240
    return np.convolve(rng.normal(size=points + window), np.full(window, window**-0.5), "valid")[:points]


@lru_cache(maxsize=8)
def activity_in(path: Path) -> Activity:
    """The first activity of a file, with its track."""
    return importers.read_bytes(path.read_bytes(), path.name, Settings()).activities[0]


def gpx_of(activity: Activity, *, name: str = "Copy", sport: str | None = "running") -> str:
    """A recording as Strava's GPX has it: positions, heights, times and heart rates."""
    track, segments = activity.track, {}
    unknown = np.full(len(track), np.nan)
    known = track.columns
    altitudes, beats = (known.get(column, unknown).tolist() for column in ("altitude_m", "heart_rate_bpm"))
    lat, lon, segment = (known[column].tolist() for column in ("lat", "lon", "segment"))
    for index in np.flatnonzero(np.isfinite(track["lat"])).tolist():
        height = "" if math.isnan(altitudes[index]) else f"<ele>{altitudes[index]:.1f}</ele>"
        rate = "" if math.isnan(beats[index]) else _HEART_RATE.format(round(beats[index]))
        segments.setdefault(segment[index], []).append(
            f'<trkpt lat="{lat[index]!r}" lon="{lon[index]!r}">{height}'
            f"<time>{_moment(activity, index):%Y-%m-%dT%H:%M:%SZ}</time>{rate}</trkpt>"
        )
    points = "".join(f"<trkseg>{''.join(part)}</trkseg>" for part in segments.values())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" creator="StravaGPX" version="1.1" '
        'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<trk><name>{name}</name>{f'<type>{sport}</type>' if sport else ''}{points}</trk></gpx>"
    )


def indoor_tcx_of(activity: Activity) -> str:
    """A run on a treadmill as TCX: no positions, but distance and heart rate."""
    track = activity.track
    points = "".join(
        f"<Trackpoint><Time>{_moment(activity, index):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{track['distance_m'][index]:.1f}</DistanceMeters>"
        f"<HeartRateBpm><Value>{track['heart_rate_bpm'][index]:.0f}</Value></HeartRateBpm></Trackpoint>"
        for index in np.flatnonzero(np.isfinite(track["distance_m"]) & np.isfinite(track["heart_rate_bpm"]))
    )
    start = f"{activity.start:%Y-%m-%dT%H:%M:%SZ}"
    return (
        '<?xml version="1.0"?>'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f'<Activities><Activity Sport="Running"><Id>{start}</Id>'
        f'<Lap StartTime="{start}"><Track>{points}</Track></Lap>'
        "</Activity></Activities></TrainingCenterDatabase>"
    )


def _moment(activity: Activity, index: int) -> datetime:
    moment = activity.start + timedelta(seconds=float(activity.track["time_s"][index]))
    return moment.replace(microsecond=0)
