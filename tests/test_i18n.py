"""Texts, numbers and dates are in the language in use."""

from __future__ import annotations

import pickle

from runlog import i18n
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, Later, _, ngettext, say, use_language


def test_english_is_what_is_written():
    assert "en" in i18n.available_languages()
    assert _("Your week") == N_("Your week") == "Your week"
    assert _("") == ""
    assert [ngettext("{n} run", "{n} runs", n).format(n=n) for n in (0, 1, 2)] == [
        "0 runs",
        "1 run",
        "2 runs",
    ]


def test_a_language_is_spoken_for_a_while():
    with use_language("en"):
        assert i18n.current_language() == "en"
    assert i18n.current_language() == i18n.ENGLISH


def test_decimals_are_written_as_the_language_has_them():
    assert say("at {n:.1f} km from {path}", n=1234.5, path="1.5") == "at 1234.5 km from 1.5"
    with use_language("de"):
        assert say("at {n:.1f} km from {path}", n=1234.5, path="1.5") == "at 1234,5 km from 1.5"


def test_an_error_is_said_in_the_language_of_whoever_looks_at_it():
    inner = NotFound("there is no run {id}; runlog runs lists them", id=7)
    outer = BadInput("{file}: cannot be read: {reason}", file="{x}.fit", reason=inner)
    assert str(outer) == "{x}.fit: cannot be read: there is no run 7; runlog runs lists them"
    assert str(pickle.loads(pickle.dumps(outer))) == str(outer)  # noqa: S301 - our own
    with use_language("de"):
        assert (
            str(outer) == "{x}.fit: lässt sich nicht lesen: Lauf 7 gibt es nicht; runlog runs listet alle auf"
        )
    assert str(BadInput("a text with {braces}")) == "a text with {braces}"


def test_a_text_that_is_said_later_is_english_until_then():
    text = Later("rule {id}: {conditions}", id=3, conditions=lambda: _("trail"))
    with use_language("de"):
        made = Later("rule {id}: {conditions}", id=3, conditions=lambda: _("track"))
        assert text.translated() == "Regel 3: Trail"
    assert (text, made) == ("rule 3: trail", "rule 3: track")
