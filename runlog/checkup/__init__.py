"""The check of a home: what is wrong, what is good to know, and what to do about it. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlog.checkup import facts, surroundings
from runlog.errors import StoreError
from runlog.store import checks, connection
from runlog.store.checks import RESTORE_ADVICE, CheckFinding
from runlog.store.connection import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["CheckFinding", "Checkup", "check"]


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found, and what it was found with."""

    findings: tuple[CheckFinding, ...]
    facts: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Whether nothing has to be mended."""
        return not any(finding.wrong for finding in self.findings)


def check(home: Path, progress: Callable[[int, int, str], None] | None = None) -> Checkup:
    """Check a home and the program itself; whatever is damaged becomes a finding.

    Args:
        home: the runner's folder, whether or not it is there.
        progress: called after each track with how many are done, of how many, and which.
    """
    findings = [*surroundings.check(home), *_database(home / DATABASE, progress)]
    return Checkup(tuple(findings), facts.known(home))


def _database(path: Path, progress: Callable[[int, int, str], None] | None) -> Iterator[CheckFinding]:
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
