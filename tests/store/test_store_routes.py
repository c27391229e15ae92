"""A route keeps its identity, whatever is imported, merged, split, exported or taken back."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from runlog import journal
from runlog.analysis import track_summary
from runlog.errors import BadInput, NotFound

MONDAY = datetime(2026, 7, 13, 5, 0, tzinfo=UTC)
NORTH, EAST, SOUTH, WEST = 0, 90, 180, 270


def gpx(day, bearing, *, km=5.0, off_m=0.0, hours=0.0):
    """A straight run from home at 6:00 min/km, so many days after that Monday."""
    start = MONDAY + timedelta(days=day, hours=hours)
    east, north = math.sin(math.radians(bearing)), math.cos(math.radians(bearing))
    points = []
    for seconds in range(0, round(km * 360) + 1, 10):
        way = seconds / 360 / 111.195
        lat = 50 + way * north + off_m * east / 111_195
        lon = 8 + (way * east + off_m * north / 111_195) / math.cos(math.radians(50))
        time = f"{start + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"
        points.append(f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><time>{time}</time></trkpt>')
    return (
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>running</type><trkseg>{''.join(points)}</trkseg></trk></gpx>"
    )


@pytest.fixture
def put(tmp_path):
    """Put runs into a home: each a file of its own."""

    def put_into(kept, *runs, **more):
        paths = []
        for day, bearing in runs:
            paths.append(tmp_path / f"{day:+}-{bearing}{''.join(map(str, more.values()))}.gpx")
            paths[-1].write_text(gpx(day, bearing, **more))
        assert kept.add(paths).ok

    return put_into


@pytest.fixture
def kept(tmp_path, put):
    """Four runs on two routes: R1 to the north, R2 to the east."""
    with journal.open(tmp_path / "home") as opened:
        put(opened, (0, NORTH), (1, EAST), (2, NORTH), (3, EAST))
        assert by_day(opened) == {0: "R1", 1: "R2", 2: "R1", 3: "R2"}
        yield opened


def by_day(kept):
    runs = kept.history().runs
    return {(start - MONDAY).days: route for start, route in zip(runs["start"], runs["route"], strict=True)}


def names(kept):
    return kept.history().routes["given_name"].dropna().to_dict()


def test_older_runs_renumber_nothing(kept, put):
    put(kept, (-9, SOUTH), (-8, EAST), (-7, WEST))
    assert by_day(kept) == {-9: "R3", -8: "R2", -7: "R4", 0: "R1", 1: "R2", 2: "R1", 3: "R2"}


def test_the_order_of_imports_changes_no_route_that_was_found(tmp_path, put):
    days = [(0, NORTH), (1, EAST), (2, SOUTH), (3, NORTH), (4, WEST), (5, EAST)]
    with journal.open(tmp_path / "home") as opened:
        seen = {}
        for day in reversed(days):
            put(opened, day)
            now = by_day(opened)
            assert now | seen == now
            seen = now
        assert seen == {5: "R1", 4: "R2", 3: "R3", 2: "R4", 1: "R1", 0: "R3"}


def test_another_version_of_what_is_derived_changes_no_route(kept, put, monkeypatch):
    monkeypatch.setattr(track_summary, "SUMMARY_VERSION", track_summary.SUMMARY_VERSION + 1)
    put(kept, (-5, WEST))
    assert by_day(kept) == {-5: "R3", 0: "R1", 1: "R2", 2: "R1", 3: "R2"}


def change_database(home):
    return closing(sqlite3.connect(home / "runlog.db", isolation_level=None))


def test_a_route_outlives_its_last_run(kept, tmp_path):
    with change_database(tmp_path / "home") as db:  # as a list of which its row has vanished
        db.execute("PRAGMA foreign_keys = ON")
        for table in ("derived", "track", "recording", "activity", "seen", "file"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    assert by_day(kept) == {}
    paths = sorted(tmp_path.glob("*.gpx"))
    assert kept.add(paths).ok
    assert by_day(kept) == {0: "R1", 1: "R2", 2: "R1", 3: "R2"}


def test_merged_and_split_activities_keep_their_routes(kept):
    first, second, third, _ = kept.history().runs.index
    kept.routes.split([third])
    assert by_day(kept)[2] == "R3"
    kept.merge(second, third)
    assert kept.history().runs["route"].to_dict()[second] == "R3"  # the runner's word went with it
    assert first in kept.history().runs.index
    with journal.open(kept.folder) as again:
        assert again.doctor().ok


def test_a_part_that_is_split_off_finds_its_own_route(kept):
    first, second, *_ = kept.history().runs.index
    kept.merge(first, second)
    assert kept.history().runs["route"].loc[first] == "R1"
    kept.split(first)
    assert sorted(by_day(kept).items()) == [(0, "R1"), (1, "R2"), (2, "R1"), (3, "R2")]


def test_joined_routes_count_as_one_and_take_later_runs(kept, put):
    kept.routes.join(1, 2)
    put(kept, (4, EAST), (5, NORTH))
    assert set(by_day(kept).values()) == {"R1"}
    assert list(kept.history().routes.index) == ["R1"]
    assert kept.routes.unjoin(2) == 1
    assert by_day(kept) == {0: "R1", 1: "R2", 2: "R1", 3: "R2", 4: "R2", 5: "R1"}


def test_joining_goes_on_through_chains_and_never_round(kept, put):
    put(kept, (4, SOUTH))
    by_day(kept)
    kept.routes.join(2, 3)
    kept.routes.join(1, 2)
    assert set(by_day(kept).values()) == {"R1"}
    with pytest.raises(BadInput, match="one route already"):
        kept.routes.join(3, 1)
    with pytest.raises(BadInput, match="R1 is not joined"):
        kept.routes.unjoin(1)
    with pytest.raises(NotFound, match="no route R9"):
        kept.routes.join(1, 9)


def test_a_part_of_one_route_is_not_joined_to_another(kept, put):
    put(kept, (4, SOUTH))
    by_day(kept)
    kept.routes.join(1, 2)
    with pytest.raises(BadInput, match="R2 is a part of R1"):
        kept.routes.join(3, 2)


def test_split_runs_stay_on_their_own_route_and_later_ones_go_to_the_nearer(kept, put):
    put(kept, (6, NORTH), off_m=40.0)
    runs = kept.history().runs
    assert by_day(kept)[6] == "R1"
    assert kept.routes.split([int(runs.index[-1])]) == (1, 3)
    assert by_day(kept)[6] == "R3"
    assert kept.history().routes["similar_to"].to_dict() == {"R1": None, "R2": None, "R3": "R1"}
    put(kept, (7, NORTH), off_m=36.0)
    put(kept, (8, NORTH), off_m=4.0)
    assert (by_day(kept)[7], by_day(kept)[8]) == ("R3", "R1")
    kept.routes.join(1, 3)
    assert by_day(kept)[6] == by_day(kept)[7] == "R1"


def test_what_cannot_be_split_is_said(kept):
    first, second, third, _ = map(int, kept.history().runs.index)
    with pytest.raises(BadInput, match="all the runs of R1"):
        kept.routes.split([first, third])
    with pytest.raises(BadInput, match=r"several routes \(R1, R2\)"):
        kept.routes.split([first, second])
    with pytest.raises(NotFound, match="no run 99"):
        kept.routes.split([99])


def test_names_are_one_of_a_kind_and_no_labels(kept):
    assert kept.routes.name(1, "  River   loop ") is None
    assert names(kept) == {"R1": "River loop"}
    assert kept.history().runs["route_name"].tolist() == ["River loop", None, "River loop", None]
    for name, why in (("river LOOP", "R1 is called"), ("R7", "label"), (" ", "no name"), ("x" * 61, "61")):
        with pytest.raises(BadInput, match=why):
            kept.routes.name(2, name)
    with pytest.raises(NotFound):
        kept.routes.name(9, "Nowhere")
    kept.routes.join(2, 1)
    assert names(kept) == {"R2": "River loop"}  # the only name that there is
    kept.routes.unjoin(1)
    assert kept.routes.name(1, None) == "River loop"
    assert names(kept) == {}


def test_an_export_takes_names_joins_and_splits_with_it(kept, put, tmp_path):
    put(kept, (4, SOUTH), (5, WEST))
    runs = kept.history().runs
    kept.routes.name(2, "Canal")
    kept.routes.split([int(runs.index[0])])
    kept.routes.join(3, 4)
    kept.export(tmp_path / "out")
    with journal.open(tmp_path / "other") as other:
        assert other.add([tmp_path / "out"]).ok
        assert by_day(other) == by_day(kept) == {0: "R5", 1: "R2", 2: "R1", 3: "R2", 4: "R3", 5: "R3"}
        assert names(other) == names(kept) == {"R2": "Canal"}
        assert other.history().routes.equals(kept.history().routes)
        other.export(tmp_path / "again")
        assert other.routes.unjoin(4) == 3
    journals = [(tmp_path / name / "journal.json").read_bytes() for name in ("out", "again")]
    assert journals[0] == journals[1]


def test_an_export_teaches_a_home_that_found_the_same_routes_by_itself(kept, put, tmp_path):
    kept.routes.name(2, "Canal")
    kept.export(tmp_path / "out")
    with journal.open(tmp_path / "other") as other:
        put(other, (3, EAST), (9, SOUTH))
        assert by_day(other) == {3: "R1", 9: "R2"}
        assert other.add([tmp_path / "out"]).ok
        assert by_day(other) == {0: "R3", 1: "R1", 2: "R3", 3: "R1", 9: "R2"}
        assert names(other) == {"R1": "Canal"}


def test_a_damaged_export_is_refused(kept, tmp_path):
    kept.export(tmp_path / "out")
    file = tmp_path / "out" / "journal.json"
    text = file.read_text()
    for wrong in (
        text.replace('"shape": [[', '"shape": [[999, 0], ['),
        text.replace('"id": 1,', '"id": -1,'),
    ):
        assert wrong != text
        file.write_text(wrong)
        with journal.open(tmp_path / "other") as other:
            failed = [one.reason for one in other.add([tmp_path / "out"]).files if one.outcome == "failed"]
        assert len(failed) == 1
        assert "damaged" in failed[0]


def test_a_backup_holds_the_routes(kept, tmp_path):
    kept.routes.name(1, "Canal")
    kept.backup(tmp_path / "a.backup")
    with journal.open(tmp_path / "other") as other:
        other.restore(tmp_path / "a.backup")
        assert names(other) == {"R1": "Canal"}
        assert by_day(other) == by_day(kept)


def test_doctor_tells_of_a_route_whose_way_is_damaged(kept, tmp_path):
    with change_database(tmp_path / "home") as db:
        db.execute("UPDATE route SET shape = x'00' WHERE id = 2")
    found = {one.check: one.message for one in kept.doctor().findings}
    assert found["route"] == "the way of 1 route (2) cannot be read"


def test_two_that_find_at_once_agree(kept, put, monkeypatch):
    from runlog.store import routes

    put(kept, (4, SOUTH))
    keep, others = routes.save_found_routes, []

    def late(db, *found):
        if not others:
            db.execute("INSERT INTO route SELECT 3, 'theirs', shape, NULL, NULL FROM route WHERE id = 1")
            others.append(found)
        return keep(db, *found)

    monkeypatch.setattr(routes, "save_found_routes", late)
    assert by_day(kept) == {0: "R1", 1: "R2", 2: "R1", 3: "R2", 4: "R4"}
