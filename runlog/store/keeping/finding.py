"""What a check has found."""

from __future__ import annotations

from dataclasses import dataclass

RESTORE = (
    "copy the home to a safe place first; then put back your last backup: runlog restore FILE. "
    "Without one, move runlog.db away and import your files again"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check has found.

    Attributes:
        check: its name, the same in every home.
        wrong: whether it has to be mended; else it is only good to know.
        count: of how many things it is so.
        message: what it is.
        todo: what to do, with the command where there is one.
    """

    check: str
    wrong: bool
    count: int
    message: str
    todo: str
