"""One activity of an export of runlog: written so that reading it gives the same, to the last digit.

A JSON object, packed with gzip: ``id``, ``worn``, ``kept_apart``, ``apart``, and ``recordings``, each
with its ``file``, ``position``, ``activity`` (the fields of ``model.Activity``) and ``track`` (a list
per column).
"""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.errors import NotReadable
from runlog.importers import json_text, sanity
from runlog.importers.exported import records
from runlog.importers.exported.records import Unsound
from runlog.model import TRACK_COLUMNS, Activity, ExportedActivity, Lap, Origin, Reading, TakenFile, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlog.settings import Settings

FORMAT = "runlog"

VERSION = 1
_LEVEL = 5  # a tenth of the time of 9, for 3 % more bytes
_MARK = re.compile(rb'\s*\{\s*"runlog"\s*:\s*"activity"')


def claims(head: bytes, name: str) -> bool:  # noqa: ARG001 - the content alone tells
    """Tell whether a file begins as ``write`` does."""
    return _MARK.match(head) is not None


def read(data: bytes, settings: Settings) -> Reading:  # noqa: ARG001 - nothing is left open
    """Read one activity with all of its recordings.

    Raises:
        NotReadable: it is damaged, or a newer runlog has written it.
    """
    content = json_text.parse(data)
    with_version(content)
    try:
        return _reading(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotReadable(f"damaged: {error}; export again") from error


def with_version(content: Any) -> None:  # noqa: ANN401 - JSON is anything
    """Refuse an export that this runlog cannot know.

    Raises:
        NotReadable: a newer runlog has written it.
    """
    version = content.get("version") if isinstance(content, dict) else None
    if version != VERSION:
        raise NotReadable(
            f"an export of version {version!r:.20}; this runlog knows version {VERSION}: update it"
        )


def _reading(content: dict[str, Any]) -> Reading:
    recordings = content["recordings"]
    if not recordings:
        raise Unsound("it has no recording")
    activities = tuple(_activity(one) for one in recordings)
    refusal = next(filter(None, (sanity.refusal(one, datetime.now(UTC)) for one in activities)), None)
    if refusal:
        raise NotReadable(refusal)
    exported = ExportedActivity(
        id=records.whole(content["id"]),
        worn=content["worn"],
        kept_apart=content["kept_apart"],
        files=tuple(records.read(TakenFile, one["file"]) for one in recordings),
        positions=tuple(records.whole(one["position"]) for one in recordings),
        apart=tuple(map(origin, content["apart"])),
    )
    if not isinstance(exported.worn, str | None) or not isinstance(exported.kept_apart, bool):
        raise Unsound("what the runner said of it is none")
    return Reading(FORMAT, activities=activities, exported=exported)


def origin(values: Sequence[Any]) -> Origin:
    """Read which recording is meant.

    Raises:
        Unsound: it does not say.
    """
    sha256, position, external = values
    if not isinstance(sha256, str) or not isinstance(external, str | None):
        raise Unsound("which recording is meant cannot be told")
    return Origin(sha256, records.whole(position), external)


def _activity(one: dict[str, Any]) -> Activity:
    values = dict(one["activity"])
    laps = tuple(records.read(Lap, lap) for lap in values.pop("laps"))
    return records.read(Activity, values, laps=laps, track=_track(one["track"]))


def _track(columns: dict[str, list[float | None]] | None) -> Track | None:
    if columns is None:
        return None
    track = Track({name: _column(name, values) for name, values in columns.items()})
    if not {"time_s", "segment"} <= columns.keys() or len({len(one) for one in track.columns.values()}) > 1:
        raise Unsound("the columns of a track are not equally long, or its times are missing")
    clock = track["time_s"]
    if not len(clock) or not (clock[0] >= 0 and (np.diff(clock) >= 0).all()):
        raise Unsound("the times of a track are unknown or fall")
    return track


def _column(name: str, values: list[float | None]) -> NDArray[np.float64]:
    if name not in TRACK_COLUMNS or not set(map(type, values)) <= {float, int, type(None)}:
        raise Unsound(f"a track has a column {name!r:.40} that is none")
    try:
        return np.array(values, dtype=np.float64)  # None is NaN
    except OverflowError as error:
        raise Unsound(f"a number of {name} is too large") from error


def write(exported: ExportedActivity, activities: Sequence[Activity]) -> bytes:
    """Write one activity; the same activity always gives the same bytes.

    Args:
        exported: how it is kept.
        activities: its recordings, with their tracks.
    """
    recordings = zip(exported.files, exported.positions, activities, strict=True)
    content = {
        "runlog": "activity",
        "version": VERSION,
        "id": exported.id,
        "worn": exported.worn,
        "kept_apart": exported.kept_apart,
        "apart": exported.apart,
        "recordings": [
            {
                "file": records.written(file),
                "position": position,
                "activity": records.written(activity, without=("track", "laps"))
                | {"laps": [records.written(lap) for lap in activity.laps]},
                "track": activity.track and _columns(activity.track),
            }
            for file, position, activity in recordings
        ],
    }
    return gzip.compress(_json(content), _LEVEL, mtime=0)


def _columns(track: Track) -> dict[str, list[float | None]]:
    return {
        name: [
            value if known else None
            for value, known in zip(values.tolist(), np.isfinite(values), strict=True)
        ]
        for name, values in track.columns.items()
    }


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
