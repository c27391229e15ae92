"""Every chart can be read: no text stands on another or is cut off, and grey tells what colours tell."""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from made_diary import Diary, made_season
from matplotlib.text import Text

from runlog.analysis import periods
from runlog.i18n import ENGLISH, available_languages, use_language
from runlog.model import Area
from runlog.reporter import charts
from runlog.reporter.charts import soreness, style
from runlog.settings import PrivacyZone

LONG = "The very long way round the lake, past the old mill and back over all seven hills"
HOSTILE = (
    "<script>alert('$x^2$')</script>",
    "\u202eright to left\n\n\ttwice",
    "東京の長い長い長い長い長い長い道",
    "x" * 90,
    "$\\frac{1}{0}$ 🏃 & <b>",
)


def names_of_all_kinds():
    """Runs and shoes with names that try to break a picture."""
    diary = Diary()
    for number, name in enumerate((LONG, *HOSTILE)):
        diary.shoe(name, limit_m=300_000.0 + 100_000.0 * number)
        for day in range(number, 28, 6):
            diary.run(day, km=12, loop=number + 1, name=name, shoe=name, warmup=bool(day % 2), cadence=170)
            diary.rate(day, day % 11)
    return diary.history()


def one_run():
    return Diary().run(0, km=5, loop=1, warmup=True, cadence=165, shoe="Glide").rate(0, 10).history()


def every_area_every_day():
    diary = Diary()
    for day in range(7):
        for area in Area:
            diary.rate(day, 10, area=area)
        diary.run(day, km=42.195, loop=1)
    return diary.history(units="mi")


def three_hundred_ratings():
    """A year of daily running with twice daily ratings; all values of form; most of a route hidden."""
    diary = Diary()
    chance = np.random.default_rng(1)
    for day in range(300):
        diary.run(day, km=8 + day % 5, warmup=bool(chance.random() < 0.5), loop=1 + day % 9, cadence=170)
        diary.rate(day, int(chance.integers(0, 11)), desk_hours=float(chance.uniform(0, 12)))
    history = diary.history(privacy_zones=(PrivacyZone(52.6, 13.4, 30_000.0),))
    for column in history.runs.columns:
        if column.startswith(("stance", "vertical", "step")):
            history.runs[column] = chance.normal(size=len(history.runs))
    return history


@pytest.fixture(scope="module")
def histories(sample_history):
    return {
        "sample": sample_history,
        "season": made_season().history(),
        "names": names_of_all_kinds(),
        "one run": one_run(),
        "areas": every_area_every_day(),
        "ratings": three_hundred_ratings(),
        "nothing": Diary().history(),
    }


CASES = ("sample", "season", "names", "one run", "areas", "ratings", "nothing")


def texts_of(figure):
    """All texts that a figure draws, and where."""
    drawn = {}
    draw = Text.draw

    def recorded(text, renderer, *rest, **options):
        if text.get_visible() and text.get_text().strip():
            drawn[text] = None
        return draw(text, renderer, *rest, **options)

    with patch.object(Text, "draw", recorded), style._chart_style():
        figure.draw_without_rendering()
        return {text: text.get_window_extent() for text in drawn}


def data_of(chart, history, **what):
    view = charts.make_view(history, **what)
    return chart.data(periods.history_as_of(history, view.now), view)


@pytest.fixture(scope="module")
def case_data(histories):
    """Gives the data of a chart for a history of ``CASES``, found once however often it is drawn."""
    return cache(lambda chart, case: data_of(chart, histories[case]))


def drawn(chart, data, narrow, *, titled=False):
    return chart.figure(data, style.NARROW if narrow else style.WIDE, data.title if titled else "")


def assert_legible(figure):
    boxes = texts_of(figure)
    assert boxes, "nothing is written"
    wide, high = figure.bbox.width, figure.bbox.height
    for text, box in boxes.items():
        assert box.x0 >= -1 and box.x1 <= wide + 1, f"cut off at a side: {text.get_text()!r}"  # noqa: PT018
        assert box.y0 >= -1 and box.y1 <= high + 1, f"cut off: {text.get_text()!r}"  # noqa: PT018
    texts, corners = list(boxes), np.array([box.extents for box in boxes.values()])
    shared = np.minimum(corners[:, None, 2:], corners[None, :, 2:]) - np.maximum(
        corners[:, None, :2], corners[None, :, :2]
    )
    depth = np.triu(shared.min(axis=2), 1)
    for one, other in np.argwhere(depth > 2):
        pytest.fail(f"{texts[one].get_text()!r} stands on {texts[other].get_text()!r}")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "phone"])
@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.name)
def test_no_text_stands_on_another_or_is_cut_off(case_data, chart, narrow, case):
    assert_legible(drawn(chart, case_data(chart, case), narrow))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.name)
def test_a_title_stands_above_its_chart(case_data, chart, case):
    assert_legible(drawn(chart, case_data(chart, case), narrow=False, titled=True))


@pytest.mark.parametrize("language", [code for code in available_languages() if code != ENGLISH])
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "phone"])
@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.name)
def test_longer_words_of_other_languages_fit_as_well(sample_history, chart, narrow, language):
    with use_language(language):
        assert_legible(drawn(chart, data_of(chart, sample_history), narrow, titled=not narrow))


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "phone"])
@pytest.mark.parametrize("factor", ["cooldown", "route_share", "run_spike", "acute_load", "mobility_7d"])
def test_the_exposure_to_every_kind_of_factor_is_legible(sample_history, factor, narrow):
    chart = charts.find_chart("exposure")
    assert_legible(drawn(chart, data_of(chart, sample_history, factor=factor), narrow))


@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.name)
def test_names_are_data_in_an_svg_and_never_markup(case_data, chart):
    for svg in charts.embedded_svgs(chart.name, case_data(chart, "names")).values():
        assert "<script" not in svg
        assert "<b>" not in svg
        assert "\u202e" not in svg


@pytest.mark.parametrize("chart", charts.CHARTS, ids=lambda chart: chart.name)
def test_a_picture_stays_small_however_long_the_history(case_data, chart):
    for svg in charts.embedded_svgs(chart.name, case_data(chart, "ratings")).values():
        assert len(svg) < 250_000


def luminance(colour):
    """The light that a colour reflects (WCAG 2.2, relative luminance)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other, scheme):
    dark, light = sorted(luminance(style.PALETTE[name][scheme]) for name in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_heats_are_steps_of_grey(scheme):
    """A reader who sees no colours, or prints in grey, can tell each heat from the next."""
    greys = [luminance(style.PALETTE[name][scheme]) for name in soreness.HEAT_COLOURS]
    assert greys == sorted(greys, reverse=scheme == 0)
    for one, other in zip(soreness.HEAT_COLOURS, soreness.HEAT_COLOURS[1:], strict=False):
        assert contrast(one, other, scheme) > 1.25


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("mark", "ground"),
    [
        ("load", "range"),
        ("ink", "range"),
        ("load", "empty"),
        ("sore", "band"),
        ("calm", "band"),
        ("heat1", "paper"),
    ],
)
def test_marks_stand_out_from_their_ground_in_grey(mark, ground, scheme):
    assert contrast(mark, ground, scheme) > (1.5 if mark == "heat1" else 2.5)


def test_a_day_without_a_rating_is_hollow_and_one_with_a_0_is_not():
    history = Diary().run(0).rate(0, 0).tell(1, desk_hours=8.0).history()
    data = soreness.calendar_data(history, charts.make_view(history))
    figure = style.new_figure(lambda axes: soreness.draw_calendar(data, axes), style.WIDE, 262)
    hollow, rated = figure.axes[0].collections[:2]
    assert len(hollow.get_paths()) == len(data.days) - 1
    assert hollow.get_facecolor().size == 0 or (hollow.get_facecolor()[:, 3] == 0).all()
    assert len(rated.get_paths()) == 1


def test_a_text_is_wrapped_and_cut_by_its_true_width():
    assert style.text_width("iiii") < style.text_width("mmmm") / 2
    assert style.wrap_text("one two three", style.text_width("one two") + 1) == ["one two", "three"]
    cut = style.truncate_text("x" * 90, 100)
    assert cut.endswith("…")
    assert 85 < style.text_width(cut) <= 100
    assert style.truncate_text("short", 100) == "short"
    assert style.text_width("東") == pytest.approx(12), "what the font lacks is counted as a square"


def test_marks_leave_each_other_room():
    assert style.pick_spaced([0.0, 3.0, 10.0, 11.0, 20.0], 9.0) == [0, 2, 4]


def test_of_ten_years_no_more_is_drawn_than_can_be_seen():
    """2,500 runs and 1,500 ratings."""
    days = pd.Series(np.repeat(np.arange(1250) * 3, 2))
    diary = Diary()
    for number, day in enumerate(days):
        diary.run(int(day) + 0.3 * (number % 2), km=8, loop=1 + number % 3, warmup=bool(number % 4))
    for day in range(1500):
        diary.rate(day * 2, day % 7)
    history = diary.history()
    view = charts.make_view(history)
    for chart in charts.CHARTS:
        found = chart.data(history, view)
        runs = getattr(found, "runs", None)
        assert runs is None or len(runs) <= 400, chart.name
