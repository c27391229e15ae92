"""Alert rules about shoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog import units
from runlog.analysis.shoe_wear import mileage_after_runs
from runlog.i18n import _, ngettext
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice
from runlog.reporter.guidance import evidence
from runlog.reporter.shoes_and_routes import in_use_table

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from runlog.analysis.history import History

    ShoeRow = dict[Hashable, Any]

#: With fewer runs in four weeks than this, no alert about pairs that take turns.
MIN_RUNS = 5


def shoe_limit(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that a pair in use is near or over its limit of kilometres, with the day when it is expected there."""  # noqa: E501 - its definition
    recent = common.ran_recently(history, now)
    return [
        _limit_notice(history, pair, pressing=recent and pair["km"] >= pair["limit_km"])
        for pair in _shoes_in_use(history, now)
        if pair["km"] >= _note_km(history, pair) and _worn_recently(history, pair["name"])
    ]


def _limit_notice(history: History, pair: ShoeRow, *, pressing: bool) -> Notice:
    over = pair["km"] >= pair["limit_km"]
    since = _day_when_reached(history, pair["name"], pair["limit_km"] if over else _note_km(history, pair))
    todo = (
        _("Change to another pair. When you wear this one no more, say so: {command}")
        if over
        else _("Plan the next pair, and wear it in on short runs. When this one is done: {command}")
    ).format(command="runlog shoes retire NAME")
    severity = "warn" if pressing else "info"
    return Notice(
        subject=pair["name"],
        severity=severity,
        message=_limit_message(history, pair),
        why=f"{_distance_numbers(history, pair)} {evidence('shoe-limits').quote()}",
        since=since,
        todo=todo,
    )


def _limit_message(history: History, pair: ShoeRow) -> str:
    places = {
        "pair": units.printable(pair["name"]),
        "worn": _km(history, pair["km"]),
        "limit": _km(history, pair["limit_km"]),
    }
    if pair["km"] >= pair["limit_km"]:
        return _("{pair} is over its limit: {worn} of {limit}.").format(**places)
    if bool(pd.isna(pair["expected"])):
        return _("{pair} has run {worn} of its limit of {limit}.").format(**places)
    day = units.day(pair["expected"], year=True)
    return _("{pair} has run {worn} of {limit} and is expected there around {day}.").format(**places, day=day)


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
    spares = [pair for pair in pairs if pair["km"] < _note_km(history, pair)]
    return [
        _no_spare_notice(history, now, pair, spares)
        for pair in pairs
        if pair not in spares and pair["share_28d"] >= history.settings.rotation_share
    ]


def _no_spare_notice(history: History, now: pd.Timestamp, pair: ShoeRow, spares: list[ShoeRow]) -> Notice:
    share, runs = units.percent(pair["share_28d"]), len(common.recent_runs(history, now))
    name = units.printable(pair["name"])
    if spares:
        spare = units.printable(spares[0]["name"])
        message = _("You run in {pair} alone, and it is near its limit; {spare} is hardly worn.").format(
            pair=name, spare=spare
        )
        todo = _("Take turns with {spare} from the next run on.").format(spare=spare)
    else:
        message = _("You run in {pair} alone, and it is near its limit: there is no spare pair.").format(
            pair=name
        )
        todo = _("Get the next pair now, and let the two take turns. Then say so: {command}").format(
            command="runlog shoes add NAME"
        )
    numbers = _("{share} of {n} runs in four weeks were in it, and it has {worn} of {limit}.").format(
        share=share, n=runs, worn=_km(history, pair["km"]), limit=_km(history, pair["limit_km"])
    )
    why = f"{numbers} {evidence('malisoux-2015').cite()}"
    return Notice(pair["name"], "info", message, why, _single_pair_since(history, now, pair), todo)


def _single_pair_since(history: History, now: pd.Timestamp, pair: ShoeRow) -> date:
    days, moments = common.days_until(history, now)
    runs = history.runs
    worn = common.count_runs(runs.loc[runs["shoe"] == pair["name"], "end"], moments)
    alone = worn >= history.settings.rotation_share * common.count_runs(runs["end"], moments).clip(1)
    near = _day_when_reached(history, pair["name"], _note_km(history, pair))
    return max(near, common.streak_start(days, alone))


def unassigned_shoe(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that runs of the last 28 days have no pair of shoes, although you keep track of your pairs."""
    tracked = history.runs["day"] >= _first_tracked_day(history)
    without = history.runs.loc[tracked & history.runs["shoe"].isna()]
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
            why=_(
                "Runs of the last 28 days. Their distance counts on no pair, "
                "so that a pair may pass its limit unnoticed."
            ),
            since=common.streak_start(days, common.count_runs(without["end"], moments) >= least),
            todo=_("See which and why, then name the pair: {command}").format(command="runlog shoes assign"),
        )
    ]


def _first_tracked_day(history: History) -> pd.Timestamp:
    """Return the first day with a known pair; NaT without any."""
    begun = history.shoes.loc[history.shoes["kept"], "from_date"]
    if begun.isna().any():
        return pd.Timestamp.min
    assigned = history.runs.loc[history.runs["shoe"].notna(), "day"]
    first: pd.Timestamp = pd.Series([begun.min(), assigned.min()]).min()
    return first


def _shoes_in_use(history: History, now: pd.Timestamp) -> list[ShoeRow]:
    return in_use_table(history, now).to_dict("records")


def _note_km(history: History, pair: ShoeRow) -> float:
    """Return the distance of the note, the same part of every pair's own limit."""
    settings = history.settings
    return float(pair["limit_km"] * settings.shoe_note_km / settings.shoe_limit_km)


def _worn_recently(history: History, shoe: str) -> bool:
    """Return whether the pair was worn in the 28 days before the last run."""
    days = history.runs["day"]
    lately = history.runs.loc[days > days.max() - pd.Timedelta(days=common.RECENT_DAYS)]
    return bool((lately["shoe"] == shoe).any())


def _day_when_reached(history: History, shoe: str, km: float) -> date:
    """Return the day of the run after which the pair had so many kilometres, or of its last run."""
    totals = mileage_after_runs(history)
    own = totals.loc[totals["shoe"] == shoe]
    reached = own.loc[own["total_m"] / 1000 >= km, "day"]
    day: date = (own["day"].iloc[-1] if reached.empty else reached.iloc[0]).date()
    return day


def _km(history: History, km: float) -> str:
    return units.distance(km * 1000, history.settings.units, 0)
