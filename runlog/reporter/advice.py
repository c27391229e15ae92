"""Choose what to do next: one action per topic, from what is known of a week (``WeekData``).

A topic is factors and alert kinds that call for the same; to add one, write it here and list it in TOPICS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from runlog import units
from runlog.analysis import periods
from runlog.analysis.links.ratings import MIN_RATINGS
from runlog.analysis.load import SPIKE_DAYS
from runlog.i18n import N_, _
from runlog.model import SEVERITIES
from runlog.reporter import guidance, shoes_and_routes
from runlog.reporter.alerts.shoes import add_command, retire_command
from runlog.reporter.alerts.training import latest_spike, shorter_long_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span
    from runlog.reporter.alerts import Notice
    from runlog.reporter.findings import Finding
    from runlog.reporter.guidance import Tip
    from runlog.reporter.shoes_and_routes import RecentRoute, ShoeInUse
    from runlog.reporter.summary import Totals

MOST_ACTIONS = 3
#: So many letters fit into a line of a phone.
LINE_LETTERS = 38
#: Least points that an action must be expected to change.
LEAST_POINTS = 0.1
#: What of a link's points is expected: unsure ones are found larger than they are, or are chance.
CERTAINTY = {"A": 1.0, "B": 1.0, "C": 0.5, "hint": 0.35}
#: A warm-up before so few runs or fewer is worth a word, also without a link.
FEW_WARMUPS = 0.5
#: What is better for soreness, more of a factor or less; a link the other way is no reason to act.
MORE, LESS = 1, -1


@dataclass(frozen=True, slots=True, eq=False)
class WeekData:
    """What is known of a week, before it is put into sentences.

    Attributes:
        history: up to ``end``.
        end: of the week, or the moment asked for in a week that is not over.
        span: the week's local days; days_so_far: those up to ``end``.
        complete: whether the week is over.
        recorded_until: the end of the time without any record after it up to which this is still the week
            to show; None where there is none, or the week was asked for by its name.
        area: the body area that was rated most.
        other_areas: the worst rating of the week by area, without that one.
        ratings: how many ratings of the area there are in all.
        constant_rating: the value of all of them if they are enough for links but all equal, else None.
        table: the exposures of that area; estimates: its links.
        findings: the factors of the week, those with a sign first; notices: the alerts at ``end``.
        totals: the days so far in numbers; usual: the means of the same days of the four weeks before.
        shoes: the pairs in use, the most worn first; routes: those of 28 days.
    """

    history: History
    end: pd.Timestamp
    span: Span
    days_so_far: Span
    complete: bool
    recorded_until: Span | None
    area: str
    other_areas: Mapping[str, float]
    ratings: int
    constant_rating: float | None
    table: pd.DataFrame
    estimates: pd.DataFrame
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    totals: Totals
    usual: Totals
    shoes: tuple[ShoeInUse, ...]
    routes: tuple[RecentRoute, ...]

    @property
    def name(self) -> str:
        """Name of the week, like "2026-W30"."""
        return periods.week_name(self.span)

    @property
    def units(self) -> str:
        """The runner's unit of distance."""
        return self.history.settings.units

    @property
    def is_empty(self) -> bool:
        """Whether there is no run and no entry at all."""
        return self.history.runs.empty and self.history.entries.empty

    @property
    def has_links(self) -> bool:
        """Whether the ratings are enough for links, and not all equal."""
        return self.ratings >= MIN_RATINGS and self.constant_rating is None

    def finding(self, factor: str) -> Finding | None:
        """Return what there is to say of a factor, if anything."""
        return next((finding for finding in self.findings if finding.factor == factor), None)

    def distance(self, metres: float, digits: int = 1) -> str:
        """Write a distance in the runner's unit."""
        return units.distance(metres, self.units, digits)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    Attributes:
        text: what, in one short sentence.
        fact: why now, in one short sentence.
        points: how much less soreness is expected of it, on average over a week like this; NaN if unknown.
        command: that does it, or "".
        topic: the factor or alert kind that it is chosen for, "" for those without a topic.
        finding: the link behind it, if there is one.
        notices: the alerts that it answers.
        told: the kind of those whose message the fact says already.
        tip: how it is done, and how well it is known to help, where the guidance says.
    """

    text: str
    fact: str
    points: float = math.nan
    command: str = ""
    topic: str = ""
    finding: Finding | None = None
    notices: tuple[Notice, ...] = ()
    told: str = ""
    tip: Tip | None = None

    @property
    def is_pressing(self) -> bool:
        """Whether it answers more than a note."""
        return any(notice.severity != SEVERITIES[-1] for notice in self.notices)


@dataclass(frozen=True, slots=True)
class Cause:
    """What calls for an action: the strongest link of its topic, its alerts, and the tip of this week."""

    finding: Finding | None
    notices: tuple[Notice, ...]
    tip: Tip | None


@dataclass(frozen=True, slots=True)
class Topic:
    """Factors (with the direction that is better) and alert kinds that call for one action.

    ``write`` says what to do, and why now; the link, the alerts and the tip are added to it.
    """

    write: Callable[[WeekData, Cause], Action]
    factors: Mapping[str, int]
    kinds: tuple[str, ...] = ()


def choose_actions(week: WeekData) -> tuple[Action, ...]:
    """Return up to three actions, the one that is expected to change soreness most first.

    What answers a warning has a place before what does not.
    """
    possible = [action for topic in TOPICS if (action := _find_action(topic, week)) is not None]
    ranked = sorted(possible, key=lambda action: -action.points if action.points > 0 else 0.0)
    chosen = sorted(ranked, key=lambda action: not action.is_pressing)[:MOST_ACTIONS]
    return tuple(action for action in ranked if action in chosen)


def _find_action(topic: Topic, week: WeekData) -> Action | None:
    """Return a topic's action if a link or an alert calls for it."""
    linked = {
        finding: CERTAINTY[finding.grade] * finding.impact
        for name, better in topic.factors.items()
        if (finding := week.finding(name)) is not None
        and finding.has_sign
        and finding.effect * better < 0
        and CERTAINTY[finding.grade] * finding.impact >= LEAST_POINTS
    }
    finding = max(linked, key=lambda finding: linked[finding], default=None)
    notices = tuple(notice for notice in week.notices if notice.kind in topic.kinds)
    warmup = week.finding("warmup") if "warmup" in topic.factors else None
    rarely_warm = warmup is not None and not warmup.has_sign and warmup.now <= FEW_WARMUPS
    if finding is None and not notices and not rarely_warm:
        return None
    asked = [*topic.factors, *topic.kinds]
    tips = [tip for tip in guidance.all_tips() if set(asked) & set(tip.answers)]
    tip = tip_of_week(tips, week) if tips else None
    action = topic.write(week, Cause(finding, notices, tip))
    return replace(
        action,
        points=math.nan if finding is None else linked[finding],
        topic=asked[0] if finding is None else finding.factor,
        finding=finding,
        notices=notices,
        tip=action.tip or tip,
    )


def tip_of_week(tips: Sequence[Tip], week: WeekData) -> Tip:
    """Return the tip whose turn it is: those for one topic take turns from week to week."""
    return tips[week.span.first.isocalendar().week % len(tips)]


# The topics


def _long_run(week: WeekData, _cause: Cause) -> Action:
    spike = latest_spike(week.history, week.end)
    if spike is not None:
        day = units.recent_day(spike.day, week.history.clock.day(week.end))
        fact = _("The {distance} on {day} was {share} over your longest of 30 days.")
        if day != units.day(spike.day):
            fact = _("{day}’s {distance} was {share} over your longest of 30 days.")
        distance, share = week.distance(spike.metres), units.percent(spike.times - 1)
        fact = fact.format(day=day, distance=distance, share=share)
        limit = spike.next_limit(week.history)
    else:
        recent = week.history.runs["end"] > week.end - pd.Timedelta(days=SPIKE_DAYS)
        longest = float(week.history.runs["distance_m"][recent].max())
        limit = week.history.settings.spike * longest
        fact = _("Your longest of 30 days is {distance}.").format(distance=week.distance(longest))
    return Action(shorter_long_run(limit, week.units), fact, told="run_spike")


def _week_volume(week: WeekData, cause: Cause) -> Action:
    now, usual = week.totals.distance_m, week.usual.distance_m
    if cause.notices:
        return Action(cause.notices[0].todo, _compare_distance(week))
    if not usual < now or week.usual.runs < 1:
        return Action(_("Run a little less next week."), _compare_distance(week))
    text = _("Run about {distance} next week.").format(distance=week.distance(usual, 0))
    return Action(text, _compare_distance(week))


def _compare_distance(week: WeekData) -> str:
    now, usual = week.totals.distance_m, week.usual.distance_m
    if not (units.is_known(usual) and usual and week.usual.runs >= 1):
        return _("This week was more than you are used to.")
    text = _("This week was {times} times your usual distance.")
    if week.usual.weeks == 1:
        text = _("This week was {times} times as far as the week before.")
    return text.format(times=units.number(now / usual)) if now > usual else _("It goes with more soreness.")


def _shoes(week: WeekData, cause: Cause) -> Action:
    """Name the pair to wear, and the one to put away."""
    worn = _pair_in_question(week, cause)
    fresh = [shoe for shoe in week.shoes if shoe.left_m > worn.left_m]
    spare = min(fresh, key=lambda shoe: shoe.worn_m, default=None)
    state = "over" if worn.is_over else "near" if cause.notices else ""
    texts, (fact, tip_id) = _SHOE_TEXTS[state, spare is not None], _SHOE_REASONS[state]
    places = {
        "pair": units.printable(worn.name),
        "left": week.distance(worn.left_m, 0),
        "used": shoes_and_routes.used_text(worn, week.units),
        "spare": units.printable(spare.name) if spare else "",
        "worn": week.distance(spare.worn_m, 0) if spare else "",
    }
    written = [_(text).format(**places) for text in texts]
    text = next((text for text in written if len(text) <= LINE_LETTERS), written[-1])
    command = retire_command(worn.name) if worn.is_over else "" if spare or not state else add_command()
    tip = next(tip for tip in guidance.all_tips() if tip.id == tip_id)
    return Action(text, _(fact).format(**places), command=command, told="shoe_limit", tip=tip)


_OFTEN = (N_("Wear {spare} ({worn}) more often."), N_("Wear {spare} more often."), N_("Wear {spare}."))
#: By whether a pair is over its limit or near it, and whether there is another: the texts, the longest first.
_SHOE_TEXTS: Mapping[tuple[str, bool], tuple[str, ...]] = {
    ("over", True): (
        N_("Wear {spare} ({worn}); retire {pair}."),
        N_("Wear {spare}; retire {pair}."),
        _OFTEN[2],
    ),
    ("over", False): (N_("Get a new pair; retire {pair}."), N_("Get a new pair.")),
    ("near", True): _OFTEN,
    ("near", False): (N_("Buy the next pair now."),),
    ("", True): _OFTEN,
    ("", False): (N_("Get a second pair, and alternate."),),
}
#: By the same: why, and the id of the tip that explains it.
_SHOE_REASONS = {
    "over": (N_("{pair} is over its limit: {used}."), "replace-shoes"),
    "near": (N_("{pair} has {left} left."), "replace-shoes"),
    "": (N_("More distance on a pair goes with more soreness; {pair} has {used}."), "rotate-shoes"),
}


def _pair_in_question(week: WeekData, cause: Cause) -> ShoeInUse:
    """Return the pair of an alert, the one with least left; else the most worn of those in use lately."""
    named = {notice.subject for notice in cause.notices}
    alerted = [shoe for shoe in week.shoes if shoe.name in named]
    lately = [shoe for shoe in week.shoes if shoe.share_28d > 0]
    return min(alerted, key=lambda shoe: shoe.left_m) if alerted else [*lately, *week.shoes][0]


def _route(week: WeekData, cause: Cause) -> Action:
    most, *others = week.routes
    if cause.finding is not None:
        fact = _("For you, more runs on one route go with more soreness.")
    elif most.streak > 1 and most.share_28d < week.history.settings.route_share:
        fact = _("Your last {n} runs were all on {route}.")
    else:
        fact = _("Most of your runs were on {route}.")
    name = shoes_and_routes.route_title(most.route, most.name)
    fact = fact.format(n=most.streak, route=name)
    other = next((route for route in reversed(others) if route.name not in (None, most.name)), None)
    if other is not None:
        hint = _("Try {route}.").format(route=units.printable(str(other.name)))
        fact = f"{fact} {hint}"
    return Action(_("Take another route next time."), fact)


def _warmup(week: WeekData, cause: Cause) -> Action:
    if cause.finding is not None:
        fact = _("With a warm-up you are {points} points less sore.").format(points=_points(cause.finding))
    elif cause.notices:
        return Action(_title(cause), cause.notices[0].message, told="warmup_skipped")
    else:
        warmup = week.finding("warmup")
        fact = _("It was {value}.").format(value=warmup.now_text if warmup else "")
    return Action(_title(cause), fact)


def _cooldown(_week: WeekData, cause: Cause) -> Action:
    fact = _("With a cool-down you are {points} points less sore.")
    return Action(_title(cause), fact.format(points=_points(cause.finding) if cause.finding else ""))


def _by_tip(_week: WeekData, cause: Cause) -> Action:
    """Name the tip, with the link that calls for it."""
    return Action(_title(cause), "" if cause.finding is None else cause.finding.sentence)


def _easy_days(_week: WeekData, cause: Cause) -> Action:
    fact = cause.notices[0].message if cause.notices else _("Days that are all alike go with more soreness.")
    return Action(_("Plan a rest day and an easy day."), fact, told="monotony")


def _by_command(_week: WeekData, cause: Cause) -> Action:
    """Do what the alert says; its command stands by itself."""
    (notice,) = cause.notices
    todo, _colon, command = notice.todo.partition(": runlog ")
    return Action(f"{todo}.", notice.message, command=f"runlog {command}", told=notice.kind)


def _title(cause: Cause) -> str:
    return f"{cause.tip.title}." if cause.tip else ""


def _points(finding: Finding) -> str:
    return units.number(abs(finding.effect), 1 if abs(finding.effect) >= LEAST_POINTS else 2)


TOPICS: Sequence[Topic] = (
    Topic(_long_run, {"run_spike": LESS}, ("run_spike",)),
    Topic(_warmup, {"warmup": MORE}, ("warmup_skipped",)),
    Topic(_shoes, {"shoe_km": LESS}, ("shoe_limit", "no_spare_pair")),
    Topic(_route, {"route_share": LESS, "route_streak": LESS}, ("route_repetition",)),
    Topic(_week_volume, {"acute_load": LESS, "acwr": LESS, "chronic_load": LESS}, ("week_jump",)),
    Topic(_easy_days, {"monotony": LESS}, ("monotony",)),
    Topic(_cooldown, {"cooldown": MORE}),
    Topic(_by_tip, {"strength_7d": MORE, "mobility_7d": MORE}),
    Topic(_by_tip, {"desk_hours": LESS}),
    Topic(_by_tip, {"posture": MORE}),
    Topic(_by_tip, {"cadence": MORE}),
    Topic(_by_command, {}, ("diary_gap",)),
    Topic(_by_command, {}, ("unassigned_shoe",)),
)
