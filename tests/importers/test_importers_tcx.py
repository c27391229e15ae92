"""TCX files made for one trait each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from runlog import importers
from runlog.errors import NotReadable, NotTaken
from runlog.model import Intensity, Kind

START = datetime(2026, 3, 1, 7, tzinfo=UTC)
STEP = 3 / 111_195


def stamp(second):
    return f"{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%S.000Z}"


def point(second):
    return (
        f"<Trackpoint><Time>{stamp(second)}</Time>"
        f"<Position><LatitudeDegrees>{50 + second * STEP}</LatitudeDegrees>"
        "<LongitudeDegrees>8</LongitudeDegrees></Position>"
        f"<AltitudeMeters>100</AltitudeMeters><DistanceMeters>{3 * second}</DistanceMeters>"
        "<HeartRateBpm><Value>150</Value></HeartRateBpm>"
        "<Extensions><ns3:TPX><ns3:Speed>3.0</ns3:Speed><ns3:RunCadence>85</ns3:RunCadence></ns3:TPX></Extensions>"
        "</Trackpoint>"
    )


def lap(first, *tracks, seconds=60, intensity="Active"):
    inner = "".join(f"<Track>{''.join(map(point, track))}</Track>" for track in tracks)
    return (
        f'<Lap StartTime="{stamp(first)}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
        f"<DistanceMeters>{3 * seconds}</DistanceMeters><Intensity>{intensity}</Intensity>{inner}</Lap>"
    )


def activity(*laps, sport="Running"):
    device = "<Creator><Name>Forerunner 220</Name></Creator>"
    return f'<Activity Sport="{sport}"><Id>x</Id>{"".join(laps)}{device}</Activity>'


def tcx(*activities):
    return (
        "\n   <?xml version='1.0'?><TrainingCenterDatabase><Activities>"
        f"{''.join(activities)}</Activities></TrainingCenterDatabase>"
    )


@pytest.fixture
def read(settings):
    return lambda text: importers.read_bytes(text.encode(), "run.tcx", settings)


def test_an_activity_has_its_laps_and_its_stream(read):
    laps = [lap(0, range(60), intensity="Resting"), lap(60, range(60, 121))]
    reading = read(tcx(activity(*laps)))
    (run,) = reading.activities
    assert (reading.format, reading.problems) == ("tcx", ())
    assert (run.start, run.duration_s, run.moving_s, run.distance_m) == (START, 120, 120, 360)
    assert (run.kind, run.device) == (Kind.RUN, "Forerunner 220")
    assert [one.intensity for one in run.laps] == [Intensity.REST, Intensity.ACTIVE]
    assert (run.avg_hr, run.avg_cadence_spm) == (150, 170)
    assert (run.track["speed_mps"] == 3).all()
    assert set(run.track["segment"]) == {0}


def test_resting_on_every_lap_means_nothing(read):
    (run,) = read(
        tcx(activity(lap(0, range(60), intensity="Resting"), lap(60, range(60), intensity="Resting")))
    ).activities
    assert [one.intensity for one in run.laps] == [None, None]


def test_a_second_track_within_a_lap_follows_a_pause(read):
    (run,) = read(tcx(activity(lap(0, range(30), range(90, 121))))).activities
    assert run.track["segment"].tolist() == [0] * 30 + [1] * 31


def test_all_activities_are_read(read):
    text = tcx(activity(lap(0, range(61))), activity(lap(7200, range(7200, 7261)), sport="Biking"))
    run, ride = read(text).activities
    assert (run.kind, ride.kind, ride.sport) == (Kind.RUN, Kind.OTHER, "cycling")


def test_a_lap_without_a_stream_is_an_activity_too(read):
    (run,) = read(tcx(activity(lap(0)))).activities
    assert (run.start, run.duration_s, run.distance_m, run.track) == (START, 60, 180, None)


def test_a_lap_far_from_its_points_has_a_wrong_time(read):
    text = tcx(activity(lap(-90_000_000), lap(0, range(61))))
    (run,) = read(text).activities
    assert (run.start, run.duration_s, len(run.laps)) == (START, 60, 1)


def test_a_damaged_file_gives_the_points_before_the_fault(read):
    text = tcx(activity(lap(0, range(121))))
    reading = read(text[: len(text) // 2])
    count = len(reading.activities[0].track)
    assert 40 < count < 80
    assert "points before it were kept" in str(reading.problems[0])


def test_damage_before_any_point_is_not_readable(read):
    with pytest.raises(NotReadable):
        read("<TrainingCenterDatabase><Activities><Activity></Activities>")


def test_a_course_is_not_taken(read):
    with pytest.raises(NotTaken, match="course"):
        read(
            tcx()
            .replace("Activities", "Courses")
            .replace("</C", f"<Course>{lap(0, range(10))}</Course></C", 1)
        )


def test_entities_are_never_expanded(read):
    with pytest.raises(NotReadable, match="entities"):
        read(
            '<!DOCTYPE x [<!ENTITY a "aaa">]>'
            + tcx(activity(lap(0, range(61)))).lstrip().replace("<?xml version='1.0'?>", "")
        )


def test_what_is_no_number_is_unknown(read):
    text = tcx(activity(lap(0, range(61)))).replace("<Value>150</Value>", "<Value>--</Value>", 1)
    (run,) = read(text).activities
    assert np.isnan(run.track["heart_rate_bpm"][0])
    assert run.avg_hr == 150


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_lap_beyond_all_calendars_has_no_time(read, time):
    with pytest.raises(NotTaken):
        read(tcx(activity(lap(0).replace(stamp(0), time))))


@pytest.mark.parametrize("around", ["Lap", "Trackpoint"])
def test_an_activity_within_an_activity_is_none(read, around):
    nested = f"<{around}><Activity><Distance>1</Distance></Activity></{around}>"
    reading = read(tcx(activity(lap(0, range(61)), nested)))
    assert len(reading.activities) == 1


def test_an_absurd_distance_has_a_short_reason(read):
    with pytest.raises(NotReadable, match="1e\\+305 km") as error:
        read(tcx(activity(lap(0).replace(">180<", ">1e308<"))))
    assert len(str(error.value)) < 200


def test_a_multisport_session_has_its_activities_and_not_the_change_between(read):
    first, second = activity(lap(0, range(61))), activity(lap(300, range(300, 361)), sport="Biking")
    change = f"<Transition>{lap(100, range(100, 161))}</Transition>"
    session = (
        f"<MultiSportSession><Id>x</Id><FirstSport>{first}</FirstSport>"
        f"<NextSport>{change}{second}</NextSport></MultiSportSession>"
    )
    run, ride = read(tcx(session)).activities
    assert [(one.sport, one.duration_s, len(one.laps)) for one in (run, ride)] == [
        ("running", 60, 1),
        ("cycling", 60, 1),
    ]
    assert (len(run.track), len(ride.track)) == (61, 61)


def test_a_root_in_a_name_space_is_a_tcx(read):
    text = (
        tcx(activity(lap(0, range(61)))).replace("</", "</t:").replace("<", "<t:").replace("<t:/t:", "</t:")
    )
    text = text.replace("<t:?", "<?").replace("<t:ns3:", "<ns3:").replace("</t:ns3:", "</ns3:")
    (run,) = read(text).activities
    assert (run.avg_hr, run.avg_cadence_spm, len(run.track)) == (150, 170, 61)


@pytest.mark.parametrize(("zone", "offset", "shift"), [("+02:00", 3600, -2), ("", 3600, 0)])
def test_times_have_a_zone_or_are_utc(read, zone, offset, shift):
    reading = read(tcx(activity(lap(0, range(61)))).replace("Z<", zone + "<").replace('Z"', zone + '"'))
    (run,) = reading.activities
    assert (run.start, run.utc_offset_s) == (START + timedelta(hours=shift), offset)
    assert any("UTC" in note for note in reading.notes) == (zone == "")


def test_a_position_of_which_half_is_lost_is_none(read):
    text = tcx(activity(lap(0, range(61)))).replace("LongitudeDegrees", "Longitude")
    (run,) = read(text).activities
    assert "lat" not in run.track
    assert run.distance_m == 180
