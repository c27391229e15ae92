"""Alerts about shoes, routes, load and warm-ups."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.shoes import shoes
from runlog.reporter import periods, units
from runlog.reporter.alerts.notice import FRESH, Notice, trailing

if TYPE_CHECKING:
    from runlog.analysis.history import History

#: How far back the beginning of a repetition is looked for.
LOOK_BACK = 180
#: Fewer runs than this on known routes in 28 days repeat nothing.
MIN_ROUTED = 5


def shoe_limit(history: History, now: pd.Timestamp) -> list[Notice]:
    """A pair in use is near or over its limit of kilometres, with the day when it is expected there."""
    return [
        _shoe_notice(history, pair)
        for pair in shoes(history, now).itertuples()
        if pd.isna(pair.retired) and pair.km >= _note_km(history, pair) and _in_use(history, pair.name)
    ]


def _note_km(history: History, pair: Any) -> float:  # noqa: ANN401 - a row of itertuples
    """The note comes at the same part of every pair's own limit."""
    settings = history.settings
    return float(pair.limit_km * settings.shoe_note_km / settings.shoe_limit_km)


def _in_use(history: History, shoe: str) -> bool:
    """Whether the pair was worn in the 28 days before the last run."""
    days = history.runs["day"]
    recent = history.runs.loc[days > days.max() - pd.Timedelta(days=28)]
    return bool((recent["shoe"] == shoe).any())


def _shoe_notice(history: History, pair: Any) -> Notice:  # noqa: ANN401 - a row of itertuples
    unit = history.settings.units
    worn, limit = (units.distance(km * 1000, unit, 0) for km in (pair.km, pair.limit_km))
    over = pair.km >= pair.limit_km
    if over:
        message = f"{pair.name} is over its limit: {worn} of {limit}."
    else:
        when = "" if pd.isna(pair.expected) else f", expected there around {units.day(pair.expected)}"
        message = f"{pair.name} is nearing its limit: {worn} of {limit}{when}."
    why = f"{worn} in {units.count(int(pair.runs), 'run')}. The limit is a convention, not a measurement."
    since = _day_when_reached(history, pair.name, pair.limit_km if over else _note_km(history, pair))
    return Notice("shoe_limit", pair.name, "warn" if over else "info", message, why, since)


def _day_when_reached(history: History, shoe: str, km: float) -> date:
    """The first day at whose end the pair had so many kilometres."""
    zone = periods.clock(history)
    days = history.runs.loc[history.runs["shoe"] == shoe, "day"].drop_duplicates().sort_values()

    def worn(day: pd.Timestamp) -> float:
        moment = periods.end_of(day, zone)
        table = shoes(periods.until(history, moment), moment)
        return float(table.loc[table["name"] == shoe, "km"].iloc[0])

    place = bisect_left(list(days), km, key=worn)
    return days.iloc[min(place, len(days) - 1)].date()


def route_repetition(history: History, now: pd.Timestamp) -> list[Notice]:
    """Most runs of the last 28 days, or many in a row, were on one and the same route."""
    routed = history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=28), "route"].dropna()
    if len(routed) < MIN_ROUTED:
        return []
    settings = history.settings
    days = pd.DatetimeIndex(pd.date_range(end=_local_day(history, now), periods=LOOK_BACK))
    moments = periods.ends_of(days, periods.clock(history))[:-1].append(pd.DatetimeIndex([now]))
    share = _factor("route_share", history, moments)
    streak = _factor("route_streak", history, moments)
    repeated = ((share >= settings.route_share) | (streak >= settings.route_streak)).to_numpy()
    if not repeated[-1]:
        return []
    route = str(routed.mode().iloc[0])
    since = days[len(days) - trailing(repeated)].date()
    message = f"You keep running the same route: {units.percent(share.iloc[-1])} of your runs are on {route}."
    why = (
        f"{units.percent(share.iloc[-1])} of {units.count(len(routed), 'run')} in 28 days on {route}, "
        f"{int(streak.iloc[-1])} in a row on the last one. "
        "This rests on the guidance and on your own link: no study of route variety was found."
    )
    return [Notice("route_repetition", route, "info", message, why, since)]


def run_spike(history: History, now: pd.Timestamp) -> list[Notice]:
    """A run of the last 14 days was much longer than the longest of the 30 days before it."""
    recent = history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=FRESH)]
    if recent.empty:
        return []
    ratio = pd.Series(_factor("run_spike", history, pd.DatetimeIndex(recent["end"])).to_numpy(), recent.index)
    spikes = ratio[ratio > history.settings.spike]
    if spikes.empty:
        return []
    run = recent.loc[spikes.index[-1]]
    ran = units.distance(run["distance_m"], history.settings.units)
    longer = units.percent(spikes.iloc[-1] - 1)
    message = f"Your run of {units.day(run['day'])} was {longer} longer than any in the 30 days before it."
    why = f"{ran}, {units.number(spikes.iloc[-1], 2)} times the longest. {frandsen(spikes.iloc[-1])}"
    return [Notice("run_spike", str(spikes.index[-1]), "warn", message, why, run["day"].date())]


def frandsen(ratio: float) -> str:
    """What a cohort saw after runs so much longer than the longest of 30 days (Frandsen, BJSM 2025)."""
    if ratio > 2:
        hazard = "more than double: 2.28 times (1.50 to 3.48)"
    elif ratio > 1.3:
        hazard = "30 to 100% longer: 1.52 times (1.16 to 2.00)"
    elif ratio > 1.1:
        hazard = "10 to 30% longer: 1.64 times (1.31 to 2.05)"
    else:
        return "Up to 10% longer is the comparison group of the study (Frandsen 2025)."
    return (
        f"Among 5,205 runners, the rate of injury after runs {hazard} (Frandsen 2025). Injury, not soreness."
    )


def week_jump(history: History, now: pd.Timestamp) -> list[Notice]:
    """The last seven days were much longer than the seven before them."""
    today = _local_day(history, now)
    week = periods.Span(today - timedelta(days=6), today)
    runs, before = week.of(history.runs), week.before(1).of(history.runs)
    if len(before) < 2 or runs["distance_m"].isna().any() or before["distance_m"].isna().any():  # noqa: PLR2004 - one run is no week to compare with
        return []
    ran, ran_before = runs["distance_m"].sum(), before["distance_m"].sum()
    if ran <= ran_before * history.settings.week_jump:
        return []
    unit = history.settings.units
    message = f"Seven days of {units.distance(ran, unit, 0)}, after {units.distance(ran_before, unit, 0)} in the seven before."
    why = (
        f"{units.percent(ran / ran_before - 1)} more. A soft sign: over 30% more went with a hazard ratio of 1.59, "
        "but the range (0.96 to 2.66) includes no difference (Nielsen 2014)."
    )
    since = _first_over(runs, ran_before * history.settings.week_jump)
    return [Notice("week_jump", "distance", "info", message, why, since)]


def _first_over(runs: pd.DataFrame, metres: float) -> date:
    return runs.loc[runs["distance_m"].cumsum() > metres, "day"].iloc[0].date()


def warmup_skipped(history: History, now: pd.Timestamp) -> list[Notice]:
    """The last runs in a row were all without a warm-up; an unknown one ends the row."""
    runs = history.runs
    if runs.empty or runs["end"].iloc[-1] <= now - pd.Timedelta(days=FRESH):
        return []
    row = trailing((runs["warmup"] == 0).to_numpy())
    needed = history.settings.skipped_in_a_row
    if row < needed:
        return []
    message = f"No warm-up before your last {row} runs."
    days = runs["day"].iloc[-row:]
    why = f"{row} runs in a row from {units.day(days.iloc[0])} to {units.day(days.iloc[-1])}; the alert starts at {needed}."
    return [Notice("warmup_skipped", "warmup", "warn", message, why, days.iloc[needed - 1].date())]


def _local_day(history: History, now: pd.Timestamp) -> date:
    return now.tz_convert(periods.clock(history)).date()


def _factor(name: str, history: History, moments: pd.DatetimeIndex) -> pd.Series:
    factor = next(factor for factor in FACTORS if factor.name == name)
    return factor.values(history, moments)
