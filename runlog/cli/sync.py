"""Fetch runs from the services that a watch hands them to (``runlog sync``)."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from runlog import units
from runlog.cli import base
from runlog.cli.alerts import print_new_alerts
from runlog.cli.base import Failure, command
from runlog.cli.import_ import print_summary
from runlog.cli.output import Column, echo, echo_err, print_json, print_table, progress_bar
from runlog.cli.params import parse_day
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from runlog.journal import Journal
    from runlog.results import ServiceStatus, SyncResult

_STATUS_COLUMNS = (
    Column("title", "Service"),
    Column("key", "Key"),
    Column("ends", "Expires"),
    Column("synced", "Last sync"),
    Column("activities", "Activities", numeric=True),
    Column("withheld", "Not passed on", numeric=True),
    Column("failed", "Not read", numeric=True),
)


@command(
    "runlog sync garmin --set-key  # asks for the key, without showing it",
    "runlog sync --since 2024-01-01  # the first time",
    "runlog sync  # what is new, from every service with a key",
    "runlog sync --status",
)
@click.argument("service", required=False, metavar="[SERVICE]")
@click.option(
    "--since", type=parse_day, metavar="DAY", help="Fetch everything since that day, like 2024-01-01."
)
@click.option("--set-key", is_flag=True, help="Ask for the key of SERVICE and store it.")
@click.option(
    "--expires", type=parse_day, metavar="DAY", help="With --set-key: the last day on which the key works."
)
@click.option("--keyring", is_flag=True, help="With --set-key: store it in the system's keyring.")
@click.option("--forget-key", is_flag=True, help="Delete the key of SERVICE from this computer.")
@click.option("--status", is_flag=True, help="Show the keys, when they expire, and the last sync.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sync(
    service: str | None,
    since: date | None,
    expires: date | None,
    *,
    set_key: bool,
    keyring: bool,
    forget_key: bool,
    status: bool,
    as_json: bool,
) -> None:
    """Fetch new runs, nights and ratings from Garmin Connect or intervals.icu.

    SERVICE is garmin or intervals; without it runlog asks each service that
    has a key. intervals.icu also has the runs of Polar, Suunto, Coros, Wahoo
    and Amazfit watches connected to it.

    The first sync fetches everything, or everything since --since. You can
    stop it; it goes on where it was. Later syncs fetch what is new, and the
    last 14 days again in case you changed something there. A run that comes
    from several places counts once. runlog only reads, needs no password, and
    asks nobody else.

    runlog looks for a key in the environment (GARMIN_PERSONAL_API_KEY,
    INTERVALS_API_KEY), then in keys.toml in its folder, which only you can
    read, then in the system's keyring. For tests,
    GARMIN_PERSONAL_API_BASE_URL and INTERVALS_API_BASE_URL may name a port of
    this computer.

    Without an account, runlog watch FOLDER reads what other apps put there:

    \b
      Gadgetbridge    Settings, Automations, Auto export: into a folder that
                      Syncthing brings to this computer
      OpenTracks      Settings, Import/Export: export after each recording into
                      a folder for Syncthing, likewise
      Apple Health    the app Health Auto Export: workouts as GPX into a folder
                      of iCloud Drive
      watch by USB    runlog watch /media/you/GARMIN --wait
    """  # noqa: D301 - the sign that stops click's wrapping
    if sum((set_key, forget_key, status)) > 1:
        raise click.UsageError("--set-key, --forget-key and --status exclude each other.")
    if (set_key or forget_key) and service is None:
        option = "--set-key" if set_key else "--forget-key"
        raise click.UsageError(f"Name the service, like: runlog sync garmin {option}")
    if (expires or keyring) and not set_key:
        raise click.UsageError("--expires and --keyring belong to --set-key.")
    if expires is not None and expires < base.now().astimezone().date():
        raise click.BadParameter("that day has passed; write it with its year", param_hint="--expires")
    with base.open_journal() as journal:
        if service is not None and service not in journal.clouds.names:
            names = " or ".join(journal.clouds.names)
            raise click.BadParameter(f"{service!r} is not {names}.", param_hint="SERVICE")
        if set_key and service is not None:
            _set_key(journal, service, expires, keyring=keyring)
        elif forget_key and service is not None:
            was_there = journal.clouds.forget_key(service)
            echo("Key deleted from this computer." if was_there else "There was no key on this computer.")
        elif status:
            _print_status(journal, service, as_json=as_json)
        else:
            _sync(journal, service, since, as_json=as_json)


def _set_key(journal: Journal, service: str, expires: date | None, *, keyring: bool) -> None:
    terms = journal.clouds.terms(service)
    echo_err(f"{terms.title}: {terms.text}")
    echo_err(f"Make a key at {terms.key_page}")
    if base.is_typed():
        key: str = click.prompt("Key (it is not shown)", hide_input=True, err=True)
    else:
        key = sys.stdin.readline()
    was_accepted = journal.clouds.set_key(service, key, expires=expires, in_keyring=keyring)
    status = next(one for one in journal.clouds.status() if one.service == service)
    place = "the system's keyring" if keyring else "keys.toml in runlog's folder, which you alone can read"
    echo(f"The key is stored in {place}.")
    if status.key_place == "environment":
        echo_err("runlog uses the key in the environment instead. To use this one, unset that variable.")
    if not was_accepted:
        echo_err(f"{terms.title} cannot be reached now, so the key is not checked yet.")
    if status.key_expires is not None:
        echo(f"It expires after {_day_text(status.key_expires)}.")
    elif service == "garmin":
        echo("To be reminded two weeks before it expires, add --expires, like --expires 2027-11-30")
    echo(f"Now: runlog sync {service}")


def _print_status(journal: Journal, service: str | None, *, as_json: bool) -> None:
    found = [one for one in journal.clouds.status() if service in (None, one.service)]
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    now = base.now()
    print_table([_status_row(one) for one in found], _STATUS_COLUMNS)
    for one in found:
        for text in _status_texts(one, now, journal.settings.key_days):
            if not text.startswith(" "):
                echo()
            echo(text)


def _status_row(status: ServiceStatus) -> dict[str, object]:
    synced, ends = status.synced_at, status.key_expires
    place = "none" if status.key_place is None else f"in the {status.key_place}"
    return {
        "title": status.title,
        "key": place,
        "ends": None if ends is None or status.key_place is None else _day_text(ends),
        "synced": "never" if synced is None else f"{synced.astimezone():%Y-%m-%d %H:%M}",
        "activities": status.activities,
        "withheld": status.withheld,
        "failed": len(status.failed),
    }


def _status_texts(status: ServiceStatus, now: datetime, warn_days: int) -> Iterator[str]:
    """Yield what there is to do or to know about a service."""
    renew = f"Make a new one at {status.key_page}, then: runlog sync {status.service} --set-key"
    left = None if status.key_expires is None else (status.key_expires - now.astimezone().date()).days
    if status.key_place is None:
        yield f"{status.title}: make a key at {status.key_page}, then: runlog sync {status.service} --set-key"
    elif status.refused_at is not None:
        yield f"{status.title} no longer accepts the key. {renew}"
    elif left is not None and left < 0:
        yield f"The key for {status.title} has expired. {renew}"
    elif left is not None and left <= warn_days:
        yield f"The key for {status.title} expires in {units.count_noun(left, 'day')}. {renew}"
    if status.withheld:
        yield _withheld_text(status.title, status.withheld)
    if status.failed:
        yield f"Could not be read from {status.title}; to try again: runlog sync --since DAY"
    yield from (f"  {name}: {reason}" for name, reason in status.failed)


def _sync(journal: Journal, service: str | None, since: date | None, *, as_json: bool) -> None:
    if service is None and not journal.clouds.with_key():
        raise Failure("there is no key yet: runlog sync garmin --set-key or runlog sync intervals --set-key")
    results = run_sync(journal, [service] if service else (), since)
    if as_json:
        print_json([result.as_dict() for result in results])
    else:
        print_results(journal, results)
    if any(result.is_news for result in results):
        print_new_alerts(journal, base.now())
    if not all(result.ok for result in results):
        click.get_current_context().exit(1)


def run_sync(journal: Journal, services: Sequence[str] = (), since: date | None = None) -> list[SyncResult]:
    """Sync with a progress bar, which Ctrl-C may stop."""
    try:
        with progress_bar() as progress:
            return journal.clouds.sync(services, since=since, progress=progress)
    except KeyboardInterrupt:
        echo_err("\nThe next runlog sync goes on from here.")
        raise


def print_results(journal: Journal, results: Sequence[SyncResult]) -> None:
    """Print what came of each service, with the same summary as an import."""
    for number, result in enumerate(results):
        if number:
            echo()
        echo(f"{result.title}: {_result_text(result)}")
        news = tuple(file for file in result.summary.files if file.outcome != "known")
        if news:  # what was fetched again and is known is no news
            print_summary(journal, replace(result.summary, files=news, known=0))
        for note in result.notes:
            echo(note)
        if result.withheld:
            echo(_withheld_text(result.title, result.withheld))
        for problem in result.problems:
            echo_err(f"{result.title}: {problem}")


def _result_text(result: SyncResult) -> str:
    summary = result.summary
    counts = (
        (summary.runs_added, "new run", "new runs"),
        (summary.other_added, "other new activity", "other new activities"),
        (result.updated, "changed activity", "changed activities"),
        (result.nights, "night", "nights"),
        (result.ratings, "rating", "ratings"),
    )
    news = ", ".join(units.count_noun(*counted) for counted in counts if counted[0])
    return news or ("nothing new" if result.complete else "not everything was fetched")


def _day_text(day: date) -> str:
    return units.day(day, weekday=False, year=True)


def _withheld_text(title: str, count: int) -> str:
    activities = units.count_noun(count, "activity", "activities")
    return (
        f"{activities} at {title} came from Strava, which does not let {title} pass them on. Connect your "
        f"watch to {title} directly, or import Strava's archive: runlog import export_123.zip"
    )


def sync_services(journal: Journal) -> bool:
    """Sync all services with a key, print what came of it, and return whether all is well."""
    try:
        services = journal.clouds.with_key()
        results = run_sync(journal, services) if services else []
    except BadInput as error:  # a file of keys that is open to others does not stop the report
        echo_err(f"Error: {error}")
        return False
    if any(result.is_news or not result.ok for result in results):
        print_results(journal, results)
    return all(result.ok for result in results)


def services_to_watch(folders: Sequence[Path]) -> list[str]:
    """Return the services with a key.

    Raises:
        click.UsageError: there is neither one nor a folder.
    """
    try:
        with base.open_unchecked() as journal:
            services = journal.clouds.with_key()
    except BadInput as error:
        echo_err(f"Error: {error}")
        services = []
    if not (folders or services):
        raise click.UsageError("Name a folder, or set a key: runlog sync garmin --set-key")
    return services
