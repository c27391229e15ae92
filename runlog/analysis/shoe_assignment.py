"""Assign a pair of shoes to each run, with the reason; a tie is never guessed.

The order of trust: assigned by hand, the diary, the gear of the watch or app, the runner's rules, the only
pair in use that day, the latest default of those in use. Where an app's list has gear and names none for a
run, nothing but the runner's own word and rules counts.
"""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from runlog.i18n import N_, Later, _, say, weekday_names
from runlog.model import WEEKDAYS, ShoeRule, Surface, shoe_key, shoe_names_by_key
from runlog.settings import METRES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from runlog.model import Bools, Shoe
    from runlog.records import StoredShoeRule
    from runlog.settings import Settings

_PAIR_COLUMNS = {
    "from_date": "datetime64[us]",
    "retired": "datetime64[us]",
    "start_m": "float64",
    "limit_m": "float64",
    "default": "bool",
    "kept": "bool",
    "rests": "object",
    "other_names": "object",
    "named_until": "datetime64[us]",
}


def pair_table(shoes: Iterable[Shoe], named: Iterable[str | None], settings: Settings) -> pd.DataFrame:
    """Return all pairs: those that the runner keeps, and those that only a run or a diary row names.

    ``shoes`` are the former with their other names, ``named`` the names in runs and diary rows.

    Returns:
        A row per pair by name: from_date, retired (naive days or NaT), start_m, limit_m, default, kept
        (True if the runner keeps it; when the others were in use is unknown), rests (first and last day
        of each period out of use), other_names and named_until (the last day that its list names it, where
        that list says nothing of its end; naive, or NaT).
    """
    shoes = list(shoes)
    limit_m = settings.shoe_limit_km * 1000.0
    pair = shoe_names_by_key(shoes)
    rows = {shoe.name: _pair_row(shoe, pair, shoes, limit_m) for shoe in shoes if shoe.name in pair.values()}
    seen_keys = {"", *pair}
    for name in named:
        if name and shoe_key(name) not in seen_keys:
            seen_keys.add(shoe_key(name))
            rows[name.strip()] = (None, None, 0.0, limit_m, False, False, (), (), None)
    index = pd.Index(list(rows), name="name", dtype=object)
    return pd.DataFrame(
        {
            column: pd.Series([row[at] for row in rows.values()], index=index, dtype=dtype)
            for at, (column, dtype) in enumerate(_PAIR_COLUMNS.items())
        }
    )


def _pair_row(shoe: Shoe, pair: dict[str, str], shoes: Iterable[Shoe], limit_m: float) -> tuple[object, ...]:
    others = (
        other.name for other in shoes if pair[shoe_key(other.name)] == shoe.name and other.name != shoe.name
    )
    return (
        *(shoe.from_date, shoe.retired, shoe.start_m, limit_m if shoe.limit_m is None else shoe.limit_m),
        *(shoe.default, True, shoe.rests, tuple(others), shoe.named_until),
    )


def pair_by_name_key(table: pd.DataFrame) -> dict[str, str]:
    """Return the pair by the key of each of its names, from a ``pair_table``."""
    return {
        shoe_key(written): str(name)
        for name, others in table["other_names"].items()
        for written in (str(name), *others)
    }


def pairs_in_use(table: pd.DataFrame, days: pd.Series[pd.Timestamp]) -> Bools:
    """Return which pairs were in use on each day: a row per day, a column per pair.

    A pair is in use on the day of its retirement. One that the runner does not keep counts as not in use.
    """
    day = days.to_numpy()[:, None]
    not_yet = table["from_date"].to_numpy() > day
    no_more = table["retired"].to_numpy() < day
    return table["kept"].to_numpy() & ~(not_yet | no_more | pairs_resting(table, days))


def pairs_resting(table: pd.DataFrame, days: pd.Series[pd.Timestamp]) -> Bools:
    """Return which pairs were out of use on each day, before being taken up again."""
    rests = np.zeros((len(days), len(table)), dtype=bool)
    days = days.dt.normalize()
    for column, pair_rests in enumerate(table["rests"]):
        for first, last in pair_rests:
            rests[:, column] |= days.between(pd.Timestamp(first), pd.Timestamp(last)).to_numpy()
    return rests


_CONDITIONS = tuple(field.name for field in fields(ShoeRule) if field.name != "shoe")
#: By FIT's sub-sport, None where a source says just "running". An ultra or an obstacle run may be on any.
_SURFACES = {
    None: Surface.ROAD,
    "street": Surface.ROAD,
    "road": Surface.ROAD,
    "trail": Surface.TRAIL,
    "track": Surface.TRACK,
    "treadmill": Surface.TREADMILL,
    "indoor_running": Surface.TREADMILL,
    "virtual_activity": Surface.TREADMILL,
}


class RunFacts(NamedTuple):
    """Facts of a run that rules look at: local day, sub-sport, and distance or NaN."""

    day: date
    sub_sport: str | None
    distance_m: float


def surface_of(sub_sport: str | None) -> Surface | None:
    """Return the surface of a run of this sub-sport; just "running" counts as road."""
    return _SURFACES.get(sub_sport)


def rule_fits(rule: ShoeRule, run: RunFacts) -> bool:
    """Return True if a run fits all conditions of a rule; unknown facts fit none."""
    return (
        (rule.surface is None or rule.surface == surface_of(run.sub_sport))
        and (rule.weekdays is None or WEEKDAYS[run.day.weekday()] in rule.weekdays.split(","))
        and (rule.min_m is None or run.distance_m >= rule.min_m)
        and (rule.max_m is None or run.distance_m <= rule.max_m)
        and (rule.season is None or _in_season(rule.season, f"{run.day:%m-%d}"))
    )


def _in_season(season: str, day: str) -> bool:
    first, _, last = season.partition("..")
    return first <= day <= last if first <= last else not last < day < first  # over the turn of the year


def most_specific(fitting: Sequence[StoredShoeRule]) -> list[StoredShoeRule]:
    """Return the rules without those whose conditions are a part of another one's."""
    return [
        stored_rule
        for stored_rule in fitting
        if not any(_conditions_of(other_rule) > _conditions_of(stored_rule) for other_rule in fitting)
    ]


def _conditions_of(stored_rule: StoredShoeRule) -> frozenset[str]:
    return frozenset(name for name in _CONDITIONS if getattr(stored_rule.rule, name) is not None)


#: The surfaces in words.
SURFACES = {
    Surface.ROAD: N_("road"),
    Surface.TRAIL: N_("trail"),
    Surface.TRACK: N_("track"),
    Surface.TREADMILL: N_("treadmill"),
}


def describe_rule(rule: ShoeRule, unit: str) -> str:
    """Return the conditions of a rule for people, e.g. "trail, Sat or Sun, at least 15 km"."""
    names = dict(zip(WEEKDAYS, weekday_names(), strict=True))
    first, _to, last = (rule.season or "").partition("..")
    parts = (
        "" if rule.surface is None else _(SURFACES[rule.surface]),
        _(" or ").join(names[day] for day in (rule.weekdays or "").split(",") if day),
        "" if rule.min_m is None else say("at least {distance}", distance=_format_distance(rule.min_m, unit)),
        "" if rule.max_m is None else say("at most {distance}", distance=_format_distance(rule.max_m, unit)),
        say("from {first} to {last} of each year", first=first, last=last) if first else "",
    )
    return ", ".join(part for part in parts if part)


def _format_distance(metres: float, unit: str) -> str:
    return say("{amount:g} {unit}", amount=round(metres / METRES[unit], 2), unit=unit)


#: The first day of a pair without one: before any run.
BEFORE_ALL = pd.Timestamp("1900-01-01")

BY_HAND = N_("put on by hand")
IN_DIARY = N_("named in the diary")
BY_SOURCE = N_("named by the watch or app")
NONE_BY_SOURCE = N_("the app's list names no pair for it")
ONLY_PAIR = N_("the only pair in use that day")
NONE_IN_USE = N_("no pair was in use that day")


def assign_shoes(
    runs: pd.DataFrame, shoes: pd.DataFrame, rules: Sequence[StoredShoeRule] = (), unit: str = "km"
) -> pd.DataFrame:
    """Return the shoe of each run, and why that one or why none.

    Args:
        runs: day, sub_sport, distance_m, and a shoe's name or None by_hand (put on by the runner),
            in_diary and by_source (of the watch or app; "" where its list has gear and names none).
        shoes: as ``pair_table`` returns them.
        rules: the runner's rules.
        unit: "km" or "mi", for the reasons.

    Returns:
        shoe (name or None) and shoe_reason, by run.
    """
    pair_by_key = pair_by_name_key(shoes)
    names = zip(runs["by_hand"], runs["in_diary"], runs["by_source"], strict=True)
    facts = map(RunFacts, runs["day"], runs["sub_sport"], runs["distance_m"])
    patterns, pattern = np.unique(pairs_in_use(shoes, runs["day"]), axis=0, return_inverse=True)
    pairs = [shoes[mask] for mask in patterns]  # many days have the same ones
    rows = [
        _named_pair(pair_by_key, *run_names)
        or _pair_by_rule(rules, run, in_use, pair_by_key, unit)
        or ((None, NONE_BY_SOURCE) if run_names[-1] == "" else _only_or_default(in_use, run.day))
        for run_names, run, in_use in zip(names, facts, (pairs[i] for i in pattern.ravel()), strict=True)
    ]
    return pd.DataFrame(rows, columns=["shoe", "shoe_reason"], index=runs.index, dtype=object)


def _named_pair(
    pair_by_key: dict[str, str], by_hand: str | None, in_diary: str | None, by_source: str | None
) -> tuple[str | None, str] | None:
    for name, reason in ((by_hand, BY_HAND), (in_diary, IN_DIARY), (by_source, BY_SOURCE)):
        if key := shoe_key(name):
            return pair_by_key[key], reason
    return None


def _pair_by_rule(
    rules: Iterable[StoredShoeRule],
    run: RunFacts,
    in_use: pd.DataFrame,
    pair_by_key: dict[str, str],
    unit: str,
) -> tuple[str | None, str] | None:
    """Return the pair of the rules that fit a run, for pairs that were in use; None where none does."""
    fitting = [
        stored_rule
        for stored_rule in rules
        if pair_by_key.get(shoe_key(stored_rule.rule.shoe)) in in_use.index
        and rule_fits(stored_rule.rule, run)
    ]
    by_pair = {
        pair_by_key[shoe_key(stored_rule.rule.shoe)]: stored_rule
        for stored_rule in reversed(most_specific(fitting))
    }
    if not by_pair:
        return None
    if len(by_pair) > 1:
        candidates = (f"{name} (rule {stored_rule.id})" for name, stored_rule in reversed(by_pair.items()))
        return None, Later(N_("rules name different pairs: {pairs}"), pairs=", ".join(candidates))
    name, first = by_pair.popitem()
    return name, _rule_reason(first, unit)


@lru_cache  # many runs have one reason
def _rule_reason(stored_rule: StoredShoeRule, unit: str) -> Later:
    conditions = partial(describe_rule, stored_rule.rule, unit)
    return Later(N_("rule {id}: {conditions}"), id=stored_rule.id, conditions=conditions)


@lru_cache  # likewise
def _default_reason(pairs: int) -> Later:
    return Later(N_("the default of the {n} pairs in use that day"), n=pairs)


def _only_or_default(in_use: pd.DataFrame, day: date) -> tuple[str | None, str]:
    """Return the pair of a run that nothing names, and why that one or why none."""
    if in_use.empty:
        return None, NONE_IN_USE
    if len(in_use) == 1:
        pair = in_use.iloc[0]
        if not pair["default"] and pair["named_until"] < pd.Timestamp(day):
            last = N_("{pair} was last named on {day:%Y-%m-%d}")
            return None, Later(last, pair=in_use.index[0], day=pair["named_until"])
        return str(in_use.index[0]), ONLY_PAIR
    since = in_use["from_date"][in_use["default"]].fillna(BEFORE_ALL)
    defaults = since.index[since == since.max()]
    if len(defaults) == 1:
        return str(defaults[0]), _default_reason(len(in_use))
    pairs = ", ".join(in_use.index if defaults.empty else defaults)
    return None, Later(N_("could be any of {pairs}"), pairs=pairs)
