"""Define every exception that runlog raises on purpose.

    RunlogError
    ├── BadInput       a file, a value or an argument that the user can correct
    │   ├── NotReadable    corrupt: nothing in the file could be read
    │   └── NotTaken       a valid file of a kind that runlog does not import (a course, a settings file …)
    ├── NotFound       a run, shoe, chart, factor … that does not exist
    ├── StoreError     the database cannot be opened, read or written
    └── MissingExtra   an optional package is needed

Exceptions of other libraries are translated into these in one place per library. Their texts are English with
named places, and are said in the language that is in use where they are shown (see ``runlog.i18n``):

    raise NotFound("there is no run {id}; runlog runs lists them", id=run_id)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from runlog.i18n import N_, _, say


class Refusal(Exception):
    """An error whose text is said in the language in use.

    Attributes:
        text: in English, with named places; looked for by ``tests/catalogues.py`` where it is raised.
        values: what stands in these places; without any, the text is taken as it is.
    """

    def __init__(self, text: str = "", /, **values: object) -> None:
        super().__init__(text)
        self.text, self.values = text, values

    def __str__(self) -> str:
        return say(self.text, **self.values) if self.values else _(self.text)


class RunlogError(Refusal):
    """The root: its text is a whole message for the runner."""


class BadInput(RunlogError):
    """A file, a value or an argument that cannot be taken, with the reason and what to do.

    Attributes:
        by_clock: whether the clock of this machine is the reason, so that it may not hold later.
    """

    def __init__(self, text: str = "", /, *, by_clock: bool = False, **values: object) -> None:
        super().__init__(text, **values)
        self.by_clock = by_clock


class NotReadable(BadInput):
    """A damaged source in which nothing could be read."""


class NotTaken(BadInput):
    """A sound source that holds nothing for runlog."""


#: What the system and other libraries say of files and dates, where a runner is likely to meet it.
FOREIGN_TEXTS = (
    *(N_("Permission denied"), N_("No space left on device"), N_("Read-only file system")),
    *(N_("No such file or directory"), N_("Is a directory"), N_("File name too long")),
    *(N_("File is not a zip file"), N_("not well-formed (invalid token)"), N_("unclosed token")),
    *(N_("no element found"), N_("mismatched tag"), N_("undefined entity"), N_("unclosed CDATA section")),
    *(N_("junk after document element"), N_("duplicate attribute"), N_("unbound prefix")),
    *(N_("month must be in 1..12"), N_("day is out of range for month"), N_("hour must be in 0..23")),
    *(N_("minute must be in 0..59"), N_("second must be in 0..59"), N_("Expecting value")),
)


def system_reason(error: OSError) -> str:
    """Return why the system refused, in the language in use."""
    return _(error.strerror or str(error))


def cannot_read(path: object, error: OSError) -> BadInput:
    """Say that a file cannot be read, and why."""
    return BadInput("{file}: cannot be read: {reason}", file=path, reason=system_reason(error))


def cannot_write(path: object, error: OSError) -> BadInput:
    """Say that a file or a folder cannot be written, and why."""
    return BadInput("{file}: cannot be written: {reason}", file=path, reason=system_reason(error))


class NotFound(RunlogError):
    """Something was named that does not exist."""


def run_not_found(run_id: object) -> NotFound:
    """Say that there is no such run."""
    return NotFound("there is no run {id}; runlog runs lists them", id=run_id)


class StoreError(RunlogError):
    """The store cannot be opened, read or written."""


class MissingExtra(RunlogError):
    """An optional package is needed; the message says how to install it."""


#: The name of runlog on package indexes, where `runlog` belongs to another project.
DISTRIBUTION = "runlog-analyser"
VERSION = "0.1.0"


def missing_extra(what: str, extra: str) -> MissingExtra:
    """Say what is missing, and the command that installs it into the Python that runs now."""
    command = f"{sys.executable} -m pip install '{DISTRIBUTION}[{extra}]'"
    return MissingExtra("{what}: {command}", what=_(what), command=command)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a source that did not stop the reading of the rest."""

    reason: str  # what is wrong, and what was done about it
    line: int | None = None  # of a text file
    byte: int | None = None  # of a binary file
    by_clock: bool = False  # whether the clock of this machine is the reason, so that it may not hold later
    # whether no run, rating or pair was lost: a cell was left empty, a damaged recording was salvaged.
    # Anything else makes the import fail in part
    is_warning: bool = False

    def __str__(self) -> str:
        if self.line is not None:
            return say("line {line}: {reason}", line=self.line, reason=self.reason)
        if self.byte is not None:
            return say("byte {byte}: {reason}", byte=self.byte, reason=self.reason)
        return self.reason
