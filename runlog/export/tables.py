"""Write the diary, the shoes and all activities as CSV, for runlog itself and for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from runlog.importers import diary_csv, shoes_csv
from runlog.localtime import at_offset
from runlog.units import mark_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.model import Entry, Shoe
    from runlog.records import StoredActivity, StoredEntry

_RUN_COLUMNS = (
    *("kind", "sport", "sub_sport", "name", "distance_m", "duration_s", "moving_s", "ascent_m"),
    *("avg_hr", "max_hr", "avg_cadence_spm", "rpe", "feel"),
)


class RunsTable:
    """The table of all activities, a row at a time: metres, seconds, beats and steps per minute."""

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text)
        self._rows.writerow(
            ["exported_run", "start", "local_start", *_RUN_COLUMNS, "shoe", "device", "sources"]
        )

    def add(self, stored: StoredActivity) -> None:
        """Add an activity."""
        one = stored.activity
        local = None if one.utc_offset_s is None else at_offset(one.start, one.utc_offset_s).isoformat()
        values = [getattr(one, name) for name in _RUN_COLUMNS]
        sources = "; ".join(stored.sources)
        shoe = stored.shoe_override or one.shoe
        row = [stored.id, one.start.isoformat(), local, *values, shoe, one.device, sources]
        self._rows.writerow(map(mark_formula, row))

    def text(self) -> str:
        """Return the whole table."""
        return self._text.getvalue()


def empty_diary() -> str:
    """Return an empty diary: the header row alone."""
    return format_diary(())


def format_diary(entries: Iterable[Entry]) -> str:
    """Write entries as diary CSV: dates in ISO 8601 with offset, so that reading it changes nothing.

    A note or a name that a spreadsheet would run as a formula has an apostrophe before it, which reading
    takes away again.
    """
    lines = [_csv_line(diary_csv.COLUMNS)]
    for entry in entries:
        local = at_offset(entry.moment, entry.utc_offset_s)
        cells = {
            "date": local.isoformat(),
            "soreness": _number_text(entry.soreness),
            "area": entry.area.value if entry.side is None else f"{entry.side.value} {entry.area.value}",
            "warmup": _yes_no_text(entry.warmup),
            "cooldown": _yes_no_text(entry.cooldown),
            "shoe": mark_formula(entry.shoe or ""),
            "rpe": _number_text(entry.rpe),
            "strength": _strength_text(entry),
            "mobility": _yes_no_text(entry.mobility),
            "desk_hours": _number_text(entry.desk_hours),
            "posture": _number_text(entry.posture),
            "note": mark_formula(entry.note or ""),
        }
        lines.append(_csv_line([cells[name] for name in diary_csv.COLUMNS]))
    return "".join(lines)


def _csv_line(cells: Sequence[object]) -> str:
    """Write one row; the csv module quotes both letters of its own line end, so that notes keep theirs."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def _number_text(value: float | None) -> str:
    return "" if value is None else repr(float(value)).removesuffix(".0")


def _yes_no_text(value: bool | None) -> str:  # noqa: FBT001 - a value that is written, not a switch
    if value is None:
        return ""
    return "yes" if value else "no"


def _strength_text(entry: Entry) -> str:
    if entry.strength_min is not None and entry.strength is not False:
        return f"{_number_text(entry.strength_min)} min"
    return _yes_no_text(entry.strength)


def diary_table(entries: Sequence[StoredEntry]) -> str:
    """Return the diary as CSV with runs and sources; its first column marks it as not importable."""
    written = io.StringIO(format_diary(stored.entry for stored in entries), newline="")
    head, *rows = csv.reader(written)
    return _csv_text(
        ["exported_entry", *head, "run", "source"],
        (
            [stored.id, *row, stored.entry.run, mark_formula(stored.source)]
            for stored, row in zip(entries, rows, strict=True)
        ),
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
