"""Plan and evaluate n-of-1 trials, in which each run's arm is randomised.

``registry.TrialRegistry`` (a journal's ``plans``) stores and lists them, ``suggestions.suggest_trials`` says
which would tell most, and ``result.evaluate_trial`` what one has shown; ``text`` has the words.

The links (``runlog.analysis.links``) say what soreness goes together with. Whoever warms up on good days only
will find that warm-ups go together with less soreness; no regression can tell that apart from warm-ups that
help. Randomisation can, because nothing about the runner affects it. So a trial is planned before the runs,
stored, and evaluated once.

- **Design.** Planned runs form pairs; in each pair one run is assigned to the first arm and one to the
  second, in an order drawn from a stored seed (design.py). Pairs keep slow drifts within reach,
  randomisation breaks the rest (Kravitz & Duan, eds., Design and Implementation of N-of-1 Trials: A User's
  Guide, AHRQ 2014, ch. 1 and 4). The runs lie two days apart at least, as soreness lasts for one to three.
  The arm of a run is shown on its day, not before: who knew it could choose on which days to run. Only
  interventions that can be switched from one run to the next are offered, and none that asks for a jump in
  load (interventions.py).
- **Sample size.** Enough pairs to detect a difference of 1 point (or as asked) with 80% power, over what the
  ratings leave plausible for the SD of this runner's paired differences, and allowing for runs that will not
  be rated. With too few ratings the SD is assumed, and the output says so.
- **Outcome.** The mean rating of the area in the 24 hours after a run, before the next run's end; fixed
  before any data are seen.
- **Primary analysis: as randomised (intention to treat).** Each planned run counts for its assigned arm,
  whatever was done. Mean within-pair difference with Student's 95% range, and p by Fisher's randomisation
  test over all allocations (result.py; Fisher, The Design of Experiments, 1935, ch. 3; Edgington & Onghena,
  Randomization Tests, 2007). It needs no model of how soreness drifts, and is computed when the trial is
  over, not before. Pairs with a missed or unrated run are left out, which is valid as long as rating or
  running did not depend on the assignment.
- **Secondary analysis: as treated.** The same by what diary and recordings say was done. This is association
  again, and is labelled so.
- **Suggestions** (suggestions.py): the possible trials, in the order of their value per run.

What no trial cures: the runner is not blinded, effects that outlast the next run carry over, and one runner's
weeks are not another's (Senn, Cross-over Trials in Clinical Research, 2002).
"""
