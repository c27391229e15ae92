"""What runlog says to people, in the language of their report.

Every sentence of the report, its charts, alerts and tips is written in English where it is said, whole and
with named places, and goes through ``_`` (or ``counted``) when it is said:

    _("Your run of {day} was {share} longer than any before.").format(day=…, share=…)

The other languages are gettext catalogues in ``runlog/locale``. What the command line itself says (help,
tables, errors) is English only.
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

_FOLDER = Path(__file__).parent / "locale"
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def languages() -> tuple[str, ...]:
    """The languages that there are, as their codes ("de", "en")."""
    translated = (catalogue.parts[-3] for catalogue in _FOLDER.glob("*/LC_MESSAGES/runlog.mo"))
    return tuple(sorted({ENGLISH, *translated}))


def language() -> str:
    """The language that is spoken now."""
    return _spoken.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Let all that is said meanwhile be said in a language."""
    before = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(before)


def _(text: str) -> str:
    """A sentence in the language spoken now."""
    return _catalogue(_spoken.get()).gettext(text) if text else ""


def counted(one: str, many: str, how_many: int) -> str:
    """The singular or the plural of a sentence, in the language spoken now; its places are left to fill."""
    return _catalogue(_spoken.get()).ngettext(one, many, how_many)


def marked(text: str) -> str:
    """A sentence that is written down here and said elsewhere, by ``_``: this only lets it be found."""
    return text


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation("runlog", _FOLDER, languages=[code])
