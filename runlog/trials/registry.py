"""Register, list and cancel planned trials, and write one as CSV (a spreadsheet) or iCalendar (RFC 5545).

There is one at a time, and none while an alert advises a clinician.
"""

from __future__ import annotations

import csv
import io
import secrets
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from runlog import units
from runlog.errors import BadInput
from runlog.model import WEEKDAYS
from runlog.store import reads, trials, writes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from runlog.analysis.history import History
    from runlog.model import Plan
    from runlog.store import Store
    from runlog.trials.design import Trial

_SEED_RANGE = 2**32


class TrialRegistry:
    """The planned trials of one runner."""

    def __init__(self, store: Store, clinician_warnings: Callable[[History, datetime], list[str]]) -> None:
        """Take the store, and what returns the messages of the alerts that advise to see a clinician."""
        self._store = store
        self._clinician_warnings = clinician_warnings

    all = reads(trials.read_trials)
    get = reads(trials.read_trial)
    cancel = writes(trials.cancel_trial)

    def make(
        self,
        history: History,
        trial: Trial,
        now: datetime,
        *,
        weekdays: Iterable[int] = (),
        pairs: int | None = None,
        effect: float = 1.0,
        seed: int | None = None,
        cleared: bool = False,
    ) -> Plan:
        """Plan a trial and store the plan.

        By default it is on the runner's usual weekdays (0 is Monday), with as many pairs as it takes to
        detect the effect, in points, and a random seed of the assignment. ``cleared`` says that a clinician
        has allowed the runner to train as usual.

        Raises:
            BadInput: soreness has to be looked at first, another plan is under way, or a day is wrong.
        """
        from runlog.trials.design import plan_trial

        if not cleared and (warnings := self._clinician_warnings(history, now)):
            raise BadInput(
                "{warnings} This is no time for a trial: see a doctor or physiotherapist first; "
                "runlog alerts says which signs make it urgent. If one of them has said that you may "
                "train as usual: --cleared",
                warnings=" ".join(warnings),
            )
        if trial.start < history.clock.day(now):
            raise BadInput("{start} has passed; plan a trial before its runs", start=trial.start)
        plan = plan_trial(
            history,
            trial,
            weekdays=weekdays,
            pairs=pairs,
            effect=effect,
            seed=secrets.randbelow(_SEED_RANGE) if seed is None else seed,
            made=now,
        )
        self._refuse_overlap(plan)
        return replace(plan, id=self._store.change(trials.add_trial, plan))

    def _refuse_overlap(self, plan: Plan) -> None:
        """Raise BadInput where another plan is under way: overlapping trials confound each other."""
        first, last = plan.runs[0].day, plan.runs[-1].day
        for other in self.all():
            if other.cancelled is None and other.runs[0].day <= last and first <= other.runs[-1].day:
                raise BadInput(
                    "trial {id} ({factor}) runs until {day}, and only one can run at a time; start after it "
                    "with --start, or cancel it: runlog plan cancel {id}",
                    id=other.id,
                    factor=other.factor,
                    day=other.runs[-1].day,
                )


PLAN_COLUMNS = ("exported_plan", "run", "pair", "day", "weekday", "way", "what_to_do")

#: Namespace of the ids of all calendar events: the same run of the same plan always has the same id.
_EVENT_NAMESPACE = uuid.UUID("6b445fc7-da54-4926-a948-7b6614cfa616")


def plan_rows(plan: Plan, today: date) -> list[dict[str, object]]:
    """Return a row per planned run, by ``PLAN_COLUMNS``; the arms are shown up to today."""
    from runlog.trials.design import trial_from_plan

    first, second = trial_from_plan(plan).instructions()
    rows = []
    for number, run in enumerate(plan.runs, 1):
        arm = plan.shown_arm(run, today)
        todo = "" if arm is None else first if run.first else second
        weekday = WEEKDAYS[run.day.weekday()].capitalize()
        texts = (units.printable(arm or "", " "), units.printable(todo, " "))
        values = (plan.id, number, (number + 1) // 2, run.day, weekday, *texts)
        rows.append(dict(zip(PLAN_COLUMNS, values, strict=True)))
    return rows


def plan_csv(plan: Plan, today: date) -> str:
    """Return the plan as CSV, as of today."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, PLAN_COLUMNS)
    writer.writeheader()
    writer.writerows(
        {name: units.mark_formula(value) for name, value in row.items()} for row in plan_rows(plan, today)
    )
    return text.getvalue()


def plan_calendar(plan: Plan) -> bytes:
    """Return the plan as a calendar file: an event of a whole day per planned run, without its arm.

    Imported into a calendar again, the events replace the earlier ones, as each keeps its UID.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//runlog//plan//EN")
    calendar.add("version", "2.0")
    first, second = (units.printable(arm, " ") for arm in (plan.first, plan.second))
    for number, run in enumerate(plan.runs, 1):
        event = Event()
        event.add("uid", uuid.uuid5(_EVENT_NAMESPACE, f"{plan.made.isoformat()} {plan.seed} {number}").urn)
        event.add("dtstamp", plan.made)
        event.add("dtstart", run.day)
        event.add("dtend", run.day + timedelta(days=1))
        event.add("summary", f"Run {number} of {len(plan.runs)}, by coin: {first} or {second}")
        event.add(
            "description",
            f"Which of the two it is, this says on the day: runlog plan show {plan.id}\n"
            f"Rate your {units.area(plan.area)} within a day after it: runlog log N",
        )
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
