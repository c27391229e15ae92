"""Show the settings that a form can hold, and write them into config.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from runlog import fileio, settings
from runlog.errors import BadInput
from runlog.i18n import N_, _
from runlog.settings import CHOICES, CONFIG_NAME, RANGES, Settings
from runlog.web import context, forms

if TYPE_CHECKING:
    from pathlib import Path

blueprint = Blueprint("preferences", __name__)


#: The settings that are one of some words: the name, its label, and the words.
CHOICES_SHOWN = (
    ("language", N_("Language"), {"en": "English", "de": "Deutsch"}),
    ("units", N_("Distances"), {"km": N_("kilometres"), "mi": N_("miles")}),
    (
        "week_start",
        N_("A week begins on"),
        {"monday": N_("Monday"), "saturday": N_("Saturday"), "sunday": N_("Sunday")},
    ),
    ("sex", N_("Sex, for the load by heart rate"), {"female": N_("female"), "male": N_("male")}),
    (
        "date_order",
        N_("A diary’s 03/04/2026 is"),
        {"day-first": N_("3 April"), "month-first": N_("4 March")},
    ),
)
#: The settings that are numbers: the name, its label, and the unit; empty is the default, or unknown.
NUMBERS_SHOWN = (
    ("hr_rest", N_("Resting heart rate"), N_("bpm")),
    ("hr_max", N_("Highest heart rate"), N_("bpm")),
    ("shoe_limit_km", N_("Limit of a pair of shoes"), "km"),
    ("quiet_from", N_("No reminders from"), N_("o’clock")),
    ("quiet_until", N_("No reminders until"), N_("o’clock")),
)


@blueprint.get("/settings")
def show(problem: str = "") -> str:
    """Show the settings."""
    held, usual, shared = context.settings(), Settings(), context.site().shared
    mistakes = settings.find_mistakes(shared.folder / CONFIG_NAME)
    return render_template(
        "settings.html",
        choices=CHOICES_SHOWN,
        numbers=[
            (name, label, unit, *(_written(getattr(of, name)) for of in (held, usual)), RANGES[name])
            for name, label, unit in NUMBERS_SHOWN
        ],
        held=held,
        optional={"sex", "date_order"},
        problem=problem,
        mistakes=[shared.without_folder(mistake) for mistake in mistakes],
        saved=request.args.get("saved") == "1",
    )


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


@blueprint.post("/settings")
def save() -> Any:  # noqa: ANN401 - a redirect, or the page with what is wrong
    """Write the settings into config.toml; what the form does not hold stays as it is."""
    path = context.site().shared.folder / CONFIG_NAME
    try:
        values = _sent()
        text = settings.changed_text(_read(path), values)
        settings.parse_settings(text)
    except BadInput as error:
        return show(context.error_text(error)), 400
    fileio.write_atomically(path, text)
    return redirect(url_for("preferences.show", saved=1), 303)


def _sent() -> dict[str, str | float | None]:
    """Return the settings of the form that are not the default ones; None for those that are.

    Raises:
        BadInput: a number is none, or a word is none of those that there are.
    """
    usual = Settings()
    values: dict[str, str | float | None] = {}
    for name, _label, _words in CHOICES_SHOWN:
        word = forms.text(name) or None
        if word is not None and word not in CHOICES[name]:
            raise BadInput(_(forms.UNFINISHED))
        values[name] = None if word == getattr(usual, name) else word
    for name, _label, _unit in NUMBERS_SHOWN:
        amount = forms.number(name, *RANGES[name])
        values[name] = None if amount == getattr(usual, name) else amount
    return values


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(_("config.toml cannot be read.")) from error
