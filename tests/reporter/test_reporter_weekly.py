"""The facts of a week, and the page made of them."""

import json
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from runlog.analysis.factors import FACTORS, find_factor
from runlog.errors import BadInput
from runlog.reporter import findings, glance, render, summary
from runlog.reporter.render import report
from runlog.reporter.weekly import build_week, current_week, last_complete_week, week_due

NAN = float("nan")
HOSTILE = "<script>alert('x')</script> \"quoted\" & \u202eright to left\u202c 🏃 {{ 7*7 }}"

#: For a test of what the page says, which nothing in its pictures can change.
without_charts = pytest.mark.usefixtures("without_charts")


# Which week


def test_the_default_is_the_last_complete_week_that_has_data(diary, at):
    history = diary.run(1).run(8).run(15).history()
    assert build_week(history, now=at(16)).name == "2026-W11"
    assert build_week(history, now=at(21, 1)).name == "2026-W12"
    assert build_week(history, now=at(90)).name == "2026-W12"


@without_charts
def test_a_week_still_running_is_marked(diary, at):
    facts = build_week(diary.run(0).history(), "2026-W10", now=at(3))
    assert not facts.complete
    assert (facts.days_so_far.first, facts.days_so_far.last) == (date(2026, 3, 2), date(2026, 3, 5))
    assert "Week 10 · 2–5 Mar 2026, so far" in render.render_page(facts)
    assert build_week(diary.history(), "2026-W10", now=at(8)).complete


@without_charts
def test_a_week_under_way_is_compared_with_the_same_days_of_the_weeks_before(diary, at):
    for number in range(4):
        diary.run(7 * number, km=10).rate(7 * number, 1).run(7 * number + 5, km=20).rate(7 * number + 5, 6)
    history = diary.run(28, km=12).rate(28, 1).history()
    now = at(30)
    name = current_week(history, now)
    assert (name, week_due(history, now), week_due(history, at(34))) == ("2026-W14", "2026-W13", "2026-W14")
    facts = build_week(history, name, now)
    assert (facts.totals.distance_m, facts.usual.distance_m) == pytest.approx((12_000, 10_000))
    assert (facts.usual.weeks, facts.usual.soreness_mean) == (4, 1.0)
    assert facts.headline == "Upper back about as sore as usual: 1.0 of 10."
    assert [day.day.day for day in facts.days] == [30, 31, 1]
    assert "Up to Wed 1 Apr. “Usually” is the same days of the weeks before" in render.render_page(facts)


def test_where_nothing_was_recorded_it_says_so_and_which_week_is_shown(diary, at):
    history = diary.run(1).rate(2, 3).history()
    assert build_week(history, now=at(9)).glance.note == ""
    silent = build_week(history, now=at(23))
    assert (silent.name, week_due(history, at(23))) == ("2026-W10", "2026-W10")
    assert silent.glance.note == (
        "Nothing was recorded from 9 Mar to 22 Mar. This is the last week with data."
    )
    asked = build_week(history, "2026-W12", at(23))
    assert (asked.headline, asked.glance.note) == ("No runs and no ratings this week.", "")


def test_on_the_last_day_of_a_week_it_is_about_that_week(diary, at):
    history = diary.run(1).run(8).history()
    facts = build_week(history, now=at(13, 19))
    assert (facts.name, facts.complete) == ("2026-W11", False)
    assert build_week(history, now=at(12, 19)).name == "2026-W10"
    assert last_complete_week(history, at(13, 19)) == "2026-W10"


def test_a_week_to_come_and_no_week_at_all_are_refused(diary, at):
    with pytest.raises(BadInput, match="not begun"):
        build_week(diary.history(), "2026-W20", now=at(0))
    with pytest.raises(BadInput, match="2026-W30"):
        build_week(diary.history(), "next", now=at(0))


def test_a_week_starts_when_the_runner_s_week_starts(diary, at):
    diary.run(6, km=10).run(7, km=5)
    facts = build_week(diary.history(week_start="sunday"), "2026-W11", now=at(20))
    assert (facts.span.first, facts.span.last) == (date(2026, 3, 8), date(2026, 3, 14))
    assert facts.totals.distance_m == pytest.approx(15_000)


def test_what_came_later_changes_nothing(season, at):
    diary = season()
    moment = at(12 * 7 + 1)
    later = diary.history()
    diary.activities = [kept for kept in diary.activities if kept.activity.start < at(12 * 7, 0)]
    diary.entries = [kept for kept in diary.entries if kept.entry.moment < at(12 * 7, 0)]
    name = "2026-W21"
    assert render.render_page(build_week(later, name, moment)) == render.render_page(
        build_week(diary.history(), name, moment)
    )


# The numbers


def test_a_week_beside_the_four_before(diary, at):
    for number, km in enumerate((4, 10, 10, 20, 20)):
        diary.run(7 * number, km=km).rate(7 * number, number).rate(7 * number + 1, 0)
    facts = build_week(diary.history(), now=at(35))
    assert facts.totals.runs == 1
    assert facts.totals.distance_m == pytest.approx(20_000)
    assert facts.totals.moving_s == pytest.approx(20 * 6 * 60)
    assert (facts.totals.ratings, facts.totals.soreness_mean, facts.totals.soreness_max) == (2, 2.0, 4.0)
    assert facts.usual.weeks == 4
    assert facts.usual.distance_m == pytest.approx(11_000)
    assert (facts.usual.ratings, facts.usual.soreness_mean, facts.usual.soreness_max) == (2, 0.75, 1.5)


def test_weeks_before_the_first_data_are_not_counted(diary, at):
    history = diary.run(0, km=10).run(14, km=10).history()
    assert build_week(history, now=at(21)).usual.weeks == 2
    assert build_week(history, now=at(21)).usual.distance_m == pytest.approx(5_000)
    assert build_week(history, "2026-W10", now=at(21)).usual.weeks == 0


def test_unknown_distances_are_unknown_and_no_runs_are_zero(diary, at):
    facts = build_week(diary.run(0, km=None).rate(8, 0).history(), "2026-W10", now=at(14))
    assert np.isnan(facts.totals.distance_m)
    assert np.isnan(facts.totals.soreness_mean)
    facts = build_week(diary.history(), now=at(14))
    assert (facts.totals.runs, facts.totals.distance_m, facts.totals.soreness_max) == (0, 0.0, 0.0)


def test_the_area_is_the_one_rated_most(diary, at):
    diary.rate(0, 3, area="knee").rate(1, 2, area="knee").rate(2, 6)
    facts = build_week(diary.history(), now=at(7))
    assert facts.area == "knee"
    assert facts.other_areas == {"upper_back": 6.0}


# The words


def numbers(**known):
    empty = {"weeks": 4, "runs": 3.0, "distance_m": 1e4, "moving_s": 3600.0, "ratings": 3.0}
    return summary.Totals(**{**empty, "soreness_mean": 3.0, "soreness_max": 5.0, **known})


@pytest.mark.parametrize(
    ("now", "usual", "text"),
    [
        (
            numbers(runs=0, ratings=0),
            numbers(),
            "No runs and no ratings this week.",
        ),
        (
            numbers(runs=1, ratings=0),
            numbers(),
            "1 run, but no rating this week.",
        ),
        (
            numbers(soreness_mean=0.0, soreness_max=0.0),
            numbers(),
            "Upper back: not sore all week.",
        ),
        (numbers(), numbers(weeks=0, ratings=NAN), "Upper back: 3.0 of 10 on average."),
        (numbers(), numbers(ratings=0.0), "Upper back: 3.0 of 10 on average."),
        (
            numbers(),
            numbers(soreness_mean=2.5),
            "Upper back about as sore as usual: 3.0 of 10.",
        ),
        (
            numbers(soreness_mean=4.0),
            numbers(),
            "Upper back sorer than usual: 4.0, up from 3.0.",
        ),
        (
            numbers(soreness_mean=1.0),
            numbers(),
            "Upper back much less sore than usual: 1.0, down from 3.0.",
        ),
    ],
)
def test_the_headline_says_how_the_week_was(now, usual, text):
    assert glance.compare_soreness(now, usual, "upper_back") == text


@pytest.mark.parametrize(
    ("name", "effect", "values", "sensible", "median", "points"),
    [
        ("warmup", -1.2, (0.0, 1.0), 1.0, 1.0, 0.6),
        ("warmup", -1.2, (1.0, 1.0), 1.0, 0.0, 0.0),
        ("route_share", 0.3, (0.6, 0.8), 0.5, 0.5, 0.6),
        ("shoe_km", 0.2, (300.0, 700.0), 500.0, 500.0, 0.2),
        ("run_spike", 0.3, (0.4, 0.5, 1.4), 1.0, 0.5, 0.4),
        ("acute_load", 0.2, (330.0,), 300.0, 300.0, 0.2),
        ("posture", -0.5, (NAN,), 5.0, 5.0, NAN),
    ],
)
def test_the_points_at_stake_are_those_of_all_runs_of_the_week(  # noqa: PLR0917 - pytest names them
    name, effect, values, sensible, median, points
):
    """Like with like: one long run of four counts a quarter, and short ones do not make up for it."""
    at_stake = findings._points_at_stake(find_factor(name), effect, pd.Series(values), sensible, median)
    assert at_stake == pytest.approx(points, nan_ok=True)


def test_findings_of_a_diary_with_a_plain_cause(full_season, at):
    found = {finding.factor: finding for finding in build_week(full_season, now=at(26 * 7)).findings}
    warmup = found["warmup"]
    assert warmup.grade in "AB"
    assert warmup.low < warmup.effect < warmup.high < 0
    assert warmup.sentence.startswith("Runs with a warm-up go with 1.")
    assert warmup.sentence.endswith("points less soreness than runs without.")
    assert "of 4 runs" in warmup.now_text
    assert found["posture"].now_text == "unknown this week"
    assert not found["posture"].is_estimated
    assert found["posture"].sentence
    assert {factor.name for factor in FACTORS if factor.primary} <= set(found)


def test_what_is_missing_names_the_next_step(diary, at):
    facts = build_week(diary.run(0).rate(0, 2).history(), now=at(7))
    assert [gap.what for gap in facts.missing] == [
        "1 of 1 run does not say whether you warmed up",
        "1 of 1 run has no pair of shoes",
        "1 of 1 run has no route",
        "Nothing about strength or desk hours",
    ]
    assert all(gap.command.startswith("runlog ") for gap in facts.missing)


def test_nothing_is_missing_from_a_full_diary(full_season, at):
    assert build_week(full_season, now=at(26 * 7)).missing == ()


# The page


def test_it_is_one_file_without_network_or_script(season_page):
    assert not re.findall(r"<(?:script|link|img|iframe|object)\b", season_page)
    assert set(re.findall(r'(?:src|href|action)="(?!#)([^"]*)"', season_page)) == set()
    assert "@import" not in season_page
    assert not re.findall(r"url\((?!#)", season_page)
    assert len(season_page.encode()) < 1_500_000


def test_no_id_is_there_twice_and_every_reference_leads_somewhere(season_page):
    ids = re.findall(r'\bid="([^"]+)"', season_page)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"]+)"', season_page) + re.findall(r"url\(#([^)]+)\)", season_page)
    assert set(targets) <= set(ids)


def test_it_says_that_a_link_is_no_proof(season_page):
    assert "Not proof of cause." in season_page


def test_the_same_week_is_the_same_page(season_page, season, at):
    assert season_page == render.render_page(build_week(season().history(), "2026-W35", at(200)))


@without_charts
def test_a_report_goes_into_a_folder_or_a_file(diary, at, tmp_path):
    history = diary.run(0).history()
    assert report(history, out=tmp_path / "new", now=at(7)) == tmp_path / "new/report-2026-W10.html"
    assert report(history, out=tmp_path / "mine.html", now=at(7)) == tmp_path / "mine.html"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine.html", "new", "report-2026-W10.html"]


@without_charts
def test_each_alert_is_told_once_also_where_they_are_many(diary, at):
    for pair in range(8):
        diary.shoe(f"Pair {pair}", limit_m=5_000.0)
    for day in range(13):
        diary.run(day, km=8 + day, loop=1, warmup=False, shoe=f"Pair {day % 8}").rate(day, 2)
    facts = build_week(diary.history(), now=at(14))
    assert len(facts.notices) > 8
    answered = [notice for action in facts.glance.actions for notice in action.notices]
    assert sorted(notice.id for notice in (*answered, *facts.other_alerts)) == sorted(
        notice.id for notice in facts.notices
    )
    text = visible(render.render_page(facts))
    for notice in facts.notices:
        assert text.count(notice.message) <= 1, notice.message
    for number in range(8):
        assert f"Pair {number}" in text


@without_charts
def test_a_place_that_cannot_be_written_to_is_told(diary, at, tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(BadInput, match=r"taken.*cannot be written: "):
        report(diary.run(0).history(), out=tmp_path / "taken", now=at(7))


def test_hostile_names_stay_text(diary, at, tmp_path):
    diary.shoe(HOSTILE)
    for day in range(12):
        diary.run(day, loop=1, name=HOSTILE, shoe=HOSTILE).rate(day, day % 4, note=HOSTILE)
    text = report(diary.history(), out=tmp_path, now=at(14)).read_text()
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)" in text
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text, "nothing turns the direction of what follows"


@without_charts
def test_a_season_in_miles_has_kilometres_only_in_the_evidence(season, at):
    text = visible(render.render_page(build_week(season().history(units="mi"), now=at(26 * 7))))
    assert set(re.findall(r"[0-9]+ km\b", text)) <= {"800 km", "500 km", "000 km"}
    shoe_km = find_factor("shoe_km")
    assert findings.format_step(shoe_km, "mi") == "+50 mi on the shoe"
    assert findings.format_step(shoe_km, "km") == "+100 km on the shoe"


EACH_STEP = {
    "warmup": "Runs with a warm-up go with 0.3 points more soreness than runs without.",
    "cooldown": "Runs with a cool-down go with 0.3 points more soreness than runs without.",
    "route_share": (
        "Every 10 percentage points more of your runs on one route goes with 0.3 points more soreness."
    ),
    "route_streak": "Every further run in a row on one route goes with 0.3 points more soreness.",
    "shoe_km": "Every 100 km on the shoe goes with 0.3 points more soreness.",
    "run_spike": "Every 10% more than the longest run of 30 days goes with 0.3 points more soreness.",
    "acute_load": "Every 10% more load in 7 days goes with 0.3 points more soreness.",
    "chronic_load": "Every 10% more load in 28 days goes with 0.3 points more soreness.",
    "acwr": "Every 0.1 more of acute over chronic load goes with 0.3 points more soreness.",
    "monotony": "Every 0.5 more monotony (days that are more alike) goes with 0.3 points more soreness.",
    "strength_7d": "Every further day with strength in 7 goes with 0.3 points more soreness.",
    "mobility_7d": "Every further day with mobility work in 7 goes with 0.3 points more soreness.",
    "desk_hours": "Every further hour at the desk goes with 0.3 points more soreness.",
    "posture": "Every point more upright goes with 0.3 points more soreness.",
    "sleep_hours": "Every further hour of sleep goes with 0.3 points more soreness.",
    "resting_hr": "Every further 5 bpm of resting heart rate goes with 0.3 points more soreness.",
    "hrv": "Every further 10 ms of heart rate variability goes with 0.3 points more soreness.",
    "stress": "Every further 10 points of stress goes with 0.3 points more soreness.",
    "cadence": "A cadence 5 steps a minute higher goes with 0.3 points more soreness.",
    "stance_time": "Every 10 ms more on the ground goes with 0.3 points more soreness.",
    "stance_imbalance": (
        "Every percentage point more between the feet's times on the ground goes with "
        "0.3 points more soreness."
    ),
    "vertical_ratio": (
        "Every 0.5 percentage points more bounce for the step length goes with 0.3 points more soreness."
    ),
}


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.name)
def test_a_link_reads_as_a_sentence_that_names_its_step(factor):
    said = findings.link_sentence(factor, pd.Series({"grade": "A", "effect": 0.3}), "km")
    assert said == EACH_STEP[factor.name]
    in_hundredths = factor.relative or factor.name in ("route_share", "run_spike")
    step = f"{100 * factor.step:g}" if in_hundredths else f"{factor.step:g}"
    assert factor.step == 1 or step in said


def test_a_small_link_is_not_told_as_none():
    factor = find_factor("desk_hours")
    said = findings.link_sentence(factor, pd.Series({"grade": "C", "effect": -0.04}), "km")
    assert "0.04 points less" in said


def test_miles_everywhere(diary, at):
    diary.shoe("Glide")
    for day in range(6):
        diary.run(day, km=16.09344, loop=1, shoe="Glide").rate(day, 2)
    text = render.render_page(build_week(diary.history(units="mi"), now=at(7)))
    assert "60.0 mi" in text
    assert not re.findall(r"[0-9] km\b", visible(text))


def visible(text):
    return re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", text, flags=re.DOTALL)


def test_without_anything_the_page_says_where_to_start(diary, at):
    text = render.render_page(build_week(diary.history(), now=at(7)))
    assert "<h1>Nothing is recorded yet.</h1>" in text
    assert re.findall(r"<code>([^<]+)</code>", text) == [
        "runlog import ~/Downloads",
        "runlog log 0",
        "runlog demo --open",
    ]
    assert re.findall(r"<h2>([^<]+)", text) == ["What this page will show"]
    assert "unknown" not in visible(text)


@without_charts
def test_a_first_week_has_nothing_to_be_beside(diary, at):
    text = visible(render.render_page(build_week(diary.run(0, loop=1).rate(0, 2).history(), now=at(7))))
    assert "Nothing is known of the weeks before." in text
    assert "usually" not in text
    assert "Not enough yet: 1 of 20 ratings." in text
    assert "No shoes yet." in text
    assert "runlog shoes add &#39;New pair&#39;" in text


@without_charts
def test_ratings_that_are_all_the_same_are_told_once(diary, at):
    for day in range(0, 50, 2):
        diary.run(day, loop=1 + day % 3).rate(day, 0)
    text = visible(render.render_page(build_week(diary.history(), now=at(56))))
    assert "Upper back: not sore all week." in text
    assert text.count("All your 25 ratings are 0.") == 1
    assert "oo early to tell" not in text


@without_charts
def test_runs_without_ratings_ask_for_one(diary, at):
    text = visible(render.render_page(build_week(diary.run(0, loop=1).history(), now=at(7))))
    assert "Rate your soreness tonight" in text


@without_charts
def test_ratings_without_runs_ask_for_an_import(diary, at):
    text = visible(render.render_page(build_week(diary.rate(0, 2).history(), now=at(7))))
    assert "Import what your watch recorded." in text


@without_charts
def test_runs_without_gps_say_why_there_are_no_routes(diary, at):
    text = visible(render.render_page(build_week(diary.run(0).rate(0, 2).history(), now=at(7))))
    assert "No run with GPS in the last 28 days, so no routes." in text


@without_charts
def test_with_few_ratings_no_link_is_shown(diary, at):
    for day in range(12):
        diary.run(day, warmup=bool(day % 2)).rate(day, 4 - 3 * (day % 2))
    facts = build_week(diary.history(), now=at(14))
    text = visible(render.render_page(facts))
    assert "Not enough yet: 12 of 20 ratings." in text
    assert not any(finding.has_sign for finding in facts.findings)
    assert "exposure" not in facts.charts


def test_the_clinician_is_named_when_due_and_only_then(diary, at):
    calm = render.render_page(build_week(diary.run(0).rate(0, 3).history(), now=at(7)))
    assert "physio" not in calm
    sore = render.render_page(build_week(diary.rate(1, 7).history(), now=at(7)))
    assert "physiotherapist" in sore
    assert "call emergency services now" in sore


def test_the_sample_season_makes_a_full_page(sample_week):
    facts = sample_week()
    assert facts.name == "2026-W46"
    assert facts.glance.warnings
    assert len(facts.glance.actions) == 3
    assert {"shoe_limit", "run_spike", "route_repetition"} <= {notice.kind for notice in facts.notices}
    assert set(facts.charts) == {"soreness_and_load", "calendar", "exposure", "route_maps"}
    assert json.dumps([notice.as_dict() for notice in facts.notices])


def test_weeks_in_which_nobody_kept_the_log_are_unknown_and_not_usual(diary, at):
    diary.run(0).run(200)
    facts = build_week(diary.history(), now=at(210))
    assert facts.totals.runs == 1
    assert facts.usual.weeks == 0
    diary.run(182)
    facts = build_week(diary.history(), now=at(210))
    assert facts.usual.weeks == 2, "the week of that run, and one that is known to be rest"
    assert facts.usual.runs == 0.5
