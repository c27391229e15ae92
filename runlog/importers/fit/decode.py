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
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

from runlog.importers.fit import chain, developer, profile, records
from runlog.importers.fit.salvage import salvage
from runlog.importers.fit.scan import MOST_MESSAGES, TIMESTAMP, scan
from runlog.importers.fit.times import compressed_times
from runlog.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from runlog.importers.fit.profile import Base, Kind, Meaning
    from runlog.importers.fit.scan import Definition
    from runlog.importers.fit.times import Timed

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


def decode(sequence: bytes, most: int = MOST_MESSAGES) -> tuple[Messages, Problem | None]:
    """Decode one FIT file as far as it is sound.

    Args:
        sequence: header, data and checksum.
        most: how many messages are read at most.

    Returns:
        The messages before the fault, and what is wrong where the last whole message ends, or None.
    """
    body = chain.body(sequence)
    found = scan(sequence, *body, most)
    fault = found.fault or chain.fault(sequence)
    if fault:
        found = salvage(sequence, *body, most)
        fault = found.fault or fault
    by_kind: dict[int, list[Timed]] = defaultdict(list)
    for timed in zip(found.definitions, compressed_times(sequence, found.definitions), strict=True):
        by_kind[timed[0].kind].append(timed)
    others = {}
    for number, kind in profile.kinds().items():
        others[kind.name] = list(islice(_messages(sequence, by_kind[number], kind), kind.most))
        if sum(len(definition.starts) for definition, _ in by_kind[number]) > kind.most:
            fault = fault or f"it has more than {kind.most} messages of the kind {kind.name}"
    additions = developer.additions(others["field_description"])
    native, added = records.columns(sequence, by_kind[profile.RECORD], additions)
    problem = Problem(fault, byte=found.end) if fault else None
    return Messages(native, added, others, len(found)), problem


def _messages(data: bytes, own: Sequence[Timed], kind: Kind) -> Iterator[Message]:
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
            message.setdefault("timestamp", int(seconds) + profile.EPOCH)
        yield message


def _layout(definition: Definition, kind: Kind) -> tuple[struct.Struct, list[tuple[Meaning, Base]]]:
    """Return how to unpack a message's fields that are read, and what their values mean."""
    code, at, fields = definition.order, 0, []
    for field in definition.fields:
        meaning, base = kind.fields.get(field.number), profile.bases().get(field.type)
        if meaning is None or base is None or field.size == 0:
            continue
        if base.code != "s" and field.size != base.size:
            continue
        count = field.size // base.size
        code += f"{field.offset - at}x{count if base.code == 's' else ''}{base.code}"
        at = field.offset + field.size
        fields.append((meaning, base))
    return struct.Struct(code), fields
