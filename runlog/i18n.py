"""Translate texts, plurals, numbers and dates into the user's language.

Every sentence of the report, its charts, alerts and tips is written in English in the code, whole and with
named placeholders, and passed through ``_`` (or ``ngettext``) when it is shown:

    _("Your run of {day} was {share} longer than any before.").format(day=…, share=…)

The other languages are gettext catalogues in ``runlog/locale`` (updated by ``tests/catalogues.py``); number
and date formats come from Babel.

Errors translate their texts by themselves, where they are shown (see ``runlog.errors``):

    raise NotFound("there is no plan {id}", id=plan_id)

The report in all its formats, charts, alerts, tips, messages, errors and the pages of ``serve`` use the
language of the settings. The command line's own output (help, tables, trials) is English only, and so is
everything that programs read: keys, grades, CSV.
"""

from __future__ import annotations

import gettext
import string
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The language of the texts in the code.
ENGLISH = "en"

_LOCALE_DIR = Path(__file__).parent / "locale"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WHOLE_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def available_languages() -> tuple[str, ...]:
    """Return the codes of the available languages ("de", "en")."""
    translated = (catalogue.parts[-3] for catalogue in _LOCALE_DIR.glob("*/LC_MESSAGES/runlog.mo"))
    return (ENGLISH, *sorted(translated))


def current_language() -> str:
    """Return the code of the language in use."""
    return _current.get()


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Use a language within the with block."""
    before = _current.set(code)
    try:
        yield
    finally:
        _current.reset(before)


def _(text: str) -> str:
    """Translate a text into the language in use."""
    return _catalogue(_current.get()).gettext(text) if text else ""


def say(text: str, /, **values: object) -> str:
    """Translate a text, and fill its places; decimals are written as the language has them.

    Of a value that is an error, its text is translated too.
    """
    said = {name: _(str(one)) if isinstance(one, Exception) else one for name, one in values.items()}
    return _PLACES.vformat(_(text), (), said)


class Later(str):
    """A text in English, as programs and the command line have it; ``said`` says it in the language in use.

    Its values may be functions that return a text.
    """

    __slots__ = ("_text", "_values")
    _text: str
    _values: dict[str, object]

    def __new__(cls, text: str, /, **values: object) -> Self:
        """Fill the places of a text that is marked for translation."""
        with use_language(ENGLISH):
            self = super().__new__(cls, say(text, **_called(values)))
        self._text, self._values = text, values
        return self

    def translated(self) -> str:
        """Return it in the language in use."""
        return say(self._text, **_called(self._values))


def _called(values: dict[str, object]) -> dict[str, object]:
    return {name: value() if callable(value) else value for name, value in values.items()}


class _Places(string.Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        shown = format(value, format_spec)
        return shown.translate(_number_separators(_current.get())) if isinstance(value, float) else shown


_PLACES = _Places()


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the singular or plural translation for n; placeholders stay to be filled."""
    return _catalogue(_current.get()).ngettext(singular, plural, n)


def N_(text: str) -> str:
    """Mark a text for translation without translating it; ``_`` does that where it is shown."""
    return text


def format_decimal(value: float, digits: int, *, signed: bool = False) -> str:
    """Format a number for the language in use, with a true minus sign; 0 has no sign."""
    rounded = round(value, digits) + 0.0  # -0.04 becomes 0.0, not -0.0
    written = f"{rounded:{'+' if signed and rounded else ''},.{digits}f}".replace("-", "−")
    return written.translate(_number_separators(_current.get()))


def weekday_names(*, whole: bool = False) -> tuple[str, ...]:
    """Return the names of the weekdays, Monday first, short or whole."""
    return _calendar_names(_current.get(), whole)[0]


def month_names(*, whole: bool = False) -> tuple[str, ...]:
    """Return the names of the months, short or whole."""
    return _calendar_names(_current.get(), whole)[1]


def N_plural(singular: str, plural: str) -> tuple[str, str]:
    """Mark a singular and its plural for translation; ``ngettext(*pair, n)`` translates them."""
    return singular, plural


@cache
def _number_separators(code: str) -> dict[int, str]:
    """Map the separators of English numbers to a language's, for ``str.translate``."""
    if code == ENGLISH:  # loads no Babel for the command line
        return {}
    from babel import numbers

    return {ord(","): numbers.get_group_symbol(code), ord("."): numbers.get_decimal_symbol(code)}


@cache
def _calendar_names(code: str, whole: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: FBT001 - cached by place
    if code == ENGLISH:
        return (_WHOLE_WEEKDAYS, _WHOLE_MONTHS) if whole else (_WEEKDAYS, _MONTHS)
    from babel import dates

    width: Literal["wide", "abbreviated"] = "wide" if whole else "abbreviated"
    weekdays = dates.get_day_names(width, "stand-alone", code)
    months = dates.get_month_names(width, "stand-alone", code)
    return tuple(weekdays[day] for day in range(7)), tuple(months[month] for month in range(1, 13))


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation("runlog", _LOCALE_DIR, languages=[code])
