"""Files of an earlier import, known again by what a listing shows of them: no byte of them is read."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from runlog.intake.summary import FileResult, Taken
from runlog.store import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.intake.finding import Found
    from runlog.intake.ledger import Ledger
    from runlog.settings import Settings
    from runlog.store import Store

#: Counts up whenever what is read from a file becomes more or other than before.
_READER = 1
#: A file that was changed so lately may change once more without its time showing it.
_SETTLED_AFTER_NS = 2_000_000_000
_TAKEN = ("added", "merged", "known")


class Memory:
    """What came of files when the same code with the same settings took them."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._reader = f"{_READER} {hashlib.sha256(repr(settings).encode()).hexdigest()[:16]}"
        self._begun_ns = time.time_ns()

    def recall(self, files: Sequence[Found]) -> dict[str, list[tuple[str, Taken]]]:
        """What came of those files, by path, that have not changed: of each member, or by "" of the file."""
        by_path = {file.known_as: file for file in files}
        recalled: dict[str, list[tuple[str, Taken]]] = {}
        for seen, runs in self._store.seen(list(by_path), self._reader):
            file = by_path[seen.path]
            if (seen.size, seen.mtime_ns) == (file.size, file.mtime_ns):
                recalled.setdefault(file.path, []).append((seen.member, _again(file, seen, runs)))
        return recalled

    def remember(self, files: Iterable[Found], ledger: Ledger) -> None:
        """Remember what came of these files, unless the same bytes might come to something else."""
        taken = ledger.by_path()
        seen = [
            _seen(file, member, one)
            for file in files
            if self._is_settled(file) and all(one.lasting for _, one in taken.get(file.path, ()))
            for member, one in taken.get(file.path, ())
        ]
        self._store.remember(self._reader, [file.known_as for file in files], seen)

    def _is_settled(self, file: Found) -> bool:
        return 0 <= file.mtime_ns < self._begun_ns - _SETTLED_AFTER_NS


def _again(file: Found, seen: Seen, runs: tuple[int, ...]) -> Taken:
    named = f"{file.named}/{seen.member}" if seen.member else file.named
    if seen.outcome in _TAKEN:
        return Taken(FileResult(named, "known", "imported before", runs))
    return Taken(FileResult(named, seen.outcome, seen.reason, runs, seen.problems))


def _seen(file: Found, member: str, taken: Taken) -> Seen:
    result = taken.result
    told = ("known", "", ()) if result.outcome in _TAKEN else (result.outcome, result.reason, result.problems)
    return Seen(
        file.known_as,
        member,
        file.size,
        file.mtime_ns,
        *told,
        file_id=taken.kept.file_id if taken.kept else None,
    )
