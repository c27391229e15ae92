"""Make the table in which links are sought: a row per rating, a column per factor and window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.errors import BadInput
from runlog.model import Area

if TYPE_CHECKING:
    from runlog.analysis.history import History

#: In hours: how long before the rating an exposure ended at most. The first is the primary one.
WINDOWS = (24, 48, 72)
PRIMARY_WINDOW = WINDOWS[0]


@dataclass(frozen=True, slots=True)
class EffectUnit:
    """The step of one factor.

    Attributes:
        factor: the factor's name, without the window.
        label: its name for people.
        size: the step, in the factor's own unit or, where relative, as a fraction of its mean.
        text: the step in words.
        relative: see size.
        fresh: the factor is a value of the last run, which lasts for a day.
        family: what it is a measure of; "" for a column that is no known factor.
        mission: it is one of those that runlog exists to ask about.
        place: in the list of factors.
        window: of WINDOWS; beyond the primary one the value is that of a day or two before.
    """

    factor: str
    label: str
    size: float
    text: str
    relative: bool = False
    fresh: bool = False
    family: str = ""
    mission: bool = False
    place: int = len(FACTORS)
    window: int = PRIMARY_WINDOW


def windowed_name(name: str, window: int) -> str:
    """Name the column that holds a factor in a window: "warmup", "warmup_48h"."""
    return name if window == PRIMARY_WINDOW else f"{name}_{window}h"


def window_text(window: int) -> str:
    """A window in words: "24 to 48 hours before"."""
    return f"{window - PRIMARY_WINDOW} to {window} hours before"


def _known_effect_units() -> dict[str, EffectUnit]:
    steps = {}
    for window in WINDOWS:
        for place, factor in enumerate(FACTORS):
            if window == PRIMARY_WINDOW or factor.fresh:
                steps[windowed_name(factor.name, window)] = EffectUnit(
                    factor=factor.name,
                    label=factor.label
                    if window == PRIMARY_WINDOW
                    else f"{factor.label} {window_text(window)}",
                    size=factor.step,
                    text=factor.step_text,
                    relative=factor.relative,
                    fresh=factor.fresh,
                    family=factor.family,
                    mission=factor.mission,
                    place=place,
                    window=window,
                )
    return steps


_EFFECT_UNITS = _known_effect_units()


def effect_unit(name: str) -> EffectUnit:
    """Give the step of a factor; a column that is no known factor counts in steps of 1."""
    return _EFFECT_UNITS.get(name) or EffectUnit(name, name, 1.0, f"+1 {name}")


def exposures(history: History, area: str | None = None, window: int = PRIMARY_WINDOW) -> pd.DataFrame:
    """Every rating with the value of every factor at its moment.

    Args:
        history: what happened.
        area: only the ratings of this body area; None is all areas.
        window: 24; or 48 or 72, which add the values of the run that ended 24 to 48 or 48 to 72 hours
            before the rating, in columns of their own ("warmup_48h"), for the factors of the last run.
            They are the factors as they stood 24 or 48 hours before the rating.

    Returns:
        moment (aware UTC), rating (0 to 10), area, day (naive midnight of the local day), then the factors
        by name, NaN where unknown; in the order of the moments.

    Raises:
        BadInput: there is no such area or window; the message names those that are.
    """
    if area is not None and area not in list(Area):
        raise BadInput(f"unknown area {area!r}; known are {', '.join(Area)}")
    if window not in WINDOWS:
        raise BadInput(f"unknown window {window!r}; known are {', '.join(map(str, WINDOWS))} (hours)")
    rated = history.entries[history.entries["soreness"].notna()]
    if area is not None:
        rated = rated[rated["area"] == area]
    table = rated[["moment", "soreness", "area", "day"]].rename(columns={"soreness": "rating"})
    table = table.reset_index(drop=True)
    moments = pd.DatetimeIndex(table["moment"])
    values = {factor.name: factor.values(history, moments).to_numpy(float) for factor in FACTORS}
    if window != PRIMARY_WINDOW:
        before = moments - pd.Timedelta(hours=window - PRIMARY_WINDOW)
        values |= {
            windowed_name(factor.name, window): factor.values(history, before).to_numpy(float)
            for factor in FACTORS
            if factor.fresh
        }
    return pd.concat([table, pd.DataFrame(values, index=table.index)], axis=1)
