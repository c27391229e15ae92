"""Find the messages of a damaged FIT file: before the damage and, where they are in step again, after it.

After a fault the next message is looked for that is in step with the clock from before it, first among the
kinds of messages that are defined, then with new definitions and compressed times, and then both without the
clock. It counts if those after it are in step too.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from runlog.i18n import _
from runlog.importers.fit import scan
from runlog.importers.fit.profile import RECORD_MESSAGE, base_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from runlog.importers.fit.scan import MessageDefinition
    from runlog.model import Indices

    Definitions = dict[int, MessageDefinition]

_INVALID_TIME = 2**32 - 1
_SUMMARIES = frozenset({18, 19, 34})  # sessions, laps and activities, which some devices write first
_MAX_TIME_STEP_S = 86_400  # between two messages that follow each other
_MAX_BACK_S, _MAX_AHEAD_S = 60, 43_200  # of the clock after damage
_MIN_TIME = 2**20  # of a clock that is not known
_MIN_TIMED = 3  # messages in step that follow each other, for the scan to resume there
#: So many where the clock is not known, with such steps: of times read a byte off, steps are of 256 s.
_MIN_TIMED_UNKNOWN, _MAX_JITTER_S, _MAX_STEP_S = 6, 5, 120
_MAX_CHAIN = 64  # messages among which these must be
#: Compressed times say little: so many steps of so few seconds are in step.
_MIN_COMPRESSED, _MAX_COMPRESSED_STEP_S = 32, 8
_WINDOWS = (2_048, 16_384, 131_072, 2**32)  # bytes after the fault, the nearest first
_MAX_FAULTS = 100
#: How much of one file is looked at closely after faults: messages, of which a definition counts as several.
_MAX_STEPS, _DEFINITION_STEPS = 400_000, 8
_MAX_FIELDS = 120


def salvage_messages(
    data: bytes, begin: int, end: int, max_messages: int = scan.MAX_MESSAGES
) -> scan.ScanResult:
    """Find the messages in ``data[begin:end]`` before and after damage, and the first fault.

    Time and memory are bounded by ``max_messages``, whatever the bytes are.
    """
    salvage = _Salvage(data, min(end, len(data)))
    at = begin
    faults: list[tuple[int, str]] = []
    resumed: list[int] = []
    for _message in range(max_messages):
        if at >= salvage.end or len(faults) > _MAX_FAULTS:
            break
        try:
            at = salvage.advance(at)
        except scan.MalformedMessage as error:
            faults.append((at, str(error)))
            at = salvage.resume_after(at)
            resumed.append(at)
    else:
        faults.append((at, _(scan.TOO_MANY_MESSAGES)))
    sound_until, first_fault = faults[0] if faults else (salvage.end, None)
    return scan.ScanResult(salvage.definitions.all(), sound_until, first_fault, tuple(resumed))


class _Salvage:
    """State of the scan: current definitions, and the last message with a plausible time."""

    def __init__(self, data: bytes, end: int) -> None:
        self.end = end
        self.definitions = scan.DefinitionTable(data, end)
        self._data = data
        self._bytes = np.frombuffer(data, np.uint8)[:end]
        self._current: Definitions = {}  # by local type
        self._replaced: list[
            tuple[int, int, MessageDefinition | None]
        ] = []  # since the last message with a time
        self._last_time: int | None = None  # of the last message with a time
        self._last_timed: int | None = None  # the offset of that message
        self._steps_left = _MAX_STEPS

    def advance(self, at: int) -> int:
        """Read the definition or message at an offset; return the offset after it."""
        header = self._data[at]
        if header & scan.DEFINITION_BIT and not header & scan.COMPRESSED_BIT:
            local_type, new, after = self.definitions.parse_at(at)
            self._replaced.append((at, local_type, self._current.get(local_type)))
            self._current[local_type] = new
            return after
        definition = self._definition_of(at, self._current)
        if definition is None:
            raise scan.undefined_message(header)
        if at + definition.size > self.end:
            raise scan.MalformedMessage(_(scan.ENDS_EARLY))
        seconds, last = self._time_of(at, definition), self._last_time
        if seconds is not None and last is not None and abs(seconds - last) > _MAX_TIME_STEP_S:
            raise scan.MalformedMessage(_("a time far from the one before"))
        if seconds is not None:
            self._last_time = seconds
        if seconds is not None or header & scan.COMPRESSED_BIT:
            self._last_timed = at
            self._replaced.clear()
        definition.message_offsets.append(at)
        return at + definition.size

    def _definition_of(self, at: int, current: Mapping[int, MessageDefinition]) -> MessageDefinition | None:
        """Return the definition of the message at an offset; None where it has none."""
        header = self._data[at]
        definition = current.get(scan.local_message_type(header))
        if definition is None or (header & scan.COMPRESSED_BIT and not _allows_compressed_header(definition)):
            return None
        return definition

    def _time_of(self, at: int, definition: MessageDefinition) -> int | None:
        """Return the time of the message at an offset in FIT's seconds, if it has one."""
        if definition.timestamp_offset is None or definition.message_number in _SUMMARIES:
            return None
        (seconds,) = struct.unpack_from(
            f"{definition.byte_order}I", self._data, at + definition.timestamp_offset
        )
        return None if seconds == _INVALID_TIME else seconds

    def resume_after(self, at: int) -> int:
        """Return the offset where the scan can resume after a fault, or the end.

        The last message with a time and all since, definitions too, are dropped if the scan resumes: bytes
        were lost there.
        """
        lost = at if self._last_timed is None else self._last_timed
        before = dict(self._current)
        for _at, local_type, replaced in reversed(self._replaced):
            if replaced is None:
                self._current.pop(local_type, None)
            else:
                self._current[local_type] = replaced
        for clock in (self._last_time, None) if self._last_time is not None else (None,):
            for window in _WINDOWS:
                for new in (False, True):
                    for offset in self._candidates(lost + 1, window, clock=clock, new=new):
                        if not self._is_in_step(offset, clock=clock, new=new):
                            continue
                        if offset == at and not new:  # the clock was set here, and nothing is lost
                            self._current = before
                        else:
                            self.definitions.drop_messages_from(lost)
                        self._last_time, self._last_timed = clock, None
                        self._replaced.clear()
                        return offset
        self._current = before
        return self.end

    def _candidates(self, begin: int, window: int, *, clock: int | None, new: bool) -> Iterator[int]:
        """Yield offsets after a fault at which a message may begin, as far as a look at its header tells."""
        part = self._bytes[begin : min(begin + window, self.end)]
        found = [
            self._timed_offsets(begin, len(part), definition, local_type, clock)
            for local_type, definition in self._current.items()
            if definition.message_number not in _SUMMARIES
        ]
        if new:
            found += [
                _definition_offsets(self._bytes, begin, len(part)),
                self._compressed_offsets(part, begin),
            ]
        for offset in np.unique(np.concatenate(found)).tolist() if found else ():
            if self._steps_left <= 0:
                return
            yield offset

    def _timed_offsets(
        self, begin: int, count: int, definition: MessageDefinition, local_type: int, clock: int | None
    ) -> Indices:
        """Return the offsets of possible messages of one definition with a possible time."""
        at = definition.timestamp_offset
        count = min(count, self.end - begin - definition.size + 1)
        if at is None or count <= 0:
            return np.empty(0, np.intp)
        offsets = np.flatnonzero(self._bytes[begin : begin + count] & 0xCF == local_type) + begin
        raw = np.stack([self._bytes[offsets + at + byte] for byte in range(4)], axis=-1)
        seconds = np.ascontiguousarray(raw).view(f"{definition.byte_order}u4").reshape(-1).astype(np.int64)
        low, high = _time_limits(clock)
        return offsets[(seconds >= low) & (seconds <= high)]

    def _compressed_offsets(self, part: NDArray[np.uint8], begin: int) -> Indices:
        kinds = [kind for kind, one in self._current.items() if kind < 4 and _allows_compressed_header(one)]  # noqa: PLR2004 - two bits
        possible = (part & scan.COMPRESSED_BIT > 0) & np.isin(part >> 5 & 3, kinds)
        return np.flatnonzero(possible) + begin

    def _is_in_step(self, at: int, *, clock: int | None, new: bool) -> bool:
        """Return whether messages follow one another from an offset on whose times are in step.

        ``clock`` is the time before them in FIT's seconds, if known; with ``new``, definitions and compressed
        times count too.
        """
        current, rhythm = self._current, _Rhythm(clock)
        for _step in range(_MAX_CHAIN):
            if at == self.end or rhythm.is_enough:
                break
            header = self._data[at]
            self._steps_left -= 1
            if header & scan.DEFINITION_BIT and not header & scan.COMPRESSED_BIT:
                self._steps_left -= _DEFINITION_STEPS
                parsed = self._plausible_definition(at) if new else None
                if parsed is None:
                    return False
                local_type, definition, at = parsed
                current = current | {local_type: definition}
                continue
            message = self._definition_of(at, current)
            if message is None or at + message.size > self.end:
                return False
            seconds = self._time_of(at, message)
            is_compressed = bool(header & scan.COMPRESSED_BIT)
            if (is_compressed and not new) or not rhythm.takes(
                seconds, header % 32 if is_compressed else None
            ):
                return False
            at += message.size
        return rhythm.is_enough or (at == self.end and rhythm.is_likely)

    def _plausible_definition(self, at: int) -> tuple[int, MessageDefinition, int] | None:
        """Return the local type of the definition at an offset, itself, and the offset after it.

        None if it is hardly one: a field without a size, or of a type that FIT has not.
        """
        try:
            content, after = scan.definition_content(self._data, at, self.end)
            definition = scan.parse_definition(content)
        except scan.MalformedMessage:
            return None
        if not definition.fields or not all(
            one.size and one.type in _KNOWN_TYPES for one in definition.fields
        ):
            return None
        return scan.local_message_type(self._data[at] & ~scan.COMPRESSED_BIT), definition, after


class _Rhythm:
    """Whether messages are in step: each at a time that may follow the one before."""

    def __init__(self, clock: int | None) -> None:
        self.timed = self._compressed = 0
        self._needed = _MIN_TIMED_UNKNOWN if clock is None else _MIN_TIMED
        self._limits = (-_MAX_JITTER_S, _MAX_STEP_S) if clock is None else (-_MAX_BACK_S, _MAX_AHEAD_S)
        self._clock, self._low_bits = clock, -1

    @property
    def is_enough(self) -> bool:
        return self.timed >= self._needed or self._compressed >= _MIN_COMPRESSED

    @property
    def is_likely(self) -> bool:
        """Return whether so few messages are enough where the file ends after them."""
        return self.timed + self._compressed // 4 > 1

    def takes(self, seconds: int | None, low_bits: int | None) -> bool:
        """Count a message by its time or the low bits of it; return False if it is not in step."""
        if low_bits is not None:
            step = 0 if self._low_bits < 0 else (low_bits - self._low_bits) % 32
            self._low_bits = low_bits
            self._compressed += step > 0
            return step <= _MAX_COMPRESSED_STEP_S
        if seconds is None:
            return True
        low, high = _time_limits(None) if self._clock is None else self._limits
        in_step = low <= seconds - (self._clock or 0) <= high
        self._clock = seconds
        self.timed += 1
        return in_step


_KNOWN_TYPES = frozenset({*base_types(), 0x0D})


def _definition_offsets(data: NDArray[np.uint8], begin: int, count: int) -> Indices:
    """Return the offsets of possible definitions: a header, a 0, the byte order, and a number of fields."""
    count = min(count, len(data) - begin - 5)
    if count <= 0:
        return np.empty(0, np.intp)
    header, reserved, order, fields = (data[begin + byte : begin + byte + count] for byte in (0, 1, 2, 5))
    possible = (header & 0xC0 == scan.DEFINITION_BIT) & (reserved == 0) & (order <= 1)
    return np.flatnonzero(possible & (fields > 0) & (fields <= _MAX_FIELDS)) + begin


def _time_limits(clock: int | None) -> tuple[int, int]:
    """Return the first and the last possible time of the next message, in FIT's seconds."""
    return (_MIN_TIME, _INVALID_TIME - 1) if clock is None else (clock - _MAX_BACK_S, clock + _MAX_AHEAD_S)


def _allows_compressed_header(definition: MessageDefinition) -> bool:
    """Return whether messages can have their time in the header byte: records without a full time."""
    return definition.message_number == RECORD_MESSAGE and definition.timestamp_offset is None
