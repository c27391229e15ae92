"""The pages in a real Chromium: on a phone that is paired, without JavaScript, for everybody, and alone."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import made_home
import pytest
from werkzeug.serving import make_server

import runlog
from runlog.web import uploads
from runlog.web.pairing import Devices
from runlog.web.security import Access
from runlog.web.shared import SharedJournal

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or find_spec("playwright") is None, reason="no Chromium, or no Playwright to drive it"
)

PHONE = "phone.test"
#: Has axe-core look for what keeps people out: by all its rules, or by some.
CHECK = """rules => axe.run(
  document, {resultTypes: ["violations"], ...(rules && {runOnly: rules})}
).then(checked => ({
  passes: checked.passes.length,
  violations: checked.violations.map(({id, impact, nodes}) =>
    [impact, id, nodes.map(node => node.html.slice(0, 160) + " " + node.failureSummary)]),
}))"""
PATHS = (
    *("/", "/?free=1", "/calendar", "/calendar?month=2026-10", "/day/2026-11-14", "/runs", "/links"),
    *("/links/warmup", "/links/run_spike", "/trials", "/shoes", "/more", "/load", "/routes", "/routes/1"),
    *("/reports", "/before", "/after", "/add", "/devices", "/settings", "/nothing"),
)


@pytest.fixture(scope="module")
def chromium():
    """One Chromium for all tests; the phone's name leads to this computer."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", f"--host-resolver-rules=MAP {PHONE} 127.0.0.1"],
        )
        yield browser
        browser.close()


@contextmanager
def served(home, make_app):
    """Serve a home on any free port; yields the port and who may come in."""
    uploads.prepare_folder(home)
    shared = SharedJournal(home)
    access = Access(Devices(home), frozenset({PHONE}), origin=f"http://{PHONE}")
    server = make_server("127.0.0.1", 0, make_app(shared, access), threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.port, access
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shared.close()


@pytest.fixture
def site(sample_web_home, make_app):
    """The sample season, served."""
    with served(sample_web_home, make_app) as (port, access):
        yield f"localhost:{port}", f"{PHONE}:{port}", access


@pytest.fixture
def open_page(chromium):
    """Opens a page in a browser of its own, and fails where it asks anybody else for anything."""
    contexts, foreign = [], []

    def open_one(width=390, *, dark=False, javascript=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: foreign.append(request.url))
        page.on("dialog", lambda dialog: foreign.append(f"a dialog: {dialog.message}"))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [url for url in foreign if not url.startswith(("http://localhost:", f"http://{PHONE}:"))] == []


def rate_in_two_taps(page, number):
    page.locator(f'.scale input[value="{number}"]').check(force=True)
    page.locator("button.save").first.click()
    page.wait_for_url("**/?saved=*")


@pytest.mark.parametrize("javascript", [True, False], ids=["with", "without"])
def test_a_phone_is_paired_by_the_code_and_rates_a_run_in_two_taps(  # noqa: PLR0917 - pytest names them
    site, open_page, entries, sample_web_home, clock, javascript
):
    _, phone, access = site
    page = open_page(javascript=javascript)
    assert page.goto(f"http://{phone}/").status == 403
    link = f"http://{phone}/pair/{access.tokens.make()}"
    page.goto(link)
    page.locator("button.save").click()
    page.wait_for_url(f"http://{phone}/")
    assert "How sore is your upper back?" in page.locator("h1").text_content()
    before = len(entries())
    rate_in_two_taps(page, 4)
    assert "upper back 4 of 10" in page.locator(".said").text_content()
    tapped = entries()[-1]
    page.locator(".said button").click()
    page.wait_for_url("**/?done=undone")
    assert len(entries()) == before
    with runlog.open(sample_web_home) as journal:
        run = journal.recent_run(clock.now)
        expected = replace(tapped.entry, run=run.id, soreness=4.0, area="upper_back", moment=clock.now)
    assert tapped.entry == expected
    assert page.goto(link).status == 403
    access.devices.revoke(access.devices.all(clock.now)[0].id)
    assert page.goto(f"http://{phone}/").status == 403


def test_everybody_can_use_every_page_in_both_themes(site, open_page):
    (script,) = Path(find_spec("axe_core_python").origin).parent.rglob("axe.min.js")
    axe = script.read_text(encoding="utf-8")
    own, *_ = site
    page = open_page()
    page.goto(f"http://{own}/runs")
    run = page.locator(".line").first.get_attribute("href")
    page.goto(f"http://{own}/day/2026-11-14")
    entry = page.locator(".line").first.get_attribute("href")
    found = {}
    for path in (*PATHS, run, entry, "/reports/2026-W45"):
        page.goto(f"http://{own}{path}")
        if path == run:
            page.locator(".streams[role=slider]").wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(axe)
        for scheme, width, rules in (("light", 390, None), ("dark", 1280, ["color-contrast"])):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 844})
            checked = page.evaluate(CHECK, rules)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert checked["passes"] > (5 if rules is None else 0), "axe has really looked"
            if checked["violations"] or wide > width:
                found[path, scheme] = (wide, checked["violations"])
    assert found == {}


def test_hostile_names_run_nothing(tmp_path, make_app, open_page):
    made_home.fill(tmp_path / "hard")
    with served(tmp_path / "hard", make_app) as (port, _access):
        page = open_page()
        paths = (
            "/",
            "/runs",
            "/runs?others=1",
            "/shoes",
            "/routes",
            "/routes/1",
            "/calendar?month=2026-06",
            "/day/2026-06-01",
        )
        for path in (*paths, "/links", "/load", "/entries/1", *(f"/runs/{number}" for number in range(1, 8))):
            page.goto(f"http://localhost:{port}{path}")
            assert page.evaluate("document.scripts.length") == 1


def test_a_body_area_is_tapped_and_what_was_typed_stays(site, open_page, entries):
    own, *_ = site
    page = open_page()
    page.goto(f"http://{own}/")
    page.locator("details.where > summary").click()
    page.locator('[data-area="neck"]').first.click()
    page.locator('[data-area="upper_back"]').first.click()
    assert page.locator("[data-areas]").text_content() == "Neck"
    page.locator("details.more > summary").click()
    page.locator("textarea").fill("half a note")
    page.reload()
    assert page.locator("textarea").input_value() == "half a note"
    assert page.locator("[data-areas]").text_content() == "Neck"
    rate_in_two_taps(page, 2)
    assert (entries()[-1].entry.area, entries()[-1].entry.note) == ("neck", "half a note")
    page.goto(f"http://{own}/?run={entries()[-1].entry.run}")
    assert page.locator("textarea").input_value() == ""


def test_a_lost_connection_is_said_and_it_is_sent_again_once(site, open_page, entries):
    own, *_ = site
    page = open_page()
    page.clock.install()
    page.goto(f"http://{own}/")
    before = len(entries())
    page.context.set_offline(True)
    page.locator('.scale input[value="5"]').check(force=True)
    page.locator("button.save").first.click()
    page.locator(".problem", has_text="No connection").wait_for()
    page.context.set_offline(False)
    page.clock.run_for(4_000)
    page.wait_for_url("**/?saved=*", timeout=20_000)
    assert len(entries()) == before + 1


def test_what_was_typed_outlasts_the_end_of_the_pairing(site, open_page, entries, clock):
    _, phone, access = site
    page = open_page()
    before = len(entries())
    for note in ("half a note", ""):
        page.goto(f"http://{phone}/pair/{access.tokens.make()}")
        page.locator("button.save").click()
        page.wait_for_url(f"http://{phone}/")
        page.locator("details.more > summary").click()
        if note:
            page.locator("textarea").fill(note)
            access.devices.revoke(access.devices.all(clock.now)[0].id)
            page.locator('.scale input[value="4"]').check(force=True)
            page.locator("button.save").first.click()
            page.locator(".problem", has_text="Not allowed").wait_for()
        assert page.locator("textarea").input_value() == "half a note"
    page.locator("button.save").first.click()
    page.wait_for_url("**/?saved=*")
    assert [one.entry.note for one in entries()[before:]] == ["half a note"]
    page.go_back()
    page.locator("h1").wait_for()
    assert page.locator("button.save").first.is_enabled(), "it was switched off while it was sent"


def test_two_tabs_of_one_form_store_two_ratings(site, open_page, entries):
    own, *_ = site
    first = open_page()
    before = len(entries())
    first.goto(f"http://{own}/?free=1")
    first.locator('.scale input[value="3"]').check(force=True)
    second = first.context.new_page()
    second.goto(f"http://{own}/?free=1")
    for page, area in ((first, "neck"), (second, "knee")):
        page.locator("details.where > summary").click()
        for box in page.locator('input[name="area"]:checked').all():
            box.uncheck()
        page.locator(f'input[name="area"][value="{area}"]').check()
        page.locator("button.save").first.click()
        page.wait_for_url("**/?saved=*")
    assert sorted(one.entry.area for one in entries()[before:]) == ["knee", "neck"]


def test_a_double_tap_and_two_browsers_at_once_lose_and_double_nothing(site, open_page, entries):
    own, *_ = site
    before = len(entries())
    first, second = open_page(), open_page(javascript=False)
    for page, area in ((first, "neck"), (second, "knee")):
        page.goto(f"http://{own}/?free=1")
        page.locator("details.where > summary").click()
        page.locator('input[value="upper_back"]').uncheck()
        page.locator(f'input[name="area"][value="{area}"]').check()
        page.locator('.scale input[value="3"]').check(force=True)
    first.locator("button.save").first.dblclick()
    second.locator("button.save").first.click()
    for page in (first, second):
        page.wait_for_url("**/?saved=*")
    assert len(entries()) == before + 2


def test_the_arrow_keys_read_a_runs_values(site, open_page):
    own, *_ = site
    page = open_page()
    page.goto(f"http://{own}/runs")
    page.locator(".line").first.click()
    streams = page.locator(".streams[role=slider]")
    streams.wait_for()
    streams.focus()
    page.keyboard.press("End")
    assert "17.21 km" in streams.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert "17.14 km" in streams.get_attribute("aria-valuetext")


def test_a_guided_warm_up_counts_down_and_is_recorded(site, open_page, sample_web_home):
    own, *_ = site
    page = open_page()
    page.clock.install()
    page.goto(f"http://{own}/before")
    page.locator(".start").click()
    page.clock.run_for(61_000)
    assert page.locator(".present h2").text_content() == "Arm circles, forwards"
    page.clock.run_for(250_000)
    page.wait_for_url("**/?done=before")
    with runlog.open(sample_web_home) as journal:
        (done,) = [stored.activity for stored in journal.activities() if stored.activity.device == "runlog"]
    assert 299 <= done.duration_s <= 312


def test_files_are_sent_with_progress(site, open_page, tmp_path, entries):
    own, *_ = site
    (tmp_path / "diary.csv").write_text("date,soreness,area\n2026-11-10,4,neck\n")
    page = open_page()
    page.goto(f"http://{own}/add")
    page.locator('input[name="files"]').first.set_input_files(tmp_path / "diary.csv")
    page.locator("button.save").click()
    page.locator("h1", has_text="Added").wait_for(timeout=30_000)
    assert "diary entries added" in page.locator(".list").text_content()
    assert any(one.entry.area == "neck" for one in entries())
