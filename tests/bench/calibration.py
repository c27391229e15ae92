"""How often links is wrong, and how often right, on simulated runners whose errors are not its model's.

Run by hand: ``python tests/bench/calibration.py [RUNNERS]`` (by default 200 of each kind; minutes).

A simulated runner trains on about five days of eight, on some routes, in one or two pairs of shoes, warms up
by habit or not, and rates an evening or a morning. The errors are none of what gls.py assumes: slow drift of
sines, a weekly rhythm, bursts that come at once and fade, skewed noise whose size changes; then everything is
rounded to whole points and kept within 0 and 10. Of what the diary tells two in five can be missing, at
random or rather where the rating was low. Beside it the naive way: Spearman's correlation, factor by factor.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from runlog.analysis.links import links

SIZES = (20, 40, 60, 100, 200)
SD = 1.4  # of the errors, in points
FOUND = 0.10  # q
ALARM = 0.05  # p


@dataclass(frozen=True)
class Kind:
    """What a simulated runner is like: usual rating, effects in points per SD of the factor."""

    errors: str
    missing: str = "none"
    shoes: int = 2
    morning: bool = False
    usual: float = 2.0
    effects: dict[str, float] = field(default_factory=dict)


def drift(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    periods = (40, 90, 200, 400)
    waves = [rng.normal() * np.sin(2 * np.pi * (days / period + rng.random())) for period in periods]
    return np.sum(waves, axis=0) + 0.8 * rng.normal(size=len(days))


def weekly(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    rhythm = np.sin(2 * np.pi * (days / 7 + rng.random()))
    return 0.8 * rhythm + 0.4 * drift(rng, days) + 0.6 * rng.normal(size=len(days))


def bursts(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    errors = 0.5 * rng.normal(size=len(days))
    for start in rng.uniform(0, days[-1], size=2 + int(days[-1] / 25)):
        since = np.maximum(days - start, 0)
        errors += rng.exponential(1.5) * np.exp(-since / rng.uniform(3, 12)) * (days >= start)
    return errors


def skew(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    return rng.exponential(size=len(days)) * np.exp(0.5 * drift(rng, days))


ERRORS = {"drift": drift, "weekly": weekly, "bursts": bursts, "skew": skew}


def factors(rng: np.random.Generator, days: np.ndarray, shoes: int) -> pd.DataFrame:
    """Make the factors of each day from a made-up training, in the units of runlog's factors."""
    n = len(days)
    ran = rng.random(n) < 0.62
    season = 1 + 0.3 * np.sin(2 * np.pi * (days / rng.uniform(60, 200) + rng.random()))
    km = np.where(ran, rng.gamma(6, 1.5, size=n) * season, 0.0)
    load = pd.Series(6 * km)
    recent = load.rolling(7, min_periods=3)
    longest = pd.Series(km).shift().rolling(30, min_periods=5).max()
    favourite = rng.random(n) < np.clip(0.5 + 0.05 * rng.normal(size=n).cumsum(), 0.1, 0.95)
    usual = np.clip(0.6 + 0.06 * rng.normal(size=n).cumsum(), 0.15, 0.9)
    worn = km.cumsum() + rng.uniform(0, 300)
    if shoes > 1:
        change = rng.integers(n // 3, n)
        worn[change:] -= worn[change]
    today = lambda values: np.where(ran, values, np.nan)  # noqa: E731 - known on the day of a run only
    return pd.DataFrame(
        {
            "route_share": pd.Series(np.where(ran, favourite, np.nan)).rolling(28, min_periods=2).mean(),
            "acute_load": load.ewm(span=7).mean(),
            "acwr": load.ewm(span=7).mean() / load.ewm(span=28).mean(),
            "run_spike": today(km / longest),
            "monotony": (recent.mean() / recent.std()).clip(upper=10),
            "warmup": today(rng.random(n) < usual),
            "cooldown": today(rng.random(n) < 0.5),
            "shoe_km": worn,
            "strength_7d": pd.Series(rng.random(n) < 0.25 * season).rolling(7, min_periods=1).sum(),
            "desk_hours": rng.normal(7, 1.5, size=n),
            "posture": np.clip(6 + 0.1 * rng.normal(size=n).cumsum() + rng.normal(size=n), 0, 10).round(),
            "cadence": 170 + 0.3 * rng.normal(size=n).cumsum() + 2 * rng.normal(size=n),
        }
    )


def runner(seed: int, n: int, kind: Kind) -> tuple[pd.DataFrame, pd.Series]:
    """Simulate n ratings; also each factor's SD, as links will standardise it."""
    rng = np.random.default_rng([seed, n])
    every_day = np.arange(int(1.9 * n) + 40.0)
    table = factors(rng, every_day, kind.shoes)
    likely = np.where(np.arange(len(every_day)) < 35, 0.0, np.where(table["run_spike"].notna(), 0.9, 0.1))
    rated = np.sort(rng.choice(len(every_day), size=n, replace=False, p=likely / likely.sum()))
    table = table.iloc[rated].reset_index(drop=True)
    days = every_day[rated] + (0.3 if kind.morning else 0.85) + 0.04 * rng.normal(size=n)
    errors = ERRORS[kind.errors](rng, days)
    latent = kind.usual + SD * (errors - errors.mean()) / errors.std()
    for name, effect in kind.effects.items():
        latent += effect * ((table[name] - table[name].mean()) / table[name].std(ddof=0)).fillna(0)
    rating = np.clip(np.round(latent), 0, 10)
    chance = {
        "none": np.zeros(n),
        "often": np.full(n, 0.4),
        "low": np.where(rating < np.median(rating), 0.6, 0.15),
    }
    for name in ("warmup", "cooldown", "desk_hours", "posture"):
        table.loc[rng.random(n) < chance[kind.missing], name] = np.nan
    moment = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(days, unit="D")
    return pd.concat([pd.DataFrame({"moment": moment, "rating": rating}), table], axis=1), table.std(ddof=0)


def kinds(effects: dict[str, float] | None = None) -> list[Kind]:
    """Every error shape with every missingness, the rest taken in turn.

    With effects, ratings lie in the middle of the scale and none is missing because it was low: both make the
    effect on what is written down smaller than the one that was put in, which is no fault of its estimate.
    """
    shapes = [(errors, missing) for missing in ("none", "often", "low") for errors in ERRORS]
    every = [
        Kind(errors, missing, shoes=1 + i % 2, morning=i % 3 == 0)
        for i, (errors, missing) in enumerate(shapes)
    ]
    if effects is None:
        return every
    return [replace(kind, usual=5.0, effects=effects) for kind in every if kind.missing != "low"]


def judged(seed: int, n: int, kind: Kind) -> pd.DataFrame:
    """One simulated runner's links against the truth, a row per factor that has an answer."""
    table, spread = runner(seed, n, kind)
    found = links(table).set_index("factor").dropna(subset=["p"])
    per_sd = spread[found.index] / found["step"]
    truth = pd.Series(kind.effects, dtype=float).reindex(found.index, fill_value=0.0)
    known = [table[["rating", name]].dropna() for name in found.index]
    naive = np.array([stats.spearmanr(pair["rating"], pair[pair.columns[1]]).pvalue for pair in known])
    return pd.DataFrame(
        {
            "runner": seed,
            "errors": kind.errors,
            "missing": kind.missing,
            "truth": truth,
            "alarm": found["p"] < ALARM,
            "found": (found["q"] <= FOUND) & (found["grade"] != ""),
            "covered": (found["low"] * per_sd <= truth) & (truth <= found["high"] * per_sd),
            "naive_alarm": naive < ALARM,
            "naive_found": stats.false_discovery_control(np.nan_to_num(naive, nan=1.0)) <= FOUND,
        }
    )


def simulated(n: int, runners: int, effects: dict[str, float] | None = None) -> pd.DataFrame:
    """Judge many simulated runners, each kind in turn."""
    each = islice(cycle(kinds(effects)), runners)
    return pd.concat([judged(seed, n, kind) for seed, kind in enumerate(each)])


def drawn(n: int, runners: int) -> pd.DataFrame:
    """Judge runners with effects of all sizes: half of the factors none, the others 0.3 points (SD)."""
    rng = np.random.default_rng(n)
    names = list(factors(rng, np.arange(60.0), 1))
    judgements = []
    for seed, kind in enumerate(islice(cycle(kinds({})), runners)):
        sizes = 0.3 * rng.normal(size=len(names)) * (rng.random(len(names)) < 0.5)
        judgements.append(judged(seed, n, replace(kind, effects=dict(zip(names, sizes, strict=True)))))
    return pd.concat(judgements)


def nothing_linked(n: int, runners: int) -> dict[str, object]:
    none = simulated(n, runners)
    rate, naive = none.groupby(level=0)[["alarm", "naive_alarm"]].mean().T.to_numpy()
    names = sorted(set(none.index))
    return {
        "n": n,
        "alarms": rate.mean(),
        "worst": f"{rate.max():.3f} {names[rate.argmax()]}",
        "shoe_km": none.loc["shoe_km", "alarm"].mean(),
        "any after BH": none.groupby("runner")["found"].any().mean(),
        "covered": none["covered"].mean(),
        "| naive": naive.mean(),
        "naive worst": f"{naive.max():.3f} {names[naive.argmax()]}",
        "naive any": none.groupby("runner")["naive_found"].any().mean(),
    }


def one_linked(n: int, runners: int, name: str, effect: float) -> dict[str, object]:
    one = simulated(n, runners, {name: effect})
    linked, rest = one[one["truth"] != 0], one[one["truth"] == 0]
    return {
        "n": n,
        "factor": f"{effect:+.1f} {name}",
        "p < .05": linked["alarm"].mean(),
        "found": linked["found"].mean(),
        "covered": linked["covered"].mean(),
        "others' alarms": rest["alarm"].mean(),
        "any other found": rest.groupby("runner")["found"].any().mean(),
        "| naive p < .05": linked["naive_alarm"].mean(),
        "naive others' alarms": rest["naive_alarm"].mean(),
    }


def show(title: str, rows: list[dict[str, object]] | pd.DataFrame) -> None:
    sys.stdout.write(f"\n{title}\n{pd.DataFrame(rows).round(3).to_string(index=False)}\n")
    sys.stdout.flush()


def main(runners: int) -> None:
    show("Nothing is linked", [nothing_linked(n, runners) for n in SIZES])
    for name in ("warmup", "desk_hours", "shoe_km"):
        show(f"Only {name} is linked", [one_linked(n, runners, name, 0.8) for n in SIZES])
    show("Effects of all sizes", [{"n": n, "covered": drawn(n, runners)["covered"].mean()} for n in SIZES])
    none = simulated(60, 4 * runners)
    for by in ("errors", "missing"):
        rates = none.groupby(by)[["alarm", "covered", "naive_alarm"]].mean()
        show(f"Nothing is linked, 60 ratings, by {by}", rates.reset_index())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
