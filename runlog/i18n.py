"""Translate texts, plurals, numbers and dates into the user's language.

Every sentence of the report, its charts, alerts and tips is written in English in the code, whole and with
named placeholders, and passed through ``_`` (or ``ngettext``) when it is shown:

    _("Your run of {day} was {share} longer than any before.").format(day=…, share=…)

The other languages are gettext catalogues in ``runlog/locale`` (updated by ``tests/catalogues.py``); number
and date formats come from Babel.

The report in all its formats, charts, alerts, tips and messages use the language of the settings. The command
line's own output (help, tables, errors, trials) is English only, and so is everything that programs read:
keys, grades, CSV.
"""

from __future__ import annotations

import gettext
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The language that all is written in.
ENGLISH = "en"

_LOCALE_DIR = Path(__file__).parent / "locale"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def available_languages() -> tuple[str, ...]:
    """The languages that there are, as their codes ("de", "en")."""
    translated = (catalogue.parts[-3] for catalogue in _LOCALE_DIR.glob("*/LC_MESSAGES/runlog.mo"))
    return (ENGLISH, *sorted(translated))


def current_language() -> str:
    """The language that is spoken now."""
    return _current.get()


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Let all that is said meanwhile be said in a language."""
    before = _current.set(code)
    try:
        yield
    finally:
        _current.reset(before)


def _(text: str) -> str:
    """A sentence in the language spoken now."""
    return _catalogue(_current.get()).gettext(text) if text else ""


def ngettext(one: str, many: str, how_many: int) -> str:
    """The singular or the plural of a sentence, in the language spoken now; its places are left to fill."""
    return _catalogue(_current.get()).ngettext(one, many, how_many)


def N_(text: str) -> str:
    """A sentence that is written down here and said elsewhere, by ``_``: this only lets it be found."""
    return text


def format_decimal(value: float, digits: int, *, signed: bool = False) -> str:
    """A number as the language spoken now writes it, with a true minus sign; 0 has no sign."""
    rounded = round(value, digits) + 0.0  # -0.04 is told as 0.0, not as -0.0
    written = f"{rounded:{'+' if signed and rounded else ''},.{digits}f}".replace("-", "−")
    return written.translate(_number_separators(_current.get()))


def weekday_names() -> tuple[str, ...]:
    """The days of the week, Monday first, short."""
    return _calendar_names(_current.get())[0]


def month_names() -> tuple[str, ...]:
    """The months, short."""
    return _calendar_names(_current.get())[1]


def N_plural(one: str, many: str) -> tuple[str, str]:
    """A singular and its plural that are written down here and said elsewhere, by ``counted(*pair, n)``."""
    return one, many


@cache
def _number_separators(code: str) -> dict[int, str]:
    """What a language writes instead of the comma and the point of an English number."""
    if code == ENGLISH:  # a command line that says nothing else has no need of Babel
        return {}
    from babel import numbers

    return {ord(","): numbers.get_group_symbol(code), ord("."): numbers.get_decimal_symbol(code)}


@cache
def _calendar_names(code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if code == ENGLISH:
        return _WEEKDAYS, _MONTHS
    from babel import dates

    weekdays = dates.get_day_names("abbreviated", "stand-alone", code)
    months = dates.get_month_names("abbreviated", "stand-alone", code)
    return tuple(weekdays[day] for day in range(7)), tuple(months[month] for month in range(1, 13))


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation("runlog", _LOCALE_DIR, languages=[code])
