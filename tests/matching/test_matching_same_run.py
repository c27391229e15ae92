"""One run once: pairs made of real recordings are one run in either order, near misses stay two."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from made_copies import Copy, activity_in, gpx_of, indoor_tcx_of

from runlog import ingest, journal
from runlog.model import Kind

SAMPLE = "2026-05-18-0722-run.fit"
DEVICES = (
    "fit/dtcooper__python-fitparse__activity-small-fenix2-run.fit",
    "fit/jimmykane__fit-parser__garmin-stamina.fit",
    "fit/corriporai__runpandas__run.fit",  # its first position comes after three and a half minutes
    "tcx/GoldenCheetah__sweatpy__3173437224.tcx",
)
MINUTE, HOUR = 60.0, 3600.0

COPIES = {
    "a GPX of it": Copy(),
    "its beginning cropped": Copy(part=(0.2, 1.0)),
    "its end cropped": Copy(part=(0.0, 0.8)),
    "both ends cropped": Copy(part=(0.1, 0.9)),
    "every fifth point": Copy(every=5),
    "points lost": Copy(drop=0.3),
    "a clock one hour ahead": Copy(shift_s=HOUR),
    "a clock nine hours behind": Copy(shift_s=-9 * HOUR),
    "a zone of half an hour": Copy(shift_s=5.5 * HOUR),
    "a zone of three quarters": Copy(shift_s=5.75 * HOUR),
    "a clock 40 s ahead": Copy(shift_s=40),
    "another device": Copy(jitter_m=6.0, beats=None, shift_s=3),
    "cropped, in another zone": Copy(part=(0.2, 1.0), shift_s=2 * HOUR),
    "few points, in another zone": Copy(every=5, shift_s=-7 * HOUR),
}

#: The same course again, by the same runner or by another.
AGAIN = {
    "an hour later, another heart": Copy(shift_s=HOUR, pace=1.02, beats=7.0),
    "at noon, a little slower": Copy(shift_s=5 * HOUR, pace=1.06, beats=None),
    "at noon, as fast, another heart": Copy(shift_s=5 * HOUR, beats=7.0),
    "in the evening, between the zones": Copy(shift_s=9 * HOUR + 7 * MINUTE),
}


@pytest.fixture(scope="module", autouse=True)
def every_file_is_read_once():
    """Keep what was read: files are imported in either order, and the originals by many tests."""
    parse = ingest.parse_file
    results = {}

    def parse_once(job, settings, sport):
        key = (job.name, job.data, repr((job.sidecars, settings, sport)))
        if key not in results:
            results[key] = parse(job, settings, sport)
        return results[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "parse_file", parse_once)
        yield


@pytest.fixture(params=[SAMPLE, *DEVICES], ids=lambda name: Path(name).stem[-24:])
def original(request, sample_data):
    """A real recording of a run: the sample's one everywhere, the others where the device files are."""
    if request.param == SAMPLE:
        return sample_data / "activities" / SAMPLE
    return request.getfixturevalue("devicefiles") / request.param


@pytest.fixture
def sample(sample_data):
    return sample_data / "activities" / SAMPLE


@pytest.fixture
def put(tmp_path):
    """Write a file and give its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def imported(tmp_path):
    """Import files one after the other into a new home; gives the activities and the last summary."""

    def take(*paths, home="home"):
        with journal.open(tmp_path / home) as kept:
            for path in paths:
                summary = kept.add([path])
            return kept.activities(), summary

    return take


@pytest.fixture
def one_run(imported):
    """Import two files in either order, into one run each time, the same one; gives it and what was told."""

    def take(first, second):
        forth, told = imported(first, second, home="forth")
        back, told_back = imported(second, first, home="back")
        for found, summary in ((forth, told), (back, told_back)):
            assert len(found) == 1
            assert set(found[0].sources) == {str(first), str(second)}
            assert summary.merged == 1
            assert summary.files[0].reason.startswith(("the same ", "more about 1 activity"))
        assert (forth[0].activity, forth[0].sources) == (back[0].activity, back[0].sources)
        return forth[0], told

    return take


@pytest.fixture
def two(imported):
    """Import two files in either order, into two activities each time."""

    def take(first, second):
        forth, told = imported(first, second, home="forth")
        back, _ = imported(second, first, home="back")
        assert {one.sources for one in forth} == {one.sources for one in back}
        assert len(forth) == 2
        assert told.merged == 0
        return forth

    return take


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_the_same_run(original, put, one_run, copy):
    whole = activity_in(original)
    copied = put("copy.gpx", gpx_of(copy.of(whole), name="Along the river"))
    found, told = one_run(original, copied)
    assert told.files[0].reason.startswith("the same run as #1 ")
    assert found.sources[0] == str(original)
    assert found.activity.name in {"Along the river", "Tempo in the park"}  # what somebody called it
    assert found.activity.laps == whole.laps
    for column in ("start", "duration_s", "distance_m", "moving_s", "avg_hr", "avg_cadence_spm", "ascent_m"):
        assert getattr(found.activity, column) == getattr(whole, column), column


def test_a_renamed_file_is_known_and_a_packed_one_joins(original, put, imported):
    renamed = put(f"renamed{original.suffix}", original.read_bytes())
    packed = put(f"packed{original.suffix}.gz", gzip.compress(original.read_bytes()))
    found, told = imported(original, renamed)
    assert (len(found), told.known) == (1, 1)
    found, told = imported(packed)
    assert (len(found), told.merged) == (1, 1)


@pytest.mark.parametrize("copy", AGAIN.values(), ids=AGAIN)
def test_the_same_course_again_is_another_run(original, put, two, copy):
    two(original, put("again.gpx", gpx_of(copy.of(activity_in(original)))))


def test_another_runner_of_the_same_race_is_another_run(original, put, two):
    two(original, put("partner.gpx", gpx_of(Copy(pace=1.25, beats=None).of(activity_in(original)))))


@pytest.mark.parametrize("late_s", [0.0, 30.0], ids=["stopped", "stopped half a minute late"])
def test_a_warm_up_by_itself_stays_one(original, put, two, late_s):
    whole = activity_in(original)
    share = 0.2 + late_s / whole.track["time_s"][-1]
    warm_up = put("warm-up.gpx", gpx_of(Copy(part=(0.0, share)).of(whole)))
    two(warm_up, put("run.gpx", gpx_of(Copy(part=(0.2, 1.0)).of(whole))))


def test_a_run_and_the_ride_home_are_two(original, put, two):
    whole = activity_in(original)
    run = put("run.gpx", gpx_of(Copy(part=(0.0, 0.5)).of(whole)))
    ride = Copy(part=(0.5, 1.0), shift_s=-MINUTE).of(whole)
    found = two(run, put("ride.gpx", gpx_of(ride, sport="cycling")))
    assert [one.activity.kind for one in found] == [Kind.RUN, Kind.OTHER]


def test_a_treadmill_run_and_one_outdoors_are_two(sample, put, two):
    indoors = Copy(shift_s=HOUR, beats=2.0).of(activity_in(sample))
    two(sample, put("treadmill.tcx", indoor_tcx_of(indoors)))


def test_a_treadmill_run_from_two_apps_is_one(sample, put, one_run):
    whole = activity_in(sample)
    first = put("a.tcx", indoor_tcx_of(whole))
    later = replace(whole, start=whole.start + timedelta(hours=2))
    one_run(first, put("b.tcx", indoor_tcx_of(later)))


def test_a_hike_stays_one_though_its_gpx_names_no_sport(sample, put, one_run):
    slow = Copy(pace=1.7).of(activity_in(sample))
    hike = put("hike.gpx", gpx_of(slow, sport="hiking"))
    found, _ = one_run(hike, put("unnamed.gpx", gpx_of(Copy(part=(0.05, 1.0)).of(slow), sport=None)))
    assert (found.activity.sport, found.activity.kind) == ("hiking", Kind.OTHER)


def test_each_column_comes_from_the_best_source_that_has_it(sample, put, one_run, tmp_path):
    whole = activity_in(sample)
    without_places = put("watch.tcx", indoor_tcx_of(whole))
    phone = Copy(beats=None, every=3, shift_s=4).of(whole)
    found, _ = one_run(without_places, put("phone.gpx", gpx_of(phone)))
    assert found.activity.avg_hr == pytest.approx(whole.avg_hr, abs=1)
    with journal.open(tmp_path / "forth") as kept:
        track = kept.track(found.id)
    assert {"lat", "lon", "heart_rate_bpm", "distance_m"} <= set(track.columns)


def test_a_recording_of_it_all_makes_one_of_its_parts(original, put, imported):
    whole = activity_in(original)
    parts = [
        put(f"{name}.gpx", gpx_of(Copy(part=part).of(whole)))
        for name, part in (("first", (0.0, 0.45)), ("second", (0.55, 1.0)))
    ]
    found, _ = imported(*parts)
    assert len(found) == 2
    found, told = imported(original)
    assert [one.id for one in found] == [1]
    assert told.files[0].runs == (1,)
    assert found[0].activity.distance_m == whole.distance_m


# ---- lists


def row(activity, *, days=0, clock=True, late_min=0, distance=1.0, name="Hills"):
    """A row of a list kept on paper."""
    start = activity.start.astimezone() + timedelta(days=days, minutes=late_min)
    told = f"{start:%H:%M}" if clock else ""
    km = activity.distance_m * distance / 1000
    return f"{start:%Y-%m-%d},{told},{km:.2f},{activity.duration_s / 60:.0f},{name}\n"


def paper(*rows):
    return "date,start,distance,duration,name\n" + "".join(rows)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({}, id="with a clock"),
        pytest.param({"late_min": 3}, id="a few minutes off"),
        pytest.param({"clock": False}, id="by the day"),
        pytest.param({"clock": False, "distance": 1.06}, id="by the day, rounded"),
    ],
)
def test_a_row_on_paper_is_of_the_run(sample, put, one_run, told):
    whole = activity_in(sample)
    found, _ = one_run(sample, put("paper.csv", paper(row(whole, **told))))
    assert (found.activity.start, found.activity.distance_m) == (whole.start, whole.distance_m)
    assert found.sources[0] == str(sample)


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"late_min": 120}, id="two hours later"),
        pytest.param({"distance": 1.4, "late_min": 3}, id="much farther"),
        pytest.param({"clock": False, "days": 1}, id="the day after"),
        pytest.param({"clock": False, "distance": 1.2}, id="that day, farther"),
    ],
)
def test_a_row_on_paper_that_is_of_another_run(sample, put, two, told):
    two(sample, put("paper.csv", paper(row(activity_in(sample), **told))))


def test_two_rows_of_a_day_are_two_runs_whatever_was_recorded_of_them(sample, put, imported):
    whole = activity_in(sample)
    both = put("paper.csv", paper(row(whole, clock=False, name="One"), row(whole, clock=False, name="Two")))
    evening = put("evening.gpx", gpx_of(Copy(shift_s=10 * HOUR, pace=1.05, beats=None).of(whole)))
    for number, files in enumerate([(sample, both), (both, sample), (sample, both, evening)]):
        found, _ = imported(*files, home=f"home{number}")
        assert len(found) == 2
    found, _ = imported(both, sample, evening, home="last")
    assert len(found) == 2
    assert {len(one.sources) for one in found} == {2}


def test_two_recorded_runs_of_a_day_are_not_joined_by_a_row_of_it(sample, put, imported):
    whole = activity_in(sample)
    one = put("paper.csv", paper(row(whole, clock=False)))
    evening = put("evening.gpx", gpx_of(Copy(shift_s=10 * HOUR, pace=1.05, beats=None).of(whole)))
    for number, files in enumerate([(one, sample, evening), (evening, one, sample), (sample, evening, one)]):
        found, _ = imported(*files, home=f"home{number}")
        assert sorted(len(one.sources) for one in found) == [1, 2]
