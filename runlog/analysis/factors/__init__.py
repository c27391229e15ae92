"""List every factor: its value as of a moment, from what had happened before it and never after.

One function serves links (moments: the ratings), charts (ends of days) and alerts (now), so they cannot
disagree. To add a factor, write its function in a module here with a ``Factor`` below it, and list that
in ``FACTORS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis.factors import diary, last_run, load
from runlog.errors import NotFound

if TYPE_CHECKING:
    from runlog.analysis.factors.base import Factor

FACTORS: tuple[Factor, ...] = (
    last_run.WARMUP,
    last_run.COOLDOWN,
    last_run.ROUTE_SHARE,
    last_run.ROUTE_STREAK,
    last_run.SHOE_KM,
    load.RUN_SPIKE,
    load.ACUTE_LOAD,
    load.CHRONIC_LOAD,
    load.ACWR,
    load.MONOTONY,
    diary.STRENGTH_7D,
    diary.MOBILITY_7D,
    diary.DESK_HOURS,
    diary.POSTURE,
    diary.SLEEP_HOURS,
    diary.RESTING_HR,
    diary.HRV,
    diary.STRESS,
    last_run.CADENCE,
    last_run.STANCE_TIME,
    last_run.STANCE_IMBALANCE,
    last_run.VERTICAL_RATIO,
)


def find_factor(name: str) -> Factor:
    """Return the factor of this name.

    Raises:
        NotFound: there is none; the message lists those that there are.
    """
    for factor in FACTORS:
        if factor.name == name:
            return factor
    raise NotFound(
        "there is no factor {name!r}; there are {factors}",
        name=name,
        factors=", ".join(factor.name for factor in FACTORS),
    )
