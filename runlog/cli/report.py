"""Write reports and charts, list tips (``runlog report``, ``chart`` and ``tips``)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from runlog.cli import base
from runlog.cli.alerts import print_clinician_advice
from runlog.cli.base import examples
from runlog.cli.lookup import AREA, CHART, FACTOR, TOPIC
from runlog.cli.output import (
    Column,
    OutputFormat,
    echo,
    echo_err,
    format_options,
    print_rows,
    progress_bar,
    status_line,
    to_json_value,
)
from runlog.errors import BadInput
from runlog.reporter import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runlog.journal import Journal
    from runlog.reporter.season import Season
    from runlog.reporter.weekly import Week

STDOUT = Path("-")


class ReportTarget(NamedTuple):
    """The format of a report, and where to write it."""

    fmt: str | None
    email_file: Path | None
    out: Path | None


class _PeriodParam(click.ParamType[str]):
    """A parameter that takes a week like 2026-W30, or else a month or day; checked before data is read."""

    name = "period"

    def __init__(self, *, week: bool) -> None:
        self.week = week

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name of the period as it was typed."""
        from runlog.analysis.periods import parse_period, parse_week
        from runlog.settings import Settings

        try:
            parse_week(value, Settings()) if self.week else parse_period(value)
        except BadInput as error:
            self.fail(str(error), param, ctx)
        return value


@click.command(
    epilog=examples(
        "runlog report --open",
        "runlog report --week 2026-W30 --out ~/reports",
        "runlog report --format md --out -  # on the screen",
        "runlog report --format json --out - | jq .headline",
        "runlog report --email-file week.eml  # for any mail program",
        "runlog report --since 2026-01 --until 2026-06  # a season",
        "runlog report --all-weeks --out ~/reports  # with an index",
    )
)
@click.option(
    "--week",
    metavar="WEEK",
    type=_PeriodParam(week=True),
    help="A week like 2026-W30.  [default: last week; on the last day of a week, this one]",
)
@click.option("--last", is_flag=True, help="The last complete week with any data.")
@click.option("--current", is_flag=True, help="The current week.")
@click.option(
    "--since",
    metavar="MONTH",
    type=_PeriodParam(week=False),
    help="A season from this month or day on, like 2026-01 or 2026-01-15.",
)
@click.option(
    "--until",
    metavar="MONTH",
    type=_PeriodParam(week=False),
    help="The last month or day of the season.  [default: today]",
)
@click.option("--all-weeks", is_flag=True, help="A page for each complete week, and an index.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(FORMATS),
    help="A page, Markdown, JSON or PDF (with the extra pdf).  [default: html]",
)
@click.option(
    "--email-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it as an e-mail into this file.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="DIR",
    help="A folder, a file like week.pdf, or - for the screen.  [default: reports, in your data folder]",
)
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def report(  # noqa: PLR0917 - click gives them by name
    week: str | None,
    since: str | None,
    until: str | None,
    fmt: str | None,
    email_file: Path | None,
    out: Path | None,
    *,
    last: bool,
    current: bool,
    all_weeks: bool,
    open_it: bool,
) -> None:
    """Write the report for a week, a season or every week, and print where it is.

    If the last week has no runs and no ratings, the report is for the last week
    that has some, and says so.
    """
    _refuse_together(
        {"--week": week, "--last": last, "--current": current, "--since": since, "--all-weeks": all_weeks}
    )
    _refuse_together({"--email-file": email_file, "--format": fmt, "--all-weeks": all_weeks})
    _refuse_together({"--email-file": email_file, "--out": out})
    _refuse_together({"--email-file": email_file, "--open": open_it, "--out -": out == STDOUT})
    if all_weeks and out == STDOUT:
        raise click.UsageError("--all-weeks writes many pages; give --out a folder.")
    if until and not since:
        raise click.UsageError("--until needs --since.")
    if fmt and out and out.suffix.lstrip(".") in {*FORMATS} - {fmt}:
        raise click.UsageError(f"{out} does not match --format {fmt}.")
    target = ReportTarget(fmt, email_file, out)
    with base.open_journal() as journal:
        if since:
            path = _write_season(journal, since, until, target)
        elif all_weeks:
            path = _write_all_weeks(journal, out)
        else:
            path = _write_week(journal, _LAST if last else _CURRENT if current else week, target)
    if path is not None:
        click.echo(path)
        if open_it:
            open_in_browser(path)


def open_in_browser(path: Path) -> None:
    """Show a page in the browser."""
    import webbrowser

    webbrowser.open(path.resolve().as_uri())


def _refuse_together(options: Mapping[str, object]) -> None:
    """Refuse options that exclude each other."""
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} exclude each other.")


def _write_week(journal: Journal, week: str | None, target: ReportTarget) -> Path | None:
    """Write the report of a week, ``_LAST`` or ``_CURRENT``; None is the one that is due."""
    now = base.now()
    with status_line() as show:
        show("Reading your runs …")
        from runlog.reporter import glance, weekly

        history = journal.history()
        show("Working out the week …")
        if week == _LAST:
            week = glance.last_complete_week(history, now)
        elif week == _CURRENT:
            week = glance.current_week(history, now)
        facts = weekly.build_week(history, week, now)
        show("Drawing the page …")
        path = _write_report(journal, target, facts, now)
    if facts.glance.note:
        echo_err(f"{facts.glance.note} ({facts.name})")
    return path


_LAST, _CURRENT = "last", "current"


def _write_season(journal: Journal, since: str, until: str | None, target: ReportTarget) -> Path | None:
    from runlog.reporter import season

    now = base.now()
    with progress_bar() as progress:
        facts = season.build_season(journal.history(), since, until, now, progress)
    return _write_report(journal, target, facts, now)


def _write_all_weeks(journal: Journal, out: Path | None) -> Path:
    from runlog.reporter.archive import write_archive

    folder = out or journal.folder / "reports" / "weeks"
    with progress_bar() as progress:
        archive = write_archive(journal.history(), folder, base.now(), progress)
    echo_err(f"{archive.written} of {archive.pages} pages written; the others had not changed.")
    return archive.index


def _write_report(
    journal: Journal,
    target: ReportTarget,
    facts: Week | Season,
    now: datetime,
) -> Path | None:
    """Write a report into its file and return the path, or write it to stdout."""
    from runlog.fileio import write_atomically
    from runlog.reporter import render

    if target.out == STDOUT:
        click.echo(render.render(facts, target.fmt or FORMATS[0]), nl=False)
        return None
    if target.email_file is not None:
        write_atomically(target.email_file, render.render_mail(facts, now))
        return target.email_file
    return render.save(facts, target.out or journal.folder / "reports", target.fmt)


@click.command(
    epilog=examples(
        "runlog chart  # list them",
        "runlog chart links --out links.png",
        "runlog chart exposure --factor warmup --out warmup.svg",
        "runlog chart --all charts  # all of them as PNG, into a folder",
    )
)
@click.argument("name", type=CHART, required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A .png, .svg or .pdf file.",
)
@click.option(
    "--all",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Save every chart as a PNG in this folder.",
)
@click.option("--area", type=AREA, default="upper_back", show_default=True, help="The body area.")
@click.option("--factor", type=FACTOR, help="The factor, for the exposure chart.")
@format_options
def chart(
    fmt: OutputFormat,
    name: str | None,
    *,
    out: Path | None,
    folder: Path | None,
    area: str,
    factor: str | None,
) -> None:
    """Save a chart as a file, or list the charts."""
    from runlog.reporter.charts import CHARTS
    from runlog.reporter.charts import chart as draw

    if folder is not None and (name or out):
        raise click.UsageError("--all saves every chart; leave out NAME and --out.")
    if name is None and folder is None:
        rows = [{"name": chart.name, "help": chart.help} for chart in CHARTS]
        print_rows(fmt, rows, ("name", "help"), (Column("name", "Chart"), Column("help", "Shows")), "")
        return
    if name and out is None:
        raise click.UsageError(f"Where to? runlog chart {name} --out {name}.png")
    paths = {name: out} if name else {one.name: Path(folder or "", f"{one.name}.png") for one in CHARTS}
    with base.open_journal() as journal:
        history = journal.history()
        for chart_name, path in paths.items():
            draw(chart_name, history, path, area=area, factor=factor)
            click.echo(path)


@click.command(epilog=examples("runlog tips", "runlog tips --for warmup", "runlog tips --json"))
@click.option("--for", "topic", type=TOPIC, help="Only tips for this factor or kind of alert.")
@format_options
def tips(fmt: OutputFormat, topic: str | None) -> None:
    """List what may help, and how good the evidence is."""
    from runlog.i18n import _, use_language
    from runlog.reporter.guidance import all_tips

    with use_language(base.runner_settings().language):
        listed = [tip for tip in all_tips() if topic is None or topic in tip.answers]
        grades = {tip.grade: _(tip.grade) for tip in listed}
    if fmt != "table":
        rows = [{key: to_json_value(value) for key, value in asdict(tip).items()} for tip in listed]
        print_rows(fmt, rows, _TIP_KEYS)
        return
    for tip in listed:
        echo(tip.title)
        for text in (tip.how, tip.why, f"Evidence: {grades[tip.grade]}. {tip.evidence}"):
            echo(text, indent="    ")
    print_clinician_advice()


_TIP_KEYS = ("id", "title", "how", "why", "answers", "grade", "evidence", "source")
