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
import sys
import time
import tomllib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import metadata, resources
from itertools import chain
from typing import TYPE_CHECKING, Any

from runlog import settings
from runlog.errors import DISTRIBUTION, VERSION, StoreError
from runlog.fileio import STALE_AFTER_S, is_open_to_others, list_stale_drafts
from runlog.results import RESTORE_ADVICE, CheckFinding
from runlog.settings import Settings
from runlog.store import REPORTS, checks, clouds, connection, list_open
from runlog.store.connection import DATABASE
from runlog.store.schema import is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Findings of a check, and facts about the installation and the home."""

    findings: tuple[CheckFinding, ...]
    facts: dict[str, Any]

    @property
    def ok(self) -> bool:
        """True where nothing has to be repaired."""
        return not any(finding.wrong for finding in self.findings)


def check_home(home: Path, progress: Callable[[int, int, str], None] | None = None) -> CheckReport:
    """Check a home, which may not exist, and the installation; whatever is damaged becomes a finding.

    ``progress`` is called after each track with the number done, the total, and the name.
    """
    findings = [*check_environment(home), *_check_database(home / DATABASE, progress)]
    return CheckReport(tuple(findings), collect_facts(home))


def _check_database(path: Path, progress: Callable[[int, int, str], None] | None) -> Iterator[CheckFinding]:
    if not path.exists():
        todo = "import your files: runlog import PATH; or name the right folder with --home"
        yield CheckFinding("nothing_yet", False, 1, f"{path.parent}: nothing is kept here yet", todo)
        return
    try:
        if connection.is_cut_off(path):
            message = f"{path}: the database is cut off within its last page"
            yield CheckFinding("integrity", True, 1, message, RESTORE_ADVICE)
            return
        with connection.open_read_only(path) as db:
            findings = list(checks.check_database(db, progress))
            yield from findings
            if not any(finding.check in checks.FUNDAMENTAL for finding in findings) and is_current(db):
                yield from _check_services(db)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        yield CheckFinding("database", True, 1, message, "make it readable and writable for you")
    except StoreError as error:
        todo = RESTORE_ADVICE if connection.is_damage(error) else "make it readable and writable for you"
        yield CheckFinding("database", True, 1, str(error).partition(";")[0], todo)


_MIN_FREE_BYTES = 100 * 2**20
_TEMPORARY_FILE = re.compile(r"\.restore-|\.sync-|\.(runlog\.db|config\.toml|report-)")
_REPORT_FOLDERS = (REPORTS, f"{REPORTS}/weeks")
_BEFORE_RESTORE = ".before-restore-"
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9._-]+")


def check_environment(home: Path) -> Iterator[CheckFinding]:
    """Check everything but the database: folder, settings, free space, leftovers, libraries."""
    if home.exists():
        yield from _check_folder(home)
        yield from _check_rights(home)
        config = home / settings.CONFIG_NAME
        for mistake in settings.find_mistakes(config):
            todo = f"correct that line in {config}: runlog config edit"
            yield CheckFinding("config", True, 1, mistake, todo)
        yield from _check_free_space(home)
        yield from _check_leftovers(home)
    yield from _check_libraries()


def _check_folder(home: Path) -> Iterator[CheckFinding]:
    if not home.is_dir():
        yield CheckFinding("home", True, 1, f"{home}: this is no folder", "name another one with --home")
    elif not os.access(home, os.W_OK | os.X_OK):
        todo = "make it writable, or name another with --home"
        yield CheckFinding("home", True, 1, f"{home}: the folder cannot be written", todo)


def _check_rights(home: Path) -> Iterator[CheckFinding]:
    found = list_open(home)
    if found and is_open_to_others(home):  # else nobody gets to the files in it
        message = f"{found[0]}: other users of this computer may read it"
        more = f", and {len(found) - 1} more in {home}" if len(found) > 1 else ""
        todo = f"the next import takes these rights away; or: chmod -R go= {shlex.quote(str(home))}"
        yield CheckFinding("rights", False, len(found), message + more, todo)
    keys = home / settings.KEYS_NAME
    if is_open_to_others(keys):
        message = f"{keys}: other users of this computer can read the keys in it, so they are not used"
        todo = f"make new keys; then: chmod 600 {shlex.quote(str(keys))} and runlog sync SERVICE --set-key"
        yield CheckFinding("keys", True, 1, message, todo)


def _check_services(db: sqlite3.Connection) -> Iterator[CheckFinding]:
    """Check until when the keys of services are good."""
    today = datetime.now(UTC).astimezone().date()
    for service in clouds.read_services(db):
        todo = f"make a new one and set it: runlog sync {service.name} --set-key"
        if service.refused_at is not None:
            yield CheckFinding("key", True, 1, f"the key for {service.name} is no longer accepted", todo)
        elif service.key_expires is not None:
            has_ended, is_soon = service.key_expires < today, service.key_expires <= today + _KEY_WARNING
            when = "ended on" if has_ended else "ends on" if is_soon else "is good until"
            message = f"the key for {service.name} {when} {service.key_expires}"
            yield CheckFinding("key", has_ended, 1, message, todo if is_soon else "nothing yet")


_KEY_WARNING = timedelta(days=Settings().key_days)


def _check_free_space(home: Path) -> Iterator[CheckFinding]:
    database = home / DATABASE
    needed = max(_MIN_FREE_BYTES, 2 * database.stat().st_size if database.exists() else 0)
    free = shutil.disk_usage(home).free
    if free < needed:
        message = f"only {free / 1e6:.0f} MB are free on the disk of the home"
        yield CheckFinding("room", True, 1, message, f"make room for at least {needed / 1e6:.0f} MB")


def _check_leftovers(home: Path) -> Iterator[CheckFinding]:
    if not home.is_dir() or not os.access(home, os.R_OK):
        return
    for path in _list_leftovers(home):
        message = f"{path}: left behind by a runlog that was stopped"
        todo = f"runlog doctor --repair deletes it; or: rm -r {shlex.quote(str(path))}"
        yield CheckFinding("left_over", False, 1, message, todo)
    for path in sorted(home.iterdir()):
        if _BEFORE_RESTORE in path.name and not path.name.startswith("."):
            message = f"{path}: kept aside by runlog restore"
            todo = f"delete it once you miss nothing: rm {shlex.quote(str(path))}"
            yield CheckFinding("kept_aside", False, 1, message, todo)


def _list_leftovers(home: Path) -> list[Path]:
    """Return the temporary files and folders in a home that no command uses any more."""
    before = time.time() - STALE_AFTER_S
    found = set()
    for folder in (home, *(home / name for name in _REPORT_FOLDERS)):
        found.update(list_stale_drafts(folder))
        with suppress(OSError):
            found.update(
                path
                for path in folder.iterdir()
                if _TEMPORARY_FILE.match(path.name) and path.lstat().st_mtime < before
            )
    return sorted(found)


def delete_leftovers(home: Path) -> None:
    """Delete what killed commands left behind in a home, where that can be done."""
    for path in _list_leftovers(home):
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _check_libraries() -> Iterator[CheckFinding]:
    missing = [name for name, installed in library_versions().items() if installed is None]
    if missing:
        message = f"libraries are not installed: {', '.join(missing)}"
        todo = f"install them: {sys.executable} -m pip install {' '.join(missing)}"
        yield CheckFinding("libraries", True, len(missing), message, todo)


@cache
def library_versions(extra: str | None = None) -> dict[str, str | None]:
    """Return the libraries that runlog or one of its extras needs, by version; None is not installed."""
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # runlog itself is run from a folder
        return {}
    marker = f'extra == "{extra}"' if extra else "extra =="
    needed = [line for line in requirements if (marker in line.replace("'", '"')) is bool(extra)]
    versions: dict[str, str | None] = {}
    for name in sorted(match[0] for line in needed if (match := _PACKAGE_NAME.match(line))):
        versions[name] = None
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def collect_facts(home: Path) -> dict[str, Any]:
    """Collect versions, sizes and record counts; unknown values are None, whatever is damaged."""
    database = home / DATABASE
    return {
        "runlog": VERSION,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": library_versions(),
        "notebook": library_versions("notebook"),
        "home": str(home),
        "database_bytes": database.stat().st_size if database.exists() else None,
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
    *("apple", "amazfit", "bryton", "coros", "development", "decathlon", "fitbit", "garmin", "google"),
    *("huawei", "komoot", "opentracks", "polar", "runkeeper", "runtastic", "samsung", "sigma", "stryd"),
    *("strava", "suunto", "tomtom", "wahoo", "withings", "xiaomi", "zepp", "zwift"),
)
_DEVICE_NAME = re.compile(r"[A-Za-z0-9 +._-]{1,40}")
_QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_QUOTED = re.compile(f"[{_QUOTES}].*[{_QUOTES}]", re.DOTALL)  # from the first to the last, to be safe
_TOKEN = re.compile(r"[A-Za-z]+|[.,;:()-]|\S")
_REDACTED = re.compile(r"#(?:\W*#)+")
_SHAREABLE_SETTINGS = ("units", "week_start", "diary_time", "date_order")


def support_report(home: Path, checkup: CheckReport) -> dict[str, Any]:
    """Make a report of a check of the home for the maintainers, without anything personal."""
    facts = {name: value for name, value in checkup.facts.items() if name != "home"}
    findings = [
        {"check": finding.check, "wrong": finding.wrong, "count": finding.count}
        for finding in checkup.findings
    ]
    counts: dict[str, Any] = {}
    database = home / DATABASE
    with suppress(StoreError), connection.open_read_only(database) as db:
        if connection.is_runlog_database(db) and not connection.integrity_errors(db):
            counts = _file_counts(db)
    return facts | {
        "findings": findings,
        "settings": _settings_summary(home / settings.CONFIG_NAME),
        **counts,
    }


def _file_counts(db: sqlite3.Connection) -> dict[str, Any]:
    """Count files by format and outcome, recordings by device and sport, without anything personal."""
    formats, devices, sports, outcomes = checks.import_statistics(db)
    counts = {
        "formats": _sum_by_name((name if _is_known_name(name) else "other", n) for name, n in formats),
        "devices": _sum_by_name((_device_name(name), n) for name, n in devices),
        "sports": _sum_by_name((_sport_name(sport, sub_sport), n) for sport, sub_sport, n in sports),
    }
    if outcomes is None:
        return counts
    reasons = ((f"{outcome}: {redact(reason)}", n) for outcome, reason, n in outcomes if reason)
    return counts | {
        "outcomes": _sum_by_name((outcome, n) for outcome, _, n in outcomes),
        "reasons": _sum_by_name(reasons),
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


def redact(reason: str) -> str:
    """Redact a message: drop digits, quotations, paths and every word not in runlog's own source."""
    text = _QUOTED.sub(" # ", reason)
    text = " ".join("#" if re.search(r"[/\\@\d]", word) else word for word in text.split())
    known = _known_words().union(".,;:()-")
    words = (word if word.lower() in known else "#" for word in _TOKEN.findall(text))
    return _REDACTED.sub("#", " ".join(words))


@cache
def _known_words() -> frozenset[str]:
    """Return the words in runlog's own source that makes the reasons of imports."""
    package = resources.files("runlog")
    sources = ("importers", "ingest", "matching", "store", "record_json.py")
    texts = chain.from_iterable(_source_texts(package.joinpath(source)) for source in sources)
    return frozenset(chain.from_iterable(re.findall("[a-z]+", text.lower()) for text in texts))


def _source_texts(source: Traversable) -> Iterator[str]:
    if source.is_dir():
        for inner in source.iterdir():
            yield from _source_texts(inner)
    elif source.name.endswith(".py"):
        yield source.read_text(encoding="utf-8")


def _settings_summary(config: Path) -> dict[str, Any]:
    """Return which settings are set, with the values of those that are not personal."""
    if not config.exists():
        return {}
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {"unreadable": True}
    shown = {}
    for name in sorted(values.keys() & settings.Settings.__dataclass_fields__.keys()):
        is_shareable = name in _SHAREABLE_SETTINGS and values[name] in settings.CHOICES[name]
        shown[name] = values[name] if is_shareable else "set"
    unknown = len(values) - len(shown)
    return shown | ({"unknown": unknown} if unknown else {})
