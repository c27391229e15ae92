"""Write a trial's plan as CSV for a spreadsheet, or as iCalendar (RFC 5545) for a calendar."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from runlog import units
from runlog.model import WEEKDAYS
from runlog.trials.design import trial_from_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.model import Plan, PlannedRun

PLAN_COLUMNS = ("exported_plan", "run", "pair", "day", "weekday", "way", "what_to_do")

#: Namespace of the ids of all calendar events: the same run of the same plan always has the same id.
_EVENT_NAMESPACE = uuid.UUID("6b445fc7-da54-4926-a948-7b6614cfa616")


def plan_rows(plan: Plan) -> list[dict[str, object]]:
    """Return a row per planned run, by ``PLAN_COLUMNS``."""
    rows = []
    for number, run, way, todo in _described_runs(plan):
        weekday = WEEKDAYS[run.day.weekday()].capitalize()
        values = (plan.id, number, (number + 1) // 2, run.day, weekday, way, todo)
        rows.append(dict(zip(PLAN_COLUMNS, values, strict=True)))
    return rows


def plan_csv(plan: Plan) -> str:
    """Return the plan as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, PLAN_COLUMNS)
    writer.writeheader()
    writer.writerows(
        {name: units.mark_formula(value) for name, value in row.items()} for row in plan_rows(plan)
    )
    return text.getvalue()


def plan_calendar(plan: Plan) -> bytes:
    """Return the plan as a calendar file: an event of a whole day per planned run.

    Imported into a calendar again, the events replace the earlier ones, as each keeps its UID.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//runlog//plan//EN")
    calendar.add("version", "2.0")
    for number, run, way, todo in _described_runs(plan):
        event = Event()
        event.add("uid", uuid.uuid5(_EVENT_NAMESPACE, f"{plan.made.isoformat()} {plan.seed} {number}").urn)
        event.add("dtstamp", plan.made)
        event.add("dtstart", run.day)
        event.add("dtend", run.day + timedelta(days=1))
        event.add("summary", f"Run: {way}")
        event.add(
            "description",
            f"{todo}\nRate your {units.area(plan.area)} within a day after it: runlog log N\n"
            f"Run {number} of {len(plan.runs)} of plan {plan.id}.",
        )
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _described_runs(plan: Plan) -> Iterator[tuple[int, PlannedRun, str, str]]:
    """Yield the number of each run, the run, its arm and what to do, as printable text."""
    first, second = trial_from_plan(plan).instructions()
    for number, run in enumerate(plan.runs, 1):
        todo = first if run.first else second
        yield number, run, units.printable(plan.arm_name(run), " "), units.printable(todo, " ")
