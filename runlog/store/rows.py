"""Convert activities, diary entries and shoes to table rows and back."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from runlog.model import Activity, Area, Entry, Intensity, Kind, Lap, Precision, Shoe, Side
from runlog.records import Recording, Sport, StoredEntry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

#: The columns of a recording that are the fields of an Activity, of an entry those of an Entry.
ACTIVITY_COLUMNS = tuple(field.name for field in fields(Activity) if field.name != "track")
ENTRY_COLUMNS = tuple(field.name for field in fields(Entry))

_OPTIONAL_BOOLEANS = ("warmup", "cooldown", "strength", "mobility")
_BOOLEANS = ("sport_guessed", "day_only", "gear_listed")


def insert(db: sqlite3.Connection, table: str, row: Mapping[str, object]) -> int:
    """Insert a row, given by its columns, and return its id."""
    values = ", ".join(f":{column}" for column in row)
    return int(
        db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})", row).lastrowid or 0  # noqa: S608 - our own names
    )


def insert_with_id(db: sqlite3.Connection, table: str, row: Mapping[str, object], wanted: int) -> int:
    """Insert a row with the id of an export where that is free, else with a new one; return its id."""
    taken = db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (wanted,)).fetchone()  # noqa: S608 - our own names
    return insert(db, table, {**row, "id": None if taken or wanted < 1 else wanted})


def update(db: sqlite3.Connection, table: str, row: Mapping[str, object], key: str = "id") -> bool:
    """Update the row with the same key, and return whether there is one."""
    values = ", ".join(f"{column} = :{column}" for column in row if column != key)
    return db.execute(f"UPDATE {table} SET {values} WHERE {key} = :{key}", row).rowcount > 0  # noqa: S608 - our own names


def utc_text(moment: datetime) -> str:
    """Return UTC in ISO 8601 of a fixed width, so that texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def activity_row(activity: Activity) -> dict[str, object]:
    """Return the columns of a recording, by name."""
    row: dict[str, object] = {name: getattr(activity, name) for name in ACTIVITY_COLUMNS}
    laps = [[utc_text(lap.start), lap.duration_s, lap.distance_m, lap.intensity] for lap in activity.laps]
    return row | {"start": utc_text(activity.start), "laps": json.dumps(laps)}


def recording_from_row(row: sqlite3.Row) -> Recording:
    """Return the recording of a row that holds its columns and the file's ``path``."""
    values: dict[str, Any] = {name: row[name] for name in ACTIVITY_COLUMNS}
    values["start"] = datetime.fromisoformat(row["start"])
    values["kind"] = Kind(row["kind"])
    values |= {name: bool(row[name]) for name in _BOOLEANS}
    values["laps"] = tuple(
        Lap(datetime.fromisoformat(start), duration_s, distance_m, intensity and Intensity(intensity))
        for start, duration_s, distance_m, intensity in json.loads(row["laps"])
    )
    return Recording(
        id=row["id"],
        activity_id=row["activity_id"],
        file_id=row["file_id"],
        path=row["path"],
        activity=Activity(**values),
        streams=row["streams"],
        points=row["points"],
    )


def given_sport(row: sqlite3.Row) -> Sport | None:
    """Return the sport that the runner says an activity was, by its row; None where nothing was said."""
    if row["given_sport"] is None:
        return None
    return Sport(row["given_sport"], row["given_sub_sport"], Kind(row["given_kind"]))


def given_sport_row(sport: Sport | None) -> dict[str, str | None]:
    """Return the columns of an activity that hold the sport that the runner says it was."""
    name, sub_sport, kind = sport or (None, None, None)
    return {"given_sport": name, "given_sub_sport": sub_sport, "given_kind": kind}


def entry_row(entry: Entry) -> dict[str, object]:
    """Return the columns of an entry, by name."""
    row: dict[str, object] = {name: getattr(entry, name) for name in ENTRY_COLUMNS}
    return row | {"moment": utc_text(entry.moment)}


def entry_from_row(row: sqlite3.Row | Mapping[str, Any]) -> StoredEntry:
    """Return the entry of a row."""
    values: dict[str, Any] = {name: row[name] for name in ENTRY_COLUMNS}
    values["moment"] = datetime.fromisoformat(row["moment"])
    values["area"] = Area(row["area"])
    values["side"] = row["side"] and Side(row["side"])
    values["precision"] = Precision(row["precision"])
    for name in _OPTIONAL_BOOLEANS:
        if values[name] is not None:
            values[name] = bool(values[name])
    return StoredEntry(id=row["id"], entry=Entry(**values), source=row["source"])


def shoe_row(shoe: Shoe) -> dict[str, object]:
    """Return the columns of a shoe, by name."""
    return {
        "name": shoe.name,
        "from_date": shoe.from_date and shoe.from_date.isoformat(),
        "retired": shoe.retired and shoe.retired.isoformat(),
        "start_m": shoe.start_m,
        "limit_m": shoe.limit_m,
        "is_default": shoe.default,
        "rests": json.dumps([[first.isoformat(), last.isoformat()] for first, last in shoe.rests]),
        "same_as": shoe.same_as,
        "named_until": shoe.named_until and shoe.named_until.isoformat(),
    }


def shoe_from_row(row: sqlite3.Row) -> Shoe:
    """Return the pair of a row."""
    return Shoe(
        name=row["name"],
        from_date=row["from_date"] and date.fromisoformat(row["from_date"]),
        retired=row["retired"] and date.fromisoformat(row["retired"]),
        start_m=row["start_m"],
        limit_m=row["limit_m"],
        default=bool(row["is_default"]),
        rests=tuple(
            (date.fromisoformat(first), date.fromisoformat(last)) for first, last in json.loads(row["rests"])
        ),
        same_as=row["same_as"],
        named_until=row["named_until"] and date.fromisoformat(row["named_until"]),
    )
