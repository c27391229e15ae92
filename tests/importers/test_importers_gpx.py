"""GPX files made for one trait each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.model import Kind

START = datetime(2026, 3, 1, 7, tzinfo=UTC)
STEP = 3 / 111_195  # degrees of latitude in three metres
HEAD = '<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"{more}>'


def point(second, extra="", zone="Z", degrees=None):
    degrees = 50 + second * STEP if degrees is None else degrees
    time = f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S}{zone}"
    return f'<trkpt lat="{degrees:.7f}" lon="8.0"><ele>100</ele><time>{time}</time>{extra}</trkpt>'


def points(seconds, **options):
    return "".join(point(second, **options) for second in seconds)


def track(*segments, about="<type>running</type>"):
    return f"<trk>{about}{''.join(f'<trkseg>{segment}</trkseg>' for segment in segments)}</trk>"


def gpx(*tracks, more=""):
    return HEAD.format(more=more) + "".join(tracks) + "</gpx>"


@pytest.fixture
def read(settings):
    def read_text(text, sport=None):
        data = text if isinstance(text, bytes) else text.encode()
        return importers.read_bytes(data, "run.gpx", settings, sport)

    return read_text


def test_a_track_is_an_activity(read):
    reading = read(gpx(track(points(range(121)), about="<name>Morning</name><type>running</type>")))
    (run,) = reading.activities
    assert (reading.format, reading.problems, reading.notes) == ("gpx", (), ())
    assert (run.start, run.duration_s, run.name, run.kind) == (START, 120, "Morning", Kind.RUN)
    assert run.distance_m == pytest.approx(360, rel=0.001)
    assert run.moving_s == 120
    assert run.ascent_m == 0
    assert run.utc_offset_s == 3600  # Z tells nothing of the local clock, but the position does


@pytest.mark.parametrize("word", ["running", "run", "9", "Run", "RUNNING", "trail_run", "Virtual Run"])
def test_dialects_of_running_are_running(read, word):
    (run,) = read(gpx(track(points(range(61)), about=f"<type>{word}</type>"))).activities
    assert (run.sport, run.kind) == ("running", Kind.RUN)


@pytest.mark.parametrize(
    ("word", "sport"), [("cycling", "cycling"), ("Ride", "cycling"), ("1", "cycling"), ("Rowing", "rowing")]
)
def test_another_sport_is_another_activity_at_any_pace(read, word, sport):
    (activity,) = read(gpx(track(points(range(61)), about=f"<type>{word}</type>"))).activities
    assert (activity.sport, activity.kind) == (sport, Kind.OTHER)


def test_a_file_that_names_no_sport_is_a_run_at_the_pace_of_one(read):
    reading = read(gpx(track(points(range(61)), about="")))
    assert reading.activities[0].kind is Kind.RUN
    assert "taken for a run" in reading.notes[0]
    assert "5:33 min/km" in reading.notes[0]


@pytest.mark.parametrize("stride", [1, 30])
def test_a_file_that_names_no_sport_is_no_run_at_another_pace(read, stride):
    text = "".join(point(second, degrees=50 + second * stride * STEP / 3) for second in range(0, 600, 5))
    reading = read(gpx(track(text, about="")))
    assert reading.activities[0].kind is Kind.OTHER
    assert "not taken for a run" in reading.notes[0]


def test_the_runner_decides_what_it_was(read):
    reading = read(gpx(track(points(range(61)), about="<type>cycling</type>")), sport="run")
    assert (reading.activities[0].sport, reading.activities[0].kind) == ("running", Kind.RUN)


def test_no_distance_and_no_time_across_a_pause(read):
    text = gpx(track(points(range(61)), points(range(600, 661))))
    (run,) = read(text).activities
    assert run.duration_s == 660
    assert run.moving_s == 120
    assert run.distance_m == pytest.approx(360, rel=0.001)
    assert run.track["segment"].tolist() == [0] * 61 + [1] * 61


def test_tracks_close_together_are_one_recording_and_others_their_own(read):
    tracks = [track(points(range(first, first + 61))) for first in (0, 120, 7200)]
    first, second = read(gpx(*tracks)).activities
    assert len(first.track) == 122
    assert first.track["segment"][-1] == 1
    assert second.start == START + timedelta(hours=2)


def test_times_without_a_zone_are_utc_with_a_note(read):
    reading = read(gpx(track(points(range(61), zone=""))))
    assert reading.activities[0].start == START
    assert "UTC" in reading.notes[0]


def test_times_with_an_offset_give_the_local_clock(read):
    (run,) = read(gpx(track(points(range(61), zone="+02:00").replace('lon="8.0"', 'lon="28.0"')))).activities
    assert run.start == START - timedelta(hours=2)
    assert run.utc_offset_s == 7200


def test_the_clock_of_the_positions_outranks_the_offset_of_the_times(read):
    (run,) = read(gpx(track(points(range(61), zone="+02:00")))).activities
    assert run.start == START - timedelta(hours=2)
    assert run.utc_offset_s == 3600


def test_times_that_go_backwards_are_put_in_order(read):
    (run,) = read(gpx(track(points([*range(30), 45, 30, *range(31, 45), *range(46, 61)])))).activities
    assert run.track["time_s"].tolist() == list(range(61))
    assert run.distance_m == pytest.approx(180, rel=0.001)


def test_a_file_without_times_is_a_route(read):
    text = gpx(track('<trkpt lat="50" lon="8"/><trkpt lat="50.1" lon="8"/>'))
    with pytest.raises(NotTaken, match="route, not a run"):
        read(text)


def test_a_planned_route_is_not_taken(read):
    with pytest.raises(NotTaken, match="planned route"):
        read(gpx('<rte><rtept lat="50" lon="8"/></rte>'))


GARMIN = 'xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"'
DIALECTS = {
    "Garmin": (
        f" {GARMIN}",
        "<gpxtpx:TrackPointExtension><gpxtpx:hr>150</gpxtpx:hr><gpxtpx:cad>85</gpxtpx:cad></gpxtpx:TrackPointExtension>",
    ),
    "ns3": (
        ' xmlns:ns3="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"',
        "<ns3:TrackPointExtension><ns3:hr>150</ns3:hr><ns3:cad>85</ns3:cad></ns3:TrackPointExtension>",
    ),
    "bare": ("", "<heartrate>150</heartrate><cadence>170</cadence>"),
    "Apple": ("", "<speed>3.0</speed><course>206.2</course><hAcc>8</hAcc><hr>150</hr><cad>170</cad>"),
    "own name space": (
        ' xmlns:x="urn:x"',
        "<x:HeartRateBpm><x:Value>150</x:Value></x:HeartRateBpm><x:Cadence>85</x:Cadence>",
    ),
    "undeclared": ("", "<gpxtpx:hr>150</gpxtpx:hr><gpxtpx:cad>170</gpxtpx:cad>"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_heart_rate_and_cadence_in_every_dialect(read, dialect):
    more, inner = DIALECTS[dialect]
    (run,) = read(
        gpx(track(points(range(61), extra=f"<extensions>{inner}</extensions>")), more=more)
    ).activities
    assert run.avg_hr == 150
    assert run.avg_cadence_spm == 170


def test_a_root_in_a_name_space_is_a_gpx(read):
    text = gpx(track(points(range(61)), about="<name>Home</name><type>running</type>"))
    prefixed = text.replace("</", "</g:").replace("<", "<g:").replace("<g:/g:", "</g:")
    (run,) = read(prefixed).activities
    assert (run.name, run.duration_s, len(run.track)) == ("Home", 60, 61)


def test_the_speed_of_gpx_1_0_stands_in_the_point_itself(read):
    (run,) = read(gpx(track(points(range(61), extra="<speed>3.1</speed>")))).activities
    assert set(run.track["speed_mps"]) == {3.1}


def test_what_is_no_track_is_none_of_its_points_and_names(read):
    around = (
        '<metadata><name>file</name><time>2020-01-01T00:00:00Z</time></metadata><wpt lat="1" lon="1">'
        "<ele>9</ele><time>2020-01-01T00:00:00Z</time><name>Café</name></wpt>"
    )
    about = "<name>Mine</name><link><text>x</text><type>text/html</type></link><type>running</type>"
    (run,) = read(gpx(around, track(points(range(61)), about=about), around)).activities
    assert (run.start, run.name, run.sport, len(run.track)) == (START, "Mine", "running", 61)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("&lt;b&gt;Läufe&lt;/b&gt; &amp; mehr", "<b>Läufe</b> & mehr"),
        ("<![CDATA[<i>5 & 10</i>]]>", "<i>5 & 10</i>"),
        ("  two\n lines ", "two\n lines"),
        ("", None),
    ],
)
def test_a_name_is_text(read, written, name):
    text = gpx(track(points(range(61)), about=f"<name>{written}</name>"))
    assert read(text).activities[0].name == name


def test_the_first_of_two_values_counts(read):
    extra = "<extensions><hr>150</hr><other><hr>99</hr></other></extensions>"
    assert read(gpx(track(points(range(61), extra=extra)))).activities[0].max_hr == 150


def test_a_value_that_only_some_points_have(read):
    text = points(range(30)) + points(range(30, 31), extra="<hr>150</hr>") + points(range(31, 61))
    (run,) = read(gpx(track(text))).activities
    assert np.flatnonzero(~np.isnan(run.track["heart_rate_bpm"])).tolist() == [30]


def test_a_point_within_a_point_is_a_part_of_it(read):
    inner = '<trkpt lat="1" lon="1"><hr>99</hr></trkpt>'
    (run,) = read(gpx(track(points(range(30), extra=inner), points(range(30, 61))))).activities
    assert (run.duration_s, len(run.track)) == (60, 61)


def test_tracks_without_points_are_none(read):
    (run,) = read(gpx(track(), track(points(range(61)), about="<name>Mine</name>"), track(""))).activities
    assert run.name == "Mine"


def test_what_gpxpy_refuses_although_it_is_real_is_read(read):
    text = "\n  <?xml version='1.0' encoding='UTF-8'?>" + gpx(
        track(
            points(range(30))
            + '<trkpt lon="8.0"><time>2026-03-01T07:00:30Z</time></trkpt>'
            + '<trkpt lat="" lon="8.0"><time>2026-03-01T07:00:31Z</time></trkpt>'
            + points(range(32, 61), extra="<odd:thing>1</odd:thing><fix>gps</fix><sat>7.0</sat>"),
            about="<name>Läufe</name><type>running</type>",
        )
    )
    (run,) = read(text.encode("latin-1")).activities
    assert run.name == "Läufe"
    assert len(run.track) == 61
    assert np.flatnonzero(np.isnan(run.track["lat"])).tolist() == [30, 31]
    assert run.distance_m == pytest.approx(180, rel=0.001)


@pytest.mark.parametrize(
    ("lat", "lon"), [("9945", "8"), ("50", "200"), ("nan", "8"), ("inf", "8"), ("0", "0")]
)
def test_a_position_that_cannot_be_is_unknown(read, lat, lon):
    odd = f'<trkpt lat="{lat}" lon="{lon}"><time>2026-03-01T07:00:30Z</time></trkpt>'
    (run,) = read(gpx(track(points(range(30)) + odd + points(range(31, 61))))).activities
    assert np.isnan(run.track["lat"][30])
    assert np.isnan(run.track["lon"][30])
    assert run.distance_m == pytest.approx(180, rel=0.001)


def test_a_truncated_file_gives_the_points_before_the_fault(read):
    text = gpx(track(points(range(61))))
    reading = read(text[: len(text) // 2])
    assert 20 < len(reading.activities[0].track) < 40
    assert "points before it were kept" in str(reading.problems[0])


def test_what_follows_the_end_of_a_file_costs_none_of_it(read):
    reading = read(gpx(track(points(range(61)))).encode() + bytes(500))
    assert len(reading.activities[0].track) == 61
    assert "61 points before it were kept" in str(reading.problems[0])


def test_broken_xml_within_is_not_readable(read):
    with pytest.raises(NotReadable):
        read(gpx("<trk><trkseg></trk>"))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("before", [BOMB, "<!DOCTYPE gpx SYSTEM 'file:///etc/hostname'>"])
def test_entities_are_never_expanded(read, before):
    with pytest.raises(NotReadable, match="entities"):
        read(before + gpx(track(points(range(5)), about="<name>&b;</name>")))


def test_another_root_is_no_gpx(read):
    with pytest.raises(NotTaken, match="web page"):
        read("<html><body>gpx</body></html>")


def test_a_clock_that_was_never_set_is_reported(read):
    text = gpx(track(points(range(61)))).replace("2026-03", "1970-03")
    with pytest.raises(NotTaken, match="1990"):
        read(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_every_encoding_is_decoded(read, encoding):
    declared = encoding.replace("-sig", "").upper()
    text = f"<?xml version='1.0' encoding='{declared}'?>" + gpx(
        track(points(range(5)), about="<name>Läufe</name>")
    )
    assert read(text.encode(encoding)).activities[0].name == "Läufe"


def test_unclosed_tags_take_no_time(read):
    with pytest.raises(NotReadable):
        read(gpx("<trkpt " * 200_000))


def test_a_coordinate_that_never_ends_takes_no_time(read):
    endless = '<trkpt lat="' + " " * 20_000 + "><time>2026-03-01T07:00:00Z</time></trkpt>"
    assert len(read(gpx(track(endless + points(range(61))))).activities) == 1


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_beyond_all_calendars_is_no_time(read, time):
    wrong = f'<trkpt lat="50" lon="8"><time>{time}</time></trkpt>'
    with pytest.raises(NotTaken, match="clock"):
        read(gpx(track(wrong + wrong)))
    (run,) = read(gpx(track(points(range(61)) + wrong))).activities
    assert (run.start, run.duration_s) == (START, 60)
