"""Ask of many runners what one cannot answer (``runlog cohort``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, output
from runlog.cli.base import LazyGroup, command, group
from runlog.cli.params import EXISTING, FOLDER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from runlog.analysis.history import History

_SOURCES = click.argument("sources", nargs=-1, required=True, type=EXISTING, metavar="SOURCE...")
_SHOWN_PROBLEMS = 10


@group(
    "runlog cohort status club/  # who needs a call this week",
    "runlog cohort links club/ --out results  # every runner's links",
    "runlog cohort pool results --out pooled  # what holds for all",
    "runlog cohort pool shared/*.json --out pooled  # from shared files",
    cls=LazyGroup,
    sections={
        "Commands": {
            "links": ("cohort:cohort_links", "Estimate each runner's links."),
            "pool": ("cohort:cohort_pool", "Pool effects over runners."),
            "status": ("cohort:cohort_status", "List who needs a call this week."),
            "table": ("cohort:cohort_table", "Make a dataset of many runners' exposures."),
        }
    },
)
def cohort() -> None:
    """Ask many runners what one alone cannot answer.

    For a club or a study: does it hold for others, for whom, how surely, and who
    needs a call this week? No runner's data is changed. All commands but status
    need the extra "cohort" (Dask and PyArrow).
    """


@command(
    "runlog cohort links club/ --out results",
    "runlog cohort links exposures/ --out results --workers 8",
    "runlog cohort links exposures/ --out results --scheduler tcp://10.0.0.5:8786",
    name="links",
)
@_SOURCES
@click.option("--out", required=True, type=FOLDER, help="The folder for the results.")
@click.option(
    "--workers", type=click.IntRange(1, 4096), help="Number of processes.  [default: one per processor]"
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler; its workers need the same folders.")
def cohort_links(sources: tuple[Path, ...], out: Path, workers: int | None, scheduler: str | None) -> None:
    """Estimate each runner's links, as runlog links does.

    SOURCE is a folder of data folders, a folder of exports, or a Parquet dataset
    of exposures. You can stop it; started again, it goes on where it was. A
    runner whose data is broken is named and left out; the exit code is then 1.
    """
    from runlog.cohorts import engine
    from runlog.cohorts.sources import find_groups

    if scheduler and workers:
        raise click.UsageError(
            "--workers and --scheduler exclude each other: a scheduler has its own workers."
        )
    engine.require_engine()
    groups = find_groups(sources)
    with output.progress_bar() as progress:
        results = engine.estimate_groups(groups, out, scheduler=scheduler, workers=workers, progress=progress)
    athletes, ratings = sum(one.athletes for one in results), sum(one.ratings for one in results)
    output.echo(f"{units.count_noun(athletes, 'runner')}, {units.count_noun(ratings, 'rating')}: {out}")
    output.echo(f"To pool them: runlog cohort pool {out} --out DIR")
    _end_with([problem for one in results for problem in one.problems])


@command("runlog cohort table club/ --out exposures", name="table")
@_SOURCES
@click.option("--out", required=True, type=FOLDER, help="A new folder.")
def cohort_table(sources: tuple[Path, ...], out: Path) -> None:
    """Make a Parquet dataset of the exposures of many runners.

    SOURCE is a folder of data folders or of exports. There is one row per rating,
    with the factors as of that moment, and 100 runners per file;
    datapackage.json describes the columns (Frictionless). Runners go by the
    names of their folders and moments are in it: it is a diary, and as private.
    """
    from runlog.cohorts import engine
    from runlog.cohorts.sources import find_groups, write_dataset

    engine.require_engine()
    written, problems = write_dataset(find_groups(sources), out)
    output.echo(f"{units.count_noun(written, 'runner')}: {out}")
    _end_with([(athlete.name, athlete.problem) for athlete in problems])


def _end_with(problems: Sequence[tuple[str, str]]) -> None:
    """Name who was left out, and end with 1 if anybody was."""
    if not problems:
        return
    output.echo_err(f"{units.count_noun(len(problems), 'runner')} left out:")
    for name, reason in problems[:_SHOWN_PROBLEMS]:
        output.echo_err(f"  {name}: {reason}")
    if len(problems) > _SHOWN_PROBLEMS:
        output.echo_err(f"  … and {len(problems) - _SHOWN_PROBLEMS} more")
    click.get_current_context().exit(1)


_POOL_TABLE = (
    output.Column("factor", "Factor"),
    output.Column("runners", "Runners", numeric=True),
    output.Column("mean", "Mean", output.format_signed, numeric=True),
    output.Column("mean_range", "95% range", numeric=True),
    output.Column("spread", "Differ by", lambda value: units.number(value, 2), numeric=True),
    output.Column("new_range", "Another runner", numeric=True),
    output.Column("i2", "I²", units.percent, numeric=True),
)


@command(
    "runlog cohort pool results --out pooled",
    "runlog cohort pool shared/*.json --out pooled --json",
    name="pool",
)
@_SOURCES
@click.option("--out", type=FOLDER, help="Write the page and tables here.")
@output.format_options
def cohort_pool(fmt: output.OutputFormat, sources: tuple[Path, ...], out: Path | None) -> None:
    """Pool effects over runners, from a results folder or shared files.

    For each factor it shows the mean effect over all runners, how much runners
    differ (SD), and the range to expect in another runner, each with its 95%
    range. --out writes index.html, pool.json (for `runlog links --given`), and
    the tables as CSV and Parquet.
    """
    from runlog.cohorts import engine, tables

    engine.require_engine()
    effects, problems = _read_effects(sources)
    pooled = tables.pool(effects)
    if out is not None:
        _write_pool(effects, pooled, problems, out)
    rows = output.frame_to_rows(pooled)
    if fmt != "table":
        output.print_rows(fmt, rows, tables.POOL_COLUMNS)
    elif rows:
        _print_pool(rows)
        if out is not None:
            output.echo(f"The page: {out / 'index.html'}")
    else:
        output.echo("No factor has an effect in two runners or more yet.")
    _end_with(problems)


def _read_effects(sources: Sequence[Path]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the effects in folders of results and in shared files, and what was left out with its reason."""
    import pandas as pd

    from runlog.cohorts import engine, shares
    from runlog.cohorts.tables import EFFECT_COLUMNS

    results = [source for source in sources if source.is_dir() and any(source.glob("links-*.parquet"))]
    files = [
        file
        for source in sources
        if source not in results
        for file in (sorted(source.glob("*.json")) if source.is_dir() else [source])
    ]
    parts, problems = [], []
    for folder in results:
        for file in sorted(folder.glob("links-*.parquet")):
            found = engine.read_result(file)
            problems += [*found.problems] if found else [(file.name, "not a complete result of runlog")]
        wanted = [name for name in EFFECT_COLUMNS if name not in {"athlete", "area", "factor"}]
        parts.append(engine.read_links(folder, wanted))
    if files:
        shared, unread = shares.read_shares(files)
        parts.append(shared)
        problems += unread
    if not parts:
        raise click.UsageError("Nothing to pool. Name a results folder, or files from runlog links --share.")
    return pd.concat(parts, ignore_index=True), problems


def _write_pool(
    effects: pd.DataFrame, pooled: pd.DataFrame, problems: Sequence[tuple[str, str]], out: Path
) -> None:
    from runlog.cohorts import page, tables
    from runlog.cohorts.engine import write_parquet
    from runlog.fileio import write_atomically

    runners = tables.runners_given_others(effects)
    write_atomically(out / "index.html", page.render_page(effects, problems))
    tables.write_pool(effects, out / "pool.json")
    for name, table in (("pool", pooled), ("runners", runners)):
        marked = table.map(lambda cell: units.mark_formula(cell) if isinstance(cell, str) else cell)
        write_atomically(out / f"{name}.csv", marked.to_csv(index=False))
        write_parquet(table, out / f"{name}.parquet")


def _print_pool(rows: Sequence[dict[str, Any]]) -> None:
    from runlog.cohorts.tables import COST

    for area in dict.fromkeys(row["area"] for row in rows):
        output.echo(f"{units.area(area).capitalize() if area else 'Soreness'}, in points:")
        output.echo()
        of_area = [
            row
            | {"mean_range": output.format_range(row["mean_low"], row["mean_high"])}
            | {"new_range": output.format_range(row["new_runner_low"], row["new_runner_high"])}
            for row in rows
            if row["area"] == area
        ]
        output.print_table(of_area, _POOL_TABLE)
        output.echo()
    output.echo(f"{COST} These go together with soreness; that is not proof of cause.")


def share_links(table: pd.DataFrame, history: History, file: Path) -> None:
    """Show what a share would hold, ask, and write it."""
    from runlog.cohorts import shares
    from runlog.cohorts.tables import trial_effects

    share = shares.make_share(table, trial_effects(history, base.now()), shares.runner_id(base.home_folder()))
    if not share["effects"]:
        output.echo_err("There is nothing to share yet: links begin at 20 ratings.")
        click.get_current_context().exit(1)
    output.echo(f"{file} would hold a random id ({share['id']}), the version of the method, and this:")
    output.echo()
    output.print_table(share["effects"], _SHARE_TABLE)
    output.echo()
    output.echo("b is the effect in points per step, s its standard error, n the number of ratings or pairs.")
    output.echo("It has no dates, places, names or notes. Sharing again replaces it, under the same id.")
    if base.is_typed() and not click.confirm("Write it?"):
        return
    shares.write_share(share, file)
    output.echo(f"Written: {file}")


_SHARE_TABLE = (
    output.Column("area", "Area"),
    output.Column("factor", "Factor"),
    output.Column("step", "Step", numeric=True),
    output.Column("b", "b", output.format_signed, numeric=True),
    output.Column("s", "s", lambda value: units.number(value, 2), numeric=True),
    output.Column("n", "n", numeric=True),
)


def print_given_others(rows: list[dict[str, Any]], file: Path, fmt: output.OutputFormat, unit: str) -> None:
    """Print each effect alone and given the runners of a pool; the grade stays one's own.

    The rows of ``links`` are per metric step, as the pool has them; the printed step is in ``unit``.
    """
    from runlog.analysis.exposures import effect_unit
    from runlog.cohorts import shares, tables
    from runlog.reporter.findings import format_step

    pool = tables.Pool.read(file)
    is_member = bool(pool.members) and shares.runner_id(base.home_folder()) in pool.members
    shown = []
    for row in rows:
        b, s = (float("nan") if row[name] is None else row[name] for name in ("b", "s"))
        given = pool.judge(row["area"], row["factor"], b, s, is_member=is_member)
        others = pool.runners(row["area"], row["factor"]) - is_member
        if given is not None and others:
            fields = {"given": given.value, "given_low": given.low, "given_high": given.high}
            shown.append(row | fields | {"others": others})
    for row in shown:
        factor = effect_unit(row["factor"]).factor
        for key in ("effect", "low", "high", "given", "given_low", "given_high"):
            row[key] = None if row[key] is None else factor.points_per_step(row[key], unit)
        row["step_text"] = format_step(factor, unit)
        row["range"] = output.format_range(row["low"], row["high"])
        row["given_range"] = output.format_range(row["given_low"], row["given_high"])
    keys = ("area", "factor", "effect", "low", "high", "grade", "given", "given_low", "given_high", "others")
    output.print_rows(fmt, shown, keys, _GIVEN_TABLE, "No factor of yours is in that pool.")
    if fmt == "table" and shown:
        output.echo()
        output.echo(f"Your grade comes from your own diary alone. {tables.COST}")


_GIVEN_TABLE = (
    output.Column("factor", "Factor"),
    output.Column("effect", "You alone", output.format_signed, numeric=True),
    output.Column("range", "95% range", numeric=True),
    output.Column("grade", "Grade"),
    output.Column("given", "Given others", output.format_signed, numeric=True),
    output.Column("given_range", "95% range", numeric=True),
    output.Column("others", "Others", numeric=True),
    output.Column("step_text", "For"),
    output.Column("area", "Area", units.area),
)


_STATUS_TABLE = (
    output.Column("athlete", "Runner"),
    output.Column("message", "What", min_width=30),
    output.Column("since", "Since", units.day),
    output.Column("last_rating", "Last rating", "{:g}".format, numeric=True),
    output.Column("why", "Why", min_width=30),
)


@command("runlog cohort status club/", "runlog cohort status club/ --all --json", name="status")
@_SOURCES
@click.option("--all", "everyone", is_flag=True, help="Also list runners without anything to report.")
@output.format_options
def cohort_status(fmt: output.OutputFormat, sources: tuple[Path, ...], *, everyone: bool) -> None:
    """List who needs a call this week, the most pressing first.

    That is soreness of 7 or more, lasting or rising; a jump in load; a pair over
    its limit; or a runner who has gone silent. It shows what each runner's own
    folder shows, so get each runner's consent.
    """
    from dataclasses import asdict, fields

    from runlog.cohorts.sources import find_homes
    from runlog.cohorts.status import CONSENT, StatusRow, status

    with output.progress_bar() as progress:
        found = status(find_homes(sources), base.now(), progress)
    shown = [row for row in found if row.kind or everyone]
    if fmt == "table":
        if shown:
            output.print_table([asdict(row) for row in shown], _STATUS_TABLE)
            output.echo()
        calm = len({row.athlete for row in found if not row.kind})
        output.echo(f"{units.count_noun(calm, 'runner')} with nothing to report. {CONSENT}")
    else:
        output.print_rows(
            fmt, [output.record_to_row(row) for row in shown], [field.name for field in fields(StatusRow)]
        )
    if any(row.kind == "unreadable" for row in found):
        click.get_current_context().exit(1)
