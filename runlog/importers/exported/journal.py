"""The journal of an export of runlog: the diary, the shoes, the files read, and which activities belong.

It is taken after the activities, as the list of an app is after the recordings.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from runlog.errors import NotReadable
from runlog.importers import exported, json_text
from runlog.importers.exported import records, routes
from runlog.importers.exported.records import Unsound
from runlog.model import (
    SEVERITIES,
    Entry,
    ExportedJournal,
    KeptAlert,
    KeptEntry,
    Plan,
    PlannedRun,
    Reading,
    Shoe,
    ShoeRule,
    TakenFile,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.settings import Settings

FORMAT = "runlog"
BESIDE: tuple[str, ...] = ()

_MARK = re.compile(rb'\s*\{\s*"runlog"\s*:\s*"journal"')


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether a file begins as ``write`` does."""
    return _MARK.match(head) is not None


def read(data: bytes, settings: Settings, beside: Mapping[str, bytes]) -> Reading:  # noqa: ARG001 - as for every list
    """Read the journal of an export.

    Raises:
        NotReadable: it is damaged, or a newer runlog has written it.
    """
    content = json_text.parse(data)
    exported.with_version(content)
    try:
        return Reading(FORMAT, exported=_journal(content))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(f"damaged: {error}; export again") from error


def _journal(content: dict[str, Any]) -> ExportedJournal:
    activities = content["activities"].items()
    versions = content["versions"].items()
    if not all(isinstance(sha256, str) for _, sha256 in versions):
        raise Unsound("the version of a file is none")
    return ExportedJournal(
        activities={int(one): tuple(map(exported.origin, origins)) for one, origins in activities},
        entries=tuple(map(_entry, content["entries"])),
        shoes=tuple(map(_shoe, content["shoes"])),
        shoe_rules=tuple(records.read(ShoeRule, rule) for rule in content.get("shoe_rules", ())),
        files=tuple(records.read(TakenFile, file) for file in content["files"]),
        versions=dict(versions),
        alerts=tuple(map(_alert, content.get("alerts", ()))),
        plans=tuple(map(_plan, content.get("plans", ()))),
        routes=tuple(map(routes.read, content.get("routes", ()))),
        on_route=routes.read_runs(content.get("on_route", {})),
    )


def _entry(one: dict[str, Any]) -> KeptEntry:
    values = dict(one)
    entry_id, source = records.whole(values.pop("id")), values.pop("source")
    if not isinstance(source, str):
        raise Unsound("the source of an entry is no name")
    return KeptEntry(entry_id, records.read(Entry, values), source)


def _shoe(one: dict[str, Any]) -> Shoe:
    values = dict(one)
    rests = tuple(
        (date.fromisoformat(first), date.fromisoformat(last)) for first, last in values.pop("rests", ())
    )
    return records.read(Shoe, values, rests=rests)


def _plan(one: dict[str, Any]) -> Plan:
    values = dict(one)
    runs = tuple(records.read(PlannedRun, run) for run in values.pop("runs"))
    if not runs or len(runs) % 2:
        raise Unsound("the runs of a plan are no pairs")
    return records.read(Plan, values, runs=runs)


def _alert(one: dict[str, Any]) -> KeptAlert:
    alert = records.read(KeptAlert, one)
    if not {alert.severity, alert.worst} <= set(SEVERITIES):
        raise Unsound(f"the severity of an alert is none: {alert.severity!r:.40}")
    return alert


def write(journal: ExportedJournal) -> bytes:
    """Write the journal, a record a line; the same journal always gives the same bytes."""
    entries = [
        {"id": kept.id, "source": kept.source} | records.written(kept.entry) for kept in journal.entries
    ]
    parts = {
        "entries": _list(entries),
        "shoes": _list([_written_shoe(shoe) for shoe in journal.shoes]),
        "shoe_rules": _list([records.written(rule) for rule in journal.shoe_rules]),
        "files": _list([records.written(file) for file in journal.files]),
        "versions": _object(journal.versions),
        "alerts": _list([records.written(alert) for alert in journal.alerts]),
        "plans": _list([_written_plan(plan) for plan in journal.plans]),
        "routes": _list([routes.written(route) for route in journal.routes]),
        "on_route": _object(journal.on_route),
        "activities": _object(journal.activities),
    }
    head = f'{{"runlog": "journal",\n"version": {exported.VERSION}'
    return (",\n".join([head, *(f'"{name}": {part}' for name, part in parts.items())]) + "}\n").encode()


def _written_shoe(shoe: Shoe) -> dict[str, Any]:
    rests = [(first.isoformat(), last.isoformat()) for first, last in shoe.rests]
    return records.written(shoe, without=("rests",)) | {"rests": rests}


def _written_plan(plan: Plan) -> dict[str, Any]:
    runs = [records.written(run) for run in plan.runs]
    return records.written(plan, without=("runs",)) | {"runs": runs}


def _list(values: list[Any]) -> str:
    return "[\n" + ",\n".join(map(_json, values)) + "]" if values else "[]"


def _object(values: Mapping[Any, Any]) -> str:
    lines = [f"{_json(str(key))}: {_json(value)}" for key, value in values.items()]
    return "{\n" + ",\n".join(lines) + "}" if lines else "{}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
