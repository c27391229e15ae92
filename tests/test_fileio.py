"""A file that runlog writes is whole or not there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from runlog.errors import BadInput
from runlog.fileio import write_atomically


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
def test_others_may_read_it_as_any_new_file(tmp_path):
    write_atomically(tmp_path / "a.txt", "new")
    (tmp_path / "usual.txt").write_text("new")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "usual.txt").stat().st_mode
    (tmp_path / "a.txt").chmod(0o600)
    write_atomically(tmp_path / "a.txt", "newer")
    assert os.stat(tmp_path / "a.txt").st_mode & 0o777 == 0o600  # noqa: PTH116 - the mode as it is


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        write_atomically(tmp_path / "file" / "a.txt", "new")
