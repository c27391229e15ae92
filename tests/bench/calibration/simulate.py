"""Runners whose truth is known and whose errors are none of those that gls.py assumes.

A simulated runner trains on about five days of eight, on some routes, in one or two pairs of shoes, warms up
by habit or not, and rates an evening or a morning. What the factors leave unexplained is a slow drift of
sines, a weekly rhythm, bursts that come at once and fade, or skewed noise whose size changes; then everything
is rounded to whole points and kept within 0 and 10. Of what the diary tells much can be missing, at random or
rather where the rating was low.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

SD = 1.4  # of the errors, in points
WARM = 35  # days before the first rating, in which loads and shares get going
TOLD = ("warmup", "cooldown", "desk_hours", "posture")  # what only the diary tells
OF_THE_DAY = ("warmup", "cooldown", "run_spike", "cadence")  # known on the day of a run only
START = pd.Timestamp("2026-01-01", tz="UTC")


@dataclass(frozen=True)
class Cell:
    """What a simulated runner is like.

    Attributes:
        errors: of ERRORS; "" takes them in turn, by the seed.
        missing: the chance that what the diary tells is missing, where the rating is low and elsewhere.
        shoes: pairs; 0 takes one and two in turn.
        morning: rated in the morning after, not on the evening of the day.
        nights: a watch tells of the nights, but for some.
        usual: rating without any effect.
        effects: points per SD of a factor.
    """

    errors: str = ""
    missing: tuple[float, float] = (0.0, 0.0)
    shoes: int = 2
    morning: bool = False
    nights: bool = False
    usual: float = 2.0
    effects: dict[str, float] = field(default_factory=dict)

    def with_effects(self, effects: dict[str, float]) -> Cell:
        """Put effects in, with ratings in the middle of the scale.

        At its end, effects on what is written down are smaller than those put in, which is no fault of
        their estimate.
        """
        return replace(self, usual=5.0, effects=effects)


CELLS = {
    "slow drift": Cell("drift"),
    "weekly rhythm": Cell("weekly"),
    "bursts": Cell("bursts"),
    "skewed": Cell("skew"),
    "half missing": Cell(missing=(0.5, 0.5)),
    "missing by rating": Cell(missing=(0.6, 0.15)),
    "one pair of shoes": Cell(shoes=1),
    "mornings": Cell(morning=True, shoes=0),
    "nights": Cell(nights=True),
    "random walk": Cell("walk"),
}


def drift(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    periods = (40, 90, 200, 400)
    waves = [rng.normal() * np.sin(2 * np.pi * (days / period + rng.random())) for period in periods]
    return np.sum(waves, axis=0) + 0.8 * rng.normal(size=len(days))


def weekly(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    rhythm = np.sin(2 * np.pi * (days / 7 + rng.random()))
    return 0.8 * rhythm + 0.4 * drift(rng, days) + 0.6 * rng.normal(size=len(days))


def bursts(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """Soreness that comes at once, as after a race or a bad night, and fades within days."""
    errors = 0.5 * rng.normal(size=len(days))
    for start in rng.uniform(days[0], days[-1], size=2 + int((days[-1] - days[0]) / 25)):
        since = np.maximum(days - start, 0)
        errors += rng.exponential(1.5) * np.exp(-since / rng.uniform(3, 12)) * (days >= start)
    return errors


def skew(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    return rng.exponential(size=len(days)) * np.exp(0.5 * drift(rng, days))


def walk(rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
    """A level that wanders and never comes back."""
    steps = rng.normal(size=len(days)) * np.sqrt(np.diff(days, prepend=days[0] - 1))
    level = steps.cumsum()
    return rng.uniform(0.6, 1.2) * (level - level.mean()) / level.std() + 0.8 * rng.normal(size=len(days))


ERRORS = {"drift": drift, "weekly": weekly, "bursts": bursts, "skew": skew, "walk": walk}


def factors(rng: np.random.Generator, days: int, shoes: int) -> pd.DataFrame:
    """Make the factors of each day from a made-up training, in the units of runlog's factors."""
    ran = rng.random(days) < 0.62
    season = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(days) / rng.uniform(60, 200) + rng.random()))
    km = np.where(ran, rng.gamma(6, 1.5, size=days) * season, 0.0)
    load = pd.Series(6 * km)
    recent = load.rolling(7, min_periods=3)
    acute, chronic = load.ewm(span=7).mean(), load.ewm(span=28).mean()
    longest = pd.Series(km).shift().rolling(30, min_periods=5).max()
    favourite = rng.random(days) < np.clip(0.5 + 0.05 * rng.normal(size=days).cumsum(), 0.1, 0.95)
    usual = np.clip(0.6 + 0.06 * rng.normal(size=days).cumsum(), 0.15, 0.9)
    worn = km.cumsum() + rng.uniform(0, 300)
    if shoes > 1:
        change = rng.integers(days // 3, days)
        worn[change:] -= worn[change]

    def of_the_day(values: np.ndarray) -> np.ndarray:
        return np.where(ran, values, np.nan)

    on_favourite = pd.Series(of_the_day(favourite))
    return pd.DataFrame(
        {
            "warmup": of_the_day(rng.random(days) < usual),
            "cooldown": of_the_day(rng.random(days) < 0.5),
            "route_share": on_favourite.rolling(28, min_periods=2).mean(),
            "route_streak": _streak(on_favourite),
            "shoe_km": worn,
            "run_spike": of_the_day(km / longest),
            "acute_load": acute,
            "chronic_load": chronic,
            "acwr": acute / chronic,
            "monotony": (recent.mean() / recent.std()).clip(upper=10),
            "strength_7d": pd.Series(rng.random(days) < 0.25 * season).rolling(7, min_periods=1).sum(),
            "desk_hours": rng.normal(7, 1.5, size=days),
            "posture": _drifting(rng, days, 6, 0.1, 1).clip(0, 10).round(),
            "cadence": of_the_day(_drifting(rng, days, 170, 0.3, 2)),
        }
    )


def nights(rng: np.random.Generator, days: int) -> pd.DataFrame:
    """Make nights: sleep with the week; resting heart rate and HRV that drift, one against the other.

    Some nights are missing, single ones and weeks in which the watch was not worn.
    """
    form = 0.15 * rng.normal(size=days).cumsum() + 0.5 * rng.normal(size=days)
    resting = 50 + 2 * form + rng.normal(size=days)
    weekend = np.sin(2 * np.pi * (np.arange(days) / 7 + rng.random()))
    table = pd.DataFrame(
        {
            "sleep_hours": 7.2 + 0.6 * weekend + 0.8 * rng.normal(size=days),
            "resting_hr": resting.round(),
            "hrv": np.clip(60 - 5 * form + 6 * rng.normal(size=days), 10, 200),
            "stress": np.clip(30 + 4 * form - 4 * weekend + 8 * rng.normal(size=days), 0, 100).round(),
        }
    )
    begin = rng.integers(0, days)
    table.iloc[begin : begin + days // 10] = np.nan
    table[rng.random(days) < 0.1] = np.nan
    return table


def _streak(on_favourite: pd.Series) -> pd.Series:
    """Count the runs in a row on the favourite route, or off it; it stays on days of rest."""
    ran = on_favourite.dropna()
    return ran.groupby((ran != ran.shift()).cumsum()).cumcount().add(1.0).reindex(on_favourite.index).ffill()


def _drifting(rng: np.random.Generator, days: int, centre: float, step: float, noise: float) -> np.ndarray:
    return centre + step * rng.normal(size=days).cumsum() + noise * rng.normal(size=days)


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true of one runner.

    Attributes:
        own: by factor, the runner's own average effect on what was written down, in points per SD: at the
            ends of the scale it is smaller than what was put in.
        standardised: the factors as the effects were put in, before any went missing: in SDs from the mean,
            0 where there is none.
    """

    own: pd.Series
    standardised: pd.DataFrame

    def __deepcopy__(self, _memo: object) -> Truth:
        """Return itself: pandas copies the attributes of a table at every step."""
        return self


def runner(seed: int, n: int, cell: Cell, window: int = 24) -> tuple[pd.DataFrame, pd.Series]:
    """Simulate n ratings.

    Returns:
        A table as links takes it, with the lagged factors of a secondary window, and each factor's SD before
        any of it went missing. The attribute "truth" of the table is its Truth.
    """
    rng = np.random.default_rng([seed, n])
    shoes = cell.shoes or 1 + seed % 2
    errors = ERRORS[cell.errors or list(ERRORS)[seed % len(ERRORS)]]
    every_day = np.arange(int(1.9 * n) + WARM + 5)
    table = factors(rng, len(every_day), shoes)
    if cell.nights:
        table = table.join(nights(np.random.default_rng([seed, n, 2]), len(every_day)))
    likely = np.where(every_day < WARM, 0.0, np.where(table["run_spike"].notna(), 0.9, 0.1))
    rated = np.sort(rng.choice(len(every_day), size=n, replace=False, p=likely / likely.sum()))
    before = table[list(OF_THE_DAY)].shift(window // 24 - 1).add_suffix(f"_{window}h")
    table = pd.concat([table, before if window > 24 else before[[]]], axis=1)
    table = table.iloc[rated].reset_index(drop=True)
    days = every_day[rated] + (0.3 if cell.morning else 0.85) + 0.04 * rng.normal(size=n)
    standardised = (table - table.mean()) / table.std(ddof=0)
    latent = _latent(rng, days, standardised, cell, errors)
    own = {name: _observed(latent, standardised[name], effect) for name, effect in cell.effects.items()}
    rating = write_down(latent)
    spread = table.std(ddof=0)
    low = rating < np.median(rating)
    for name in TOLD:
        table.loc[rng.random(n) < np.where(low, *cell.missing), name] = np.nan
    moment = START + pd.to_timedelta(days, unit="D")
    made = pd.concat([pd.DataFrame({"moment": moment, "rating": rating}), table], axis=1)
    made.attrs["truth"] = Truth(pd.Series(own, dtype=float), standardised.fillna(0.0))
    return made, spread


def write_down(latent: np.ndarray) -> np.ndarray:
    """Round to whole points and keep within 0 and 10."""
    return np.clip(np.round(latent), 0, 10)


def _observed(latent: np.ndarray, standardised: pd.Series, effect: float) -> float:
    """The slope, over the values that a factor took, of what would be written down at each of them.

    Each rating is written down as if the factor had been what it was at each other rating in turn. To ask for
    an SD more than it was would go beyond its values: a warm-up is never more than done. A factor that never
    changed changed nothing.
    """
    known = standardised.notna().to_numpy()
    if not known.any():
        return 0.0
    values = standardised[known].to_numpy()
    without = latent[known] - effect * values
    written = write_down(without[:, None] + effect * values).mean(axis=0)
    return float(values @ (written - written.mean()) / (values @ values))


def _latent(rng, days, standardised, cell, errors) -> np.ndarray:
    unexplained = errors(rng, days)
    latent = cell.usual + SD * (unexplained - unexplained.mean()) / unexplained.std()
    for name, effect in cell.effects.items():
        latent = latent + effect * standardised[name].fillna(0).to_numpy()
    return latent
