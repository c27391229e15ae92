"""Each alert: when it speaks, since when, and that missing data never makes one."""

import json
import shlex
from dataclasses import fields
from datetime import date, timedelta

import pandas as pd
import pytest

from runlog.analysis import periods
from runlog.reporter.alerts import ALERTS, alerts
from runlog.settings import Settings


def kinds(history, moment):
    return [notice.kind for notice in alerts(history, moment)]


def notices_of(kind, history, moment):
    """What `alerts` has of one kind; asks no other rule, for what is looked at day by day."""
    (rule,) = [rule for rule in ALERTS if rule.kind == kind]
    return list(rule.check(periods.history_as_of(history, moment), moment))


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
        "message": "Upper back: 8 of 10 on Mon 2 Mar is high. See a physio or doctor.",
        "why": "A rating of 7 or more is worth a professional’s look.",
        "since": "2026-03-02",
        "todo": "Warning signs: runlog alerts",
        "tips": [],
    }
    assert notice.see_clinician


def test_the_most_severe_comes_first(diary, at):
    diary.shoe("Glide", limit_m=20_000.0)
    for day in range(12):
        diary.run(day, loop=1, km=16 if day % 2 else 4, shoe="Glide", warmup=False)
    history = diary.rate(11, 9).history()
    assert [(notice.severity, notice.kind) for notice in alerts(history, at(11))] == [
        ("urgent", "soreness_high"),
        ("warn", "shoe_limit"),
        ("warn", "warmup_skipped"),
        ("info", "no_spare_pair"),
        ("info", "route_repetition"),
    ]


# Shoes


def worn_out(diary, km, days=10, **shoe):
    diary.shoe("Glide", **shoe)
    for day in range(days):
        diary.run(day, km=km, shoe="Glide")
    return diary.history()


def test_a_shoe_over_its_limit_since_the_day_it_passed_it(diary, at):
    notice = one(worn_out(diary, 10, limit_m=75_000.0), at(10), "shoe_limit")
    assert (notice.id, notice.severity, notice.since) == ("shoe_limit:Glide", "warn", date(2026, 3, 9))
    assert notice.message == "Glide is over its limit: 100 of 75 km."


def regular(diary, weeks, start_m=0.0, **settings):
    """Runs 30 km a week in one pair of 700 km."""
    diary.shoe("Glide", start_m=start_m, limit_m=700_000.0)
    for week in range(weeks):
        for day in (1, 3, 5):
            diary.run(7 * week + day, km=10 + 0.5 * (week % 2), shoe="Glide")
    return diary.history(**settings)


def test_a_shoe_is_mentioned_at_90_percent_of_its_limit(diary, at):
    history = regular(diary, weeks=10, start_m=350_000.0)
    assert "shoe_limit" not in kinds(history, at(40)), "at 75%"
    notice = one(history, at(70), "shoe_limit")
    assert notice.severity == "info"
    assert notice.message == "Glide: 658 of 700 km; at this rate it reaches 700 km around 21 May."


def test_a_shoe_that_runs_far_is_mentioned_four_weeks_before_its_limit(diary, at):
    diary.shoe("Glide", start_m=300_000.0, limit_m=700_000.0)
    for day in range(30):
        diary.run(day, km=10, shoe="Glide")
    notice = one(diary.history(), at(29), "shoe_limit")
    assert "600 of 700 km" in notice.message, "at 86%, and 100 km are ten days"
    assert date(2026, 3, 2) < notice.since < date(2026, 3, 31)


def test_where_a_shoe_is_mentioned_is_the_runners_to_set(diary, at):
    history = regular(diary, weeks=10, start_m=200_000.0)
    assert "shoe_limit" not in kinds(history, at(70)), "at 73%"
    assert "shoe_limit" in kinds(diary.history(shoe_note_km=500.0), at(70)), "from 500 of 800 km on"


@pytest.mark.parametrize("name", ["Glide", "Pacer 3", 'Ghost\'s "blue" $pair; rm -rf'])
def test_every_command_of_an_alert_can_be_pasted(diary, at, name):
    diary.shoe(name, limit_m=75_000.0)
    for day in range(14):
        diary.run(day, km=8 + day % 3 * 4, shoe=name, loop=1, warmup=False).tell(day, hour=9, cooldown=False)
    notices = alerts(diary.rate(13, 8).history(), at(14))
    commands = [notice.todo.partition(": runlog ")[2] for notice in notices]
    words = [shlex.split(command) for command in commands if command]
    assert ["shoes", "retire", name] in words
    assert ["shoes", "add", "New pair"] in words
    for command in words:
        assert not [word for word in command if word.isupper()], "a place to fill in"


def test_distances_of_alerts_come_in_the_runners_unit(diary, at):
    diary.shoe("Glide", limit_m=80_000.0)
    for day in range(10):
        diary.run(day, km=10, shoe="Glide")
    assert "62 of 50 mi" in one(diary.history(units="mi"), at(10), "shoe_limit").message


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


def test_the_pair_of_all_runs_has_no_spare(diary, at):
    notice = one(worn_out(diary, 10, limit_m=120_000.0), at(10), "no_spare_pair")
    assert (notice.id, notice.severity) == ("no_spare_pair:Glide", "info")
    assert "there is no spare pair" in notice.message
    assert "100% of 10 runs" in notice.why
    assert "0.61 times" in notice.why
    assert "runlog shoes add" in notice.todo


def test_a_fresh_pair_that_is_hardly_worn_is_named(diary, at):
    diary.shoe("Pacer")
    notice = one(worn_out(diary, 10, limit_m=120_000.0), at(10), "no_spare_pair")
    assert "Pacer has room" in notice.message
    assert "Take turns with Pacer" in notice.todo


def test_no_word_of_a_spare_pair_where_two_take_turns_or_the_only_one_is_fresh(diary, at):
    assert "no_spare_pair" not in kinds(worn_out(diary, 10), at(10)), "the only pair is fresh"
    diary.shoe("Pacer", limit_m=10_000.0)
    for day in range(10, 12):
        diary.run(day, km=5, shoe="Pacer")
    assert "no_spare_pair" not in kinds(diary.history(shoe_note_km=50.0), at(12)), "10 of 12 are not 90%"


def test_runs_whose_pair_is_unknown_are_not_taken_for_runs_in_one_pair(diary, at):
    diary.shoe("Pacer", from_date=date(2026, 3, 1))
    worn_out(diary, 10, limit_m=90_000.0)
    for day in range(10, 12):
        diary.run(day, km=5)
    assert diary.history().runs["shoe"].isna().sum() == 2
    assert "no_spare_pair" not in kinds(diary.history(), at(12))


def test_too_few_runs_say_nothing_of_spare_pairs(diary, at):
    assert "no_spare_pair" not in kinds(worn_out(diary, 30, days=4, limit_m=120_000.0), at(4))


def unassigned(diary, runs=3):
    diary.shoe("Glide").shoe("Pacer")
    for day in range(runs):
        diary.run(day)
    return diary.history()


def test_runs_without_a_pair_where_pairs_are_tracked(diary, at):
    notice = one(unassigned(diary, 4), at(4), "unassigned_shoe")
    assert notice.message == "4 of your last 4 runs have no pair of shoes."
    assert notice.since == date(2026, 3, 4)
    assert "runlog shoes assign" in notice.todo


def test_two_runs_without_a_pair_are_few_and_old_ones_are_let_be(diary, at):
    assert "unassigned_shoe" not in kinds(unassigned(diary, 2), at(4))
    assert "unassigned_shoe" not in kinds(diary.run(2).history(), at(40))


def test_who_keeps_no_pairs_is_not_asked_for_them(diary, at):
    for day in range(9):
        diary.run(day)
    assert "unassigned_shoe" not in kinds(diary.history(), at(9))


def test_runs_before_the_first_pair_need_none(diary, at):
    for day in range(9):
        diary.run(day)
    diary.shoe("Glide", from_date=date(2026, 3, 9))
    assert "unassigned_shoe" not in kinds(diary.history(), at(9))


def test_a_pair_with_a_distance_before_names_both_distances(diary, at):
    history = worn_out(diary, 10, limit_m=100_000.0, start_m=50_000.0)
    assert one(history, at(10), "shoe_limit").why.startswith("50 km before, and 100 km in 10 runs.")


# Routes


def test_the_same_route_again_and_again(diary, at):
    for day in range(0, 24, 2):
        diary.run(day, loop=1 if day > 4 else day + 2, name="River")
    notice = one(diary.history(), at(23), "route_repetition")
    assert notice.severity == "info"
    assert notice.message == "75% of your runs in four weeks were on one route, River (R4)."
    assert "Of 12 runs" in notice.why
    assert "9 in a row" in notice.why
    assert "No study on route variety" in notice.why
    assert "your own link" not in notice.why, "whether there is one, an alert does not know"


def test_since_is_the_first_day_of_the_present_repetition(diary, at):
    loops = (1, 2, 3, 4, 5, 6, 1, 1, 1, 1, 1, 1)
    for place, loop in enumerate(loops):
        diary.run(2 * place, loop=loop)
    notice = one(diary.history(route_share=0.99, route_streak=4), at(23), "route_repetition")
    assert notice.since == date(2026, 3, 2) + timedelta(days=2 * loops.index(1, 6) + 6)
    assert "Your last 6 runs were all on one route" in notice.message


@pytest.mark.parametrize("loops", [(1, 2, 3, 4, 5, 6) * 2, (1,) * 11, (None,) * 14])
def test_no_repetition_in_varied_few_or_unknown_routes(diary, at, loops):
    for day, loop in enumerate(loops):
        diary.run(1.9 * day, loop=loop)
    assert "route_repetition" not in kinds(diary.history(), at(27))


def test_a_repetition_of_months_ago_is_over(diary, at):
    for day in range(12):
        diary.run(day, loop=1)
    assert "route_repetition" in kinds(diary.history(), at(12))
    assert "route_repetition" not in kinds(diary.history(), at(60))


# Load


def month(diary, km=10.0, days=range(0, 33, 3)):
    """A month of runs that are alike, so that it is known what the runner is used to."""
    for day in days:
        diary.run(day, km=km)
    return diary


def test_a_run_far_longer_than_the_month_before(diary, at):
    history = month(diary).run(33, km=14).history()
    notice = one(history, at(34), "run_spike")
    assert (notice.id, notice.since) == ("run_spike:2026-04-04", date(2026, 4, 4))
    assert "14.0 km on Sat 4 Apr was 40% over your longest run" in notice.message
    assert "1.40 times the longest." in notice.why
    assert notice.todo == "Keep the next long run under 11.0 km."
    assert "1.52 times" in notice.why
    assert "Frandsen and others 2025" in notice.why


@pytest.mark.parametrize(("km", "hazard"), [(11.5, "1.64"), (14, "1.52"), (21, "2.28")])
def test_a_spike_quotes_the_study_s_numbers(diary, at, km, hazard):
    assert hazard in one(month(diary).run(33, km=km).history(), at(34), "run_spike").why


@pytest.mark.parametrize("last", [10.9, None])
def test_ten_percent_and_an_unknown_distance_are_no_spike(diary, at, last):
    assert "run_spike" not in kinds(month(diary).run(33, km=last).history(), at(34))


@pytest.mark.parametrize("days", [(), (0, 3, 6), (0, 33, 34)])
def test_without_a_month_of_runs_nobody_knows_what_is_much(diary, at, days):
    assert "run_spike" not in kinds(month(diary, days=days).run(35, km=30).history(), at(36))


def test_a_spike_is_forgotten_after_two_weeks(diary, at):
    history = month(diary).run(33, km=45).history()
    assert "run_spike" in kinds(history, at(46))
    assert "run_spike" not in kinds(history, at(48))


def test_a_week_much_longer_than_the_one_before(diary, at):
    diary.run(0, km=10).run(3, km=10).run(8, km=10).run(10, km=10).run(12, km=10)
    notice = one(diary.history(), at(13), "week_jump")
    assert notice.severity == "info"
    assert "30 km" in notice.message
    assert "50% more" in notice.why
    assert notice.since == date(2026, 3, 15), "until then the seven days before were not all in the log"


def test_a_jump_of_a_run_that_is_an_alert_of_its_own_is_told_once(diary, at):
    history = month(diary).run(33, km=40).history()
    assert {"run_spike", "week_jump"} & set(kinds(history, at(34))) == {"run_spike"}
    more = month(diary, days=(34, 35, 36)).history()
    assert {"run_spike", "week_jump"} <= set(kinds(more, at(36))), "more runs are another cause"


def test_a_jump_is_told_once_until_a_week_has_passed_without_one(diary, at):
    weeks = (3, 3, 3, 3, 3, 5, 5, 3, 3, 3, 3, 3)
    for week, runs in enumerate(weeks):
        for number in range(runs):
            diary.run(7 * week + number * 7 / runs, km=10)
    history = diary.history()
    since = [notice.since for day in range(84) for notice in notices_of("week_jump", history, at(day))]
    assert 7 <= len(since) <= 20
    assert len(set(since)) == 1


def test_a_return_to_what_is_usual_is_no_jump(diary, at):
    for week, km in enumerate((10, 10, 10, 3, 10, 10)):
        for day in (1, 3, 5):
            diary.run(7 * week + day, km=km)
    history = diary.history()
    assert not [day for day in range(42) if notices_of("week_jump", history, at(day))]


def test_no_week_jump_after_a_break_or_with_unknown_distances(diary, at):
    diary.run(0, km=5).run(8, km=10).run(10, km=10)
    assert "week_jump" not in kinds(diary.history(), at(13))
    assert "week_jump" not in kinds(diary.run(3, km=None).history(), at(13))


def test_no_week_jump_against_a_week_in_which_the_log_began(diary, at):
    diary.run(3, km=5).run(5, km=5).run(8, km=10).run(10, km=10)
    assert "week_jump" not in kinds(diary.history(), at(13))
    assert "week_jump" in kinds(diary.run(0, km=1).history(), at(13))


def alike(diary, days, km=10):
    for day in days:
        diary.run(day, km=km + 0.2 * (day % 2))
    return diary


def test_seven_days_that_are_alike(diary, at):
    history = alike(diary, range(14)).history()
    notice = one(history, at(13), "monotony")
    assert notice.severity == "info"
    assert notice.since == date(2026, 3, 8), "the first day whose week is full"
    assert "a load of 10 km a day, give or take 0" in notice.why
    assert "starts above 2.0" in notice.why
    assert "monotony" not in kinds(alike(diary, range(14)).history(monotony=10.0), at(13)), "capped at 10"


def test_a_day_counts_as_one_of_rest_when_it_is_over(diary, at):
    history = alike(diary, range(13)).history()
    assert "monotony" in kinds(history, at(13, 22)), "one day of rest"
    assert "monotony" in kinds(history, at(14, 8)), "this morning nobody knows yet whether it is a second"
    assert "monotony" not in kinds(history, at(15, 8)), "the day before was the second"


@pytest.mark.parametrize("days", [range(5), (0, 2, 4, 6, 8, 10, 12), ()])
def test_days_of_rest_and_few_days_are_not_alike(diary, at, days):
    assert "monotony" not in kinds(alike(diary, days).history(), at(13))


# Warm-ups, cool-downs, the diary


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


def test_skipped_cooldowns_in_a_row_quote_their_evidence(diary, at):
    for day in range(4):
        diary.run(day).tell(day, hour=9, cooldown=day == 0)
    notice = one(diary.history(), at(4), "cooldown_skipped")
    assert (notice.severity, notice.since) == ("info", date(2026, 3, 5))
    assert notice.message == "No cool-down after your last 3 runs."
    assert "no effect on soreness" in notice.why
    assert "warmup_skipped" not in kinds(diary.history(), at(4)), "of warm-ups nothing is known"


def test_how_many_are_skipped_is_the_runners_to_set(diary, at):
    for day in range(4):
        diary.run(day, warmup=False)
    assert "warmup_skipped" in kinds(diary.history(skipped_in_a_row=4), at(4))
    assert "warmup_skipped" not in kinds(diary.history(skipped_in_a_row=5), at(4))


def rated_then_not(diary, ratings=3, runs=(4, 6, 8)):
    for day in range(ratings):
        diary.run(day).rate(day, 0)
    for day in runs:
        diary.run(day)
    return diary


def test_a_diary_that_is_no_longer_kept(diary, at):
    history = rated_then_not(diary).history()
    notice = one(history, at(9), "diary_gap")
    assert notice.message == "3 runs since your last rating, 7 days ago."
    assert "Wed 4 Mar" in notice.why
    assert notice.since == date(2026, 3, 11)
    assert "diary_gap" not in kinds(history, at(8))
    assert "diary_gap" not in kinds(diary.rate(9, 0).history(), at(9, 22)), "0 is a rating"


@pytest.mark.parametrize(("ratings", "runs"), [(2, (4, 6, 8)), (0, range(9)), (3, ()), (3, (4, 6))], ids=str)
def test_no_gap_in_a_diary_not_begun_or_without_runs(diary, at, ratings, runs):
    assert "diary_gap" not in kinds(rated_then_not(diary, ratings, runs).history(), at(14))


def test_a_gap_of_who_no_longer_runs_is_none(diary, at):
    assert "diary_gap" not in kinds(rated_then_not(diary).history(), at(30))


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
    assert "sore for 15 days" in notice.message


@pytest.mark.parametrize("ratings", [{0: 5, 15: 5}, {0: 5, 5: 3, 10: 5, 15: 5}, {0: 5, 4: 5, 8: 5, 12: 5}])
def test_soreness_that_is_rarely_rated_eased_or_recent_does_not_last(diary, at, ratings):
    for day, soreness in ratings.items():
        diary.rate(day, soreness)
    assert "soreness_persists" not in kinds(diary.history(), at(16))


def test_soreness_may_alarm_earlier_but_never_later(diary, at):
    history = diary.rate(0, 6).history(soreness_high=6.0)
    assert "A rating of 6 or more" in one(history, at(1), "soreness_high").why
    assert "soreness_high" not in kinds(diary.history(), at(1))


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


@pytest.mark.parametrize(
    "ratings",
    [
        *((1, 2, 2, 5), (1, 2, None, 3, 6), (2, 3, 6)),
        *((0, 2, 3, 4), (0, 1, 2, 3), (4.5, 4.8, 5, 6), (5, 5.2, 5.4, 6.5)),
    ],
    ids=str,
)
def test_soreness_that_rises_not_each_time_not_clearly_or_not_high_is_no_alert(diary, at, ratings):
    for place, soreness in enumerate(ratings):
        diary.run(3 * place)
        if soreness is not None:
            diary.rate(3 * place, soreness)
    assert "soreness_rises" not in kinds(diary.history(), at(14))


def test_each_area_alarms_for_itself(diary, at):
    history = diary.rate(0, 8, area="knee").rate(0, 2).history()
    assert one(history, at(0, 22), "soreness_high").id == "soreness_high:knee"


# All of them


def busy(diary, days=40):
    """A month alike, and then everything at once."""
    diary.shoe("Glide", limit_m=20_000.0)
    for day in range(days):
        late = day >= days - 10
        diary.run(day, km=10 + 5 * late * (day - days + 11), loop=1, shoe="Glide", warmup=not late)
        diary.rate(day, min(day - days + 10, 9) if late else 0)
    return diary.history()


def test_no_alert_knows_the_future(diary, at):
    history = busy(diary)
    assert kinds(history, at(0, 6)) == []
    assert len(kinds(history, at(40))) >= 6


def test_stale_data_alarm_nobody_but_for_a_worn_shoe(diary, at):
    history = busy(diary)
    assert kinds(history, at(150)) == ["shoe_limit"], "a fact that stays, but"
    assert one(history, at(150), "shoe_limit").severity == "info", "nothing presses without running"


def test_each_rule_makes_notices_of_its_own_name(diary, at):
    rules = {rule.kind for rule in ALERTS}
    found = set(kinds(busy(diary), at(40)))
    assert found <= rules
    assert len(found) >= 6


HOSTILE = "<script>{x}%s\x1b[31m\u202e\nnew line: %(y)s {0}"


def test_hostile_names_stay_in_their_place(diary, at):
    diary.shoe(HOSTILE, limit_m=20_000.0)
    for day in range(12):
        diary.run(day, km=10, loop=1, shoe=HOSTILE, name=HOSTILE)
    notices = alerts(diary.history(), at(12))
    assert {"shoe_limit", "no_spare_pair", "route_repetition"} <= {notice.kind for notice in notices}
    for notice in notices:
        for text in (notice.message, notice.why, notice.todo):
            assert not set(text) & set("\x1b\u202e\n"), notice.kind
        assert json.dumps(notice.as_dict())


def test_no_number_differs_from_the_factor_and_the_table(diary, at):
    from runlog.analysis.factors import FACTORS
    from runlog.analysis.routes import route_table
    from runlog.analysis.shoe_wear import shoe_table

    history, now = alike(month(diary, days=range(33)), range(33, 40)).run(40, km=17).history(), at(40)
    of_factor = {
        factor.name: float(factor.values(history, pd.DatetimeIndex([now])).iloc[0]) for factor in FACTORS
    }
    assert f"{of_factor['run_spike']:.2f} times" in one(history, now, "run_spike").why
    assert f"Monotony {of_factor['monotony']:.1f} " in one(history, now, "monotony").why
    diary.shoe("Glide", limit_m=20_000.0)
    for day in range(41, 55):
        diary.run(day, km=10, loop=day % 4 and 1, shoe="Glide")
    history, now = diary.history(), at(55)
    worn = shoe_table(history, now).set_index("name").loc["Glide"]
    assert f"{worn['km']:.0f} of {worn['limit_km']:.0f} km" in one(history, now, "shoe_limit").message
    route = route_table(history, now).set_index("route").loc[one(history, now, "route_repetition").subject]
    assert f"{route['share_28d']:.0%}" in one(history, now, "route_repetition").message


# What there is to know of them


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule.kind)
def test_every_kind_is_explained(rule):
    settings = Settings()
    for text in (rule.definition, rule.threshold_of(settings), rule.needs, rule.evidence):
        assert text[0].isupper() or text[0].isdigit(), text
        assert text.endswith("."), text
        assert "{" not in text
    assert rule.grade in {"moderate", "moderate to weak", "low", "none", "opinion"}
    assert rule.source
    assert rule.settings, "a threshold is the runner's to set"
    assert set(rule.settings) <= {field.name for field in fields(Settings)}


def test_a_threshold_is_shown_as_it_is_set():
    rules = {rule.kind: rule for rule in ALERTS}
    assert "70% or more" in rules["route_repetition"].threshold_of(Settings(route_share=0.7))
    assert rules["route_repetition"].settings == ("route_share", "route_streak")
