"""Unpack, decode and describe bytes of unknown format: gzip, text, XML root, JSON, size limits."""

from __future__ import annotations

import io
import json
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard

from runlog.errors import NotReadable, Problem
from runlog.fileio import MAX_COMPRESSION_RATIO, MAX_FILE_BYTES, RATIO_CHECK_FROM_BYTES
from runlog.i18n import N_, _, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runlog.settings import Settings

_CHUNK_SIZE = 64 * 1024
_FIRST_CHUNK_SIZE = 512

#: How much of a file a format sees when it is asked whether the file is its own.
HEAD_SIZE = 64 * 1024

_MAX_LEADING_SPACE = 1024  # before the first tag

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_XML_PROLOG = re.compile(
    r"(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*\[.*?\]\s*>|<!(?!--)[^>]*>)*+<([^\s/>!?]+)", re.DOTALL
)
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PICKLE_MAGICS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_SIGNATURES = (
    (b"PK\x03\x04", N_("a zip archive; unpack it and import what is inside")),
    (b"%PDF", N_("a PDF document")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"\x89PNG", N_("a picture")),
    (b"SQLite format 3", N_("a SQLite database; a backup of runlog is put back by: runlog restore FILE")),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


@dataclass(frozen=True)  # without slots, which would leave no room for what is cached
class Head:
    """The first ``HEAD_SIZE`` bytes of a file, unpacked, by which its format is recognized, and its path.

    They are decoded once for all formats.
    """

    data: bytes
    name: str = ""

    @cached_property
    def text(self) -> str:
        """The text, in which the last letter may be cut."""
        return _decode_beginning(self.data)

    @cached_property
    def is_text(self) -> bool:
        """True if the bytes can be text: no zero bytes, except in UTF-16."""
        return b"\x00" not in self.data or self.data.startswith(_UTF_16_BOMS)

    @cached_property
    def first_line(self) -> str:
        """The first line that is not blank, or "" if there is none or the bytes are not text."""
        return first_line(self.text.lstrip("\ufeff")) if self.is_text else ""

    @cached_property
    def xml_root(self) -> str | None:
        """The name of the first XML element, or None if the bytes are not XML."""
        beginning = _decode_beginning(self.data[:_MAX_LEADING_SPACE]).lstrip("\ufeff \t\r\n")
        if not beginning.startswith("<"):  # most files are binary, and need not be decoded to know it
            return None
        root = _XML_PROLOG.match(self.text.lstrip("\ufeff \t\r\n"))
        return root[1] if root else None

    @cached_property
    def is_json(self) -> bool:
        """True if the file begins like a JSON object or list."""
        return self.data.removeprefix(_UTF8_BOM).lstrip()[:1] in (b"{", b"[")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of a file, unpacked, and the files of its folder that are read with it, by their names."""

    data: bytes
    settings: Settings
    sidecars: Mapping[str, bytes] = field(default_factory=dict)


def first_line(text: str) -> str:
    """Return the first line that is not blank, with its end, or "" if there is none."""
    return next((line for line in io.StringIO(text, newline="") if line.strip()), "")


def decompress_head(beginning: bytes) -> bytes:
    """Unpack the beginning of a file if it is gzip."""
    unpacked = bytearray()
    position = 0
    with suppress(zlib.error):
        while len(unpacked) < HEAD_SIZE and beginning.startswith(_GZIP_MAGIC, position):
            for part, end in _decompress_member(beginning, position):
                unpacked += part
                position = end
                if len(unpacked) >= HEAD_SIZE:
                    break
    return bytes(unpacked[:HEAD_SIZE]) if unpacked or position else beginning


def decompress(data: bytes) -> tuple[bytes, Problem | None]:
    """Unpack gzip, of one member or of several in a row; return all other bytes as they are.

    Returns:
        The unpacked bytes, and a problem if the archive ends early, its checksum is wrong, or something else
        than zeros follows it.

    Raises:
        NotReadable: nothing could be unpacked, or far more comes out than a recording holds.
    """
    if not data.startswith(_GZIP_MAGIC):
        return data, None
    unpacked = bytearray()
    position = 0
    try:
        while data.startswith(_GZIP_MAGIC, position):
            for part, end in _decompress_member(data, position):
                unpacked += part
                position = end
                _check_unpacked_size(len(data), len(unpacked))
    except zlib.error as error:
        if not unpacked:
            raise NotReadable("the gzip archive is damaged: {error}", error=error) from error
        reason = say("the gzip archive is damaged after {n} bytes: {error}", n=len(unpacked), error=error)
        return bytes(unpacked), Problem(reason, is_warning=True)
    rest = len(data) - position
    if data.count(0, position) < rest:
        reason = say(
            "{rest} bytes after the end of the gzip archive are not gzip; they were left out", rest=rest
        )
        return bytes(unpacked), Problem(reason, is_warning=True)
    return bytes(unpacked), None


def _decompress_member(data: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    """Yield what one gzip member holds, in parts, each with the position in ``data`` after what was read.

    The chunks begin small: what follows a small member within its chunk is copied for nothing.
    """
    member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    view = memoryview(data)
    position, size = start, _FIRST_CHUNK_SIZE
    while position < len(data):
        pending: bytes | memoryview = view[position : position + size]
        position += len(pending)
        while pending:
            part = member.decompress(pending, _CHUNK_SIZE)
            if member.eof:
                yield part, position - len(member.unused_data)
                return
            yield part, position
            pending = member.unconsumed_tail
        size = min(2 * size, _CHUNK_SIZE)
    raise zlib.error(_("it ends early"))


def _check_unpacked_size(packed: int, unpacked: int) -> None:
    if unpacked > MAX_FILE_BYTES:
        raise NotReadable(
            "unpacks to more than {most} MB, which no recording does", most=MAX_FILE_BYTES // 2**20
        )
    if unpacked > RATIO_CHECK_FROM_BYTES and unpacked > MAX_COMPRESSION_RATIO * packed:
        raise NotReadable(
            "unpacks to more than {most} times its size, which no recording does", most=MAX_COMPRESSION_RATIO
        )


def decode_text(data: bytes) -> str:
    """Decode text by its BOM, else UTF-8, else the encoding that its XML declares, else Windows-1252."""
    if data.startswith(_UTF_16_BOMS):
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


def _decode_beginning(data: bytes) -> str:
    """Decode the beginning of a text, which may be cut within a letter."""
    return data.decode("utf-16" if data.startswith(_UTF_16_BOMS) else "utf-8-sig", errors="replace")


#: Descriptions that suggest a damaged recording: overwritten, never finished, or cut off at the front.
DAMAGED_DESCRIPTIONS = (N_("empty"), N_("binary data of an unknown kind"), N_("text of an unknown kind"))


def describe_content(head: Head) -> str:
    """Describe in English, for people, what bytes look like that no format claims."""
    data = head.data
    if not data.strip(b"\x00 \t\r\n"):
        return "empty"
    if data.startswith(_PICKLE_MAGICS):
        return N_("a Python pickle, which is never opened because it can run code")
    for magic, look in _SIGNATURES:
        if data.startswith(magic):
            return look
    element = head.xml_root
    if element is not None:
        is_page = element.lower() == "html"
        return N_("a web page") if is_page else say("XML that begins with <{name}>", name=element[:40])
    if b"\x00" in data:
        return N_("binary data of an unknown kind")
    return N_("text of an unknown kind")


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def find_number(row: Mapping[str, Any], *names: str, least: float = 0.0, most: float = 1e9) -> float | None:
    """Return the first of these values of a JSON object that is a number within limits, or None."""
    for name in names:
        value = row.get(name)
        if is_number(value) and least <= value <= most:
            return float(value)
    return None


def clean_text(value: object) -> str | None:
    """Return a JSON text with single spaces and without lone surrogates; None if it is empty or no text."""
    if not isinstance(value, str):
        return None
    return " ".join(value.split()).encode("utf-8", errors="replace").decode() or None


def parse_json(data: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Parse JSON; NaN and Infinity, which JSON does not have, become None.

    Raises:
        NotReadable: it is not JSON, or nested deeper than any app writes.
    """
    try:
        return json.loads(decode_text(data).lstrip("\ufeff"), parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        reason = say(
            "damaged: line {line}, column {column} is not JSON: {fault}",
            line=error.lineno,
            column=error.colno,
            fault=_(error.msg),
        )
        raise NotReadable(reason) from error
    except ValueError as error:  # a whole number of thousands of digits
        raise NotReadable("damaged: {error}", error=error) from error
    except RecursionError as error:
        raise NotReadable("nested deeper than any app writes") from error
