"""Decode the messages of a FIT file: records to numpy columns, all others to dicts.

Why not a library's decoder: fitparse and Garmin's SDK make an object of every value (6,000 and 18,000 records
a second); fitfast is fast, but refuses damaged files whole, and legal ones whose header has the checksum 0.
This one keeps what stands before a fault, in bounded time and memory. The meaning of the bytes comes from
fitparse's profile, and the tests compare the values with fitparse's on every device file. fitparse is no
fallback: it reads no additional field that matters and fewer files, and hostile ones take it hours.
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

from runlog.importers.fit import profile, scan
from runlog.importers.fit.profile import base_types
from runlog.importers.fit.scan import (
    COMPRESSED_BIT,
    MAX_MESSAGES,
    TIMESTAMP_FIELD,
    salvage_messages,
    scan_messages,
)
from runlog.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit.profile import BaseType, DeveloperField, FieldProfile, MessageType
    from runlog.importers.fit.scan import FieldDefinition, MessageDefinition

if TYPE_CHECKING:
    Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Messages:
    """What is read of one FIT file, in FIT's units and words, times in Unix seconds.

    Attributes:
        records: columns (n,) by field name, NaN where a record lacks the value.
        developer: likewise, of developer fields by the native field that they stand for.
        others: messages by kind, each a dict of field names to values without those that are not set.
        count: of all messages, those included that are not read.
    """

    records: Mapping[str, NDArray[np.float64]]
    developer: Mapping[str, NDArray[np.float64]]
    others: Mapping[str, Sequence[Message]]
    count: int

    @property
    def times(self) -> NDArray[np.float64]:
        """Unix seconds of the records (n,), NaN where one has none."""
        return self.records["timestamp"]


def decode_messages(sequence: bytes, most: int = MAX_MESSAGES) -> tuple[Messages, Problem | None]:
    """Decode one FIT file as far as it is sound.

    Args:
        sequence: header, data and checksum.
        most: how many messages are read at most.

    Returns:
        The messages before the fault, and what is wrong where the last whole message ends, or None.
    """
    body = scan.data_range(sequence)
    found = scan_messages(sequence, *body, most)
    fault = found.fault or scan.file_fault(sequence)
    if fault:
        found = salvage_messages(sequence, *body, most)
        fault = found.fault or fault
    by_kind: dict[int, list[Timed]] = defaultdict(list)
    for timed in zip(found.definitions, compressed_timestamps(sequence, found.definitions), strict=True):
        by_kind[timed[0].kind].append(timed)
    others = {}
    for number, kind in profile.message_types().items():
        others[kind.name] = list(islice(_iter_messages(sequence, by_kind[number], kind), kind.most))
        if sum(len(definition.starts) for definition, _ in by_kind[number]) > kind.most:
            fault = fault or f"it has more than {kind.most} messages of the kind {kind.name}"
    additions = profile.native_developer_fields(others["field_description"])
    native, added = record_columns(sequence, by_kind[profile.RECORD_MESSAGE], additions)
    problem = Problem(fault, byte=found.end) if fault else None
    return Messages(native, added, others, len(found)), problem


def _iter_messages(data: bytes, own: Sequence[Timed], kind: MessageType) -> Iterator[Message]:
    """Give the messages of a kind in the order in which they stand in the file."""
    layouts = [_message_layout(definition, kind) for definition, _ in own]
    places = [
        zip(definition.starts, repeat(index), repeat(math.nan) if times is None else times.tolist())
        for index, (definition, times) in enumerate(own)
    ]
    for start, index, seconds in heapq.merge(*places):
        layout, fields = layouts[index]
        message: Message = {}
        for (meaning, base), raw in zip(fields, layout.unpack_from(data, start), strict=True):
            value = base.parse(raw)
            if value is not None:
                message[meaning.name] = meaning.of(value)
        if TIMESTAMP_FIELD in kind.fields and not math.isnan(seconds):
            message.setdefault("timestamp", int(seconds) + profile.FIT_EPOCH_S)
        yield message


def _message_layout(
    definition: MessageDefinition, kind: MessageType
) -> tuple[struct.Struct, list[tuple[FieldProfile, BaseType]]]:
    """Return how to unpack a message's fields that are read, and what their values mean."""
    code, at, fields = definition.order, 0, []
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


if TYPE_CHECKING:
    Columns = dict[str, NDArray[np.float64]]

_PACKED_FIELD = "compressed_speed_distance"
_PACKED_DISTANCE = "packed_distance"


def record_columns(
    data: bytes, own: Sequence[Timed], additions: Mapping[tuple[Any, Any], DeveloperField]
) -> tuple[Columns, Columns]:
    """Return the columns (n,) of all records, in the order in which they stand in the file.

    Args:
        data: the file.
        own: the definitions of records, with the times that compressed headers hold.
        additions: the developer fields that stand for native ones.

    Returns:
        Those of native fields, ``timestamp`` always among them, and those of developer fields by the
        native one that they stand for; in FIT's units, NaN where a record lacks the value.
    """
    filled = [(definition, times) for definition, times in own if definition.starts]
    if not filled:
        return {"timestamp": np.empty(0)}, {}
    native, developer = [], []
    for definition, times in filled:
        rows = MessageRows(data, definition)
        native.append(_native_columns(rows, definition, times))
        developer.append(_developer_columns(rows, definition, additions))
    starts = [np.frombuffer(definition.starts, np.uint32) for definition, _ in filled]
    order = np.argsort(np.concatenate(starts)) if len(starts) > 1 else None
    sizes = [len(some) for some in starts]
    records = _join_columns(native, sizes, order)
    if _PACKED_DISTANCE in records:
        _fill_column(records, "distance", unwrap_counter(records.pop(_PACKED_DISTANCE), 2**12) / 16.0)
    return records, _join_columns(developer, sizes, order)


def _native_columns(rows: MessageRows, definition: MessageDefinition, times: Times) -> Columns:
    columns: Columns = {"timestamp": np.full(len(definition.starts), np.nan)}
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
    rows: MessageRows, definition: MessageDefinition, additions: Mapping[tuple[Any, Any], DeveloperField]
) -> Columns:
    columns: Columns = {}
    for field in definition.developer_fields:
        addition = additions.get((field.type, field.number))
        if addition is None:
            continue
        raw = rows.numbers(field, addition.base)
        if raw is not None:
            _fill_column(columns, addition.name, raw * addition.factor)
    return columns


def _fill_column(columns: Columns, name: str, values: NDArray[np.float64]) -> None:
    """Set a column, or where there is one the values that it lacks."""
    known = columns.get(name)
    columns[name] = values if known is None else np.where(np.isnan(known), values, known)


def _join_columns(parts: Sequence[Columns], sizes: Sequence[int], order: NDArray[np.intp] | None) -> Columns:
    """Join the columns of several definitions, in the order in which the records stand in the file."""
    if order is None:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part)
    none = [np.full(size, np.nan) for size in sizes]
    return {
        name: np.concatenate([part.get(name, nan) for part, nan in zip(parts, none, strict=True)])[order]
        for name in names
    }


_PACKED_SIZE = 3


class MessageRows:
    """The bytes of all messages of one definition, a row each, wherever in the file they stand."""

    def __init__(self, data: bytes, definition: MessageDefinition) -> None:
        size = definition.size
        windows = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
        self._rows = windows[np.frombuffer(definition.starts, np.uint32)]
        self._definition = definition

    def numbers(self, field: FieldDefinition, base: BaseType | None) -> NDArray[np.float64] | None:
        """Return a field's numbers (n,), NaN for none, or None where it holds no single number."""
        if base is None or base.code == "s" or field.size != base.size:
            return None
        raw = self._view(field, self._definition.order + base.code)
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


def unpack_speed_distance(packed: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the speeds (1/100 m/s) and distances (1/16 m, from 0 again after 4096) of 12 bits each.

    So older watches with a foot pod store them (n, 3); bytes that are all 255 hold neither.
    """
    if packed.shape[1] != _PACKED_SIZE:
        return np.full(len(packed), np.nan), np.full(len(packed), np.nan)
    low, middle, high = packed.astype(np.float64).T
    speed = low + middle % 16 * 256
    distance = middle // 16 + high * 16
    none = (packed == 0xFF).all(axis=1)  # noqa: PLR2004 - FIT's byte for none
    speed[none], distance[none] = np.nan, np.nan
    return speed, distance


def unwrap_counter(values: NDArray[np.float64], wraps_at: int) -> NDArray[np.float64]:
    """Return the total (n,) that a counter shows which begins anew at ``wraps_at``; NaN stays NaN."""
    known = np.flatnonzero(~np.isnan(values))
    total = np.full(len(values), np.nan)
    total[known] = np.cumsum(np.diff(values[known], prepend=0.0) % wraps_at)
    return total


if TYPE_CHECKING:
    Times = NDArray[np.float64] | None
    Timed = tuple[MessageDefinition, Times]

_TIME_BITS = 0x1F


def compressed_timestamps(data: bytes, definitions: Sequence[MessageDefinition]) -> list[Times]:
    """Return the times in FIT's seconds that messages with compressed headers have, per definition.

    A compressed header holds the low five bits of a time; the rest is that of the last time before it in
    the file, whatever the message, one more where the low bits have begun anew.

    Returns:
        For each definition (n,), NaN where a header is not compressed, or None where none of them is.
    """
    # Only four local kinds have compressed headers, and of most files none.
    headers = [np.frombuffer(data, np.uint8)[np.frombuffer(one.starts, np.uint32)] for one in definitions]
    packed = [(header & COMPRESSED_BIT) > 0 for header in headers]
    if not any(some.any() for some in packed):
        return [None] * len(definitions)
    stated = [_full_timestamps(data, one) for one in definitions]
    at = np.concatenate([np.frombuffer(one.starts, np.uint32) for one in definitions])
    order = np.argsort(at)
    times = np.full(len(at), np.nan)
    times[order] = _expand_timestamps(
        np.concatenate(stated)[order], np.concatenate(packed)[order], np.concatenate(headers)[order]
    )
    times[~np.concatenate(packed)] = np.nan
    ends = np.cumsum([len(one.starts) for one in definitions])
    parts = np.split(times, ends[:-1])
    return [part if some.any() else None for part, some in zip(parts, packed, strict=True)]


def _full_timestamps(data: bytes, definition: MessageDefinition) -> NDArray[np.float64]:
    """Return the times that messages hold in full (n,), NaN where they do not."""
    none = np.full(len(definition.starts), np.nan)
    for field in definition.fields if definition.starts else ():
        if field.number == TIMESTAMP_FIELD:
            values = MessageRows(data, definition).numbers(field, base_types().get(field.type))
            return none if values is None else values
    return none


def _expand_timestamps(
    stated: NDArray[np.float64], packed: NDArray[np.bool_], headers: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return the time of each message in the order of the file, from those that are stated or packed."""
    times = np.full(len(stated), np.nan)
    timed = np.flatnonzero(packed | ~np.isnan(stated))
    full = ~np.isnan(stated[timed])
    base = np.nan_to_num(stated[timed])
    low = np.where(packed[timed], headers[timed] & _TIME_BITS, base % (_TIME_BITS + 1))
    base += (low - base) % (_TIME_BITS + 1)
    steps = np.where(full, 0.0, np.diff(low, prepend=0.0) % (_TIME_BITS + 1))
    since = np.cumsum(steps)
    last_full = np.maximum.accumulate(np.where(full, np.arange(len(timed)), -1))
    known = last_full >= 0
    times[timed] = since + np.where(known, base[last_full] - since[last_full], 0.0)
    return times
