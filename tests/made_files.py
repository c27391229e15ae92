"""A small run as GPX and a small diary, as they lie in a folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

MONDAY = datetime(2026, 7, 13, 5, 0, tzinfo=UTC)

DIARY = """date,soreness,warmup,note
2026-07-13T20:00:00+02:00,3,no,"stiff, after the desk"
2026-07-14T20:00:00+02:00,0,yes,
2026-07-15T20:00:00+02:00,5,,
"""


def gpx(day=0, *, minutes=30, sport="running", north_deg=0.0, every_s=10):
    """A run due north at 6:00 min/km, so many days after that Monday."""
    start = MONDAY + timedelta(days=day)
    points = "".join(
        f'<trkpt lat="{50 + north_deg + seconds / 360 / 111.195:.7f}" lon="8.0"><ele>100</ele>'
        f"<time>{start + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for seconds in range(0, minutes * 60 + 1, every_s)
    )
    return (
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>{sport}</type><trkseg>{points}</trkseg></trk></gpx>"
    )


def outcomes(summary):
    """The outcome of each imported file, by its name."""
    return {Path(file.path).name: file.outcome for file in summary.files}
