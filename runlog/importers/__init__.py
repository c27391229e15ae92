"""Files become activities, diary entries and shoes: one module per format, identified by content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlog.errors import NotReadable, NotTaken
from runlog.importers import (
    exported,
    fit,
    garmin,
    local_time,
    opening,
    passed_over,
    polar,
    sanity,
    sports,
    strava,
    summary,
)
from runlog.importers.exported import aside, journal
from runlog.importers.garmin import gear
from runlog.importers.strava import pairs
from runlog.importers.tables import diary, intervals, paper, pmsys, shoes
from runlog.importers.xml import gpx, tcx
from runlog.model import UNKNOWN_SPORT, Kind, Problem, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from runlog.model import Activity
    from runlog.settings import Settings

    class Importer(Protocol):
        """What each module of ``IMPORTERS`` offers."""

        FORMAT: str

        def claims(self, head: bytes, name: str) -> bool:
            """Tell by its beginning whether a file is of this format."""

        def read(self, data: bytes, settings: Settings) -> Reading:
            """Read a file of this format."""

    class ListImporter(Protocol):
        """What each module of ``LISTS`` offers."""

        FORMAT: str
        BESIDE: tuple[str, ...]

        def claims(self, head: bytes, name: str) -> bool:
            """Tell by its beginning whether a file is of this format."""

        def read(self, data: bytes, settings: Settings, beside: Mapping[str, bytes]) -> Reading:
            """Read a list of activities with the files of its folder that belong to it."""


HEAD = opening.HEAD

#: Files that stand for themselves.
IMPORTERS: tuple[Importer, ...] = (fit, gpx, tcx, diary, shoes, polar, pmsys, intervals, paper, exported)

#: An app's list of activities: what it knows of each beside the recording. Rows carry ``external``, and
#: the files in the same folder whose names match ``BESIDE`` (fnmatch, any letter case) belong to it.
LISTS: tuple[ListImporter, ...] = (garmin, gear, strava, pairs, journal)

#: Files with these endings claim to be recordings; what is in them instead is damage.
_RECORDINGS = (".fit", ".gpx", ".tcx")


def read_bytes(
    data: bytes,
    name: str,
    settings: Settings,
    sport: str | None = None,
    beside: Mapping[str, bytes] | None = None,
) -> Reading:
    """Read the bytes of one file, packed with gzip or not.

    Args:
        data: the bytes.
        name: of the file, as a path.
        settings: of the runner, for what files leave open.
        sport: what every activity in the file counts as; None is what the file says.
        beside: the files of its folder that belong to it, by their names.

    Raises:
        NotReadable: damaged, and nothing in it could be read.
        NotTaken: sound, but nothing for runlog: an unknown format, a course, a route without times …
    """
    data, fault = opening.unpack(data)
    importer = _importer(data[: opening.HEAD], name)
    if importer in LISTS:
        reading = importer.read(data, settings, beside or {})
    else:
        reading = importer.read(data, settings)
    if fault is not None:
        reading = replace(reading, problems=(fault, *reading.problems))
    return _settled(reading, settings, sport)


def beside(head: bytes, name: str) -> tuple[str, ...] | None:
    """Return the patterns of names in the same folder that a list is read together with; None if it is none.

    Args:
        head: the first ``HEAD`` bytes of the file.
        name: of the file, as a path.

    Raises:
        NotReadable: damaged.
        NotTaken: nothing for runlog.
    """
    importer = _importer(opening.unpacked_head(head), name)
    return importer.BESIDE if importer in LISTS else None


def _importer(head: bytes, name: str) -> Any:  # noqa: ANN401 - of either kind; the tuple that lists it tells
    only_for_people = aside.reason(head, name)
    if only_for_people is not None:
        raise NotTaken(only_for_people)
    everyone: tuple[Importer | ListImporter, ...] = (*IMPORTERS, *LISTS)
    claimants = [importer for importer in everyone if importer.claims(head, name)]
    if len(claimants) == 1:
        return claimants[0]
    if claimants:
        formats = " or ".join(importer.FORMAT for importer in claimants)
        raise NotTaken(f"it cannot be told whether this is {formats}")
    passed_over_as = passed_over.reason(head, name)
    if passed_over_as is not None:
        raise NotTaken(passed_over_as)
    look = opening.looks_like(head)
    stem = name.lower().removesuffix(".gz")
    if stem.endswith(_RECORDINGS) and look in opening.DAMAGED_LOOKS:
        raise NotReadable(f"damaged: no {stem[-3:].upper()} file begins like this; it is {look}")
    raise NotTaken(f"nothing that runlog reads; it is {look}")


def _settled(reading: Reading, settings: Settings, sport: str | None) -> Reading:
    """Complete the activities, decide on their sports, and part with those that cannot be right."""
    if not reading.activities or reading.exported is not None:
        return reading
    now = datetime.now(UTC)
    activities: list[Activity] = []
    refusals: list[str] = []
    notes: list[str] = []
    for activity in reading.activities:
        named, note = _with_sport(activity, settings, sport)
        notes += [note] if note else []
        completed = summary.complete(named)
        refusal = sanity.refusal(completed, now)
        if refusal:
            refusals.append(refusal)
        else:
            activities.append(local_time.complete(completed))
    if not activities:
        raise NotTaken("; ".join(refusals))
    return replace(
        reading,
        activities=tuple(activities),
        problems=reading.problems + tuple(Problem(refusal) for refusal in refusals),
        notes=reading.notes + tuple(dict.fromkeys(notes)),
    )


def _with_sport(activity: Activity, settings: Settings, sport: str | None) -> tuple[Activity, str | None]:
    """Give an activity the sport that the runner says, or where its file names none, that its pace says."""
    if sport is not None:
        word, sub_sport = sports.normal(sport)
        return replace(activity, sport=word, sub_sport=sub_sport, kind=sports.kind(word, sub_sport)), None
    if activity.sport != UNKNOWN_SPORT:
        return activity, None
    pace = _pace(summary.complete(activity))
    said = "no pace" if pace is None else f"{int(pace)}:{int(pace % 1 * 60):02d} min/km"
    if pace is not None and settings.fastest_min_per_km <= pace <= settings.slowest_min_per_km:
        run = replace(activity, sport="running", kind=Kind.RUN, sport_guessed=True)
        return run, f"the file names no sport; at {said} it was taken for a run (--sport says otherwise)"
    other = replace(activity, kind=Kind.OTHER, sport_guessed=True)
    return other, f"the file names no sport; at {said} it was not taken for a run (--sport says otherwise)"


def _pace(activity: Activity) -> float | None:
    """Return the moving pace in minutes per kilometre."""
    distance, moving = activity.distance_m, activity.moving_s
    if distance is None or moving is None or distance <= 0 or moving <= 0:
        return None
    return moving / 60.0 / (distance / 1000.0)
