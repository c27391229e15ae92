"""The command runlog sync, and what uses it: weekly, watch, schedule, show."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from threading import Timer
from types import SimpleNamespace

import made_clouds
import pytest
from made_clouds import GARMIN_KEY, Cloud, outings, status, web_page

from runlog.records import Night
from runlog.sync import SERVICES, http
from runlog.sync.service import ListedActivity, Terms, Wellness

TODAY = datetime.now(UTC).date()


@pytest.fixture
def cloud(monkeypatch, home):
    """Both services on this machine, no other machine, and no key yet."""
    made_clouds.forbid_the_network(monkeypatch)
    home.mkdir()
    (home / "config.toml").write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")
    monkeypatch.setattr(http, "_INITIAL_BACKOFF_S", 0.001)
    monkeypatch.setitem(sys.modules, "keyring", None)
    for name in ("GARMIN_PERSONAL_API_KEY", "INTERVALS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with made_clouds.served(Cloud(outings=outings(4, last=TODAY - timedelta(days=1)))) as served:
        monkeypatch.setenv("GARMIN_PERSONAL_API_BASE_URL", served.url)
        monkeypatch.setenv("INTERVALS_API_BASE_URL", served.url)
        yield served


@pytest.fixture
def with_key(cloud, run):
    run("sync", "garmin", "--set-key", typed=f"{GARMIN_KEY}\n")
    cloud.calls.clear()
    return cloud


def test_a_key_is_set_synced_and_shown(cloud, run, home):
    said = run(
        "sync", "garmin", "--set-key", "--expires", f"{TODAY + timedelta(days=100)}", typed=f"{GARMIN_KEY}\n"
    )
    assert "non-commercial" in said.stderr
    assert "give it to nobody" in said.stderr
    assert "https://connect.garmin.com/app/settings/personalApiToken" in said.stderr
    assert GARMIN_KEY not in said.output
    assert (home / "keys.toml").exists()
    text = run("sync").stdout
    assert "Garmin Connect: 4 new runs" in text
    assert "Run 3" in text
    assert "nothing new" in run("sync", "garmin").stdout
    shown = run("sync", "--status").stdout
    assert re.search(r"Garmin Connect\s+in the file\s+\d+ \w+ 20\d\d", shown)
    assert re.search(r"intervals.icu\s+none\s+–\s+never", shown)
    assert "runlog sync intervals --set-key" in shown
    assert "from Garmin Connect: garmin:1000/1000_ACTIVITY.fit" in run("show", "1").stdout
    assert cloud.count("/download-service") == 8


def test_a_key_that_is_typed_is_not_shown(cloud, run, monkeypatch):
    """On a terminal it is asked for as a password is."""
    asked = []

    def prompt(text, **options):
        asked.append((text, options))
        return GARMIN_KEY

    monkeypatch.setattr("runlog.cli.base.is_typed", lambda: True)
    monkeypatch.setattr("click.prompt", prompt)
    run("sync", "garmin", "--set-key")
    ((_, options),) = asked
    assert options["hide_input"] is True
    assert cloud.count("/personalapitoken-service") == 1


def test_what_was_fetched_is_said_in_json(with_key, rows):
    (result,) = rows("sync")
    assert (result["service"], result["import"]["runs_added"], result["complete"]) == ("garmin", 4, True)
    one, other = rows("sync", "--status")
    assert (one["key_place"], one["activities"], other["key_place"]) == ("file", 4, None)
    del with_key


def test_without_a_key_it_is_said_how_to_set_one(cloud, run):
    assert "runlog sync garmin --set-key" in run("sync", code=1).stderr
    assert "https://intervals.icu/settings" in run("sync", "intervals", code=1).stderr
    assert cloud.calls == []


@pytest.mark.parametrize(
    "words",
    [
        ["--set-key"],
        ["--forget-key"],
        ["garmin", "--set-key", "--status"],
        ["garmin", "--expires", "2027-01-01"],
        ["garmin", "--keyring"],
        ["garmin", "--set-key", "--expires", "2020-01-01"],
        ["strava"],
        ["garmin", "--since", "soon"],
    ],
)
def test_bad_usage_is_code_2(cloud, run, words):
    run("sync", *words, code=2)
    del cloud


@pytest.mark.parametrize("typed", ["", "\n", "two words\n"])
def test_what_is_no_key_changes_nothing(cloud, run, home, typed):
    assert run("sync", "garmin", "--set-key", typed=typed, code=1).stderr.count("runlog: ") == 1
    assert not (home / "keys.toml").exists()
    assert cloud.calls == []


def test_a_wrong_key_is_not_kept_and_never_repeated(cloud, run, home):
    wrong = GARMIN_KEY[::-1]
    said = run("--debug", "sync", "garmin", "--set-key", typed=f"{wrong}\n", code=1)
    assert "does not accept this key" in said.stderr
    assert "Traceback" in said.stderr
    assert wrong not in said.output
    assert not (home / "keys.toml").exists()
    del cloud


def test_an_expired_key_says_what_to_do(with_key, run):
    with_key.garmin_key = "another"
    said = run("sync", code=1)
    assert "does not accept the key" in said.stderr
    assert "runlog sync garmin --set-key" in said.stderr
    assert "Make a new one at https://connect.garmin.com" in said.stderr
    assert GARMIN_KEY not in said.output
    assert "no longer accepts the key" in run("sync", "--status").stdout
    assert [
        one for one in json.loads(run("doctor", "--json", code=1).stdout)["findings"] if one["check"] == "key"
    ]


def test_what_goes_wrong_is_said_and_the_code_is_1(with_key, run):
    with_key.faults["/download-service/files/activity/1001"].append(web_page)
    said = run("sync", code=1)
    assert "4 new runs" in said.stdout, "one is what the list says"
    assert "1001" in said.stderr
    assert "1001" in run("sync", "--status").stdout
    run("sync")
    assert "1001" not in run("sync", "--status").stdout


@pytest.mark.parametrize("debug", [[], ["--debug"]])
@pytest.mark.parametrize("code", [400, 401, 403, 418, 500])
def test_no_message_shows_a_key_whatever_the_server_sends_back(with_key, run, code, debug):
    """It sends the headers of the call back."""
    for begin in ("/personalapitoken-service", "/activitylist-service"):
        with_key.faults[begin].extend([status(code)] * 5)
        said = run(*debug, "sync", code=1)
        assert GARMIN_KEY not in said.output
        assert not [token for token in with_key.tokens if token in said.output]
        with_key.faults.clear()


def test_a_short_outage_is_waited_for_in_every_part(cloud, run, monkeypatch):
    monkeypatch.setenv("INTERVALS_API_KEY", made_clouds.INTERVALS_KEY)
    cloud.wellness = {TODAY: {"soreness": 2, "sleepSecs": 25_200}}
    for begin in ("/api/v1/athlete/0/activities", "/api/v1/activity/i1002", "/api/v1/athlete/0/wellness"):
        cloud.faults[begin].append(status(503))
    assert "4 new runs, 1 night, 1 rating" in run("sync").stdout


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
def test_ctrl_c_does_not_wait_for_a_service_that_wants_to_be_left_alone(with_key, run):
    def left_alone(handler):
        Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        return status(429, Retry_After="200")(handler)

    with_key.faults["/download-service/files/activity/1000"].append(left_alone)
    began = time.monotonic()
    said = run("sync", code=130)
    assert "The next runlog sync goes on from here." in said.stderr
    assert time.monotonic() - began < 100


def test_a_stub_is_explained(cloud, run, monkeypatch):
    monkeypatch.setenv("INTERVALS_API_KEY", made_clouds.INTERVALS_KEY)
    for one in cloud.outings[:2]:
        one.source = "STRAVA"
    text = run("sync").stdout
    assert "intervals.icu: 2 new runs" in text
    assert (
        "2 activities at intervals.icu came from Strava, which does not let intervals.icu pass them on"
        in text
    )
    assert "runlog import export_123.zip" in text
    assert "came from Strava" in run("sync", "--status").stdout


def test_another_service_is_one_module_more(cloud, run, monkeypatch):
    """What it has is a name, its terms, and how to connect: nothing else needs touching."""
    key = "polar-key-1"

    class Polar:
        def check(self):
            pass

        def activities(self, since, until):
            assert since is None
            assert until > TODAY
            for one in cloud.outings:
                yield ListedActivity(f"p{one.id}", one.start, None, "1")

        def fetch(self, activity, file):
            file.write(cloud.find(activity.id.removeprefix("p")).fit())
            return activity

        def wellness(self, first, last):
            return Wellness([Night("polar", max(first, last), sleep_hours=8.0)])

        def close(self):
            pass

    def connect(text, settings, clock):
        del settings, clock
        assert text == key
        return Polar()

    terms = Terms("Polar Flow", "https://flow.polar.com", "POLAR_KEY", "POLAR_URL", "One's own data.")
    module = SimpleNamespace(NAME="polar", TERMS=terms, connect=connect)
    monkeypatch.setitem(SERVICES, "polar", module)
    assert "One's own data." in run("sync", "polar", "--set-key", typed=f"{key}\n").stderr
    assert "Polar Flow: 4 new runs, " in run("sync").stdout
    assert "from Polar Flow: polar:p1000" in run("show", "1").stdout
    assert "Polar Flow" in run("sync", "--status").stdout
    assert "runlog sync" in run("sync", "nobody", code=2).stderr
    assert key not in run("doctor", "--json").stdout


@pytest.mark.usefixtures("with_key")
def test_ctrl_c_says_that_it_goes_on(run, monkeypatch):
    from runlog.sync import engine

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine.Sync, "_import_download", stop)
        said = run("sync", code=130)
    assert "The next runlog sync goes on from here." in said.stderr
    assert "4 new runs" in run("sync").stdout


@pytest.mark.usefixtures("without_charts")
def test_weekly_syncs_and_needs_no_folder(with_key, run):
    assert "Garmin Connect: 4 new runs" in run("weekly").stdout
    assert "Garmin Connect" not in run("weekly").stdout
    with_key.garmin_key = "another"
    said = run("weekly", code=1)
    assert "does not accept the key" in said.stderr
    assert "week" in said.stdout, "the report is written all the same"


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
@pytest.mark.usefixtures("without_charts")
def test_weekly_writes_the_report_though_the_keys_are_open_to_others(with_key, run, home):
    (home / "keys.toml").chmod(0o644)
    said = run("weekly", code=1)
    assert "others can read this file" in said.stderr
    assert "week" in said.stdout
    assert with_key.calls == []
    assert "others can read this file" in run("sync", code=1).stderr


def test_watch_syncs_without_a_folder(with_key, run):
    assert "Garmin Connect: 4 new runs" in run("watch", "--once", "--every", "0.1").stdout
    assert with_key.count("/activitylist-service") == 2


def test_watch_without_a_folder_and_a_key_is_bad_usage(cloud, run):
    assert "Name a folder, or set a key" in run("watch", "--once", code=2).stderr
    del cloud


def test_schedule_needs_no_folder_with_a_key(with_key, run):
    said = run("schedule", "--weekly", "sun", "19:00", "--as", "systemd")
    assert "weekly" in said.stdout
    assert "Nothing will be imported" not in said.stderr
    assert GARMIN_KEY not in said.output
    run("sync", "garmin", "--forget-key")
    assert "Nothing will be imported" in run("schedule", "--as", "systemd").stderr
    del with_key


def test_schedule_says_that_a_key_of_the_environment_is_not_seen(cloud, run, monkeypatch):
    monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", GARMIN_KEY)
    said = run("schedule", "--as", "cron")
    assert "runlog sync garmin --set-key" in said.stderr
    assert GARMIN_KEY not in said.output
    del cloud
