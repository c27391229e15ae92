"""One number has one value, whoever tells it: alert, chart, report, table and factor."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from runlog import units
from runlog.analysis import periods
from runlog.analysis.exposures import exposures
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links
from runlog.analysis.load import daily_metrics
from runlog.analysis.routes import route_table
from runlog.analysis.shoe_wear import mileage_at, shoe_table
from runlog.analysis.warmup import comparable_answers
from runlog.reporter import charts
from runlog.reporter.alerts import alerts
from runlog.reporter.render import blocks, render
from runlog.reporter.weekly import build_week

NAME = "2026-W46"


@pytest.fixture(scope="module")
def facts(sample_week):
    return sample_week(NAME)


@pytest.fixture(scope="module")
def end(sample_history, facts):
    return periods.end_of_day(sample_history, facts.span.last)


@pytest.fixture(scope="module")
def text(sample_page):
    return sample_page(NAME)


@pytest.fixture(scope="module")
def notices(sample_history, end):
    return {notice.kind: notice for notice in alerts(sample_history, end)}


def value(history, name, moment):
    factor = next(factor for factor in FACTORS if factor.name == name)
    return float(factor.values(history, pd.DatetimeIndex([moment])).iloc[0])


def finding(facts, name):
    return next(one for one in facts.findings if one.factor == name)


def test_the_distance_on_a_pair(sample_history, facts, end, notices, text):
    (pair,) = [one for one in facts.shoes if one.name == "Pacer 3"]
    table = shoe_table(sample_history, end).set_index("name")
    drawn = charts.find_chart("shoes").data(sample_history, charts.make_view(sample_history, end))
    km = pair.worn_m / 1000
    assert km == pytest.approx(table["km"]["Pacer 3"])
    assert km == pytest.approx(mileage_at(sample_history, pd.DatetimeIndex([end]))["Pacer 3"].iloc[0])
    assert drawn.pairs.set_index("name")["worn"]["Pacer 3"] == pytest.approx(km)
    told = f"{km:.0f} of {units.distance(pair.limit_m, 'km', 0)}"
    assert told in notices["shoe_limit"].message
    assert told in text
    (action,) = [one for one in facts.glance.actions if one.topic == "shoe_km"]
    assert told in action.fact
    last_worn = sample_history.runs.sort_values("end")["shoe"].iloc[-1]
    (worn,) = [one for one in facts.shoes if one.name == last_worn]
    assert finding(facts, "shoe_km").now == pytest.approx(worn.worn_m / 1000)


def test_the_points_that_go_with_fifty_miles(sample_history, facts, end):
    settings = replace(sample_history.settings, units="mi")
    history = replace(sample_history, settings=settings)
    week = build_week(history, NAME)
    per_100_km = finding(facts, "shoe_km").effect
    assert finding(week, "shoe_km").effect == per_100_km, "JSON has metric steps whatever the units"
    told = 0.804672 * per_100_km
    _legend, chart = blocks.link_chart([finding(week, "shoe_km")], "mi")
    (row,) = chart.rows
    assert (row.step, row.effect) == ("+50 mi", pytest.approx(told))
    assert row.text in blocks.format_estimate(finding(week, "shoe_km"), "mi")
    drawn = charts.find_chart("links").data(history, charts.make_view(history, end))
    of_chart = drawn.rows.set_index("factor").loc["shoe_km"]
    assert of_chart["step"] == "+50 mi on the shoe"
    assert list(of_chart[["low", "effect", "high"]]) == pytest.approx([row.low, told, row.high])
    fit = charts.find_chart("exposure").data(history, charts.make_view(history, end, factor="shoe_km")).fit
    assert (fit.step, fit.effect) == (pytest.approx(50.0), pytest.approx(told))
    for name in ("md", "html"):
        page = render(week, name).decode()
        assert "+50 mi" in page or "50 mi on the shoe" in page, name
        assert "62 mi" not in page, name


def test_the_share_and_the_row_of_a_route(sample_history, facts, end, notices, text):
    most = facts.routes[0]
    assert most.share_28d == route_table(sample_history, end)["share_28d"].max()
    assert most.share_28d == finding(facts, "route_share").now == value(sample_history, "route_share", end)
    drawn = charts.find_chart("routes").data(sample_history, charts.make_view(sample_history, end))
    assert drawn.share.iloc[-1] == most.share_28d
    assert facts.charts["route_maps"].maps[0].share == most.share_28d
    told = units.percent(most.share_28d)
    assert told in notices["route_repetition"].message
    assert told in drawn.title
    assert f'<span class="number">{told}</span>' in text
    assert [item.value for item in facts.glance.strip if item.name == "route"] == [told]
    assert max(one.streak for one in facts.routes) == value(sample_history, "route_streak", end)


def test_the_load(sample_history, facts, end):
    by_day = daily_metrics(sample_history)
    acute = by_day["acute"].loc[pd.Timestamp(facts.span.last)]
    assert finding(facts, "acute_load").now == pytest.approx(acute)
    assert value(sample_history, "acute_load", end) == pytest.approx(acute)
    drawn = facts.charts["soreness_and_load"].days["load"].tail(7)
    assert [day.load for day in facts.days] == pytest.approx(drawn.tolist())
    assert sum(day.load for day in facts.days) == pytest.approx(by_day["load"].tail(7).sum())


def test_the_spike(sample_history, facts, notices):
    longest = finding(facts, "run_spike").now
    run = sample_history.runs.sort_values("end").iloc[-1]
    assert longest == value(sample_history, "run_spike", run["end"])
    assert units.percent(longest - 1) in notices["run_spike"].message
    assert finding(facts, "run_spike").now_text.startswith(units.number(longest, 2))


def test_the_warm_ups(sample_history, facts, end, notices):
    runs = facts.span.of(sample_history.runs)
    done = comparable_answers(runs[runs["part_of"].isna()], "warmup").dropna()
    assert finding(facts, "warmup").now == done.mean()
    assert finding(facts, "warmup").now_text == f"done on {int(done.sum())} of {len(done)} runs"
    drawn = charts.find_chart("streaks").data(sample_history, charts.make_view(sample_history, end))
    week_drawn = drawn.runs.loc[drawn.runs["day"] >= pd.Timestamp(facts.span.first), "warmup"]
    assert (week_drawn == "done").sum() == done.sum()
    told = f"{int(done.sum())} of {len(done)}"
    assert [item.value for item in facts.glance.strip if item.name == "warmup"] == [told]
    answer, row = drawn.streaks["warmup"]
    assert (answer, row) == ("skipped", int((done[::-1] == 0).cumprod().sum()))
    assert "warmup_skipped" not in notices, "two in a row make no alert"


def test_the_distance_of_the_week(sample_history, facts, notices, text):
    metres = facts.span.of(sample_history.runs)["distance_m"].sum()
    assert facts.totals.distance_m == pytest.approx(metres)
    assert sum(day.distance_m for day in facts.days) == pytest.approx(metres)
    assert units.distance(metres) in text
    assert [item.value for item in facts.glance.strip if item.name == "load"] == [units.distance(metres)]
    assert "week_jump" not in notices, "the long run is an alert of its own"


def test_the_ratings(sample_history, facts, end, text):
    rated = facts.span.of(sample_history.entries.query("area == 'upper_back'"))["soreness"].dropna()
    assert facts.totals.soreness_mean == pytest.approx(rated.mean())
    body = charts.find_chart("body").data(sample_history, charts.make_view(sample_history, end))
    assert body.areas["mean"]["upper_back"] == pytest.approx(rated.mean())
    told = units.number(rated.mean())
    assert told in facts.headline
    assert told in body.title
    assert f"<td>{told}</td>" in text
    worst = [day.soreness["upper_back"] for day in facts.days if "upper_back" in day.soreness]
    drawn = facts.charts["soreness_and_load"].days["soreness"].tail(7).dropna()
    assert worst == drawn.tolist()
    assert facts.totals.soreness_max == max(worst) == rated.max()


def test_the_links(sample_history, facts, text):
    table = links(exposures(sample_history, facts.area)).set_index("factor")
    drawn = (
        charts.find_chart("links")
        .data(sample_history, charts.make_view(sample_history))
        .rows.set_index("factor")
    )
    assert len(drawn) > 5
    for one in facts.findings:
        row = table.loc[one.factor]
        assert (one.grade, one.n) == (row["grade"], row["n"])
        assert (one.effect, one.low, one.high) == pytest.approx(
            tuple(row[["effect", "low", "high"]]), nan_ok=True
        )
        if one.is_estimated:
            assert drawn["effect"][one.factor] == pytest.approx(one.effect)
        if one.has_own_place and one.is_estimated:
            digits = 1 if abs(one.effect) >= 1 else 2
            told = units.number(one.effect, digits, signed=True)
            assert f'<b class="number">{told}</b>' in text
            assert f"{told} points (" in text


def test_what_stands_beside_running_is_what_the_factors_say(facts):
    for one in facts.other_habits:
        assert finding(facts, one.name).now == one.now
        assert finding(facts, one.name).now_text == one.now_text


def test_the_alerts_of_the_report_are_the_alerts(sample_history, facts, end):
    said = [json.dumps(notice.as_dict(), sort_keys=True) for notice in alerts(sample_history, end)]
    assert [json.dumps(notice.as_dict(), sort_keys=True) for notice in facts.notices] == said
