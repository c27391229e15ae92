"""FIT decoded with numpy: records become columns without a look at each, the few other messages dicts.

Why not a library's decoder: fitparse and Garmin's own make an object of every value (6,000 and 18,000
records a second); fitfast is fast, but refuses damaged files whole, and legal ones whose header has the
checksum 0. This one gives what stands before a fault by nature, in bounded time and memory. What the bytes
mean is fitparse's profile, and on every device file the tests compare the values with fitparse's. Nothing
falls back on fitparse: it reads no field more of those that count, fewer files, and hostile ones for hours.
"""

from __future__ import annotations

import heapq
import math
import struct
from dataclasses import dataclass
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.importers import fit_chain, fit_columns, fit_developer, fit_profile
from runlog.importers.fit_columns import Rows
from runlog.importers.fit_salvage import salvage
from runlog.importers.fit_scan import MOST_MESSAGES, TIMESTAMP, scan
from runlog.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit_developer import Addition
    from runlog.importers.fit_profile import Base, Kind, Meaning
    from runlog.importers.fit_scan import Definition

    Message = dict[str, Any]
    Times = NDArray[np.float64] | None

_PACKED = "compressed_speed_distance"
_PACKED_DISTANCE = "packed_distance"


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


def decode(sequence: bytes, most: int = MOST_MESSAGES) -> tuple[Messages, Problem | None]:
    """Decode one FIT file as far as it is sound.

    Args:
        sequence: header, data and checksum.
        most: how many messages are read at most.

    Returns:
        The messages before the fault, and what is wrong where the last whole message ends, or None.
    """
    body = fit_chain.body(sequence)
    found = scan(sequence, *body, most)
    fault = found.fault or fit_chain.fault(sequence)
    if fault:
        found = salvage(sequence, *body, most)
        fault = found.fault or fault
    times = fit_columns.compressed_times(sequence, found.definitions)
    timed = list(zip(found.definitions, times, strict=True))
    others = {}
    for number, kind in fit_profile.kinds().items():
        own = [(one, some) for one, some in timed if one.kind == number]
        if own:
            others[kind.name] = list(islice(_messages(sequence, own, kind), kind.most))
            if sum(len(one.starts) for one, _ in own) > kind.most:
                fault = fault or f"it has more than {kind.most} messages of the kind {kind.name}"
    additions = fit_developer.additions(others.get("field_description", ()))
    own = [(one, some) for one, some in timed if one.kind == fit_profile.RECORD]
    records, developer = _records(sequence, own, additions)
    problem = Problem(fault, byte=found.end) if fault else None
    return Messages(records, developer, others, len(found)), problem


def _messages(data: bytes, own: Sequence[tuple[Definition, Times]], kind: Kind) -> Iterator[Message]:
    """Give the messages of a kind in the order in which they stand in the file."""
    layouts = [_layout(definition, kind) for definition, _ in own]
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
        if TIMESTAMP in kind.fields and not math.isnan(seconds):
            message.setdefault("timestamp", int(seconds) + fit_profile.EPOCH)
        yield message


def _layout(definition: Definition, kind: Kind) -> tuple[struct.Struct, list[tuple[Meaning, Base]]]:
    """Return how to unpack a message's fields that are read, and what their values mean."""
    code, at, fields = definition.order, 0, []
    for field in definition.fields:
        meaning, base = kind.fields.get(field.number), fit_profile.bases().get(field.type)
        if meaning is None or base is None or field.size == 0:
            continue
        if base.code != "s" and field.size != base.size:
            continue
        count = field.size // base.size
        code += f"{field.offset - at}x{count if base.code == 's' else ''}{base.code}"
        at = field.offset + field.size
        fields.append((meaning, base))
    return struct.Struct(code), fields


Columns = dict[str, "NDArray[np.float64]"]


def _records(
    data: bytes, own: Sequence[tuple[Definition, Times]], additions: Mapping[tuple[Any, Any], Addition]
) -> tuple[Columns, Columns]:
    """Return the columns of the records' own fields and those of developer fields."""
    filled = [(definition, times) for definition, times in own if definition.starts]
    if not filled:
        return {"timestamp": np.empty(0)}, {}
    native, developer = [], []
    for definition, times in filled:
        rows = Rows(data, definition)
        native.append(_native(rows, definition, times))
        developer.append(_developer(rows, definition, additions))
    starts = [np.frombuffer(definition.starts, np.uint32) for definition, _ in filled]
    order = np.argsort(np.concatenate(starts)) if len(starts) > 1 else None
    sizes = [len(some) for some in starts]
    records = _joined(native, sizes, order)
    if _PACKED_DISTANCE in records:
        _fill(records, "distance", fit_columns.running_total(records.pop(_PACKED_DISTANCE), 2**12) / 16.0)
    return records, _joined(developer, sizes, order)


def _native(rows: Rows, definition: Definition, times: Times) -> Columns:
    columns: Columns = {"timestamp": np.full(len(definition.starts), np.nan)}
    packed = None
    for field in definition.fields:
        meaning = fit_profile.record_fields().get(field.number)
        if meaning is None:
            continue
        if meaning.name == _PACKED:
            packed = fit_columns.unpacked(rows.bytes_of(field))
            continue
        raw = rows.numbers(field, fit_profile.bases().get(field.type))
        if raw is not None:
            columns[meaning.name] = raw / meaning.scale - meaning.offset
    if packed is not None:
        _fill(columns, "speed", packed[0] / 100.0)
        columns[_PACKED_DISTANCE] = packed[1]
    if times is not None:
        _fill(columns, "timestamp", times + fit_profile.EPOCH)
    return columns


def _developer(rows: Rows, definition: Definition, additions: Mapping[tuple[Any, Any], Addition]) -> Columns:
    columns: Columns = {}
    for field in definition.developer_fields:
        addition = additions.get((field.type, field.number))
        if addition is None:
            continue
        raw = rows.numbers(field, addition.base)
        if raw is not None:
            _fill(columns, addition.name, raw * addition.factor)
    return columns


def _fill(columns: Columns, name: str, values: NDArray[np.float64]) -> None:
    """Set a column, or where there is one the values that it lacks."""
    known = columns.get(name)
    columns[name] = values if known is None else np.where(np.isnan(known), values, known)


def _joined(parts: Sequence[Columns], sizes: Sequence[int], order: NDArray[np.intp] | None) -> Columns:
    """Join the columns of several definitions, in the order in which the records stand in the file."""
    if order is None:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part)
    none = [np.full(size, np.nan) for size in sizes]
    return {
        name: np.concatenate([part.get(name, nan) for part, nan in zip(parts, none, strict=True)])[order]
        for name in names
    }
