"""Read TCX files: activities, laps and track points."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from runlog import localtime
from runlog.errors import NotReadable, NotTaken
from runlog.i18n import say
from runlog.importers import clock_repair, normalize, sports, tracks, xml_points
from runlog.model import Activity, Intensity, Lap
from runlog.records import ParsedFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.importers.clock_repair import Clock
    from runlog.importers.detect import Head, SourceFile
    from runlog.importers.xml_points import Points
    from runlog.model import Floats

FORMAT = "tcx"

_LAP_ELEMENTS = ("TotalTimeSeconds", "DistanceMeters", "Intensity")
_MAX_LAPS = 100_000
_LAP_TOLERANCE_S = 600.0
_INTENSITIES = {"active": Intensity.ACTIVE, "resting": Intensity.REST}


@dataclass(slots=True)
class _RawLap:
    start: str
    first_row: int
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
    activities, notes = _build_activities(parser.activities, points)
    if not activities and fault is not None:
        raise NotReadable("damaged: {reason}", reason=fault.reason)
    if not activities:
        raise NotTaken("a course or a workout, not a recorded activity: no activity with times is in it")
    problems = () if fault is None else (fault.problem(activities),)
    return ParsedFile(FORMAT, activities=activities, problems=problems, notes=(*notes, *points.notes()))


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
            self.activities[-1].laps.append(_RawLap(attributes.get("StartTime", ""), self.count))
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
            xml_points.refuse_oversized(say("more than {most} laps", most=_MAX_LAPS))


def _build_activities(
    raw: Sequence[_RawActivity], points: Points
) -> tuple[tuple[Activity, ...], tuple[str, ...]]:
    bounds = pairwise([*(one.first_row for one in raw), len(points)])
    built = [_build_activity(one, points.take(slice(*rows))) for one, rows in zip(raw, bounds, strict=True)]
    notes = dict.fromkeys(note for one in built if one is not None for note in one[1])
    return tuple(one[0] for one in built if one is not None), tuple(notes)


def _build_activity(raw: _RawActivity, points: Points) -> tuple[Activity, tuple[str, ...]] | None:
    """Build an activity, and notes on what was left out; None if it has no usable time."""
    clock = clock_repair.repair_clock(points.times, points.segments, points.columns)
    columns = {name: values[clock.rows] for name, values in points.columns.items()}
    laps = _build_laps(raw, clock, len(points))
    built = tracks.build_track(clock.times, clock.segments, columns)
    if built is not None and built.start > np.nanmin(clock.times):  # points before it were left out
        begin = datetime.fromtimestamp(built.start, UTC)
        laps = tuple(replace(lap, start=max(lap.start, begin)) for lap in laps)
    starts = [lap.start.timestamp() for lap in laps] + ([built.start] if built else [])
    if not starts:
        return None
    start = min(starts)
    track = built and built.track_since(start)
    laps, settled = normalize.settle_laps(laps, start, track)
    ends = [lap.start.timestamp() - start + lap.duration_s for lap in laps]
    distances = [lap.distance_m for lap in laps if lap.distance_m is not None]
    sport, sub_sport = sports.normalize_sport(raw.sport)
    activity = Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=max([*ends, float(track["time_s"][-1]) if track else 0.0]),
        sport=sport,
        sub_sport=sub_sport,
        utc_offset_s=points.utc_offset_s(),
        moving_s=sum(lap.duration_s for lap in laps) or None,
        distance_m=sum(distances) if laps and len(distances) == len(laps) else None,
        device=raw.device,
        laps=laps,
        track=track,
    )
    return activity, (*clock.notes, *(built.notes if built else ()), *settled)


def _build_laps(raw: _RawActivity, clock: Clock, count: int) -> tuple[Lap, ...]:
    """Build the laps; one that begins far from its own points begins with the first of them.

    Left out are laps without a usable time, and those without points that are far from all others.
    """
    times = np.full(count, np.nan)
    times[clock.rows] = clock.times
    bounds = [*(lap.first_row - raw.first_row for lap in raw.laps), count]
    whole = _time_span(times)
    laps = []
    for lap, rows in zip(raw.laps, pairwise(bounds), strict=True):
        start = clock.corrected(localtime.parse_time(lap.start))
        own = _time_span(times[slice(*rows)])
        if own is not None and not _is_near(start, own):
            start = own[0]
        built = _build_lap(lap, start) if whole is None or _is_near(start, whole) else None
        if built is not None:
            laps.append(built)
    return tuple(laps)


def _time_span(times: Floats) -> tuple[float, float] | None:
    """Return the first and the last time, or None if there is none."""
    known = times[~np.isnan(times)]
    return (float(np.min(known)), float(np.max(known))) if len(known) else None


def _is_near(moment: float, span: tuple[float, float]) -> bool:
    return span[0] - _LAP_TOLERANCE_S <= moment <= span[1] + _LAP_TOLERANCE_S


def _build_lap(raw: _RawLap, start: float) -> Lap | None:
    """Build a lap of a start in Unix seconds; None if it has no usable time."""
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
