"""What is known of a column's name: its label, its family, and the step that its effect is told for."""

from __future__ import annotations

from dataclasses import dataclass

from runlog.analysis.factors import FACTORS

#: In hours: how long before the rating an exposure ended at most. The first is the primary one.
WINDOWS = (24, 48, 72)
PRIMARY = WINDOWS[0]


@dataclass(frozen=True, slots=True)
class Step:
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
    window: int = PRIMARY


def lagged(name: str, window: int) -> str:
    """Name the column that holds a factor in a window: "warmup", "warmup_48h"."""
    return name if window == PRIMARY else f"{name}_{window}h"


def between(window: int) -> str:
    """A window in words: "24 to 48 hours before"."""
    return f"{window - PRIMARY} to {window} hours before"


def _known() -> dict[str, Step]:
    steps = {}
    for window in WINDOWS:
        for place, factor in enumerate(FACTORS):
            if window == PRIMARY or factor.fresh:
                steps[lagged(factor.name, window)] = Step(
                    factor=factor.name,
                    label=factor.label if window == PRIMARY else f"{factor.label} {between(window)}",
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


_STEPS = _known()


def step_of(name: str) -> Step:
    """Give the step of a factor; a column that is no known factor counts in steps of 1."""
    return _STEPS.get(name) or Step(name, name, 1.0, f"+1 {name}")
