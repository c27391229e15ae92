"""Made-up athletes, and datasets of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from runlog.cohorts import sources


def made_athlete(number, *, ratings=30, effect=-1.0):
    """A row per rating with two factors, the first of which goes together with it."""
    rng = np.random.default_rng(number)
    stretched = rng.integers(0, 2, ratings).astype(float)
    rating = np.clip(np.round(4 + effect * stretched + rng.normal(0, 1, ratings)), 0, 10)
    return pd.DataFrame(
        {
            "moment": pd.date_range("2026-01-05 18:00", periods=ratings, freq="D", tz="UTC"),
            "rating": rating,
            "area": "upper_back",
            "day": pd.date_range("2026-01-05", periods=ratings, freq="D"),
            "stretched": stretched,
            "sleep": rng.normal(7, 1, ratings),
        }
    )


def write_dataset(folder, athletes, per_file=4):
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(athletes), per_file):
        named = athletes[start : start + per_file]
        sources._write_file(folder, start // per_file, [table.assign(athlete=name) for name, table in named])
    return folder
