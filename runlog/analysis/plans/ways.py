"""What a runner can draw lots for: each with its two ways of running and how to tell which way a run went.

Only what can be switched from one run to the next, and is safe either way, is here. What cannot be, and why,
is ``UNFIT``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.warmup import comparable_answers
from runlog.errors import BadInput
from runlog.model import shoe_key
from runlog.wording import marked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from runlog.analysis.history import History

if TYPE_CHECKING:
    Ways = tuple[str, str]
    Went = pd.Series[float]

#: The usual route and the usual pairs are those of so many days before.
USUAL_DAYS = 56
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plannable:
    """Something that can be drawn lots for.

    Attributes:
        name: as the command line has it.
        label: for people.
        ways: the two ways of running, in words (marked, or the runner's own), of this runner up to a day.
        todo: what to do on a run drawn for the first way, and for the second; ``{way}`` is the way's words.
        done: (history, ways, first day of the plan) to a value per run: 1.0 went the first way, 0.0 the
            second, NaN unknown or neither.
        families: the families of the factors that are about the same thing.
        caution: what to mind, or "".
    """

    name: str
    label: str
    ways: Callable[[History, date], Ways]
    todo: tuple[str, str]
    done: Callable[[History, Ways, date], pd.Series[float]]
    families: tuple[str, ...] = ()
    caution: str = ""


def _ways(first: str, second: str) -> Callable[[History, date], Ways]:
    return lambda history, day: (first, second)  # noqa: ARG005 - the same for every runner


def _habit(column: str) -> Callable[[History, Ways, date], pd.Series[float]]:
    return lambda history, ways, day: comparable_answers(history.runs, column)  # noqa: ARG005 - told of every run


def _strength_the_day_before(history: History, ways: Ways, day: date) -> pd.Series[float]:
    del ways, day
    entries, others = history.entries, history.others
    done = (entries["strength"] == 1.0) | (entries["strength_min"] > 0.0)
    known = entries["strength"].notna() | entries["strength_min"].notna()
    told = done[known].groupby(entries["day"][known]).max()
    recorded = others.loc[others["sub_sport"] == "strength_training", "day"]
    by_day = {**told.astype(float).to_dict(), **dict.fromkeys(recorded, 1.0)}
    return (history.runs["day"] - _DAY).map(by_day).astype(float)


def _usual_routes(history: History, day: date) -> list[str]:
    """The routes of the days before, the most used first."""
    return [str(route) for route in _recent(history, day)["route"].value_counts(sort=True).index]


def _route_ways(history: History, day: date) -> Ways:
    if not _usual_routes(history, day):
        raise BadInput("route: no run of the eight weeks before has a route; record positions")
    return marked("your usual route"), marked("another route")


def _on_the_usual_route(history: History, ways: Ways, day: date) -> pd.Series[float]:
    del ways
    usual = next(iter(_usual_routes(history, day)), None)
    route = history.runs["route"]
    return (route == usual).astype(float).where(route.notna())


def _shoe_ways(history: History, day: date) -> Ways:
    retired = history.shoes["retired"].dropna()
    gone = {shoe_key(str(name)) for name in retired[retired < pd.Timestamp(day)].index}
    used = [str(name) for name in _recent(history, day)["shoe"].value_counts().index]
    worn = [name for name in used if shoe_key(name) not in gone]
    if len(worn) < 2:  # noqa: PLR2004 - a pair of pairs
        raise BadInput("shoes: it takes two pairs that you have run in during the eight weeks before")
    return worn[0], worn[1]


def _in_the_first_pair(history: History, ways: Ways, day: date) -> pd.Series[float]:
    del day
    first, second = map(shoe_key, ways)
    worn = history.runs["shoe"].map(lambda name: None if pd.isna(name) else shoe_key(name))
    return pd.Series(np.select([worn == first, worn == second], [1.0, 0.0], np.nan), history.runs.index)


def _recent(history: History, day: date) -> pd.DataFrame:
    runs, end = history.runs, pd.Timestamp(day)
    return runs[(runs["day"] < end) & (runs["day"] >= end - USUAL_DAYS * _DAY)]


PLANNABLE: tuple[Plannable, ...] = (
    Plannable(
        "warmup",
        "Warm-up",
        _ways(marked("a warm-up"), marked("no warm-up")),
        (
            "Warm up for 5 to 10 minutes: walk or jog easily, swing the arms, turn the upper back.",
            "Go straight into an easy first kilometre.",
        ),
        _habit("warmup"),
        caution="Keep these runs easy: before a race or fast running, warm up whatever the lot says. Note "
        "with the rating what you did: runlog log 3 --warmup, or --no-warmup.",
    ),
    Plannable(
        "cooldown",
        "Cool-down",
        _ways(marked("a cool-down"), marked("no cool-down")),
        (
            "End with 5 to 10 minutes of easy jogging or walking.",
            "Stop when the run is done.",
        ),
        _habit("cooldown"),
        caution="Note with the rating what you did: runlog log 3 --cooldown, or --no-cooldown.",
    ),
    Plannable(
        "strength",
        "Strength the day before",
        _ways(marked("strength the day before"), marked("no strength the day before")),
        (
            "Do your usual strength training on the day before the run.",
            "Do none on the day before the run.",
        ),
        _strength_the_day_before,
        families=("strength",),
        caution="Do no more strength training in a week than you are used to. Its own soreness may last for "
        "two or three days: plan runs with two days between them, if you can (--days).",
    ),
    Plannable(
        "route",
        "Route",
        _route_ways,
        (
            "Run your usual route.",
            "Run another route of about the same length.",
        ),
        _on_the_usual_route,
        families=("routes",),
        caution="Choose routes of about the same length and climb, so that the load stays what it is.",
    ),
    Plannable(
        "shoes",
        "Shoes",
        _shoe_ways,
        ("Wear {way}.", "Wear {way}."),
        _in_the_first_pair,
        families=("shoes",),
        caution="A pair that hurts or is worn through is not worth a trial.",
    ),
)

#: Families of factors that nobody should or can draw lots for, and why.
UNFIT = {
    "load": (
        "a load is nothing to draw lots for: the days drawn for more would be the jumps that go with injury"
    ),
    "desk": "hours at the desk and posture cannot be switched from one run to the next; log them instead",
    "form": "a new form takes weeks to settle and cannot be switched from one run to the next",
}


def plannable(name: str) -> Plannable:
    """Find what is drawn lots for by its name or by that of a factor.

    Raises:
        BadInput: it cannot be planned; the message says why, or what can be.
    """
    from runlog.analysis.factors import FACTORS

    names = {one.name: one for one in PLANNABLE}
    family = next((factor.family for factor in FACTORS if factor.name == name), None)
    of_family = next((one for one in PLANNABLE if family in one.families), None)
    found = names.get(name) or of_family
    if found is not None:
        return found
    why = UNFIT.get(family or "", "it cannot be switched from one run to the next")
    raise BadInput(f"{name} cannot be planned: {why}. What can be: {', '.join(names)}")
