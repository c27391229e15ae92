"""Read the tips of guidance.toml, choose among them, and say when to see a clinician."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from runlog.i18n import _, current_language

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Tip:
    """Something to try.

    Attributes:
        answers: the factors and alert kinds that it answers, or "form" and "gear".
        grade: how strong the evidence is, in English words, to be said by ``_``; evidence: in numbers.
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
class ClinicianAdvice:
    """The advice to see a clinician, with the signs that make it urgent."""

    title: str
    lead: str
    flags: tuple[str, ...]
    emergency: str


@dataclass(frozen=True, slots=True)
class TipReason:
    """Why a factor deserves a tip now; the heavier, the sooner."""

    factor: str
    why: str
    weight: float


@dataclass(frozen=True, slots=True)
class ChosenTip:
    """A tip and why it is given now."""

    tip: Tip
    why_now: str
    factor: str


def all_tips() -> tuple[Tip, ...]:
    """All tips, in the order of the file and the language spoken now."""
    return _tips_in(current_language())


def clinician_advice() -> ClinicianAdvice:
    """When and why to see a clinician, in the language spoken now."""
    advice = _read_guidance()["clinician"]
    texts = {name: _(text) for name, text in advice.items() if isinstance(text, str)}
    return ClinicianAdvice(flags=tuple(map(_, advice["flags"])), **texts)


def choose_tips(reasons: Iterable[TipReason], turn: int, limit: int = 3) -> tuple[ChosenTip, ...]:
    """At most ``limit`` tips, one per reason and none twice, the heaviest reason first.

    ``turn`` (the number of the week) makes several tips for one factor take turns from week to week.
    """
    chosen: list[ChosenTip] = []
    used: set[str] = set()
    for reason in sorted(reasons, key=lambda reason: -reason.weight):
        answering = [tip for tip in all_tips() if reason.factor in tip.answers]
        if len(chosen) == limit or not answering or used.intersection(_tip_ids(answering)):
            continue
        used.update(_tip_ids(answering))
        chosen.append(ChosenTip(answering[turn % len(answering)], reason.why, reason.factor))
    return tuple(chosen)


def _tip_ids(some: list[Tip]) -> list[str]:
    return [tip.id for tip in some]


@cache
def _tips_in(_language: str) -> tuple[Tip, ...]:
    return tuple(_build_tip(**tip) for tip in _read_guidance()["tip"])


def _build_tip(*, id: str, answers: list[str], grade: str, **texts: str) -> Tip:  # noqa: A002 - the file's name for it
    return Tip(id=id, answers=tuple(answers), grade=grade, **{name: _(text) for name, text in texts.items()})


@cache
def _read_guidance() -> dict[str, Any]:
    return tomllib.loads(files("runlog.reporter").joinpath("guidance.toml").read_text(encoding="utf-8"))
