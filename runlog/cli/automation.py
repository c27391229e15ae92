"""Run without anybody at the keyboard (``runlog weekly``, ``watch``, ``schedule`` and ``serve``)."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import base
from runlog.cli.alerts import print_new_alerts, send_due_alerts, send_reminders
from runlog.cli.base import command
from runlog.cli.import_ import print_summary
from runlog.cli.output import Column, echo, echo_err, print_table
from runlog.cli.params import EXISTING_FILE
from runlog.cli.sync import print_results, services_to_watch, sync_services
from runlog.errors import BadInput, RunlogError
from runlog.units import day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlog.analysis.history import History
    from runlog.journal import Journal
    from runlog.schedule import WeeklyJob


_notify_option = click.option(
    "--notify", is_flag=True, help="Send the headline and new alerts to the addresses in config.toml."
)


@command(
    "runlog weekly  # the report and the alerts",
    "runlog weekly ~/Sync/watch --notify  # import first, send alerts after",
    "runlog schedule --weekly sun 19:00 ~/Sync/watch --notify --install",
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@_notify_option
def weekly(folders: tuple[Path, ...], *, notify: bool) -> None:
    """Sync, import folders, write the week's report and check the alerts.

    It syncs every service that runlog sync has a key for. The report is for last
    week, or on the last day of a week for this one; without data there, for the
    last week that has some. A folder that is missing (say, a watch that is not
    plugged in) is named and skipped. The exit code is 1 if anything failed.
    """
    with base.open_journal() as journal:
        synced = sync_services(journal)
        imported = _import_folders(journal, folders)
        sent = _write_report(journal, notify=notify)
    if not (synced and imported and sent):
        click.get_current_context().exit(1)


def _import_folders(journal: Journal, folders: tuple[Path, ...]) -> bool:
    existing = [folder for folder in folders if folder.exists()]
    for folder in sorted(set(folders) - set(existing)):
        echo_err(f"{folder} is not there; nothing was imported from it.")
    if not existing:
        return not folders
    summary = journal.add(existing)
    print_summary(journal, summary)
    return summary.ok and existing == list(folders)


def _write_report(journal: Journal, *, notify: bool) -> bool:
    from runlog import notify as runlog_notify
    from runlog.reporter import render
    from runlog.reporter.weekly import build_week

    now = base.now()
    history = journal.history()
    week = build_week(history, now=now)
    page = render.save(week, journal.folder / "reports")
    journal.alerts.update(history, now)
    click.echo(page)
    if week.glance.note:
        echo_err(f"{week.glance.note} ({week.name})")
    if not notify:
        return True
    sent = send_due_alerts(journal, now, partial(runlog_notify.weekly_message, week.headline, page))
    return send_reminders(journal, now) and sent


@command(
    "runlog watch ~/Sync/watch",
    "runlog watch /media/me/GARMIN --wait  # a watch that comes and goes",
    "runlog watch ~/Sync/watch --notify  # and send new alerts",
    "runlog watch  # only services that have a key",
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--every",
    type=click.FloatRange(min=0.1, max=86_400),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look.",
)
@click.option("--notify", is_flag=True, help="Send new alerts, and ask how sore each run left you.")
@click.option(
    "--wait", "waits", is_flag=True, help="Wait for folders that are not there yet, like a USB watch."
)
@click.option("--once", is_flag=True, help="Import what is there, then stop.")
def watch(folders: tuple[Path, ...], every: float, *, notify: bool, waits: bool, once: bool) -> None:
    """Import new files as they appear in folders, then check the alerts.

    A file is imported once it stops growing. Services that runlog sync has a key
    for are asked every hour. Press Ctrl-C to stop.
    """
    from runlog.journal import watch_folders

    missing = [folder for folder in folders if not folder.is_dir()]
    if missing and not waits:
        raise click.UsageError(f"There is no folder {missing[0]}. To wait for it, add --wait")
    rounds = iter([True]) if once else iter(lambda: True, False)
    services = services_to_watch(folders)
    asked_at = -_ASK_EVERY_S

    def wait() -> bool:
        nonlocal asked_at
        if time.monotonic() - asked_at >= _ASK_EVERY_S:
            if services:
                _sync_watched(notify=notify)
            if notify:
                with _open_watched() as journal:  # quiet hours may have kept some back
                    send_reminders(journal, base.now())
            asked_at = time.monotonic()
        more = next(rounds, False)
        if more:
            time.sleep(every)
        return more

    if not once:
        echo_err(f"Watching {', '.join(map(str, (*folders, *services)))}. Press Ctrl-C to stop.")
    try:
        for paths in watch_folders(folders, wait):
            _import_settled(paths, notify=notify)
    except KeyboardInterrupt:
        echo_err("Stopped watching.")


#: A service is asked so often, and so is how a run was, however often one looks into folders.
_ASK_EVERY_S = 3600.0


@contextmanager
def _open_watched() -> Iterator[Journal]:
    """Open the journal for a while; print what goes wrong, so that watching goes on."""
    try:
        with base.open_journal() as journal:
            yield journal
    except RunlogError as error:
        echo_err(f"Error: {error}")


def _sync_watched(*, notify: bool) -> None:
    with _open_watched() as journal:
        results = journal.clouds.sync()
        if any(result.is_news or not result.ok for result in results):
            _print_time()
            print_results(journal, results)
            _print_watched_alerts(journal, None, notify=notify)


def _import_settled(paths: Sequence[Path], *, notify: bool) -> None:
    with _open_watched() as journal:
        summary = journal.add(paths)
        if summary.known < len(summary.files):
            _print_time()
            _print_watched_alerts(journal, print_summary(journal, summary), notify=notify)


def _print_time() -> None:
    echo(f"{base.now().astimezone():%Y-%m-%d %H:%M}")


def _print_watched_alerts(journal: Journal, history: History | None, *, notify: bool) -> None:
    now = base.now()
    print_new_alerts(journal, now, history)
    if notify:
        send_due_alerts(journal, now)
        send_reminders(journal, now)


_SYSTEMS = ("systemd", "cron", "launchd", "windows")


@command(
    "runlog schedule --weekly sun 19:00  # show what would be written",
    "runlog schedule --weekly sun 19:00 ~/Sync/watch --notify --install",
    "runlog schedule --uninstall",
    "runlog schedule --serve --install  # serve whenever you are logged in",
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--weekly", nargs=2, metavar="DAY TIME", help="When, in local time.  [default: sun 19:00]")
@_notify_option
@click.option(
    "--as",
    "system",
    type=click.Choice(_SYSTEMS),
    help="The scheduler to use.  [default: that of this computer]",
)
@click.option("--serve", "serving", is_flag=True, help="Keep runlog serve --phone running instead (systemd).")
@click.option("--install", is_flag=True, help="Install and start it.")
@click.option("--uninstall", is_flag=True, help="Remove it.")
def schedule(
    folders: tuple[Path, ...],
    weekly: tuple[str, str] | None,
    system: str | None,
    *,
    notify: bool,
    serving: bool,
    install: bool,
    uninstall: bool,
) -> None:
    """Run "runlog weekly" on this computer once a week.

    That syncs every service that has a key, imports the folders, writes the
    report and checks the alerts; with a key it needs no folder. Without --install
    runlog only prints the systemd timer, cron line, launchd agent or Windows
    task. All but cron catch up on what was due while the computer was off.
    """
    from runlog import schedule

    if install and uninstall:
        raise click.UsageError("--install and --uninstall exclude each other.")
    if serving:
        _schedule_serving(system or schedule.detect_system(), install=install, uninstall=uninstall)
        return
    scheduler = schedule.SYSTEMS[system or schedule.detect_system()]
    if uninstall:
        echo(scheduler.uninstall(schedule.run_program))
        return
    _warn_of_sources(folders)
    appointment = _make_appointment(weekly or ("sun", "19:00"), folders, notify=notify)
    if install:
        echo(scheduler.install(appointment, schedule.run_program))
    else:
        click.echo(scheduler.preview(appointment), nl=False)
        echo_err("Nothing is installed yet. To install it, add --install")


def _schedule_serving(system: str, *, install: bool, uninstall: bool) -> None:
    from runlog.schedule import run_program, systemd

    command = (sys.executable, "-m", "runlog", "--home", str(base.home_folder()), "serve", "--phone")
    if system != "systemd":
        raise click.UsageError(f"--serve is for systemd alone; start this at login: {' '.join(command)}")
    if uninstall:
        echo(systemd.uninstall_serving(run_program))
    elif install:
        echo(systemd.install_serving(command, run_program))
    else:
        click.echo(systemd.preview_serving(command), nl=False)


def _warn_of_sources(folders: Sequence[Path]) -> None:
    """Say so where nothing would come in, or a key would not be seen."""
    with base.open_journal() as journal:
        statuses = [status for status in journal.clouds.status() if status.key_place]
    if not (folders or statuses):
        echo_err("Nothing will be imported. Name a folder, or set a key: runlog sync garmin --set-key")
    for status in statuses:
        if status.key_place == "environment":
            echo_err(
                f"The key for {status.title} is only in the environment; this job cannot see it. Store it: "
                f"runlog sync {status.service} --set-key"
            )


def _make_appointment(when: tuple[str, str], folders: tuple[Path, ...], *, notify: bool) -> WeeklyJob:
    from runlog.schedule.job import WeeklyJob, parse_time, parse_weekday

    try:
        weekday, clock = parse_weekday(when[0]), parse_time(when[1])
    except BadInput as error:
        raise click.BadParameter(str(error), param_hint="--weekly") from error
    # nothing in the command depends on the working directory or the environment
    command = (sys.executable, "-m", "runlog", "--home", str(base.home_folder()), "weekly")
    words = (*command, *(str(folder.absolute()) for folder in folders), *(["--notify"] if notify else []))
    return WeeklyJob(weekday, *clock, words)


DEFAULT_PORT = 8421


@command(
    "runlog serve --open  # on this computer",
    "runlog serve --phone  # and on phones in your home network",
    "runlog serve --devices  # list the paired phones",
    "runlog serve --revoke 1a2b3c4d",
    "runlog serve --name my-computer.my-tailnet.ts.net",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The port; 0 picks a free one.",
)
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--phone", is_flag=True, help="Let paired phones in your home network in.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="Another name of this computer, like that in Tailscale.",
)
@click.option("--tls-cert", type=EXISTING_FILE, metavar="FILE", help="A certificate, for https.")
@click.option("--tls-key", type=EXISTING_FILE, metavar="FILE", help="Its key.")
@click.option("--devices", is_flag=True, help="List the paired devices, then stop.")
@click.option("--revoke", metavar="ID", help="Lock a device out, then stop.")
def serve(
    port: int,
    names: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    revoke: str | None,
    *,
    open_it: bool,
    phone: bool,
    devices: bool,
) -> None:
    """Open runlog in the browser, and rate runs on your phone in two taps.

    The pages come from this computer and load nothing from the internet. Without
    --phone, only this computer can open them. Press Ctrl-C to stop.

    To reach it from anywhere, encrypted and without opening a port: install
    Tailscale on this computer and the phone, run "tailscale serve --bg 8421",
    and pass this computer's Tailscale name with --name. Then pair the phone with
    a code from http://localhost:8421/devices.
    """
    if devices or revoke:
        _manage_devices(revoke)
        return
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together.")
    from runlog.web import server

    tls = (tls_cert, tls_key) if tls_cert and tls_key else None
    serving = server.prepare(base.home_folder(), port=port, phone=phone, names=names, tls=tls)
    echo(f"runlog is at {serving.address}   Press Ctrl-C to stop.")
    if phone:
        click.echo(server.phone_text(serving))
    if open_it:
        import webbrowser

        webbrowser.open(serving.address)
    serving.run()
    echo_err("Stopped serving.")


_DEVICE_COLUMNS = (Column("id", "Id"), Column("name", "Device"), Column("paired", "Paired", numeric=True))


def _manage_devices(revoke: str | None) -> None:
    """Revoke a device, or list those that are paired."""
    from runlog.web.pairing import Devices

    paired = Devices(base.home_folder())
    if revoke:
        paired.revoke(revoke)
        echo(f"Revoked {revoke}: that device is locked out.")
        return
    rows = [
        {"id": device.id, "name": device.name, "paired": day(device.paired, year=True)}
        for device in paired.all(base.now())
    ]
    if rows:
        print_table(rows, _DEVICE_COLUMNS)
        echo_err("To lock one out: runlog serve --revoke ID")
    else:
        echo("No device is paired. To pair a phone: runlog serve --phone")
