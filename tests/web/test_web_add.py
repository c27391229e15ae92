"""Files, folders and archives are taken through the browser; nothing of an upload is left behind."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
import zipfile

import pytest

import runlog
from runlog.web import add, uploads


@pytest.fixture
def home(small_home):
    return small_home


DIARY = b"date,soreness,area\n2026-11-10,4,neck\n2026-11-11,5,neck\n"


def send(pages, *files):
    """Upload files, wait until they are read, and return the last page."""
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    answer = pages.post("/add", data, content_type="multipart/form-data")
    if answer.status_code != 303:
        return answer
    for _ in range(600):
        page = pages.get(answer.headers["Location"])
        if "http-equiv" not in page.text:
            return page
        time.sleep(0.05)
    raise AssertionError("it never ends")


def test_a_diary_is_imported_and_the_upload_deleted(pages, home, entries):
    page = send(pages, ("diary.csv", DIARY))
    assert "diary entries added" in page.text
    assert [one.entry.soreness for one in entries() if one.entry.area == "neck"] == [4.0, 5.0]
    assert list((home / "web" / "uploads").iterdir()) == []
    assert "files read before" in send(pages, ("again.csv", DIARY)).text


def test_an_archive_and_what_cannot_be_read(pages, home, entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("deep/diary.csv", DIARY)
        archive.writestr("broken.fit", b"\x0e\x10xx.FIT")
    page = send(pages, ("all.zip", packed.getvalue()), ("<b>.gpx", b"<gpx"))
    assert len(entries()) == 3
    assert "files that could not be read" in page.text
    assert "<b>.gpx" not in page.text
    assert str(home) not in page.text


def test_what_was_uploaded_before_is_said_without_where_it_lay(pages, home):
    broken = b"date,soreness,area\n2026-11-10,4,nowhere\n"
    send(pages, ("first.csv", broken))
    page = send(pages, ("second.csv", broken))
    assert "the same bytes as first.csv" in page.text
    assert str(home) not in page.text


def test_nothing_chosen_is_said(pages, home):
    answer = send(pages, ("", b""))
    assert answer.status_code == 400
    assert "Choose files" in answer.text
    assert list((home / "web" / "uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("diary.csv", "diary.csv"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Users\\x\\run.fit", "C_/Users/x/run.fit"),
        ("a/b/c/d/e/f.fit", "c/d/e/f.fit"),
        ("..", ""),
        (" . ", ""),
        ("x\x00\x1b\u202e.fit", "x.fit"),
        ("n" * 300 + ".fit", "n" * 146 + ".fit"),
    ],
)
def test_a_name_stays_within_its_folder(name, safe):
    assert add.safe_path(name) == safe


def test_a_large_file_never_is_in_memory(pages, home, monkeypatch):
    sizes = []
    monkeypatch.setattr(
        add, "_settle", lambda files, _folder: sizes.extend(file.stream.name for file in files)
    )
    send(pages, ("big.zip", b"x" * 300_000))
    assert all(str(home / "web" / "uploads") in name for name in sizes)
    assert len(sizes) == 1


def test_what_a_killed_server_has_left_is_deleted_when_the_next_starts(home, aged):
    left = uploads.folder(home) / "upload-1" / "files"
    left.mkdir(parents=True)
    (left / "x.fit").write_bytes(b"x")
    uploads.prepare_folder(home)
    assert left.exists(), "another server may be at it"
    aged(uploads.folder(home) / "upload-1")
    uploads.prepare_folder(home)
    assert list(uploads.folder(home).iterdir()) == []


KILLED = """
import os, signal, sys, time
from pathlib import Path
from runlog.web import jobs, uploads
from runlog.web.app import create_app
from runlog.web.pairing import Devices
from runlog.web.security import Access
from runlog.web.shared import SharedJournal

home, files, moment = Path(sys.argv[1]), sys.argv[3:], int(sys.argv[2])

def note(job, done, total, name):
    if done == moment:
        os.kill(os.getpid(), signal.SIGKILL)

jobs.Job.note = note
uploads.prepare_folder(home)
if moment == 0:
    jobs.Jobs._run = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
client = create_app(SharedJournal(home), Access(Devices(home))).test_client()
sent = {"files": [(Path(file).open("rb"), Path(file).name) for file in files]}
client.post("/add", data=sent, content_type="multipart/form-data", base_url="http://localhost",
            headers={"Origin": "http://localhost"})
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
@pytest.mark.parametrize("moment", [0, 1, 3])
def test_killed_in_the_middle_of_an_import_the_store_is_whole_and_the_rest_comes_again(
    make_pages, tmp_path, moment
):
    home = tmp_path / "home"
    files = []
    for day in range(1, 4):
        file = tmp_path / f"{day}.csv"
        file.write_text(f"date,soreness,area\n2026-11-0{day},4,neck\n2026-11-0{day},2,knee\n")
        files.append(file)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, home, str(moment), *files], timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    left = list(uploads.folder(home).iterdir())
    assert left, "what was uploaded is there until somebody looks"
    with runlog.open(home) as journal:
        assert len(journal.entries()) == 2 * moment, "of each file everything or nothing"
        assert not [one for one in journal.doctor().findings if one.wrong]
    pages = make_pages(home)
    assert list(uploads.folder(home).iterdir()) == []
    send(pages, *((file.name, file.read_bytes()) for file in files))
    with runlog.open(home) as journal:
        assert len(journal.entries()) == 6
    assert list(uploads.folder(home).iterdir()) == []


def test_two_uploads_and_ratings_at_once_lose_nothing(pages, home, entries):
    first = pages.post("/add", {"files": [(io.BytesIO(DIARY), "a.csv")]}, content_type="multipart/form-data")
    other = DIARY.replace(b"neck", b"knee")
    second = pages.post("/add", {"files": [(io.BytesIO(other), "b.csv")]}, content_type="multipart/form-data")
    pages.post("/rate", {"key": pages.key(), "soreness": "3", "area": "upper_back"})
    for answer in (first, second):
        while "http-equiv" in pages.get(answer.headers["Location"]).text:
            time.sleep(0.05)
    assert len(entries()) == 6
    with runlog.open(home) as journal:
        assert journal.doctor().ok


def test_there_is_no_such_import(pages):
    assert pages.get("/add/0123456789abcdef").status_code == 404
