"""Alerts about shoes, routes, load and warm-ups."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.routes import SHARE_DAYS, routes
from runlog.analysis.shoes import RECENT_DAYS, shoes
from runlog.reporter import periods, units
from runlog.reporter.alerts.notice import FRESH, Notice, trailing
from runlog.reporter.pairs import in_use

if TYPE_CHECKING:
    from collections.abc import Hashable

    from runlog.analysis.history import History

#: How far back the beginning of a repetition is looked for.
LOOK_BACK = 180
#: Fewer runs than this on known routes in 28 days repeat nothing.
MIN_ROUTED = 5
#: How a run compares to the longest of the 30 days before, and the rate of injury in such runs.
FRANDSEN = (
    (2.0, "more than twice as long had 2.28 times (1.50 to 3.48)"),
    (1.3, "30 to 100% longer had 1.52 times (1.16 to 2.00)"),
    (1.1, "10 to 30% longer had 1.64 times (1.31 to 2.05)"),
)
#: A week with fewer runs is none to compare with.
MIN_RUNS_BEFORE = 2


def shoe_limit(history: History, now: pd.Timestamp) -> list[Notice]:
    """A pair in use is near or over its limit of kilometres, with the day when it is expected there."""
    fresh = bool((history.runs["end"] > now - pd.Timedelta(days=FRESH)).any())
    return [
        _shoe_notice(history, pair, pressing=fresh and pair["km"] >= pair["limit_km"])
        for pair in in_use(history, now).to_dict("records")
        if pair["km"] >= _note_km(history, pair) and _worn_lately(history, pair["name"])
    ]


def _note_km(history: History, pair: dict[Hashable, Any]) -> float:
    """The note comes at the same part of every pair's own limit."""
    settings = history.settings
    return float(pair["limit_km"] * settings.shoe_note_km / settings.shoe_limit_km)


def _worn_lately(history: History, shoe: str) -> bool:
    """Whether the pair was worn in the 28 days before the last run."""
    days = history.runs["day"]
    recent = history.runs.loc[days > days.max() - pd.Timedelta(days=RECENT_DAYS)]
    return bool((recent["shoe"] == shoe).any())


def _shoe_notice(history: History, pair: dict[Hashable, Any], *, pressing: bool) -> Notice:
    name, unit = units.typed(pair["name"]), history.settings.units
    worn, limit = (units.distance(pair[km] * 1000, unit, 0) for km in ("km", "limit_km"))
    over = pair["km"] >= pair["limit_km"]
    if over:
        message = f"{name} is over its limit: {worn} of {limit}."
    else:
        expected = pair["expected"]
        when = "" if pd.isna(expected) else f", expected there around {units.day(expected, year=True)}"
        message = f"{name} is nearing its limit: {worn} of {limit}{when}."
    why = f"{worn} in {units.count(pair['runs'], 'run')}. The limit is a convention, not a measurement."
    since = _day_when_reached(history, pair["name"], pair["limit_km"] if over else _note_km(history, pair))
    return Notice("shoe_limit", pair["name"], "warn" if pressing else "info", message, why, since)


def _day_when_reached(history: History, shoe: str, km: float) -> date:
    """The first day at whose end the pair had so many kilometres."""
    zone = periods.clock(history)
    runs = history.runs.loc[history.runs["shoe"] == shoe]
    days: list[date] = [day.date() for day in runs["day"].drop_duplicates().sort_values()]

    def worn(day: date) -> float:
        moment = periods.end_of(day, zone)
        table = shoes(periods.until(history, moment), moment)
        return float(table.loc[table["name"] == shoe, "km"].iloc[0])

    place = bisect_left(days, km, key=worn)
    return days[min(place, len(days) - 1)]


def route_repetition(history: History, now: pd.Timestamp) -> list[Notice]:
    """Most runs of the last 28 days, or many in a row, were on one and the same route."""
    routed = history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=SHARE_DAYS), "route"].dropna()
    if len(routed) < MIN_ROUTED:
        return []
    settings = history.settings
    days = pd.DatetimeIndex(pd.date_range(end=_local_day(history, now), periods=LOOK_BACK))
    moments = pd.DatetimeIndex([*periods.ends_of(days, periods.clock(history))[:-1], now])
    share = _factor("route_share", history, moments)
    streak = _factor("route_streak", history, moments)
    repeated = ((share >= settings.route_share) | (streak >= settings.route_streak)).to_numpy()
    if not repeated[-1]:
        return []
    since = days[len(days) - trailing(repeated)].date()
    most, row = float(share.iloc[-1]), int(streak.iloc[-1])
    ranked = routes(history, now).sort_values("share_28d", ascending=False, kind="stable").set_index("route")
    route = ranked.index[0] if most >= settings.route_share else routed.iloc[-1]
    name = f"{units.typed(ranked['name'][route])} ({route})" if ranked["name"][route] else route
    some, in_a_row = units.percent(most), f"your last {row} runs with a route"
    repeated_how = f"{some} of your runs in four weeks" if most >= settings.route_share else in_a_row
    message = f"You keep running the same route: {repeated_how} were on {name}."
    why = (
        f"{some} of {units.count(len(routed), 'run')} in 28 days on the most used route"
        f"{f', {row} in a row up to now' if row > 1 else ''}. "
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
    for above, hazard in FRANDSEN:
        if ratio > above:
            return (
                f"Among 5,205 runners, runs {hazard} the rate of injury of runs up to 10% longer "
                "(Frandsen 2025). Injury, not soreness."
            )
    return "Up to 10% longer is what the study of 5,205 runners compared with (Frandsen 2025)."


def week_jump(history: History, now: pd.Timestamp) -> list[Notice]:
    """The last seven days were much longer than the seven before them."""
    today = _local_day(history, now)
    week = periods.Span(today - timedelta(days=6), today)
    runs, before = week.of(history.runs), week.before(1).of(history.runs)
    distances = pd.concat([runs["distance_m"], before["distance_m"]])
    if len(before) < MIN_RUNS_BEFORE or distances.isna().any():
        return []
    ran, ran_before = runs["distance_m"].sum(), before["distance_m"].sum()
    if ran <= ran_before * history.settings.week_jump:
        return []
    was, is_now = (units.distance(metres, history.settings.units, 0) for metres in (ran_before, ran))
    message = f"Seven days of {is_now}, after {was} in the seven before."
    why = (
        f"{units.percent(ran / ran_before - 1)} more. A soft sign: over 30% more went with 1.59 times the "
        "rate of injury, but the range (0.96 to 2.66) includes no difference (Nielsen 2014)."
    )
    since = _first_over(runs, ran_before * history.settings.week_jump)
    return [Notice("week_jump", "distance", "info", message, why, since)]


def _first_over(runs: pd.DataFrame, metres: float) -> date:
    over = runs["distance_m"].cumsum() > metres
    return pd.Timestamp(runs["day"].iloc[over.argmax()]).date()


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
    span = f"{units.day(days.iloc[0])} to {units.day(days.iloc[-1])}"
    why = f"{row} runs in a row without one, {span}. The alert starts at {needed}."
    return [Notice("warmup_skipped", "warmup", "warn", message, why, days.iloc[needed - 1].date())]


def _local_day(history: History, now: pd.Timestamp) -> date:
    return now.tz_convert(periods.clock(history)).date()


def _factor(name: str, history: History, moments: pd.DatetimeIndex) -> pd.Series:
    factor = next(factor for factor in FACTORS if factor.name == name)
    return factor.values(history, moments)
