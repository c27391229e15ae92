"""Export everything as plain files: JSON that imports back, and CSV and GPX for other programs.

Activities are written one at a time, so memory use does not grow with their number.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from runlog.errors import BadInput, cannot_write
from runlog.fileio import list_stale_drafts, write_atomically
from runlog.importers import diary_csv, runlog_export, shoes_csv
from runlog.importers.detect import HEAD_SIZE, decompress_head
from runlog.importers.runlog_export import GPX_CREATOR
from runlog.localtime import at_offset
from runlog.record_json import to_json
from runlog.settings import CONFIG_NAME
from runlog.store import activities, diary, portable, shoes
from runlog.units import mark_formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from runlog.model import Activity, Entry, Shoe, Track
    from runlog.records import ExportedActivity, ExportedJournal, StoredActivity, StoredEntry
    from runlog.store import Store

_ACTIVITY_FILE_NAME = re.compile(r"\d{6,}\.(json\.gz|gpx)")


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What an export holds: activities (of them so many as GPX), diary entries, pairs of shoes; its bytes."""

    activities: int
    gpx: int
    entries: int
    shoes: int
    size: int


def export_all(
    store: Store,
    home: Path,
    folder: Path,
    *,
    with_gpx: bool = False,
    force: bool = False,
    progress: Callable[[int, int, str], None] | None = None,
) -> ExportResult:
    """Write everything that a runner owns into a folder; see ``Journal.export``.

    It is one consistent state, whatever others import meanwhile. Until it is complete, a file says so.
    """
    folder = folder.absolute()
    if not any(map(store.read, (portable.list_activity_ids, diary.read_entries, shoes.read_shoes))):
        raise BadInput("{home}: there is nothing to export yet; is this the right --home?", home=home)
    _check_folder(folder, home, force=force)
    target = _ExportFolder(folder)
    target.write(UNFINISHED_NAME, UNFINISHED_TEXT)
    with store.consistent_reads():
        runs_text = io.StringIO(newline="")
        runs = csv.writer(runs_text)
        runs.writerow(RUNS_COLUMNS)
        ids = store.read(portable.list_activity_ids)
        with_track = 0
        for done, activity_id in enumerate(ids, 1):
            name = f"activities/{activity_id:06d}"
            exported = store.read(portable.export_activity, activity_id)
            target.write(f"{name}.json.gz", format_activity(exported))
            if not exported.is_deleted:
                merged = store.read(activities.read_activity, activity_id)
                runs.writerow(run_cells(merged))
                track = store.read(activities.read_track, activity_id) if with_gpx else None
                if track is not None and "lat" in track:
                    target.write(f"{name}.gpx", write_gpx(merged.activity, track))
                    with_track += 1
            if progress is not None:
                progress(done, len(ids), name)
        journal = store.read(portable.export_journal)
    target.write("journal.json", format_journal(journal))
    target.write("runs.csv", runs_text.getvalue())
    target.write("diary.csv", diary_table(journal.entries))
    target.write("shoes.csv", shoes_table(journal.shoes))
    config = home / CONFIG_NAME
    if config.exists():
        target.write(CONFIG_NAME, config.read_bytes())
    target.write("README.txt", README_TEXT)
    target.finish()
    pairs = sum(shoe.same_as is None for shoe in journal.shoes)
    return ExportResult(len(ids), with_track, len(journal.entries), pairs, target.size)


def _check_folder(folder: Path, home: Path, *, force: bool) -> None:
    if folder.resolve() == home.resolve():
        raise BadInput("{folder}: this is the home itself; name another folder", folder=folder)
    try:
        holds = any(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise cannot_write(folder, error) from error
    if holds and not force:
        raise BadInput(
            "{folder}: there is something in it; name a new folder, or --force goes over an export",
            folder=folder,
        )


class _ExportFolder:
    """The folder of an export, and which of its files this export has written."""

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
        """Delete files of an earlier export, drafts of a killed one, then the marker of being unfinished."""
        for folder in {Path(name).parent for name in self._written}:
            for draft in list_stale_drafts(self._folder / folder):
                if str(folder / draft.name[1:].rpartition(".")[0]) in self._written:
                    draft.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            for entry in list(os.scandir(self._folder / "activities")):
                is_old = f"activities/{entry.name}" not in self._written
                if is_old and _ACTIVITY_FILE_NAME.fullmatch(entry.name) and is_export_file(Path(entry.path)):
                    Path(entry.path).unlink()
        (self._folder / UNFINISHED_NAME).unlink()


UNFINISHED_NAME = "UNFINISHED.txt"

UNFINISHED_TEXT = f"""{runlog_export.UNFINISHED_FIRST_LINE}

Something stopped runlog before it had written everything. Export again, with --force into this folder.
"""

README_TEXT = f"""{runlog_export.README_FIRST_LINE}

To have it all in runlog again:  runlog import THIS_FOLDER

activities/   each activity with all of its recordings: JSON, packed with gzip. "recordings" lists the
              files that it was read from, what each of them tells, and its track as a list per column;
              time_s counts seconds from the start, a change of segment is a pause, null is unknown.
              What you have deleted is among them, with "is_deleted", and in no other file.
              Those that end in .gpx are the same tracks for other tools.
journal.json  the diary, the shoes and their rules, the plans, the routes, the alerts,
              and which files were read.
runs.csv      all activities, for a spreadsheet.
diary.csv     the diary, for a spreadsheet. Without its first column it is a diary that runlog reads.
shoes.csv     the shoes, for a spreadsheet. Without its first column it is a list that runlog reads.
config.toml   the settings, where there were any; copy them into the new home.

Units are metres, seconds, metres per second, beats and steps (of both feet) per minute, watts, degrees
(WGS 84) and millimetres; times are UTC unless they say an offset.
"""


def is_export_file(file: Path) -> bool:
    """Return whether an export has written this file."""
    with file.open("rb") as opened:
        head = decompress_head(opened.read(HEAD_SIZE))
    return runlog_export.is_export_file(head)


_GZIP_LEVEL = 5  # a tenth of the time of 9, for 3 % more bytes


def format_activity(exported: ExportedActivity) -> bytes:
    """Return one activity as packed JSON; the same activity always gives the same bytes."""
    content = {"runlog": "activity", "version": runlog_export.VERSION} | to_json(exported)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return gzip.compress(text.encode(), _GZIP_LEVEL, mtime=0)


def format_journal(journal: ExportedJournal) -> bytes:
    """Return the journal as JSON, a record a line; the same journal always gives the same bytes."""
    head = f'{{"runlog": "journal",\n"version": {runlog_export.VERSION}'
    parts = [f'"{name}": {_format_lines(part)}' for name, part in to_json(journal).items()]
    return (",\n".join([head, *parts]) + "}\n").encode()


def _format_lines(part: list[Any] | dict[str, Any]) -> str:
    if isinstance(part, list):
        lines, begin, end = [_json_text(one) for one in part], "[", "]"
    else:
        lines, begin, end = [f"{_json_text(key)}: {_json_text(one)}" for key, one in part.items()], "{", "}"
    return f"{begin}\n" + ",\n".join(lines) + end if lines else begin + end


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


_ACTIVITY_FIELDS = (
    *("kind", "sport", "sub_sport", "name", "distance_m", "duration_s", "moving_s", "ascent_m"),
    *("avg_hr", "max_hr", "avg_cadence_spm", "rpe", "feel"),
)
#: Of the table of all activities: metres, seconds, beats and steps per minute.
RUNS_COLUMNS = ("exported_run", "start", "local_start", *_ACTIVITY_FIELDS, "shoe", "device", "sources")


def run_cells(stored: StoredActivity) -> list[object]:
    """Return the row of an activity, by ``RUNS_COLUMNS``."""
    one = stored.activity
    local = None if one.utc_offset_s is None else at_offset(one.start, one.utc_offset_s).isoformat()
    values = [getattr(one, name) for name in _ACTIVITY_FIELDS]
    more = (stored.shoe_override or one.shoe, one.device, "; ".join(stored.sources))
    return [mark_formula(cell) for cell in (stored.id, one.start.isoformat(), local, *values, *more)]


def format_diary(entries: Iterable[Entry]) -> str:
    """Write entries as diary CSV: dates in ISO 8601 with offset, so that reading it changes nothing.

    A note or a name that a spreadsheet would run as a formula has an apostrophe before it, which reading
    takes away again.
    """
    lines = []
    for cells in (diary_csv.COLUMNS, *map(_diary_cells, entries)):
        out = io.StringIO(newline="")
        csv.writer(out).writerow(cells)  # it quotes both letters of its own line end: notes keep theirs
        lines.append(out.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def _diary_cells(entry: Entry) -> list[object]:
    """Return the cells of an entry, by ``diary_csv.COLUMNS``."""
    strength = _yes_no_text(entry.strength)
    if entry.strength_min is not None and entry.strength is not False:
        strength = f"{_number_text(entry.strength_min)} min"
    cells = {
        "date": at_offset(entry.moment, entry.utc_offset_s).isoformat(),
        "soreness": _number_text(entry.soreness),
        "area": entry.area.value if entry.side is None else f"{entry.side.value} {entry.area.value}",
        "warmup": _yes_no_text(entry.warmup),
        "cooldown": _yes_no_text(entry.cooldown),
        "shoe": mark_formula(entry.shoe or ""),
        "rpe": _number_text(entry.rpe),
        "strength": strength,
        "mobility": _yes_no_text(entry.mobility),
        "desk_hours": _number_text(entry.desk_hours),
        "posture": _number_text(entry.posture),
        "note": mark_formula(entry.note or ""),
    }
    return [cells[name] for name in diary_csv.COLUMNS]


def _number_text(value: float | None) -> str:
    return "" if value is None else repr(float(value)).removesuffix(".0")


def _yes_no_text(value: bool | None) -> str:  # noqa: FBT001 - a value that is written, not a switch
    if value is None:
        return ""
    return "yes" if value else "no"


def diary_table(entries: Iterable[StoredEntry]) -> str:
    """Return the diary as CSV with runs and sources; its first column marks it as not importable."""
    return _csv_text(
        ["exported_entry", *diary_csv.COLUMNS, "run", "source"],
        ([one.id, *_diary_cells(one.entry), one.entry.run, mark_formula(one.source)] for one in entries),
    )


def shoes_table(pairs: Sequence[Shoe]) -> str:
    """Return the pairs of shoes as CSV; its first column, a number, marks it as not importable."""
    return _csv_text(
        ["exported_shoe", *shoes_csv.COLUMNS],
        (
            [
                *(number, mark_formula(shoe.name), shoe.from_date, shoe.retired),
                *(shoe.start_m / 1000, None if shoe.limit_m is None else shoe.limit_m / 1000),
                "yes" if shoe.default else "no",
            ]
            for number, shoe in enumerate((pair for pair in pairs if pair.same_as is None), 1)
        ),
    )


def _csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(head)
    table.writerows(rows)
    return text.getvalue()


_GPX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<gpx creator="{GPX_CREATOR}" version="1.1" xmlns="http://www.topografix.com/GPX/1/1"\n'
    ' xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">\n<trk>\n'
)
_INVALID_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_gpx(activity: Activity, track: Track) -> str:
    """Write one activity and its track; points without a position are left out, a pause begins a segment."""
    name = f"<name>{_xml_text(activity.name)}</name>\n" if activity.name else ""
    sport = f"<type>{_xml_text(activity.sport)}</type>\n"
    return "".join([_GPX_HEAD, name, sport, *_gpx_segments(activity, track), "</trk>\n</gpx>\n"])


def _gpx_segments(activity: Activity, track: Track) -> Iterator[str]:
    current = None
    for point in _gpx_points(track):
        if point["segment"] != current:
            yield "</trkseg>\n" if current is not None else ""
            yield "<trkseg>\n"
            current = point["segment"]
        time = activity.start + timedelta(seconds=point["time_s"])
        yield f'<trkpt lat="{point["lat"]!r}" lon="{point["lon"]!r}">'
        yield _optional_element("<ele>{}</ele>", point.get("altitude_m"))
        yield f"<time>{time.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}</time>"
        yield _gpx_extensions(point)
        yield "</trkpt>\n"
    if current is not None:
        yield "</trkseg>\n"


def _gpx_points(track: Track) -> Iterator[dict[str, float]]:
    wanted = ("time_s", "segment", "lat", "lon", "altitude_m", "heart_rate_bpm", "cadence_spm")
    names = [name for name in wanted if name in track]
    for values in zip(*(track[name].tolist() for name in names), strict=True):
        point = dict(zip(names, values, strict=True))
        if not math.isnan(point["lat"]) and not math.isnan(point["lon"]):
            yield point


def _gpx_extensions(point: dict[str, float]) -> str:
    cadence = point.get("cadence_spm", math.nan)
    extension = _optional_element("<gpxtpx:hr>{:.0f}</gpxtpx:hr>", point.get("heart_rate_bpm"))
    extension += _optional_element(
        "<gpxtpx:cad>{:.0f}</gpxtpx:cad>", cadence / 2
    )  # of one foot, as all write it
    if not extension:
        return ""
    return f"<extensions><gpxtpx:TrackPointExtension>{extension}</gpxtpx:TrackPointExtension></extensions>"


def _optional_element(element: str, value: float | None) -> str:
    return "" if value is None or math.isnan(value) else element.format(value)


def _xml_text(text: str) -> str:
    return escape(_INVALID_XML.sub(" ", text))
