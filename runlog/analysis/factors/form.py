"""Factors of running form: those of the last run, NaN where unknown or no run ended in the 24 hours before.

Few of the values of ``History.runs`` are factors, as each question more makes every answer less sure.
Step length follows from pace and cadence, vertical oscillation from step length and vertical ratio. Drifts
are no factors: they follow the pace, and who warms up starts slowly, so that beside the drift of the cadence
the warm-up itself could not be told (r = 0.75 in the sample season).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis.factors import asof

if TYPE_CHECKING:
    import pandas as pd

    from runlog.analysis.history import History

EVEN_PCT = 50.0


def cadence(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean cadence of the last run, if it ended in the 24 hours before.

    Unit: steps per minute, both feet, while running. Step: 5.
    """
    return _of_fresh_run(history, moments, "avg_cadence_spm")


def stance_time(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Mean ground contact time of the last run, if it ended in the 24 hours before.

    Unit: milliseconds per step. Step: 10. It is shorter at a faster pace.
    """
    return _of_fresh_run(history, moments, "stance_time_ms")


def stance_imbalance(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """How far from even both feet's ground contact was in the last run, if it ended in the 24 hours before.

    Unit: percentage points from 50, in tenths as watches show it: a mean of finer ones is noise. Towards
    either foot: FIT's profile does not say whose share it is (by convention the left foot's). Step: 1.
    """
    return (_of_fresh_run(history, moments, "stance_time_balance_pct") - EVEN_PCT).abs().round(1)


def vertical_ratio(history: History, moments: pd.DatetimeIndex) -> pd.Series[float]:
    """Bounce as a share of the step length in the last run, if it ended in the 24 hours before.

    Unit: percent. Step: 0.5.
    """
    return _of_fresh_run(history, moments, "vertical_ratio_pct")


def _of_fresh_run(history: History, moments: pd.DatetimeIndex, column: str) -> pd.Series[float]:
    runs = asof.ended(history)
    return asof.of_fresh_run(runs, runs[column].to_numpy(float), moments)
