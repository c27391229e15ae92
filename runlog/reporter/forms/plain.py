"""A report as plain text, for mail programs that show nothing else."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from runlog.reporter import units
from runlog.reporter.forms import columns
from runlog.reporter.forms.blocks import Block, Drawing, Heading, Item, Items, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 72
_RULES = "=-"


def render(blocks: Sequence[Block]) -> str:
    """The blocks in lines that any mail program can show."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return _headed(_wrapped(text), level)
        case Paragraph(text, command=command):
            return _wrapped(f"{text} {command}")
        case Drawing(finding=finding):
            return _wrapped(finding)
        case Items(items):
            return "\n".join(_item(item) for item in items)
        case Table(titles, rows):
            fit = [[units.typed(cell) for cell in row] for row in (titles, *rows)]
            return "\n".join("  ".join(row).rstrip() for row in columns.aligned(fit))


def _headed(title: str, level: int) -> str:
    if level > len(_RULES):
        return title
    return f"{title}\n{_RULES[level - 1] * max(map(len, title.splitlines()))}"


def _item(item: Item) -> str:
    return _wrapped(f"{item.lead} {item.text} {item.command}", first="* ", rest="  ")


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        units.typed(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
