"""Render a report as Markdown that reads well unrendered, and as plain text for mail."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from runlog import units
from runlog.reporter.render.content import Block, Drawing, Heading, Item, Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Sequence


def align_columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with each column as wide as its widest cell: the first to the left, numbers to the right."""
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
    """How many columns a text takes in a terminal."""
    return sum(0 if combining(letter) else 1 + (east_asian_width(letter) in "WF") for letter in text)


#: What would begin emphasis, code, a link, an image, HTML, an entity, a cell of a table or a strike-through.
_MARKDOWN_MARKS = re.compile(r"[\\`*_\[\]<>&|~#]")
#: What would begin a list, a rule or a heading at the start of a line.
_LINE_START_MARKS = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])(?=[-+=\s]|$)")
#: What many readers make a link of, without any mark.
_AUTOLINKS = re.compile(r"(?i)(?<=[a-z])(?=:/)|(?<=www)(?=\.)|(?=@)")


def render_markdown(blocks: Sequence[Block]) -> str:
    """The Markdown of these blocks (CommonMark, and tables as GitHub has them)."""
    return "\n\n".join(_markdown_block(block) for block in blocks) + "\n"


def escape_markdown(text: str) -> str:
    """A text as it is, whatever it holds, on one line."""
    text = _MARKDOWN_MARKS.sub(r"\\\g<0>", " ".join(units.printable(text).split()))
    return _LINE_START_MARKS.sub(r"\1\\\2\3", _AUTOLINKS.sub(r"\\", text))


def _markdown_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {escape_markdown(text)}"
        case Paragraph(text, command=command):
            return f"{escape_markdown(text)}{_markdown_code(command)}"
        case Items(items):
            return "\n".join(_markdown_item(item) for item in items)
        case Table(titles, rows):
            return _markdown_table(titles, rows)
        case Drawing(finding=finding):
            return f"*{escape_markdown(finding)}*"


def _markdown_item(item: Item) -> str:
    text = f" {escape_markdown(item.text)}" if item.text else ""
    return f"- **{escape_markdown(item.lead)}**{text}{_markdown_code(item.command)}"


def _markdown_code(command: str) -> str:
    """A command as code; a backtick in it would end that."""
    return f" `{units.printable(command).replace('`', ' ')}`" if command else ""


def _markdown_table(titles: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    head, *body = align_columns([[escape_markdown(cell) for cell in row] for row in (titles, *rows)])
    rule = ["-" * len(cell) if place == 0 else "-" * (len(cell) - 1) + ":" for place, cell in enumerate(head)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


LINE_WIDTH = 72
_UNDERLINES = "=-"


def render_plain(blocks: Sequence[Block]) -> str:
    """The blocks in lines that any mail program can show."""
    return "\n\n".join(_plain_block(block) for block in blocks) + "\n"


def _plain_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return _underlined(_wrap_lines(text), level)
        case Paragraph(text, command=command):
            return _wrap_lines(f"{text} {command}")
        case Drawing(finding=finding):
            return _wrap_lines(finding)
        case Items(items):
            return "\n".join(_plain_item(item) for item in items)
        case Table(titles, rows):
            fit = [[units.printable(cell) for cell in row] for row in (titles, *rows)]
            return "\n".join("  ".join(row).rstrip() for row in align_columns(fit))


def _underlined(title: str, level: int) -> str:
    if level > len(_UNDERLINES):
        return title
    return f"{title}\n{_UNDERLINES[level - 1] * max(map(len, title.splitlines()))}"


def _plain_item(item: Item) -> str:
    return _wrap_lines(f"{item.lead} {item.text} {item.command}", first="* ", rest="  ")


def _wrap_lines(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        units.printable(text),
        LINE_WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
