"""What is asked of each service, and what is made of its answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from made_clouds import NOW, TODAY, Outing, bearer, outings, status

from runlog.model import Area, Entry
from runlog.records import Night
from runlog.sync import SERVICES, garmin, intervals, terms_of
from runlog.sync.http import ServiceError

DAY = timedelta(days=1)


def nights(journal):
    return list(journal._store.read_snapshot().nights)


def test_garmin_gets_a_token_for_the_key_and_uses_it(cloud, sync):
    cloud.outings = outings(2)
    sync("garmin")
    posts = [call for call in cloud.calls if call[0] == "POST"]
    assert len(posts) == 1
    assert posts[0][2]["Authorization"] == f"ApiKey {cloud.garmin_key}"
    others = {headers["Authorization"] for method, _, headers in cloud.calls if method == "GET"}
    assert others == {f"Bearer {token}" for token in cloud.tokens}


def test_a_token_that_runs_out_is_renewed(cloud, sync):
    cloud.outings = outings(12)

    def progress(done, *_):
        if done in (3, 7):
            cloud.tokens.clear()

    result = sync("garmin", progress=progress)
    assert (result.summary.runs_added, result.ok) == (12, True)
    assert cloud.count("/personalapitoken-service") == 3


@pytest.mark.parametrize("token", [b"", b"<html>", b"two words", bearer().encode()[:20] + b"\n\nx"])
def test_what_is_no_token_is_not_used(cloud, sync, token):
    cloud.faults["/personalapitoken-service"].append(lambda handler: handler.answer(200, token))
    result = sync("garmin")
    assert "no token" in result.problems[0]
    assert not result.complete


def test_the_list_of_garmin_begins_where_it_should(cloud, sync):
    sync("garmin", since=date(2026, 3, 1))
    (path,) = (path for _, path, _ in cloud.calls if path.startswith("/activitylist-service"))
    assert path.endswith("?start=0&limit=100&startDate=2026-03-01")


def test_effort_and_feel_are_asked_for_where_the_list_lacks_them(cloud, journal, sync):
    cloud.outings = [*outings(2), Outing(9, NOW - 5 * DAY, kind="cycling")]
    cloud.outings[1] = replace(cloud.outings[1], told_rpe=7, feel=75)
    sync("garmin")
    assert [one.activity.rpe for one in journal.runs()] == [None, 7.0]
    assert journal.runs()[1].activity.feel == 75
    assert cloud.count("/activity-service/activity/9") == 0


def test_a_key_that_may_not_see_details_gives_the_runs_all_the_same(cloud, sync):
    cloud.outings, cloud.has_details = outings(6), False
    assert sync("garmin").ok
    assert cloud.count("/activity-service") <= 2


def garmin_days(first, last):
    return [first + DAY * number for number in range((last - first).days + 1)]


def test_garmins_nights_are_of_the_day_after_them_and_stress_of_the_day_before(cloud, journal, sync):
    cloud.outings = outings(3)

    def sleep(first, last):
        return [
            {"dailySleepDTO": {"calendarDate": str(day), "sleepTimeSeconds": 27_000 + 60 * day.day}}
            for day in garmin_days(first, last)
        ]

    def hrv(first, last):
        days = garmin_days(first, last)
        return {"hrvSummaries": [{"calendarDate": str(day), "lastNightAvg": 40 + day.day} for day in days]}

    def stress(first, last):
        return [
            {"calendarDate": str(day), "values": {"overallStressLevel": -1 if day.day == 18 else day.day}}
            for day in garmin_days(first, last)
        ]

    def summaries(first, last):
        return {
            "data": [{"calendarDate": str(day), "restingHeartRate": 48} for day in garmin_days(first, last)]
        }

    cloud.garmin_days = {
        "/sleep-service/sleep/dailySleepSummariesByDate": sleep,
        "/hrv-service/hrv/daily/": hrv,
        "/usersummary-service/v2/dailysummaries": summaries,
        "/usersummary-service/stats/stress/daily/": stress,
    }
    result = sync("garmin")
    assert (result.nights, result.ok) == (6, True)
    last = {night.day: night for night in nights(journal)}
    assert last[TODAY] == Night("garmin", TODAY, 27_000 / 3600 + 20 / 60, 48, 60, 19)
    assert last[TODAY - DAY].stress is None, "Garmin writes -1 for an unknown one"
    assert TODAY + DAY not in last, "a day that is not over says nothing yet"
    assert sync("garmin").nights == 0


def test_each_night_of_a_year_is_asked_for_once_and_in_parts(cloud, journal, sync):
    cloud.garmin_days = {
        "/hrv-service/hrv/daily/": lambda first, last: {
            "hrvSummaries": [
                {"calendarDate": str(day), "lastNightAvg": 50} for day in garmin_days(first, last)
            ]
        }
    }
    result = sync("garmin", since=TODAY - timedelta(days=364))
    assert (result.nights, len(nights(journal))) == (365, 365)
    spans = [path.split("/")[4:6] for _, path, _ in cloud.calls if path.startswith("/hrv-service")]
    assert all((date.fromisoformat(last) - date.fromisoformat(first)).days < 28 for first, last in spans)
    cloud.calls.clear()
    sync("garmin", now=NOW + 7 * DAY)
    assert cloud.count("/hrv-service") == 1


def test_an_answer_about_nights_that_makes_no_sense_gives_none(cloud, journal, sync):
    cloud.outings = outings(1)
    cloud.garmin_days = {
        "/hrv-service/hrv/daily/": lambda *_: {"hrvSummaries": [{"calendarDate": "soon"}, 7, None, "x"]},
        "/usersummary-service/stats/stress/daily/": lambda *_: [[[[[[[[{"calendarDate": "2026-11-20"}]]]]]]]],
        "/usersummary-service/v2/dailysummaries": lambda *_: {
            "data": [{"calendarDate": "2026-11-19", "restingHeartRate": "48"}]
        },
    }
    assert sync("garmin").ok
    assert nights(journal) == []


def test_the_key_of_intervals_is_the_password_of_the_user_api_key(cloud, sync):
    cloud.outings = outings(1)
    assert sync("intervals").ok
    assert {headers["Authorization"][:6] for _, _, headers in cloud.calls} == {"Basic "}


def test_stubs_of_strava_are_counted_and_are_no_runs(cloud, journal, sync):
    strava = [replace(one, id=one.id + 500, source="STRAVA") for one in outings(3, every=7)]
    cloud.outings = [*outings(4), *strava]
    result = sync("intervals")
    assert (result.summary.runs_added, result.withheld, result.ok) == (4, 3, True)
    assert cloud.count("/api/v1/activity/1500") == 0
    assert len(journal.runs()) == 4
    (status_now,) = (one for one in journal.clouds.status() if one.service == "intervals")
    assert (status_now.activities, status_now.withheld) == (4, 3)


def test_soreness_and_injury_become_ratings_with_the_scale_told(cloud, journal, sync):
    cloud.outings = outings(5)
    cloud.wellness = {
        TODAY - 3 * DAY: {"soreness": 3, "injury": 1},
        TODAY - 2 * DAY: {"soreness": 1, "injury": 4},
        TODAY - DAY: {"soreness": None, "injury": 1},
        TODAY: {"soreness": 9, "injury": "bad"},
    }
    result = sync("intervals")
    assert result.ratings == 2
    assert any("1 (low) to 4 (extreme)" in note for note in result.notes)
    first, second = [one.entry for one in journal.entries()]
    assert (first.soreness, first.area, first.note) == (
        pytest.approx(20 / 3),
        Area.OTHER,
        "intervals.icu: soreness 3 of 4",
    )
    assert (second.soreness, second.note) == (10, "intervals.icu: soreness 1 of 4, injury 4 of 4")
    again = sync("intervals")
    assert (again.ratings, again.notes) == (0, ())


def test_a_rating_that_the_runner_has_typed_wins(cloud, journal, sync):
    cloud.outings = outings(5)
    cloud.wellness = {TODAY - number * DAY: {"soreness": 4} for number in range(4)}
    journal.log(Entry(NOW - 2 * DAY, 3600, soreness=1.0, area=Area.KNEE))
    assert sync("intervals").ratings == 3
    journal.log(Entry(NOW - 3 * DAY, 3600, soreness=2.0))
    assert sync("intervals").ratings == 0
    assert [(one.source, one.entry.soreness) for one in journal.entries()] == [
        *(("log", 2.0), ("log", 1.0)),
        *(("intervals:wellness", 10.0), ("intervals:wellness", 10.0)),
    ]


def test_a_rating_that_is_changed_there_is_changed_here(cloud, journal, sync):
    cloud.outings = outings(2)
    cloud.wellness = {TODAY - DAY: {"soreness": 2}}
    sync("intervals")
    cloud.wellness[TODAY - DAY]["soreness"] = 3
    assert sync("intervals").ratings == 1
    assert [one.entry.soreness for one in journal.entries()] == [pytest.approx(20 / 3)]


def test_a_rating_that_the_runner_edits_or_deletes_here_stays_so(cloud, journal, sync):
    cloud.outings = outings(2)
    cloud.wellness = {TODAY - number * DAY: {"soreness": 2} for number in range(3)}
    sync("intervals")
    first, second, third = journal.entries()
    journal.edit(first.id, replace(first.entry, soreness=7.0))
    journal.remove_entry(second.id)
    assert sync("intervals").ratings == 0
    for day in cloud.wellness.values():
        day["soreness"] = 4
    assert sync("intervals").ratings == 1
    assert [(one.id, one.entry.soreness) for one in journal.entries()] == [(first.id, 7.0), (third.id, 10.0)]


def test_a_rating_here_that_is_deleted_gives_the_service_its_word_back(cloud, journal, sync):
    cloud.outings = outings(2)
    cloud.wellness = {TODAY - DAY: {"soreness": 4}}
    sync("intervals")
    typed = journal.log(Entry(NOW - DAY, 3600, soreness=1.0))
    sync("intervals")
    assert [one.entry.soreness for one in journal.entries()] == [1.0]
    journal.remove_entry(typed)
    sync("intervals")
    assert [one.entry.soreness for one in journal.entries()] == [10.0]


@pytest.mark.parametrize("service", ["garmin", "intervals"])
def test_a_run_that_the_runner_has_deleted_stays_deleted(cloud, journal, sync, service):
    cloud.outings = [replace(one, rpe=3) for one in outings(3)]
    sync(service)
    journal.delete([3])
    assert sync(service).summary.runs_added == 0
    cloud.outings[2] = replace(cloud.outings[2], rpe=8, name="Another")
    sync(service)
    assert [one.id for one in journal.runs()] == [1, 2]
    assert [one.id for one in journal.deleted()] == [3]


def test_the_nights_of_intervals(cloud, journal, sync):
    cloud.outings = outings(2)
    cloud.wellness = {TODAY: {"sleepSecs": 25_200, "restingHR": 47, "hrv": 61.5, "stress": 4}}
    assert sync("intervals").nights == 1
    assert nights(journal) == [Night("intervals", TODAY, 7.0, 47, 61.5, 100.0)]


def test_feel_of_intervals_goes_from_1_strong_to_5_weak(cloud, journal, sync):
    cloud.outings = [replace(one, feel=feel) for one, feel in zip(outings(3), (1, 3, 5), strict=True)]
    sync("intervals")
    assert [one.activity.feel for one in journal.runs()] == [100, 50, 0]


@pytest.mark.parametrize("answer", [{}, {"activities": 3}, "no", 7])
@pytest.mark.parametrize("service", ["garmin", "intervals"])
def test_what_is_no_list_is_said(cloud, sync, service, answer):
    begin = "/activitylist-service" if service == "garmin" else "/api/v1/athlete"
    cloud.faults[begin].extend([lambda handler: handler.json(answer)] * 2)
    result = sync(service)
    assert "sent something else" in result.problems[0]
    assert not result.complete


def test_a_name_of_an_activity_is_never_a_path(cloud, journal, sync):
    cloud.outings = [replace(one, name="../../../etc/passwd\x00\nx") for one in outings(1)]
    assert sync("garmin").ok
    assert journal.sources(1)[0].path == "garmin:1000/1000_ACTIVITY.fit"


def test_every_service_says_what_it_is():
    assert list(SERVICES) == [garmin.NAME, intervals.NAME]
    for name in SERVICES:
        terms = terms_of(name)
        assert terms.title
        assert terms.key_page.startswith("https://")
        assert terms.text.endswith(".")
    assert "non-commercial" in terms_of("garmin").text
    assert "give it to nobody" in terms_of("garmin").text


def test_a_service_that_is_not_reached_does_not_stop_the_other(cloud, journal, clock):
    cloud.outings = outings(3)
    cloud.faults["/personalapitoken-service"].extend([status(500)] * 5)
    one, other = journal.clouds.sync(now=NOW, clock=clock)
    assert (one.complete, other.summary.runs_added) == (False, 3)


def test_a_test_server_elsewhere_is_refused(journal, monkeypatch, clock):
    monkeypatch.setenv("GARMIN_PERSONAL_API_BASE_URL", "http://example.org")
    monkeypatch.setenv("GARMIN_PERSONAL_API_KEY", "key")
    with pytest.raises(ServiceError, match="gives the key to no other"):
        journal.clouds.sync(["garmin"], clock=clock)
