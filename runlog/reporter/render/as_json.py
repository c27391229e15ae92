"""Render the facts of a week or a season as JSON: stable keys, SI units, null for unknown.

``week.schema.json`` documents each key of a week.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.i18n import use_language
from runlog.reporter import guidance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlog.analysis.periods import Span
    from runlog.reporter.season import PastAlert, PeriodTotals, Season
    from runlog.reporter.shoes_and_routes import ShoeInUse
    from runlog.reporter.summary import Totals
    from runlog.reporter.weekly import Week

#: Raised when a key goes or means something else, not when one is added.
FORMAT_VERSION = 1


def render_week_json(week: Week) -> str:
    """The JSON document of a week."""
    return _to_document(week_facts(week))


def week_facts(week: Week) -> dict[str, Any]:
    """The facts by key, ready for JSON; what is said in them is in the language of the facts."""
    with use_language(week.language):
        see_clinician = guidance.clinician_advice() if week.see_clinician else None
    told = {
        "version": FORMAT_VERSION,
        "week": week.name,
        "first_day": week.span.first,
        "last_day": week.span.last,
        "complete": week.complete,
        "language": week.language,
        "headline": week.headline,
        "area": week.area,
        "ratings_ever": week.ratings,
        "runs_ever": week.runs_ever,
        "this_week": totals_facts(week.now),
        "usual": {**totals_facts(week.usual), "weeks": week.usual.weeks},
        "other_areas": week.other_areas,
        "load_unit": week.load_kind,
        "load_note": week.load_note or None,
        "days": week.days,
        "findings": [{**_fields_of(finding), "sign": finding.has_sign} for finding in week.findings],
        "tips": [_tip_facts(chosen) for chosen in week.tips],
        "alerts": [notice.as_dict() for notice in week.notices],
        "see_clinician": see_clinician,
        "trials": week.trials,
        "shoes": [_shoe_facts(pair) for pair in week.shoes],
        "routes": week.routes,
        "form": facts_without(week.form, "digits", "label"),
        "beside": facts_without(week.beside, "label"),
        "missing": week.missing,
    }
    found: dict[str, Any] = to_json_value(told)
    return found


def totals_facts(totals: Totals) -> dict[str, Any]:
    """Totals by key."""
    return {key: value for key, value in asdict(totals).items() if key != "weeks"}


def _fields_of(thing: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def facts_without(things: Iterable[Any], *keys: str) -> list[dict[str, Any]]:
    """Dataclasses by key, but for some keys that only people need."""
    return [{key: value for key, value in _fields_of(thing).items() if key not in keys} for thing in things]


def _tip_facts(chosen: guidance.ChosenTip) -> dict[str, Any]:
    return {**asdict(chosen.tip), "why_now": chosen.why_now, "because_of": chosen.factor}


def _shoe_facts(pair: ShoeInUse) -> dict[str, Any]:
    told = _fields_of(pair)
    metres = {f"{key}_m": 1000.0 * told.pop(f"{was}km") for key, was in _METRE_KEYS.items()}
    return {"name": told.pop("name"), **metres, **told}


_METRE_KEYS = {"worn": "", "limit": "limit_", "left": "left_"}


def to_json_value(value: Any) -> Any:  # noqa: ANN401 - all that the facts are made of
    """What JSON can hold of a value: NaN is null, a day is text."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_json_value(_fields_of(value))
    if isinstance(value, dict):
        return {str(key): to_json_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def render_season_json(season: Season) -> str:
    """The JSON document of a season; its keys are those of ``Season``, days as first_day and last_day."""
    return _to_document(season_facts(season))


def _to_document(facts: dict[str, Any]) -> str:
    """Write facts so that a terminal can show them: names come from files."""
    return units.escape_json(json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def season_facts(season: Season) -> dict[str, Any]:
    """The facts by key, ready for JSON."""
    found: dict[str, Any] = to_json_value(
        {
            "version": FORMAT_VERSION,
            **_span_facts(season.span),
            "over": season.over,
            "language": season.language,
            "headline": season.headline,
            "area": season.area,
            "all": totals_facts(season.all),
            "months": [_period_facts(month) for month in season.months],
            "weeks": [_period_facts(week) for week in season.weeks],
            "best_week": season.best and _period_facts(season.best),
            "worst_week": season.worst and _period_facts(season.worst),
            "findings": [
                {**finding, "sign": known.has_sign}
                for finding, known in zip(
                    facts_without(season.findings, *_WEEK_ONLY_KEYS), season.findings, strict=True
                )
            ],
            "alerts": [_alert_facts(alert) for alert in season.alerts],
            "shoes": season.shoes,
            "routes": season.routes,
        }
    )
    return found


#: What a finding tells of one week only.
_WEEK_ONLY_KEYS = ("now", "now_text", "impact")


def _period_facts(part: PeriodTotals) -> dict[str, Any]:
    return {**_span_facts(part.span), **totals_facts(part.numbers)}


def _span_facts(span: Span) -> dict[str, Any]:
    return {"first_day": span.first, "last_day": span.last}


def _alert_facts(alert: PastAlert) -> dict[str, Any]:
    return {
        **alert.notice.as_dict(),
        "first_week_ends": alert.first.last,
        "last_week_ends": alert.last.last,
        "weeks": alert.weeks,
    }
