"""Write reports and charts, list tips (``runlog report``, ``chart`` and ``tips``)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog.cli import base, output
from runlog.cli.alerts import print_clinician_advice
from runlog.cli.base import command
from runlog.cli.lookup import AREA, CHART, FACTOR, TOPIC
from runlog.cli.params import FILE, FOLDER
from runlog.errors import BadInput
from runlog.reporter import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from runlog.journal import Journal
    from runlog.reporter.season import Season
    from runlog.reporter.weekly import Week

STDOUT = Path("-")


def _check_week(text: str) -> str:
    from runlog.analysis.periods import parse_week
    from runlog.settings import Settings

    return _check_period(text, lambda: parse_week(text, Settings()))


def _check_month(text: str) -> str:
    from runlog.analysis.periods import parse_period

    return _check_period(text, lambda: parse_period(text))


def _check_period(text: str, parse: Callable[[], object]) -> str:
    """Return the name of a period as it was typed, checked before data is read."""
    try:
        parse()
    except BadInput as error:
        raise click.BadParameter(str(error)) from error
    return text


@command(
    "runlog report --open",
    "runlog report --week 2026-W30 --out ~/reports",
    "runlog report --format md --out -  # on the screen",
    "runlog report --format json --out - | jq .headline",
    "runlog report --email-file week.eml  # for any mail program",
    "runlog report --since 2026-01 --until 2026-06  # a season",
    "runlog report --all-weeks --out ~/reports  # with an index",
)
@click.option(
    "--week",
    metavar="WEEK",
    type=_check_week,
    help="A week like 2026-W30.  [default: last week; on the last day of a week, this one]",
)
@click.option("--last", is_flag=True, help="The last complete week with any data.")
@click.option("--current", is_flag=True, help="The current week.")
@click.option(
    "--since",
    metavar="MONTH",
    type=_check_month,
    help="A season from this month or day on, like 2026-01 or 2026-01-15.",
)
@click.option(
    "--until",
    metavar="MONTH",
    type=_check_month,
    help="The last month or day of the season.  [default: today]",
)
@click.option("--all-weeks", is_flag=True, help="A page for each complete week, and an index.")
@click.option(
    "--format",
    "fmt",
    type=click.Choice(FORMATS),
    help="A page, Markdown, JSON or PDF (with the extra pdf).  [default: html]",
)
@click.option("--email-file", type=FILE, metavar="FILE", help="Write it as an e-mail into this file.")
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
    now = base.now()
    with base.open_journal() as journal:
        write = partial(_write_report, journal, now, fmt=fmt, email_file=email_file, out=out)
        if since:
            from runlog.reporter.season import build_season

            with output.progress_bar() as progress:
                season = build_season(journal.history(), since, until, now, progress)
            path = write(season)
        elif all_weeks:
            from runlog.reporter.archive import write_archive

            with output.progress_bar() as progress:
                archive = write_archive(
                    journal.history(), out or journal.folder / "reports" / "weeks", now, progress
                )
            output.echo_err(
                f"{archive.written} of {archive.pages} pages written; the others had not changed."
            )
            path = archive.index
        else:
            path = _write_week(journal, _LAST if last else _CURRENT if current else week, now, write)
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


def _write_week(
    journal: Journal, week: str | None, now: datetime, write: Callable[[Week], Path | None]
) -> Path | None:
    """Write the report of a week, ``_LAST`` or ``_CURRENT``; None is the one that is due."""
    with output.status_line() as show:
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
        path = write(facts)
    if facts.glance.note:
        output.echo_err(f"{facts.glance.note} ({facts.name})")
    return path


_LAST, _CURRENT = "last", "current"


def _write_report(
    journal: Journal,
    now: datetime,
    facts: Week | Season,
    *,
    fmt: str | None,
    email_file: Path | None,
    out: Path | None,
) -> Path | None:
    """Write a report into its file and return the path, or write it to stdout."""
    from runlog.fileio import write_atomically
    from runlog.reporter import render

    if out == STDOUT:
        click.echo(render.render(facts, fmt or FORMATS[0]), nl=False)
        return None
    if email_file is not None:
        write_atomically(email_file, render.render_mail(facts, now))
        return email_file
    return render.save(facts, out or journal.folder / "reports", fmt)


@command(
    "runlog chart  # list them",
    "runlog chart links --out links.png",
    "runlog chart exposure --factor warmup --out warmup.svg",
    "runlog chart --all charts  # all of them as PNG, into a folder",
)
@click.argument("name", type=CHART, required=False)
@click.option("--out", type=FILE, metavar="FILE", help="A .png, .svg or .pdf file.")
@click.option("--all", "folder", type=FOLDER, metavar="DIR", help="Save every chart as a PNG in this folder.")
@click.option("--area", type=AREA, default="upper_back", show_default=True, help="The body area.")
@click.option("--factor", type=FACTOR, help="The factor, for the exposure chart.")
@output.format_options
def chart(
    fmt: output.OutputFormat,
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
        output.print_rows(
            fmt, rows, ("name", "help"), (output.Column("name", "Chart"), output.Column("help", "Shows")), ""
        )
        return
    if name and out is None:
        raise click.UsageError(f"Where to? runlog chart {name} --out {name}.png")
    paths = {name: out} if name else {one.name: Path(folder or "", f"{one.name}.png") for one in CHARTS}
    with base.open_journal() as journal:
        history = journal.history()
        for chart_name, path in paths.items():
            draw(chart_name, history, path, area=area, factor=factor)
            click.echo(path)


@command("runlog tips", "runlog tips --for warmup", "runlog tips --json")
@click.option("--for", "topic", type=TOPIC, help="Only tips for this factor or kind of alert.")
@output.format_options
def tips(fmt: output.OutputFormat, topic: str | None) -> None:
    """List what may help, and how good the evidence is."""
    from runlog.i18n import _, use_language
    from runlog.reporter.guidance import all_tips

    with use_language(base.runner_settings().language):
        listed = [tip for tip in all_tips() if topic is None or topic in tip.answers]
        grades = {tip.grade: _(tip.grade) for tip in listed}
    if fmt != "table":
        output.print_rows(fmt, [output.record_to_row(tip) for tip in listed], _TIP_KEYS)
        return
    for tip in listed:
        output.echo(tip.title)
        for text in (tip.how, tip.why, f"Evidence: {grades[tip.grade]}. {tip.evidence}"):
            output.echo(text, indent="    ")
    print_clinician_advice()


_TIP_KEYS = ("id", "title", "how", "why", "answers", "grade", "evidence", "source")
