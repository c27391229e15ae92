"""What is typed: moments, and the completion of shells."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog.cli import params

NOW = datetime(2026, 7, 12, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18:30", "2026-07-12T18:30"),
        ("today 7:05", "2026-07-12T07:05"),
        ("Yesterday 20:00", "2026-07-11T20:00"),
        ("2026-07-01 20:00", "2026-07-01T20:00"),
        ("2026-07-01T20:00:30", "2026-07-01T20:00:30"),
        ("2026-07-01T20:00+02:00", "2026-07-01T18:00"),
    ],
)
def test_moments(text, expected):
    assert params.parse_moment(text, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["20:00", "2026-07-01", "20260701", "tomorrow 8:00", "25:00", "2027-01-01 00:00", ""]
)
def test_no_moments(text):
    with pytest.raises(params.click.BadParameter):
        params.parse_moment(text, NOW)


@given(st.text(max_size=20))
def test_a_moment_is_in_the_past_or_refused(text):
    try:
        moment = params.parse_moment(text, NOW)
    except params.click.BadParameter:
        return
    assert moment <= NOW


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(run, shell):
    assert "_RUNLOG_COMPLETE" in run("completion", shell).stdout
