"""Build an e-mail of a report: plain text, and HTML with the charts attached as pictures."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from runlog import units
from runlog.i18n import use_language
from runlog.reporter import charts
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.render import as_text
from runlog.reporter.render.content import Drawing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runlog.reporter.render.content import Block


def chart_png(drawing: Drawing) -> bytes:
    """A chart in light colours, drawn for a phone, two dots to the pixel."""
    figure = charts.find_chart(drawing.chart).figure(drawing.data, style.NARROW)
    figure.set_facecolor(style.LIGHT["paper"])
    return style.encode_figure(figure, "png")


#: Where no address is known; the domain is reserved, so that nobody is meant by it.
SENDER = Address("runlog", "runlog", "runlog.invalid")


def build_message(subject: str, blocks: Sequence[Block], now: datetime, language: str) -> bytes:
    """The whole message, ready to be sent or opened.

    Args:
        subject: the headline.
        blocks: what it says.
        now: its date, aware.
        language: that of the blocks, as its code.
    """
    with use_language(language):
        pictures = {block.chart: chart_png(block) for block in blocks if isinstance(block, Drawing)}
    text = as_text.render_plain(blocks)
    stamp = sha256(f"{now.isoformat()}{text}".encode()).hexdigest()[:24]
    ids = {name: f"{number}.{stamp}@{SENDER.domain}" for number, name in enumerate(pictures)}
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(units.printable(subject).split())
    mail["From"] = SENDER
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{stamp}@{SENDER.domain}>"
    mail.set_content(text)
    mail.add_alternative(_render_html(subject, blocks, ids, language), subtype="html")
    _attach_charts(mail, pictures, ids)
    return mail.as_bytes()


def _attach_charts(mail: EmailMessage, pictures: dict[str, bytes], ids: dict[str, str]) -> None:
    """Put pictures beside the HTML, which shows them by their ids."""
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)  # noqa: S101 - it was added above
    for name, png in pictures.items():
        html.add_related(
            png, "image", "png", cid=f"<{ids[name]}>", disposition="inline", filename=f"{name}.png"
        )


def _render_html(subject: str, blocks: Sequence[Block], ids: dict[str, str], language: str) -> str:
    environment = Environment(
        loader=PackageLoader("runlog.reporter"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: units.printable(value) if type(value) is str else value,
    )
    template = environment.get_template("mail.html")
    kinds = [(type(block).__name__, block) for block in blocks]
    return template.render(title=subject, blocks=kinds, ids=ids, colour=LIGHT, language=language, narrow=460)
