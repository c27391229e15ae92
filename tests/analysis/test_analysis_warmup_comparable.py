"""Which answers on warm-ups the links may use: a source that never says "no" would bias them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from past import at, past, ran, wrote

from runlog.analysis.factors import last_run
from runlog.analysis.warmup import comparable_answers
from runlog.model import EasySegment, TrackSummary

SEEN = TrackSummary(warmup=EasySegment(600.0, 1.2, 20.0))
RUNNERS, RUNS = 400, 150


def season(chance):
    """Runs whose warm-up does nothing; the diary tells of it more often on sore days, the stream of half."""
    sore = chance.normal(3.0, 1.5, RUNS)
    warm = chance.random(RUNS) < 0.5
    told = chance.random(RUNS) < np.where(sore > 3.0, 0.8, 0.3)
    seen = chance.random(RUNS) < np.where(warm, 0.5, 0.05)
    answer = np.select([told, seen], [warm.astype(float), 1.0], np.nan)
    source = np.select([told, seen], ["diary", "stream"], "")
    return sore, pd.DataFrame({"warmup": answer, "warmup_source": source})


def difference(sore, warmup):
    return sore[warmup == 1].mean() - sore[warmup == 0].mean()


def test_a_source_that_only_says_yes_makes_a_link_out_of_nothing():
    chance = np.random.default_rng(5)
    seasons = [season(chance) for _ in range(RUNNERS)]
    with_all = np.mean([difference(sore, runs["warmup"]) for sore, runs in seasons])
    with_comparable = np.mean(
        [difference(sore, comparable_answers(runs, "warmup")) for sore, runs in seasons]
    )
    assert with_all < -0.25  # points that a warm-up seems to save
    assert with_comparable == pytest.approx(0.0, abs=0.05)


def test_the_factor_takes_what_can_be_told_both_ways():
    history = past(
        [ran(1, "2026-05-01 08:00", summary=SEEN), ran(2, "2026-05-02 08:00", summary=SEEN)],
        [wrote(1, "2026-05-02 20:00", warmup=False)],
    )
    assert history.runs["warmup"].tolist() == [1.0, 0.0]
    moments = pd.DatetimeIndex([at("2026-05-01 20:00"), at("2026-05-02 20:00")])
    np.testing.assert_array_equal(last_run.warmup(history, moments), [np.nan, 0.0])


def test_after_a_cool_down_run_the_factor_is_still_that_of_the_run():
    history = past(
        [ran(1, "2026-05-01 08:00"), ran(2, "2026-05-01 09:10", 2.5, 17.5)],
        [wrote(1, "2026-05-01 09:05", warmup=True)],
    )
    assert last_run.warmup(history, pd.DatetimeIndex([at("2026-05-01 20:00")])).tolist() == [1.0]
