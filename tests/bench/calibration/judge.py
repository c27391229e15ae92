"""One simulated runner's links, and what others would say, against the truth."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice

import numpy as np
import pandas as pd
from calibration.methods import METHODS
from calibration.simulate import CELLS, Cell, Truth, factors, runner
from scipy import stats

from runlog.analysis.factors import FACTORS
from runlog.analysis.links import links

OURS = "runlog"
FAMILY = {factor.name: factor.family for factor in FACTORS}
FOUND = 0.10  # q
ALARM = 0.05  # p
SEEDS_OF_A_CELL = 10_000
FRESH_SEEDS = 100_000  # the method was chosen on seeds below this, and is reported on those from here on


def judged(seed: int, n: int, cell: Cell, *, others: bool = False, window: int = 24) -> pd.DataFrame:
    """Judge the links of one runner.

    Args:
        seed: of the runner, and of what the other methods draw.
        n: ratings.
        cell: what the runner is like.
        others: ask METHODS, too.
        window: of the links; the effects are always those of the 24 hours before.

    Returns:
        A row per factor that the diary can answer for: runner, factor, family, truth (points per SD, on the
        scale that was written down), and by method alarm (p < .05) and found (q ≤ .10); graded, A or B by
        runlog; covered, the range holds the truth and what goes through those left out of the regression.
    """
    table, spread = runner(seed, n, cell, window)
    found = links(table, window=window).set_index("factor").dropna(subset=["p"])
    names = list(found.index)
    known = table.attrs["truth"]
    own = known.own if window == 24 else known.own[:0]
    truth = own.reindex(names, fill_value=0.0)
    per_sd = spread[names] / found["step"]
    estimated = truth + (0.0 if own.empty else _through_kin(known, names))
    rows = {
        "runner": seed,
        "family": [FAMILY[name] for name in names],
        "truth": truth,
        f"alarm {OURS}": found["p"] < ALARM,
        f"found {OURS}": (found["q"] <= FOUND) & (found["grade"] != ""),
        "graded": found["grade"].isin(["A", "B"]),
        "size": found["effect"] * per_sd,
        "covered": (found["low"] * per_sd <= estimated) & (estimated <= found["high"] * per_sd),
    }
    if others:
        rng = np.random.default_rng(seed)
        for method, ask in METHODS.items():
            p = np.nan_to_num(ask(table, names, rng), nan=1.0)
            rows |= {
                f"alarm {method}": p < ALARM,
                f"found {method}": stats.false_discovery_control(p) <= FOUND,
            }
    return pd.DataFrame(rows, index=pd.Index(names, name="factor")).reset_index()


def _through_kin(truth: Truth, names: list[str]) -> pd.Series:
    """What the effects of factors that are left out of a factor's regression add to its own.

    A factor is estimated without its family, and those that another of their family represents are in no
    regression at all. What they do belongs to the estimate as far as they rise and fall with the factor,
    given all others: "this includes Chronic load".
    """
    own, standardised = truth.own, truth.standardised
    added = {}
    for name in names:
        kept = [name, *(other for other in names if FAMILY[other] != FAMILY[name])]
        left_out = [other for other in own.index if other not in kept]
        slopes = np.linalg.lstsq(standardised[kept], standardised[left_out], rcond=None)[0]
        added[name] = float(slopes[0] @ own[left_out])
    return pd.Series(added, dtype=float)


def of_cell(name: str, n: int, runners: int, *, first: int, others: bool = False) -> pd.DataFrame:
    """Judge runners of one cell, none of whose factors is linked; those of other cells are other runners."""
    first += list(CELLS).index(name) * SEEDS_OF_A_CELL
    every = [judged(seed, n, CELLS[name], others=others) for seed in range(first, first + runners)]
    return pd.concat(every, ignore_index=True).assign(cell=name, n=n)


def linked(
    effects: dict[str, float],
    n: int,
    runners: int,
    *,
    first: int,
    others: bool = False,
    window: int = 24,
) -> pd.DataFrame:
    """Judge runners with these effects, of all cells in turn but that where ratings hide what is linked."""
    cells = [cell.with_effects(effects) for name, cell in CELLS.items() if name != "missing by rating"]
    seeds = range(first, first + runners)
    each = zip(seeds, islice(cycle(cells), runners), strict=True)
    every = [judged(seed, n, cell, others=others, window=window) for seed, cell in each]
    return pd.concat(every, ignore_index=True).assign(n=n)


def drawn(n: int, runners: int, *, first: int) -> pd.DataFrame:
    """Judge runners with effects of all sizes: half of the factors none, the others 0.3 points (SD)."""
    names = list(factors(np.random.default_rng(0), 60, 1))
    judgements = []
    for seed, cell in zip(range(first, first + runners), cycle(CELLS.values()), strict=False):
        rng = np.random.default_rng([seed, n, 1])
        sizes = 0.3 * rng.normal(size=len(names)) * (rng.random(len(names)) < 0.5)
        effects = dict(zip(names, sizes, strict=True))
        judgements.append(judged(seed, n, replace(cell.with_effects(effects), missing=(0.0, 0.0))))
    return pd.concat(judgements, ignore_index=True).assign(n=n)
