"""The outside of a FIT file: headers, checksums, and several files chained in one."""

from __future__ import annotations

from dataclasses import dataclass

from runlog.model import Problem

_SIGNATURE = b".FIT"
_SHORT_HEADER = 12
_LARGEST_HEADER = 32
_CRC_SIZE = 2
_MOST_SEQUENCES = 1_000


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

    A header that was never completed, as a dying battery leaves it (data size 0 or an old one), is
    completed here.
    """
    sequences: list[Sequence] = []
    offset = 0
    while len(sequences) < _MOST_SEQUENCES and is_header(data[offset : offset + _LARGEST_HEADER]):
        sequence = _sequence(data, offset)
        sequences.append(Sequence(sequence, offset))
        offset += len(sequence)
    rest = data[offset:]
    if not rest.strip(b"\x00"):
        return sequences, []
    return sequences, [Problem(f"{len(rest)} bytes are not FIT and were left out", byte=offset)]


def _sequence(data: bytes, offset: int) -> bytes:
    begin = offset + data[offset]
    end = begin + int.from_bytes(data[offset + 4 : offset + 8], "little") + _CRC_SIZE
    stated = data[offset:end]
    if crc(stated) == 0 or not _goes_on(data[end : end + _LARGEST_HEADER]):
        return stated
    size = (len(data) - begin).to_bytes(4, "little")
    return b"".join((data[offset : offset + 4], size, memoryview(data)[offset + 8 :]))


def _goes_on(rest: bytes) -> bool:
    """Tell whether the bytes after a sequence's end are neither another one nor padding."""
    return bool(rest.strip(b"\x00")) and not is_header(rest)


def body(sequence: bytes) -> tuple[int, int]:
    """Return the bytes between which the messages of a sequence stand; the end may lie beyond its bytes."""
    begin = sequence[0]
    return begin, begin + int.from_bytes(sequence[4:8], "little")


def fault(sequence: bytes) -> str | None:
    """Say what is wrong with a sequence as a whole: its end or its checksum."""
    if len(sequence) < body(sequence)[1] + _CRC_SIZE:
        return "it ends early"
    if crc(sequence) != 0:  # which it is over bytes that end with their own checksum
        return "its checksum is wrong"
    return None


def crc(data: bytes) -> int:
    """Compute FIT's checksum, CRC-16/ARC."""
    import fastcrc

    return int(fastcrc.crc16.arc(data))
