"""What has come of the files so far, and how many are still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlog.intake.finding import Found
    from runlog.intake.summary import Taken


class Place(NamedTuple):
    """Which file: the one on disk, and within an archive the how manieth member, and its name."""

    file: Found
    number: int
    member: str


class Ledger:
    """Notes what came of each file, and tells the progress."""

    def __init__(self, files: int, progress: Callable[[int, int, str], None] | None) -> None:
        self._total = files
        self._progress = progress
        self._taken: list[tuple[Place, Taken]] = []

    def found_more(self, members: int) -> None:
        """Count the members of an archive in the place of the archive."""
        self._total += members - 1

    def note(self, place: Place, taken: Taken) -> None:
        """Note what came of a file."""
        self._taken.append((place, taken))
        if self._progress is not None:
            self._progress(len(self._taken), self._total, taken.result.path)

    def in_order(self) -> list[Taken]:
        """What came of the files, in the order of their paths and places."""
        return [taken for _, taken in sorted(self._taken, key=_path_and_number)]

    def by_path(self) -> dict[str, list[tuple[str, Taken]]]:
        """What came of each file on disk: of its members by their names, or by "" of the file itself."""
        found: dict[str, list[tuple[str, Taken]]] = {}
        for place, taken in sorted(self._taken, key=_path_and_number):
            found.setdefault(place.file.path, []).append((place.member, taken))
        return found


def _path_and_number(one: tuple[Place, Taken]) -> tuple[str, int]:
    place = one[0]
    return place.file.path, place.number
