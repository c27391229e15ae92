"""Which pair each run was run in, and why that one or why none. A tie is never guessed.

The order of trust: put on by hand, the diary, the watch's or app's gear, the runner's rules, the only
pair in use that day, the latest default of those in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.shoes import pairs, rules
from runlog.analysis.shoes.rules import RunFacts
from runlog.model import shoe_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runlog.model import KeptShoeRule

#: Before any run: the first day of a pair without one.
EVER = pd.Timestamp("1900-01-01")

PUT_ON = "put on by hand"
TOLD = "named in the diary"
GEAR = "named by the watch or app"
ONLY = "the only pair in use that day"
NONE_IN_USE = "no pair was in use that day"


def assign(
    runs: pd.DataFrame, shoes: pd.DataFrame, kept_rules: Sequence[KeptShoeRule] = (), unit: str = "km"
) -> pd.DataFrame:
    """The shoe of each run, and why that one or why none.

    Args:
        runs: day, sub_sport, distance_m, and the names or None that were put on by hand (worn), told
            by the diary (told) and named by the source (gear).
        shoes: as ``pairs.pairs`` gives them.
        kept_rules: the runner's rules.
        unit: "km" or "mi", for the reasons.

    Returns:
        shoe (name or None) and shoe_reason, by run.
    """
    known = pairs.by_name(shoes)
    names = zip(runs["worn"], runs["told"], runs["gear"], strict=True)
    facts = map(RunFacts, runs["day"], runs["sub_sport"], runs["distance_m"])
    rows = [
        _named(known, *of_run) or _by_rule(kept_rules, fact, in_use, known, unit) or _only_or_default(in_use)
        for of_run, fact, in_use in zip(names, facts, _in_use(shoes, runs["day"]), strict=True)
    ]
    return pd.DataFrame(rows, columns=["shoe", "shoe_reason"], index=runs.index, dtype=object)


def _named(
    known: dict[str, str], worn: str | None, told: str | None, gear: str | None
) -> tuple[str | None, str] | None:
    for name, reason in ((worn, PUT_ON), (told, TOLD), (gear, GEAR)):
        if shoe_key(name):
            return known[shoe_key(name)], reason
    return None


def _in_use(shoes: pd.DataFrame, days: pd.Series[pd.Timestamp]) -> Iterator[pd.DataFrame]:
    """For each day the pairs that were in use."""
    patterns, pattern = np.unique(pairs.in_use(shoes, days), axis=0, return_inverse=True)
    in_use = [shoes[mask] for mask in patterns]
    return (in_use[i] for i in pattern.ravel())


def _by_rule(
    kept_rules: Iterable[KeptShoeRule], run: RunFacts, in_use: pd.DataFrame, known: dict[str, str], unit: str
) -> tuple[str | None, str] | None:
    """The pair of the rules that fit a run, of those for pairs that were in use; None where none does."""
    fitting = [
        kept
        for kept in kept_rules
        if known.get(shoe_key(kept.rule.shoe)) in in_use.index and rules.fits(kept.rule, run)
    ]
    by_pair = {known[shoe_key(kept.rule.shoe)]: kept for kept in reversed(rules.counting(fitting))}
    if not by_pair:
        return None
    if len(by_pair) > 1:
        told = (f"{name} (rule {kept.id})" for name, kept in reversed(by_pair.items()))
        return None, f"rules name different pairs: {', '.join(told)}"
    name, first = by_pair.popitem()
    return name, f"rule {first.id}: {rules.words(first.rule, unit)}"


def _only_or_default(in_use: pd.DataFrame) -> tuple[str | None, str]:
    """The pair of a run of which nothing is said, and why that one or why none."""
    if in_use.empty:
        return None, NONE_IN_USE
    if len(in_use) == 1:
        return str(in_use.index[0]), ONLY
    since = in_use.loc[in_use["default"], "from_date"].fillna(EVER)
    defaults = since.index[since == since.max()]
    if len(defaults) == 1:
        return str(defaults[0]), f"the default of the {len(in_use)} pairs in use that day"
    return None, f"could be any of {', '.join(in_use.index if defaults.empty else defaults)}"
