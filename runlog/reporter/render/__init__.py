"""Write the report of a week or a season as HTML, Markdown, JSON, PDF or mail.

``render_week`` and ``render_season`` are the doors. All formats but JSON show the same content.
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
FORMATS = ("html", "md", "json", "pdf")


def output_path(out: Path, name: str, form: str | None = None) -> tuple[Path, str]:
    """The file to write and its form: ``out`` where it is named as a file of a form, else a file within it.

    Raises:
        BadInput: it is named as a file of another form than the one asked for.
    """
    named = out.suffix.lower().lstrip(".")
    ending = "html" if named == "htm" else named
    if ending not in FORMATS:
        form = form or FORMATS[0]
        return out / f"{name}.{form}", form
    if form not in (None, ending):
        raise BadInput(f"{out} is named as {ending}, but {form} was asked for")
    return out, ending


def render_week(week: Week, form: str) -> bytes:
    """A week's report in one of FORMS.

    Raises:
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    from runlog.reporter.render import as_json, as_pdf, as_text, week_content
    from runlog.reporter.render.as_html import render_week_page

    if form == "md":
        return as_text.render_markdown(week_content.week_content(week)).encode()
    if form == "json":
        return as_json.render_week_json(week).encode()
    page = render_week_page(week)
    return as_pdf.render_pdf(page) if form == "pdf" else page.encode()


def render_season(season: Season, form: str) -> bytes:
    """A season's report in one of FORMS.

    Raises:
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    from runlog.reporter.render import as_html, as_json, as_pdf, as_text, season_content

    if form == "json":
        return as_json.render_season_json(season).encode()
    blocks = season_content.season_content(season)
    if form == "md":
        return as_text.render_markdown(blocks).encode()
    page = as_html.render_page(blocks, season.language)
    return as_pdf.render_pdf(page) if form == "pdf" else page.encode()


def mail_season(season: Season, now: datetime) -> bytes:
    """A season's report as an e-mail of a moment (aware)."""
    from runlog.reporter.render import as_mail, season_content

    return as_mail.build_message(season.headline, season_content.season_content(season), now, season.language)


def mail_week(week: Week, now: datetime) -> bytes:
    """A week's report as an e-mail of a moment (aware), ready to be sent or opened."""
    from runlog.reporter.render import as_mail, week_content

    return as_mail.build_message(week.headline, week_content.week_content(week), now, week.language)
