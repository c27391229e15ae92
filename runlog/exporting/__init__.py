"""Everything as plain files: what reads back to the same history, and what spreadsheets and other tools read.

The activities are written one by one, so that many take no more memory than one.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.errors import BadInput
from runlog.exporting import gpx, sheets, texts
from runlog.files import write_atomically
from runlog.importers import runlog_export
from runlog.settings import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlog.store import Store

__all__ = ["Export", "export"]

_OWN_NAME = re.compile(r"\d{6,}\.(json\.gz|gpx)")


@dataclass(frozen=True, slots=True)
class Export:
    """What an export holds: activities (of them so many as GPX), diary entries, pairs of shoes; its bytes."""

    activities: int
    gpx: int
    entries: int
    shoes: int
    size: int


def export(
    store: Store,
    home: Path,
    folder: Path,
    *,
    gpx_too: bool = False,
    force: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> Export:
    """Write everything that a runner owns into a folder.

    All of it is of one moment, whoever imports meanwhile. Until it is whole, a file says that it is not.

    Args:
        store: of the runner.
        home: the runner's folder, for the settings.
        folder: a new or an empty one.
        gpx_too: write each track also as GPX, for other tools.
        force: go over an export that is there; other files in the folder stay.
        progress: called after each activity with how many are done, of how many, and its file's name.

    Raises:
        BadInput: there is nothing to export, or the folder holds something or cannot be written.
        StoreError: the database cannot be read.
    """
    folder = folder.absolute()
    if not (store.activity_ids() or store.entries() or store.shoes()):
        raise BadInput(f"{home}: there is nothing to export yet; is this the right --home?")
    _refuse(folder, home, force=force)
    out = _Folder(folder)
    out.write(texts.UNFINISHED, texts.UNFINISHED_TEXT)
    with store.snapshot():
        runs = sheets.Runs()
        ids = store.activity_ids()
        with_track = 0
        for done, activity_id in enumerate(ids, 1):
            kept, recordings = store.exported_activity(activity_id)
            name = f"activities/{activity_id:06d}"
            out.write(f"{name}.json.gz", runlog_export.format_activity(kept, recordings))
            merged = store.activity(activity_id)
            runs.add(merged)
            track = store.track(activity_id) if gpx_too else None
            if track is not None and "lat" in track:
                out.write(f"{name}.gpx", gpx.write(merged.activity, track))
                with_track += 1
            if progress is not None:
                progress(done, len(ids), name)
        journal = store.exported_journal()
    out.write("journal.json", runlog_export.format_journal(journal))
    out.write("runs.csv", runs.text())
    out.write("diary.csv", sheets.diary(journal.entries))
    out.write("shoes.csv", sheets.shoes(journal.shoes))
    config = home / CONFIG
    if config.exists():
        out.write(CONFIG, config.read_bytes())
    out.write("README.txt", texts.README)
    out.finish()
    pairs = sum(shoe.same_as is None for shoe in journal.shoes)
    return Export(len(ids), with_track, len(journal.entries), pairs, out.size)


def _refuse(folder: Path, home: Path, *, force: bool) -> None:
    if folder.resolve() == home.resolve():
        raise BadInput(f"{folder}: this is the home itself; name another folder")
    try:
        holds = any(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadInput(f"{folder}: cannot be written: {error.strerror or error}") from error
    if holds and not force:
        raise BadInput(
            f"{folder}: there is something in it; name a new folder, or --force goes over an export"
        )


class _Folder:
    """The folder that is written, and which of its files are of this time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: set[str] = set()
        self.size = 0

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file; raises BadInput where that cannot be done."""
        write_atomically(self._folder / name, content)
        self._written.add(name)
        self.size += len(content if isinstance(content, bytes) else content.encode())

    def finish(self) -> None:
        """Take out what an earlier export has left, and at last the word that this one is not finished."""
        with suppress(FileNotFoundError):
            for entry in list(os.scandir(self._folder / "activities")):
                is_old = f"activities/{entry.name}" not in self._written
                if is_old and _OWN_NAME.fullmatch(entry.name) and texts.is_ours(Path(entry.path)):
                    Path(entry.path).unlink()
        (self._folder / texts.UNFINISHED).unlink()
