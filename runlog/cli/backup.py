"""Back up, restore, export and check what is stored (``runlog backup``, ``doctor`` and their like)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import base
from runlog.cli.base import examples
from runlog.cli.output import echo, echo_err, print_json, progress_bar
from runlog.errors import StoreError
from runlog.settings import CONFIG_NAME
from runlog.units import count_noun, escape_json

if TYPE_CHECKING:
    from runlog.doctor import CheckReport
    from runlog.journal import Journal
    from runlog.results import HomeContents

_PATH = click.Path(path_type=Path)
_MB = 1e6


@click.command(
    epilog=examples(
        "runlog backup ~/runlog-backup.db",
        "runlog backup /media/stick/runlog.db --force    # in the place of the last one",
    )
)
@click.argument("file", type=_PATH)
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
def backup(file: Path, *, force: bool) -> None:
    """Put everything, settings included, into one file.

    It can be made at any time, also while files are imported, and is checked
    before it is put in place: where runs or entries are damaged, an older backup
    stays. Reports are not in it; runlog report writes them
    again. To get it all back: runlog restore FILE
    """
    contents = base.open_unchecked().backup(file, force=force, now=base.now())
    settings = "no settings, because none are set" if contents.config is None else "the settings"
    echo(f"{file}: {_megabytes(file.stat().st_size)}, {_describe_contents(contents)}, {settings}.")
    for fault in contents.faults:
        echo_err(f"Backed up as it is, but wrong: {fault}. What to do: runlog doctor")


@click.command(
    epilog=examples(
        "runlog restore ~/runlog-backup.db",
        "runlog restore ~/runlog-backup.db --yes     # without asking",
    )
)
@click.argument("file", type=_PATH)
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
def restore(file: Path, *, yes: bool) -> None:
    """Put a backup in the place of everything that is kept now.

    What is there now is kept aside in the same folder, database and settings.
    A backup of an older runlog is brought up to date.
    """
    journal = base.open_unchecked()
    home, contents = journal.folder, journal.inspect_backup(file)
    if contents.checksum is None:
        echo_err(
            "This backup carries no checksum: an older runlog made it, or it is a copy of runlog.db. "
            "It is checked for all other damage, but a number that has changed would not show."
        )
    current = _describe_current(journal)
    if current and not yes:
        _confirm(
            f"{home} holds {current}. Replace it by {_describe_contents(contents)}? "
            "The former stays beside it."
        )
    restored = journal.restore(file, now=base.now())
    echo(f"Restored {_describe_contents(contents)}{_backup_date(contents)} to {home}.")
    for previous in filter(None, (restored.previous_database, restored.previous_config)):
        echo(f"What was there is now {previous}")
    if contents.config is None and (home / CONFIG_NAME).exists():
        echo_err("There are no settings in this backup; those of the home stay.")


def _describe_current(journal: Journal) -> str:
    try:
        contents = journal.contents()
    except StoreError:
        return "a database that cannot be read"
    return _describe_contents(contents) if contents else ""


def _confirm(question: str) -> None:
    if not _is_somebody_there():
        raise click.UsageError(f"{question} Nobody is there to answer; --yes does.")
    click.confirm(question, abort=True)


def _is_somebody_there() -> bool:
    return sys.stdin.isatty()


@click.command(
    epilog=examples(
        "runlog export ~/runlog-export",
        "runlog export ~/runlog-export --gpx             # each track for other tools, too",
        "runlog import ~/runlog-export                   # in another home: all of it back again",
    )
)
@click.argument("folder", type=_PATH, metavar="DIR")
@click.option("--gpx", is_flag=True, help="Write each track also as GPX, for other tools.")
@click.option("--force", is_flag=True, help="Go over an export that is there; other files in DIR stay.")
def export(folder: Path, *, gpx: bool, force: bool) -> None:
    """Write everything as plain files: CSV and JSON, and GPX where asked for.

    DIR is a new or an empty folder. Importing it into an empty home gives the
    same history; its README.txt says what each file is.
    """
    with base.open_journal() as journal, progress_bar() as progress:
        exported = journal.export(folder, gpx=gpx, force=force, progress=progress)
    parts = [
        _megabytes(exported.size),
        count_noun(exported.activities, "activity", "activities"),
        count_noun(exported.entries, "diary entry", "diary entries"),
        count_noun(exported.shoes, "pair of shoes", "pairs of shoes"),
    ]
    if gpx:
        parts.insert(2, f"{exported.gpx} of them also as GPX")
    echo(f"{folder}: {', '.join(parts)}.")


def _describe_contents(contents: HomeContents) -> str:
    others = [count_noun(contents.others, "other activity", "other activities")] if contents.others else []
    entries = count_noun(contents.ratings, "diary entry", "diary entries")
    return ", ".join([count_noun(contents.runs, "run"), *others, entries])


def _backup_date(contents: HomeContents) -> str:
    made = contents.made
    return f" of {made.astimezone():%Y-%m-%d %H:%M}" if made else ""


def _megabytes(size: int) -> str:
    return f"{size / _MB:.1f} MB"


@click.command(
    epilog=examples(
        "runlog doctor",
        "runlog doctor --repair                  # throw away what runlog makes anew by itself",
        "runlog doctor --support support.json    # to send to whoever helps you",
    )
)
@click.option(
    "--repair",
    is_flag=True,
    help="First empty the caches and delete what stopped commands left behind, which is always safe.",
)
@click.option(
    "--support",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write versions, counts and findings into a file: no positions, names, notes, paths or health data.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object.")
def doctor(support: Path | None, *, repair: bool, as_json: bool) -> None:
    """Check what is kept, and say what is wrong and what to do.

    Nothing of yours is changed, also by --repair. The exit code is 1 if
    something is wrong.
    """
    journal = base.open_unchecked()
    if repair:
        _drop_caches(journal)
    with progress_bar() as progress:
        report = journal.doctor(progress)
    if as_json:
        findings = [asdict(finding) for finding in report.findings]
        print_json({"ok": report.ok, "findings": findings, "facts": report.facts})
    else:
        _print_findings(report)
    if support is not None:
        _write_support(journal.folder, report, support)
        echo(f"For whoever helps you, without anything of yours: {support}")
    if not report.ok:
        click.get_current_context().exit(1)


def _drop_caches(journal: Journal) -> None:
    from runlog.doctor import delete_leftovers

    delete_leftovers(journal.folder)
    try:
        journal.drop_caches()
    except StoreError as error:  # the check reports what is wrong
        echo_err(f"Nothing repaired: {error}")


def _print_findings(report: CheckReport) -> None:
    for finding in sorted(report.findings, key=lambda finding: not finding.wrong):
        echo(f"{'wrong' if finding.wrong else 'note'}: {finding.message}")
        echo(f"What to do: {finding.todo}", indent="    ")
    if report.ok:
        runs, ratings = report.facts["runs"], report.facts["ratings"]
        what = "" if runs is None else f" {runs} runs and {ratings} diary entries were checked."
        echo(f"All is well.{what}")


def _write_support(home: Path, report: CheckReport, file: Path) -> None:
    from runlog.doctor import support_report
    from runlog.fileio import write_atomically

    document = json.dumps(support_report(home, report), indent=2, ensure_ascii=False)
    write_atomically(file, escape_json(document) + "\n")
