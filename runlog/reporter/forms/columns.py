"""Cells made equally wide, for tables that are read as text."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with each column as wide as its widest cell: the first to the left, numbers to the right."""
    widths = [max(3, *map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        [
            _padded(cell, width, left=place == 0)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]


def _padded(cell: str, width: int, *, left: bool) -> str:
    blanks = " " * (width - _width(cell))
    return cell + blanks if left else blanks + cell


def _width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    return sum(0 if combining(letter) else 1 + (east_asian_width(letter) in "WF") for letter in text)
