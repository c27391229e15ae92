"""An entry in one sentence, so that the runner sees what was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog import units
from runlog.cli import context
from runlog.localtime import at_offset
from runlog.model import Kind

if TYPE_CHECKING:
    from datetime import date, datetime

    from runlog.model import Entry, StoredActivity


def sentence(entry: Entry) -> str:
    """Say what an entry holds, e.g. "upper back 3 of 10, no warm-up"."""
    return ", ".join(_parts(entry))


def named(run: StoredActivity, unit: str) -> str:
    """Say which run it is, e.g. "'Morning run' (Sun 15 Nov, 8.2 km)"."""
    activity = run.activity
    facts = [_day(local_day(run))]
    if activity.distance_m is not None:
        facts.append(units.distance(activity.distance_m, unit))
    what = "run" if activity.kind is Kind.RUN else activity.sport.replace("_", " ")
    return f"{f'{activity.name!r}' if activity.name else f'{what} {run.id}'} ({', '.join(facts)})"


def local_day(run: StoredActivity) -> date:
    """Give the day of a run on the runner's clock, or on this computer's where that is not known."""
    start, offset = run.activity.start, run.activity.utc_offset_s
    return (start.astimezone() if offset is None else at_offset(start, offset)).date()


def clock(moment: datetime, utc_offset_s: int) -> str:
    """Write a moment on the runner's clock, e.g. "Sun 15 Nov 20:00", with a year that is not this one."""
    local = at_offset(moment, utc_offset_s)
    return f"{_day(local)} {local:%H:%M}"


def _day(day: date) -> str:
    return units.day(day, year=day.year != context.now().astimezone().year)


def _parts(entry: Entry) -> list[str]:
    parts = []
    if entry.soreness is not None:
        parts.append(f"{units.area(entry.area)} {entry.soreness:g} of 10")
    parts += [_done(entry.warmup, "warm-up"), _done(entry.cooldown, "cool-down")]
    if entry.shoe is not None:
        parts.append(f"worn {entry.shoe}")
    if entry.rpe is not None:
        parts.append(f"effort {entry.rpe:g} of 10")
    parts += [_strength(entry), _done(entry.mobility, "mobility work")]
    if entry.desk_hours is not None:
        parts.append(f"{entry.desk_hours:g} h at the desk")
    if entry.posture is not None:
        parts.append(f"posture {entry.posture:g} of 10")
    if entry.note is not None:
        parts.append(f"note {entry.note!r}")
    return [part for part in parts if part]


def _done(answer: bool | None, what: str) -> str:  # noqa: FBT001 - the entry's own three-valued answer
    if answer is None:
        return ""
    return what if answer else f"no {what}"


def _strength(entry: Entry) -> str:
    if entry.strength_min is not None:
        return f"strength {entry.strength_min:g} min"
    return _done(entry.strength, "strength session")
