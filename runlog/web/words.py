"""Say runs and diary entries in the runner's language, as pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from runlog.model import Entry

#: An entry's fields in words: a value's, and those of "no".
_FIELDS = {
    "warmup": (N_("warm-up"), N_("no warm-up")),
    "cooldown": (N_("cool-down"), N_("no cool-down")),
    "shoe": (N_("worn {value}"), ""),
    "rpe": (N_("effort {value} of 10"), ""),
    "strength": (N_("strength session"), N_("no strength session")),
    "strength_min": (N_("strength {value} min"), ""),
    "mobility": (N_("mobility work"), N_("no mobility work")),
    "desk_hours": (N_("{value} h at the desk"), ""),
    "posture": (N_("posture {value} of 10"), ""),
    "note": (N_("note: {value}"), ""),
}
_HABIT_SOURCES = {
    "diary": N_("the diary says so"),
    "laps": N_("the laps say so"),
    "activity": N_("recorded by itself"),
    "recorded": N_("recorded when done"),
    "stream": N_("by pace and heart rate"),
}
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


def entry(stored: Entry) -> str:
    """Describe an entry, e.g. "upper back 3 of 10, no warm-up"."""
    return ", ".join(_entry_parts(stored))


def _entry_parts(stored: Entry) -> Iterator[str]:
    if stored.soreness is not None:
        yield _("{area} {rating} of 10").format(
            area=units.area_and_side(stored.area, stored.side), rating=short_number(stored.soreness)
        )
    for field, (yes, no) in _FIELDS.items():
        value = getattr(stored, field)
        if value is None or (field == "strength" and stored.strength_min is not None):
            continue
        shown = short_number(value) if isinstance(value, float | int) else value
        yield _(no) if value is False else _(yes).format(value=shown)


def short_number(value: float) -> str:
    """Write a number without needless decimals."""
    return units.number(value, 0 if value == round(value) else 1)


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
    return _(_HABIT_SOURCES[source]) if source in _HABIT_SOURCES else ""
