"""The page in a real browser: it asks for nothing, fits the screen, keeps nobody out, and prints."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from made_diary import MONDAY, Diary

from runlog.reporter.render import report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
)
DARK = "--blink-settings=preferredColorScheme=0"

#: A frame as wide as the screen around the page; what it found becomes the text of the outer page.
PROBE = """<!doctype html><meta charset="utf-8">
<iframe src="{page}" style="width:{width}px;height:800px;border:0"></iframe><p id="found"></p>
<script id="axe" type="text/plain">{axe}</script><script>
document.querySelector("iframe").onload = async event => {{
  const view = event.target.contentWindow, page = event.target.contentDocument, root = page.documentElement;
  const wide = [...page.querySelectorAll("body *")].filter(
    element => element.getBoundingClientRect().right > root.clientWidth + 1);
  const drawn = [...page.querySelectorAll("figure")].filter(figure =>
    [...figure.querySelectorAll("svg")].filter(svg => svg.checkVisibility()).length == 1);
  const found = {{
    width: root.scrollWidth, wide: wide.map(element => element.outerHTML.slice(0, 99)),
    requests: view.performance.getEntriesByType("resource").length,
    drawn: drawn.map(figure => figure.className), figures: page.querySelectorAll("figure").length,
    dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
    paper: view.getComputedStyle(page.body).backgroundColor,
  }};
  view.eval(document.querySelector("#axe").textContent);
  const checked = await view.axe.run(page, {{resultTypes: ["violations"]}});
  found.passes = checked.passes.length;
  found.violations = checked.violations.map(({{id, impact, nodes}}) =>
    [impact, id, nodes.map(node => node.html.slice(0, 120) + " " + node.failureSummary)]);
  document.querySelector("#found").textContent = JSON.stringify(found);
}};
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to look at the page with")


@pytest.fixture(scope="module")
def axe():
    """What axe-core is, as a script."""
    (script,) = Path(find_spec("axe_core_python").origin).parent.rglob("axe.min.js")
    return script.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(sample_history, full_season, tmp_path_factory):
    """A folder with the pages to look at."""
    folder = tmp_path_factory.mktemp("browser")
    report(sample_history, out=folder / "sample.html")
    report(sample_history, "2026-W22", out=folder / "first.html")
    report(full_season, out=folder / "season.html")
    german = replace(sample_history.settings, language="de")
    report(replace(sample_history, settings=german), out=folder / "german.html")
    for name, language in (("odd", "en"), ("odd-german", "de")):
        report(odd(language), out=folder / f"{name}.html", now=MONDAY + timedelta(days=28))
    return folder


def odd(language):
    """A diary of many areas, of names without end and of names that are no names."""
    diary = Diary().shoe("a" * 120, limit_m=90_000.0).shoe("<i>&amp;</i> \u202e" * 9)
    for day in range(28):
        diary.run(day, loop=day % 4, name="way" * 40, shoe="a" * 120, km=12345.6 if day == 27 else 8)
        for hour, area in enumerate(("upper_back", "neck", "hip_groin", "lower_back", "other")):
            diary.rate(day, (day + hour) % 11, area=area, hour=10 + hour, note="<b>")
    return diary.history(language=language)


def chromium(*arguments, profile):
    return subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    ).stdout


def look(folder, page, width, axe, profile, *, dark):
    probe = folder / f"probe-{page}-{width}-{dark}.html"
    probe.write_text(PROBE.format(page=f"{page}.html", width=width, axe=axe), encoding="utf-8")
    looks = (*((DARK,) if dark else ()), "--virtual-time-budget=60000", "--dump-dom", probe.as_uri())
    done = chromium(*looks, profile=profile)
    text = done.partition('<p id="found">')[2].partition("</p>")[0]
    return json.loads(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", ["sample", "first", "odd", "german", "odd-german"])
def test_it_fits_asks_for_nothing_and_keeps_nobody_out(folder, page, width, dark, axe, tmp_path):  # noqa: PLR0917 - pytest names them
    found = look(folder, page, width, axe, tmp_path, dark=dark)
    assert found["width"] <= width
    assert found["wide"] == []
    assert found["requests"] == 0
    assert found["dark"] == dark
    assert found["paper"] == ("rgb(18, 23, 28)" if dark else "rgb(255, 255, 255)")
    assert found["passes"] > 20, "axe has really looked"
    assert found["violations"] == []


def test_each_chart_is_drawn_once_for_a_screen(folder, axe, tmp_path):
    found = look(folder, "sample", 1280, axe, tmp_path, dark=False)
    assert found["figures"] == 7
    assert sorted([*found["drawn"], "form"]) == sorted(
        ["soreness_and_load", "body", "exposure", "streaks", "route_maps", "routes", "form"]
    ), "form is behind a click"


@pytest.mark.parametrize("page", ["sample", "first", "season"])
def test_it_is_small(folder, page):
    assert (folder / f"{page}.html").stat().st_size < 1_500_000


@pytest.mark.parametrize("size", ["A4", "letter"])
@pytest.mark.parametrize(("page", "most"), [("first", 6), ("sample", 9)])
def test_it_prints_on_few_pages(folder, page, most, size, tmp_path):
    html = (folder / f"{page}.html").read_text(encoding="utf-8")
    (tmp_path / "page.html").write_text(html.replace("@page {", f"@page {{ size: {size};"), encoding="utf-8")
    pdf, source = tmp_path / "page.pdf", (tmp_path / "page.html").as_uri()
    chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", source, profile=tmp_path / "profile")
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    assert 2 <= len(sizes) <= most
    assert {tuple(round(float(side)) for side in one) for one in sizes} == {PAPER[size]}


#: Width and height in points.
PAPER = {"A4": (595, 842), "letter": (612, 792)}
