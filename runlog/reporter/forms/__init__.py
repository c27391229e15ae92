"""The forms of a report: a page, Markdown, JSON, PDF and e-mail, all of the same facts.

told, besides      a week's facts as blocks of text; blocks: what they are
markdown, plain    blocks as text; mail: as a message; json_facts: the facts for programs
pdf                a page as it prints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.errors import BadInput

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from runlog.reporter.season import Season
    from runlog.reporter.weekly import Week

#: The forms that a report can be written in, by the ends of their files.
FORMS = ("html", "md", "json", "pdf")


def place(out: Path, name: str, form: str | None = None) -> tuple[Path, str]:
    """The file to write and its form: ``out`` where it is named as a file of a form, else a file within it.

    Raises:
        BadInput: it is named as a file of another form than the one asked for.
    """
    named = out.suffix.lower().lstrip(".")
    ending = "html" if named == "htm" else named
    if ending not in FORMS:
        form = form or FORMS[0]
        return out / f"{name}.{form}", form
    if form not in (None, ending):
        raise BadInput(f"{out} is named as {ending}, but {form} was asked for")
    return out, ending


def of_week(week: Week, form: str) -> bytes:
    """A week's report in one of FORMS.

    Raises:
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    from runlog.reporter.forms import json_facts, markdown, pdf, told
    from runlog.reporter.page import render

    if form == "md":
        return markdown.render(told.blocks(week)).encode()
    if form == "json":
        return json_facts.render(week).encode()
    page = render(week)
    return pdf.render(page) if form == "pdf" else page.encode()


def of_season(season: Season, form: str) -> bytes:
    """A season's report in one of FORMS.

    Raises:
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    from runlog.reporter.forms import document, json_season, markdown, pdf, seasonal

    if form == "json":
        return json_season.render(season).encode()
    blocks = seasonal.blocks(season)
    if form == "md":
        return markdown.render(blocks).encode()
    page = document.render(blocks, season.language)
    return pdf.render(page) if form == "pdf" else page.encode()


def mail_of_season(season: Season, now: datetime) -> bytes:
    """A season's report as an e-mail of a moment (aware)."""
    from runlog.reporter.forms import mail, seasonal

    return mail.message(season.headline, seasonal.blocks(season), now, season.language)


def mail_of_week(week: Week, now: datetime) -> bytes:
    """A week's report as an e-mail of a moment (aware), ready to be sent or opened."""
    from runlog.reporter.forms import mail, told

    return mail.message(week.headline, told.blocks(week), now, week.language)
