"""Prepare a run's track to be drawn: its map without privacy zones, and its values along the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog import units
from runlog.analysis.geometry import TangentPlane, cumulative_distance, to_cartesian
from runlog.i18n import N_, _
from runlog.reporter.charts.routes import outside_zones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlog.model import Track
    from runlog.settings import PrivacyZone

#: So many places along the way are drawn and can be read.
PLACES = 240
#: Over so many metres a pace is averaged; shorter pieces show the noise of the positions.
_PACE_OVER_M = 150.0
_MAP_SIZE = 600.0
_WIDE, _HIGH = 600.0, 100.0
_LEAST_M = 50.0


@dataclass(frozen=True, slots=True)
class Line:
    """One value along the way.

    Attributes:
        name: "pace", "heart", "cadence" or "elevation".
        label: in words.
        unit: of the value, in words.
        path: as an SVG draws it in a field of 600 by 100.
        low: the lowest value in words; high: the highest. Of a pace the slower is low.
        texts: the value at each place, in words.
    """

    name: str
    label: str
    unit: str
    path: str
    low: str
    high: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrackDrawing:
    """What a run's page draws.

    Attributes:
        box: the SVG's view box of the map; "" without positions that may be shown.
        map: the path of the map.
        start: where it begins, None where that is hidden.
        lines: what is known along the way.
        places: by place, the distance in words.
        spots: by place, where on the map it is, None where that is hidden or unknown.
    """

    box: str
    map: str
    start: tuple[float, float] | None
    lines: tuple[Line, ...]
    places: tuple[str, ...]
    spots: tuple[tuple[float, float] | None, ...]


def draw_track(track: Track, zones: Sequence[PrivacyZone], unit: str) -> TrackDrawing | None:
    """Return what to draw of a track, None where it knows neither distance nor positions."""
    distance = _distance(track)
    if distance is None or distance[-1] < _LEAST_M:
        return None
    at = np.linspace(0.0, float(distance[-1]), PLACES)
    time = np.interp(at, distance, track["time_s"])
    box, path, start, spots = _draw_map(track, distance, at, zones)
    lines = (
        _pace_line(distance, _running_time(track), at, unit),
        _value_line(("heart", _("Heart rate"), _("bpm")), track, "heart_rate_bpm", time),
        _value_line(("cadence", _("Cadence"), _("steps/min")), track, "cadence_spm", time),
        _value_line(("elevation", _("Elevation"), "m"), track, "altitude_m", time),
    )
    return TrackDrawing(
        box,
        path,
        start,
        tuple(line for line in lines if line is not None),
        tuple(units.distance(metres, unit, 2) for metres in at),
        spots,
    )


def _distance(track: Track) -> NDArray[np.float64] | None:
    """Return the metres run at each point, never falling; None where they are unknown."""
    if "distance_m" in track and np.isfinite(track["distance_m"]).sum() > 1:
        metres = _filled(track["distance_m"], track["time_s"])
    elif "lat" in track and np.isfinite(track["lat"]).sum() > 1:
        lat, lon = (_filled(track[name], track["time_s"]) for name in ("lat", "lon"))
        metres = cumulative_distance(to_cartesian(np.column_stack([lat, lon])))
    else:
        return None
    return np.asarray(np.maximum.accumulate(metres - metres[0]), dtype=float)


def _running_time(track: Track) -> NDArray[np.float64]:
    """Return the seconds since the start at each point, without the pauses."""
    steps = np.diff(track["time_s"], prepend=track["time_s"][0])
    steps[np.diff(track["segment"], prepend=0.0) > 0] = 0.0
    return np.asarray(np.cumsum(steps), dtype=float)


def _filled(values: NDArray[Any], time_s: NDArray[Any]) -> NDArray[np.float64]:
    known = np.isfinite(values)
    return np.asarray(np.interp(time_s, time_s[known], values[known]), dtype=float)


def _pace_line(
    distance: NDArray[np.float64], time_s: NDArray[Any], at: NDArray[np.float64], unit: str
) -> Line | None:
    """Return the pace, faster above; places where nothing moved have none."""
    half = min(_PACE_OVER_M, float(distance[-1])) / 2
    ends = [np.clip(at + shift, 0.0, distance[-1]) for shift in (-half, half)]
    seconds = np.diff([np.interp(end, distance, time_s) for end in ends], axis=0)[0]
    metres = ends[1] - ends[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(seconds > 0, metres / seconds, np.nan)
    if not np.isfinite(speed).any():
        return None
    words = [
        units.pace(1.0, value, unit).partition(" ")[0] if value > 0 else "" for value in np.nan_to_num(speed)
    ]
    order = np.argsort(np.where(np.isfinite(speed), speed, np.inf))
    known = int(np.isfinite(speed).sum())
    return Line(
        "pace",
        _("Pace"),
        f"min/{unit}",
        _path(speed),
        words[int(order[0])],
        words[int(order[known - 1])],
        tuple(word or units.UNKNOWN for word in words),
    )


def _value_line(
    words: tuple[str, str, str], track: Track, column: str, time: NDArray[np.float64]
) -> Line | None:
    name, label, unit = words
    if column not in track:
        return None
    known = np.isfinite(track[column])
    if known.sum() < 2:  # noqa: PLR2004 - a line has two ends
        return None
    values = np.interp(time, track["time_s"][known], track[column][known])
    texts = tuple(units.number(value, 0) for value in values)
    low, high = (units.number(value, 0) for value in (values.min(), values.max()))
    return Line(name, label, unit, _path(values), low, high, texts)


def _path(values: NDArray[np.float64]) -> str:
    """Return values as the path of an SVG, with gaps where they are unknown."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    x = np.linspace(0.0, _WIDE, len(values))
    y = _HIGH - 4 - (_HIGH - 8) * (values - low) / ((high - low) or 1.0)
    parts, pen = [], "M"
    for across, up in zip(x, y, strict=True):
        if np.isfinite(up):
            parts.append(f"{pen}{across:.1f} {up:.1f}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def _draw_map(
    track: Track, distance: NDArray[np.float64], at: NDArray[np.float64], zones: Sequence[PrivacyZone]
) -> tuple[str, str, tuple[float, float] | None, tuple[tuple[float, float] | None, ...]]:
    """Return view box, path, start and the spots of the places; the spots in zones are None."""
    nothing = "", "", None, (None,) * len(at)
    if "lat" not in track or np.isfinite(track["lat"]).sum() < 2:  # noqa: PLR2004 - a line has two ends
        return nothing
    known = np.isfinite(track["lat"]) & np.isfinite(track["lon"])
    shape = np.column_stack([track["lat"][known], track["lon"][known]])
    if np.ptp(shape, axis=0).max() == 0:
        return nothing
    pieces, starts_at_start, _hidden = outside_zones(shape, zones)
    if not pieces:
        return nothing
    points = to_cartesian(shape)
    plane = TangentPlane(points.mean(axis=0))
    flat = plane.project(points)
    corners = np.vstack(pieces)
    low, size = corners.min(axis=0), float(np.max(np.ptp(corners, axis=0))) or 1.0
    scale = _MAP_SIZE / size

    def place(point: NDArray[np.float64]) -> tuple[float, float]:
        return round(float((point[0] - low[0]) * scale), 1), round(float(-(point[1] - low[1]) * scale), 1)

    lines = [[place(point) for point in piece] for piece in pieces]
    path = " ".join("M" + "L".join(f"{x} {y}" for x, y in line) for line in lines)
    wide, high = np.ptp(corners, axis=0) * scale
    box = f"-12 {-high - 12:.0f} {wide + 24:.0f} {high + 24:.0f}"
    spots = np.column_stack([np.interp(at, distance[known], flat[:, axis]) for axis in (0, 1)])
    seen = np.ones(len(spots), dtype=bool)
    for zone in zones:
        middle = plane.project(to_cartesian(np.array([[zone.lat, zone.lon]])))[0]
        seen &= np.hypot(*(spots - middle).T) > zone.radius_m
    shown = tuple(place(spot) if visible else None for spot, visible in zip(spots, seen, strict=True))
    return box, path, lines[0][0] if starts_at_start else None, shown


MAP_TITLE = N_("Map of the run, without your privacy zones")
