"""The times of FIT messages whose first byte holds the end of one (a "compressed" header)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlog.importers.fit.columns import Rows
from runlog.importers.fit.profile import bases
from runlog.importers.fit.scan import COMPRESSED, TIMESTAMP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlog.importers.fit.scan import Definition

    Times = NDArray[np.float64] | None
    Timed = tuple[Definition, Times]

_LOW_BITS = 0x1F


def compressed_times(data: bytes, definitions: Sequence[Definition]) -> list[Times]:
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
