"""Find, keep and forget the keys of services: in the environment, in a file of the home, or in the keyring.

A key is a `Key`, whose text appears in no message, log or traceback. It is never part of the database, so
that no backup or export holds it.
"""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runlog import fileio
from runlog.errors import BadInput, RunlogError, cannot_read, missing_extra
from runlog.i18n import _, say
from runlog.settings import KEYS_NAME

if TYPE_CHECKING:
    from pathlib import Path

#: What the keyring knows runlog by.
_KEYRING_NAME = "runlog"
_LONGEST = 8192

FILE, ENVIRONMENT, KEYRING = "file", "environment", "keyring"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and the place that it was found in: "environment", "file" or "keyring"."""

    text: str = field(repr=False)
    place: str


def check_key(text: str) -> str:
    """Return a key without the white space around it.

    Raises:
        BadInput: it is empty, or cannot be a key; the message does not repeat it.
    """
    key = text.strip()
    if not key:
        raise BadInput("no key was given; nothing has changed")
    if len(key) > _LONGEST or not all("!" <= letter <= "~" for letter in key):
        raise BadInput("this is no key: a key is one word of plain letters, digits and signs")
    return key


def find_key(home: Path, service: str, variable: str) -> Key | None:
    """Return the key of a service: from the environment, else from the home, else from the keyring.

    Raises:
        BadInput: the file of the keys can be read by others, or cannot be read.
    """
    given = os.environ.get(variable)
    if given is not None and given.strip():
        return Key(check_key(given), ENVIRONMENT)
    kept = _read_file(home).get(service)
    if kept is not None:
        return Key(check_key(kept), FILE)
    found = _read_keyring(home, service)
    return None if found is None else Key(check_key(found), KEYRING)


def save_key(home: Path, service: str, text: str, *, in_keyring: bool = False) -> None:
    """Keep the key of a service in the system's keyring or the home, in the place of an earlier one.

    Raises:
        BadInput: it is no key, or cannot be written.
        MissingExtra: there is no keyring.
    """
    key = check_key(text)
    if in_keyring:
        _write_keyring(home, service, key)
        _write_file(home, {name: one for name, one in _read_file(home).items() if name != service})
    else:
        _write_file(home, {**_read_file(home), service: key})


def forget_key(home: Path, service: str) -> bool:
    """Delete the key of a service from the home and the keyring, and return whether there was one."""
    kept = _read_file(home)
    rest = {name: key for name, key in kept.items() if name != service}
    if rest != kept:
        _write_file(home, rest)
    return _delete_from_keyring(home, service) or rest != kept


def _read_file(home: Path) -> dict[str, str]:
    """Return the keys in the home's file, by service.

    Raises:
        BadInput: others can read it, or it is not as it should be; no line of it is repeated.
    """
    path = home / KEYS_NAME
    if path.is_symlink():
        raise BadInput("{path}: this is a link; the keys have to be in a file of their own", path=path)
    if fileio.is_open_to_others(path):
        raise BadInput(
            "{path}: others can read this file, so its keys are not used: make new keys, then "
            "chmod 600 {path} and runlog sync SERVICE --set-key",
            path=path,
        )
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise cannot_read(path, error) from None
    except (ValueError, RecursionError):  # its text would be in the error
        raise BadInput('{path}: not valid; it has lines like garmin = "the key"', path=path) from None
    if not all(isinstance(key, str) for key in values.values()):
        raise BadInput('{path}: not valid; it has lines like garmin = "the key"', path=path)
    return values


def _write_file(home: Path, keys: dict[str, str]) -> None:
    path = home / KEYS_NAME
    if not keys:
        with suppress(FileNotFoundError):
            path.unlink()
        return
    lines = [f"{service} = {json.dumps(key)}\n" for service, key in sorted(keys.items())]
    fileio.write_atomically(path, "".join(lines))


def _account(home: Path, service: str) -> str:
    """Return what the keyring knows a key by; two homes may have two accounts of a service."""
    return f"{service} of {home}"


def _read_keyring(home: Path, service: str) -> str | None:
    with suppress(
        Exception
    ):  # one that is not there, is locked, or has no desktop to ask at, has no key for us
        import keyring

        found = keyring.get_password(_KEYRING_NAME, _account(home, service))
        return found if isinstance(found, str) else None
    return None


def _write_keyring(home: Path, service: str, key: str) -> None:
    try:
        import keyring
    except ImportError:
        without = _("without --keyring the key goes into a file that only you can read")
        raise missing_extra(
            say("there is no keyring for runlog ({without}); install one with", without=without), "keyring"
        ) from None
    try:
        keyring.set_password(_KEYRING_NAME, _account(home, service), key)
    except Exception as error:  # noqa: BLE001 - each keyring has errors of its own, which may name the key
        raise RunlogError(
            "the keyring did not take the key ({name}); without --keyring it goes into a file "
            "that only you can read",
            name=type(error).__name__,
        ) from None


def _delete_from_keyring(home: Path, service: str) -> bool:
    with suppress(Exception):
        import keyring

        keyring.delete_password(_KEYRING_NAME, _account(home, service))
        return True
    return False
