"""A server that answers as Garmin's Personal API and intervals.icu are documented to, and small FIT files.

Written from the documentation of Garmin's own client and of intervals.icu's API, not from runlog's code.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import socket
import struct
import threading
import zipfile
from collections import Counter, defaultdict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import fastcrc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GARMIN_KEY, INTERVALS_KEY = "garmin-key-5f3a9c", "intervals-key-77b1"
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
_FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_OFFSET = timedelta(hours=1)

_ENUM, _UINT8, _UINT16, _SINT32, _UINT32 = (0x00, "B"), (0x02, "B"), (0x84, "H"), (0x85, "i"), (0x86, "I")


def _message(local: int, number: int, fields: list[tuple[int, tuple[int, str]]], rows: list[tuple]) -> bytes:
    layout = "<B" + "".join(kind[1] for _, kind in fields)
    sizes = [struct.calcsize(kind[1]) for _, kind in fields]
    definition = struct.pack("<BBBHB", 0x40 | local, 0, 0, number, len(fields))
    definition += b"".join(
        struct.pack("BBB", one, size, kind[0]) for (one, kind), size in zip(fields, sizes, strict=True)
    )
    return definition + b"".join(struct.pack(layout, local, *row) for row in rows)


def fit(start: datetime, *, minutes: int = 10, rpe: int | None = None, north: float = 0.0) -> bytes:
    """A run due north at 5:00 min/km, with a point every 20 s, and how hard it was where that is told."""
    began, seconds = int((start - _FIT_EPOCH).total_seconds()), minutes * 60
    semicircles = 2**31 / 180
    points = [
        (
            began + second,
            round((50 + north + second / 300 / 111.195) * semicircles),
            round(8 * semicircles),
            round(second / 0.3 * 100),
            130 + second // 60,
        )
        for second in range(0, seconds + 1, 20)
    ]
    session = (
        *(began + seconds, began, seconds * 1000, seconds * 1000, round(seconds / 0.3 * 100), 1, 0),
        *(0xFF, 0xFF if rpe is None else rpe * 10),
    )
    body = b"".join(
        (
            _message(0, 0, [(0, _ENUM), (1, _UINT16), (2, _UINT16), (4, _UINT32)], [(4, 1, 3466, began)]),
            _message(
                1,
                20,
                [(253, _UINT32), (0, _SINT32), (1, _SINT32), (5, _UINT32), (3, _UINT8)],
                points,
            ),
            _message(
                2,
                18,
                [
                    *((253, _UINT32), (2, _UINT32), (7, _UINT32), (8, _UINT32), (9, _UINT32)),
                    *((5, _ENUM), (6, _ENUM), (192, _UINT8), (193, _UINT8)),
                ],
                [session],
            ),
            _message(
                3,
                34,
                [(253, _UINT32), (5, _UINT32), (1, _UINT16)],
                [(began + seconds, began + seconds + 3600, 1)],
            ),
        )
    )
    head = struct.pack("<BBHI4s", 14, 0x20, 2195, len(body), b".FIT")
    head += struct.pack("<H", fastcrc.crc16.arc(head))
    return head + body + struct.pack("<H", fastcrc.crc16.arc(head + body))


def zipped(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return packed.getvalue()


def bearer(lifetime: timedelta = timedelta(hours=24), word: str = "") -> str:
    """A token as Garmin gives it: a JWT, of which the claims alone are real."""
    claims = {"exp": int((datetime.now(UTC) + lifetime).timestamp()), "word": word}
    return ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode()
        for part in (b'{"alg":"none"}', json.dumps(claims).encode(), b"sign")
    )


@dataclass
class Outing:
    """An activity of an account, as both services may have it."""

    id: int
    start: datetime
    name: str = "Morning Run"
    minutes: int = 10
    rpe: int | None = None  # in the file
    told_rpe: int | None = None  # in the app
    feel: int | None = None
    kind: str = "running"
    source: str = "GARMIN_CONNECT"
    manual: bool = False
    content: bytes | None = None  # instead of the file

    def fit(self) -> bytes:
        return fit(self.start, minutes=self.minutes, rpe=self.rpe, north=self.id % 7 / 100)

    @property
    def metres(self) -> float:
        return self.minutes * 200.0


def outings(count: int, *, last: date = TODAY, every: float = 2.0) -> list[Outing]:
    """Runs every other day up to the last."""
    noon = datetime(last.year, last.month, last.day, 6, 0, tzinfo=UTC)
    return [
        Outing(1000 + index, noon - timedelta(days=every * (count - 1 - index)), name=f"Run {index}")
        for index in range(count)
    ]


@dataclass
class Cloud:
    """What the server holds, is to do, and was asked.

    Attributes:
        faults: by the beginning of a path, what happens to the next calls, one after another.
        calls: every call: method, path with its query, and headers.
        page_limit: the most activities that Garmin gives at a time, however many are asked for.
    """

    outings: list[Outing] = field(default_factory=list)
    wellness: dict[date, dict[str, Any]] = field(default_factory=dict)
    garmin_days: dict[str, Any] = field(default_factory=dict)
    garmin_key: str = GARMIN_KEY
    intervals_key: str = INTERVALS_KEY
    faults: defaultdict[str, deque[Callable[[Handler], bool]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    calls: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    page_limit: int = 1000
    has_details: bool = True
    running: int = 0
    most_running: int = 0
    slow_s: float = 0.0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, beginning: str) -> int:
        return sum(path.startswith(beginning) for _, path, _ in self.calls)

    def asked(self) -> Counter[str]:
        return Counter(urlsplit(path).path for _, path, _ in self.calls)

    def find(self, name: str) -> Outing | None:
        return next((one for one in self.outings if str(one.id) == name.removeprefix("i")), None)


class Handler(BaseHTTPRequestHandler):
    """Answers one call."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # else the header and the body of an answer are 40 ms apart
    disable_nagle_algorithm = True
    cloud: Cloud

    def do_POST(self):
        self._handle("POST")

    def do_GET(self):
        self._handle("GET")

    def _handle(self, method: str) -> None:
        cloud = self.cloud
        with cloud.lock:
            cloud.calls.append((method, self.path, dict(self.headers.items())))
            cloud.running += 1
            cloud.most_running = max(cloud.most_running, cloud.running)
            fault = next(
                (
                    waiting.popleft()
                    for begin, waiting in cloud.faults.items()
                    if waiting and self.path.startswith(begin)
                ),
                None,
            )
        try:
            if cloud.slow_s:
                threading.Event().wait(cloud.slow_s)
            if fault is None or not fault(self):
                self._route(method)
        finally:
            with cloud.lock:
                cloud.running -= 1

    def answer(self, status: int, data: bytes = b"", kind: str = "application/json", **headers: str) -> bool:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
        return True

    def json(self, value: Any) -> bool:
        return self.answer(200, json.dumps(value).encode())

    def _route(self, method: str) -> None:
        parts = urlsplit(self.path)
        path, query = parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}
        if path.startswith("/api/v1/"):
            self._intervals(path, query)
        elif method == "POST":
            self._garmin_token(path)
        elif self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.cloud.tokens:
            self.answer(401, b'{"message":"Unauthorized"}')
        else:
            self._garmin(path, query)

    def _garmin_token(self, path: str) -> None:
        if path != "/personalapitoken-service/personal-api/personal-api-key/token":
            self.answer(404)
        elif self.headers.get("Authorization") != f"ApiKey {self.cloud.garmin_key}":
            self.answer(401, f"no: {self.headers.get('Authorization')}".encode())
        else:
            token = bearer(word=str(len(self.cloud.tokens)))
            self.cloud.tokens.add(token)
            self.answer(200, token.encode(), "text/plain")

    def _garmin(self, path: str, query: dict[str, str]) -> None:
        if path == "/activitylist-service/activities/search/activities":
            first = date.fromisoformat(query.get("startDate", "1970-01-01"))
            found = [one for one in self.cloud.outings if (one.start + _OFFSET).date() >= first]
            found.sort(key=lambda one: one.start, reverse=True)
            start = int(query.get("start", 0))
            count = min(int(query.get("limit", 20)), self.cloud.page_limit)
            self.json([garmin_row(one) for one in found[start : start + count]])
        elif path.startswith("/download-service/files/activity/"):
            name = path.rpartition("/")[2]
            one = self.cloud.find(name)
            if one is None or one.manual:
                self.answer(404, b'{"message":"not found"}')
            else:
                data = zipped(f"{name}_ACTIVITY.fit", one.fit()) if one.content is None else one.content
                self.answer(200, data, "application/zip")
        elif path.startswith("/activity-service/activity/") and self.cloud.has_details:
            one = self.cloud.find(path.rpartition("/")[2])
            summary = {"distance": one.metres, "duration": one.minutes * 60.0} if one else {}
            if one is not None and one.told_rpe is not None:
                summary["directWorkoutRpe"] = one.told_rpe * 10
            if one is not None and one.feel is not None:
                summary["directWorkoutFeel"] = one.feel
            self.json({"activityId": int(path.rpartition("/")[2]), "summaryDTO": summary})
        else:
            found = next(
                (make for begin, make in self.cloud.garmin_days.items() if path.startswith(begin)), None
            )
            if found is None:
                self.answer(404, b'{"message":"not found"}')
            else:
                named = [part for part in path.split("/") if part[:2] == "20"]
                first, last = named or (query["startDate"], query["endDate"])
                self.json(found(date.fromisoformat(first), date.fromisoformat(last)))

    def _intervals(self, path: str, query: dict[str, str]) -> None:
        wanted = base64.b64encode(f"API_KEY:{self.cloud.intervals_key}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {wanted}":
            self.answer(403, json.dumps({"status": 403, "error": "Access denied"}).encode())
        elif path == "/api/v1/athlete/0/activities":
            first, last = date.fromisoformat(query["oldest"]), date.fromisoformat(query["newest"])
            found = [one for one in self.cloud.outings if first <= (one.start + _OFFSET).date() <= last]
            found.sort(key=lambda one: one.start, reverse=True)
            self.json([intervals_row(one) for one in found])
        elif path == "/api/v1/athlete/0/wellness":
            first, last = date.fromisoformat(query["oldest"]), date.fromisoformat(query["newest"])
            days = sorted(day for day in self.cloud.wellness if first <= day <= last)
            self.json([{"id": day.isoformat(), **self.cloud.wellness[day]} for day in days])
        elif path.startswith("/api/v1/activity/") and path.endswith("/file"):
            one = self.cloud.find(path.split("/")[4])
            if one is None or one.manual or one.source == "STRAVA":
                self.answer(404, b'{"status":404,"error":"not found"}')
            else:
                data = gzip.compress(one.fit(), mtime=0) if one.content is None else one.content
                self.answer(200, data, "application/octet-stream")
        else:
            self.answer(404)

    def log_message(self, *_):
        pass


def garmin_row(one: Outing) -> dict[str, Any]:
    local = one.start + _OFFSET
    return {
        "activityId": one.id,
        "activityName": one.name,
        "startTimeLocal": f"{local:%Y-%m-%d %H:%M:%S}",
        "startTimeGMT": f"{one.start:%Y-%m-%d %H:%M:%S}",
        "activityType": {"typeId": 1, "typeKey": one.kind, "parentTypeId": 17},
        "distance": one.metres,
        "duration": one.minutes * 60.0,
        "elapsedDuration": one.minutes * 60.0,
        "movingDuration": one.minutes * 60.0,
        "averageHR": 134.0,
        "maxHR": 140.0,
        "manualActivity": one.manual,
    }


def intervals_row(one: Outing) -> dict[str, Any]:
    local = one.start + _OFFSET
    if one.source == "STRAVA":
        return {
            "id": str(one.id),
            "icu_athlete_id": "i123456",
            "start_date_local": f"{local:%Y-%m-%dT%H:%M:%S}",
            "source": "STRAVA",
            "_note": "STRAVA activities are not available via the API",
        }
    return {
        "id": f"i{one.id}",
        "start_date_local": f"{local:%Y-%m-%dT%H:%M:%S}",
        "start_date": f"{one.start:%Y-%m-%dT%H:%M:%SZ}",
        "type": {"running": "Run", "cycling": "Ride"}.get(one.kind, one.kind),
        "name": one.name,
        "source": one.source,
        "moving_time": one.minutes * 60,
        "elapsed_time": one.minutes * 60,
        "distance": one.metres,
        "average_heartrate": 134,
        "max_heartrate": 140,
        "icu_rpe": one.told_rpe,
        "feel": one.feel,
    }


@contextmanager
def served(cloud: Cloud) -> Iterator[Cloud]:
    """The server, on a port of this machine."""
    handler = type("BoundHandler", (Handler,), {"cloud": cloud})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, **headers: str) -> Callable[[Handler], bool]:
    """A fault: this answer, with a body that repeats what was sent."""

    def fault(handler: Handler) -> bool:
        return handler.answer(code, str(handler.headers).encode(), "text/plain", **headers)

    return fault


def cut(handler: Handler) -> bool:
    """A fault: the connection ends in the middle of the answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"PK\x03\x04 and no more")
    handler.close_connection = True
    return True


def web_page(handler: Handler) -> bool:
    """A fault: the page of a hotel's network."""
    return handler.answer(200, b"<!DOCTYPE html><html><body>Log in</body></html>", "text/html")


def sends_to(url: str) -> Callable[[Handler], bool]:
    """A fault: a redirect."""

    def fault(handler: Handler) -> bool:
        return handler.answer(302, b"", Location=url)

    return fault


def forbid_the_network(monkeypatch) -> None:
    """Let connections to another machine fail the test, and so asking for its name."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def only_here(self, address):
        is_network = self.family in (socket.AF_INET, socket.AF_INET6)
        assert not is_network or address[0] in ("127.0.0.1", "::1"), address
        return connect(self, address)

    def only_this_machine(host, *args, **kwargs):
        assert host in ("127.0.0.1", "localhost", "::1"), host
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    monkeypatch.setattr(socket, "getaddrinfo", only_this_machine)
