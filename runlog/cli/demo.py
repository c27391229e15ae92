"""Try runlog on the sample season (``runlog demo``)."""

from __future__ import annotations

import shlex
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

import runlog
from runlog.cli.base import command
from runlog.cli.links import link_rows, sort_by_grade
from runlog.cli.output import Column, echo, format_signed, print_table, progress_bar
from runlog.cli.report import open_in_browser
from runlog.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from runlog.analysis.history import History


@command("runlog demo", "runlog demo --open")
@click.option("--open", "open_it", is_flag=True, help="Open the report in the browser.")
def demo(*, open_it: bool) -> None:
    """Try runlog on a made-up season, in a folder of its own.

    A documented model made the season, so you can compare what runlog finds with
    what went in. Your own data is neither read nor changed.
    """
    import runlog.journal
    from runlog.analysis import periods

    home = Path(tempfile.mkdtemp(prefix="runlog-demo-"))
    with runlog.journal.open(home) as journal:
        with progress_bar() as progress:
            season = [sample_data() / name for name in ("activities", "diary.csv", "shoes.csv")]
            journal.add(season, progress=progress)
        history = journal.history()
    last_day = history.entries["day"].max().date()
    week = periods.week_name(periods.week_of(last_day, history.settings))
    end = periods.end_of_day(history, last_day)  # when its alerts are evaluated
    _print_glance(history, week, end)
    _print_links(history)
    path = runlog.report(history, week, out=home / "reports", now=end)
    again = f"runlog --home {shlex.quote(str(home))}"
    echo()
    click.echo(f"The week as a page: {path}")
    _print_title("Three things to try")
    for what, typed in (
        ("Open that page in the browser:", f"{again} report --last --open"),
        ("See how sure each link is, and why:", f"{again} links"),
        ("Rate a run, as you would after your own:", f"{again} log 3 --warmup"),
    ):
        echo(what)
        click.echo(f"  {typed}")  # never wrapped, so that it can be pasted
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


def _print_glance(history: History, week: str, end: datetime) -> None:
    """Print the season's last week in one glance."""
    from runlog.reporter.glance import build_glance

    glance = build_glance(history, week, end)
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
    truth = tomllib.loads((sample_data() / "truth.toml").read_text(encoding="utf-8"))
    effects = {name: format_signed(factor["effect"]) for name, factor in truth["factors"].items()}
    effects |= dict.fromkeys(truth["no_effect"]["factors"], "nothing")
    rows = link_rows(runlog.links(runlog.exposures(history, truth["area"])))
    rows = [row | {"truth": effects.get(row["factor"])} for row in sort_by_grade(rows)]
    _print_title("What soreness goes together with, and what really went in (points of 10)")
    print_table([row for row in rows if row["truth"] or row["grade"] in _FOUND][:_MOST_LINKS], _COLUMNS)


_FOUND = ("A", "B", "C")
_MOST_LINKS = 10
_COLUMNS = (
    Column("label_and_step", "Factor"),
    Column("effect", "Found", format_signed, numeric=True),
    Column("truth", "Went in", numeric=True),
    Column("grade", "Grade", lambda grade: {"none": "no sign", "": "open"}.get(grade, grade)),
)


def _print_title(text: str) -> None:
    echo()
    echo(text, bold=True)
    echo()
