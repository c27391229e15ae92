"""What an import came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.store import FileOutcome


class FileResult(NamedTuple):
    """What became of one file.

    Attributes:
        path: the file as it was named; in an archive with the member's name behind.
        outcome: "added", "merged", "known", "skipped" or "failed".
        reason: why, what was assumed, and what was wrong with it; "" where there is nothing to say.
        runs: the ids of the runs that it tells of, new or not.
        problems: what could not be read in a file of which the rest was taken.
    """

    path: str
    outcome: str
    reason: str = ""
    runs: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import came to: records by their number, files by their outcome."""

    runs_added: int = 0
    other_added: int = 0
    ratings_added: int = 0
    ratings_updated: int = 0
    known: int = 0
    merged: int = 0
    skipped: int = 0
    failed: int = 0
    files: tuple[FileResult, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all that runlog takes could be taken: no failed file, no damaged part, no refused row."""
        return not any(file.outcome == "failed" or file.problems for file in self.files)

    def as_dict(self) -> dict[str, Any]:
        """The summary as ``runlog import --json`` prints it; problems are told in the reason."""
        keys = ("path", "outcome", "reason", "runs")
        files = [{key: getattr(file, key) for key in keys} for file in self.files]
        counts = {name: getattr(self, name) for name in self.__slots__ if name != "files"}
        return counts | {"files": files}


class Taken(NamedTuple):
    """What became of a file, what the store says of it if it came so far, and whether it stays so.

    Attributes:
        result: what is told.
        kept: what the store says of it, if it came so far.
        lasting: whether the same bytes would come to the same again.
    """

    result: FileResult
    kept: FileOutcome | None = None
    lasting: bool = False


def summary(taken: Iterable[Taken]) -> Summary:
    """Count what became of the files."""
    listed = list(taken)
    outcomes = Counter(one.result.outcome for one in listed)
    kept = [one.kept for one in listed if one.kept is not None]
    return Summary(
        runs_added=sum(outcome.runs_added for outcome in kept),
        other_added=sum(outcome.other_added for outcome in kept),
        ratings_added=sum(outcome.ratings.added for outcome in kept),
        ratings_updated=sum(outcome.ratings.updated for outcome in kept),
        known=outcomes["known"],
        merged=outcomes["merged"],
        skipped=outcomes["skipped"],
        failed=outcomes["failed"],
        files=tuple(one.result for one in listed),
    )
