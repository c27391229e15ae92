"""Define every exception that runlog raises on purpose.

    RunlogError
    ├── BadInput       a file, a value or an argument that the user can correct
    │   ├── NotReadable    corrupt: nothing in the file could be read
    │   └── NotTaken       a valid file of a kind that runlog does not import (a course, a settings file …)
    ├── NotFound       a run, shoe, chart, factor … that does not exist
    ├── StoreError     the database cannot be opened, read or written
    └── MissingExtra   an optional package is needed

Exceptions of other libraries are translated into these in one place per library.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


class RunlogError(Exception):
    """The root: its text is a whole message for the runner."""


class BadInput(RunlogError):
    """A file, a value or an argument that cannot be taken, with the reason and what to do.

    Attributes:
        by_clock: whether the clock of this machine is the reason, so that it may not hold later.
    """

    def __init__(self, message: str = "", *, by_clock: bool = False) -> None:
        super().__init__(message)
        self.by_clock = by_clock


class NotReadable(BadInput):
    """A damaged source in which nothing could be read."""


class NotTaken(BadInput):
    """A sound source that holds nothing for runlog."""


class NotFound(RunlogError):
    """Something was named that does not exist."""


def run_not_found(run_id: object) -> NotFound:
    """Say that there is no such run."""
    return NotFound(f"there is no run {run_id}; runlog runs lists them")


class StoreError(RunlogError):
    """The store cannot be opened, read or written."""


class MissingExtra(RunlogError):
    """An optional package is needed; the message says how to install it."""


#: The name of runlog on package indexes, where `runlog` belongs to another project.
DISTRIBUTION = "runlog-analyser"
VERSION = "0.1.0"


def missing_extra(what: str, extra: str) -> MissingExtra:
    """Say what is missing, and the command that installs it into the Python that runs now."""
    return MissingExtra(f"{what}: {sys.executable} -m pip install '{DISTRIBUTION}[{extra}]'")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a source that did not stop the reading of the rest.

    Attributes:
        reason: what is wrong, and what was done about it.
        line: of a text file.
        byte: of a binary file.
        by_clock: whether the clock of this machine is the reason, so that it may not hold later.
        is_warning: whether no run, rating or pair was lost: a cell was left empty, a damaged recording was
            salvaged. Anything else makes the import fail in part.
    """

    reason: str
    line: int | None = None
    byte: int | None = None
    by_clock: bool = False
    is_warning: bool = False

    def __str__(self) -> str:
        if self.line is not None:
            return f"line {self.line}: {self.reason}"
        if self.byte is not None:
            return f"byte {self.byte}: {self.reason}"
        return self.reason
