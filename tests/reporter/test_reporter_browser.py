"""The page in a real browser: it asks for nothing, fits the screen, keeps nobody out, and prints."""

import re
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from made_browser import CHROMIUM, Browser
from made_diary import MONDAY, Diary

from runlog.reporter.render import report

#: Measures the page that is shown.
PROBE = """(() => {
  const root = document.documentElement;
  const wide = [...document.querySelectorAll("body *")].filter(
    element => element.getBoundingClientRect().right > root.clientWidth + 1);
  const drawn = [...document.querySelectorAll("figure")].filter(figure =>
    [...figure.querySelectorAll("svg")].filter(svg => svg.checkVisibility()).length == 1);
  return {
    width: root.scrollWidth, wide: wide.map(element => element.outerHTML.slice(0, 99)),
    requests: performance.getEntriesByType("resource").length,
    drawn: drawn.map(figure => figure.className), figures: document.querySelectorAll("figure").length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    paper: getComputedStyle(document.body).backgroundColor,
  };
})()"""
#: Has axe-core look for what keeps people out: by all its rules, or by those that go by colours.
CHECK = """axe.run(document, {resultTypes: ["violations"]%s}).then(checked => ({
  passes: checked.passes.length,
  violations: checked.violations.map(({id, impact, nodes}) =>
    [impact, id, nodes.map(node => node.html.slice(0, 120) + " " + node.failureSummary)]),
}))"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to look at the page with")


@pytest.fixture(scope="module")
def axe():
    """What axe-core is, as a script."""
    (script,) = Path(find_spec("axe_core_python").origin).parent.rglob("axe.min.js")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One Chromium for all pages."""
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def folder(sample_page, season_page, made_once):
    """A folder with the pages to look at."""

    def fill(folder):
        pages = {
            "sample": sample_page("2026-W46"),
            "first": sample_page("2026-W22"),
            "german": sample_page("2026-W46", "de"),
            "season": season_page,
        }
        for name, page in pages.items():
            (folder / f"{name}.html").write_text(page, encoding="utf-8")
        for name, language in (("odd", "en"), ("odd-german", "de")):
            report(odd(language), out=folder / f"{name}.html", now=MONDAY + timedelta(days=28))

    return made_once("browser", fill)


def odd(language):
    """A diary of many areas, of names without end and of names that are no names."""
    diary = Diary().shoe("a" * 120, limit_m=90_000.0).shoe("<i>&amp;</i> \u202e" * 9)
    for day in range(28):
        diary.run(day, loop=day % 4, name="way" * 40, shoe="a" * 120, km=12345.6 if day == 27 else 8)
        for hour, area in enumerate(("upper_back", "neck", "hip_groin", "lower_back", "other")):
            diary.rate(day, (day + hour) % 11, area=area, hour=10 + hour, note="<b>")
    return diary.history(language=language)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["sample", "first", "odd", "german", "odd-german"])
def test_it_fits_asks_for_nothing_and_keeps_nobody_out_in_both_themes(folder, page, width, axe, browser):
    browser.open(folder / f"{page}.html", width=width)
    browser.run(axe)
    for scheme, paper, rules, passes in (
        ("light", "rgb(255, 255, 255)", "", 20),
        ("dark", "rgb(18, 23, 28)", ', runOnly: ["color-contrast", "link-in-text-block"]', 0),
    ):
        browser.prefer(scheme)
        found = browser.run(PROBE)
        assert found["width"] <= width
        assert found["wide"] == []
        assert found["requests"] == 0
        assert found["dark"] == (scheme == "dark")
        assert found["paper"] == paper
        checked = browser.run(CHECK % rules)
        assert checked["passes"] > passes, "axe has really looked"
        assert checked["violations"] == []


def test_each_chart_is_drawn_once_for_a_screen(folder, browser):
    browser.open(folder / "sample.html")
    found = browser.run(PROBE)
    assert found["figures"] == 3
    assert found["drawn"] == ["soreness_and_load", "calendar"], "the third is behind a click"
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert sorted(browser.run(PROBE)["drawn"]) == ["calendar", "exposure", "soreness_and_load"]


#: What a phone of 390 by 844 shows first, in the type of most phones (the metrics of Arial), and all of it.
FIRST_LOOK = """(() => {
  document.body.style.fontFamily = '"Liberation Sans", Arimo, Arial, Helvetica, sans-serif';
  const rects = (element) => { const range = document.createRange(); range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(rect => Math.round(rect.top))).size; };
  const bottom = (selector) => Math.max(0, ...[...document.querySelectorAll(selector)].map(
    element => element.getBoundingClientRect().bottom));
  return {
    strip: bottom(".strip"), actions: bottom(".actions"),
    lines: [...document.querySelectorAll(".actions b")].map(rects),
    callout: bottom(".callout") - (document.querySelector(".callout")?.getBoundingClientRect().top ?? 0),
    words: document.body.innerText.trim().split(/\\s+/).length,
    height: document.documentElement.scrollHeight,
    text: document.body.innerText,
  };
})()"""


@pytest.mark.parametrize("page", ["sample", "first", "german", "season"])
def test_the_first_screen_of_a_phone_says_it_all_and_four_are_enough(folder, page, browser):
    browser.open(folder / f"{page}.html", width=390)
    found = browser.run(FIRST_LOOK)
    assert 0 < found["actions"] < 844
    assert found["strip"] <= 844, "headline, actions and the four numbers"
    assert 1 <= len(found["lines"]) <= 3
    assert set(found["lines"]) == {1}, "each action in one line"
    assert found["callout"] <= 90, "three lines"
    assert found["words"] <= 600
    assert found["height"] <= 4 * 844


def test_a_fact_is_told_once_before_anything_is_unfolded(folder, browser):
    browser.open(folder / "sample.html", width=390)
    text = browser.run(FIRST_LOOK)["text"]
    headline = re.search(r"usual: (\d\.\d), up", text)
    for fact in ("39%", "8 of 10", headline[1], "13.6 km", "1 of 4", "17.2 km was"):
        assert len(re.findall(rf"(?<![\d.]){re.escape(fact)}(?!\d)", text)) == 1, fact


def test_all_that_is_folded_is_printed(folder, browser):
    browser.open(folder / "sample.html")
    shown = """[...document.querySelectorAll("details > :not(summary)")].filter(
        element => element.checkVisibility({contentVisibilityAuto: true})).length"""
    assert browser.run(shown) == 0
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.run("document.body.offsetHeight") > 0, "laid out anew"
    folded = browser.run("document.querySelectorAll('details > :not(summary)').length")
    assert browser.run(shown) == folded > 10
    browser.call("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize("page", ["sample", "first", "season"])
def test_it_is_small(folder, page):
    assert (folder / f"{page}.html").stat().st_size < 1_500_000


@pytest.mark.parametrize("size", ["A4", "letter"])
@pytest.mark.parametrize(("page", "most"), [("first", 6), ("sample", 9)])
def test_it_prints_on_few_pages(folder, page, most, size, browser, tmp_path):  # noqa: PLR0917 - pytest names them
    html = (folder / f"{page}.html").read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(html.replace("@page {", f"@page {{ size: {size};"), encoding="utf-8")
    browser.open(tmp_path / "page.html")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", browser.print_pdf())
    assert 2 <= len(sizes) <= most
    assert {tuple(round(float(side)) for side in one) for one in sizes} == {PAPER[size]}


#: Width and height in points.
PAPER = {"A4": (595, 842), "letter": (612, 792)}
