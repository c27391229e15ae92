"""Routes by geometry: runs that went the same way in the same direction, whatever they are called.

shaping: the way of a track; sameness: whether two ways are one route; finding: which run went which
route; usage: how often each is run.
"""

from __future__ import annotations

from runlog.analysis.routes.finding import Found, complete, find, is_outdoors, missing
from runlog.analysis.routes.shaping import shape
from runlog.analysis.routes.usage import SHARE_DAYS, joined, known, label, routes, streaks

__all__ = [
    "SHARE_DAYS",
    "Found",
    "complete",
    "find",
    "is_outdoors",
    "joined",
    "known",
    "label",
    "missing",
    "routes",
    "shape",
    "streaks",
]
