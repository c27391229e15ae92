"""The model behind the ratings: the factors at a moment, in plain Python, and what they do to the soreness.

The definitions are those of `runlog exposures`, but the code is not: so each can be held against the other.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chance import chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from season import Run

TRUTH: dict[str, Any] = tomllib.loads((Path(__file__).parent / "truth.toml").read_text(encoding="utf-8"))
RECENT = timedelta(hours=24)
EVER = datetime.min.replace(tzinfo=UTC)


def warmup(runs: Sequence[Run], moment: datetime) -> float | None:
    """1 where the last run, within 24 hours, had a warm-up and 0 where it had none."""
    last = _last(runs, moment - RECENT, moment)
    return None if last is None else float(last.warmup)


def route_share(runs: Sequence[Run], moment: datetime) -> float | None:
    """Share of the last 28 days' runs, the treadmill's aside, that went along the most used route."""
    routes = Counter(run.route for run in _between(runs, moment - timedelta(days=28), moment) if run.route)
    return max(routes.values()) / routes.total() if routes else None


def shoe_km(runs: Sequence[Run], moment: datetime) -> float | None:
    """Kilometres on the shoe of the last run."""
    last = _last(runs, EVER, moment)
    if last is None:
        return None
    worn = [run.recorded_km for run in runs if run.start <= last.start and run.shoe == last.shoe]
    return last.shoe.start_km + math.fsum(worn)


def run_spike(runs: Sequence[Run], moment: datetime) -> float | None:
    """Return the distance of the last run, within 24 hours, over the longest of the 30 days before it."""
    last = _last(runs, moment - RECENT, moment)
    if last is None:
        return None
    recent = _between(runs, last.start - timedelta(days=30), last.start)
    before = [run.recorded_km for run in recent if run != last]
    return last.recorded_km / max(before) if before else None


#: The factors that soreness depends on.
FACTORS: tuple[Callable[[Sequence[Run], datetime], float | None], ...] = (
    warmup,
    route_share,
    shoe_km,
    run_spike,
)


def factors(runs: Sequence[Run], moment: datetime) -> dict[str, float | None]:
    """Return the value of every factor at the moment."""
    return {factor.__name__: factor(runs, moment) for factor in FACTORS}


def expected(values: dict[str, float | None]) -> float:
    """Return the soreness that the factors make, before noise."""
    effects = [
        truth["effect"] * (value - truth["reference"]) / truth["step"]
        for name, truth in TRUTH["factors"].items()
        if (value := values[name]) is not None
    ]
    return float(TRUTH["base"] + math.fsum(effects))


def noise(days: Iterable[date]) -> dict[date, float]:
    """Add up what lasts for days and what is new every day, for each of the days in a row."""
    truth, random = TRUTH["noise"], chance("noise")
    kept = math.exp(-1 / truth["lasting_days"])
    lasting = random.gauss(0, truth["lasting_sd"])
    noises = {}
    for day in days:
        noises[day] = lasting + random.gauss(0, truth["daily_sd"])
        lasting = kept * lasting + random.gauss(0, truth["lasting_sd"]) * math.sqrt(1 - kept**2)
    return noises


def rating(soreness: float) -> int:
    """Return what the runner writes down: a whole number from 0 to 10."""
    return min(10, max(0, round(soreness)))


def _between(runs: Sequence[Run], after: datetime, until: datetime) -> list[Run]:
    return [run for run in runs if after < run.start <= until]


def _last(runs: Sequence[Run], after: datetime, until: datetime) -> Run | None:
    return max(_between(runs, after, until), key=lambda run: run.start, default=None)
