"""Pair devices: a token that works once within five minutes gives a cookie, whose hash alone is stored.

Each paired device is one file of the home, named after the hash of its cookie: pairing makes it, revoking
deletes it, and nothing else is written, so that processes cannot get into each other's way.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from runlog import fileio
from runlog.errors import NotFound
from runlog.units import printable

if TYPE_CHECKING:
    from pathlib import Path

#: The folder in the home that holds what the pages need: devices, forms, uploads.
WEB_FOLDER = "web"
TOKEN_BYTES = 24  # 192 bits
TOKEN_LIFE_S = 300.0
DEVICE_LIFE = timedelta(days=90)
#: So many wrong tokens or cookies of one address within this time, and it has to wait.
MOST_WRONG, WRONG_WITHIN_S = 5, 60.0
_MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class Device:
    """A paired device.

    Attributes:
        id: the first letters of its file's name, by which it is revoked.
        name: what its browser says of itself.
        paired: when, aware.
    """

    id: str
    name: str
    paired: datetime


class Tokens:
    """The pairing tokens of this process, in memory alone; for use in any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until: dict[str, float] = {}

    def make(self) -> str:
        """Return a new token."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._until = {known: end for known, end in self._until.items() if end > monotonic()}
            self._until[_hash(token)] = monotonic() + TOKEN_LIFE_S
        return token

    def is_good(self, token: str) -> bool:
        """Return whether a token could be used now; it stays unused."""
        with self._lock:
            return self._until.get(_hash(token), 0.0) > monotonic()

    def use(self, token: str) -> bool:
        """Use a token up, and return whether it was good; of several at once only one gets True."""
        with self._lock:
            return self._until.pop(_hash(token), 0.0) > monotonic()


class Devices:
    """The paired devices of a home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / WEB_FOLDER / "devices"

    def add(self, name: str, now: datetime) -> str:
        """Store a new device, and return the value of its cookie.

        Raises:
            BadInput: the home cannot be written.
        """
        cookie = secrets.token_urlsafe(TOKEN_BYTES)
        shown = printable(name)[:_MOST_NAME]
        content = json.dumps({"name": shown, "paired": now.isoformat()})
        fileio.write_atomically(self._folder / f"{_hash(cookie)}.json", content)
        return cookie

    def is_paired(self, cookie: str, now: datetime) -> bool:
        """Return whether a cookie is that of a device that is paired, and for less than 90 days."""
        device = self._read(self._folder / f"{_hash(cookie)}.json")
        return device is not None and timedelta(0) <= now - device.paired < DEVICE_LIFE

    def all(self, now: datetime) -> list[Device]:
        """Return the paired devices, the earliest first; those whose time is over are deleted."""
        devices = []
        for path in sorted(self._folder.glob("*.json")):
            device = self._read(path)
            if device is None or now - device.paired >= DEVICE_LIFE:
                with suppress(OSError):
                    path.unlink()
            else:
                devices.append(device)
        return sorted(devices, key=lambda device: (device.paired, device.id))

    def revoke(self, device_id: str) -> None:
        """Let a device in no longer.

        Raises:
            NotFound: there is no such device.
        """
        found = [path for path in self._folder.glob("*.json") if path.name[:_ID_LENGTH] == device_id]
        if not found:
            raise NotFound(
                "there is no device {id!r}; runlog serve --devices lists them", id=device_id[:_MOST_NAME]
            )
        for path in found:
            path.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> Device | None:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            paired = datetime.fromisoformat(content["paired"])
            device = Device(path.name[:_ID_LENGTH], str(content["name"]), paired)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None if device.paired.tzinfo is None else device


_ID_LENGTH = 8


class Brake:
    """Counts wrong tokens and cookies by address, and says how long an address has to wait."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wrong: dict[str, list[float]] = {}

    def wait_s(self, address: str) -> int:
        """Return the seconds that an address has to wait, 0 where it has not."""
        with self._lock:
            wrong = self._recent(address)
            if len(wrong) < MOST_WRONG:
                return 0
            return max(1, round(wrong[-MOST_WRONG] + WRONG_WITHIN_S - monotonic()))

    def note_wrong(self, address: str) -> None:
        """Count a wrong token or cookie."""
        with self._lock:
            self._wrong[address] = [*self._recent(address), monotonic()]

    def _recent(self, address: str) -> list[float]:
        since = monotonic() - WRONG_WITHIN_S
        self._wrong = {
            known: recent
            for known, times in self._wrong.items()
            if (recent := [time for time in times if time > since])
        }
        return self._wrong.get(address, [])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
