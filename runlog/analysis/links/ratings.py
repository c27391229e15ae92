"""Check a table of ratings and what it can answer, and make the design matrix of the regression."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.analysis.exposures import effect_unit, without_rpe
from runlog.errors import BadInput
from runlog.i18n import _, format_decimal, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runlog.model import Bools, Floats, Indices

#: Columns of the table that are no factors.
_NOT_FACTORS = ("moment", "rating", "area", "local_hour")
#: Columns of checked ratings with the local weekday, 0 for Monday, and the local hour; no factor has these
#: names.
WEEKDAY, HOUR = "weekday of the moment", "hour of the moment"


def check_ratings(table: pd.DataFrame, factors: Sequence[str] | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Check a table with a row per rating, and bring these columns, or all numeric ones, into one form.

    Returns:
        The rated rows in the order of their moments, with moment (UTC), WEEKDAY (of ``day`` where the table
        has such a column of dates, else by the moment's own clock), HOUR (of ``local_hour``, else by that
        clock), rating, area (None where the table has no such column) and the factors as floats (NaN
        unknown), with those that no RPE enters where the table has them; and the factors' names.

    Raises:
        BadInput: a column is missing or invalid; the message names it.
    """
    table = table.rename(columns=str)
    missing = [name for name in ("moment", "rating", *(factors or ())) if name not in table.columns]
    if missing:
        raise BadInput("The table of ratings has no column {columns}.", columns=_quoted(missing))
    twice = sorted({str(name) for name in table.columns[table.columns.duplicated()]})
    if twice:
        raise BadInput("The table of ratings has more than one column {columns}.", columns=_quoted(twice))
    names = _numeric_columns(table) if factors is None else tuple(dict.fromkeys(factors))
    utc, weekday, hour = _parse_moments(table["moment"])
    plain = {
        "moment": utc,
        WEEKDAY: _local_weekdays(table, weekday),
        HOUR: _local_hours(table, hour),
        "rating": _to_floats(table["rating"]),
        "area": table.get("area", pd.Series(None, table.index, dtype=object)).astype(object).to_numpy(),
    }
    checks = [without_rpe(name) for name in names if without_rpe(name) in table.columns]
    values = {name: _to_floats(table[name]) for name in (*names, *checks)}
    frame = pd.DataFrame(plain | values, index=table.index)
    rated = frame[frame["rating"].notna()]
    return rated.sort_values(["moment", "rating"], kind="stable", ignore_index=True), names


def split_by_area(ratings: pd.DataFrame) -> Iterator[tuple[str | None, pd.DataFrame]]:
    """Split checked ratings by body area, in alphabetical order; those without one stay together."""
    if ratings.empty:
        return
    for area, rows in ratings.groupby("area", sort=True, dropna=False):
        yield (None if pd.isna(area) else str(area)), rows.reset_index(drop=True)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _numeric_columns(table: pd.DataFrame) -> tuple[str, ...]:
    others = {*_NOT_FACTORS, *map(without_rpe, table.columns)}
    return tuple(
        name
        for name in table.columns
        if name not in others and pd.api.types.is_numeric_dtype(table[name].dtype)
    )


def _to_floats(column: pd.Series) -> Floats:
    try:
        if column.dtype.kind in "fiub" and isinstance(column.dtype, np.dtype):
            values = column.to_numpy(dtype=float)
        else:
            values = pd.to_numeric(column).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise BadInput(
            "The column “{name}” must hold numbers (empty where unknown): {error}.",
            name=column.name,
            error=error,
        ) from error
    return np.where(np.isfinite(values), values, np.nan)


def _parse_moments(column: pd.Series) -> tuple[pd.DatetimeIndex, Indices, Floats]:
    """Return the moments in UTC, and the weekday and the hour of each by its own clock."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) and column.notna().all():  # all by one clock
        clock = column.dt
        hours = (clock.hour + clock.minute / 60).to_numpy(float)
        return pd.DatetimeIndex(clock.tz_convert("UTC")), clock.day_of_week.to_numpy(np.intp), hours
    try:
        moments = [pd.Timestamp(moment) for moment in column]
    except (TypeError, ValueError) as error:
        raise BadInput(
            "The column “moment” must hold dates with their time zone: {error}.", error=error
        ) from error
    for row, moment in enumerate(moments):
        if pd.isna(moment):
            raise BadInput("Row {row} of the table of ratings has no moment.", row=row)
        if moment.tzinfo is None:
            raise BadInput(
                "The moment {moment} in row {row} has no time zone; give it one (tz_localize).",
                moment=moment,
                row=row,
            )
    return (
        pd.DatetimeIndex([moment.tz_convert("UTC") for moment in moments], tz="UTC"),
        np.array([moment.day_of_week for moment in moments], dtype=np.intp),
        np.array([moment.hour + moment.minute / 60 for moment in moments], dtype=float),
    )


def _local_weekdays(table: pd.DataFrame, own: Indices) -> Indices:
    if "day" not in table or not pd.api.types.is_datetime64_any_dtype(table["day"]):
        return own
    local = table["day"].dt.day_of_week.to_numpy(float)
    return np.where(np.isnan(local), own, local).astype(np.intp)


def _local_hours(table: pd.DataFrame, own: Floats) -> Floats:
    local = _to_floats(table["local_hour"]) if "local_hour" in table else np.full(len(own), np.nan)
    return np.where(np.isnan(local), own, local)


#: Fewer ratings are only described.
MIN_RATINGS = 20
#: Ratings that must differ from the factor's most common value.
MIN_DIFFERING = 5


Precheck = tuple[str, str] | None


def prechecks(ratings: pd.DataFrame, names: Sequence[str]) -> dict[str, Precheck]:
    """Return grade and reason of each factor that nothing can be estimated for; None where something can."""
    rating = ratings["rating"].to_numpy()
    if len(ratings) < MIN_RATINGS:
        return {name: ("describe", _describe_ratings(ratings, name)) for name in names}
    if np.ptp(rating) == 0:
        same = _("All {n} ratings are the same, so nothing can go together with them.").format(n=len(rating))
        return dict.fromkeys(names, ("", same))
    after_run = _known_last_runs(ratings)
    return {name: _precheck(ratings, name, after_run) for name in names}


def _precheck(ratings: pd.DataFrame, name: str, after_run: Mapping[int, Bools]) -> Precheck:
    values = ratings[name].to_numpy()
    unit = effect_unit(name)
    applies = after_run.get(unit.window) if unit.factor.last_run_only else None
    if reason := _reason_not_estimable(
        ratings, name, np.ones(len(values), bool) if applies is None else applies
    ):
        return "", reason
    if np.count_nonzero(~np.isnan(values)) < MIN_RATINGS:
        return "describe", _describe_ratings(ratings, name)
    return None


def _reason_not_estimable(ratings: pd.DataFrame, name: str, applies: Bools) -> str:
    """Return why no effect can be estimated of a factor that applies at these ratings (n,); "" if one can."""
    values = ratings[name].to_numpy(dtype=float)
    known = values[~np.isnan(values)]
    if not applies.any():
        return _("It is unknown for all {n} ratings: none is known to lie in the day after a run.").format(
            n=len(ratings)
        )
    if not known.size:
        unknown_text = _("It is unknown for all {n} ratings.").format(n=len(ratings))
        return unknown_text + _undefined_text(ratings, name)
    unknown = int(applies.sum()) - known.size
    if unknown > known.size:
        text = (
            _("It is unknown for {unknown} of {n} ratings, more than half of them.")
            if applies.all()
            else _(
                "It is unknown for {unknown} of {n} ratings in the day after a run, more than half of them."
            )
        )
        return text.format(unknown=unknown, n=applies.sum()) + _undefined_text(ratings, name)
    differing = known.size - int(np.max(np.unique(known, return_counts=True)[1]))
    if differing == 0:
        return _("It does not vary: it was the same at every rating.")
    if differing < MIN_DIFFERING:
        return ngettext(
            "It hardly varies: only {differing} of {n} ratings differs from the rest.",
            "It hardly varies: only {differing} of {n} ratings differ from the rest.",
            differing,
        ).format(differing=differing, n=known.size)
    return ""


def _undefined_text(ratings: pd.DataFrame, name: str) -> str:
    """Return why a factor has no value although the loads that it is made of are known, else ""."""
    text = effect_unit(name).factor.undefined_text
    if not text:
        return ""
    loads = [other for other in ratings.columns if effect_unit(other).factor.of_session_load]
    known = ratings[loads].notna().any(axis=1) & ratings[name].isna()
    return f" {_(text)}" if known.any() else ""


def _known_last_runs(ratings: pd.DataFrame) -> dict[int, Bools]:
    """Return by window at which ratings a factor of the last run applies: within a day after a run.

    Who writes a diary every day but runs three times a week has no value of the last run on most days, and
    nothing is unknown for that. A run is known from any last-run factor having a value; where there is only
    one such factor, nobody knows, and its window is left out.
    """
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for name in ratings.columns:
        unit = effect_unit(name)
        if unit.factor.last_run_only:
            columns[unit.window].append(name)
    return {
        window: ~np.isnan(ratings[names].to_numpy(dtype=float)).all(axis=1)
        for window, names in columns.items()
        if len(names) > 1
    }


def step_size(values: pd.Series[float], name: str) -> float:
    """Return the step of a factor in its own unit; NaN where it is relative and nothing is known."""
    factor = effect_unit(name).factor
    return factor.step * abs(float(values.mean())) if factor.relative else factor.step


def is_high(values: pd.Series[float]) -> pd.Series[bool]:
    """Return which known values are high: the ones of a factor of 0 and 1, else those above the median."""
    middle = 0.5 if is_yes_or_no(values) else values.median()
    return values > middle


def is_yes_or_no(known: Floats | pd.Series[float]) -> bool:
    """Return whether all known values of a factor are 0 or 1."""
    values = np.asarray(known)
    return bool(((values == 0) | (values == 1)).all())


def _describe_ratings(ratings: pd.DataFrame, name: str) -> str:
    known = ratings[ratings[name].notna()]
    lacking = MIN_RATINGS - len(known)
    text = _("{n} of the {needed} ratings that an answer needs, {lacking} to go.").format(
        n=len(known), needed=MIN_RATINGS, lacking=lacking
    )
    high = is_high(known[name])
    if high.any() and not high.all():
        more, less = known["rating"][high], known["rating"][~high]
        so_far = _(
            "So far {more} points on average with more of it ({n_more}) and {less} with less ({n_less})."
        ).format(
            more=format_decimal(more.mean(), 1),
            n_more=len(more),
            less=format_decimal(less.mean(), 1),
            n_less=len(less),
        )
        text = f"{text} {so_far}"
    return text


#: From this many ratings on, each weekday has a term of its own.
WEEKDAYS_FROM = 80
#: From this circular SD on, in hours, the hour of the ratings has two terms.
HOURS_VARY_FROM = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """One area's ratings, ready to be fitted."""

    days: Floats  # when each rating was given, in days since the first (n,), never falling
    rating: Floats  # (n,)
    # (n, k), each of mean 0 and SD 1: first the factors, then the nuisance columns (whether a factor was
    # unknown, the weekdays, the hour)
    columns: Floats
    names: tuple[str, ...]  # of the factors
    sd: Floats  # each factor's SD, in its own unit
    mean: Floats  # each factor's mean, in its own unit


def make_design(ratings: pd.DataFrame, names: Sequence[str]) -> Design:
    """Make the design matrix of checked ratings of an area for these factors, each of which must vary.

    Where a factor is unknown its column is 0 (its mean) and an indicator column is 1; factors that are
    unknown at the same ratings share one. So a rating is not lost because one of twelve factors is unknown,
    and ratings with something unknown may differ from the others.
    """
    values = ratings[list(names)].to_numpy(dtype=float)
    mean, sd = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    known = np.nan_to_num((values - mean) / sd, nan=0.0)
    unknown = np.asarray(np.unique(np.isnan(values), axis=1), dtype=float)
    return Design(
        days=days_since_first(ratings),
        rating=ratings["rating"].to_numpy(dtype=float),
        columns=np.column_stack(
            [known]
            + [
                _standardise(nuisance)
                for nuisance in (unknown, _weekday_columns(ratings), _hour_columns(ratings))
            ]
        ),
        names=tuple(names),
        sd=sd,
        mean=mean,
    )


def days_since_first(ratings: pd.DataFrame) -> Floats:
    """Return the days since the first rating (n,)."""
    since_us = pd.DatetimeIndex(ratings["moment"]).as_unit("us").asi8
    return np.asarray((since_us - since_us[0]) / 1e6 / 86_400, dtype=float)


def _weekday_columns(ratings: pd.DataFrame) -> Floats:
    """Return a column for each of the seven days.

    All seven, not six: the prior makes the redundant one harmless. Without the Sunday's, a rhythm of weekends
    had to be fitted by five other days, each shrunk by the prior, and leaked into a factor of weekends: 68%
    false alarms against 12% where both went together in nine ratings of ten.
    """
    if len(ratings) < WEEKDAYS_FROM:
        return np.empty((len(ratings), 0))
    weekday = ratings[WEEKDAY].to_numpy()
    return np.asarray(weekday[:, None] == np.arange(7), dtype=float)


def _hour_columns(ratings: pd.DataFrame) -> Floats:
    """Return cos and sin of the local hour, where the hours vary.

    Mornings are stiffer than evenings, and whatever differs between the two ratings of a day would else be
    linked to that.
    """
    turn = ratings[HOUR].to_numpy(dtype=float) * (2 * np.pi / 24)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    concentration = np.clip(np.hypot(*circle.mean(axis=0)), 1e-12, 1.0)
    if np.sqrt(-2 * np.log(concentration)) * 24 / (2 * np.pi) < HOURS_VARY_FROM:
        return np.empty((len(ratings), 0))
    return circle


def _standardise(columns: Floats) -> Floats:
    """Standardise columns to mean 0 and SD 1, without those that do not vary."""
    varying = columns[:, np.ptp(columns, axis=0) > 0]
    return np.asarray((varying - varying.mean(axis=0)) / varying.std(axis=0))
