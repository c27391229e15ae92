"""Build an e-mail of a report: plain text, and HTML with the charts attached as pictures."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from runlog import units
from runlog.i18n import use_language
from runlog.reporter import charts
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.render import as_text
from runlog.reporter.render.as_html import template_environment
from runlog.reporter.render.content import ChartBlock

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.reporter.render.content import Document


#: Pixels that a chart takes at most, in a mail that is 600 wide.
CHART_WIDTH = 460
#: Where no address is known; the domain is reserved, so that nobody is meant by it.
SENDER = Address("runlog", "runlog", "runlog.invalid")


def build_message(document: Document, now: datetime) -> bytes:
    """Return a report as a whole message of a moment (aware), ready to be sent or opened."""
    blocks = tuple(document.simple_blocks())
    pictures = {}
    with use_language(document.language):
        for block in blocks:
            if isinstance(block, ChartBlock):  # as for a phone, two dots to the pixel
                figure = charts.find_chart(block.name).figure(block.data, style.NARROW)
                figure.set_facecolor(LIGHT["paper"])
                pictures[block.name] = style.encode_figure(figure, "png")
    text = as_text.render_plain(blocks)
    stamp = sha256(f"{now.isoformat()}{text}".encode()).hexdigest()[:24]
    ids = {name: f"{number}.{stamp}@{SENDER.domain}" for number, name in enumerate(pictures)}
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(units.printable(document.headline).split())
    mail["From"] = SENDER
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{stamp}@{SENDER.domain}>"
    mail.set_content(text)
    template = template_environment().get_template("mail.html")
    text = template.render(page=document, blocks=blocks, ids=ids, colour=LIGHT, width=CHART_WIDTH)
    mail.add_alternative(text, subtype="html")
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)  # noqa: S101 - it was added above
    for name, png in pictures.items():
        html.add_related(
            png, "image", "png", cid=f"<{ids[name]}>", disposition="inline", filename=f"{name}.png"
        )
    return mail.as_bytes()
