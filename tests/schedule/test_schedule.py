"""The weekly job, on each system: what is written, made, made again and taken back."""

from __future__ import annotations

import plistlib
import shlex
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from runlog import schedule
from runlog.errors import BadInput
from runlog.schedule import cron, launchd, systemd, windows
from runlog.schedule.job import WeeklyJob, next_due, parse_time, parse_weekday

ODD = "/home/a b/50% & <co> $HOME 'x'"
WORDS = ("/usr/bin/python3", "-m", "runlog", "--home", ODD, "weekly", "--notify")
ANALYZE = shutil.which("systemd-analyze")
SUNDAY = WeeklyJob(6, 19, 5, WORDS)


class Machine:
    """Stands for the system's programs: notes what is run, keeps a crontab and whether a task is there."""

    def __init__(self):
        self.ran = []
        self.crontab = None
        self.task = False

    def __call__(self, words, text=""):
        self.ran.append(words)
        if words == ("crontab", "-l"):
            if self.crontab is None:
                raise BadInput("crontab -l: no crontab for me")
            return self.crontab
        if words == ("crontab", "-"):
            self.crontab = text
        if words[0] == "schtasks":
            if words[1] == "/Create":
                assert Path(words[words.index("/XML") + 1]).read_text(encoding="utf-16").startswith("<?xml")
                self.task = True
            elif not self.task:
                raise BadInput("schtasks: cannot find the file specified")
            elif words[1] == "/Delete":
                self.task = False
        return ""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return Machine()


@pytest.mark.parametrize(("name", "number"), [("mon", 0), ("Su", 6), ("thursday", 3), (" SAT ", 5)])
def test_weekdays(name, number):
    assert parse_weekday(name) == number


@pytest.mark.parametrize("name", ["", "s", "t", "so", "sunnday", "7"])
def test_no_weekdays(name):
    with pytest.raises(BadInput, match="mon, tue"):
        parse_weekday(name)


def test_times_of_the_day():
    assert parse_time("19:00") == (19, 0)
    assert parse_time("7.05") == (7, 5)
    for wrong in ("24:00", "7", "19:60", "soon"):
        with pytest.raises(BadInput, match="like 19:00"):
            parse_time(wrong)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-20T12:00", "2026-11-22T19:05"),
        ("2026-11-22T19:04", "2026-11-22T19:05"),
        ("2026-11-22T19:05", "2026-11-29T19:05"),
    ],
)
def test_the_next_time(now, due):
    assert next_due(SUNDAY, datetime.fromisoformat(now)) == datetime.fromisoformat(due)


def test_every_system_shows_makes_and_takes_back(machine):
    for name, system in schedule.SYSTEMS.items():
        text = system.preview(SUNDAY)
        assert "runlog" in text, name
        assert system.install(SUNDAY, machine).endswith((".", "it.", "timer")), name
        again = system.install(SUNDAY, machine)
        assert again, name
        assert "There is no" not in system.uninstall(machine), name
        assert "There is no" in system.uninstall(machine), name


def test_cron_leaves_other_lines_alone(machine):
    machine.crontab = "# mine\n0 5 * * * backup # runlog-weekly-backup of mine\n"
    before = machine.crontab
    cron.install(SUNDAY, machine)
    cron.install(WeeklyJob(0, 7, 0, WORDS), machine)
    assert machine.crontab.startswith(before)
    assert machine.crontab.count("-m runlog") == 1
    assert "\n0 7 * * 1 " in machine.crontab
    cron.uninstall(machine)
    assert machine.crontab == before


def test_what_cron_runs_are_the_words(machine):
    cron.install(SUNDAY, machine)
    minute, hour, day, month, weekday, command = machine.crontab.rstrip().split(" ", 5)
    assert (minute, hour, day, month, weekday) == ("5", "19", "*", "*", "0")
    assert "%" not in command.replace(r"\%", "")
    assert tuple(shlex.split(command.replace(r"\%", "%"), comments=True)) == WORDS


def test_the_systemd_files(machine, tmp_path):
    systemd.install(SUNDAY, machine)
    folder = tmp_path / ".config" / "systemd" / "user"
    timer = (folder / "runlog-weekly.timer").read_text()
    assert "OnCalendar=Sun *-*-* 19:05:00\nPersistent=true\n" in timer
    service = (folder / "runlog-weekly.service").read_text()
    (line,) = [line for line in service.splitlines() if line.startswith("ExecStart=")]
    unquoted = shlex.split(line.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$"))
    assert tuple(unquoted) == WORDS
    assert machine.ran[-1] == ("systemctl", "--user", "enable", "--now", "runlog-weekly.timer")
    systemd.uninstall(machine)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(ANALYZE is None, reason="no systemd to check the files with")
def test_systemd_takes_the_files(machine, tmp_path):
    systemd.install(WeeklyJob(6, 19, 5, (sys.executable, "-m", "runlog", "weekly")), machine)
    folder = tmp_path / ".config" / "systemd" / "user"
    done = subprocess.run(
        [ANALYZE, "--user", "verify", str(folder / "runlog-weekly.timer")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "runlog" not in done.stderr, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="launchd counts users as Unix does")
def test_the_launch_agent(machine, tmp_path):
    launchd.install(SUNDAY, machine)
    agent = plistlib.loads((tmp_path / "Library/LaunchAgents/org.runlog.weekly.plist").read_bytes())
    assert tuple(agent["ProgramArguments"]) == WORDS
    assert agent["StartCalendarInterval"] == {"Weekday": 0, "Hour": 19, "Minute": 5}


def test_the_windows_task():
    task = ET.fromstring(windows.preview(SUNDAY).replace(' encoding="UTF-16"', ""))  # noqa: S314 - our own
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert task.find(".//t:DaysOfWeek/t:Sunday", space) is not None
    assert task.findtext(".//t:StartBoundary", namespaces=space).endswith("T19:05:00")
    assert task.findtext(".//t:Command", namespaces=space) == WORDS[0]
    arguments = task.findtext(".//t:Arguments", namespaces=space)
    assert arguments == subprocess.list2cmdline(WORDS[1:])


def test_programs_of_the_system_that_fail_say_why():
    assert schedule.run_program((sys.executable, "-c", "print(input())"), "a word") == "a word\n"
    with pytest.raises(BadInput, match="--as"):
        schedule.run_program(("there-is-no-such-program",))
    with pytest.raises(BadInput, match="not today"):
        schedule.run_program((sys.executable, "-c", "import sys; sys.exit('not today')"))
    assert schedule.detect_system() in schedule.SYSTEMS
