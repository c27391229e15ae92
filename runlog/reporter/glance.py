"""Gather this week in one glance: how it was, what to do, and four numbers; without charts.

``build_glance`` is the door; the report of a week builds on the same ``WeekData``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from runlog import units
from runlog.analysis import periods
from runlog.analysis.exposures import exposures
from runlog.analysis.history import ratings_of
from runlog.analysis.links import links
from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.errors import BadInput
from runlog.i18n import N_, _, ngettext, use_language
from runlog.model import Area
from runlog.reporter import advice, guidance, shoes_and_routes, summary
from runlog.reporter.advice import Action, WeekData
from runlog.reporter.alerts import alerts
from runlog.reporter.alerts.training import MIN_ROUTED
from runlog.reporter.findings import build_findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span
    from runlog.reporter.alerts import Notice
    from runlog.reporter.summary import Totals

#: Differences of soreness in points; the evidence is "noticeable-change".
NOTICEABLE, CLEARLY = 1.0, 2.0
GOOD, BAD = "good", "bad"
#: Mean soreness from which running form is worth a look, and of which areas.
SORE_FROM = 3.0
_FORM_AREAS = ("upper_back", "neck", "shoulder")
#: Of fewer runs on known routes in 28 days no share is shown.
LEAST_ROUTED = 5


@dataclass(frozen=True, slots=True)
class StripItem:
    """One of the four numbers: ``name`` is load, shoes, route or warmup; ``tone`` is good, bad or ""."""

    name: str
    value: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Glance:
    """A week in one glance, its sentences in the language of the settings.

    Attributes:
        headline: how the week was, in one sentence.
        note: which week this is, where nothing was recorded since; else "".
        warnings: the alerts that call for a clinician.
        actions: what to do, three at most.
        strip: load, shoes, route and warm-ups, as far as they are known.
    """

    headline: str
    note: str
    warnings: tuple[Notice, ...]
    actions: tuple[Action, ...]
    strip: tuple[StripItem, ...]


def build_glance(history: History, iso_week: str | None = None, now: datetime | None = None) -> Glance:
    """Return a week like "2026-W30" (None: the ``week_due``) in one glance, in the runner's language.

    Raises:
        BadInput: no such week, a week that has not begun, or a ``now`` without a time zone.
    """
    with use_language(history.settings.language):
        return glance_of(gather_week(history, iso_week, now))


def gather_week(full_history: History, iso_week: str | None, now: datetime | None) -> WeekData:
    """Gather what is known of a week, in the language in use; arguments and errors as ``build_glance``."""
    moment = periods.to_utc(now)
    if iso_week is None:
        span, silent = _due_span(full_history, moment)
    else:
        span, silent = periods.parse_week(iso_week, full_history.settings), None
        if span.first > full_history.clock.day(moment):
            raise BadInput("the week {week} has not begun yet", week=iso_week)
    week_end = periods.end_of_day(full_history, span.last)
    end = min(week_end, moment)
    history = periods.history_as_of(full_history, end)
    days = replace(span, last=max(span.first, min(span.last, history.clock.day(end))))
    area = periods.main_area(history) or Area.UPPER_BACK
    table = exposures(history, area)
    estimates = links(table)
    ratings = ratings_of(history, area)["soreness"]
    is_constant = len(ratings) >= MIN_RATINGS and ratings.min() == ratings.max()
    rated = span.of(ratings_of(history))
    others = rated[rated["area"] != area].groupby("area")["soreness"].max()
    return WeekData(
        history=history,
        end=end,
        span=span,
        days_so_far=days,
        complete=week_end <= moment,
        recorded_until=silent,
        area=area,
        other_areas={str(area): float(rating) for area, rating in others.items()},
        ratings=len(ratings),
        constant_rating=float(ratings.iloc[0]) if is_constant else None,
        table=table,
        estimates=estimates,
        findings=build_findings(history, table, days, estimates),
        notices=tuple(alerts(history, end)),
        totals=summary.week_totals(history, days, area),
        usual=summary.usual_totals(history, days, area),
        shoes=shoes_and_routes.shoes_in_use(history, end),
        routes=shoes_and_routes.recent_routes(history, end),
    )


def week_due(history: History, now: datetime) -> str:
    """Return the name of the week to report on.

    That is this one on its last day, else the one before; where nothing was recorded in it, the last one
    with a run or an entry.
    """
    return periods.week_name(_due_span(history, periods.to_utc(now))[0])


def current_week(history: History, now: datetime | None = None) -> str:
    """Return the name of the week that is not over yet."""
    return periods.week_name(_current_span(history, periods.to_utc(now)))


def last_complete_week(history: History, now: datetime | None = None) -> str:
    """Return the name of the last week that is over and has a run or an entry."""
    before = _current_span(history, periods.to_utc(now)).before(1)
    return periods.week_name(_last_span_with_data(history, before))


def _current_span(history: History, moment: pd.Timestamp) -> Span:
    return periods.week_of(history.clock.day(moment), history.settings)


def _due_span(history: History, moment: pd.Timestamp) -> tuple[Span, Span | None]:
    """Return the week to show and, where it is an older one, the days since without any record."""
    span = _current_span(history, moment)
    due = span if span.last == history.clock.day(moment) else span.before(1)
    shown = _last_span_with_data(history, due)
    return shown, None if shown == due else replace(due, first=shown.before(-1).first)


def _last_span_with_data(history: History, latest: Span) -> Span:
    """Return the last week with a run or an entry, not later than a week; that week if there is none."""
    until = periods.history_as_of(history, periods.end_of_day(history, latest.last))
    last_day = periods.last_day_with_data(until)
    return latest if last_day is None else periods.week_of(last_day, history.settings)


def glance_of(week: WeekData) -> Glance:
    """Return a week in one glance, in the language in use.

    What to do is first what links and alerts call for, then what makes the report say more.
    """
    actions = [*advice.choose_actions(week)]
    commands = {action.command for action in actions}
    actions += [action for action in _beginnings(week) if action.command not in commands]
    return Glance(
        headline=week_headline(week),
        note=_silence_note(week.recorded_until),
        warnings=tuple(notice for notice in week.notices if notice.see_clinician),
        actions=tuple(actions[: advice.MOST_ACTIONS]) or (_nothing_to_do(week),),
        strip=tuple(_strip(week)),
    )


def _beginnings(week: WeekData) -> Iterator[Action]:
    """Yield what is still missing for the report to say more."""
    no_runs, ratings = week.history.runs.empty, week.ratings
    if no_runs:
        fact = _("Your soreness is compared with your runs.")
        yield Action(_("Import what your watch recorded."), fact, command="runlog import ~/Downloads")
    if not (week.totals.ratings or week.other_areas) or ratings < MIN_RATINGS:
        fact = _("Enough ratings show what your soreness goes together with.")
        if ratings >= MIN_RATINGS:
            fact = _("You rated no day this week.")
        yield Action(_("Rate your soreness tonight."), fact, command="runlog log 0")
    if no_runs and not ratings:
        fact = _("It shows what a full page looks like.")
        yield Action(_("Or look at a made-up season first."), fact, command="runlog demo --open")


def _nothing_to_do(week: WeekData) -> Action:
    """Return what to say where no link and no alert calls for anything."""
    if any(notice.see_clinician for notice in week.notices):
        return Action(_("Have that checked first."), "")
    is_sore = week.totals.runs and week.totals.soreness_mean >= SORE_FROM
    if is_sore and week.area in _FORM_AREAS:
        tips = [tip for tip in guidance.all_tips() if "form" in tip.answers]
        tip = advice.tip_of_week(tips, week)
        return Action(f"{tip.title}.", _("Form is quick to check in a sore week."), topic="form", tip=tip)
    return Action(_("Carry on as you do."), _("Nothing stands out this week."))


def _silence_note(silent: Span | None) -> str:
    if silent is None:
        return ""
    text = _("Nothing was recorded from {first} to {last}. This is the last week with data.")
    return text.format(
        first=units.day(silent.first, weekday=False), last=units.day(silent.last, weekday=False)
    )


def week_headline(week: WeekData) -> str:
    """Write how a week was, in one sentence."""
    if week.is_empty:
        return _("Nothing is recorded yet.")
    if not week.totals.ratings and week.other_areas:
        other, worst = max(week.other_areas.items(), key=lambda item: item[1])
        text = _("{other}: {worst} of 10 this week; {area} not rated.")
        name, area = units.capital(units.area(other)), units.area(week.area)
        return text.format(other=name, worst=units.number(worst, 0), area=area)
    return compare_soreness(week.totals, week.usual, week.area, complete=week.complete)


#: By how clearly a week was sorer than the weeks before.
_CHANGES = {
    2: N_("{area} much sorer than usual: {mean}, up from {before}."),
    1: N_("{area} sorer than usual: {mean}, up from {before}."),
    0: N_("{area} about as sore as usual: {mean} of 10."),
    -1: N_("{area} less sore than usual: {mean}, down from {before}."),
    -2: N_("{area} much less sore than usual: {mean}, down from {before}."),
}


def compare_soreness(now: Totals, usual: Totals, area: str, *, complete: bool = True) -> str:
    """Write how sore a week was, against the weeks before where they have enough ratings."""
    if not now.runs and not now.ratings:
        none, so_far = _("No runs and no ratings this week."), _("No runs and no ratings yet this week.")
        return none if complete else so_far
    if not now.ratings:
        n = int(now.runs)
        return ngettext("{n} run, but no rating this week.", "{n} runs, but no rating this week.", n).format(
            n=n
        )
    change, once = now.soreness_mean - usual.soreness_mean, now.ratings == 1
    digits = 0 if once and now.soreness_mean.is_integer() else 1
    if once and (now.soreness_max == 0 or not usual.is_compared_with):
        text = _("{area}: {mean} of 10, rated once.")
    elif now.soreness_max == 0:
        text = _("{area}: not sore all week.") if complete else _("{area}: not sore so far this week.")
    elif usual.is_compared_with:
        clearly = sum(abs(change) >= least for least in (NOTICEABLE, CLEARLY))
        text, digits = _(_CHANGES[clearly if change > 0 else -clearly]), 1
    else:
        text = _("{area}: {mean} of 10 on average.")
    mean, before = units.number(now.soreness_mean, digits), units.number(usual.soreness_mean)
    return text.format(area=units.capital(units.area(area)), mean=mean, before=before)


def _strip(week: WeekData) -> Iterator[StripItem]:
    """Yield load, the pair that was worn most in 28 days, the route run most, and warm-ups, where known."""
    if len(week.history.runs) and units.is_known(week.totals.distance_m):
        jumped = any(notice.kind == "week_jump" for notice in week.notices)
        ran = week.distance(week.totals.distance_m)
        yield StripItem("load", ran, _runs_label(week), BAD if jumped else "")
    worn = max(
        (shoe for shoe in week.shoes if shoe.share_28d > 0), key=lambda shoe: shoe.share_28d, default=None
    )
    if worn is not None:
        due = any(notice.kind == "shoe_limit" and notice.subject == worn.name for notice in week.notices)
        left = week.distance(worn.left_m, 0)
        label, tone = _("left in {pair}, worn most"), BAD if due else ""
        if worn.is_over:
            left = f"+{week.distance(-worn.left_m, 0)}"
            label, tone = _("{pair}, past its limit"), BAD
        yield StripItem("shoes", left, label.format(pair=units.printable(worn.name)), tone)
    routed = week.history.runs["route"][week.history.runs["end"] > week.end - pd.Timedelta(days=28)].count()
    if week.routes and routed >= LEAST_ROUTED:
        share = week.routes[0].share_28d
        repeated = routed >= MIN_ROUTED and share >= week.history.settings.route_share
        label = _("of runs in 28 days on one route")
        yield StripItem("route", units.percent(share), label, BAD if repeated else "")
    warmup = week.finding("warmup")
    if warmup is not None and units.is_known(warmup.now):
        known = warmup.week_known
        text = _("{done} of {n}").format(done=round(warmup.now * known), n=known)
        tone = GOOD if warmup.now == 1 else BAD if warmup.now <= advice.FEW_WARMUPS else ""
        yield StripItem("warmup", text, ngettext("run with a warm-up", "runs with a warm-up", known), tone)


def _runs_label(week: WeekData) -> str:
    """Say how many runs there were and how far is usual; where nothing is, for how long there was none."""
    n, usual = int(week.totals.runs), week.usual
    label = ngettext("{n} run", "{n} runs", n).format(n=n)
    if usual.runs > 0 and units.is_known(usual.distance_m):
        text = _("{runs}, usually {distance}") if usual.weeks > 1 else _("{runs}, {distance} a week earlier")
        distance = units.distance(usual.distance_m, week.units)
        return text.format(runs=label, distance=distance)
    days = week.history.runs["day"]
    earlier = days[days < pd.Timestamp(week.span.first)]
    if earlier.empty:
        return ngettext("{n} run, your first", "{n} runs, your first", n).format(n=n)
    weeks = (pd.Timestamp(week.span.first) - earlier.max()).days // 7
    text = ngettext("{runs}, none in the week before", "{runs}, none in {n} weeks before", weeks)
    return text.format(runs=label, n=weeks) if weeks else label
