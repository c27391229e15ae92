"""How often the stream agrees with what watches marked: real recordings with their laps hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from runlog import importers
from runlog.analysis.track_summary import find_easy_segments
from runlog.analysis.warmup import habit_from_laps
from runlog.errors import BadInput
from runlog.model import Intensity, Kind, Track
from runlog.settings import Settings

SIDES = (Intensity.WARMUP, Intensity.COOLDOWN)
MIDDLE_S = 900.0  # so long after its start, or before its end, nobody warms up or cools down
ENDINGS = {".fit", ".tcx", ".gpx"}


@dataclass(frozen=True)
class Case:
    """One side of one track: whether there is a warm-up (cool-down), and whether the stream shows one."""

    kind: str
    side: Intensity
    is_there: bool
    is_found: bool


def recorded_runs(devicefiles):
    """The runs with a track, each once however many files tell it."""
    found = {}
    for path in sorted(path for path in devicefiles.rglob("*") if path.suffix.lower() in ENDINGS):
        try:
            reading = importers.read_bytes(path.read_bytes(), path.name, Settings(timezone="UTC"))
        except BadInput:
            continue
        for run in reading.activities:
            if run.kind is Kind.RUN and run.track is not None:
                found.setdefault((run.start, round(run.duration_s, -1)), run)
    return list(found.values())


def cases(runs):
    """Marked runs whole and without the part that is marked; all others begun, and ended, in the middle."""
    return [case for run in runs for side in SIDES for case in _cases(run, side)]


def _cases(run, side):
    track, marked = run.track, habit_from_laps(side, run.laps)
    if not np.isnan(marked):
        yield Case("marked", side, marked == 1.0, _shows(track, side))
    if marked == 1.0:
        parts = [lap for lap in run.laps if lap.intensity is side]
        first, last = parts[0].start, parts[-1].start
        begin = (first - run.start).total_seconds()
        end = (last - run.start).total_seconds() + parts[-1].duration_s
        rest = _part(track, end, np.inf) if side is Intensity.WARMUP else _part(track, -np.inf, begin)
        yield Case("marked part cut off", side, is_there=False, is_found=_shows(rest, side))
    elif track["time_s"][-1] >= 3 * MIDDLE_S:
        last = track["time_s"][-1]
        rest = (
            _part(track, MIDDLE_S, np.inf)
            if side is Intensity.WARMUP
            else _part(track, -np.inf, last - MIDDLE_S)
        )
        yield Case("cut in the middle", side, is_there=False, is_found=_shows(rest, side))


def _shows(track, side):
    return find_easy_segments(track)[SIDES.index(side)] is not None


def _part(track, first_s, last_s):
    inside = (track["time_s"] >= first_s) & (track["time_s"] <= last_s)
    columns = {name: values[inside] for name, values in track.columns.items()}
    return Track(columns | {"time_s": columns["time_s"] - columns["time_s"].min(initial=np.inf)})


def right_of_claimed(found):
    """How many of the answers "yes" on marked recordings were right, and how many there were."""
    claimed = [case for case in found if case.kind.startswith("marked") and case.is_found]
    return sum(case.is_there for case in claimed), len(claimed)


def table(found):
    """The table as text."""
    head = f"{'device files':<20} {'habit':<9} {'cases':>5} {'there':>5} {'found':>5} {'false':>5}  "
    lines = [f"{head}{'precision':<18} {'recall':<18} false alarms"]
    for kind in dict.fromkeys(case.kind for case in found):
        lines += [
            _line(kind, side, [one for one in found if (one.kind, one.side) == (kind, side)])
            for side in SIDES
        ]
    marked = [case for case in found if case.kind.startswith("marked")]
    return "\n".join([*lines, _line("all marked", "both", marked)])


def _line(kind, side, some):
    there = sum(case.is_there for case in some)
    claimed = sum(case.is_found for case in some)
    right = sum(case.is_found and case.is_there for case in some)
    ranges = (share(right, claimed), share(right, there), share(claimed - right, len(some) - there))
    return f"{kind:<20} {side!s:<9} {len(some):>5} {there:>5} {right:>5} {claimed - right:>5}  " + " ".join(
        f"{text:<18}" for text in ranges
    )


def share(some, of):
    """A share with its 95% range (Wilson)."""
    if not of:
        return "none to tell by"
    low, high = wilson(some, of)
    return f"{some / of:.2f} ({low:.2f}-{high:.2f})"


def wilson(some, of):
    found = stats.binomtest(some, of).proportion_ci(method="wilson")
    return found.low, found.high
