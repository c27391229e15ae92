"""runlog config: every setting is listed, explained and changed; the rest of the file stays."""

from __future__ import annotations

import sys

import pytest

from runlog import settings


@pytest.fixture
def config(home):
    home.mkdir()
    return home / "config.toml"


def test_every_setting_is_listed_with_its_value_default_and_meaning(run, rows, config):
    config.write_text('units = "mi"\nnotify = ["ntfy://hunter2"]\n')
    listed = {row["name"]: row for row in rows("config")}
    assert set(listed) == set(settings.setting_meanings())
    assert (listed["units"]["value"], listed["units"]["default"]) == ("mi", "km")
    assert all(row["meaning"] for row in listed.values())
    shown = run("config").stdout
    assert "hunter2" not in shown
    assert "1 set" in shown


def test_a_setting_is_set_got_and_unset_and_the_other_lines_stay(run, config):
    config.write_text("# mine\nspike = 1.2  # ratio\n\n[[privacy_zones]]\nlat = 1\nlon = 2\nradius_m = 300\n")
    before = config.read_text()
    assert run("config", "set", "units", "mi").stdout == "units: mi\n"
    run("config", "set", "spike", "1,5")
    assert config.read_text() == before.replace("spike = 1.2  # ratio", "spike = 1.5").replace(
        "\n[[", '\nunits = "mi"\n[['
    )
    assert run("config", "get", "spike").stdout == "1.5\n"
    assert "1.0, 2.0, 300.0" in run("config", "get", "privacy_zones").stdout
    run("config", "unset", "spike")
    run("config", "unset", "units")
    assert config.read_text() == before.replace("spike = 1.2  # ratio\n", "")


def test_a_list_over_several_lines_is_replaced_whole(run, config):
    config.write_text('notify = [\n  "ntfy://a",\n  "ntfy://b",\n]\nunits = "mi"\n')
    run("config", "set", "notify", "ntfy://c", "ntfy://d")
    assert config.read_text() == 'notify = ["ntfy://c", "ntfy://d"]\nunits = "mi"\n'
    assert run("config", "get", "notify").stdout == "ntfy://c\nntfy://d\n"


def test_without_a_file_one_is_made(run, home):
    run("config", "set", "shoe-limit", "500mi")
    assert settings.read_settings(home / "config.toml").shoe_limit_km == pytest.approx(804.672)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["set", "unts", "mi"], "did you mean units?"),
        (["set", "units", "miles"], "units must be one of km, mi"),
        (["set", "soreness_high", "9"], "never later"),
        (["set", "spike", "a lot"], "spike must be a number"),
        (["set", "skipped_in_a_row", "2.5"], "whole number"),
        (["set", "privacy_zones", "home"], "runlog config edit"),
        (["get", "nothing"], "no setting"),
        (["set", "units"], "Missing argument"),
    ],
)
def test_what_cannot_be_is_bad_usage_and_changes_nothing(run, home, words, reason):
    assert reason in run("config", *words, code=2).stderr
    assert not (home / "config.toml").exists()


def test_a_mistake_in_one_line_stops_no_command(run, rows, config):
    config.write_text('units = "miles"\nlanguage = "de"\n')
    logged = run("log", "3")
    assert "units must be one of km, mi, not 'miles'" in logged.stderr
    assert "the default counts" in logged.stderr
    assert logged.stdout.startswith("Eingetragen")
    assert len(rows("diary", "list")) == 1
    run("config", "set", "units", "mi")
    assert run("log", "3", "neck").stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the editor is a script")
def test_edit_opens_the_editor_on_an_explained_file_and_checks_it(run, home, tmp_path, monkeypatch):
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\necho \'units = "miles"\' >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    assert "units must be one of" in run("config", "edit", code=1).stderr
    text = (home / "config.toml").read_text()
    assert '# units = "km"' in text


def test_names_of_settings_are_offered(offered):
    assert "units" in offered("config", "set", "un")
