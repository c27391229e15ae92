"""The plan of the season: on which day which run, where, in which shoes, warmed up or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chance import chance, happens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

ZONE = ZoneInfo("Europe/Berlin")
FIRST_DAY = date(2026, 5, 18)  # a Monday
DIARY_BEGINS = date(2026, 5, 25)
WEEKS = 26
WEEKEND = (6, 7)
HOLIDAY = (date(2026, 8, 18), date(2026, 8, 28))  # not one run
NEW_PAIR = date(2026, 9, 11)
SHORT_WEEKS = (1, 4, 8, 12, 16, 20, 24)  # three runs instead of four
LONG_RUN_WEEKS = (7, 12, 20, 26)  # further apart than the 30 days that a spike looks back
TREADMILL_RUN, TRUNCATED_RUN = 27, 19  # counted from 0
TREADMILL_KM = 6.2
BATTERY_LASTS = 0.97  # of the truncated run
ONLY_GPX = {
    5: "gpx",
    14: "gpx.gz",
    23: "gpx",
    33: "gpx",
    42: "gpx.gz",
    51: "gpx",
    60: "gpx",
    72: "gpx.gz",
    83: "gpx",
}
ALSO_GPX = {9: "gpx", 38: "gpx.gz", 66: "gpx", 87: "gpx"}

ROUTE_KM = {"park": 5.2, "river": 7.6, "canal": 9.9, "hills": 12.4, "long": 17.2}

#: From which week on how often which route is chosen.
HABITS = {
    1: {"park": 4, "river": 3, "canal": 2},
    4: {"park": 3, "river": 3, "canal": 3, "hills": 2},
    6: {"river": 9, "canal": 1, "park": 1, "hills": 1},
    13: {"park": 3, "river": 2, "canal": 3},
    17: {"park": 3, "river": 2, "canal": 3, "hills": 2},
    22: {"park": 6, "canal": 1, "hills": 1},
}


@dataclass(frozen=True)
class Pair:
    """A pair of shoes as shoes.csv lists it."""

    name: str
    from_date: date | None
    start_km: float
    limit_km: float
    default: bool = False


OLD = Pair("Pacer 3", date(2025, 9, 20), 480, 700)
MAIN = Pair("Glide 12", date(2026, 5, 2), 30, 800, default=True)
NEW = Pair("Pacer 4", NEW_PAIR, 0, 700)
PAIRS = (OLD, MAIN, NEW)


@dataclass(frozen=True)
class Run:
    """One run as it truly was; what the files and the diary tell of it may be less."""

    number: int
    start: datetime  # aware UTC
    route: str | None  # None on the treadmill
    km: float
    pace: float  # s/km of the main part
    quick: bool  # a tempo run
    warmup: bool
    cooldown: bool
    shoe: Pair
    rpe: int
    cadence: float  # steps/min of the main part
    structured: bool  # a workout on the watch, so that its laps know warm-up and cool-down
    pause_s: int
    sources: tuple[str, ...]  # "fit", "gpx", "gpx.gz"

    @property
    def local_start(self) -> datetime:
        """By the runner's clock."""
        return self.start.astimezone(ZONE)

    @property
    def truncated(self) -> bool:
        """Whether the watch's battery died on the way."""
        return self.number == TRUNCATED_RUN

    @property
    def treadmill(self) -> bool:
        """Whether it has no positions."""
        return self.route is None

    @property
    def recorded_km(self) -> float:
        """What the watch kept: less than was run where its battery died."""
        return self.km * BATTERY_LASTS if self.truncated else self.km


def runs() -> list[Run]:
    """All runs of the season in the order of their starts."""
    days = list(_run_days())
    routes = _routes(days)
    warmups = _balanced(chance("warm-up"), len(days))
    shoes = _shoes(days)
    return [
        _run(number, day, route, warmup=warmup, shoe=shoe)
        for number, (day, route, warmup, shoe) in enumerate(zip(days, routes, warmups, shoes, strict=True))
    ]


def week_of(day: date) -> int:
    """Return the week of the season, the first is 1."""
    return (day - FIRST_DAY).days // 7 + 1


def _run_days() -> Iterator[date]:
    """Three or four days a week, never three in a row."""
    random = chance("days")
    before: list[date] = []
    for week in range(1, WEEKS + 1):
        monday = FIRST_DAY + timedelta(weeks=week - 1)
        days = _week(random, monday, 3 if week in SHORT_WEEKS else 4)
        while _three_in_a_row(before + days):
            days = _week(random, monday, len(days))
        yield from (day for day in days if not HOLIDAY[0] <= day <= HOLIDAY[1])
        before = days


def _week(random: Random, monday: date, count: int) -> list[date]:
    return [monday + timedelta(days=day) for day in sorted(random.sample(range(7), count))]


def _three_in_a_row(days: list[date]) -> bool:
    return any(third - first == timedelta(days=2) for first, third in zip(days, days[2:], strict=False))


def _routes(days: list[date]) -> list[str | None]:
    random = chance("routes")
    routes: list[str | None] = []
    for number, day in enumerate(days):
        week = week_of(day)
        habits = HABITS[max(start for start in HABITS if start <= week)]
        last_of_week = number + 1 == len(days) or week_of(days[number + 1]) != week
        if number == TREADMILL_RUN:
            routes.append(None)
        elif week in LONG_RUN_WEEKS and last_of_week:
            routes.append("long")
        else:
            routes += random.choices(list(habits), list(habits.values()))
    return routes


def _balanced(random: Random, count: int) -> list[bool]:
    """Two yes and two no in every four, in random order: as if the runner had tossed coins to find out."""
    coins: list[bool] = []
    while len(coins) < count:
        coins += random.sample([True, True, False, False], 4)
    return coins[:count]


def _shoes(days: list[date]) -> list[Pair]:
    """Two pairs by turns; from the day of the new pair on the old one only now and then."""
    random = chance("shoes")
    turns = _balanced(random, len(days))
    return [_shoe(random, day, old=turn) for day, turn in zip(days, turns, strict=True)]


def _shoe(random: Random, day: date, *, old: bool) -> Pair:
    if day < DIARY_BEGINS:
        return MAIN  # as the default says: no diary tells otherwise
    if day < NEW_PAIR:
        return OLD if old else MAIN
    return random.choices((OLD, MAIN, NEW), (2, 4, 5))[0]


def _run(number: int, day: date, route: str | None, *, warmup: bool, shoe: Pair) -> Run:
    random = chance("run", number)
    km = ROUTE_KM[route] if route else TREADMILL_KM
    quick = route != "long" and happens(random, 0.2)
    pace = random.gauss(300 if quick else 340, 8) + 1.2 * (km - 8)
    cooldown = happens(random, 0.5)
    rpe = round(min(9, max(2, random.gauss(6.5 if quick else 3.6 + 0.15 * (km - 8), 0.8))))
    structured = (warmup or cooldown) and happens(random, 0.4)
    sources = _sources(number)
    return Run(
        number=number,
        start=_start(random, number, day),
        route=route,
        km=km,
        pace=round(pace, 1),
        quick=quick,
        warmup=warmup,
        cooldown=cooldown,
        shoe=shoe,
        rpe=rpe,
        cadence=round(random.gauss(168, 3) + (4 if quick else 0), 1),
        structured=structured and "fit" in sources,
        pause_s=random.randrange(40, 240) if happens(random, 0.15) and route else 0,
        sources=sources,
    )


def _sources(number: int) -> tuple[str, ...]:
    if number in ONLY_GPX:
        return (ONLY_GPX[number],)
    return ("fit", ALSO_GPX[number]) if number in ALSO_GPX else ("fit",)


def _start(random: Random, number: int, day: date) -> datetime:
    """Before breakfast, after work, or at leisure on a weekend; over by half past seven in the evening.

    Neither a GPX file nor one that was cut off tells the local clock. Runs that have no other are at noon:
    that is the same day nearly everywhere, so that the diary of that day finds its run on any computer.
    """
    if number in ONLY_GPX or number == TRUNCATED_RUN:
        earliest = time(12, 15)
    elif day.isoweekday() in WEEKEND:
        earliest = time(8, 30)
    else:
        earliest = random.choice((time(6, 40), time(16, 40)))
    local = datetime.combine(day, earliest, ZONE) + timedelta(seconds=random.randrange(55 * 60))
    return local.astimezone(UTC)
