"""A planned trial from the ratings before it to its result."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from runlog.analysis.links.estimates import fit_noise
from runlog.trials import design
from runlog.trials.design import PairNoise
from runlog.trials.result import randomisation_p_value


def simulated_trial(chance, before, unrated):
    """Whether a trial for 1 point finds it, after so many ratings; None where it takes too many pairs."""
    sd, share = chance.uniform(0.7, 1.2), chance.uniform(0.2, 0.8)
    days_before = math.ceil(before / (1 - unrated))
    runs = days_before + 2 * design.MAX_PAIRS
    stays = np.exp(-2.5 / chance.uniform(3, 40))
    level = np.empty(runs)
    level[0] = chance.normal()
    for i in range(1, runs):
        level[i] = stays * level[i - 1] + np.sqrt(1 - stays**2) * chance.normal()
    rating = 4.5 + sd * (np.sqrt(share) * level + np.sqrt(1 - share) * chance.normal(size=runs))
    rated = chance.random(runs) >= unrated
    past_ratings = np.clip(np.round(rating[:days_before]), 0, 10)[rated[:days_before]]
    moments = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(
        2.5 * np.flatnonzero(rated[:days_before]), unit="D"
    )
    estimate = fit_noise(pd.DataFrame({"moment": moments, "rating": past_ratings}))
    seen = pd.Series(np.where(rated[:days_before], 1.0, np.nan))
    plausible = tuple(estimate.plausible_sds_of_difference(2.5))
    noise = PairNoise(estimate.sd_of_difference(2.5), before, plausible, design.share_unrated(seen))
    pairs = design.pairs_needed(1.0, noise)
    if pairs is None:
        return None
    first = np.array(design.randomise_pairs(int(chance.integers(2**32)), pairs))
    during = slice(days_before, days_before + 2 * pairs)
    given = np.clip(np.round(rating[during] - first), 0, 10).reshape(-1, 2)[
        rated[during].reshape(-1, 2).all(1)
    ]
    order = first.reshape(-1, 2)[rated[during].reshape(-1, 2).all(1), 0]
    differences = np.where(order, given[:, 0] - given[:, 1], given[:, 1] - given[:, 0])
    return len(differences) >= design.MIN_PAIRS and randomisation_p_value(differences) <= 0.05
