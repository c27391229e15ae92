"""Format numbers, distances, dates and body areas for people, read areas; make any text safe to show."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from runlog import settings
from runlog.i18n import N_, _, format_decimal, month_names, weekday_names
from runlog.model import Area, Side

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from runlog.model import Entry

UNKNOWN = "–"
METRES = settings.METRES

#: What a terminal obeys, what breaks a line or turns the direction of all text after it, and what no file can
#: hold: controls (C0, DEL, C1), the Arabic letter mark and the other direction marks, line and paragraph
#: separators, embeddings, overrides, isolates, and lone surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

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
    """Return whether a value is known; 0 is."""
    return value is not None and not math.isnan(value)


def number(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """Format a number with a true minus sign, e.g. "3.4", "−1.2", "+0.8"."""
    if value is None or math.isnan(value):
        return UNKNOWN
    return format_decimal(value, digits, signed=signed)


def short_number(value: float) -> str:
    """Format a number without needless decimals, e.g. "3", "3.5"."""
    return number(value, 0 if value == round(value) else 1)


def percent(fraction: float | None) -> str:
    """Format a fraction as a percentage, e.g. "78%"."""
    if fraction is None or math.isnan(fraction):
        return UNKNOWN
    return _("{number}%").format(number=number(100 * fraction, 0))


def distance(metres: float | None, units: str = "km", digits: int = 1) -> str:
    """Format metres as "12.4 km" or "7.7 mi"."""
    if metres is None or math.isnan(metres):
        return UNKNOWN
    return f"{number(metres / METRES[units], digits)} {units}"


def distance_below(metres: float, units: str = "km") -> str:
    """Format a limit in tenths, rounded down, so that what is below the number is below the limit."""
    return f"{number(math.floor(10 * metres / METRES[units]) / 10)} {units}"


_ROUTE_FORMS = {
    "loop": N_("{distance} loop to the {heading}"),
    "there_and_back": N_("{distance} to the {heading} and back"),
    "one_way": N_("{distance} to the {heading}, one way"),
}
_HEADINGS = {
    "north": N_("north"),
    "north-east": N_("north-east"),
    "east": N_("east"),
    "south-east": N_("south-east"),
    "south": N_("south"),
    "south-west": N_("south-west"),
    "west": N_("west"),
    "north-west": N_("north-west"),
}


def route_description(metres: float | None, form: str, heading: str, units: str = "km") -> str:
    """Describe a route by its length, form and heading, as ``routes.route_table`` has them."""
    return _(_ROUTE_FORMS[form]).format(distance=distance(metres, units), heading=_(_HEADINGS[heading]))


def load_unit(kind: str, units: str = "km") -> str:
    """Return the unit of a load in words: that of ``History.load_kind``, distances in the runner's."""
    return units if kind == "km" else _(str(kind))


def load_in(value: float, kind: str, units: str = "km") -> float:
    """Convert a load to the unit that ``load_unit`` names."""
    return value * METRES["km"] / METRES[units] if kind == "km" else value


def load(value: float | None, kind: str, units: str = "km") -> str:
    """Format a load with its unit, e.g. "234 session-RPE points", "4.8 mi"."""
    if value is None or math.isnan(value):
        return UNKNOWN
    converted = load_in(value, kind, units)
    return f"{number(converted, 0 if converted >= 100 else 1)} {load_unit(kind, units)}"  # noqa: PLR2004 - three digits are enough


def height(metres: float | None, units: str = "km") -> str:
    """Format metres of ascent as "120 m", or with miles as "394 ft"."""
    if metres is None or math.isnan(metres):
        return UNKNOWN
    return f"{number(metres, 0)} m" if units == "km" else f"{number(metres / METRES_PER_FOOT, 0)} ft"


METRES_PER_FOOT = 0.3048
EARTH_RADIUS_M = 6371008.8  # IUGG mean radius


def duration(seconds: float | None) -> str:
    """Format seconds as "42 min" or "1 h 05 min"."""
    if seconds is None or math.isnan(seconds):
        return UNKNOWN
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def pace(seconds: float | None, metres: float | None, units: str = "km") -> str:
    """Format time over distance as "5:42 min/km"."""
    if seconds is None or metres is None or math.isnan(seconds) or math.isnan(metres) or metres <= 0:
        return UNKNOWN
    return f"{minutes_seconds(seconds / metres * METRES[units])} min/{units}"


def minutes_seconds(seconds: float) -> str:
    """Format seconds as "5:42"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def day(value: date, *, weekday: bool = True, year: bool = False) -> str:
    """Format a day as "Sun 15 Nov", "15 Nov" or "Sun 15 Nov 2026"."""
    text = _("{day} {month}").format(day=value.day, month=month(value))
    if weekday:
        text = f"{weekday_names()[value.weekday()]} {text}"
    return f"{text} {value.year}" if year else text


def recent_day(value: date, today: date) -> str:
    """Return the whole name of a weekday of the last seven days, e.g. "Sunday"; an earlier day as ``day``."""
    if 0 <= (today - value).days < 7:  # noqa: PLR2004 - days of a week
        return weekday_names(whole=True)[value.weekday()]
    return day(value)


def weekday(value: date) -> str:
    """Return the weekday of a day, short, e.g. "Sun"."""
    return weekday_names()[value.weekday()]


def month(value: date) -> str:
    """Return the month of a day, short, e.g. "Nov"."""
    return month_names()[value.month - 1]


#: A forecast whose range is at most so many days wide is given by the day, by the part of a month, by season.
_DAY_WIDE, _MONTH_WIDE, _SEASON_WIDE = 14, 75, 600
_PARTS_OF_MONTHS = (N_("around early {month}"), N_("around mid-{month}"), N_("around late {month}"))
_SEASONS = (
    N_("around winter {year}"),
    N_("around spring {year}"),
    N_("around summer {year}"),
    N_("around autumn {year}"),
)


def forecast(expected: date, low: date | None, high: date | None, today: date, *, southern: bool) -> str:
    """Say when something is expected, in words as sure as the forecast is.

    Args:
        expected: the most likely day.
        low: the early end of its range, None where unknown.
        high: the late end, None where unknown or far away.
        today: a month of this year goes without the year.
        southern: whether December is in summer.

    Returns:
        Such as "around 12 March", "around mid-March", "around autumn 2027", "not before May 2027".
    """
    if low is None:  # as far off as it may be
        wide: float = (expected - today).days
        low = expected
    else:
        wide = math.inf if high is None else (high - low).days
    if wide > _SEASON_WIDE:
        return _("not before {month}").format(month=_whole_month(low, today))
    if wide > _MONTH_WIDE:
        season = (expected.month % 12 // 3 + (2 if southern else 0)) % 4
        first = expected.year - (expected.month < 3)  # noqa: PLR2004 - the season from December on has two
        is_one_year = 3 <= expected.month <= 11  # noqa: PLR2004 - March to November
        return _(_SEASONS[season]).format(year=first if is_one_year else f"{first}/{(first + 1) % 100:02d}")
    if wide > _DAY_WIDE:
        part = min((expected.day - 1) // 10, 2)
        return _(_PARTS_OF_MONTHS[part]).format(month=_whole_month(expected, today))
    text = _("around {day} {month}")
    return text.format(day=expected.day, month=_whole_month(expected, today))


def _whole_month(value: date, today: date) -> str:
    name = month_names(whole=True)[value.month - 1]
    return name if value.year == today.year else f"{name} {value.year}"


def days(first: date, last: date) -> str:
    """Format a span of days as "20–26 Jul 2026" or "28 Dec 2026 – 3 Jan 2027"."""
    end = day(last, weekday=False, year=True)
    if (first.year, first.month) == (last.year, last.month):
        return _("{day}–{end}").format(day=first.day, end=end)
    return f"{day(first, weekday=False, year=first.year != last.year)} – {end}"


def count_noun(how_many: int, noun: str, plural: str = "") -> str:
    """Format a count with its English noun, e.g. "1 run", "4 runs"; translated texts use ``ngettext``."""
    return f"{how_many} {noun if how_many == 1 else plural or f'{noun}s'}"


def printable(text: str, instead: str = "") -> str:
    """Replace each character that a text for people must not hold, by nothing unless told otherwise."""
    return _UNPRINTABLE.sub(instead, text)


def escape_controls(value: object, keep: str = "") -> str:
    r"""Write such characters as ``\x1b``, line ends and tabs as a space; those in ``keep`` stay."""

    def escape(match: re.Match[str]) -> str:
        if match[0] in keep:
            return match[0]
        return " " if match[0] in "\n\r\t\u2028\u2029" else match[0].encode("unicode_escape").decode("ascii")

    return _UNPRINTABLE.sub(escape, str(value))


def escape_json(document: str) -> str:
    r"""Write such characters of a JSON document as ``\u001b``; it stays the same JSON."""
    return _UNPRINTABLE.sub(lambda match: "\n" if match[0] == "\n" else f"\\u{ord(match[0]):04x}", document)


def capital(text: str) -> str:
    """Capitalise the first letter and leave the rest: German nouns keep theirs."""
    return text[:1].upper() + text[1:]


def area(name: str) -> str:
    """Return a body area in words, e.g. "upper back", "hip or groin"."""
    return _(_AREA_NAMES.get(name, name.replace("_", " ")))


def area_and_side(name: str, side: str | None) -> str:
    """Return a body area and its side in words, e.g. "left knee"."""
    template = {"left": _("left {area}"), "right": _("right {area}"), "both": _("{area}, both sides")}
    return template.get(side or "", "{area}").format(area=area(name))


#: The fields of an entry in words: of a value, and of a no.
_ENTRY_WORDS = {
    "warmup": (N_("warm-up"), N_("no warm-up")),
    "cooldown": (N_("cool-down"), N_("no cool-down")),
    "shoe": (N_("in {value}"), ""),
    "rpe": (N_("effort {value} of 10"), ""),
    "strength": (N_("strength training"), N_("no strength training")),
    "strength_min": (N_("strength training {value} min"), ""),
    "mobility": (N_("mobility work"), N_("no mobility work")),
    "desk_hours": (N_("{value} h at the desk"), ""),
    "posture": (N_("posture {value} of 10"), ""),
    "note": (N_("note {value}"), ""),
}


def describe_entry(entry: Entry) -> str:
    """Describe a diary entry, e.g. "upper back 3 of 10, no warm-up"."""
    parts = []
    if entry.soreness is not None:
        place = area_and_side(entry.area, entry.side)
        parts.append(_("{area} {rating} of 10").format(area=place, rating=short_number(entry.soreness)))
    for field, (yes, no) in _ENTRY_WORDS.items():
        value = getattr(entry, field)
        if value is None or (field == "strength" and entry.strength_min is not None):
            continue
        written = repr(value) if field == "note" else value if isinstance(value, str) else short_number(value)
        parts.append(_(no) if value is False else _(yes).format(value=written))
    return ", ".join(parts)


#: Letters that have no accent to take off.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "\u0131": "i", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d"})


def strip_accents(word: str) -> str:
    """Return a word in lower case without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def fold_name(word: str) -> str:
    """Return a word without accents, case and punctuation, its parts joined by "_"."""
    return re.sub(r"[\W_]+", "_", strip_accents(word)).strip("_")


@cache
def _body_words() -> Mapping[str, Area | Side | None]:
    """Return what each word of body_areas.toml means, folded; None is a word that says nothing more."""
    text = resources.files("runlog").joinpath("body_areas.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    meanings: list[tuple[Area | Side | None, str]] = [
        (None, table["words"]["filler"]),
        *((Side(name), words) for name, words in table["sides"].items()),
        *((Area(name), words) for name, words in table["areas"].items()),
    ]
    return {fold_name(word): meaning for meaning, words in meanings for word in words.split()}


_PLURALS = ("", "s", "es", "n", "en")


def parse_area(text: str, *, whole: bool = True) -> tuple[Area, Side | None] | None:
    """Return the area and the side, if any, that a text like "left knee" names in any known language.

    It is None if the text names no area, or several. Of a whole text, as it is typed, no word may be left
    over; a diary's cell may say more ("knee, on stairs").
    """
    found: set[Area | Side | None] = set()
    words = fold_name(text).split("_")
    while words:
        # the longest name counts: "lower back" is not the back
        names = {length: _body_word("_".join(words[:length])) for length in range(len(words), 0, -1)}
        length, word = next(((length, word) for length, word in names.items() if word), (1, None))
        if word is None and whole:
            return None
        found.add(None if word is None else _body_words()[word])
        del words[:length]
    areas = [one for one in found if isinstance(one, Area)]
    sides = [one for one in found if isinstance(one, Side)]
    if len(areas) != 1:
        return None
    return areas[0], Side.BOTH if len(sides) > 1 else next(iter(sides), None)


def _body_word(name: str) -> str | None:
    """Return the word of body_areas.toml that a name is, or is a plural of."""
    stems = (name.removesuffix(ending) for ending in _PLURALS if name.endswith(ending))
    return next((stem for stem in stems if stem in _body_words()), None)


_FORMULA_START = re.compile(r"'*[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def mark_formula(value: object) -> object:
    """Return a value for a CSV cell: a text that a spreadsheet would run gets an apostrophe before it.

    Numbers, also as text, stay as they are. ``unmark_formula`` gives the text back.
    """
    if not isinstance(value, str) or not _FORMULA_START.match(value) or _PLAIN_NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def unmark_formula(cell: str) -> str:
    """Return the text that ``mark_formula`` has made this cell of; other cells stay as they are."""
    return cell[1:] if cell.startswith("'") and mark_formula(cell[1:]) == cell else cell
