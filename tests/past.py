"""Making pasts: runs, diary entries and what a history makes of them. Times are local, two hours east."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from runlog.analysis.build import build_history
from runlog.model import Activity, Area, Entry, Kind
from runlog.records import Snapshot, StoredActivity, StoredEntry, StoredShoeRule
from runlog.settings import Settings

if TYPE_CHECKING:
    from runlog.analysis.history import History

OFFSET_S = 7200


def at(local: str) -> datetime:
    """A local time such as "2026-05-01 18:00" as aware UTC."""
    return datetime.fromisoformat(local).replace(tzinfo=UTC) - timedelta(seconds=OFFSET_S)


def ran(run: int, local: str, km: float | None = 10.0, minutes: float = 60.0, **more: Any) -> StoredActivity:
    """A run; ``shoe_override`` and ``shape`` are the store's, all else is the activity's."""
    kept = {key: more.pop(key) for key in ("shoe_override", "shape", "summary") if key in more}
    activity = Activity(
        start=at(local),
        duration_s=minutes * 60,
        sport=more.pop("sport", "running"),
        utc_offset_s=more.pop("utc_offset_s", OFFSET_S),
        distance_m=None if km is None else km * 1000,
        **more,
    )
    return StoredActivity(run, activity, (f"{run}.fit",), **kept)


def strength_session(run: int, local: str) -> StoredActivity:
    return ran(run, local, km=None, sport="training", sub_sport="strength_training", kind=Kind.HABIT)


def wrote(entry: int, local: str, *, area: Area = Area.UPPER_BACK, **told: Any) -> StoredEntry:
    return StoredEntry(entry, Entry(at(local), OFFSET_S, area=area, **told), "log")


def past(activities=(), entries=(), shoes=(), rules=(), **settings: Any) -> History:
    rules = [StoredShoeRule(number, rule) for number, rule in enumerate(rules, 1)]
    kept = Snapshot(list(activities), list(entries), list(shoes), rules)
    return build_history(kept, Settings(**settings), lambda _: None)
