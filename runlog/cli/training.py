"""List the routes and the training load (``runlog routes`` and ``runlog load``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from runlog import units
from runlog.cli.base import command, group, now, open_journal
from runlog.cli.lookup import complete_route, complete_run, find_route, resolve_run, unknown_name
from runlog.cli.output import Column, OutputFormat, echo, echo_err, format_options, frame_to_rows, print_rows
from runlog.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from runlog.analysis.history import History
    from runlog.journal import Journal


@group(
    "runlog routes",
    "runlog routes --min-runs 3",
    "runlog runs --route R3  # the runs on it",
    "runlog routes name R3 'River loop'",
    "runlog routes join R3 R7  # R7 counts as R3",
    "runlog routes split 41 44  # these runs become a new route",
    invoke_without_command=True,
)
@click.option(
    "--min-runs", type=click.IntRange(min=1), metavar="N", help="Only those you ran at least N times."
)
@format_options
@click.pass_context
def routes(ctx: click.Context, fmt: OutputFormat, min_runs: int | None) -> None:
    """List your routes and how often you run each.

    runlog finds routes by where they go and in which direction, not by their
    names, and R3 stays R3 whatever you import later. A variant shares most of
    its way with an earlier route. In brackets: what your watch or app calls
    those runs, or else how long the route is and where it leads. The share is of
    your runs in the last 28 days.
    """
    if ctx.invoked_subcommand is None:
        _list_routes(fmt, min_runs or 1)


def _list_routes(fmt: OutputFormat, min_runs: int) -> None:
    from runlog.analysis.routes import route_table

    with open_journal() as journal:
        history = journal.history()
    table = route_table(history, now())
    days = history.runs.groupby("route")["day"].agg(["min", "max"])
    rows = frame_to_rows(table[table["runs"] >= min_runs])
    for row in rows:  # the user's own name, else in brackets what its runs are called, or what it looks like
        described = row["name"]
        if described is None and row["form"] is not None:
            way = (row["distance_m"], row["form"], row["heading"])
            described = units.route_description(*way, history.settings.units)
        row["shown"] = row["given_name"] or (described and f"({described})")
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
        Column("share_28d", "Share (28 days)", units.percent, numeric=True),
        Column("last_day", "Last", numeric=True),
        Column("longest_streak", "Longest streak", numeric=True),
        *([variant] if any(row["similar_to"] for row in rows) else []),
        Column("first_day", "First", numeric=True),
    )


@command("runlog routes name R3 'River loop'", "runlog routes name R3 --none", of=routes)
@click.argument("route", shell_complete=complete_route)
@click.argument("name", required=False)
@click.option("--none", is_flag=True, help="Remove its name.")
def name(route: str, name: str | None, *, none: bool) -> None:
    """Name a route; the name is shown wherever the route is.

    ROUTE is its label, like R3, or its present name.
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


@command("runlog routes join R3 R7", "runlog routes join 'River loop' R7", of=routes)
@click.argument("route", shell_complete=complete_route)
@click.argument("other", shell_complete=complete_route)
def join(route: str, other: str) -> None:
    """Count a route as part of another one.

    The runs on OTHER count for ROUTE from now on, and so do later runs that go
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


@command("runlog routes unjoin R7", of=routes)
@click.argument("route")
def unjoin(route: str) -> None:
    """Count a joined route by itself again.

    ROUTE is its label, like R7.
    """
    with open_journal() as journal:
        route_id = find_route(route, {known.id: None for known in journal.routes.all()})
        whole = journal.routes.unjoin(route_id)
        runs = _count_runs_on(journal, route_id)
    echo(f"R{route_id} is a route of its own again, with {units.count_noun(runs, 'run')}.")
    echo(f"To undo it: runlog routes join R{whole} R{route_id}")


@command("runlog routes split 41 44", "runlog routes split last", of=routes)
@click.argument("runs", nargs=-1, required=True, shell_complete=complete_run)
def split(runs: Sequence[str]) -> None:
    """Make some runs of a route a route of their own.

    RUNS are ids, "last", or days with exactly one run. They stay on the new
    route. Later runs go to whichever route is nearer.
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


class Metric(NamedTuple):
    """A metric's heading and its meaning in a line."""

    heading: str
    meaning: str
    usual: bool = False  # shown by default


METRICS = {
    "load": Metric("Load", "all runs of the day; 0 is a day of rest", usual=True),
    "acute": Metric("Acute", "mean load a day, weighted towards the last 7 days", usual=True),
    "chronic": Metric("Chronic", "mean load a day, weighted towards the last 28 days", usual=True),
    "acwr": Metric("Ratio", "acute over chronic; 1 is a load as in 4 weeks", usual=True),
    "acwr_coupled": Metric("7/28", "the ratio of plain means: 7 days over 28"),
    "acwr_uncoupled": Metric("7/21", "the ratio of plain means: 7 days over the 21 before"),
    "ctl": Metric("Fitness", "chronic training load (CTL): slow mean, 42 days"),
    "atl": Metric("Fatigue", "acute training load (ATL): fast mean, 7 days"),
    "tsb": Metric("Form", "yesterday's CTL - ATL (TSB); below 0 is a hard week", usual=True),
    "monotony": Metric("Monotony", "how alike the last 7 days are: mean over spread", usual=True),
    "strain": Metric("Strain", "load of the last 7 days times their monotony"),
}
DEFAULT_METRICS = tuple(name for name, metric in METRICS.items() if metric.usual)

_METRIC_LINES = "\n".join(
    f"{name:<15} {metric.heading:<9} {metric.meaning}" for name, metric in METRICS.items()
)
_HELP = f"""List your training load by day or week, up to today.

\b
{_METRIC_LINES}

Load is session-RPE points (effort times minutes), TRIMP (from heart rate) or
distance: the first of these that at least 6 in 10 of your runs have. It stays
until fewer than 4 in 10 do. The ratio is a description, not a risk: studies
disagree on whether it says anything about injury. Monotony and strain are
undefined where 7 days are exactly alike.

A day without a run counts as rest for 14 days after the last run, activity or
diary entry (silence_days in config.toml); after that it is unknown. Today
counts as rest only once it is over. A mean appears once all its days are known.
"""


def _parse_metrics(text: str) -> tuple[str, ...]:
    """Return the names of metrics with commas between them, or of all, typed in any case."""
    words = tuple(dict.fromkeys(word.strip().lower() for word in text.split(",") if word.strip()))
    if words == ("all",):
        return tuple(METRICS)
    for word in words or (text,):
        if word not in METRICS:
            raise click.BadParameter(unknown_name("metric", word, list(METRICS)))
    return words


def _complete_metrics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the names after the last comma."""
    del ctx, param
    before, comma, begun = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in ("all", *METRICS) if name.startswith(begun)]


@command(
    "runlog load --last 14",
    "runlog load --weekly --last 8",
    "runlog load --metrics load,ctl,atl,tsb",
    "runlog load --csv > load.csv  # every metric",
    help=_HELP,
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N days or weeks.")
@click.option("--weekly", is_flag=True, help="One row per week instead of per day.")
@click.option(
    "--metrics",
    type=_parse_metrics,
    shell_complete=_complete_metrics,
    metavar="A,B",
    help="Only these metrics, or 'all'.",
)
@format_options
def load(fmt: OutputFormat, last: int | None, metrics: tuple[str, ...] | None, *, weekly: bool) -> None:
    """List the training load; the help says what each metric is."""
    import pandas as pd

    from runlog.analysis.load import daily_metrics, weekly_metrics
    from runlog.analysis.periods import Span, week_name

    with open_journal() as journal:
        history = journal.history()
    today = pd.Timestamp(history.clock.day(now()))
    heads, columns, noun = ["day"], [Column("day", "Day", numeric=True)], "day"
    if weekly:
        heads, noun = ["week", "first", "last", "days", "runs"], "week"
        columns = [Column(name, name.capitalize(), numeric=True) for name in ("week", "days", "runs")]
    frame = (weekly_metrics if weekly else daily_metrics)(history, today, now())
    listed = frame if last is None else frame.tail(last)
    shown = listed.dropna(subset="load") if fmt == "table" else listed
    names = metrics or (DEFAULT_METRICS if fmt == "table" else tuple(METRICS))
    if weekly:
        spans = zip(shown.index, shown["last"], strict=True)
        shown = shown.assign(week=[week_name(Span(first.date(), last.date())) for first, last in spans])
    rows = frame_to_rows(shown.reset_index().assign(unit=str(history.load_kind)))
    columns += [_metric_column(name, history) for name in names]
    empty = "No runs yet." if frame.empty else "Nothing is known of these days."
    print_rows(fmt, rows, (*heads, *names, "unit"), columns, empty)
    if frame.empty:
        return
    load_unit = units.load_unit(history.load_kind, history.settings.units)
    echo_err(f"Load: {load_unit}. {history.load_note}".strip())
    unknown_rows = len(listed) - len(shown)
    if unknown_rows:
        echo_err(
            f"Not listed: {units.count_noun(unknown_rows, noun)} of which nothing is "
            "known, as nothing was kept for more than "
            f"{units.count_noun(history.settings.silence_days, 'day')} before."
        )


def _metric_column(name: str, history: History) -> Column:
    """Return the column of a metric: ratios as they are, loads in the user's unit."""
    from runlog.analysis.load import RATIOS

    kind, unit = history.load_kind, history.settings.units
    digits = 1 if kind == "km" else 0

    def write(value: float) -> str:
        if name in RATIOS:
            return units.number(value, 2)
        return units.number(units.load_in(value, kind, unit), digits, signed=name == "tsb")

    return Column(name, METRICS[name].heading, write, numeric=True)
