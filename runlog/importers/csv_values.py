"""Read the headings and cells of lists as people and spreadsheets of any language write them.

Every list uses this one reader of numbers, yes and no, and durations, and that of dates in ``csv_dates``.
What cannot be read, or is not possible, raises ``InvalidValue``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from runlog.errors import Refusal
from runlog.importers.sports import read_words
from runlog.units import fold_name, strip_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class InvalidValue(Refusal, ValueError):
    """A value that cannot be read; its text says why and what to write instead."""


class InFuture(InvalidValue):
    """A time that lies in the future by the clock of this machine."""


class Notation(NamedTuple):
    """How the numbers and dates of one list are written, as far as the list shows it."""

    decimal: str | None = None  # the decimal mark, "." or ","; None where no cell shows it
    groups_dots: bool = False  # a dot before three digits more likely groups them, as between semicolons
    date_order: str | None = None  # "day-first" or "month-first", if the heading of the dates says it
    has_midnights: bool = False  # each date has midnight with it, as programs write them


PLAIN = Notation()


@cache
def list_words() -> dict[str, dict[str, str]]:
    """Return the words of lists.toml, by table and meaning."""
    return read_words("lists.toml")


@cache
def word_set(name: str) -> frozenset[str]:
    """Return the words of lists.toml for a value, without accents and capitals."""
    return frozenset(map(strip_accents, list_words()["words"][name].split()))


@cache
def _units() -> Mapping[str, str]:
    return {
        strip_accents(word): unit for unit, text in list_words()["units"].items() for word in text.split()
    }


#: Letters of a cell or heading; what is longer is a text, and no value.
MAX_CELL = 80


def clean_cell(cell: str) -> str:
    """Return the text of a cell without the spaces, marks and quotes that programs put around it.

    A cell that says that there is no value ("-", "n/a") is empty.
    """
    text = cell.translate(_INVISIBLE).strip()
    if len(text) > 1 and (text[0], text[-1]) in _QUOTES:
        text = text[1:-1].strip()
    return "" if text.casefold() in word_set("blank") else text


_INVISIBLE = {ord(mark): None for mark in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\x00"}
_INVISIBLE |= {ord(space): " " for space in "\u00a0\u2007\u2009\u202f"}  # type: ignore[misc]  # a text or None
_QUOTES = {("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb"), ("\u2018", "\u2019"), ('"', '"')}


def refuse_error(cell: str) -> None:
    """Refuse the error of a formula ("#N/A", "#WERT!"), and of a column too narrow to show its values."""
    if cell.startswith("#") and (strip_accents(cell) in word_set("errors") or not cell.strip("#")):
        raise InvalidValue("{cell!r} is what a spreadsheet shows where it has no value", cell=cell[:20])


def parse_yes_no(cell: str) -> bool:
    """Parse yes or no in any known language, a tick or a cross, 1 or 0."""
    word = strip_accents(cell.strip().rstrip(".!")).removesuffix("\ufe0f")
    if word in word_set("yes") or re.fullmatch(r"1(?:[.,]0+)?", word):
        return True
    if word in word_set("no") or re.fullmatch(r"0(?:[.,]0+)?", word):
        return False
    refuse_error(cell.strip())
    raise InvalidValue("{cell!r} is neither yes nor no", cell=cell.strip())


_MARKS = str.maketrans({"\u2212": "-", "\u2019": "'", "\u02bc": "'", "\uff0c": ",", "\uff0e": "."})
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([ '])\d{3}(?:\1\d{3})*)(?:[.,]\d+)?")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_BOTH_MARKS = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)([.,])\d+)?", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d.,][\d.,' ]*(?:e[+-]?\d+)?)\s*([^\W\d_]+[./]?[^\W\d_]*\.?)", re.IGNORECASE)


def split_unit(cell: str) -> tuple[str, str | None]:
    """Return the number and the unit of a cell such as "7 km"; the unit is None where none is known."""
    match = _WITH_UNIT.fullmatch(cell.strip()[:MAX_CELL].translate(_MARKS))
    unit = known_unit(match[2]) if match else None
    return (cell, None) if match is None or unit is None else (match[1].strip(), unit)


def known_unit(word: str) -> str | None:
    """Return our word for a unit; None where it is not known."""
    return _units().get(strip_accents(word.strip()).rstrip("."))


def parse_number(
    cell: str, low: float, high: float, notation: Notation = PLAIN, *, is_whole: bool = False
) -> float:
    """Parse a number with a decimal point or comma, and with marks between groups of three digits.

    A single mark before three digits ("1,845") counts as what leads to a possible value; where both do, the
    notation of the list decides, and ``is_whole``: what is counted has no fractions as a rule.
    """
    plain = cell.strip()
    refuse_error(plain)
    values = [] if len(plain) > MAX_CELL else _readings(plain.translate(_MARKS), notation, is_whole=is_whole)
    if not values:
        raise InvalidValue("{plain!r} is not a number", plain=plain)
    for value in values:
        if low <= value <= high:
            return value
    raise InvalidValue("{plain} is not within {low:g} to {high:g}", plain=plain, low=low, high=high)


def _readings(plain: str, notation: Notation, *, is_whole: bool) -> list[float]:
    """Return the values that a number may have, the likeliest first."""
    if _GROUPED.fullmatch(plain):
        plain = re.sub("[ ']", "", plain)
    if (both := _BOTH_MARKS.fullmatch(plain)) and (both[2] or plain.count(both[1]) > 1):
        return [float(plain.replace(both[1], "").replace(",", "."))]
    if not _NUMBER.fullmatch(plain):
        return []
    decimal = float(plain.replace(",", "."))
    group = _ONE_GROUP.fullmatch(plain)
    if group is None:
        return [decimal]
    grouped = float(plain.replace(group[1], ""))
    if notation.decimal is not None:
        return [decimal] if group[1] == notation.decimal else [grouped, decimal]
    is_group = is_whole or (group[1] == "." if notation.groups_dots else group[1] == ",")
    return [grouped, decimal] if is_group else [decimal, grouped]


def decimal_marks(cell: str) -> set[str]:
    """Return the decimal mark that a number shows; none where it may also be one between groups."""
    plain = split_unit(cell[:MAX_CELL].rstrip(" %"))[0].strip().translate(_MARKS)
    both = _BOTH_MARKS.fullmatch(plain)
    if both and both[2]:
        return {both[2]}
    if both and plain.count(both[1]) > 1:
        return {"," if both[1] == "." else "."}
    return {".", ","} & set(plain) if _NUMBER.fullmatch(plain) and not _ONE_GROUP.fullmatch(plain) else set()


_OF_TEN = re.compile(r"(.+?)\s*(?:/|of|out of|von|sur|de|su|van|av|z|\u4e2d)\s*(\d+)", re.IGNORECASE)
_PERCENT = 100.0


def parse_scale(cell: str, most: float, notation: Notation = PLAIN) -> float:
    """Parse a rating from 0 to ``most``: 3, 3.5, "3/10", "3 of 10" or "30 %"; refuse one of another scale."""
    plain = cell.strip()
    if plain.endswith("%"):
        return parse_number(plain[:-1], 0, _PERCENT, notation) * most / _PERCENT
    shares = _OF_TEN.fullmatch(plain[:MAX_CELL])
    if shares is None:
        return parse_number(plain, 0, most, notation)
    if float(shares[2]) != most:
        raise InvalidValue("{plain!r} is not of a scale from 0 to {most:g}", plain=plain, most=most)
    return parse_number(shares[1], 0, most, notation)


_SIXTY = 60
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):([0-5]?\d)(?:[.,](\d{1,6}))?", re.ASCII)
_DOTTED_CLOCK = re.compile(r"(\d{1,2})\.([0-5]\d)\.([0-5]\d)", re.ASCII)
#: The day before all days of a spreadsheet, which it may write before a time.
DAY_ZERO = re.compile(
    r"(?:1899-12-3[01]|12/3[01]/1899|3[01]\.12\.1899|0?[01]/0/1900|0\.1\.1900|1900-01-00)[T ]+", re.ASCII
)
_CLOCK_WITH_UNIT = re.compile(r"([\d:.,]*:[\d:.,]*)\s*([^\W\d_]+)\.?")
_TWELVE_HOURS = re.compile(r"(\d{1,2})(:[\d:.,]+)\s*([ap])\.?\s?m\.?", re.IGNORECASE | re.ASCII)
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)?|[^\W\d_]+|''|\S")
_TIME_MARKS = {"m": "min", "mn": "min", "'": "min", "\u2032": "min", "''": "s", '"': "s", "\u2033": "s"}
_SECONDS_OF = {"h": 3600.0, "min": 60.0, "s": 1.0}
_NEXT_UNIT = {"h": "min", "min": "s"}
_FILLERS = frozenset({".", ",", "and", "und", "et", "y", "e", "og", "och", "en", "i"})
_MAX_SECONDS = 14 * 86_400.0
_DAY_S = 86_400.0


def parse_duration(
    cell: str, notation: Notation = PLAIN, unit: str = "min", *, hours_first: bool = False
) -> float:
    """Parse 45:30, 1:02:03.5, "1h 05m", "65 min", "65'30" or a number of a unit, into seconds.

    The unit ("h", "min" or "s") is that of a number alone; below one minute it is a spreadsheet's part of a
    day. With ``hours_first``, 1:05 is an hour and five minutes, not a minute and five seconds.
    """
    plain = DAY_ZERO.sub("", cell.strip()[:MAX_CELL]).translate(_MARKS)
    refuse_error(plain)
    if twelve := _TWELVE_HOURS.fullmatch(plain):  # a spreadsheet took the duration for a time of day
        plain = f"{int(twelve[1]) % 12 + 12 * (twelve[3] in 'pP')}{twelve[2]}"
    elif with_unit := _CLOCK_WITH_UNIT.fullmatch(plain):
        plain, hours_first = with_unit[1], hours_first or known_unit(with_unit[2]) == "h"
    seconds = _clock_seconds(plain, hours_first=hours_first)
    if seconds is None:
        seconds = _spelled_seconds(plain)
    if seconds is None:
        try:
            value = parse_number(plain, 0, _MAX_SECONDS, notation)
        except InvalidValue:
            value = _MAX_SECONDS
        is_part_of_day = unit == "min" and 0 < value < 1
        seconds = round(value * _DAY_S, 1) if is_part_of_day else value * _SECONDS_OF[unit]
    if seconds > _MAX_SECONDS:
        raise InvalidValue("{cell!r} is not a duration; write 45:30, 1:02:03 or 45 min", cell=cell.strip())
    return seconds


def _clock_seconds(plain: str, *, hours_first: bool) -> float | None:
    """Return the seconds of a duration written like a clock; None where it is not."""
    clock = _CLOCK.fullmatch(plain) or _DOTTED_CLOCK.fullmatch(plain)
    if clock is None:
        return None
    first, second, third = clock[1], int(clock[2]), int(clock[3])
    if first is None and hours_first and second < _SIXTY and not clock[4]:
        return (second * _SIXTY + third) * 60.0
    if first is not None and second >= _SIXTY:
        return _MAX_SECONDS + 1
    fraction = float(f"0.{clock[4]}") if clock.re is _CLOCK and clock[4] else 0.0
    return (int(first or 0) * _SIXTY + second) * 60.0 + third + fraction


def _spelled_seconds(plain: str) -> float | None:
    """Return the seconds of a duration with units, such as "1 h 5 min" or "65'30"; None where it is none."""
    tokens = [token for token in _TOKEN.findall(plain.casefold().removeprefix("pt")) if token not in _FILLERS]
    seconds, last = 0.0, None
    while tokens:
        number = tokens.pop(0)
        if not number[0].isdecimal():
            return None
        unit = _TIME_MARKS.get(tokens[0]) or known_unit(tokens[0]) if tokens else None
        if unit is not None:
            tokens.pop(0)
        elif last is not None:
            unit = _NEXT_UNIT.get(last)
        if unit not in _SECONDS_OF or (last is not None and _SECONDS_OF[unit] >= _SECONDS_OF[last]):
            return None
        seconds += float(number.replace(",", ".")) * _SECONDS_OF[unit]
        last = unit
    return seconds if last is not None else None


@dataclass(frozen=True)
class Headings:
    """The headings of one kind of list.

    Attributes:
        words: by column, the words for it: names of tables of lists.toml, and words of its own.
        units: by column, the column for its values in each unit that may stand in the heading.
        key: the columns one of which every row needs: a row of means has no date.
    """

    words: Mapping[str, Sequence[str]]
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    key: tuple[str, ...] = ("date",)

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        known = list_words()["columns"]
        return {
            fold_name(word): column
            for column, words in self.words.items()
            for entry in (column, *words)
            for word in (known[entry[1:]].split() if entry.startswith("@") else [entry])
        }

    @cached_property
    def find(self) -> Callable[[str], Column]:
        """Function that returns the column of a heading, with which a scale, a unit or a filler may stand."""
        return lru_cache(maxsize=4096)(self._find)

    def _find(self, heading: str) -> Column:
        text = _ORNAMENT.sub("", clean_cell(heading[:MAX_CELL]))
        if (name := self._aliases.get(fold_name(text))) is not None:
            return Column(name)
        refused = None
        # A heading may be split into a name and a remark on its values.
        splits = (pattern.fullmatch(text) for pattern in (_BRACKETS, _SCALE_AFTER, _LAST_WORD))
        for stem, remark in [*((parts[1], parts[2]) for parts in splits if parts), (text, "")]:
            whole = fold_name(stem)
            without_fillers = "_".join(word for word in whole.split("_") if word not in _fillers())
            name = self._aliases.get(whole) or self._aliases.get(without_fillers)
            column = name and self._with_remark(name, remark)
            if name and column:
                order = _date_order(remark) if name == "date" else None
                return Column(column, order)
            refused = refused or (name if re.search(r"\d|[(\[{]", text) else None)
        return Column(None, another_scale_of=refused)

    def _with_remark(self, name: str, remark: str) -> str | None:
        """Return the column of a name with a remark on its values; None for another scale or unit."""
        plain = " ".join(remark.casefold().split())
        unit = "h:mm" if plain in _HOURS_AND_MINUTES else known_unit(plain)
        if unit is not None and unit in self.units.get(name, {}):
            return self.units[name][unit]
        numbers = set(re.findall(r"\d+", plain))
        is_scale = "10" in numbers and numbers <= {"0", "1", "10"} and not _INVERTED.search(plain)
        if is_scale or _HARMLESS_REMARK.fullmatch(plain) or _is_yes_no(plain):
            return name
        return name if name == "date" and _DATE_PATTERN.fullmatch(plain) else None


class Column(NamedTuple):
    """Our name of a column, None if it is not known; what its heading says of dates or another scale."""

    name: str | None
    date_order: str | None = None
    another_scale_of: str | None = None


@cache
def _fillers() -> frozenset[str]:
    return frozenset(map(fold_name, list_words()["fillers"]["words"].split()))


#: What may stand around a heading: a question mark, an asterisk, an emoji.
_ORNAMENT = re.compile(r"^[^\w(\[{#]+|[^\w)\]}%]+$")
_BRACKETS = re.compile(r"(.*?)[\s_]*[(\[{]\s*([^()\[\]{}]*?)\s*[)\]}][\s?*:]*")
_SCALE = r"[01]\s*(?:-|\u2013|\u2014|to|bis|a|\xe0|\.{2,3}|\u2026)\s*10|(?:/|out of|of|von|sur|de)\s*10"
_SCALE_AFTER = re.compile(rf"(.*?[^\W\d_])[\s_,:]*({_SCALE})", re.IGNORECASE)
_LAST_WORD = re.compile(r"(.*[^\W_])(?:[\s_,/.]+(?:in\s+)?)([^\W\d_]+)\.?", re.IGNORECASE)
_HARMLESS_REMARK = re.compile(r"|optional|required|pflicht|hh?:mm(?::ss)?|mm:ss|24\s?h|am/pm|local(?: time)?")
_HOURS_AND_MINUTES = frozenset({"h:mm", "hh:mm", "h:min", "std:min"})
_DATE_PATTERN = re.compile(r"[^\W\d_]{1,4}(?:[-/. ]{1,2}[^\W\d_]{1,4}){2}\.?(?:[ ,t]+hh?:mm(?::ss)?)?")
_INVERTED = re.compile(r"10\s*[=:]?\s*(?:is |ist )?(?:best|none|no\b|not\b|kein|gut|good|great|fresh|super)")


def is_remark(cell: str) -> bool:
    """Return whether a cell below a heading is only about the values: a unit, a pattern or a scale."""
    text = clean_cell(cell).strip("()[] ").casefold()
    patterns = (_DATE_PATTERN, _HARMLESS_REMARK, re.compile(_SCALE))
    return bool(text) and (known_unit(text) is not None or any(one.fullmatch(text) for one in patterns))


def _is_yes_no(remark: str) -> bool:
    words = [word for word in re.split(r"[\s/,|=-]+", remark) if word not in ("or", "oder", "ou", "o", "")]
    try:
        return bool(words) and all(parse_yes_no(word) in (True, False) for word in words)
    except InvalidValue:
        return False


def _date_order(remark: str) -> str | None:
    """Return the order of day and month in a pattern such as "dd/mm/yyyy"; None where the year is first."""
    parts = re.findall(r"[^\W\d_]+", remark.casefold())[:3]
    if len(parts) < len("dmy") or len(parts[0]) == len("yyyy"):
        return None
    return "month-first" if parts[0].startswith("m") else "day-first"
