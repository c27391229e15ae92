"""A file for asking for help with: what is needed to find a fault, and nothing of what is the runner's own.

Not in it: positions, times, names, notes, paths, and anything measured or rated. Words out of the
runner's files are left in only where runlog itself uses them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from contextlib import suppress
from functools import cache
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING, Any

from runlog import settings
from runlog.errors import StoreError
from runlog.store import connection
from runlog.store.connection import DATABASE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from runlog.checkup import Checkup

_MAKERS = (
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
_MODEL = re.compile(r"[A-Za-z0-9 +._-]{1,40}")
_QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_QUOTED = re.compile(f"[{_QUOTES}].*[{_QUOTES}]", re.DOTALL)  # the first to the last: better too much
_TOKEN = re.compile(r"[A-Za-z]+|[.,;:()-]|\S")
_PRIVATE = re.compile(r"#(?:\W*#)+")
_HARMLESS = ("units", "week_start", "diary_time", "date_order")


def about(home: Path, checkup: Checkup) -> dict[str, Any]:
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
            counts = _counts(db)
    return facts | {"findings": findings, "settings": _settings(home / settings.CONFIG), **counts}


def _counts(db: sqlite3.Connection) -> dict[str, Any]:
    files = db.execute("SELECT format, count(*) FROM file GROUP BY 1 ORDER BY 1")
    devices = db.execute("SELECT device, count(*) FROM recording GROUP BY 1 ORDER BY 1")
    sports = db.execute("SELECT sport, sub_sport, count(*) FROM recording GROUP BY 1, 2 ORDER BY 1, 2")
    return {
        "formats": _sums((name if _is_ours(name) else "other", count) for name, count in files),
        "devices": _sums((_device(name), count) for name, count in devices),
        "sports": _sums((_sport(sport, sub), count) for sport, sub, count in sports),
        **_outcomes(db),
    }


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for name, count in pairs:
        sums[name] += count
    return dict(sorted(sums.items()))


def _device(name: str | None) -> str:
    if name is None:
        return "unknown"
    return name if name.lower().startswith(_MAKERS) and _MODEL.fullmatch(name) else "other"


def _sport(sport: str, sub_sport: str | None) -> str:
    words = [word for word in (sport, sub_sport) if word]
    return "/".join(word if _is_ours(word) else "other" for word in words)


def _is_ours(name: str) -> bool:
    return (
        re.fullmatch(r"[a-z_-]{1,40}", name) is not None and set(re.findall("[a-z]+", name)) <= _our_words()
    )


def _outcomes(db: sqlite3.Connection) -> dict[str, Any]:
    """How many files came to what when they were last imported, and why, without what is the runner's."""
    if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'seen'").fetchone():
        return {}
    seen = db.execute("SELECT outcome, reason, count(*) FROM seen GROUP BY 1, 2 ORDER BY 3 DESC").fetchall()
    told = ((f"{outcome}: {plain(reason)}", count) for outcome, reason, count in seen if reason)
    return {"outcomes": _sums((outcome, count) for outcome, _, count in seen), "reasons": _sums(told)}


def plain(reason: str) -> str:
    """A reason without digits, quotations, paths and every word that runlog itself does not use."""
    text = _QUOTED.sub(" # ", reason)
    text = " ".join("#" if re.search(r"[/\\@\d]", word) else word for word in text.split())
    ours = (word if _is_plain(word) else "#" for word in _TOKEN.findall(text))
    return _PRIVATE.sub("#", " ".join(ours))


def _is_plain(word: str) -> bool:
    return word in ".,;:()-" or word.lower() in _our_words()


@cache
def _our_words() -> frozenset[str]:
    """The words in runlog's own importers and intake: what their reasons are made of."""
    package = resources.files("runlog")
    folders = ("importers", "ingest", "matching", "store")
    texts = chain.from_iterable(_texts(package.joinpath(folder)) for folder in folders)
    return frozenset(chain.from_iterable(re.findall("[a-z]+", text.lower()) for text in texts))


def _texts(folder: Traversable) -> Iterator[str]:
    for inner in folder.iterdir():
        if inner.is_dir():
            yield from _texts(inner)
        elif inner.name.endswith(".py"):
            yield inner.read_text(encoding="utf-8")


def _settings(config: Path) -> dict[str, Any]:
    """Which settings are set, and those values that tell nothing of anybody."""
    if not config.exists():
        return {}
    try:
        values = tomllib.loads(config.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {"unreadable": True}
    known = {field for field in values if field in settings.Settings.__dataclass_fields__}
    set_to = {
        name: values[name] if name in _HARMLESS and _is_choice(name, values[name]) else "set"
        for name in known
    }
    unknown = len(values) - len(known)
    return dict(sorted(set_to.items())) | ({"unknown": unknown} if unknown else {})


def _is_choice(name: str, value: object) -> bool:
    return value in settings.CHOICES[name]
