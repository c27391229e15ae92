"""Try runlog on the sample season (``runlog demo``)."""

from __future__ import annotations

import shlex
import tempfile
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import runlog
from runlog import units
from runlog.cli.base import examples
from runlog.cli.links import link_rows, sort_by_grade
from runlog.cli.output import Column, echo, print_table, progress_bar
from runlog.cli.report import open_in_browser
from runlog.errors import NotFound

if TYPE_CHECKING:
    from datetime import date, datetime

    from runlog.analysis.history import History


@click.command(epilog=examples("runlog demo", "runlog demo --open"))
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
def demo(*, open_it: bool) -> None:
    """Try runlog on a made-up season, in a folder of its own.

    A documented model made the season, so you can compare what runlog finds with
    what went in. Your own data is neither read nor changed.
    """
    import runlog.journal

    home = Path(tempfile.mkdtemp(prefix="runlog-demo-"))
    with runlog.journal.open(home) as journal:
        with progress_bar() as progress:
            journal.add(_season_paths(), progress=progress)
        history = journal.history()
    _print_glance(history)
    _print_links(history)
    path = _write_report(history, home / "reports")
    again = f"runlog --home {shlex.quote(str(home))}"
    echo()
    click.echo(f"The week as a page: {path}")
    _print_title("Three things to try")
    for what, command in (
        ("Open that page in the browser:", f"{again} report --last --open"),
        ("See how sure each link is, and why:", f"{again} links"),
        ("Rate a run, as you would after your own:", f"{again} log 3 --warmup"),
    ):
        echo(what)
        click.echo(f"  {command}")  # never wrapped, so that it can be pasted
    if open_it:
        open_in_browser(path)


def sample_data() -> Path:
    """Return the folder of the sample season: in the installed package, or in the checkout.

    Raises:
        NotFound: it is in neither place.
    """
    package = Path(runlog.__file__).parent
    for folder in (package / "sample_data", package.parent / "sample_data"):
        if (folder / "truth.toml").is_file():
            return folder
    raise NotFound("the sample season is not installed; install runlog again, or run it from a checkout")


def _season_paths() -> list[Path]:
    return [sample_data() / name for name in ("activities", "diary.csv", "shoes.csv")]


def _print_glance(history: History) -> None:
    """Print the season's last week in one glance."""
    from runlog.reporter.glance import build_glance

    glance = build_glance(history, _last_week(history), _season_end(history))
    _print_title(f"A made-up season: {len(history.runs)} runs, {len(history.entries)} diary entries")
    echo(glance.headline, bold=True)
    for warning in glance.warnings:
        echo(warning.message, colour="red")
    echo()
    for number, action in enumerate(glance.actions, start=1):
        echo(f"{number}. {action.text}")
        echo(action.fact, indent="   ", dim=True)


def _print_links(history: History) -> None:
    """Print the surest links, and what the season was made with."""
    _print_title("What soreness goes together with, and what really went in (points of 10)")
    rows = [row for row in _links_and_truth(history) if row["truth"] or row["grade"] in _FOUND]
    print_table(rows[:_MOST_LINKS], _COLUMNS)


_FOUND = ("A", "B", "C")
_MOST_LINKS = 10
_COLUMNS = (
    Column("label_and_step", "Factor"),
    Column("effect", "Found", partial(units.number, digits=2, signed=True), numeric=True),
    Column("truth", "Went in", numeric=True),
    Column("grade", "Grade", lambda grade: {"none": "no sign", "": "open"}.get(grade, grade)),
)


def _links_and_truth(history: History) -> list[dict[str, Any]]:
    truth = tomllib.loads((sample_data() / "truth.toml").read_text(encoding="utf-8"))
    effects = {
        name: units.number(factor["effect"], 2, signed=True) for name, factor in truth["factors"].items()
    }
    effects |= dict.fromkeys(truth["no_effect"]["factors"], "nothing")
    rows = link_rows(runlog.links(runlog.exposures(history, truth["area"])))
    return [row | {"truth": effects.get(row["factor"])} for row in sort_by_grade(rows)]


def _write_report(history: History, out: Path) -> Path:
    """Write the report of the season's last week."""
    return runlog.report(history, _last_week(history), out=out, now=_season_end(history))


def _last_week(history: History) -> str:
    from runlog.analysis import periods

    return periods.week_name(periods.week_of(_last_day(history), history.settings))


def _season_end(history: History) -> datetime:
    """Return the end of the season's last day, at which its alerts are evaluated."""
    from runlog.analysis import periods

    return periods.end_of_day(history, _last_day(history))


def _last_day(history: History) -> date:
    day: date = history.entries["day"].max().date()
    return day


def _print_title(text: str) -> None:
    echo()
    echo(text, bold=True)
    echo()
