"""``runlog weekly``, ``watch`` and ``schedule``: what happens without anybody at the keyboard."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import made_home
import pytest
from gpx_text import gpx_text
from made_servers import http

import runlog
from runlog import notify, schedule
from runlog.cli import base
from runlog.cli.alerts import send_reminders
from runlog.errors import BadInput
from runlog.model import Activity, Entry
from runlog.settings import Settings

NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)
MORNING = datetime(2026, 11, 14, 7, tzinfo=UTC)

in_season = pytest.mark.usefixtures("season")
on_sunday = pytest.mark.usefixtures("sunday")


@pytest.fixture
def sunday(monkeypatch):
    """Let it be the evening of the sample season's last day."""
    monkeypatch.setattr(base, "now", lambda: datetime(2026, 11, 15, 20, tzinfo=UTC))


def config(home, text):
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text)


@contextmanager
def receiver(home, status=200):
    """Have alerts sent to a web server, and give the messages that it gets."""
    with http(status=status) as (port, posted):
        config(home, f'notify = ["json://127.0.0.1:{port}"]\n')
        yield posted


@in_season
@on_sunday
def test_weekly_writes_the_report_of_a_week_that_ends_today(run, home):
    page = run("weekly").stdout.strip()
    assert page == str(home / "reports" / "report-2026-W46.html")
    assert "2026" in (home / "reports" / "report-2026-W46.html").read_text()
    with runlog.open(home) as journal:
        assert journal.alerts.all(), "the alerts are followed"


@on_sunday
def test_weekly_imports_first_and_tells_of_a_folder_that_is_not_there(run, home, tmp_path):
    folder = tmp_path / "watch"
    folder.mkdir()
    (folder / "a.gpx").write_text(gpx_text(MORNING))
    result = run("weekly", folder, tmp_path / "unplugged", code=1)
    assert "Morning run, Sat 14 Nov, 8.2 km" in result.stdout
    assert "unplugged is not there" in result.stderr
    assert (home / "reports").is_dir()


@in_season
@on_sunday
@pytest.mark.usefixtures("without_charts")
def test_weekly_sends_the_headline_and_each_alert_once(run, home):
    with receiver(home) as posted:
        run("weekly", "--notify")
        run("weekly", "--notify")
    first, again = posted
    assert first["title"] == again["title"] != ""
    assert len(first["message"]) > len(again["message"])
    assert re.fullmatch(r"The report: \S+report-2026-W46\.html", again["message"].strip())


@in_season
@on_sunday
@pytest.mark.usefixtures("without_charts")
def test_weekly_without_a_place_to_send_to_says_how_to_name_one(run, home):
    result = run("weekly", "--notify", code=1)
    assert "config.toml" in result.stderr
    assert (home / "reports" / "report-2026-W46.html").exists()
    with runlog.open(home) as journal:
        assert all(alert.notified is None for alert in journal.alerts.all())


@in_season
@on_sunday
def test_alerts_are_sent_once_and_listed_all_the_same(run, rows, home):
    with receiver(home) as posted:
        run("alerts", "--notify")
        listed = rows("alerts", "--notify")
    assert len(posted) == 1
    assert all(alert["message"] in posted[0]["message"] + posted[0]["title"] for alert in listed)


@in_season
@on_sunday
def test_alerts_that_nobody_could_be_sent_are_sent_later(run, home):
    with receiver(home, status=500) as refused:
        assert "500" in run("alerts", "--notify", code=1).stderr
    with receiver(home) as posted:
        run("alerts", "--notify")
    assert len(refused) == len(posted) == 1


def test_watching_once_imports_what_is_there(run, tmp_path):
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "a.gpx").write_text(gpx_text(MORNING))
    assert "Morning run, " in run("watch", tmp_path / "watch", "--once", "--every", "0.1").stdout
    assert run("watch", tmp_path / "watch", "--once", "--every", "0.1").stdout == ""


@in_season
@on_sunday
def test_watching_sends_word_of_new_alerts_once(run, home, tmp_path):
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "a.gpx").write_text(gpx_text(MORNING))
    with receiver(home) as posted:
        run("watch", tmp_path / "watch", "--once", "--every", "0.1", "--notify")
        (tmp_path / "watch" / "b.gpx").write_text(gpx_text(MORNING + timedelta(hours=12)))
        run("watch", tmp_path / "watch", "--once", "--every", "0.1", "--notify")
    assert sum("alert" in message["title"] for message in posted) == 1
    assert sum("How sore" in message["title"] for message in posted) <= 2, "one of each run at most"


def test_watching_goes_on_after_what_goes_wrong(run, home, tmp_path):
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "a.fit").write_bytes(b"\x0e\x20\x54\x08nonsense")
    config(home, 'units = "parsec"\n')
    result = run("watch", tmp_path / "watch", "--once", "--every", "0.1")
    assert "units must be one of" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="another signal there")
def test_a_watching_process_takes_a_file_and_ends_with_ctrl_c(tmp_path):
    folder = tmp_path / "watch"
    words = [sys.executable, "-m", "runlog", "--home", str(tmp_path / "home"), "watch", str(folder)]
    process = subprocess.Popen(
        [*words, "--wait", "--every", "0.2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        folder.mkdir()
        (folder / "a.gpx").write_text(gpx_text(MORNING))
        printed = next(line for line in process.stdout if "Morning run" in line)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "8.2 km, 49 min" in printed
    assert "Stopped watching." in err


def test_schedule_shows_what_it_would_write_and_writes_nothing(run, home, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in schedule.SYSTEMS:
        result = run("schedule", "--as", name, "--weekly", "thu", "07:30", tmp_path / "my runs", "--notify")
        for word in ("weekly", "my runs", "--notify", str(home)):
            assert word in result.stdout, name
        assert "Nothing is installed yet" in result.stderr
    assert [path for path in tmp_path.iterdir() if path.name != "home"] == []


@in_season
def test_what_is_scheduled_runs(run, tmp_path):
    line = run("schedule", "--as", "cron").stdout.strip()
    words = shlex.split(line.split(" ", 5)[5], comments=True)
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(".html")


@pytest.mark.parametrize(
    "words", [("--weekly", "someday", "19:00"), ("--weekly", "sun", "25:00"), ("--install", "--uninstall")]
)
def test_what_cannot_be_scheduled_is_refused(run, words):
    run("schedule", *words, code=2)


def test_installing_and_taking_back(run, tmp_path, monkeypatch):
    crontab = tmp_path / "crontab.txt"
    program = tmp_path / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat "{crontab}"; else cat > "{crontab}"; fi\n')
    program.chmod(0o755)
    crontab.write_text("0 5 * * * mine\n")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    run("schedule", "--as", "cron", "--install")
    run("schedule", "--as", "cron", "--install", "--weekly", "mon", "6:00")
    assert crontab.read_text().count("-m runlog") == 1
    assert "Took" in run("schedule", "--as", "cron", "--uninstall").stdout
    assert crontab.read_text() == "0 5 * * * mine\n"


def test_a_system_that_is_not_there_is_told(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no crontab" in run("schedule", "--as", "cron", "--install", code=1).stderr
    assert shutil.which("crontab") is None


@pytest.mark.parametrize("name", ["systemd", "cron", "launchd", "windows"])
def test_a_folder_name_with_a_line_break_gets_into_no_schedule(run, tmp_path, name):
    result = run("schedule", "--as", name, tmp_path / "a\n* * * * * evil", code=1)
    assert "evil: its name has a line break" in result.stderr
    assert result.stdout == ""


def unrated_home(home, end):
    """Put in a run of half an hour that ended then, and nothing else."""
    start = end - timedelta(minutes=30)
    with runlog.open(home) as journal:
        made_home.add(
            journal,
            "/w/1.fit",
            Activity(start, 1800.0, "running", name="Loop", utc_offset_s=0, distance_m=5e3),
        )


@pytest.fixture
def at(monkeypatch):
    """Sets the clock of the command line."""

    def set_clock(moment):
        monkeypatch.setattr(base, "now", lambda: moment)

    return set_clock


def remind(home):
    with runlog.open(home) as journal:
        return send_reminders(journal, base.now())


def test_how_a_run_was_is_asked_once_with_the_link_to_its_form(home, at):
    unrated_home(home, NOON)
    (home / "web").mkdir()
    (home / "web" / "address").write_text("http://192.0.2.7:8421")
    at(NOON + timedelta(minutes=5))
    with receiver(home) as posted:
        assert remind(home)
        assert remind(home)
    (message,) = posted
    assert message["title"] == "How sore are you after Loop?"
    assert "http://192.0.2.7:8421/?run=1" in message["message"]


def test_nothing_is_asked_in_the_quiet_hours_and_it_is_made_up_for_later(home, at):
    unrated_home(home, NOON + timedelta(hours=10))
    with receiver(home) as posted:
        for hours in (10, 14, 18):  # 22:00, 2:00, 6:00
            at(NOON + timedelta(hours=hours, minutes=5))
            assert remind(home)
            assert posted == []
        at(NOON + timedelta(hours=19))
        assert remind(home)
    assert len(posted) == 1


def test_a_rating_or_two_days_cancel_it(home, at):
    unrated_home(home, NOON)
    at(NOON + timedelta(hours=49))
    assert remind(home)
    at(NOON + timedelta(minutes=5))
    with runlog.open(home) as journal:
        journal.log(Entry(NOON + timedelta(minutes=1), 0, soreness=2.0, run=1))
    assert remind(home), "there is no place to send to, and nothing to send"


def test_what_could_not_be_sent_is_sent_later(home, at):
    unrated_home(home, NOON)
    at(NOON + timedelta(minutes=5))
    with receiver(home, status=500), pytest.raises(BadInput, match="500"):
        remind(home)
    with receiver(home) as posted:
        assert remind(home)
    assert len(posted) == 1


@pytest.mark.parametrize(
    ("start", "end", "quiet"), [(22, 7, {22, 23, 0, 6}), (1, 5, {1, 4}), (24, 6, {0, 5}), (9, 9, set())]
)
def test_the_quiet_hours(start, end, quiet):
    settings = Settings(quiet_from=start, quiet_until=end)
    for hour in (*quiet, 8, 12):
        assert notify.is_quiet(hour, settings) == (hour in quiet)


def test_the_pages_are_served_by_systemd(run, monkeypatch, tmp_path, home):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    asked = []
    monkeypatch.setattr("runlog.schedule.run_program", lambda *command: asked.append(command) or "")
    shown = run("schedule", "--serve", "--as", "systemd").stdout
    assert f'"--home" "{home}" "serve" "--phone"' in shown
    assert run("schedule", "--serve", "--as", "cron", code=2).stderr
    assert "Started" in run("schedule", "--serve", "--as", "systemd", "--install").stdout
    (unit,) = tmp_path.rglob("runlog-serve.service")
    assert "WantedBy=default.target" in unit.read_text()
    assert "Stopped" in run("schedule", "--serve", "--as", "systemd", "--uninstall").stdout
    assert not unit.exists()
    assert "no service" in run("schedule", "--serve", "--as", "systemd", "--uninstall").stdout


def test_a_folder_that_is_not_there_is_said_and_only_waited_for_when_asked(run, tmp_path):
    refused = run("watch", tmp_path / "gone", "--once", code=2)
    assert f"There is no folder {tmp_path / 'gone'}" in refused.stderr
    assert run("watch", tmp_path / "gone", "--wait", "--once", "--every", "0.1").stdout == ""
