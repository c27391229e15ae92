"""TCX files: activities, laps and track points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from runlog.errors import NotReadable, NotTaken
from runlog.importers import iso_times, opening, sports, tracks
from runlog.importers.xml import listener
from runlog.model import Activity, Intensity, Lap, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlog.importers.xml.points import Points
    from runlog.settings import Settings

FORMAT = "tcx"

_LAP_VALUES = ("TotalTimeSeconds", "DistanceMeters", "Intensity")
_MOST_LAPS = 100_000
_LAP_OUTSIDE_S = 600.0
_INTENSITIES = {"active": Intensity.ACTIVE, "resting": Intensity.REST}


@dataclass(slots=True)
class _Lap:
    start: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Head:
    """What an Activity element says beside its points, and the row of its first one."""

    first: int
    sport: str
    device: str | None = None
    laps: list[_Lap] = field(default_factory=list)


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes are XML whose root is a training centre database, or the activities of one."""
    return listener.local_name(opening.root(head) or "") in ("TrainingCenterDatabase", "Activities")


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - a TCX leaves nothing to settings
    """Read all activities; of a damaged file those points that stand before the fault.

    Raises:
        NotReadable: damaged, with no point before the fault, or it declares entities.
        NotTaken: no activity in it, or none with times.
    """
    heard = _Listener()
    fault = heard.listen(listener.text(data))
    points = heard.points()
    activities = _activities(heard.heads, points)
    if not activities and fault is not None:
        raise NotReadable(f"damaged: {fault.reason}")
    if not activities:
        raise NotTaken("a course or a workout, not a recorded activity: no activity with times is in it")
    problems: tuple[Problem, ...] = ()
    if fault is not None:
        count = sum(len(activity.track) for activity in activities if activity.track is not None)
        problems = (Problem(f"damaged ({fault.reason}); {count} points before it were kept"),)
    return Reading(FORMAT, activities=activities, problems=problems, notes=points.notes())


class _Listener(listener.Listener):
    POINT = "Trackpoint"
    ATTRIBUTES = ()
    ELEMENTS = MappingProxyType(
        {
            "time": listener.TIME,
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
        self.heads: list[_Head] = []
        self._laps = 0
        self._in_lap = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Activity" and not self.takes_points:
            self.takes_points = True
            self.heads.append(_Head(self.count, attributes.get("Sport", "")))
            self._limit()
        elif name == "Lap" and self.takes_points:
            self.heads[-1].laps.append(_Lap(attributes.get("StartTime", "")))
            self._in_lap = False
            self._limit()
        elif name == "Track":
            if self._in_lap:  # a second track within a lap follows a pause
                self.pause()
            self._in_lap = True

    def end(self, name: str, text: str) -> None:
        if "Activity" not in self.path:
            self.takes_points = False
            return
        head, parent = self.heads[-1], self.path[-1]
        if parent == "Lap" and name in _LAP_VALUES and head.laps:
            head.laps[-1].values[name] = text
        elif parent == "Creator" and name == "Name":
            head.device = text[: listener.LONGEST_NAME] or None

    def _limit(self) -> None:
        self._laps += 1
        if self._laps > _MOST_LAPS:
            listener.refuse(f"more than {_MOST_LAPS} laps")


def _activities(heads: Sequence[_Head], points: Points) -> tuple[Activity, ...]:
    bounds = pairwise([*(head.first for head in heads), len(points)])
    found = (_activity(head, points.rows(*rows)) for head, rows in zip(heads, bounds, strict=True))
    return tuple(activity for activity in found if activity is not None)


def _activity(head: _Head, points: Points) -> Activity | None:
    """Make an activity of what was heard; None where nothing in it has a usable time."""
    laps = tuple(lap for lap in map(_lap, head.laps) if lap is not None)
    usable = points.times[tracks.usable(points.times)]
    if len(usable):  # a lap far from all points has a wrong time
        first, last = usable.min() - _LAP_OUTSIDE_S, usable.max() + _LAP_OUTSIDE_S
        laps = tuple(lap for lap in laps if first <= lap.start.timestamp() <= last)
    begins = [lap.start.timestamp() for lap in laps] + ([float(usable.min())] if len(usable) else [])
    if not begins:
        return None
    start = min(begins)
    built = tracks.build(points.times, points.segments, points.columns, start)
    track = built[1] if built else None
    ends = [lap.start.timestamp() - start + lap.duration_s for lap in laps]
    sport, sub_sport = sports.normal(head.sport)
    return Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=max([*ends, float(track["time_s"][-1]) if track else 0.0]),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        utc_offset_s=points.utc_offset_s(),
        moving_s=sum(lap.duration_s for lap in laps) or None,
        distance_m=_total_distance(laps),
        device=head.device,
        laps=laps,
        track=track,
    )


def _lap(heard: _Lap) -> Lap | None:
    start = iso_times.unix(heard.start)
    duration = listener.number(heard.values.get("TotalTimeSeconds", ""))
    if not tracks.EARLIEST <= start < tracks.LATEST or not duration >= 0:
        return None
    distance = listener.number(heard.values.get("DistanceMeters", ""))
    return Lap(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=duration,
        distance_m=distance if distance >= 0 else None,
        intensity=_INTENSITIES.get(heard.values.get("Intensity", "").lower()),
    )


def _total_distance(laps: tuple[Lap, ...]) -> float | None:
    """Add up the laps' distances, where every lap states one."""
    distances = [lap.distance_m for lap in laps if lap.distance_m is not None]
    return sum(distances) if laps and len(distances) == len(laps) else None
