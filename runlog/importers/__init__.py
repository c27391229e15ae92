"""Read files of any known format into activities, diary entries and shoes.

Each format is one module with ``claims(head)`` and ``read(file)``; the content decides, never the name alone.
A new format is one line of ``FORMATS``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlog import localtime
from runlog.errors import NotReadable, NotTaken, Problem
from runlog.i18n import _, say
from runlog.importers import (
    detect,
    diary_csv,
    fit,
    garmin,
    gpx,
    normalize,
    polar,
    runlog_export,
    runs_csv,
    shoes_csv,
    sports,
    strava,
    tcx,
    wellness,
)
from runlog.importers.detect import Head, SourceFile
from runlog.importers.strava import NOT_EXPORTED
from runlog.model import UNKNOWN_SPORT, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlog.model import Activity
    from runlog.records import ParsedFile
    from runlog.settings import Settings


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: how it is recognized, and how it is read."""

    name: str  # as summaries and the store have it
    claims: Callable[[Head], bool]
    read: Callable[[SourceFile], ParsedFile]
    # Patterns of names (fnmatch, any letter case) of files in the same folder that are read with it.
    # None: the file stands alone; otherwise it is an app's list, imported after the recordings.
    sidecars: tuple[str, ...] | None = None


#: Every format, one line each. Exactly one must claim a file.
FORMATS = (
    Format(fit.FORMAT, fit.claims, fit.read),
    Format(gpx.FORMAT, gpx.claims, gpx.read),
    Format(tcx.FORMAT, tcx.claims, tcx.read),
    Format(diary_csv.FORMAT, diary_csv.claims, diary_csv.read),
    Format(shoes_csv.FORMAT, shoes_csv.claims, shoes_csv.read),
    Format(polar.FORMAT, polar.claims, polar.read),
    Format(wellness.PMSYS_FORMAT, wellness.claims_pmsys, wellness.read_pmsys),
    Format(wellness.INTERVALS_FORMAT, wellness.claims_intervals, wellness.read_intervals),
    Format(wellness.GARMIN_FORMAT, wellness.claims_garmin, wellness.read_garmin),
    Format(runs_csv.FORMAT, runs_csv.claims, runs_csv.read),
    Format(runlog_export.FORMAT, runlog_export.claims_activity, runlog_export.read_activity),
    Format(garmin.FORMAT, garmin.claims, garmin.read, garmin.SIDECARS),
    Format(garmin.GEAR_FORMAT, garmin.claims_gear, garmin.read_gear, garmin.GEAR_SIDECARS),
    Format(strava.FORMAT, strava.claims, strava.read, strava.SIDECARS),
    Format(
        shoes_csv.STRAVA_FORMAT, shoes_csv.claims_strava, shoes_csv.read_strava, shoes_csv.STRAVA_SIDECARS
    ),
    Format(runlog_export.FORMAT, runlog_export.claims_journal, runlog_export.read_journal, ()),
)

HEAD_SIZE = detect.HEAD_SIZE

#: Files with these endings should be recordings; anything else in them is damage.
_RECORDING_SUFFIXES = (".fit", ".gpx", ".tcx")


def read_bytes(
    data: bytes,
    name: str,
    settings: Settings,
    sport: str | None = None,
    sidecars: Mapping[str, bytes] | None = None,
    *,
    file_format: Format | None = None,
) -> ParsedFile:
    """Read the bytes of one file, packed with gzip or not.

    Args:
        data: the bytes.
        name: of the file, as a path.
        settings: of the runner, for what files leave open.
        sport: of every activity in the file; None is what the file says.
        sidecars: the files of its folder that are read with it, by their names.
        file_format: as ``identify`` returned it; None identifies it first.

    Raises:
        NotReadable: damaged, and nothing in it could be read.
        NotTaken: sound, but nothing for runlog: an unknown format, a course, a route without times …
    """
    data, fault = detect.decompress(data)
    if file_format is None:
        file_format = _identify(Head(data[:HEAD_SIZE], name))
    parsed = file_format.read(SourceFile(data, settings, sidecars or {}))
    if fault is not None:
        parsed = replace(parsed, problems=(fault, *parsed.problems))
    return complete_activities(parsed, settings, sport)


def identify(head: bytes, name: str) -> Format:
    """Return the format of a file, packed with gzip or not, by its name and first ``HEAD_SIZE`` bytes.

    Raises:
        NotReadable: damaged.
        NotTaken: nothing for runlog, or of more than one format.
    """
    return _identify(Head(detect.decompress_head(head), name))


def _identify(head: Head) -> Format:
    if (reason := runlog_export.export_file_reason(head)) is not None:
        raise NotTaken(reason)
    claimants = [candidate for candidate in FORMATS if candidate.claims(head)]
    if len(claimants) == 1:
        return claimants[0]
    if claimants:
        formats = " or ".join(claimant.name for claimant in claimants)
        raise NotTaken("it cannot be told whether this is {formats}", formats=formats)
    if (reason := _app_data_reason(head)) is not None:
        raise NotTaken(reason)
    look = detect.describe_content(head)
    stem = head.name.lower().removesuffix(".gz")
    if stem.endswith(_RECORDING_SUFFIXES) and look in detect.DAMAGED_DESCRIPTIONS:
        raise NotReadable(
            "damaged: no {kind} file begins like this; it is {look}", kind=stem[-3:].upper(), look=_(look)
        )
    raise NotTaken("nothing that runlog reads; it is {look}", look=_(look))


def complete_activities(parsed: ParsedFile, settings: Settings, sport: str | None) -> ParsedFile:
    """Fill in missing values, decide each sport, and drop implausible activities.

    Raises:
        NotTaken: none of them lasts any time.
        NotReadable: all of them are implausible.
    """
    if not parsed.activities or parsed.exported is not None:
        return parsed
    now = datetime.now(UTC)
    activities: list[Activity] = []
    refusals: list[Problem] = []
    notes: list[str] = []
    for stated in parsed.activities:
        activity, settled = normalize.settle_sums(normalize.mark_virtual(stated, parsed.program))
        assigned, note = _assign_sport(activity, settings, sport)
        notes += [*settled, *([note] if note else [])]
        completed = normalize.fill_missing_sums(assigned)
        refusal = normalize.implausible_reason(completed, now)
        if refusal:
            by_clock, is_nothing = normalize.is_ahead(completed, now), completed.duration_s <= 0
            refusals.append(Problem(refusal, by_clock=by_clock, is_warning=is_nothing))
        else:
            activities.append(localtime.fill_utc_offset(completed))
    if not activities:
        error = NotTaken if all(one.is_warning for one in refusals) else NotReadable
        raise error("; ".join(map(str, refusals)), by_clock=any(one.by_clock for one in refusals))
    return replace(
        parsed,
        activities=tuple(activities),
        problems=parsed.problems + tuple(refusals),
        notes=parsed.notes + tuple(dict.fromkeys(notes)),
    )


def _assign_sport(activity: Activity, settings: Settings, sport: str | None) -> tuple[Activity, str | None]:
    """Set sport and kind: the sport given by the caller, else the file's, else guess from name and pace.

    A run that the file names, but that none can have been, becomes another activity. A note says so, and that
    a sport was guessed.
    """
    advice = "" if activity.external else _(" (to change that: --sport)")
    if sport is not None:
        name, sub_sport = sports.normalize_sport(sport)
        if name == UNKNOWN_SPORT:
            name, sub_sport = sub_sport or name, None
        kind = sports.activity_kind(name, sub_sport)
        return replace(activity, sport=name, sub_sport=sub_sport, kind=kind), None
    if activity.sport != UNKNOWN_SPORT:
        kind = sports.activity_kind(activity.sport, activity.sub_sport)
        activity = replace(activity, kind=kind)
        reason = normalize.no_run_reason(normalize.fill_missing_sums(activity)) if kind is Kind.RUN else None
        if reason is None:
            return activity, None
        other = replace(activity, sport=UNKNOWN_SPORT, sub_sport=None, kind=Kind.OTHER, sport_guessed=True)
        return other, say(
            "called a run, but it {reason}; kept as another activity{advice}", reason=reason, advice=advice
        )
    guess, reason = _guess_sport(activity, settings)
    verdict = _("it was taken for a run") if guess.kind is Kind.RUN else _("it was not taken for a run")
    word = activity.sub_sport
    unnamed = say("runlog knows no sport {word!r}", word=word) if word else _("the file names no sport")
    return replace(guess, sport_guessed=True), f"{unnamed}; {reason} {verdict}{advice}"


def _guess_sport(activity: Activity, settings: Settings) -> tuple[Activity, str]:
    """Guess the sport: by the word for a ride, swim, hike or walk in the name, else by pace; say by which."""
    named = sports.other_sport_in_name(activity.name)
    if named is not None:
        shown = say("named {name!r}", name=activity.name)
        return replace(activity, sport=named, sub_sport=None, kind=Kind.OTHER), shown
    completed = normalize.fill_missing_sums(activity)
    distance, moving = completed.distance_m, completed.moving_s or completed.duration_s
    shown, is_run = _("at no pace"), False
    if distance is not None and distance > 0 and moving > 0:
        pace = moving / 60.0 / (distance / 1000.0)
        shown = say("at {pace} min/km", pace=f"{int(pace)}:{int(pace % 1 * 60):02d}")
        is_run = settings.fastest_min_per_km <= pace <= settings.slowest_min_per_km
    if is_run and normalize.no_run_reason(completed) is None:
        return replace(activity, sport="running", sub_sport=None, kind=Kind.RUN), shown
    sport = activity.sub_sport or UNKNOWN_SPORT
    return replace(activity, sport=sport, sub_sport=None, kind=Kind.OTHER), shown


#: Other data of Garmin, Strava, Polar and Apple, which is recognised but not imported.
_GARMIN_FOLDER = re.compile(r"(?:^|[/\\])DI[_-]CONNECT|(?:^|[/\\])DI-", re.IGNORECASE)
_GARMIN_KEYS = re.compile(
    rb'"(?:userProfilePk|userProfileId|wellnessStartTimeGmt|calendarDate)"', re.IGNORECASE
)
_STRAVA_TABLE = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:Athlete ID|Bike Name|Route Name|Goal Type|Media Filename|Club ID|Segment ID)\b"
)

_POLAR_FILE_NAME = re.compile(
    r"(?:^|[/\\])(?:activity-|247ohr_|sleep_|nightly_|fitness-test-|calendar-items-|account-|sport-profiles-"
    r"|products-devices-|planned-route-|favourite-targets-|training-target-|ppi_|generic-period)"
    r"[^/\\]*\.json(?:\.gz)?$",
    re.IGNORECASE,
)
_POLAR_KEYS = re.compile(rb'"(?:exportVersion|deviceDays)"')
_APPLE_XML_ROOTS = frozenset({"HealthData", "ClinicalDocument"})


def _app_data_reason(head: Head) -> str | None:
    """Return what a file is that no format claims, or None where that is not known."""
    if head.data.lstrip().startswith(NOT_EXPORTED.encode()) or head.name.endswith(NOT_EXPORTED):
        return say("Strava could not export it; {placeholder} stands in its place", placeholder=NOT_EXPORTED)
    if head.is_json and (_GARMIN_FOLDER.search(head.name) or _GARMIN_KEYS.search(head.data)):
        return _("Garmin's wellness or settings data, which runlog does not use")
    if head.is_json and (_POLAR_FILE_NAME.search(head.name) or _POLAR_KEYS.search(head.data)):
        return _("Polar's targets, daily data or settings; its training sessions are what runlog reads")
    if head.xml_root in _APPLE_XML_ROOTS:
        return _("Apple Health's own file; the routes beside it (workout-routes/*.gpx) are what runlog reads")
    if _STRAVA_TABLE.match(head.data):
        return _("a table of a Strava archive that tells of no runs")
    return None
