"""Plans: trials of one runner, in which a lot decides how each run is run.

The links (``runlog.analysis.links``) say what soreness goes together with. Whoever warms up on good days
only will find that warm-ups go together with less soreness; no regression can tell that apart from warm-ups
that help. A lot can: nothing that the runner is or does has a part in it. So a plan is made before the runs,
kept, and then looked at once.

- **Design.** Runs in pairs that follow each other; in each pair one run goes the one way and one the other,
  in an order drawn by lot from a seed that is kept (drawing.py). Pairs keep near each other what drifts, and
  the lot keeps apart what remains (Kravitz & Duan, eds., Design and Implementation of N-of-1 Trials: A User's
  Guide, AHRQ 2014, ch. 1 and 4). Only what can be switched from one run to the next is planned, and nothing
  that asks for a jump in load (ways.py).
- **Size.** So many pairs that a difference of 1 point (or as told) is found in 8 of 10 cases, given how much
  this runner's ratings differ by themselves (power.py, links/noise.py). With too few ratings that is assumed
  and said to be.
- **Outcome.** The mean rating of the area in the 24 hours after a run, before the next run's end
  (outcomes.py), settled before anything is seen.
- **Primary analysis: as drawn.** Each planned run counts as the way that the lot said, whatever was done
  (intention to treat). The mean difference within pairs with Student's 95% range, and p by Fisher's
  randomisation test over all orders that the lots could have fallen in (comparing.py; Fisher, The Design of
  Experiments, 1935, ch. 3; Edgington & Onghena, Randomization Tests, 2007). It needs no model of how soreness
  drifts, and is looked at when the plan is over, not before (result.py). Pairs with a run that was missed or
  not rated are left out: that is sound as long as rating or running did not depend on the lot.
- **Secondary: as done.** The same by what the diary and the recordings tell of each run. This is
  association again, and said so.
- **What would tell more** (ideas.py): the trials that can be made, in the order of their worth per run.

What no plan cures: the runner knows which day it is (not blinded), what lasts longer than to the next run
carries over, and one runner's weeks are not another's (Senn, Cross-over Trials in Clinical Research, 2002).
"""

from __future__ import annotations

from runlog.analysis.plans.drawing import draw, usual_weekdays
from runlog.analysis.plans.ideas import Idea, ideas
from runlog.analysis.plans.noise import Heard, heard
from runlog.analysis.plans.outcomes import most_rated
from runlog.analysis.plans.progress import Done, followed, last_day, local_day
from runlog.analysis.plans.result import Result, result
from runlog.analysis.plans.trial import Trial, trial, trial_of
from runlog.analysis.plans.ways import PLANNABLE

__all__ = [
    "PLANNABLE",
    "Done",
    "Heard",
    "Idea",
    "Result",
    "Trial",
    "draw",
    "followed",
    "heard",
    "ideas",
    "last_day",
    "local_day",
    "most_rated",
    "result",
    "trial",
    "trial_of",
    "usual_weekdays",
]
