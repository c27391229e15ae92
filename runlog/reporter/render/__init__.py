"""Write the report of a week or a season as HTML, Markdown, JSON, PDF or mail.

``render_week`` and ``render_season`` are the doors. All formats but JSON show the same content.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.fileio import write_atomically
from runlog.reporter import FORMATS
from runlog.reporter.render import as_html, as_json, as_mail, as_pdf, as_text, season_content, week_content
from runlog.reporter.weekly import build_week

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.reporter.season import Season
    from runlog.reporter.weekly import Week


def report(
    history: History,
    week: str | None = None,
    *,
    out: Path | str,
    now: datetime | None = None,
    form: str | None = None,
) -> Path:
    """Write a week's report, and return its path.

    Args:
        history: whose.
        week: like "2026-W30"; None is the last complete week that has any data.
        out: the file, or a folder in which it becomes report-2026-W30.html.
        now: the current time, aware.
        form: one of ``reporter.FORMATS``; None is what the file's name says, else one self-contained page.

    Raises:
        BadInput: no such week, a week that has not begun, a ``now`` without a time zone, or a place
            that cannot be written to.
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    facts = build_week(history, week, now)
    path, form = output_path(Path(out), f"report-{facts.name}", form)
    write_atomically(path, render_week(facts, form))
    return path


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
    if form == "md":
        return as_text.render_markdown(week_content.week_content(week)).encode()
    if form == "json":
        return as_json.render_week_json(week).encode()
    page = as_html.render_week_page(week)
    return as_pdf.render_pdf(page) if form == "pdf" else page.encode()


def render_season(season: Season, form: str) -> bytes:
    """A season's report in one of FORMS.

    Raises:
        MissingExtra: a PDF needs the extra ``pdf``.
    """
    if form == "json":
        return as_json.render_season_json(season).encode()
    blocks = season_content.season_content(season)
    if form == "md":
        return as_text.render_markdown(blocks).encode()
    page = as_html.render_page(blocks, season.language)
    return as_pdf.render_pdf(page) if form == "pdf" else page.encode()


def mail_season(season: Season, now: datetime) -> bytes:
    """A season's report as an e-mail of a moment (aware)."""
    return as_mail.build_message(season.headline, season_content.season_content(season), now, season.language)


def mail_week(week: Week, now: datetime) -> bytes:
    """A week's report as an e-mail of a moment (aware), ready to be sent or opened."""
    return as_mail.build_message(week.headline, week_content.week_content(week), now, week.language)
