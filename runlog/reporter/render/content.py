"""Define what a report is made of: headings, paragraphs, lists, tables and charts.

All texts are plain; each format escapes them for its own readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of the whole (level 1) or of a part of it (level 2)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences, and a command to type; quiet ones are notes on what stands above them."""

    text: str
    quiet: bool = False
    command: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a list: what it is about, which stands out, sentences on it, and a command to type."""

    lead: str
    text: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of points."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are titles; the first column names the row, the others are numbers.

    A page shows two things more: ``links``, the addresses that the rows' names lead to, and ``notes``, a
    sentence below each row.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its name, its data, and what it shows in one sentence."""

    chart: str
    data: Any
    finding: str


Block = Heading | Paragraph | Items | Table | Drawing
