"""A season, and the archive of all weeks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from runlog.analysis import periods
from runlog.errors import BadInput
from runlog.reporter import render
from runlog.reporter.archive import MANIFEST, write_archive
from runlog.reporter.charts import make_view, soreness
from runlog.reporter.season import build_season


@pytest.fixture
def two_months(diary):
    """From Monday, 2 March 2026: eight weeks with a run each Tuesday and Saturday, sorer from April on."""
    return fill_weeks(diary, 8)


def fill_weeks(diary, number):
    for week in range(number):
        for weekday in (1, 5):
            day = 7 * week + weekday
            diary.run(day, 10, shoe="Red", loop=1 + week % 2).rate(day, 1 if week < 4 else 4)
    return diary


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("2026-02", date(2026, 2, 1), date(2026, 2, 28)), ("2024-2-29", date(2024, 2, 29), date(2024, 2, 29))],
)
def test_a_month_or_day_is_named(name, first, last):
    assert periods.parse_period(name) == periods.Span(first, last)


@pytest.mark.parametrize(
    "name", ["2026", "2026-13", "2026-02-30", "2026-02-00", "0000-01", "soon", "2026-01-01-1"]
)
def test_what_is_no_month_or_day_is_refused(name):
    with pytest.raises(BadInput, match="2026-01-15"):
        periods.parse_period(name)


def test_months_and_weeks_are_parts_of_the_whole(two_months, at):
    found = build_season(two_months.history(), "2026-03", "2026-04", at(100))
    assert (found.span.first, found.span.last, found.complete) == (date(2026, 3, 1), date(2026, 4, 30), True)
    assert [part.totals.runs for part in found.months] == [9, 7]
    assert sum(part.totals.runs for part in found.weeks) == found.totals.runs == 16
    assert sum(part.totals.distance_m for part in found.weeks) == pytest.approx(160_000)
    assert found.weeks[0].span == periods.Span(date(2026, 3, 1), date(2026, 3, 1))
    assert found.ratings == 16
    assert found.best.totals.soreness_mean == 1
    assert found.worst.totals.soreness_mean == 4
    assert found.headline == "Upper back sorer in the second half: 4.0, up from 1.3."


def test_a_season_ends_today_at_the_latest(two_months, at):
    found = build_season(two_months.history(), "2026-03-10", "2026-12", at(20))
    assert (found.span.last, found.complete) == (date(2026, 3, 22), False)
    assert found.totals.runs == 4


@pytest.mark.parametrize(("since", "until"), [("2026-09", None), ("2026-04", "2026-03")])
def test_a_season_that_cannot_be_is_refused(two_months, at, since, until):
    with pytest.raises(BadInput, match=since):
        build_season(two_months.history(), since, until, at(100))


def test_alerts_are_those_of_the_ends_of_the_weeks(two_months, at):
    two_months.shoe("Red", limit_m=105_000.0)
    found = build_season(two_months.history(), "2026-03", "2026-04", at(100))
    worn = next(one for one in found.alerts if one.notice.kind.startswith("shoe_limit"))
    assert worn.first.first >= date(2026, 3, 9)
    assert worn.last == found.weeks[-1].span
    assert worn.weeks == sum(part.span.first >= worn.first.first for part in found.weeks)
    assert [(shoe.name, shoe.runs, shoe.over) for shoe in found.shoes] == [("Red", 16, date(2026, 4, 7))]
    assert [route.runs for route in found.routes] == [8, 8]


def test_few_ratings_are_told_as_few(two_months, at):
    text = render.render(build_season(two_months.history(), "2026-03", "2026-04", at(100)), "md").decode()
    assert "Not enough: 16 ratings of your upper back in this time, 20 are needed." in text
    assert "| Mar" in text
    assert "| In all" in text


def test_an_empty_season_says_so(diary, at):
    found = build_season(diary.history(), "2026-03", None, at(40))
    assert found.headline == "No runs and no ratings in this time."
    assert "No runs and no ratings in this time." in render.render(found, "md").decode()


def test_weeks_add_up_loads_and_average_ratings(two_months):
    history = two_months.rate(1, 3, area="knee").history()
    found = soreness.weeks_data(history, make_view(history))
    assert len(found.weeks) == soreness.DEFAULT_WEEKS
    rated = found.weeks.dropna(subset=["soreness"])
    assert rated["soreness"].tolist() == [1.0] * 4 + [4.0] * 4
    assert rated["ratings"].tolist() == [2] * 8
    assert rated["load"].tolist() == pytest.approx([20.0] * 8)
    assert found.title == "The upper back was sorest in the week of 30 Mar: 4.0 of 10 on average"


@pytest.mark.usefixtures("without_charts")
def test_the_archive_has_a_page_a_week_and_an_index(two_months, at, tmp_path):
    seen = []
    done = write_archive(two_months.history(), tmp_path, at(60), lambda *told: seen.append(told))
    assert (done.written, done.pages) == (8, 8)
    assert [told[:2] for told in seen] == [(number, 8) for number in range(1, 9)]
    index = done.index.read_text(encoding="utf-8")
    assert len(re.findall(r'href="2026-W\d\d\.html"', index)) == 8
    assert index.index("2026-W17.html") < index.index("2026-W10.html")
    page = (tmp_path / "2026-W11.html").read_text(encoding="utf-8")
    assert 'href="2026-W10.html" rel="prev"' in page
    assert 'href="2026-W12.html" rel="next"' in page
    assert 'href="index.html"' in page
    assert 'rel="prev"' not in (tmp_path / "2026-W10.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("without_charts")
def test_only_what_changed_is_written_again(diary, at, tmp_path):
    fill_weeks(diary, 3)
    assert write_archive(diary.history(), tmp_path, at(25)).written == 3
    assert write_archive(diary.history(), tmp_path, at(25)).written == 0
    diary.rate(9, 5)
    assert write_archive(diary.history(), tmp_path, at(25)).written == 2
    diary.run(22, 8)
    assert write_archive(diary.history(), tmp_path, at(35)).written == 2  # the new one, and the link to it
    (tmp_path / "2026-W12.html").unlink()
    assert write_archive(diary.history(), tmp_path, at(35)).written == 1
    assert write_archive(diary.history(units="mi"), tmp_path, at(35)).written == 4
    (tmp_path / MANIFEST).write_text("[{}]")
    assert write_archive(diary.history(units="mi"), tmp_path, at(35)).written == 4


def test_the_archive_remembers_plain_json(two_months, at, tmp_path):
    write_archive(two_months.history(), tmp_path, at(14))
    assert (tmp_path / "2026-W11.html").read_text(encoding="utf-8").count("<svg") > 2
    rows = json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))
    assert rows[0]["week"] == "2026-W10"
    assert rows[0]["distance_m"] == 20_000


def test_an_empty_archive_says_so(diary, at, tmp_path):
    done = write_archive(diary.history(), tmp_path, at(10))
    assert done.pages == 0
    assert "No complete week" in done.index.read_text(encoding="utf-8")


def test_typed_names_are_escaped_on_a_season_page(two_months, at):
    found = build_season(two_months.run(9, 8, shoe="<script>x</script>").history(), "2026-03", None, at(30))
    page = render.render(replace(found, headline="<b>h</b>"), "html").decode()
    assert "<script" not in page
    assert "<b>h" not in page
