"""Pairs of shoes, their names, and the rules by which they are worn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class Shoe:
    """A pair of shoes and the window in which it is worn."""

    name: str
    from_date: date | None = None
    retired: date | None = None
    start_m: float = 0.0  # worn before runlog knew it
    limit_m: float | None = None  # None: the default of the settings
    default: bool = False  # worn when nothing else is said
    rests: tuple[tuple[date, date], ...] = ()  # first and last day of each while that it was out of use
    same_as: str | None = None  # this is but another name of that pair


class Surface(StrEnum):
    """What a run was on, as its source names it."""

    ROAD = "road"  # also what the source calls just a run
    TRAIL = "trail"
    TRACK = "track"
    TREADMILL = "treadmill"


#: The days of a week as a rule names them, by ``date.weekday``.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class ShoeRule:
    """Which runs a pair is worn on when nothing is said of them: those that fit all of its conditions.

    Attributes:
        shoe: the name of the pair.
        surface: what the run was on.
        weekdays: those of ``WEEKDAYS`` on which it may be, as "sat,sun".
        min_m: the least distance.
        max_m: the greatest distance.
        season: the first and the last day of each year's season, as "11-01..03-31".
    """

    shoe: str
    surface: Surface | None = None
    weekdays: str | None = None
    min_m: float | None = None
    max_m: float | None = None
    season: str | None = None


@dataclass(frozen=True, slots=True)
class KeptShoeRule:
    """A rule in the store."""

    id: int
    rule: ShoeRule


def shoe_key(name: str | None) -> str:
    """What tells pairs apart: neither letter case nor blanks make another pair; "" is no name."""
    return " ".join((name or "").split()).casefold()


def pair_by_key(shoes: Iterable[Shoe]) -> dict[str, str]:
    """The name of the pair by the key of each of its names."""
    by_key = {shoe_key(shoe.name): shoe for shoe in shoes}
    return {key: _pair(key, by_key).name for key in by_key}


def _pair(key: str, by_key: Mapping[str, Shoe]) -> Shoe:
    before: set[str] = set()
    while (other := shoe_key(by_key[key].same_as)) in by_key and other not in before:
        before.add(key)
        key = other
    return by_key[key]
