"""The diary: what the runner wrote down of an evening, and the pairs of shoes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from chance import chance, happens
from season import DIARY_BEGINS, FIRST_DAY, HOLIDAY, PAIRS, WEEKEND, WEEKS, ZONE, Run
from soreness import expected, factors, noise, rating

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

COLUMNS = (
    "date",
    "soreness",
    "area",
    "warmup",
    "cooldown",
    "shoe",
    "rpe",
    "strength",
    "desk_hours",
    "posture",
    "note",
)
LAST_DAY = FIRST_DAY + timedelta(weeks=WEEKS, days=-1)
DAYS = [DIARY_BEGINS + timedelta(days=day) for day in range((LAST_DAY - DIARY_BEGINS).days + 1)]
NOTES = (
    "slept badly",
    'long day, "quick call" of three hours included',
    "hot; drank too little",
    "felt easy",
    "wind from all sides",
    "stiff in the morning, gone by noon",
    "new chair at work",
    "legs heavy, head fine",
    "shoulders up at my ears again",
    "rain, nice though",
)
STRENGTH_IN_WATCH = date(2026, 7, 8)  # recorded there instead of written here
KNEE_DAYS = range(40, 64, 2)  # a dozen ratings of a knee that nagged for a while


@dataclass(frozen=True)
class Evening:
    """One evening of the diary; None is what the runner did not write down."""

    day: date
    moment: datetime
    soreness: int | None
    run: Run | None


def evenings(runs: list[Run]) -> list[Evening]:
    """Every evening on which something was written down."""
    by_day = {run.local_start.date(): run for run in runs}
    noises = noise(DAYS)
    written = []
    for day in DAYS:
        random = chance("evening", day)
        run, moment = by_day.get(day), _moment(random, day)
        soreness = rating(expected(factors(runs, moment)) + noises[day])
        rated = happens(random, _diligence(day, run))
        if rated or run or happens(random, 0.2):
            written.append(Evening(day, moment, soreness if rated else None, run))
    return written


def diary_csv(runs: list[Run]) -> str:
    """Return the text of diary.csv."""
    return _table(COLUMNS, _rows(runs))


def shoes_csv() -> str:
    """Return the text of shoes.csv."""
    columns = ("name", "from", "retired", "start_km", "limit_km", "default")
    rows = [
        {
            "name": pair.name,
            "from": pair.from_date,
            "start_km": pair.start_km,
            "limit_km": pair.limit_km,
            "default": "yes" if pair.default else "no",
        }
        for pair in PAIRS
    ]
    return _table(columns, rows)


def _rows(runs: list[Run]) -> Iterator[dict[str, object]]:
    for evening in evenings(runs):
        yield _row(evening)
        number = DAYS.index(evening.day)
        if number in KNEE_DAYS:
            knee = chance("knee", number).choice((0, 0, 1, 1, 2, 3))
            yield {"date": _written(evening.moment), "soreness": knee, "area": "knee"}


def _row(evening: Evening) -> dict[str, object]:
    random = chance("row", evening.day)
    row: dict[str, object] = {
        "date": _written(evening.moment),
        "soreness": evening.soreness,
        "area": "upper_back" if evening.soreness is not None else None,
        "strength": _strength(random, evening.day),
        "desk_hours": _desk_hours(random, evening.day),
        "posture": min(10, max(0, round(random.gauss(5.5, 1.7)))) if happens(random, 0.8) else None,
        "note": random.choice(NOTES) if happens(random, 0.14) else None,
    }
    if evening.run:
        row |= _run_columns(random, evening.run)
    return row


def _run_columns(random: Random, run: Run) -> dict[str, object]:
    return {
        "warmup": _yes(run.warmup) if happens(random, 0.6 if run.structured else 0.95) else None,
        "cooldown": _yes(run.cooldown) if happens(random, 0.85) else None,
        "shoe": run.shoe.name if not run.shoe.default or happens(random, 0.6) else None,
        "rpe": run.rpe if happens(random, 0.9) else None,
    }


def _diligence(day: date, run: Run | None) -> float:
    """How likely a rating is: nearly always after a run, seldom on holiday."""
    if HOLIDAY[0] <= day <= HOLIDAY[1]:
        return 0.2
    return 0.98 if run else 0.7


def _strength(random: Random, day: date) -> str | None:
    done = happens(random, 0.27)
    if day == STRENGTH_IN_WATCH or happens(random, 0.05):
        return None
    return random.choice(("yes", "20", "30")) if done else "no"


def _desk_hours(random: Random, day: date) -> str | None:
    if happens(random, 0.06):
        return None
    at_work = day.isoweekday() not in WEEKEND and not HOLIDAY[0] <= day <= HOLIDAY[1]
    half_hours = round(min(21, max(4, random.gauss(13, 4)))) if at_work else random.choice((0, 0, 2, 5))
    return f"{half_hours / 2:g}"


def _moment(random: Random, day: date) -> datetime:
    minute = timedelta(minutes=random.randrange(100))
    return datetime.combine(day, time(20, 30), ZONE) + minute


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _yes(done: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "yes" if done else "no"


def _table(columns: tuple[str, ...], rows: object) -> str:
    text = StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()
