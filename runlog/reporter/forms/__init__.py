"""The forms of a report: a page, Markdown, JSON, PDF and e-mail, all of the same facts.

told, besides      a week's facts as blocks of text; blocks: what they are
markdown, plain    blocks as text; mail: as a message; json_facts: the facts for programs
pdf                a page as it prints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.reporter.weekly import Week

#: The forms that a report can be written in, by the ends of their files.
FORMS = ("html", "md", "json", "pdf")


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


def mail_of_week(week: Week, now: datetime) -> bytes:
    """A week's report as an e-mail of a moment (aware), ready to be sent or opened."""
    from runlog.reporter.forms import mail, told

    return mail.message(week.headline, told.blocks(week), now, week.language)
