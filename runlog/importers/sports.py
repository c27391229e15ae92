"""The words for sports: many dialects in, FIT's words out, and what each counts as."""

from __future__ import annotations

import re

from runlog.model import Kind

#: The sport of an activity whose source names none; its pace decides.
UNKNOWN = "unknown"

#: Sports whose cadence is steps, with the value below which it must count one foot only.
ONE_FOOT_BELOW_SPM = {"running": 120.0, "walking": 75.0, "hiking": 75.0}

HABITS = frozenset(
    {
        "strength_training",
        "yoga",
        "pilates",
        "flexibility_training",
        "mobility",
        "stretching",
        "warm_up",
        "cool_down",
    }
)

_ALIASES: dict[str, tuple[str, str | None]] = {
    "run": ("running", None),
    "9": ("running", None),  # Strava's number in its GPX exports
    "jog": ("running", None),
    "jogging": ("running", None),
    "street_running": ("running", None),
    "road_running": ("running", None),
    "trail": ("running", "trail"),
    "trail_run": ("running", "trail"),
    "trail_running": ("running", "trail"),
    "trailrun": ("running", "trail"),
    "track_running": ("running", "track"),
    "treadmill": ("running", "treadmill"),
    "treadmill_running": ("running", "treadmill"),
    "virtual_run": ("running", "virtual_activity"),
    "virtualrun": ("running", "virtual_activity"),
    "1": ("cycling", None),  # Strava's number
    "ride": ("cycling", None),
    "bike": ("cycling", None),
    "biking": ("cycling", None),
    "walk": ("walking", None),
    "hike": ("hiking", None),
    "swim": ("swimming", None),
    "strength": ("training", "strength_training"),
    "weighttraining": ("training", "strength_training"),
    "weight_training": ("training", "strength_training"),
}


def normal(word: str | None) -> tuple[str, str | None]:
    """Return a sport and sub-sport in FIT's words for what a file or a runner calls it."""
    plain = re.sub(r"[^a-z0-9]+", "_", (word or "").strip().lower()).strip("_")
    if not plain:
        return UNKNOWN, None
    return _ALIASES.get(plain, (plain, None))


def kind(sport: str, sub_sport: str | None) -> Kind:
    """Say what an activity counts as."""
    if sport == "running":
        return Kind.RUN
    if sport in HABITS or sub_sport in HABITS:
        return Kind.HABIT
    return Kind.OTHER
