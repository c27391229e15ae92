"""As many FIT files of runs as are asked for, each of its own day, written by numpy and not by runlog."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import fastcrc
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_EPOCH = 631065600
_FIRST_DAY = 1_500_000_000 - _EPOCH
_RECORD = np.dtype(
    [
        ("header", "u1"),
        ("timestamp", "<u4"),
        ("lat", "<i4"),
        ("lon", "<i4"),
        ("distance", "<u4"),
        ("heart_rate", "u1"),
        ("cadence", "u1"),
        ("altitude", "<u2"),
        ("speed", "<u2"),
    ]
)
#: Global message, and of each field its number, size and base type.
_FIELDS = {
    0: (0, [(0, 1, 0x00), (4, 4, 0x86)]),
    1: (
        20,
        [
            (253, 4, 0x86),
            (0, 4, 0x85),
            (1, 4, 0x85),
            (5, 4, 0x86),
            (3, 1, 2),
            (4, 1, 2),
            (2, 2, 0x84),
            (6, 2, 0x84),
        ],
    ),
    2: (18, [(253, 4, 0x86), (2, 4, 0x86), (7, 4, 0x86), (8, 4, 0x86), (9, 4, 0x86), (5, 1, 0), (6, 1, 0)]),
}


def write(folder: Path, count: int, points: int = 2400) -> None:
    """Write runs of a point a second into a folder, one a day."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number:05}.fit").write_bytes(run(number, points))


def run(day: int, points: int) -> bytes:
    """A FIT file of one run on a loop of its own."""
    start = _FIRST_DAY + 86_400 * day
    clock = np.arange(points)
    angle = 2 * np.pi * clock / points
    records = np.zeros(points, _RECORD)
    records["header"] = 1
    records["timestamp"] = start + clock
    records["lat"] = (50 + 0.01 * np.sin(angle) + 0.001 * (day % 40)) * 2**31 / 180
    records["lon"] = (8 + 0.015 * np.cos(angle)) * 2**31 / 180
    records["distance"] = clock * 300
    records["heart_rate"] = 140 + 10 * np.sin(angle * 7) + day % 9
    records["cadence"] = 84
    records["altitude"] = (100 + 500) * 5 + 50 * np.sin(angle)
    records["speed"] = 3000
    head = _defined(0) + struct.pack("<BBI", 0, 4, start)
    tail = struct.pack(
        "<BIIIIIBB", 2, start + points, start, (points - 1) * 1000, (points - 1) * 1000, points * 300, 1, 0
    )
    body = head + _defined(1) + records.tobytes() + _defined(2) + tail
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    header += struct.pack("<H", fastcrc.crc16.arc(header))
    return header + body + struct.pack("<H", fastcrc.crc16.arc(header + body))


def _defined(local: int) -> bytes:
    number, fields = _FIELDS[local]
    return struct.pack("<BBBHB", 0x40 | local, 0, 0, number, len(fields)) + bytes(sum(fields, ()))
