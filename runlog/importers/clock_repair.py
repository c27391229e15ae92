"""Put right the times of a recording; points in the order of the file are the way, its clock may err."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlog.i18n import N_, _, say
from runlog.importers import tracks
from runlog.importers.tracks import MAX_DURATION_S, count_text, duration_text, great_circle_m

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from runlog.model import Floats, Indices

    Rows = Indices
    Span = tuple[float, float]

_LONG_GAP_S = 1800.0  # between two points; the clock may have jumped
_CERTAIN_JUMP_S = 12 * 3600.0  # no pause lasts so long without the device noting it
_EARLY_JUMP_S, _EARLY_S = 3600.0, 600.0  # a clock that is set within ten minutes of the start
_JITTER_S = 5.0  # a step back of so little is no other clock
_REACH_M = 50.0  # between two points of a way without a gap, or five times the usual distance
_NEXT_S = 60.0  # between a record and the start of its activity
_BACKWARDS_SHARE = 0.5  # of the steps: the newest point is the first one
_SUMMER_TIME_S = 3600.0
_MAX_LONELY, _LONELY_SHARE = 10, 0.05
_FEW_POINTS, _MAX_PIECES = 5, 1_000


class Clock(NamedTuple):
    """The times of a recording, put right."""

    rows: Rows  # the points that are kept (m,), in the order of the way
    times: Floats  # of these (m,); they never fall and are NaN where a point has none
    segments: NDArray[Any]  # of these (m,)
    # Of each stretch the first and last time on the device's clock, and the seconds to add.
    shifts: tuple[tuple[float, float, float], ...] = ()
    notes: tuple[str, ...] = ()  # on what was changed and left out

    def corrected(self, moment: float) -> float:
        """Return a moment on the device's clock (of a lap, of an event) on the clock that was put right."""
        adding = {shift for first, last, shift in self.shifts if first - 1.0 <= moment <= last + 1.0}
        return moment if not adding or 0.0 in adding else moment + min(adding)


def repair_clock(
    times: Floats, segments: NDArray[Any], columns: Mapping[str, Floats], stated: Sequence[Span] = ()
) -> Clock:
    """Put the times of a recording right.

    Points that repeat earlier ones are left out. Points in another order than their times are put in that
    order if that makes the way shorter. A step of the whole clock, back or far ahead, is undone where the
    way goes on without a gap; the clock of a stated start counts, else that of most points. A single wrong
    time becomes unknown. Few points long before or after all others (an old fix) are left out.

    Args:
        times: Unix seconds (n,), NaN where a point has none.
        segments: any numbers (n,) that change at a pause.
        columns: values (n,) by track column; lat, lon and distance_m are used.
        stated: start and end of each activity as the file states them, in Unix seconds.
    """
    times = tracks.possible_times(times)
    steps = np.diff(times[~np.isnan(times)])
    if not ((steps < 0) | (steps > _LONG_GAP_S)).any():
        return Clock(np.arange(len(times)), times, segments)
    repair = _Repair(times, segments, tracks.blank_impossible(columns), stated)
    repair.drop_repeats()
    repair.sort_points()
    repair.undo_steps()
    repair.drop_lonely_ends()
    return repair.result()


@dataclass(slots=True)
class _Piece:
    """Points between two faults of the clock: indices of the first and the last, and the seconds to add."""

    first: int
    last: int
    shift: float = 0.0

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class _Pace(NamedTuple):
    """The usual seconds between two points, and the metres that may lie between them."""

    interval_s: float
    reach_m: float

    @property
    def jitter_s(self) -> float:
        """Return the most seconds that times of one clock may step back."""
        return max(_JITTER_S, 2.0 * self.interval_s)

    @property
    def gap_s(self) -> float:
        """Return the most seconds between two points without a pause."""
        return 60.0 + 10.0 * self.interval_s


class _Repair:
    """The points that are left, and the notes so far."""

    def __init__(
        self, times: Floats, segments: NDArray[Any], columns: Mapping[str, Floats], stated: Sequence[Span]
    ) -> None:
        missing, names = np.full(len(times), np.nan), ("lat", "lon", "distance_m")
        self._lat, self._lon, self._counter = (columns.get(name, missing) for name in names)
        self._times, self._segments, self._stated = times.copy(), segments.copy(), stated
        self._rows = np.arange(len(times))
        self._notes: list[str] = []
        self._shifts: list[tuple[float, float, float]] = []

    def result(self) -> Clock:
        rows = self._rows
        return Clock(rows, self._times[rows], self._segments[rows], tuple(self._shifts), tuple(self._notes))

    def _timed(self) -> Rows:
        """Return the rows that are left and have a time."""
        return self._rows[~np.isnan(self._times[self._rows])]

    def _drop(self, rows: Rows) -> None:
        self._rows = self._rows[~np.isin(self._rows, rows)]

    def _metres(self, rows: Rows, others: Rows) -> Floats:
        return great_circle_m(self._lat[rows], self._lon[rows], self._lat[others], self._lon[others])

    def drop_repeats(self) -> None:
        """Drop points that equal earlier ones; what follows them goes on in the segment of these."""
        timed = self._timed()
        if not (np.diff(self._times[timed]) < 0).any():
            return
        timed = timed[~np.isnan(self._lat[timed]) | ~np.isnan(self._counter[timed])]
        places = (np.nan_to_num(one[timed], nan=-1e9) for one in (self._lat, self._lon, self._counter))
        _values, first, key = np.unique(
            np.stack([self._times[timed], *places]), axis=1, return_index=True, return_inverse=True
        )
        original, times = first[key.reshape(-1)], self._times[timed]
        again = original < np.arange(len(timed))
        repeats = again & (times < np.maximum.accumulate(times))
        repeats |= again & np.append(False, repeats[:-1])  # the last one of them is as late as the latest
        if not repeats.any():
            return
        for at in np.flatnonzero(repeats[:-1] & ~repeats[1:]).tolist():
            new, number = timed[at + 1], self._segments[timed[at + 1]]
            if number == self._segments[timed[at]]:  # the rest of it goes on in the earlier segment
                other = np.flatnonzero(self._segments[new:] != number)
                end = new + other[0] if len(other) else None
                self._segments[new:end] = self._segments[timed[original[at]]]
        self._drop(timed[repeats])
        self._notes.append(_left_out(int(repeats.sum()), _("repeats of earlier ones")))

    def sort_points(self) -> None:
        """Put the points in the order of their times if that makes the way shorter."""
        timed = self._timed()
        by_time = timed[np.argsort(self._times[timed], kind="stable")]
        as_written, sorted_m = self._length_m(timed), self._length_m(by_time)
        steps = np.diff(self._times[timed])
        is_backwards = len(steps) > 0 and (steps < 0).mean() > _BACKWARDS_SHARE
        if not sorted_m < as_written and not (is_backwards and sorted_m <= as_written + 1.0):
            return
        rank = np.zeros(len(self._times), dtype=np.intp)
        rank[by_time] = np.arange(len(by_time))
        has_time = ~np.isnan(self._times[self._rows])
        before = np.maximum.accumulate(np.where(has_time, np.arange(len(self._rows)), 0))
        self._rows = self._rows[np.argsort(rank[self._rows[before]], kind="stable")]

    def _length_m(self, rows: Rows) -> float:
        """Return the metres through some points in this order, without positions by the counter."""
        fixed = rows[~np.isnan(self._lat[rows])]
        if len(fixed):
            return float(self._metres(fixed[:-1], fixed[1:]).sum())
        return float(np.nansum(np.abs(np.diff(self._counter[rows]))))

    def undo_steps(self) -> None:
        """Undo steps of the clock, and drop the points of times that cannot be right."""
        timed = self._timed()
        steps = np.diff(self._times[timed])
        if not ((steps < 0) | (steps > _LONG_GAP_S)).any():
            return
        pace = self._usual_pace(timed, steps)
        dropped = 0
        # At pauses too: a clock may be set there.
        cuts = np.flatnonzero((steps < 0) | (steps > pace.gap_s)) + 1
        if len(cuts) < _MAX_PIECES:
            bounds = [0, *cuts.tolist(), len(timed)]
            pieces = [_Piece(first, end - 1) for first, end in pairwise(bounds)]
            pieces = self._forget_single_times(timed, pieces, pace)
            dropped = self._shift_pieces(timed, self._join_pieces(timed, pieces, pace))
        timed = self._timed()
        latest = np.maximum.accumulate(self._times[timed])
        late = self._times[timed] < latest - pace.jitter_s
        self._times[timed] = latest
        self._drop(timed[late])
        dropped += int(late.sum())
        self._notes += [_left_out(dropped, _("times that cannot be right"))] if dropped else []

    def _usual_pace(self, timed: Rows, steps: Floats) -> _Pace:
        steady = (steps > 0) & (steps <= _LONG_GAP_S)
        interval = float(np.median(steps[steady])) if steady.any() else 1.0
        metres = self._metres(timed[:-1], timed[1:])
        if np.isnan(metres).all():
            metres = np.diff(self._counter[timed])
        usable = steady & ~np.isnan(metres)
        speed = float(np.median(metres[usable] / steps[usable])) if usable.any() else 0.0
        return _Pace(interval, max(_REACH_M, 5.0 * speed * interval))

    def _forget_single_times(self, timed: Rows, pieces: list[_Piece], pace: _Pace) -> list[_Piece]:
        """Forget the times of a few points where those before and after them follow each other."""
        kept, forgotten = pieces[:1], 0
        for piece, following in pairwise(pieces[1:]):
            gap = self._times[timed[following.first]] - self._times[timed[kept[-1].last]]
            if piece.size <= _FEW_POINTS and 0 <= gap <= pace.gap_s + pace.interval_s * piece.size:
                self._times[timed[piece.first : piece.last + 1]] = np.nan
                forgotten += piece.size
            else:
                kept.append(piece)
        kept += pieces[1:][-1:]
        if forgotten:
            self._notes.append(say("{points} with a wrong time, now put right", points=count_text(forgotten)))
        return kept

    def _join_pieces(self, timed: Rows, pieces: Sequence[_Piece], pace: _Pace) -> list[_Piece]:
        """Return the pieces to keep, each with the seconds to add to its times."""
        kept: list[_Piece] = []
        for piece in pieces:
            while kept and piece.size > 0:
                before = kept[-1]
                piece.shift = before.shift
                gap = float(self._times[timed[piece.first]] - self._times[timed[before.last]])
                if -pace.jitter_s <= gap <= _LONG_GAP_S:
                    break
                if self._is_step(timed, kept, piece, gap, pace):
                    shift = before.shift + pace.interval_s - gap
                    known = (one.shift for one in kept if abs(one.shift - shift) <= pace.jitter_s)
                    piece.shift = next(known, shift)
                    break
                if 0 < gap <= MAX_DURATION_S and not self._is_longer_than_stated(timed[before.last], gap):
                    break
                if gap > 0:  # one of the two is of another time
                    if piece.size <= sum(one.size for one in kept):
                        piece.first = piece.last + 1
                    else:
                        kept.clear()
                    continue
                latest = self._times[timed[before.last]]
                earlier = int((self._times[timed[piece.first : piece.last + 1]] <= latest).sum())
                if earlier <= before.size:
                    piece.first += earlier
                else:
                    kept.pop()
            if piece.size > 0:
                kept.append(piece)
        return kept

    def _is_step(self, timed: Rows, kept: Sequence[_Piece], piece: _Piece, gap: float, pace: _Pace) -> bool:
        """Return whether the way goes on where the clock jumps, so that the clock is wrong."""
        before, after = timed[kept[-1].last], timed[piece.first]
        if gap > 0 and min(kept[-1].size, piece.size) <= _FEW_POINTS:
            return False
        if gap > 0 and self._is_longer_than_stated(before, gap):
            return True
        shift = kept[-1].shift + pace.interval_s - gap
        is_back = any(abs(one.shift - shift) <= pace.jitter_s for one in kept[:-1])
        is_early = len(kept) == 1 and self._times[before] - self._times[timed[kept[0].first]] <= _EARLY_S
        may_be_pause = gap > 0 and not is_back
        if may_be_pause and not self._is_unlikely_pause(before, after, pace.interval_s, is_early=is_early):
            return False
        metres = float(self._metres(np.array([before]), np.array([after]))[0])
        if not np.isnan(metres):
            return metres <= pace.reach_m
        counted = float(self._counter[after] - self._counter[before])
        if not np.isnan(counted):
            return bool(self._counter[after] > 0 and -_JITTER_S <= counted <= pace.reach_m)
        return gap < 0

    def _starts_activity(self, after_s: float, until_s: float) -> bool:
        """Return whether another activity than the first begins between two times."""
        later = sorted(begin for begin, _ in self._stated)[1:]
        return any(after_s < begin <= until_s for begin in later)

    def _is_longer_than_stated(self, before: int, gap: float) -> bool:
        """Return whether a gap is longer than the activity in which it lies, as the file states it."""
        start = float(self._times[before])
        lengths = [end - begin for begin, end in self._stated if begin <= start and end > begin]
        if not lengths or self._starts_activity(start, start + gap + _NEXT_S):
            return False
        return gap > max(lengths) + _LONG_GAP_S

    def _is_unlikely_pause(self, before: int, after: int, interval_s: float, *, is_early: bool) -> bool:
        """Return whether a long gap is so long that a pause would have been noted."""
        start, end = float(self._times[before]), float(self._times[after])
        if self._starts_activity(start, end + _NEXT_S) or self._segments[before] != self._segments[after]:
            return False
        if abs(end - start - interval_s - _SUMMER_TIME_S) <= max(1.0, interval_s / 2):
            return True
        return end - start > (_EARLY_JUMP_S if is_early else _CERTAIN_JUMP_S)

    def _shift_pieces(self, timed: Rows, pieces: Sequence[_Piece]) -> int:
        """Move the pieces to one clock, and drop the points in none of them; return how many these are."""
        reference = self._reference_shift(timed, pieces)
        inside = np.isnan(self._times[timed])
        wrong: list[tuple[float, int]] = []
        for piece in pieces:
            inside[piece.first : piece.last + 1] = True
            rows, shift = timed[piece.first : piece.last + 1], piece.shift - reference
            self._shifts.append((*self._times[rows[[0, -1]]].tolist(), shift))
            self._times[rows] += shift
            if shift:
                wrong.append((shift, len(rows)))
        if wrong:
            self._notes.append(_wrong_clock_note(wrong))
        self._drop(timed[~inside])
        return int((~inside).sum())

    def _reference_shift(self, timed: Rows, pieces: Sequence[_Piece]) -> float:
        """Return the shift of the clock that counts: that of a stated start, else that of most points."""
        points: dict[float, int] = {}
        for piece in pieces:
            points[piece.shift] = points.get(piece.shift, 0) + piece.size
            first, last = self._times[timed[[piece.first, piece.last]]]
            if any(first - 60.0 <= begin <= last + 60.0 for begin, _ in self._stated):
                return piece.shift
        return max(points, key=lambda shift: points[shift])

    def drop_lonely_ends(self) -> None:
        """Drop a few points long before or after all others, unless they are in the time that is stated."""
        for is_start in (True, False):
            timed = self._timed()
            gaps = np.diff(self._times[timed])
            most = max(1, min(_MAX_LONELY, int(_LONELY_SHARE * len(timed))))
            if len(timed) <= 2 * most:
                return
            edge = gaps[:most] if is_start else gaps[::-1][:most]
            long = np.flatnonzero(edge > max(_LONG_GAP_S, 10.0 * float(np.median(gaps))))
            if not len(long):
                continue
            count = int(long[-1]) + 1
            lonely, near = (timed[:count], timed[count]) if is_start else (timed[-count:], timed[-count - 1])
            first, last = self._times[(timed[count:] if is_start else timed[:-count])[[0, -1]]]
            begun, ended = self._times[lonely[[0, -1]]]
            is_stated = any(start - 60.0 <= begun and ended <= end + 60.0 for start, end in self._stated)
            if is_stated or last - first < _NEXT_S:
                continue
            self._note_lonely(lonely, near, is_start=is_start)
            at = int(np.flatnonzero(self._rows == near)[0])
            self._rows = self._rows[at:] if is_start else self._rows[: at + 1]

    def _note_lonely(self, lonely: Rows, near: int, *, is_start: bool) -> None:
        edge = lonely[-1 if is_start else 0]
        metres = float(self._metres(np.array([edge]), np.array([near]))[0])
        away = duration_text(abs(float(self._times[near] - self._times[edge])))
        if metres >= 1000:  # noqa: PLR2004 - a kilometre
            away = say("{time} and {km:.0f} km", time=away, km=metres / 1000)
        before, after = N_("{away} before the first of the others"), N_("{away} after the last of the others")
        self._notes.append(_left_out(len(lonely), say(before if is_start else after, away=away)))


def _wrong_clock_note(wrong: Sequence[tuple[float, int]]) -> str:
    """Return a note on seconds to add and the numbers of points that they were added to."""
    direction = N_("{time} behind") if wrong[0][0] > 0 else N_("{time} ahead")
    off = say(direction, time=duration_text(abs(wrong[0][0])))
    points = count_text(sum(count for _shift, count in wrong))
    once = N_("the clock of the device was {off}, for {points} in all; it was put right")
    again = N_("the clock of the device was {off} and wrong {n} times, for {points}; it was put right")
    return say(once if len(wrong) == 1 else again, off=off, n=len(wrong), points=points)


def _left_out(count: int, why: str) -> str:
    return say("{points} left out: {why}", points=count_text(count), why=why)
