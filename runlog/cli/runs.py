"""``runlog runs``: what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli.context import journal
from runlog.cli.frames import rows
from runlog.cli.help import examples
from runlog.cli.names import complete_route, find_route
from runlog.cli.output import Column, Form, emit, listing

if TYPE_CHECKING:
    import pandas as pd

FORM_KEYS = (
    "cadence_drift_spm",
    "stance_time_ms",
    "stance_time_drift_ms",
    "stance_time_balance_pct",
    "stance_time_balance_drift_pct",
    "vertical_oscillation_mm",
    "vertical_oscillation_drift_mm",
    "vertical_ratio_pct",
    "vertical_ratio_drift_pct",
    "step_length_mm",
    "step_length_drift_mm",
)
KEYS = (
    "id",
    "name",
    "start",
    "local_start",
    "sport",
    "distance_m",
    "duration_s",
    "moving_s",
    "avg_hr",
    "avg_cadence_spm",
    "ascent_m",
    "route",
    "route_name",
    "shoe",
    "warmup",
    "warmup_source",
    "warmup_confidence",
    "cooldown",
    "cooldown_source",
    "cooldown_confidence",
    "part_of",
    "sources",
    *FORM_KEYS,
)
MORE_KEYS = ("sub_sport", "max_hr", "rpe", "load", "load_source", "shoe_reason")
_SURE = 0.5
_EMPTY = "No runs yet. Read some with: runlog import PATH"


@click.command(
    epilog=examples(
        "runlog runs --last 10",
        "runlog runs --route 'River loop'",
        "runlog runs --others           # rides, walks, strength sessions …",
        "runlog runs --csv > runs.csv",
        "runlog runs --json | jq '.[].distance_m'",
    )
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N.")
@click.option("--route", metavar="ROUTE", shell_complete=complete_route, help="Only those on this route.")
@click.option("--others", is_flag=True, help="Instead of the runs, the other activities.")
@listing
def runs(form: Form, last: int | None, route: str | None, *, others: bool) -> None:
    """List the runs, the oldest first.

    JSON and CSV have metres, seconds, beats and steps per minute, and the
    running form where the watch tells it: means while running, and drifts (the
    last third less the first). What is unknown is null or empty. A "maybe" is a
    warm-up or cool-down that only pace and heart rate suggest.
    """
    with journal() as kept:
        history = kept.history()
        on = None if route is None else f"R{find_route(route, kept.routes.names())}"
    frame = history.others if others else history.runs
    if on is not None and not others:
        frame = frame[frame["route"] == on]
    columns = (_other_columns if others else run_columns)(history.settings.units)
    emit(form, run_rows(frame if last is None else frame.tail(last)), KEYS, columns, _EMPTY)


def run_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the runs of ``History.runs`` or ``History.others`` as JSON has them."""
    offsets = frame["local_start"] - frame["start"].dt.tz_localize(None)
    found = rows(frame.reset_index(names="id"))
    for row, start, offset in zip(found, frame["start"], offsets, strict=True):
        row["local_start"] = _on_clock(start, offset)
        row["when"] = row["local_start"][:16].replace("T", " ")
        for question in ("warmup", "cooldown"):
            answer = row.get(question)
            row[question] = None if answer is None else bool(answer)
            row[f"{question}_shown"] = habit_shown(row[question], row.get(f"{question}_confidence"))
        row["part_of"] = None if row.get("part_of") is None else int(row["part_of"])
        for key in (*KEYS, *MORE_KEYS):
            row.setdefault(key, None)  # what only runs have
        row["route_shown"] = row["route_name"] or row["route"]
    return found


def _on_clock(start: pd.Timestamp, offset: pd.Timedelta) -> str:
    from datetime import timezone

    return start.tz_convert(timezone(offset.to_pytimedelta())).isoformat()


def run_columns(unit: str) -> tuple[Column, ...]:
    """Give the columns of a table of runs."""
    return (
        Column("id", "Id", number=True),
        Column("when", "When", number=True),
        Column("name", "Name"),
        Column("distance_m", "Distance", lambda metres: units.distance(metres, unit), number=True),
        Column("duration_s", "Time", units.duration, number=True),
        Column("route_shown", "Route"),
        Column("shoe", "Shoe"),
        Column("warmup_shown", "Warm-up"),
        Column("cooldown_shown", "Cool-down"),
        Column("avg_hr", "Heart rate", lambda bpm: units.number(bpm, 0), number=True),
    )


def _other_columns(unit: str) -> tuple[Column, ...]:
    sport = Column("sport", "Sport")
    return tuple(sport if column.key == "route_shown" else column for column in run_columns(unit)[:6])


def habit_shown(done: bool | None, confidence: float | None) -> str | None:  # noqa: FBT001 - an answer, no switch
    """Write whether a run had a warm-up: a "yes" that is not sure is a "maybe"."""
    if done is None:
        return None
    return "maybe" if confidence is not None and confidence < _SURE else yes_no(done)


def yes_no(answer: object) -> str:
    """Write a known answer."""
    return "yes" if answer else "no"
