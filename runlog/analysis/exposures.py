"""Make the table that links are estimated from: a row per rating, a column per factor and window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.factors import FACTORS, base
from runlog.analysis.factors.base import Factor
from runlog.analysis.history import ratings_of
from runlog.analysis.session_load import LoadKind
from runlog.errors import BadInput
from runlog.model import Area

if TYPE_CHECKING:
    from runlog.analysis.history import History

#: In hours: how long before the rating an exposure ended at most. The first is the primary one.
WINDOWS = (24, 48, 72)
PRIMARY_WINDOW = WINDOWS[0]


@dataclass(frozen=True, slots=True)
class EffectUnit:
    """The factor that a column of exposures holds, and the window."""

    factor: Factor  # with the step of its effect
    # of WINDOWS; beyond the primary one the value is that of a day or two before
    window: int = PRIMARY_WINDOW
    order: int = len(FACTORS)  # position in the list of factors

    @property
    def label(self) -> str:
        """Name for people, with the window if it is not the primary one."""
        if self.window == PRIMARY_WINDOW:
            return self.factor.label
        return f"{self.factor.label} {window_text(self.window)}"


def check_window(window: int) -> None:
    """Raise BadInput unless there is such a window."""
    if window not in WINDOWS:
        windows = ", ".join(map(str, WINDOWS))
        raise BadInput(
            "unknown window {window!r}; known are {windows} (hours)", window=window, windows=windows
        )


def windowed_name(name: str, window: int) -> str:
    """Return the column that holds a factor in a window: "warmup", "warmup_48h"."""
    return name if window == PRIMARY_WINDOW else f"{name}_{window}h"


def window_text(window: int) -> str:
    """Return a window in words: "24 to 48 hours before"."""
    return f"{window - PRIMARY_WINDOW} to {window} hours before"


def without_rpe(name: str) -> str:
    """Return the column that holds a factor of load as it is without any RPE."""
    return f"{name}_without_rpe"


_EFFECT_UNITS = {
    windowed_name(factor.name, window): EffectUnit(factor, window, order)
    for window in WINDOWS
    for order, factor in enumerate(FACTORS)
    if window == PRIMARY_WINDOW or factor.last_run_only
}


def effect_unit(name: str) -> EffectUnit:
    """Return the effect unit of a column; one that is no factor of runlog counts in steps of 1."""
    if name in _EFFECT_UNITS:
        return _EFFECT_UNITS[name]
    text = f"+1 {name}"
    return EffectUnit(
        Factor(values=_no_values, name=name, label=name, family="", step=1.0, step_text=text, each_step="")
    )


def _no_values(_history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    return pd.Series(float("nan"), index=moments)


def exposures(history: History, area: str | None = None, window: int = PRIMARY_WINDOW) -> pd.DataFrame:
    """Return every rating with the value of every factor at its moment.

    Args:
        history: what happened.
        area: only the ratings of this body area; None is all areas.
        window: 24; or 48 or 72, which add the values of the run that ended 24 to 48 or 48 to 72 hours
            before the rating, in columns of their own ("warmup_48h"), for the factors of the last run.
            They are the factors as they stood 24 or 48 hours before the rating.

    Returns:
        moment (aware UTC), rating (0 to 10), area, day (naive midnight of the local day), local_hour (0 to
        24), then the factors by name, NaN where unknown; in the order of the moments. Where loads are made
        of RPE, each factor of load follows once more from loads that no RPE enters
        ("acute_load_without_rpe").

    Raises:
        BadInput: there is no such area or window; the message names those that are.
    """
    if area is not None and area not in list(Area):
        raise BadInput("unknown area {area!r}; known are {areas}", area=area, areas=", ".join(Area))
    check_window(window)
    rated = ratings_of(history, area).reset_index(drop=True)
    moments = pd.DatetimeIndex(rated["moment"])
    table = rated[["moment", "soreness", "area", "day"]].rename(columns={"soreness": "rating"})
    table["local_hour"] = (base.to_microseconds(moments) / base.HOUR_US + rated["utc_offset_s"] / 3600) % 24
    values = {factor.name: factor.values(history, moments).to_numpy(float) for factor in FACTORS}
    if window != PRIMARY_WINDOW:
        before = moments - pd.Timedelta(hours=window - PRIMARY_WINDOW)
        values |= {
            windowed_name(factor.name, window): factor.values(history, before).to_numpy(float)
            for factor in FACTORS
            if factor.last_run_only
        }
    if history.load_kind is LoadKind.EFFORT:
        plain = replace(history, runs=history.runs.assign(load=history.runs["load_without_rpe"]))
        values |= {
            without_rpe(factor.name): factor.values(plain, moments).to_numpy(float)
            for factor in FACTORS
            if factor.of_session_load
        }
    return pd.concat([table, pd.DataFrame(values, index=table.index)], axis=1)
