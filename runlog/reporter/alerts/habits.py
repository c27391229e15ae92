"""Alert rules about warm-ups, cool-downs, gaps in the diary, and keys that runs come in with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from runlog import units
from runlog.analysis.history import ratings_of
from runlog.i18n import _, ngettext
from runlog.reporter.alerts import common
from runlog.reporter.alerts.common import Notice
from runlog.reporter.guidance import evidence

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.records import ServiceState

#: With fewer ratings there is no diary yet, and so no gap.
MIN_RATINGS = 3
#: With fewer unrated runs there is no gap.
MIN_UNRATED_RUNS = 3


def warmup_skipped(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that the last runs in a row were all without a warm-up; an unknown one ends the row."""
    row = _skipped_runs(history, now, "warmup")
    if row is None:
        return []
    return [
        Notice(
            subject="warmup",
            severity="warn",
            message=_("No warm-up before your last {n} runs.").format(n=len(row)),
            why=_streak_numbers(history, row),
            since=_alert_day(history, row),
            todo=_("Start the next run with five minutes of brisk walking, leg swings and arm circles."),
        )
    ]


def cooldown_skipped(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that the last runs in a row were all without a cool-down; an unknown one ends the row."""
    row = _skipped_runs(history, now, "cooldown")
    if row is None:
        return []
    return [
        Notice(
            subject="cooldown",
            severity="info",
            message=_("No cool-down after your last {n} runs.").format(n=len(row)),
            why=f"{_streak_numbers(history, row)} {evidence('law-2007-cooldown').cite()}",
            since=_alert_day(history, row),
            todo=_("Try one after your next runs, and see whether it helps you: {command}").format(
                command="runlog links"
            ),
        )
    ]


def _skipped_runs(history: History, now: pd.Timestamp, habit: str) -> pd.DataFrame | None:
    """Return the last runs, all known to be without it; None where they are too few for an alert.

    A short run that was the cool-down of another does not count.
    """
    runs = history.runs[history.runs["part_of"].isna()]
    if not common.ran_recently(history, now):
        return None
    row = common.trailing_true((runs[habit] == 0).to_numpy())
    return runs.iloc[len(runs) - row :] if row >= history.settings.skipped_in_a_row else None


def _streak_numbers(history: History, row: pd.DataFrame) -> str:
    """Describe the streak of skipped runs."""
    return _("{n} runs in a row without one, {first} to {last}. The alert starts at {least}.").format(
        n=len(row),
        first=units.day(row["day"].iloc[0]),
        last=units.day(row["day"].iloc[-1]),
        least=history.settings.skipped_in_a_row,
    )


def _alert_day(history: History, row: pd.DataFrame) -> date:
    """Return the day on which the streak became long enough."""
    day: date = row["day"].iloc[history.settings.skipped_in_a_row - 1].date()
    return day


def diary_gap(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that you go on running, but have not rated your soreness for a week (by default) or more."""
    rated = ratings_of(history)
    if len(rated) < MIN_RATINGS or not common.ran_recently(history, now):
        return []
    last = rated["day"].iloc[-1].date()
    unrated = history.runs[history.runs["end"] > rated["moment"].iloc[-1]]
    days, least = (history.clock.day(now) - last).days, history.settings.diary_gap_days
    if days < least or len(unrated) < MIN_UNRATED_RUNS:
        return []
    message = ngettext(
        "{n} run since your last rating, {days} days ago.",
        "{n} runs since your last rating, {days} days ago.",
        len(unrated),
    ).format(n=len(unrated), days=days)
    why = _("The last one was on {day}. A day without a rating doesn’t count as 0: it is missing.")
    since = max(last + timedelta(days=least), unrated["day"].iloc[MIN_UNRATED_RUNS - 1].date())
    todo = _("Rate today, also if nothing is sore: {command}").format(command="runlog log 0")
    return [Notice("diary", "info", message, why.format(day=units.day(last)), since, todo)]


def key_expiring(history: History, now: pd.Timestamp) -> list[Notice]:
    """Report that the key of a service of your runs ends within two weeks (by default), or has ended."""
    today, ahead = history.clock.day(now), timedelta(days=history.settings.key_days)
    found = (_key_notice(service, today, ahead) for service in history.services)
    return [notice for notice in found if notice is not None]


def _key_notice(service: ServiceState, today: date, ahead: timedelta) -> Notice | None:
    from runlog.sync import terms_of

    terms, ends, refused_at = terms_of(service.name), service.key_expires, service.refused_at
    if refused_at is not None:
        message, since = key_refused(terms.title), refused_at.date()
    elif ends is not None and ends - today <= ahead:
        message, since = key_ends(terms.title, ends, today), ends - ahead
    else:
        return None
    why = _("Without a key nothing new comes from there: runs and nights will be missing.")
    todo = _("Make a new key at {page}, then: {command}").format(
        page=terms.key_page, command=f"runlog sync {service.name} --set-key"
    )
    return Notice(service.name, "warn", message, why, since, todo)


def key_refused(service: str) -> str:
    """Say that a service refuses its key."""
    return _("{service} no longer accepts the key.").format(service=service)


def key_ends(service: str, ends: date, today: date) -> str:
    """Say when the key of a service ends, or ended."""
    text = _("The key for {service} ends on {day}.")
    if ends < today:
        text = _("The key for {service} ended on {day}.")
    return text.format(service=service, day=units.day(ends, year=True))
