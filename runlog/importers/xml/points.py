"""The points of a recording in XML, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Points:
    """Points as they were recorded: arrays with a row for each.

    Attributes:
        segments: numbers (n,) that change where a pause lies between.
        times: Unix seconds (n,), NaN where a point has none.
        offsets: seconds of the zone that the times are written with (n,), NaN where they name none.
        columns: numbers (n,) by the name that they have in a track; lat, lon and those that any point has.
    """

    segments: NDArray[np.int64]
    times: NDArray[np.float64]
    offsets: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.times)

    def rows(self, first: int, end: int) -> Points:
        """Return the points from one row to before another."""
        rows = slice(first, end)
        columns = {column: values[rows] for column, values in self.columns.items()}
        return Points(self.segments[rows], self.times[rows], self.offsets[rows], columns)

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of how the points were read."""
        zoneless = np.isnan(self.offsets) & ~np.isnan(self.times)
        return ("its times name no time zone; they were taken for UTC",) if zoneless.any() else ()

    def utc_offset_s(self) -> int | None:
        """Return the offset that the times are written with; Z tells nothing of the local clock."""
        told = self.offsets[~np.isnan(self.offsets)]
        return round(told[0]) or None if len(told) else None
