"""Strava's shoes.csv: the pairs by name, brand and model, without an id or a date."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.errors import NotReadable, NotTaken
from runlog.importers import opening
from runlog.importers.tables import shoes
from runlog.model import Problem, Reading, Shoe, shoe_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from runlog.settings import Settings

FORMAT = "strava shoes"

#: The activities, which alone tell by what name and since when a pair is worn.
BESIDE: tuple[str, ...] = ("activities.csv",)

_HEADER = ("Shoe Name", "Shoe Brand", "Shoe Model", "Shoe Default Sport Types")
_FILE = re.compile(r"(?:.*[/\\])?shoes\.csv(?:\.gz)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of shoes.csv."""

    name: str
    brand: str
    model: str

    @property
    def called(self) -> tuple[str, ...]:
        """What an activity may call the pair, the text that tells most of it first."""
        make = f"{self.brand} {self.model}"
        texts = (f"{make} {self.name}", make, self.name)
        return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def claims(head: bytes, name: str) -> bool:
    """Tell Strava's header from ours: by its words, in other languages by its four columns and the name."""
    if b"\x00" in head:
        return False
    try:
        header = next(csv.reader(io.StringIO(opening.head_text(head), newline="")), [])
    except csv.Error:
        return False
    if tuple(header) == _HEADER:
        return True
    return len(header) == len(_HEADER) and bool(_FILE.fullmatch(name)) and not shoes.claims(head, name)


def read(data: bytes, settings: Settings, beside: Mapping[str, bytes]) -> Reading:  # noqa: ARG001
    """Read the pairs where the activities are not beside them.

    Raises:
        NotTaken: the activities are there, and the pairs are read together with them.
        NotReadable: the file cannot be split into cells.
    """
    if beside:
        raise NotTaken("read together with activities.csv")
    pairs, problems = listed(data)
    return Reading(FORMAT, shoes=worn(pairs, {}, None), problems=problems)


def listed(data: bytes) -> tuple[tuple[Pair, ...], tuple[Problem, ...]]:
    """Return the pairs of a shoes.csv, and the rows that name none.

    Raises:
        NotReadable: the file cannot be split into cells.
    """
    pairs: list[Pair] = []
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(opening.text(data), newline=""))
    try:
        for place, cells in enumerate(reader):
            name, brand, model = ([cell.strip() for cell in cells] + [""] * 3)[:3]
            if place == 0 or not any(cells):
                continue
            if name or brand or model:
                pairs.append(Pair(name, brand, model))
            else:
                problems.append(Problem("it names no pair", line=reader.line_num))
    except csv.Error as error:
        raise NotReadable(f"line {reader.line_num}: it cannot be split into cells: {error}") from error
    return tuple(pairs), tuple(problems)


def worn(pairs: Iterable[Pair], first_days: Mapping[str, date], last_day: date | None) -> tuple[Shoe, ...]:
    """Name each pair as the activities do.

    Args:
        pairs: of shoes.csv.
        first_days: of each pair that an activity names, by that name.
        last_day: of the list; a pair that no activity names was not worn before.

    Returns:
        Each pair once, from the day of its first activity.
    """
    found = {shoe_key(name): Shoe(name, from_date=day) for name, day in first_days.items()}
    for pair in pairs:
        if not any(shoe_key(text) in found for text in pair.called):
            found[shoe_key(pair.called[0])] = Shoe(pair.called[0], from_date=last_day)
    return tuple(found.values())
