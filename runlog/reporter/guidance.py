"""The tips of guidance.toml, the choice among them, and when to see a clinician.

Their texts are the file's English ones, to be said by ``_``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from runlog.wording import _

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Tip:
    """Something to try.

    Attributes:
        answers: the factors and alert kinds that it answers, or "form" and "gear".
        grade: how strong the evidence is, in words; evidence: in numbers.
    """

    id: str
    title: str
    how: str
    why: str
    answers: tuple[str, ...]
    grade: str
    evidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Clinician:
    """The advice to see a clinician, with the signs that make it urgent."""

    title: str
    lead: str
    flags: tuple[str, ...]
    emergency: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a factor deserves a tip now; the heavier, the sooner."""

    factor: str
    why: str
    weight: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """A tip and why it is given now."""

    tip: Tip
    why_now: str
    factor: str


@cache
def tips() -> tuple[Tip, ...]:
    """All tips, in the order of the file."""
    return tuple(Tip(**{**tip, "answers": tuple(tip["answers"])}) for tip in _guidance()["tip"])


def spoken(tip: Tip) -> Tip:
    """A tip in the language spoken now."""
    return replace(
        tip,
        title=_(tip.title),
        how=_(tip.how),
        why=_(tip.why),
        grade=_(tip.grade),
        evidence=_(tip.evidence),
        source=_(tip.source),
    )


@cache
def clinician() -> Clinician:
    """When and why to see a clinician."""
    advice = _guidance()["clinician"]
    return Clinician(**{**advice, "flags": tuple(advice["flags"])})


def choose(reasons: Iterable[Reason], turn: int, limit: int = 3) -> tuple[Chosen, ...]:
    """At most ``limit`` tips, one per reason and none twice, the heaviest reason first.

    ``turn`` (the number of the week) makes several tips for one factor take turns from week to week.
    """
    chosen: list[Chosen] = []
    used: set[str] = set()
    for reason in sorted(reasons, key=lambda reason: -reason.weight):
        answering = [tip for tip in tips() if reason.factor in tip.answers]
        if len(chosen) == limit or not answering or used.intersection(_ids(answering)):
            continue
        used.update(_ids(answering))
        chosen.append(Chosen(answering[turn % len(answering)], reason.why, reason.factor))
    return tuple(chosen)


def _ids(some: list[Tip]) -> list[str]:
    return [tip.id for tip in some]


@cache
def _guidance() -> dict[str, Any]:
    return tomllib.loads(files("runlog.reporter").joinpath("guidance.toml").read_text(encoding="utf-8"))
