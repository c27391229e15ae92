"""Measure how often links is wrong, and how often right, and write it down.

    cd tests/bench && python -m calibration 12 --out calibration/RESULTS.md

By hand or nightly: 12 runners of each cell at each n take a quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from calibration import cells, tables
from calibration.judge import ALARM, FRESH_SEEDS, OURS, drawn, linked, of_cell
from calibration.simulate import CELLS
from calibration.trials import simulated_trial

from runlog.analysis.links import ALLOWED_Q, METHOD_VERSION, MILESTONES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (20, 40, 60, 90, 200)
LINKED = {"warmup": 0.8, "desk_hours": 0.8, "acute_load": 0.8, "shoe_km": 0.8}
LAGGED_SIZES = (60, 200)

INTRODUCTION = """# How often links is wrong, and how often right

Made by `python -m calibration {runners} --out calibration/RESULTS.md` in tests/bench; method {method};
{runners} runners of each cell at each number of ratings, twice as many of each linked factor and of each
draw, over all cells; seeds from {first} on, on none of which the method was chosen. What the runners are
like: simulate.py and cells.py.

All numbers are per cent. {missed} marks a target of the specification that is missed by more than the chance
of this simulation explains (1%): false alarms (p < .05) 5 per factor (7 for shoe_km; tested over all factors
of a row), any found at one look (q < .10) 10 where nothing is linked, false ones 10 of those found, the 95%
range holds the truth in 93 to 97, power from 40 ratings on 75 for 0.8 points per SD. "Worst factor" is the
one least explained by chance; a factor that few diaries can answer for, such as chronic_load, which
acute_load represents in most, may have a high rate there that means nothing. "Graded" is an A or B, which is
settled at {milestones} ratings at q < {allowed}. The truth is the runner's own average effect on the scale of
0 to 10 that was written down, over the values that the factor had; where effects of all sizes are drawn, with
what goes through those of its family, which are left out while it is estimated.
"""


def main() -> None:
    """Run the bench, part by part, side by side, and rewrite the file after each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runners", type=int, help="of each cell at each number of ratings")
    parser.add_argument("--out", type=Path, help="write the tables there, too")
    parser.add_argument("--only", choices=list(PARTS), help="one part")
    asked = parser.parse_args()
    introduction = INTRODUCTION.format(
        runners=asked.runners,
        method=METHOD_VERSION,
        first=f"{FRESH_SEEDS:,}",
        missed=tables.MISSED.strip(),
        milestones=", ".join(map(str, MILESTONES)) + " and then every hundred",
        allowed=ALLOWED_Q,
    )
    names = [asked.only] if asked.only else list(PARTS)
    with ProcessPoolExecutor() as pool:
        waiting = {name: pool.submit(sections, name, asked.runners) for name in names}
        done = [introduction]
        for result in waiting.values():
            done.append(result.result())
            sys.stdout.write(f"\n{done[-1]}\n")
            sys.stdout.flush()
            if asked.out:
                asked.out.write_text("\n".join(done), encoding="utf-8")


def sections(name: str, runners: int) -> str:
    return "\n".join(PARTS[name](runners))


def settled(runners: int) -> Iterator[str]:
    """A year of looks, with one area and with three."""
    n = 300
    for areas, count in ((1, 16 * runners), (3, 6 * runners)):
        looks = [cells.year_of_looks(seed, n, areas) for seed in range(FRESH_SEEDS, FRESH_SEEDS + count)]
        milestones = (*MILESTONES, *range(300, n + 1, 100))
        row = {"areas": areas, "runners": count}
        row |= {
            str(at): tables.percent(np.mean([bool(x[k]) for x in looks])) for k, at in enumerate(milestones)
        }
        ever = sum(any(x) for x in looks)
        year = sum(any(x[: len(MILESTONES)]) for x in looks)
        row["ever up to 200"] = tables.marked(year / count, tables.beyond(year, count, tables.ANY))
        row["ever up to 300"] = tables.marked(ever / count, tables.beyond(ever, count, tables.ANY))
        yield section(f"A year of looks, nothing linked, {areas} area(s): anything graded", [row])
    rows = []
    for name, effect in LINKED.items():
        looks = [
            cells.year_of_looks(seed, 200, 1, {name: effect})
            for seed in range(2 * FRESH_SEEDS, 2 * FRESH_SEEDS + 2 * runners)
        ]
        hits = [[("area 0", name) in look for look in x] for x in looks]
        wrong = [any(one != ("area 0", name) for look in x for one in look) for x in looks]
        row = {"linked": name, "runners": len(looks)}
        row |= {str(at): tables.percent(np.mean([x[k] for x in hits])) for k, at in enumerate(MILESTONES)}
        rows.append(row | {"ever another": tables.percent(np.mean(wrong))})
    yield section("Graded at each milestone, 0.8 points per SD", rows)


def mixed_hours(runners: int) -> Iterator[str]:
    """Morning and evening ratings, by way of files, the diary and the factors."""
    rows = []
    for n, effect in product((60, 90, 130), (0.0, 0.6)):
        every = list(cells.mixed_hours(max(4, runners // 2), 8, n, effect))
        found = [one.loc[one["grade"].isin(cells.GRADED), "factor"].tolist() for one in every]
        alarm = np.mean([one.set_index("factor").loc["acute_load", "p"] < ALARM for one in every])
        load = sum(any(name in cells.LOADS for name in one) for one in found)
        row = {"n": n, "points per SD": effect, "diaries": len(found)}
        row["acute load p < .05"] = tables.percent(alarm)
        missed = effect == 0 and tables.beyond(load, len(found), 0.05)
        row["a load graded"] = tables.marked(load / len(found), missed)
        rows.append(row | {"anything graded": tables.percent(np.mean([bool(one) for one in found]))})
    yield section("Mornings and evenings mixed, mornings a point stiffer, made of files", rows)


def rpe(runners: int) -> Iterator[str]:
    """RPE that rises with soreness."""
    rows = []
    for n, effect in product((60, 130), (0.0, 0.6)):
        tables_of = [
            cells.rpe_from_soreness(seed, n, effect) for seed in range(FRESH_SEEDS, FRESH_SEEDS + 5 * runners)
        ]
        checked = [any(name in cells.LOADS for name in cells.graded(table)) for table in tables_of]
        bare = [
            any(
                name in cells.LOADS
                for name in cells.graded(table[[name for name in table if not name.endswith("_without_rpe")]])
            )
            for table in tables_of
        ]
        row = {"n": n, "points per SD": effect, "diaries": len(checked)}
        row["a load graded"] = tables.marked(
            np.mean(checked), effect == 0 and tables.beyond(sum(checked), len(checked), 0.05)
        )
        rows.append(row | {"were it not checked": tables.percent(np.mean(bare))})
    yield section("Session-RPE that rises by 0.6 per point of soreness", rows)


def moving_together(runners: int) -> Iterator[str]:
    """Two columns of no family, and athletes' loads."""
    rows = []
    for r, n in product((0.55, 0.7, 0.8, 0.9), (60, 130)):
        found = [
            cells.graded(cells.two_columns(seed, n, r, 0.6))
            for seed in range(FRESH_SEEDS, FRESH_SEEDS + 4 * runners)
        ]
        wrong = sum("shadow" in one for one in found)
        row = {"r": r, "n": n, "diaries": len(found)}
        row["the cause graded"] = tables.percent(np.mean(["cause" in one for one in found]))
        row["the other one"] = tables.marked(wrong / len(found), tables.beyond(wrong, len(found), 0.07))
        rows.append(row)
    yield section("Two columns of no family, one linked with 0.6 points per SD", rows)
    rows = []
    for skewed, own, n in product((False, True), (False, True), (60, 100, 130)):
        seeds = range(FRESH_SEEDS, FRESH_SEEDS + 4 * runners)
        found = [cells.graded(cells.athlete(seed, n, 0.6, own=own, skewed=skewed)) for seed in seeds]
        load = sum(bool({"load_yesterday", "acute_load"} & set(one)) for one in found)
        alone = sum(
            "load_yesterday"
            in cells.graded(cells.athlete(seed, n, 0.6, own=own, skewed=skewed).drop(columns="acute_load"))
            for seed in seeds
        )
        row = {"ratings": "mostly not sore" if skewed else "mid-scale", "load": "own" if own else "another's"}
        missed = not own and tables.beyond(load, len(found), 0.05)
        row |= {"n": n, "athletes": len(found), "a load graded": tables.marked(load / len(found), missed)}
        rows.append(row | {"yesterday's load asked alone": tables.percent(alone / len(found))})
    yield section("Athletes: mornings at 08:00, load up to yesterday, 0.6 points per SD of it", rows)


def own_effects(runners: int) -> Iterator[str]:
    """The range of slow and fast factors against the runner's own effect."""
    rows, answered, covered = [], 0, 0
    for name, errors in product(("shoe_km", "warmup"), ("drift", "walk", "weekly", "bursts", "skew")):
        row: dict[str, object] = {"factor": name, "errors": errors}
        for n, usual in ((60, 5.0), (120, 5.0), (120, 2.0)):
            one = cells.own_effect(name, errors, n, 2 * runners, usual=usual, effect=0.8)
            answered, covered = answered + one["answered"], covered + one["covered"]
            rate = one["covered"] / max(1, one["answered"])
            few = bool(tables.stats.binom.cdf(one["covered"], one["answered"], 0.90) < tables.CHANCE)
            row[f"n {n}, usual {usual:g}"] = tables.marked(rate, few)
        rows.append(row)
    all_of_them = tables.percent(covered / answered)
    yield section(f"The range holds the runner's own effect, 0.8 points per SD: {all_of_them} over all", rows)


def trials(runners: int) -> Iterator[str]:
    """Planned trials."""
    rows = []
    for before, unrated in product((20, 40, 100), (0.0, 0.1, 0.2)):
        chance = np.random.default_rng([before, round(10 * unrated), 77])
        results = [simulated_trial(chance, before, unrated) for _ in range(25 * runners)]
        found = [one for one in results if one is not None]
        power = float(np.mean(found))
        error = 2 * np.sqrt(power * (1 - power) / len(found))
        row = {"ratings before": before, "unrated": tables.percent(unrated), "trials": len(found)}
        row["power"] = tables.marked(power, power + error < 0.78 or power - error > 0.85)
        rows.append(row | {"take too many pairs": tables.percent(1 - len(found) / len(results))})
    yield section("Planned trials of one point: power, promised 80", rows)


def one_look(runners: int) -> Iterator[str]:
    """Measure and describe what one look says, beside other methods."""
    many = 2 * runners
    null = pd.concat(
        of_cell(cell, n, runners, first=FRESH_SEEDS, others=True) for n, cell in product(SIZES, CELLS)
    )
    yield section(
        "Nothing is linked, all cells",
        ({"n": n} | tables.nothing_linked(of_n) for n, of_n in null.groupby("n")),
    )
    yield section(
        "Nothing is linked, by cell",
        (
            {"cell": cell, "n": n} | tables.nothing_linked(null[(null["n"] == n) & (null["cell"] == cell)])
            for cell, n in product(CELLS, SIZES)
        ),
    )
    yield section(
        "Nothing is linked, by family: any factor of it with p < .05 / found at one look",
        ({"n": n} | tables.families(of_n) for n, of_n in null.groupby("n")),
    )
    one = {
        (name, n): linked({name: effect}, n, many, first=2 * FRESH_SEEDS, others=True)
        for (name, effect), n in product(LINKED.items(), SIZES)
    }
    yield section(
        "One factor is linked, 0.8 points per SD",
        ({"linked": name, "n": n} | tables.one_linked(judged, n) for (name, n), judged in one.items()),
    )
    for n in SIZES:
        rows = tables.beside_others(null[null["n"] == n], {name: one[name, n] for name in LINKED})
        yield section(f"Beside other methods, {n} ratings (power: p < .05)", rows)


def other_looks(runners: int) -> Iterator[str]:
    """Effects of all sizes, and the day before."""
    many = 2 * runners
    yield section(
        "Effects of all sizes: the range holds the truth",
        ({"n": n} | tables.coverage(drawn(n, many, first=3 * FRESH_SEEDS)) for n in SIZES),
    )
    yield section(
        "The run of 24 to 48 hours before, where at most the warm-up of the 24 hours before is linked",
        (
            {"n": n, "effect": effect} | lagged(n, many, effect)
            for n, effect in product(LAGGED_SIZES, (0.0, 0.8))
        ),
    )


def lagged(n: int, runners: int, effect: float) -> tables.Row:
    """Say what is claimed of the day before, where there is nothing to claim."""
    judged = linked({"warmup": effect}, n, runners, first=4 * FRESH_SEEDS, window=48)
    rates = judged.groupby("factor")[f"alarm {OURS}"].mean()
    return {
        "false alarms": tables.percent(rates.mean()),
        "warmup": tables.percent(rates["warmup"]),
        "any found": tables.percent(judged.groupby("runner")[f"found {OURS}"].any().mean()),
        "any graded": tables.percent(judged.groupby("runner")["graded"].any().mean()),
    }


def section(title: str, rows) -> str:
    return f"## {title}\n\n{tables.markdown(rows)}\n"


#: In the order of the file; the first two begin together.
PARTS: dict[str, Callable[[int], Iterator[str]]] = {
    "settled": settled,
    "one look": one_look,
    "mixed hours": mixed_hours,
    "rpe": rpe,
    "moving together": moving_together,
    "own effects": own_effects,
    "trials": trials,
    "other looks": other_looks,
}

if __name__ == "__main__":
    main()
