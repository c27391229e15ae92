"""Where each message of a FIT file stands: one walk over the bytes, which looks at no values."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    Place = tuple[int, Callable[[int], None]]  # the size of a message, and what notes where one begins

#: More than two weeks of a record every second: more is made to fill a memory.
MOST_MESSAGES = 1_500_000
TOO_MANY = "more messages than any recording has"
EARLY = "it ends early"
_MOST_DEFINITIONS = 300_000
_MOST_LAYOUTS = 2_000

DEFINES = 0x40  # of a message's first byte: it is a definition
COMPRESSED = 0x80  # of a message's first byte: its low five bits are those of its time
TIMESTAMP = 253  # FIT's number of the field that holds a message's time
_UINT32 = 0x86  # FIT's base type of times
_HAS_DEVELOPER_FIELDS = 0x20
_LOCAL = 0x0F
_FIXED = 6  # bytes of a definition before its fields
_TRIPLE = 3  # a field's number, size, and type or developer


class Field(NamedTuple):
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
    time_at: int | None  # from a message's first byte to its time
    starts: array[int] = field(default_factory=lambda: array("I"))


@dataclass(frozen=True, slots=True)
class Scan:
    """All messages that are sound, and what the first fault is."""

    definitions: tuple[Definition, ...]
    end: int  # where the last whole message before the fault ends
    fault: str | None = None

    def __len__(self) -> int:
        return sum(len(definition.starts) for definition in self.definitions)


class Fault(Exception):
    """What stands at a byte is neither a message nor a definition."""


def scan(data: bytes, begin: int, end: int, most: int = MOST_MESSAGES) -> Scan:
    """Find all messages in ``data[begin:end]`` before the first fault, as far as there are bytes.

    Time and memory are bounded by ``most`` messages, whatever the bytes are.
    """
    end = min(end, len(data))
    at = min(begin, end)
    defined = Definitions(data, end)
    table = [_UNDEFINED] * 256  # by a message's first byte
    fault = None
    for _ in range(most):
        if at >= end:
            break
        size, note = table[data[at]]
        if size:
            note(at)
            at += size
            continue
        try:
            local, definition, at = defined.take(at)
        except Fault as found:
            fault = str(found)
            break
        _enter(table, local, definition)
    if at > end:
        at, fault = defined.last(), EARLY
        defined.without_messages_from(at)
    elif at < end and not fault:
        fault = TOO_MANY
    return Scan(defined.all(), at, fault)


def _enter(table: list[Place], local: int, definition: Definition) -> None:
    """Let every first byte that a message of a local kind can have lead to its definition."""
    place = definition.size, definition.starts.append
    table[local:DEFINES:16] = [place] * 4  # two of the bits mean nothing
    if local < 4:  # noqa: PLR2004 - two bits hold the kind beside a compressed time
        first = COMPRESSED + 32 * local
        table[first : first + 32] = [place] * 32


def _nowhere(at: int) -> None:
    """Stand where nothing is defined."""


_UNDEFINED: Place = (0, _nowhere)


def local_kind(header: int) -> int:
    """Return the local kind that a message's first byte names."""
    return header >> 5 & 3 if header & COMPRESSED else header & _LOCAL


class Definitions:
    """The definitions met so far; those with the same content are one.

    Many apps define their records anew before each of them.
    """

    def __init__(self, data: bytes, end: int) -> None:
        self._data = data
        self._end = end
        self._known: dict[bytes, Definition] = {}
        self._taken = 0

    def all(self) -> tuple[Definition, ...]:
        """Return them in the order in which they were first met."""
        return tuple(self._known.values())

    def take(self, at: int) -> tuple[int, Definition, int]:
        """Take the definition at a byte; return its local kind, itself, and the byte after it.

        Raises:
            Fault: there is none.
        """
        data, header = self._data, self._data[at]
        if header & COMPRESSED or not header & DEFINES:
            raise Fault(f"a message of the kind {local_kind(header)} that was not defined")
        if self._taken == _MOST_DEFINITIONS:
            raise Fault("more definitions than any recording has")
        self._taken += 1
        after = at + _FIXED
        after += _TRIPLE * data[after - 1] if after <= self._end else 0
        if header & _HAS_DEVELOPER_FIELDS:
            after += 1 + _TRIPLE * data[after] if after < self._end else 1
        if after > self._end:
            raise Fault(EARLY)
        content = data[at + 1 : after] + bytes([header & _HAS_DEVELOPER_FIELDS])
        definition = self._known.get(content) or self._new(content)
        return header & _LOCAL, definition, after

    def _new(self, content: bytes) -> Definition:
        if content[1] not in (0, 1):
            raise Fault("a definition of an unknown byte order")
        if len(self._known) == _MOST_LAYOUTS:
            raise Fault("more kinds of messages than any recording has")
        definition = self._known[content] = _parsed(content)
        return definition

    def without_messages_from(self, at: int) -> None:
        """Take away the messages that begin at a byte or later."""
        for definition in self.all():
            while definition.starts and definition.starts[-1] >= at:
                definition.starts.pop()

    def last(self) -> int:
        """Return where the last message begins."""
        return max(definition.starts[-1] for definition in self.all() if definition.starts)


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
    times = (one.offset for one in fields if (one.number, one.size, one.type) == (TIMESTAMP, 4, _UINT32))
    return Definition(kind, order, fields, developer_fields, offset, next(times, None))


def _fields(content: bytes, at: int, count: int, offset: int) -> tuple[tuple[Field, ...], int]:
    """Return the fields whose triples begin at a byte, and the offset after the last of their values."""
    fields = []
    for triple in range(at, at + _TRIPLE * count, _TRIPLE):
        number, size, base = content[triple : triple + _TRIPLE]
        fields.append(Field(number, size, base, offset))
        offset += size
    return tuple(fields), offset
