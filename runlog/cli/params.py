"""Parse what is typed: numbers, yes or no, moments, distances; print the shell completion."""

from __future__ import annotations

import math
import re
import sys
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import get_completion_class

from runlog.cli.base import examples
from runlog.cli.lookup import find_shoe
from runlog.errors import NotFound
from runlog.localtime import EARLIEST_VALID
from runlog.model import MAX_ENTRY_VALUES, WEEKDAYS, Shoe
from runlog.settings import METRES
from runlog.units import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlog.journal import Journal

T = TypeVar("T")

_YES = {"y", "yes", "true", "1", "x"}
_NO = {"n", "no", "false", "0"}
_DAYS_AGO = {None: 0, "today": 0, "yesterday": 1}
_CLOCK_TIME = re.compile(r"(?:(today|yesterday)\s+)?(\d{1,2}):(\d{2})", re.IGNORECASE)
_ISO_DATE_LENGTH = 10  # characters


class NumberParam(click.ParamType[float]):
    """A parameter that takes a number from ``low`` to ``high``, also with a decimal comma."""

    name = "number"

    def __init__(self, low: float, high: float) -> None:
        self.low = low
        self.high = high

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        try:
            number = float(str(value).replace(",", "."))
        except ValueError:
            number = math.nan
        if not self.low <= number <= self.high:
            self.fail(f"{value!r} is no number from {self.low:g} to {self.high:g}", param, ctx)
        return number


SCALE = NumberParam(0, MAX_ENTRY_VALUES["soreness"])
HOURS = NumberParam(0, MAX_ENTRY_VALUES["desk_hours"])
MINUTES = NumberParam(0, MAX_ENTRY_VALUES["strength_min"])


def parse_yes_no(text: str) -> bool:
    """Read an answer.

    Raises:
        click.BadParameter: it is neither.
    """
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise click.BadParameter(f"{text!r} is neither yes nor no")
    return word in _YES


def parse_moment(text: str, now: datetime) -> datetime:
    """Read "20:00", "yesterday 20:00" or an ISO date and time, in the time zone of ``now``.

    Raises:
        click.BadParameter: it is none of these, has no time of day, or lies in the future.
    """
    try:
        moment = _parse_clock(text, now) or datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no moment; write 20:00, 'yesterday 20:00' or '2026-07-12 20:00'", param_hint="--at"
        ) from None
    if len(text.strip()) <= _ISO_DATE_LENGTH and ":" not in text:
        raise click.BadParameter(
            f"{text!r} lacks the time of day; write '{text.strip()} 20:00'", param_hint="--at"
        )
    if moment.year < EARLIEST_VALID.year:
        raise click.BadParameter(f"{text!r} lies before {EARLIEST_VALID.year}", param_hint="--at")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)
    if aware > now:
        raise click.BadParameter(
            f"{text!r} is still to come; for the day before: 'yesterday 20:00'", param_hint="--at"
        )
    return aware.replace(microsecond=0)


def _parse_clock(text: str, local_now: datetime) -> datetime | None:
    match = _CLOCK_TIME.fullmatch(text.strip())
    if not match:
        return None
    day = local_now - timedelta(days=_DAYS_AGO[match[1] and match[1].lower()])
    return day.replace(hour=int(match[2]), minute=int(match[3]), second=0, microsecond=0)


def ask(question: str, read: Callable[[str], T]) -> T | None:
    """Repeat the question on stderr until the answer is valid; Enter or the end of the input skips it."""
    while True:
        click.echo(f"{escape_controls(question)} ", nl=False, err=True)
        answer = sys.stdin.readline().strip()
        if not answer:
            return None
        try:
            return read(answer)
        except (click.UsageError, NotFound) as error:
            click.echo(f"  {escape_controls(error)}", err=True)


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


DATE = click.DateTime(["%Y-%m-%d"])
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")

_DISTANCE = NumberParam(0, 100_000)


def distance_option(name: str, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add ``--NAME-km`` and ``--NAME-mi`` to a command; pass the metres, or None, as ``NAME_m``."""

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(f"--{name}-km", type=_DISTANCE, metavar="KM", help=help_text)
        @click.option(f"--{name}-mi", type=_DISTANCE, metavar="MI", help="The same in miles.")
        @wraps(command)
        def in_metres(*args: Any, **options: Any) -> None:  # noqa: ANN401 - the command's own
            given = {unit: options.pop(f"{name}_{unit}") for unit in METRES}
            metres = [METRES[unit] * value for unit, value in given.items() if value is not None]
            if len(metres) > 1:
                raise click.UsageError(f"--{name}-km and --{name}-mi exclude each other.")
            command(*args, **options, **{f"{name}_m": metres[0] if metres else None})

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
