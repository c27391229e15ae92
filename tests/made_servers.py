"""Servers on this machine that take what is sent to them."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def http(status: int = 200) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """A web server: its port, and the JSON objects that were posted to it."""
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        yield port, posted


@contextmanager
def smtp() -> Iterator[tuple[int, list[str]]]:
    """A mail server: its port, and the mails that were handed to it."""
    mails = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self._say("220 here")
            while line := self.rfile.readline().decode():
                command = line.strip().upper()
                if command == "DATA":
                    self._say("354 go on")
                    mails.append("".join(iter(lambda: self.rfile.readline().decode(), ".\r\n")))
                self._say("221 bye" if command == "QUIT" else "250 fine")
                if command == "QUIT":
                    return

        def _say(self, text):
            self.wfile.write(f"{text}\r\n".encode())

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        yield port, mails


@contextmanager
def _served(server) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
