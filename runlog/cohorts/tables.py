"""Pool a table of effects factor by factor, and store the result as a file that a runner can take home.

The effects of finished trials are put into the same form.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from runlog.analysis.links import METHOD_VERSION
from runlog.cohorts.pooling import FEWEST, Pooled, SpreadGrid, judge_by_pool, pool_effects
from runlog.errors import BadInput
from runlog.fileio import write_atomically
from runlog.trials import result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from runlog.analysis.history import History
    from runlog.cohorts.pooling import Estimate

#: What a table of effects has: whose, of what, b and s in rating points per step, and from how many ratings.
EFFECT_COLUMNS = ("athlete", "area", "factor", "step", "b", "s", "n")
#: The columns of a pooled table.
POOL_COLUMNS = (
    *("area", "factor", "runners"),
    *("mean", "mean_low", "mean_high"),
    *("spread", "spread_low", "spread_high"),
    *("new_runner", "new_runner_low", "new_runner_high"),
    *("q", "i2"),
)
#: The columns of the table of each runner, alone and given the others.
RUNNER_COLUMNS = (
    *EFFECT_COLUMNS,
    *("alone", "alone_low", "alone_high"),
    *("given_others", "given_others_low", "given_others_high"),
)
#: No larger file is a pool.
MAX_POOL_BYTES = 20_000_000
#: What pooling costs; it is printed with every pooled table.
COST = (
    "Pooling borrows from the others: a runner near zero takes on the crowd's sign, and where effects differ "
    "in sign a real effect is seen less often than alone. A runner's grade comes from the own diary only."
)
#: Of the files of a pool and of a share.
FORMAT = 1


def read_json(file: Path, key: str, kind: str, most_bytes: int, made_by: str) -> dict[str, Any]:
    """Return the JSON object of a file that runlog wrote; ``key`` is of the number of its format.

    Raises:
        BadInput: it cannot be read, is too large, or is no such file; the message says what makes one.
    """
    try:
        if file.stat().st_size > most_bytes:
            raise BadInput(f"too large for a {kind}")
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"no {kind} of runlog: {error}") from error
    if not isinstance(content, dict) or content.get(key) != FORMAT:
        raise BadInput(f"no {kind} of runlog; {made_by}")
    return content


def pool(effects: pd.DataFrame) -> pd.DataFrame:
    """Pool the effects of many runners, factor by factor and area by area.

    Args:
        effects: a row per runner, area and factor, with ``area`` (optional), ``factor``, ``b`` (rating
            points per step, estimated with a flat prior on it, as ``runlog.links`` gives it) and ``s``, its
            standard error; rows without b or s are left out.

    Returns:
        A row per area and factor that two runners or more have: runners, and with their 95% ranges
        (…_low, …_high) mean (over all runners), spread (the SD of the effects between runners) and
        new_runner (the effect of one who is not among them); q and i2 (heterogeneity).

    Raises:
        BadInput: a column is missing.
    """
    rows = [_pool_row(area, factor, pooled) for area, factor, _, pooled in _pool_each(effects)]
    return pd.DataFrame(rows, columns=list(POOL_COLUMNS))


def runners_given_others(effects: pd.DataFrame) -> pd.DataFrame:
    """Return each runner's effect alone and given all others, with 95% ranges, in rating points per step."""
    tables = []
    for _, _, rows, pooled in _pool_each(effects):
        columns = {
            f"{name}{end}": values[:, place]
            for name, values in (("alone", pooled.alone), ("given_others", pooled.given_others))
            for place, end in enumerate(("", "_low", "_high"))
        }
        tables.append(rows.assign(**columns).reindex(columns=list(RUNNER_COLUMNS)))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(RUNNER_COLUMNS))


def _pool_each(effects: pd.DataFrame) -> Iterator[tuple[str | None, str, pd.DataFrame, Pooled]]:
    """Yield area, factor, the rows that are pooled, and what they come to."""
    lacking = [name for name in ("factor", "b", "s") if name not in effects.columns]
    if lacking:
        raise BadInput(f"a table of effects lacks the column {', '.join(lacking)}")
    table = effects if "area" in effects.columns else effects.assign(area=None)
    known = table[np.isfinite(table["b"].astype(float)) & (table["s"].astype(float) > 0)]
    for (area, factor), rows in known.groupby(["area", "factor"], dropna=False, sort=True):
        if len(rows) >= FEWEST:
            named = str(area) if isinstance(area, str) else None
            yield named, str(factor), rows, pool_effects(rows["b"], rows["s"])


def _pool_row(area: str | None, factor: str, pooled: Pooled) -> dict[str, Any]:
    row: dict[str, Any] = {"area": area, "factor": factor, "runners": pooled.runners}
    for name in ("mean", "spread", "new_runner"):
        estimate = getattr(pooled, name)
        row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return row | {"q": pooled.q, "i2": pooled.i2}


def write_pool(effects: pd.DataFrame, file: Path) -> None:
    """Write the pool as JSON, with the grid that judges one more runner by it and no runner's own numbers.

    Raises:
        BadInput: the file cannot be written, or a column is missing.
    """
    pools = [
        _pool_row(area, factor, pooled)
        | {"step": float(rows["step"].median()) if "step" in rows else None}
        | {"grid": {name: getattr(pooled.grid, name).tolist() for name in SpreadGrid.__slots__}}
        for area, factor, rows, pooled in _pool_each(effects)
    ]
    members = sorted(set(effects["athlete"])) if effects.get("shared", pd.Series(dtype=bool)).any() else []
    content = {"runlog_pool": FORMAT, "method": METHOD_VERSION, "cost": COST, "members": members}
    write_atomically(file, json.dumps(content | {"pools": pools}, indent=1) + "\n")


class Pool:
    """A pool that was read from a file, to judge a runner's own effects by.

    Attributes:
        members: the random ids of the runners in it; empty where they did not come from shared files.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.members = frozenset(map(str, content["members"]))
        self._pools = {(one["area"], one["factor"]): one for one in content["pools"]}
        self._grids = {
            key: SpreadGrid(**{name: np.asarray(one["grid"][name], float) for name in SpreadGrid.__slots__})
            for key, one in self._pools.items()
        }
        for grid in self._grids.values():
            arrays = [getattr(grid, name) for name in SpreadGrid.__slots__]
            if len({array.shape for array in arrays}) != 1 or arrays[0].ndim != 1 or not len(arrays[0]):
                raise ValueError("the columns of a grid differ in length")
            if not all(np.isfinite(array).all() for array in arrays) or (grid.mean_var <= 0).any():
                raise ValueError("a number of a grid is not finite, or a variance is not above 0")
            if (grid.tau < 0).any() or (grid.weight < 0).any() or not np.isclose(grid.weight.sum(), 1):
                raise ValueError("the weights of a grid do not sum to 1")

    @classmethod
    def read(cls, file: Path) -> Pool:
        """Read a pool's file.

        Raises:
            BadInput: it cannot be read, is no pool, or is one of another method.
        """
        made_by = "runlog cohort pool --out DIR writes DIR/pool.json"
        try:
            content = read_json(file, "runlog_pool", "pool", MAX_POOL_BYTES, made_by)
        except BadInput as error:
            raise BadInput(f"{file}: {error}") from error
        if content.get("method") != METHOD_VERSION:
            raise BadInput(
                f"{file}: of method {content.get('method')}, but this runlog has method {METHOD_VERSION}; "
                "effects of two methods are not compared. Pool again with the same version."
            )
        try:
            return cls(content)
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(f"{file}: a damaged pool: {error}") from error

    def runners(self, area: str | None, factor: str) -> int:
        """Return how many runners a factor was pooled over; 0 for none."""
        return int(self._pools.get((area, factor), {"runners": 0})["runners"])

    def judge(
        self, area: str | None, factor: str, b: float, s: float, *, is_member: bool = False
    ) -> Estimate | None:
        """Return the effect given the pool, per step; None where the pool or the runner has none."""
        grid = self._grids.get((area, factor))
        if grid is None or not np.isfinite(b) or not s > 0:
            return None
        return judge_by_pool(b, s, grid, is_member=is_member)


#: Before the name of a trial's intervention, where a factor's name stands.
TRIAL_PREFIX = "trial:"


def trial_effects(history: History, now: datetime) -> pd.DataFrame:
    """Return the effects of a runner's finished trials, as randomised.

    The trial of an intervention and area with the most pairs counts. b is the mean difference of the arms in
    points, s its standard error, n the number of pairs.

    Returns:
        A row per trial with area, factor ("trial:warmup"), step (1), b, s and n.
    """
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for plan in history.plans:
        compared = result.evaluate_trial(history, plan, now).as_randomised
        if compared is None or not np.isfinite(compared.low):
            continue
        key = str(plan.area), f"{TRIAL_PREFIX}{plan.factor}"
        if key in rows and int(str(rows[key]["n"])) >= compared.pairs:
            continue
        error = (compared.high - compared.low) / 2 / float(stdtrit(compared.pairs - 1, 0.975))
        values = {"step": 1.0, "b": compared.difference, "s": error, "n": compared.pairs}
        rows[key] = {"area": key[0], "factor": key[1], **values}
    return pd.DataFrame(rows.values(), columns=[name for name in EFFECT_COLUMNS if name != "athlete"])
