"""The texts of runlog as catalogues: found in the sources, and the translations renewed by them.

Run by hand after a text has changed, then translate what it prints, in the .po files, and run it again:

    python tests/catalogues.py
"""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

from babel.messages import Catalog, Message, mofile, pofile
from babel.messages.extract import extract_from_dir

RUNLOG = Path(__file__).resolve().parents[1] / "runlog"
LOCALE = RUNLOG / "locale"
#: The errors that say their text in the language in use.
ERRORS = {
    *("RunlogError", "BadInput", "NotReadable", "NotTaken", "NotFound", "StoreError", "MissingExtra"),
    *("ServiceError", "Unreachable", "KeyRefused", "NotThere", "InvalidValue", "InFuture", "_NoDate"),
    "missing_extra",
}
#: The functions of runlog.i18n, and which of their arguments are texts.
KEYWORDS = {"_": None, "N_": None, "say": None, "ngettext": (1, 2), "N_plural": (1, 2)}
#: What of the guidance is for programs.
NO_TEXTS = ("id", "answers", "studies")


def languages() -> list[str]:
    """All but English."""
    return sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir())


def found() -> Catalog:
    """All texts that runlog says, as its sources have them."""
    catalogue = Catalog(project="runlog", charset="utf-8", fuzzy=False)
    for methods, keywords in ((METHODS, KEYWORDS), (METHODS_OF_ERRORS, dict.fromkeys(ERRORS))):
        for file, _line, text, _comments, context in extract_from_dir(RUNLOG, methods, keywords=keywords):
            catalogue.add(text, locations=[(f"runlog/{Path(file).as_posix()}", 0)], context=context)
    return catalogue


def texts_of_guidance(file, keywords, comment_tags, options):
    """Extract the evidence, the tips and the advice to see a clinician, as Babel wants it of a method."""
    del keywords, comment_tags, options
    content = tomllib.loads(file.read().decode())
    steps = (step for entry in content["evidence"] for step in entry.get("steps", ()))
    for entry in (*content["evidence"], *steps, *content["tip"], content["clinician"]):
        for key, value in entry.items():
            if key not in NO_TEXTS:
                texts = value if isinstance(value, list) else [value]
                yield from ((0, "_", text, []) for text in texts if isinstance(text, str))


#: What is read for texts, and how.
METHODS = [
    ("reporter/guidance.toml", texts_of_guidance),
    ("reporter/templates/**", "jinja2"),
    ("web/templates/**.html", "jinja2"),
    ("**.py", "python"),
]
#: The errors of the command line itself are English, as all that it says of itself.
METHODS_OF_ERRORS = [("cli/**", "ignore"), ("cohorts/**", "ignore"), ("**.py", "python")]


def path_of(language: str, ending: str = "po") -> Path:
    """The file of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"runlog.{ending}"


def read(language: str) -> Catalog:
    """What is translated."""
    with path_of(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as runlog reads it."""
    file = io.BytesIO()
    mofile.write_mo(file, catalogue)
    return file.getvalue()


def renew(language: str) -> Catalog:
    """Bring the files of a language up to the sources; what is new in them, or has changed, is empty."""
    catalogue = read(language)
    catalogue.update(found(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with path_of(language).open("wb") as file:
        pofile.write_po(file, catalogue, width=0, include_lineno=False, sort_by_file=True)
    path_of(language, "mo").write_bytes(compiled(catalogue))
    return catalogue


def lacking(catalogue: Catalog) -> list[str]:
    """The texts of a catalogue that are not translated, or not as they are now."""
    return [forms(message)[0] for message in catalogue if message.id and not is_done(message)]


def is_done(message: Message) -> bool:
    """Whether a text is translated as it is now, in its singular and its plural."""
    translated = message.string if isinstance(message.string, tuple) else (message.string,)
    return not message.fuzzy and all(translated)


def forms(message: Message) -> tuple[str, ...]:
    """The singular and the plural of a text, or the text alone."""
    return message.id if isinstance(message.id, tuple) else (message.id,)


if __name__ == "__main__":
    for code in languages():
        for lack in lacking(renew(code)):
            print(f"{code}: {lack}")  # noqa: T201 - a script run by hand
