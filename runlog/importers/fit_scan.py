"""Where each message of a FIT file stands: one walk over the bytes, which values are not looked at in."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Place = tuple[int, Callable[[int], None]]  # the size of a message, and what notes where one begins

#: More than 20 days of a record every second: more is made to fill a memory.
MOST_MESSAGES = 2_000_000
_MOST_DEFINITIONS = 2_000

_DEFINES = 0x40  # of a message's first byte: it is a definition
_HAS_DEVELOPER_FIELDS = 0x20
COMPRESSED = 0x80  # of a message's first byte: its low five bits are those of its time
_LOCAL = 0x0F
_FIXED = 6  # bytes of a definition before its fields
_TRIPLE = 3  # a field's number, size, and type or developer


@dataclass(frozen=True, slots=True)
class Field:
    """One field in a definition, and where in its messages the value stands."""

    number: int
    size: int
    type: int  # FIT's base type; of a developer field the developer's index
    offset: int  # from the message's first byte


@dataclass(frozen=True, slots=True)
class Definition:
    """How some messages are laid out, and the bytes at which they begin."""

    kind: int  # FIT's global message number
    order: str  # of bytes, as struct and numpy write it
    fields: tuple[Field, ...]
    developer_fields: tuple[Field, ...]
    size: int  # of a message, its first byte included
    starts: array[int] = field(default_factory=lambda: array("I"))


@dataclass(frozen=True, slots=True)
class Scan:
    """All messages before the end or the first fault."""

    definitions: tuple[Definition, ...]
    end: int  # where the last whole message ends
    fault: str | None = None

    def __len__(self) -> int:
        return sum(len(definition.starts) for definition in self.definitions)


def scan(data: bytes, begin: int, end: int, most: int = MOST_MESSAGES) -> Scan:
    """Find all messages in ``data[begin:end]``, as far as there are bytes.

    Time and memory are bounded by ``most`` messages, whatever the bytes are. Definitions with the same
    content are one, as many apps define their records anew before each of them.
    """
    end = min(end, len(data))
    walk = _Walk(data, end)
    at, fault = begin, None
    table = walk.table
    for _ in range(most):
        if at >= end:
            break
        size, note = table[data[at]]
        if size:
            note(at)
            at += size
        else:
            after, fault = walk.define(at)
            if fault:
                break
            at = after
    else:
        fault = "more messages than any recording has" if at < end else None
    definitions = tuple(walk.known.values())
    if at > end:
        at = _without_cut_message(definitions, end)
        fault = "it ends early"
    return Scan(definitions, at, fault)


def _without_cut_message(definitions: tuple[Definition, ...], end: int) -> int:
    """Take away the one message that reaches over the end; return where it began."""
    (cut,) = (one for one in definitions if one.starts and one.starts[-1] + one.size > end)
    return cut.starts.pop()


class _Walk:
    """What is defined at the point of the file that the walk has come to."""

    def __init__(self, data: bytes, end: int) -> None:
        self.data = data
        self.end = end
        self.known: dict[bytes, Definition] = {}
        #: By a message's first byte; a size of 0 where it is of no message that is defined.
        self.table: list[Place] = [_UNDEFINED] * 256

    def define(self, at: int) -> tuple[int, str | None]:
        """Take the definition at a byte; return the byte after it, or that byte and what is wrong there."""
        data, header = self.data, self.data[at]
        if header & COMPRESSED or not header & _DEFINES:
            return at, f"a message of the kind {_local(header)} that was not defined"
        after = at + _FIXED
        after += _TRIPLE * data[after - 1] if after <= self.end else 0
        if header & _HAS_DEVELOPER_FIELDS:
            after += 1 + _TRIPLE * data[after] if after < self.end else 1
        if after > self.end:
            return at, "it ends early"
        content = data[at + 1 : after] + bytes([header & _HAS_DEVELOPER_FIELDS])
        definition = self.known.get(content)
        if definition is None:
            if len(self.known) == _MOST_DEFINITIONS:
                return at, "more kinds of messages than any recording has"
            definition = self.known[content] = _parsed(content)
        self._enter(header & _LOCAL, (definition.size, definition.starts.append))
        return after, None

    def _enter(self, local: int, place: Place) -> None:
        """Let every first byte that a message of a local kind can have lead to its definition."""
        self.table[local:_DEFINES:16] = [place] * 4
        if local < 4:  # noqa: PLR2004 - two bits hold the kind beside a compressed time
            first = COMPRESSED + 32 * local
            self.table[first : first + 32] = [place] * 32


def _nowhere(at: int) -> None:
    """Stand where nothing is defined."""


_UNDEFINED: Place = (0, _nowhere)


def _local(header: int) -> int:
    return header >> 5 & 3 if header & COMPRESSED else header & _LOCAL


def _parsed(content: bytes) -> Definition:
    """Make a definition of its content: reserved, byte order, kind, count, fields, developer fields."""
    order = ">" if content[1] else "<"
    kind = int.from_bytes(content[2:4], "big" if content[1] else "little")
    offset = 1
    fields, offset = _fields(content, 5, content[4], offset)
    developer_at = 5 + _TRIPLE * content[4]
    developer_fields: tuple[Field, ...] = ()
    if content[-1]:
        developer_fields, offset = _fields(content, developer_at + 1, content[developer_at], offset)
    return Definition(kind, order, fields, developer_fields, offset)


def _fields(content: bytes, at: int, count: int, offset: int) -> tuple[tuple[Field, ...], int]:
    """Return the fields whose triples begin at a byte, and the offset after the last of their values."""
    fields = []
    for triple in range(at, at + _TRIPLE * count, _TRIPLE):
        number, size, base = content[triple : triple + _TRIPLE]
        fields.append(Field(number, size, base, offset))
        offset += size
    return tuple(fields), offset
