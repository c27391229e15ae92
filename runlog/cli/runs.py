"""``runlog runs`` and ``runlog show``: what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog.cli.context import journal
from runlog.cli.frames import rows
from runlog.cli.help import examples
from runlog.cli.names import complete_run, find_run
from runlog.cli.output import Column, Form, emit, emit_json, listing, print_pairs, say
from runlog.reporter import units

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History

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
    "shoe",
    "warmup",
    "cooldown",
    "sources",
)
_MORE_KEYS = ("sub_sport", "max_hr", "rpe", "load", "shoe_reason", "warmup_source", "cooldown_source")
_EMPTY = "No runs yet. Read some with: runlog import PATH"


@click.command(
    epilog=examples(
        "runlog runs --last 10",
        "runlog runs --others           # rides, walks, strength sessions …",
        "runlog runs --csv > runs.csv",
        "runlog runs --json | jq '.[].distance_m'",
    )
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N.")
@click.option("--others", is_flag=True, help="Instead of the runs, the other activities.")
@listing
def runs(form: Form, last: int | None, *, others: bool) -> None:
    """List the runs, the oldest first.

    JSON and CSV have metres, seconds, beats and steps per minute; what is
    unknown is null or empty.
    """
    with journal() as kept:
        history = kept.history()
    frame = history.others if others else history.runs
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
        for key in (*KEYS, *_MORE_KEYS):
            row.setdefault(key, None)  # what only runs have
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
        Column("route", "Route"),
        Column("shoe", "Shoe"),
        Column("warmup", "Warm-up", yes_no),
        Column("cooldown", "Cool-down", yes_no),
        Column("avg_hr", "Heart rate", lambda bpm: units.number(bpm, 0), number=True),
    )


def _other_columns(unit: str) -> tuple[Column, ...]:
    sport = Column("sport", "Sport")
    return tuple(sport if column.key == "route" else column for column in run_columns(unit)[:6])


def yes_no(answer: object) -> str:
    """Write a known answer."""
    return "yes" if answer else "no"


@click.command(
    epilog=examples(
        "runlog show last",
        "runlog show 2026-07-12    # the run of that day",
        "runlog show 41 --json",
    )
)
@click.argument("run", shell_complete=complete_run)
@listing
def show(form: Form, run: str) -> None:
    """Show one run with where each piece of it comes from.

    RUN is its id, "last", or a day on which there was exactly one.
    """
    with journal() as kept:
        history = kept.history()
    row = run_rows(history.runs.loc[[find_run(run, run_days(history))]])[0]
    if form == "table":
        _describe(row, history)
    elif form == "json":
        emit_json({key: row[key] for key in (*KEYS, *_MORE_KEYS)})
    else:
        emit(form, [row], (*KEYS, *_MORE_KEYS), (), "")


def run_days(history: History) -> list[tuple[int, date]]:
    """Give the id and the local day of each run, in the order of their starts."""
    return list(zip(history.runs.index, history.runs["day"].dt.date, strict=True))


def _describe(row: dict[str, Any], history: History) -> None:
    unit = history.settings.units
    seconds = row["duration_s"] if row["moving_s"] is None else row["moving_s"]
    say(f"{row['name'] or 'Run'} ({row['id']})")
    print_pairs(
        (
            ("when", row["when"]),
            ("distance", units.distance(row["distance_m"], unit)),
            ("time", units.duration(row["duration_s"])),
            ("moving", units.duration(row["moving_s"])),
            ("pace", units.pace(seconds, row["distance_m"], unit)),
            ("ascent", _with(row["ascent_m"], "m")),
            ("heart rate", _with(row["avg_hr"], "bpm")),
            ("cadence", _with(row["avg_cadence_spm"], "steps/min")),
            ("load", _with(row["load"], history.load_kind)),
            ("route", row["route"] or units.UNKNOWN),
            ("shoe", _because(row["shoe"] or units.UNKNOWN, row["shoe_reason"])),
            ("warm-up", _because(_answer(row["warmup"]), row["warmup_source"])),
            ("cool-down", _because(_answer(row["cooldown"]), row["cooldown_source"])),
            *(("soreness", text) for text in _ratings(row, history)),
            *(("source", source) for source in row["sources"]),
        )
    )


def _ratings(row: dict[str, Any], history: History) -> list[str]:
    entries = history.entries
    said = entries["run"] == row["id"]
    that_day = entries["run"].isna() & (entries["day"] == history.runs["day"][row["id"]])
    rated = entries[(said | that_day) & entries["soreness"].notna()]
    return [
        f"{units.area(entry.area)} {entry.soreness:g} of 10 ({units.day(entry.day)})"
        for entry in rated.itertuples()
    ]


def _with(value: float | None, unit: str) -> str:
    return units.UNKNOWN if value is None else f"{units.number(value, 0)} {unit}"


def _because(text: str, reason: str | None) -> str:
    return f"{text} ({reason})" if reason else text


def _answer(answer: object) -> str:
    return units.UNKNOWN if answer is None else yes_no(answer)
