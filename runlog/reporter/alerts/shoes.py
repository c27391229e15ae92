"""Alert rules about shoes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog import units
from runlog.analysis.shoe_wear import mileage_after_runs
from runlog.i18n import N_, _, ngettext
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice
from runlog.reporter.guidance import evidence
from runlog.reporter.shoes_and_routes import forecast_text, in_use_table

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from runlog.analysis.history import History

    ShoeRow = dict[Hashable, Any]

#: With fewer runs in four weeks than this, no alert about pairs that take turns.
MIN_RUNS = 5
#: A pair is mentioned at this part of its limit, unless a setting says where.
NOTE_SHARE = 0.9
#: What a pair is called that has no name yet.
NEW_PAIR = N_("New pair")


def shoe_limit(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that a pair in use is over its limit, or nearly: at 90% of it, or four weeks before it."""
    recent = common.ran_recently(history, now)
    return [
        _limit_notice(history, now, pair, pressing=recent and pair["km"] >= pair["limit_km"])
        for pair in _shoes_in_use(history, now)
        if is_due(history, now, pair) and _worn_recently(history, pair["name"])
    ]


def is_due(history: History, now: pd.Timestamp, pair: ShoeRow) -> bool:
    """Return whether a pair of ``in_use_table`` is at its limit, or near enough to speak of it."""
    return bool(pair["km"] >= _due_km(history, now, pair))


def _due_km(history: History, now: pd.Timestamp, pair: ShoeRow) -> float:
    """Return from which distance on a pair is spoken of; where it runs far a week, that is earlier."""
    limit, note_km = float(pair["limit_km"]), history.settings.shoe_note_km
    if note_km is not None:
        return min(limit, limit * note_km / history.settings.shoe_limit_km)
    note = NOTE_SHARE * limit
    if pair["km"] >= limit or bool(pd.isna(pair["expected"])):
        return note
    days = max(1, (pair["expected"] - pd.Timestamp(history.clock.day(now))).days)
    return float(min(note, limit - common.RECENT_DAYS * (limit - pair["km"]) / days))


def _limit_notice(history: History, now: pd.Timestamp, pair: ShoeRow, *, pressing: bool) -> Notice:
    over = pair["km"] >= pair["limit_km"]
    reached = pair["limit_km"] if over else _due_km(history, now, pair)
    todo = (
        _("Wear another pair, and retire this one: {command}")
        if over
        else _("Get the next pair and wear it in on short runs. When this one is done: {command}")
    ).format(command=retire_command(pair["name"]))
    return Notice(
        subject=pair["name"],
        severity="warn" if pressing else "info",
        message=_limit_message(history, now, pair),
        why=f"{_distance_numbers(history, pair)} {evidence('shoe-limits').quote()}",
        since=_day_when_reached(history, pair["name"], reached),
        todo=todo,
    )


def retire_command(name: str) -> str:
    """Return the command that puts a pair away, ready to be pasted."""
    return f"runlog shoes retire {shlex.quote(units.printable(name))}"


def add_command() -> str:
    """Return the command that adds a pair, ready to be pasted."""
    return f"runlog shoes add {shlex.quote(_(NEW_PAIR))}"


def _limit_message(history: History, now: pd.Timestamp, pair: ShoeRow) -> str:
    places = {
        "pair": units.printable(pair["name"]),
        "worn": _number(history, pair["km"]),
        "limit": _km(history, pair["limit_km"]),
    }
    if pair["km"] >= pair["limit_km"]:
        return _("{pair} is over its limit: {worn} of {limit}.").format(**places)
    when = forecast_text(history, now, pair)
    if not when:
        return _("{pair}: {worn} of {limit}.").format(**places)
    return _("{pair}: {worn} of {limit}; at this rate it reaches {limit} {when}.").format(**places, when=when)


def _distance_numbers(history: History, pair: ShoeRow) -> str:
    before = float(history.shoes["start_m"][pair["name"]]) / 1000
    runs = int(pair["runs"])
    places = {"n": runs, "worn": _km(history, pair["km"] - before), "before": _km(history, before)}
    if before:
        return ngettext(
            "{before} before, and {worn} in {n} run.", "{before} before, and {worn} in {n} runs.", runs
        ).format(**places)
    return ngettext("{worn} in {n} run.", "{worn} in {n} runs.", runs).format(**places)


def no_spare_pair(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that nearly all runs of the last 28 days were in one pair, which is near or over its limit."""
    if len(common.recent_runs(history, now)) < MIN_RUNS:
        return []
    pairs = _shoes_in_use(history, now)
    spares = [pair for pair in pairs if not is_due(history, now, pair)]
    return [
        _no_spare_notice(history, now, pair, spares)
        for pair in pairs
        if pair not in spares and pair["share_28d"] >= history.settings.rotation_share
    ]


def _no_spare_notice(history: History, now: pd.Timestamp, pair: ShoeRow, spares: list[ShoeRow]) -> Notice:
    """Report a single pair; how far it has gone is the alert on its limit."""
    share, runs = units.percent(pair["share_28d"]), len(common.recent_runs(history, now))
    name = units.printable(pair["name"])
    if spares:
        spare = units.printable(spares[-1]["name"])
        message = _("You run in {pair} alone, and {spare} has room.").format(pair=name, spare=spare)
        todo = _("Take turns with {spare} from the next run on.").format(spare=spare)
    else:
        message = _("You run in {pair} alone, and there is no spare pair.").format(pair=name)
        todo = _("Get the next pair now and alternate the two. Once you have it: {command}").format(
            command=add_command()
        )
    numbers = _("{share} of {n} runs in four weeks were in it.").format(share=share, n=runs)
    why = f"{numbers} {evidence('malisoux-2015').cite()}"
    return Notice(pair["name"], "info", message, why, _single_pair_since(history, now, pair), todo)


def _single_pair_since(history: History, now: pd.Timestamp, pair: ShoeRow) -> date:
    days, moments = common.days_until(history, now)
    runs = history.runs
    worn = common.count_runs(runs["end"][runs["shoe"] == pair["name"]], moments)
    alone = worn >= history.settings.rotation_share * common.count_runs(runs["end"], moments).clip(1)
    near = _day_when_reached(history, pair["name"], _due_km(history, now, pair))
    return max(near, common.streak_start(days, alone))


def unassigned_shoe(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that runs of the last 28 days have no pair of shoes, although you keep track of your pairs."""
    tracked = history.runs["day"] >= _first_tracked_day(history)
    without = history.runs[tracked & history.runs["shoe"].isna()]
    lately, least = common.recent_runs(history, now), history.settings.unassigned_runs
    n = len(without.index.intersection(lately.index))
    if n < least:
        return []
    days, moments = common.days_until(history, now)
    message = ngettext(
        "{n} of your last {runs} run has no pair of shoes.",
        "{n} of your last {runs} runs have no pair of shoes.",
        n,
    ).format(n=n, runs=len(lately))
    return [
        Notice(
            subject="shoes",
            severity="info",
            message=message,
            why=_("Their distance counts on no pair, so a pair may pass its limit unnoticed."),
            since=common.streak_start(days, common.count_runs(without["end"], moments) >= least),
            todo=_("See which runs, and name the pair: {command}").format(command="runlog shoes assign"),
        )
    ]


def _first_tracked_day(history: History) -> pd.Timestamp:
    """Return the first day with a known pair; NaT without any."""
    begun = history.shoes["from_date"][history.shoes["kept"]]
    if begun.isna().any():
        return pd.Timestamp.min
    assigned = history.runs["day"][history.runs["shoe"].notna()]
    first: pd.Timestamp = pd.Series([begun.min(), assigned.min()]).min()
    return first


def _shoes_in_use(history: History, now: pd.Timestamp) -> list[ShoeRow]:
    return in_use_table(history, now).to_dict("records")


def _worn_recently(history: History, shoe: str) -> bool:
    """Return whether the pair was worn in the 28 days before the last run."""
    days = history.runs["day"]
    lately = history.runs[days > days.max() - pd.Timedelta(days=common.RECENT_DAYS)]
    return bool((lately["shoe"] == shoe).any())


def _day_when_reached(history: History, shoe: str, km: float) -> date:
    """Return the day of the run after which the pair had so many kilometres, or of its last run."""
    totals = mileage_after_runs(history)
    own = totals[totals["shoe"] == shoe]
    reached = own["day"][own["total_m"] / 1000 >= km]
    day: date = (own["day"].iloc[-1] if reached.empty else reached.iloc[0]).date()
    return day


def _km(history: History, km: float) -> str:
    return units.distance(km * 1000, history.settings.units, 0)


def _number(history: History, km: float) -> str:
    """Return a distance in the runner's unit, without naming it: the limit after it does."""
    return units.number(km * 1000 / units.METRES[history.settings.units], 0)
