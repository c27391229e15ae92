"""Alert rules about shoes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pandas as pd

from runlog import units
from runlog.analysis.shoe_wear import mileage_after_runs
from runlog.i18n import N_, _, ngettext
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice
from runlog.reporter.guidance import evidence
from runlog.reporter.shoes_and_routes import shoes_in_use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from runlog.analysis.history import History
    from runlog.reporter.shoes_and_routes import ShoeInUse

#: With fewer runs in four weeks than this, no alert about pairs that take turns.
MIN_RUNS = 5
#: A pair is mentioned at this part of its limit, unless a setting says where.
NOTE_SHARE = 0.9
#: What a pair is called that has no name yet.
NEW_PAIR = N_("New pair")


def shoe_limit(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that a pair in use is over its limit, or nearly: at 90% of it, or four weeks before it."""
    days, pressing = history.runs["day"], common.ran_recently(history, now)
    lately = history.runs["shoe"][days > days.max() - pd.Timedelta(days=common.RECENT_DAYS)]
    for pair in shoes_in_use(history, now):
        if not (is_due(history, now, pair) and (lately == pair.name).any()):
            continue
        todo = _("Get the next pair and wear it in on short runs. When this one is done: {command}")
        if pair.is_over:
            todo = _("Wear another pair, and retire this one: {command}")
        reached = pair.limit_m if pair.is_over else _due_m(history, now, pair)
        yield Notice(
            subject=pair.name,
            severity="warn" if pressing and pair.is_over else "info",
            message=_limit_message(history, pair),
            why=f"{_distance_numbers(history, pair)} {evidence('shoe-limits').quote()}",
            since=_day_when_reached(history, pair.name, reached),
            todo=todo.format(command=retire_command(pair.name)),
        )


def is_due(history: History, now: pd.Timestamp, pair: ShoeInUse) -> bool:
    """Return whether a pair is at its limit, or near enough to speak of it."""
    return pair.worn_m >= _due_m(history, now, pair)


def _due_m(history: History, now: pd.Timestamp, pair: ShoeInUse) -> float:
    """Return from which distance on a pair is spoken of; where it runs far a week, that is earlier."""
    limit, note_km = pair.limit_m, history.settings.shoe_note_km
    if note_km is not None:
        return min(limit, limit * note_km / history.settings.shoe_limit_km)
    note = NOTE_SHARE * limit
    if pair.is_over or pair.expected is None:
        return note
    days = max(1, (pair.expected - history.clock.day(now)).days)
    return min(note, limit - common.RECENT_DAYS * pair.left_m / days)


def retire_command(name: str) -> str:
    """Return the command that puts a pair away, ready to be pasted."""
    return f"runlog shoes retire {shlex.quote(units.printable(name))}"


def add_command() -> str:
    """Return the command that adds a pair, ready to be pasted."""
    return f"runlog shoes add {shlex.quote(_(NEW_PAIR))}"


def _limit_message(history: History, pair: ShoeInUse) -> str:
    text = _("{pair}: {worn} of {limit}.")
    if pair.is_over:
        text = _("{pair} is over its limit: {worn} of {limit}.")
    elif pair.when:
        text = _("{pair}: {worn} of {limit}; at this rate it reaches {limit} {when}.")
    unit = history.settings.units
    return text.format(
        pair=units.printable(pair.name),
        worn=units.number(pair.worn_m / units.METRES[unit], 0),  # the limit after it names the unit
        limit=units.distance(pair.limit_m, unit, 0),
        when=pair.when,
    )


def _distance_numbers(history: History, pair: ShoeInUse) -> str:
    before, unit = float(history.shoes["start_m"][pair.name]), history.settings.units
    text = ngettext("{worn} in {n} run.", "{worn} in {n} runs.", pair.runs)
    if before:
        text = ngettext(
            "{before} before, and {worn} in {n} run.", "{before} before, and {worn} in {n} runs.", pair.runs
        )
    worn = units.distance(pair.worn_m - before, unit, 0)
    return text.format(n=pair.runs, worn=worn, before=units.distance(before, unit, 0))


def no_spare_pair(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that nearly all runs of the last 28 days were in one pair, which is near or over its limit.

    How far it has gone is the alert on its limit.
    """
    runs, pairs = len(common.recent_runs(history, now)), shoes_in_use(history, now)
    spares = [units.printable(pair.name) for pair in pairs if not is_due(history, now, pair)]
    for pair in pairs:
        is_single = is_due(history, now, pair) and pair.share_28d >= history.settings.rotation_share
        if runs < MIN_RUNS or not is_single:
            continue
        name = units.printable(pair.name)
        if spares:
            message = _("You run in {pair} alone, and {spare} has room.").format(pair=name, spare=spares[-1])
            todo = _("Take turns with {spare} from the next run on.").format(spare=spares[-1])
        else:
            message = _("You run in {pair} alone, and there is no spare pair.").format(pair=name)
            todo = _("Get the next pair now and alternate the two. Once you have it: {command}").format(
                command=add_command()
            )
        numbers = _("{share} of {n} runs in four weeks were in it.").format(
            share=units.percent(pair.share_28d), n=runs
        )
        why = f"{numbers} {evidence('malisoux-2015').cite()}"
        yield Notice(pair.name, "info", message, why, _single_pair_since(history, now, pair), todo)


def _single_pair_since(history: History, now: pd.Timestamp, pair: ShoeInUse) -> date:
    days, moments = common.days_until(history, now)
    ends = history.runs["end"]
    worn = common.count_runs(ends[history.runs["shoe"] == pair.name], moments)
    alone = worn >= history.settings.rotation_share * common.count_runs(ends, moments).clip(1)
    near = _day_when_reached(history, pair.name, _due_m(history, now, pair))
    return max(near, common.streak_start(days, alone))


def unassigned_shoe(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that runs of the last 28 days have no pair of shoes, although you keep track of your pairs."""
    tracked = history.runs["day"] >= _first_tracked_day(history)
    without = history.runs[tracked & history.runs["shoe"].isna()]
    lately, least = common.recent_runs(history, now), history.settings.unassigned_runs
    n = len(without.index.intersection(lately.index))
    if n < least:
        return
    days, moments = common.days_until(history, now)
    message = ngettext(
        "{n} of your last {runs} run has no pair of shoes.",
        "{n} of your last {runs} runs have no pair of shoes.",
        n,
    ).format(n=n, runs=len(lately))
    why = _("Their distance counts on no pair, so a pair may pass its limit unnoticed.")
    since = common.streak_start(days, common.count_runs(without["end"], moments) >= least)
    todo = _("See which runs, and name the pair: {command}").format(command="runlog shoes assign")
    yield Notice("shoes", "info", message, why, since, todo)


def _first_tracked_day(history: History) -> pd.Timestamp:
    """Return the first day with a known pair; NaT without any."""
    begun = history.shoes["from_date"][history.shoes["kept"]]
    if begun.isna().any():
        return pd.Timestamp.min
    assigned = history.runs["day"][history.runs["shoe"].notna()]
    first: pd.Timestamp = pd.Series([begun.min(), assigned.min()]).min()
    return first


def _day_when_reached(history: History, shoe: str, metres: float) -> date:
    """Return the day of the run after which the pair had gone so far, or of its last run."""
    totals = mileage_after_runs(history)
    own = totals[totals["shoe"] == shoe]
    reached = own["day"][own["total_m"] >= metres]
    day: date = (own["day"].iloc[-1] if reached.empty else reached.iloc[0]).date()
    return day
