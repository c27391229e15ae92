"""The dates of a Strava export, which are UTC and written as the runner's language writes dates."""

# ruff: noqa: RUF001 - words in their own scripts

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from runlog.importers.tables.cells import Unreadable

#: English, German, French, Spanish, Italian, Portuguese, Dutch, Indonesian, Scandinavian, Polish, Russian.
_MONTHS = (
    "jan january januar jänner janv janvier ene enero gen gennaio janeiro januari sty stycznia янв января",
    "feb february februar feber févr fév février febrero febbraio fev fevereiro lut lutego февр фев февраля",
    "mar march märz mär mars marzo março mrt maart maret marts marca мар март марта",
    "apr april avr avril abr abril aprile kwi kwietnia апр апреля",
    "may mai mayo mag maggio maio mei maj maja мая май",
    "jun june juni juin junio giu giugno junho cze czerwca июн июнь июня",
    "jul july juli juil juillet julio lug luglio julho lip lipca июл июль июля",
    "aug august août aou ago agosto augustus agu agustus agt augusti sie sierpnia авг августа",
    "sep sept september septembre septiembre set settembre setembro wrz września сент сен сентября",
    "oct october okt oktober octobre octubre ott ottobre out outubro paź października окт октября",
    "nov november novembre noviembre novembro nopember lis listopada нояб ноя ноября",
    "dec december dez dezember déc décembre dic diciembre dicembre dezembro des desember gru grudnia дек",
)
_FILLERS = (
    "de",
    "del",
    "à",
    "a",
    "um",
    "kl",
    "den",
    "om",
    "at",
    "г",
    "y",
    "年",
    "月",
    "日",
    "년",
    "월",
    "일",
)
_AFTER_NOON = frozenset({"pm", "下午", "午後", "오후"})
_BEFORE_NOON = frozenset({"am", "上午", "午前", "오전"})
_CLOCK = re.compile(
    r"(?P<date>.+?)[\s,]+(?P<before>上午|下午|午前|午後|오전|오후)?\s*"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?\s*"
    r"(?P<after>[ap]\.?\s?m\.?)?",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(r"\d{1,4}|[^\W\d_]+")
_HALF_DAY = 12
_YEARS = range(1000, 10_000)
_LONGEST = 80  # letters of a date


def _bare(word: str) -> str:
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", word.casefold())
        if not unicodedata.combining(letter)
    )


_MONTH_OF = {_bare(word): month for month, words in enumerate(_MONTHS, 1) for word in words.split()}
_SKIPPED = frozenset(map(_bare, _FILLERS))


def moment(cell: str) -> datetime:
    """Read "Oct 7, 2020, 2:43:11 PM", "07.10.2020, 14:43:11", "7 oct. 2020 à 14:43:11" or their like.

    A date of numbers alone is year-month-day where the year comes first, and day-first elsewhere.

    Raises:
        Unreadable: no date and time, or a month in a language that is not known.
    """
    plain = " ".join(unicodedata.normalize("NFKC", cell).split())
    found = _CLOCK.fullmatch(plain) if len(plain) <= _LONGEST else None
    if found is None:
        raise Unreadable(f"{plain[:_LONGEST]!r} is not a date and time as Strava writes them")
    year, month, day = _date(plain, _PART.findall(found["date"]))
    hour = _hour(int(found["hour"]), found["before"] or found["after"] or "")
    try:
        return datetime(year, month, day, hour, int(found["minute"]), int(found["second"] or 0), tzinfo=UTC)
    except ValueError as error:
        raise Unreadable(f"{plain!r} is not a date and time: {error}") from error


def _hour(hour: int, half: str) -> int:
    mark = re.sub(r"[.\s]", "", half.casefold())
    if mark in _AFTER_NOON:
        return hour % _HALF_DAY + _HALF_DAY
    return hour % _HALF_DAY if mark in _BEFORE_NOON else hour


def _date(plain: str, parts: list[str]) -> tuple[int, int, int]:
    numbers = [int(part) for part in parts if part.isdecimal()]
    words = [bare for part in parts if not part.isdecimal() and (bare := _bare(part)) not in _SKIPPED]
    match numbers, words:
        case [year, month, day], [] if year in _YEARS:
            return year, month, day
        case [day, month, year], [] if year in _YEARS:
            return year, month, day
        case [day, year], [word] if year in _YEARS and word in _MONTH_OF:
            return year, _MONTH_OF[word], day
        case [_, year], [_] if year in _YEARS:
            raise Unreadable(f"the month of {plain!r} is in a language that runlog does not know")
    raise Unreadable(f"{plain!r} is not a date as Strava writes it")
