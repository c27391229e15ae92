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
#: Has axe-core look for what keeps people out.
CHECK = """axe.run(document, {resultTypes: ["violations"]}).then(checked => ({
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


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["sample", "first", "odd", "german", "odd-german"])
def test_it_fits_asks_for_nothing_and_keeps_nobody_out(folder, page, width, dark, axe, browser):  # noqa: PLR0917 - pytest names them
    browser.open(folder / f"{page}.html", width=width, dark=dark)
    found = browser.run(PROBE)
    assert found["width"] <= width
    assert found["wide"] == []
    assert found["requests"] == 0
    assert found["dark"] == dark
    assert found["paper"] == ("rgb(18, 23, 28)" if dark else "rgb(255, 255, 255)")
    browser.run(axe)
    checked = browser.run(CHECK)
    assert checked["passes"] > 20, "axe has really looked"
    assert checked["violations"] == []


def test_each_chart_is_drawn_once_for_a_screen(folder, browser):
    browser.open(folder / "sample.html")
    found = browser.run(PROBE)
    assert found["figures"] == 7
    assert sorted([*found["drawn"], "form"]) == sorted(
        ["soreness_and_load", "body", "exposure", "streaks", "route_maps", "routes", "form"]
    ), "form is behind a click"


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
