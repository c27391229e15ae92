"""What is derived of each track once and cached: its route shape, and a digest of its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.analysis import form, heart, routes, warmup
from runlog.digest import Digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from runlog.model import Track

#: Of the code that derives; what another version has made is made anew.
VERSION = 3


def derive(track: Track) -> tuple[NDArray[np.float64] | None, Digest]:
    """The route shape of a track, degrees (n, 2) or None without a route, and its digest."""
    start, end = warmup.easy_parts(track)
    digest = Digest(heart.seconds_by_rate(track), form.thirds(track), warmup=start, cooldown=end)
    return routes.shape(track), digest
