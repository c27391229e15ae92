"""The figure: its areas lie where they belong, and it shows the week's ratings and nothing else."""

from __future__ import annotations

from itertools import combinations

import pytest
import shapely
from matplotlib import colors

from runlog.model import Area
from runlog.reporter import charts
from runlog.reporter.charts import body, style
from runlog.reporter.charts.style import LIGHT


def test_every_area_that_is_rated_has_a_place_on_the_figure():
    shown = {name for side in (body.FRONT, body.BACK) for name in body.area_shapes(side)}
    assert shown == {area.value for area in Area} - {"other"} == set(body.LABEL_SIDE)
    assert all(name in body.area_shapes(side) for name, side in body.LABEL_SIDE.items())


@pytest.mark.parametrize("side", [body.FRONT, body.BACK])
def test_areas_lie_within_the_figure_and_apart_from_each_other(side):
    areas = body.area_shapes(side)
    for name, shape in areas.items():
        assert shape.area > 20, name
        assert body.figure_outline().buffer(0.01).contains(shape), name
        assert all(shape.distance(other) > 0.5 for key, other in areas.items() if key != name), name
        left, _, right, _ = shape.bounds
        assert left == pytest.approx(-right, abs=0.3), name
    assert body.figure_outline().geom_type == "Polygon"


def test_from_head_to_foot():
    order = ["neck", "upper_back", "lower_back", "hip_groin", "thigh", "knee", "lower_leg", "ankle", "foot"]
    heights = [body.area_shapes(body.BACK)[name].centroid.y for name in order]
    assert heights == sorted(heights)


def test_it_shows_the_week_and_what_was_rated_in_it(diary, at):
    diary.rate(0, 9).rate(7, 2).rate(8, 5).rate(9, 0, area="knee").rate(14, 7, area="foot")
    history = diary.history()
    data = body.body_data(history, charts.make_view(history, at(10)))
    assert data.areas.to_dict("index") == {
        "upper_back": {"mean": 3.5, "worst": 5.0, "ratings": 2},
        "knee": {"mean": 0.0, "worst": 0.0, "ratings": 1},
    }
    assert data.title == "Sorest this week: upper back, 3.5 of 10 on average"


@pytest.mark.parametrize(
    ("rating", "title"), [(None, "No ratings this week"), (0, "Nothing was sore this week")]
)
def test_nothing_rated_is_not_nothing_sore(diary, at, rating, title):
    diary.run(0)
    if rating is not None:
        diary.rate(0, rating)
    history = diary.history()
    assert body.body_data(history, charts.make_view(history, at(1))).title == title


def test_only_rated_areas_are_shaded_and_named(diary, at):
    history = diary.rate(0, 8).rate(0, 1, area="other").history()
    data = body.body_data(history, charts.make_view(history, at(1)))
    axes = style.new_figure(lambda axes: body.draw_body(data, axes), style.NARROW, 230).axes[0]
    colours = [colors.to_hex(patch.get_facecolor()) for patch in axes.patches]
    assert [colour for colour in colours if colour != LIGHT["empty"]] == [LIGHT["heat4"]]
    assert sorted(text.get_text() for text in axes.texts) == [
        "back",
        "front",
        "other area  1.0",
        "upper back  8.0",
    ]


def test_names_never_stand_on_each_other(diary, at):
    for name in body.LABEL_SIDE:
        diary.rate(0, 3, area=name)
    history = diary.history()
    data = body.body_data(history, charts.make_view(history, at(1)))
    drawn = style.new_figure(lambda axes: body.draw_body(data, axes), style.NARROW, 230)
    drawn.canvas.draw()
    boxes = [text.get_window_extent() for text in drawn.axes[0].texts]
    places = [shapely.box(box.x0, box.y0, box.x1, box.y1) for box in boxes]
    assert not [(one, other) for one, other in combinations(places, 2) if one.intersection(other).area > 1]
    assert all(box.x0 >= 0 and box.x1 <= drawn.bbox.width for box in boxes)
