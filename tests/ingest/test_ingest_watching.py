"""What a watched folder gives, look by look."""

from __future__ import annotations

import os
from pathlib import Path

from runlog.ingest.sources import watch_folders


def looks(folders, *steps):
    """Do one step between two looks each; give the names that came after each look."""
    given, left = [[]], list(steps)

    def wait():
        if not left:
            return False
        left.pop(0)()
        given.append([])
        return True

    for files in watch_folders(folders, wait):
        given[-1] += [Path(found.path).name for found in files]
    return given


def nothing():
    pass


def writing(path, text):
    def write():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, ns=(len(text), len(text)))

    return write


def test_files_come_once_they_are_quiet(tmp_path):
    run = tmp_path / "a.fit"
    steps = writing(run, "half"), writing(run, "half and more"), nothing, nothing, nothing
    assert looks([tmp_path], *steps) == [[], [], [], ["a.fit"], [], []]


def test_what_is_there_comes_first_and_changes_come_again(tmp_path):
    run, other = tmp_path / "a.fit", tmp_path / "deep" / "b.fit"
    writing(run, "a")()
    steps = nothing, writing(other, "b"), nothing, writing(run, "another a"), nothing, nothing
    assert looks([tmp_path], *steps) == [[], ["a.fit"], [], ["b.fit"], [], ["a.fit"], []]


def test_a_watch_comes_goes_and_comes_back(tmp_path):
    plugged, out = tmp_path / "GARMIN", tmp_path / "unplugged"
    run = plugged / "a.fit"

    def unplug():
        plugged.rename(out)

    def plug():
        out.rename(plugged)

    steps = nothing, writing(run, "a"), nothing, unplug, nothing, plug, nothing, nothing
    assert looks([plugged], *steps) == [[], [], [], ["a.fit"], [], [], [], ["a.fit"], []]


def test_hidden_files_and_empty_looks_give_nothing(tmp_path):
    writing(tmp_path / ".partial", "a")()
    assert looks([tmp_path], nothing, nothing) == [[], [], []]
