"""Polar's words and numbers for sports, in FIT's words."""

from __future__ import annotations

import re

from runlog.importers import sports

#: The numbers that the layout since 2025 names sports by, in Polar's words.
_NUMBERED = {
    1: "running",
    2: "cycling",
    3: "walking",
    4: "jogging",
    5: "mountain_biking",
    6: "skiing",
    7: "downhill_skiing",
    8: "rowing",
    9: "nordic_walking",
    11: "hiking",
    15: "strength_training",
    16: "other_outdoor",
    17: "treadmill_running",
    18: "indoor_cycling",
    19: "road_running",
    20: "circuit_training",
    23: "swimming",
    24: "freestyle_xc_skiing",
    25: "classic_xc_skiing",
    27: "trail_running",
    29: "inline_skating",
    33: "yoga",
    34: "crossfit",
    36: "track_and_field_running",
    38: "road_biking",
    55: "cross_trainer",
    57: "functional_training",
    61: "aerobics",
    65: "pilates",
    66: "stretching",
    83: "other_indoor",
    84: "orienteering",
    92: "ultra_running",
    103: "pool_swimming",
    105: "open_water_swimming",
    111: "mobility_dynamic",
    117: "indoor_rowing",
    118: "spinning",
    126: "core",
    127: "mobility_static",
}
#: What ``sports`` does not know. Polar's own table of FIT sports has the same, but for cross-country.
_WORDS: dict[str, tuple[str, str | None]] = {
    "cross_country_running": ("running", "trail"),
    "track_and_field_running": ("running", "track"),
    "ultrarunning_running": ("running", "ultra"),
    "obstacle_course_racing": ("running", "obstacle"),
    "nordic_walking": ("walking", None),
    "spinning": ("cycling", "indoor_cycling"),
    "road_biking": ("cycling", "road"),
    "pool_swimming": ("swimming", "lap_swimming"),
    "open_water_swimming": ("swimming", "open_water"),
    "mobility_dynamic": ("training", "mobility"),
    "mobility_static": ("training", "mobility"),
    "stretching": ("training", "stretching"),
}
_LEG = re.compile(r"(offroad)?(?:tri|du)athlon_(running|cycling|swimming)")
_OFF_ROAD = {"running": "trail", "cycling": "mountain", "swimming": "open_water"}


def normal(named: object, label: str | None) -> tuple[str, str | None]:
    """Return sport and sub-sport in FIT's words.

    Args:
        named: an exercise's word for its sport, or since 2025 the number in ``{"id": "27"}``.
        label: how Polar Flow calls the session, for a number that is not known.
    """
    word = _word(named) or label or ""
    plain = re.sub(r"[\W_]+", "_", word.lower()).strip("_")
    if leg := _LEG.fullmatch(plain):
        return leg[2], _OFF_ROAD[leg[2]] if leg[1] else None
    return _WORDS.get(plain) or sports.normal(word)


def _word(named: object) -> str:
    if isinstance(named, dict):
        number = str(named.get("id", ""))
        return _NUMBERED.get(int(number), "") if re.fullmatch(r"[0-9]{1,4}", number) else ""
    return named if isinstance(named, str) else ""
