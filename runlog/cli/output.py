"""How things are printed: a table or a sentence for people, JSON or CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import sys
import textwrap
from dataclasses import dataclass
from functools import wraps
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

import click

from runlog.cli.text import json_safe, safe
from runlog.units import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rich.table import Table

if TYPE_CHECKING:
    Row = Mapping[str, Any]

Form = Literal["table", "json", "csv"]
_NO_LIMIT = 100_000  # columns: what is no terminal has no width to keep to
_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table for people; a narrow terminal goes without the last ones.

    Attributes:
        key: of the row's value.
        title: above the column.
        show: writes a known value; an unknown one is always a dash.
        number: aligned right and never wrapped.
        least: how narrow a text may be wrapped.
    """

    key: str
    title: str
    show: Callable[[Any], str] = str
    number: bool = False
    least: int = 12


def listing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--json`` and ``--csv``, and tell it as ``form`` which was asked for."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
    @wraps(command)
    def with_form(*args: Any, as_json: bool, as_csv: bool, **kwargs: Any) -> None:  # noqa: ANN401 - the command's own
        if as_json and as_csv:
            raise click.UsageError("--json and --csv exclude each other.")
        form: Form = "json" if as_json else "csv" if as_csv else "table"
        command(*args, form=form, **kwargs)

    return with_form


def emit(form: Form, rows: Sequence[Row], keys: Sequence[str], columns: Sequence[Column], empty: str) -> None:
    """Print rows in the form asked for.

    Args:
        form: as ``listing`` hands it on.
        rows: JSON-ready values by key; None is unknown.
        keys: what JSON and CSV hold of each row, in this order.
        columns: what the table shows.
        empty: said on stderr instead of an empty table.
    """
    if form == "json":
        emit_json([{key: row[key] for key in keys} for row in rows])
    elif form == "csv":
        _emit_csv(rows, keys)
    elif rows:
        print_table(rows, columns)
    else:
        tell(empty)


def emit_json(value: object) -> None:
    """Print one JSON document on stdout."""
    click.echo(json_safe(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)))


def say(text: str = "", indent: str = "") -> None:
    """Print a paragraph on stdout, wrapped where stdout is a terminal."""
    click.echo(_wrapped(safe(text), indent, sys.stdout.isatty()))


def tell(text: str) -> None:
    """Print a message on stderr, apart from the data."""
    click.echo(_wrapped(safe(text), "", sys.stderr.isatty()), err=True)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Print what is known of one thing, a line each, on stdout."""
    width = max(len(name) for name, _ in pairs)
    for name, value in pairs:
        click.echo(f"  {name:<{width}}  {safe(value)}")


def print_table(rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Print a table that fits the terminal; into a pipe or file it is as wide as it needs to be."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    console = Console(file=sys.stdout, width=None if terminal else _NO_LIMIT, highlight=False)
    kept = _fitting(console.width, rows, columns)
    console.print(_table(rows, kept))
    left_out = [column.title for column in columns[len(kept) :]]
    if left_out:
        tell(f"Not shown for want of width: {', '.join(left_out)}. A wider terminal or --json shows them.")


def _fitting(width: int, rows: Sequence[Row], columns: Sequence[Column]) -> Sequence[Column]:
    """Give the columns from the left that there is room for, at least one."""
    ends = accumulate(_least(rows, column) + _GAP for column in columns)
    return columns[: max(1, sum(end - _GAP <= width for end in ends))]


def _least(rows: Sequence[Row], column: Column) -> int:
    from rich.cells import cell_len

    widest = max(cell_len(text) for text in (column.title, *(_shown(row, column) for row in rows)))
    return widest if column.number else min(widest, column.least)


def _table(rows: Sequence[Row], columns: Sequence[Column]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.number else "left"
        table.add_column(column.title, justify=justify, no_wrap=column.number, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(row, column)) for column in columns))
    return table


def _shown(row: Row, column: Column) -> str:
    value = row[column.key]
    return UNKNOWN if value is None else safe(column.show(value))


def _emit_csv(rows: Sequence[Row], keys: Sequence[str]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([[_cell(row[key]) for key in keys] for row in rows])
    click.echo(text.getvalue(), nl=False)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "; ".join(safe(item) for item in value)
    return safe(value)


def _wrapped(text: str, indent: str, terminal: bool) -> str:  # noqa: FBT001 - private, one caller each
    if not terminal:
        return indent + text
    from shutil import get_terminal_size

    width = min(get_terminal_size().columns, 100)
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
