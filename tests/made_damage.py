"""Damage inside FIT files, as worn flash memory makes it, and how many records are kept of it."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.importers.fit import decode, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DAMAGES = ("64 zeros", "7 bytes dropped", "200 random bytes")
MIN_RECORDS = 700


class Loss(NamedTuple):
    """What a damage costs: the share of records that are kept, how many are left, how many times are new."""

    file: str
    damage: str
    at: int
    kept: float
    records: int
    wrong: int


def record_times(data: bytes) -> Counter[float]:
    """How many records have each time."""
    times = [decode.decode_messages(one.data)[0].times for one in scan.split_chained(data)[0]]
    every = np.concatenate(times) if times else np.empty(0)
    return Counter(every[~np.isnan(every)].tolist())


def sound_activities(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The undamaged activities with many records."""
    for path in sorted(folder.glob("*")):
        data = path.read_bytes()
        if not scan.is_fit_header(data[:32]):
            continue
        decoded = [decode.decode_messages(one.data) for one in scan.split_chained(data)[0]]
        types = {
            one.get("type", "activity") for messages, _ in decoded for one in messages.by_type["file_id"]
        }
        records = sum(int((~np.isnan(messages.times)).sum()) for messages, _ in decoded)
        if not any(fault for _, fault in decoded) and types <= {"activity"} and records >= MIN_RECORDS:
            yield path.name, data


def damaged(data: bytes, damage: str, at: int, chance: random.Random) -> bytes:
    """A file with one damage at an offset, and the checksum and the size from before."""
    if damage == "64 zeros":
        return data[:at] + bytes(64) + data[at + 64 :]
    if damage == "7 bytes dropped":
        return data[:at] + data[at + 7 :]
    return data[:at] + chance.randbytes(200) + data[at + 200 :]


def losses(files: Iterable[tuple[str, bytes]], seed: int, places: int = 6) -> Iterator[Loss]:
    """What each damage costs at places that are spread over each file."""
    chance = random.Random(seed)
    for name, data in files:
        whole = record_times(data)
        for damage in DAMAGES:
            for place in range(places):
                at = int(len(data) * (place + 0.1 + 0.8 * chance.random()) / places)
                at = min(max(at, 14), len(data) - 210)
                found = record_times(damaged(data, damage, at, chance))
                kept, wrong = (whole & found).total(), (found - whole).total()
                yield Loss(name, damage, at, kept / whole.total(), found.total(), wrong)
