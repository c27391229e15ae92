"""Find where each message of a FIT file begins, without looking at its values.

``split_chained`` separates chained files and mends unfinished headers; ``scan_messages`` walks over sound
files; ``salvage_messages`` is slower and finds its way back into step after damaged bytes.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from runlog.importers.fit.profile import RECORD_MESSAGE
from runlog.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

_FIT_SIGNATURE = b".FIT"
_MIN_HEADER = 12
_MAX_HEADER = 32
_CRC_SIZE = 2
_MAX_CHAINED = 1_000


@dataclass(frozen=True, slots=True)
class ChainedFile:
    """One of the FIT files that a file holds: its bytes with header and checksum, and where it begins."""

    data: bytes
    offset: int


def is_fit_header(head: bytes) -> bool:
    """Tell whether bytes begin with a FIT header."""
    return len(head) > _MIN_HEADER and _MIN_HEADER <= head[0] <= _MAX_HEADER and head[8:12] == _FIT_SIGNATURE


def split_chained(data: bytes) -> tuple[list[ChainedFile], list[Problem]]:
    """Split a FIT file into the sequences chained in it.

    A header that was never completed, as a dying battery leaves it (data size 0 or an old one), is
    completed here.
    """
    sequences: list[ChainedFile] = []
    offset = 0
    while len(sequences) < _MAX_CHAINED and is_fit_header(data[offset : offset + _MAX_HEADER]):
        sequence = _mend_header(data, offset)
        sequences.append(ChainedFile(sequence, offset))
        offset += len(sequence)
    rest = data[offset:]
    if not rest.strip(b"\x00"):
        return sequences, []
    return sequences, [Problem(f"{len(rest)} bytes are not FIT and were left out", byte=offset)]


def _mend_header(data: bytes, offset: int) -> bytes:
    begin = offset + data[offset]
    end = begin + int.from_bytes(data[offset + 4 : offset + 8], "little") + _CRC_SIZE
    stated = data[offset:end]
    if fit_checksum(stated) == 0 or not _messages_follow(data[end : end + _MAX_HEADER]):
        return stated
    size = (len(data) - begin).to_bytes(4, "little")
    return b"".join((data[offset : offset + 4], size, memoryview(data)[offset + 8 :]))


def _messages_follow(rest: bytes) -> bool:
    """Tell whether the bytes after a sequence's end are neither another one nor padding."""
    return bool(rest.strip(b"\x00")) and not is_fit_header(rest)


def data_range(sequence: bytes) -> tuple[int, int]:
    """Return the bytes between which the messages of a sequence stand; the end may lie beyond its bytes."""
    begin = sequence[0]
    return begin, begin + int.from_bytes(sequence[4:8], "little")


def file_fault(sequence: bytes) -> str | None:
    """Say what is wrong with a sequence as a whole: its end or its checksum."""
    if len(sequence) < data_range(sequence)[1] + _CRC_SIZE:
        return "it ends early"
    if fit_checksum(sequence) != 0:  # which it is over bytes that end with their own checksum
        return "its checksum is wrong"
    return None


def fit_checksum(data: bytes) -> int:
    """Compute FIT's checksum, CRC-16/ARC."""
    import fastcrc

    return int(fastcrc.crc16.arc(data))


if TYPE_CHECKING:
    MessageSlot = tuple[int, Callable[[int], None]]  # the size of a message, and what notes where one begins

#: More than two weeks of a record every second: more is made to fill a memory.
MAX_MESSAGES = 1_500_000
TOO_MANY_MESSAGES = "more messages than any recording has"
ENDS_EARLY = "it ends early"
_MAX_DEFINITIONS = 300_000
_MAX_LAYOUTS = 2_000

DEFINITION_BIT = 0x40  # of a message's first byte: it is a definition
COMPRESSED_BIT = 0x80  # of a message's first byte: its low five bits are those of its time
TIMESTAMP_FIELD = 253  # FIT's number of the field that holds a message's time
_UINT32_BASE = 0x86  # FIT's base type of times
_DEVELOPER_BIT = 0x20
_LOCAL_TYPE_MASK = 0x0F
_DEFINITION_HEAD_SIZE = 6  # bytes of a definition before its fields
_FIELD_DEFINITION_SIZE = 3  # a field's number, size, and type or developer


class FieldDefinition(NamedTuple):
    """One field in a definition, and where in its messages the value stands."""

    number: int
    size: int
    type: int  # FIT's base type; of a developer field the developer's index
    offset: int  # from the message's first byte


@dataclass(frozen=True, slots=True)
class MessageDefinition:
    """How some messages are laid out, and the bytes at which they begin."""

    kind: int  # FIT's global message number
    order: str  # of bytes, as struct and numpy write it
    fields: tuple[FieldDefinition, ...]
    developer_fields: tuple[FieldDefinition, ...]
    size: int  # of a message, its first byte included
    time_at: int | None  # from a message's first byte to its time
    starts: array[int] = field(default_factory=lambda: array("I"))


@dataclass(frozen=True, slots=True)
class ScanResult:
    """All messages that are sound, and what the first fault is."""

    definitions: tuple[MessageDefinition, ...]
    end: int  # where the last whole message before the fault ends
    fault: str | None = None

    def __len__(self) -> int:
        return sum(len(definition.starts) for definition in self.definitions)


class MalformedMessage(Exception):
    """What stands at a byte is neither a message nor a definition."""


def scan_messages(data: bytes, begin: int, end: int, most: int = MAX_MESSAGES) -> ScanResult:
    """Find all messages in ``data[begin:end]`` before the first fault, as far as there are bytes.

    Time and memory are bounded by ``most`` messages, whatever the bytes are.
    """
    end = min(end, len(data))
    at = min(begin, end)
    defined = DefinitionTable(data, end)
    table = [_UNDEFINED_SLOT] * 256  # by a message's first byte
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
        except MalformedMessage as found:
            fault = str(found)
            break
        _register_definition(table, local, definition)
    if at > end:
        at, fault = defined.last(), ENDS_EARLY
        defined.without_messages_from(at)
    elif at < end and not fault:
        fault = TOO_MANY_MESSAGES
    return ScanResult(defined.all(), at, fault)


def _register_definition(table: list[MessageSlot], local: int, definition: MessageDefinition) -> None:
    """Let every first byte that a message of a local kind can have lead to its definition."""
    place = definition.size, definition.starts.append
    table[local:DEFINITION_BIT:16] = [place] * 4  # two of the bits mean nothing
    if local < 4:  # noqa: PLR2004 - two bits hold the kind beside a compressed time
        first = COMPRESSED_BIT + 32 * local
        table[first : first + 32] = [place] * 32


def _ignore_start(at: int) -> None:
    """Stand where nothing is defined."""


_UNDEFINED_SLOT: MessageSlot = (0, _ignore_start)


def local_message_type(header: int) -> int:
    """Return the local kind that a message's first byte names."""
    return header >> 5 & 3 if header & COMPRESSED_BIT else header & _LOCAL_TYPE_MASK


class DefinitionTable:
    """The definitions met so far; those with the same content are one.

    Many apps define their records anew before each of them.
    """

    def __init__(self, data: bytes, end: int) -> None:
        self._data = data
        self._end = end
        self._known: dict[bytes, MessageDefinition] = {}
        self._taken = 0

    def all(self) -> tuple[MessageDefinition, ...]:
        """Return them in the order in which they were first met."""
        return tuple(self._known.values())

    def take(self, at: int) -> tuple[int, MessageDefinition, int]:
        """Take the definition at a byte; return its local kind, itself, and the byte after it.

        Raises:
            Fault: there is none.
        """
        data, header = self._data, self._data[at]
        if header & COMPRESSED_BIT or not header & DEFINITION_BIT:
            raise MalformedMessage(f"a message of the kind {local_message_type(header)} that was not defined")
        if self._taken == _MAX_DEFINITIONS:
            raise MalformedMessage("more definitions than any recording has")
        self._taken += 1
        after = at + _DEFINITION_HEAD_SIZE
        after += _FIELD_DEFINITION_SIZE * data[after - 1] if after <= self._end else 0
        if header & _DEVELOPER_BIT:
            after += 1 + _FIELD_DEFINITION_SIZE * data[after] if after < self._end else 1
        if after > self._end:
            raise MalformedMessage(ENDS_EARLY)
        content = data[at + 1 : after] + bytes([header & _DEVELOPER_BIT])
        definition = self._known.get(content) or self._new(content)
        return header & _LOCAL_TYPE_MASK, definition, after

    def _new(self, content: bytes) -> MessageDefinition:
        if content[1] not in (0, 1):
            raise MalformedMessage("a definition of an unknown byte order")
        if len(self._known) == _MAX_LAYOUTS:
            raise MalformedMessage("more kinds of messages than any recording has")
        definition = self._known[content] = _parse_definition(content)
        return definition

    def without_messages_from(self, at: int) -> None:
        """Take away the messages that begin at a byte or later."""
        for definition in self.all():
            while definition.starts and definition.starts[-1] >= at:
                definition.starts.pop()

    def last(self) -> int:
        """Return where the last message begins."""
        return max(definition.starts[-1] for definition in self.all() if definition.starts)


def _parse_definition(content: bytes) -> MessageDefinition:
    """Make a definition of its content: reserved, byte order, kind, count, fields, developer fields."""
    order = ">" if content[1] else "<"
    kind = int.from_bytes(content[2:4], "big" if content[1] else "little")
    offset = 1
    fields, offset = _parse_fields(content, 5, content[4], offset)
    developer_at = 5 + _FIELD_DEFINITION_SIZE * content[4]
    developer_fields: tuple[FieldDefinition, ...] = ()
    if content[-1]:
        developer_fields, offset = _parse_fields(content, developer_at + 1, content[developer_at], offset)
    times = (
        one.offset for one in fields if (one.number, one.size, one.type) == (TIMESTAMP_FIELD, 4, _UINT32_BASE)
    )
    return MessageDefinition(kind, order, fields, developer_fields, offset, next(times, None))


def _parse_fields(
    content: bytes, at: int, count: int, offset: int
) -> tuple[tuple[FieldDefinition, ...], int]:
    """Return the fields whose triples begin at a byte, and the offset after the last of their values."""
    fields = []
    for triple in range(at, at + _FIELD_DEFINITION_SIZE * count, _FIELD_DEFINITION_SIZE):
        number, size, base = content[triple : triple + _FIELD_DEFINITION_SIZE]
        fields.append(FieldDefinition(number, size, base, offset))
        offset += size
    return tuple(fields), offset


_MAX_TIME_STEP_S = 86_400
_INVALID_TIME = 2**32 - 1

#: The walk goes on where so many messages follow one another, within so many bytes of the last good one.
_RESYNC_MESSAGES = 8
_RESYNC_BYTES = 8_192
_MAX_FAULTS = 100


def salvage_messages(data: bytes, begin: int, end: int, most: int = MAX_MESSAGES) -> ScanResult:
    """Find the messages in ``data[begin:end]`` before and after damage, and what the first fault is.

    Time and memory are bounded by ``most`` messages, whatever the bytes are.
    """
    walk = _SalvageWalk(data, min(end, len(data)))
    at = begin
    damages: list[tuple[int, str]] = []
    for _ in range(most):
        if at >= walk.end or len(damages) > _MAX_FAULTS:
            break
        try:
            at = walk.step(at)
        except MalformedMessage as fault:
            damages.append((at, str(fault)))
            at = walk.resumption(at)
    else:
        damages.append((at, TOO_MANY_MESSAGES))
    sound, first = damages[0] if damages else (walk.end, None)
    return ScanResult(walk.defined.all(), sound, first)


class _SalvageWalk:
    """What is defined where the walk has come to, and how far what it has found can be trusted."""

    def __init__(self, data: bytes, end: int) -> None:
        self.data = data
        self.end = end
        self.defined = DefinitionTable(data, end)
        self._local: dict[int, MessageDefinition] = {}
        self._clock: int | None = None  # the time of the last message that has one
        self._trusted: int | None = None  # where that message begins

    def step(self, at: int) -> int:
        """Take the definition or the message at a byte; return the byte after it.

        Raises:
            Fault: it cannot be one.
        """
        if self.data[at] & DEFINITION_BIT and not self.data[at] & COMPRESSED_BIT:
            local, definition, after = self.defined.take(at)
            self._local[local] = definition
            return after
        definition, seconds = self._message(at)
        if seconds is not None and self._clock is not None and abs(seconds - self._clock) > _MAX_TIME_STEP_S:
            raise MalformedMessage("a time far from the one before")
        if seconds is not None:
            self._clock = seconds
        if seconds is not None or self.data[at] & COMPRESSED_BIT:
            self._trusted = at
        definition.starts.append(at)
        return at + definition.size

    def _message(self, at: int) -> tuple[MessageDefinition, int | None]:
        """Return how the message at a byte is laid out, and its time in FIT's seconds if it has one."""
        header = self.data[at]
        definition = self._local.get(local_message_type(header))
        if definition is None or (header & COMPRESSED_BIT and not _allows_compressed_header(definition)):
            raise MalformedMessage(f"a message of the kind {local_message_type(header)} that was not defined")
        if at + definition.size > self.end:
            raise MalformedMessage(ENDS_EARLY)
        if definition.time_at is None:
            return definition, None
        (seconds,) = struct.unpack_from(f"{definition.order}I", self.data, at + definition.time_at)
        return definition, None if seconds == _INVALID_TIME else seconds

    def resumption(self, at: int) -> int:
        """Return the next byte at which the walk can go on after a fault, or the end.

        The last message with a time is where bytes were lost: where the walk goes on, that message and what
        seemed to follow it are left out.
        """
        lost = at if self._trusted is None else self._trusted
        places = range(lost + 1, min(lost + _RESYNC_BYTES, self.end))
        place = next((place for place in places if self._in_step(place)), self.end)
        if place < self.end:
            self.defined.without_messages_from(lost)
        self._clock = self._trusted = None
        return place

    def _in_step(self, at: int) -> bool:
        """Tell whether messages of about one time follow one another from a byte on."""
        times = []
        for _ in range(_RESYNC_MESSAGES):
            if at == self.end:
                break
            try:
                definition, seconds = self._message(at)
            except MalformedMessage:
                return False
            times += [seconds] if seconds is not None else []
            at += definition.size
        return len(times) > 1 and max(times) - min(times) <= _MAX_TIME_STEP_S


def _allows_compressed_header(definition: MessageDefinition) -> bool:
    """Tell whether messages can have their time in the first byte: records that do not hold it in full."""
    return definition.kind == RECORD_MESSAGE and definition.time_at is None
