"""The load of each run, all of one kind."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from runlog.analysis.load import formulas
from runlog.analysis.load.limits import HeartLimits, heart_limits
from runlog.wording import _, decimal, marked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from runlog.settings import Settings

KNOWN_SHARE = 0.5  # of the runs must have what a kind of load needs
COVERED_SHARE = 0.5  # of a run's time must have heart rates, so that they stand for the rest of it


class LoadKind(StrEnum):
    """What load is counted in: its unit in words."""

    EFFORT = marked("session-RPE points")
    HEART = marked("TRIMP")
    DISTANCE = "km"
    TIME = marked("min")


#: What is said where runs have no load of the kind of the others.
_LACKED = {
    LoadKind.EFFORT: marked("{n} of {runs} runs lack an effort (RPE); {so}"),
    LoadKind.HEART: marked("{n} of {runs} runs lack a heart rate; {so}"),
    LoadKind.DISTANCE: marked("{n} of {runs} runs lack a distance; {so}"),
    LoadKind.TIME: marked("{n} of {runs} runs lack a time; {so}"),
}

EVERY_SECOND = "heart rate, second by second"
MEAN_RATE = "mean heart rate"


class SessionLoads(NamedTuple):
    """What each run counts.

    Attributes:
        runs: by run id: load (in the unit of ``kind``), load_source (what it was counted from), trimp
            (Banister's) and edwards (Edwards' TRIMP), NaN where the heart rates do not tell them.
        kind: the unit of the loads.
        notes: each says what was converted, estimated or assumed for them, or "".
    """

    runs: pd.DataFrame
    kind: LoadKind
    notes: tuple[Callable[[], str], ...]


def session_loads(
    runs: pd.DataFrame, heart_s: Mapping[int, Mapping[int, float]], settings: Settings
) -> SessionLoads:
    """The load of each run, all of one kind.

    The kind is the first of session-RPE, Banister's TRIMP and distance that at least half of the runs
    have. The others are put on that scale by the runner's own median ratio to the distance or, where
    there is none, to the time. Kind, ratios and estimated limits are those of the whole series: they
    are its unit, not values of a moment.

    Args:
        runs: with duration_s, moving_s, distance_m, avg_hr and rpe.
        heart_s: seconds at each heart rate by whole bpm, by run id, where there is a stream.
        settings: with the limits of the heart rate.
    """
    minutes = runs["moving_s"].fillna(runs["duration_s"]) / 60.0
    km = (runs["distance_m"] / 1000.0).where(runs["distance_m"] > 0)
    limits = heart_limits([one for one in heart_s.values() if one], settings)
    heart, about_heart = _heart_loads(runs["avg_hr"], minutes, heart_s, limits)
    kinds = {
        LoadKind.EFFORT: pd.Series(formulas.session_rpe(minutes, runs["rpe"]), index=runs.index),
        LoadKind.HEART: heart["trimp"],
        LoadKind.DISTANCE: km,
        LoadKind.TIME: minutes,
    }
    kind = next(kind for kind, loads in kinds.items() if _is_known(loads) or kind is LoadKind.TIME)
    loads = kinds[kind]
    source = heart["source"] if kind is LoadKind.HEART else pd.Series(_source(kind), runs.index)
    source = source.where(loads.notna(), np.where(km.notna(), "distance", "time"))
    on_one_scale = _on_scale_of(loads, km, minutes)
    converted = partial(_converted, kind, int(loads.isna().sum()), len(runs))
    frame = heart[["trimp", "edwards"]].assign(load=on_one_scale, load_source=source)
    return SessionLoads(frame, kind, (converted, *_about(kind, limits, about_heart)))


def _is_known(loads: pd.Series[float]) -> bool:
    return bool(loads.notna().mean() >= KNOWN_SHARE)


def _on_scale_of(
    loads: pd.Series[float], km: pd.Series[float], minutes: pd.Series[float]
) -> pd.Series[float]:
    """The loads, and in the place of missing ones the distance or time at the runner's median ratio."""
    by_distance = km * (loads / km).median()
    by_time = minutes * (loads / minutes.where(minutes > 0)).median()
    return loads.fillna(by_distance).fillna(by_time)


def _source(kind: LoadKind) -> str:
    return {LoadKind.EFFORT: "effort", LoadKind.DISTANCE: "distance"}.get(kind, "time")


def _about(
    kind: LoadKind, limits: HeartLimits | str, about_heart: Callable[[], str]
) -> tuple[Callable[[], str], ...]:
    if isinstance(limits, str):
        return () if kind is LoadKind.EFFORT else (partial(_, limits),)
    return (about_heart, limits.note) if kind is LoadKind.HEART else ()


def _heart_loads(
    avg_hr: pd.Series[float],
    minutes: pd.Series[float],
    heart_s: Mapping[int, Mapping[int, float]],
    limits: HeartLimits | str,
) -> tuple[pd.DataFrame, Callable[[], str]]:
    """Banister's and Edwards' TRIMP, where the former came from, and what says how they were made alike."""
    found = pd.DataFrame({"trimp": np.nan, "edwards": np.nan, "source": None}, index=avg_hr.index)
    if isinstance(limits, str):
        return found, str
    by_second = _by_second(minutes, heart_s, limits)
    by_mean = pd.Series(formulas.banister(minutes, avg_hr, **limits.banister), index=avg_hr.index)
    ratio = (by_second["trimp"] / by_mean.where(by_mean > 0)).median()
    only_mean = by_second["trimp"].isna() & by_mean.notna()
    alike = by_mean if np.isnan(ratio) else by_mean * ratio
    found["trimp"] = by_second["trimp"].fillna(alike)
    found["edwards"] = by_second["edwards"]
    found["source"] = np.where(only_mean, MEAN_RATE, EVERY_SECOND)
    return found, partial(_made_alike, int(only_mean.sum()), len(avg_hr), float(ratio))


def _by_second(
    minutes: pd.Series[float], heart_s: Mapping[int, Mapping[int, float]], limits: HeartLimits
) -> pd.DataFrame:
    """Each second at its own rate; time without a heart rate counts like the time with one."""
    place, bpm, at_rate = _flat(heart_s, minutes.index)
    known, trimp = np.zeros((2, len(minutes)))
    zones = np.zeros((len(minutes), formulas.EDWARDS_ZONES + 1))
    np.add.at(known, place, at_rate)
    np.add.at(trimp, place, formulas.banister(at_rate, bpm, **limits.banister))
    np.add.at(zones, (place, formulas.edwards_zone(bpm, hr_max=limits.highest)), at_rate)
    of_run = minutes.to_numpy(float)
    covered = (known > 0) & (known >= COVERED_SHARE * of_run)
    whole = np.divide(np.maximum(of_run, known), known, out=np.full(len(known), np.nan), where=covered)
    return pd.DataFrame(
        {"trimp": trimp * whole, "edwards": formulas.edwards(zones[:, 1:]) * whole}, index=minutes.index
    )


def _flat(
    heart_s: Mapping[int, Mapping[int, float]], runs: pd.Index
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The place of the run, the rate (bpm) and the minutes at it, of every bar of every histogram."""
    found = [heart_s.get(run, {}) for run in runs]
    place = np.repeat(np.arange(len(found)), [len(one) for one in found])
    bpm = np.fromiter(chain.from_iterable(found), float, len(place))
    seconds = np.fromiter(chain.from_iterable(one.values() for one in found), float, len(place))
    return place, bpm, seconds / 60.0


def _converted(kind: LoadKind, missing: int, runs: int) -> str:
    if missing == 0:
        return ""
    so = _(
        "they were put on the scale of the others by your own median ratio to distance, "
        "or to time where the distance is unknown."
    )
    return _(_LACKED[kind]).format(n=missing, runs=runs, so=so)


def _made_alike(only_mean: int, runs: int, ratio: float) -> str:
    if only_mean == 0:
        return ""
    if np.isnan(ratio):
        return _(
            "{n} of {runs} runs count by their mean heart rate, as no second-by-second one is there."
        ).format(n=only_mean, runs=runs)
    return _(
        "{n} of {runs} runs count by their mean heart rate, times {ratio} (your own median ratio) "
        "to be like those counted second by second."
    ).format(n=only_mean, runs=runs, ratio=decimal(ratio, 2))
