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
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd

    from runlog.analysis.history import History

#: With fewer ratings there is no diary yet, and so no gap.
MIN_RATINGS = 3
#: With fewer unrated runs there is no gap.
MIN_UNRATED_RUNS = 3


def warmup_skipped(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that the last runs in a row were all without a warm-up; an unknown one ends the row."""
    for n, numbers, since in _skipped_in_a_row(history, now, "warmup"):
        message = _("No warm-up before your last {n} runs.").format(n=n)
        todo = _("Start the next run with five minutes of brisk walking, leg swings and arm circles.")
        yield Notice("warmup", "warn", message, numbers, since, todo)


def cooldown_skipped(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that the last runs in a row were all without a cool-down; an unknown one ends the row."""
    for n, numbers, since in _skipped_in_a_row(history, now, "cooldown"):
        message = _("No cool-down after your last {n} runs.").format(n=n)
        why = f"{numbers} {evidence('law-2007-cooldown').cite()}"
        todo = _("Try one after your next runs, and see whether it helps you: {command}")
        yield Notice("cooldown", "info", message, why, since, todo.format(command="runlog links"))


def _skipped_in_a_row(history: History, now: pd.Timestamp, habit: str) -> Iterator[tuple[int, str, date]]:
    """Yield how many of the last runs are all known to be without it, if enough; in words, and since when.

    A short run that was the cool-down of another does not count.
    """
    runs, least = history.runs[history.runs["part_of"].isna()], history.settings.skipped_in_a_row
    n = common.trailing_true((runs[habit] == 0).to_numpy())
    if n < least or not common.ran_recently(history, now):
        return
    days = runs["day"].iloc[len(runs) - n :]
    text = _("{n} runs in a row without one, {first} to {last}. The alert starts at {least}.")
    numbers = text.format(n=n, first=units.day(days.iloc[0]), last=units.day(days.iloc[-1]), least=least)
    yield n, numbers, days.iloc[least - 1].date()


def diary_gap(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that you go on running, but have not rated your soreness for a week (by default) or more."""
    rated = ratings_of(history)
    if len(rated) < MIN_RATINGS or not common.ran_recently(history, now):
        return
    last = rated["day"].iloc[-1].date()
    unrated = history.runs[history.runs["end"] > rated["moment"].iloc[-1]]
    days, least = (history.clock.day(now) - last).days, history.settings.diary_gap_days
    if days < least or len(unrated) < MIN_UNRATED_RUNS:
        return
    message = ngettext(
        "{n} run since your last rating, {days} days ago.",
        "{n} runs since your last rating, {days} days ago.",
        len(unrated),
    ).format(n=len(unrated), days=days)
    why = _("The last one was on {day}. A day without a rating doesn’t count as 0: it is missing.")
    since = max(last + timedelta(days=least), unrated["day"].iloc[MIN_UNRATED_RUNS - 1].date())
    todo = _("Rate today, also if nothing is sore: {command}").format(command="runlog log 0")
    yield Notice("diary", "info", message, why.format(day=units.day(last)), since, todo)


def key_expiring(history: History, now: pd.Timestamp) -> Iterator[Notice]:
    """Report that the key of a service of your runs ends within two weeks (by default), or has ended."""
    from runlog.sync import terms_of

    today, ahead = history.clock.day(now), timedelta(days=history.settings.key_days)
    for service in history.services:
        terms, ends = terms_of(service.name), service.key_expires
        if service.refused_at is not None:
            message, since = key_refused(terms.title), service.refused_at.date()
        elif ends is not None and ends - today <= ahead:
            message, since = key_ends(terms.title, ends, today), ends - ahead
        else:
            continue
        why = _("Without a key nothing new comes from there: runs and nights will be missing.")
        todo = _("Make a new key at {page}, then: {command}").format(
            page=terms.key_page, command=f"runlog sync {service.name} --set-key"
        )
        yield Notice(service.name, "warn", message, why, since, todo)


def key_refused(service: str) -> str:
    """Say that a service refuses its key."""
    return _("{service} no longer accepts the key.").format(service=service)


def key_ends(service: str, ends: date, today: date) -> str:
    """Say when the key of a service ends, or ended."""
    text = _("The key for {service} ends on {day}.")
    if ends < today:
        text = _("The key for {service} ended on {day}.")
    return text.format(service=service, day=units.day(ends, year=True))
