"""Choose what to do next: one action per topic, from the links, the alerts and this runner's own numbers.

A topic is factors and alert kinds that call for the same; to add one, write it here and list it in TOPICS.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from runlog import units
from runlog.analysis.load import SPIKE_DAYS
from runlog.i18n import N_, _
from runlog.model import SEVERITIES
from runlog.reporter import guidance, shoes_and_routes
from runlog.reporter.alerts.shoes import add_command, retire_command
from runlog.reporter.alerts.training import latest_spike, shorter_long_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from runlog.analysis.history import History
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


@dataclass(frozen=True, slots=True)
class Situation:
    """What actions are chosen from.

    Attributes:
        history: up to ``now``.
        now: the end of the week, or this moment in a week that is not over.
        findings: of the week, by factor.
        notices: the alerts.
        totals: of the week; usual: of the weeks before.
        is_rated: whether there is any rating in the week, of any area.
        shoes: the pairs in use, the most worn first.
        routes: those of the last 28 days.
        area: the body area that was rated most.
        ratings: how many ratings of it there are in all.
        turn: the number of the week, by which tips for one topic take turns.
    """

    history: History
    now: pd.Timestamp
    findings: Mapping[str, Finding]
    notices: tuple[Notice, ...]
    totals: Totals
    usual: Totals
    is_rated: bool
    shoes: tuple[ShoeInUse, ...]
    routes: tuple[RecentRoute, ...]
    area: str
    ratings: int
    turn: int

    def distance(self, metres: float, digits: int = 1) -> str:
        """Write a distance in the runner's unit."""
        return units.distance(metres, self.history.settings.units, digits)

    def day(self, when: date) -> str:
        """Write a day of the last week by its name."""
        return units.recent_day(when, self.history.clock.day(self.now))


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

    def has(self, kind: str) -> bool:
        """Return whether there is an alert of a kind."""
        return any(notice.kind == kind for notice in self.notices)


class Words(NamedTuple):
    """What an action says.

    Attributes:
        tip: the id of the tip that explains it.
        told: the kind of alert whose message the fact says already.
    """

    text: str
    fact: str
    command: str = ""
    tip: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """Factors (with the direction that is better) and alert kinds that call for one action."""

    write: Callable[[Situation, Cause], Words]
    factors: Mapping[str, int]
    kinds: tuple[str, ...] = ()


def choose_actions(situation: Situation) -> tuple[Action, ...]:
    """Return up to three actions, the one that is expected to change soreness most first.

    What answers a warning has a place before what does not.
    """
    possible = [action for topic in TOPICS if (action := _find_action(topic, situation)) is not None]
    ranked = sorted(possible, key=lambda action: -action.points if action.points > 0 else 0.0)
    chosen = sorted(ranked, key=lambda action: not action.is_pressing)[:MOST_ACTIONS]
    return tuple(action for action in ranked if action in chosen)


def _find_action(topic: Topic, situation: Situation) -> Action | None:
    """Return a topic's action if a link or an alert calls for it."""
    linked = {
        finding: CERTAINTY[finding.grade] * finding.impact
        for name, better in topic.factors.items()
        if (finding := situation.findings.get(name)) is not None
        and finding.has_sign
        and finding.effect * better < 0
        and CERTAINTY[finding.grade] * finding.impact >= LEAST_POINTS
    }
    finding = max(linked, key=lambda finding: linked[finding], default=None)
    notices = tuple(notice for notice in situation.notices if notice.kind in topic.kinds)
    if finding is None and not notices and not _is_rarely_warm(topic, situation):
        return None
    asked = [*topic.factors, *topic.kinds]
    tips = [tip for tip in guidance.all_tips() if set(asked) & set(tip.answers)]
    tip = tips[situation.turn % len(tips)] if tips else None
    words = topic.write(situation, Cause(finding, notices, tip))
    return Action(
        text=words.text,
        fact=words.fact,
        points=math.nan if finding is None else linked[finding],
        command=words.command,
        topic=asked[0] if finding is None else finding.factor,
        finding=finding,
        notices=notices,
        told=words.told,
        tip=next((one for one in guidance.all_tips() if one.id == words.tip), tip),
    )


def _is_rarely_warm(topic: Topic, situation: Situation) -> bool:
    warmup = situation.findings.get("warmup") if "warmup" in topic.factors else None
    return warmup is not None and not warmup.has_sign and warmup.now <= FEW_WARMUPS


# The topics


def _long_run(situation: Situation, _cause: Cause) -> Words:
    spike = latest_spike(situation.history, situation.now)
    if spike is not None:
        day = situation.day(spike.day)
        fact = _("The {distance} on {day} was {share} over your longest of 30 days.")
        if day != units.day(spike.day):
            fact = _("{day}’s {distance} was {share} over your longest of 30 days.")
        fact = fact.format(
            day=day,
            distance=situation.distance(spike.metres),
            share=units.percent(spike.times - 1),
        )
        limit = spike.next_limit(situation.history)
    else:
        recent = situation.history.runs["end"] > situation.now - pd.Timedelta(days=SPIKE_DAYS)
        longest = float(situation.history.runs["distance_m"][recent].max())
        limit = situation.history.settings.spike * longest
        fact = _("Your longest of 30 days is {distance}.").format(distance=situation.distance(longest))
    return Words(shorter_long_run(limit, situation.history.settings.units), fact, told="run_spike")


def _week_volume(situation: Situation, cause: Cause) -> Words:
    now, usual = situation.totals.distance_m, situation.usual.distance_m
    if cause.has("week_jump") or not usual < now or situation.usual.runs < 1:
        (todo, *_others) = [notice.todo for notice in cause.notices] or [_("Run a little less next week.")]
        return Words(todo, _compare_distance(situation))
    text = _("Run about {distance} next week.").format(distance=situation.distance(usual, 0))
    return Words(text, _compare_distance(situation))


def _compare_distance(situation: Situation) -> str:
    now, usual = situation.totals.distance_m, situation.usual.distance_m
    if not (units.is_known(usual) and usual and situation.usual.runs >= 1):
        return _("This week was more than you are used to.")
    text = _("This week was {times} times your usual distance.")
    if situation.usual.weeks == 1:
        text = _("This week was {times} times as far as the week before.")
    return text.format(times=units.number(now / usual)) if now > usual else _("It goes with more soreness.")


def _shoes(situation: Situation, cause: Cause) -> Words:
    """Name the pair to wear, and the one to put away."""
    worn = _pair_in_question(situation, cause)
    fresh = [shoe for shoe in situation.shoes if shoe.left_m > worn.left_m]
    spare = min(fresh, key=lambda shoe: shoe.worn_m, default=None)
    state = "over" if worn.is_over else "near" if cause.notices else ""
    texts, fact = _SHOE_TEXTS[state, spare is not None], _SHOE_FACTS[state]
    places = {
        "pair": units.printable(worn.name),
        "left": situation.distance(worn.left_m, 0),
        "used": shoes_and_routes.used_text(worn, situation.history.settings.units),
        "spare": units.printable(spare.name) if spare else "",
        "worn": situation.distance(spare.worn_m, 0) if spare else "",
    }
    text = _first_that_fits(_(text).format(**places) for text in texts)
    command = retire_command(worn.name) if worn.is_over else "" if spare or not state else add_command()
    return Words(text, _(fact).format(**places), command, _SHOE_TIPS[state], "shoe_limit")


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
_SHOE_FACTS = {
    "over": N_("{pair} is over its limit: {used}."),
    "near": N_("{pair} has {left} left."),
    "": N_("More distance on a pair goes with more soreness; {pair} has {used}."),
}
_SHOE_TIPS = {"over": "replace-shoes", "near": "replace-shoes", "": "rotate-shoes"}


def _first_that_fits(texts: Iterable[str]) -> str:
    """Return the first text that fits into a line of a phone, the last one if none does."""
    listed = list(texts)
    return next((text for text in listed if len(text) <= LINE_LETTERS), listed[-1])


def _pair_in_question(situation: Situation, cause: Cause) -> ShoeInUse:
    """Return the pair of an alert, the one with least left; else the most worn of those in use lately."""
    named = {notice.subject for notice in cause.notices}
    alerted = [shoe for shoe in situation.shoes if shoe.name in named]
    lately = [shoe for shoe in situation.shoes if shoe.share_28d > 0]
    return min(alerted, key=lambda shoe: shoe.left_m) if alerted else [*lately, *situation.shoes][0]


def _route(situation: Situation, cause: Cause) -> Words:
    most, *others = situation.routes
    if cause.finding is not None:
        fact = _("For you, more runs on one route go with more soreness.")
    elif most.streak > 1 and most.share_28d < situation.history.settings.route_share:
        fact = _("Your last {n} runs were all on {route}.")
    else:
        fact = _("Most of your runs were on {route}.")
    name = shoes_and_routes.route_title(most.route, most.name)
    fact = fact.format(n=most.streak, route=name)
    other = next((route for route in reversed(others) if route.name not in (None, most.name)), None)
    if other is not None:
        hint = _("Try {route}.").format(route=units.printable(str(other.name)))
        fact = f"{fact} {hint}"
    return Words(_("Take another route next time."), fact)


def _warmup(situation: Situation, cause: Cause) -> Words:
    if cause.finding is not None:
        fact = _("With a warm-up you are {points} points less sore.").format(points=_points(cause.finding))
    elif cause.notices:
        return Words(_title(cause), cause.notices[0].message, told="warmup_skipped")
    else:
        fact = _("It was {value}.").format(value=situation.findings["warmup"].now_text)
    return Words(_title(cause), fact)


def _cooldown(_situation: Situation, cause: Cause) -> Words:
    points = "" if cause.finding is None else _points(cause.finding)
    return Words(
        _title(cause), _("With a cool-down you are {points} points less sore.").format(points=points)
    )


def _by_tip(_situation: Situation, cause: Cause) -> Words:
    """Name the tip, with the link that calls for it."""
    return Words(_title(cause), "" if cause.finding is None else cause.finding.sentence)


def _title(cause: Cause) -> str:
    return f"{cause.tip.title}." if cause.tip else ""


def _easy_days(_situation: Situation, cause: Cause) -> Words:
    fact = cause.notices[0].message if cause.notices else _("Days that are all alike go with more soreness.")
    return Words(_("Plan a rest day and an easy day."), fact, told="monotony")


def _by_command(_situation: Situation, cause: Cause) -> Words:
    """Do what the alert says; its command stands by itself."""
    (notice,) = cause.notices
    todo, _colon, command = notice.todo.partition(": runlog ")
    return Words(f"{todo}.", notice.message, f"runlog {command}", told=notice.kind)


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
