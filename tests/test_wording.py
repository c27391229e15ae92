"""What is said is said in the language that is spoken then."""

from __future__ import annotations

from runlog import wording
from runlog.wording import _, counted, marked, speaking


def test_english_is_what_is_written():
    assert "en" in wording.languages()
    assert _("Your week") == marked("Your week") == "Your week"
    assert _("") == ""
    assert [counted("{n} run", "{n} runs", n).format(n=n) for n in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]


def test_a_language_is_spoken_for_a_while():
    with speaking("en"):
        assert wording.language() == "en"
    assert wording.language() == wording.ENGLISH
