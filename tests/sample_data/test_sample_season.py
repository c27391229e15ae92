"""The sample season: made again the same, and as its README says."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
import tomllib
from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

import fitfast
import fitparse
import pytest
from garmin_fit_sdk import Decoder, Stream

LINKED = {"warmup", "route_share", "shoe_km", "run_spike"}
GPX = {"gpx": "http://www.topografix.com/GPX/1/1"}
TRUNCATED = "2026-06-24"
COLUMNS = [
    "date",
    "soreness",
    "area",
    "warmup",
    "cooldown",
    "shoe",
    "rpe",
    "strength",
    "desk_hours",
    "posture",
    "note",
]


@pytest.fixture(scope="session")
def season(sample_data):
    """The generator's own runs and modules."""
    sys.path.insert(0, str(sample_data))
    try:
        import diary
        import season
        import soreness

        return {"runs": season.runs(), "season": season, "soreness": soreness, "diary": diary}
    finally:
        sys.path.remove(str(sample_data))


@pytest.fixture(scope="session")
def diary_rows(sample_data):
    with (sample_data / "diary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def activities(sample_data, ending):
    return sorted((sample_data / "activities").glob(f"*{ending}"))


def runs_fit(sample_data):
    return activities(sample_data, "-run.fit")


def unpacked(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def sdk(data):
    """What Garmin's own decoder reads."""
    return Decoder(Stream.from_byte_array(bytearray(data))).read(convert_datetimes_to_dates=False)


def whole_runs(sample_data):
    """The name and the messages of every run's FIT file but the truncated one."""
    for path in runs_fit(sample_data):
        if not path.name.startswith(TRUNCATED):
            yield path.name, fitfast.parse(path.read_bytes())


def fitparse_fields(path, kind):
    return [message.get_values() for message in fitparse.FitFile(str(path)).get_messages(kind)]


def test_making_it_again_gives_the_same_files(sample_data, tmp_path):
    subprocess.run([sys.executable, sample_data / "generate.py", tmp_path], check=True, timeout=120)
    made = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(sample_data) for path in (sample_data / "activities").iterdir()}
    kept |= {(sample_data / name).relative_to(sample_data) for name in ("diary.csv", "shoes.csv")}
    assert set(made) == kept
    # What gzip makes of the same bytes differs between builds of zlib.
    different = [name for name in made if unpacked(made[name]) != unpacked(sample_data / name)]
    assert not different


def test_packed_files_tell_no_time_of_packing(sample_data):
    packed = activities(sample_data, ".gz")
    assert packed
    assert all(path.read_bytes()[4:8] == bytes(4) for path in packed)


def test_it_is_small(sample_data):
    sizes = [path.stat().st_size for path in sample_data.rglob("*") if "__pycache__" not in path.parts]
    assert sum(size for size in sizes) < 4_000_000


def test_it_has_about_ninety_runs_in_both_formats(sample_data, season):
    fit = {path.name.split(".")[0] for path in runs_fit(sample_data)}
    gpx = {
        path.name.split(".")[0]
        for path in activities(sample_data, ".gpx") + activities(sample_data, ".gpx.gz")
    }
    assert len(fit | gpx) == len(season["runs"])
    assert 88 <= len(season["runs"]) <= 92
    assert len(gpx) == 13
    assert len(fit & gpx) == 4
    assert len(activities(sample_data, ".gpx.gz")) >= 3


def test_five_routes_one_of_which_dominates_for_a_stretch(season):
    shares = [season["soreness"].route_share(season["runs"], run.start) for run in season["runs"]]
    assert {run.route for run in season["runs"]} == {"park", "river", "canal", "hills", "long", None}
    assert max(shares[20:50]) >= 0.6
    assert min(shares[50:70]) < 0.4


def test_a_holiday_of_more_than_nine_days(season):
    starts = [run.start for run in season["runs"]]
    assert max((after - before).days for before, after in pairwise(starts)) >= 10


def test_the_old_pair_passes_its_limit_within_the_season(season):
    pairs = {}
    for run in season["runs"]:
        km = pairs.setdefault(run.shoe.name, run.shoe.start_km) + run.recorded_km
        pairs[run.shoe.name] = km
    assert pairs["Pacer 3"] > season["season"].OLD.limit_km > season["season"].OLD.start_km
    assert pairs["Glide 12"] < season["season"].MAIN.limit_km
    assert 50 < pairs["Pacer 4"] < season["season"].NEW.limit_km


def test_garmins_decoder_finds_every_whole_file_sound(sample_data):
    for path in activities(sample_data, ".fit"):
        sound = Decoder(Stream.from_byte_array(bytearray(path.read_bytes()))).check_integrity()
        assert sound == (TRUNCATED not in path.name), path.name


def test_three_decoders_read_the_same(sample_data):
    for path in runs_fit(sample_data)[::16]:
        messages, errors = sdk(path.read_bytes())
        fast = fitfast.parse(path.read_bytes())
        assert not errors
        for kind in ("record", "lap", "session", "event"):
            reference = messages[f"{kind}_mesgs"]
            assert len(reference) == len(fast[kind]) == len(fitparse_fields(path, kind)) > 0
        for ours, theirs, third in zip(
            messages["record_mesgs"], fast["record"], fitparse_fields(path, "record"), strict=True
        ):
            fields = set(ours) - {"timestamp", "cadence", "fractional_cadence"}
            assert {field: third[field] for field in fields} == pytest.approx(
                {field: ours[field] for field in fields}
            )
            assert {field: theirs[field] for field in fields} == pytest.approx(
                {field: ours[field] for field in fields}
            )
        session, third = messages["session_mesgs"][0], fitparse_fields(path, "session")[0]
        for field in ("total_distance", "total_elapsed_time", "total_timer_time", "avg_heart_rate", "sport"):
            assert fast["session"][0][field] == session[field] == third[field]


def test_the_session_agrees_with_its_records_and_laps(sample_data):
    for _, messages in whole_runs(sample_data):
        (session,), records, laps = messages["session"], messages["record"], messages["lap"]
        assert session["total_distance"] == records[-1]["distance"]
        assert session["total_elapsed_time"] == records[-1]["timestamp"] - records[0]["timestamp"]
        assert sum(lap["total_distance"] for lap in laps) == pytest.approx(session["total_distance"])
        assert sum(lap["total_timer_time"] for lap in laps) == pytest.approx(session["total_timer_time"])


def test_the_watch_tells_the_local_clock_before_and_after_it_goes_back(sample_data):
    offsets = {}
    for name, messages in whole_runs(sample_data):
        (activity,) = messages["activity"]
        offsets[name] = activity["local_timestamp"] - activity["timestamp"]
    assert {offset for name, offset in offsets.items() if name < "2026-10-25"} == {7200}
    assert {offset for name, offset in offsets.items() if name > "2026-10-26"} == {3600}


def test_laps_tell_the_truth_of_warm_up_and_cool_down(sample_data, season):
    by_name = {f"{run.local_start:%Y-%m-%d-%H%M}-run.fit": run for run in season["runs"]}
    told = 0
    for name, messages in whole_runs(sample_data):
        run = by_name[name]
        if run.structured:
            intensities = {lap["intensity"] for lap in messages["lap"]}
            assert ("warmup" in intensities, "cooldown" in intensities) == (run.warmup, run.cooldown)
            told += 1
    assert told >= 15


def test_the_treadmill_run_has_no_positions(sample_data, season):
    (run,) = (run for run in season["runs"] if run.treadmill)
    messages, _ = sdk((sample_data / "activities" / f"{run.local_start:%Y-%m-%d-%H%M}-run.fit").read_bytes())
    assert messages["session_mesgs"][0]["sub_sport"] == "treadmill"
    assert not any("position_lat" in record for record in messages["record_mesgs"])
    assert messages["record_mesgs"][-1]["distance"] == pytest.approx(6200, rel=0.01)


def test_pauses_are_timer_events_and_no_running_time(sample_data):
    paused = 0
    for _, messages in whole_runs(sample_data):
        (session,) = messages["session"]
        stops = [event["event_type"] for event in messages["event"]].count("stop_all")
        assert (stops > 1) == (session["total_timer_time"] < session["total_elapsed_time"])
        paused += stops > 1
    assert paused >= 4


def test_the_truncated_file_ends_within_a_record_and_its_records_are_whole(sample_data):
    (path,) = activities(sample_data, f"{TRUNCATED}*-run.fit")
    data = path.read_bytes()
    assert len(data) < 14 + int.from_bytes(data[4:8], "little")
    with pytest.raises(ValueError, match="FIT"):
        fitfast.parse(data)
    messages, errors = sdk(data)
    assert errors
    assert "session_mesgs" not in messages
    assert len(messages["record_mesgs"]) > 100
    assert messages["sport_mesgs"][0]["sport"] == "running"


def test_the_strength_session_is_a_habit_and_no_run(sample_data):
    (path,) = activities(sample_data, "-strength.fit")
    session = sdk(path.read_bytes())[0]["session_mesgs"][0]
    assert (session["sport"], session["sub_sport"]) == ("training", "strength_training")
    assert "total_distance" not in session


def test_gpx_files_are_whole_and_one_has_a_name_to_be_escaped(sample_data):
    names = []
    for path in activities(sample_data, ".gpx") + activities(sample_data, ".gpx.gz"):
        track = ET.fromstring(unpacked(path)).find("gpx:trk", GPX)  # noqa: S314 - our own file
        names.append(track.findtext("gpx:name", namespaces=GPX))
        times = [time.text for time in track.iterfind(".//gpx:trkpt/gpx:time", GPX)]
        assert times == sorted(times)
        assert len(times) > 100
    assert "Tempo <3 & hills" in names


def test_the_diary_is_as_it_should_be(diary_rows):
    assert list(diary_rows[0]) == COLUMNS
    rated = [row for row in diary_rows if row["soreness"]]
    upper_back = [int(row["soreness"]) for row in rated if row["area"] == "upper_back"]
    assert len(upper_back) >= 130
    assert len([row for row in rated if row["area"] == "knee"]) == 12
    assert set(upper_back) <= set(range(11))
    assert upper_back.count(0) >= 10
    assert 2 <= sum(upper_back) / len(upper_back) <= 3
    moments = [(datetime.fromisoformat(row["date"]), row["area"]) for row in diary_rows]
    assert len(set(moments)) == len(moments)
    assert all(moment.utcoffset() is not None for moment, _ in moments)
    assert {row["warmup"] for row in diary_rows} == {"yes", "no", ""}
    assert any('"' in row["note"] and "," in row["note"] for row in diary_rows)


def test_the_ratings_are_those_of_the_documented_model(diary_rows, season, sample_data):
    truth = tomllib.loads((sample_data / "truth.toml").read_text(encoding="utf-8"))
    assert set(truth["factors"]) == LINKED
    runs, soreness = season["runs"], season["soreness"]
    noise = soreness.noise(season["diary"].DAYS)
    for row in diary_rows:
        if row["area"] != "upper_back":
            continue
        moment = datetime.fromisoformat(row["date"])
        made = truth["base"] + noise[moment.date()]
        for name, value in soreness.factors(runs, moment).items():
            factor = truth["factors"][name]
            if value is not None:
                made += factor["effect"] * (value - factor["reference"]) / factor["step"]
        assert int(row["soreness"]) == min(10, max(0, round(made)))


def test_the_causes_can_be_told_apart(diary_rows, season):
    pd = pytest.importorskip("pandas")
    moments = [datetime.fromisoformat(row["date"]) for row in diary_rows if row["area"] == "upper_back"]
    values = pd.DataFrame([season["soreness"].factors(season["runs"], moment) for moment in moments]).astype(
        float
    )
    values["time"] = range(len(values))
    correlations = values.corr().abs()
    assert correlations.where(correlations < 1).max().max() < 0.25
    assert values["warmup"].notna().mean() > 0.5
