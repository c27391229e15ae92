"""Parse the points of GPX and TCX with expat into columns, in bounded memory.

Name spaces are ignored: undeclared ones do no harm, and every dialect's prefix is as good as another.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

import numpy as np

from runlog.errors import NotReadable
from runlog.importers import detect, tracks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar, NoReturn

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Points:
    """Points as they were recorded: arrays with a row for each.

    Attributes:
        segments: numbers (n,) that change where a pause lies between.
        times: Unix seconds (n,), NaN where a point has none.
        offsets: seconds of the zone that the times are written with (n,), NaN where they name none.
        columns: numbers (n,) by the name that they have in a track; lat, lon and those that any point has.
    """

    segments: NDArray[np.int64]
    times: NDArray[np.float64]
    offsets: NDArray[np.float64]
    columns: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.times)

    def rows(self, first: int, end: int) -> Points:
        """Return the points from one row to before another."""
        rows = slice(first, end)
        columns = {column: values[rows] for column, values in self.columns.items()}
        return Points(self.segments[rows], self.times[rows], self.offsets[rows], columns)

    def notes(self) -> tuple[str, ...]:
        """Return what is to be said of how the points were read."""
        zoneless = np.isnan(self.offsets) & ~np.isnan(self.times)
        return ("its times name no time zone; they were taken for UTC",) if zoneless.any() else ()

    def utc_offset_s(self) -> int | None:
        """Return the offset that the times are written with; Z tells nothing of the local clock."""
        told = self.offsets[~np.isnan(self.offsets)]
        return round(told[0]) or None if len(told) else None


#: More than any recording has: two weeks with a point per second are 1.2 million.
_MAX_POINTS = 2_000_000
MAX_NAME_LENGTH = 1000
_MAX_NAMES = 10_000
_MAX_DEPTH = 100
_CHUNK_SIZE = 2**20  # a point is smaller than that

_ATTRIBUTE = re.compile(rb"\s([^\s=<>\"'/]++)\s*+=")
_DECLARATION = re.compile(r"\A<\?xml\b[^>]*>")
_MISSING_VALUE = "nan"

#: Among the columns of a point, the one that holds times.
TIME_COLUMN = "time"


@dataclass(frozen=True, slots=True)
class XmlFault:
    """Where a text stops being XML."""

    reason: str
    rest: bytes  # the UTF-8 text from there on


def decode_xml(data: bytes) -> str:
    """Decode an XML file and take away what stands before its root: space, and a declaration, now untrue."""
    return _DECLARATION.sub("", detect.decode_text(data).lstrip("\ufeff \t\r\n"))


class PointParser(ABC):
    """Hears a recording. A subclass says what a point holds, and notes what stands around points.

    Attributes:
        count: of the points heard so far.
        path: local names of the open elements outside of points.
        takes_points: whether points that begin here are of a recording.
    """

    POINT: ClassVar[str]
    #: Attributes of a point that are columns of the same name.
    ATTRIBUTES: ClassVar[tuple[str, ...]]
    #: The columns of elements within a point, by their local names in lower case.
    ELEMENTS: ClassVar[Mapping[str, str]]

    def __init__(self) -> None:
        self.count = 0
        self.path: list[str] = []
        self.takes_points = False
        columns = (*self.ATTRIBUTES, *self.ELEMENTS.values())
        self._texts: dict[str, list[str]] = {column: [] for column in columns}
        self._attributes = [(name, self._texts[name]) for name in self.ATTRIBUTES]
        self._columns = _ColumnTexts({name: self._texts[column] for name, column in self.ELEMENTS.items()})
        self._pauses = [0]
        self._text: list[str] = []
        self._names = _LocalNames()
        self._point = ""

    @abstractmethod
    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        """Hear an element begin outside of points."""

    @abstractmethod
    def end(self, name: str, text: str) -> None:
        """Hear an element end outside of points; it has left the path."""

    def listen(self, text: str) -> XmlFault | None:
        """Parse to the end or the first fault, which is returned.

        Raises:
            NotReadable: it declares entities, or is made to fill a memory.
        """
        data = text.encode("utf-8", errors="replace")
        parser = self._parser = expat.ParserCreate("utf-8")
        self._outside = self._begin_outside, self._end_outside
        self._within = self._end_within
        try:
            self._parse(data)
        except expat.ExpatError as error:
            return XmlFault(str(error), data[parser.ErrorByteIndex :])
        finally:
            del self._parser, self._outside, self._within  # they hold this listener, and it holds them
        return None

    def _parse(self, data: bytes) -> None:
        self._parser.buffer_text = True
        self._parser.CharacterDataHandler = self._text.append
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._hear_outside()
        last = len(data) // _CHUNK_SIZE * _CHUNK_SIZE
        attributes: set[bytes] = set()
        for start in range(0, last, _CHUNK_SIZE):
            before = self.count
            chunk = data[start : start + _CHUNK_SIZE]
            attributes.update(_ATTRIBUTE.findall(chunk))  # expat keeps each name for good
            _limit_names(len(attributes))
            self._parser.Parse(chunk, False)
            self._check_bounds(start, before)
        self._parser.Parse(data[last:], True)

    def _check_bounds(self, start: int, count_before: int) -> None:
        """Refuse what a chunk from ``start`` on has not brought to the end of a tag or point before it."""
        if 0 <= self._parser.CurrentByteIndex < start:
            refuse_oversized("a tag of more than 1 MB")
        if self.count > _MAX_POINTS:
            refuse_oversized(f"more than {_MAX_POINTS} points")
        if self._point and self.count == count_before:
            refuse_oversized("a point of more than 1 MB")

    def pause(self) -> None:
        """Note that the next point does not follow the one before without a pause."""
        if self._pauses[-1] != self.count:
            self._pauses.append(self.count)

    def points(self) -> Points:
        """Return all points heard so far."""
        positions = ("lat", "lon")  # a track has both or neither
        heard = [
            name
            for name, texts in self._texts.items()
            if name != TIME_COLUMN and (texts or name in positions)
        ]
        columns = {column: self._numbers(column) for column in heard}
        segments = np.searchsorted(self._pauses, np.arange(self.count), side="right")
        return Points(segments, *tracks.parse_times(self._all_texts(TIME_COLUMN)), columns)

    def _numbers(self, column: str) -> NDArray[np.float64]:
        texts = self._all_texts(column)
        try:
            return np.array(texts, dtype=np.float64)
        except ValueError:
            return np.array([float_or_nan(text) for text in texts])

    def _all_texts(self, column: str) -> list[str]:
        texts = self._texts[column]
        return texts + [_MISSING_VALUE] * (self.count - len(texts))

    # Nothing hears elements begin within a point: it saves a third of the time.

    def _hear_outside(self) -> None:
        self._point = ""
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._outside

    def _begin_outside(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._text.clear()
        name = self._names[tag]
        if name == self.POINT and self.takes_points:
            self._begin_point(tag, attributes)
            return
        self.path.append(name)
        if len(self.path) > _MAX_DEPTH:
            refuse_oversized(f"elements within elements, more than {_MAX_DEPTH} deep")
        self.begin(name, attributes)

    def _end_outside(self, tag: str) -> None:
        if self.path[-1:] == [self._names[tag]]:  # else of an element that began within a point
            self.end(self.path.pop(), "".join(self._text).strip())
        self._text.clear()

    def _begin_point(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.count += 1
        for name, texts in self._attributes:
            texts.append(attributes.get(name, _MISSING_VALUE))
        self._point = tag
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = self._within

    def _end_within(self, tag: str) -> None:
        texts = self._columns[tag]
        if texts is not None:
            missing = self.count - len(texts)
            if missing > 1:
                texts += [_MISSING_VALUE] * (missing - 1)
            if missing > 0:  # the first value of a point is kept
                texts.append("".join(self._text))
        elif tag == self._point:
            self._hear_outside()
        elif self._names[tag] == "Value":  # <HeartRateBpm><Value>150</Value></HeartRateBpm>
            return
        self._text.clear()


class _LocalNames(dict[str, str]):
    """Local names by tag."""

    def __missing__(self, tag: str) -> str:
        _limit_names(len(self))
        self[tag] = local_name(tag)
        return self[tag]


class _ColumnTexts(dict[str, "list[str] | None"]):
    """The texts of a column by tag; None where it is not read."""

    def __missing__(self, tag: str) -> list[str] | None:
        _limit_names(len(self))
        self[tag] = self.get(local_name(tag).lower())
        return self[tag]


def _limit_names(count: int) -> None:
    if count > _MAX_NAMES:
        refuse_oversized(f"more than {_MAX_NAMES} names of elements or attributes")


def local_name(tag: str) -> str:
    """Return an element's name without its prefix."""
    return tag.rpartition(":")[2]


def float_or_nan(text: str) -> float:
    """Return the number that a text is, else NaN."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _refuse_doctype(*_: object) -> None:
    raise NotReadable("it declares a DOCTYPE or entities, which are not expanded, for safety; remove them")


def refuse_oversized(what: str) -> NoReturn:
    """Refuse a file that is made to fill a memory."""
    raise NotReadable(f"it has {what}, which no recording has")
