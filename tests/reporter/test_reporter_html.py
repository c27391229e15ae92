"""The page as a document: its order, its language, its headings, and what it is without its style."""

import itertools
import re
from html.parser import HTMLParser

import pytest

from runlog import units
from runlog.reporter import render
from runlog.reporter.weekly import build_week

VOID = {"meta", "br", "line", "circle", "use", "path", "link", "img", "rect", "polyline"}


class Outline(HTMLParser):
    """The headings, landmarks, tables and visible texts of a page, and whether every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.elements, self.texts, self.wrong = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID and (not self.open or self.open.pop() != tag):
            self.wrong.append(tag)

    def handle_data(self, data):
        self.texts.append(data.strip())
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            self.headings.append((int(self.open[-1][1]), data.strip()))

    def count(self, tag):
        return sum(name == tag for name, _ in self.elements)


@pytest.fixture(scope="module")
def sample(sample_week):
    return sample_week("2026-W30")


@pytest.fixture(scope="module")
def page(sample_page):
    return sample_page("2026-W30")


@pytest.fixture(scope="module")
def outline(page):
    return Outline(page)


def test_every_element_is_closed_where_it_should_be(outline):
    assert outline.wrong == []
    assert outline.open == []


def test_it_is_read_in_this_order(sample, outline):
    assert [text for level, text in outline.headings if level == 2] == [
        "What to do",
        "At a glance",
        sample.charts["soreness_and_load"].title,
        "What your soreness goes together with",
        "Shoes",
        "Routes of 28 days",
        sample.charts["calendar"].title,
        "A trial that would tell you more",
        "More",
    ]


def test_there_is_one_h1_and_no_level_is_left_out(outline):
    levels = [level for level, _ in outline.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_landmarks_tables_and_figures_say_what_they_are(outline):
    assert [outline.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1]
    scopes = [attributes.get("scope") for tag, attributes in outline.elements if tag == "th"]
    assert set(scopes) == {"col", "row"}
    figures = [attributes for tag, attributes in outline.elements if tag == "figure"]
    assert (
        outline.count("figcaption") + sum("aria-label" in figure for figure in figures) == len(figures) == 4
    )


def test_every_chart_says_its_finding_in_words(sample, page):
    for name, data in sample.charts.items():
        assert f'<figure class="{name}"' in page or name == "route_maps"
        assert data.title in page or name == "route_maps"


def test_of_many_sore_areas_the_sorest_is_named_day_by_day(diary, at):
    for area, rating in (("upper_back", 2), ("neck", 1), ("knee", 4)):
        diary.rate(0, rating, area=area)
    text = render.render_page(build_week(diary.run(0).rate(1, 2).history(), now=at(7)))
    assert '<td class="words">knee 4</td>' in text
    assert '<th scope="col">Upper back</th>' in text
    assert '<th scope="col">Knee</th>' not in text


def test_without_a_style_each_chart_is_there_once(page):
    assert page.count('<div class="narrow" hidden>') == page.count('<div class="wide">') == 1
    assert page.count('<div class="small">') == 3


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_the_language_of_the_settings(sample_page, language):
    assert f'<html lang="{language}">' in sample_page("2026-W46", language)


@pytest.mark.parametrize(
    "names",
    [
        ("</style><script>alert(1)</script>", "{{ 7 * 7 }}{% raw %}", "a" * 300),
        ('"><img src=x onerror=alert(1)>', "&lt;b&gt;", "\u202eevil\u202c"),
        ("$x^2$ \\frac{1}{2}", "<!-- -->", "]]></svg>"),
    ],
)
def test_what_was_typed_is_text_everywhere(names, diary, at):
    shoe, route, note = names
    diary.shoe(shoe)
    for day in range(30):
        diary.run(day, loop=1, name=route, shoe=shoe, warmup=bool(day % 2)).rate(day, day % 4, note=note)
    text = render.render_page(build_week(diary.history(), now=at(31)))
    outline = Outline(text)
    assert not {"script", "img"} & {tag for tag, _ in outline.elements}
    assert outline.wrong == []
    assert not any(key.startswith("on") for _, attributes in outline.elements for key in attributes)
    assert "\u202e" not in text
    assert {units.printable(route), units.printable(shoe)} <= set(outline.texts), "as they were typed"
