"""Compute the load of each run, all of one kind, and the heart-rate limits that it needs."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from runlog.analysis import load_formulas
from runlog.analysis.load_formulas import BANISTER
from runlog.i18n import N_, _, format_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from runlog.model import Floats, Indices
    from runlog.settings import Settings

#: Total seconds at or above a rate for it to count as reached in a run.
HELD_S = 30.0
#: Runs that must come near a rate for it to be the runner's highest, their share of all runs, and how near.
#: A strap that errs for minutes gives a few runs rates that no other run comes near.
MIN_RUNS_REACHING, SHARE_REACHING, NEAR_BPM = 2, 0.01, 5
MANY_RUNS = 30  # from so many on, three must come near
#: Runs with heart rates from which the highest is estimated.
MIN_RUNS_WITH_HR = 10
#: Ignore readings above the first; reject an estimated maximum below the second.
MAX_PLAUSIBLE_BPM, MIN_PLAUSIBLE_MAX_BPM = 220, 140
#: Assumed where the settings have no value.
ASSUMED_REST = 60.0
ASSUMED_SEX = "male"


class HeartRateLimits(NamedTuple):
    """Heart-rate limits of Banister's and Edwards' TRIMP."""

    rest_bpm: float
    max_bpm: float
    sex: str  # of Banister's factors
    assumed: tuple[str, ...] = ()  # which of hr_max, hr_rest and sex are estimated or assumed, not set
    observed_max: float | None = None  # the highest rate of the runs, bpm, or None
    runs_reaching: int = MIN_RUNS_REACHING  # how many runs held that rate

    def note(self) -> str:
        """Return what was assumed, with the numbers and what to write into config.toml, or ""."""
        if self.assumed:
            return _note_assumed(self)
        if self.observed_max is None or self.observed_max <= self.max_bpm:
            return ""
        return _(
            "{runs} of your runs held {seen} bpm for {seconds} s, more than the hr_max of {highest} in "
            "config.toml."
        ).format(
            runs=self.runs_reaching,
            seen=round(self.observed_max),
            seconds=round(HELD_S),
            highest=f"{self.max_bpm:g}",
        )

    @property
    def banister(self) -> dict[str, float]:
        """Keyword arguments of ``load_formulas.banister_trimp``."""
        a, b = BANISTER[self.sex]
        return {"hr_rest": self.rest_bpm, "hr_max": self.max_bpm, "a": a, "b": b}


def heart_rate_limits(
    histograms: Collection[Mapping[int, float]], settings: Settings
) -> HeartRateLimits | str:
    """Return the limits of the settings; missing ones are estimated from the runs or assumed.

    - hr_max: the highest rate that several runs held for 30 s or more (two, of 30 runs three, and 1% of
      all) and that lie within 5 bpm of each other. A single peak is no measure (Boudet 2002: it lies 7.6
      bpm above the median of a runner's hard efforts, which scatter by 6 bpm), while what runners reach in
      hard training is no less than in a laboratory (Semin 2008). Who never runs hard is estimated too low.
    - hr_rest: no run can tell it; 60 bpm is assumed.
    - sex: men's factors are assumed; women's give 7 to 19% more throughout.

    Is that good enough to count load by? It is wrong as an absolute number, but nearly in proportion: in
    300 simulated runners (rest 55 ± 8, highest 187 ± 10 and seen 8 ± 5 too low, half of them women) a run's
    TRIMP by such limits strays from the true one by 3% (6% for the worst twentieth) around a constant
    factor, the distance by 15%. What is compared here is a runner's load with the same runner's, so it is
    used, with a warning, where ten runs or more have heart rates.

    The histograms of the runs are seconds by whole bpm.

    Returns:
        The limits, or why there are none (marked for translation): "" where nothing is set and little is
        recorded.
    """
    observed_max, reaching = _estimated_max(histograms)
    max_bpm = settings.hr_max or observed_max
    rest_bpm = settings.hr_rest or ASSUMED_REST
    if max_bpm is None:
        asked = settings.hr_rest is not None or settings.sex is not None
        return N_("Heart rates are not counted: set hr_max in config.toml.") if asked else ""
    if max_bpm <= rest_bpm:
        return N_("Heart rates are not counted: hr_max is not above hr_rest; see config.toml.")
    assumed = tuple(name for name in ("hr_max", "hr_rest", "sex") if getattr(settings, name) is None)
    return HeartRateLimits(rest_bpm, max_bpm, settings.sex or ASSUMED_SEX, assumed, observed_max, reaching)


def _estimated_max(histograms: Collection[Mapping[int, float]]) -> tuple[float | None, int]:
    """Return the highest rate that several runs come near, None without one, and how many these are."""
    held = (highest_held(histogram) for histogram in histograms)
    highest = sorted((rate for rate in held if rate is not None), reverse=True)
    runs = MIN_RUNS_REACHING + (len(highest) >= MANY_RUNS)
    runs = max(runs, round(SHARE_REACHING * len(highest)))
    if len(highest) < MIN_RUNS_WITH_HR:
        return None, runs
    pairs = zip(highest, highest[runs - 1 :], strict=False)
    rate = next((low for high, low in pairs if high - low <= NEAR_BPM), highest[runs - 1])
    return (float(rate) if rate >= MIN_PLAUSIBLE_MAX_BPM else None), runs


def highest_held(seconds_by_bpm: Mapping[int, float]) -> int | None:
    """Return the highest rate (bpm) with 30 s at or above it; None without so much.

    Seconds above 220 bpm are ignored.
    """
    seconds = 0.0
    for rate in sorted(seconds_by_bpm, reverse=True):
        seconds += seconds_by_bpm[rate] if rate <= MAX_PLAUSIBLE_BPM else 0.0
        if seconds >= HELD_S:
            return rate
    return None


def _note_assumed(limits: HeartRateLimits) -> str:
    sentences, settings_lines = [], []
    if "hr_max" in limits.assumed:
        sentences.append(
            _(
                "Your highest heart rate is estimated as {bpm} bpm ({runs} runs held it for {seconds} s; "
                "the true one may be higher)."
            ).format(bpm=round(limits.max_bpm), runs=limits.runs_reaching, seconds=round(HELD_S))
        )
        settings_lines.append(f"hr_max = {limits.max_bpm:.0f}")
    if "hr_rest" in limits.assumed:
        sentences.append(_("{bpm} bpm at rest is assumed.").format(bpm=round(limits.rest_bpm)))
        settings_lines.append(f"hr_rest = {limits.rest_bpm:.0f}")
    if "sex" in limits.assumed:
        men = limits.sex == "male"
        sentences.append(
            _("The factors of men are assumed.") if men else _("The factors of women are assumed.")
        )
        settings_lines.append(f'sex = "{limits.sex}"')
    so_text = _(
        "So the TRIMP compares your runs with each other, not with other people's. "
        "If you know better, write it into config.toml: {lines}."
    )
    return " ".join((*sentences, so_text.format(lines=", ".join(settings_lines))))


#: Share of the runs so far that must have what a kind of load needs for it to be taken, and to be left.
#: Apart, so that one run more or less with an RPE does not change the unit of every load back and forth.
TAKEN_FROM_SHARE, LEFT_BELOW_SHARE = 0.6, 0.4
MIN_COVERED_SHARE = 0.5  # of a run's time must have heart rates, so that they stand for the rest of it


class LoadKind(StrEnum):
    """Kind of load; the value is its unit in words."""

    EFFORT = N_("session-RPE points")
    HEART_RATE = N_("TRIMP")
    DISTANCE = "km"
    TIME = N_("min")


#: Texts on runs that lack what this kind of load is computed from.
_MISSING_INPUT = {
    LoadKind.EFFORT: N_(
        "For {n} of {runs} runs without an effort rating (RPE), load is estimated from distance or time."
    ),
    LoadKind.HEART_RATE: N_(
        "For {n} of {runs} runs without a heart rate, load is estimated from distance or time."
    ),
    LoadKind.DISTANCE: N_("For {n} of {runs} runs without a distance, load is estimated from time."),
    LoadKind.TIME: N_("For {n} of {runs} runs without a time, load is not known."),
}

#: What the loads of a kind are computed from; for TRIMP it differs by run.
_SOURCES = {LoadKind.EFFORT: "effort", LoadKind.DISTANCE: "distance", LoadKind.TIME: "time"}
EVERY_SECOND = "heart rate, second by second"
MEAN_RATE = "mean heart rate"


class SessionLoads(NamedTuple):
    """Load of each run."""

    # by run id: load (in the unit of `kind`), load_source (what it was computed from), load_without_rpe (in
    # the unit of the next kind where `kind` is session-RPE, else the same), trimp (Banister's) and edwards
    # (Edwards' TRIMP), NaN without heart rates
    runs: pd.DataFrame
    kind: LoadKind  # the unit of the loads
    # each returns a sentence on what was converted, estimated or assumed, or ""
    notes: tuple[Callable[[], str], ...]


def session_loads(
    runs: pd.DataFrame, histograms: Mapping[int, Mapping[int, float]], settings: Settings
) -> SessionLoads:
    """Return the load of each run, all of one kind.

    The kind is the first of session-RPE, Banister's TRIMP and distance that enough of the runs have
    (``choose_kind``). The others are put on that scale by the runner's own median ratio to the distance
    or, where there is none, to the time. Kind, ratios and estimated limits are those of the whole series:
    they are its unit, not values of a moment. Session-RPE counts the whole session, breaks included, as
    Foster wrote it (J Strength Cond Res 2001;15:109); the other kinds count the time moved.

    Args:
        runs: with start, duration_s, moving_s, distance_m, avg_hr and rpe.
        histograms: seconds at each heart rate by whole bpm, by run id, where there is a track.
        settings: with the limits of the heart rate.
    """
    minutes = runs["moving_s"].fillna(runs["duration_s"]) / 60.0
    session_minutes = runs["duration_s"].fillna(runs["moving_s"]) / 60.0
    km = (runs["distance_m"] / 1000.0).where(runs["distance_m"] > 0)
    limits = heart_rate_limits([histogram for histogram in histograms.values() if histogram], settings)
    trimp, trimp_note = _heart_rate_loads(runs["avg_hr"], minutes, histograms, limits)
    kinds = {
        LoadKind.EFFORT: pd.Series(load_formulas.session_rpe(session_minutes, runs["rpe"]), runs.index),
        LoadKind.HEART_RATE: trimp["trimp"],
        LoadKind.DISTANCE: km,
        LoadKind.TIME: minutes,
    }
    known = pd.DataFrame({kind: loads.notna() for kind, loads in kinds.items()})
    known = known.loc[runs["start"].sort_values(kind="stable").index]
    kind = choose_kind(known)
    objective = choose_kind(known.drop(columns=LoadKind.EFFORT)) if kind is LoadKind.EFFORT else kind
    loads = kinds[kind]
    source = trimp["source"] if kind is LoadKind.HEART_RATE else pd.Series(_SOURCES[kind], runs.index)
    source = source.where(loads.notna(), np.where(km.notna(), "distance", "time"))
    frame = trimp[["trimp", "edwards"]].assign(
        load=_fill_by_ratio(loads, km, minutes),
        load_source=source,
        load_without_rpe=_fill_by_ratio(kinds[objective], km, minutes),
    )
    notes: list[Callable[[], str]] = [partial(_note_filled, kind, int(loads.isna().sum()), len(runs))]
    if isinstance(limits, str):
        notes += [] if kind is LoadKind.EFFORT else [partial(_, limits)]
    elif kind is LoadKind.HEART_RATE:
        notes += [trimp_note, limits.note]
    return SessionLoads(frame, kind, tuple(notes))


def choose_kind(known: pd.DataFrame) -> LoadKind:
    """Return the kind of load that a series of runs is counted in.

    Run by run, a kind is taken once ``TAKEN_FROM_SHARE`` of the runs so far have it, the first such kind
    before the others, and stays until fewer than ``LEFT_BELOW_SHARE`` have it. ``known`` says for each run,
    in the order of their starts, whether it has each kind (columns, the preferred first); all have a time.
    """
    shares = known.cumsum().to_numpy() / np.arange(1, len(known) + 1)[:, None]
    by_time = chosen = len(known.columns) - 1
    taken = np.column_stack([shares >= TAKEN_FROM_SHARE, np.ones(len(shares), dtype=bool)])
    for share, preferred in zip(shares.tolist(), np.argmax(taken, axis=1).tolist(), strict=True):
        if preferred < chosen:
            chosen = preferred
        elif share[chosen] < LEFT_BELOW_SHARE:
            chosen = min(preferred, by_time)
    return LoadKind(known.columns[chosen])


def _fill_by_ratio(
    loads: pd.Series[float], km: pd.Series[float], minutes: pd.Series[float]
) -> pd.Series[float]:
    """Return the loads; missing ones are the distance or time at the runner's median ratio."""
    by_distance = km * (loads / km).median()
    by_time = minutes * (loads / minutes.where(minutes > 0)).median()
    return loads.fillna(by_distance).fillna(by_time)


def _heart_rate_loads(
    avg_hr: pd.Series[float],
    minutes: pd.Series[float],
    histograms: Mapping[int, Mapping[int, float]],
    limits: HeartRateLimits | str,
) -> tuple[pd.DataFrame, Callable[[], str]]:
    """Return Banister's TRIMP, its source, and Edwards' TRIMP; and the note on runs that were scaled."""
    loads = pd.DataFrame({"trimp": np.nan, "edwards": np.nan, "source": None}, index=avg_hr.index)
    if isinstance(limits, str):
        return loads, str
    by_second = _trimp_by_second(minutes, histograms, limits)
    by_mean = pd.Series(load_formulas.banister_trimp(minutes, avg_hr, **limits.banister), index=avg_hr.index)
    ratio = (by_second["trimp"] / by_mean.where(by_mean > 0)).median()
    only_mean = by_second["trimp"].isna() & by_mean.notna()
    scaled = by_mean if np.isnan(ratio) else by_mean * ratio
    loads["trimp"] = by_second["trimp"].fillna(scaled)
    loads["edwards"] = by_second["edwards"]
    loads["source"] = np.where(only_mean, MEAN_RATE, EVERY_SECOND)
    return loads, partial(_note_mean_rate, int(only_mean.sum()), len(avg_hr), float(ratio))


def _trimp_by_second(
    minutes: pd.Series[float], histograms: Mapping[int, Mapping[int, float]], limits: HeartRateLimits
) -> pd.DataFrame:
    """Return TRIMP with each second at its own rate; time without one counts like the rest of the run."""
    place, bpm, at_rate = _flatten_histograms(histograms, minutes.index)
    known, trimp = np.zeros((2, len(minutes)))
    zones = np.zeros((len(minutes), load_formulas.EDWARDS_ZONES + 1))
    np.add.at(known, place, at_rate)
    np.add.at(trimp, place, load_formulas.banister_trimp(at_rate, bpm, **limits.banister))
    np.add.at(zones, (place, load_formulas.edwards_zone(bpm, hr_max=limits.max_bpm)), at_rate)
    of_run = minutes.to_numpy(float)
    covered = (known > 0) & (known >= MIN_COVERED_SHARE * of_run)
    whole = np.divide(np.maximum(of_run, known), known, out=np.full(len(known), np.nan), where=covered)
    return pd.DataFrame(
        {"trimp": trimp * whole, "edwards": load_formulas.edwards_trimp(zones[:, 1:]) * whole},
        index=minutes.index,
    )


def _flatten_histograms(
    histograms: Mapping[int, Mapping[int, float]], runs: pd.Index
) -> tuple[Indices, Floats, Floats]:
    """Return position of the run, rate (bpm) and minutes at it, of every bar of every histogram."""
    bars = [histograms.get(run, {}) for run in runs]
    place = np.repeat(np.arange(len(bars)), [len(histogram) for histogram in bars])
    bpm = np.fromiter(chain.from_iterable(bars), float, len(place))
    seconds = np.fromiter(chain.from_iterable(histogram.values() for histogram in bars), float, len(place))
    return place, bpm, seconds / 60.0


def _note_filled(kind: LoadKind, missing: int, runs: int) -> str:
    return _(_MISSING_INPUT[kind]).format(n=missing, runs=runs) if missing else ""


def _note_mean_rate(only_mean: int, runs: int, ratio: float) -> str:
    if only_mean == 0:
        return ""
    if np.isnan(ratio):
        return _(
            "{n} of {runs} runs count by their mean heart rate, as no second-by-second one is there."
        ).format(n=only_mean, runs=runs)
    return _(
        "{n} of {runs} runs count by their mean heart rate, times {ratio} (your own median ratio) "
        "to be like those counted second by second."
    ).format(n=only_mean, runs=runs, ratio=format_decimal(ratio, 2))
