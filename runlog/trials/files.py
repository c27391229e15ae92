"""Write a trial's plan as CSV for a spreadsheet, or as iCalendar (RFC 5545) for a calendar."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from runlog.trials.design import trial_from_plan
from runlog.units import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlog.model import Plan, PlannedRun

PLAN_COLUMNS = ("exported_plan", "run", "pair", "day", "weekday", "way", "what_to_do")

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Of the ids of all events that runlog writes: the same run of the same plan always has the same one.
_EVENT_NAMESPACE = uuid.UUID("6b445fc7-da54-4926-a948-7b6614cfa616")


def plan_rows(plan: Plan) -> list[dict[str, object]]:
    """A row per planned run, by ``COLUMNS``."""
    return [
        dict(
            zip(
                PLAN_COLUMNS,
                (plan.id, number, (number + 1) // 2, run.day, _WEEKDAYS[run.day.weekday()], way, todo),
                strict=True,
            )
        )
        for number, run, way, todo in _described_runs(plan)
    ]


def plan_csv(plan: Plan) -> str:
    """The plan as CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, PLAN_COLUMNS)
    writer.writeheader()
    writer.writerows(plan_rows(plan))
    return text.getvalue()


def plan_calendar(plan: Plan) -> bytes:
    """The plan as a calendar file: an event of a whole day per planned run.

    Taken in again, the events take the place of those that are there, as each keeps its UID.
    """
    from icalendar import Calendar, Event

    whole = Calendar()
    whole.add("prodid", "-//runlog//plan//EN")
    whole.add("version", "2.0")
    for number, run, way, todo in _described_runs(plan):
        event = Event()
        event.add("uid", uuid.uuid5(_EVENT_NAMESPACE, f"{plan.made.isoformat()} {plan.seed} {number}").urn)
        event.add("dtstamp", plan.made)
        event.add("dtstart", run.day)
        event.add("dtend", run.day + timedelta(days=1))
        event.add("summary", f"Run: {way}")
        event.add(
            "description",
            f"{todo}\nRate your {plan.area.replace('_', ' ')} within a day after it: runlog log N\n"
            f"Run {number} of {len(plan.runs)} of plan {plan.id}.",
        )
        event.add("transp", "TRANSPARENT")
        whole.add_component(event)
    return bytes(whole.to_ical())


def _described_runs(plan: Plan) -> Iterator[tuple[int, PlannedRun, str, str]]:
    """The number of each run, the run, its way and what to do, fit for a file."""
    todo = trial_from_plan(plan).todo()
    for number, run in enumerate(plan.runs, 1):
        yield number, run, printable(plan.way(run), " "), printable(todo[0 if run.first else 1], " ")
