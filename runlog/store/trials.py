"""Store planned trials and their runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotFound
from runlog.model import Plan, PlannedRun
from runlog.store import rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import datetime

#: A plan is the same as another one when it was made at the same moment with the same lots.
_SELECT_SAME = (
    "SELECT id, cancelled FROM plan WHERE (factor, area, seed, made) = (:factor, :area, :seed, :made)"
)


def read_trials(db: sqlite3.Connection) -> list[Plan]:
    """Return all plans, in the order in which they were made."""
    runs: dict[int, list[PlannedRun]] = {}
    for row in db.execute("SELECT * FROM planned_run ORDER BY plan_id, position"):
        planned = PlannedRun(date.fromisoformat(row["day"]), bool(row["is_first"]))
        runs.setdefault(row["plan_id"], []).append(planned)
    plans = []
    for row in db.execute("SELECT * FROM plan ORDER BY id"):
        planned_runs = tuple(runs.get(row["id"], ()))
        if not planned_runs or len(planned_runs) % 2:
            raise ValueError(f"the runs of plan {row['id']} are no pairs")
        plans.append(rows.from_row(Plan, row, runs=planned_runs))
    return plans


def read_trial(db: sqlite3.Connection, plan_id: int) -> Plan:
    """Return one plan.

    Raises:
        NotFound: there is none of that id.
    """
    known = read_trials(db)
    found = next((one for one in known if one.id == plan_id), None)
    if found is None:
        ids = ", ".join(str(one.id) for one in known)
        if not ids:
            raise NotFound("there is no trial {id}; there is none yet", id=plan_id)
        raise NotFound("there is no trial {id}; there are {ids}", id=plan_id, ids=ids)
    return found


def add_trial(db: sqlite3.Connection, drawn: Plan) -> int:
    """Store a plan and return its id."""
    return _insert_trial(db, replace(drawn, id=0))


def cancel_trial(db: sqlite3.Connection, plan_id: int, moment: datetime) -> Plan:
    """Cancel a plan; the runs done so far stay.

    Raises:
        NotFound: there is none of that id.
        BadInput: it was cancelled before.
    """
    before = read_trial(db, plan_id)
    if before.cancelled is not None:
        raise BadInput(
            "trial {id} was already cancelled, on {cancelled:%Y-%m-%d}",
            id=plan_id,
            cancelled=before.cancelled,
        )
    db.execute("UPDATE plan SET cancelled = ? WHERE id = ?", (rows.utc_text(moment), plan_id))
    return read_trial(db, plan_id)


def import_trials(db: sqlite3.Connection, exported: Iterable[Plan]) -> int:
    """Store the plans of an export that are new, and which were cancelled; return how many that changes."""
    changed = 0
    for one in exported:
        row = db.execute(_SELECT_SAME, _trial_row(one)).fetchone()
        if row is None:
            _insert_trial(db, one)
            changed += 1
        elif row["cancelled"] is None and one.cancelled is not None:
            cancel_trial(db, row["id"], one.cancelled)
            changed += 1
    return changed


def _insert_trial(db: sqlite3.Connection, one: Plan) -> int:
    plan_id = rows.insert_with_id(db, "plan", _trial_row(one), one.id)
    db.executemany(
        "INSERT INTO planned_run VALUES (?, ?, ?, ?)",
        [(plan_id, position, run.day.isoformat(), run.first) for position, run in enumerate(one.runs)],
    )
    return plan_id


def _trial_row(one: Plan) -> dict[str, object]:
    row = rows.to_row(one)
    del row["runs"]
    return row
