"""Find the area, factor, run, route, shoe, alert or trial that a typed name means, and complete it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from runlog.cli import base
from runlog.cli.base import open_journal
from runlog.cli.output import run_day
from runlog.errors import NotFound, RunlogError, run_not_found
from runlog.localtime import parse_day
from runlog.model import Area, shoe_key
from runlog.units import day, parse_area

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from runlog.journal import Journal
    from runlog.records import StoredActivity, StoredAlert

_MAX_LISTED = 12
_MAX_QUOTED = 40  # characters


class NameParam(click.ParamType[Any]):
    """A parameter that takes one of a lazily loaded list of names, which may have labels."""

    def __init__(self, name: str, names: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self.names = names

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - a subclass may return more
        """Return the name, typed in any case and with spaces or dashes for underscores."""
        word = value.strip().lower().replace(" ", "_").replace("-", "_")
        names = list(self.names())
        if word not in names:
            self.fail(unknown_name(self.name, value, names), param, ctx)
        return word

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Offer the names that begin so, each with its label if it has one."""
        del ctx, param
        names = self.names()
        labels = names if isinstance(names, dict) else dict.fromkeys(names)
        return _completions(labels.items(), incomplete)


def _chart_names() -> list[str]:
    from runlog.reporter.charts import CHARTS

    return [chart.name for chart in CHARTS]


def intervention_names() -> list[str]:
    """Return the interventions of trials, as ``runlog plan`` names them."""
    from runlog.trials.interventions import INTERVENTIONS

    return [intervention.name for intervention in INTERVENTIONS]


def _topic_names() -> list[str]:
    from runlog.reporter.guidance import all_tips

    return sorted({topic for tip in all_tips() for topic in tip.answers})


class PlaceParam(NameParam):
    """A parameter that takes an area of the body in anybody's words, with or without a side."""

    def __init__(self, *, with_side: bool) -> None:
        super().__init__("area", lambda: list(Area))
        self.with_side = with_side

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - the area, and in PLACE its side, too
        """Return the area and its side; the area alone where this is about areas."""
        place = parse_area(value)
        if place is None:
            self.fail(unknown_name("area", value, list(self.names())), param, ctx)
        return place if self.with_side else place[0]


AREA, PLACE = PlaceParam(with_side=False), PlaceParam(with_side=True)


def _factor_labels() -> dict[str, str]:
    from runlog.analysis.factors import FACTORS

    return {factor.name: factor.label for factor in FACTORS}


class FactorParam(NameParam):
    """A parameter that takes a factor by its name or its label, like "shoe distance"."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name of the factor."""
        by_label = {_plain_words(label): name for name, label in _factor_labels().items()}
        name: str | None = by_label.get(_plain_words(value))
        return name or super().convert(value, param, ctx)


def _plain_words(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace("_", " ").split())


FACTOR = FactorParam("factor", _factor_labels)
CHART = NameParam("chart", _chart_names)
TOPIC = NameParam("topic", _topic_names)
INTERVENTION = NameParam("factor", lambda: list(dict.fromkeys([*intervention_names(), *_factor_labels()])))


def unknown_name(kind: str, name: str, names: Sequence[str]) -> str:
    """Write that a name is not known, and which are close."""
    close = get_close_matches(name.lower(), names, n=3)
    if close:
        return f"no {kind} {name!r}; did you mean {' or '.join(close)}?"
    if not names:
        return f"no {kind} {name!r}; there is none yet"
    if len(names) <= _MAX_LISTED:
        return f"no {kind} {name!r}; there are {', '.join(names)}"
    return f"no {kind} {name!r}"


def find_shoe(name: str, names: Mapping[str, str]) -> str:
    """Return the pair that a name stands for, in any case; ``names`` has the pair by each of its names.

    Raises:
        NotFound: there is none; the message names the closest ones.
    """
    for alias, pair in names.items():
        if shoe_key(alias) == shoe_key(name):
            return pair
    close = unknown_name("pair of shoes", name, list(names))
    raise NotFound(f"{close} (a new pair: runlog shoes add {name!r})")


def shorten(text: str) -> str:
    """Cut short what the user typed, where it is long."""
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}…"


def find_route(text: str, names: Mapping[int, str | None]) -> int:
    """Return the id of the route that a label ("R3", "3"), or one of its names by id, stands for.

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
        raise NotFound(f"{unknown_name('route', shorten(text), labels)}; runlog routes lists them")
    return by_word[word]


def resolve_run(journal: Journal, text: str) -> StoredActivity:
    """Return the run that "last", an id or a local day stands for, without building a history.

    Raises:
        NotFound: there is no such run, or several on that day; the message names them.
    """
    return _resolve(journal, text, journal.runs())


def resolve_activity(journal: Journal, text: str) -> StoredActivity:
    """Return the run that a text stands for, or by its id another activity; raises as ``resolve_run``."""
    return _resolve(journal, text, journal.activities())


def _resolve(journal: Journal, text: str, by_number: Iterable[StoredActivity]) -> StoredActivity:
    for stored in by_number:
        if str(stored.id) == text.lstrip("0"):
            return stored
    runs, zone = journal.runs(), journal.settings.zone
    if not runs:
        raise NotFound("there are no runs yet; read some with: runlog import PATH")
    if text.strip().casefold() in {"last", "latest", "letzter"}:
        return runs[-1]
    if text.isdecimal():
        raise run_not_found(shorten(text))
    wanted = parse_day(text, base.now().astimezone(zone).date())
    if wanted is None:
        raise NotFound(f"{shorten(text)!r} names no run; give its id, 'last' or a day like 2026-07-12")
    found = [run for run in runs if run_day(run, zone) == wanted]
    if len(found) == 1:
        return found[0]
    on = f"on {day(wanted, year=True)}"
    if found:
        ids = ", ".join(str(run.id) for run in found)
        raise NotFound(f"there are {len(found)} runs {on}: {ids}; give the id")
    nearest = min(runs, key=lambda run: abs(run_day(run, zone) - wanted))
    nearest_day = day(run_day(nearest, zone), year=True)
    raise NotFound(f"there is no run {on}; the nearest is {nearest.id} on {nearest_day}")


def find_alert(text: str, alerts: Sequence[StoredAlert]) -> int:
    """Return the number of the alert that a number, "kind:subject" or a kind stands for.

    Raises:
        NotFound: there is no such alert, or several of that kind hold; the message names them.
    """
    number = text.strip().strip("[]")
    exact = [
        alert.id for alert in alerts if number == str(alert.id) or text == f"{alert.kind}:{alert.subject}"
    ]
    kind = text.replace("-", "_")
    ids = exact or [alert.id for alert in alerts if alert.kind == kind and alert.resolved is None]
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise NotFound(f"there are {len(ids)} of {text}: {', '.join(map(str, ids))}; give the number")
    raise NotFound(f"there is no alert {shorten(text)!r}; runlog alerts --all lists them")


def _completer(
    read: Callable[[Journal], Iterable[tuple[str, str | None]]],
) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Make a shell completion of names in the journal, each with its help.

    Errors of ``read`` count as no names: completion cannot show them.
    """

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del param
        try:
            with open_journal(ctx) as journal:
                names = list(read(journal)) if journal.folder.is_dir() else []
        except RunlogError:
            return []
        return _completions(names, incomplete)

    return complete


def _completions(names: Iterable[tuple[str, str | None]], incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=text) for name, text in names if name.lower().startswith(incomplete.lower())
    ]


def _ids_and_days(journal: Journal, runs: Iterable[StoredActivity]) -> list[tuple[str, str | None]]:
    return [(str(run.id), day(run_day(run, journal.settings.zone), year=True)) for run in runs]


complete_run = _completer(lambda journal: _ids_and_days(journal, reversed(journal.runs())))
complete_deleted = _completer(lambda journal: _ids_and_days(journal, journal.deleted()))
complete_route = _completer(
    lambda journal: [(f"R{route_id}", name) for route_id, name in journal.routes.names().items()]
)
complete_shoe = _completer(lambda journal: [(name, None) for name in journal.shoes.names()])
complete_trial = _completer(
    lambda journal: [
        (str(plan.id), f"{plan.factor} from {day(plan.runs[0].day, year=True)}")
        for plan in journal.plans.all()
    ]
)
complete_alert = _completer(
    lambda journal: [
        (str(alert.id), alert.message) for alert in journal.alerts.all() if alert.resolved is None
    ]
)


complete_intervention = NameParam("factor", intervention_names).shell_complete


def complete_run_or_shoe(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer runs and pairs of shoes."""
    return complete_run(ctx, param, incomplete) + complete_shoe(ctx, param, incomplete)
