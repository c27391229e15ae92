"""What a run's stream comes to, kept beside it so that no list of runs has to read streams again.

Unknown is ``None``; what a stream does not hold is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Thirds(NamedTuple):
    """One value of running form over a run, in the unit of its track column.

    Attributes:
        mean: of the whole run.
        first: of the first third of the time run; None where too little of it is known.
        last: of the last third, likewise.
    """

    mean: float
    first: float | None
    last: float | None


class EasyPart(NamedTuple):
    """An easy first or last part of a run.

    Attributes:
        duration_s: how long it is.
        slower: its median pace over that of the main part; 1.15 is 15% slower.
        hr_below_bpm: by how much its median heart rate lies below that of the main part beside it.
    """

    duration_s: float
    slower: float
    hr_below_bpm: float


@dataclass(frozen=True, slots=True)
class Digest:
    """What one stream comes to.

    Attributes:
        heart_s: seconds spent at each heart rate, by whole bpm; empty without heart rates.
        form: by track column (cadence_spm, stance_time_ms …).
        warmup: the easy start, where the stream shows one; None says nothing, least of all "no".
        cooldown: the easy end, likewise.
    """

    heart_s: Mapping[int, float] = field(default_factory=dict)
    form: Mapping[str, Thirds] = field(default_factory=dict)
    warmup: EasyPart | None = None
    cooldown: EasyPart | None = None
