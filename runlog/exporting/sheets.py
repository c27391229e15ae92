"""The tables of an export, for spreadsheets: their first column says that they are not to be read back."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from runlog.clock import on_clock
from runlog.importers import diary_csv as diary_format
from runlog.importers import shoes_csv as shoes_format

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlog.model import KeptActivity, KeptEntry, Shoe

_VALUES = (
    *("kind", "sport", "sub_sport", "name", "distance_m", "duration_s", "moving_s", "ascent_m"),
    *("avg_hr", "max_hr", "avg_cadence_spm", "rpe", "feel"),
)


class Runs:
    """The table of all activities, a row at a time: metres, seconds, beats and steps per minute."""

    def __init__(self) -> None:
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text)
        self._rows.writerow(["exported_run", "start", "local_start", *_VALUES, "shoe", "device", "sources"])

    def add(self, kept: KeptActivity) -> None:
        """Add one."""
        one = kept.activity
        local = None if one.utc_offset_s is None else on_clock(one.start, one.utc_offset_s).isoformat()
        values = [getattr(one, name) for name in _VALUES]
        sources = "; ".join(kept.sources)
        self._rows.writerow(
            [kept.id, one.start.isoformat(), local, *values, kept.worn or one.shoe, one.device, sources]
        )

    def text(self) -> str:
        """The whole table."""
        return self._text.getvalue()


def diary(entries: Sequence[KeptEntry]) -> str:
    """The diary as a diary CSV, with the ids before it and the runs and sources behind it."""
    written = io.StringIO(diary_format.format_diary(kept.entry for kept in entries), newline="")
    head, *rows = csv.reader(written)
    return _table(
        ["exported_entry", *head, "run", "source"],
        ([kept.id, *row, kept.entry.run, kept.source] for kept, row in zip(entries, rows, strict=True)),
    )


def shoes(pairs: Sequence[Shoe]) -> str:
    """The pairs of shoes as a shoes CSV, numbered; what are but other names of them is left out."""
    return _table(
        ["exported_shoe", *shoes_format.COLUMNS],
        (
            [
                *(number, shoe.name, shoe.from_date, shoe.retired),
                *(shoe.start_m / 1000, None if shoe.limit_m is None else shoe.limit_m / 1000),
                "yes" if shoe.default else "no",
            ]
            for number, shoe in enumerate((pair for pair in pairs if pair.same_as is None), 1)
        ),
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(head)
    table.writerows(rows)
    return text.getvalue()
