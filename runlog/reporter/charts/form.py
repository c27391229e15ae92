"""Draw running form: the mean of each run, and its change from the first third to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog import units
from runlog.analysis.track_summary import FORM_COLUMNS
from runlog.i18n import _
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.summary import FORM_MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View
    from runlog.reporter.summary import FormMeasure

FORM_WEEKS = 26
RECENT_DAYS = 28
#: With fewer runs than this, no median and no drift is given.
MIN_RUNS = 5
#: Share of the recent runs that must drift the same way.
STEADY_SHARE = 0.8
#: More runs than this could not be told apart, and would make a page heavy.
MOST_RUNS = 120
#: The window of the running median, in runs.
SMOOTHING_RUNS = 9


@dataclass(frozen=True, slots=True)
class FormData:
    """Half a year of running form, 120 runs at most.

    Attributes:
        measures: the track columns that are known of 5 runs or more.
        runs: a row per run in the order of their starts: day, and of each measure two columns named by it
            and "mean" or "drift" (last third less first), in its unit; NaN unknown.
    """

    title: str
    measures: list[str]
    runs: pd.DataFrame


def form_data(history: History, view: View) -> FormData:
    """Return the means and drifts of the runs of half a year up to ``view.now``."""
    first = pd.Timestamp(view.today) - pd.Timedelta(weeks=FORM_WEEKS)
    recorded = history.runs[history.runs["day"] > first]
    measures = [name for name in FORM_MEASURES if recorded[FORM_COLUMNS[name][0]].count() >= MIN_RUNS]
    columns = {"day": recorded["day"]}
    for name in measures:
        mean, drift = FORM_COLUMNS[name]
        columns |= {f"{name} mean": recorded[mean], f"{name} drift": recorded[drift]}
    runs = pd.DataFrame(columns)
    runs = runs.dropna(how="all", subset=list(columns)[1:]).tail(MOST_RUNS) if measures else runs.iloc[:0]
    return FormData(_form_title(runs, measures, pd.Timestamp(view.today)), measures, runs)


def _form_title(runs: pd.DataFrame, measures: list[str], today: pd.Timestamp) -> str:
    """Say the steadiest drift of the last 28 days."""
    if not measures:
        return _("No running form recorded yet")
    recent = runs[runs["day"] > today - pd.Timedelta(days=RECENT_DAYS)]
    drifts = {name: recent[f"{name} drift"].dropna().to_numpy(float) for name in measures}
    enough = {name: drift for name, drift in drifts.items() if len(drift) >= MIN_RUNS}
    if not enough:
        return _("Your running form; too few runs in 28 days to see a trend")
    steady = {name: steadiness(drift) for name, drift in enough.items()}
    name = max(steady, key=lambda name: steady[name])
    amount = float(np.median(enough[name]))
    if steady[name] < STEADY_SHARE or round(abs(amount), FORM_MEASURES[name].digits) == 0:
        return _("Your form shows no steady trend ({n} runs in 28 days)").format(n=len(enough[name]))
    sentence = FORM_MEASURES[name].rises if amount > 0 else FORM_MEASURES[name].falls
    return _(sentence).format(
        amount=units.number(abs(amount), FORM_MEASURES[name].digits), n=len(enough[name])
    )


def steadiness(drift: np.ndarray) -> float:
    """Return the share of drifts with the sign of most, 0.5 to 1; a drift of 0 counts half for each."""
    return float(abs(np.sign(drift).mean()) / 2 + 0.5)


def draw_form(data: FormData, axes: Axes) -> None:
    """Draw running form: the mean of each run, and its drift within."""
    if not data.measures:
        style.show_message(axes, _("Cadence appears here, and more where your watch or a sensor records it."))
        return
    narrow, room = style.is_narrow(axes), style.width_px(axes) / 2 - 50
    panels = style.split_grid(axes, len(data.measures), 2)
    for name, (left, right) in zip(data.measures, panels, strict=True):
        label = _(FORM_MEASURES[name].label)
        _draw_runs(data.runs, name, "mean", left)
        _draw_runs(data.runs, name, "drift", right)
        right.axhline(0, color=LIGHT["muted"], lw=1)
        style.set_panel_title(left, label, room)
        style.set_panel_title(right, _("last third less first"), room, style.SMALL_FONT)
        for panel in (left, right):
            panel.tick_params(labelbottom=False)
    days = pd.date_range(data.runs["day"].iloc[0], data.runs["day"].iloc[-1])
    for panel in panels[-1]:
        panel.tick_params(labelbottom=True)
        style.mark_months(panel, days, 3 if narrow else 2)


def _draw_runs(runs: pd.DataFrame, name: str, part: str, axes: Axes) -> None:
    values = runs[["day", f"{name} {part}"]].dropna().set_axis(["day", "value"], axis=1)
    axes.scatter(values["day"], values["value"], s=13, color=LIGHT["load"], alpha=0.75, lw=0, clip_on=False)
    usual = values["value"].rolling(SMOOTHING_RUNS, center=True, min_periods=MIN_RUNS).median()
    axes.plot(values["day"], usual, color=LIGHT["ink"], lw=1.8)
    _scale_axis(values["value"].to_numpy(float), FORM_MEASURES[name], axes, drift=part == "drift")
    axes.set_xlim(runs["day"].iloc[0] - pd.Timedelta(days=2), runs["day"].iloc[-1] + pd.Timedelta(days=2))
    axes.set_xticks([])


def _scale_axis(values: np.ndarray, measure: FormMeasure, axes: Axes, *, drift: bool) -> None:
    """Mark only the ends of the scale; that of a drift has 0 in its middle."""
    values = values if len(values) else np.zeros(1)
    if drift:
        high = max(float(np.abs(values).max()), measure.least / 2)
        low, middle = -high, [0.0]
    else:
        spare = max(0.0, measure.least - float(np.ptp(values))) / 2
        low, high, middle = float(np.min(values)) - spare, float(np.max(values)) + spare, []
    room = 0.08 * (high - low)
    axes.set_ylim(low - room, high + room)
    marks = [low, *middle, high]
    axes.set_yticks(marks, [units.number(mark, measure.digits, signed=drift) for mark in marks])
    axes.tick_params(axis="y", labelsize=style.SMALL_FONT)
