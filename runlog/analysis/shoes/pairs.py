"""The pairs of a runner: their names, and when each is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.model import pair_by_key, shoe_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from runlog.model import Shoe
    from runlog.settings import Settings

_COLUMNS = {
    "from_date": "datetime64[us]",
    "retired": "datetime64[us]",
    "start_m": "float64",
    "limit_m": "float64",
    "default": "bool",
    "kept": "bool",
    "rests": "object",
    "other_names": "object",
}


def pairs(shoes: Iterable[Shoe], named: Iterable[str | None], settings: Settings) -> pd.DataFrame:
    """All pairs: those that the runner keeps, and those that only a run or a diary row names.

    Args:
        shoes: that the runner keeps, and the other names of them.
        named: the names that runs and diary rows tell.
        settings: with the limit of pairs that have none of their own.

    Returns:
        A row per pair by name: from_date, retired (naive days or NaT), start_m, limit_m, default, kept
        (whether the runner keeps it; the window of the others is not known), rests (first and last day
        of each while that it was out of use) and other_names.
    """
    shoes = list(shoes)
    limit_m = settings.shoe_limit_km * 1000.0
    pair = pair_by_key(shoes)
    rows = {shoe.name: _row(shoe, pair, shoes, limit_m) for shoe in shoes if shoe.name in pair.values()}
    seen = {"", *pair}
    for name in named:
        if name and shoe_key(name) not in seen:
            seen.add(shoe_key(name))
            rows[name.strip()] = (None, None, 0.0, limit_m, False, False, (), ())
    index = pd.Index(list(rows), name="name", dtype=object)
    table = pd.DataFrame(list(rows.values()), columns=list(_COLUMNS), index=index)
    return table.astype(_COLUMNS)


def _row(shoe: Shoe, pair: dict[str, str], shoes: Iterable[Shoe], limit_m: float) -> tuple[object, ...]:
    others = (one.name for one in shoes if pair[shoe_key(one.name)] == shoe.name and one.name != shoe.name)
    return (
        *(shoe.from_date, shoe.retired, shoe.start_m, limit_m if shoe.limit_m is None else shoe.limit_m),
        *(shoe.default, True, shoe.rests, tuple(others)),
    )


def by_name(table: pd.DataFrame) -> dict[str, str]:
    """The pair by the key of each of its names, of a table as ``pairs`` gives it."""
    return {
        shoe_key(written): str(name)
        for name, others in table["other_names"].items()
        for written in (str(name), *others)
    }


def in_use(table: pd.DataFrame, days: pd.Series[pd.Timestamp]) -> NDArray[np.bool_]:
    """Whether each pair was in use on each day: a row per day, a column per pair.

    The day of retiring is one of use. A pair that the runner does not keep is never known to be in use.
    """
    day = days.to_numpy()[:, None]
    not_yet = table["from_date"].to_numpy() > day
    no_more = table["retired"].to_numpy() < day
    return table["kept"].to_numpy() & ~(not_yet | no_more | resting(table, days))


def resting(table: pd.DataFrame, days: pd.Series[pd.Timestamp]) -> NDArray[np.bool_]:
    """Whether each pair had been retired and not taken up again on each day."""
    rests = np.zeros((len(days), len(table)), dtype=bool)
    days = days.dt.normalize()
    for column, of_pair in enumerate(table["rests"]):
        for first, last in of_pair:
            rests[:, column] |= days.between(pd.Timestamp(first), pd.Timestamp(last)).to_numpy()
    return rests
