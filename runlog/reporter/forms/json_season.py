"""A season's facts as JSON for programs: SI units, null for unknown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlog.reporter.forms.json_facts import VERSION, numbers, plain, without

if TYPE_CHECKING:
    from runlog.reporter.periods import Span
    from runlog.reporter.season import Part, PastAlert, Season


def render(season: Season) -> str:
    """The JSON document of a season; its keys are those of ``Season``, days as first_day and last_day."""
    return json.dumps(facts(season), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def facts(season: Season) -> dict[str, Any]:
    """The facts by key, ready for JSON."""
    found: dict[str, Any] = plain(
        {
            "version": VERSION,
            **_days(season.span),
            "over": season.over,
            "language": season.language,
            "headline": season.headline,
            "area": season.area,
            "all": numbers(season.all),
            "months": [_part(month) for month in season.months],
            "weeks": [_part(week) for week in season.weeks],
            "best_week": season.best and _part(season.best),
            "worst_week": season.worst and _part(season.worst),
            "findings": [
                {**finding, "sign": known.has_sign}
                for finding, known in zip(without(season.findings, *_OF_A_WEEK), season.findings, strict=True)
            ],
            "alerts": [_alert(alert) for alert in season.alerts],
            "shoes": season.shoes,
            "routes": season.routes,
        }
    )
    return found


#: What a finding tells of one week only.
_OF_A_WEEK = ("now", "now_text", "impact")


def _part(part: Part) -> dict[str, Any]:
    return {**_days(part.span), **numbers(part.numbers)}


def _days(span: Span) -> dict[str, Any]:
    return {"first_day": span.first, "last_day": span.last}


def _alert(alert: PastAlert) -> dict[str, Any]:
    return {
        **alert.notice.as_dict(),
        "first_week_ends": alert.first.last,
        "last_week_ends": alert.last.last,
        "weeks": alert.weeks,
    }
