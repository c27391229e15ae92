"""Define what a report is made of, for every format that people read.

A ``Document`` is built once (``week_content``, ``season_content``, ``archive``) and holds every sentence
in the language of the report, so that a page, Markdown, plain text and mail cannot differ in what they
say. All texts are plain; each format escapes them for its own readers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runlog.i18n import _
from runlog.units import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlog.reporter.glance import StripItem


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
        style: its class on a page.
    """

    text: str
    lead: str = ""
    command: str = ""
    quiet: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """One point of a list.

    Attributes:
        lead: what it is about, which stands out.
        text: sentences on it.
        note: quiet sentences below.
        command: a command to type.
    """

    lead: str
    text: str = ""
    note: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class BulletList:
    """A list of points.

    Attributes:
        style: its class on a page: "notices", "findings", "missing" (commands on their own line) or ""
            (bullets).
    """

    items: tuple[ListItem, ...]
    style: str = "notices"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are titles; the first column names the row, the others are numbers.

    Attributes:
        words: the places of columns that hold words instead of numbers.
        style: its class on a page; "scrolling" is one that may be wider than a phone.
        links: the addresses that the rows' names lead to on a page.
        notes: a sentence below each row on a page.
    """

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = ()
    style: str = ""
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def without_empty_columns(self) -> Table:
        """Return the table without the columns in which nothing is known."""
        kept = [
            place
            for place in range(len(self.titles))
            if place == 0 or any(row[place] not in ("", UNKNOWN) for row in self.rows)
        ]
        return replace(
            self,
            titles=tuple(self.titles[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
            words=tuple(kept.index(place) for place in self.words if place in kept),
        )


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart.

    Attributes:
        name: of the chart.
        data: what it draws.
        finding: what it shows, in one sentence.
        is_titled: its finding is the title above it, so that nothing repeats it.
        is_wide: a page draws it wide where there is room, else as for a phone.
    """

    name: str
    data: Any
    finding: str
    is_titled: bool = False
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a page shows when somebody asks for them, and in print."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """What comes before all else: a sentence, and what is said about it where somebody asks."""

    sentence: str
    more: Fold


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One thing to do: what, why now, the reasons in full, and the command that does it."""

    text: str
    fact: str
    reasons: tuple[str, ...]
    command: str = ""


@dataclass(frozen=True, slots=True)
class ActionList:
    """What to do, the most useful first; ``label`` names the list."""

    label: str
    actions: tuple[ActionItem, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """A few numbers side by side; ``label`` names them."""

    label: str
    tiles: tuple[StripItem, ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link, to be drawn: a difference in points of soreness with its 95% range.

    Attributes:
        step: the factor's step in words; grade: how sure it is, in a word.
        text: the difference, short.
        spoken: difference and range for those who cannot see the drawing.
        style: its classes on a page.
    """

    label: str
    step: str
    grade: str
    effect: float
    low: float
    high: float
    text: str
    spoken: str
    style: str


@dataclass(frozen=True, slots=True)
class LinkChart:
    """The links side by side."""

    rows: tuple[LinkRow, ...]


@dataclass(frozen=True, slots=True)
class TrialList:
    """The runner's own trials, each under a title of its own."""

    trials: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A pair or a route as a bar.

    Attributes:
        amount: in words.
        percent: how long the bar is, 0 to 100.
        text: a sentence below it.
        mark: where its limit is marked, None without one.
        is_bad: it is over its limit.
        lines: a drawing beside it, as polylines of (x, y) in a square of 100, y downwards.
    """

    name: str
    amount: str
    percent: float
    text: str
    mark: float | None = None
    is_bad: bool = False
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """The pairs in use, or the routes."""

    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the ratings that are needed there are."""

    value: int
    target: int
    label: str


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A chart and what stands beside it where there is room."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]


SimpleBlock = Heading | Paragraph | BulletList | Table | ChartBlock
Block = (
    SimpleBlock | Callout | ActionList | Strip | Fold | LinkChart | TrialList | Bars | Progress | SideBySide
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report; ``style`` is the class of its element on a page."""

    title: str
    blocks: tuple[Block, ...]
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


def _simplify_all(blocks: Iterable[Block]) -> Iterator[SimpleBlock]:
    for block in blocks:
        yield from _simplify(block)


def _simplify(block: Block) -> Iterator[SimpleBlock]:
    """Yield what a block says as headings, paragraphs, lists, tables and charts."""
    match block:
        case Fold(title, blocks):
            yield Heading(title, 3)
            yield from _simplify_all(blocks)
        case Callout(sentence, more):
            yield Paragraph("", lead=sentence)
            yield from _simplify(more)
        case ActionList(label, actions):
            yield Heading(label)
            facts = (" ".join((action.fact, *action.reasons)) for action in actions)
            items = zip(actions, facts, strict=True)
            yield BulletList(
                tuple(ListItem(action.text, fact, command=action.command) for action, fact in items)
            )
        case Strip(label, tiles):
            yield Heading(label)
            yield BulletList(tuple(ListItem(tile.value, tile.label) for tile in tiles))
        case TrialList(trials):
            for trial in trials:
                yield Heading(trial.lead, 3)
                yield Paragraph(trial.text)
        case Bars(bars):
            yield BulletList(tuple(ListItem(f"{bar.name}:", f"{bar.amount}. {bar.text}") for bar in bars))
        case LinkChart() | Progress():  # the list after it, or the paragraph before it, says the same
            pass
        case SideBySide(left, right):
            yield from _simplify_all((*left, *right))
        case _:
            yield block


def footer_text() -> str:
    """Return what stands below every report."""
    return _(
        "Made by runlog on your own computer; nothing left it. "
        "It describes your data and is no medical advice."
    )
