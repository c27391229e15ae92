"""The marks of warm-up and cool-down, and how long either has been done or skipped."""

from __future__ import annotations

import dataclasses

import pytest

from runlog.reporter import charts
from runlog.reporter.charts import streaks


def seen(diary, moment, **settings):
    history = diary.history(**settings)
    return streaks.streaks_data(history, charts.make_view(history, moment))


def test_each_run_of_eight_weeks_is_done_skipped_or_unknown(diary, at):
    diary.run(0, warmup=True).run(30, warmup=False).run(40).run(60, warmup=True).run(61, warmup=True)
    data = seen(diary, at(62))
    assert list(data.runs["warmup"]) == ["skipped", "unknown", "done", "done"]
    assert set(data.runs["cooldown"]) <= {"skipped", "unknown"}
    assert data.streaks["warmup"] == ("done", 2)


def test_what_a_stream_only_suggests_is_perhaps_done(diary, at):
    history = diary.run(0).run(2, warmup=True).history()
    runs = history.runs.assign(warmup=1.0, warmup_confidence=[0.8, 1.0], warmup_source=["stream", "laps"])
    history = dataclasses.replace(history, runs=runs)
    data = streaks.streaks_data(history, charts.make_view(history, at(3)))
    assert list(data.runs["warmup"]) == ["perhaps", "done"]
    assert data.streaks["warmup"] == ("done", 1), "what is only suggested makes no row"
    unsure = dataclasses.replace(history, runs=runs.assign(warmup_confidence=[1.0, 0.8]))
    title = streaks.streaks_data(unsure, charts.make_view(unsure, at(3))).title
    assert title.startswith("Perhaps a warm-up before your last run.")


def test_a_warm_up_recorded_by_itself_is_no_run_of_its_own(diary, at):
    history = diary.run(0, warmup=True).run(2, warmup=True).history()
    history = dataclasses.replace(history, runs=history.runs.assign(part_of=[2.0, float("nan")]))
    assert len(streaks.streaks_data(history, charts.make_view(history, at(3))).runs) == 1


@pytest.mark.parametrize(
    ("warmups", "title"),
    [
        ([], "No runs yet"),
        ([None], "Not known whether your last run had a warm-up or a cool-down"),
        ([True, False], "No warm-up before your last run. Not known whether your last run had a cool-down."),
        (
            [True, False, False],
            "No warm-up before your last 2 runs. Not known whether your last run had a cool-down.",
        ),
    ],
)
def test_the_title_says_the_streak(diary, at, warmups, title):
    for day, warmup in enumerate(warmups):
        diary.run(2 * day, warmup=warmup)
    assert seen(diary, at(10)).title == title


def test_an_unknown_run_ends_a_streak(diary, at):
    diary.run(0, warmup=False).run(2).run(4, warmup=False)
    assert seen(diary, at(5)).streaks["warmup"] == ("skipped", 1)


def test_sixty_runs_at_most_are_drawn(diary, at):
    for day in range(50):
        diary.run(day).run(day + 0.4)
    data = seen(diary, at(50))
    assert len(data.runs) == streaks.MOST_RUNS
