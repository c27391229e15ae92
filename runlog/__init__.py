"""Analyse a runner's log: which habits, loads, shoes and routes go together with soreness.

import runlog

with runlog.open("~/my-runs") as journal:
    journal.add(["activities/", "diary.csv"])
    history = journal.history()

table = runlog.exposures(history)  # a row per rating, a column per factor
runlog.links(table)  # effect, 95% range and grade per factor
runlog.alerts(history)
runlog.chart("links", history)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from runlog.errors import VERSION

if TYPE_CHECKING:
    from runlog.analysis.exposures import exposures
    from runlog.analysis.history import History
    from runlog.analysis.links import links
    from runlog.cohorts import cohort, pool
    from runlog.errors import BadInput, MissingExtra, NotFound, NotReadable, NotTaken, RunlogError, StoreError
    from runlog.journal import Journal, open
    from runlog.reporter.alerts import alerts
    from runlog.reporter.charts import chart
    from runlog.reporter.render import report

__version__ = VERSION

#: Where each public name lives; it is imported when first asked for, so that the command line starts at once.
_HOMES = {
    "BadInput": "runlog.errors",
    "History": "runlog.analysis.history",
    "Journal": "runlog.journal",
    "MissingExtra": "runlog.errors",
    "NotFound": "runlog.errors",
    "NotReadable": "runlog.errors",
    "NotTaken": "runlog.errors",
    "RunlogError": "runlog.errors",
    "StoreError": "runlog.errors",
    "alerts": "runlog.reporter.alerts",
    "chart": "runlog.reporter.charts",
    "cohort": "runlog.cohorts",
    "exposures": "runlog.analysis.exposures",
    "links": "runlog.analysis.links",
    "open": "runlog.journal",
    "pool": "runlog.cohorts",
    "report": "runlog.reporter.render",
}

__all__ = [
    "BadInput",
    "History",
    "Journal",
    "MissingExtra",
    "NotFound",
    "NotReadable",
    "NotTaken",
    "RunlogError",
    "StoreError",
    "alerts",
    "chart",
    "cohort",
    "exposures",
    "links",
    "open",
    "pool",
    "report",
]


def __getattr__(name: str) -> object:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'runlog' has no attribute {name!r}") from None
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
