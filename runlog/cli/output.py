"""Print tables and sentences for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, wraps
from itertools import accumulate, zip_longest
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Literal

import click

from runlog import units
from runlog.cli import base
from runlog.i18n import _
from runlog.localtime import at_offset, local_day
from runlog.model import Kind
from runlog.units import UNKNOWN, escape_controls, escape_json, mark_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    import pandas as pd
    from _typeshed import DataclassInstance

    from runlog.records import StoredActivity
    from runlog.settings import Settings

    Row = Mapping[str, Any]
    ProgressCallback = Callable[[int, int, str], None]

OutputFormat = Literal["table", "json", "csv"]
_UNLIMITED_WIDTH = 100_000  # columns, where stdout is no terminal
_COLUMN_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table for people; columns at the right are hidden if the terminal is too narrow.

    Attributes:
        key: of the row's value.
        title: above the column.
        format: writes a known value; an unknown one is always a dash.
        numeric: right-aligned and never wrapped.
        min_width: the width down to which a text may be wrapped.
    """

    key: str
    title: str
    format: Callable[[Any], str] = str
    numeric: bool = False
    min_width: int = 12


def format_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--json`` and ``--csv`` to a command; pass the choice as ``fmt``."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
    @wraps(command)
    def with_format(*args: Any, as_json: bool, as_csv: bool, **kwargs: Any) -> None:  # noqa: ANN401 - the command's own
        if as_json and as_csv:
            raise click.UsageError("--json and --csv exclude each other.")
        fmt: OutputFormat = "json" if as_json else "csv" if as_csv else "table"
        command(*args, fmt=fmt, **kwargs)

    return with_format


def print_rows(
    fmt: OutputFormat,
    rows: Sequence[Row],
    keys: Sequence[str],
    columns: Sequence[Column] = (),
    empty_message: str = "",
) -> None:
    """Print rows as a table, JSON or CSV.

    Args:
        fmt: as ``format_options`` passes it.
        rows: JSON-ready values by key; None is unknown.
        keys: what JSON and CSV hold of each row, in this order.
        columns: what the table shows; commands that print their own table need none.
        empty_message: printed on stderr instead of an empty table.
    """
    if fmt == "json":
        print_json([{key: row[key] for key in keys} for row in rows])
    elif fmt == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(keys)
        writer.writerows([[_csv_cell(row[key]) for key in keys] for row in rows])
        click.echo(text.getvalue(), nl=False)
    elif rows:
        print_table(rows, columns)
    else:
        echo_err(empty_message)


def print_json(value: object) -> None:
    """Print one JSON document on stdout."""
    click.echo(escape_json(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)))


def echo(
    text: str = "",
    indent: str = "",
    hanging: str | None = None,
    *,
    bold: bool = False,
    dim: bool = False,
    colour: str | None = None,
) -> None:
    """Print a paragraph on stdout, wrapped where stdout is a terminal, in a weight and a colour.

    There is no colour where NO_COLOR is set, and neither where stdout is no terminal.
    """
    wrapped = base.wrap(text, sys.stdout, indent, hanging)
    if bold or dim or colour:
        foreground = None if os.environ.get("NO_COLOR") else colour
        wrapped = click.style(wrapped, fg=foreground, bold=bold or None, dim=dim or None)
    click.echo(wrapped)


def echo_err(text: str) -> None:
    """Print a message on stderr."""
    click.echo(base.wrap(text, sys.stderr), err=True)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print name-value pairs on stdout; the values are wrapped where stdout is a terminal."""
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        echo(value, f"  {name:<{width}}  ", " " * (width + 4))


def print_table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Print a table that fits the terminal, or without a terminal at its full width."""
    width = get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED_WIDTH
    values = [[(row[column.key], column.format) for column in columns] for row in rows]
    cells = [
        [UNKNOWN if value is None else escape_controls(write(value)) for value, write in row]
        for row in values
    ]
    widest = [
        max(cell_width(column.title), *(cell_width(line[at]) for line in cells))
        for at, column in enumerate(columns)
    ]
    least = [
        full if column.numeric else min(full, column.min_width)
        for column, full in zip(columns, widest, strict=True)
    ]
    ends = accumulate(column + _COLUMN_GAP for column in least)
    shown = max(1, sum(end - _COLUMN_GAP <= width for end in ends))
    widths = _shrink(widest[:shown], least[:shown], width - _COLUMN_GAP * (shown - 1))
    table = [[column.title for column in columns], *cells]
    lines = [line for row in table for line in _row_lines(row[:shown], widths, columns)]
    lines.insert(1, "─" * (sum(widths) + _COLUMN_GAP * (shown - 1)))
    click.echo("\n".join(lines))
    hidden = [column.title for column in columns[shown:]]
    if hidden:
        echo_err(f"Hidden columns: {', '.join(hidden)}. A wider terminal or --json shows them.")


def _shrink(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Return the widths, the widest made narrower until they fit, none below its least."""
    fitted = list(widths)
    while sum(fitted) > room:
        loose = [at for at, width in enumerate(fitted) if width > least[at]]
        if not loose:
            break
        fitted[max(loose, key=fitted.__getitem__)] -= 1
    return fitted


def _row_lines(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> list[str]:
    """Return the lines of a row; cells that are wider than their column are wrapped."""
    wrapped = [_wrap_cell(cell, width) for cell, width in zip(cells, widths, strict=True)]
    lines = []
    for texts in zip_longest(*wrapped, fillvalue=""):
        parts = []
        for column, text, width in zip(columns, texts, widths, strict=False):
            blank = " " * (width - cell_width(text))
            parts.append(f"{blank}{text}" if column.numeric else f"{text}{blank}")
        lines.append((" " * _COLUMN_GAP).join(parts).rstrip())
    return lines


def _wrap_cell(text: str, width: int) -> list[str]:
    if cell_width(text) <= width:
        return [text]
    if len(text) == cell_width(text):
        return textwrap.wrap(text, width, break_on_hyphens=False) or [""]
    lines = [""]
    for letter in text:
        if cell_width(lines[-1] + letter) > width:
            lines.append("")
        lines[-1] += letter
    return lines


def cell_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


@cache
def _letter_width(letter: str) -> int:
    from unicodedata import category, east_asian_width

    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(letter) in {"W", "F"} else 1


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return str(mark_formula("; ".join(escape_controls(item) for item in value)))
    return str(mark_formula(escape_controls(value))) if isinstance(value, str) else escape_controls(value)


def frame_to_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame's rows with None for unknown values, and moments and days as ISO 8601."""
    objects = frame.astype(object).where(frame.notna(), None)
    return [
        {str(key): to_json_value(value) for key, value in row.items()} for row in objects.to_dict("records")
    ]


def record_to_row(record: DataclassInstance) -> dict[str, Any]:
    """Return the fields of a record as JSON values."""
    return {key: to_json_value(value) for key, value in asdict(record).items()}


def to_json_value(value: object) -> object:
    """Convert to a JSON value; a naive datetime is a date, as everywhere in a History, and NaN is unknown."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def describe_run(run: StoredActivity, settings: Settings) -> str:
    """Describe a run, e.g. "'Morning run' (Sun 15 Nov, 8.2 km)"."""
    activity = run.activity
    facts = [_format_day(run_day(run, settings.zone))]
    if activity.distance_m is not None:
        facts.append(units.distance(activity.distance_m, settings.units))
    what = _("run") if activity.kind is Kind.RUN else activity.sport.replace("_", " ")
    return f"{f'{activity.name!r}' if activity.name else f'{what} {run.id}'} ({', '.join(facts)})"


def run_day(run: StoredActivity, zone: tzinfo) -> date:
    """Return the local day of a run; without an offset in the time zone of the settings."""
    return local_day(run.activity.start, run.activity.utc_offset_s, zone)


def format_signed(value: float) -> str:
    """Write points of soreness with their sign and two digits."""
    return units.number(value, 2, signed=True)


def format_range(low: float | None, high: float | None) -> str | None:
    """Write a 95% range of points; None where it is unknown."""
    return None if low is None or high is None else f"{format_signed(low)} to {format_signed(high)}"


def format_moment(moment: datetime, utc_offset_s: int) -> str:
    """Write a moment in its local time, e.g. "Sun 15 Nov 20:00", with the year unless it is this one."""
    local = at_offset(moment, utc_offset_s)
    return f"{_format_day(local)} {local:%H:%M}"


def _format_day(day: date) -> str:
    return units.day(day, year=day.year != base.now().astimezone().year)


@contextmanager
def status_line() -> Iterator[Callable[[str], None]]:
    """Yield what shows, on a terminal, what is being done now; the line is gone at the end."""
    shown = sys.stderr.isatty()

    def show(text: str) -> None:
        if shown:
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    try:
        yield show
    finally:
        show("")


@contextmanager
def progress_bar() -> Iterator[ProgressCallback | None]:
    """Show a progress bar on stderr, where stderr is a terminal; yield what to call after each file."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("import", total=None, file="", pace="")

        def report(done: int, total: int, name: str) -> None:
            speed = bar.tasks[0].speed
            pace = f"{speed:.0f} files/s" if speed else ""
            bar.update(task, completed=done, total=total, file=escape_controls(Path(name).name), pace=pace)

        yield report
