"""Pair phones and list what is paired; a code is made at the computer itself alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from runlog.i18n import N_
from runlog.web import context, forms
from runlog.web.pairing import DEVICE_LIFE
from runlog.web.security import COOKIE, TOO_MANY, is_encrypted

if TYPE_CHECKING:
    import werkzeug

blueprint = Blueprint("devices", __name__)

USED_UP = N_("This code has been used, or is older than five minutes. Make a new one on your computer.")
AT_THE_COMPUTER = N_("This can only be done on the computer that runlog runs on.")


@blueprint.get("/pair/<token>")
def pair(token: str) -> str:
    """Ask whether to pair; looking at the link, as a preview does, does not use it up."""
    _check_token(token, used=False)
    return render_template("pair.html")


@blueprint.post("/pair/<token>")
def confirm(token: str) -> werkzeug.Response:
    """Pair the device that sends this."""
    _check_token(token, used=True)
    access = context.site().access
    agent = request.user_agent.string
    cookie = access.devices.add(_device_name(agent), context.now())
    response = make_response(redirect(url_for("now.show"), 303))
    response.set_cookie(
        COOKIE, cookie, max_age=DEVICE_LIFE, httponly=True, samesite="Strict", secure=is_encrypted()
    )
    return response


def _check_token(token: str, *, used: bool) -> None:
    """Refuse a token that is not good; who has sent many such ones waits, but is let in with a good one."""
    access, address = context.site().access, request.remote_addr or ""
    if access.tokens.use(token) if used else access.tokens.is_good(token):
        return
    if access.brake.wait_s(address):
        abort(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY)
    access.brake.note_wrong(address)
    abort(HTTPStatus.FORBIDDEN, USED_UP)


_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux")
_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Edg/", "Edge"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)


def _device_name(agent: str) -> str:
    """Name a device by what its browser says of itself, e.g. "Safari, iPhone"."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return ", ".join(filter(None, (browser, system))) or agent or "?"


@blueprint.get("/devices")
def show() -> str:
    """List the paired devices."""
    access = context.site().access
    return render_template(
        "devices.html", devices=access.devices.all(context.now()), origin=access.origin, own=g.own
    )


@blueprint.post("/devices/code")
def code() -> Response:
    """Show a new code to pair a phone with."""
    if not g.own:
        abort(HTTPStatus.FORBIDDEN, AT_THE_COMPUTER)
    access = context.site().access
    if not access.origin:
        abort(HTTPStatus.NOT_FOUND)
    import segno

    address = f"{access.origin}/pair/{access.tokens.make()}"
    # Dark on white in either theme.
    picture = segno.make(address, error="m", micro=False).svg_inline(
        scale=6, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return make_response(render_template("code.html", address=address, picture=Markup(picture)))  # noqa: S704 - segno's own


@blueprint.post("/devices/revoke")
def revoke() -> werkzeug.Response:
    """Let a device in no longer."""
    context.site().access.devices.revoke(forms.text("device"))
    return redirect(url_for("devices.show"), 303)
