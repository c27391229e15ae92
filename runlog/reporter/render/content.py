"""Define what a report is made of, for every format that people read.

A ``Document`` is built once (``week_content``, ``season_content``, ``archive``) and holds every sentence
in the language of the report, so that a page, Markdown, plain text and mail cannot differ in what they
say. All texts are plain; each format escapes them for its own readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlog.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of the whole (level 1), of a section (2) or of a part of it (3)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more sentences.

    Attributes:
        lead: words before the text that stand out.
        command: a command to type, after the text.
        quiet: it is a note on what stands above.
        link: the part of a page that the text leads to, like "#tips".
        style: its class on a page.
    """

    text: str
    lead: str = ""
    command: str = ""
    quiet: bool = False
    link: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """One point of a list.

    Attributes:
        lead: what it is about, which stands out.
        text: sentences on it.
        note: quiet sentences below.
        command: a command to type.
        style: its class on a page.
    """

    lead: str
    text: str = ""
    note: str = ""
    command: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list of points.

    Attributes:
        style: its class on a page: "notices", "missing" (commands on their own line) or "" (bullets).
        full: a page shows the notes of so many points, None is all of them.
    """

    items: tuple[ListItem, ...]
    style: str = "notices"
    full: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are titles; the first column names the row, the others are numbers.

    Attributes:
        caption: what a page writes above it.
        row_notes: quiet words behind each row's name.
        words: the places of columns that hold words instead of numbers.
        style: its class on a page; "scrolling" is one that may be wider than a phone.
        links: the addresses that the rows' names lead to on a page.
        notes: a sentence below each row on a page.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    row_notes: tuple[str, ...] = ()
    words: tuple[int, ...] = ()
    style: str = ""
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart.

    Attributes:
        name: of the chart.
        data: what it draws.
        finding: what it shows, in one sentence.
        folded: the words that unfold it on a page; its finding then stands before it, so texts leave it out.
        note: on how it is drawn; texts without pictures leave it out.
    """

    name: str
    data: Any
    finding: str
    folded: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NumberTile:
    """One number, and what is usual, "" where unknown; a page writes that as ``usual_text``."""

    label: str
    value: str
    usual: str = ""
    usual_text: str = ""


@dataclass(frozen=True, slots=True)
class NumberTiles:
    """The numbers of a week; ``titles`` are those of the columns where they become a table."""

    titles: tuple[str, ...]
    tiles: tuple[NumberTile, ...]

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        rows = ((tile.label, tile.value, tile.usual)[: len(self.titles)] for tile in self.tiles)
        yield Table(self.titles, tuple(rows))


@dataclass(frozen=True, slots=True)
class TipBlock:
    """One tip: why it is given now, how it is done, and how well it is known to help."""

    title: str
    why_now: str
    how: str
    grade: str
    evidence: str


@dataclass(frozen=True, slots=True)
class TipList:
    """The tips, and the titles of the three parts of each."""

    labels: tuple[str, str, str]
    tips: tuple[TipBlock, ...]

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        for tip in self.tips:
            yield Heading(tip.title, 3)
            parts = (tip.why_now, tip.how, f"{tip.grade} {tip.evidence}")
            items = (ListItem(f"{label}:", part) for label, part in zip(self.labels, parts, strict=True))
            yield BulletList(tuple(items))


@dataclass(frozen=True, slots=True)
class EffectRange:
    """A difference in points of soreness with its 95% range, to be drawn.

    Attributes:
        text: the numbers, short.
        spoken: the same for those who cannot see the drawing.
        style: its classes on a page.
    """

    effect: float
    low: float
    high: float
    text: str
    spoken: str
    style: str


@dataclass(frozen=True, slots=True)
class FindingBlock:
    """What a report says about one factor.

    Attributes:
        sentence: its link, "" without one.
        values: what it was this week and usually.
        grade: of the link, "" where links are not shown.
        estimate: the difference, its range and its grade as a sentence, for texts.
        effect: the difference and its range, None where there is none.
    """

    label: str
    sentence: str
    values: str
    grade: str
    estimate: str
    effect: EffectRange | None

    def as_item(self) -> ListItem:
        """Return the whole as a point of a list."""
        parts = (self.sentence, self.estimate, f"{self.values}.")
        return ListItem(f"{self.label}:", " ".join(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class FindingList:
    """The factors.

    Attributes:
        intro: what the numbers mean, for texts; "" where no links are shown.
        legend: what the drawings mean, for a page; "" where no links are shown.
        directions: what lies at the left and at the right of the drawings.
    """

    findings: tuple[FindingBlock, ...]
    intro: str = ""
    legend: str = ""
    directions: tuple[str, str] = ("", "")

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        if self.intro:
            yield Paragraph(self.intro, quiet=True)
        if self.findings:
            yield BulletList(tuple(finding.as_item() for finding in self.findings))


@dataclass(frozen=True, slots=True)
class TrialList:
    """The runner's own trials, each under a title of its own."""

    trials: tuple[ListItem, ...]

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        for trial in self.trials:
            yield Heading(trial.lead, 3)
            yield Paragraph(trial.text)


@dataclass(frozen=True, slots=True)
class ShoeBar:
    """A pair and how far it has come: ``used`` in words, ``percent`` of its limit, 100 at most."""

    name: str
    used: str
    percent: float
    over: bool
    text: str


@dataclass(frozen=True, slots=True)
class ShoeBars:
    """The pairs in use."""

    bars: tuple[ShoeBar, ...]

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        yield BulletList(tuple(ListItem(f"{bar.name}:", f"{bar.used}. {bar.text}") for bar in self.bars))


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the ratings that are needed there are; the paragraph before it says the same."""

    value: int
    target: int
    label: str

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        yield from ()


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A chart and what stands beside it where there is room."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]

    def simplify(self) -> Iterator[SimpleBlock]:
        """Yield the same as simpler blocks."""
        yield from _simplify_all((*self.left, *self.right))


SimpleBlock = Heading | Paragraph | BulletList | Table | ChartBlock
Block = SimpleBlock | NumberTiles | TipList | FindingList | TrialList | ShoeBars | Progress | SideBySide


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report; ``id`` and ``style`` are those of its element on a page."""

    title: str
    blocks: tuple[Block, ...]
    id: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes:
        language: its code.
        page_title: what a browser's window is called.
        eyebrow: which days it is about, "" where the lead says that.
        lead: what stands below the headline.
        footer: what stands below all sections.
    """

    language: str
    page_title: str
    headline: str
    eyebrow: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    footer: str

    def simple_blocks(self) -> Iterator[SimpleBlock]:
        """Yield the whole as headings, paragraphs, lists, tables and charts, for Markdown, text and mail."""
        yield Heading(self.headline, 1)
        if self.eyebrow:
            yield Paragraph(self.eyebrow, quiet=True)
        yield from _simplify_all(self.lead)
        for section in self.sections:
            yield Heading(section.title)
            yield from _simplify_all(section.blocks)
        yield Paragraph(self.footer, quiet=True)


def _simplify_all(blocks: tuple[Block, ...]) -> Iterator[SimpleBlock]:
    for block in blocks:
        if isinstance(block, SimpleBlock):
            yield block
        else:
            yield from block.simplify()


def footer_text() -> str:
    """Return what stands below every report."""
    return _(
        "Made by runlog on your own computer; nothing left it. "
        "It describes your data and is no medical advice."
    )
