"""Run the pages: on this computer alone, or on the home network, with or without TLS."""

from __future__ import annotations

import errno
import gc
import io
import logging
import socket
import ssl
import tempfile
from contextlib import closing, contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from runlog import fileio
from runlog.errors import BadInput
from runlog.web import uploads
from runlog.web.app import MAX_FORM_BYTES, create_app
from runlog.web.pairing import WEB_FOLDER, Devices
from runlog.web.security import Access
from runlog.web.shared import SharedJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flask import Flask

DEFAULT_PORT = 8421
LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 - only where --phone asks for it
_THREADS = 6
_GARBAGE_AFTER = 20_000  # new objects: a chart leaves some ten thousand that refer to one another
_WAITING = 128  # connections that are not taken yet
_MOST_CONNECTIONS = 1000  # that say nothing for a while, too
_MAX_BODY_BYTES = uploads.MAX_UPLOAD_BYTES + 2**20


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is bound to its port and not running yet.

    Attributes:
        app: what it serves.
        access: who may come in.
        address: where this computer's own browser finds it.
        phone_address: where a phone does; "" where none may.
        run: serves until Ctrl-C.
        close: lets the port go, where it is not run.
    """

    app: Flask
    access: Access
    address: str
    phone_address: str
    run: Callable[[], None]
    close: Callable[[], None]


def prepare(
    home: Path,
    *,
    port: int = DEFAULT_PORT,
    phone: bool = False,
    names: Sequence[str] = (),
    tls: tuple[Path, Path] | None = None,
) -> Serving:
    """Bind the port and make the application.

    Args:
        home: the runner's folder.
        port: 0 takes any that is free.
        phone: whether to be reached from the home network.
        names: further host names that requests may be addressed to, as of a Tailscale machine.
        tls: certificate and key.

    Raises:
        BadInput: the port is taken, or the certificate cannot be read.
        StoreError: the home cannot be read or made.
    """
    shared = SharedJournal(home)
    with shared.open() as journal:
        journal.entries()  # makes the home, and says what is wrong with it before a browser does
    own_address = home_network_address() if phone else ""
    listening = _bind(EVERYWHERE if phone else LOOPBACK, port)
    port = listening.getsockname()[1]
    scheme = "https" if tls else "http"
    phone_address = f"{scheme}://{own_address}:{port}" if own_address else ""
    own = socket.gethostname().lower()
    own_names = (own_address, own, f"{own.partition('.')[0]}.local") if phone else ()
    hosts = {name.lower() for name in (*names, *own_names) if name}
    origin = phone_address or (f"https://{names[0].lower()}" if names else "")
    access = Access(Devices(home), frozenset(hosts), origin=origin)
    app = create_app(shared, access)
    uploads.prepare_folder(home)
    if origin:
        fileio.write_atomically(home / WEB_FOLDER / "address", origin)  # for the links of reminders
    serve = _serve_tls(app, listening, tls) if tls else _serve_plain(app, access, listening)

    def run() -> None:
        gc.freeze()  # what is imported by now stays; looking through it would hold up a request
        gc.set_threshold(_GARBAGE_AFTER)
        with closing(listening), closing(shared), _temporary_files_in(home):
            serve()

    def close() -> None:
        listening.close()
        shared.close()

    return Serving(app, access, f"{scheme}://localhost:{port}/", phone_address, run, close)


@contextmanager
def _temporary_files_in(home: Path) -> Iterator[None]:
    """Have waitress and werkzeug, too, put what they hold back of an upload into the home."""
    folder = uploads.new_folder(home)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        uploads.delete(folder)


def _bind(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING)
    except OSError as error:
        listening.close()
        raise BadInput(_bind_message(error, port)) from error
    return listening


def _bind_message(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is taken, perhaps by a runlog serve that is running already: try "
            f"http://localhost:{port}/ in the browser, or another port: runlog serve --port {port + 1} "
            f"(who has it: lsof -i :{port}, on Windows netstat -ano)"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"port {port} may not be used by you; choose one above 1023"
    return f"port {port} cannot be used: {error.strerror or error}"


def _channel_class(access: Access) -> Any:  # noqa: ANN401 - waitress tells no types
    """Return waitress's connection, of whose sender it is asked before a large body is taken."""
    from waitress import channel, parser

    class Parser(parser.HTTPRequestParser):  # type: ignore[misc]  # likewise
        adj: Any

        def __init__(self, address: str, adjustments: Any) -> None:  # noqa: ANN401 - likewise
            super().__init__(adjustments)
            self._address = address

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            headers = {name.title().replace("_", "-"): value for name, value in self.headers.items()}
            if not access.may_send_files(self._address, headers, datetime.now(UTC)):
                self.adj = copy(self.adj)
                self.adj.max_request_body_size = MAX_FORM_BYTES

    class Channel(channel.HTTPChannel):  # type: ignore[misc]  # likewise
        def __init__(self, server: Any, sock: Any, addr: Any, *more: Any, **others: Any) -> None:  # noqa: ANN401 - likewise
            super().__init__(server, sock, addr, *more, **others)
            self.parser_class = partial(Parser, str(addr[0]))

    return Channel


def _serve_plain(app: Flask, access: Access, listening: socket.socket) -> Callable[[], None]:
    def run() -> None:
        import waitress

        # That a request waits a moment is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        server: Any = waitress.create_server(
            app,
            sockets=[listening],
            threads=_THREADS,
            ident=None,
            max_request_body_size=_MAX_BODY_BYTES,
            channel_timeout=60,
            connection_limit=_MOST_CONNECTIONS,
            asyncore_use_poll=True,  # select is for few connections
        )
        server.channel_class = _channel_class(access)
        with closing(server), suppress(KeyboardInterrupt):
            server.run()

    return run


def _serve_tls(app: Flask, listening: socket.socket, files: tuple[Path, Path]) -> Callable[[], None]:
    """Return what serves over TLS, which waitress cannot; werkzeug's server takes a thread per request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(*files)
    except (OSError, ssl.SSLError) as error:
        listening.close()
        raise BadInput(
            "{certificate} and {key}: no certificate with its key: {error}",
            certificate=files[0],
            key=files[1],
            error=error,
        ) from error

    def run() -> None:
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Handler(WSGIRequestHandler):
            timeout = 60

            def log(self, *_: object) -> None:
                """Write nothing of a request down."""

            def version_string(self) -> str:
                return "runlog"

        host, port = listening.getsockname()
        server = make_server(host, port, app, threaded=True, request_handler=Handler, fd=listening.fileno())
        # Hands are shaken in the thread of the request: who connects and says nothing holds up nobody.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.ssl_context = context
        with suppress(KeyboardInterrupt):
            server.serve_forever()
        server.server_close()

    return run


def phone_text(serving: Serving) -> str:
    """Say what it means that phones are let in, with a code that pairs one, for the terminal."""
    import segno

    if not serving.phone_address:
        return "This computer is in no network, so no phone can reach it. Join one, and start again."
    meaning = "Every device in this network can now reach this page; only those that you pair see anything."
    if serving.phone_address.startswith("http:"):
        meaning += (
            "\nWhat goes over the air is not encrypted, so use it at home, not in a café; "
            "--tls-cert and --tls-key, or Tailscale, change that."
        )
    address = f"{serving.phone_address}/pair/{serving.access.tokens.make()}"
    drawn = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(drawn, compact=True)
    return (
        f"{meaning}\n\n{drawn.getvalue()}\n"
        "Point the phone's camera at this, or type the address. It works once, within five minutes:\n"
        f"{address}\nAnother phone: {serving.address}devices"
    )


def home_network_address() -> str:
    """Return this computer's address in the home network, "" where it has none; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address of nobody: which way would it go?
        except OSError:
            return ""
        address: str = probe.getsockname()[0]
    return "" if address.startswith("127.") else address
