"""Alert rules about routes and training load."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from runlog import units
from runlog.analysis import periods
from runlog.analysis.load import daily_metrics
from runlog.analysis.routes import SHARE_DAYS
from runlog.i18n import _
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice
from runlog.reporter.guidance import evidence
from runlog.reporter.shoes_and_routes import route_title, routes_by_use

if TYPE_CHECKING:
    from datetime import date

    from runlog.analysis.history import History

#: With fewer runs than this on known routes in 28 days, no alert about a repeated route.
MIN_ROUTED = 5
#: A week with fewer runs is not compared with.
MIN_RUNS_BEFORE = 2
WEEK_DAYS = 7


def route_repetition(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that most runs of the last 28 days, or many in a row, were on one and the same route."""
    routed = history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=SHARE_DAYS), "route"].dropna()
    if len(routed) < MIN_ROUTED:
        return []
    settings = history.settings
    days, moments = common.days_until(history, now)
    share = common.factor_values("route_share", history, moments)
    streak = common.factor_values("route_streak", history, moments)
    repeated = ((share >= settings.route_share) | (streak >= settings.route_streak)).to_numpy()
    if not repeated[-1]:
        return []
    most, row = float(share.iloc[-1]), int(streak.iloc[-1])
    ranked = routes_by_use(history, now).set_index("route")
    by_share = most >= settings.route_share
    route = ranked.index[0] if by_share else routed.iloc[-1]
    name = route_title(route, ranked["name"][route])
    if by_share:
        message = _(
            "You keep running the same route: {share} of your runs with a route "
            "in four weeks were on {route}."
        ).format(share=units.percent(most), route=name)
    else:
        message = _(
            "You keep running the same route: your last {n} runs with a route were on {route}."
        ).format(n=row, route=name)
    since = common.streak_start(days, repeated)
    todo = _("Take another loop next time, or turn this one round.")
    why = f"{_repetition_numbers(most, len(routed), row)} {evidence('route-variety').quote()}"
    return [Notice(route, "info", message, why, since, todo)]


def _repetition_numbers(share: float, runs: int, row: int) -> str:
    places = {"share": units.percent(share), "n": runs, "row": row}
    if row > 1:
        return _("{share} of {n} runs in 28 days on the most used route, {row} in a row up to now.").format(
            **places
        )
    return _("{share} of {n} runs in 28 days on the most used route.").format(**places)


def run_spike(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that a run of the last 14 days was much longer than the longest of the 30 days before it."""
    recent = history.runs.loc[history.runs["end"] > now - pd.Timedelta(days=common.FRESH_DAYS)]
    if recent.empty:
        return []
    values = common.factor_values("run_spike", history, pd.DatetimeIndex(recent["end"]))
    ratio = pd.Series(values.to_numpy(), recent.index)
    spikes = ratio[ratio > history.settings.spike]
    if spikes.empty:
        return []
    run, times = recent.loc[spikes.index[-1]], spikes.iloc[-1]
    day = run["day"].date()
    message = _("Your run of {day} was {share} longer than any in the 30 days before it.").format(
        day=units.day(day), share=units.percent(times - 1)
    )
    why = _("{distance}, {ratio} times the longest. {study}").format(
        distance=units.distance(run["distance_m"], history.settings.units),
        ratio=units.number(times, 2),
        study=evidence("frandsen-2025").cite(times),
    )
    todo = _("Make the next long run about as long as your longest before this one.")
    return [Notice(day.isoformat(), "warn", message, why, day, todo)]


def week_jump(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that the last seven days were much longer than the seven before them."""
    today = history.clock.day(now)
    week = periods.Span(today - timedelta(days=WEEK_DAYS - 1), today)
    runs, before = week.of(history.runs), week.before(1).of(history.runs)
    distances = pd.concat([runs["distance_m"], before["distance_m"]])
    begun_before = (history.runs["day"] <= pd.Timestamp(week.before(1).first)).any()
    if not begun_before or len(before) < MIN_RUNS_BEFORE or distances.isna().any():
        return []
    ran, ran_before = runs["distance_m"].sum(), before["distance_m"].sum()
    if ran <= ran_before * history.settings.week_jump:
        return []
    was, is_now = (units.distance(metres, history.settings.units, 0) for metres in (ran_before, ran))
    message = _("You ran {distance} in seven days, after {before} in the seven before.").format(
        distance=is_now, before=was
    )
    why = _("{share} more. A soft sign. {study}").format(
        share=units.percent(ran / ran_before - 1), study=evidence("nielsen-2014").cite()
    )
    since = _day_exceeded(runs, ran_before * history.settings.week_jump)
    todo = _("Let the next seven days be about as long as these, not longer again.")
    return [Notice("distance", "info", message, why, since, todo)]


def _day_exceeded(runs: pd.DataFrame, metres: float) -> date:
    over = runs["distance_m"].cumsum() > metres
    return pd.Timestamp(runs["day"].iloc[over.argmax()]).date()


def monotony(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that the loads of seven days were much alike, hard days and easy ones hardly told apart."""
    days, moments = common.days_until(history, now)
    values = common.factor_values("monotony", history, moments)
    alike = (values > history.settings.monotony).to_numpy()
    if not alike[-1]:
        return []
    # Today is one of the seven days only once its runs count.
    through = len(days) if values.iloc[-1] != values.iloc[-2] else len(days) - 1
    last = days[through - 1]
    kind, unit = history.load_kind, history.settings.units
    week = daily_metrics(history, last)["load"].loc[last - pd.Timedelta(days=WEEK_DAYS - 1) : last]
    load = week * units.load_in(1.0, kind, unit)
    message = _("Your last seven days were much alike: hard and easy days are hardly told apart.")
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
    todo = _("Plan a day without a run, and one that is clearly easier than the others.")
    return [Notice("load", "info", message, why, since, todo)]
