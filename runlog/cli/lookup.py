"""Find the area, factor, run, route, shoe, alert or trial that a typed name means, and complete it."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

from runlog.cli.base import open_journal
from runlog.cli.output import run_day
from runlog.errors import NotFound, RunlogError, run_not_found
from runlog.model import Area, Kind, shoe_key
from runlog.units import day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from runlog.journal import Journal
    from runlog.model import StoredActivity, StoredAlert

T = TypeVar("T")

_MAX_LISTED = 12
_MAX_QUOTED = 40  # characters


class NameParam(click.ParamType[str]):
    """A name from a list that is looked up only when one is given."""

    def __init__(self, name: str, known: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self.known = known

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the name in any case, with spaces or dashes for underscores."""
        word = value.strip().lower().replace(" ", "_").replace("-", "_")
        names = list(self.known())
        if word not in names:
            self.fail(unknown_name(self.name, value, names), param, ctx)
        return word

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the names that go on from here."""
        del ctx, param
        return _completions(self.known(), incomplete)


def _factor_names() -> list[str]:
    from runlog.analysis.factors import FACTORS

    return [factor.name for factor in FACTORS]


def _chart_names() -> list[str]:
    from runlog.reporter.charts import CHARTS

    return [chart.name for chart in CHARTS]


def intervention_names() -> list[str]:
    """What can be drawn lots for, as ``runlog plan`` names it."""
    from runlog.trials.interventions import INTERVENTIONS

    return [planned.name for planned in INTERVENTIONS]


def _topic_names() -> list[str]:
    from runlog.reporter.guidance import all_tips

    return sorted({topic for tip in all_tips() for topic in tip.answers})


AREA = NameParam("area", lambda: list(Area))
FACTOR = NameParam("factor", _factor_names)
CHART = NameParam("chart", _chart_names)
TOPIC = NameParam("topic", _topic_names)
INTERVENTION = NameParam("factor", lambda: dict.fromkeys([*intervention_names(), *_factor_names()]))


def unknown_name(kind: str, name: str, names: Sequence[str]) -> str:
    """Say that a name is not known, and which were close."""
    close = get_close_matches(name.lower(), names, n=3)
    if close:
        return f"no {kind} {name!r}; did you mean {' or '.join(close)}?"
    if not names:
        return f"no {kind} {name!r}; there is none yet"
    if len(names) <= _MAX_LISTED:
        return f"no {kind} {name!r}; there are {', '.join(names)}"
    return f"no {kind} {name!r}"


def find_shoe(name: str, names: Mapping[str, str]) -> str:
    """Give the pair of that name as it is written, in whatever case it was typed.

    Args:
        name: what the runner typed.
        names: the pair by each of its names.

    Raises:
        NotFound: there is none; the message names the closest ones.
    """
    for known, pair in names.items():
        if shoe_key(known) == shoe_key(name):
            return pair
    close = unknown_name("pair of shoes", name, list(names))
    raise NotFound(f"{close} (a new pair: runlog shoes add {name!r})")


def find_run(text: str, runs: Sequence[tuple[int, date]], others: Iterable[int] = ()) -> int:
    """Give the id of the run that "last", an id or a local day stands for.

    Args:
        text: what the runner typed.
        runs: id and local day of each run, in the order of their starts.
        others: the ids of other activities, which an id may stand for, too.

    Raises:
        NotFound: there is no such run, or several on that day; the message names them.
    """
    other = next((one for one in others if str(one) == text.lstrip("0")), None)
    if other is not None:
        return other
    if not runs:
        raise NotFound("there are no runs yet; read some with: runlog import PATH")
    if text == "last":
        return runs[-1][0]
    if text.isdecimal():
        found = next((run for run, _ in runs if str(run) == text.lstrip("0")), None)
        if found is None:
            raise run_not_found(_shorten(text))
        return found
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        raise NotFound(
            f"{_shorten(text)!r} names no run; give its id, 'last' or a day like 2026-07-12"
        ) from None
    return _find_run_on_day(wanted, runs)


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"


def _find_run_on_day(wanted: date, runs: Sequence[tuple[int, date]]) -> int:
    found = [run for run, local_day in runs if local_day == wanted]
    if len(found) == 1:
        return found[0]
    on = f"on {day(wanted, year=True)}"
    if found:
        raise NotFound(f"there are {len(found)} runs {on}: {', '.join(map(str, found))}; give the id")
    nearest = min(runs, key=lambda run: abs(run[1] - wanted))
    raise NotFound(f"there is no run {on}; the nearest is {nearest[0]} on {day(nearest[1], year=True)}")


def find_route(text: str, names: Mapping[int, str | None]) -> int:
    """Give the id of the route that a label ("R3", "3") or the name that the runner gave it stands for.

    Args:
        text: what the runner typed.
        names: the name, if any, by the id of each route.

    Raises:
        NotFound: there is no such route; the message names the closest ones.
    """
    by_word = {f"r{route_id}": route_id for route_id in names}
    by_word |= {shoe_key(name): route_id for route_id, name in names.items() if name}
    word = shoe_key(text)
    if word.isdecimal():
        word = f"r{word.lstrip('0')}"
    if word not in by_word:
        labels = [name or f"R{route_id}" for route_id, name in names.items()]
        raise NotFound(f"{unknown_name('route', _shorten(text), labels)}; runlog routes lists them")
    return by_word[word]


def resolve_run(journal: Journal, text: str) -> StoredActivity:
    """Give the run that a text stands for; light, without a history.

    Raises:
        NotFound: as ``find_run``.
    """
    runs = journal.runs()
    wanted = find_run(text, [(run.id, run_day(run)) for run in runs])
    return next(run for run in runs if run.id == wanted)


def resolve_activity(journal: Journal, text: str) -> StoredActivity:
    """Give the run that a text stands for, or by its id another activity.

    Raises:
        NotFound: as ``find_run``.
    """
    by_id = {one.id: one for one in journal.activities()}
    runs = [(one.id, run_day(one)) for one in by_id.values() if one.activity.kind is Kind.RUN]
    return by_id[find_run(text, runs, by_id)]


def complete_run(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the runs, the latest first, each with its day."""
    del param
    return [
        CompletionItem(str(run.id), help=day(run_day(run), year=True))
        for run in reversed(_read_or_empty(ctx, lambda journal: journal.runs()))
        if str(run.id).startswith(incomplete)
    ]


def complete_route(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the labels of the routes, each with the name that the runner gave it."""
    del param
    return [
        CompletionItem(f"R{route_id}", help=name)
        for route_id, name in _read_or_empty(ctx, lambda journal: list(journal.routes.names().items()))
        if f"r{route_id}".startswith(incomplete.lower())
    ]


def complete_shoe(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the pairs of shoes."""
    del param
    return _completions(_read_or_empty(ctx, lambda journal: list(journal.shoes.names())), incomplete)


def complete_intervention(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer what can be drawn lots for."""
    del ctx, param
    return _completions(intervention_names(), incomplete)


def complete_trial(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the plans, each with what it is about."""
    del param
    return [
        CompletionItem(str(plan.id), help=f"{plan.factor} from {day(plan.runs[0].day, year=True)}")
        for plan in _read_or_empty(ctx, lambda journal: journal.plans.all())
        if str(plan.id).startswith(incomplete)
    ]


def complete_run_or_shoe(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer both."""
    return complete_run(ctx, param, incomplete) + complete_shoe(ctx, param, incomplete)


def find_alert(text: str, alerts: Sequence[StoredAlert]) -> int:
    """Give the number of the alert that a number, "kind:subject" or a kind stands for.

    Raises:
        NotFound: there is no such alert, or several of that kind hold; the message names them.
    """
    number = text.strip().strip("[]")
    exact = [one.id for one in alerts if number == str(one.id) or text == f"{one.kind}:{one.subject}"]
    of_kind = [one.id for one in alerts if one.kind == text.replace("-", "_") and one.resolved is None]
    found = exact or of_kind
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"there are {len(found)} of {text}: {', '.join(map(str, found))}; give the number")
    raise NotFound(f"there is no alert {_shorten(text)!r}; runlog alerts --all lists them")


def complete_alert(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the alerts that hold, each with what it says."""
    del param
    return [
        CompletionItem(str(one.id), help=one.message)
        for one in _read_or_empty(ctx, lambda journal: journal.alerts.all())
        if one.resolved is None and str(one.id).startswith(incomplete)
    ]


def _read_or_empty(ctx: click.Context, read: Callable[[Journal], list[T]]) -> list[T]:
    """Read something of the journal, or nothing where that fails: completion has nobody to tell."""
    try:
        with open_journal(ctx) as journal:
            return read(journal) if journal.folder.is_dir() else []
    except RunlogError:
        return []


def _completions(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())]
