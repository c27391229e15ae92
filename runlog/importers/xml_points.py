"""Parse the points of GPX and TCX with expat into columns, in bounded memory.

Name spaces are ignored: undeclared ones do no harm, and every dialect's prefix is as good as another.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

import numpy as np

from runlog import localtime
from runlog.errors import NotReadable, Problem
from runlog.i18n import N_, _, say
from runlog.importers import detect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import ClassVar, NoReturn

    from numpy.typing import NDArray

    from runlog.model import Activity, Floats, Indices


class Unread(NamedTuple):
    """How many values of a column are no numbers or times, and the first of them."""

    number: int
    example: str


@dataclass(frozen=True, slots=True)
class Points:
    """Points in file order, as arrays with a row per point."""

    segments: NDArray[np.int64]  # numbers (n,) that change at a pause
    times: Floats  # Unix seconds (n,), NaN where a point has none
    offsets: Floats  # UTC offsets in seconds as the times have them (n,), NaN for a time without a zone
    columns: Mapping[str, Floats]  # numbers (n,) by track column: lat, lon and those that any point has
    unread: Mapping[str, Unread] = field(default_factory=dict)  # by column, texts that are no values

    def __len__(self) -> int:
        return len(self.times)

    def take(self, rows: Indices | slice) -> Points:
        """Return the points of some rows, in their order."""
        columns = {column: values[rows] for column, values in self.columns.items()}
        return Points(self.segments[rows], self.times[rows], self.offsets[rows], columns)

    def notes(self) -> tuple[str, ...]:
        """Return notes on times without a zone, which are taken for UTC, and on values that are none."""
        zoneless = np.isnan(self.offsets) & ~np.isnan(self.times)
        notes = [_("its times name no time zone; they were taken for UTC")] if zoneless.any() else []
        text = N_("{number} of its {values} cannot be read, such as {example!r}")
        for column, (number, example) in self.unread.items():
            notes.append(say(text, number=number, values=_(_COLUMN_WORDS[column]), example=example))
        return tuple(notes)

    def utc_offset_s(self) -> int | None:
        """Return the UTC offset that the times are written with; None for 0, as Z may be any local time."""
        known = self.offsets[~np.isnan(self.offsets)]
        return localtime.round_to_zone_offset(known[0]) or None if len(known) else None


#: More than any recording has: two weeks with a point per second are 1.2 million.
_MAX_POINTS = 2_000_000
MAX_NAME_LENGTH = 1000
_MAX_NAMES = 10_000
_MAX_DEPTH = 100
_CHUNK_SIZE = 2**20  # a point is smaller than that

_ATTRIBUTE = re.compile(rb"\s([^\s=<>\"'/]++)\s*+=")
_DECLARATION = re.compile(r"\A<\?xml\b[^>]*>")
_MISSING_VALUE = "nan"
_NO_VALUE = {_MISSING_VALUE, "", "null", "none", "--"}

#: The column of a point that holds its time.
TIME_COLUMN = "time"
_COLUMN_WORDS = {
    TIME_COLUMN: N_("times"),
    "lat": N_("latitudes"),
    "lon": N_("longitudes"),
    "altitude_m": N_("altitudes"),
    "distance_m": N_("distances"),
    "heart_rate_bpm": N_("heart rates"),
    "cadence_spm": N_("cadences"),
    "speed_mps": N_("speeds"),
    "power_w": N_("powers"),
}
_MAX_EXAMPLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class XmlFault:
    """The first error in XML text."""

    reason: str
    remaining: bytes  # the UTF-8 text from there on

    def problem(self, activities: Iterable[Activity]) -> Problem:
        """Return the problem of a file of which these activities before the fault were read."""
        text = N_("damaged ({reason}); {n} points before it were kept")
        return Problem(say(text, reason=self.reason, n=count_points(activities)), is_warning=True)


def count_points(activities: Iterable[Activity]) -> int:
    """Return the number of points in the tracks of activities."""
    return sum(len(activity.track) for activity in activities if activity.track is not None)


def decode_xml(data: bytes) -> str:
    """Decode an XML file without leading space and declaration, whose encoding is wrong from here on."""
    return _DECLARATION.sub("", detect.decode_text(data).lstrip("\ufeff \t\r\n"))


class PointParser(ABC):
    """Base class of the expat handlers: collects the text of each point's fields per column.

    A subclass names the fields of a point, and handles the elements outside points.

    Attributes:
        count: number of points so far.
        path: local names of the open elements outside points.
        in_recording: whether points that begin here belong to a recording.
    """

    POINT_TAG: ClassVar[str]
    #: Attributes of a point that are columns of the same name.
    ATTRIBUTE_COLUMNS: ClassVar[tuple[str, ...]]
    #: Columns of the elements in a point, by their local names in lower case.
    ELEMENT_COLUMNS: ClassVar[Mapping[str, str]]

    def __init__(self) -> None:
        self.count = 0
        self.path: list[str] = []
        self.in_recording = False
        columns = (*self.ATTRIBUTE_COLUMNS, *self.ELEMENT_COLUMNS.values())
        self._texts: dict[str, list[str]] = {column: [] for column in columns}
        self._attributes = [(name, self._texts[name]) for name in self.ATTRIBUTE_COLUMNS]
        self._columns = _ColumnTexts(
            {name: self._texts[column] for name, column in self.ELEMENT_COLUMNS.items()}
        )
        self._pauses = [0]
        self._text: list[str] = []
        self._names = _LocalNames()
        self._point = ""

    @abstractmethod
    def start_element(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element outside points."""

    @abstractmethod
    def end_element(self, name: str, text: str) -> None:
        """Handle the end of an element outside points; it is no longer in the path."""

    def parse(self, text: str) -> XmlFault | None:
        """Parse to the end or to the first fault; return the fault.

        Raises:
            NotReadable: it declares entities, or is far larger than any recording.
        """
        data = text.encode("utf-8", errors="replace")
        parser = self._parser = expat.ParserCreate("utf-8")
        self._outside_handlers = self._start_outside_point, self._end_outside_point
        self._inside_handler = self._end_inside_point
        try:
            self._parse(data)
        except expat.ExpatError as error:
            what = _(expat.ErrorString(error.code))
            where = N_("{fault}: line {line}, column {column}")
            reason = say(where, fault=what, line=error.lineno, column=error.offset)
            return XmlFault(reason, data[parser.ErrorByteIndex :])
        finally:
            del self._parser, self._outside_handlers, self._inside_handler  # each refers back to self
        return None

    def _parse(self, data: bytes) -> None:
        self._parser.buffer_text = True
        self._parser.CharacterDataHandler = self._text.append
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._watch_outside_points()
        last = len(data) // _CHUNK_SIZE * _CHUNK_SIZE
        attributes: set[bytes] = set()
        for start in range(0, last, _CHUNK_SIZE):
            before = self.count
            chunk = data[start : start + _CHUNK_SIZE]
            attributes.update(_ATTRIBUTE.findall(chunk))  # expat keeps each name for good
            _limit_names(len(attributes))
            self._parser.Parse(chunk, False)
            if 0 <= self._parser.CurrentByteIndex < start:
                refuse_oversized(_("a tag of more than 1 MB"))
            if self.count > _MAX_POINTS:
                refuse_oversized(say("more than {most} points", most=_MAX_POINTS))
            if self._point and self.count == before:
                refuse_oversized(_("a point of more than 1 MB"))
        self._parser.Parse(data[last:], True)

    def start_segment(self) -> None:
        """Start a new segment: there is a pause before the next point."""
        if self._pauses[-1] != self.count:
            self._pauses.append(self.count)

    def points(self) -> Points:
        """Return all points so far."""
        positions = ("lat", "lon")  # a track has both or neither
        columns = {
            column: self._numbers(column)
            for column, texts in self._texts.items()
            if column != TIME_COLUMN and (texts or column in positions)
        }
        segments = np.searchsorted(self._pauses, np.arange(self.count), side="right")
        times, offsets = localtime.parse_times(self._all_texts(TIME_COLUMN))
        read = {TIME_COLUMN: times, **columns}
        unread = {column: self._unread(column, values) for column, values in read.items()}
        some = {column: texts for column, texts in unread.items() if texts is not None}
        return Points(segments, times, offsets, columns, some)

    def _numbers(self, column: str) -> Floats:
        texts = self._all_texts(column)
        try:
            return np.array(texts, dtype=np.float64)
        except ValueError:
            return np.array([float_or_nan(text) for text in texts])

    def _unread(self, column: str, values: Floats) -> Unread | None:
        """Return the texts of a column that gave no value, or None."""
        rows = np.flatnonzero(np.isnan(values[: len(self._texts[column])])).tolist()
        texts = [text for row in rows if (text := self._texts[column][row].strip().lower()) not in _NO_VALUE]
        return Unread(len(texts), texts[0][:_MAX_EXAMPLE_LENGTH]) if texts else None

    def _all_texts(self, column: str) -> list[str]:
        texts = self._texts[column]
        return texts + [_MISSING_VALUE] * (self.count - len(texts))

    # There is no start handler inside a point: that saves a third of the time.

    def _watch_outside_points(self) -> None:
        self._point = ""
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._outside_handlers

    def _start_outside_point(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._text.clear()
        name = self._names[tag]
        if name == self.POINT_TAG and self.in_recording:
            self._start_point(tag, attributes)
            return
        self.path.append(name)
        if len(self.path) > _MAX_DEPTH:
            refuse_oversized(say("elements within elements, more than {most} deep", most=_MAX_DEPTH))
        self.start_element(name, attributes)

    def _end_outside_point(self, tag: str) -> None:
        if self.path[-1:] == [self._names[tag]]:  # else the element began inside a point
            self.end_element(self.path.pop(), "".join(self._text).strip())
        self._text.clear()

    def _start_point(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.count += 1
        for name, texts in self._attributes:
            texts.append(attributes.get(name, _MISSING_VALUE))
        self._point = tag
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = self._inside_handler

    def _end_inside_point(self, tag: str) -> None:
        texts = self._columns[tag]
        if texts is not None:
            missing = self.count - len(texts)
            if missing > 1:
                texts += [_MISSING_VALUE] * (missing - 1)
            if missing > 0:  # the first value in a point counts
                texts.append("".join(self._text))
        elif tag == self._point:
            self._watch_outside_points()
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
    """The texts of a column by tag; None for a tag that is not read."""

    def __missing__(self, tag: str) -> list[str] | None:
        _limit_names(len(self))
        self[tag] = self.get(local_name(tag).lower())
        return self[tag]


def _limit_names(count: int) -> None:
    if count > _MAX_NAMES:
        refuse_oversized(say("more than {most} names of elements or attributes", most=_MAX_NAMES))


def local_name(tag: str) -> str:
    """Return an element's name without its prefix."""
    return tag.rpartition(":")[2]


def float_or_nan(text: str) -> float:
    """Parse a number, with a decimal comma too; anything else is NaN."""
    try:
        return float(text)
    except ValueError:
        plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if plain.rfind(",") > plain.rfind("."):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        return float(plain.replace(",", ""))
    except ValueError:
        return float("nan")


def _refuse_doctype(*_: object) -> None:
    raise NotReadable("it declares a DOCTYPE or entities, which are not expanded, for safety; remove them")


def refuse_oversized(what: str) -> NoReturn:
    """Raise NotReadable for a file that is larger than any recording in some way."""
    raise NotReadable("it has {what}, which no recording has", what=what)
