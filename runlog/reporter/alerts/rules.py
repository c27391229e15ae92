"""List every alert rule with its threshold, its needs and its evidence.

To add one, write its function in a module of this package and list it here. The function's name is
the kind of its notices, and the first line of its docstring, after "Report (that)", says when it raises one.
"""

from __future__ import annotations

import string
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from runlog import units
from runlog.reporter.alerts.habits import cooldown_skipped, diary_gap, key_expiring, warmup_skipped
from runlog.reporter.alerts.shoes import no_spare_pair, shoe_limit, unassigned_shoe
from runlog.reporter.alerts.soreness import soreness_high, soreness_persists, soreness_rises
from runlog.reporter.alerts.training import monotony, route_repetition, run_spike, week_jump
from runlog.reporter.guidance import evidence, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.alerts.common import Notice
    from runlog.settings import Settings


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when it raises an alert, and how much is known about that.

    Attributes:
        check: (history, now) to the notices that hold; it is given nothing later than ``now``.
        threshold: the bound from which it does, with the settings in their places.
        needs: what has to be known; without it the rule is silent.
        studies: the ids of its evidence, the one that gives the grade first.
        see_clinician: whether its notices mean the advice to see a clinician.
    """

    check: Callable[[History, pd.Timestamp], Iterable[Notice]]
    threshold: str
    needs: str
    studies: tuple[str, ...]
    see_clinician: bool = False

    @property
    def grade(self) -> str:
        """How strong the evidence is, in English words."""
        return evidence(self.studies[0]).grade

    @property
    def evidence(self) -> str:
        """What was found, in the language in use."""
        return " ".join(evidence(study).quote() for study in self.studies)

    @property
    def source(self) -> str:
        """Whose findings these are, in the language in use."""
        return sources(self.studies)

    @property
    def kind(self) -> str:
        """The function's name."""
        return self.check.__name__

    @property
    def definition(self) -> str:
        """When it raises an alert, in one sentence: the first line of the function's docstring."""
        first_line = (self.check.__doc__ or "").partition("\n")[0]
        return units.capital(first_line.removeprefix("Report ").removeprefix("that "))

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings that the threshold is made of."""
        return tuple(name for _, name, _, _ in string.Formatter().parse(self.threshold) if name)

    def threshold_of(self, settings: Settings) -> str:
        """Return the threshold with a runner's settings."""
        return self.threshold.format(**asdict(settings))


ALERTS: tuple[Rule, ...] = (
    Rule(
        soreness_high,
        threshold="A rating of {soreness_high:g} of 10 or more; its default cannot be raised.",
        needs="A rating in the last seven days; each body area for itself.",
        studies=("rule-of-care",),
        see_clinician=True,
    ),
    Rule(
        soreness_persists,
        threshold="Every rating {soreness_lasting:g} or more for {soreness_lasting_days} days; "
        "the defaults cannot be raised.",
        needs="Three ratings or more over that time, the last of them at most 14 days old.",
        studies=("rule-of-care",),
        see_clinician=True,
    ),
    Rule(
        soreness_rises,
        threshold="Higher after each of {soreness_rising_runs} runs in a row, by 2 points or more in all "
        "and to 5 or more; the default cannot be raised.",
        needs="A rating within 48 hours after each of those runs, the last rating at most 14 days old.",
        studies=("rule-of-care", "noticeable-change"),
        see_clinician=True,
    ),
    Rule(
        shoe_limit,
        threshold="A warning at {shoe_limit_km:g} km, or at the pair's own limit (runlog shoes add NAME "
        "--limit-km KM), and a note at 90% of it or four weeks before it at the present rate.",
        needs="Which pair was worn on which run, and the distances of those runs. "
        "Silent for a pair not worn in the 28 days before the last run.",
        studies=("cushioning",),
    ),
    Rule(
        no_spare_pair,
        threshold="One pair on {rotation_share:.0%} or more of the last 28 days' runs, and so near its "
        "limit that shoe_limit speaks of it. A single fresh pair makes no alert: the evidence is too weak.",
        needs="Five runs or more in 28 days. Runs whose pair is unknown count as runs in another one.",
        studies=("malisoux-2015",),
    ),
    Rule(
        unassigned_shoe,
        threshold="{unassigned_runs} runs or more of the last 28 days without a pair.",
        needs="One pair at least that you have told of. Runs before the first day of any pair do not count.",
        studies=("distance-on-shoes",),
    ),
    Rule(
        run_spike,
        threshold="A run longer than {spike:.2f} times the longest run of the 30 days before it.",
        needs="Distances, and a log that was kept for those 30 days with three runs or more in them: "
        "silent in the first month and after a break.",
        studies=("frandsen-2025",),
    ),
    Rule(
        week_jump,
        threshold="Seven days of more than {week_jump:.2f} times the distance of the seven before, and more "
        "than in any seven days of the four weeks before. It speaks once per jump.",
        needs="The distance of every run of the 14 days, two runs or more in the first seven, "
        "and a log that begins no later than they do. What run_spike speaks of does not count here.",
        studies=("nielsen-2014",),
    ),
    Rule(
        monotony,
        threshold="Mean over standard deviation of seven days' loads above {monotony:g}; "
        "a day of rest counts 0, so that it takes six days of running or more.",
        needs="The load of every run of the last seven days, and a log that was kept on them. "
        "A day counts once it is over.",
        studies=("foster-1998",),
    ),
    Rule(
        warmup_skipped,
        threshold="{skipped_in_a_row} runs in a row without a warm-up.",
        needs="That the diary or the laps of each of those runs say no; an unknown one ends the row.",
        studies=("law-2007-warmup",),
    ),
    Rule(
        cooldown_skipped,
        threshold="{skipped_in_a_row} runs in a row without a cool-down.",
        needs="That the diary or the laps of each of those runs say no; an unknown one ends the row.",
        studies=("law-2007-cooldown",),
    ),
    Rule(
        route_repetition,
        threshold="{route_share:.0%} or more of the last 28 days' runs on one route, "
        "or {route_streak} runs in a row on it.",
        needs="Twelve runs or more in 28 days with a route; runs without positions count neither way.",
        studies=("route-variety",),
    ),
    Rule(
        diary_gap,
        threshold="{diary_gap_days} days or more since the last rating, with three runs or more in them.",
        needs="Three ratings or more before: who has not begun a diary has no gap in it.",
        studies=("ratings-for-links",),
    ),
    Rule(
        key_expiring,
        threshold="{key_days} days before the last day on which the key is good.",
        needs="That day, from runlog sync SERVICE --set-key --expires DAY, or that the service refused it.",
        studies=("runs-that-come-in",),
    ),
)
