"""What reaches the terminal: streams, tables, units, colours, and names that mean harm."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog.units import escape_controls, escape_json

EVIL = "[red]x[/red] \x1b]0;owned\x07\x1b[31m \u202egnp.exe\u2066 &amp; \x9b2J"
RUN_KEYS = [
    "id",
    "name",
    "start",
    "local_start",
    "sport",
    "distance_m",
    "duration_s",
    "moving_s",
    "avg_hr",
    "avg_cadence_spm",
    "ascent_m",
    "route",
    "route_name",
    "shoe",
    "warmup",
    "warmup_source",
    "warmup_confidence",
    "cooldown",
    "cooldown_source",
    "cooldown_confidence",
    "part_of",
    "sources",
    "cadence_drift_spm",
    "stance_time_ms",
    "stance_time_drift_ms",
    "stance_time_balance_pct",
    "stance_time_balance_drift_pct",
    "vertical_oscillation_mm",
    "vertical_oscillation_drift_mm",
    "vertical_ratio_pct",
    "vertical_ratio_drift_pct",
    "step_length_mm",
    "step_length_drift_mm",
]
LINK_KEYS = [
    "area",
    "factor",
    "window",
    "step",
    "effect",
    "low",
    "high",
    "p",
    "q",
    "ratings",
    "n",
    "n_high",
    "n_low",
    "grade",
    "reason",
    "per_sd",
    "se",
    "first_half",
    "second_half",
    "tau_days",
    "lasting",
    "n_eff",
    "r_time",
    "moves_with",
    "speaks_for",
    "method",
    *("settled_at", "next_at", "unique", "unique_low", "unique_high", "b", "s"),
    "short_reason",
]
ALERT_KEYS = [
    *("id", "number", "kind", "subject", "state", "severity", "message", "why", "todo", "tips", "since"),
    *("began", "notified", "acknowledged", "snoozed_until", "resolved"),
]


@given(st.text())
def test_safe_text_holds_no_control_character(text):
    assert not any(
        ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000
        for char in escape_controls(text)
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_safe_json_is_the_same_json(value):
    assert json.loads(escape_json(json.dumps(value, ensure_ascii=False, indent=2))) == value


def keys(rows):
    return [list(row) for row in rows]


@pytest.mark.usefixtures("season")
def test_json_has_the_keys_that_programs_rely_on(rows):
    runs, links, alerts = rows("runs"), rows("links"), rows("alerts")
    assert keys(runs) == [RUN_KEYS] * 90
    assert keys(links) == [LINK_KEYS] * len(links)
    assert len(links) >= 14
    assert keys(alerts) == [ALERT_KEYS] * len(alerts)
    first = runs[0]
    assert first["start"] == "2026-05-18T05:22:02+00:00"
    assert first["local_start"] == "2026-05-18T07:22:02+02:00"
    assert {run["warmup"] for run in runs} == {True, False, None}
    assert all(isinstance(source, str) for run in runs for source in run["sources"])


@pytest.mark.parametrize(
    "words", ["runs", "routes", "load", "shoes list", "exposures", "diary list", "factors", "tips"]
)
@pytest.mark.usefixtures("season")
def test_csv_holds_what_json_holds(run, rows, words):
    listed = rows(*words.split())
    table = list(csv.DictReader(io.StringIO(run(*words.split(), "--csv").stdout)))
    assert keys(table) == keys(listed)
    assert listed
    for of_csv, of_json in zip(table, listed, strict=True):
        for key, value in of_json.items():
            assert (of_csv[key] == "") == (value in (None, "", [])), key


@pytest.mark.parametrize(
    "words", ["runs", "routes", "load", "shoes list", "links", "exposures", "diary list"]
)
def test_nothing_there_is_an_empty_list_a_header_and_a_word_on_stderr(run, rows, words):
    assert rows(*words.split()) == []
    assert len(run(*words.split(), "--csv").stdout.splitlines()) == 1
    done = run(*words.split())
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.usefixtures("season")
def test_miles(run, home):
    (home / "config.toml").write_text('units = "mi"\n', encoding="utf-8")
    assert "10.7 mi" in run("show", "last").stdout
    assert " km" not in run("runs").stdout


def test_a_broken_config_is_one_line(run, home):
    home.mkdir()
    (home / "config.toml").write_text('units = "furlongs"\n', encoding="utf-8")
    warning, *others = run("runs").stderr.splitlines()
    assert warning.startswith("runlog: ")
    assert "units must be one of km, mi" in warning
    assert others == ["No runs yet. Read some with: runlog import PATH"]


FORMS = ([], ["--json"], ["--csv"])


@pytest.mark.parametrize(
    "words", [[*words, *form] for words in (["runs"], ["show", "1"], ["shoes", "assign"]) for form in FORMS]
)
def test_a_hostile_run_name_does_not_reach_the_terminal(run, tmp_path, gpx, words):
    name = "".join(char for char in EVIL if char not in "\x1b\x07")  # XML cannot hold these
    text = gpx(datetime(2026, 3, 1, 7, tzinfo=UTC), name=escape(name))
    (tmp_path / "evil.gpx").write_text(text, encoding="utf-8")
    run("import", tmp_path / "evil.gpx")
    assert_tame(run(*words).stdout)


@pytest.mark.parametrize(
    "words", [[*words, *form] for words in (["shoes", "list"], ["diary", "list"]) for form in FORMS]
)
def test_hostile_words_of_the_runner_do_not_either(run, words):
    run("shoes", "add", EVIL)
    assert_tame(run("log", "3", "--note", EVIL).stdout)
    assert_tame(run(*words).stdout)
    assert_tame(run("shoes", "retire", EVIL + "x", code=1).stderr)


@pytest.mark.parametrize("form", ["json", "md", "html"])
def test_nor_do_they_in_a_report_on_the_screen(run, tmp_path, gpx, form):
    name = "".join(char for char in f"{EVIL} \x85\u2028\u200f\u061c" if char not in "\x1b\x07")
    run("shoes", "add", name, "--default")
    text = gpx(datetime.now(UTC).replace(microsecond=0) - timedelta(days=8), name="morning")
    (tmp_path / "run.gpx").write_text(text, encoding="utf-8")
    run("import", tmp_path / "run.gpx")
    shown = run("report", "--last", "--format", form, "--out", "-").stdout
    assert "gnp.exe" in shown
    assert not set(shown) & set("\x85\x9b\u202e\u2066\u2028\u200f\u061c")


def assert_tame(text):
    assert "[red]x[/red]" in text
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e", "\u2066"}


def test_in_a_pipe_a_table_is_as_wide_as_it_needs_and_without_colour(process, tmp_path, gpx):
    (tmp_path / "run.gpx").write_text(
        gpx(datetime(2026, 3, 1, 7, tzinfo=UTC), name="x" * 300), encoding="utf-8"
    )
    assert process("import", tmp_path / "run.gpx").returncode == 0
    done = process("runs", COLUMNS="40", TERM="xterm-256color")
    assert "x" * 300 in done.stdout
    assert "\x1b" not in done.stdout


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a POSIX thing")


@POSIX
@pytest.mark.usefixtures("season")
def test_on_a_terminal_a_table_fits():
    text = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal(["runs", "--last", "5"], COLUMNS="60"))
    assert max(map(len, text.splitlines())) <= 60
    assert "Long run by" in text
    assert "17.2 km" in text
    assert "Hidden columns:" in text


@POSIX
@pytest.mark.parametrize("no_colour", [False, True])
def test_no_color_is_respected(home, tmp_path, gpx, no_colour):
    (tmp_path / "run.gpx").write_text(gpx(datetime(2026, 3, 1, 7, tzinfo=UTC)), encoding="utf-8")
    text = on_a_terminal(["import", tmp_path / "run.gpx"], **({"NO_COLOR": "1"} if no_colour else {}))
    assert "Morning run" in text
    assert bool(re.search(r"\x1b\[(3|9)[0-7]m", text)) is not no_colour
    assert (home / "runlog.db").exists()


def on_a_terminal(words, **environment):
    """Run runlog with a pseudo-terminal for its output and give all of it."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "runlog", *map(str, words)]
    environment = {**os.environ, "TERM": "xterm-256color", **environment}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as running:
        os.close(theirs)
        text = b""
        while chunk := read_or_nothing(ours):
            text += chunk
        assert running.wait(60) == 0
    os.close(ours)
    return text.decode().replace("\r\n", "\n")


def read_or_nothing(handle):
    try:
        return os.read(handle, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""
