"""A report as Markdown that also reads well unrendered; nothing that was typed becomes more than text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlog.reporter import units
from runlog.reporter.forms import columns
from runlog.reporter.forms.blocks import Block, Drawing, Heading, Item, Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What would begin emphasis, code, a link, an image, HTML, an entity, a cell of a table or a strike-through.
_MARKS = re.compile(r"[\\`*_\[\]<>&|~#]")
#: What would begin a list, a rule or a heading at the start of a line.
_BEGINNING = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])(?=[-+=\s]|$)")
#: What many readers make a link of, without any mark.
_ADDRESS = re.compile(r"(?i)(?<=[a-z])(?=:/)|(?<=www)(?=\.)|(?=@)")


def render(blocks: Sequence[Block]) -> str:
    """The Markdown of these blocks (CommonMark, and tables as GitHub has them)."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def escaped(text: str) -> str:
    """A text as it is, whatever it holds, on one line."""
    text = _MARKS.sub(r"\\\g<0>", " ".join(units.typed(text).split()))
    return _BEGINNING.sub(r"\1\\\2\3", _ADDRESS.sub(r"\\", text))


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {escaped(text)}"
        case Paragraph(text, command=command):
            return f"{escaped(text)}{_code(command)}"
        case Items(items):
            return "\n".join(_item(item) for item in items)
        case Table(titles, rows):
            return _table(titles, rows)
        case Drawing(finding=finding):
            return f"*{escaped(finding)}*"


def _item(item: Item) -> str:
    text = f" {escaped(item.text)}" if item.text else ""
    return f"- **{escaped(item.lead)}**{text}{_code(item.command)}"


def _code(command: str) -> str:
    """A command as code; a backtick in it would end that."""
    return f" `{units.typed(command).replace('`', ' ')}`" if command else ""


def _table(titles: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    head, *body = columns.aligned([[escaped(cell) for cell in row] for row in (titles, *rows)])
    rule = ["-" * len(cell) if place == 0 else "-" * (len(cell) - 1) + ":" for place, cell in enumerate(head)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))
