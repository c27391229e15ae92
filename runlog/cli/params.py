"""Parse what is typed: numbers, yes or no, moments, distances; print the shell completion."""

from __future__ import annotations

import re
import sys
from datetime import datetime, time
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import get_completion_class

from runlog import localtime, units
from runlog.cli.base import examples, now, runner_settings
from runlog.cli.lookup import find_shoe
from runlog.errors import BadInput
from runlog.i18n import _
from runlog.localtime import EARLIEST_VALID
from runlog.model import MAX_ENTRY_VALUES, WEEKDAYS, Area, Shoe
from runlog.settings import METRES
from runlog.units import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runlog.journal import Journal

_YES = {"y", "yes", "true", "1", "x", "j", "ja"}
_NO = {"n", "no", "false", "0", "nein"}
#: The hour of a day without a time, by the setting ``diary_time``.
_DAY_HOURS = {"evening": 20, "morning": 6}


class NumberParam(click.ParamType[float]):
    """A parameter that takes a number from ``low`` to ``high``, also with a decimal comma and a unit.

    ``units`` can be typed behind the number: by name, how many of the parameter's own unit each has.
    """

    name = "number"

    def __init__(self, low: float, high: float, units: Mapping[str, float] | None = None) -> None:
        self.low = low
        self.high = high
        self.units = units or {}

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        text, factor = str(value).strip().casefold(), 1.0
        unit = next((one for one in sorted(self.units, key=len, reverse=True) if text.endswith(one)), None)
        if unit is not None:
            text, factor = text.removesuffix(unit).strip(), self.units[unit]
        try:
            number = float(text.replace(",", ".")) * factor
        except ValueError:
            self.fail(_("{text} isn't a number").format(text=quoted(value)), param, ctx)
        if not self.low <= number <= self.high:
            limits = {"low": f"{self.low:g}", "high": f"{self.high:g}"}
            outside = _("{text} isn't between {low} and {high}").format(text=quoted(value), **limits)
            self.fail(outside, param, ctx)
        return number


def quoted(text: object) -> str:
    """Return what the user typed in double quotes, cut short where it is long."""
    typed = str(text)
    return f'"{typed[:_MAX_QUOTED]}…"' if len(typed) > _MAX_QUOTED else f'"{typed}"'


_MAX_QUOTED = 40  # characters


_HOUR_WORDS = ("h", "hr", "hrs", "hours", "hour", "std", "stunden")
_MINUTE_WORDS = ("min", "mins", "minutes", "minuten")
SCALE = NumberParam(0, MAX_ENTRY_VALUES["soreness"], {"/10": 1.0})
HOURS = NumberParam(
    0, MAX_ENTRY_VALUES["desk_hours"], dict.fromkeys(_HOUR_WORDS, 1.0) | dict.fromkeys(_MINUTE_WORDS, 1 / 60)
)
MINUTES = NumberParam(
    0, MAX_ENTRY_VALUES["strength_min"], dict.fromkeys(_MINUTE_WORDS, 1.0) | dict.fromkeys(_HOUR_WORDS, 60.0)
)


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

    Args:
        words: what was typed.
        given: what the options say.

    Raises:
        click.UsageError: they are neither, or the area is given twice.
    """
    found: dict[str, Any] = {}
    rest = []
    for word in words:
        number = word.removesuffix("/10")
        if "soreness" not in found and is_number(number):
            found["soreness"] = SCALE.convert(number, None, None)
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


class WeekdaysParam(click.ParamType[tuple[int, ...]]):
    """A parameter that takes weekdays like "mon,wed,sat", names of any length; 0 is Monday."""

    name = "weekdays"

    def convert(
        self, value: str | tuple[int, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """Return the weekdays in their order."""
        if isinstance(value, tuple):
            return value
        names = {name.strip().lower()[:3] for name in value.split(",")}
        if not names <= set(WEEKDAYS):
            self.fail(f"{value!r} names no weekdays; write them like mon,wed,sat", param, ctx)
        return tuple(number for number, weekday in enumerate(WEEKDAYS) if weekday in names)


class DayParam(click.ParamType[datetime]):
    """A parameter that takes a day like 2026-07-12, 12.7., "12 Jul", yesterday or sunday: its midnight."""

    name = "day"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return midnight of the day, naive."""
        if not isinstance(value, str):
            return value
        day = localtime.parse_day(value, now().astimezone(runner_settings().zone).date())
        if day is None:
            self.fail(f"{quoted(value)} isn't a day; write it like 2026-07-12 or yesterday", param, ctx)
        return datetime.combine(day, time())


DATE = DayParam()
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")

YES = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


class DistanceParam(click.ParamType[tuple[float, str]]):
    """A parameter that takes a distance like 500, 500km or 310mi: the number and its unit, or ""."""

    name = "distance"
    _number = NumberParam(0, 100_000)
    _units: Mapping[str, str] = {"": "", "km": "km", "k": "km", "mi": "mi", "mile": "mi", "miles": "mi"}
    _pattern = re.compile(r"([\d.,\s]*\d)\s*([a-z]*)", re.IGNORECASE)

    def convert(
        self, value: str | tuple[float, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, str]:
        """Return the number and "km", "mi" or ""."""
        if isinstance(value, tuple):
            return value
        match = self._pattern.fullmatch(value.strip())
        if match is None or match[2].lower() not in self._units:
            self.fail(f"{quoted(value)} isn't a distance; write it like 500, 500km or 310mi", param, ctx)
        return self._number.convert(match[1], param, ctx), self._units[match[2].lower()]


DISTANCE = DistanceParam()


def distance_option(name: str, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add ``--NAME``, and hidden ``--NAME-km`` and ``--NAME-mi``; pass the metres, or None, as ``NAME_m``.

    A number without a unit is in that of the settings.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(f"--{name}", f"{name}_", type=DISTANCE, metavar="DISTANCE", help=help_text)
        @click.option(f"--{name}-km", type=DISTANCE, metavar="KM", hidden=True, help="In km.")
        @click.option(f"--{name}-mi", type=DISTANCE, metavar="MI", hidden=True, help="In miles.")
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


def get_or_add_shoe(journal: Journal, name: str) -> Shoe:
    """Return the pair; store it if only a diary or watch names it."""
    pair = find_shoe(name, journal.shoes.names())
    shoe = next((shoe for shoe in journal.shoes.all() if shoe.name == pair), None)
    if shoe is None:
        shoe = Shoe(name=pair)
        journal.shoes.add(shoe)
    return shoe


@click.command(
    epilog=examples(
        "runlog completion bash >> ~/.bashrc",
        "runlog completion zsh >> ~/.zshrc",
        "runlog completion fish > ~/.config/fish/completions/runlog.fish",
    )
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what makes a shell complete commands, runs, shoes, factors and charts."""
    shell_complete = get_completion_class(shell)
    if shell_complete is None:  # pragma: no cover - click has these three
        raise click.UsageError(f"No completion for {shell}.")
    click.echo(shell_complete(ctx.find_root().command, {}, "runlog", "_RUNLOG_COMPLETE").source())
