"""What is said of a factor: its value, its step, and what it goes together with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog.i18n import N_, _, ngettext
from runlog.reporter import units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from runlog.analysis.factors import Factor
    from runlog.analysis.history import History

#: The grades that speak of a sign, the surest first, and what they are called.
SIGNS = {"A": N_("clear"), "B": N_("likely"), "C": N_("leaning"), "hint": N_("a hint")}
UNSURE = ("C", "hint")
NO_SIGN = {"none": N_("no sign"), "describe": N_("too early")}
NOT_TOLD = N_("cannot be told")
HABITS = ("warmup", "cooldown")
#: How a factor's value is said; others are said as the bare value.
PHRASES = {
    "route_share": N_("{value} of your runs on one route"),
    "shoe_km": N_("{value} on the shoe of your last run"),
    "run_spike": N_("{value} the longest run of 30 days"),
    "acute_load": N_("{value} a day"),
    "chronic_load": N_("{value} a day"),
    "desk_hours": N_("{value} hours a day"),
    "posture": N_("{value} of 10"),
    "cadence": N_("{value} steps a minute"),
    "stance_time": N_("{value} ms on the ground"),
    "stance_imbalance": N_("{value} percentage points from even"),
    "vertical_ratio": N_("{value}% of the step length"),
}
#: How a step begins a sentence.
EACH_STEP = {
    "route_share": N_("Every 10 percentage points more of your runs on one route"),
    "route_streak": N_("Every further run in a row on one route"),
    "run_spike": N_("Every 10% more than the longest run of 30 days"),
    "acute_load": N_("Every 10% more load in 7 days"),
    "chronic_load": N_("Every 10% more load in 28 days"),
    "acwr": N_("Every 0.1 more of acute over chronic load"),
    "monotony": N_("Every 0.5 more monotony (days that are more alike)"),
    "strength_7d": N_("Every further day with strength in 7"),
    "mobility_7d": N_("Every further day with mobility work in 7"),
    "desk_hours": N_("Every further hour at the desk"),
    "posture": N_("Every point more upright"),
    "cadence": N_("A cadence 5 steps a minute higher"),
    "stance_time": N_("Every 10 ms more on the ground"),
    "stance_imbalance": N_("Every percentage point more between the feet's times on the ground"),
    "vertical_ratio": N_("Every 0.5 percentage points more bounce for the step length"),
}
#: What the runs with a habit go with, where it is more soreness and where it is less.
_HABIT_LINKS = {
    ("warmup", True): N_("Runs with a warm-up go with {points} points more soreness than runs without."),
    ("warmup", False): N_("Runs with a warm-up go with {points} points less soreness than runs without."),
    ("cooldown", True): N_("Runs with a cool-down go with {points} points more soreness than runs without."),
    ("cooldown", False): N_("Runs with a cool-down go with {points} points less soreness than runs without."),
}
#: Points below this are told in hundredths, so that no link goes with 0.0 points.
_TENTH = 0.1
_THREE_DIGITS = 100


def value(name: str, of: float, history: History) -> str:
    """A factor's value with its unit, the shortest way; "" where it is unknown."""
    if not units.known(of):
        return ""
    if name in _MEASURED:
        return _MEASURED[name](of, history)
    return units.number(of, 0 if of >= _THREE_DIGITS else 1)


def _percent(share: float, _history: History) -> str:
    return units.percent(share)


def _distance(km: float, history: History) -> str:
    return units.distance(1000 * km, history.settings.units, 0)


def _load(of: float, history: History) -> str:
    return units.load(of, history.load_kind, history.settings.units)


def _times(ratio: float, _history: History) -> str:
    return _("{ratio} times").format(ratio=units.number(ratio, 2)).replace(" ", "\u00a0")


def _runs(runs: float, _history: History) -> str:
    return ngettext("{n} run", "{n} runs", round(runs)).format(n=round(runs))


def _days(days: float, _history: History) -> str:
    """Days of the last seven; a mean of several weeks in tenths."""
    if days == round(days):
        return ngettext("{n} day", "{n} days", round(days)).format(n=round(days))
    return _("{n} days").format(n=units.number(days))


#: What has a unit, and how it is written; all else is a bare number.
_MEASURED: dict[str, Callable[[float, History], str]] = {
    "route_share": _percent,
    "route_streak": _runs,
    "shoe_km": _distance,
    "run_spike": _times,
    "acute_load": _load,
    "chronic_load": _load,
    "strength_7d": _days,
    "mobility_7d": _days,
}


def said(name: str, of: float, history: History) -> str:
    """A known value in words that say what it is."""
    if name == "route_streak":
        runs = round(of)
        return ngettext("{n} run in a row on one route", "{n} runs in a row on one route", runs).format(
            n=runs
        )
    return _(PHRASES.get(name, "{value}")).format(value=value(name, of, history))


def habit(done: int, runs: int, unknown: int) -> str:
    """On how many of the runs of which it is known a habit was done."""
    places = {"done": done, "n": runs, "unknown": unknown}
    if unknown:
        text = ngettext(
            "done on {done} of {n} run, unknown for {unknown}",
            "done on {done} of {n} runs, unknown for {unknown}",
            runs,
        )
    else:
        text = ngettext("done on {done} of {n} run", "done on {done} of {n} runs", runs)
    return text.format(**places)


def grade(of: str) -> str:
    """A grade of ``links`` in words."""
    return _(SIGNS.get(of) or NO_SIGN.get(of) or NOT_TOLD)


def step_text(factor: Factor, unit: str) -> str:
    """A factor's step in words, a distance in the runner's unit."""
    if factor.name == "shoe_km":
        return _("+{distance} on the shoe").format(distance=units.distance(1000 * factor.step, unit, 0))
    return _(factor.step_text)


def sentence(factor: Factor, row: Mapping[str, Any] | pd.Series[Any], unit: str) -> str:
    """A row of ``links`` in one plain sentence; its range and grade stand beside it."""
    if row["grade"] in SIGNS:
        size, more = abs(row["effect"]), bool(row["effect"] > 0)
        points = units.number(size, 1 if size >= _TENTH else 2)
        if factor.name in HABITS:
            return _(_HABIT_LINKS[factor.name, more]).format(points=points)
        text = (
            _("{step} goes with {points} points more soreness.")
            if more
            else _("{step} goes with {points} points less soreness.")
        )
        return text.format(step=_each_step(factor, unit), points=points)
    if row["grade"] == "none":
        n = int(row["n"])
        return ngettext("No sign of a link in {n} rating.", "No sign of a link in {n} ratings.", n).format(
            n=n
        )
    return str(row["reason"])


def _each_step(factor: Factor, unit: str) -> str:
    """A factor's step as the beginning of a sentence, e.g. "Every 100 km on the shoe"."""
    if factor.name == "shoe_km":
        return _("Every {distance} on the shoe").format(distance=units.distance(1000 * factor.step, unit, 0))
    return _(EACH_STEP[factor.name])
