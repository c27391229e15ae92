"""A file that runlog writes is whole or not there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from runlog.errors import BadInput
from runlog.fileio import delete_stale_drafts, list_stale_drafts, write_atomically


def test_text_and_bytes_are_written_as_they_are(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "é\r\n")
    write_atomically(tmp_path / "b.bin", b"\x00\xff")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "é\r\n".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\xff"


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(BadInput, match=r"a\.txt: cannot be written: No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are not the same there")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_a_new_file_and_its_folders_are_the_owners_alone(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "new" / "inner" / "a.txt", "new")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "new" / "inner" / "a.txt") == 0o600
    assert mode_of(tmp_path / "new" / "inner") == mode_of(tmp_path / "new") == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="modes are not the same there")
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_a_file_that_is_replaced_passes_on_its_mode(tmp_path, mode):
    write_atomically(tmp_path / "a.txt", "new")
    (tmp_path / "a.txt").chmod(mode)
    write_atomically(tmp_path / "a.txt", "newer")
    assert mode_of(tmp_path / "a.txt") == mode


def mode_of(path):
    return path.stat().st_mode & 0o777


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        write_atomically(tmp_path / "file" / "a.txt", "new")


def test_only_old_drafts_are_taken_for_left_behind(tmp_path):
    for name in (
        ".a.txt.abcd_123",
        ".b.txt.abcd_123",
        ".a.txt.new__456",
        ".a.txt",
        "a.txt",
        ".a.txt.TOOLONG12",
    ):
        (tmp_path / name).write_text("")
        if "new" not in name:
            os.utime(tmp_path / name, (0, 0))
    assert [path.name for path in list_stale_drafts(tmp_path)] == [".a.txt.abcd_123", ".b.txt.abcd_123"]
    delete_stale_drafts(tmp_path, "a.txt")
    assert [path.name for path in list_stale_drafts(tmp_path)] == [".b.txt.abcd_123"]
    assert (tmp_path / ".a.txt.new__456").exists()
    assert list_stale_drafts(tmp_path / "none") == []
