"""Decode the messages of a FIT file: records to numpy columns, all others to dicts.

Why not a library's decoder: fitparse and Garmin's SDK make an object of every value (6,000 and 18,000 records
a second); fitfast is fast, but refuses damaged files whole, and legal ones whose header has the checksum 0.
This one keeps the messages before a fault, in bounded time and memory. The meaning of the bytes comes from
fitparse's profile, and the tests compare the values with fitparse's on every device file. fitparse is no
fallback: it reads no additional field that matters and fewer files, and takes hours for hostile ones.
"""

from __future__ import annotations

import heapq
import math
import struct
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.errors import Problem
from runlog.i18n import say
from runlog.importers.fit import profile, scan
from runlog.importers.fit.profile import base_types
from runlog.importers.fit.salvage import salvage_messages
from runlog.importers.fit.scan import COMPRESSED_BIT, MAX_MESSAGES, TIMESTAMP_FIELD, scan_messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit.profile import BaseType, DeveloperField, FieldProfile, MessageType
    from runlog.importers.fit.scan import FieldDefinition, MessageDefinition
    from runlog.model import Bools, Floats, Indices

    Message = dict[str, Any]
    Columns = dict[str, Floats]
    Times = Floats | None
    #: A definition, and the times (n,) of its messages with compressed headers.
    TimedDefinition = tuple[MessageDefinition, Times]


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one FIT file, in FIT's units and words, times in Unix seconds."""

    records: Mapping[str, Floats]  # columns (n,) by field name, NaN where a record lacks the value
    developer_records: Mapping[str, Floats]  # of developer fields (n,), by the native field they hold
    by_type: Mapping[str, Sequence[Message]]  # all others by type, each a dict of the fields with a value
    count: int  # number of all messages, also of those that are not read

    @property
    def times(self) -> Floats:
        """Unix seconds of the records (n,), NaN for a record without a time."""
        return self.records["timestamp"]


def decode_messages(file: bytes, max_messages: int = MAX_MESSAGES) -> tuple[Messages, Problem | None]:
    """Decode one FIT file (header, data and checksum) as far as it is sound, up to so many messages.

    Returns:
        The messages before the fault, and the fault at the end of the last whole message, or None.
    """
    body = scan.data_range(file)
    scanned = scan_messages(file, *body, max_messages)
    fault = scanned.fault or scan.file_fault(file)
    if fault:
        scanned = salvage_messages(file, *body, max_messages)
        fault = scanned.fault or fault
    definitions: dict[int, list[TimedDefinition]] = defaultdict(list)
    times = compressed_timestamps(file, scanned.definitions, scanned.resumed)
    for timed in zip(scanned.definitions, times, strict=True):
        definitions[timed[0].message_number].append(timed)
    by_type = {}
    for number, kind in profile.message_types().items():
        by_type[kind.name] = list(islice(_iter_messages(file, definitions[number], kind), kind.max_count))
        if sum(len(definition.message_offsets) for definition, _ in definitions[number]) > kind.max_count:
            fault = fault or say(
                "it has more than {most} messages of the kind {name}", most=kind.max_count, name=kind.name
            )
    developer_fields = profile.native_developer_fields(by_type["field_description"])
    columns = record_columns(file, definitions[profile.RECORD_MESSAGE], developer_fields)
    problem = Problem(fault, byte=scanned.sound_until) if fault else None
    return Messages(*columns, by_type, len(scanned)), problem


def _iter_messages(
    data: bytes, definitions: Sequence[TimedDefinition], kind: MessageType
) -> Iterator[Message]:
    """Yield the messages of a type in the order of the file."""
    layouts = [_message_layout(definition, kind) for definition, _ in definitions]
    offsets = [
        zip(definition.message_offsets, repeat(index), repeat(math.nan) if times is None else times.tolist())
        for index, (definition, times) in enumerate(definitions)
    ]
    for offset, index, seconds in heapq.merge(*offsets):
        layout, fields = layouts[index]
        message: Message = {}
        for (meaning, base), raw in zip(fields, layout.unpack_from(data, offset), strict=True):
            value = base.parse(raw)
            if value is not None:
                message[meaning.name] = meaning.convert(value)
        if TIMESTAMP_FIELD in kind.fields and not math.isnan(seconds):
            message.setdefault("timestamp", int(seconds) + profile.FIT_EPOCH_S)
        yield message


def _message_layout(
    definition: MessageDefinition, kind: MessageType
) -> tuple[struct.Struct, list[tuple[FieldProfile, BaseType]]]:
    """Return the struct of the fields that are read, and the meaning of each."""
    code, at, fields = definition.byte_order, 0, []
    for field in definition.fields:
        meaning, base = kind.fields.get(field.number), profile.base_types().get(field.type)
        if meaning is None or base is None or field.size == 0:
            continue
        if base.code != "s" and field.size != base.size:
            continue
        count = field.size // base.size
        code += f"{field.offset - at}x{count if base.code == 's' else ''}{base.code}"
        at = field.offset + field.size
        fields.append((meaning, base))
    return struct.Struct(code), fields


_PACKED_FIELD = "compressed_speed_distance"
_PACKED_DISTANCE = "packed_distance"


def record_columns(
    data: bytes,
    definitions: Sequence[TimedDefinition],
    developer_fields: Mapping[tuple[Any, Any], DeveloperField],
) -> tuple[Columns, Columns]:
    """Return the columns (n,) of all records, in the order of the file.

    Returns:
        The native fields, always with ``timestamp``, and the developer fields by the native one that they
        hold; in FIT's units, NaN where a record lacks the value.
    """
    used = [(definition, times) for definition, times in definitions if definition.message_offsets]
    if not used:
        return {"timestamp": np.empty(0)}, {}
    native, developer = [], []
    for definition, times in used:
        rows = MessageRows(data, definition)
        native.append(_native_columns(rows, definition, times))
        developer.append(_developer_columns(rows, definition, developer_fields))
    offsets = [_offsets_of(definition) for definition, _ in used]
    order = np.argsort(np.concatenate(offsets)) if len(offsets) > 1 else None
    sizes = [len(part) for part in offsets]
    records = _join_columns(native, sizes, order)
    if _PACKED_DISTANCE in records:
        _fill_column(records, "distance", unwrap_counter(records.pop(_PACKED_DISTANCE)) / 16.0)
    return records, _join_columns(developer, sizes, order)


def _offsets_of(definition: MessageDefinition) -> NDArray[np.uint32]:
    return np.frombuffer(definition.message_offsets, np.uint32)


def _native_columns(rows: MessageRows, definition: MessageDefinition, times: Times) -> Columns:
    columns: Columns = {"timestamp": np.full(len(definition.message_offsets), np.nan)}
    packed = None
    for field in definition.fields:
        meaning = profile.record_fields().get(field.number)
        if meaning is None:
            continue
        if meaning.name == _PACKED_FIELD:
            packed = unpack_speed_distance(rows.bytes_of(field))
            continue
        raw = rows.numbers(field, profile.base_types().get(field.type))
        if raw is not None:
            columns[meaning.name] = raw / meaning.scale - meaning.offset
    if packed is not None:
        _fill_column(columns, "speed", packed[0] / 100.0)
        columns[_PACKED_DISTANCE] = packed[1]
    if times is not None:
        _fill_column(columns, "timestamp", times + profile.FIT_EPOCH_S)
    return columns


def _developer_columns(
    rows: MessageRows,
    definition: MessageDefinition,
    developer_fields: Mapping[tuple[Any, Any], DeveloperField],
) -> Columns:
    columns: Columns = {}
    for field in definition.developer_fields:
        native = developer_fields.get((field.type, field.number))
        if native is None:
            continue
        raw = rows.numbers(field, native.base)
        if raw is not None:
            _fill_column(columns, native.name, raw * native.unit_factor)
    return columns


def _fill_column(columns: Columns, name: str, values: Floats) -> None:
    """Set a column, or fill the gaps of the column that is there."""
    known = columns.get(name)
    columns[name] = values if known is None else np.where(np.isnan(known), values, known)


def _join_columns(parts: Sequence[Columns], sizes: Sequence[int], order: Indices | None) -> Columns:
    """Join the columns of several definitions, in the order of the file."""
    if order is None:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part)
    empty = [np.full(size, np.nan) for size in sizes]
    return {
        name: np.concatenate([part.get(name, nan) for part, nan in zip(parts, empty, strict=True)])[order]
        for name in names
    }


_PACKED_SIZE = 3


class MessageRows:
    """All messages of one definition as a strided array, one row each."""

    def __init__(self, data: bytes, definition: MessageDefinition) -> None:
        size = definition.size
        windows = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
        self._rows = windows[_offsets_of(definition)]
        self._definition = definition

    def numbers(self, field: FieldDefinition, base: BaseType | None) -> Floats | None:
        """Return a field's numbers (n,), NaN for no value; None if the field does not hold one number."""
        if base is None or base.code == "s" or field.size != base.size:
            return None
        raw = self._view(field, self._definition.byte_order + base.code)
        values = raw.astype(np.float64)
        if base.invalid is not None:
            values[raw == base.invalid] = np.nan
        return values

    def bytes_of(self, field: FieldDefinition) -> NDArray[np.uint8]:
        """Return the bytes of a field (n, size)."""
        columns = [self._view(field, "u1", byte) for byte in range(field.size)]
        return np.stack(columns, axis=1) if columns else np.empty((len(self._rows), 0), np.uint8)

    def _view(self, field: FieldDefinition, code: str, byte: int = 0) -> NDArray[np.generic]:
        return np.ndarray(len(self._rows), code, self._rows, field.offset + byte, (self._definition.size,))


def unpack_speed_distance(packed: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Unpack 12-bit speeds (1/100 m/s) and distances (1/16 m, wrapping at 4096) of old foot-pod records.

    The bytes are (n, 3); 0xFFFFFF means no value.
    """
    if packed.shape[1] != _PACKED_SIZE:
        return np.full(len(packed), np.nan), np.full(len(packed), np.nan)
    low, middle, high = packed.astype(np.float64).T
    speed = low + middle % 16 * 256
    distance = middle // 16 + high * 16
    missing = (packed == 0xFF).all(axis=1)  # noqa: PLR2004 - FIT's byte for no value
    speed[missing], distance[missing] = np.nan, np.nan
    return speed, distance


def unwrap_counter(values: Floats) -> Floats:
    """Return the running total (n,) of a counter of 12 bits, which wraps to 0; NaN stays NaN."""
    known = np.flatnonzero(~np.isnan(values))
    total = np.full(len(values), np.nan)
    total[known] = np.cumsum(np.diff(values[known], prepend=0.0) % 2**12)
    return total


_TIME_BITS = 0x1F


def compressed_timestamps(
    data: bytes, definitions: Sequence[MessageDefinition], resumed: Sequence[int] = ()
) -> list[Times]:
    """Expand compressed timestamp headers to full times in FIT's seconds, per definition.

    A compressed header holds the low five bits of a time; the upper bits are those of the last time before
    it in the file, in whatever message, plus one if the low bits have wrapped. After damage (at ``resumed``
    the file goes on) they are those of the next time, counted backwards.

    Returns:
        For each definition (n,), NaN where a header is not compressed, or None if none of them is.
    """
    # Only four local types can have compressed headers, and most files have none.
    offsets = [_offsets_of(definition) for definition in definitions]
    headers = [np.frombuffer(data, np.uint8)[part] for part in offsets]
    compressed = [(part & COMPRESSED_BIT) > 0 for part in headers]
    if not any(part.any() for part in compressed):
        return [None] * len(definitions)
    at = np.concatenate(offsets)
    order = np.argsort(at)
    full = np.concatenate([_full_timestamps(data, definition) for definition in definitions])
    is_compressed = np.concatenate(compressed)
    part_number = np.searchsorted(np.sort(np.array(resumed, dtype=np.int64)), at[order], side="right")
    times = np.full(len(order), np.nan)
    times[order] = _expand_timestamps(
        full[order], is_compressed[order], np.concatenate(headers)[order], part_number
    )
    times[~is_compressed] = np.nan
    parts = np.split(times, np.cumsum([len(part) for part in offsets])[:-1])
    return [part if some.any() else None for part, some in zip(parts, compressed, strict=True)]


def _full_timestamps(data: bytes, definition: MessageDefinition) -> Floats:
    """Return the full timestamps (n,), NaN for a message without one."""
    missing = np.full(len(definition.message_offsets), np.nan)
    for field in definition.fields if definition.message_offsets else ():
        if field.number == TIMESTAMP_FIELD:
            values = MessageRows(data, definition).numbers(field, base_types().get(field.type))
            return missing if values is None else values
    return missing


def _expand_timestamps(
    full: Floats,
    compressed: Bools,
    headers: NDArray[np.uint8],
    part_number: Indices,
) -> Floats:
    """Return the time of each message in the order of the file, from full and compressed timestamps.

    Between two messages with different part numbers (n,) any time may have passed.
    """
    times = np.full(len(full), np.nan)
    timed = np.flatnonzero(compressed | ~np.isnan(full))
    base, part = full[timed], part_number[timed]
    is_full = ~np.isnan(base)
    low = np.where(compressed[timed], headers[timed], np.nan_to_num(base)) % (_TIME_BITS + 1)
    base = base + (low - base) % (_TIME_BITS + 1)  # a message may have both
    since = np.cumsum(np.diff(low, prepend=0.0) % (_TIME_BITS + 1))
    rows = np.arange(len(timed))
    last = np.maximum.accumulate(np.where(is_full, rows, -1))
    following = np.minimum.accumulate(np.where(is_full, rows, len(timed))[::-1])[::-1]
    has_last, has_next = last >= 0, following < len(timed)
    following = np.where(has_next, following, 0)
    is_after_damage = part != np.where(has_last, part[last], 0)
    backwards = is_after_damage & has_next & (part[following] == part)
    anchor = np.where(backwards, following, np.maximum(last, 0))
    known = backwards | has_last
    times[timed] = np.where(known, base[anchor] + since - since[anchor], np.where(part > 0, np.nan, since))
    return times
