"""Quote what is known, list tips, and say when to see a clinician; all of it is read from guidance.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.errors import NotFound
from runlog.i18n import _, current_language

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class EvidenceStep:
    """What was found for values of a factor above a bound, with the effect and its 95% range."""

    above: Decimal
    finding: str
    effect: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one question, from one study where there is one.

    Attributes:
        grade: how strong it is, in English words.
        finding: an English sentence with the places {people}, {effect}, {low} and {high}.
        source: whose study it is; "" where a single one is not named.
        people: how many were studied.
        effect: the most likely value.
        low: the lower end of its 95% range.
        high: the upper end.
        steps: what was found by the size of the factor, where the study says.
    """

    id: str
    grade: str
    finding: str
    source: str = ""
    people: int | None = None
    effect: Decimal | int | None = None
    low: Decimal | int | None = None
    high: Decimal | int | None = None
    steps: tuple[EvidenceStep, ...] = ()

    def quote(self, size: float | None = None) -> str:
        """Return the finding in the language in use; of steps all, or the one that ``size`` falls into."""
        steps = self.steps
        if size is not None:
            steps = tuple(step for step in steps if size > float(step.above))[-1:]
        return " ".join([*map(_fill_in, steps), _fill_in(self)])

    def cite(self, size: float | None = None) -> str:
        """Return the finding with its source."""
        source = _("Source: {source}.").format(source=_(self.source))
        return f"{self.quote(size)} {source}"


def _fill_in(part: Evidence | EvidenceStep) -> str:
    """Put the numbers into a finding, with as many digits as they are written with."""
    places = {}
    for name in ("people", "effect", "low", "high"):
        number = getattr(part, name, None)
        if number is not None:
            places[name] = units.number(float(number), -int(Decimal(number).as_tuple().exponent))
    return _(part.finding).format(**places)


@cache
def _all_evidence() -> dict[str, Evidence]:
    entries = _read_guidance()["evidence"]
    return {
        entry["id"]: Evidence(
            **{**entry, "steps": tuple(EvidenceStep(**step) for step in entry.get("steps", ()))}
        )
        for entry in entries
    }


def evidence(id: str) -> Evidence:  # noqa: A002 - the file's name for it
    """Return the evidence of that id.

    Raises:
        NotFound: there is none.
    """
    try:
        return _all_evidence()[id]
    except KeyError:
        raise NotFound("there is no evidence {id!r}", id=id) from None


def sources(studies: Iterable[str], *others: str) -> str:
    """Return whose studies these are, and further sources, each once, in the language in use."""
    named = (*(evidence(study).source for study in studies), *others)
    return "; ".join(_(source) for source in dict.fromkeys(named) if source)


@dataclass(frozen=True, slots=True)
class Tip:
    """Something to try.

    Attributes:
        answers: the factors and alert kinds that it answers, or "form" and "gear".
        grade: how strong the evidence is, in English words.
        evidence: what was found.
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


def all_tips() -> tuple[Tip, ...]:
    """Return all tips, in the order of the file, in the language in use."""
    return _tips_in(current_language())


def clinician_advice() -> ClinicianAdvice:
    """Return when and why to see a clinician, in the language in use."""
    advice = _read_guidance()["clinician"]
    texts = {name: _(text) for name, text in advice.items() if isinstance(text, str)}
    return ClinicianAdvice(flags=tuple(map(_, advice["flags"])), **texts)


@cache
def _tips_in(_language: str) -> tuple[Tip, ...]:
    tips = []
    for tip in _read_guidance()["tip"]:
        studies = [evidence(study) for study in tip.get("studies", ())]
        remark = [_(tip["remark"])] if "remark" in tip else []
        tips.append(
            Tip(
                id=tip["id"],
                title=_(tip["title"]),
                how=_(tip["how"]),
                why=_(tip["why"]),
                answers=tuple(tip["answers"]),
                grade=tip.get("grade") or studies[0].grade,
                evidence=" ".join([*(study.quote() for study in studies), *remark]),
                source=sources(tip.get("studies", ()), tip.get("source", "")),
            )
        )
    return tuple(tips)


@cache
def _read_guidance() -> dict[str, Any]:
    text = files("runlog.reporter").joinpath("guidance.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)
