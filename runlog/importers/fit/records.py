"""The records of a FIT file as columns: those of each definition at once, then joined in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.importers.fit import profile
from runlog.importers.fit.columns import Rows, running_total, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit.developer import Addition
    from runlog.importers.fit.scan import Definition
    from runlog.importers.fit.times import Timed, Times

    Columns = dict[str, NDArray[np.float64]]

_PACKED = "compressed_speed_distance"
_PACKED_DISTANCE = "packed_distance"


def columns(
    data: bytes, own: Sequence[Timed], additions: Mapping[tuple[Any, Any], Addition]
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
        rows = Rows(data, definition)
        native.append(_native(rows, definition, times))
        developer.append(_developer(rows, definition, additions))
    starts = [np.frombuffer(definition.starts, np.uint32) for definition, _ in filled]
    order = np.argsort(np.concatenate(starts)) if len(starts) > 1 else None
    sizes = [len(some) for some in starts]
    records = _joined(native, sizes, order)
    if _PACKED_DISTANCE in records:
        _fill(records, "distance", running_total(records.pop(_PACKED_DISTANCE), 2**12) / 16.0)
    return records, _joined(developer, sizes, order)


def _native(rows: Rows, definition: Definition, times: Times) -> Columns:
    columns: Columns = {"timestamp": np.full(len(definition.starts), np.nan)}
    packed = None
    for field in definition.fields:
        meaning = profile.record_fields().get(field.number)
        if meaning is None:
            continue
        if meaning.name == _PACKED:
            packed = unpacked(rows.bytes_of(field))
            continue
        raw = rows.numbers(field, profile.bases().get(field.type))
        if raw is not None:
            columns[meaning.name] = raw / meaning.scale - meaning.offset
    if packed is not None:
        _fill(columns, "speed", packed[0] / 100.0)
        columns[_PACKED_DISTANCE] = packed[1]
    if times is not None:
        _fill(columns, "timestamp", times + profile.EPOCH)
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
