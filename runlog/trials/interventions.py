"""List what a runner can randomise: each intervention with its two arms and how to tell which a run had.

Only what can be switched from one run to the next, and is safe either way. ``NOT_RANDOMISABLE`` says what
cannot be, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.warmup import comparable_answers
from runlog.errors import BadInput
from runlog.i18n import N_
from runlog.model import shoe_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from runlog.analysis.history import History

    Arms = tuple[str, str]

#: The usual route and the usual pairs are those of so many days before.
USUAL_WINDOW_DAYS = 56
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Intervention:
    """An intervention with two arms that can be randomised."""

    name: str  # on the command line
    label: str  # for people
    # returns the two ways of running, in words (marked for translation, or names of the runner's shoes), from
    # a history and the first day of the plan
    arms: Callable[[History, date], Arms]
    # what to do on a run of the first arm, and of the second; `{way}` stands for the arm
    instructions: tuple[str, str]
    # returns a value per run from a history, the arms and the first day of the plan: 1.0 the first arm, 0.0
    # the second, NaN unknown or neither
    received_arm: Callable[[History, Arms, date], pd.Series[float]]
    factor_families: tuple[str, ...] = ()  # the families of the factors that measure the same
    caution: str = ""  # a warning for the runner, or ""


def _same_arms_for_all(first: str, second: str) -> Callable[[History, date], Arms]:
    return lambda history, day: (first, second)  # noqa: ARG005 - the same for every runner


def _arm_by_habit(column: str) -> Callable[[History, Arms, date], pd.Series[float]]:
    return lambda history, arms, day: comparable_answers(history.runs, column)  # noqa: ARG005 - the same for all


def _arm_by_strength(history: History, arms: Arms, day: date) -> pd.Series[float]:
    del arms, day
    entries, others = history.entries, history.others
    done = (entries["strength"] == 1.0) | (entries["strength_min"] > 0.0)
    known = entries["strength"].notna() | entries["strength_min"].notna()
    noted = done[known].groupby(entries["day"][known]).max()
    recorded = others["day"][others["sub_sport"] == "strength_training"]
    by_day = {**noted.astype(float).to_dict(), **dict.fromkeys(recorded, 1.0)}
    return (history.runs["day"] - _DAY).map(by_day).astype(float)


def _usual_routes(history: History, day: date) -> list[str]:
    """Return the routes of the days before, the most used first."""
    return [str(route) for route in _recent_runs(history, day)["route"].value_counts(sort=True).index]


def _route_arms(history: History, day: date) -> Arms:
    if not _usual_routes(history, day):
        raise BadInput("route: none of your runs of the last eight weeks has a route; record them with GPS")
    return N_("your usual route"), N_("another route")


def _arm_by_route(history: History, arms: Arms, day: date) -> pd.Series[float]:
    del arms
    usual = next(iter(_usual_routes(history, day)), None)
    route = history.runs["route"]
    return (route == usual).astype(float).where(route.notna())


def _shoe_arms(history: History, day: date) -> Arms:
    retired = history.shoes["retired"].dropna()
    retired_keys = {shoe_key(str(name)) for name in retired[retired < pd.Timestamp(day)].index}
    used = [str(name) for name in _recent_runs(history, day)["shoe"].value_counts().index]
    in_use = [name for name in used if shoe_key(name) not in retired_keys]
    if len(in_use) < 2:  # noqa: PLR2004 - a pair of pairs
        raise BadInput("shoes: it takes two pairs that you have worn in the last eight weeks")
    return in_use[0], in_use[1]


def _arm_by_shoe(history: History, arms: Arms, day: date) -> pd.Series[float]:
    del day
    first, second = map(shoe_key, arms)
    key = history.runs["shoe"].map(lambda name: None if pd.isna(name) else shoe_key(name))
    return pd.Series(np.select([key == first, key == second], [1.0, 0.0], np.nan), history.runs.index)


def _recent_runs(history: History, day: date) -> pd.DataFrame:
    runs, end = history.runs, pd.Timestamp(day)
    return runs[(runs["day"] < end) & (runs["day"] >= end - USUAL_WINDOW_DAYS * _DAY)]


INTERVENTIONS: tuple[Intervention, ...] = (
    Intervention(
        "warmup",
        N_("Warm-up"),
        _same_arms_for_all(N_("a warm-up"), N_("no warm-up")),
        (
            N_("Warm up for 5 to 10 minutes: walk or jog easily, swing the arms, turn the upper back."),
            N_("Go straight into an easy first kilometre."),
        ),
        _arm_by_habit("warmup"),
        caution="Keep these runs easy: before a race or fast running, warm up whatever the coin says. Log "
        "what you did with the rating: runlog log 3 --warm-up, or --no-warm-up.",
    ),
    Intervention(
        "cooldown",
        N_("Cool-down"),
        _same_arms_for_all(N_("a cool-down"), N_("no cool-down")),
        (
            N_("End with 5 to 10 minutes of easy jogging or walking."),
            N_("Stop when the run is done."),
        ),
        _arm_by_habit("cooldown"),
        caution="Log what you did with the rating: runlog log 3 --cool-down, or --no-cool-down.",
    ),
    Intervention(
        "strength",
        N_("Strength the day before"),
        _same_arms_for_all(N_("strength the day before"), N_("no strength the day before")),
        (
            N_("Do your usual strength training on the day before the run."),
            N_("Do none on the day before the run."),
        ),
        _arm_by_strength,
        factor_families=("strength",),
        caution="Do no more strength training in a week than you are used to. Its own soreness may last for "
        "two or three days: plan runs with two days between them, if you can (--days).",
    ),
    Intervention(
        "route",
        N_("Route"),
        _route_arms,
        (
            N_("Run your usual route."),
            N_("Run another route of about the same length."),
        ),
        _arm_by_route,
        factor_families=("routes",),
        caution="Choose routes of about the same length and climb, so that the load stays what it is.",
    ),
    Intervention(
        "shoes",
        N_("Shoes"),
        _shoe_arms,
        (N_("Wear {way}."), N_("Wear {way}.")),
        _arm_by_shoe,
        factor_families=("shoes",),
        caution="A pair that hurts or is worn through is not worth a trial.",
    ),
)

#: Families of factors that cannot be randomised, and why.
NOT_RANDOMISABLE = {
    "load": "load should not depend on a coin: the days with more would be the jumps that go with injury",
    "desk": "hours at the desk and posture cannot be switched from one run to the next; log them instead",
    "recovery": "a coin cannot decide how you sleep",
    "form": "a new form takes weeks to settle and cannot be switched from one run to the next",
}


def find_intervention(name: str) -> Intervention:
    """Return the intervention of a name, or of the factor of that name.

    Raises:
        BadInput: it cannot be planned; the message says why, or what can be.
    """
    from runlog.analysis.factors import FACTORS

    names = {intervention.name: intervention for intervention in INTERVENTIONS}
    family = next((factor.family for factor in FACTORS if factor.name == name), None)
    of_family = (intervention for intervention in INTERVENTIONS if family in intervention.factor_families)
    intervention = names.get(name) or next(of_family, None)
    if intervention is not None:
        return intervention
    why = NOT_RANDOMISABLE.get(family or "", "it cannot be switched from one run to the next")
    raise BadInput(
        "{name} cannot be tested in a trial: {why}. What can be: {names}",
        name=name,
        why=why,
        names=", ".join(names),
    )
