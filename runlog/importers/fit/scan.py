"""Find where each message of a FIT file begins, without looking at its values.

``split_chained`` separates chained files and completes unfinished headers; ``scan_messages`` scans sound
files, and ``salvage`` damaged ones.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from runlog.errors import Problem
from runlog.i18n import N_, _, say

if TYPE_CHECKING:
    from collections.abc import Callable

_FIT_SIGNATURE = b".FIT"
_MIN_HEADER = 12
_MAX_HEADER = 32
_CRC_SIZE = 2
_MAX_CHAINED = 1_000


@dataclass(frozen=True, slots=True)
class ChainedFile:
    """One of the FIT files chained in a file: its bytes with header and checksum, and its offset."""

    data: bytes
    offset: int


def is_fit_header(head: bytes) -> bool:
    """Return whether bytes begin with a FIT header."""
    return len(head) > _MIN_HEADER and _MIN_HEADER <= head[0] <= _MAX_HEADER and head[8:12] == _FIT_SIGNATURE


def split_chained(data: bytes) -> tuple[list[ChainedFile], list[Problem]]:
    """Split a file into the FIT files chained in it.

    A header that was never completed (data size 0 or an old one, after a flat battery) is completed here.
    """
    files: list[ChainedFile] = []
    offset = 0
    while len(files) < _MAX_CHAINED and is_fit_header(data[offset : offset + _MAX_HEADER]):
        file = _complete_header(data, offset)
        files.append(ChainedFile(file, offset))
        offset += len(file)
    remaining = data[offset:]
    if not remaining.strip(b"\x00"):
        return files, []
    reason = say("{n} bytes are not FIT and were left out", n=len(remaining))
    return files, [Problem(reason, byte=offset, is_warning=True)]


def _complete_header(data: bytes, offset: int) -> bytes:
    """Return the FIT file at an offset, with a header that spans all of its messages."""
    begin = offset + data[offset]
    end = begin + int.from_bytes(data[offset + 4 : offset + 8], "little") + _CRC_SIZE
    stated, following = data[offset:end], data[end : end + _MAX_HEADER]
    if fit_checksum(stated) == 0 or not following.strip(b"\x00") or is_fit_header(following):
        return stated  # followed by another file, or padding
    size = (len(data) - begin).to_bytes(4, "little")
    return b"".join((data[offset : offset + 4], size, memoryview(data)[offset + 8 :]))


def data_range(file: bytes) -> tuple[int, int]:
    """Return the offsets of the first message and after the last one; the latter may lie beyond the bytes."""
    begin = file[0]
    return begin, begin + int.from_bytes(file[4:8], "little")


def file_fault(file: bytes) -> str | None:
    """Return what is wrong with a FIT file as a whole (its end or its checksum), or None."""
    if len(file) < data_range(file)[1] + _CRC_SIZE:
        return _("it ends early")
    if fit_checksum(file) != 0:  # the checksum of bytes that end with their own checksum is 0
        return _("its checksum is wrong")
    return None


def fit_checksum(data: bytes) -> int:
    """Compute FIT's checksum, CRC-16/ARC."""
    import fastcrc

    return int(fastcrc.crc16.arc(data))


if TYPE_CHECKING:
    MessageSlot = tuple[int, Callable[[int], None]]  # the size of a message, and what takes its offset

#: More than two weeks of a record every second; a file with more is hostile.
MAX_MESSAGES = 1_500_000
TOO_MANY_MESSAGES = N_("more messages than any recording has")
ENDS_EARLY = N_("it ends early")
_MAX_DEFINITIONS = 300_000
_MAX_LAYOUTS = 2_000

DEFINITION_BIT = 0x40  # in a header byte: it begins a definition
COMPRESSED_BIT = 0x80  # in a header byte: its low five bits are the low bits of a time
TIMESTAMP_FIELD = 253  # FIT's number of the field with a message's time
_UINT32_BASE = 0x86  # FIT's base type of times
_DEVELOPER_BIT = 0x20
_LOCAL_TYPE_MASK = 0x0F
_DEFINITION_HEAD_SIZE = 6  # bytes of a definition before its fields
_FIELD_DEFINITION_SIZE = 3  # a field's number, size, and type or developer


class FieldDefinition(NamedTuple):
    """One field in a definition, and its offset in the messages."""

    number: int
    size: int
    type: int  # FIT's base type; for a developer field the developer's index
    offset: int  # from the message's header byte


@dataclass(frozen=True, slots=True)
class MessageDefinition:
    """The layout of some messages, and their offsets."""

    message_number: int  # FIT's global one
    byte_order: str  # as struct and numpy write it
    fields: tuple[FieldDefinition, ...]
    developer_fields: tuple[FieldDefinition, ...]
    size: int  # of a message with its header byte
    timestamp_offset: int | None  # from a message's header byte
    message_offsets: array[int] = field(default_factory=lambda: array("I"))


@dataclass(frozen=True, slots=True)
class ScanResult:
    """All sound messages, the first fault, and the offsets at which messages go on after damage."""

    definitions: tuple[MessageDefinition, ...]
    sound_until: int  # where the last whole message before the fault ends
    fault: str | None = None
    resumed: tuple[int, ...] = ()

    def __len__(self) -> int:
        return sum(len(definition.message_offsets) for definition in self.definitions)


class MalformedMessage(Exception):
    """The bytes at an offset are neither a message nor a definition."""


def undefined_message(header: int) -> MalformedMessage:
    """Return the error of a message whose kind was not defined."""
    kind = local_message_type(header)
    return MalformedMessage(say("a message of the kind {kind} that was not defined", kind=kind))


def scan_messages(data: bytes, begin: int, end: int, max_messages: int = MAX_MESSAGES) -> ScanResult:
    """Find all messages in ``data[begin:end]`` before the first fault, as far as there are bytes.

    Time and memory are bounded by ``max_messages``, whatever the bytes are.
    """
    end = min(end, len(data))
    at = min(begin, end)
    definitions = DefinitionTable(data, end)
    slots = [_UNDEFINED_SLOT] * 256  # by header byte
    fault = None
    for _message in range(max_messages):
        if at >= end:
            break
        size, add_offset = slots[data[at]]
        if size:
            add_offset(at)
            at += size
            continue
        try:
            local_type, definition, at = definitions.parse_at(at)
        except MalformedMessage as error:
            fault = str(error)
            break
        _register_definition(slots, local_type, definition)
    if at > end:
        offsets = (one.message_offsets for one in definitions.all())
        at, fault = max(one[-1] for one in offsets if one), _(ENDS_EARLY)  # of the last message, which is cut
        definitions.drop_messages_from(at)
    elif at < end and not fault:
        fault = _(TOO_MANY_MESSAGES)
    return ScanResult(definitions.all(), at, fault)


def _register_definition(slots: list[MessageSlot], local_type: int, definition: MessageDefinition) -> None:
    """Register a definition under every header byte its messages can have."""
    slot = definition.size, definition.message_offsets.append
    slots[local_type:DEFINITION_BIT:16] = [slot] * 4  # two of the bits mean nothing
    if local_type < 4:  # noqa: PLR2004 - a header with a compressed time has two bits for the type
        first = COMPRESSED_BIT + 32 * local_type
        slots[first : first + 32] = [slot] * 32


_UNDEFINED_SLOT: MessageSlot = (0, lambda _at: None)


def local_message_type(header: int) -> int:
    """Return the local message type in a header byte."""
    return header >> 5 & 3 if header & COMPRESSED_BIT else header & _LOCAL_TYPE_MASK


class DefinitionTable:
    """Definitions seen so far, equal ones shared: many apps repeat the definition before each record."""

    def __init__(self, data: bytes, end: int) -> None:
        self._data = data
        self._end = end
        self._by_content: dict[bytes, MessageDefinition] = {}
        self._parsed_count = 0

    def all(self) -> tuple[MessageDefinition, ...]:
        """Return the definitions in the order of the file."""
        return tuple(self._by_content.values())

    def parse_at(self, at: int) -> tuple[int, MessageDefinition, int]:
        """Parse the definition at an offset; return its local type, itself, and the offset after it."""
        data, header = self._data, self._data[at]
        if header & COMPRESSED_BIT or not header & DEFINITION_BIT:
            raise undefined_message(header)
        if self._parsed_count == _MAX_DEFINITIONS:
            raise MalformedMessage(_("more definitions than any recording has"))
        self._parsed_count += 1
        content, after = definition_content(data, at, self._end)
        definition = self._by_content.get(content)
        if definition is None:
            if len(self._by_content) == _MAX_LAYOUTS:
                raise MalformedMessage(_("more kinds of messages than any recording has"))
            definition = self._by_content[content] = parse_definition(content)
        return header & _LOCAL_TYPE_MASK, definition, after

    def drop_messages_from(self, at: int) -> None:
        """Drop the messages that begin at an offset or later."""
        for definition in self.all():
            while definition.message_offsets and definition.message_offsets[-1] >= at:
                definition.message_offsets.pop()


def definition_content(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Return the content of the definition at an offset, and the offset after it, at most ``end``."""
    has_developer_fields = data[at] & _DEVELOPER_BIT
    after = at + _DEFINITION_HEAD_SIZE
    after += _FIELD_DEFINITION_SIZE * data[after - 1] if after <= end else 0
    if has_developer_fields:
        after += 1 + _FIELD_DEFINITION_SIZE * data[after] if after < end else 1
    if after > end:
        raise MalformedMessage(_(ENDS_EARLY))
    return data[at + 1 : after] + bytes([has_developer_fields]), after


def parse_definition(content: bytes) -> MessageDefinition:
    """Parse the content of a definition: reserved, byte order, number, count, fields, developer fields."""
    if content[1] not in (0, 1):
        raise MalformedMessage(_("a definition of an unknown byte order"))
    byte_order = ">" if content[1] else "<"
    number = int.from_bytes(content[2:4], "big" if content[1] else "little")
    fields, offset = _parse_fields(content, 5, content[4], 1)
    developer_at = 5 + _FIELD_DEFINITION_SIZE * content[4]
    developer_fields: tuple[FieldDefinition, ...] = ()
    if content[-1]:
        developer_fields, offset = _parse_fields(content, developer_at + 1, content[developer_at], offset)
    timestamp = (TIMESTAMP_FIELD, 4, _UINT32_BASE)
    time_offsets = (field.offset for field in fields if (field.number, field.size, field.type) == timestamp)
    return MessageDefinition(number, byte_order, fields, developer_fields, offset, next(time_offsets, None))


def _parse_fields(
    content: bytes, at: int, count: int, offset: int
) -> tuple[tuple[FieldDefinition, ...], int]:
    """Return the fields whose triples begin at ``at``, and the offset after the last of their values."""
    fields = []
    for triple in range(at, at + _FIELD_DEFINITION_SIZE * count, _FIELD_DEFINITION_SIZE):
        number, size, base = content[triple : triple + _FIELD_DEFINITION_SIZE]
        fields.append(FieldDefinition(number, size, base, offset))
        offset += size
    return tuple(fields), offset
