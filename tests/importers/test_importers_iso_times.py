"""Times as GPX and TCX write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import localtime

ANY_TIME = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2150, 1, 1))  # noqa: DTZ001 - its zone is written in each test


@given(st.lists(ANY_TIME, min_size=1), st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_times_in_utc_are_read_to_the_microsecond(moments, precision):
    texts = [f"{moment.isoformat(timespec=precision)}Z" for moment in moments]
    times, offsets = localtime.parse_times(texts)
    assert times.tolist() == [datetime.fromisoformat(text).timestamp() for text in texts]
    assert times.tolist() == [localtime.parse_time(text) for text in texts]
    assert not offsets.any()


@given(st.lists(ANY_TIME), st.sampled_from(["", "Z", "+02:00", "-0330", "+05"]))
def test_times_of_any_length_and_zone(moments, zone):
    texts = [f" {moment.isoformat()}{zone}\n" for moment in moments]
    times, offsets = localtime.parse_times(texts)
    hours = {"": math.nan, "Z": 0, "+02:00": 2, "-0330": -3.5, "+05": 5}[zone]
    expected = [moment.replace(tzinfo=UTC).timestamp() - np.nan_to_num(hours) * 3600 for moment in moments]
    np.testing.assert_allclose(times, expected, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(offsets, [hours * 3600] * len(moments))


@pytest.mark.parametrize(
    "odd", ["", "nan", "now", "2026-03-01T25:00:00Z", "2026-02-30T07:00:00Z", "٢026-03-01T07:00:00Z"]
)
def test_what_is_no_time_is_unknown_and_the_others_are_read(odd):
    good = "2026-03-01T07:00:00Z"
    times, offsets = localtime.parse_times([good, odd, good])
    assert np.isnan(times).tolist() == [False, True, False]
    assert np.isnan(offsets).tolist() == [False, True, False]


def test_more_digits_than_a_microsecond_has_are_left_off():
    expected = datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC).timestamp()
    assert localtime.parse_times(["2026-03-01T07:00:00.1234567Z"])[0].tolist() == [expected]
    assert localtime.parse_time("2026-03-01T07:00:00.1234567Z") == expected


@given(st.lists(st.text(max_size=30)))
def test_any_text(texts):
    times, offsets = localtime.parse_times(texts)
    assert len(times) == len(offsets) == len(texts)


def test_one_endless_text_among_many_fills_no_memory():
    texts = ["2026-03-01T07:00:00Z"] * 10_000 + ["2026-03-01T07:00:00Z" + "9" * 1_000_000]
    assert np.isnan(localtime.parse_times(texts)[0]).sum() == 1
