"""Making a plan: the days, and the lots."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING

from runlog.analysis.plans.ways import USUAL_DAYS
from runlog.model import Area, Plan, PlannedRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.analysis.plans.ways import Plannable


def usual_weekdays(history: History) -> tuple[int, ...]:
    """The weekdays (0 is Monday) that the runner ran on most, as many as runs in a week.

    Those of the eight weeks up to the last run; none where there is no run.
    """
    days = history.runs["day"].drop_duplicates()
    if days.empty:
        return ()
    recent = days[days > days.max() - timedelta(days=USUAL_DAYS)]
    each = recent.dt.dayofweek.value_counts()
    a_week = max(1, round(len(recent) / (USUAL_DAYS / 7)))
    most = sorted(each.items(), key=lambda item: (-item[1], item[0]))[:a_week]
    return tuple(sorted(int(weekday) for weekday, _ in most))


def running_days(start: date, weekdays: Iterable[int]) -> Iterator[date]:
    """The days from a day on that fall on these weekdays, without end."""
    wanted = set(weekdays)
    days = (start + timedelta(days=ahead) for ahead in count())
    return (day for day in days if day.weekday() in wanted)


def apart(weekdays: Sequence[int]) -> float:
    """How many days lie between two runs on these weekdays, on average."""
    return 7 / max(1, len(weekdays))


def lots(seed: int, pairs: int) -> tuple[bool, ...]:
    """Draw which run of each pair goes the first way: one does and one does not, in an order by chance.

    The same seed always draws the same (Python keeps what ``random`` gives for a seed).
    """
    chance = random.Random(seed)  # noqa: S311 - a lot, no secret; its seed is kept so that it can be checked
    drawn = (chance.random() < 0.5 for _ in range(pairs))  # noqa: PLR2004 - a coin
    return tuple(first for lot in drawn for first in (lot, not lot))


def draw(
    planned: Plannable,
    ways: tuple[str, str],
    area: str,
    days: Iterable[date],
    *,
    pairs: int,
    effect: float,
    seed: int,
    made: datetime,
) -> Plan:
    """Draw the lots of a plan, which has no id yet.

    Args:
        planned: what is drawn lots for.
        ways: the runner's two ways, of ``planned.ways``.
        area: whose soreness is compared.
        days: of the runs; so many of them are taken as are needed.
        pairs: of runs.
        effect: the difference that it is made to tell, in points.
        seed: of the lots.
        made: now.
    """
    runs = zip(islice(days, 2 * pairs), lots(seed, pairs), strict=True)
    return Plan(
        id=0,
        factor=planned.name,
        area=Area(area),
        first=ways[0],
        second=ways[1],
        effect=effect,
        seed=seed,
        made=made,
        runs=tuple(PlannedRun(day, first) for day, first in runs),
    )
