"""Parse what is typed: numbers, yes or no, moments, distances; print the shell completion."""

from __future__ import annotations

import re
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import get_completion_class

from runlog import localtime, units
from runlog.cli.base import command, now, runner_settings
from runlog.cli.lookup import shorten
from runlog.errors import BadInput
from runlog.i18n import _
from runlog.localtime import EARLIEST_VALID
from runlog.model import MAX_ENTRY_VALUES, WEEKDAYS, Area
from runlog.settings import METRES
from runlog.units import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

_YES = {"y", "yes", "true", "1", "x", "j", "ja"}
_NO = {"n", "no", "false", "0", "nein"}
#: The hour of a day without a time, by the setting ``diary_time``.
_DAY_HOURS = {"evening": 20, "morning": 6}


def number_parser(
    low: float, high: float, units: Mapping[str, float] | None = None
) -> Callable[[object], float]:
    """Return what reads a number from ``low`` to ``high``, also with a decimal comma and a unit.

    ``units`` can be typed behind the number: by name, how many of the number's own unit each has.
    """
    longest_first = sorted((units or {}).items(), key=lambda unit: -len(unit[0]))

    def number(value: object) -> float:
        text, factor = str(value).strip().casefold(), 1.0
        for unit, size in longest_first:
            if text.endswith(unit):
                text, factor = text.removesuffix(unit).strip(), size
                break
        try:
            parsed = float(text.replace(",", ".")) * factor
        except ValueError:
            raise click.BadParameter(_("{text} isn't a number").format(text=quoted(value))) from None
        if not low <= parsed <= high:
            outside = _("{text} isn't between {low} and {high}")
            raise click.BadParameter(outside.format(text=quoted(value), low=f"{low:g}", high=f"{high:g}"))
        return parsed

    return number


def quoted(value: object) -> str:
    """Return what the user typed in double quotes, cut short where it is long."""
    return f'"{shorten(str(value))}"'


_HOUR_WORDS = ("h", "hr", "hrs", "hours", "hour", "std", "stunden")
_MINUTE_WORDS = ("min", "mins", "minutes", "minuten")
_IN_HOURS = dict.fromkeys(_HOUR_WORDS, 1.0) | dict.fromkeys(_MINUTE_WORDS, 1 / 60)
_IN_MINUTES = dict.fromkeys(_MINUTE_WORDS, 1.0) | dict.fromkeys(_HOUR_WORDS, 60.0)
parse_rating = number_parser(0, MAX_ENTRY_VALUES["soreness"], {"/10": 1.0})
parse_hours = number_parser(0, MAX_ENTRY_VALUES["desk_hours"], _IN_HOURS)
parse_minutes = number_parser(0, MAX_ENTRY_VALUES["strength_min"], _IN_MINUTES)


def parse_yes_no(text: str) -> bool:
    """Read an answer, in English or German.

    Raises:
        click.BadParameter: it is neither.
    """
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise click.BadParameter(_("{text} is neither yes nor no").format(text=quoted(text)))
    return word in _YES


def parse_moment(text: str, now: datetime, diary_time: str = "evening") -> datetime:
    """Read "20:00", "8pm", "last night", "yesterday" or an ISO date and time, in the zone of ``now``.

    ``diary_time`` is the setting that says what a day without a time means.

    Raises:
        click.BadParameter: it is none of these, or lies in the future.
    """
    moment = localtime.parse_moment(text, now, _DAY_HOURS[diary_time])
    if moment is None:
        raise click.BadParameter(
            f"{quoted(text)} isn't a time; write 20:00, 8pm, 'yesterday 20:00' or '2026-07-12 20:00'",
            param_hint="--at",
        )
    if moment.year < EARLIEST_VALID.year:
        raise click.BadParameter(f"{quoted(text)} is before {EARLIEST_VALID.year}", param_hint="--at")
    if moment > now:
        raise click.BadParameter(
            f"{quoted(text)} is still to come; for the day before: 'yesterday 20:00'", param_hint="--at"
        )
    return moment.replace(microsecond=0)


def is_number(text: str) -> bool:
    """Return whether a text is a number, with a point or a comma."""
    return re.fullmatch(r"[+-]?\d+(?:[.,]\d*)?|nan|[+-]?inf", text.strip(), re.IGNORECASE) is not None


def parse_rating_and_area(words: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return soreness, area and side of words like "3 left knee" or "neck 4/10", as far as they are there.

    ``given`` is what the options say.

    Raises:
        click.UsageError: they are neither, or the area is given twice.
    """
    found: dict[str, Any] = {}
    rest = []
    for word in words:
        number = word.removesuffix("/10")
        if "soreness" not in found and is_number(number):
            found["soreness"] = parse_rating(number)
        else:
            rest.append(word)
    if not rest:
        return found
    text = " ".join(rest)
    place = units.parse_area(text)
    if place is None:
        areas = ", ".join(area.replace("_", " ") for area in Area)
        raise click.BadParameter(f"{quoted(text)} is neither a rating from 0 to 10 nor an area: {areas}")
    if "area" in given:
        raise click.UsageError(f"Give the area once: {text}, or --area.")
    side = {} if place[1] is None or "side" in given else {"side": place[1]}
    return found | {"area": place[0]} | side


def read_line(question: str) -> str:
    """Print a question on stderr and return the line that is typed.

    Raises:
        EOFError: the input has ended.
    """
    click.echo(f"{escape_controls(question)} ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether to go on, unless ``yes``; without a terminal, no answer is a no.

    Raises:
        BadInput: the answer is no.
    """
    try:
        agreed = yes or read_line(f"{question} [y/N]").casefold() in _YES
    except EOFError:
        click.echo(err=True)
        agreed = False
    if not agreed:
        raise BadInput("nothing was changed; to do it without being asked: --yes")


class Question(NamedTuple):
    """A question of a dialogue: the field that it is about, its text, and what reads the answer."""

    field: str
    text: str
    read: Callable[[str], Any]


_BACK = frozenset({"back", "zurück"})


def run_dialogue(questions: Sequence[Question]) -> tuple[dict[str, Any], bool]:
    """Ask questions one by one, each until its answer is valid; Enter skips, "back" returns to the last one.

    Returns:
        The answers by field, and whether Ctrl-C has ended the dialogue.
    """
    answers: dict[str, Any] = {}
    at = 0
    try:
        while at < len(questions):
            question = questions[at]
            typed = read_line(question.text)
            if typed.casefold() in _BACK and question.field != "area":  # there it is a part of the body
                at = max(0, at - 1)
                answers.pop(questions[at].field, None)
            elif not typed:
                click.echo("  " + _("skipped"), err=True)
                at += 1
            else:
                try:
                    answers[question.field] = question.read(typed)
                    at += 1
                except click.UsageError as error:
                    click.echo(f"  {escape_controls(error.message)}", err=True)
    except EOFError:
        click.echo(err=True)
    except KeyboardInterrupt:
        click.echo(err=True)
        return answers, True
    return answers, False


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read weekdays like "mon,wed,sat", names of any length, and return them in their order; 0 is Monday."""
    names = {name.strip().lower()[:3] for name in text.split(",")}
    if not names <= set(WEEKDAYS):
        raise click.BadParameter(f"{text!r} names no weekdays; write them like mon,wed,sat")
    return tuple(number for number, weekday in enumerate(WEEKDAYS) if weekday in names)


def parse_day(text: str) -> date:
    """Read a day like 2026-07-12, 12.7., "12 Jul", yesterday or sunday."""
    day = localtime.parse_day(text, now().astimezone(runner_settings().zone).date())
    if day is None:
        raise click.BadParameter(f"{quoted(text)} isn't a day; write it like 2026-07-12 or yesterday")
    return day


FILE, FOLDER = click.Path(path_type=Path, dir_okay=False), click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, exists=True)
EXISTING_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")
YES = click.option("--yes", "-y", is_flag=True, help="Do not ask.")

_DISTANCE_UNITS = {"": "", "km": "km", "k": "km", "mi": "mi", "mile": "mi", "miles": "mi"}
_DISTANCE = re.compile(r"([\d.,\s]*\d)\s*([a-z]*)", re.IGNORECASE)
_parse_distance_number = number_parser(0, 100_000)


def parse_distance(text: str) -> tuple[float, str]:
    """Read a distance like 500, 500km or 310mi, and return the number and "km", "mi" or ""."""
    match = _DISTANCE.fullmatch(text.strip())
    if match is None or match[2].lower() not in _DISTANCE_UNITS:
        raise click.BadParameter(f"{quoted(text)} isn't a distance; write it like 500, 500km or 310mi")
    return _parse_distance_number(match[1]), _DISTANCE_UNITS[match[2].lower()]


def distance_option(name: str, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add ``--NAME``, and hidden ``--NAME-km`` and ``--NAME-mi``; pass the metres, or None, as ``NAME_m``.

    A number without a unit is in that of the settings.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(f"--{name}", f"{name}_", type=parse_distance, metavar="DISTANCE", help=help_text)
        @click.option(f"--{name}-km", type=parse_distance, metavar="KM", hidden=True, help="In km.")
        @click.option(f"--{name}-mi", type=parse_distance, metavar="MI", hidden=True, help="In miles.")
        @wraps(command)
        def in_metres(*args: Any, **options: Any) -> None:  # noqa: ANN401 - the command's own
            given = [(options.pop(f"{name}_{unit}"), unit) for unit in ("", *METRES)]
            known = [(*value, unit) for value, unit in given if value is not None]
            if len(known) > 1:
                raise click.UsageError(f"--{name}, --{name}-km and --{name}-mi exclude each other.")
            metres = None
            for number, typed, fixed in known:
                if fixed and typed not in ("", fixed):
                    raise click.UsageError(
                        f"--{name}-{fixed} takes no {typed}; write --{name} {number:g}{typed}"
                    )
                metres = number * METRES[typed or fixed or runner_settings().units]
            command(*args, **options, **{f"{name}_m": metres})

        return in_metres

    return decorated


@command(
    "runlog completion bash >> ~/.bashrc",
    "runlog completion zsh >> ~/.zshrc",
    "runlog completion fish > ~/.config/fish/completions/runlog.fish",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands, runs, shoes, factors and charts."""
    shell_complete = get_completion_class(shell)
    if shell_complete is None:  # pragma: no cover - click has these three
        raise click.UsageError(f"No completion for {shell}.")
    click.echo(shell_complete(ctx.find_root().command, {}, "runlog", "_RUNLOG_COMPLETE").source())
