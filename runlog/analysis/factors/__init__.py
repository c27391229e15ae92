"""Every factor: its value as of a moment, from what had happened before it and never after.

One function serves links (moments: the ratings), charts (ends of days) and alerts (now), so they cannot
disagree. To add a factor, write its function in a module here and list it in ``FACTORS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.analysis.factors import diary, last_run, load, route
from runlog.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from runlog.analysis.history import History


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor and the step in which its effect is told.

    Attributes:
        values: (history, moments) to a Series of floats indexed by the moments; NaN is unknown.
        label: its name for people.
        family: what it is a measure of; factors of one family often move together.
        step: the difference of the factor that an effect is told for.
        step_text: that step in words.
        relative: the step is a fraction of the factor's mean.
        mission: it is one of those that the weekly report speaks of one by one.
        fresh: it is a value of the last run and exists only in the 24 hours after one; later it is not
            unknown, it does not apply.
    """

    values: Callable[[History, pd.DatetimeIndex], pd.Series[float]]
    label: str
    family: str
    step: float
    step_text: str
    relative: bool = False
    mission: bool = False
    fresh: bool = False

    @property
    def name(self) -> str:
        """The function's name."""
        return self.values.__name__


FACTORS: tuple[Factor, ...] = (
    Factor(
        last_run.warmup,
        N_("Warm-up"),
        "habits",
        1.0,
        N_("done against skipped"),
        mission=True,
        fresh=True,
    ),
    Factor(
        last_run.cooldown,
        N_("Cool-down"),
        "habits",
        1.0,
        N_("done against skipped"),
        mission=True,
        fresh=True,
    ),
    Factor(
        route.route_share,
        N_("Route share"),
        "routes",
        0.1,
        N_("+10 percentage points of runs on one route"),
        mission=True,
    ),
    Factor(route.route_streak, N_("Runs in a row on one route"), "routes", 1.0, N_("+1 run in a row")),
    Factor(last_run.shoe_km, N_("Shoe distance"), "shoes", 100.0, N_("+100 km on the shoe"), mission=True),
    Factor(
        load.run_spike,
        N_("Single-run spike"),
        "load",
        0.1,
        N_("+10% over the longest of 30 days"),
        mission=True,
        fresh=True,
    ),
    Factor(
        load.acute_load,
        N_("Acute load (7 days)"),
        "load",
        0.1,
        N_("+10% acute load"),
        relative=True,
        mission=True,
    ),
    Factor(
        load.chronic_load,
        N_("Chronic load (28 days)"),
        "load",
        0.1,
        N_("+10% chronic load"),
        relative=True,
    ),
    Factor(load.acwr, N_("Acute over chronic load"), "load", 0.1, N_("+0.1 in the ratio")),
    Factor(load.monotony, N_("Monotony"), "load", 0.5, N_("+0.5 monotony")),
    Factor(
        diary.strength_7d,
        N_("Strength days of the last 7"),
        "strength",
        1.0,
        N_("+1 day with strength"),
        mission=True,
    ),
    Factor(
        diary.mobility_7d,
        N_("Mobility days of the last 7"),
        "strength",
        1.0,
        N_("+1 day with mobility work"),
    ),
    Factor(diary.desk_hours, N_("Desk hours"), "desk", 1.0, N_("+1 hour at the desk"), mission=True),
    Factor(diary.posture, N_("Posture"), "desk", 1.0, N_("+1 point towards upright"), mission=True),
    Factor(last_run.cadence, N_("Cadence"), "form", 5.0, N_("+5 steps/min"), fresh=True),
    Factor(
        last_run.stance_time,
        N_("Ground contact time"),
        "form",
        10.0,
        N_("+10 ms on the ground"),
        fresh=True,
    ),
    Factor(
        last_run.stance_imbalance,
        N_("Ground contact imbalance"),
        "form",
        1.0,
        N_("+1 percentage point from even"),
        fresh=True,
    ),
    Factor(
        last_run.vertical_ratio,
        N_("Vertical ratio"),
        "form",
        0.5,
        N_("+0.5 percentage points of bounce"),
        fresh=True,
    ),
)
