"""What the benchmarks share: ratios that are measured in one run, told in one table."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_MEASURED: list[tuple[str, str, str, str]] = []


class Measured:
    """Collects what was measured for the table at the end."""

    def ratio(self, what: str, against: str, value: float, aim: str) -> None:
        """Note a ratio of two times of the same run, and what is aimed at."""
        _MEASURED.append((what, against, f"{value:.1f} ×", aim))

    def amount(self, what: str, against: str, value: str, aim: str) -> None:
        """Note another number with its unit."""
        _MEASURED.append((what, against, value, aim))


@pytest.fixture
def measured() -> Measured:
    """Takes what goes into the table."""
    return Measured()


@pytest.fixture
def seconds() -> Callable[..., float]:
    """The least of the times that some calls take, in seconds."""

    def least(call: Callable[[], Any], rounds: int = 5) -> float:
        return min(_once(call) for _ in range(rounds))

    return least


@pytest.fixture
def cpu_seconds() -> Callable[..., float]:
    """The least CPU time that some calls take, in seconds: others on the machine matter less."""

    def least(call: Callable[[], Any], rounds: int = 1) -> float:
        return min(_once(call, process_time) for _ in range(rounds))

    return least


@pytest.fixture
def least_cpu() -> Callable[..., dict[str, float]]:
    """Return the least CPU time of each of some processes, started in turn, whatever else runs meanwhile."""

    def least(
        commands: dict[str, Sequence[object] | Callable[[], Sequence[object]]], rounds: int = 5
    ) -> dict[str, float]:
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, given in commands.items():
                words = given() if callable(given) else given
                before = _spent_by_children()
                subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True)
                times[name].append(_spent_by_children() - before)
        return {name: min(found) for name, found in times.items()}

    return least


def _spent_by_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.fixture
def compiled(monkeypatch, tmp_path) -> None:
    """Have processes keep their compiled modules, as an installed runlog does."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))


def _once(call: Callable[[], Any], clock: Callable[[], float] = perf_counter) -> float:
    start = clock()
    call()
    return clock() - start


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    """Print the table as the README keeps it."""
    if _MEASURED:
        cores = os.cpu_count()
        terminalreporter.section(f"measured on {cores} cores with Python {platform.python_version()}")
        rows = [("what", "against", "measured", "aim"), ("---",) * 4, *_MEASURED]
        terminalreporter.write_line("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return (yield)
