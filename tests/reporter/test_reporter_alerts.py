"""Each alert: when it speaks, since when, and that missing data never makes one."""

from datetime import date, timedelta

import pytest

from runlog.reporter.alerts import ALERTS, alerts


def kinds(history, moment):
    return [notice.kind for notice in alerts(history, moment)]


def one(history, moment, kind):
    (notice,) = [notice for notice in alerts(history, moment) if notice.kind == kind]
    return notice


def test_nothing_at_all_alarms_nobody(diary, at):
    assert alerts(diary.history(), at(0)) == []


def test_an_alert_as_json_says_all_there_is(diary, at):
    notice = one(diary.rate(0, 8).history(), at(1), "soreness_high")
    assert notice.as_dict() == {
        "id": "soreness_high:upper_back",
        "kind": "soreness_high",
        "subject": "upper_back",
        "severity": "urgent",
        "message": "Your upper back was rated 8 of 10. Have it looked at.",
        "why": "8 of 10 on Mon 2 Mar. From 7 on, see a clinician.",
        "since": "2026-03-02",
        "state": "open",
    }


def test_the_most_severe_comes_first(diary, at):
    diary.shoe("Glide", limit_m=20_000.0)
    for day in range(6):
        diary.run(day, loop=1, shoe="Glide", warmup=False)
    history = diary.rate(5, 9).history()
    assert [notice.severity for notice in alerts(history, at(5))] == ["urgent", "warn", "warn", "info"]


# Shoes


def worn_out(diary, km, days=10, **shoe):
    diary.shoe("Glide", **shoe)
    for day in range(days):
        diary.run(day, km=km, shoe="Glide")
    return diary.history()


def test_a_shoe_over_its_limit_since_the_day_it_passed_it(diary, at):
    notice = one(worn_out(diary, 10, limit_m=75_000.0), at(10), "shoe_limit")
    assert (notice.id, notice.severity, notice.since) == ("shoe_limit:Glide", "warn", date(2026, 3, 9))
    assert "100 km of 75 km" in notice.message


def test_a_shoe_near_its_limit_tells_when_it_is_expected_there(diary, at):
    notice = one(worn_out(diary, 10, limit_m=150_000.0), at(10), "shoe_limit")
    assert notice.severity == "info"
    assert "expected there around" in notice.message
    assert notice.since == date(2026, 3, 11)  # 500 of 800 km is 93.75 of 150 km


def test_distances_of_alerts_come_in_the_runners_unit(diary, at):
    diary.shoe("Glide", limit_m=80_000.0)
    for day in range(10):
        diary.run(day, km=10, shoe="Glide")
    assert "62 mi of 50 mi" in one(diary.history(units="mi"), at(10), "shoe_limit").message


def test_no_alert_for_a_shoe_that_is_fresh_retired_or_given_up(diary, at):
    assert "shoe_limit" not in kinds(worn_out(diary, 5), at(10))


def test_no_alert_for_a_retired_shoe(diary, at):
    history = worn_out(diary, 10, limit_m=50_000.0, retired=date(2026, 3, 12))
    assert "shoe_limit" not in kinds(history, at(11))


def test_no_alert_for_a_shoe_given_up_for_another(diary, at):
    diary.shoe("Glide", limit_m=50_000.0)
    diary.shoe("Pacer")
    for day in range(8):
        diary.run(day, km=10, shoe="Glide")
    for day in range(8, 50, 4):
        diary.run(day, km=10, shoe="Pacer")
    assert "shoe_limit" not in kinds(diary.history(), at(50))


# Routes


def test_the_same_route_again_and_again(diary, at):
    for day in range(0, 24, 3):
        diary.run(day, loop=1 if day > 3 else day + 2, name="River")
    notice = one(diary.history(), at(22), "route_repetition")
    assert notice.severity == "info"
    assert "75%" in notice.message
    assert "River (R3)" in notice.message
    assert "6 in a row" in notice.why
    assert "no study" in notice.why


def test_since_is_the_first_day_of_the_present_repetition(diary, at):
    loops = (1, 2, 3, 4, 5, 1, 1, 1, 1, 1, 1)
    for place, loop in enumerate(loops):
        diary.run(2 * place, loop=loop)
    notice = one(diary.history(route_share=0.99, route_streak=4), at(21), "route_repetition")
    assert notice.since == date(2026, 3, 2) + timedelta(days=2 * loops.index(1, 5) + 6)
    assert "your last 6 runs" in notice.message


@pytest.mark.parametrize("loops", [(1, 2, 3, 4, 5, 6), (1, 1, 1, 1), (None,) * 8])
def test_no_repetition_in_varied_few_or_unknown_routes(diary, at, loops):
    for day, loop in enumerate(loops):
        diary.run(2 * day, loop=loop)
    assert "route_repetition" not in kinds(diary.history(), at(20))


def test_a_repetition_of_months_ago_is_over(diary, at):
    for day in range(8):
        diary.run(day, loop=1)
    assert "route_repetition" in kinds(diary.history(), at(8))
    assert "route_repetition" not in kinds(diary.history(), at(60))


# Load


def test_a_run_far_longer_than_the_month_before(diary, at):
    history = diary.run(0, km=10).run(3, km=10).run(6, km=14).history()
    notice = one(history, at(7), "run_spike")
    assert (notice.id, notice.since) == ("run_spike:3", date(2026, 3, 8))
    assert "40% longer" in notice.message
    assert "1.52 times" in notice.why
    assert "Frandsen 2025" in notice.why


@pytest.mark.parametrize(("km", "hazard"), [(11.5, "1.64"), (14, "1.52"), (21, "2.28")])
def test_a_spike_is_told_with_the_study_s_numbers(diary, at, km, hazard):
    assert hazard in one(diary.run(0, km=10).run(3, km=km).history(), at(4), "run_spike").why


@pytest.mark.parametrize("second", [10.9, None])
def test_ten_percent_and_an_unknown_distance_are_no_spike(diary, at, second):
    assert "run_spike" not in kinds(diary.run(0, km=10).run(3, km=second).history(), at(4))


def test_a_first_run_is_no_spike_and_an_old_one_is_forgotten(diary, at):
    assert "run_spike" not in kinds(diary.run(0, km=30).history(), at(1))
    history = diary.run(1, km=45).history()
    assert "run_spike" in kinds(history, at(14))
    assert "run_spike" not in kinds(history, at(16))


def test_a_week_much_longer_than_the_one_before(diary, at):
    diary.run(0, km=10).run(3, km=10).run(8, km=10).run(10, km=10).run(12, km=10)
    notice = one(diary.history(), at(13), "week_jump")
    assert notice.severity == "info"
    assert "30 km" in notice.message
    assert "50% more" in notice.why
    assert notice.since == date(2026, 3, 14)


def test_no_week_jump_after_a_break_or_with_unknown_distances(diary, at):
    diary.run(0, km=5).run(8, km=10).run(10, km=10)
    assert "week_jump" not in kinds(diary.history(), at(13))
    assert "week_jump" not in kinds(diary.run(3, km=None).history(), at(13))


# Warm-ups


def test_skipped_warmups_in_a_row(diary, at):
    for day, warmup in enumerate((True, False, False, False, False)):
        diary.run(2 * day, warmup=warmup)
    notice = one(diary.history(), at(9), "warmup_skipped")
    assert "last 4 runs" in notice.message
    assert notice.since == date(2026, 3, 8)


@pytest.mark.parametrize("row", [(False, False, None), (False, None, False, False), (None,) * 5])
def test_an_unknown_warmup_is_not_a_skipped_one(diary, at, row):
    for day, warmup in enumerate(row):
        diary.run(2 * day, warmup=warmup)
    assert "warmup_skipped" not in kinds(diary.history(), at(10))


def test_skipped_warmups_of_a_season_ago_are_forgotten(diary, at):
    for day in range(4):
        diary.run(day, warmup=False)
    assert "warmup_skipped" not in kinds(diary.history(), at(30))


# Soreness


def test_high_soreness_since_the_first_day_of_its_present_run(diary, at):
    history = diary.rate(0, 7).rate(1, 3).rate(2, 7).rate(3, 9).history()
    notice = one(history, at(4), "soreness_high")
    assert notice.since == date(2026, 3, 4)
    assert "9 of 10" in notice.message
    assert "soreness_high" not in kinds(history, at(14))


def test_soreness_that_lasts_two_weeks(diary, at):
    for day in range(0, 18, 3):
        diary.rate(day, 4)
    notice = one(diary.history(), at(16), "soreness_persists")
    assert notice.since == date(2026, 3, 17)
    assert "more than two weeks" in notice.message


@pytest.mark.parametrize("ratings", [{0: 5, 15: 5}, {0: 5, 5: 3, 10: 5, 15: 5}, {0: 5, 4: 5, 8: 5, 12: 5}])
def test_soreness_that_is_rarely_rated_eased_or_recent_does_not_last(diary, at, ratings):
    for day, soreness in ratings.items():
        diary.rate(day, soreness)
    assert "soreness_persists" not in kinds(diary.history(), at(16))


def test_soreness_that_rises_over_four_runs(diary, at):
    for place, soreness in enumerate((3, 0, 1, 3, 5)):
        diary.run(3 * place).rate(3 * place, soreness)
    notice = one(diary.history(), at(13), "soreness_rises")
    assert "0, 1, 3, 5" in notice.why
    assert notice.since == date(2026, 3, 14)


def test_soreness_that_rises_is_not_hidden_by_a_run_still_unrated(diary, at):
    for place, soreness in enumerate((0, 1, 3, 5)):
        diary.run(3 * place).rate(3 * place, soreness)
    assert "soreness_rises" in kinds(diary.run(12).history(), at(13))


@pytest.mark.parametrize("ratings", [(1, 2, 2, 3), (1, 2, None, 3, 4), (2, 3, 4)])
def test_soreness_that_does_not_rise_each_time_is_no_alert(diary, at, ratings):
    for place, soreness in enumerate(ratings):
        diary.run(3 * place)
        if soreness is not None:
            diary.rate(3 * place, soreness)
    assert "soreness_rises" not in kinds(diary.history(), at(14))


def test_each_area_alarms_for_itself(diary, at):
    history = diary.rate(0, 8, area="knee").rate(0, 2).history()
    assert one(history, at(0, 22), "soreness_high").id == "soreness_high:knee"


# All of them


def test_no_alert_knows_the_future(diary, at):
    for day in range(10):
        diary.run(day, km=10 + 5 * day, loop=1, warmup=False).rate(day, min(day, 9))
    history = diary.history()
    assert kinds(history, at(0, 6)) == []
    assert len(kinds(history, at(10))) >= 4


def test_stale_data_alarm_nobody_but_for_a_worn_shoe(diary, at):
    diary.shoe("Glide", limit_m=20_000.0)
    for day in range(10):
        diary.run(day, km=10 + 5 * day, loop=1, shoe="Glide", warmup=False).rate(day, min(day, 9))
    history = diary.history()
    assert kinds(history, at(120)) == ["shoe_limit"], "a fact that stays, but"
    assert one(history, at(120), "shoe_limit").severity == "info", "nothing presses without running"


def test_each_rule_makes_notices_of_its_own_name(diary, at):
    diary.shoe("Glide", limit_m=20_000.0)
    for day in (0, 3, *range(7, 18)):
        diary.run(day, km=3 + day, loop=1, shoe="Glide", warmup=False).rate(day, 4 + day / 4)
    history = diary.history()
    found = set(kinds(history, at(18)))
    assert found <= {rule.__name__ for rule in ALERTS}
    assert len(found) >= 6
