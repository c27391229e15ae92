"""Say runs in the runner's language, as pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.analysis.warmup import SOURCE_WORDS
from runlog.i18n import N_, Later, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


_SPORTS = {
    "running": N_("Run"),
    "cycling": N_("Ride"),
    "walking": N_("Walk"),
    "hiking": N_("Hike"),
    "swimming": N_("Swim"),
    "training": N_("Training"),
    "unknown": N_("Activity"),
}
_CONFIDENT = 0.5
_HOUR_S, _MINUTE_S = 3600, 60


def activity_name(row: Mapping[str, Any]) -> str:
    """Return the name of a run or other activity, else what it was."""
    name = row.get("name")
    return str(name) if isinstance(name, str) and name.strip() else sport(str(row.get("sport") or "unknown"))


def sport(name: str) -> str:
    """Return a sport in words."""
    return _(_SPORTS[name]) if name in _SPORTS else units.capital(name.replace("_", " "))


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was, e.g. "8 minutes ago"."""
    seconds = max(0.0, (now - moment).total_seconds())
    if seconds < _HOUR_S:
        n = round(seconds / _MINUTE_S)
        return ngettext("{n} minute ago", "{n} minutes ago", n).format(n=n)
    n = round(seconds / _HOUR_S)
    return ngettext("{n} hour ago", "{n} hours ago", n).format(n=n)


def moment(local: datetime, today: date) -> str:
    """Write a local moment, e.g. "Sun 15 Nov, 10:52", with the year unless it is this one."""
    return f"{units.day(local, year=local.year != today.year)}, {local:%H:%M}"


def shoe_reason(reason: str) -> str:
    """Say why a run has its pair of shoes, or none."""
    return reason.translated() if isinstance(reason, Later) else _(reason)


def habit(row: Mapping[str, Any], name: str) -> str:
    """Say whether a run had a warm-up ("warmup") or cool-down ("cooldown")."""
    done, confidence = row[name], row[f"{name}_confidence"]
    if not units.is_known(done):
        return units.UNKNOWN
    if units.is_known(confidence) and confidence < _CONFIDENT:
        return _("maybe")
    return _("yes") if done else _("no")


def habit_source(row: Mapping[str, Any], name: str) -> str:
    """Say where that is known from, "" where it is not."""
    source = row[f"{name}_source"]
    return _(SOURCE_WORDS[source]) if source in SOURCE_WORDS else ""
