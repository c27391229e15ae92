"""Say a link in words (unused but by its test: delete in step two)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog.analysis.exposures import PRIMARY_WINDOW, effect_unit, windowed_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_NO_PROOF = "Goes together with, not proof of cause."


def sentence(row: Mapping[str, Any] | pd.Series[Any]) -> str:
    """Say one row of ``links`` to the runner: the association, its range, its ratings and its grade."""
    step = effect_unit(windowed_name(row["factor"], row.get("window", PRIMARY_WINDOW)))
    grade, reason = row["grade"], row["reason"]
    if grade in ("", "describe"):
        return f"{step.label}: {reason[:1].lower()}{reason[1:]}"
    basis = (
        f"95% range {_range(row['low'], row['high'])}; {row['n']} ratings, "
        f"{row['n_high']} with more of it and {row['n_low']} with less"
    )
    if grade == "none":
        return f"{step.label} ({step.text}): no sign that it goes together with {_soreness(row)} ({basis})."
    verb = "goes together with" if grade in ("A", "B") else "leans towards"
    kind = "A hint" if grade == "hint" else f"Grade {grade}"
    amount = f"{_amount(row['effect'])} points {_direction(row['effect'])} {_soreness(row)}"
    return f"{step.label} ({step.text}) {verb} {amount} ({basis}). {kind}: {reason} {_NO_PROOF}"


def _soreness(row: Mapping[str, Any] | pd.Series[Any]) -> str:
    area = row["area"]
    return f"{area.replace('_', ' ')} soreness" if isinstance(area, str) else "soreness"


def _direction(points: float) -> str:
    return "more" if points > 0 else "less"


def _amount(points: float) -> str:
    size = abs(points)
    return f"{size:.1f}" if size >= 1 else f"{size:.2f}"


def _range(low: float, high: float) -> str:
    if low * high > 0:
        near, far = sorted((low, high), key=abs)
        return f"{_amount(near)} to {_amount(far)} {_direction(far)}"
    return f"{_amount(low)} less to {_amount(high)} more"
