"""Damaged FIT files: a slower, distrustful walk that goes on after damage where messages follow again.

A lost or foreign byte puts a walk out of step: values are taken for the first bytes of messages, sooner or
later for one that is not defined, or for one whose time is far from the time before.
"""

from __future__ import annotations

import struct

from runlog.importers.fit.profile import RECORD
from runlog.importers.fit.scan import (
    COMPRESSED,
    DEFINES,
    EARLY,
    MOST_MESSAGES,
    TOO_MANY,
    Definition,
    Definitions,
    Fault,
    Scan,
    local_kind,
)

_DAY_S = 86_400
_NO_TIME = 2**32 - 1

#: The walk goes on where so many messages follow one another, within so many bytes of the last good one.
_STEPS = 8
_FARTHEST = 8_192
_MOST_DAMAGES = 100


def salvage(data: bytes, begin: int, end: int, most: int = MOST_MESSAGES) -> Scan:
    """Find the messages in ``data[begin:end]`` before and after damage, and what the first fault is.

    Time and memory are bounded by ``most`` messages, whatever the bytes are.
    """
    walk = _Walk(data, min(end, len(data)))
    at = begin
    damages: list[tuple[int, str]] = []
    for _ in range(most):
        if at >= walk.end or len(damages) > _MOST_DAMAGES:
            break
        try:
            at = walk.step(at)
        except Fault as fault:
            damages.append((at, str(fault)))
            at = walk.resumption(at)
    else:
        damages.append((at, TOO_MANY))
    sound, first = damages[0] if damages else (walk.end, None)
    return Scan(walk.defined.all(), sound, first)


class _Walk:
    """What is defined where the walk has come to, and how far what it has found can be trusted."""

    def __init__(self, data: bytes, end: int) -> None:
        self.data = data
        self.end = end
        self.defined = Definitions(data, end)
        self._local: dict[int, Definition] = {}
        self._clock: int | None = None  # the time of the last message that has one
        self._trusted: int | None = None  # where that message begins

    def step(self, at: int) -> int:
        """Take the definition or the message at a byte; return the byte after it.

        Raises:
            Fault: it cannot be one.
        """
        if self.data[at] & DEFINES and not self.data[at] & COMPRESSED:
            local, definition, after = self.defined.take(at)
            self._local[local] = definition
            return after
        definition, seconds = self._message(at)
        if seconds is not None and self._clock is not None and abs(seconds - self._clock) > _DAY_S:
            raise Fault("a time far from the one before")
        if seconds is not None:
            self._clock = seconds
        if seconds is not None or self.data[at] & COMPRESSED:
            self._trusted = at
        definition.starts.append(at)
        return at + definition.size

    def _message(self, at: int) -> tuple[Definition, int | None]:
        """Return how the message at a byte is laid out, and its time in FIT's seconds if it has one."""
        header = self.data[at]
        definition = self._local.get(local_kind(header))
        if definition is None or (header & COMPRESSED and not _may_be_compressed(definition)):
            raise Fault(f"a message of the kind {local_kind(header)} that was not defined")
        if at + definition.size > self.end:
            raise Fault(EARLY)
        if definition.time_at is None:
            return definition, None
        (seconds,) = struct.unpack_from(f"{definition.order}I", self.data, at + definition.time_at)
        return definition, None if seconds == _NO_TIME else seconds

    def resumption(self, at: int) -> int:
        """Return the next byte at which the walk can go on after a fault, or the end.

        The last message with a time is where bytes were lost: where the walk goes on, that message and what
        seemed to follow it are left out.
        """
        lost = at if self._trusted is None else self._trusted
        places = range(lost + 1, min(lost + _FARTHEST, self.end))
        place = next((place for place in places if self._in_step(place)), self.end)
        if place < self.end:
            self.defined.without_messages_from(lost)
        self._clock = self._trusted = None
        return place

    def _in_step(self, at: int) -> bool:
        """Tell whether messages of about one time follow one another from a byte on."""
        times = []
        for _ in range(_STEPS):
            if at == self.end:
                break
            try:
                definition, seconds = self._message(at)
            except Fault:
                return False
            times += [seconds] if seconds is not None else []
            at += definition.size
        return len(times) > 1 and max(times) - min(times) <= _DAY_S


def _may_be_compressed(definition: Definition) -> bool:
    """Tell whether messages can have their time in the first byte: records that do not hold it in full."""
    return definition.kind == RECORD and definition.time_at is None
