"""Format numbers, distances, dates and body areas for people, in the language in use."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from runlog import settings
from runlog.i18n import N_, _, format_decimal, month_names, weekday_names

if TYPE_CHECKING:
    from datetime import date

UNKNOWN = "–"
METRES = settings.METRES

#: Control characters, and those that turn the direction of all text after them.
_UNPRINTABLE = dict.fromkeys([*range(32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

_AREA_NAMES = {
    "upper_back": N_("upper back"),
    "neck": N_("neck"),
    "shoulder": N_("shoulder"),
    "lower_back": N_("lower back"),
    "chest": N_("chest"),
    "hip_groin": N_("hip or groin"),
    "thigh": N_("thigh"),
    "knee": N_("knee"),
    "lower_leg": N_("lower leg"),
    "ankle": N_("ankle"),
    "foot": N_("foot"),
    "other": N_("other area"),
}


def is_known(value: float | None) -> bool:
    """Whether a value is known; 0 is."""
    return value is not None and not math.isnan(value)


def number(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A number with a true minus sign, e.g. "3.4", "−1.2", "+0.8"."""
    if value is None or math.isnan(value):
        return UNKNOWN
    return format_decimal(value, digits, signed=signed)


def percent(fraction: float | None) -> str:
    """A fraction as a percentage, e.g. "78%"."""
    if fraction is None or math.isnan(fraction):
        return UNKNOWN
    return _("{number}%").format(number=number(100 * fraction, 0))


def distance(metres: float | None, units: str = "km", digits: int = 1) -> str:
    """Metres as "12.4 km" or "7.7 mi"."""
    if metres is None or math.isnan(metres):
        return UNKNOWN
    return f"{number(metres / METRES[units], digits)} {units}"


def load_unit(kind: str, units: str = "km") -> str:
    """The unit of a load in words: that of ``History.load_kind``, distances in the runner's."""
    return units if kind == "km" else _(str(kind))


def load_in(value: float, kind: str, units: str = "km") -> float:
    """A load in the unit that ``load_unit`` names."""
    return value * METRES["km"] / METRES[units] if kind == "km" else value


def load(value: float | None, kind: str, units: str = "km") -> str:
    """A load with its unit, e.g. "234 session-RPE points", "4.8 mi"."""
    if value is None or math.isnan(value):
        return UNKNOWN
    there = load_in(value, kind, units)
    return f"{number(there, 0 if there >= 100 else 1)} {load_unit(kind, units)}"  # noqa: PLR2004 - three digits say enough


def duration(seconds: float | None) -> str:
    """Seconds as "42 min" or "1 h 05 min"."""
    if seconds is None or math.isnan(seconds):
        return UNKNOWN
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def pace(seconds: float | None, metres: float | None, units: str = "km") -> str:
    """Time over distance as "5:42 min/km"."""
    if seconds is None or metres is None or math.isnan(seconds) or math.isnan(metres) or metres <= 0:
        return UNKNOWN
    minutes, rest = divmod(round(seconds / metres * METRES[units]), 60)
    return f"{minutes}:{rest:02d} min/{units}"


def day(value: date, *, weekday: bool = True, year: bool = False) -> str:
    """A day as "Sun 15 Nov", "15 Nov" or "Sun 15 Nov 2026"; in every English alike."""
    text = _("{day} {month}").format(day=value.day, month=month(value))
    if weekday:
        text = f"{weekday_names()[value.weekday()]} {text}"
    return f"{text} {value.year}" if year else text


def weekday(value: date) -> str:
    """The weekday of a day, short, e.g. "Sun"."""
    return weekday_names()[value.weekday()]


def month(value: date) -> str:
    """The month of a day, short, e.g. "Nov"."""
    return month_names()[value.month - 1]


def days(first: date, last: date) -> str:
    """A span of days as "20–26 Jul 2026" or "28 Dec 2026 – 3 Jan 2027"."""
    end = day(last, weekday=False, year=True)
    if (first.year, first.month) == (last.year, last.month):
        return _("{day}–{end}").format(day=first.day, end=end)
    return f"{day(first, weekday=False, year=first.year != last.year)} – {end}"


def count_noun(how_many: int, noun: str) -> str:
    """A count with its English noun, e.g. "1 run", "4 runs"; the report says ``counted`` instead."""
    return f"{how_many} {noun}{'' if how_many == 1 else 's'}"


def printable(text: str) -> str:
    """What the runner typed, fit to stand in a sentence: without characters that turn or break a line."""
    return text.translate(_UNPRINTABLE)


def capital(text: str) -> str:
    """A text with a capital first letter and the rest as it is: German nouns keep theirs."""
    return text[:1].upper() + text[1:]


def area(name: str) -> str:
    """A body area in words, e.g. "upper back", "hip or groin"."""
    return _(_AREA_NAMES.get(name, name.replace("_", " ")))
