"""Read forms within limits, keep uploads in the home, and know the forms that were sent before."""

from __future__ import annotations

import re
import secrets
import tempfile
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from http import HTTPStatus
from typing import IO, TYPE_CHECKING

from flask import Request, abort, request

from runlog import fileio
from runlog.errors import BadInput
from runlog.i18n import N_, _
from runlog.web.pairing import WEB_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Of one text field, in characters; a note may be a long one.
MAX_TEXT = 4000
MAX_NAME = 200
_KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEYS_LIVE_S = 86_400.0

NO_NUMBER = N_("“{text}” is no number from {low} to {high}.")
TOO_LONG = N_("That text is too long: at most {n} characters.")
UNFINISHED = N_("The form came incomplete. Load the page again, and send it once more.")


class HomeRequest(Request):
    """A request whose uploaded files are put into the home while they arrive, never into memory."""

    upload_folder: Path | None = None

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        if self.upload_folder is None:  # no page but one takes files
            abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return tempfile.NamedTemporaryFile(dir=self.upload_folder, prefix="part-", delete=False)


class Keys:
    """The keys of forms that were sent, each with the moment at which it was first; in files of the home.

    What a form stores carries that moment. So the same form sent again, also to a server that was started
    anew since, stores the same once more, which the journal refuses.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / WEB_FOLDER / "forms"

    def claim(self, key: str, now: datetime) -> tuple[datetime, bool]:
        """Return when a form was first sent, and whether that is now.

        Raises:
            BadInput: it is no key that ``new_key`` has made.
        """
        if not _KEY_PATTERN.fullmatch(key):
            raise BadInput(_(UNFINISHED))
        fileio.make_folder(self._folder)
        self._delete_old()
        path = self._folder / key
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(now.isoformat())
        except FileExistsError:
            for _attempt in range(50):  # the other request may be about to write it
                with suppress(ValueError):
                    return datetime.fromisoformat(path.read_text(encoding="utf-8")), False
                time.sleep(0.01)
            return now, False
        return now, True

    def release(self, key: str) -> None:
        """Forget a form whose content was refused, so that it can be sent again when it is put right."""
        (self._folder / key).unlink(missing_ok=True)

    def _delete_old(self) -> None:
        before = time.time() - _KEYS_LIVE_S
        for path in self._folder.iterdir():
            with suppress(OSError):
                if path.stat().st_mtime < before:
                    path.unlink()


@contextmanager
def sent_once(keys: Keys, now: datetime) -> Iterator[tuple[datetime, bool]]:
    """Claim the key of the form that was sent; yields when it was first sent, and whether that is now.

    A form whose content is refused within the block can be sent again once it is put right.
    """
    key = text("key")
    claimed = keys.claim(key, now)
    try:
        yield claimed
    except BadInput:
        keys.release(key)
        raise


def new_key() -> str:
    """Return the key of a new form."""
    return secrets.token_urlsafe(16)


def text(name: str, most: int = MAX_NAME) -> str:
    """Return a text field without the spaces around it, "" where it is empty.

    Raises:
        BadInput: it is too long.
    """
    value = request.form.get(name, "").strip()
    if len(value) > most:
        raise BadInput(_(TOO_LONG).format(n=most))
    return value.replace("\r\n", "\n")


def number(name: str, low: float, high: float) -> float | None:
    """Return a number field, None where it is empty.

    Raises:
        BadInput: it is no number in that range.
    """
    value = text(name)
    if not value:
        return None
    try:
        parsed = float(value.replace(",", "."))
    except ValueError:
        parsed = float("nan")
    if not low <= parsed <= high:
        raise BadInput(_(NO_NUMBER).format(text=value, low=f"{low:g}", high=f"{high:g}"))
    return parsed


def yes_no(name: str) -> bool | None:
    """Return an answer, None where it is unknown."""
    return {"yes": True, "no": False}.get(request.form.get(name, ""))


def parse_whole(value: str) -> int | None:
    """Return a number as runlog itself has written it into a page, None where it is none."""
    return int(value) if value.isdecimal() and value.isascii() and len(value) < _MOST_DIGITS else None


def whole(name: str) -> int | None:
    """Return such a number of a field."""
    return parse_whole(request.form.get(name, ""))


def wholes(name: str) -> list[int]:
    """Return all such numbers of one name."""
    return [number for value in request.form.getlist(name) if (number := parse_whole(value)) is not None]


_MOST_DIGITS = 12
