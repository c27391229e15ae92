"""Texts, numbers and dates are in the language in use."""

from __future__ import annotations

from runlog import i18n
from runlog.i18n import N_, _, ngettext, use_language


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
