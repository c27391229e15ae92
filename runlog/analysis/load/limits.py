"""The limits of a runner's heart rate: from the settings, else estimated or assumed, and said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlog.analysis.load.formulas import BANISTER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runlog.settings import Settings

#: A rate counts as reached in a run when the heart was at or above it for so long in all.
HELD_S = 30.0
#: And as the runner's highest when so many runs reached it: one run's strap may err for minutes.
RUNS_REACHING = 2
#: Nothing is estimated from fewer runs with heart rates.
LEAST_RUNS = 10
#: No heart rate of a runner: above it, and (as an estimate of the highest) below it.
ABOVE_ANY, TOO_LOW = 220, 140
#: What is assumed where the settings tell nothing.
ASSUMED_REST = 60.0
ASSUMED_SEX = "male"


class HeartLimits(NamedTuple):
    """What Banister's and Edwards' TRIMP are bounded by.

    Attributes:
        rest, highest: bpm.
        sex: of Banister's factors.
        note: what of it is no setting, with the numbers and what to write into config.toml; or "".
    """

    rest: float
    highest: float
    sex: str
    note: str

    @property
    def banister(self) -> dict[str, float]:
        """The limits as ``formulas.banister`` takes them."""
        a, b = BANISTER[self.sex]
        return {"hr_rest": self.rest, "hr_max": self.highest, "a": a, "b": b}


def heart_limits(heart_s: Collection[Mapping[int, float]], settings: Settings) -> HeartLimits | str:
    """The limits of the settings; what they do not tell is estimated from the runs or assumed.

    - hr_max: the highest rate that at least two runs held for 30 s or more. A single peak is no
      measure (Boudet 2002: it lies 7.6 bpm above the median of a runner's hard efforts, which scatter by
      6 bpm), while what runners reach in hard training is no less than in a laboratory (Semin 2008). Who
      never runs hard is estimated too low.
    - hr_rest: no run can tell it; 60 bpm is assumed.
    - sex: men's factors are assumed; women's give 7 to 19% more throughout.

    Is that good enough to count load by? It is wrong as an absolute number, but nearly in proportion: in
    300 simulated runners (rest 55 ± 8, highest 187 ± 10 and seen 8 ± 5 too low, half of them women) a run's
    TRIMP by such limits strays from the true one by 3% (6% for the worst twentieth) around a constant
    factor, the distance by 15%. What is compared here is a runner's load with the same runner's, so it is
    used, with a warning, where ten runs or more have heart rates.

    Args:
        heart_s: seconds by whole bpm, of every run that has them.
        settings: with hr_max, hr_rest and sex.

    Returns:
        The limits, or why there are none: "" where nothing is set and little is recorded.
    """
    seen = _highest(heart_s)
    highest = settings.hr_max or seen
    rest = settings.hr_rest or ASSUMED_REST
    if highest is None:
        asked = settings.hr_rest is not None or settings.sex is not None
        return "Heart rates are not counted: set hr_max in config.toml." if asked else ""
    if highest <= rest:
        crossed = f"hr_max ({highest:g}) is not above hr_rest ({rest:g})"
        return f"Heart rates are not counted: {crossed}; see config.toml."
    sex = settings.sex or ASSUMED_SEX
    return HeartLimits(rest, highest, sex, _note(rest, highest, sex, settings) or _passed(highest, seen))


def _highest(heart_s: Collection[Mapping[int, float]]) -> float | None:
    held = sorted(rate for one in heart_s if (rate := highest_held(one)) is not None)
    if len(held) < LEAST_RUNS or held[-RUNS_REACHING] < TOO_LOW:
        return None
    return float(held[-RUNS_REACHING])


def highest_held(heart_s: Mapping[int, float]) -> int | None:
    """The highest rate (bpm) at or above which the heart was for 30 s in all; None without so much.

    Seconds above 220 bpm are no heart's.
    """
    seconds = 0.0
    for rate in sorted(heart_s, reverse=True):
        seconds += heart_s[rate] if rate <= ABOVE_ANY else 0.0
        if seconds >= HELD_S:
            return rate
    return None


def _note(rest: float, highest: float, sex: str, settings: Settings) -> str:
    told, lines = [], []
    if settings.hr_max is None:
        told.append(
            f"your highest heart rate is estimated as {highest:.0f} bpm "
            f"({RUNS_REACHING} runs held it for {HELD_S:.0f} s; the true one may be higher)"
        )
        lines.append(f"hr_max = {highest:.0f}")
    if settings.hr_rest is None:
        told.append(f"{rest:.0f} bpm at rest is assumed")
        lines.append(f"hr_rest = {rest:.0f}")
    if settings.sex is None:
        told.append(f"the factors of {'men' if sex == 'male' else 'women'} are assumed")
        lines.append(f'sex = "{sex}"')
    if not told:
        return ""
    said = ", ".join(told)
    return (
        f"{said[0].upper()}{said[1:]}: the TRIMP compares your runs with each other, not with other "
        f"people's. If you know better, write it into config.toml: {', '.join(lines)}."
    )


def _passed(highest: float, seen: float | None) -> str:
    if seen is None or seen <= highest:
        return ""
    return (
        f"{RUNS_REACHING} of your runs held {seen:.0f} bpm for {HELD_S:.0f} s, more than the hr_max of "
        f"{highest:g} in config.toml."
    )
