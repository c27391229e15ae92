"""Which shoe each run was run in, and how worn each pair is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.model import shoe_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from runlog.analysis.history import History
    from runlog.model import Shoe
    from runlog.settings import Settings

RECENT_DAYS = 28
USE_WEEKS = 8
SPREAD = 1.28  # of a normal distribution: 8 of 10 lie within
FORESEEABLE_WEEKS = 520

#: Before any run: the first day of a pair without one.
EVER = pd.Timestamp("1900-01-01")
PUT_ON = "put on by hand"
TOLD = "named in the diary"
GEAR = "named by the watch or app"


def pairs(shoes: Iterable[Shoe], named: Iterable[str | None], settings: Settings) -> pd.DataFrame:
    """All pairs: those that the runner keeps, and those that only a run or a diary row names.

    Args:
        shoes: that the runner keeps.
        named: the names that runs and diary rows tell.
        settings: with the limit of pairs that have none of their own.

    Returns:
        A row per pair by name: from_date, retired (naive days or NaT), start_m, limit_m, default, and
        kept (whether the runner keeps it; the window of the others is not known).
    """
    limit_m = settings.shoe_limit_km * 1000.0
    rows = {
        shoe.name: (
            shoe.from_date,
            shoe.retired,
            shoe.start_m,
            limit_m if shoe.limit_m is None else shoe.limit_m,
            shoe.default,
            True,
        )
        for shoe in shoes
    }
    seen = {"", *map(shoe_key, rows)}
    for name in named:
        if name and shoe_key(name) not in seen:
            seen.add(shoe_key(name))
            rows[name.strip()] = (None, None, 0.0, limit_m, False, False)
    columns = ["from_date", "retired", "start_m", "limit_m", "default", "kept"]
    table = pd.DataFrame(
        list(rows.values()), columns=columns, index=pd.Index(list(rows), name="name", dtype=object)
    )
    return table.astype(
        {
            "from_date": "datetime64[us]",
            "retired": "datetime64[us]",
            "start_m": float,
            "limit_m": float,
            "default": bool,
            "kept": bool,
        }
    )


def assign(runs: pd.DataFrame, shoes: pd.DataFrame) -> pd.DataFrame:
    """The shoe of each run, and why that one or why none. A tie is never guessed.

    The order of trust: put on by hand, the diary, the source's gear, the only pair in use that day,
    the latest default among those in use.

    Args:
        runs: day, and the names or None that were put on by hand (worn), told by the diary (told) and
            named by the source (gear).
        shoes: as ``pairs`` gives them.

    Returns:
        shoe (name or None) and shoe_reason, by run.
    """
    known = {shoe_key(name): name for name in shoes.index}
    names = zip(runs["worn"], runs["told"], runs["gear"], strict=True)
    rows = [
        _named(known, *of_run) or _only_or_default(in_use)
        for of_run, in_use in zip(names, _in_use(shoes, runs["day"]), strict=True)
    ]
    return pd.DataFrame(rows, columns=["shoe", "shoe_reason"], index=runs.index, dtype=object)


def shoes(history: History, now: datetime | None = None) -> pd.DataFrame:
    """How worn each pair is, and when it comes to its limit.

    The date is that at which the limit is reached if the pair goes on to be used as in the last 8
    weeks (or since its first run, if that is later). Its range holds 8 times of 10 if weeks go on to
    differ as much as those did: with m and s their mean and standard deviation, n their number and k
    the weeks to go, left / (m ± 1.28 · s · √(1/n + 1/k)).

    Args:
        history: whose runs count that had ended by now.
        now: aware; None is the end of the last run.

    Returns:
        A row per pair: name, km, runs, limit_km, left_km, from_date, retired, default, expected,
        expected_low, expected_high (naive days; NaT for a retired or unused pair, low and high also
        where two weeks are not known yet; for a pair over its limit the day on which it passed it, NaT
        where it had before its first run here), share_28d (of the last 28 days' runs; NaN without any).
    """
    moment = history.runs["end"].max() if now is None else pd.Timestamp(now).tz_convert("UTC")
    ended = history.runs[history.runs["end"] <= moment]
    recent = ended[ended["end"] > moment - pd.Timedelta(days=RECENT_DAYS)]
    rows = [_wear(pair, ended[ended["shoe"] == name], moment) for name, pair in history.shoes.iterrows()]
    columns = ["km", "runs", "limit_km", "left_km", "expected", "expected_low", "expected_high"]
    wear = pd.DataFrame(rows, columns=columns, index=history.shoes.index)
    dates = dict.fromkeys(columns[4:], "datetime64[us]")
    table = wear.astype({"km": float, "runs": int, "limit_km": float, "left_km": float, **dates})
    table[["from_date", "retired", "default"]] = history.shoes[["from_date", "retired", "default"]]
    table["share_28d"] = [(recent["shoe"] == name).mean() for name in table.index]
    order = [*columns[:4], "from_date", "retired", "default", *columns[4:], "share_28d"]
    return table[order].reset_index().astype({"name": object})


def _named(
    known: dict[str, str], worn: str | None, told: str | None, gear: str | None
) -> tuple[str | None, str] | None:
    for name, reason in ((worn, PUT_ON), (told, TOLD), (gear, GEAR)):
        if shoe_key(name):
            return known[shoe_key(name)], reason
    return None


def _in_use(shoes: pd.DataFrame, days: pd.Series[pd.Timestamp]) -> list[pd.DataFrame]:
    """For each day the pairs that were in use, as ``pairs`` gives them; the day of retiring is one of use."""
    kept = shoes[shoes["kept"]]
    day = days.to_numpy()[:, None]
    not_yet = kept["from_date"].to_numpy() > day
    no_more = kept["retired"].to_numpy() < day
    patterns, pattern = np.unique(~(not_yet | no_more), axis=0, return_inverse=True)
    in_use = [kept[mask] for mask in patterns]
    return [in_use[i] for i in pattern.ravel()]


def _only_or_default(in_use: pd.DataFrame) -> tuple[str | None, str]:
    """The pair of a run of which nothing is said, and why that one or why none."""
    if in_use.empty:
        return None, "no pair was in use that day"
    if len(in_use) == 1:
        return str(in_use.index[0]), "the only pair in use that day"
    since = in_use.loc[in_use["default"], "from_date"].fillna(EVER)
    defaults = since.index[since == since.max()]
    if len(defaults) == 1:
        return str(defaults[0]), f"the default of the {len(in_use)} pairs in use that day"
    return None, f"could be any of {', '.join(in_use.index if defaults.empty else defaults)}"


def _wear(pair: pd.Series, worn: pd.DataFrame, now: pd.Timestamp) -> tuple[object, ...]:
    total_m = pair["start_m"] + worn["distance_m"].fillna(0.0).cumsum()
    worn_m = total_m.iloc[-1] if len(worn) else pair["start_m"]
    dates: tuple[object, ...] = (pd.NaT,) * 3
    if len(worn) and not pair["retired"] <= now.tz_localize(None):
        over = total_m >= pair["limit_m"]
        dates = (
            (worn["day"][over.idxmax()] if pair["start_m"] < pair["limit_m"] else pd.NaT,) * 3
            if over.any()
            else _expected(pair["limit_m"] - worn_m, worn, now)
        )
    return worn_m / 1000.0, len(worn), pair["limit_m"] / 1000.0, (pair["limit_m"] - worn_m) / 1000.0, *dates


def _expected(left_m: float, worn: pd.DataFrame, now: pd.Timestamp) -> tuple[object, ...]:
    """The day of the limit, the earliest and the latest it may well be, as ``shoes`` describes."""
    weeks_ago = ((now - worn["end"]).dt.days // 7).to_numpy()
    weeks = min(USE_WEEKS, int(weeks_ago.max()) + 1)
    recent = worn["distance_m"].fillna(0.0).to_numpy()[weeks_ago < weeks]
    weekly = np.bincount(weeks_ago[weeks_ago < weeks], recent, minlength=weeks)
    today = (now.tz_localize(None) + pd.Timedelta(seconds=worn["utc_offset_s"].iloc[-1])).normalize()
    mean = weekly.mean()
    spread = SPREAD * weekly.std(ddof=1) * np.sqrt(1.0 / weeks + mean / left_m) if weeks > 1 else np.inf
    return tuple(_day_after(today, left_m, rate) for rate in (mean, mean + spread, mean - spread))


def _day_after(today: pd.Timestamp, left_m: float, weekly_m: float) -> object:
    weeks = left_m / weekly_m if 0 < weekly_m < np.inf else np.inf
    return today + pd.Timedelta(days=round(7 * weeks)) if weeks < FORESEEABLE_WEEKS else pd.NaT
