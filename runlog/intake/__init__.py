"""From paths to the store: find the files, read the new ones, keep what they hold, say what came of each."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from runlog.intake import known
from runlog.intake.finding import find
from runlog.intake.ledger import Ledger, Place
from runlog.intake.preparing import Prepared, prepared, refused
from runlog.intake.reading import read_in_order, read_job
from runlog.intake.sources import OnDisk
from runlog.intake.summary import FileResult, Summary, Taken, summary
from runlog.intake.walking import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runlog.intake.finding import Found
    from runlog.intake.reading import Job, Read
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
    """Import files, and all files in folders and archives; no file stops the others. See ``Journal.add``."""
    files = find(paths)
    ledger = Ledger(len(files), progress)
    memory = known.Memory(store, settings)
    new = files if sport else _not_seen(files, memory, ledger)
    read = partial(read_job, settings=settings, sport=sport)
    jobs = _jobs(store, new, ledger, sport)
    with closing(read_in_order(jobs, read, workers or _workers_for(new))) as readings:
        for (place, what), came_to in readings:
            ledger.note(place, _keep(store, what, came_to, sport))
    if new and not sport:
        memory.remember(new, ledger)
    return summary(ledger.in_order())


def _not_seen(files: list[Found], memory: known.Memory, ledger: Ledger) -> list[Found]:
    """The files that a listing does not show to be those of an import before, which are told of at once."""
    recalled = memory.recall(files)
    for file in files:
        members = recalled.get(file.path, [])
        ledger.found_more(max(1, len(members)))
        for number, (member, taken) in enumerate(members):
            ledger.note(Place(file, number, member), taken)
    return [file for file in files if file.path not in recalled]


def _jobs(
    store: Store, files: list[Found], ledger: Ledger, sport: str | None
) -> Iterator[tuple[tuple[Place, Prepared], Job]]:
    """What is to be read; the lists of apps come last, when the recordings that they tell of are there."""
    lists = []
    for file in files:
        for number, (source, error) in enumerate(sources(OnDisk(file), ledger.found_more)):
            place = Place(file, number, source.known_as[len(file.known_as) + 1 :])
            what = refused(source, error) if error else prepared(store, source, sport)
            if isinstance(what, Taken):
                ledger.note(place, what)
            elif what.is_list:
                lists.append((place, what))
            else:
                yield (place, what), what.job
    for place, what in lists:
        yield (place, what), what.job


def _keep(store: Store, what: Prepared, came_to: Read, sport: str | None) -> Taken:
    """Put what was read into the store."""
    reading = came_to.reading
    if reading is None:
        return Taken(FileResult(what.named, came_to.outcome, came_to.reason), lasting=came_to.lasting)
    problems = tuple(str(problem) for problem in reading.problems)
    if problems and not (reading.activities or reading.entries or reading.shoes or reading.exported):
        return Taken(FileResult(what.named, "failed", _said(problems), problems=problems))
    kept = store.add_file(what.known_as, what.sha256, reading, came_to.streams)
    problems += kept.problems
    reasons = [kept.reason, _said(reading.notes), _said(problems)]
    if kept.outcome == "known" and sport and store.count_as(what.sha256, reading.activities):
        reasons.append(f"counts as {sport} now")
    reason = "; ".join(reason for reason in reasons if reason)
    result = FileResult(what.named, kept.outcome, reason, kept.runs, problems)
    return Taken(result, kept, lasting=kept.file_id is not None)


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
    size = sum(max(0, file.size) for file in files)
    return (os.cpu_count() or 1) if size >= _WORTH_SEVERAL_PROCESSES else 1
