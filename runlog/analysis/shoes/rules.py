"""The runner's rules: which runs they fit, which of them counts, and what they say in words."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, NamedTuple

from runlog.model import WEEKDAYS, ShoeRule, Surface
from runlog.settings import METRES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from runlog.model import KeptShoeRule

_CONDITIONS = tuple(field.name for field in fields(ShoeRule) if field.name != "shoe")
#: By FIT's word, None where a source says but "running". An ultra or an obstacle run may be on any.
_SURFACES = {
    None: Surface.ROAD,
    "street": Surface.ROAD,
    "road": Surface.ROAD,
    "trail": Surface.TRAIL,
    "track": Surface.TRACK,
    "treadmill": Surface.TREADMILL,
    "indoor_running": Surface.TREADMILL,
    "virtual_activity": Surface.TREADMILL,
}


class RunFacts(NamedTuple):
    """What rules ask of a run: its local day, its sub-sport, and its distance or NaN."""

    day: date
    sub_sport: str | None
    distance_m: float


def surface(sub_sport: str | None) -> Surface | None:
    """What a run of this sub-sport was on; what is called just a run counts as on the road."""
    return _SURFACES.get(sub_sport)


def fits(rule: ShoeRule, run: RunFacts) -> bool:
    """Whether a run fits all conditions of a rule; what is not known of it fits none."""
    return (
        (rule.surface is None or rule.surface == surface(run.sub_sport))
        and (rule.weekdays is None or WEEKDAYS[run.day.weekday()] in rule.weekdays.split(","))
        and (rule.min_m is None or run.distance_m >= rule.min_m)
        and (rule.max_m is None or run.distance_m <= rule.max_m)
        and (rule.season is None or _in_season(rule.season, f"{run.day:%m-%d}"))
    )


def _in_season(season: str, day: str) -> bool:
    first, _, last = season.partition("..")
    return first <= day <= last if first <= last else not last < day < first  # over the turn of the year


def counting(fitting: Sequence[KeptShoeRule]) -> list[KeptShoeRule]:
    """Of rules that fit a run those that count: not one whose conditions another has, and more."""
    return [one for one in fitting if not any(_asks_of(other) > _asks_of(one) for other in fitting)]


def _asks_of(kept: KeptShoeRule) -> frozenset[str]:
    return frozenset(name for name in _CONDITIONS if getattr(kept.rule, name) is not None)


def words(rule: ShoeRule, unit: str) -> str:
    """The conditions of a rule for people, e.g. "trail, Sat or Sun, at least 15 km"."""
    days = (rule.weekdays or "").split(",")
    first, _, last = (rule.season or "").partition("..")
    parts = (
        rule.surface,
        " or ".join(day.capitalize() for day in days),
        "" if rule.min_m is None else f"at least {_distance(rule.min_m, unit)}",
        "" if rule.max_m is None else f"at most {_distance(rule.max_m, unit)}",
        f"from {first} to {last} of each year" if first else "",
    )
    return ", ".join(part for part in parts if part)


def _distance(metres: float, unit: str) -> str:
    return f"{round(metres / METRES[unit], 2):g} {unit}"
