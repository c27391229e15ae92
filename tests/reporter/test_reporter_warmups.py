"""What the report and the alerts make of warm-ups: only what has both answers, and no run twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_diary import MONDAY

from runlog.analysis.exposures import exposures
from runlog.analysis.periods import Span
from runlog.model import EasySegment, TrackSummary
from runlog.reporter.alerts import alerts
from runlog.reporter.findings import build_findings

SEEN = TrackSummary(warmup=EasySegment(600.0, 1.2, 20.0))


def kinds(history, moment):
    return {notice.kind for notice in alerts(history, moment)}


def with_digest(diary, *runs):
    diary.activities = [replace(one, summary=SEEN) if one.id in runs else one for one in diary.activities]
    return diary


def done_this_week(history):
    week = Span(MONDAY.date(), MONDAY.date().replace(day=MONDAY.day + 6))
    found = {one.factor: one for one in build_findings(history, exposures(history, "upper_back"), week)}
    return found["warmup"].now_text


def test_a_supposed_warm_up_ends_the_row_of_skipped_ones(diary, at):
    for day in range(4):
        diary.run(day, warmup=False)
    assert "warmup_skipped" in kinds(diary.history(skipped_in_a_row=4), at(3))
    assert "warmup_skipped" not in kinds(with_digest(diary.run(4), 5).history(skipped_in_a_row=4), at(4))


def test_a_run_and_its_own_cool_down_are_one_without_a_warm_up(diary, at):
    for day in range(3):
        diary.run(day, warmup=False)
        diary.run(day + 0.04, km=2.0, minutes=15)
    history = diary.history(skipped_in_a_row=4)
    assert history.runs["part_of"].notna().sum() == 3
    assert (history.runs["warmup"] == 0).sum() == 6
    assert "warmup_skipped" not in kinds(history, at(2))
    assert "warmup_skipped" in kinds(diary.history(skipped_in_a_row=3), at(2))


@pytest.mark.parametrize("seen", [True, False])
def test_the_week_counts_the_answers(diary, seen):
    for day, warmup in enumerate((True, False, None)):
        diary.run(day, warmup=warmup).rate(day, 2)
    history = with_digest(diary, 3).history() if seen else diary.history()
    assert (history.runs["warmup"] == 1).sum() == 1 + seen
    assert done_this_week(history) == "done on 1 of 2 runs, unknown for 1"
