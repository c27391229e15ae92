"""Alert rules about routes and training load."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from runlog import units
from runlog.analysis.load import daily_metrics
from runlog.analysis.routes import SHARE_DAYS
from runlog.i18n import _
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice
from runlog.reporter.guidance import evidence
from runlog.reporter.shoes_and_routes import route_title, routes_by_use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from runlog.analysis.history import History

#: With fewer runs than this on known routes in 28 days, no alert about a repeated route.
MIN_ROUTED = 12
#: A week with fewer runs is not compared with.
MIN_RUNS_BEFORE = 2
WEEK_DAYS = 7


def route_repetition(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that most runs of the last 28 days, or many in a row, were on one and the same route."""
    routed = common.recent_runs(history, now, SHARE_DAYS)["route"].dropna()
    if len(routed) < MIN_ROUTED:
        return
    settings = history.settings
    days, moments = common.days_until(history, now)
    share = common.factor_values("route_share", history, moments)
    streak = common.factor_values("route_streak", history, moments)
    repeated = ((share >= settings.route_share) | (streak >= settings.route_streak)).to_numpy()
    if not repeated[-1]:
        return
    most, row = float(share.iloc[-1]), int(streak.iloc[-1])
    ranked = routes_by_use(history, now).set_index("route")
    by_share = most >= settings.route_share
    route = ranked.index[0] if by_share else routed.iloc[-1]
    name = route_title(route, ranked["name"][route])
    message = _("Your last {n} runs were all on one route, {route}.")
    if by_share:
        message = _("{share} of your runs in four weeks were on one route, {route}.")
    message = message.format(n=row, share=units.percent(most), route=name)
    since = common.streak_start(days, repeated)
    todo = _("Take another route next time, or run this one the other way round.")
    numbers = _("Of {n} runs with a known route in 28 days.")
    if row > 1:
        numbers = _("Of {n} runs with a known route in 28 days; {row} in a row up to now.")
    why = f"{numbers.format(n=len(routed), row=row)} {evidence('route-variety').quote()}"
    yield Notice(route, "info", message, why, since, todo)


class Spike(NamedTuple):
    """A run much longer than the longest before it: its day, its metres, and how many times that they are."""

    day: date
    metres: float
    times: float

    def next_limit(self, history: History) -> float:
        """Return the metres from which on the next long run would be a spike as well."""
        return history.settings.spike * self.metres / self.times


def latest_spike(history: History, now: pd.Timestamp) -> Spike | None:
    """Return the latest run of the last 14 days that was a spike."""
    recent = common.recent_runs(history, now, common.FRESH_DAYS)
    if recent.empty:
        return None
    values = common.factor_values("run_spike", history, pd.DatetimeIndex(recent["end"]))
    ratio = pd.Series(values.to_numpy(), recent.index)
    spikes = ratio[ratio > history.settings.spike]
    if spikes.empty:
        return None
    run = recent.loc[spikes.index[-1]]
    return Spike(run["day"].date(), float(run["distance_m"]), float(spikes.iloc[-1]))


def run_spike(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that a run of the last 14 days was much longer than the longest of the 30 days before it."""
    spike, distance_unit = latest_spike(history, now), history.settings.units
    if spike is None:
        return
    message = _("Your {distance} on {day} was {share} over your longest run of the 30 days before.").format(
        distance=units.distance(spike.metres, distance_unit),
        day=units.day(spike.day),
        share=units.percent(spike.times - 1),
    )
    why = _("{ratio} times the longest. {study}").format(
        ratio=units.number(spike.times, 2), study=evidence("frandsen-2025").cite(spike.times)
    )
    todo = shorter_long_run(spike.next_limit(history), distance_unit)
    yield Notice(spike.day.isoformat(), "warn", message, why, spike.day, todo)


def shorter_long_run(limit_m: float, distance_unit: str) -> str:
    """Say how long the next long run may be."""
    below = units.distance_below(limit_m, distance_unit)
    return _("Keep the next long run under {distance}.").format(distance=below)


def week_jump(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that seven days were much longer than the seven before them, and than any of four weeks.

    One cause raises one alert: the days that follow a jump by less than a week are part of it, and a run that
    is an alert of its own (``run_spike``) counts as no longer than the longest before it.
    """
    today = pd.Timestamp(history.clock.day(now))
    days = pd.date_range(end=today, periods=common.LOOK_BACK_DAYS)
    sums = _seven_day_sums(history, days)
    ratio, usual = history.settings.week_jump, sums["usual"]
    is_jump = (usual > ratio * sums["before"]) & (usual > sums["highest"])
    jumps = days[(is_jump & (sums["runs_before"] >= MIN_RUNS_BEFORE)).to_numpy()]
    if not len(jumps) or (today - jumps[-1]).days >= WEEK_DAYS:
        return
    breaks = np.flatnonzero(np.diff(jumps) >= np.timedelta64(WEEK_DAYS, "D"))
    last, first = jumps[-1], jumps[breaks[-1] + 1 if len(breaks) else 0]
    ran, ran_before = sums["ran"][last], sums["before"][last]
    was, is_now = (units.distance(metres, history.settings.units, 0) for metres in (ran_before, ran))
    message = _("You ran {distance} in the seven days to {day}, after {before} in the seven before.").format(
        distance=is_now, before=was, day=units.day(last)
    )
    why = _("{share} more. A weak sign. {study}").format(
        share=units.percent(ran / ran_before - 1), study=evidence("nielsen-2014").cite()
    )
    limit = units.distance_below(ratio * ran_before, history.settings.units)
    todo = _("Stay under {distance} for seven days.").format(distance=limit)
    yield Notice("distance", "info", message, why, first.date(), todo)


def _seven_day_sums(history: History, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return per day the metres of the seven days up to it and of the seven before; NaN where unknown.

    Returns:
        By day: ran; usual (ran, but of a spike only the longest run before it); before; runs_before (their
        number); highest (of seven days in the four weeks before those of ``ran``).
    """
    earlier = pd.date_range(days[0] - pd.Timedelta(days=common.RECENT_DAYS + 2 * WEEK_DAYS), days[-1])
    began = earlier >= history.runs["day"].min() + pd.Timedelta(days=2 * WEEK_DAYS - 1)
    runs = history.runs.loc[history.runs["day"] >= earlier[0]]
    ratio = common.factor_values("run_spike", history, pd.DatetimeIndex(runs["end"])).to_numpy()
    times = np.where(ratio > history.settings.spike, ratio, 1.0)
    metres = pd.DataFrame({"ran": runs["distance_m"], "usual": runs["distance_m"] / times})
    by_day = metres.groupby(runs["day"])
    sums = by_day.sum().where(by_day.count().eq(by_day.size(), axis=0)).reindex(earlier, fill_value=0.0)
    seven = sums.rolling(WEEK_DAYS).sum()
    counts = by_day.size().reindex(earlier, fill_value=0).rolling(WEEK_DAYS).sum()
    before = seven["ran"].shift(WEEK_DAYS)
    return seven.assign(
        before=before.where(began),
        runs_before=counts.shift(WEEK_DAYS),
        highest=before.rolling(common.RECENT_DAYS - WEEK_DAYS + 1, min_periods=1).max(),
    ).loc[days]


def monotony(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that the loads of seven days were nearly alike, without a clearly easy day."""
    days, moments = common.days_until(history, now)
    values = common.factor_values("monotony", history, moments)
    alike = (values > history.settings.monotony).to_numpy()
    if not alike[-1]:
        return
    # Today is one of the seven days only once its runs count.
    through = len(days) if values.iloc[-1] != values.iloc[-2] else len(days) - 1
    last = days[through - 1]
    kind, unit = history.load_kind, history.settings.units
    week = daily_metrics(history, last)["load"].loc[last - pd.Timedelta(days=WEEK_DAYS - 1) : last]
    load = week * units.load_in(1.0, kind, unit)
    message = _("Your last seven days were nearly alike, without a clearly easy day.")
    why = _(
        "Monotony {monotony} up to {day}: a load of {mean} {unit} a day, give or take {spread}. "
        "The alert starts above {limit}. {study}"
    ).format(
        monotony=units.number(values.iloc[through - 1]),
        day=units.day(last.date()),
        mean=units.number(load.mean(), 0),
        unit=_(units.load_unit(kind, unit)),
        spread=units.number(load.to_numpy().std(), 0),
        limit=units.number(history.settings.monotony),
        study=evidence("foster-1998").cite(),
    )
    since = common.streak_start(days[:through], alike[:through])
    todo = _("Plan one day without a run, and one that is clearly easier than the others.")
    yield Notice("load", "info", message, why, since, todo)
