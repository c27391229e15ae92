"""Judgements as tables, each number beside its target where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from calibration.judge import OURS
from calibration.methods import METHODS
from scipy import stats

if TYPE_CHECKING:
    from collections.abc import Iterable

MISSED = " **✗**"
CHANCE = 0.01  # a target counts as missed where this little chance would be behind the number otherwise
ALARMS = {"shoe_km": 0.07}  # the rate that a factor may have at most
ALARMS_OF_OTHERS = 0.05
ANY = 0.10
COVERED = (0.93, 0.97)
POWER = 0.75  # for 0.8 points per SD, from 40 ratings on
POWER_FROM = 40

Row = dict[str, object]


def beyond(hits: int, of: int, rate: float) -> bool:
    """Whether a true rate of at most this would give so many hits by chance in under 1% of benches."""
    return bool(stats.binom.sf(hits - 1, of, rate) < CHANCE)


def nothing_linked(judged: pd.DataFrame) -> Row:
    """False alarms of runlog where nothing is linked."""
    by_factor = judged.groupby("factor")[f"alarm {OURS}"].agg(["sum", "count", "mean"])
    worst = min(by_factor.index, key=lambda name: _chance(name, by_factor.loc[name]))
    rate = by_factor.loc[worst, "mean"]
    missed = _chance(worst, by_factor.loc[worst]) < CHANCE / len(by_factor)
    any_found = judged.groupby(["cell", "runner"])[f"found {OURS}"].any()
    return {
        "runners": len(any_found),
        "false alarms": percent(judged[f"alarm {OURS}"].mean()),
        "worst factor": f"{percent(rate)} {worst}{MISSED if missed else ''}",
        "shoe_km": percent(by_factor["mean"].get("shoe_km", np.nan)),
        "any q < .10": marked(any_found.mean(), beyond(any_found.sum(), len(any_found), ANY)),
        "any graded": percent(judged.groupby(["cell", "runner"])["graded"].any().mean()),
    }


def _chance(factor: str, alarms: pd.Series) -> float:
    """The chance of so many alarms where the factor's true rate is all that it may have."""
    rate = ALARMS.get(factor, ALARMS_OF_OTHERS)
    return float(stats.binom.sf(alarms["sum"] - 1, alarms["count"], rate))


def families(judged: pd.DataFrame) -> Row:
    """How often any factor of a family is alarmed about (p < .05), and found after all."""
    any_of = judged.groupby(["family", "cell", "runner"])[[f"alarm {OURS}", f"found {OURS}"]].any()
    rates = any_of.groupby("family").mean()
    return {
        family: f"{percent(row[f'alarm {OURS}'])} / {percent(row[f'found {OURS}'])}"
        for family, row in rates.iterrows()
    }


def beside_others(null: pd.DataFrame, linked: dict[str, pd.DataFrame]) -> Iterable[Row]:
    """Every method on the same runners: false alarms where nothing is linked, power where one factor is."""
    answered = null["factor"].value_counts()
    often = null["factor"].isin(answered.index[answered >= answered.max() / 2])
    for method in (OURS, *METHODS):
        rates = null[often].groupby("factor")[f"alarm {method}"].mean()
        found = null.groupby(["cell", "runner"])[f"found {method}"].any()
        powers = {name: one.loc[one["truth"] != 0, f"alarm {method}"].mean() for name, one in linked.items()}
        yield {
            "method": method,
            "false alarms": percent(null[f"alarm {method}"].mean()),
            "worst factor": f"{percent(rates.max())} {rates.idxmax()}",
            "any q < .10": percent(found.mean()),
        } | {f"power {name}": percent(power) for name, power in powers.items()}


def one_linked(judged: pd.DataFrame, n: int) -> Row:
    """Power for the one factor that is linked, and what is said of the others."""
    one, rest = judged[judged["truth"] != 0], judged[judged["truth"] == 0]
    graded, kin = one[one["graded"]], rest["family"].isin(one["family"])
    seen, of = int(one[f"alarm {OURS}"].sum()), len(one)
    weak = n >= POWER_FROM and bool(stats.binom.cdf(seen, of, POWER) < CHANCE)
    false = rest.groupby("runner")["graded"].sum()
    true = one.set_index("runner")["graded"].reindex(false.index, fill_value=False)
    share = (false / np.maximum(1, false + true)).mean()
    return {
        "answered": of,
        "p < .05": marked(seen / of, weak),
        "graded": percent(one["graded"].mean()),
        "size where graded": "–" if graded.empty else f"{(graded['size'] / graded['truth']).mean():.2f} ×",
        "range holds it": marked(one["covered"].mean(), _uncovered_once(int(one["covered"].sum()), of)),
        "alarms of other families": percent(rest.loc[~kin, f"alarm {OURS}"].mean()),
        "kin graded": percent(rest.loc[kin, "graded"].mean()),
        "any other graded": percent((false > 0).mean()),
        "false of graded": marked(share, beyond(round(share * len(false)), len(false), ANY)),
    }


def coverage(judged: pd.DataFrame) -> Row:
    """How often the range holds the truth, for effects of all sizes."""
    return {
        "runners": judged["runner"].nunique(),
        "all": marked(judged["covered"].mean(), _uncovered(judged)),
        "those that are not 0": percent(judged.loc[judged["truth"] != 0, "covered"].mean()),
    }


def _uncovered(judged: pd.DataFrame) -> bool:
    """Whether the coverage lies outside its target by more than the error of these runners."""
    by_runner = judged.groupby("runner")["covered"].mean()
    error = stats.norm.isf(CHANCE / 2) * by_runner.std() / np.sqrt(len(by_runner))
    return bool(by_runner.mean() + error < COVERED[0] or by_runner.mean() - error > COVERED[1])


def _uncovered_once(covered: int, of: int) -> bool:
    """The same for one range of each runner."""
    too_seldom = stats.binom.cdf(covered, of, COVERED[0])
    too_often = stats.binom.sf(covered - 1, of, COVERED[1])
    return bool(min(too_seldom, too_often) < CHANCE / 2)


def marked(rate: float, missed: bool) -> str:  # noqa: FBT001 - what it is about stands before it
    return percent(rate) + (MISSED if missed else "")


def percent(rate: float) -> str:
    return "–" if np.isnan(rate) else f"{100 * rate:.1f}"


def markdown(rows: Iterable[Row]) -> str:
    table = pd.DataFrame(list(rows)).fillna("–").astype(str)
    lines = [list(table.columns), ["---"] * table.shape[1], *table.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
