"""A mistake in config.toml is named, with the key and the reason, and stops nothing."""

from __future__ import annotations

import dataclasses

import pytest
import tzlocal

from runlog import settings
from runlog.errors import BadInput


@pytest.fixture
def read(tmp_path):
    def read_bytes(data):
        (tmp_path / "config.toml").write_bytes(data)
        return settings.read_settings(tmp_path / "config.toml")

    return read_bytes


def test_without_a_file_the_defaults_hold(tmp_path):
    assert settings.read_settings(tmp_path / "config.toml") == settings.Settings()


def test_a_byte_order_mark_does_no_harm(read):
    assert read(b'\xef\xbb\xbfunits = "mi"\n').units == "mi"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'units = "k', "not valid TOML"),
        (b'units = "miles"', "units must be one of km, mi"),
        (b"\xff\xfe", "UTF-8"),
        (b'unit = "km"', "unknown setting 'unit'"),
        (b"[shoes]\nlimit = 1", "unknown setting 'shoes'"),
        (b"spike = nan", "spike must be a number"),
        (b"shoe_limit_km = inf", "shoe_limit_km must be a number"),
        (b"skipped_in_a_row = inf", "skipped_in_a_row must be a number"),
        (b"skipped_in_a_row = 1.5", "whole number"),
        (b"spike = true", "spike must be a number"),
        (b"spike = 0", "above 0"),
        (b"soreness_high = 8", "at most 7"),
        (b"hr_max = 3000", "hr_max must be from 60 to 260, not 3000"),
        (b"rotation_share = 90", "rotation_share must be from 0.01 to 2, not 90"),
        (b"silence_days = 100_000_000_000", "silence_days must be from 1 to 3,650"),
        (b"spike = 1" + b"0" * 400, "spike must be from 0.01 to 100, not 1000"),
        (b"spike = 1" + b"0" * 5000, "not valid"),
        (b"spike = " + b"[" * 3000 + b"]" * 3000, "nested far deeper"),
        (b"spike = " + b"[" * 90 + b"]" * 90, "spike must be a number"),
        (b"[" + b".".join([b"a"] * 3000) + b"]", "unknown setting 'a'"),
        (b"privacy_zones = [{lat = 1, lon = 2, radius_m = 1" + b"0" * 400 + b"}]", "must be a list like"),
        (b"soreness_lasting_days = 15", "never later"),
        (b'timezone = "Europe"', "timezone 'Europe' is not known"),
        (b'timezone = "../x"', "is not known"),
        (b"timezone = 1", "must be a text"),
        (b'language = "fr"', "language must be one of en, de"),
        (b'notify = "ntfy://me"', "notify must be a list like"),
        (b'notify = ["ntfy://me", ""]', "notify must be a list like"),
        (b"privacy_zones = [{lat = 1, lon = 2}]", "privacy_zones must be a list like"),
        (b"privacy_zones = [{lat = 91, lon = 2, radius_m = 100}]", "privacy_zones must be a list like"),
        (b"privacy_zones = [{lat = 1, lon = 2, radius_m = nan}]", "privacy_zones must be a list like"),
        (b"privacy_zones = [{lat = 1, lon = 2, radius_m = true}]", "privacy_zones must be a list like"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(read, tmp_path, data, reason):
    found = read(data)
    mistakes = settings.find_mistakes(tmp_path / "config.toml")
    assert len(mistakes) == 1
    assert mistakes[0].startswith(f"{tmp_path / 'config.toml'}: ")
    assert reason in mistakes[0]
    zones = (settings.EVERYWHERE,) if b"privacy_zones" in data else ()
    assert found == settings.Settings(privacy_zones=zones)


def test_every_number_has_a_range_and_its_default_is_within():
    numbers = {
        field.name: getattr(settings.Settings(), field.name)
        for field in dataclasses.fields(settings.Settings)
        if "int" in str(field.type) or "float" in str(field.type)
    }
    assert set(settings.RANGES) == set(numbers)
    for name, default in numbers.items():
        least, most = settings.RANGES[name]
        assert least < most
        assert default is None or least <= default <= most


def test_lists_are_taken(read):
    taken = read(
        b'notify = ["ntfy://me", "mailto://you"]\n[[privacy_zones]]\nlat = 52.5\nlon = 13\nradius_m = 300\n'
    )
    assert taken.notify == ("ntfy://me", "mailto://you")
    assert taken.privacy_zones == (settings.PrivacyZone(52.5, 13.0, 300.0),)


def test_a_folder_in_its_place_is_told(tmp_path):
    (tmp_path / "config.toml").mkdir()
    assert "cannot be read" in settings.find_mistakes(tmp_path / "config.toml")[0]


def test_a_computer_without_a_time_zone_says_what_to_set(monkeypatch):
    monkeypatch.setenv("TZ", "Foo/Bar")
    monkeypatch.setattr(tzlocal, "get_localzone", tzlocal.reload_localzone)  # which asks anew
    with pytest.raises(BadInput, match="timezone = "):
        _ = settings.Settings().zone


@pytest.mark.parametrize(
    "text",
    [
        'notify = "mailto://me:hunter2@example.org"',
        'notify = ["ntfy://hunter2", 3]',
        'notify = {url = "ntfy://hunter2"}',
        'units = "ntfy://hunter2"',
        'hr_max = "ntfy://hunter2"',
        'timezone = "ntfy://hunter2"',
        '"ntfy://hunter2" = 1',
        'language = ["ntfy://hunter2"]',
        'notify = ["ntfy://hunter2"',
        "notify = ['ntfy://hunter2\\x', \"\\x hunter2\"]",
        'privacy_zones = [{lat = "hunter2"}]',
    ],
)
def test_no_message_shows_a_secret(tmp_path, text):
    (tmp_path / "config.toml").write_text(text)
    assert settings.read_settings(tmp_path / "config.toml").notify == ()
    mistakes = settings.find_mistakes(tmp_path / "config.toml")
    assert mistakes
    assert "hunter2" not in str(mistakes)


def test_a_list_names_the_entry_that_is_wrong(tmp_path):
    (tmp_path / "config.toml").write_text('notify = ["ntfy://hunter2", ""]')
    (mistake,) = settings.find_mistakes(tmp_path / "config.toml")
    assert mistake.endswith("look at entry 2")


def test_settings_are_shown_without_secrets():
    assert "hunter2" not in repr(settings.Settings(notify=("ntfy://hunter2",)))


def test_one_bad_line_leaves_all_others_as_they_are(read, tmp_path, caplog):
    found = read(b'units = "mi"\nspike = lots\nlanguage = "de"\nmonotony = "much"\nsex = "male\n')
    assert (found.units, found.language, found.spike, found.monotony) == ("mi", "de", 1.1, 2.0)
    assert found.sex is None
    assert len(settings.find_mistakes(tmp_path / "config.toml")) == 3
    assert [record.message.endswith("the default counts") for record in caplog.records] == [True] * 3


@pytest.mark.parametrize("line", [b"privacy_zones = 3", b"privacy_zones = [{lat = 1", b'privacy_zones = "x'])
def test_unreadable_privacy_zones_hide_every_map(read, line):
    assert read(b"units = 'mi'\n" + line + b"\n").privacy_zones == (settings.EVERYWHERE,)


def test_every_setting_has_a_meaning():
    assert set(settings.setting_meanings()) == {field.name for field in dataclasses.fields(settings.Settings)}
