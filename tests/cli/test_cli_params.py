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
        ("6pm", "2026-07-12T18:00"),
        ("12am", "2026-07-12T00:00"),
        ("last night", "2026-07-11T22:00"),
        ("yesterday at 8:15pm", "2026-07-11T20:15"),
        ("yesterday", "2026-07-11T20:00"),
        ("this morning", "2026-07-12T08:00"),
        ("tonight", "2026-07-12T18:30"),
        ("saturday 7 am", "2026-07-11T07:00"),
        ("2026-07-01", "2026-07-01T20:00"),
        ("1 Jul 20:00", "2026-07-01T20:00"),
        ("gestern Abend", "2026-07-11T20:00"),
        ("gestern um 20 Uhr", "2026-07-11T20:00"),
        ("1.7. 20:00", "2026-07-01T20:00"),
        ("now", "2026-07-12T18:30"),
    ],
)
def test_moments(text, expected):
    assert params.parse_moment(text, NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["20:00", "8pm", "13pm", "8", "tomorrow 8:00", "25:00", "2027-01-01 00:00", "31.6. 8:00", "last", ""],
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
