"""``runlog report``: a week, a season or all weeks, as a page or in another form."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from runlog.cli import context
from runlog.cli.help import examples
from runlog.cli.output import tell
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlog.journal import Journal

#: Those of ``runlog.reporter.forms``, which is too heavy to be imported here.
FORMS = ("html", "md", "json", "pdf")
STDOUT = Path("-")


class How(NamedTuple):
    """In which form a report is wanted, and where."""

    form: str | None
    email_file: Path | None
    out: Path | None


def _checked(
    known: Callable[[str], object],
) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Refuse what is no week, month or day before anything is read."""

    def check(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
        if name is not None:
            try:
                known(name)
            except BadInput as error:
                raise click.BadParameter(str(error)) from error
        return name

    return check


def _week(name: str) -> None:
    from runlog.analysis.periods import parse_week
    from runlog.settings import Settings

    parse_week(name, Settings())


def _days(name: str) -> None:
    from runlog.analysis.periods import parse_period

    parse_period(name)


@click.command(
    epilog=examples(
        "runlog report --open",
        "runlog report --week 2026-W30 --out ~/reports",
        "runlog report --format md --out -              # on the screen",
        "runlog report --format json --out - | jq .headline",
        "runlog report --email-file week.eml            # opens in any mail program",
        "runlog report --since 2026-01 --until 2026-06  # a season on one page",
        "runlog report --all-weeks --out ~/reports/all  # with an index of them",
    )
)
@click.option(
    "--week",
    metavar="WEEK",
    callback=_checked(_week),
    help="A week like 2026-W30.  [default: the last complete one]",
)
@click.option("--last", is_flag=True, help="The last complete week that has any data.")
@click.option("--current", is_flag=True, help="The week that is not over yet.")
@click.option(
    "--since",
    metavar="MONTH",
    callback=_checked(_days),
    help="A season instead, from this month or day on, like 2026-01 or 2026-01-15.",
)
@click.option(
    "--until", metavar="MONTH", callback=_checked(_days), help="With --since: its last.  [default: today]"
)
@click.option("--all-weeks", is_flag=True, help="A page for each complete week instead, and an index.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    help="A page, Markdown, JSON or PDF (with the extra pdf).  [default: html]",
)
@click.option(
    "--email-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it as an e-mail into this file instead.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="DIR",
    help="A folder, a file named like its form, or - for the screen.  [default: reports in the home]",
)
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def report(  # noqa: PLR0917 - click gives them by name
    week: str | None,
    since: str | None,
    until: str | None,
    form: str | None,
    email_file: Path | None,
    out: Path | None,
    *,
    last: bool,
    current: bool,
    all_weeks: bool,
    open_it: bool,
) -> None:
    """Write the report of a week, a season or all weeks, and say where."""
    _one_of(
        {"--week": week, "--last": last, "--current": current, "--since": since, "--all-weeks": all_weeks}
    )
    _one_of({"--email-file": email_file, "--format": form, "--all-weeks": all_weeks})
    _one_of({"--email-file": email_file, "--out": out})
    _one_of({"--email-file": email_file, "--open": open_it, "--out -": out == STDOUT})
    if all_weeks and out == STDOUT:
        raise click.UsageError("--all-weeks writes many pages; give --out a folder.")
    if until and not since:
        raise click.UsageError("--until needs --since.")
    if form and out and out.suffix.lstrip(".") in {*FORMS} - {form}:
        raise click.UsageError(f"{out} is no name for --format {form}.")
    how = How(form, email_file, out)
    with context.journal() as kept:
        if since:
            path = _season(kept, since, until, how)
        else:
            path = _all_weeks(kept, out) if all_weeks else _one_week(kept, week, how, current=current)
    if path is not None:
        click.echo(path)
        if open_it:
            open_page(path)


def open_page(path: Path) -> None:
    """Show a page in the browser."""
    import webbrowser

    webbrowser.open(path.resolve().as_uri())


def _one_of(options: Mapping[str, object]) -> None:
    """Refuse options that exclude each other."""
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} exclude each other.")


def _one_week(kept: Journal, week: str | None, how: How, *, current: bool) -> Path | None:
    from runlog.reporter import render, weekly

    history, now = kept.history(), context.now()
    facts = weekly.build_week(history, weekly.current_week(history, now) if current else week, now)
    if how.email_file is not None:
        return _write(how.email_file, render.mail_week(facts, now))
    return _put(kept, how, f"report-{facts.name}", partial(render.render_week, facts))


def _season(kept: Journal, since: str, until: str | None, how: How) -> Path | None:
    from runlog.cli.importing import progress_bar
    from runlog.reporter import render, season

    now = context.now()
    with progress_bar() as progress:
        facts = season.build_season(kept.history(), since, until, now, progress)
    if how.email_file is not None:
        return _write(how.email_file, render.mail_season(facts, now))
    name = f"season-{facts.span.first}-{facts.span.last}"
    return _put(kept, how, name, partial(render.render_season, facts))


def _all_weeks(kept: Journal, out: Path | None) -> Path:
    from runlog.cli.importing import progress_bar
    from runlog.reporter.archive import write_archive

    folder = out or kept.folder / "reports" / "weeks"
    with progress_bar() as progress:
        done = write_archive(kept.history(), folder, context.now(), progress)
    tell(f"{done.written} of {done.pages} pages written, the others had not changed")
    return done.index


def _put(kept: Journal, how: How, name: str, made: Callable[[str], bytes]) -> Path | None:
    """Write a report into its file, or on stdout."""
    from runlog.reporter import render

    if how.out == STDOUT:
        click.echo(made(how.form or FORMS[0]), nl=False)
        return None
    path, form = render.output_path(how.out or kept.folder / "reports", name, how.form)
    return _write(path, made(form))


def _write(path: Path, content: bytes) -> Path:
    from runlog.fileio import write_atomically

    write_atomically(path, content)
    return path
