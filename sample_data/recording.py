"""What a watch on the wrist would have recorded of a run: a point every few seconds, laps and pauses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chance import chance, happens
from roads import altitude, degrees, road

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from season import Run

WARMUP_S = 540
COOLDOWN_M = 1000
EASY = 0.84  # of the main part's speed, in warm-up and cool-down
GPS_ERROR_M, GPS_ERROR_S = 2.5, 40.0
CLIMB_M = 1.5  # rises below this are the barometer's noise


@dataclass(frozen=True)
class Point:
    """One record of the watch; None where it had no value."""

    time_s: int
    heart_rate: int
    distance_m: float | None = None
    speed: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude: float | None = None
    cadence: float | None = None  # steps/min
    vertical_oscillation: float | None = None  # mm
    stance_time: float | None = None  # ms
    balance: float | None = None  # %
    step_length: float | None = None  # mm


@dataclass(frozen=True)
class Lap:
    """The points of a lap, the last of the lap before included, and what the lap was for."""

    points: list[Point]
    intensity: str


@dataclass(frozen=True)
class Recording:
    """All points, the laps, and the pauses as (start, end) in seconds."""

    points: list[Point]
    laps: list[Lap]
    pauses: list[tuple[int, int]]

    @property
    def elapsed_s(self) -> int:
        """From start to end, pauses included."""
        return self.points[-1].time_s

    def moving_s(self, points: list[Point]) -> int:
        """Seconds from the first to the last of the points without the pauses in between."""
        start, end = points[0].time_s, points[-1].time_s
        return end - start - sum(until - since for since, until in self.pauses if start <= since < end)


class Wander:
    """A value that strays around zero and takes its time to come back."""

    def __init__(self, random: Random, spread: float, seconds: float) -> None:
        self.random, self.spread, self.seconds = random, spread, seconds
        self.value = random.gauss(0, spread)

    def after(self, seconds: float) -> float:
        """Return the value so many seconds later."""
        kept = math.exp(-seconds / self.seconds)
        self.value = kept * self.value + self.random.gauss(0, self.spread) * math.sqrt(1 - kept * kept)
        return self.value


def record(run: Run) -> Recording:
    """Record a run."""
    random = chance("recording", run.number)
    pauses: list[tuple[int, int]] = []
    points = list(_points(run, random, pauses))
    return Recording(points, list(_laps(run, points)), pauses)


def strength_session() -> Recording:
    """Half an hour of strength training: heart rate only."""
    heart_rate = Wander(chance("strength"), 9, 60)
    points = [Point(time, round(104 + heart_rate.after(10))) for time in range(0, 1921, 10)]
    return Recording(points, [Lap(points, "active")], [])


def ascent(points: list[Point]) -> int:
    """Metres climbed, counting a rise once it is clear of the noise."""
    return _climbed([point.altitude for point in points if point.altitude is not None])


def descent(points: list[Point]) -> int:
    """Metres gone down, likewise."""
    return _climbed([-point.altitude for point in points if point.altitude is not None])


def _points(run: Run, random: Random, pauses: list[tuple[int, int]]) -> Iterator[Point]:
    length, main = 1000 * run.km, 1000 / run.pace
    pause_at = random.uniform(0.3, 0.7) * length if run.pause_s else math.inf
    counted = random.gauss(1, 0.003)  # the watch's metres for a real one
    sensors = _Sensors(run, random)
    hurry = Wander(random, 0.05, 90)
    time, metres, speed = 0, 0.0, EASY * main
    yield sensors.point(time, metres, speed, counted)
    while metres < length:
        step = random.choice((4, 6, 6, 7, 8))
        uphill = 1 - 2.5 * _grade(run, metres)
        wanted = main * _effort(run, time, length - metres) * uphill + hurry.after(step)
        speed += (wanted - speed) * (1 - math.exp(-step / 12))
        if metres + speed * step >= length:
            step = max(1, math.ceil((length - metres) / speed))
        time, metres = time + step, min(length, metres + speed * step)
        yield sensors.point(time, metres, speed, counted)
        if metres >= pause_at:
            pause_at = math.inf
            pauses.append((time, time + run.pause_s))
            time += run.pause_s


def _effort(run: Run, time: float, left: float) -> float:
    if (run.warmup and time < WARMUP_S) or (run.cooldown and left < COOLDOWN_M):
        return EASY
    return 1.0


def _grade(run: Run, metres: float) -> float:
    if run.route is None:
        return 0.0
    way = road(run.route)
    rise = altitude(way.place(metres + 20)) - altitude(way.place(metres))
    return max(-0.08, min(0.08, rise / 20))


class _Sensors:
    """Heart-rate strap, foot pod, barometer and GPS, each with its own error."""

    def __init__(self, run: Run, random: Random) -> None:
        self.run, self.random = run, random
        self.main_speed = 1000 / run.pace
        self.time, self.heart_rate = 0, random.uniform(78, 92)
        self.east, self.north = (Wander(random, GPS_ERROR_M, GPS_ERROR_S) for _ in range(2))
        self.barometer = Wander(random, 0.5, 120)
        self.heart = Wander(random, 2.0, 60)
        self.gives_dynamics = happens(random, 0.8)

    def point(self, time: int, metres: float, speed: float, counted: float) -> Point:
        step, self.time = time - self.time, time
        grade = _grade(self.run, metres)
        cadence = self.run.cadence + 8 * (speed - self.main_speed) + self.random.gauss(0, 1.2)
        return Point(
            time_s=time,
            heart_rate=self._beats(step, speed * (1 + 4 * grade)),
            distance_m=round(counted * metres, 2),
            speed=round(counted * speed, 3),
            cadence=round(cadence),
            **self._position(step, metres),
            **(self._dynamics(speed, cadence) if self.gives_dynamics else {}),
        )

    def _beats(self, step: int, effort: float) -> int:
        wanted = 62 + 28 * effort + 0.15 * self.time / 60 + (4 if self.run.quick else 0)
        self.heart_rate += (wanted - self.heart_rate) * (1 - math.exp(-step / 50))
        return round(self.heart_rate + self.heart.after(step))

    def _position(self, step: int, metres: float) -> dict[str, float]:
        if self.run.route is None:
            return {}
        x, y = road(self.run.route).place(metres)
        latitude, longitude = degrees((x + self.east.after(step), y + self.north.after(step)))
        return {
            "latitude": round(latitude, 7),
            "longitude": round(longitude, 7),
            "altitude": round(altitude((x, y)) + self.barometer.after(step), 1),
        }

    def _dynamics(self, speed: float, cadence: float) -> dict[str, float]:
        gauss = self.random.gauss
        return {
            "vertical_oscillation": round(gauss(84 - 6 * (speed - 3), 1.5), 1),
            "stance_time": round(gauss(256 - 42 * (speed - 3), 3)),
            "balance": round(gauss(49.6, 0.3), 1),
            "step_length": round(1000 * speed / (cadence / 60)),
        }


def _laps(run: Run, points: list[Point]) -> Iterator[Lap]:
    """Yield a lap every kilometre; those of a workout tell warm-up and cool-down apart."""
    first = 0
    kind, kilometre = _part(run, points, 0)
    for index in range(1, len(points)):
        part = _part(run, points, index)
        if part != (kind, kilometre) and index < len(points) - 1:
            yield Lap(points[first : index + 1], kind)
            first, (kind, kilometre) = index, part
    yield Lap(points[first:], kind)


def _part(run: Run, points: list[Point], index: int) -> tuple[str, int]:
    point, whole = points[index], points[-1].distance_m or 0.0
    metres = point.distance_m or 0.0
    if run.structured and run.warmup and point.time_s < WARMUP_S:
        return "warmup", 0
    if run.structured and run.cooldown and whole - metres < COOLDOWN_M:
        return "cooldown", 0
    return "active", int(metres // 1000)


def _climbed(heights: list[float]) -> int:
    climbed, low = 0.0, heights[0] if heights else 0.0
    for before, height in pairwise(heights):
        if height - low >= CLIMB_M:
            climbed += height - low
            low = height
        elif height < before:
            low = min(low, height)
    return round(climbed)
