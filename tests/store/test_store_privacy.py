"""A home and everything in it are the owner's alone."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import pytest

from runlog import doctor, store
from runlog.store import backup, close_home, list_open

NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are not the same there")


@pytest.fixture(params=[0o000, 0o022, 0o277])
def any_umask(request):
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder):
    return {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}


@pytest.mark.usefixtures("any_umask")
def test_a_new_home_is_private_while_it_is_used(tmp_path, caplog):
    home = tmp_path / "home"
    with store.open(home):
        assert modes(home) == {
            "home": 0o700,
            "runlog.db": 0o600,
            "runlog.db-wal": 0o600,
            "runlog.db-shm": 0o600,
        }
    assert not caplog.records


def test_a_wide_home_is_closed_and_that_is_said_once(tmp_path, caplog):
    home = tmp_path / "home"
    store.open(home).close()
    for name in ("config.toml", "runlog.db.before-restore-20260101-101010", "letter.txt", "reports/a.html"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("")
        (home / name).chmod(0o644)
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text("")
    elsewhere.chmod(0o644)
    (home / "reports" / "link.html").symlink_to(elsewhere)
    for path in (home, home / "reports"):
        path.chmod(0o755)
    (home / "runlog.db").chmod(0o664)
    (finding,) = [one for one in doctor.check_environment(home) if one.check == "rights"]
    assert finding.count == 6
    store.open(home).close()
    assert list_open(home) == []
    assert modes(home)["letter.txt"] == 0o644
    assert elsewhere.stat().st_mode & 0o777 == 0o644
    assert [one.getMessage() for one in caplog.records] == [
        f"{home}: other users of this computer could read what is in it; now you alone can"
    ]
    store.open(home).close()
    assert len(caplog.records) == 1


@pytest.mark.parametrize("mode", [0o1777, 0o755])
def test_a_folder_that_serves_others_too_stays(tmp_path, monkeypatch, mode):
    home = tmp_path / "home"
    store.open(home).close()
    home.chmod(mode)
    if mode == 0o755:
        monkeypatch.setenv("HOME", str(home))
    (home / "runlog.db").chmod(0o644)
    assert close_home(home) == [home / "runlog.db"]
    assert home.stat().st_mode & 0o7777 == mode


@pytest.mark.usefixtures("any_umask")
def test_backups_and_what_is_restored_are_private(tmp_path):
    home, other = tmp_path / "home", tmp_path / "deep" / "other"
    store.open(home).close()
    backup.make_backup(home, tmp_path / "copy.db", NOW)
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    backup.restore_backup(other, tmp_path / "copy.db", NOW)
    backup.restore_backup(other, tmp_path / "copy.db", NOW)
    assert list_open(other) == []
    assert (other / "runlog.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "deep").stat().st_mode & 0o777 == 0o700
