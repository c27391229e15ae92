"""How a service is asked: politely, safely, and of nobody else."""

from __future__ import annotations

import io
import logging
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from made_clouds import Cloud, cut, sends_to, served, status

from runlog.sync import http
from runlog.sync.http import Client, KeyRefused, NotThere, ServiceError, Unreachable

SECRET = "a-secret-key-9c2f"  # noqa: S105 - of nobody


@pytest.fixture
def client(cloud, clock):
    opened = Client("The service", cloud.url, lambda: f"Bearer {SECRET}", clock)
    yield opened
    opened.close()


def test_a_call_says_who_asks_and_takes_json(cloud, client):
    cloud.tokens.add(SECRET)
    assert client.get_json("/activitylist-service/activities/search/activities", {"limit": 3}) == []
    method, path, headers = cloud.calls[-1]
    assert (method, path) == ("GET", "/activitylist-service/activities/search/activities?limit=3")
    assert headers["User-Agent"].startswith("runlog/")
    assert headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    ("code", "kind"),
    [(401, KeyRefused), (403, KeyRefused), (404, NotThere), (410, NotThere), (400, ServiceError)],
)
def test_an_answer_that_no_patience_mends_is_told_at_once(cloud, client, clock, code, kind):
    cloud.faults["/x"].append(status(code))
    with pytest.raises(kind) as raised:
        client.get_json("/x")
    assert SECRET not in str(raised.value)
    assert "HTTP" not in str(raised.value)
    assert (len(cloud.calls), clock.waited) == (1, [])


def test_the_waits_grow_and_end(cloud, client, clock):
    cloud.faults["/x"].extend([status(500)] * 20)
    with pytest.raises(Unreachable, match="The service cannot be reached: the answer 500, 5 times"):
        client.get_json("/x")
    assert len(cloud.calls) == 5
    assert [round(wait / 2**index) for index, wait in enumerate(clock.waited)] == [1, 1, 1, 1]


@pytest.mark.parametrize("in_words", [False, True])
def test_retry_after_is_obeyed_as_seconds_and_as_a_date(cloud, client, clock, in_words):
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=14), usegmt=True) if in_words else "14"
    cloud.faults["/x"].append(status(429, Retry_After=value))
    with pytest.raises(KeyRefused):
        client.get_json("/x")
    (waited,) = clock.waited
    assert 12 <= waited <= 14


@pytest.mark.parametrize("value", ["soon", "-5", "", "nan"])
def test_a_retry_after_that_is_none_is_no_trouble(cloud, client, clock, value):
    cloud.faults["/x"].append(status(503, Retry_After=value))
    with pytest.raises(KeyRefused):
        client.get_json("/x")
    assert sum(clock.waited) < 2


@pytest.mark.parametrize("value", ["86400", "inf", "1e300"])
def test_a_service_that_wants_to_be_left_alone_for_long_is(cloud, client, clock, value):
    cloud.faults["/x"].append(status(429, Retry_After=value))
    with pytest.raises(Unreachable, match="wants to be left alone"):
        client.get_json("/x")
    assert (len(cloud.calls), clock.waited) == (1, [])


def test_no_connection_is_said_in_words(clock):
    client = Client("The service", "http://127.0.0.1:9", lambda: "", clock)
    with pytest.raises(Unreachable, match="no connection, 5 times; try again later"):
        client.get_json("/x")


def test_what_is_sent_without_end_is_cut(cloud, client):
    def much(handler):
        return handler.answer(200, bytes(3 * 2**20), "application/zip")

    cloud.faults["/x"].append(much)
    with pytest.raises(ServiceError, match="more than 1 MB"):
        client.download("/x", io.BytesIO(), 2**20)


def test_what_trickles_for_too_long_is_given_up(cloud, client, clock):
    """Each piece of the answer comes after ten minutes."""
    cloud.faults["/x"].append(lambda handler: handler.answer(200, bytes(200_000), "application/zip"))

    class Slow(io.BytesIO):
        def write(self, data):
            clock.waited.append(http.TOTAL_TIMEOUT_S + 1)
            return super().write(data)

    with pytest.raises(Unreachable, match="so slowly"):
        client.download("/x", Slow(), 2**20)


def test_a_download_that_was_cut_begins_anew(cloud, client):
    cloud.faults["/x"].extend([cut, lambda handler: handler.answer(200, b"whole", "application/zip")])
    file = io.BytesIO()
    client.download("/x", file, 2**20)
    assert file.getvalue() == b"whole"


def test_a_redirect_elsewhere_does_not_carry_the_key_along(cloud, client):
    with served(Cloud()) as other:
        other.faults["/there"].append(lambda handler: handler.json({"from": "there"}))
        cloud.faults["/x"].append(sends_to(f"{other.url}/there"))
        assert client.get_json("/x") == {"from": "there"}
        ((_, _, headers),) = other.calls
        assert "Authorization" not in headers
        assert SECRET not in str(headers)


def test_a_redirect_on_the_same_host_keeps_the_key(cloud, client):
    cloud.faults["/x"].append(sends_to("/y"))
    cloud.faults["/y"].append(lambda handler: handler.json([]))
    assert client.get_json("/x") == []
    assert cloud.calls[-1][2]["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize("target", ["http://example.org/x", "file:///etc/passwd", "ftp://example.org/", ""])
def test_a_redirect_to_what_is_not_safe_is_not_followed(cloud, client, target):
    cloud.faults["/x"].append(sends_to(target))
    with pytest.raises(ServiceError, match="not safe"):
        client.get_json("/x")


def test_a_redirect_in_a_circle_ends(cloud, client):
    cloud.faults["/x"].extend([sends_to("/x")] * 20)
    with pytest.raises(ServiceError, match="without end"):
        client.get_json("/x")
    assert len(cloud.calls) == 6


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org",
        "http://127.0.0.1",
        "http://127.0.0.1.example.org:80",
        "x",
        "http://[::1",
    ],
)
def test_only_a_port_of_this_machine_may_stand_in_for_a_service(monkeypatch, url):
    monkeypatch.setenv("SERVICE_URL", url)
    with pytest.raises(ServiceError, match="gives the key to no other"):
        http.base_url("SERVICE_URL", "https://service.example")


def test_without_a_test_server_it_is_the_service_itself(monkeypatch):
    monkeypatch.delenv("SERVICE_URL", raising=False)
    assert http.base_url("SERVICE_URL", "https://service.example") == "https://service.example"
    monkeypatch.setenv("SERVICE_URL", "https://service.example/")
    assert http.base_url("SERVICE_URL", "https://service.example") == "https://service.example"
    monkeypatch.setenv("SERVICE_URL", "http://127.0.0.1:8123/")
    assert http.base_url("SERVICE_URL", "https://service.example") == "http://127.0.0.1:8123"


def test_certificates_and_host_names_are_checked():
    context = http._tls_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_a_server_without_a_certificate_is_sent_nothing(clock):
    """A server that speaks no TLS sees none of the key."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def handle(self):
            seen.append(self.rfile.read(1))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        client = Client("The service", f"https://127.0.0.1:{server.server_address[1]}", lambda: SECRET, clock)
        with pytest.raises(Unreachable):
            client.get_json("/x")
    finally:
        server.shutdown()
        server.server_close()
    assert SECRET.encode() not in b"".join(seen)


def test_no_text_of_a_client_shows_the_key(cloud, client, caplog):
    caplog.set_level(logging.DEBUG)
    cloud.faults["/x"].extend([status(500), status(401)])
    with pytest.raises(KeyRefused) as raised:
        client.get_json("/x")
    assert SECRET not in repr(client) + str(raised.value) + repr(raised.value) + caplog.text


def test_at_most_two_calls_run_at_a_time(cloud, client):
    cloud.slow_s = 0.02
    cloud.tokens.add(SECRET)
    threads = [
        Thread(target=client.get_json, args=("/activitylist-service/activities/search/activities",))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(cloud.calls), cloud.most_running) == (8, 2)


def test_the_guard_of_these_tests_would_see_it(clock):
    """Without the variables of the tests, the services themselves would be asked."""
    client = Client("The service", "https://intervals.icu", lambda: SECRET, clock)
    with pytest.raises(AssertionError, match=r"intervals\.icu"):
        client.get_json("/")
