"""``runlog show``: one run or other activity, with where each piece of it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli.context import journal
from runlog.cli.help import examples
from runlog.cli.names import complete_run, find_run
from runlog.cli.output import Column, Form, emit, emit_json, listing, print_pairs, print_table, say
from runlog.cli.runs import KEYS, MORE_KEYS, run_rows
from runlog.cli.sources import described

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from runlog.analysis.history import History
    from runlog.model import Lap
    from runlog.store.activities import Source

_MOST_LAPS = 40
#: Where it is known from that a run had a warm-up, as people say it.
_HABIT_SOURCES = {
    "diary": "the diary says so",
    "laps": "the laps say so",
    "activity": "recorded by itself",
    "stream": "by pace and heart rate",
}
#: Of the running form: its name, its keys for the mean and the drift, the digits and the unit told.
_FORM = (
    ("ground contact", "stance_time_ms", "stance_time_drift_ms", 0, " ms"),
    ("balance", "stance_time_balance_pct", "stance_time_balance_drift_pct", 1, "% left"),
    ("oscillation", "vertical_oscillation_mm", "vertical_oscillation_drift_mm", 0, " mm"),
    ("vertical ratio", "vertical_ratio_pct", "vertical_ratio_drift_pct", 1, "%"),
    ("step length", "step_length_mm", "step_length_drift_mm", 0, " mm"),
)


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

    RUN is its id, "last", or a day on which there was exactly one. The id of
    another activity will do, too.
    """
    with journal() as kept:
        history = kept.history()
        wanted = find_run(run, _run_days(history), history.others.index)
        sources = kept.sources(wanted)
        laps = next(one.activity.laps for one in kept.activities() if one.id == wanted)
    is_run = wanted in history.runs.index
    row = run_rows((history.runs if is_run else history.others).loc[[wanted]])[0]
    if form == "table":
        _describe(row, history, sources, is_run=is_run)
        _list_laps(laps, history.settings.units)
    elif form == "json":
        emit_json({key: row[key] for key in (*KEYS, *MORE_KEYS)} | {"laps": _lap_rows(laps)})
    else:
        emit(form, [row], (*KEYS, *MORE_KEYS), (), "")


def _run_days(history: History) -> list[tuple[int, date]]:
    """Give the id and the local day of each run, in the order of their starts."""
    return list(zip(history.runs.index, history.runs["day"].dt.date, strict=True))


def _describe(row: dict[str, Any], history: History, sources: Sequence[Source], *, is_run: bool) -> None:
    sport = "Run" if is_run else row["sport"].replace("_", " ").capitalize()
    say(f"{row['name'] or sport} ({row['id']})")
    print_pairs(
        (
            *(() if is_run else (("sport", sport),)),
            *_measured(row, history.settings.units),
            *(_followed(row, history) if is_run else ()),
            *_numbered(sources),
        )
    )


def _measured(row: dict[str, Any], unit: str) -> tuple[tuple[str, str], ...]:
    seconds = row["duration_s"] if row["moving_s"] is None else row["moving_s"]
    return (
        ("when", row["when"]),
        ("distance", units.distance(row["distance_m"], unit)),
        ("time", units.duration(row["duration_s"])),
        ("moving", units.duration(row["moving_s"])),
        ("pace", units.pace(seconds, row["distance_m"], unit)),
        ("ascent", _with(row["ascent_m"], "m")),
        ("heart rate", _with(row["avg_hr"], "bpm")),
        ("cadence", _drifting(row["avg_cadence_spm"], row["cadence_drift_spm"], 0, " steps/min")),
        *_form(row),
    )


def _form(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the running form as far as the watch tells it."""
    return [
        (name, _drifting(row[mean], row[drift], digits, unit))
        for name, mean, drift, digits, unit in _FORM
        if row[mean] is not None
    ]


def _drifting(mean: float | None, drift: float | None, digits: int, unit: str) -> str:
    """Write a mean of the running form, and by how much the last third of the run differs from the first."""
    if mean is None:
        return units.UNKNOWN
    text = f"{units.number(mean, digits)}{unit}"
    return text if drift is None else f"{text} ({units.number(drift, digits, signed=True)} by the last third)"


def _followed(row: dict[str, Any], history: History) -> tuple[tuple[str, str], ...]:
    """Give what the analysis makes of a run, and what the diary says of it."""
    return (
        ("load", _because(_load(row, history), row["load_source"])),
        ("route", _route(row)),
        ("shoe", _because(row["shoe"] or units.UNKNOWN, row["shoe_reason"])),
        ("warm-up", _habit(row, "warmup")),
        ("cool-down", _habit(row, "cooldown")),
        *(() if row["part_of"] is None else (("part of", f"run {row['part_of']}, recorded by itself"),)),
        *(("soreness", text) for text in _ratings(row, history)),
    )


def _load(row: dict[str, Any], history: History) -> str:
    return units.load(row["load"], history.load_kind, history.settings.units)


def _route(row: dict[str, Any]) -> str:
    if row["route_name"]:
        return f"{row['route_name']} ({row['route']})"
    return row["route"] or units.UNKNOWN


def _numbered(sources: Sequence[Source]) -> list[tuple[str, str]]:
    if len(sources) == 1:
        return [("source", described(sources[0]))]
    return [(f"source {number}", described(source)) for number, source in enumerate(sources, start=1)]


def _ratings(row: dict[str, Any], history: History) -> list[str]:
    entries = history.entries
    said = entries["run"] == row["id"]
    that_day = entries["run"].isna() & (entries["day"] == history.runs["day"][row["id"]])
    rated = entries[(said | that_day) & entries["soreness"].notna()]
    return [
        f"{units.area(entry.area)} {entry.soreness:g} of 10 ({units.day(entry.day)})"
        for entry in rated.itertuples()
    ]


def _list_laps(laps: Sequence[Lap], unit: str) -> None:
    if len(laps) > _MOST_LAPS:
        say(f"  It has {len(laps)} laps; --json lists them.")
    elif len(laps) > 1:
        paces = [units.pace(lap.duration_s, lap.distance_m, unit) for lap in laps]
        say()
        print_table(
            [row | {"pace": pace} for row, pace in zip(_lap_rows(laps), paces, strict=True)],
            _lap_columns(laps, unit),
        )


def _lap_rows(laps: Sequence[Lap]) -> list[dict[str, Any]]:
    return [
        {
            "lap": number,
            "distance_m": lap.distance_m,
            "duration_s": lap.duration_s,
            "intensity": lap.intensity,
        }
        for number, lap in enumerate(laps, start=1)
    ]


def _lap_columns(laps: Sequence[Lap], unit: str) -> list[Column]:
    columns = [
        Column("lap", "Lap", number=True),
        Column("distance_m", "Distance", lambda metres: units.distance(metres, unit, 2), number=True),
        Column("duration_s", "Time", _clock, number=True),
        Column("pace", "Pace", number=True),
    ]
    if any(lap.intensity for lap in laps):
        columns.append(Column("intensity", "For"))
    return columns


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _with(value: float | None, unit: str) -> str:
    return units.UNKNOWN if value is None else f"{units.number(value, 0)} {unit}"


def _because(text: str, reason: str | None) -> str:
    return f"{text} ({reason})" if reason else text


def _habit(row: dict[str, Any], habit: str) -> str:
    """Write whether a run had a warm-up, by whose word, and how sure that is where it is not certain."""
    source, confidence = row[f"{habit}_source"], row[f"{habit}_confidence"]
    sure = confidence is None or confidence == 1.0
    told = _HABIT_SOURCES.get(source, source)
    reason = told if sure else f"{told}, confidence {units.number(confidence, 2)}"
    return _because(row[f"{habit}_shown"] or units.UNKNOWN, reason)
