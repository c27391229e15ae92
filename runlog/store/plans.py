"""Plans: comparisons by lot, and when a runner gave one up."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.model import Area, Plan, PlannedRun
from runlog.store.rows import time_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_COLUMNS = tuple(field.name for field in fields(Plan) if field.name != "runs")
_INSERT = f"INSERT INTO plan VALUES ({', '.join(f':{column}' for column in _COLUMNS)})"  # noqa: S608 - our own names
#: A plan is the same as another one when it was made at the same moment with the same lots.
_SAME = "SELECT id, cancelled FROM plan WHERE (factor, area, seed, made) = (:factor, :area, :seed, :made)"


def plans(db: sqlite3.Connection) -> list[Plan]:
    """All plans, in the order in which they were made."""
    runs: dict[int, list[PlannedRun]] = {}
    for row in db.execute("SELECT * FROM planned_run ORDER BY plan_id, position"):
        planned = PlannedRun(date.fromisoformat(row["day"]), bool(row["is_first"]))
        runs.setdefault(row["plan_id"], []).append(planned)
    return [_plan(row, runs.get(row["id"], ())) for row in db.execute("SELECT * FROM plan ORDER BY id")]


def plan(db: sqlite3.Connection, plan_id: int) -> Plan:
    """One plan.

    Raises:
        NotFound: there is none of that id.
    """
    known = plans(db)
    found = next((one for one in known if one.id == plan_id), None)
    if found is None:
        ids = ", ".join(str(one.id) for one in known)
        raise NotFound(f"there is no plan {plan_id}; there {f'are {ids}' if ids else 'is none yet'}")
    return found


def add(db: sqlite3.Connection, drawn: Plan) -> int:
    """Keep a plan and return its id."""
    return _insert(db, drawn, None)


def cancel(db: sqlite3.Connection, plan_id: int, moment: datetime) -> Plan:
    """Give a plan up; what was done of it stays.

    Raises:
        NotFound: there is none of that id.
        BadInput: it was given up before.
    """
    before = plan(db, plan_id)
    if before.cancelled is not None:
        raise BadInput(f"plan {plan_id} was cancelled before, on {before.cancelled:%Y-%m-%d}")
    db.execute("UPDATE plan SET cancelled = ? WHERE id = ?", (time_text(moment), plan_id))
    return plan(db, plan_id)


def put_back(db: sqlite3.Connection, exported: Iterable[Plan]) -> int:
    """Keep the plans of an export that are not there, and learn which were given up; says how many."""
    changed = 0
    for one in exported:
        row = db.execute(_SAME, _row(one)).fetchone()
        if row is None:
            taken = db.execute("SELECT 1 FROM plan WHERE id = ?", (one.id,)).fetchone()
            _insert(db, one, None if taken or one.id < 1 else one.id)
            changed += 1
        elif row["cancelled"] is None and one.cancelled is not None:
            cancel(db, row["id"], one.cancelled)
            changed += 1
    return changed


def _insert(db: sqlite3.Connection, one: Plan, plan_id: int | None) -> int:
    kept = db.execute(_INSERT, _row(one) | {"id": plan_id}).lastrowid
    db.executemany(
        "INSERT INTO planned_run VALUES (?, ?, ?, ?)",
        [(kept, position, run.day.isoformat(), run.first) for position, run in enumerate(one.runs)],
    )
    return int(kept or 0)


def _row(one: Plan) -> dict[str, object]:
    row: dict[str, object] = {column: getattr(one, column) for column in _COLUMNS}
    return row | {"made": time_text(one.made), "cancelled": one.cancelled and time_text(one.cancelled)}


def _plan(row: sqlite3.Row, runs: Sequence[PlannedRun]) -> Plan:
    if not runs or len(runs) % 2:
        raise ValueError(f"the runs of plan {row['id']} are no pairs")
    values = {column: row[column] for column in _COLUMNS}
    cancelled = row["cancelled"] and datetime.fromisoformat(row["cancelled"])
    return Plan(
        **values
        | {
            "area": Area(row["area"]),
            "made": datetime.fromisoformat(row["made"]),
            "cancelled": cancelled,
            "runs": tuple(runs),
        }
    )
