"""Making a plan: the days, how many pairs, and the lots."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING

from runlog.analysis.plans import power
from runlog.analysis.plans.noise import heard
from runlog.analysis.plans.ways import USUAL_DAYS
from runlog.errors import BadInput
from runlog.model import Area, Plan, PlannedRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.analysis.plans.trial import Trial


def usual_weekdays(history: History) -> tuple[int, ...]:
    """The weekdays (0 is Monday) that the runner ran on most, as many as runs in a week.

    Those of the eight weeks up to the last run; none where there is no run.
    """
    days = history.runs["day"].drop_duplicates()
    if days.empty:
        return ()
    recent = days[days > days.max() - timedelta(days=USUAL_DAYS)]
    each = recent.dt.day_of_week.value_counts()
    a_week = max(1, round(len(recent) / (USUAL_DAYS / 7)))
    most = sorted(each.items(), key=lambda item: (-item[1], item[0]))[:a_week]
    return tuple(sorted(int(weekday) for weekday, _ in most))


def draw(
    history: History,
    trial: Trial,
    *,
    weekdays: Iterable[int] = (),
    pairs: int | None = None,
    effect: float = 1.0,
    seed: int,
    made: datetime,
) -> Plan:
    """Draw the lots of a plan, which has no id yet.

    Args:
        history: what happened, which tells the noise and the usual weekdays.
        trial: what the plan is about, and its first day.
        weekdays: of the runs, 0 is Monday; by default the usual ones.
        pairs: of runs; by default so many as tell the effect with the promised power, or ``power.MOST``.
        effect: the difference that it is made to tell, in points.
        seed: of the lots.
        made: now.

    Raises:
        BadInput: there are no usual weekdays, and none are given.
    """
    chosen = tuple(weekdays) or usual_weekdays(history)
    if not chosen:
        raise BadInput("there are no runs to tell on which days you run; say it: --days mon,wed,sat")
    if pairs is None:
        pairs = power.pairs_needed(effect, heard(history, trial, len(chosen)).sd) or power.MOST
    days = islice(_running_days(trial.start, chosen), 2 * pairs)
    runs = zip(days, lots(seed, pairs), strict=True)
    return Plan(
        id=0,
        factor=trial.planned.name,
        area=Area(trial.area),
        first=trial.ways[0],
        second=trial.ways[1],
        effect=effect,
        seed=seed,
        made=made,
        runs=tuple(PlannedRun(day, first) for day, first in runs),
    )


def lots(seed: int, pairs: int) -> tuple[bool, ...]:
    """Draw which run of each pair goes the first way: one does and one does not, in an order by chance.

    The same seed always draws the same (Python keeps what ``random`` gives for a seed).
    """
    chance = random.Random(seed)  # noqa: S311 - a lot, no secret; its seed is kept so that it can be checked
    drawn = (chance.random() < 0.5 for _ in range(pairs))  # noqa: PLR2004 - a coin
    return tuple(first for lot in drawn for first in (lot, not lot))


def _running_days(start: date, weekdays: Iterable[int]) -> Iterator[date]:
    """The days from a day on that fall on these weekdays, without end."""
    wanted = set(weekdays)
    days = (start + timedelta(days=ahead) for ahead in count())
    return (day for day in days if day.weekday() in wanted)
