"""``runlog doctor``: whether all is well with what is kept, and what to do where it is not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.importing import progress_bar
from runlog.cli.output import emit_json, say, tell
from runlog.cli.text import json_safe
from runlog.errors import StoreError

if TYPE_CHECKING:
    from runlog.doctor import CheckReport


@click.command(
    epilog=examples(
        "runlog doctor",
        "runlog doctor --repair                  # throw away what runlog makes anew by itself",
        "runlog doctor --support support.json    # to send to whoever helps you",
    )
)
@click.option("--repair", is_flag=True, help="First empty the caches, which is always safe.")
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
    from runlog import doctor
    from runlog.store.connection import DATABASE

    home = context.home()
    if repair and (home / DATABASE).exists():
        _repair(home / DATABASE)
    with progress_bar() as progress:
        found = doctor.check_home(home, progress)
    if as_json:
        findings = [asdict(finding) for finding in found.findings]
        emit_json({"ok": found.ok, "findings": findings, "facts": found.facts})
    else:
        _say(found)
    if support is not None:
        _write_support(home, found, support)
        say(f"For whoever helps you, without anything of yours: {support}")
    if not found.ok:
        click.get_current_context().exit(1)


def _repair(database: Path) -> None:
    from runlog.store import checks

    try:
        checks.drop_caches(database)
    except StoreError as error:  # what is wrong is told by the check
        tell(f"Nothing repaired: {error}")


def _say(found: CheckReport) -> None:
    for finding in sorted(found.findings, key=lambda finding: not finding.wrong):
        say(f"{'wrong' if finding.wrong else 'note'}: {finding.message}")
        say(f"What to do: {finding.todo}", indent="    ")
    if found.ok:
        runs, ratings = found.facts["runs"], found.facts["ratings"]
        what = "" if runs is None else f" {runs} runs and {ratings} diary entries were checked."
        say(f"All is well.{what}")


def _write_support(home: Path, found: CheckReport, file: Path) -> None:
    from runlog.doctor import support_report
    from runlog.fileio import write_atomically

    document = json.dumps(support_report(home, found), indent=2, ensure_ascii=False)
    write_atomically(file, json_safe(document) + "\n")
