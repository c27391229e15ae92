"""How fast the pages are, over ten years. Run by hand: ``pytest tests/bench/test_bench_web.py -n 0``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import ten_years

import runlog
from runlog.model import Area

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = 4
#: Requests of each reader for each page, and all requests before the memory is read; fewer for a quick look.
EACH = int(os.environ.get("RUNLOG_BENCH_EACH", "15"))
REQUESTS = int(os.environ.get("RUNLOG_BENCH_REQUESTS", "1000"))
PAGES = (
    *("/", "/calendar", "/day/2026-11-10", "/runs", "/runs/2500", "/links", "/links/run_spike", "/trials"),
    *("/shoes", "/load", "/routes", "/reports", "/more", "/before", "/add"),
)
#: What is rated one after the other, within a second: one area has one rating at a moment.
AREAS = list(Area)[:8]
EMPTY = "/pair/none"  # an answer of the same size that needs no history; it is refused


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home of ten years."""
    folder = tmp_path_factory.mktemp("ten") / "home"
    ten_years.fill(folder)
    return folder


class Served:
    """A server in a process of its own."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid

    def ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[float, str]:
        """Ask for a page, or send a form; return how long that took, in seconds, and the answer."""
        connection = HTTPConnection("localhost", self.port, timeout=60)
        headers = {
            "Origin": f"http://localhost:{self.port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        start = perf_counter()
        if fields is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        took = perf_counter() - start
        connection.close()
        assert answer.status < 400 or path == EMPTY, (path, answer.status)
        return took, body

    def memory_mb(self) -> float:
        """Return the memory of its process."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    command = [sys.executable, "-m", "runlog", "--home", str(home), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        port = re.search(r"localhost:(\d+)", process.stdout.readline())[1]
        try:
            yield Served(int(port), process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_pages_of_ten_years(home: Path, measured: Any):
    began = datetime.now(UTC).replace(microsecond=0)
    with serving(home) as served:
        for path in PAGES:
            served.ask(path)  # warm
        empty = median(served.ask(EMPTY)[0] for _ in range(EACH))
        slowest = {}
        with ThreadPoolExecutor(READERS) as readers:
            for path in PAGES:
                times = [took for took, _ in readers.map(served.ask, [path] * READERS * EACH)]
                slowest[path] = (median(times), quantiles(times, n=20)[-1])
                against = f"an empty page ({1000 * empty:.1f} ms)"
                measured.ratio(f"`{path}`, {READERS} readers, median", against, slowest[path][0] / empty, "")
        worst = max(slowest.values())
        measured.amount("the slowest page, median", "", f"{1000 * worst[0]:.0f} ms", "≤ 150 ms")
        tail = max(p95 for _, p95 in slowest.values())
        measured.amount("the slowest page, p95", "", f"{1000 * tail:.0f} ms", "≤ 300 ms")
        stored, after = [], []
        for number, area in enumerate(AREAS):
            key = re.search(r'name="key" value="([^"]+)"', served.ask("/?free=1")[1])[1]
            fields = {"key": key, "soreness": str(number), "area": area, "when": "now"}
            stored.append(served.ask("/rate", fields)[0])
            after.append(served.ask("/")[0])
        measured.amount("a rating is stored, median", "", f"{1000 * median(stored):.0f} ms", "≤ 50 ms")
        measured.amount("the first page after that, the slowest", "", f"{1000 * max(after):.0f} ms", "≤ 1 s")
        with ThreadPoolExecutor(READERS) as readers:
            for _ in readers.map(served.ask, (PAGES * (REQUESTS // len(PAGES) + 1))[:REQUESTS]):
                pass
        measured.amount(f"memory after {REQUESTS:,} requests", "", f"{served.memory_mb():.0f} MB", "≤ 400 MB")
        assert worst[0] <= 0.150
        assert tail <= 0.300
        assert median(stored) <= 0.050
        assert max(after) <= 1.0
        assert served.memory_mb() <= 400
    with runlog.open(home) as journal:
        rated = [one.entry for one in journal.entries() if one.entry.moment >= began]
    stored = sorted((one.soreness, one.area) for one in rated)  # those of one second are in no order
    assert stored == [(n, area) for n, area in enumerate(AREAS)]
