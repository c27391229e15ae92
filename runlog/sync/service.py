"""Define what a service is to sync, and the records that it answers with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from runlog import localtime
from runlog.importers import detect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from runlog.model import Activity, Entry
    from runlog.records import Night
    from runlog.sync.http import Client

#: No recording of a watch is larger; the import has a limit of its own for what is in it.
MAX_DOWNLOAD_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class ListedActivity:
    """An activity as a service lists it."""

    id: str  # the service's own, which becomes part of a file's name
    start: datetime  # when it began
    row: Activity | None  # what the list says, its external id "service:id"; None where it is too little
    fingerprint: str  # changes where the list says something else
    has_file: bool = True  # whether its recording can be fetched
    withheld: str = ""  # why the service may not pass it on; "" where it may
    problem: str = ""  # why the entry cannot be used; "" where it can


def unusable(entry: object, problem: str) -> ListedActivity:
    """Return an entry of a list that is no activity, known again by what is in it."""
    mark = fingerprint({"entry": entry})
    return ListedActivity(
        f"?{mark}", datetime(1970, 1, 1, tzinfo=UTC), None, mark, has_file=False, problem=problem
    )


@dataclass(frozen=True, slots=True)
class Wellness:
    """What a service says about some days, and on what scale it counts its ratings of soreness."""

    nights: Sequence[Night] = ()
    ratings: Sequence[Entry] = ()
    scale: tuple[str, ...] = ()


class Terms(NamedTuple):
    """What a runner should know about a service."""

    title: str  # the service, as people call it
    key_page: str  # where the key is made
    variable: str  # the environment variable that may hold the key
    base_variable: str  # the one that may name another address, for tests
    text: str  # the terms, and what to do for a key; said where the key is set


class Service(Protocol):
    """One service. To add one, write its module and list it in ``runlog.sync.SERVICES``.

    Its methods raise KeyRefused where the key is not accepted, and ServiceError where the service cannot be
    asked or does not answer as it should.
    """

    _client: Client

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def check(self) -> None:
        """Make a first call."""

    def activities(self, since: date | None, until: date) -> Iterator[ListedActivity]:
        """Yield the activities of the local days between, or from the first on; in any order."""

    def fetch(self, activity: ListedActivity, file: IO[bytes]) -> ListedActivity:
        """Write the recording of an activity into a file, and return the activity with what is known by then.

        Of one without a file, ``has_file`` is False.
        """

    def wellness(self, first: date, last: date) -> Wellness:
        """Return what is known of the nights and the soreness of some days, at most ``WELLNESS_DAYS``."""


#: So many days of wellness are asked for at a time; Garmin gives no more.
WELLNESS_DAYS = 28


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return a short text that changes with the values."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def text(row: Mapping[str, Any], name: str) -> str | None:
    """Return a value that is a text, in single spaces; None where it is none or empty."""
    return detect.clean_text(row.get(name))


def moment(value: object) -> datetime | None:
    """Return a date and time, in UTC where it names no zone; None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def offset_between(local: datetime | None, utc: datetime | None) -> int | None:
    """Return the UTC offset in seconds of a local time that was read as UTC; None where either is unknown."""
    if local is None or utc is None:
        return None
    return localtime.round_to_zone_offset((local.replace(tzinfo=UTC) - utc).total_seconds())
