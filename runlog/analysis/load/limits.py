"""The limits of a runner's heart rate: from the settings, else estimated or assumed, and said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlog.analysis.load.formulas import BANISTER
from runlog.wording import _, marked

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
        unset: which of hr_max, hr_rest and sex is no setting.
        seen: the highest rate of the runs, or None.
    """

    rest: float
    highest: float
    sex: str
    unset: tuple[str, ...] = ()
    seen: float | None = None

    def note(self) -> str:
        """What of it is no setting, with the numbers and what to write into config.toml; or ""."""
        if self.unset:
            return _unset(self)
        return "" if self.seen is None or self.seen <= self.highest else _passed(self.highest, self.seen)

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
        The limits, or why there are none (marked): "" where nothing is set and little is recorded.
    """
    seen = _highest(heart_s)
    highest = settings.hr_max or seen
    rest = settings.hr_rest or ASSUMED_REST
    if highest is None:
        asked = settings.hr_rest is not None or settings.sex is not None
        return marked("Heart rates are not counted: set hr_max in config.toml.") if asked else ""
    if highest <= rest:
        return marked("Heart rates are not counted: hr_max is not above hr_rest; see config.toml.")
    unset = tuple(name for name in ("hr_max", "hr_rest", "sex") if getattr(settings, name) is None)
    return HeartLimits(rest, highest, settings.sex or ASSUMED_SEX, unset, seen)


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


def _unset(limits: HeartLimits) -> str:
    told, lines = [], []
    if "hr_max" in limits.unset:
        told.append(
            _(
                "Your highest heart rate is estimated as {bpm} bpm ({runs} runs held it for {seconds} s; "
                "the true one may be higher)."
            ).format(bpm=round(limits.highest), runs=RUNS_REACHING, seconds=round(HELD_S))
        )
        lines.append(f"hr_max = {limits.highest:.0f}")
    if "hr_rest" in limits.unset:
        told.append(_("{bpm} bpm at rest is assumed.").format(bpm=round(limits.rest)))
        lines.append(f"hr_rest = {limits.rest:.0f}")
    if "sex" in limits.unset:
        men = limits.sex == "male"
        told.append(_("The factors of men are assumed.") if men else _("The factors of women are assumed."))
        lines.append(f'sex = "{limits.sex}"')
    so = _(
        "So the TRIMP compares your runs with each other, not with other people's. "
        "If you know better, write it into config.toml: {lines}."
    )
    return " ".join((*told, so.format(lines=", ".join(lines))))


def _passed(highest: float, seen: float) -> str:
    return _(
        "{runs} of your runs held {seen} bpm for {seconds} s, more than the hr_max of {highest} in "
        "config.toml."
    ).format(runs=RUNS_REACHING, seen=round(seen), seconds=round(HELD_S), highest=f"{highest:g}")
