"""Runners that are not like most: what is said of them is true too."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links
from runlog.reporter import charts, findings, render
from runlog.reporter.alerts import alerts
from runlog.reporter.findings import build_findings
from runlog.reporter.shoes_and_routes import in_use_table
from runlog.reporter.weekly import build_week


def test_a_diary_without_any_run_gives_links_and_a_report(diary, at):
    for day in range(30):
        diary.rate(day, day % 5)
    history = diary.history()
    found = links(exposures(history)).set_index("factor")
    assert found.loc["warmup", "grade"] == ""
    assert "30 ratings" in found.loc["warmup", "reason"]
    assert "From 28 ratings" in render.render_page(build_week(history, "2026-W13", at(31)))


def test_an_unfinished_week_is_told_as_of_now_and_not_as_of_its_end(diary, at):
    for day in range(0, 24, 2):
        diary.run(day)
    history, now = diary.history(), at(22, 20)
    (load,) = [
        found for found in build_week(history, "2026-W13", now=now).findings if found.factor == "acute_load"
    ]
    as_of_today = replace(build_week(history, "2026-W13", now=now).span, last=date(2026, 3, 24))
    (expected,) = [
        found
        for found in build_findings(history, exposures(history), as_of_today)
        if found.factor == "acute_load"
    ]
    assert load.now == pytest.approx(expected.now)


def test_a_first_week_knows_no_load_of_seven_days(diary, at):
    history = diary.run(0).run(2).rate(2, 3).history()
    (load,) = [f for f in build_week(history, "2026-W10", now=at(4)).findings if f.factor == "acute_load"]
    assert load.now_text == "unknown this week"


@pytest.mark.parametrize("hours_east", [13, -10])
def test_a_past_week_ends_where_it_was_run_wherever_the_runner_is_now(diary, at, hours_east):
    diary.run(6.5, km=10).run(14)
    diary.activities[-1] = replace(
        diary.activities[-1], activity=replace(diary.activities[-1].activity, utc_offset_s=3600 * hours_east)
    )
    assert build_week(diary.history(), "2026-W10", now=at(21)).totals.distance_m == pytest.approx(10_000)


@pytest.mark.parametrize("name", ["run_spike", "route_streak", "cadence"])
def test_a_week_without_runs_has_no_value_of_a_run(diary, at, name):
    for day in range(0, 14, 2):
        diary.run(day, loop=1)
    history = diary.history()
    (factor,) = [factor for factor in FACTORS if factor.name == name]
    span = build_week(history, "2026-W14", now=at(60)).span
    values = factor.values(history, findings._moments_in_week(factor, history, span))
    assert findings._summarise_week(factor, values, history)[1] == "no runs this week"


def test_a_pair_bought_today_is_there_where_the_day_has_begun_already(diary, at):
    diary.run(0).shoe("New", from_date=date(2026, 3, 4))
    diary.activities[0] = replace(
        diary.activities[0], activity=replace(diary.activities[0].activity, utc_offset_s=13 * 3600)
    )
    assert list(in_use_table(diary.history(), pd.Timestamp(at(1, 12)))["name"]) == ["New"]
    assert in_use_table(diary.history(), pd.Timestamp(at(1, 10))).empty


def test_a_pair_without_a_limit_left_and_one_not_worn_yet_are_told_so(diary, at):
    diary.shoe("Nothing", limit_m=0.0).shoe("Fresh")
    history = diary.run(0, shoe="Nothing").history()
    text = render.render_page(build_week(history, now=at(8)))
    assert "Over its limit." in text
    assert "no run in it yet" in text


def test_a_chart_of_a_pair_with_no_limit(diary, at, tmp_path):
    history = diary.shoe("Nothing", limit_m=0.0).run(0).history()
    charts.chart("shoes", history, tmp_path / "shoes.png", now=at(1))
    assert (tmp_path / "shoes.png").stat().st_size > 0


def test_runs_in_a_row_on_a_route_are_those_with_a_route(diary, at):
    for day in range(12):
        diary.run(day / 2, loop=1).run(day / 2 + 0.2, loop=None)
    notices = alerts(diary.history(route_share=2.0), at(6))
    (notice,) = [notice for notice in notices if notice.kind == "route_repetition"]
    assert "Your last 12 runs were all on one route" in notice.message


def test_a_week_in_which_only_another_area_was_rated_is_not_told_as_unrated(diary, at):
    for day in range(5):
        diary.rate(day, 3)
    history = diary.rate(8, 6, area="knee").history()
    facts = build_week(history, "2026-W11", now=at(14))
    assert facts.other_areas == {"knee": 6.0}
    assert facts.headline == "Knee: 6 of 10 this week; upper back not rated."


def test_the_texts_of_many_pairs_do_not_lie_on_one_another(diary, at):
    for number in range(9):
        diary.shoe(f"Pair {number}").run(number, shoe=f"Pair {number}")
    figure = charts.chart("shoes", diary.history(), now=at(10))
    figure.canvas.draw()
    boxes = [text.get_window_extent() for axes in figure.axes for text in axes.texts]
    assert len(boxes) == 2 * 7, "what each has run, and when it is at its limit"
    assert not any(one.overlaps(two) for place, one in enumerate(boxes) for two in boxes[:place])
