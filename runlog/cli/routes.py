"""List, name, join and split routes (``runlog routes``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli.base import examples, open_journal
from runlog.cli.lookup import complete_route, complete_run, find_route, resolve_run
from runlog.cli.output import Column, OutputFormat, echo, format_options, frame_to_rows, print_rows
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from runlog.journal import Journal


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "runlog routes",
        "runlog routes --min-runs 3",
        "runlog runs --route R3              # the runs on it",
        "runlog routes name R3 'River loop'",
        "runlog routes join R3 R7            # R7 counts as R3",
        "runlog routes split 41 44           # these runs become a route of their own",
    ),
)
@click.option(
    "--min-runs", type=click.IntRange(min=1), metavar="N", help="Only those that were run so many times."
)
@format_options
@click.pass_context
def routes(ctx: click.Context, fmt: OutputFormat, min_runs: int | None) -> None:
    """List the routes and how often each is run.

    Routes are found by where they go and in which direction, not by their
    names; R3 stays R3 whatever is imported later. A variant shares most of its
    way with an earlier route. A name in brackets is what your watch or app
    mostly calls those runs. The share is that of the last 28 days.
    """
    if ctx.invoked_subcommand is None:
        _list_routes(fmt, min_runs or 1)


def _list_routes(fmt: OutputFormat, min_runs: int) -> None:
    from runlog.analysis.routes import route_table

    with open_journal() as journal:
        history = journal.history()
    table = route_table(history)
    days = history.runs.groupby("route")["day"].agg(["min", "max"])
    rows = frame_to_rows(table[table["runs"] >= min_runs])
    for row in rows:  # the user's own name, else in brackets what its runs are called
        row["shown"] = row["given_name"] or (f"({row['name']})" if row["name"] else None)
        row["first_day"], row["last_day"] = (f"{day:%Y-%m-%d}" for day in days.loc[row["route"]])
    columns = _route_columns(history.settings.units, rows)
    empty = f"No route was run {min_runs} times." if len(table) else "No routes yet: no run with positions."
    print_rows(fmt, rows, list(table.columns), columns, empty)


def _route_columns(unit: str, rows: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    variant = Column("similar_to", "Variant of", min_width=10)
    return (
        Column("route", "Route"),
        Column("shown", "Name"),
        Column("runs", "Runs", numeric=True),
        Column("distance_m", "Distance", lambda m: units.distance(m, unit), numeric=True),
        Column("share_28d", "28 days", units.percent, numeric=True),
        Column("last_day", "Last", numeric=True),
        Column("longest_streak", "In a row", numeric=True),
        *([variant] if any(row["similar_to"] for row in rows) else []),
        Column("first_day", "First", numeric=True),
    )


@routes.command(epilog=examples("runlog routes name R3 'River loop'", "runlog routes name R3 --none"))
@click.argument("route", shell_complete=complete_route)
@click.argument("name", required=False)
@click.option("--none", is_flag=True, help="Take its name back.")
def name(route: str, name: str | None, *, none: bool) -> None:
    """Give a route a name, which is shown wherever the route is.

    ROUTE is its label or its present name.
    """
    if none == (name is not None):
        raise click.UsageError("Give either a name or --none.")
    with open_journal() as journal:
        route_id = _resolve_route(journal, route)
        before = journal.routes.name(route_id, name)
    echo(f"R{route_id} has no name now." if name is None else f"R{route_id} is called {name!r} now.")
    if before is not None:
        echo(f"To undo it: runlog routes name R{route_id} {before!r}")
    elif name is not None:
        echo(f"To undo it: runlog routes name R{route_id} --none")


@routes.command(epilog=examples("runlog routes join R3 R7", "runlog routes join 'River loop' R7"))
@click.argument("route", shell_complete=complete_route)
@click.argument("other", shell_complete=complete_route)
def join(route: str, other: str) -> None:
    """Let a route count as another one.

    The runs of OTHER are of ROUTE from now on, and so are later runs that match
    OTHER's way.
    """
    with open_journal() as journal:
        into, gone = _resolve_route(journal, route), _resolve_route(journal, other)
        if into == gone:
            raise BadInput(f"{route} and {other} are one route already; name two")
        journal.routes.join(into, gone)
        runs = _count_runs_on(journal, into)
    echo(f"R{gone} is a part of R{into} now, which has {units.count_noun(runs, 'run')}.")
    echo("Later runs that match the way of either are of it, too.")
    echo(f"To undo it: runlog routes unjoin R{gone}")


@routes.command(epilog=examples("runlog routes unjoin R7"))
@click.argument("route")
def unjoin(route: str) -> None:
    """Let a route that was joined to another one count by itself again.

    ROUTE is its label.
    """
    with open_journal() as journal:
        route_id = find_route(route, {known.id: None for known in journal.routes.all()})
        whole = journal.routes.unjoin(route_id)
        runs = _count_runs_on(journal, route_id)
    echo(f"R{route_id} is a route of its own again, with {units.count_noun(runs, 'run')}.")
    echo(f"To undo it: runlog routes join R{whole} R{route_id}")


@routes.command(epilog=examples("runlog routes split 41 44", "runlog routes split last"))
@click.argument("runs", nargs=-1, required=True, shell_complete=complete_run)
def split(runs: Sequence[str]) -> None:
    """Make some runs of a route a route of their own.

    RUNS are ids, "last", or days on which there was exactly one. They stay on
    the new route. Later runs go to the one whose way is nearer to theirs.
    """
    with open_journal() as journal:
        ids = dict.fromkeys(resolve_run(journal, run).id for run in runs)
        whole, new = journal.routes.split(list(ids))
    echo(f"{_runs_text(ids)} of R{whole} {'is' if len(ids) == 1 else 'are'} R{new} now.")
    echo(f"To name it: runlog routes name R{new} NAME")
    echo(f"To undo it: runlog routes join R{whole} R{new}")


def _runs_text(ids: Collection[int]) -> str:
    return f"Run {next(iter(ids))}" if len(ids) == 1 else units.count_noun(len(ids), "run")


def _resolve_route(journal: Journal, text: str) -> int:
    """Detect the routes of new runs, then return the id of the route that a text stands for."""
    journal.routes.find()
    return find_route(text, journal.routes.names())


def _count_runs_on(journal: Journal, route_id: int) -> int:
    return int((journal.history().runs["route"] == f"R{route_id}").sum())
