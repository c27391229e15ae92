"""Every language says all that English says, and nothing that is said escapes translation."""

from __future__ import annotations

import ast
import gettext
import io
import re
import string
from typing import TYPE_CHECKING

import catalogues
import pytest
from babel import numbers

from runlog import i18n, settings
from runlog.i18n import ngettext, use_language
from runlog.reporter.alerts import ALERTS

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNLOG = catalogues.RUNLOG
#: The functions that a text is said or marked by, and how many of their arguments are texts.
SAYING = {"_": 1, "N_": 1, "say": 1, "ngettext": 2, "N_plural": 2}
#: Two words that stand beside each other.
WORDS = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}")
#: Modules outside the reporter that write what the runner reads in their language.
OUTSIDE_THE_REPORTER = [RUNLOG / "units.py", RUNLOG / "notify.py"]
#: Such words in the reporter that nobody reads: commands to type, and what libraries are told.
NO_SENTENCES = re.compile(
    r"runlog |offset points|axes fraction|DejaVu Sans|Matplotlib currently|to come|<style|h1 \{"
)


@pytest.fixture(scope="module")
def found():
    return catalogues.found()


@pytest.fixture(params=catalogues.languages())
def language(request):
    return request.param


@pytest.fixture
def translated(language):
    return [message for message in catalogues.read(language) if message.id and catalogues.is_done(message)]


def test_the_settings_offer_the_languages_that_there_are():
    assert (
        set(settings.CHOICES["language"])
        == set(i18n.available_languages())
        == {"en", *catalogues.languages()}
    )


def test_every_text_is_translated_and_no_other(found, translated):
    texts = {catalogues.forms(message) for message in found if message.id}
    assert {catalogues.forms(message) for message in translated} == texts, "run: python tests/catalogues.py"


def test_what_is_read_is_what_is_written(language):
    compiled = io.BytesIO(catalogues.compiled(catalogues.read(language)))
    with catalogues.path_of(language, "mo").open("rb") as file:
        assert _texts(gettext.GNUTranslations(file)) == _texts(gettext.GNUTranslations(compiled))


def test_a_translation_has_the_places_of_its_text(translated):
    for message in translated:
        for text, said in zip(catalogues.forms(message), _said(message), strict=True):
            assert _places(said) == _places(text), text


def test_a_translation_has_the_numbers_of_its_text(language, translated):
    point, group = numbers.get_decimal_symbol(language), numbers.get_group_symbol(language)
    english = str.maketrans({point: ".", group: ","})
    for message in translated:
        for text, said in zip(catalogues.forms(message), _said(message), strict=True):
            assert _numbers(said.translate(english)) == _numbers(text), text


def test_one_and_many_are_told_apart(language):
    with use_language(language):
        one, none, many = (ngettext("{n} run", "{n} runs", n) for n in (1, 0, 2))
    assert one != many == none
    assert {one, many}.isdisjoint({"{n} run", "{n} runs"})


def test_the_grades_of_alerts_are_translated(language):
    with use_language(language):
        assert [rule.grade for rule in ALERTS if i18n._(rule.grade) == rule.grade] == []


def test_all_that_is_said_is_found(found):
    """Babel reads no call within an f-string, and no text that is glued together."""
    known = {text for message in found for text in catalogues.forms(message)}
    for path, call in _calls(SAYING):
        for argument in call.args[: SAYING[call.func.id]]:
            where = f"{path.relative_to(RUNLOG)}:{call.lineno}"
            assert not isinstance(argument, ast.JoinedStr | ast.BinOp), where
            if isinstance(argument, ast.Constant):
                assert argument.value in known, where


def test_no_reason_of_a_refusal_escapes(found):
    """Errors and problems are said in the runner's language, but for those of the command line itself."""
    known = {text for message in found for text in catalogues.forms(message)}
    escaped = [
        f"{path.relative_to(RUNLOG)}:{call.lineno}: {part.value}"
        for path, call in _calls({*catalogues.ERRORS, "Problem"})
        if call.args and path.relative_to(RUNLOG).parts[0] not in {"cli", "cohorts"}
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and WORDS.search(str(part.value)) and part.value not in known
    ]
    assert escaped == []


def _first_line_of(function):
    """Return where a function of notify begins; above the messages it sends stand its errors, in English."""
    tree = ast.parse((RUNLOG / "notify.py").read_text(encoding="utf-8"))
    return next(node.lineno for node in tree.body if getattr(node, "name", "") == function)


def test_no_sentence_of_the_reporter_escapes():
    """Neither in its modules (but for errors, and the rules that the command line explains) …"""
    errors_of_notify = {("notify.py", line) for line in range(1, _first_line_of("alerts_message"))}
    escaped = [
        f"{path.relative_to(RUNLOG)}:{line}: {text}"
        for path in (*sorted((RUNLOG / "reporter").rglob("*.py")), *OUTSIDE_THE_REPORTER)
        if path.name != "rules.py"
        for line, text in _sentences(ast.parse(path.read_text(encoding="utf-8")))
        if (path.name, line) not in errors_of_notify
    ]
    assert escaped == []


@pytest.mark.parametrize(
    "path", sorted((RUNLOG / "reporter/templates").glob("*.html")), ids=lambda path: path.name
)
def test_no_word_of_a_template_escapes(path):
    """… nor in its templates, where words are code, or the expressions of Jinja."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>|<code>.*?</code>", " ", text, flags=re.DOTALL
    )
    spoken = re.findall(r'\b(?:aria-label|alt|title)="([^"]*)"', text)
    words = re.findall(r"[A-Za-z]{2,}", " ".join([re.sub(r"<[^>]*>", " ", text), *spoken]))
    assert set(words) <= {"runlog", "GPS"}


def _texts(translations: gettext.GNUTranslations) -> dict:
    return {key: text for key, text in translations._catalog.items() if key}


def _said(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _places(text: str) -> list[str]:
    return sorted(
        name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None
    )


def _numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.,]\d+)*", text))


def _calls(names) -> Iterator[tuple]:
    for path in sorted(RUNLOG.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield path, node


def _sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The words in a module that are neither said nor marked, no docstring and no error."""
    passed_over: set[int] = set()
    for node in ast.walk(tree):
        said = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING
        alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if said or alone or isinstance(node, ast.Raise):
            passed_over |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed_over:
            text = node.value
            if WORDS.search(text) and not NO_SENTENCES.match(text):
                yield node.lineno, text
