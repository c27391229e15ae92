"""Folders that are looked at again and again: what is new or changed, once nobody writes it any more.

Looking works everywhere, also where no system tells of changes: a watch on USB that comes and goes, a
folder that a cloud drive keeps in step, a share on the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.intake.finding import UNSEEN, Found, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


def settled(folders: Sequence[Path], wait: Callable[[], bool]) -> Iterator[list[Found]]:
    """The files to import, each time some are new or changed and were the same at two looks in a row.

    A folder that is not there yet, or no longer, is waited for. What was in one that comes back is given
    again: the import knows what it has.

    Args:
        folders: where to look.
        wait: called between two looks; no more looks once it says False.
    """
    before: dict[str, Found] = {}
    given: dict[str, Found] = {}
    while True:
        now = {found.path: found for found in find(folders) if found.size != UNSEEN}
        given = {path: found for path, found in given.items() if path in now}
        quiet = [found for path, found in now.items() if before.get(path) == found != given.get(path)]
        if quiet:
            given |= {found.path: found for found in quiet}
            yield quiet
        before = now
        if not wait():
            return
