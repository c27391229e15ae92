"""The values of one FIT field in many messages at once, as numpy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlog.importers.fit.profile import Base
    from runlog.importers.fit.scan import Definition, Field

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

    def _view(self, field: Field, code: str, byte: int = 0) -> NDArray[np.generic]:
        return np.ndarray(len(self._rows), code, self._rows, field.offset + byte, (self._definition.size,))


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
