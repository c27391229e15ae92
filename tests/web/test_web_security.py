"""Nobody but the runner gets in, and no other page can do anything."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest

from runlog.web import security
from runlog.web.pairing import MOST_WRONG, Devices, Tokens


@pytest.fixture
def home(small_home):
    return small_home


OWN_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


def test_each_answer_keeps_the_browser_from_running_and_telling(pages):
    for path in ("/", "/nothing", "/style.css"):
        headers = pages.get(path).headers
        assert {**OWN_HEADERS, **({"Cache-Control": "max-age=60"} if "css" in path else {})}.items() <= dict(
            headers
        ).items()
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "host",
    [
        "evil.test",
        "evil.test:8421",
        "localhost.evil.test",
        "localhost@evil.test",
        "",
        "127.0.0.1.evil.test",
        "[",
    ],
)
def test_another_name_is_refused(pages, host):
    answer = pages.client.get("/", headers={"Host": host})
    assert answer.status_code == 403
    assert "upper back" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8421", "127.0.0.1:8421", "[::1]:8421"])
def test_the_computers_own_names_are_answered(pages, host):
    assert pages.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "https://localhost:8421"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:8421"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_a_form_of_another_page_does_nothing(pages, entries, headers):
    before = entries()
    data = {"soreness": "4", "area": "upper_back", "key": "k" * 20}
    answer = pages.client.post("/rate", data=data, base_url="http://localhost:8421", headers=headers)
    assert answer.status_code == 403
    assert entries() == before


def addresses(pages, method):
    """Every address of the pages that answers to a method, with something in each of its places.

    Where a place takes certain words alone, there is an address with each of them.
    """
    values = {"which": "before", "day": "2026-11-01", "name": "warmup", "token": "x", "job_id": "x"}
    values["filename"] = "app.js"
    adapter = pages.app.url_map.bind("localhost")
    for rule in pages.app.url_map.iter_rules():
        if method in rule.methods:
            words = {name: getattr(place, "items", ()) for name, place in rule._converters.items()}
            names = sorted(rule.arguments)
            for given in product(*(words[name] or [values.get(name, 1)] for name in names)):
                places = dict(zip(names, given, strict=True))
                yield rule.endpoint, adapter.build(rule.endpoint, places, method=method)


def test_no_address_takes_a_form_of_another_page_or_of_a_stranger(pages, entries):
    before = entries()
    for endpoint, path in addresses(pages, "POST"):
        for headers in ({"Origin": "http://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert pages.post(path, {}, headers=headers).status_code == 403, (endpoint, headers)
        plain = pages.client.post(path, base_url="http://localhost:8421")
        assert plain.status_code == 403, endpoint
        if endpoint not in security._OPEN_ENDPOINTS:
            assert pages.phone("POST", path, headers={"X-Forwarded-For": endpoint}).status_code in {403, 429}
    assert entries() == before


def test_no_address_shows_a_stranger_anything(pages):
    for endpoint, path in addresses(pages, "GET"):
        answer = pages.phone("GET", path)
        answer.close()
        assert answer.headers["Content-Security-Policy"] == security.CONTENT_POLICY
        if endpoint in security._OPEN_ENDPOINTS:
            continue
        assert answer.status_code == 403, endpoint
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Long run" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_do_nothing(pages, method):
    assert pages.client.open("/", method=method, base_url="http://localhost:8421").status_code in {403, 405}


def pair(pages):
    """Pair a phone as the code's link does, and return the link."""
    link = f"/pair/{pages.app.extensions['runlog'].access.tokens.make()}"
    assert pages.phone("GET", link).status_code == 200
    assert pages.phone("POST", link).status_code == 303
    return link


def test_a_phone_sees_nothing_until_it_is_paired(pages, home):
    for path in ("/", "/runs", "/calendar", "/devices"):
        answer = pages.phone("GET", path)
        assert answer.status_code == 403
        assert "runlog serve --phone" in answer.text
        assert "Long run" not in answer.text
    link = pair(pages)
    assert "How sore" in pages.phone("GET", "/").text
    pages.client.delete_cookie(security.COOKIE, domain="192.0.2.7")
    assert pages.phone("POST", link).status_code == 403, "a code works once"
    assert pages.phone("GET", link).status_code == 403
    assert "192.0.2.7" not in pages.phone("GET", "/").text
    del home


def test_the_cookie_is_the_browsers_alone_and_only_its_hash_is_stored(pages, home):
    link = f"/pair/{pages.app.extensions['runlog'].access.tokens.make()}"
    cookie = pages.phone("POST", link).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=7776000"} <= set(cookie.split("; "))
    value = cookie.partition("=")[2].partition(";")[0]
    assert len(value) >= 32
    stored = [path.name + path.read_text() for path in (home / "web" / "devices").iterdir()]
    assert len(stored) == 1
    assert value not in stored[0]


def test_a_revoked_device_is_out_at_once_and_others_stay(pages, home, clock):
    pair(pages)
    devices = Devices(home)
    other = devices.add("Other", clock.now)
    (first,) = [device for device in devices.all(clock.now) if device.name != "Other"]
    devices.revoke(first.id)
    assert pages.phone("GET", "/").status_code == 403
    assert devices.is_paired(other, clock.now)


def test_after_ninety_days_it_is_to_be_paired_again(pages, clock):
    pair(pages)
    clock.now += timedelta(days=89)
    assert pages.phone("GET", "/").status_code == 200
    clock.now += timedelta(days=2)
    assert pages.phone("GET", "/").status_code == 403


def test_of_many_at_once_one_alone_gets_the_token():
    tokens = Tokens()
    token = tokens.make()
    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(lambda _: tokens.use(token), range(64))) == 1


def test_a_token_is_over_after_five_minutes(monkeypatch):
    tokens = Tokens()
    token = tokens.make()
    later = time.monotonic() + 301
    monkeypatch.setattr("runlog.web.pairing.monotonic", lambda: later)
    assert not tokens.is_good(token)
    assert not tokens.use(token)


def test_who_guesses_has_to_wait(pages):
    link = f"/pair/{pages.app.extensions['runlog'].access.tokens.make()}"
    for _ in range(MOST_WRONG):
        assert pages.phone("POST", "/pair/wrong").status_code == 403
    answer = pages.phone("POST", "/pair/wrong")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert pages.get("/").status_code == 200, "the computer itself does not wait"
    assert pages.phone("POST", link).status_code == 303, "nor who has a good code: nobody is locked out"
    assert pages.phone("POST", link).status_code == 429, "which is used up"


def test_a_wrong_cookie_is_slowed_down_too(pages):
    pages.client.set_cookie(security.COOKIE, "guess", domain="192.0.2.7")
    codes = [pages.phone("GET", "/").status_code for _ in range(MOST_WRONG + 1)]
    assert codes == [403] * MOST_WRONG + [429]


def test_a_code_is_made_at_the_computer_alone(pages):
    pair(pages)
    assert pages.phone("POST", "/devices/code").status_code == 403
    answer = pages.post("/devices/code")
    assert answer.status_code == 200
    assert "http://192.0.2.7:8421/pair/" in answer.text
    assert "<svg" in answer.text
    assert "style=" not in answer.text


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"])
def test_what_a_proxy_hands_on_is_not_the_computer_itself(pages, header):
    assert pages.get("/", headers={header: "203.0.113.5"}).status_code == 403


def test_behind_a_proxy_with_tls_its_forms_count_and_the_cookie_is_for_tls_alone(pages):
    link = f"/pair/{pages.app.extensions['runlog'].access.tokens.make()}"
    proxied = {"X-Forwarded-For": "100.64.0.9", "X-Forwarded-Proto": "https", "Host": "192.0.2.7"}
    answer = pages.client.post(link, headers={"Origin": "https://192.0.2.7", **proxied})
    assert answer.status_code == 303
    assert "Secure" in answer.headers["Set-Cookie"]
    assert pages.client.post(link, headers={"Origin": "http://192.0.2.7", **proxied}).status_code == 403


def test_a_loopback_name_from_elsewhere_is_not_the_computer_itself(pages):
    answer = pages.client.get(
        "/", base_url="http://localhost:8421", environ_base={"REMOTE_ADDR": "192.0.2.9"}
    )
    assert answer.status_code == 403


def test_errors_say_nothing_of_this_computer(pages, home, monkeypatch):
    def fail(*_):
        raise OSError(2, "secret", str(home / "secret"))

    monkeypatch.setattr("runlog.web.now.this_week", fail)
    answer = pages.get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert str(home) not in answer.text


def test_a_broken_config_stops_no_page_and_the_settings_say_what_is_wrong_and_no_path(pages, home):
    (home / "config.toml").write_text("units = 3\n")
    assert pages.get("/").status_code == 200
    page = pages.text("/settings")
    assert "config.toml: units must be a text" in page
    assert str(home) not in page


def test_a_form_that_is_too_large_is_refused(pages, entries):
    before = entries()
    data = {"soreness": "4", "key": "k" * 20, "note": "x" * 100_000}
    assert pages.post("/rate", data).status_code == 413
    files = {"soreness": "4", "key": "k" * 20, "file": (io.BytesIO(b"x"), "a.txt")}
    assert pages.post("/rate", files, content_type="multipart/form-data").status_code == 413
    assert entries() == before
