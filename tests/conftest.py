"""Fixtures for every test: the committed data, what all workers share, and a check of connections."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from made_recordings import Files

    from runlog.journal import Journal
    from runlog.model import Activity, Track
    from runlog.store import Store

try:
    import fcntl
except ImportError:  # Windows: every worker makes its own
    fcntl = None

# How long an example takes, or making it up, says how busy the machine is, not whether the code is right.
# RUNLOG_FUZZ=50 asks for fifty times hypothesis' own 100 examples, as it does of mutants (tests/ingest).
hypothesis.settings.register_profile(
    "runlog",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    max_examples=100 * int(os.environ.get("RUNLOG_FUZZ", "1")),
)
hypothesis.settings.load_profile("runlog")

ROOT = Path(__file__).resolve().parents[1]

# The processes that tests start would each compile the whole package again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# As in runlog's own processes: the threads of numpy's linear algebra would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# SQLite waits for the disk at every commit; in memory nothing waits.
MEMORY, MEMORY_NEEDED = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - a folder of its own is made there
if (
    "TMPDIR" not in os.environ
    and MEMORY.is_dir()
    and MEMORY.stat().st_mode & 0o002  # also of use to the ordinary user whom some tests are
    and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
):
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

#: The files whose tests take longest.
LONGEST = {"test_project.py", "test_notebooks.py", "test_web_browser.py"}


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep Python's garbage collector from the modules and tests, which live as long as the session.

    It would look through them again and again: a third of the time of collecting, and a tenth of that of the
    tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that in the end no core waits for another's last test."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's top level."""
    return ROOT


@pytest.fixture(scope="session")
def sample_data() -> Path:
    """The committed sample season."""
    return ROOT / "sample_data"


@pytest.fixture(scope="session")
def sample_season(sample_data: Path) -> list[Path]:
    """What of the sample season is imported."""
    return [sample_data / name for name in ("activities", "diary.csv", "shoes.csv")]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the golden numbers and device files; absent on most machines, never in CI."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI lays shared beside the clone, but {folder} is not there")
        pytest.skip("no shared folder beside the checkout")
    return folder


@pytest.fixture(scope="session")
def devicefiles(shared: Path) -> Path:
    """Real files from watches and apps, with MANIFEST.csv."""
    return shared / "devicefiles"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Give the folder of a name, which one of all workers fills; it is only to be read or copied."""
    base = tmp_path_factory.getbasetemp()
    if fcntl is not None and os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    (base / "made").mkdir(exist_ok=True)

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder = base / "made" / name
        with _locked(folder.with_suffix(".lock")):
            if not folder.exists():
                unfinished = folder.with_suffix(".part")
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def sample_home(made_once: Callable[..., Path], sample_season: list[Path]) -> Path:
    """A home with the sample season and nothing else; only to be copied."""
    import runlog

    def fill(folder: Path) -> None:
        with runlog.open(folder) as journal:
            journal.add(sample_season)
            journal.history()

    return made_once("sample-home", fill)


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the charts of pages undrawn, where many pages are written and others look at the charts."""
    from runlog.reporter import charts

    monkeypatch.setattr(charts, "embedded_svgs", lambda *_: {"wide": "<svg></svg>", "narrow": "<svg></svg>"})


@pytest.fixture
def aged() -> Callable[[Path], None]:
    """Make a file, or all files in a folder, look unchanged for an hour."""

    def age(path: Path) -> None:
        for file in [path, *path.rglob("*")]:
            status = file.stat()
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns - 3_600_000_000_000))

    return age


@pytest.fixture(scope="session")
def connections() -> Iterator[list[sqlite3.Connection]]:
    """The SQLite connections that this process has opened."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def connect_and_note(*args: object, **kwargs: object) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        opened.append(connection)
        return connection

    sqlite3.connect = connect_and_note
    yield opened
    sqlite3.connect = connect


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        _ = connection.total_changes
    except sqlite3.ProgrammingError:
        return False
    return True


@pytest.fixture(autouse=True)
def every_connection_is_closed(connections: list[sqlite3.Connection]) -> Iterator[None]:
    """Fail a test that leaves a connection open, as Python 3.13 does where it is collected by chance."""
    before = len(connections)
    yield
    left = [connection for connection in connections[before:] if _is_open(connection)]
    del connections[before:]
    for connection in left:
        with suppress(sqlite3.ProgrammingError):  # of another thread
            connection.close()
    assert not left, f"{len(left)} SQLite connections are left open"


@pytest.fixture(scope="session", autouse=True)
def new_stores_are_copied(connections: list[sqlite3.Connection]) -> Iterator[None]:
    """Take the tables of a new store from one that has them: the steps one by one take five times as long.

    Processes of their own take the steps, and so do stores of an earlier version.
    """
    from runlog import store
    from runlog.store import schema
    from runlog.store.connection import read_version

    del connections
    migrate, steps, lock = store.migrate, schema.MIGRATIONS, Lock()
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as current:
        migrate(current)

        def copy(db: sqlite3.Connection) -> None:
            with lock:
                is_new = read_version(db) == 0 and not db.execute("SELECT 1 FROM sqlite_schema").fetchone()
                if is_new and schema.MIGRATIONS is steps:
                    current.backup(db)
                else:
                    migrate(db)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "migrate", copy)
            yield


@pytest.fixture(scope="session", autouse=True)
def strings_of_python() -> Iterator[None]:
    """Have pandas hold strings as in the base install, where it has no PyArrow; so it is also faster.

    Tests of cohorts, which need PyArrow, undo it by `strings_of_pyarrow`.
    """
    import pandas as pd

    with pd.option_context("mode.string_storage", "python"):
        yield


@pytest.fixture(scope="module")
def strings_of_pyarrow() -> Iterator[None]:
    """Have pandas hold strings as it does where PyArrow is installed."""
    import pandas as pd

    with pd.option_context("mode.string_storage", "auto"):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for files to import."""
    files = tmp_path / "files"
    files.mkdir()
    return files


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    import runlog

    with runlog.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    from runlog import store

    with store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def files(stored: Store) -> Files:
    """Puts made-up recordings into the store."""
    from made_recordings import Files

    return Files(stored)


@pytest.fixture
def run() -> Callable[..., Activity]:
    """Makes up a run; see `made_recordings.make_run`."""
    from made_recordings import make_run

    return make_run


@pytest.fixture
def track() -> Callable[..., Track]:
    """Makes up a track; see `made_recordings.make_track`."""
    from made_recordings import make_track

    return make_track
