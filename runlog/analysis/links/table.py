"""The border: what a table of ratings must have, checked once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Columns of the table that are no factors.
_NOT_FACTORS = ("moment", "rating", "area")
#: The column of checked ratings that holds the local weekday, 0 for Monday; no factor is called so.
WEEKDAY = "weekday of the moment"


def checked(table: pd.DataFrame, factors: Sequence[str] | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Check a table and make it plain.

    Args:
        table: a row per rating.
        factors: the columns to look at; None for every numeric column.

    Returns:
        The rated rows in the order of their moments, with moment (UTC), WEEKDAY (of ``day`` where the table
        has such a column of dates, else by the moment's own clock), rating, area (None where the table has
        no such column) and the factors as floats (NaN unknown); and the factors' names.

    Raises:
        BadInput: a column is missing or cannot be taken; the message names it.
    """
    table = table.rename(columns=str)
    missing = [name for name in ("moment", "rating", *(factors or ())) if name not in table.columns]
    if missing:
        raise BadInput(f"The table of ratings has no column {_listed(missing)}.")
    twice = sorted({str(name) for name in table.columns[table.columns.duplicated()]})
    if twice:
        raise BadInput(f"The table of ratings has more than one column {_listed(twice)}.")
    names = _numeric(table) if factors is None else tuple(dict.fromkeys(factors))
    moments = _moments(table["moment"])
    plain = {
        "moment": pd.Series(pd.DatetimeIndex([m.tz_convert("UTC") for m in moments]), table.index),
        WEEKDAY: _weekdays(table, moments),
        "rating": _floats(table["rating"]),
        "area": table.get("area", pd.Series(None, table.index, dtype=object)).astype(object),
    }
    frame = pd.DataFrame(plain | {name: _floats(table[name]) for name in names})
    rated = frame[frame["rating"].notna()]
    return rated.sort_values(["moment", "rating"], kind="stable", ignore_index=True), names


def by_area(ratings: pd.DataFrame) -> Iterator[tuple[str | None, pd.DataFrame]]:
    """Split checked ratings by body area, in alphabetical order; those without one stay together."""
    if ratings.empty:
        return
    for area, rows in ratings.groupby("area", sort=True, dropna=False):
        yield (None if pd.isna(area) else str(area)), rows.reset_index(drop=True)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _numeric(table: pd.DataFrame) -> tuple[str, ...]:
    return tuple(
        name
        for name in table.columns
        if name not in _NOT_FACTORS and pd.api.types.is_numeric_dtype(table[name].dtype)
    )


def _floats(column: pd.Series) -> pd.Series[float]:
    try:
        values = pd.to_numeric(column).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise BadInput(
            f"The column “{column.name}” must hold numbers (empty where unknown): {error}."
        ) from error
    return pd.Series(np.where(np.isfinite(values), values, np.nan), column.index)


def _moments(column: pd.Series) -> list[pd.Timestamp]:
    """The moments, each by its own clock."""
    try:
        moments = [pd.Timestamp(moment) for moment in column]
    except (TypeError, ValueError) as error:
        raise BadInput(f"The column “moment” must hold dates with their time zone: {error}.") from error
    for row, moment in enumerate(moments):
        if pd.isna(moment):
            raise BadInput(f"Row {row} of the table of ratings has no moment.")
        if moment.tzinfo is None:
            raise BadInput(f"The moment {moment} in row {row} has no time zone; give it one (tz_localize).")
    return moments


def _weekdays(table: pd.DataFrame, moments: Sequence[pd.Timestamp]) -> pd.Series[int]:
    own = pd.Series([moment.day_of_week for moment in moments], table.index, dtype=int)
    if "day" not in table or not pd.api.types.is_datetime64_any_dtype(table["day"]):
        return own
    told: pd.Series[float] = table["day"].dt.day_of_week
    return told.fillna(own).astype(int)
