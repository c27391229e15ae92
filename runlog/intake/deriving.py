"""What is derived of a track, packed for the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlog.model import Track
    from runlog.store.tracks import Derived


def derive(track: Track) -> Derived:
    """Derive the route shape and the digest of a track, and pack them."""
    from runlog.analysis import derived
    from runlog.store import tracks

    return tracks.derived(*derived.derive(track), derived.VERSION)
