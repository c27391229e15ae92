"""The numbers that the charts draw, and the pictures' formats."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from runlog.analysis.exposures import exposures
from runlog.analysis.links import links as links_of
from runlog.errors import BadInput, NotFound
from runlog.reporter import charts
from runlog.reporter.charts import exposure, links, routes, shoes, soreness, style


def view(history, moment=None, **what):
    return charts.make_view(history, moment, **what)


def test_an_unknown_chart_is_answered_with_those_that_exist(diary):
    with pytest.raises(NotFound, match=r"soreness_and_load, .*exposure, .*body"):
        charts.chart("pie", diary.history())


def test_without_a_moment_charts_end_with_the_data(diary):
    seen = view(diary.run(0).rate(4, 2).history())
    assert seen.today == date(2026, 3, 6)


def test_every_chart_has_a_line_of_help():
    assert all(chart.help.endswith(".") for chart in charts.CHARTS)


def test_one_function_and_one_line_make_a_chart(monkeypatch, full_season, tmp_path):
    def draw_distances(data, axes):
        """Distances of all runs."""
        axes.plot(data.history.runs["distance_m"])

    monkeypatch.setattr(charts, "CHARTS", (*charts.CHARTS, charts.Chart("distances", draw_distances)))
    charts.chart("distances", full_season, tmp_path / "distances.svg")
    data = charts.find_chart("distances").data(full_season, charts.make_view(full_season))
    assert set(charts.embedded_svgs("distances", data)) == {"wide", "narrow"}
    assert charts.find_chart("distances").help == "Distances of all runs."


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
    data = soreness.soreness_data(history, view(history, at(32)))
    assert len(data.days) == 35
    assert data.days.index[0] == pd.Timestamp("2026-03-02")
    assert data.days["soreness"].dropna().to_dict() == {
        pd.Timestamp("2026-03-02"): 4.0,
        pd.Timestamp("2026-04-02"): 2.0,
    }
    assert data.days["load"][pd.Timestamp("2026-03-02")] == pytest.approx(10.0)
    assert data.days["load"][pd.Timestamp("2026-04-02")] == 0.0
    assert np.isnan(data.days["load"][pd.Timestamp("2026-04-05")]), "the future is unknown"
    assert data.title == "Sorest on Thursday, the day after most load"


def test_no_day_is_called_the_sorest_where_several_were_as_sore(diary, at):
    diary.run(0, km=10).rate(0, 1).run(1, km=5).rate(1, 3).rate(3, 3).rate(4, 2)
    history = diary.history()
    assert soreness.soreness_data(history, view(history, at(4))).title == "3 of 10 at most, on 2 days"


@pytest.mark.parametrize(("rating", "title"), [(None, "Load, day by day"), (0, "No soreness")])
def test_a_rating_of_zero_is_not_a_missing_rating(diary, at, rating, title):
    diary.run(0)
    if rating is not None:
        diary.rate(1, rating)
    history = diary.history()
    assert soreness.soreness_data(history, view(history, at(2))).title.startswith(title)


def link(factor, **what):
    """A row of links as the charts read it."""
    row = {
        "factor": factor,
        "effect": -1.2,
        "low": -1.8,
        "high": -0.6,
        "grade": "B",
        "reason": "So.",
        "n": 80,
    }
    return row | what


def test_exposure_shows_the_fitted_link_and_not_the_naive_means():
    table = pd.DataFrame({"warmup": [1, 1, 1, 0, 0, 0, np.nan], "rating": [1.0, 2, 3, 4, 5, 6, 9]})
    data = exposure.exposure_data_from(table, "warmup", "km", pd.DataFrame([link("warmup")]))
    assert data.yes_no
    assert len(data.points) == 6
    without, with_it = data.fit.rating_at(0.0, data.fit.effect), data.fit.rating_at(1.0, data.fit.effect)
    assert with_it - without == pytest.approx(-1.2)
    assert (without + with_it) / 2 == pytest.approx(3.5), "the line goes through the mean rating"
    assert data.title == "Runs with a warm-up go with 1.2 points less soreness than runs without"


def test_exposure_without_an_answer_says_why():
    table = pd.DataFrame({"posture": [1.0, 5.0], "rating": [1.0, 2.0]})
    found = pd.DataFrame([link("posture", grade="describe", reason="2 of the 20 ratings.", effect=np.nan)])
    data = exposure.exposure_data_from(table, "posture", "km", found)
    assert (data.fit, data.reason) == (None, "2 of the 20 ratings.")
    assert data.title == "Posture: too early to tell"


def test_exposure_to_a_shoe_comes_in_the_runner_s_unit():
    table = pd.DataFrame({"shoe_km": [160.9344, 321.8688], "rating": [2.0, 4.0]})
    data = exposure.exposure_data_from(table, "shoe_km", "mi", pd.DataFrame([link("shoe_km", effect=0.5)]))
    assert list(data.points["value"]) == pytest.approx([100, 200])
    assert data.fit.step == pytest.approx(50.0)
    assert data.fit.effect == pytest.approx(0.5 * 0.804672)
    assert data.fit.rating_at(150 + 62.137119, data.fit.effect) == pytest.approx(3.5), "100 km"
    assert data.title == "Every 50 mi on the shoe goes with 0.4 points more soreness"
    assert data.label == "Shoe distance, mi"


def test_the_step_of_a_relative_factor_is_a_share_of_its_mean():
    table = pd.DataFrame({"acute_load": [100.0, 300.0], "rating": [2.0, 4.0]})
    data = exposure.exposure_data_from(table, "acute_load", "km", pd.DataFrame([link("acute_load")]))
    assert data.fit.step == pytest.approx(20.0)


def test_the_exposure_to_load_says_what_load_is():
    table = pd.DataFrame({"acute_load": [1.609344, 16.09344], "rating": [2.0, 4.0]})
    data = exposure.exposure_data_from(
        table, "acute_load", "mi", pd.DataFrame([link("acute_load")]), load_kind="km"
    )
    assert list(data.points["value"]) == pytest.approx([1.0, 10.0])
    assert data.label == "Acute load (7 days), mi a day"


def test_a_number_that_happens_to_be_0_or_1_is_no_habit():
    table = pd.DataFrame({"strength_7d": [0.0, 1.0], "rating": [2.0, 3.0]})
    assert not exposure.exposure_data_from(
        table, "strength_7d", "km", pd.DataFrame([link("strength_7d")])
    ).yes_no


def test_the_exposure_of_a_season_is_the_link_of_that_season(full_season):
    seen = view(full_season, factor="warmup")
    data = exposure.exposure_data(full_season, seen)
    found = links_of(exposures(full_season, "upper_back")).set_index("factor").loc["warmup"]
    assert (data.fit.effect, data.fit.low, data.fit.grade) == (found["effect"], found["low"], found["grade"])
    assert len(data.points) == found["n"]


def test_exposure_of_an_unknown_factor_names_the_known_ones(full_season):
    with pytest.raises(NotFound, match="route_share"):
        charts.chart("exposure", full_season, factor="moon")


def test_links_are_sorted_by_grade_and_titled_by_the_surest():
    rows = [
        link("desk_hours", grade="none", effect=2.0, low=-1.0, high=5.0),
        link("route_share", grade="C", effect=0.3, low=0.1, high=0.5),
        link("warmup"),
        link("cooldown", effect=0.4, low=0.2, high=0.6),
        link("posture", grade="", effect=np.nan, reason="It does not vary."),
    ]
    data = links.links_data_from(pd.DataFrame(rows), "upper_back", "km")
    assert list(data.rows["factor"]) == ["warmup", "cooldown", "route_share", "desk_hours"]
    assert data.title == "Runs with a warm-up go with 1.2 points less soreness than runs without"
    assert data.notes == ("No answer yet: Posture.",)


def test_links_name_representatives_and_collinear_factors():
    rows = [
        link("acute_load", speaks_for={"chronic_load": 0.9, "acwr": 0.8}),
        link("chronic_load", grade="", effect=np.nan),
        link("acwr", grade="", effect=np.nan),
        link("shoe_km", grade="", effect=1.0, moves_with={"route_share": 0.8}),
        link("route_share", grade="", effect=1.0, moves_with={"shoe_km": 0.8}),
    ]
    data = links.links_data_from(pd.DataFrame(rows), "upper_back", "km")
    assert list(data.rows["factor"]) == ["acute_load"]
    assert data.notes == (
        "Acute load (7 days) can’t be separated from Chronic load (28 days), Acute over chronic load.",
        "Shoe distance can’t be separated from Route share.",
        "Route share can’t be separated from Shoe distance.",
    )


def test_links_without_a_sign_say_so():
    rows = pd.DataFrame([link("warmup", effect=0.1, low=-1, high=1.2, grade="none")])
    title = links.links_data_from(rows, "knee", "km").title
    assert title == "Nothing goes together with the soreness of your knee so far"
    assert "Too few ratings" in links.links_data_from(rows.iloc[:0], "knee", "km").title


def test_shoes_in_the_runner_s_unit(diary, at):
    diary.shoe("Glide", limit_m=160_934.4).shoe("Old", retired=date(2026, 3, 3))
    history = diary.run(0, km=16.09344, shoe="Glide").history(units="mi")
    data = shoes.shoes_data(history, view(history, at(1)))
    assert list(data.pairs["name"]) == ["Glide"]
    assert data.pairs["worn"].iloc[0] == pytest.approx(10)
    assert data.pairs["limit"].iloc[0] == pytest.approx(100)
    assert data.title == "Glide has 90 mi left"


def test_shoes_tell_when_they_are_expected_at_their_limit(diary, at):
    diary.shoe("Glide", limit_m=400_000.0).shoe("Old", limit_m=50_000.0)
    for day in range(0, 56, 2):
        diary.run(day, km=10 + day % 4, shoe="Glide" if day % 4 else "Old")
    history = diary.history()
    found = shoes.shoes_data(history, view(history, at(56))).pairs.set_index("name")
    glide, old = found.loc["Glide"], found.loc["Old"]
    assert glide["low"] <= glide["expected"] <= glide["high"]
    assert glide["low"] > pd.Timestamp("2026-04-27")
    assert old["expected"] == old["low"] == old["high"] < pd.Timestamp("2026-04-27")


def test_routes_draw_the_share_only_where_there_are_enough_runs(diary, at):
    for day in range(10):
        diary.run(day, loop=1 if day % 2 else 2)
    history = diary.run(10, loop=1).history()
    data = routes.routes_data(history, view(history, at(10)))
    assert data.share.count() == 7
    assert data.share.iloc[-1] == pytest.approx(6 / 11)
    assert data.lines == ["R2", "R1"]
    assert data.top == "R2"


def test_rare_routes_share_a_line(diary, at):
    for day, loop in enumerate((1, 1, 2, 3, 4, 5, 6, 7)):
        diary.run(day, loop=loop)
    history = diary.history()
    data = routes.routes_data(history, view(history, at(8)))
    assert data.lines[0] == "R1"
    assert data.lines[-1] == "others"
    assert (data.runs["line"] == "others").sum() == 2


def test_routes_are_called_by_their_names(diary, at):
    for day, loop in enumerate((1, 2, 1, 2, 1, 1)):
        diary.run(day, loop=loop, name="Along the canal" if loop == 2 else None)
    history = diary.history()
    history.routes.loc["R1", "given_name"] = "Round the lake"
    data = routes.routes_data(history, view(history, at(6)))
    assert data.lines == ["R1", "R2"]
    assert data.names == {"R1": "Round the lake", "R2": "Along the canal"}
    assert data.title == "67% of your runs in 28 days were on Round the lake (R1)"


def test_the_calendar_s_rows_are_the_days_of_the_runner_s_week(diary, at):
    history = diary.run(1).rate(1, 0).rate(1, 6).history(week_start="sunday")
    data = soreness.calendar_data(history, view(history, at(2)))
    assert data.days.index[0].day_name() == "Sunday"
    tuesday = data.days.loc[pd.Timestamp("2026-03-03")]
    assert (tuesday["weekday"], tuesday["soreness"], tuesday["runs"], tuesday["week"]) == (2, 6.0, 1, 25)
    assert data.days["soreness"].count() == 1


@pytest.mark.parametrize(
    ("rating", "step"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 3), (6, 3), (7, 4), (10, 4)]
)
def test_the_heat_of_a_rating(rating, step):
    assert soreness.heat_colour(rating) == f"heat{step}"


def test_a_chart_in_a_page_takes_the_page_s_colours_and_its_own_ids(full_season):
    found = soreness.calendar_data(full_season, view(full_season))
    wide, narrow = charts.embedded_svgs("calendar", found).values()
    for svg in (wide, narrow):
        assert svg.startswith("<svg")
        assert not any(light in svg for light in style.LIGHT.values())
        assert "var(--heat2)" in svg
        assert "<style" not in svg
    assert 'id="calendar-wide-' in wide
    assert 'id="calendar-narrow-' in narrow


def test_light_colours_are_distinguishable():
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
