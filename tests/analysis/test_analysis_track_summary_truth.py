"""The stream's warm-ups and cool-downs against those that watches marked, and its confidence."""

from __future__ import annotations

import pytest
from marked_runs import cases, recorded_runs, right_of_claimed, share, table, wilson

from runlog.analysis import track_summary


@pytest.fixture(scope="module")
def found(devicefiles):
    return cases(recorded_runs(devicefiles))


def test_the_table_of_what_the_stream_finds(found, capsys):
    with capsys.disabled():
        print("\n" + table(found))  # noqa: T201 - the table is what this test is for
    assert any(case.kind == "marked" and case.is_there for case in found)
    assert len([case for case in found if case.kind == "cut in the middle"]) >= 90


def test_the_confidence_is_the_measured_precision(found):
    assert right_of_claimed(found) == track_summary.MEASURED


def test_seldom_a_run_begun_in_the_middle_seems_to_have_a_warm_up(found):
    middle = [case for case in found if case.kind == "cut in the middle"]
    assert sum(case.is_found for case in middle) <= 0.1 * len(middle)


def test_the_confidence_is_the_lower_end_of_the_range():
    assert wilson(*track_summary.MEASURED)[0] == pytest.approx(track_summary.CONFIDENCE, abs=0.005)


def test_nothing_to_tell_by_is_no_share():
    assert share(0, 0) == "none to tell by"
    assert share(1, 1) == "1.00 (0.21-1.00)"
