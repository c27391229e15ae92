"""The weekly report: first the facts of a week as data, then one page of HTML."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from runlog.analysis.exposures import exposures
from runlog.analysis.routes import routes
from runlog.errors import BadInput
from runlog.files import write_atomically
from runlog.reporter import advice, guidance, periods, totals
from runlog.reporter.alerts import alerts
from runlog.reporter.charts import View, exposure, soreness
from runlog.reporter.charts import routes as route_chart
from runlog.reporter.findings import Finding, findings
from runlog.reporter.pairs import in_use

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from runlog.analysis.history import History
    from runlog.reporter.alerts import Notice
    from runlog.reporter.charts.exposure import Exposure
    from runlog.reporter.charts.routes import Routes
    from runlog.reporter.charts.soreness import SorenessAndLoad
    from runlog.reporter.periods import Span

MOST_ROUTES = 5


@dataclass(frozen=True, slots=True)
class Week:
    """Everything that a weekly report says, as data.

    Attributes:
        name: "2026-W30"; span: its local days; complete: whether it was over by then.
        area: the body area that was rated most; other_areas: worst rating of the week by area.
        now, usual: the week and the four weeks before in numbers.
        ratings: how many ratings of the area there are in all.
        findings: the factors, those with a sign first.
        shoes: those in use, as ``analysis.shoes`` gives them; routes: those of the last 28 days.
        tips: at most three; notices: the alerts at the end of the week.
        soreness, evidence, route_history: the data of the charts; evidence is the surest link's, or None.
    """

    name: str
    span: Span
    complete: bool
    units: str
    area: str
    other_areas: dict[str, float]
    headline: str
    now: totals.Totals
    usual: totals.Totals
    ratings: int
    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    tips: tuple[guidance.Chosen, ...]
    missing: tuple[advice.Missing, ...]
    shoes: pd.DataFrame
    routes: pd.DataFrame
    soreness: SorenessAndLoad
    evidence: Exposure | None
    route_history: Routes
    load_note: str
    runs_ever: int

    @property
    def see_clinician(self) -> bool:
        """Whether the advice to see a clinician is shown."""
        return bool(self.about_soreness)

    @property
    def about_soreness(self) -> list[Notice]:
        """The alerts that mean that advice."""
        return [notice for notice in self.notices if notice.kind.startswith("soreness_")]

    @property
    def about_training(self) -> list[Notice]:
        """The other alerts."""
        return [notice for notice in self.notices if notice not in self.about_soreness]


def week(history: History, iso_week: str | None = None, now: datetime | None = None) -> Week:
    """The facts of one of the runner's weeks, as they stood at its end.

    Args:
        history: whose.
        iso_week: like "2026-W30"; None is the last complete week that has any data.
        now: the current time, aware.

    Raises:
        BadInput: no such week, a week that has not begun, or a ``now`` without a time zone.
    """
    moment = periods.utc(now)
    span = _span(history, iso_week, moment)
    over = periods.end_of(span.last, periods.clock(history, span.last))
    end = min(over, moment)
    known = periods.until(history, end)
    area = _area(known)
    table = exposures(known, area)
    today = end.tz_convert(periods.clock(known)).date()
    found = findings(known, table, replace(span, last=min(span.last, today)))
    notices = tuple(alerts(known, end))
    numbers = totals.of_week(known, span, area)
    usual = totals.usual(known, span, area)
    used = routes(known, end)
    view = View(end, today, area)
    return Week(
        name=periods.name_of(span),
        span=span,
        complete=over <= moment,
        units=history.settings.units,
        area=area,
        other_areas=_other_areas(known, span, area),
        headline=advice.headline(numbers, usual, area),
        now=numbers,
        usual=usual,
        ratings=len(totals.ratings(known, area)),
        findings=found,
        notices=notices,
        tips=guidance.choose(advice.reasons(found, notices, numbers), turn=span.first.isocalendar().week),
        missing=advice.missing(known, span, area),
        shoes=in_use(known, end),
        routes=used.loc[used["share_28d"] > 0].sort_values("share_28d", ascending=False).head(MOST_ROUTES),
        soreness=soreness.data(known, view),
        evidence=_evidence(table, found, history.settings.units),
        route_history=route_chart.data(known, view),
        load_note=known.load_note,
        runs_ever=len(known.runs),
    )


_facts = week  # report's own argument is called week


def report(
    history: History, week: str | None = None, *, out: Path | str, now: datetime | None = None
) -> Path:
    """Write a week's report as one self-contained page, and say where.

    Args:
        history: whose.
        week: like "2026-W30"; None is the last complete week that has any data.
        out: the file, or a folder in which it becomes report-2026-W30.html.
        now: the current time, aware.

    Raises:
        BadInput: no such week, a week that has not begun, a ``now`` without a time zone, or a place
            that cannot be written to.
    """
    from runlog.reporter.page import render

    facts = _facts(history, week, now)
    out = Path(out)
    path = out if out.suffix.lower() in (".html", ".htm") else out / f"report-{facts.name}.html"
    write_atomically(path, render(facts).encode())
    return path


def due(history: History, now: datetime) -> str:
    """The name of the week to report on: on a week's last day it is that one, else the one before."""
    moment = periods.utc(now)
    today = moment.tz_convert(periods.clock(history)).date()
    span = periods.week_of(today, history.settings)
    return periods.name_of(span if span.last == today else span.before(1))


def _span(history: History, iso_week: str | None, moment: pd.Timestamp) -> Span:
    today = moment.tz_convert(periods.clock(history)).date()
    if iso_week is not None:
        span = periods.week_named(iso_week, history.settings)
        if span.first > today:
            raise BadInput(f"the week {iso_week} has not begun yet")
        return span
    last_complete = periods.week_of(today, history.settings).before(1)
    last = periods.last_day(
        periods.until(history, periods.end_of(last_complete.last, periods.clock(history)))
    )
    return last_complete if last is None else periods.week_of(last, history.settings)


def _area(history: History) -> str:
    """The area rated most, the upper back where there is a tie or no rating."""
    counts = history.entries.dropna(subset=["soreness"])["area"].value_counts()
    return max(["upper_back", *map(str, counts.index)], key=lambda area: counts.get(area, 0))


def _other_areas(history: History, span: Span, area: str) -> dict[str, float]:
    rated = span.of(history.entries.dropna(subset=["soreness"]))
    worst = rated.loc[rated["area"] != area].groupby("area")["soreness"].max()
    return {str(name): float(value) for name, value in worst.items()}


def _evidence(table: pd.DataFrame, found: tuple[Finding, ...], unit: str) -> Exposure | None:
    """The runner's own data behind the surest link."""
    for finding in found:
        if finding.has_sign:
            return exposure.of(table, finding.factor, unit)
    return None
