"""Put the results of finished trials into the form in which effects are pooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.cohorts.tables import EFFECT_COLUMNS
from runlog.trials import result

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History

#: Before the name of a trial's intervention, where a factor's name stands.
PREFIX = "trial:"


def trial_effects(history: History, now: datetime) -> pd.DataFrame:
    """Return the effects of a runner's finished trials, as randomised.

    The trial of an intervention and area with the most pairs counts. b is the mean difference of the arms in
    points, s its standard error, n the number of pairs.

    Returns:
        A row per trial with area, factor ("trial:warmup"), step (1), b, s and n.
    """
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for plan in history.plans:
        compared = result.evaluate_trial(history, plan, now).as_randomised
        if compared is None or not np.isfinite(compared.low):
            continue
        key = str(plan.area), f"{PREFIX}{plan.factor}"
        if key in rows and int(str(rows[key]["n"])) >= compared.pairs:
            continue
        error = (compared.high - compared.low) / 2 / _quantile_of_t(compared.pairs - 1)
        rows[key] = {
            "area": key[0],
            "factor": key[1],
            "step": 1.0,
            "b": compared.difference,
            "s": error,
            "n": compared.pairs,
        }
    return pd.DataFrame(rows.values(), columns=[name for name in EFFECT_COLUMNS if name != "athlete"])


def _quantile_of_t(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
