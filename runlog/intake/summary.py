"""What an import came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.store import FileOutcome


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file.

    Attributes:
        path: the file as it was named.
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
        """The summary as ``runlog import --json`` prints it."""
        summary = asdict(self)
        for file in summary["files"]:
            del file["problems"]  # told in the reason
        return summary


#: What became of a file, and what the store says of it, if it reached the store.
Result: TypeAlias = "tuple[FileResult, FileOutcome | None]"


def summary(results: Iterable[Result]) -> Summary:
    """Count what became of the files."""
    listed = list(results)
    outcomes = Counter(result.outcome for result, _ in listed)
    kept = [outcome for _, outcome in listed if outcome is not None]
    return Summary(
        runs_added=sum(outcome.runs_added for outcome in kept),
        other_added=sum(outcome.other_added for outcome in kept),
        ratings_added=sum(outcome.ratings.added for outcome in kept),
        ratings_updated=sum(outcome.ratings.updated for outcome in kept),
        known=outcomes["known"],
        merged=outcomes["merged"],
        skipped=outcomes["skipped"],
        failed=outcomes["failed"],
        files=tuple(result for result, _ in listed),
    )
