"""Share one journal between the threads of a server: a store per request, one history for all."""

from __future__ import annotations

from collections import defaultdict
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from runlog import journal, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.records import ReadBefore
    from runlog.settings import Settings

T = TypeVar("T")


class Watcher(Protocol):
    """Tells of each change of the database, as ``Journal.watch_changes`` returns it."""

    def version(self) -> tuple[int, ...]:
        """Return another value after each change."""

    def close(self) -> None:
        """Let go of the database."""


class Facts:
    """A history as of one state of the journal, and what was made of it; for use in any thread."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._locks: defaultdict[str, RLock] = defaultdict(RLock)
        self._made: dict[str, tuple[Hashable, Any]] = {}

    def get(self, name: str, slot: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` makes; the same again while the name has the same slot (a day, an hour …).

        Of each name the last one is held. Who asks for another name meanwhile does not wait.
        """
        with self._locks[name]:
            held = self._made.get(name)
            if held is None or held[0] != slot:
                held = self._made[name] = (slot, make())
            return cast("T", held[1])


class SharedJournal:
    """The journal of one folder, for many threads.

    Each request opens it anew, which takes about a millisecond. Its history is built once and again only
    after a change of the database, by whichever process, or of the settings; activities that the change did
    not touch are not read again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = RLock()
        self._watcher: Watcher | None = None
        self._state: tuple[Any, ...] | None = None
        self._facts: Facts | None = None
        self._settings: tuple[Any, Settings] | None = None
        self._read_before: ReadBefore = {}

    def open(self) -> Journal:
        """Open the journal, with the settings as they are now; close it with ``with``."""
        return journal.Journal(self.folder, self.settings())

    def settings(self) -> Settings:
        """Return the settings, read again after a change.

        Raises:
            BadInput: config.toml cannot be read.
        """
        with self._lock:
            state = self._settings_state()
            if self._settings is None or self._settings[0] != state:
                self._settings = (state, settings.read_settings(self.folder / settings.CONFIG_NAME))
            return self._settings[1]

    def facts(self) -> Facts:
        """Return the history with what was made of it.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._lock:
            state = (self._watch().version(), self._settings_state())
            if self._facts is None or self._state != state:
                with journal.Journal(self.folder, self.settings(), read_before=self._read_before) as opened:
                    self._facts = Facts(opened.history())
                self._state = state
            return self._facts

    def without_folder(self, message: str) -> str:
        """Leave the folder's path out of a message that may be read in a browser elsewhere."""
        return message.replace(f"{self.folder}/", "").replace(str(self.folder), "runlog")

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._watcher is not None:
                self._watcher.close()
            self._facts = self._state = self._watcher = None

    def _watch(self) -> Watcher:
        if self._watcher is None:
            with self.open() as opened:
                self._watcher = opened.watch_changes()
        return self._watcher

    def _settings_state(self) -> tuple[int, ...] | None:
        try:
            status = (self.folder / settings.CONFIG_NAME).stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size
