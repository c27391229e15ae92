"""List the runs and show a single one (``runlog runs`` and ``runlog show``)."""

from __future__ import annotations

from datetime import timezone
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import output
from runlog.cli.base import command, open_journal
from runlog.cli.lookup import complete_route, complete_run, find_route, resolve_activity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.model import Lap
    from runlog.results import RecordingInfo

#: The running form: name, keys of the mean and of the drift, digits and unit.
_RUNNING_FORM = (
    ("ground contact", "stance_time_ms", "stance_time_drift_ms", 0, " ms"),
    ("balance", "stance_time_balance_pct", "stance_time_balance_drift_pct", 1, "% left"),
    ("oscillation", "vertical_oscillation_mm", "vertical_oscillation_drift_mm", 0, " mm"),
    ("vertical ratio", "vertical_ratio_pct", "vertical_ratio_drift_pct", 1, "%"),
    ("step length", "step_length_mm", "step_length_drift_mm", 0, " mm"),
)
RUNNING_FORM_KEYS = (
    "cadence_drift_spm",
    *(key for _, mean, drift, *_ in _RUNNING_FORM for key in (mean, drift)),
)
RUN_KEYS = (
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
    *RUNNING_FORM_KEYS,
)
EXTRA_RUN_KEYS = ("sub_sport", "max_hr", "rpe", "load", "load_source", "shoe_reason")
_CONFIDENT = 0.5


@command(
    "runlog runs --last 10",
    "runlog runs --route 'River loop'",
    "runlog runs --others           # rides, walks, strength sessions …",
    "runlog runs --csv > runs.csv",
    "runlog runs --json | jq '.[].distance_m'",
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N.")
@click.option("--route", metavar="ROUTE", shell_complete=complete_route, help="Only those on this route.")
@click.option("--others", is_flag=True, help="Instead of the runs, the other activities.")
@output.format_options
def runs(fmt: output.OutputFormat, last: int | None, route: str | None, *, others: bool) -> None:
    """List your runs, oldest first.

    JSON and CSV have metres, seconds, beats and steps per minute, and, where the
    watch measures it, your running form: means while running, and drifts (last
    third minus first). What is unknown is null or empty. "maybe" is a warm-up or
    cool-down that only pace and heart rate suggest.
    """
    with open_journal() as journal:
        history = journal.history()
        on = None if route is None else f"R{find_route(route, journal.routes.names())}"
    frame = history.others if others else history.runs
    if on is not None and not others:
        frame = frame[frame["route"] == on]
    columns = run_columns(history.settings.units)
    if others:
        columns = (*columns[:5], output.Column("sport", "Sport"))
    rows = run_rows(frame if last is None else frame.tail(last))
    output.print_rows(fmt, rows, RUN_KEYS, columns, "No runs yet. Read some with: runlog import PATH")


def run_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of ``History.runs`` or ``History.others`` for JSON."""
    offsets = frame["local_start"] - frame["start"].dt.tz_localize(None)
    rows = output.frame_to_rows(frame.reset_index(names="id"))
    for row, start, offset in zip(rows, frame["start"], offsets, strict=True):
        row["local_start"] = start.tz_convert(timezone(offset.to_pytimedelta())).isoformat()
        row["when"] = row["local_start"][:16].replace("T", " ")
        for habit in ("warmup", "cooldown"):
            done = row.get(habit)
            row[habit] = None if done is None else bool(done)
            row[f"{habit}_shown"] = habit_answer(row[habit], row.get(f"{habit}_confidence"))
        row["part_of"] = None if row.get("part_of") is None else int(row["part_of"])
        for key in (*RUN_KEYS, *EXTRA_RUN_KEYS):
            row.setdefault(key, None)  # other activities lack some
        row["route_shown"] = row["route_name"] or row["route"]
    return rows


def run_columns(unit: str) -> tuple[output.Column, ...]:
    """Return the columns of a table of runs."""
    return (
        output.Column("id", "Id", numeric=True),
        output.Column("when", "When", numeric=True),
        output.Column("name", "Name"),
        output.Column("distance_m", "Distance", lambda metres: units.distance(metres, unit), numeric=True),
        output.Column("duration_s", "Time", units.duration, numeric=True),
        output.Column("route_shown", "Route"),
        output.Column("shoe", "Shoe"),
        output.Column("warmup_shown", "Warm-up"),
        output.Column("cooldown_shown", "Cool-down"),
        output.Column("avg_hr", "Heart rate", lambda bpm: units.number(bpm, 0), numeric=True),
    )


def habit_answer(done: bool | None, confidence: float | None) -> str | None:  # noqa: FBT001 - an answer, no switch
    """Write whether a run had a warm-up: a "yes" or "no" of low confidence is a "maybe"."""
    if done is None:
        return None
    if confidence is not None and confidence < _CONFIDENT:
        return "maybe"
    return "yes" if done else "no"


def _source_text(source: RecordingInfo, title_of: Callable[[str], str | None]) -> str:
    """Describe a source file and its contents, e.g. "/home/ada/1.fit (Garmin fenix 7, 3,012 points …)".

    What came from a service says so first.
    """
    service = title_of(source.path)
    path = source.path if service is None else f"from {service}: {source.path}"
    if source.is_row:
        return f"{path} ({'a row of this list' if service is None else 'what its list says'})"
    track = "no track"
    if source.points:
        track = f"{source.points:,} points, {units.count_noun(source.columns, 'column')}"
    return f"{path} ({source.device or source.format.upper()}, {track})"


_MAX_LAPS = 40


@command(
    "runlog show last",
    "runlog show 2026-07-12    # the run of that day",
    "runlog show 41 --json",
)
@click.argument("run", shell_complete=complete_run)
@output.format_options
def show(fmt: output.OutputFormat, run: str) -> None:
    """Show one run, and where each piece of information comes from.

    RUN is an id, "last", or a day with exactly one run. The id of another
    activity works too.
    """
    with open_journal() as journal:
        history = journal.history()
        stored = resolve_activity(journal, run)
        sources = [_source_text(source, journal.clouds.title_of) for source in journal.sources(stored.id)]
    laps, is_run = stored.activity.laps, stored.id in history.runs.index
    row = run_rows((history.runs if is_run else history.others).loc[[stored.id]])[0]
    if fmt == "table":
        _print_run(row, history, sources, is_run=is_run)
        _print_laps(laps, history.settings.units)
    elif fmt == "json":
        output.print_json({key: row[key] for key in (*RUN_KEYS, *EXTRA_RUN_KEYS)} | {"laps": _lap_rows(laps)})
    else:
        output.print_rows(fmt, [row], (*RUN_KEYS, *EXTRA_RUN_KEYS))


@command(
    "runlog edit 41 --name 'River loop with Ida'",
    "runlog edit last --sport walking",
    "runlog edit 41 --sport file --name ''    # what the files say counts again",
)
@click.argument("run", shell_complete=complete_run)
@click.option("--name", metavar="TEXT", help="What to call it; '' for what its files call it.")
@click.option(
    "--sport",
    metavar="SPORT",
    help="What it was, like running, treadmill or walking; 'file' for what its files say.",
)
def edit(run: str, name: str | None, sport: str | None) -> None:
    """Rename a run or another activity, or change its sport.

    Both stay when its files are imported again. runlog undo takes it back.
    """
    if name is None and sport is None:
        raise click.UsageError("Say what to change: --name or --sport.")
    with open_journal() as journal:
        wanted = resolve_activity(journal, run).id
        with journal.as_one_change("edit_activity"):
            if name is not None:
                journal.rename(wanted, name)
            if sport is not None:
                journal.set_sport(wanted, None if sport == "file" else sport)
        stored = journal.activity(wanted)
        counts = (stored.activity.sub_sport or stored.activity.sport).replace("_", " ")
        output.echo(f"{wanted}: {output.describe_run(stored, journal.settings)}, {counts}")


def _print_run(row: dict[str, Any], history: History, sources: Sequence[str], *, is_run: bool) -> None:
    sport = "Run" if is_run else row["sport"].replace("_", " ").capitalize()
    output.echo(f"{row['name'] or sport} ({row['id']})")
    output.print_pairs(
        (
            *(() if is_run else (("sport", sport),)),
            *_measured_facts(row, history.settings.units),
            *(_derived_facts(row, history) if is_run else ()),
            *(
                ("source" if len(sources) == 1 else f"source {number}", source)
                for number, source in enumerate(sources, start=1)
            ),
        )
    )


def _measured_facts(row: dict[str, Any], unit: str) -> tuple[tuple[str, str], ...]:
    seconds = row["duration_s"] if row["moving_s"] is None else row["moving_s"]
    return (
        ("when", row["when"]),
        ("distance", units.distance(row["distance_m"], unit)),
        ("time", units.duration(row["duration_s"])),
        ("moving", units.duration(row["moving_s"])),
        ("pace", units.pace(seconds, row["distance_m"], unit)),
        ("ascent", units.height(row["ascent_m"], unit)),
        ("heart rate", _mean_with_drift(row["avg_hr"], None, 0, " bpm")),
        ("cadence", _mean_with_drift(row["avg_cadence_spm"], row["cadence_drift_spm"], 0, " steps/min")),
        *(
            (name, _mean_with_drift(row[mean], row[drift], digits, unit))
            for name, mean, drift, digits, unit in _RUNNING_FORM
            if row[mean] is not None
        ),
    )


def _mean_with_drift(mean: float | None, drift: float | None, digits: int, unit: str) -> str:
    """Write a mean of the running form, and its change from the first to the last third of the run."""
    if mean is None:
        return units.UNKNOWN
    text = f"{units.number(mean, digits)}{unit}"
    return text if drift is None else f"{text} ({units.number(drift, digits, signed=True)} by the last third)"


def _derived_facts(row: dict[str, Any], history: History) -> tuple[tuple[str, str], ...]:
    """Return a run's load, route, shoe, habits and ratings."""
    load = units.load(row["load"], history.load_kind, history.settings.units)
    return (
        ("load", _with_reason(load, row["load_source"])),
        ("route", _with_reason(row["route_shown"] or units.UNKNOWN, row["route_name"] and row["route"])),
        ("shoe", _with_reason(row["shoe"] or units.UNKNOWN, row["shoe_reason"])),
        ("warm-up", _habit_text(row, "warmup")),
        ("cool-down", _habit_text(row, "cooldown")),
        *(() if row["part_of"] is None else (("part of", f"run {row['part_of']}, recorded by itself"),)),
        *(("soreness", text) for text in _rating_texts(row, history)),
    )


def _rating_texts(row: dict[str, Any], history: History) -> list[str]:
    from runlog.analysis.build import runs_of_entries

    entries = history.entries
    of_run = runs_of_entries(history.runs, entries) == row["id"]
    rated = entries[of_run & entries["soreness"].notna()]
    return [
        f"{units.area(entry.area)} {entry.soreness:g} of 10 ({units.day(entry.day)})"
        for entry in rated.itertuples()
    ]


def _print_laps(laps: Sequence[Lap], unit: str) -> None:
    if len(laps) > _MAX_LAPS:
        output.echo(f"  It has {len(laps)} laps; --json lists them.")
    elif len(laps) > 1:
        rows = _lap_rows(laps)
        for row in rows:
            row["pace"] = units.pace(row["duration_s"], row["distance_m"], unit)
        purpose = [output.Column("intensity", "For")] if any(row["intensity"] for row in rows) else []
        columns = (
            output.Column("lap", "Lap", numeric=True),
            output.Column(
                "distance_m", "Distance", lambda metres: units.distance(metres, unit, 2), numeric=True
            ),
            output.Column("duration_s", "Time", units.minutes_seconds, numeric=True),
            output.Column("pace", "Pace", numeric=True),
        )
        output.echo()
        output.print_table(rows, (*columns, *purpose))


def _lap_rows(laps: Sequence[Lap]) -> list[dict[str, Any]]:
    keys = ("distance_m", "duration_s", "intensity")
    return [
        {"lap": number} | {key: getattr(lap, key) for key in keys} for number, lap in enumerate(laps, start=1)
    ]


def _with_reason(text: str, reason: str | None) -> str:
    return f"{text} ({reason})" if reason else text


def _habit_text(row: dict[str, Any], habit: str) -> str:
    """Write whether a run had a warm-up, from which source, and how confident that is."""
    from runlog.analysis.warmup import SOURCE_WORDS

    source, confidence = row[f"{habit}_source"], row[f"{habit}_confidence"]
    reason = SOURCE_WORDS.get(source, source)
    if confidence not in {None, 1.0}:
        reason = f"{reason}, confidence {units.number(confidence, 2)}"
    return _with_reason(row[f"{habit}_shown"] or units.UNKNOWN, reason)
