"""Bytes before anyone knows what they are: size limits, gzip in bounded memory, text, the look of a file."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress

from runlog.errors import NotReadable
from runlog.files import LARGEST, LARGEST_RATIO, RATIO_COUNTS_FROM
from runlog.model import Problem

_CHUNK = 64 * 1024

#: How much of a file an importer sees when it is asked whether the file is its own.
HEAD = 64 * 1024

_MOST_SPACE = 1024  # before the first tag

_GZIP = b"\x1f\x8b"
_PROLOG = re.compile(
    r"(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*\[.*?\]\s*>|<!(?!--)[^>]*>)*+<([^\s/>!?]+)", re.DOTALL
)
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_LOOKS = (
    (b"PK\x03\x04", "a zip archive; unpack it and import what is inside"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"SQLite format 3", "a SQLite database; a backup of runlog is put back by: runlog restore FILE"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


def unpacked_head(beginning: bytes) -> bytes:
    """Unpack the beginning of a file where it is gzip."""
    with suppress(zlib.error):
        if beginning.startswith(_GZIP):
            return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(beginning, HEAD)
    return beginning


def unpack(data: bytes) -> tuple[bytes, Problem | None]:
    """Unpack gzip where the bytes are gzip; everything else is given back as it is.

    Returns:
        The unpacked bytes, and what was wrong where the archive ends early or its checksum fails.

    Raises:
        NotReadable: nothing could be unpacked, or far more comes out than a recording holds.
    """
    if not data.startswith(_GZIP):
        return data, None
    unpacked = bytearray()
    try:
        rest = data
        while rest.startswith(_GZIP):
            rest = _unpack_member(rest, unpacked)
    except zlib.error as error:
        if not unpacked:
            raise NotReadable(f"the gzip archive is damaged: {error}") from error
        return bytes(unpacked), Problem(f"the gzip archive is damaged after {len(unpacked)} bytes: {error}")
    return bytes(unpacked), None


def _unpack_member(data: bytes, unpacked: bytearray) -> bytes:
    """Unpack one gzip member onto ``unpacked``; return what follows it."""
    member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        pending = bytes(view[start : start + _CHUNK])
        while pending:
            unpacked += member.decompress(pending, _CHUNK)
            _check_bounds(len(data), len(unpacked))
            pending = member.unconsumed_tail
        if member.eof:
            return member.unused_data + bytes(view[start + _CHUNK :])
    raise zlib.error("it ends early")


def _check_bounds(packed: int, unpacked: int) -> None:
    if unpacked > LARGEST:
        raise NotReadable(f"unpacks to more than {LARGEST // 2**20} MB, which no recording does")
    if unpacked > RATIO_COUNTS_FROM and unpacked > LARGEST_RATIO * packed:
        raise NotReadable(f"unpacks to more than {LARGEST_RATIO} times its size, which no recording does")


def text(data: bytes) -> str:
    """Decode text as its byte order mark, UTF-8, its XML declaration or Windows-1252 has it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:200])
    for encoding in (declared[1].decode("ascii") if declared else "cp1252", "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return data.decode("latin-1")


def head_text(head: bytes) -> str:
    """Decode the beginning of a file, which may be cut within a letter."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8-sig", errors="replace")


def root(head: bytes) -> str | None:
    """Return the name of an XML file's first element, or None where the bytes are not XML."""
    if not _begins_with_a_tag(head):  # most files are binary, and need not be decoded to know it
        return None
    found = _PROLOG.match(head_text(head).lstrip("\ufeff \t\r\n"))
    return found[1] if found else None


def _begins_with_a_tag(head: bytes) -> bool:
    beginning = head_text(head[:_MOST_SPACE]).lstrip("\ufeff \t\r\n")
    return beginning.startswith("<")


#: What a recording looks like that was overwritten, never finished or cut off at the front.
DAMAGED_LOOKS = ("empty", "binary data of an unknown kind", "text of an unknown kind")


def looks_like(head: bytes) -> str:
    """Say for people what bytes look like that no importer claims."""
    if not head.strip(b"\x00 \t\r\n"):
        return "empty"
    if head.startswith(_PICKLES):
        return "a Python pickle, which is never opened because it can run code"
    for magic, look in _LOOKS:
        if head.startswith(magic):
            return look
    element = root(head)
    if element is not None:
        return "a web page" if element.lower() == "html" else f"XML that begins with <{element[:40]}>"
    if b"\x00" in head:
        return "binary data of an unknown kind"
    return "text of an unknown kind"
