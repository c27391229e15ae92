"""What is known of a factor's name: its label and the step that its effect is told for."""

from __future__ import annotations

from dataclasses import dataclass

from runlog.analysis.factors import FACTORS


@dataclass(frozen=True, slots=True)
class Step:
    """The step of one factor.

    Attributes:
        label: the factor's name for people.
        size: the step, in the factor's own unit or, where relative, as a fraction of its mean.
        text: the step in words.
        relative: see size.
        fresh: the factor is a value of the last run, which lasts for a day.
    """

    label: str
    size: float
    text: str
    relative: bool = False
    fresh: bool = False


def step_of(name: str) -> Step:
    """Give the step of a factor; a column that is no known factor counts in steps of 1."""
    for factor in FACTORS:
        if factor.name == name:
            return Step(factor.label, factor.step, factor.step_text, factor.relative, factor.fresh)
    return Step(name, 1.0, f"+1 {name}")
