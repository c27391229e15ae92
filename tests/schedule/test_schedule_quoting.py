"""What each system runs is word for word what was given, and nothing else can get into its files."""

from __future__ import annotations

import plistlib
import re
import shlex
import string
from xml.etree import ElementTree as ET

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from runlog.errors import BadInput
from runlog.schedule import cron, launchd, systemd, windows
from runlog.schedule.job import WeeklyJob

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff")
ODD = st.sampled_from("""%\\"'$ #;&<>`*~{}()[]|!%\\"'$ """)
WORDS = st.text(ODD, min_size=1, max_size=20) | st.text(LETTERS, max_size=20)
PROGRAM = st.text(string.ascii_letters + " /.-", min_size=1).map(lambda path: f"/{path}x")


def job(*words):
    return WeeklyJob(6, 19, 5, words)


def words_of_cron(line):
    """Read a line as cron does (its do_command.c), then as the shell does."""
    command, escaped = [], False
    for letter in line.rstrip("\n").split(" ", 5)[5]:
        if escaped:
            if letter == "%":
                command.pop()
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == "%":
            break
        command.append(letter)
    return shlex.split("".join(command), comments=True)


def words_of_systemd(text):
    (line,) = [line for line in text.split("\n") if line.startswith("ExecStart=")]
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"(?: |$)', line.removeprefix("ExecStart="))
    assert " ".join(f'"{word}"' for word in quoted) == line.removeprefix("ExecStart=")
    program, *arguments = [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in quoted]
    return [program, *(word.replace("$$", "$") for word in arguments)]


def words_of_windows(text):
    """Read a task as Windows does, its arguments as the C runtime does."""
    task = ET.fromstring(text.replace(' encoding="UTF-16"', ""))  # noqa: S314 - our own
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert len(task.findall(".//t:Exec", space)) == 1
    line = task.findtext(".//t:Arguments", namespaces=space) or ""
    words, word, inside, at = [], None, False, 0
    while at < len(line):
        slashes = len(line) - at - len(line[at:].lstrip("\\"))
        if slashes:
            at += slashes
            before_quote = line[at : at + 1] == '"'
            word = (word or "") + "\\" * (slashes // 2 if before_quote else slashes)
            if before_quote and slashes % 2:
                word += '"'
                at += 1
        elif line[at] == '"':
            word, inside, at = word or "", not inside, at + 1
        elif line[at] in " \t" and not inside:
            words += [] if word is None else [word]
            word, at = None, at + 1
        else:
            word, at = (word or "") + line[at], at + 1
    words += [] if word is None else [word]
    return [task.findtext(".//t:Command", namespaces=space), *words]


@given(PROGRAM, st.lists(WORDS, max_size=4))
@example("/runlog", ["\\%"])
def test_cron_gets_the_words_back(program, words):
    assert words_of_cron(cron.preview(job(program, *words))) == [program, *words]


@given(PROGRAM, st.lists(WORDS, max_size=4))
def test_systemd_gets_the_words_back(program, words):
    assert words_of_systemd(systemd.preview(job(program, *words))) == [program, *words]


@given(PROGRAM, st.lists(WORDS, max_size=4))
def test_launchd_gets_the_words_back(program, words):
    written = launchd.preview(job(program, *words)).partition("-->\n")[2]
    assert plistlib.loads(written.encode())["ProgramArguments"] == [program, *words]


@given(PROGRAM, st.lists(WORDS.filter(lambda word: word.count("%") < 2 and "$(" not in word), max_size=4))
def test_windows_gets_the_words_back(program, words):
    assert words_of_windows(windows.preview(job(program, *words))) == [program, *words]


@pytest.mark.parametrize("word", ["C:/%USERNAME%/x", "C:/$(Arg0)/x"])
def test_what_windows_would_replace_is_refused(word):
    with pytest.raises(BadInput, match="rename it"):
        windows.preview(job("python.exe", word))


@pytest.mark.parametrize(
    "letter", ["\n", "\r", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\ud800", "\uffff"]
)
def test_control_characters_are_refused_before_any_system_sees_them(letter):
    with pytest.raises(BadInput, match=r"^/runs\?\* \* \* \* \* evil: .*rename it$"):
        job("/usr/bin/python3", f"/runs{letter}* * * * * evil")


def test_foreign_lines_of_the_crontab_stay_as_they_are():
    written = []

    def run_program(words, text=""):
        written.append(text)
        return "0 5 * * * echo a\u2028b\x0cc\n" if words[1] == "-l" else ""

    cron.install(job("/usr/bin/python3"), run_program)
    assert written[-1].startswith("0 5 * * * echo a\u2028b\x0cc\n5 19 ")
