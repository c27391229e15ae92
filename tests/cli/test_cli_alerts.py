"""runlog alerts: what holds, what the runner says to it, and what it rests on."""

from datetime import UTC, datetime, timedelta

import pytest

END = datetime(2026, 11, 15, 21, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """Set the time of the command line."""
    from runlog.cli import base

    return lambda now: monkeypatch.setattr(base, "now", lambda: now)


@pytest.fixture
def ended(season, clock):
    """Let it be the evening on which the sample season ends."""
    del season
    clock(END)


@pytest.fixture
def sore(run, clock):
    """A back that was very sore, and a knee too."""
    clock(END)
    run("log", "8", "--at", "2026-11-15 20:00")
    run("log", "9", "--at", "2026-11-15 20:00", "--area", "knee")


def states(rows):
    return {row["number"]: row["state"] for row in rows("alerts", "--all")}


@pytest.mark.usefixtures("ended")
def test_every_alert_says_what_why_since_when_and_what_to_do(run, rows):
    text = run("alerts").stdout
    found = rows("alerts")
    assert [row["severity"] for row in found] == sorted(
        (row["severity"] for row in found), key=("urgent", "warn", "info").index
    )
    words = {"urgent": "Urgent", "warn": "Warning", "info": "Info"}
    for row in found:
        assert f"[{row['number']}] {words[row['severity']]}: {row['message']}\n    {row['todo']}\n" in text
        assert f"    {row['why']}\n    {row['kind']}, since " in text
        assert row["state"] == "new"
    assert "call emergency services" in text
    (shoe,) = [row for row in found if row["kind"] == "shoe_limit"]
    assert shoe["tips"] == ["replace-shoes", "rotate-shoes"]


@pytest.mark.usefixtures("sore")
def test_acknowledged_snoozed_and_awake_again(run, rows, clock):
    assert [row["id"] for row in rows("alerts")] == ["soreness_high:knee", "soreness_high:upper_back"]
    assert run("alerts", "ack", "1").stdout.startswith("Dismissed [1] Knee: 9 of 10")
    assert "Snoozed until Sun 29 Nov 2026: [2]" in run("alerts", "snooze", "2", "--for", "2w").stdout
    assert run("alerts").stderr == "No open alerts. 2 dismissed or snoozed: runlog alerts --all\n"
    assert states(rows) == {1: "acknowledged", 2: "snoozed"}
    assert "snoozed until Sun 29 Nov" in run("alerts", "--all").stdout
    run("alerts", "--exit-code")
    assert "Open again: [1]" in run("alerts", "wake", "1").stdout
    run("alerts", "--exit-code", code=1)
    clock(END + timedelta(days=10))
    assert states(rows) == {1: "resolved", 2: "resolved"}
    assert run("alerts").stderr == "No alerts.\n"
    assert "is over" in run("alerts", "snooze", "1", code=1).stderr
    clock(END + timedelta(days=60))
    assert states(rows) == {}, "lately means four weeks"


@pytest.mark.usefixtures("sore")
def test_a_snooze_until_a_day_ends_on_its_morning(run, rows, clock, monkeypatch):
    from runlog.settings import Settings

    monkeypatch.setattr(Settings, "zone", property(lambda _: UTC))
    rows("alerts")
    run("alerts", "snooze", "1", "--until", "2026-11-17")
    clock(datetime(2026, 11, 16, 23, 59, tzinfo=UTC))
    assert states(rows)[1] == "snoozed"
    clock(datetime(2026, 11, 17, 0, 0, tzinfo=UTC))
    assert states(rows)[1] == "new"
    run("alerts", "snooze", "1")
    assert rows("alerts", "--all")[-1]["snoozed_until"] == "2026-11-24T00:00:00+00:00", "a week"


@pytest.mark.usefixtures("sore")
def test_an_alert_is_called_by_number_kind_or_name(run, rows):
    assert "no alert '1'" in run("alerts", "ack", "1", code=1).stderr
    rows("alerts")
    assert "there are 2 of soreness-high: 1, 2" in run("alerts", "ack", "soreness-high", code=1).stderr
    run("alerts", "ack", "soreness_high:knee")
    run("alerts", "wake", "[1]")
    run("alerts", "ack", "1", "2")
    assert set(states(rows).values()) == {"acknowledged"}
    assert "no alert '3'" in run("alerts", "ack", "3", code=1).stderr


@pytest.mark.usefixtures("sore")
@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["snooze", "1", "--for", "soon"], 2, "not a time span; write days like 3d"),
        (["snooze", "1", "--for", "0d"], 2, "not a time span"),
        (["snooze", "1", "--for", "9999w"], 2, "not a time span"),
        (["snooze", "1", "--for", "1w", "--until", "2027-01-01"], 2, "exclude each other"),
        (["snooze", "1", "--until", "2026-01-01"], 1, "still to come"),
        (["ack"], 2, "Missing argument"),
        (["--all", "ack", "1"], 2, "only without a command"),
        (["ack", "\x1b[31m" * 99], 1, "no alert"),
    ],
)
def test_what_cannot_be_is_refused_in_words(run, rows, words, code, reason):
    rows("alerts")
    refused = run("alerts", *words, code=code)
    assert reason in refused.stderr
    assert "\x1b" not in refused.stderr
    assert set(states(rows).values()) == {"new"}


def test_each_kind_and_all_of_them_are_explained(run, rows, home):
    from runlog.reporter.alerts import ALERTS

    home.mkdir()
    (home / "config.toml").write_text("spike = 1.2\n")
    done = run("alerts", "--explain", "run-spike")
    assert "longer than 1.20 times" in done.stdout
    assert "Evidence: moderate." in done.stdout
    assert f"To change it, in {home / 'config.toml'}: spike = 1.2\n" == done.stderr
    found = rows("alerts", "--explain", "all")
    assert [row["kind"] for row in found] == [rule.kind for rule in ALERTS]
    assert found[0]["settings"] == {"soreness_high": 7.0}
    assert "no alert 'run'" in run("alerts", "--explain", "run", code=2).stderr


@pytest.mark.usefixtures("clock")
def test_an_import_tells_of_what_is_new_and_only_once(run, rows, tmp_path, clock):
    clock(END)
    diary = tmp_path / "diary.csv"
    diary.write_text("date,soreness\n2026-11-14,8\n")
    done = run("import", diary)
    assert "New alert [1], urgent: Upper back: 8 of 10 on Sat 14 Nov is high." in done.stderr
    assert "runlog alerts" in done.stderr
    assert "alert" not in done.stdout
    clock(END + timedelta(hours=1))
    diary.write_text("date,soreness\n2026-11-14,8\n2026-11-15,9\n")
    assert "alert" not in run("import", diary).stderr
    assert [row["number"] for row in rows("alerts")] == [1]


def test_a_high_rating_is_answered_at_once(run, clock):
    clock(END)
    assert "runlog alerts" in run("log", "7").stderr
    assert run("log", "6", "--area", "neck").stderr == ""


@pytest.mark.usefixtures("sore")
def test_the_shell_offers_the_alerts_that_hold(run, rows, clock):
    import click

    from runlog.cli import main
    from runlog.cli.lookup import complete_alert

    rows("alerts")

    def offered(text):
        with click.Context(main, info_name="runlog") as ctx:
            ctx.params["home"] = None
            return [item.value for item in complete_alert(ctx, None, text)]

    assert offered("") == ["1", "2"]
    assert offered("2") == ["2"]
    clock(END + timedelta(days=10))
    run("alerts")
    assert offered("") == []


@pytest.mark.usefixtures("at_the_end_of_the_season")
def test_alerts_say_why_and_can_set_the_exit_code(run, rows):
    text = run("alerts").stdout
    assert "Pacer 3 is over its limit" in text
    assert "call emergency services" in text
    found = rows("alerts", "--exit-code", code=1)
    assert {notice["severity"] for notice in found} >= {"warn", "urgent"}


def test_no_alerts_is_a_word_and_0(run, rows):
    done = run("alerts", "--exit-code")
    assert (done.stdout, done.stderr) == ("", "No alerts.\n")
    assert rows("alerts") == []


@pytest.mark.usefixtures("sore")
@pytest.mark.parametrize("no_colour", [False, True])
def test_severity_has_weight_and_colour_on_a_terminal(home, monkeypatch, no_colour):
    from click.testing import CliRunner

    from runlog.cli import main

    monkeypatch.setenv("NO_COLOR", "1" if no_colour else "")
    text = CliRunner().invoke(main, ["--home", str(home), "alerts"], color=True).stdout
    assert "\x1b[1m" in text
    assert ("\x1b[31m" in text) is not no_colour
    assert "Warning signs: " in text
