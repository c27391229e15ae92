"""The plans of a journal: comparisons of two ways of running, by lot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runlog.store import plans

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.model import Plan
    from runlog.store import Store


class Plans:
    """What was planned; ``runlog.analysis.plans`` draws a plan and says what it has shown."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Plan]:
        """All plans, in the order in which they were made."""
        with self._store.reading() as db:
            return plans.plans(db)

    def one(self, plan_id: int) -> Plan:
        """One plan.

        Raises:
            NotFound: there is none of that id.
        """
        with self._store.reading() as db:
            return plans.plan(db, plan_id)

    def keep(self, drawn: Plan) -> Plan:
        """Keep a plan and return it with its id."""
        with self._store.writing() as db:
            return replace(drawn, id=plans.add(db, drawn))

    def cancel(self, plan_id: int, moment: datetime) -> Plan:
        """Give a plan up; what was done of it stays.

        Raises:
            NotFound: there is none of that id.
            BadInput: it was given up before.
        """
        with self._store.writing() as db:
            return plans.cancel(db, plan_id, moment)
