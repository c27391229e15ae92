"""The page in a real browser: no sideways scrolling on a phone, and no request to anywhere."""

import shutil
import subprocess

import pytest

from runlog.reporter.weekly import report

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

#: A frame as wide as a phone around the page; what it found becomes the frame's own text.
PROBE = """<!doctype html><iframe src="page.html" style="width:{width}px;height:800px;border:0"></iframe>
<p id="found"></p><script>
document.querySelector("iframe").onload = event => {{
  const page = event.target.contentDocument, root = page.documentElement;
  const wide = [...page.querySelectorAll("body *")].filter(
    element => element.getBoundingClientRect().right > root.clientWidth + 1);
  const requests = event.target.contentWindow.performance.getEntriesByType("resource").length;
  const shown = [...page.querySelectorAll("figure svg")].filter(svg => svg.getBoundingClientRect().width > 0);
  document.querySelector("#found").textContent = [root.scrollWidth, wide.length, requests, shown.length];
}};
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to look at the page with")


@pytest.fixture(scope="module")
def folder(full_season, tmp_path_factory):
    """A folder with a full page in it."""
    folder = tmp_path_factory.mktemp("browser")
    report(full_season, out=folder / "page.html")
    return folder


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_asks_for_nothing(folder, width, tmp_path):
    (folder / "probe.html").write_text(PROBE.format(width=width))
    probe = (folder / "probe.html").as_uri()
    done = subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path}", "--virtual-time-budget=5000", "--dump-dom", probe],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found = done.stdout.partition('<p id="found">')[2].partition("</p>")[0]
    page_width, too_wide, requests, charts = map(int, found.split(","))
    assert page_width <= width
    assert too_wide == 0
    assert requests == 0
    assert charts == 3
