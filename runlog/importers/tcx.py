"""Read TCX files: activities, laps and track points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from runlog.errors import NotReadable, NotTaken
from runlog.importers import sports, tracks, xml_points
from runlog.model import Activity, Intensity, Lap
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.importers.detect import Head, SourceFile
    from runlog.importers.xml_points import Points

FORMAT = "tcx"

_LAP_ELEMENTS = ("TotalTimeSeconds", "DistanceMeters", "Intensity")
_MAX_LAPS = 100_000
_LAP_TOLERANCE_S = 600.0
_INTENSITIES = {"active": Intensity.ACTIVE, "resting": Intensity.REST}


@dataclass(slots=True)
class _RawLap:
    start: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _RawActivity:
    """The fields of an Activity element, and the row of its first point."""

    first_row: int
    sport: str
    device: str | None = None
    laps: list[_RawLap] = field(default_factory=list)


def claims(head: Head) -> bool:
    """Return whether the bytes are XML whose root is a training centre database, or the activities of one."""
    return xml_points.local_name(head.xml_root or "") in ("TrainingCenterDatabase", "Activities")


def read(file: SourceFile) -> ParsedFile:
    """Read all activities; of a damaged file the points before the fault.

    Raises:
        NotReadable: damaged, with no point before the fault, or it declares entities.
        NotTaken: no activity in it, or none with times.
    """
    parser = _TcxParser()
    fault = parser.parse(xml_points.decode_xml(file.data))
    points = parser.points()
    activities = _build_activities(parser.activities, points)
    if not activities and fault is not None:
        raise NotReadable(f"damaged: {fault.reason}")
    if not activities:
        raise NotTaken("a course or a workout, not a recorded activity: no activity with times is in it")
    problems = () if fault is None else (fault.problem(activities),)
    return ParsedFile(FORMAT, activities=activities, problems=problems, notes=points.time_zone_notes())


class _TcxParser(xml_points.PointParser):
    POINT_TAG = "Trackpoint"
    ATTRIBUTE_COLUMNS = ()
    ELEMENT_COLUMNS = MappingProxyType(
        {
            "time": xml_points.TIME_COLUMN,
            "latitudedegrees": "lat",
            "longitudedegrees": "lon",
            "altitudemeters": "altitude_m",
            "distancemeters": "distance_m",
            "heartratebpm": "heart_rate_bpm",
            "cadence": "cadence_spm",
            "runcadence": "cadence_spm",
            "speed": "speed_mps",
            "watts": "power_w",
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self.activities: list[_RawActivity] = []
        self._laps = 0
        self._lap_has_track = False

    def start_element(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Activity" and not self.in_recording:
            self.in_recording = True
            self.activities.append(_RawActivity(self.count, attributes.get("Sport", "")))
            self._count_lap()
        elif name == "Lap" and self.in_recording:
            self.activities[-1].laps.append(_RawLap(attributes.get("StartTime", "")))
            self._lap_has_track = False
            self._count_lap()
        elif name == "Track":
            if self._lap_has_track:  # there is a pause before a lap's second track
                self.start_segment()
            self._lap_has_track = True

    def end_element(self, name: str, text: str) -> None:
        if "Activity" not in self.path:
            self.in_recording = False
            return
        activity, parent = self.activities[-1], self.path[-1]
        if parent == "Lap" and name in _LAP_ELEMENTS and activity.laps:
            activity.laps[-1].values[name] = text
        elif parent == "Creator" and name == "Name":
            activity.device = text[: xml_points.MAX_NAME_LENGTH] or None

    def _count_lap(self) -> None:
        self._laps += 1
        if self._laps > _MAX_LAPS:
            xml_points.refuse_oversized(f"more than {_MAX_LAPS} laps")


def _build_activities(raw: Sequence[_RawActivity], points: Points) -> tuple[Activity, ...]:
    bounds = pairwise([*(one.first_row for one in raw), len(points)])
    built = (_build_activity(one, points.slice(*rows)) for one, rows in zip(raw, bounds, strict=True))
    return tuple(activity for activity in built if activity is not None)


def _build_activity(raw: _RawActivity, points: Points) -> Activity | None:
    """Build an activity; None if it has no usable time."""
    laps = tuple(lap for lap in map(_build_lap, raw.laps) if lap is not None)
    usable = points.times[tracks.usable_times(points.times)]
    if len(usable):  # a lap far from all points has a wrong time
        first, last = np.min(usable) - _LAP_TOLERANCE_S, np.max(usable) + _LAP_TOLERANCE_S
        laps = tuple(lap for lap in laps if first <= lap.start.timestamp() <= last)
    starts = [lap.start.timestamp() for lap in laps] + ([float(np.min(usable))] if len(usable) else [])
    if not starts:
        return None
    start = min(starts)
    built = tracks.build_track(points.times, points.segments, points.columns, start)
    track = built[1] if built else None
    ends = [lap.start.timestamp() - start + lap.duration_s for lap in laps]
    sport, sub_sport = sports.normalize_sport(raw.sport)
    return Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=max([*ends, float(track["time_s"][-1]) if track else 0.0]),
        sport=sport,
        sub_sport=sub_sport,
        utc_offset_s=points.utc_offset_s(),
        moving_s=sum(lap.duration_s for lap in laps) or None,
        distance_m=_total_distance(laps),
        device=raw.device,
        laps=laps,
        track=track,
    )


def _build_lap(raw: _RawLap) -> Lap | None:
    """Build a lap; None if it has no usable time."""
    start = tracks.parse_time(raw.start)
    duration = xml_points.float_or_nan(raw.values.get("TotalTimeSeconds", ""))
    if not tracks.EARLIEST_UNIX_S <= start < tracks.LATEST_UNIX_S or not duration >= 0:
        return None
    distance = xml_points.float_or_nan(raw.values.get("DistanceMeters", ""))
    return Lap(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=duration,
        distance_m=distance if distance >= 0 else None,
        intensity=_INTENSITIES.get(raw.values.get("Intensity", "").lower()),
    )


def _total_distance(laps: tuple[Lap, ...]) -> float | None:
    """Add up the laps' distances; None unless every lap states one."""
    distances = [lap.distance_m for lap in laps if lap.distance_m is not None]
    return sum(distances) if laps and len(distances) == len(laps) else None
