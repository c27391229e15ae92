"""Running form by run: what is drawn of it, and when its drift is news."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from runlog.reporter import charts
from runlog.reporter.charts import form


def history_with(diary, drifts, **columns):
    """Runs of every second day whose ground contact drifts so, in milliseconds."""
    for day in range(len(drifts)):
        diary.run(2 * day, cadence=170.0)
    history = diary.history()
    runs = history.runs.assign(stance_time_ms=250.0, stance_time_drift_ms=drifts, **columns)
    return dataclasses.replace(history, runs=runs)


def seen(history):
    return form.form_data(history, charts.make_view(history))


def test_only_what_is_recorded_is_shown(diary):
    data = seen(history_with(diary, [1.0] * 6))
    assert data.measures == ["cadence_spm", "stance_time_ms"]
    assert list(data.runs.columns) == [
        "day",
        "cadence_spm mean",
        "cadence_spm drift",
        "stance_time_ms mean",
        "stance_time_ms drift",
    ]
    assert list(data.runs["stance_time_ms drift"]) == [1.0] * 6


def test_without_running_form_it_says_so(diary):
    data = seen(diary.run(0).history())
    assert (data.title, data.measures) == ("No running form recorded yet", [])


@pytest.mark.parametrize(
    ("drifts", "title"),
    [
        ([4.0, 5.0, 6.0, 5.0, 4.5], "Your feet stay 5.0 ms longer on the ground late in a run"),
        ([-4.0, -5.0, -6.0, -5.0, -4.5], "Your feet stay 5.0 ms less long on the ground late in a run"),
        ([4.0, -5.0, 6.0, -5.0, 4.5], "Your form shows no steady trend (5 runs"),
        ([0.0, 0.0, 0.0, 0.0, 0.0], "Your form shows no steady trend (5 runs"),
        ([4.0, 5.0, np.nan, np.nan, 3.0], "Your running form; too few runs in 28 days"),
    ],
)
def test_a_drift_is_news_where_it_keeps_one_direction(diary, drifts, title):
    assert seen(history_with(diary, drifts)).title.startswith(title)


def test_how_steady_a_drift_is():
    assert form.steadiness(np.array([1.0, 2.0, 3.0, -1.0])) == pytest.approx(0.75)
    assert form.steadiness(np.array([-1.0, -2.0])) == pytest.approx(1.0)
    assert form.steadiness(np.zeros(3)) == pytest.approx(0.5)


def test_half_a_year_and_not_too_many_runs(diary):
    for day in range(0, 300, 3):
        diary.run(day, cadence=170.0)
    data = seen(diary.history())
    assert len(data.runs) == 61
    assert (data.runs["day"].iloc[-1] - data.runs["day"].iloc[0]).days <= 182
    for day in range(120, 300):
        diary.run(day + 0.3, cadence=170.0)
    assert len(seen(diary.history()).runs) == form.MOST_RUNS
