"""TCX files: activities, laps and track points, read as a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.parsers import expat

import numpy as np

from runlog.errors import NotReadable, NotTaken
from runlog.importers import opening, sports, tracks
from runlog.model import Activity, Intensity, Lap, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from runlog.settings import Settings

FORMAT = "tcx"

_COLUMNS = {
    "LatitudeDegrees": "lat",
    "LongitudeDegrees": "lon",
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "HeartRateBpm": "heart_rate_bpm",
    "Cadence": "cadence_spm",
    "RunCadence": "cadence_spm",
    "Speed": "speed_mps",
    "Watts": "power_w",
}
_LAP_OUTSIDE_S = 600.0
_INTENSITIES = {"active": Intensity.ACTIVE, "resting": Intensity.REST}


@dataclass(slots=True)
class _Lap:
    start: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Activity:
    """What was heard of one Activity element."""

    sport: str
    device: str | None = None
    laps: list[_Lap] = field(default_factory=list)
    points: list[dict[str, str]] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether the bytes are XML whose root is a training centre database, or the activities of one."""
    return opening.root(head) in ("TrainingCenterDatabase", "Activities")


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - a TCX leaves nothing to settings
    """Read all activities; of a damaged file those points that stand before the fault.

    Raises:
        NotReadable: damaged, with no point before the fault, or it declares entities.
        NotTaken: no activity in it, or none with times.
    """
    heard = _Listener()
    fault = heard.listen(opening.text(data).lstrip("\ufeff \t\r\n"))
    activities = tuple(activity for activity in map(_activity, heard.activities) if activity is not None)
    if not activities and fault is not None:
        raise NotReadable(f"damaged: {fault}")
    if not activities:
        raise NotTaken("a course or a workout, not a recorded activity: no activity with times is in it")
    problems: tuple[Problem, ...] = ()
    if fault is not None:
        count = sum(len(activity.points) for activity in heard.activities)
        problems = (Problem(f"damaged ({fault}); {count} points before it were kept"),)
    return Reading(FORMAT, activities=activities, problems=problems)


class _Listener:
    """Collects activities from expat's events. Name spaces are ignored, so undeclared ones do no harm."""

    def __init__(self) -> None:
        self.activities: list[_Activity] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._segment = 0
        self._in_lap = False

    def listen(self, text: str) -> str | None:
        """Parse to the end or the first fault, which is returned."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(text.encode("utf-8", errors="replace"), True)
        except expat.ExpatError as error:
            return str(error)
        return None

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        within = "Activity" in self._path
        self._path.append(name)
        self._text.clear()
        if name == "Activity" and not within:
            self.activities.append(_Activity(attributes.get("Sport", "")))
        elif not self.activities:
            return
        elif name == "Lap":
            self.activities[-1].laps.append(_Lap(attributes.get("StartTime", "")))
            self._in_lap = False
        elif name == "Track":
            self._segment += self._in_lap  # a second track within a lap follows a pause
            self._in_lap = True
        elif name == "Trackpoint" and within:
            self.activities[-1].points.append({})
            self.activities[-1].segments.append(self._segment)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        value = "".join(self._text).strip()
        self._text.clear()
        if value and "Activity" in self._path:
            self._keep(self.activities[-1], name, value)

    def _keep(self, activity: _Activity, name: str, value: str) -> None:
        parent = self._path[-1]
        if name == "Value":  # HeartRateBpm, AverageHeartRateBpm …
            name, parent = parent, self._path[-2]
        if "Trackpoint" in self._path:
            activity.points[-1].setdefault(name, value)
        elif parent == "Lap":
            activity.laps[-1].values[name] = value
        elif parent == "Creator" and name == "Name":
            activity.device = value


def _refuse_doctype(*_: object) -> None:
    raise NotReadable("it declares a DOCTYPE or entities, which are not expanded, for safety; remove them")


def _activity(heard: _Activity) -> Activity | None:
    """Make an activity of what was heard; None where nothing in it has a usable time."""
    laps = tuple(lap for lap in map(_lap, heard.laps) if lap is not None)
    times = np.array([_unix(point.get("Time", "")) for point in heard.points], dtype=np.float64)
    usable = times[tracks.usable(times)]
    if len(usable):  # a lap far from all points has a wrong time
        first, last = usable.min() - _LAP_OUTSIDE_S, usable.max() + _LAP_OUTSIDE_S
        laps = tuple(lap for lap in laps if first <= lap.start.timestamp() <= last)
    begins = [lap.start.timestamp() for lap in laps] + usable.tolist()
    if not begins:
        return None
    start = min(begins)
    built = tracks.build(times, np.array(heard.segments), _columns(heard.points), start)
    track = built[1] if built else None
    ends = [lap.start.timestamp() - start + lap.duration_s for lap in laps]
    sport, sub_sport = sports.normal(heard.sport)
    return Activity(
        start=datetime.fromtimestamp(start, UTC),
        duration_s=max([*ends, float(track["time_s"][-1]) if track else 0.0]),
        sport=sport,
        sub_sport=sub_sport,
        kind=sports.kind(sport, sub_sport),
        moving_s=sum(lap.duration_s for lap in laps) or None,
        distance_m=_total_distance(laps),
        device=heard.device,
        laps=laps,
        track=track,
    )


def _lap(heard: _Lap) -> Lap | None:
    start, duration = _unix(heard.start), _number(heard.values.get("TotalTimeSeconds"))
    if not tracks.EARLIEST <= start < tracks.LATEST or not duration >= 0:
        return None
    distance = _number(heard.values.get("DistanceMeters"))
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


def _columns(points: list[dict[str, str]]) -> dict[str, NDArray[np.float64]]:
    columns = {column: np.full(len(points), np.nan) for column in _COLUMNS.values()}
    for row, point in enumerate(points):
        for name, text in point.items():
            column = _COLUMNS.get(name)
            if column is not None:
                columns[column][row] = _number(text)
    return columns


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")


def _unix(text: str) -> float:
    """Return Unix seconds of an ISO time (UTC where it names no zone), NaN where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return float("nan")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
