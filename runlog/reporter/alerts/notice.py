"""The shape of one alert, and what the rules share."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

#: Days after which the last run or rating is too old to alarm anybody.
FRESH = 14


@dataclass(frozen=True, slots=True)
class Notice:
    """One alert.

    Attributes:
        id: "kind:subject", the same from day to day while the condition holds.
        severity: "info", "warn" or "urgent".
        why: the numbers behind the message.
        since: the first day on which the condition held in its present run.
    """

    kind: str
    subject: str
    severity: str
    message: str
    why: str
    since: date
    state: str = "open"

    @property
    def id(self) -> str:
        """The name by which the notice is known from day to day."""
        return f"{self.kind}:{self.subject}"

    def as_dict(self) -> dict[str, Any]:
        """The notice as JSON has it."""
        return {"id": self.id, **asdict(self), "since": self.since.isoformat()}


def trailing(flags: NDArray[np.bool_]) -> int:
    """How many are true in a row at the end."""
    row = 0
    for flag in reversed(list(flags)):
        if not flag:
            break
        row += 1
    return row
