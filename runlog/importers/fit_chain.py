"""The outside of a FIT file: headers, checksums, and several files chained in one."""

from __future__ import annotations

from dataclasses import dataclass

from runlog.model import Problem

_SIGNATURE = b".FIT"
_SHORT_HEADER = 12
_LONG_HEADER = 14
_LARGEST_HEADER = 32
_CRC_SIZE = 2
_DEFINES = 0x40  # the bit of a record's first byte that makes it a definition
_POLYNOMIAL = 0xA001


@dataclass(frozen=True, slots=True)
class Sequence:
    """One of the FIT files that a file holds: its bytes with header and checksum, and where it begins."""

    data: bytes
    offset: int


def is_header(head: bytes) -> bool:
    """Tell whether bytes begin with a FIT header."""
    return (
        len(head) > _SHORT_HEADER and _SHORT_HEADER <= head[0] <= _LARGEST_HEADER and head[8:12] == _SIGNATURE
    )


def split(data: bytes) -> tuple[list[Sequence], list[Problem]]:
    """Split a FIT file into the sequences chained in it.

    A header that was never completed (data size 0, as a dying battery leaves it) is completed here.
    """
    sequences: list[Sequence] = []
    offset = 0
    while is_header(data[offset : offset + _LARGEST_HEADER]):
        sequence = _sequence(data, offset)
        sequences.append(Sequence(sequence, offset))
        offset += len(sequence)
    rest = data[offset:]
    if not rest.strip(b"\x00"):
        return sequences, []
    return sequences, [Problem(f"{len(rest)} bytes are not FIT and were left out", byte=offset)]


def _sequence(data: bytes, offset: int) -> bytes:
    header_size = data[offset]
    data_size = int.from_bytes(data[offset + 4 : offset + 8], "little")
    body = offset + header_size
    if data_size == 0 and len(data) - body > _CRC_SIZE and not is_header(data[body + _CRC_SIZE : body + 40]):
        stated = (len(data) - body).to_bytes(4, "little")
        return b"".join((data[offset : offset + 4], stated, memoryview(data)[offset + 8 :]))
    return data[offset : body + data_size + _CRC_SIZE]


def with_header_crc(sequence: bytes) -> bytes | None:
    """Give a sequence whose 14-byte header has the (legal) checksum 0 a header checksum.

    Returns:
        The mended sequence, or None where that is not what ails it: its own checksum is wrong, or its
        first message is not defined, which is seen without the long way through a checksum.
    """
    header_size = sequence[0]
    if header_size != _LONG_HEADER or sequence[_SHORT_HEADER:_LONG_HEADER] != b"\x00\x00":
        return None
    if len(sequence) == _LONG_HEADER or not sequence[_LONG_HEADER] & _DEFINES:
        return None
    body, stored = sequence[:-_CRC_SIZE], int.from_bytes(sequence[-_CRC_SIZE:], "little")
    if crc(body) != stored:
        return None
    header = sequence[:_SHORT_HEADER] + crc(sequence[:_SHORT_HEADER]).to_bytes(2, "little")
    mended = header + sequence[_LONG_HEADER:-_CRC_SIZE]
    return mended + crc(mended).to_bytes(2, "little")


def crc(data: bytes) -> int:
    """Compute FIT's checksum, CRC-16/ARC."""
    value = 0
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value


def _table_entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(_table_entry(byte) for byte in range(256))
