"""Runners made for one question each: what once went wrong, and what it costs to put it right."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from calibration.judge import FRESH_SEEDS
from calibration.simulate import CELLS, ERRORS, SD, START, Cell, runner, write_down

import runlog
from runlog.analysis.links import MILESTONES, Settlements, links
from runlog.analysis.links.grading import grade_estimate
from runlog.analysis.links.ratings import check_ratings, split_by_area
from runlog.analysis.load_formulas import ewma, safe_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

GRADED = ("A", "B")
LOADS = ("acute_load", "chronic_load", "acwr", "monotony")


def graded(table: pd.DataFrame, area: str | None = None) -> list[str]:
    """The factors with an A or B."""
    found = links(table)
    if area is not None:
        found = found[found["area"] == area]
    return found.loc[found["grade"].isin(GRADED), "factor"].tolist()


def _errors(rng: np.random.Generator, days: np.ndarray, seed: int) -> np.ndarray:
    errors = list(ERRORS.values())[seed % len(ERRORS)](rng, days)
    return SD * (errors - errors.mean()) / errors.std()


# ---- a year of looks


def year_of_looks(seed: int, n: int, areas: int = 1, effects: dict[str, float] | None = None) -> list[set]:
    """What has an A or B at each milestone up to n ratings, of one to three areas rated together.

    Returns:
        By milestone the pairs of area and factor. Between milestones no grade changes.
    """
    cells = list(CELLS.values())
    cell = cells[seed % len(cells)]
    parts = []
    for number in range(areas):
        other = cell if effects is None else cell.with_effects(effects)
        table, _ = runner(seed, n, other)
        if number:  # the same runs and days, another area's soreness, rated now and then
            rng = np.random.default_rng([seed, n, number])
            days = (table["moment"] - START).dt.total_seconds().to_numpy() / 86_400
            table["rating"] = write_down(cell.usual + _errors(rng, days, seed + number))
            table = table[rng.random(n) < 0.8]
        parts.append(table.assign(area=f"area {number}"))
    ratings, names = check_ratings(pd.concat(parts), None)
    by_area = dict(split_by_area(ratings))
    settled = Settlements(by_area, names, ())
    looks = []
    for milestone in (*MILESTONES, *range(300, n + 1, 100)):
        reached = [area for area, rated in by_area.items() if len(rated) >= milestone]
        fits = {area: settled.at(area, milestone).estimates for area in reached}
        looks.append(
            {
                (area, name)
                for area, estimates in fits.items()
                for name, estimate in estimates.items()
                if grade_estimate(estimate)[0] in GRADED
            }
        )
    return looks


# ---- mixed hours, through files, the diary and the factors


def mixed_hours_history(seed: int, n: int, folder: Path) -> pd.DataFrame:
    """Exposures of a runner who rates some days in the morning and some in the evening, by way of files."""
    rng = np.random.default_rng([seed, n, 7])
    days = n + 40
    runs, diary = ["date,distance_km,duration"], ["date,soreness,area"]
    season = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(days) / rng.uniform(60, 200) + rng.random()))
    for day in range(days):
        date = (START + pd.Timedelta(days=day)).date()
        if rng.random() < 0.62:
            km = rng.gamma(6, 1.5) * season[day] + 1
            hour = 6 if rng.random() < 0.3 else 17
            runs.append(f"{date} {hour:02d}:{rng.integers(60):02d},{km:.2f},{6 * km:.0f}:00")
        if day >= 40:
            hour = 7 if rng.random() < 0.5 else 20
            diary.append(f"{date} {hour:02d}:{rng.integers(60):02d},{rng.integers(0, 4)},upper_back")
    (folder / "runs.csv").write_text("\n".join(runs) + "\n", encoding="utf-8")
    (folder / "diary.csv").write_text("\n".join(diary) + "\n", encoding="utf-8")
    (folder / "home").mkdir()
    (folder / "home/config.toml").write_text('timezone = "UTC"\n', encoding="utf-8")
    with runlog.open(folder / "home") as journal:
        journal.add([folder / "runs.csv", folder / "diary.csv"])
        return runlog.exposures(journal.history())


def mixed_hours(runners: int, draws: int, n: int, effect: float) -> Iterator[pd.DataFrame]:
    """The links where mornings are a point stiffer and acute load goes with so much per SD.

    Args:
        runners: imported from files.
        draws: of ratings for each.
        n: ratings.
        effect: points per SD of acute load.
    """
    for seed in range(FRESH_SEEDS, FRESH_SEEDS + runners):
        with tempfile.TemporaryDirectory() as folder:
            table = mixed_hours_history(seed, n, Path(folder)).dropna(axis="columns", how="all")
        days = (table["moment"] - START).dt.total_seconds().to_numpy() / 86_400
        load = table["acute_load"]
        for draw in range(draws):
            rng = np.random.default_rng([seed, n, draw, 8])
            latent = 4 + _errors(rng, days, seed + draw) + 1.0 * (table["local_hour"] < 12)
            latent = latent + effect * ((load - load.mean()) / load.std()).fillna(0)
            yield links(table.assign(rating=write_down(latent)))


# ---- effort that feeds on soreness


def rpe_from_soreness(seed: int, n: int, effect: float = 0.0) -> pd.DataFrame:
    """A diary in which the RPE of a run rises by 0.6 per point of soreness.

    Args:
        seed: of the runner.
        n: ratings, each after a run.
        effect: points per SD of the acute load of minutes.
    """
    rng = np.random.default_rng([seed, n, 9])
    days = int(1.6 * n) + 60
    ran = rng.random(days) < 0.62
    season = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(days) / rng.uniform(60, 200) + rng.random()))
    minutes = np.where(ran, rng.gamma(6, 9, size=days) * season, 0.0)
    plain = {"acute_load": ewma(minutes, 7), "chronic_load": ewma(minutes, 28)}
    latent = 3 + _errors(rng, np.arange(days) + 0.85, seed)
    latent = latent + effect * (plain["acute_load"] - plain["acute_load"].mean()) / plain["acute_load"].std()
    sore = write_down(latent)
    rpe = np.clip(np.round(3.5 + 0.6 * (sore - 3) + 0.8 * rng.normal(size=days)), 1, 10)
    loads = {"acute_load": ewma(minutes * rpe, 7), "chronic_load": ewma(minutes * rpe, 28)}
    table = {"moment": START + pd.to_timedelta(np.arange(days) + 0.85, unit="D"), "rating": sore}
    table |= loads
    table |= {
        "acwr": safe_ratio(loads["acute_load"], loads["chronic_load"]),
        "desk_hours": rng.normal(7, 1.5, size=days),
    }
    table |= {f"{name}_without_rpe": values for name, values in plain.items()}
    table["acwr_without_rpe"] = safe_ratio(plain["acute_load"], plain["chronic_load"])
    rated = np.flatnonzero(ran & (np.arange(days) >= 40))[:n]
    return pd.DataFrame(table).iloc[rated]


# ---- columns of no family that move together


def two_columns(seed: int, n: int, r: float, effect: float) -> pd.DataFrame:
    """Ratings that go with the column ``cause``, and a column ``shadow`` that correlates with it."""
    rng = np.random.default_rng([seed, n, round(100 * r)])
    days = np.sort(rng.choice(int(1.9 * n), n, replace=False)).astype(float) + 0.85
    steps = rng.normal(size=(int(1.9 * n) + 1, 4))
    for day in range(1, len(steps)):
        steps[day] = 0.5 * steps[day - 1] + np.sqrt(0.75) * steps[day]
    cause, rest, *others = steps[days.astype(int)].T
    latent = 4 + _errors(rng, days, seed) + effect * (cause - cause.mean()) / cause.std()
    columns = {"shadow": r * cause + np.sqrt(1 - r * r) * rest, "cause": cause}
    columns |= {"other": others[0], "another": others[1]}
    moment = START + pd.to_timedelta(days, unit="D")
    return pd.DataFrame({"moment": moment, "rating": write_down(latent), **columns})


# ---- athletes: daily wellness at 08:00, on a scale of 1 to 5, with the load up to yesterday


def _team_loads(rng: np.random.Generator, days: int) -> np.ndarray:
    """Session-RPE loads of a team's week: two hard days, a match, a free day, and weeks off."""
    plan = np.array([0.6, 1.0, 0.8, 0.5, 0.3, 1.4, 0.0]) * 450
    level = np.exp(0.25 * np.sin(2 * np.pi * (np.arange(days) / rng.uniform(50, 120) + rng.random())))
    loads = np.resize(plan, days) * level * rng.gamma(4, 0.25, size=days) * (rng.random(days) < 0.85)
    for start in rng.integers(0, days, size=days // 60):
        loads[start : start + rng.integers(3, 8)] = 0
    return loads


def athlete(seed: int, n: int, effect: float, *, own: bool = True, skewed: bool = False) -> pd.DataFrame:
    """Morning wellness of an athlete beside the load of yesterday and of the last week.

    Args:
        seed: of the athlete.
        n: mornings with an answer.
        effect: points (of 10) per SD of yesterday's load.
        own: the load in the table is the athlete's own; else another's, which goes with nothing.
        skewed: mostly not sore, with few bad days; else in the middle of the scale.
    """
    rng, others = (np.random.default_rng([seed, n, which]) for which in (11, 12))
    days = int(1.35 * n) + 45
    loads = _team_loads(rng, days)
    cause = loads[:-1]
    cause = (cause - cause.mean()) / cause.std()
    week = 0.4 * np.sin(2 * np.pi * (np.arange(1, days) / 7 + rng.random()))
    latent = (2.0 if skewed else 4.5) + _errors(rng, np.arange(1.0, days), seed) + week + effect * cause
    sore = np.round(np.clip(latent, 0, 10) / 2.5) * 2.5  # 5 of 5 is not sore
    shown = loads if own else _team_loads(others, days)
    table = pd.DataFrame(
        {
            "moment": START + pd.to_timedelta(np.arange(1, days) + 8 / 24, unit="D"),
            "rating": sore,
            "load_yesterday": shown[:-1],
            "acute_load": ewma(shown, 7)[:-1],
            "sleep_hours": rng.normal(7.5, 0.8, size=days - 1),
            "stress": np.round(3 + 0.7 * rng.normal(size=days - 1)),
        }
    ).iloc[28:]
    answered = rng.random(len(table)) < 0.75
    return table[answered].iloc[:n]


# ---- coverage of the runner's own effect


def own_effect(
    name: str, errors: str, n: int, runners: int, *, usual: float, effect: float
) -> dict[str, int]:
    """How often the range of a linked factor holds the runner's own effect on what was written down."""
    covered = answered = 0
    cell = Cell(errors, usual=usual, effects={name: effect})
    for seed in range(5 * FRESH_SEEDS, 5 * FRESH_SEEDS + runners):
        table, spread = runner(seed, n, cell)
        row = links(table).set_index("factor").loc[name]
        if row["grade"] == "" or np.isnan(row["effect"]):
            continue
        per_sd = spread[name] / row["step"]
        answered += 1
        covered += int(row["low"] * per_sd <= table.attrs["truth"].own[name] <= row["high"] * per_sd)
    return {"answered": answered, "covered": covered}
