"""Let in the runner alone: Host and Origin are checked on each request, and who it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import abort, g, request
from werkzeug.http import parse_cookie

from runlog.i18n import N_
from runlog.web.pairing import Brake, Devices, Tokens

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask import Response
    from werkzeug.datastructures import Headers

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
COOKIE = "runlog_device"
#: Nothing but this server's own files; no script and no style within a page.
CONTENT_POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: With these, somebody's proxy stands between, and an address of this computer says nothing.
_PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
_SAFE_METHODS = {"GET", "HEAD"}
#: What may be kept by a browser: nothing in it is the runner's.
_CACHED = {"static": "no-cache", "look.style": "max-age=60", "look.icon": "max-age=86400"}
#: What a browser may have before it is paired: nothing in it is the runner's.
_OPEN_ENDPOINTS = {"static", "look.style", "look.manifest", "look.icon", "devices.pair", "devices.confirm"}

NOT_THIS_HOST = N_("This name is not one that runlog answers to.")
OTHER_PAGE = N_("This came from another page than one of runlog's own, so nothing was done.")
NOT_PAIRED = N_("This device is not paired.")
TOO_MANY = N_("Too many wrong tries. Wait a minute, then make a new code on your computer.")


@dataclass(slots=True)
class Access:
    """Who may come in.

    Attributes:
        devices: the paired ones.
        hosts: the names, without port, that requests may be addressed to, besides those of this computer.
        origin: the address that a phone reaches the pages at; "" where none can.
    """

    devices: Devices
    hosts: frozenset[str] = frozenset()
    origin: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    brake: Brake = field(default_factory=Brake)

    def check(self, now: datetime) -> None:
        """Refuse a request that is not the runner's, with 403 or 429.

        In ``g.own`` it notes whether it comes from the computer itself.
        """
        host = _host_name(request.headers.get("Host", ""))
        if host not in LOOPBACK_NAMES | self.hosts:
            abort(HTTPStatus.FORBIDDEN, NOT_THIS_HOST)
        if request.method not in _SAFE_METHODS and not self._is_own_page():
            abort(HTTPStatus.FORBIDDEN, OTHER_PAGE)
        g.own = (
            host in LOOPBACK_NAMES and _is_loopback(request.remote_addr) and not _is_proxied(request.headers)
        )
        if g.own or request.endpoint in _OPEN_ENDPOINTS:
            return
        self._check_device(now)

    def may_send_files(self, address: str, headers: Mapping[str, str], now: datetime) -> bool:
        """Return whether more than a form may come from an address, before it is received."""
        cookie = parse_cookie(headers.get("Cookie", "")).get(COOKIE)
        if cookie and self.devices.is_paired(cookie, now):
            return True
        return _is_loopback(address) and not _is_proxied(headers)

    def _check_device(self, now: datetime) -> None:
        address = request.remote_addr or ""
        cookie = request.cookies.get(COOKIE)
        if cookie and self.devices.is_paired(cookie, now):
            return
        if self.brake.wait_s(address):
            abort(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY)
        if cookie:
            self.brake.note_wrong(address)
        abort(HTTPStatus.FORBIDDEN, NOT_PAIRED)

    @staticmethod
    def _is_own_page() -> bool:
        """Return whether a form was sent by a page of this server, as its browser says.

        Over plain http, Sec-Fetch-Site comes only from this computer itself; Origin comes with every form.
        """
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site not in {None, "same-origin"} or (site is None and origin is None):
            return False
        scheme = "https" if is_encrypted() else request.scheme
        return origin is None or origin == f"{scheme}://{request.headers.get('Host', '')}"


def is_encrypted() -> bool:
    """Return whether the browser speaks TLS: with this server, or with a proxy in front of it."""
    return request.is_secure or (
        _is_proxied(request.headers) and request.headers.get("X-Forwarded-Proto") == "https"
    )


def add_headers(response: Response) -> Response:
    """Add to a response what keeps a browser from running or telling what it should not."""
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    # Not "no-referrer": with that, a form of our own page would be sent with the Origin "null".
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cache-Control"] = _CACHED.get(request.endpoint or "", "no-store")
    return response


def _host_name(host: str) -> str:
    """Return the name in a Host header, lower case and without the port; "" where it is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _is_proxied(headers: Mapping[str, str] | Headers) -> bool:
    return any(name in headers for name in _PROXY_HEADERS)
