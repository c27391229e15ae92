"""Render the facts of a week or a season as JSON: stable keys, SI units, null for unknown.

``week.schema.json`` documents each key of a week.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.i18n import use_language
from runlog.reporter import guidance
from runlog.reporter.weekly import Week

if TYPE_CHECKING:
    from runlog.reporter.season import PeriodTotals, Season

#: Raised when a key is removed or changes its meaning, not when one is added.
FORMAT_VERSION = 1


def render_json(report: Week | Season) -> str:
    """Return the JSON document of a week or a season, its sentences in the language of the settings.

    Characters that could steer a terminal are escaped, since names come from files.
    """
    facts = _week_facts(report) if isinstance(report, Week) else _season_facts(report)
    document = json.dumps(to_json_value(facts), indent=2, ensure_ascii=False, allow_nan=False)
    return units.escape_json(document) + "\n"


def _week_facts(week: Week) -> dict[str, Any]:
    with use_language(week.history.settings.language):
        see_clinician = guidance.clinician_advice() if week.glance.warnings else None
        load_note = week.history.load_note or None
    return {
        "version": FORMAT_VERSION,
        "week": week.name,
        "first_day": week.span.first,
        "last_day": week.span.last,
        "complete": week.complete,
        "language": week.history.settings.language,
        "headline": week.headline,
        "area": week.area,
        "ratings_ever": week.ratings,
        "runs_ever": len(week.history.runs),
        "this_week": _fields_of(week.totals, "weeks"),
        "usual": {**_fields_of(week.usual, "weeks"), "weeks": week.usual.weeks},
        "other_areas": week.other_areas,
        "load_unit": week.history.load_kind,
        "load_note": load_note,
        "days": week.days,
        "findings": [{**_fields_of(finding), "sign": finding.has_sign} for finding in week.findings],
        "note": week.glance.note or None,
        "actions": [
            {
                **_fields_of(action, "finding", "notices", "tip"),
                "command": action.command or None,
                "topic": action.topic or None,
                "alerts": [notice.id for notice in action.notices],
            }
            for action in week.glance.actions
        ],
        "strip": week.glance.strip,
        "tips": [
            {**_fields_of(action.tip), "why_now": action.fact, "because_of": action.topic}
            for action in week.glance.actions
            if action.tip is not None
        ],
        "alerts": [notice.as_dict() for notice in week.notices],
        "see_clinician": see_clinician,
        "trials": week.trials,
        "shoes": week.shoes,
        "routes": week.routes,
        "form": [_fields_of(value, "digits", "label") for value in week.form_values],
        "beside": [_fields_of(habit, "label") for habit in week.other_habits],
        "missing": week.missing,
    }


def _fields_of(facts: Any, *without: str) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    """Return a dataclass by key, without some keys."""
    return {field.name: getattr(facts, field.name) for field in fields(facts) if field.name not in without}


def to_json_value(value: Any) -> Any:  # noqa: ANN401 - all that the facts are made of
    """Convert a value to what JSON can hold: NaN is null, a day is text."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_json_value(_fields_of(value))
    if isinstance(value, dict):
        return {str(key): to_json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _season_facts(season: Season) -> dict[str, Any]:
    return {
        "version": FORMAT_VERSION,
        "first_day": season.span.first,
        "last_day": season.span.last,
        "over": season.complete,
        "language": season.language,
        "headline": season.headline,
        "area": season.area,
        "all": _fields_of(season.totals, "weeks"),
        "months": [_period_facts(month) for month in season.months],
        "weeks": [_period_facts(week) for week in season.weeks],
        "best_week": season.best and _period_facts(season.best),
        "worst_week": season.worst and _period_facts(season.worst),
        "findings": [
            {**_fields_of(finding, *_WEEK_ONLY_KEYS), "sign": finding.has_sign} for finding in season.findings
        ],
        "alerts": [
            {
                **alert.notice.as_dict(),
                "first_week_ends": alert.first.last,
                "last_week_ends": alert.last.last,
                "weeks": alert.weeks,
            }
            for alert in season.alerts
        ],
        "shoes": season.shoes,
        "routes": season.routes,
    }


#: What a finding says about one week only.
_WEEK_ONLY_KEYS = ("now", "now_text", "impact")


def _period_facts(period: PeriodTotals) -> dict[str, Any]:
    days = {"first_day": period.span.first, "last_day": period.span.last}
    return {**days, **_fields_of(period.totals, "weeks")}
