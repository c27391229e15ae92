"""Check a home and the program: report what is wrong, what is worth knowing, and what to do. Read-only.

``support_report`` makes a file to send when asking for help. It holds no positions, times, names, notes,
paths or measured values; words from the runner's files are kept only where runlog's own source uses them.
"""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import sqlite3
import time
import tomllib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from itertools import chain
from typing import TYPE_CHECKING, Any

from runlog import settings
from runlog.errors import BadInput, StoreError
from runlog.store import checks, connection
from runlog.store.checks import RESTORE_ADVICE, CheckFinding
from runlog.store.connection import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

__all__ = [
    "CheckFinding",
    "CheckReport",
    "check_environment",
    "check_home",
    "collect_facts",
    "library_versions",
    "package_version",
    "redact",
    "support_report",
]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found, and what it was found with."""

    findings: tuple[CheckFinding, ...]
    facts: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return not any(finding.wrong for finding in self.findings)


def check_home(home: Path, progress: Callable[[int, int, str], None] | None = None) -> CheckReport:
    """Check a home and the program itself; whatever is damaged becomes a finding.

    Args:
        home: the runner's folder, whether or not it is there.
        progress: called after each track with how many are done, of how many, and which.
    """
    findings = [*check_environment(home), *_check_database(home / DATABASE, progress)]
    return CheckReport(tuple(findings), collect_facts(home))


def _check_database(path: Path, progress: Callable[[int, int, str], None] | None) -> Iterator[CheckFinding]:
    if not path.exists():
        todo = "import your files: runlog import PATH; or name the right folder with --home"
        yield CheckFinding("nothing_yet", False, 1, f"{path.parent}: nothing is kept here yet", todo)
        return
    try:
        with connection.open_read_only(path) as db:
            yield from checks.check_database(db, progress)
    except StoreError as error:
        todo = RESTORE_ADVICE if connection.is_damage(error) else "make it readable and writable for you"
        yield CheckFinding("database", True, 1, str(error).partition(";")[0], todo)


_MIN_FREE_BYTES = 100 * 2**20
_STALE_AFTER_S = 3600.0
_TEMPORARY_FILE = re.compile(r"\.restore-|\.(runlog\.db|config\.toml|report-)")
_BEFORE_RESTORE = ".before-restore-"
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9._-]+")


def check_environment(home: Path) -> Iterator[CheckFinding]:
    """Check all that is around the database."""
    if home.exists():
        yield from _check_folder(home)
        yield from _check_config(home / settings.CONFIG_NAME)
        yield from _check_free_space(home)
        yield from _check_leftovers(home)
    yield from _check_libraries()


def _check_folder(home: Path) -> Iterator[CheckFinding]:
    if not home.is_dir():
        yield CheckFinding("home", True, 1, f"{home}: this is no folder", "name another one with --home")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield CheckFinding(
            "home",
            True,
            1,
            f"{home}: the folder cannot be written",
            "make it writable, or name another with --home",
        )


def _check_config(config: Path) -> Iterator[CheckFinding]:
    try:
        settings.read_settings(config)
    except BadInput as error:
        yield CheckFinding(
            "config", True, 1, str(error), f"mend that line in {config}, or move the file away"
        )


def _check_free_space(home: Path) -> Iterator[CheckFinding]:
    database = home / DATABASE
    needed = max(_MIN_FREE_BYTES, 2 * database.stat().st_size if database.exists() else 0)
    free = shutil.disk_usage(home).free
    if free < needed:
        told = f"only {free / 1e6:.0f} MB are free on the disk of the home"
        yield CheckFinding("room", True, 1, told, f"make room for at least {needed / 1e6:.0f} MB")


def _check_leftovers(home: Path) -> Iterator[CheckFinding]:
    if not home.is_dir() or not os.access(home, os.R_OK):
        return
    now = time.time()
    for folder in (home, home / "reports"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _TEMPORARY_FILE.match(path.name) and now - path.lstat().st_mtime > _STALE_AFTER_S:
                told = f"{path}: left behind by a runlog that was stopped"
                yield CheckFinding("left_over", False, 1, told, f"delete it: rm -r {shlex.quote(str(path))}")
            elif _BEFORE_RESTORE in path.name:
                told = f"{path}: kept aside by runlog restore"
                todo = f"delete it once you miss nothing: rm {shlex.quote(str(path))}"
                yield CheckFinding("kept_aside", False, 1, told, todo)


def _check_libraries() -> Iterator[CheckFinding]:
    missing = [name for name, installed in library_versions().items() if installed is None]
    if missing:
        told = f"libraries are not installed: {', '.join(missing)}"
        todo = f"install them: python -m pip install {' '.join(missing)}"
        yield CheckFinding("libraries", True, len(missing), told, todo)


def library_versions(extra: str | None = None) -> dict[str, str | None]:
    """The libraries that runlog needs, or one of its extras, and their versions; None is not installed."""
    try:
        needed = metadata.requires("runlog") or []
    except metadata.PackageNotFoundError:  # runlog itself is run from a folder
        return {}
    mark = f'extra == "{extra}"' if extra else "extra =="
    wanted = [one for one in needed if (mark in one.replace("'", '"')) is bool(extra)]
    names = sorted(found[0] for one in wanted if (found := _PACKAGE_NAME.match(one)))
    return {name: package_version(name) for name in names}


def package_version(name: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def collect_facts(home: Path) -> dict[str, Any]:
    """Tell what can be known, whatever is damaged; None is what cannot."""
    database = home / DATABASE
    there = database.exists()
    return {
        "runlog": package_version("runlog"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": library_versions(),
        "notebook": library_versions("notebook"),
        "home": str(home),
        "database_bytes": database.stat().st_size if there else None,
        "free_bytes": shutil.disk_usage(home).free if home.exists() else None,
        **_record_counts(database),
    }


def _record_counts(database: Path) -> dict[str, int | None]:
    names = ("version", "runs", "others", "ratings", "shoes")
    with suppress(StoreError), connection.open_read_only(database) as db:
        if connection.is_runlog_database(db):
            contents = connection.count_contents(db)
            return {name: getattr(contents, name) for name in names}
    return dict.fromkeys(names)


_DEVICE_MAKERS = (
    *(
        "apple",
        "amazfit",
        "bryton",
        "coros",
        "development",
        "decathlon",
        "fitbit",
        "garmin",
        "google",
        "huawei",
    ),
    *("komoot", "opentracks", "polar", "runkeeper", "runtastic", "samsung", "sigma", "stryd", "strava"),
    *("suunto", "tomtom", "wahoo", "withings", "xiaomi", "zepp", "zwift"),
)
_DEVICE_NAME = re.compile(r"[A-Za-z0-9 +._-]{1,40}")
_QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_QUOTED = re.compile(f"[{_QUOTES}].*[{_QUOTES}]", re.DOTALL)  # the first to the last: better too much
_TOKEN = re.compile(r"[A-Za-z]+|[.,;:()-]|\S")
_REDACTED = re.compile(r"#(?:\W*#)+")
_SHAREABLE_SETTINGS = ("units", "week_start", "diary_time", "date_order")


def support_report(home: Path, checkup: CheckReport) -> dict[str, Any]:
    """Gather what a maintainer needs to know.

    Args:
        home: the runner's folder.
        checkup: what its check has found.
    """
    facts = {name: value for name, value in checkup.facts.items() if name != "home"}
    findings = [
        {"check": found.check, "wrong": found.wrong, "count": found.count} for found in checkup.findings
    ]
    counts: dict[str, Any] = {}
    with suppress(StoreError), connection.open_read_only(home / DATABASE) as db:
        if connection.is_runlog_database(db) and not connection.integrity_errors(db):
            counts = _file_counts(db)
    return facts | {
        "findings": findings,
        "settings": _settings_summary(home / settings.CONFIG_NAME),
        **counts,
    }


def _file_counts(db: sqlite3.Connection) -> dict[str, Any]:
    files = db.execute("SELECT format, count(*) FROM file GROUP BY 1 ORDER BY 1")
    devices = db.execute("SELECT device, count(*) FROM recording GROUP BY 1 ORDER BY 1")
    sports = db.execute("SELECT sport, sub_sport, count(*) FROM recording GROUP BY 1, 2 ORDER BY 1, 2")
    return {
        "formats": _sum_by_name((name if _is_known_name(name) else "other", count) for name, count in files),
        "devices": _sum_by_name((_device_name(name), count) for name, count in devices),
        "sports": _sum_by_name((_sport_name(sport, sub), count) for sport, sub, count in sports),
        **_import_outcomes(db),
    }


def _sum_by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for name, count in pairs:
        sums[name] += count
    return dict(sorted(sums.items()))


def _device_name(name: str | None) -> str:
    if name is None:
        return "unknown"
    return name if name.lower().startswith(_DEVICE_MAKERS) and _DEVICE_NAME.fullmatch(name) else "other"


def _sport_name(sport: str, sub_sport: str | None) -> str:
    words = [word for word in (sport, sub_sport) if word]
    return "/".join(word if _is_known_name(word) else "other" for word in words)


def _is_known_name(name: str) -> bool:
    return (
        re.fullmatch(r"[a-z_-]{1,40}", name) is not None and set(re.findall("[a-z]+", name)) <= _known_words()
    )


def _import_outcomes(db: sqlite3.Connection) -> dict[str, Any]:
    """How many files came to what when they were last imported, and why, without what is the runner's."""
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'seen'").fetchone():
        return {}
    seen = db.execute("SELECT outcome, reason, count(*) FROM seen GROUP BY 1, 2 ORDER BY 3 DESC").fetchall()
    told = ((f"{outcome}: {redact(reason)}", count) for outcome, reason, count in seen if reason)
    return {
        "outcomes": _sum_by_name((outcome, count) for outcome, _, count in seen),
        "reasons": _sum_by_name(told),
    }


def redact(reason: str) -> str:
    """A reason without digits, quotations, paths and every word that runlog itself does not use."""
    text = _QUOTED.sub(" # ", reason)
    text = " ".join("#" if re.search(r"[/\\@\d]", word) else word for word in text.split())
    ours = (word if _is_known_word(word) else "#" for word in _TOKEN.findall(text))
    return _REDACTED.sub("#", " ".join(ours))


def _is_known_word(word: str) -> bool:
    return word in ".,;:()-" or word.lower() in _known_words()


@cache
def _known_words() -> frozenset[str]:
    """The words in runlog's own importers and intake: what their reasons are made of."""
    package = resources.files("runlog")
    folders = ("importers", "ingest", "matching", "store")
    texts = chain.from_iterable(_source_texts(package.joinpath(folder)) for folder in folders)
    return frozenset(chain.from_iterable(re.findall("[a-z]+", text.lower()) for text in texts))


def _source_texts(folder: Traversable) -> Iterator[str]:
    for inner in folder.iterdir():
        if inner.is_dir():
            yield from _source_texts(inner)
        elif inner.name.endswith(".py"):
            yield inner.read_text(encoding="utf-8")


def _settings_summary(config: Path) -> dict[str, Any]:
    """Which settings are set, and those values that tell nothing of anybody."""
    if not config.exists():
        return {}
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {"unreadable": True}
    known = {field for field in values if field in settings.Settings.__dataclass_fields__}
    set_to = {
        name: values[name] if name in _SHAREABLE_SETTINGS and _is_valid_choice(name, values[name]) else "set"
        for name in known
    }
    unknown = len(values) - len(known)
    return dict(sorted(set_to.items())) | ({"unknown": unknown} if unknown else {})


def _is_valid_choice(name: str, value: object) -> bool:
    return value in settings.CHOICES[name]
