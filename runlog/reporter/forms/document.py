"""Blocks as a page of HTML, in the style of the week's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.i18n import use_language
from runlog.reporter import page
from runlog.reporter.forms.blocks import Drawing, Heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.reporter.forms.blocks import Block


def render(blocks: Sequence[Block], language: str) -> str:
    """One self-contained page: the first block is its title, the last its foot."""
    head, *body, foot = blocks
    drawings = {block.chart: block for block in body if isinstance(block, Drawing)}
    with use_language(language):
        return (
            page.environment()
            .get_template("document.html")
            .render(
                language=language,
                head=head,
                sections=_sections(body),
                foot=foot,
                charts={name: page.svg(name, drawing.data) for name, drawing in drawings.items()},
                titles={name: drawing.finding for name, drawing in drawings.items()},
            )
        )


def _sections(body: Sequence[Block]) -> list[list[tuple[str, Block]]]:
    """The blocks with their kinds, a list for what stands above all headings and one for each heading."""
    sections: list[list[tuple[str, Block]]] = [[]]
    for block in body:
        if isinstance(block, Heading):
            sections.append([])
        sections[-1].append((type(block).__name__, block))
    return sections
