"""Measure how often links is wrong, and how often right, and write it down.

    cd tests/bench && python -m calibration 60 --out calibration/RESULTS.md

By hand or nightly: 60 runners of each cell at each n take about half an hour.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

import pandas as pd
from calibration import tables
from calibration.judge import FRESH_SEEDS, OURS, drawn, linked, of_cell
from calibration.simulate import CELLS

from runlog.analysis.links import METHOD_VERSION

SIZES = (20, 40, 60, 100, 200)
LINKED = {"warmup": 0.8, "desk_hours": 0.8, "acute_load": 0.8, "shoe_km": 0.8}
LAGGED_SIZES = (60, 200)

INTRODUCTION = """# How often links is wrong, and how often right

Made by `python -m calibration {runners} --out calibration/RESULTS.md` in tests/bench; method {method};
{runners} runners of each cell at each number of ratings, twice as many of each linked factor and of each
draw, over all cells; seeds from {first} on, on none of which the method was chosen. What the runners are
like: simulate.py.

All numbers are per cent. {missed} marks a target of the specification that is missed by more than the chance
of this simulation explains (1%): false alarms (p < .05) 5 per factor (7 for shoe_km; tested over all factors
of a row), any found after Benjamini–Hochberg 10 where nothing is linked, false ones 10 of those found, the
95% range holds the truth in 93 to 97, power from 40 ratings on 75 for 0.8 points per SD. "Worst factor" is
the one least explained by chance; a factor that few diaries can answer for, such as chronic_load, for which
acute_load speaks in most, may have a high rate there that means nothing.
"""


def main() -> None:
    """Run the bench, and rewrite the file after each of its parts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runners", type=int, help="of each cell at each number of ratings")
    parser.add_argument("--out", type=Path, help="write the tables there, too")
    asked = parser.parse_args()
    parts = [
        INTRODUCTION.format(
            runners=asked.runners,
            method=METHOD_VERSION,
            first=f"{FRESH_SEEDS:,}",
            missed=tables.MISSED.strip(),
        )
    ]
    for part in measured(asked.runners):
        parts.append(part)
        sys.stdout.write(f"\n{part}\n")
        sys.stdout.flush()
        if asked.out:
            asked.out.write_text("\n".join(parts), encoding="utf-8")


def measured(runners: int):
    """Measure and describe part after part."""
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
        "Nothing is linked, by family: any factor of it with p < .05 / found after BH",
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
        "any after BH": tables.percent(judged.groupby("runner")[f"found {OURS}"].any().mean()),
    }


def section(title: str, rows) -> str:
    return f"## {title}\n\n{tables.markdown(rows)}\n"


if __name__ == "__main__":
    main()
