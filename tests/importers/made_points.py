"""A run of half an hour as rows, and the files that hold such rows in each format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from fit_bytes import DEGREE, definition, file_of, message
from garmin_fit_sdk import Profile

START = datetime(2026, 5, 3, 6, 0, tzinfo=UTC)
FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
SPEED = 3.0
LENGTH_M = 5370.0


@dataclass(frozen=True)
class Row:
    """One point: seconds since the start, degrees, the running total, and whether a pause is before it."""

    second: float | None
    lat: float | None
    lon: float | None
    metres: float | None
    pause: bool = False
    hr: int | None = 140


def run(every=10, seconds=1790, first=0):
    """Return a run on a winding way around 52.5 N 13.4 E, with a point every so many seconds."""
    rows = []
    north = east = 0.0
    for second in range(0, seconds + 1, every):
        heading = 0.8 * np.sin(second / 200.0)
        rows.append(
            Row(
                first + second,
                52.5 + north / 111_195,
                13.4 + east / 111_195 / np.cos(np.radians(52.5)),
                SPEED * second,
            )
        )
        north += SPEED * every * np.cos(heading)
        east += SPEED * every * np.sin(heading)
    return rows


def moment(second):
    return START + timedelta(seconds=second)


def utc(second):
    return f"{moment(second):%Y-%m-%dT%H:%M:%SZ}"


def gpx(rows, stamp=utc, number="{:.7f}", kind="running", creator="x"):
    text = f'<gpx version="1.1" creator="{creator}"><trk><type>{kind}</type><trkseg>'
    for row in rows:
        text += "</trkseg><trkseg>" if row.pause else ""
        text += f'<trkpt lat="{number.format(row.lat)}" lon="{number.format(row.lon)}">'
        text += "" if row.second is None else f"<time>{stamp(row.second)}</time>"
        text += "</trkpt>"
    return (text + "</trkseg></trk></gpx>").encode()


def tcx(rows, *, stamp=utc, number="{:.7f}", lap_m=None, lap_s=None, lap_start=None, counter=False):
    """Return one lap; without counter the points have positions alone."""
    begin = next(row.second for row in rows if row.second is not None) if lap_start is None else lap_start
    text = f'<TrainingCenterDatabase><Activities><Activity Sport="Running"><Lap StartTime="{stamp(begin)}">'
    text += "" if lap_s is None else f"<TotalTimeSeconds>{lap_s}</TotalTimeSeconds>"
    text += "" if lap_m is None else f"<DistanceMeters>{lap_m}</DistanceMeters>"
    text += "<Track>"
    for row in rows:
        text += "</Track><Track>" if row.pause else ""
        text += "<Trackpoint>" + ("" if row.second is None else f"<Time>{stamp(row.second)}</Time>")
        if row.lat is not None:
            text += (
                f"<Position><LatitudeDegrees>{number.format(row.lat)}</LatitudeDegrees>"
                f"<LongitudeDegrees>{number.format(row.lon)}</LongitudeDegrees></Position>"
            )
        text += f"<DistanceMeters>{row.metres}</DistanceMeters>" if counter and row.metres is not None else ""
        text += "</Trackpoint>"
    return (text + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>").encode()


def fit_time(second):
    return round((moment(second) - FIT_EPOCH).total_seconds())


def fit(rows, *, session=None, laps=(), counter=False, maker="garmin", local_s=None, sub_sport=0):
    """Return a FIT file; session is its start, elapsed, timer and distance, each None where it is not stated.

    Laps are (start, elapsed, distance). Without counter the records have positions alone.
    """
    pieces = [definition(0, 0, (0, 1, 0), (1, 2, 0x84)), message(0, "<BH", 4, maker_number(maker))]
    pieces += [
        definition(1, 20, (253, 4, 0x86), (0, 4, 0x85), (1, 4, 0x85), (5, 4, 0x86), (3, 1, 0x02)),
        definition(2, 21, (253, 4, 0x86), (0, 1, 0), (1, 1, 0)),
    ]
    for row in rows:
        if row.pause:
            pieces.append(message(2, "<IBB", fit_time(row.second) - 2, 0, 4))
            pieces.append(message(2, "<IBB", fit_time(row.second), 0, 0))
        lat = 2**31 - 1 if row.lat is None else round(row.lat * DEGREE)
        lon = 2**31 - 1 if row.lat is None else round(row.lon * DEGREE)
        metres = round(row.metres * 100) if counter and row.metres is not None else 2**32 - 1
        time = 2**32 - 1 if row.second is None else fit_time(row.second)
        pieces.append(message(1, "<IiiIB", time, lat, lon, metres, 255 if row.hr is None else row.hr))
    pieces.append(definition(4, 19, (2, 4, 0x86), (7, 4, 0x86), (9, 4, 0x86)))
    pieces += [message(4, "<III", fit_time(at), round(s * 1000), round(m * 100)) for at, s, m in laps]
    if session is not None:
        start, elapsed, timer, metres = session
        pieces.append(
            definition(3, 18, (2, 4, 0x86), (5, 1, 0), (6, 1, 0), (7, 4, 0x86), (8, 4, 0x86), (9, 4, 0x86))
        )
        stated = [
            2**32 - 1 if one is None else round(one * factor)
            for one, factor in ((elapsed, 1000), (timer, 1000), (metres, 100))
        ]
        pieces.append(message(3, "<IBBIII", fit_time(start), 1, sub_sport, *stated))
    if local_s is not None:
        pieces.append(definition(5, 34, (253, 4, 0x86), (5, 4, 0x86)))
        end = fit_time(0) + 1800
        pieces.append(message(5, "<II", end, end + local_s))
    return file_of(*pieces)


def maker_number(name):
    numbers = {str(word): int(number) for number, word in Profile["types"]["manufacturer"].items()}
    return numbers[name]


def shifted(rows, seconds, first=0, end=None):
    """Return rows with the times of some of them moved."""
    return [
        replace(row, second=row.second + seconds)
        if first <= index < (len(rows) if end is None else end)
        else row
        for index, row in enumerate(rows)
    ]


def moved(row, north_m=0.0, east_m=0.0):
    """Return a row at another place."""
    return replace(row, lat=row.lat + north_m / 111_195, lon=row.lon + east_m / 67_700)


ROWS_180 = run()
