"""From paths to the store: find the files, read the new ones, keep what they hold, say what came of each."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from runlog.errors import BadInput, NotTaken
from runlog.files import LARGEST
from runlog.intake.finding import Found, find, sha256_of, size_of
from runlog.intake.reading import Read, read_file, read_in_order
from runlog.intake.summary import FileResult, Result, Summary, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlog.settings import Settings
    from runlog.store import Store

__all__ = ["FileResult", "Summary", "take"]

#: Bytes that take longer to read than processes with all their libraries take to start.
_WORTH_SEVERAL_PROCESSES = 8 * 2**20

_TOLD_OF_EACH = 5


def take(
    store: Store,
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings,
    *,
    sport: str | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    workers: int | None = None,
) -> Summary:
    """Import files, and all files in folders; no file stops the others. See ``Journal.add``."""
    files = find(paths)
    results: dict[Found, Result] = {}

    def note(file: Found, result: Result) -> None:
        results[file] = result
        if progress is not None:
            progress(len(results), len(files), file.named)

    unread: dict[Found, str] = {}
    for file in files:
        settled, sha256 = _without_reading(store, file, sport)
        if settled is None:
            unread[file] = sha256
        else:
            note(file, settled)
    read = partial(read_file, settings=settings, sport=sport)
    with closing(read_in_order(list(unread), read, workers or _workers_for(unread))) as readings:
        for file, what in readings:
            note(file, _keep(store, file, unread[file], what, sport))
    return summary(results[file] for file in files)


def _without_reading(store: Store, file: Found, sport: str | None) -> tuple[Result | None, str]:
    """What can be said of a file from its size or its bytes' hash, and the hash."""
    try:
        if size_of(file.path) > LARGEST:
            _refuse_large(file)
        sha256 = sha256_of(file.path)
    except BadInput as error:
        outcome = "skipped" if isinstance(error, NotTaken) else "failed"
        return (FileResult(file.named, outcome, str(error)), None), ""
    known = None if sport else store.known(file.known_as, sha256)
    if known is None:
        return None, sha256
    return (FileResult(file.named, known.outcome, known.reason, known.runs), known), sha256


def _refuse_large(file: Found) -> NoReturn:
    from runlog import importers  # which loads what the usual import of known files does without

    importers.refuse_large(Path(file.path))


def _keep(store: Store, file: Found, sha256: str, what: Read, sport: str | None) -> Result:
    """Put what was read into the store."""
    reading = what.reading
    if reading is None:
        return FileResult(file.named, what.outcome, what.reason), None
    problems = tuple(str(problem) for problem in reading.problems)
    if problems and not (reading.activities or reading.entries or reading.shoes):
        return FileResult(file.named, "failed", _said(problems), problems=problems), None
    kept = store.add_file(file.known_as, sha256, reading, what.shapes, shape_version=what.shape_version)
    reasons = [kept.reason, _said(reading.notes), _said(problems)]
    if kept.outcome == "known" and sport and store.count_as(sha256, reading.activities):
        reasons.append(f"counts as {sport} now")
    reason = "; ".join(reason for reason in reasons if reason)
    return FileResult(file.named, kept.outcome, reason, kept.runs, problems), kept


def _said(remarks: tuple[str, ...]) -> str:
    different = list(dict.fromkeys(remarks))
    said = "; ".join(different[:_TOLD_OF_EACH])
    more = len(different) - _TOLD_OF_EACH
    return f"{said}; and {more} more" if more > 0 else said


def _workers_for(files: Iterable[Found]) -> int:
    """As many processes as processors, where that pays and nothing of the runner's own is run again.

    A process that starts afresh imports the main script; one that lacks the usual guard
    would do all of its work once more. Notebooks have no script, runlog's own is guarded.
    """
    script = getattr(sys.modules["__main__"], "__file__", None)
    if script and "runlog.cli" not in sys.modules:
        return 1
    size = sum(size_of(file.path) for file in files)
    return (os.cpu_count() or 1) if size >= _WORTH_SEVERAL_PROCESSES else 1
