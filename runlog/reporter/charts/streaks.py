"""Draw for each run whether it had a warm-up and a cool-down, and the current streaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from runlog.i18n import N_, N_plural, _, ngettext
from runlog.reporter.alerts.common import trailing_true
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View

STREAK_WEEKS = 8
#: More runs than this could not be told apart on a phone.
MOST_RUNS = 60
STREAK_HABITS = ("warmup", "cooldown")
DONE, PERHAPS, UNKNOWN, SKIPPED = "done", "perhaps", "unknown", "skipped"
#: How high each answer stands, and in which colour.
LEVELS = {DONE: (1.0, "calm"), PERHAPS: (0.5, "calm"), UNKNOWN: (0.0, "muted"), SKIPPED: (-1.0, "sore")}
#: What each answer is called.
ANSWER_LABELS = {
    DONE: N_("done"),
    PERHAPS: N_("perhaps"),
    UNKNOWN: N_("unknown"),
    SKIPPED: N_("skipped"),
}
#: The title without and with runs whose answer is unknown.
_TITLES = {
    "warmup": (
        N_("Warm-up: {done} of {known} runs"),
        N_("Warm-up: {done} of {known} runs, {unknown} unknown"),
    ),
    "cooldown": (
        N_("Cool-down: {done} of {known} runs"),
        N_("Cool-down: {done} of {known} runs, {unknown} unknown"),
    ),
}
_SENTENCES: dict[tuple[str, str], str | tuple[str, str]] = {
    ("warmup", UNKNOWN): N_("Not known whether your last run had a warm-up."),
    ("warmup", PERHAPS): N_("Perhaps a warm-up before your last run."),
    ("warmup", SKIPPED): N_plural(
        "No warm-up before your last run.", "No warm-up before your last {n} runs."
    ),
    ("warmup", DONE): N_plural(
        "A warm-up before your last run.", "A warm-up before each of your last {n} runs."
    ),
    ("cooldown", UNKNOWN): N_("Not known whether your last run had a cool-down."),
    ("cooldown", PERHAPS): N_("Perhaps a cool-down after your last run."),
    ("cooldown", SKIPPED): N_plural(
        "No cool-down after your last run.", "No cool-down after your last {n} runs."
    ),
    ("cooldown", DONE): N_plural(
        "A cool-down after your last run.", "A cool-down after each of your last {n} runs."
    ),
}


@dataclass(frozen=True, slots=True)
class StreaksData:
    """The runs of eight weeks, 60 at most.

    Attributes:
        runs: a row per run in the order of their starts: day, and warmup and cooldown as one of LEVELS;
            "perhaps" is a habit that the stream or a neighbouring activity only suggests.
        streaks: by habit, the last answer and how many runs in a row up to the last have had it.
    """

    title: str
    runs: pd.DataFrame
    streaks: dict[str, tuple[str, int]]


def streaks_data(history: History, view: View) -> StreaksData:
    """Return the answers of the runs of eight weeks up to ``view.now``; parts of runs do not count."""
    whole = history.runs[history.runs["part_of"].isna()]
    answers = pd.DataFrame(
        {"day": whole["day"], **{habit: _answers(whole, habit) for habit in STREAK_HABITS}}
    )
    streaks = {habit: _streak(answers[habit]) for habit in STREAK_HABITS}
    first = pd.Timestamp(view.today) - pd.Timedelta(weeks=STREAK_WEEKS)
    return StreaksData(
        _streaks_title(streaks, len(whole)), answers[answers["day"] > first].tail(MOST_RUNS), streaks
    )


def _answers(runs: pd.DataFrame, habit: str) -> pd.Series[str]:
    done, in_words = runs[habit] == 1.0, runs[f"{habit}_confidence"] == 1.0
    answers = np.select([done & in_words, done, runs[habit] == 0.0], [DONE, PERHAPS, SKIPPED], UNKNOWN)
    return pd.Series(answers, runs.index, dtype=object)


def _streak(answers: pd.Series[str]) -> tuple[str, int]:
    if answers.empty:
        return UNKNOWN, 0
    return str(answers.iloc[-1]), trailing_true((answers == answers.iloc[-1]).to_numpy())


def _streaks_title(streaks: dict[str, tuple[str, int]], runs: int) -> str:
    if not runs:
        return _("No runs yet")
    answers = {answer for answer, _length in streaks.values()}
    if answers == {UNKNOWN}:
        return _("Not known whether your last run had a warm-up or a cool-down")
    sentences = []
    for habit, (answer, length) in streaks.items():  # how many of the last runs in a row had the answer
        text = _SENTENCES[habit, answer]
        sentences.append(_(text) if isinstance(text, str) else ngettext(*text, length).format(n=length))
    return " ".join(sentences)


def draw_streaks(data: StreaksData, axes: Axes) -> None:
    """Draw warm-up and cool-down of each run: done, skipped, unknown."""
    if data.runs.empty:
        style.show_message(axes, _("No runs in the last {n} weeks.").format(n=STREAK_WEEKS))
        return
    pixels = style.width_px(axes)
    upper, lower = style.split_in_two(axes, (1, 1))
    for habit, panel in zip(STREAK_HABITS, (upper, lower), strict=True):
        answer, streak = data.streaks[habit]
        _draw_habit(data.runs[habit], panel, 0 if answer == UNKNOWN else min(streak, len(data.runs)))
        unknown = int((data.runs[habit] == UNKNOWN).sum())
        done = int(data.runs[habit].isin([DONE, PERHAPS]).sum())
        title = _(_TITLES[habit][unknown > 0])
        title = title.format(done=done, known=len(data.runs) - unknown, unknown=unknown)
        style.set_panel_title(panel, title, pixels - 125)  # beside the names of the answers
    _label_weeks(data.runs["day"], lower, pixels)


def _draw_habit(answers: pd.Series[str], axes: Axes, streak: int) -> None:
    levels = {answer: LEVELS[answer] for answer in LEVELS if (answers == answer).any()}
    levels |= {answer: LEVELS[answer] for answer in (DONE, SKIPPED)}
    axes.axvspan(len(answers) - streak - 0.5, len(answers) - 0.5, color=LIGHT["band"], lw=0)
    axes.axhline(LEVELS[UNKNOWN][0], color=LIGHT["line"], lw=1)
    for answer, (level, colour) in levels.items():
        places = np.flatnonzero(answers == answer)
        size = min(44.0, 3000.0 / len(answers)) if answer != UNKNOWN else 7.0
        face = LIGHT["paper" if answer == PERHAPS else colour]
        axes.vlines(places, LEVELS[UNKNOWN][0], level, color=LIGHT[colour], lw=1.4)
        axes.scatter(
            places, [level] * len(places), s=size, c=face, edgecolors=LIGHT[colour], linewidths=1.4, zorder=3
        )
    axes.set_yticks(
        [level for level, _colour in levels.values()], [_(ANSWER_LABELS[answer]) for answer in levels]
    )
    axes.set(ylim=(-1.3, 1.3), xlim=(-0.8, len(answers) - 0.2))
    axes.spines["bottom"].set_visible(False)


def _label_weeks(days: pd.Series[pd.Timestamp], axes: Axes, pixels: float) -> None:
    """Name the day of the first run of each seven days, where there is room."""
    weeks = (days.iloc[-1] - days).dt.days.to_numpy() // 7
    firsts = np.flatnonzero(np.diff(weeks, prepend=weeks[0] + 1))
    per_run = (pixels - 110) / len(days)
    firsts = firsts[style.pick_spaced((firsts * per_run).tolist(), 62)]
    style.mark_days(axes, firsts, days.iloc[firsts])
