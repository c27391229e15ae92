"""The seam to fitfast, the fast FIT decoder: messages out, its refusals and panics translated."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: FIT messages by kind; each a dict of field names to values in FIT's units and words, times in Unix
#: seconds, positions in semicircles. A field without a value is absent.
Messages = dict[str, list[dict[str | int, Any]]]

_STDERR = 2
_PACKED = "compressed_speed_distance"  # of older watches with a foot pod


class Refused(Exception):
    """Fitfast does not decode these bytes, or cannot be trusted with them; the other decoder takes over."""


def decode(sequence: bytes, names: frozenset[str]) -> Messages:
    """Decode one FIT sequence.

    Args:
        sequence: header, data and checksum.
        names: the native fields that will be read. In fitfast's answer a developer field of the same
            name overwrites a native one, so a file with such a field is refused.

    Raises:
        Refused: damaged, of a header that fitfast does not know, with such a developer field, or with
            speed and distance packed in one field, which fitfast does not unpack.
    """
    import fitfast

    try:
        with _silent_panics():
            messages: Messages = fitfast.parse(sequence)
    except ValueError as error:
        raise Refused(str(error)) from error
    except BaseException as error:
        # A Rust panic is a BaseException that cannot be imported, so it is known by its name.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused(f"the decoder panicked: {error}") from error
    if any(_PACKED in record for record in messages.get("record", [])):
        raise Refused(f"{_PACKED} is left packed")
    for description in messages.get("field_description", []):
        if description.get("field_name") in names:
            raise Refused(f"a developer field is named {description['field_name']}, as a native one is")
    return messages


@contextmanager
def _silent_panics() -> Iterator[None]:
    """Keep what Rust prints to the process's stderr on a panic from reaching the runner."""
    try:
        kept = os.dup(_STDERR)
    except OSError:  # there is no stderr to be kept clean
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(sink)
