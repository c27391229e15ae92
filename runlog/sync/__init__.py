"""Fetch runs from the services that watches hand them to, with a key that the runner makes there.

Start at `Clouds`, which ``journal.clouds`` returns. To add a service, write a module for it with ``NAME``,
``TERMS`` and ``connect``, as `service.Service` says, and list it in ``SERVICES``.
"""

from __future__ import annotations

import base64
import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.records import ServiceState
from runlog.results import ServiceStatus, SyncResult
from runlog.store import clouds
from runlog.sync import garmin, intervals, keys
from runlog.sync.engine import Sync
from runlog.sync.http import Clock, KeyRefused, ServiceError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import ModuleType

    from runlog.settings import Settings
    from runlog.store import Store
    from runlog.sync.keys import Key
    from runlog.sync.service import Terms

SERVICES: dict[str, ModuleType] = {module.NAME: module for module in (garmin, intervals)}


def terms_of(service: str) -> Terms:
    """Return what is to be said of a service.

    Raises:
        NotFound: there is none of this name.
    """
    if service not in SERVICES:
        raise NotFound(
            "there is no service {service!r}; there are {services}",
            service=service,
            services=", ".join(SERVICES),
        )
    terms: Terms = SERVICES[service].TERMS
    return terms


def title_of(path: str) -> str | None:
    """Return the service that a recording came from, as people call it, by its path; None for a file."""
    service, _, activity = path.partition(":")
    return terms_of(service).title if service in SERVICES and activity else None


@dataclass(frozen=True, slots=True)
class Clouds:
    """The services of one runner; ``journal.clouds`` returns it."""

    _store: Store = field(repr=False)
    _home: Path
    _settings: Settings = field(repr=False)

    @property
    def names(self) -> list[str]:
        """The names of the services, with a key or without."""
        return list(SERVICES)

    terms = staticmethod(terms_of)
    title_of = staticmethod(title_of)

    def set_key(
        self,
        service: str,
        key: str,
        *,
        expires: date | None = None,
        in_keyring: bool = False,
        clock: Clock | None = None,
    ) -> bool:
        """Keep the key of a service, as that shows it, once the service has accepted it.

        Args:
            service: its name.
            key: the key.
            expires: the last day on which it is accepted; by default what the key itself says, if it does.
            in_keyring: in the system's keyring rather than in a file of the home.
            clock: to wait by between attempts.

        Returns:
            Whether the service has accepted it; False where the service cannot be reached now.

        Raises:
            NotFound: there is no such service.
            BadInput: it is no key, or cannot be kept.
            KeyRefused: the service does not accept it; what was kept before stays.
            MissingExtra: there is no keyring.
        """
        terms = terms_of(service)
        text = keys.check_key(key)
        was_accepted = True
        try:
            with closing(SERVICES[service].connect(text, self._settings, clock or Clock())) as connected:
                connected.check()
        except KeyRefused:
            raise KeyRefused(
                "{title} does not accept this key; nothing was changed. Copy it again from "
                "{key_page}, or make a new one there",
                title=terms.title,
                key_page=terms.key_page,
            ) from None
        except ServiceError:
            was_accepted = False
        keys.save_key(self._home, service, text, in_keyring=in_keyring)
        values = {"key_expires": expires or _expiry_in(text), "refused_at": None}
        self._store.write(clouds.update_service, service, **values)
        return was_accepted

    def forget_key(self, service: str) -> bool:
        """Delete the key of a service from this computer, and return whether there was one.

        Raises:
            NotFound: there is no such service.
        """
        terms_of(service)
        self._store.write(clouds.update_service, service, key_expires=None, refused_at=None)
        return keys.forget_key(self._home, service)

    def with_key(self) -> list[str]:
        """Return the names of the services that there is a key for.

        Raises:
            BadInput: the file of the keys can be read by others, or cannot be read.
        """
        return [service for service in SERVICES if self._find_key(service) is not None]

    def status(self) -> list[ServiceStatus]:
        """Return what is known of each service, without asking any.

        Raises:
            BadInput: the file of the keys can be read by others, or cannot be read.
        """
        return [self._status(service) for service in SERVICES]

    def _status(self, service: str) -> ServiceStatus:
        state, key, terms = self._state(service), self._find_key(service), terms_of(service)
        fetched = self._store.read(clouds.read_fetched, service).values()
        outcomes = [one.outcome for one in fetched]
        return ServiceStatus(
            service=service,
            title=terms.title,
            key_place=None if key is None else key.place,
            key_expires=state.key_expires if key is None else state.key_expires or _expiry_in(key.text),
            refused_at=state.refused_at,
            synced_at=state.synced_at,
            since=state.since,
            activities=len(outcomes) - outcomes.count("withheld") - outcomes.count("failed"),
            withheld=outcomes.count("withheld"),
            failed=tuple((one.external, one.reason) for one in fetched if one.outcome == "failed"),
            key_page=terms.key_page,
        )

    def sync(
        self,
        services: Iterable[str] = (),
        *,
        since: date | None = None,
        progress: Callable[[int, int, str], None] | None = None,
        now: datetime | None = None,
        clock: Clock | None = None,
    ) -> list[SyncResult]:
        """Fetch what is new and import it; a service that fails does not stop the others.

        Args:
            services: their names; by default all that there is a key for.
            since: the first local day to fetch; by default the one given before, or everything.
            progress: called after each activity with the number done, their total, and its name.
            now: the time; by default the clock's.
            clock: to wait by between attempts; by default one that stops with the sync.

        Raises:
            NotFound: there is no such service.
            BadInput: there is no key for one of them, the file of the keys is open to others, or the day
                is still to come.
            StoreError: the store cannot be written; what was stored before stays.
        """
        names = list(services) or self.with_key()
        found = {name: self._need_key(name) for name in names}
        moment = now or datetime.now(UTC)
        if since is not None and since > moment.astimezone(self._settings.zone).date():
            raise BadInput("{since} is still to come; name a day from which on there are runs", since=since)
        results = []
        for name, key in found.items():
            stop = Event()
            waiting = clock or Clock(partial(_sleep_until_stopped, stop))
            with closing(SERVICES[name].connect(key.text, self._settings, waiting)) as connected:
                sync = Sync(
                    store=self._store,
                    home=self._home,
                    settings=self._settings,
                    name=name,
                    terms=terms_of(name),
                    service=connected,
                    now=moment,
                    progress=progress,
                    stop=stop,
                )
                results.append(sync.run(self._state(name), since))
        return results

    def _state(self, service: str) -> ServiceState:
        stored = {state.name: state for state in self._store.read(clouds.read_services)}
        return stored.get(service, ServiceState(service))

    def _find_key(self, service: str) -> Key | None:
        return keys.find_key(self._home, service, terms_of(service).variable)

    def _need_key(self, service: str) -> Key:
        key = self._find_key(service)
        if key is None:
            terms = terms_of(service)
            raise BadInput(
                "there is no key for {title}: make one at {key_page}, then: runlog sync {service} --set-key",
                title=terms.title,
                key_page=terms.key_page,
                service=service,
            )
        return key


def _sleep_until_stopped(stop: Event, seconds: float) -> None:
    if stop.wait(seconds):
        raise Unreachable("stopped")


def _expiry_in(key: str) -> date | None:
    """Return the day on which a key ends by its own word, as a JSON web token has it; None for other keys."""
    try:
        part = key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC).date()
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
