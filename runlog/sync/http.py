"""Call a web service: retries with back-off, two concurrent calls, limits on time and size, one trusted host.

No text of an error holds the key, a header or the body of an answer: a server may send back what it was sent.
"""

from __future__ import annotations

import json
import os
import random
import ssl
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from threading import BoundedSemaphore, Lock
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from runlog.errors import VERSION, RunlogError, cannot_write
from runlog.i18n import N_, _, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import urllib3

T = TypeVar("T")

#: Calls at a time; a burst of twelve was too many for Garmin.
MAX_CALLS = 2
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
#: A download that trickles on for longer is given up.
TOTAL_TIMEOUT_S = 600.0

_MAX_ATTEMPTS = 5
_INITIAL_BACKOFF_S = 1.0
#: A server that wants a longer wait is asked again by the next sync.
_MAX_BACKOFF_S = 300.0
_MAX_REDIRECTS = 5
#: A page of activities has some 0.5 MB.
_MAX_JSON_BYTES = 32 * 2**20
_CHUNK_BYTES = 64 * 2**10
#: The key of one's own account is refused with these.
_REFUSED = (401, 403)
_NOTHING_THERE = (404, 410)
_TOO_MANY = 429
_SERVER_FAULTS = (408, 425, 500, 502, 503, 504)
_REDIRECTS = (301, 302, 303, 307, 308)
_SEE_OTHER = 303
_OK = range(200, 300)
_USER_AGENT = f"runlog/{VERSION} (one runner's own data)"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ServiceError(RunlogError):
    """A service does not answer as it should; the text says which service, what it said, and what to do."""


class Unreachable(ServiceError):
    """There is no connection, or the service is down, also after several tries."""


class KeyRefused(ServiceError):
    """The service does not accept the key."""


class NotThere(ServiceError):
    """The service has nothing at this address, or does not offer it."""


def base_url(variable: str, default: str) -> str:
    """Return the address of a service; the environment may name another one on this machine, for tests.

    Raises:
        ServiceError: it names another machine, which is not to be given the key.
    """
    given = os.environ.get(variable, "").strip().rstrip("/")
    if not given or given == default:
        return default
    try:
        parts = urlsplit(given)
        local = parts.hostname in _LOOPBACK and parts.scheme in ("http", "https") and parts.port is not None
    except ValueError:
        local = False
    if not local:
        raise ServiceError(
            "{variable} names an address that is neither {default} nor a port of this machine; "
            "runlog gives the key to no other: unset it",
            variable=variable,
            default=default,
        )
    return given


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock to wait by; tests have one of their own."""

    sleep: Callable[[float], None] = time.sleep  # for seconds; may raise Unreachable to end it
    monotonic: Callable[[], float] = time.monotonic  # the time in seconds


@dataclass(slots=True)
class Client:
    """HTTP client of one service; threads may share it.

    Attributes:
        title: the service, as people call it.
        base: its address, as ``base_url`` returns it.
        authorization: returns the header that carries the key; only this host is ever sent it.
        clock: to wait by between attempts.
    """

    title: str
    base: str
    authorization: Callable[[], str] = field(repr=False)
    clock: Clock = field(default_factory=Clock, repr=False)
    _slots: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(MAX_CALLS), init=False, repr=False
    )
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _pool: urllib3.PoolManager | None = field(default=None, init=False, repr=False)
    _not_before: float = field(default=0.0, init=False, repr=False)

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.clear()

    def get_json(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at a path; None where the answer is empty. Raises as ``_call`` does."""
        query = f"?{urlencode(params)}" if params else ""
        data = self._call("GET", f"{path}{query}", "application/json", self._read)
        if not data.strip():
            return None
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            page = data.lstrip()[:1] == b"<"
            hint = _("; it may be down for repair, or a hotel's network stands between: try again later")
            web, other = (
                N_("{title} sent a web page instead of data"),
                N_("{title} sent something else than data"),
            )
            raise ServiceError(say(web if page else other, title=self.title) + hint) from None

    def download(self, path: str, file: IO[bytes], most: int) -> None:
        """Write what is at a path, at most so many bytes, into a new file; raises as ``_call`` does."""
        self._call("GET", path, "*/*", lambda answer: self._save(answer, file, most))

    def post_text(self, path: str, authorization: str) -> str:
        """Return the text that a call without a body is answered with; raises as ``_call`` does."""
        return self._call("POST", path, "*/*", self._read, authorization).decode("utf-8", "replace")

    def _call(
        self,
        method: str,
        path: str,
        accept: str,
        consume: Callable[[urllib3.BaseHTTPResponse], T],
        authorization: str | None = None,
    ) -> T:
        """Return what is made of the good answer to a call, after as many tries as it takes.

        Raises:
            KeyRefused: the key is not accepted.
            NotThere: there is nothing at the path.
            Unreachable: there was no good answer after some tries.
            ServiceError: any other answer.
        """
        import urllib3

        what = _("no answer")
        with self._slots:
            for attempt in range(_MAX_ATTEMPTS):
                while (wait := self._not_before - self.clock.monotonic()) > 0:  # whichever call it came with
                    self.clock.sleep(wait)
                asked_wait = None
                try:
                    with closing(self._follow(f"{self.base}{path}", method, accept, authorization)) as answer:
                        if answer.status in _OK:
                            return consume(answer)
                        answer.read(_CHUNK_BYTES)  # so that the connection ends in peace
                        what = say("the answer {status}", status=answer.status)
                        asked_wait = _retry_after(answer.headers.get("Retry-After"))
                        if answer.status != _TOO_MANY and answer.status not in _SERVER_FAULTS:
                            raise self._refusal(answer.status)
                except urllib3.exceptions.SSLError:
                    host = urlsplit(self.base).hostname
                    raise Unreachable(
                        "{title}: the connection is not safe, as the certificate is not that of {host}",
                        title=self.title,
                        host=host,
                    ) from None
                except (urllib3.exceptions.HTTPError, OSError) as error:
                    what = _connection_text(error)
                if attempt + 1 < _MAX_ATTEMPTS:
                    self._back_off(attempt, asked_wait)
        text = N_("{title} cannot be reached: {what}, {n} times; try again later")
        raise Unreachable(text, title=self.title, what=what, n=_MAX_ATTEMPTS)

    def _refusal(self, status: int) -> ServiceError:
        if status in _REFUSED:
            return KeyRefused(
                "{title} does not accept the key (answer {status})", title=self.title, status=status
            )
        if status in _NOTHING_THERE:
            return NotThere("{title} has nothing there (answer {status})", title=self.title, status=status)
        return ServiceError("{title} refused it (answer {status})", title=self.title, status=status)

    def _back_off(self, attempt: int, asked_wait: float | None) -> None:
        """Set the back-off of all calls: as long as Retry-After says, else longer with each attempt."""
        jitter = random.uniform(0.75, 1.25)  # noqa: S311 - chance keeps no secret here
        wait = _INITIAL_BACKOFF_S * 2.0**attempt * jitter
        if asked_wait is not None:
            wait = max(asked_wait, _INITIAL_BACKOFF_S)
        if wait > _MAX_BACKOFF_S:
            raise Unreachable(
                "{title} wants to be left alone for {wait:.0f} minutes; try again after that",
                title=self.title,
                wait=wait / 60,
            )
        with self._lock:
            self._not_before = max(self._not_before, self.clock.monotonic() + wait)

    def _follow(
        self, url: str, method: str, accept: str, authorization: str | None
    ) -> urllib3.BaseHTTPResponse:
        """Make a call and follow its redirects; only the service's own host is sent the key."""
        for _redirect in range(_MAX_REDIRECTS + 1):
            headers = {"Accept": accept, "User-Agent": _USER_AGENT}
            if _origin(url) == _origin(self.base):
                headers["Authorization"] = authorization or self.authorization()
            answer = self._pool_manager().request(
                method, url, headers=headers, redirect=False, retries=False, preload_content=False
            )
            if answer.status not in _REDIRECTS:
                return answer
            answer.close()
            location = answer.headers.get("Location")
            url = urljoin(url, location or "")
            parts = urlsplit(url)
            is_test_server = {parts.hostname, urlsplit(self.base).hostname} <= {*_LOOPBACK}
            if not location or not (parts.scheme == "https" or is_test_server):
                raise ServiceError(
                    "{title} sends to an address that is not safe; it was not followed", title=self.title
                )
            method = "GET" if answer.status == _SEE_OTHER else method
        raise ServiceError("{title} sends from one address to the next without end", title=self.title)

    def _pool_manager(self) -> urllib3.PoolManager:
        import urllib3

        with self._lock:
            if self._pool is None:
                self._pool = urllib3.PoolManager(
                    maxsize=MAX_CALLS,
                    ssl_context=_tls_context(),
                    timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
                )
            return self._pool

    def _save(self, answer: urllib3.BaseHTTPResponse, file: IO[bytes], most: int) -> None:
        """Write the body of an answer; what an earlier try wrote is overwritten."""
        file.seek(0)
        file.truncate()
        for chunk in self._chunks(answer, most):
            try:
                file.write(chunk)
                file.flush()
            except OSError as error:
                raise cannot_write(_("the download"), error) from None

    def _read(self, answer: urllib3.BaseHTTPResponse) -> bytes:
        return b"".join(self._chunks(answer, _MAX_JSON_BYTES))

    def _chunks(self, answer: urllib3.BaseHTTPResponse, most: int) -> Iterator[bytes]:
        """Yield the body in pieces; refuse one that is too large, or takes too long."""
        began, size = self.clock.monotonic(), 0
        for chunk in answer.stream(_CHUNK_BYTES, decode_content=True):
            size += len(chunk)
            if size > most:
                raise ServiceError(
                    "{title} sends more than {most:.0f} MB for one request",
                    title=self.title,
                    most=most / 2**20,
                )
            if self.clock.monotonic() - began > TOTAL_TIMEOUT_S:
                raise Unreachable(
                    "{title} sends so slowly that it was given up; try again later", title=self.title
                )
            yield chunk


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


@cache  # reading the authorities takes longer than many an answer
def _tls_context() -> ssl.SSLContext:
    """Return what checks certificates and host names: by the authorities of this computer and certifi's."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which may be a number or a date; None without one."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _connection_text(error: Exception) -> str:
    """Describe a fault of the connection, without addresses and headers."""
    import urllib3

    names = {
        urllib3.exceptions.NameResolutionError: _("its name is not found, as without a network"),
        urllib3.exceptions.ReadTimeoutError: _("no answer in time"),
        urllib3.exceptions.NewConnectionError: _("no connection"),
        urllib3.exceptions.ConnectTimeoutError: _("no connection in time"),
    }
    return next(
        (text for kind, text in names.items() if isinstance(error, kind)), _("the connection was cut")
    )
