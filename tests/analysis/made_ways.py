"""Making runs on made and on real roads: own pace, a receiver some metres off, and what watches do."""

from __future__ import annotations

import gpxpy
import numpy as np
from scipy.signal import lfilter

from runlog.analysis.geometry import TangentPlane, cumulative_distance, resample, to_cartesian, to_lat_lon
from runlog.model import Track

HOME = to_cartesian(np.array([[47.37, 8.54]]))[0]


def road(seed: int, length_m: float, start: tuple[float, float] = (0.0, 0.0), heading: float | None = None):
    """A winding one-way road in metres from home (n, 2), a point every 10 m."""
    chance = np.random.default_rng(seed)
    steps = int(length_m / 10)
    first = chance.uniform(0, 2 * np.pi) if heading is None else heading
    turns = chance.normal(0, 0.06, steps) + (chance.random(steps) < 0.02) * chance.normal(0, 1.0, steps)
    headings = first + np.cumsum(turns)
    return np.array(start) + np.cumsum(10 * np.stack([np.cos(headings), np.sin(headings)], axis=1), axis=0)


def loop(seed: int, length_m: float):
    """A round from home and back to it."""
    chance = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, int(length_m / 10))
    phase = chance.uniform(0, 6, 2)
    wobble = 1 + 0.25 * np.sin(3 * angle + phase[0]) + 0.1 * np.sin(7 * angle + phase[1])
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * wobble[:, None]
    line = (circle - circle[0]) @ turned(chance.uniform(0, 2 * np.pi))
    return line * length_m / cumulative_distance(line)[-1]


def turned(angle: float):
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def there_and_back(line):
    return np.concatenate([line, line[::-1]])


def on_globe(line, centre=HOME):
    return to_lat_lon(TangentPlane(centre).unproject(line))


def run(
    line,
    seed: int,
    *,
    off_m: float = 13.0,
    every_s: int = 1,
    skip_s: int = 0,
    pause_s: int = 0,
    smart: bool = False,
    wild: bool = False,
) -> Track:
    """Run a line once.

    Args:
        line: in metres from home (n, 2).
        seed: of the pace and the noise.
        off_m: how far the receiver is off, root mean square: mostly an error that lasts.
        every_s: seconds between two points.
        skip_s: the watch finds its position so late.
        pause_s: so long a stand, a third of the way on, with the watch running.
        smart: a point only every 3 to 9 s.
        wild: five points somewhere else.
    """
    chance = np.random.default_rng(seed)
    seconds = int(cumulative_distance(line)[-1] / chance.uniform(2.4, 4.0))
    way = np.linspace(0, cumulative_distance(line)[-1], seconds)
    if pause_s:
        way = np.insert(way, np.full(pause_s, seconds // 3), way[seconds // 3])
    each = off_m / np.sqrt(2)  # by axis
    points = resample(line, way) + drift(chance, len(way), 0.85 * each, 40)
    points += chance.normal(0, 0.53 * each, (len(way), 2))
    if wild:
        points[chance.integers(0, len(way), 5)] += chance.normal(0, 800, (5, 2))
    kept = np.arange(skip_s, len(way), every_s)
    if smart:
        gaps = np.cumsum(chance.integers(3, 10, len(way)))
        kept = skip_s + gaps[gaps < len(way) - skip_s]
    lat, lon = on_globe(points[kept]).T
    return track(lat, lon, kept - float(skip_s))


def drift(chance, n: int, sd: float, memory_s: float):
    """The slow error of a receiver: noise that lasts."""
    keep = np.exp(-1 / memory_s)
    noise = chance.normal(0, sd * np.sqrt(1 - keep**2), (n, 2))
    noise[0] = chance.normal(0, sd, 2)
    return lfilter([1.0], [1.0, -keep], noise, axis=0)


def track(lat, lon, time_s=None) -> Track:
    time_s = np.arange(float(len(lat))) if time_s is None else time_s
    return Track(
        {"time_s": time_s, "segment": np.zeros(len(lat)), "lat": np.array(lat), "lon": np.array(lon)}
    )


def real_tracks(devicefiles):
    """The runs of one real runner, by the first letters of their files' names."""
    tracks = {}
    for file in sorted((devicefiles / "gpx").glob("corriporai__runpandas__????????-*.gpx")):
        gpx = gpxpy.parse(file.read_text(encoding="utf-8").strip())
        points = [point for point in gpx.walk(only_points=True) if point.time]
        seconds = np.array([(point.time - points[0].time).total_seconds() for point in points])
        name = file.name.removeprefix("corriporai__runpandas__")[:4]
        tracks[name] = track([p.latitude for p in points], [p.longitude for p in points], seconds)
    return tracks
