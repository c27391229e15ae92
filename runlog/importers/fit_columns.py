"""The values of one FIT field in many messages at once, as numpy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.importers.fit_profile import bases
from runlog.importers.fit_scan import COMPRESSED, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit_profile import Base
    from runlog.importers.fit_scan import Definition, Field

_LOW_BITS = 0x1F  # of a time, that a compressed header holds
_PACKED_BYTES = 3


class Rows:
    """The bytes of all messages of one definition, a row each, wherever in the file they stand."""

    def __init__(self, data: bytes, definition: Definition) -> None:
        size = definition.size
        windows = np.ndarray((len(data) - size + 1,), f"V{size}", data, strides=(1,))
        self._rows = windows[np.frombuffer(definition.starts, np.uint32)]
        self._definition = definition

    def numbers(self, field: Field, base: Base | None) -> NDArray[np.float64] | None:
        """Return a field's numbers (n,), NaN for none, or None where it holds no single number."""
        if base is None or base.code == "s" or field.size != base.size:
            return None
        raw = self._view(field, self._definition.order + base.code)
        values = raw.astype(np.float64)
        if base.invalid is not None:
            values[raw == base.invalid] = np.nan
        return values

    def bytes_of(self, field: Field) -> NDArray[np.uint8]:
        """Return the bytes of a field (n, size)."""
        columns = [self._view(field, "u1", byte) for byte in range(field.size)]
        return np.stack(columns, axis=1) if columns else np.empty((len(self._rows), 0), np.uint8)

    def headers(self) -> NDArray[np.uint8]:
        """Return the first byte of each message (n,)."""
        return np.ndarray(len(self._rows), "u1", self._rows, 0, (self._definition.size,))

    def _view(self, field: Field, code: str, byte: int = 0) -> NDArray[np.generic]:
        return np.ndarray(len(self._rows), code, self._rows, field.offset + byte, (self._definition.size,))


def compressed_times(data: bytes, definitions: Sequence[Definition]) -> list[NDArray[np.float64] | None]:
    """Return the times in FIT's seconds that messages with compressed headers have, per definition.

    A compressed header holds the low five bits of a time; the rest is that of the last time before it in
    the file, whatever the message, one more where the low bits have begun anew.

    Returns:
        For each definition (n,), NaN where a header is not compressed, or None where none of them is.
    """
    # Only four local kinds have compressed headers, and of most files none.
    headers = [np.frombuffer(data, np.uint8)[np.frombuffer(one.starts, np.uint32)] for one in definitions]
    packed = [(header & COMPRESSED) > 0 for header in headers]
    if not any(some.any() for some in packed):
        return [None] * len(definitions)
    stated = [_stated(data, one) for one in definitions]
    at = np.concatenate([np.frombuffer(one.starts, np.uint32) for one in definitions])
    order = np.argsort(at)
    times = np.full(len(at), np.nan)
    times[order] = _unpacked(
        np.concatenate(stated)[order], np.concatenate(packed)[order], np.concatenate(headers)[order]
    )
    times[~np.concatenate(packed)] = np.nan
    ends = np.cumsum([len(one.starts) for one in definitions])
    parts = np.split(times, ends[:-1])
    return [part if some.any() else None for part, some in zip(parts, packed, strict=True)]


def _stated(data: bytes, definition: Definition) -> NDArray[np.float64]:
    """Return the times that messages hold in full (n,), NaN where they do not."""
    none = np.full(len(definition.starts), np.nan)
    for field in definition.fields if definition.starts else ():
        if field.number == TIMESTAMP:
            values = Rows(data, definition).numbers(field, bases().get(field.type))
            return none if values is None else values
    return none


def _unpacked(
    stated: NDArray[np.float64], packed: NDArray[np.bool_], headers: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return the time of each message in the order of the file, from those that are stated or packed."""
    times = np.full(len(stated), np.nan)
    timed = np.flatnonzero(packed | ~np.isnan(stated))
    full = ~np.isnan(stated[timed])
    base = np.nan_to_num(stated[timed])
    low = np.where(packed[timed], headers[timed] & _LOW_BITS, base % (_LOW_BITS + 1))
    base += (low - base) % (_LOW_BITS + 1)
    steps = np.where(full, 0.0, np.diff(low, prepend=0.0) % (_LOW_BITS + 1))
    since = np.cumsum(steps)
    last_full = np.maximum.accumulate(np.where(full, np.arange(len(timed)), -1))
    known = last_full >= 0
    times[timed] = since + np.where(known, base[last_full] - since[last_full], 0.0)
    return times


def unpacked(packed: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the speeds (1/100 m/s) and distances (1/16 m, from 0 again after 4096) of 12 bits each.

    So older watches with a foot pod store them (n, 3); bytes that are all 255 hold neither.
    """
    if packed.shape[1] != _PACKED_BYTES:
        return np.full(len(packed), np.nan), np.full(len(packed), np.nan)
    low, middle, high = packed.astype(np.float64).T
    speed = low + middle % 16 * 256
    distance = middle // 16 + high * 16
    none = (packed == 0xFF).all(axis=1)  # noqa: PLR2004 - FIT's byte for none
    speed[none], distance[none] = np.nan, np.nan
    return speed, distance


def running_total(values: NDArray[np.float64], wraps_at: int) -> NDArray[np.float64]:
    """Return the total (n,) that a counter shows which begins anew at ``wraps_at``; NaN stays NaN."""
    known = np.flatnonzero(~np.isnan(values))
    total = np.full(len(values), np.nan)
    total[known] = np.cumsum(np.diff(values[known], prepend=0.0) % wraps_at)
    return total
