"""A week's facts as JSON for programs: stable keys, SI units, null for unknown.

``week.schema.json`` tells what each key means.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from runlog.i18n import use_language
from runlog.reporter import guidance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.reporter.pairs import Pair
    from runlog.reporter.totals import Totals
    from runlog.reporter.weekly import Week

#: Raised when a key goes or means something else, not when one is added.
VERSION = 1


def render(week: Week) -> str:
    """The JSON document of a week."""
    return json.dumps(facts(week), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def facts(week: Week) -> dict[str, Any]:
    """The facts by key, ready for JSON; what is said in them is in the language of the facts."""
    with use_language(week.language):
        see_clinician = guidance.clinician() if week.see_clinician else None
    told = {
        "version": VERSION,
        "week": week.name,
        "first_day": week.span.first,
        "last_day": week.span.last,
        "complete": week.complete,
        "language": week.language,
        "headline": week.headline,
        "area": week.area,
        "ratings_ever": week.ratings,
        "runs_ever": week.runs_ever,
        "this_week": numbers(week.now),
        "usual": {**numbers(week.usual), "weeks": week.usual.weeks},
        "other_areas": week.other_areas,
        "load_unit": week.load_kind,
        "load_note": week.load_note or None,
        "days": week.days,
        "findings": [{**_of(finding), "sign": finding.has_sign} for finding in week.findings],
        "tips": [_tip(chosen) for chosen in week.tips],
        "alerts": [notice.as_dict() for notice in week.notices],
        "see_clinician": see_clinician,
        "trials": week.trials,
        "shoes": [_pair(pair) for pair in week.shoes],
        "routes": week.routes,
        "form": without(week.form, "digits", "label"),
        "beside": without(week.beside, "label"),
        "missing": week.missing,
    }
    found: dict[str, Any] = plain(told)
    return found


def numbers(totals: Totals) -> dict[str, Any]:
    """Totals by key."""
    return {key: value for key, value in asdict(totals).items() if key != "weeks"}


def _of(thing: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def without(things: Iterable[Any], *keys: str) -> list[dict[str, Any]]:
    """Dataclasses by key, but for some keys that only people need."""
    return [{key: value for key, value in _of(thing).items() if key not in keys} for thing in things]


def _tip(chosen: guidance.Chosen) -> dict[str, Any]:
    return {**asdict(chosen.tip), "why_now": chosen.why_now, "because_of": chosen.factor}


def _pair(pair: Pair) -> dict[str, Any]:
    told = _of(pair)
    metres = {f"{key}_m": 1000.0 * told.pop(f"{was}km") for key, was in _IN_METRES.items()}
    return {"name": told.pop("name"), **metres, **told}


_IN_METRES = {"worn": "", "limit": "limit_", "left": "left_"}


def plain(value: Any) -> Any:  # noqa: ANN401 - all that the facts are made of
    """What JSON can hold of a value: NaN is null, a day is text."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(_of(value))
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value
