"""Where a key is kept, and that nobody else gets to see it."""

from __future__ import annotations

import os
import stat
import sys
import traceback
import zipfile
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from made_clouds import GARMIN_KEY, INTERVALS_KEY, NOW, bearer, outings, status

import runlog
from runlog import doctor
from runlog.errors import BadInput, MissingExtra
from runlog.model import Entry
from runlog.sync import keys
from runlog.sync.http import KeyRefused

posix = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")


@pytest.fixture
def unset(cloud, monkeypatch):
    """No key in the environment."""
    del cloud
    for name in ("GARMIN_PERSONAL_API_KEY", "INTERVALS_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ring(monkeypatch):
    """A keyring in memory."""
    kept = {}
    module = SimpleNamespace(
        get_password=lambda name, account: kept.get((name, account)),
        set_password=lambda name, account, key: kept.__setitem__((name, account), key),
        delete_password=lambda name, account: kept.pop((name, account)),
    )
    monkeypatch.setitem(sys.modules, "keyring", module)
    return kept


@pytest.fixture
def no_ring(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.mark.usefixtures("unset", "no_ring")
def test_a_key_is_kept_for_its_owner_alone(cloud, journal, home, clock):
    assert journal.clouds.with_key() == []
    assert journal.clouds.set_key("garmin", f"  {GARMIN_KEY}\n", clock=clock)
    file = home / "keys.toml"
    assert file.read_text() == f'garmin = "{GARMIN_KEY}"\n'
    assert os.name != "posix" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert journal.clouds.with_key() == ["garmin"]
    assert keys.find_key(home, "garmin", "X").place == "file"
    journal.clouds.set_key("intervals", INTERVALS_KEY, clock=clock)
    assert journal.clouds.with_key() == ["garmin", "intervals"]
    assert journal.clouds.forget_key("garmin")
    assert not journal.clouds.forget_key("garmin")
    assert journal.clouds.forget_key("intervals")
    assert not file.exists()
    del cloud


@pytest.mark.usefixtures("unset", "no_ring")
def test_the_environment_goes_before_the_file(cloud, home, journal, monkeypatch, clock):
    journal.clouds.set_key("garmin", GARMIN_KEY, clock=clock)
    monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", "from-outside")
    found = keys.find_key(home, "garmin", "GARMIN_PERSONAL_API_KEY")
    assert (found.text, found.place) == ("from-outside", "environment")
    monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", "  ")
    assert keys.find_key(home, "garmin", "GARMIN_PERSONAL_API_KEY").place == "file"
    del cloud


@posix
@pytest.mark.usefixtures("unset", "no_ring")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(cloud, journal, home, mode):
    file = home / "keys.toml"
    file.write_text(f'garmin = "{GARMIN_KEY}"\n')
    file.chmod(mode)
    with pytest.raises(BadInput, match="others can read this file") as raised:
        journal.clouds.sync(["garmin"])
    assert GARMIN_KEY not in str(raised.value)
    assert cloud.calls == []
    (found,) = (one for one in doctor.check_home(home).findings if one.check == "keys")
    assert found.wrong
    assert stat.S_IMODE(file.stat().st_mode) == mode, "it has been seen already: a new key is needed"


@posix
@pytest.mark.usefixtures("unset", "no_ring")
def test_a_link_to_a_file_elsewhere_is_refused(home, journal, tmp_path):
    (tmp_path / "elsewhere").write_text('garmin = "x"\n')
    (home / "keys.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="a link"):
        journal.clouds.with_key()


@pytest.mark.usefixtures("unset", "no_ring")
@pytest.mark.parametrize("text", ["garmin = ", "garmin = 7", "[garmin]\nkey = 'x'", "\x00", "garmin = 'a b'"])
def test_a_file_that_is_not_as_it_should_be_is_not_repeated(home, journal, text):
    file = home / "keys.toml"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(BadInput) as raised:
        journal.clouds.with_key()
    shown = "".join(traceback.format_exception(raised.value))
    assert "a b" not in shown.replace("lines like", "")


@pytest.mark.parametrize("text", ["", "  \n", "two words", "é", "x\r\nX-Evil: 1", "k" * 9000, "tab\tbed"])
def test_what_is_no_key_is_refused_without_repeating_it(text):
    with pytest.raises(BadInput) as raised:
        keys.check_key(text)
    assert not text.strip() or text.strip() not in str(raised.value)


@pytest.mark.usefixtures("unset")
def test_the_keyring_is_the_last_place(cloud, home, journal, ring, clock):
    journal.clouds.set_key("garmin", GARMIN_KEY, in_keyring=True, clock=clock)
    assert list(ring.values()) == [GARMIN_KEY]
    assert not (home / "keys.toml").exists()
    assert keys.find_key(home, "garmin", "X").place == "keyring"
    assert journal.clouds.status()[0].key_place == "keyring"
    keys.save_key(home, "garmin", "in-the-file")
    assert keys.find_key(home, "garmin", "X").place == "file"
    assert journal.clouds.forget_key("garmin")
    assert ring == {}
    del cloud


@pytest.mark.usefixtures("unset", "no_ring")
def test_without_a_keyring_it_is_said_what_to_install(cloud, journal, clock):
    with pytest.raises(MissingExtra, match=r"pip install 'runlog-analyser\[keyring\]'"):
        journal.clouds.set_key("garmin", GARMIN_KEY, in_keyring=True, clock=clock)
    assert journal.clouds.with_key() == []
    del cloud


@pytest.mark.usefixtures("unset")
def test_a_keyring_that_fails_has_no_key_and_tells_none(home, monkeypatch):
    def fail(*args):
        raise RuntimeError(f"locked: {args}")

    broken = SimpleNamespace(get_password=fail, set_password=fail, delete_password=fail)
    monkeypatch.setitem(sys.modules, "keyring", broken)
    assert keys.find_key(home, "garmin", "X") is None
    secret = GARMIN_KEY[::-1]
    with pytest.raises(runlog.errors.RunlogError) as raised:
        keys.save_key(home, "garmin", secret, in_keyring=True)
    assert secret not in "".join(traceback.format_exception(raised.value))


@pytest.mark.usefixtures("unset", "no_ring")
def test_a_key_that_is_refused_is_not_kept(cloud, journal, clock):
    journal.clouds.set_key("garmin", GARMIN_KEY, clock=clock)
    wrong = GARMIN_KEY[::-1]
    with pytest.raises(KeyRefused, match="nothing was changed") as raised:
        journal.clouds.set_key("garmin", wrong, clock=clock)
    assert wrong not in "".join(traceback.format_exception(raised.value))
    assert journal.clouds.sync(["garmin"], now=NOW)[0].ok
    del cloud


@pytest.mark.usefixtures("unset", "no_ring")
def test_a_key_is_kept_where_the_service_cannot_be_asked(cloud, journal, clock):
    cloud.faults["/personalapitoken-service"].extend([status(503)] * 5)
    assert not journal.clouds.set_key("garmin", GARMIN_KEY, clock=clock)
    assert journal.clouds.with_key() == ["garmin"]


@pytest.mark.usefixtures("unset", "no_ring")
def test_when_a_key_ends(cloud, journal, clock):
    journal.clouds.set_key("garmin", GARMIN_KEY, expires=date(2027, 3, 1), clock=clock)
    assert journal.clouds.status()[0].key_expires == date(2027, 3, 1)
    cloud.intervals_key = bearer(timedelta(days=100))
    journal.clouds.set_key("intervals", cloud.intervals_key, clock=clock)
    expected = (datetime.now(UTC) + timedelta(days=100)).date()
    assert abs(journal.clouds.status()[1].key_expires - expected) <= timedelta(days=1)
    journal.clouds.set_key("garmin", GARMIN_KEY, clock=clock)
    assert journal.clouds.status()[0].key_expires is None, "of the new key nothing is known"


@pytest.mark.usefixtures("unset", "no_ring")
@pytest.mark.parametrize(
    ("days", "check", "alert"),
    [(30, False, None), (14, False, "ends on"), (0, False, "ends on"), (-1, True, "ended on")],
)
def test_two_weeks_ahead_it_is_said_that_a_key_ends(journal, home, clock, days, check, alert):  # noqa: PLR0917 - fixtures
    today = datetime.now(UTC).astimezone().date()
    journal.clouds.set_key("garmin", GARMIN_KEY, expires=today + timedelta(days=days), clock=clock)
    (found,) = (one for one in doctor.check_home(home).findings if one.check == "key")
    assert found.wrong is check
    assert (alert or "is good until") in found.message
    told = [one.message for one in runlog.alerts(journal.history()) if one.kind == "key_expiring"]
    assert len(told) == (alert is not None)
    assert alert is None or alert in told[0]


@pytest.mark.usefixtures("unset", "no_ring")
def test_a_key_that_was_refused_is_an_alert_and_a_fault(cloud, journal, home, clock):
    journal.clouds.set_key("garmin", GARMIN_KEY, clock=clock)
    cloud.garmin_key = "another"
    (result,) = journal.clouds.sync(["garmin"], clock=clock)
    assert "does not accept the key" in result.problems[0]
    assert [one.wrong for one in doctor.check_home(home).findings if one.check == "key"] == [True]
    (told,) = (one for one in runlog.alerts(journal.history()) if one.kind == "key_expiring")
    assert "no longer accepts the key" in told.message
    assert "runlog sync garmin --set-key" in told.todo


@pytest.mark.usefixtures("unset", "no_ring")
def test_no_backup_export_or_support_file_holds_a_key(cloud, journal, home, clock, tmp_path):
    cloud.outings = outings(2)
    journal.clouds.set_key("garmin", GARMIN_KEY, clock=clock)
    journal.clouds.sync(["garmin"], now=NOW)
    journal.backup(tmp_path / "backup.db")
    journal.export(tmp_path / "export", gpx=True)
    (tmp_path / "support.txt").write_text(repr(doctor.check_home(home)) + repr(journal))
    secrets = [GARMIN_KEY.encode(), *(token.encode() for token in cloud.tokens)]
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path != home / "keys.toml"]
    assert len(files) > 8
    for path in files:
        data = path.read_bytes()
        assert not [one for one in secrets if one in data], path
        assert not zipfile.is_zipfile(path), "a zip would have to be looked into"


@pytest.mark.usefixtures("unset", "no_ring")
def test_no_repr_shows_a_key(cloud, journal, clock):
    from runlog.settings import Settings
    from runlog.sync import garmin, intervals

    for module, key in ((garmin, GARMIN_KEY), (intervals, INTERVALS_KEY)):
        service = module.connect(key, Settings(), clock)
        service.check()
        assert key not in repr(service)
        assert not [token for token in cloud.tokens if token in repr(service)]
        service.close()
    assert "word" not in repr(keys.Key("word", "file"))
    assert GARMIN_KEY not in repr(journal.clouds)


def test_a_backup_that_is_restored_leaves_the_keys_where_they_are(journal, home, tmp_path):
    keys.save_key(home, "garmin", GARMIN_KEY)
    journal.log(Entry(NOW, 0, soreness=1.0))
    journal.backup(tmp_path / "backup.db")
    journal.close()
    with runlog.open(home) as again:
        again.restore(tmp_path / "backup.db")
    assert keys.find_key(home, "garmin", "X").text == GARMIN_KEY
