"""What a sync brings, and that it brings the same whenever it is stopped."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import timedelta

import made_clouds
import pytest
from made_clouds import (
    GARMIN_KEY,
    NOW,
    TODAY,
    Cloud,
    Outing,
    cut,
    fit,
    outings,
    served,
    status,
    web_page,
    zipped,
)

import runlog
from runlog import sync as runlog_sync
from runlog.errors import BadInput
from runlog.model import Shoe
from runlog.store import clouds

BOTH = pytest.mark.parametrize("service", ["garmin", "intervals"])


def contents(home):
    """All that is stored, but for times of this machine and caches."""
    with sqlite3.connect(home / "runlog.db") as db:
        tables = {}
        for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
            kept = [one for one in columns if one not in ("imported_at", "synced_at")]
            if name not in ("seen", "sqlite_sequence"):
                rows = db.execute(f"SELECT {', '.join(kept)} FROM {name}").fetchall()  # noqa: S608 - our own
                tables[name] = sorted(rows, key=repr)
    db.close()
    return tables


@BOTH
def test_120_activities_come_once(cloud, journal, sync, service):
    cloud.outings = outings(120)
    first = sync(service)
    assert (first.summary.runs_added, first.complete, first.problems, first.ok) == (120, True, (), True)
    second = sync(service)
    assert (second.summary.runs_added, second.updated, second.is_news, second.ok) == (0, 0, False, True)
    assert len(journal.runs()) == 120
    assert [one.activity.name for one in journal.runs()] == [f"Run {index}" for index in range(120)]
    assert cloud.most_running <= 2


def test_only_what_is_new_and_the_last_14_days_are_fetched_again(cloud, sync):
    cloud.outings = outings(60)
    sync("garmin")
    cloud.calls.clear()
    cloud.outings.append(Outing(5000, NOW - timedelta(hours=3), name="Late"))
    later = sync("garmin", now=NOW + timedelta(hours=1))
    assert later.summary.runs_added == 1
    fetched = {path.rpartition("/")[2] for _, path, _ in cloud.calls if path.startswith("/download")}
    young = {
        str(one.id) for one in cloud.outings if one.start > NOW + timedelta(hours=1) - timedelta(days=14)
    }
    assert fetched == young


def test_a_run_that_the_watch_hands_over_weeks_later_is_found(cloud, sync):
    cloud.outings = outings(30)
    sync("garmin")
    cloud.outings.append(Outing(5000, NOW - timedelta(days=41, hours=3)))
    assert sync("garmin", now=NOW + timedelta(days=1)).summary.runs_added == 1


def test_one_run_from_both_services_is_one_run(cloud, journal, sync):
    cloud.outings = outings(8)
    sync("garmin")
    assert sync("intervals").summary.runs_added == 0
    assert len(journal.runs()) == 8
    paths = [source.path for source in journal.sources(1)]
    assert paths == ["garmin:1000/1000_ACTIVITY.fit", "garmin:1000", "intervals:i1000"]


def test_a_run_that_is_there_already_is_not_another(cloud, journal, sync, tmp_path):
    cloud.outings = outings(3)
    (tmp_path / "watch.fit").write_bytes(cloud.outings[1].fit())
    journal.add([tmp_path / "watch.fit"])
    assert sync("garmin").summary.runs_added == 2
    assert len(journal.runs()) == 3


@pytest.mark.parametrize(
    ("service", "change"),
    [
        ("garmin", {"rpe": 8}),  # another file
        ("garmin", {"told_rpe": 8}),  # said in the app
        ("intervals", {"rpe": 8}),
        ("intervals", {"told_rpe": 8}),
    ],
)
def test_an_effort_that_is_told_later_is_taken_up(cloud, journal, sync, service, change):
    cloud.outings = [replace(one, rpe=3) for one in outings(4)]
    sync(service)
    assert [one.activity.rpe for one in journal.runs()] == [3.0] * 4
    journal.shoes.add(Shoe("Blue"))
    journal.shoes.wear([4], "Blue")
    cloud.outings[3] = replace(cloud.outings[3], **change)
    changed = sync(service)
    assert (changed.updated, changed.summary.runs_added, changed.summary.merged) == (1, 0, 0)
    last = journal.runs()[3]
    assert (last.id, last.activity.rpe, last.shoe_override) == (4, 8.0, "Blue")
    assert sync(service).updated == 0
    cloud.outings[3] = replace(cloud.outings[3], rpe=3, told_rpe=5)  # and back again
    sync(service)
    assert journal.runs()[3].activity.rpe == 5.0


@BOTH
def test_a_name_that_is_changed_is_taken_up(cloud, journal, sync, service):
    cloud.outings = outings(3)
    sync(service)
    cloud.outings[1] = replace(cloud.outings[1], name="Along the river")
    assert sync(service).updated == 1
    assert journal.runs()[1].activity.name == "Along the river"


def test_a_name_changed_within_90_days_is_taken_up(cloud, journal, sync):
    cloud.outings = outings(30)
    sync("garmin")
    cloud.outings[10] = replace(cloud.outings[10], name="Along the river")
    assert sync("garmin").updated == 1
    assert journal.runs()[10].activity.name == "Along the river"


@BOTH
def test_an_activity_without_a_file_is_what_the_list_says(cloud, journal, sync, service):
    cloud.outings = [*outings(2), Outing(7, NOW - timedelta(days=30), manual=True, minutes=45)]
    result = sync(service)
    assert (result.summary.runs_added, result.ok) == (3, True)
    assert journal.runs()[0].activity.distance_m == 9000.0


def test_rides_come_as_other_activities(cloud, sync):
    ride = Outing(7, NOW - timedelta(days=3), kind="cycling", manual=True)
    cloud.outings = [*outings(2), ride]
    assert sync("garmin").summary.other_added == 1


@pytest.mark.parametrize("member", ["{id}_ACTIVITY.fit", "activity.fit"])
@pytest.mark.parametrize("hours", [0, 3, 30])
def test_a_file_and_its_row_are_one_run_whatever_the_list_says_of_times(  # noqa: PLR0917 - fixtures
    cloud, journal, sync, monkeypatch, member, hours
):
    """A distance that was put right in the app, a clock that was wrong, one name for all files."""
    good = made_clouds.garmin_row

    def row(one):
        late = one.start + timedelta(hours=hours)
        return (
            good(one)
            | {"duration": 3000.0, "elapsedDuration": 3000.0, "distance": 9000.0}
            | {
                "startTimeGMT": f"{late:%Y-%m-%d %H:%M:%S}",
                "startTimeLocal": f"{late:%Y-%m-%d %H:%M:%S}",
            }
        )

    monkeypatch.setattr(made_clouds, "garmin_row", row)
    cloud.outings = outings(8)
    for one in cloud.outings:
        one.content = zipped(member.format(id=one.id), one.fit())
    first = sync("garmin")
    assert (first.summary.runs_added, first.ok) == (8, True)
    assert sync("garmin").summary.runs_added == 0
    assert len(journal.runs()) == 8
    if "id" in member:
        assert [one.activity.name for one in journal.runs()] == [f"Run {index}" for index in range(8)]
        assert [len(journal.sources(one.id)) for one in journal.runs()] == [2] * 8


def test_since_says_from_which_day_on(cloud, journal, sync):
    cloud.outings = outings(60)
    first = TODAY - timedelta(days=10)
    assert sync("garmin", since=first).summary.runs_added == 6
    assert sync("garmin").summary.runs_added == 0
    (state,) = (one for one in journal.clouds.status() if one.service == "garmin")
    assert state.since == first
    assert sync("garmin", since=TODAY - timedelta(days=40)).summary.runs_added == 15
    assert len(journal.runs()) == 21


def test_a_day_that_is_still_to_come_is_refused(cloud, sync):
    with pytest.raises(BadInput, match="still to come"):
        sync("garmin", since=TODAY + timedelta(days=2))
    assert cloud.calls == []


def test_nights_that_cannot_be_fetched_do_not_hold_up_the_runs(cloud, journal, sync):
    cloud.outings = outings(5)
    cloud.faults["/api/v1/athlete/0/wellness"].extend([status(500)] * 5)
    result = sync("intervals")
    assert [text for text in result.problems if text.startswith("nights and ratings: ")]
    assert (result.complete, result.ok, len(journal.runs())) == (False, False, 5)
    assert journal.clouds.status()[1].synced_at == NOW
    assert sync("intervals").ok


def lying_zip(data):
    """A zip that says its member has ten bytes."""
    packed = bytearray(zipped("run.fit", data))
    end = packed.rfind(b"PK\x01\x02")
    struct.pack_into("<I", packed, end + 24, 10)
    return bytes(packed)


def bomb():
    """A zip of a few KB that unpacks to 32 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.fit", fit(NOW) + bytes(32 * 2**20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lying_zip(fit(NOW)), "damaged"),
        (bomb(), "no recording does"),
        (zipped("notes.txt", b"no recording at all"), "nothing that runlog reads"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"<!DOCTYPE html><html>Log in</html>", "something else than a recording"),
        (b'{"error": "later"}', "something else than a recording"),
        (zipped("run.fit", b"no fit at all"), "damaged"),
    ],
    ids=["lying", "bomb", "text", "cut", "page", "json", "nonsense"],
)
def test_a_broken_file_is_named_and_the_rest_goes_on(cloud, journal, sync, content, reason):
    cloud.outings = outings(5)
    cloud.outings[2].content = content
    result = sync("garmin")
    named = [*result.problems, *(f"{file.path} {file.reason}" for file in result.summary.files)]
    assert [text for text in named if "1002" in text and reason in text]
    assert result.complete
    assert not result.ok
    assert [one.activity.name for one in journal.runs()] == [f"Run {index}" for index in range(5)]
    assert len(journal.track(2)) == 31
    cloud.outings[2].content = None
    assert sync("garmin").ok
    assert len(journal.track(3)) == 31
    assert [len(journal.sources(run)) for run in (1, 2, 3)] == [2, 2, 2]


def test_a_broken_entry_is_named_and_the_rest_goes_on(cloud, sync, monkeypatch):
    cloud.outings = outings(4)
    good = made_clouds.garmin_row

    def row(one):
        broken = {1001: None, 1002: {**good(one), "activityId": "../../etc"}}
        return broken.get(one.id, good(one))

    monkeypatch.setattr(made_clouds, "garmin_row", row)
    result = sync("garmin")
    assert result.summary.runs_added == 2
    assert result.problems == ("an entry of the list has no id of an activity",)
    assert not result.ok


@BOTH
@pytest.mark.parametrize("code", [401, 403])
def test_one_activity_that_is_forbidden_is_no_refusal_of_the_key(cloud, journal, sync, service, code):
    cloud.outings = outings(6)
    name = "/download-service/files/activity/1002" if service == "garmin" else "/api/v1/activity/i1002"
    cloud.faults[name].extend([status(code)] * 2)
    result = sync(service)
    assert [text for text in result.problems if "1002" in text and "does not let this key have it" in text]
    assert (result.complete, len(journal.runs())) == (True, 6)
    assert journal.clouds.status()[0].refused_at is None


def test_a_cut_connection_429_and_5xx_are_survived(cloud, sync, clock):
    cloud.outings = outings(10)
    cloud.faults["/activitylist-service"].extend([status(503), cut, status(429, Retry_After="14")])
    cloud.faults["/download-service/files/activity/1003"].extend([cut, status(502)])
    cloud.faults["/download-service/files/activity/1004"].extend([status(429, Retry_After="3"), web_page][:1])
    result = sync("garmin")
    assert (result.summary.runs_added, result.ok) == (10, True)
    assert max(clock.waited) == pytest.approx(14, abs=0.1)


def test_a_service_that_stays_down_ends_the_sync_and_the_next_one_goes_on(cloud, journal, sync):
    cloud.outings = outings(12)
    for one in cloud.outings[5:]:
        cloud.faults[f"/download-service/files/activity/{one.id}"].extend([status(500)] * 5)
    result = sync("garmin")
    assert not result.complete
    assert "given up for now" in result.problems[-1]
    assert len(journal.runs()) == 5
    for waiting in cloud.faults.values():
        waiting.clear()
    result = sync("garmin")
    assert (result.complete, result.ok, result.summary.runs_added) == (True, True, 7)


def test_what_cannot_be_fetched_now_is_fetched_by_the_next_sync(cloud, journal, sync):
    cloud.outings = outings(50)
    cloud.faults["/download-service/files/activity/1003"].extend([status(500)] * 5)
    assert [text for text in sync("garmin").problems if "1003" in text]
    assert len(journal.runs()) == 49
    assert sync("garmin").summary.runs_added == 1


@BOTH
def test_a_web_page_instead_of_the_list_is_said_in_words(cloud, sync, service):
    begin = "/activitylist-service" if service == "garmin" else "/api/v1/athlete"
    cloud.faults[begin].extend([web_page] * 2)
    result = sync(service)
    assert [text for text in result.problems if "sent a web page instead of data" in text]
    assert not result.complete


def test_a_key_that_is_withdrawn_in_the_middle_ends_it(cloud, journal, sync):
    cloud.outings = outings(20)

    def progress(done, *_):
        if done == 5:
            cloud.garmin_key = "another"
            cloud.tokens.clear()

    result = sync("garmin", progress=progress)
    assert "does not accept the key" in result.problems[-1]
    assert "runlog sync garmin --set-key" in result.problems[-1]
    assert 5 <= len(journal.runs()) < 20
    assert journal.clouds.status()[0].refused_at == NOW
    cloud.garmin_key = GARMIN_KEY
    sync("garmin")
    assert len(journal.runs()) == 20
    assert journal.clouds.status()[0].refused_at is None


@pytest.fixture
def unbroken(tmp_path):
    """What an unbroken sync of the same activities gives."""
    home = tmp_path / "unbroken"
    home.mkdir()
    (home / "config.toml").write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")

    def give(service):
        with runlog.open(home) as other:
            other.clouds.sync([service], now=NOW)
        return contents(home)

    return give


class Killed(BaseException):
    """As SIGKILL in this process: nothing after it is done."""


@BOTH
@pytest.mark.parametrize("step", ["list", "fetch", "import", "settle", "days"])
def test_stopped_at_any_moment_the_next_sync_ends_with_the_same_store(  # noqa: PLR0917 - fixtures
    cloud, home, sync, unbroken, monkeypatch, service, step
):
    cloud.outings = [replace(one, rpe=4) for one in outings(6)]
    cloud.wellness = {TODAY - timedelta(days=day): {"soreness": 2, "sleepSecs": 27000} for day in range(40)}
    modules = {
        "list": (clouds, "read_fetched"),
        "fetch": (runlog_sync.engine.Sync, "_fetch"),
        "import": (runlog_sync.engine.ingest, "import_found"),
        "settle": (clouds, "save_fetched"),
        "days": (clouds, "settle_days"),
    }
    owner, name = modules[step]
    original, calls = getattr(owner, name), []

    def once(*args, **kwargs):
        calls.append(name)
        if len(calls) == (1 if step in ("list", "days") else 3):
            raise Killed
        return original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, once)
        with pytest.raises(Killed):
            sync(service)
    sync(service)
    assert contents(home) == unbroken(service)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX")
def test_a_process_that_is_killed_and_started_again_ends_with_the_same_store(cloud, home, unbroken):
    cloud.outings, cloud.slow_s = outings(12, every=20), 0.03
    home.mkdir()
    (home / "config.toml").write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")
    script = (
        f"import runlog, datetime as d\nwith runlog.open({str(home)!r}) as j: "
        f"j.clouds.sync(['garmin'], now=d.datetime.fromisoformat({NOW.isoformat()!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 60
    while cloud.count("/download-service") < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < cloud.count("/download-service") < 12
    cloud.slow_s = 0.0
    with runlog.open(home) as journal:
        journal.clouds.sync(["garmin"], now=NOW)
    assert contents(home) == unbroken("garmin")


def test_nothing_is_left_of_the_downloads(cloud, home, sync):
    cloud.outings = outings(4)
    sync("garmin")
    assert not [path for path in home.iterdir() if path.name.startswith(".sync-")]


def test_downloads_of_a_sync_that_was_killed_are_found_by_the_doctor(home, journal):
    left = home / ".sync-abc"
    left.mkdir()
    os.utime(left, (time.time() - 7200,) * 2)
    assert [one.check for one in journal.doctor().findings if "sync-abc" in one.message] == ["left_over"]


@pytest.mark.skipif(os.name != "posix", reason="how much memory a process has had is of POSIX")
def test_ten_thousand_activities_need_little_memory(cloud, home, sync, monkeypatch):
    """All are listed, few downloads are held at a time; importing them is left out, so that it is quick."""
    import resource

    from runlog.sync import garmin

    cloud.outings = outings(10_000, every=0.5)
    monkeypatch.setattr(runlog_sync.engine.Sync, "_store_result", lambda *_: None)
    monkeypatch.setattr(runlog_sync.engine.Sync, "_sync_days", lambda *_: None)
    monkeypatch.setattr(runlog_sync.engine.ingest, "import_found", lambda *_, **__: [])
    monkeypatch.setattr(garmin.Garmin, "fetch", lambda _self, one, file: file.write(bytes(2000)) and one)
    done, held = [], []

    def progress(number, total, _):
        done.append((number, total))
        if number % 500 == 0:
            held.append(sum(path.is_file() for path in home.glob(".sync-*/*")))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = sync("garmin", progress=progress)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert done[-1] == (10_000, 10_000)
    assert result.complete
    assert cloud.count("/activitylist-service") == 101
    assert max(held) <= 5
    assert grown / (2**20 if sys.platform == "darwin" else 2**10) < 100  # MB


def test_a_page_that_is_smaller_than_asked_for_is_not_the_last(cloud, sync):
    cloud.outings, cloud.page_limit = outings(25), 7
    assert sync("garmin").summary.runs_added == 25


def test_the_server_knows_both_contracts_by_itself():
    """The server of these tests imports nothing of runlog."""
    assert "runlog" not in {name.partition(".")[0] for name in vars(made_clouds)}
    with served(Cloud()) as one:
        assert one.url.startswith("http://127.0.0.1:")
