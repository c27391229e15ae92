"""The samples of a Polar exercise, of either layout, on one time axis of whole seconds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.importers import iso_times, tracks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.model import Track

    #: A column, the seconds since the start of the exercise (n,), and the values (n,) in our unit.
    Stream = tuple[str, NDArray[np.float64], NDArray[np.float64]]

_KMH = 3.6
#: Our column and what divides the values, by the name of a stream in lower case without "_".
_STREAMS = {
    "heartrate": ("heart_rate_bpm", 1.0),
    "speed": ("speed_mps", _KMH),
    "cadence": ("cadence_spm", 1.0),
    "altitude": ("altitude_m", 1.0),
    "distance": ("distance_m", 1.0),
    "power": ("power_w", 1.0),
}
_PLACE = {"latitude": "lat", "longitude": "lon"}
#: A sensor that is not there counts 0 throughout.
_NEVER_0 = ("distance_m", "speed_mps", "cadence_spm", "power_w")
#: Polar samples every second, some watches every five or sixty: where nothing at all came, it was paused.
_PAUSE_S = 10.0
_PAUSE_INTERVALS = 10.0


def track(exercise: Mapping[str, Any], start: float, offset_s: float) -> Track | None:
    """Merge the samples and the route of an exercise; None where there are none.

    Args:
        exercise: as Polar writes it.
        start: Unix seconds of its start.
        offset_s: of the local clock that its times are written on.
    """
    streams = [
        (column, np.rint(seconds), values)
        for column, seconds, values in _streams(exercise, start, offset_s)
        if len(values) and not np.isnan(values).all()
    ]
    if not streams:
        return None
    axis = np.unique(np.concatenate([seconds for _, seconds, _ in streams]))
    axis = axis[np.abs(axis) <= tracks.LONGEST_S]  # NaN is not
    columns: dict[str, NDArray[np.float64]] = {}
    for column, seconds, values in streams:
        merged = columns.setdefault(column, np.full(len(axis), np.nan))
        told = np.isin(seconds, axis) & ~np.isnan(values)
        merged[np.searchsorted(axis, seconds[told])] = values[told]
    columns = {name: values for name, values in columns.items() if _is_measured(name, values)}
    built = tracks.build(start + axis, _segments(axis), columns, start)
    return built[1] if built else None


def _is_measured(name: str, values: NDArray[np.float64]) -> bool:
    return bool((values > 0).any()) if name in _NEVER_0 else True


def _segments(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    gaps = np.diff(axis, prepend=axis[:1])
    usual = float(np.median(gaps[1:])) if len(gaps) > 1 else 0.0
    paused: NDArray[np.float64] = np.cumsum(gaps > max(_PAUSE_S, _PAUSE_INTERVALS * usual)).astype(np.float64)
    return paused


def _streams(exercise: Mapping[str, Any], start: float, offset_s: float) -> Iterator[Stream]:
    samples = as_dict(exercise.get("samples"))
    for name, entries in samples.items():
        if isinstance(entries, list):
            known = [entry for entry in entries if isinstance(entry, dict)]
            if name == "samples":
                yield from _even(known)
            else:
                yield from _timed(name, known, start, offset_s)
    route = as_dict(as_dict(exercise.get("routes")).get("route"))
    points = [point for point in as_list(route.get("wayPoints")) if isinstance(point, dict)]
    begun = _seconds([route.get("startTime")], start, offset_s)[0]
    elapsed = numbers([point.get("elapsedMillis") for point in points]) / 1000.0
    yield from _places(points, elapsed + (0.0 if np.isnan(begun) else begun))


def _timed(
    name: str, entries: Sequence[Mapping[str, Any]], start: float, offset_s: float
) -> Iterator[Stream]:
    """Until 2025: a stream's entries, or the points of the route, each with its time."""
    seconds = _seconds([entry.get("dateTime") for entry in entries], start, offset_s)
    if name == "recordedRoute":
        yield from _places(entries, seconds)
    elif name.lower() in _STREAMS:
        column, divisor = _STREAMS[name.lower()]
        yield column, seconds, numbers([entry.get("value") for entry in entries]) / divisor


def _even(streams: Sequence[Mapping[str, Any]]) -> Iterator[Stream]:
    """Since 2025: values at an even interval."""
    for stream in streams:
        name = str(stream.get("type")).replace("_", "").lower()
        interval = numbers([stream.get("intervalMillis")])[0] / 1000.0
        if name in _STREAMS and interval > 0:
            column, divisor = _STREAMS[name]
            values = numbers(as_list(stream.get("values"))) / divisor
            yield column, np.arange(len(values)) * interval, values


def _places(points: Sequence[Mapping[str, Any]], seconds: NDArray[np.float64]) -> Iterator[Stream]:
    for name, column in _PLACE.items():
        yield column, seconds, numbers([point.get(name) for point in points])


def _seconds(times: Sequence[Any], start: float, offset_s: float) -> NDArray[np.float64]:
    """Return seconds since the start (n,), NaN where a time is none."""
    unix, offsets = iso_times.parse([time if isinstance(time, str) else "" for time in times])
    return np.where(np.isnan(offsets), unix - offset_s, unix) - start


def numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    """Return numbers (n,), NaN for all that is none."""
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return np.nan
    try:
        return float(value) if math.isfinite(value) else np.nan
    except OverflowError:  # a whole number of hundreds of digits
        return np.nan


def as_dict(value: object) -> Mapping[str, Any]:
    """Return a JSON object, an empty one where there is something else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a JSON array, an empty one where there is something else."""
    return value if isinstance(value, list) else []
