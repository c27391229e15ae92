"""Render a report as Markdown that reads well unrendered, and as plain text for mail."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from runlog import units
from runlog.reporter.render.content import (
    BulletList,
    ChartBlock,
    Heading,
    ListItem,
    Paragraph,
    SimpleBlock,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def align_columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Pad each column to its widest cell: the first to the right of its text, numbers to the left."""
    widths = [max(3, *map(_display_width, column)) for column in zip(*rows, strict=True)]
    return [
        [
            _pad_cell(cell, width, left=place == 0)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]


def _pad_cell(cell: str, width: int, *, left: bool) -> str:
    blanks = " " * (width - _display_width(cell))
    return cell + blanks if left else blanks + cell


def _display_width(text: str) -> int:
    """Return how many columns a text takes in a terminal."""
    return sum(0 if combining(letter) else 1 + (east_asian_width(letter) in "WF") for letter in text)


#: What would begin emphasis, code, a link, an image, HTML, an entity, a cell of a table or a strike-through.
_MARKDOWN_MARKS = re.compile(r"[\\`*_\[\]<>&|~#]")
#: What would begin a list, a rule or a heading at the start of a line.
_LINE_START_MARKS = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])(?=[-+=\s]|$)")
#: What many readers make a link of, without any mark.
_AUTOLINKS = re.compile(r"(?i)(?<=[a-z])(?=:/)|(?<=www)(?=\.)|(?=@)")


def render_markdown(blocks: Iterable[SimpleBlock]) -> str:
    """Return the blocks as Markdown (CommonMark, and tables as GitHub has them)."""
    return _join_blocks(blocks, _markdown_block)


def _join_blocks(blocks: Iterable[SimpleBlock], write: Callable[[SimpleBlock], str]) -> str:
    return "\n\n".join(text for block in blocks if (text := write(block))) + "\n"


def escape_markdown(text: str) -> str:
    """Escape a text so that it reads back as itself, on one line."""
    text = _MARKDOWN_MARKS.sub(r"\\\g<0>", " ".join(units.printable(text).split()))
    return _LINE_START_MARKS.sub(r"\1\\\2\3", _AUTOLINKS.sub(r"\\", text))


def _markdown_block(block: SimpleBlock) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {escape_markdown(text)}"
        case Paragraph():
            return _markdown_sentences(block)
        case BulletList(items):
            return "\n".join(f"- {_markdown_sentences(item)}" for item in items)
        case Table():
            return _markdown_table(block)
        case ChartBlock(finding=finding, is_titled=is_titled):
            return "" if is_titled else f"*{escape_markdown(finding)}*"


def _markdown_sentences(block: Paragraph | ListItem) -> str:
    """Return the lead in bold, the sentences, and the command as code."""
    lead = f"**{escape_markdown(block.lead)}**" if block.lead else ""
    note = escape_markdown(block.note) if isinstance(block, ListItem) else ""
    # A backtick in a command would end the code.
    code = f"`{units.printable(block.command).replace('`', ' ')}`" if block.command else ""
    return " ".join(filter(None, (lead, escape_markdown(block.text), note, code)))


def _markdown_table(table: Table) -> str:
    rows = (table.titles, *table.rows)
    head, *body = align_columns([[escape_markdown(cell) for cell in row] for row in rows])
    rule = ["-" * len(cell) if place == 0 else "-" * (len(cell) - 1) + ":" for place, cell in enumerate(head)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


LINE_WIDTH = 72
_UNDERLINES = "=-"


def render_plain(blocks: Iterable[SimpleBlock]) -> str:
    """Return the blocks in lines that any mail program can show."""
    return _join_blocks(blocks, _plain_block)


def _plain_block(block: SimpleBlock) -> str:
    match block:
        case Heading(text, level):
            return _underlined(_wrap_lines(text), level)
        case Paragraph():
            return _wrap_lines(_plain_sentences(block))
        case BulletList(items):
            return "\n".join(_wrap_lines(_plain_sentences(item), first="* ", rest="  ") for item in items)
        case Table():
            return _plain_table(block)
        case ChartBlock(finding=finding, is_titled=is_titled):
            return "" if is_titled else _wrap_lines(finding)


def _plain_table(table: Table) -> str:
    """Return a table in columns or, if these are wider than a line, as a list of its rows."""
    titles, *rows = [[units.printable(cell) for cell in row] for row in (table.titles, *table.rows)]
    lines = ["  ".join(row).rstrip() for row in align_columns([titles, *rows])]
    if max(map(_display_width, lines)) <= LINE_WIDTH:
        return "\n".join(lines)
    values = ("; ".join(map(" ".join, zip(titles[1:], row[1:], strict=True))) for row in rows)
    return "\n".join(
        _wrap_lines(f"{row[0]}: {value}", first="* ", rest="  ")
        for row, value in zip(rows, values, strict=True)
    )


def _plain_sentences(block: Paragraph | ListItem) -> str:
    note = block.note if isinstance(block, ListItem) else ""
    return " ".join(filter(None, (block.lead, block.text, note, block.command)))


def _underlined(title: str, level: int) -> str:
    if level > len(_UNDERLINES):
        return title
    return f"{title}\n{_UNDERLINES[level - 1] * max(map(len, title.splitlines()))}"


def _wrap_lines(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        units.printable(text),
        LINE_WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
