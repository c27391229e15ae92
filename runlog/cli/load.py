"""List the training load by day or week (``runlog load``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click
from click.shell_completion import CompletionItem

from runlog import units
from runlog.cli.base import examples, now, open_journal
from runlog.cli.lookup import unknown_name
from runlog.cli.output import Column, OutputFormat, echo_err, format_options, frame_to_rows, print_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.analysis.session_load import LoadKind


class Metric(NamedTuple):
    """A metric's heading and its meaning in a line."""

    heading: str
    meaning: str
    usual: bool = False  # shown by default


METRICS = {
    "load": Metric("Load", "all runs of the day; 0 is a day of rest", usual=True),
    "acute": Metric("Acute", "mean load a day, weighted towards the last 7 days", usual=True),
    "chronic": Metric("Chronic", "mean load a day, weighted towards the last 28 days", usual=True),
    "acwr": Metric("Ratio", "acute over chronic; 1 is a load like that of four weeks", usual=True),
    "acwr_coupled": Metric("7/28", "the ratio of plain means: 7 days over 28"),
    "acwr_uncoupled": Metric("7/21", "the ratio of plain means: 7 days over the 21 before"),
    "ctl": Metric("Fitness", "chronic training load (CTL): slow mean, 42 days"),
    "atl": Metric("Fatigue", "acute training load (ATL): fast mean, 7 days"),
    "tsb": Metric("Form", "yesterday's CTL - ATL (TSB); below 0 is a hard week", usual=True),
    "monotony": Metric("Monotony", "how alike the last 7 days are: mean over spread", usual=True),
    "strain": Metric("Strain", "load of the last 7 days times their monotony"),
}
DAY_COLUMNS = (Column("day", "Day", numeric=True),)
WEEK_COLUMNS = (
    Column("week", "Week", numeric=True),
    Column("days", "Days", numeric=True),
    Column("runs", "Runs", numeric=True),
)
WEEK_KEYS = ("week", "first", "last", "days", "runs")
DEFAULT_METRICS = tuple(name for name, metric in METRICS.items() if metric.usual)

_METRIC_LINES = "\n".join(
    f"{name:<15} {metric.heading:<9} {metric.meaning}" for name, metric in METRICS.items()
)
_HELP = f"""List the training load of each day up to today, or of each week.

\b
{_METRIC_LINES}

Load is counted in session-RPE points (effort times minutes), TRIMP (by heart
rate) or distance: the first that 6 of 10 of your runs have, and it stays until
fewer than 4 of 10 do. The ratio describes and is no risk: studies disagree on
whether it says anything about injury. Today counts as a day of rest only when
it is over. Monotony and strain are undefined where 7 days are exactly alike.

A day without a run is a day of rest for 14 days after the last sign of life
(a run, another activity, a diary entry; silence_days in config.toml); later
it is unknown. A mean is told once its days are full.
"""


class _MetricsParam(click.ParamType[tuple[str, ...]]):
    """A parameter that takes names of metrics with commas between them, or "all"."""

    name = "metrics"

    def convert(
        self, value: str | tuple[str, ...], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names, typed in any case."""
        if isinstance(value, tuple):
            return value
        words = tuple(dict.fromkeys(word.strip().lower() for word in value.split(",") if word.strip()))
        if words == ("all",):
            return tuple(METRICS)
        for word in words or (value,):
            if word not in METRICS:
                self.fail(unknown_name("metric", word, list(METRICS)), param, ctx)
        return words

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the names after the last comma."""
        del ctx, param
        before, comma, begun = incomplete.rpartition(",")
        return [
            CompletionItem(f"{before}{comma}{name}") for name in ("all", *METRICS) if name.startswith(begun)
        ]


@click.command(
    help=_HELP,
    epilog=examples(
        "runlog load --last 14",
        "runlog load --weekly --last 8",
        "runlog load --metrics load,ctl,atl,tsb",
        "runlog load --csv > load.csv      # every metric",
    ),
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N days or weeks.")
@click.option("--weekly", is_flag=True, help="A row per week: its known days, its load, and how it ended.")
@click.option("--metrics", type=_MetricsParam(), metavar="A,B", help="Only these, or all.")
@format_options
def load(fmt: OutputFormat, last: int | None, metrics: tuple[str, ...] | None, *, weekly: bool) -> None:
    """List the training load; the help says what each metric is."""
    from runlog.analysis.load import daily_metrics, weekly_metrics

    with open_journal() as journal:
        history = journal.history()
    metrics_of = weekly_metrics if weekly else daily_metrics
    frame = metrics_of(history, _today(history), now())
    listed = frame if last is None else frame.tail(last)
    shown = listed.dropna(subset="load") if fmt == "table" else listed
    names = metrics or (DEFAULT_METRICS if fmt == "table" else tuple(METRICS))
    heads = WEEK_KEYS if weekly else ("day",)
    rows = _week_rows(shown) if weekly else frame_to_rows(shown.reset_index())
    rows = [row | {"unit": str(history.load_kind)} for row in rows]
    columns = (*(WEEK_COLUMNS if weekly else DAY_COLUMNS), *_metric_columns(names, history))
    print_rows(
        fmt,
        rows,
        (*heads, *names, "unit"),
        columns,
        "No runs yet." if frame.empty else "Nothing is known of these days.",
    )
    if len(frame):
        _print_notes(history, len(listed) - len(shown), "week" if weekly else "day")


def _today(history: History) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(history.clock.day(now()))


def _week_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    from runlog.analysis.periods import Span, week_name

    spans = zip(frame.index, frame["last"], strict=True)
    names = [week_name(Span(first.date(), last.date())) for first, last in spans]
    return frame_to_rows(frame.reset_index().assign(week=names))


def _metric_columns(names: Sequence[str], history: History) -> tuple[Column, ...]:
    return tuple(
        Column(
            name,
            METRICS[name].heading,
            _metric_format(name, history.load_kind, history.settings.units),
            numeric=True,
        )
        for name in names
    )


def _metric_format(name: str, kind: LoadKind, unit: str) -> Callable[[float], str]:
    """Return the format of a metric: ratios as they are, loads in the user's unit."""
    from runlog.analysis.load import RATIOS

    if name in RATIOS:
        return lambda ratio: units.number(ratio, 2)
    digits = 1 if kind == "km" else 0
    return lambda load: units.number(units.load_in(load, kind, unit), digits, signed=name == "tsb")


def _print_notes(history: History, unknown_rows: int, noun: str) -> None:
    """Print the unit of the load, what it is based on, and what is not listed."""
    echo_err(
        f"Load: {units.load_unit(history.load_kind, history.settings.units)}. {history.load_note}".strip()
    )
    if unknown_rows:
        echo_err(
            f"Not listed: {units.count_noun(unknown_rows, noun)} of which nothing is known, as nothing was "
            f"kept for more than {units.count_noun(history.settings.silence_days, 'day')} before."
        )
