"""Render the report of a week or a season as HTML, Markdown, JSON, PDF or mail.

All formats but JSON show the same ``content.Document``; JSON holds the facts that it is built from.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.fileio import write_atomically
from runlog.reporter import FORMATS
from runlog.reporter.render import as_html, as_text, season_content, week_content
from runlog.reporter.weekly import Week, build_week

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.reporter.render.content import Document
    from runlog.reporter.season import Season


def report(
    history: History,
    week: str | None = None,
    *,
    out: Path | str,
    now: datetime | None = None,
    form: str | None = None,
) -> Path:
    """Write a week's report, and return its path.

    The week is one like "2026-W30", by default the one that is due (``glance.week_due``). ``out`` is the
    file, or a folder in which it becomes report-2026-W30.html. ``form`` is one of ``reporter.FORMATS``, by
    default what the file's name says, else one self-contained page.

    Raises:
        BadInput: no such week, a week that has not begun, a ``now`` without a time zone, or a place
            that cannot be written to.
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    return save(build_week(history, week, now), Path(out), form)


def save(facts: Week | Season, out: Path, file_format: str | None = None) -> Path:
    """Write a report into a file or, under its own name, into a folder, and return the file.

    Raises:
        BadInput: the file's name ends in another format, or it cannot be written.
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    if isinstance(facts, Week):
        name = f"report-{facts.name}"
    else:
        name = f"season-{facts.span.first}-{facts.span.last}"
    path, file_format = output_path(out, name, file_format)
    write_atomically(path, render(facts, file_format))
    return path


def output_path(out: Path, name: str, file_format: str | None = None) -> tuple[Path, str]:
    """Return the file to write and its format: ``out`` if its name ends in a format, else a file within it.

    Raises:
        BadInput: the name ends in another format than the one asked for.
    """
    suffix = out.suffix.lower().lstrip(".")
    ending = "html" if suffix == "htm" else suffix
    if ending not in FORMATS:
        file_format = file_format or FORMATS[0]
        return out / f"{name}.{file_format}", file_format
    if file_format not in (None, ending):
        raise BadInput(
            "{out} is named as {ending}, but {file_format} was asked for",
            out=out,
            ending=ending,
            file_format=file_format,
        )
    return out, ending


def render(facts: Week | Season, file_format: str) -> bytes:
    """Return a report in one of ``FORMATS``.

    Raises:
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    if file_format == "json":
        from runlog.reporter.render import as_json

        return as_json.render_json(facts).encode()
    if file_format == "md":
        return as_text.render_markdown(_content(facts).simple_blocks()).encode()
    page = render_page(facts)
    return as_html.render_pdf(page) if file_format == "pdf" else page.encode()


def render_page(facts: Week | Season, links: as_html.ArchiveLinks | None = None) -> str:
    """Return a report as a page; one of an archive leads to the others."""
    return as_html.render_document(_content(facts), links)


def render_mail(facts: Week | Season, now: datetime) -> bytes:
    """Return a report as an e-mail of a moment (aware), ready to be sent or opened."""
    from runlog.reporter.render import as_mail

    return as_mail.build_message(_content(facts), now)


def _content(facts: Week | Season) -> Document:
    if isinstance(facts, Week):
        return week_content.build_document(facts)
    return season_content.build_document(facts)
