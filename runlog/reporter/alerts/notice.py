"""The shape of one alert as a rule gives it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert: something that holds now.

    Attributes:
        kind: the name of the rule; subject: what it is about (a pair, a route, a body area …).
        severity: "info", "warn" or "urgent".
        message: what it is, in one sentence.
        why: the numbers behind the message, and how much they mean.
        since: the first local day on which the condition held in its present run.
        todo: what the runner can do about it.
    """

    kind: str
    subject: str
    severity: str
    message: str
    why: str
    since: date
    todo: str

    @property
    def id(self) -> str:
        """The name by which the notice is known from day to day: "kind:subject"."""
        return f"{self.kind}:{self.subject}"

    @property
    def see_clinician(self) -> bool:
        """Whether it means the advice to see a clinician, with the signs that make it urgent."""
        return self.kind.startswith("soreness_")

    def as_dict(self) -> dict[str, Any]:
        """The notice as JSON has it; ``tips`` are the ids of the tips that answer it."""
        return {"id": self.id, **asdict(self), "since": self.since.isoformat(), "tips": answering(self.kind)}


def answering(kind: str) -> list[str]:
    """The ids of the tips that answer a kind of alert."""
    from runlog.reporter.guidance import tips

    return [tip.id for tip in tips() if kind in tip.answers]
