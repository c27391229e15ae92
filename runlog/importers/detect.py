"""Unpack, decode and describe bytes of unknown format: gzip, text, XML root, JSON, size limits."""

from __future__ import annotations

import json
import re
import zlib
from contextlib import suppress
from typing import Any

from runlog.errors import NotReadable
from runlog.fileio import MAX_COMPRESSION_RATIO, MAX_FILE_BYTES, RATIO_CHECK_FROM_BYTES
from runlog.model import Problem

_CHUNK_SIZE = 64 * 1024

#: How much of a file an importer sees when it is asked whether the file is its own.
HEAD_SIZE = 64 * 1024

_MAX_LEADING_SPACE = 1024  # before the first tag

_GZIP_MAGIC = b"\x1f\x8b"
_XML_PROLOG = re.compile(
    r"(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*\[.*?\]\s*>|<!(?!--)[^>]*>)*+<([^\s/>!?]+)", re.DOTALL
)
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PICKLE_MAGICS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive; unpack it and import what is inside"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"SQLite format 3", "a SQLite database; a backup of runlog is put back by: runlog restore FILE"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


def decompress_head(beginning: bytes) -> bytes:
    """Unpack the beginning of a file where it is gzip."""
    with suppress(zlib.error):
        if beginning.startswith(_GZIP_MAGIC):
            return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress(beginning, HEAD_SIZE)
    return beginning


def decompress(data: bytes) -> tuple[bytes, Problem | None]:
    """Unpack gzip where the bytes are gzip; everything else is given back as it is.

    Returns:
        The unpacked bytes, and what was wrong where the archive ends early or its checksum fails.

    Raises:
        NotReadable: nothing could be unpacked, or far more comes out than a recording holds.
    """
    if not data.startswith(_GZIP_MAGIC):
        return data, None
    unpacked = bytearray()
    try:
        rest = data
        while rest.startswith(_GZIP_MAGIC):
            rest = _decompress_member(rest, unpacked)
    except zlib.error as error:
        if not unpacked:
            raise NotReadable(f"the gzip archive is damaged: {error}") from error
        return bytes(unpacked), Problem(f"the gzip archive is damaged after {len(unpacked)} bytes: {error}")
    return bytes(unpacked), None


def _decompress_member(data: bytes, unpacked: bytearray) -> bytes:
    """Unpack one gzip member onto ``unpacked``; return what follows it."""
    member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK_SIZE):
        pending = bytes(view[start : start + _CHUNK_SIZE])
        while pending:
            unpacked += member.decompress(pending, _CHUNK_SIZE)
            _check_unpacked_size(len(data), len(unpacked))
            pending = member.unconsumed_tail
        if member.eof:
            return member.unused_data + bytes(view[start + _CHUNK_SIZE :])
    raise zlib.error("it ends early")


def _check_unpacked_size(packed: int, unpacked: int) -> None:
    if unpacked > MAX_FILE_BYTES:
        raise NotReadable(f"unpacks to more than {MAX_FILE_BYTES // 2**20} MB, which no recording does")
    if unpacked > RATIO_CHECK_FROM_BYTES and unpacked > MAX_COMPRESSION_RATIO * packed:
        raise NotReadable(
            f"unpacks to more than {MAX_COMPRESSION_RATIO} times its size, which no recording does"
        )


def decode_text(data: bytes) -> str:
    """Decode text as its byte order mark, UTF-8, its XML declaration or Windows-1252 has it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED_ENCODING.search(data[:200])
    for encoding in (declared[1].decode("ascii") if declared else "cp1252", "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return data.decode("latin-1")


def decode_head(head: bytes) -> str:
    """Decode the beginning of a file, which may be cut within a letter."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace")
    return head.decode("utf-8-sig", errors="replace")


def xml_root(head: bytes) -> str | None:
    """Return the name of an XML file's first element, or None where the bytes are not XML."""
    if not _starts_with_tag(head):  # most files are binary, and need not be decoded to know it
        return None
    found = _XML_PROLOG.match(decode_head(head).lstrip("\ufeff \t\r\n"))
    return found[1] if found else None


def _starts_with_tag(head: bytes) -> bool:
    beginning = decode_head(head[:_MAX_LEADING_SPACE]).lstrip("\ufeff \t\r\n")
    return beginning.startswith("<")


#: What a recording looks like that was overwritten, never finished or cut off at the front.
DAMAGED_DESCRIPTIONS = ("empty", "binary data of an unknown kind", "text of an unknown kind")


def describe_content(head: bytes) -> str:
    """Say for people what bytes look like that no importer claims."""
    if not head.strip(b"\x00 \t\r\n"):
        return "empty"
    if head.startswith(_PICKLE_MAGICS):
        return "a Python pickle, which is never opened because it can run code"
    for magic, look in _SIGNATURES:
        if head.startswith(magic):
            return look
    element = xml_root(head)
    if element is not None:
        return "a web page" if element.lower() == "html" else f"XML that begins with <{element[:40]}>"
    if b"\x00" in head:
        return "binary data of an unknown kind"
    return "text of an unknown kind"


_UTF8_BOM = b"\xef\xbb\xbf"


def starts_as_json(head: bytes) -> bool:
    """Tell whether a file begins as an object or a list in JSON does."""
    return head.removeprefix(_UTF8_BOM).lstrip()[:1] in (b"{", b"[")


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Parse JSON; the numbers that JSON does not have (NaN, Infinity) become None.

    Raises:
        NotReadable: it is not JSON, or nested deeper than any app writes.
    """
    try:
        return json.loads(decode_text(data).lstrip("\ufeff"), parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        reason = f"damaged: line {error.lineno}, column {error.colno} is not JSON: {error.msg}"
        raise NotReadable(reason) from error
    except ValueError as error:  # a whole number of thousands of digits
        raise NotReadable(f"damaged: {error}") from error
    except RecursionError as error:
        raise NotReadable("nested deeper than any app writes") from error
