"""The numbers that the charts draw, and the pictures' formats."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from runlog.errors import BadInput, NotFound
from runlog.reporter import charts
from runlog.reporter.charts import calendar, exposure, links, routes, shoes, soreness, style


def view(history, moment=None, **what):
    return charts.view(history, moment, **what)


def test_an_unknown_chart_is_answered_with_those_that_exist(diary):
    with pytest.raises(NotFound, match="soreness_and_load, links, exposure, shoes, routes, calendar, body"):
        charts.chart("pie", diary.history())


def test_without_a_moment_charts_end_with_the_data(diary):
    seen = view(diary.run(0).rate(4, 2).history())
    assert seen.today == date(2026, 3, 6)


def test_every_chart_has_a_line_of_help():
    assert all(chart.help.endswith(".") for chart in charts.CHARTS)


@pytest.mark.parametrize("name", [chart.name for chart in charts.CHARTS])
def test_every_chart_draws_a_season_and_an_empty_history(name, full_season, diary, tmp_path):
    for history in (full_season, diary.history()):
        figure = charts.chart(name, history, tmp_path / f"{name}.svg")
        assert isinstance(figure, Figure)
        assert (tmp_path / f"{name}.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(("kind", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_same_chart_is_the_same_file(kind, magic, full_season, tmp_path):
    paths = [tmp_path / f"{number}.{kind}" for number in (1, 2)]
    for path in paths:
        charts.chart("calendar", full_season, path)
    assert paths[0].read_bytes().startswith(magic)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_another_file_format_is_refused(full_season, tmp_path):
    with pytest.raises(BadInput, match="png, svg, pdf"):
        charts.chart("shoes", full_season, tmp_path / "shoes.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_a_chart_by_itself(full_season):
    figure = charts.chart("calendar", full_season)
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_soreness_and_load_by_day(diary, at):
    diary.run(0, km=10).rate(0, 0).rate(0, 4).rate(2, 9, area="knee").run(30, km=5).rate(31, 2)
    history = diary.history()
    data = soreness.data(history, view(history, at(32)))
    assert len(data.days) == 35
    assert data.days.index[0] == pd.Timestamp("2026-03-02")
    assert data.days["soreness"].dropna().to_dict() == {
        pd.Timestamp("2026-03-02"): 4.0,
        pd.Timestamp("2026-04-02"): 2.0,
    }
    assert data.days["load"][pd.Timestamp("2026-03-02")] == pytest.approx(10.0)
    assert data.days["load"][pd.Timestamp("2026-04-02")] == 0.0
    assert np.isnan(data.days["load"][pd.Timestamp("2026-04-05")]), "the future is unknown"
    assert data.title == "The upper back was sorest on Thu 2 Apr: 2 of 10"


@pytest.mark.parametrize(("rating", "title"), [(None, "No ratings"), (0, "No soreness")])
def test_a_rating_of_zero_is_not_a_missing_rating(diary, at, rating, title):
    diary.run(0)
    if rating is not None:
        diary.rate(1, rating)
    history = diary.history()
    assert soreness.data(history, view(history, at(2))).title.startswith(title)


def test_exposure_compares_done_with_skipped():
    table = pd.DataFrame({"warmup": [1, 1, 1, 0, 0, 0, np.nan], "rating": [1.0, 2, 3, 4, 5, 6, 9]})
    data = exposure.of(table, "warmup", "km")
    assert data.yes_no
    assert list(data.groups["mean"]) == [5.0, 2.0]
    assert list(data.groups["n"]) == [3, 3]
    assert data.title == "Warm-up done: 2.0 on average; skipped: 5.0"


def test_exposure_compares_thirds_of_a_number():
    table = pd.DataFrame({"route_share": np.arange(30) / 30, "rating": np.repeat([1.0, 2, 3], 10)})
    data = exposure.of(table, "route_share", "km")
    assert not data.yes_no
    assert list(data.groups["mean"]) == [1.0, 2.0, 3.0]
    assert data.groups["low"].iloc[1] == pytest.approx(10 / 30)


def test_exposure_to_a_shoe_comes_in_the_runner_s_unit():
    data = exposure.of(pd.DataFrame({"shoe_km": [160.9344], "rating": [2.0]}), "shoe_km", "mi")
    assert data.points["value"].iloc[0] == pytest.approx(100)
    assert data.label == "Shoe distance, mi"


def test_a_number_that_happens_to_be_0_or_1_is_no_habit():
    table = pd.DataFrame({"strength_7d": [0.0, 1.0], "rating": [2.0, 3.0]})
    assert not exposure.of(table, "strength_7d", "km").yes_no


def test_exposure_of_an_unknown_factor_names_the_known_ones(full_season):
    with pytest.raises(NotFound, match="route_share"):
        charts.chart("exposure", full_season, factor="moon")


def test_links_are_titled_by_the_surest():
    rows = pd.DataFrame(
        {
            "factor": ["warmup", "route_share", "posture", "desk_hours"],
            "effect": [-1.2, 0.3, np.nan, 2.0],
            "low": [-1.8, 0.1, np.nan, -1.0],
            "high": [-0.6, 0.5, np.nan, 5.0],
            "grade": ["B", "C", "", "none"],
        }
    )
    data = links.of(rows, "upper_back", "km")
    assert list(data.rows["factor"]) == ["desk_hours", "route_share", "warmup"]
    assert data.title == "Runs with a warm-up go with 1.2 points less soreness than runs without"


def test_links_without_a_sign_say_so():
    rows = pd.DataFrame(
        {"factor": ["warmup"], "effect": [0.1], "low": [-1], "high": [1.2], "grade": ["none"]}
    )
    assert links.of(rows, "knee", "km").title == "Nothing goes together with your knee's soreness so far"
    assert "Not enough" in links.of(rows.iloc[:0], "knee", "km").title


def test_shoes_in_the_runner_s_unit(diary, at):
    diary.shoe("Glide", limit_m=160_934.4).shoe("Old", retired=date(2026, 3, 3))
    history = diary.run(0, km=16.09344, shoe="Glide").history(units="mi")
    data = shoes.data(history, view(history, at(1)))
    assert list(data.pairs["name"]) == ["Glide"]
    assert data.pairs["worn"].iloc[0] == pytest.approx(10)
    assert data.pairs["limit"].iloc[0] == pytest.approx(100)
    assert data.title == "Glide has 90 mi left"


def test_routes_draw_the_share_only_where_there_are_enough_runs(diary, at):
    for day in range(10):
        diary.run(day, loop=1 if day % 2 else 2)
    history = diary.run(10, loop=1).history()
    data = routes.data(history, view(history, at(10)))
    assert data.share.count() == 7
    assert data.share.iloc[-1] == pytest.approx(6 / 11)
    assert data.lines == ["R2", "R1"]
    assert data.top == "R2"


def test_rare_routes_share_a_line(diary, at):
    for day, loop in enumerate((1, 1, 2, 3, 4, 5, 6, 7)):
        diary.run(day, loop=loop)
    history = diary.history()
    data = routes.data(history, view(history, at(8)))
    assert data.lines[0] == "R1"
    assert data.lines[-1] == "others"
    assert (data.runs["line"] == "others").sum() == 2


def test_routes_are_called_by_the_runner_s_names(diary, at):
    for day, loop in enumerate((1, 2, 1, 2, 1, 1)):
        diary.run(day, loop=loop)
    history = diary.history()
    long = "Round the lake and back by the mill"
    history.runs.loc[history.runs["route"] == "R1", "route_name"] = long
    history.routes.loc["R1", "given_name"] = long
    data = routes.data(history, view(history, at(6)))
    assert data.lines == ["Round the lake and back…", "R2"]
    assert data.top == "Round the lake and back…"


def test_the_calendar_s_rows_are_the_days_of_the_runner_s_week(diary, at):
    history = diary.run(1).rate(1, 0).rate(1, 6).history(week_start="sunday")
    data = calendar.data(history, view(history, at(2)))
    assert data.days.index[0].day_name() == "Sunday"
    tuesday = data.days.loc[pd.Timestamp("2026-03-03")]
    assert (tuesday["weekday"], tuesday["soreness"], tuesday["runs"], tuesday["week"]) == (2, 6.0, 1, 25)
    assert data.days["soreness"].count() == 1


@pytest.mark.parametrize(
    ("rating", "step"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 3), (6, 3), (7, 4), (10, 4)]
)
def test_the_heat_of_a_rating(rating, step):
    assert calendar.heat(rating) == f"heat{step}"


def test_a_chart_in_a_page_takes_the_page_s_colours_and_its_own_ids(full_season):
    found = calendar.data(full_season, view(full_season))
    wide, narrow = charts.embedded("calendar", found).values()
    for svg in (wide, narrow):
        assert svg.startswith("<svg")
        assert not any(light in svg for light in style.LIGHT.values())
        assert "var(--heat2)" in svg
        assert "<style" not in svg
    assert 'id="calendar-wide-' in wide
    assert 'id="calendar-narrow-' in narrow


def test_light_colours_can_be_told_apart():
    assert len(set(style.LIGHT.values())) == len(style.LIGHT)


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("name", "least"), [("ink", 7), ("muted", 4.5), ("sore", 3), ("calm", 3), ("load", 3)]
)
def test_colours_stand_out_from_the_paper_and_the_band(scheme, name, least):
    for ground in ("paper", "band"):
        pair = sorted(luminance(style.PALETTE[colour][scheme]) for colour in (name, ground))
        contrast = (pair[1] + 0.05) / (pair[0] + 0.05)
        assert contrast >= least
