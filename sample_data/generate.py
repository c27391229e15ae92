"""Write the sample season: python sample_data/generate.py [FOLDER]. Needs the test extra.

The same files come out every time; what they hold and how soreness comes about is in README.md.
"""

from __future__ import annotations

import gzip
import sys
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from diary import STRENGTH_IN_WATCH, diary_csv, shoes_csv
from fit_writer import run_fit, strength_fit
from gpx_writer import run_gpx
from recording import Recording, record, strength_session
from season import ZONE, Run, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON, AFTERNOON = time(12), time(14)
PLACES = {
    "park": "in the park",
    "river": "along the river",
    "canal": "by the canal",
    "hills": "over the hills",
    "long": "by the river",
}


def main(folder: Path) -> None:
    """Write every file of the season into the folder."""
    activities = folder / "activities"
    activities.mkdir(parents=True, exist_ok=True)
    season = runs()
    for name, data in _files(season):
        (activities / name).write_bytes(data)
    (folder / "diary.csv").write_bytes(diary_csv(season).encode())
    (folder / "shoes.csv").write_bytes(shoes_csv().encode())


def run_name(run: Run) -> str:
    """Return the name that the runner gives a run."""
    if run.treadmill:
        return "Treadmill, too hot outside"
    where = PLACES[str(run.route)]
    if run.route == "long":
        return f"Long run {where}"
    if run.quick:
        return "Tempo <3 & hills" if run.route == "hills" else f"Tempo {where}"
    return f"{_time_of_day(run)} run {where}"


def _time_of_day(run: Run) -> str:
    if run.local_start.time() < NOON:
        return "Morning"
    return "Lunch" if run.local_start.time() < AFTERNOON else "Evening"


def _files(season: list[Run]) -> Iterator[tuple[str, bytes]]:
    for run in season:
        recording = record(run)
        for kind in run.sources:
            yield f"{run.local_start:%Y-%m-%d-%H%M}-run.{kind}", _written(run, recording, kind)
    start = datetime.combine(STRENGTH_IN_WATCH, time(18, 5), ZONE).astimezone(UTC)
    yield f"{STRENGTH_IN_WATCH}-1805-strength.fit", strength_fit(start, strength_session())


def _written(run: Run, recording: Recording, kind: str) -> bytes:
    if kind == "fit":
        return run_fit(run, recording, run_name(run))
    gpx = run_gpx(run, recording, run_name(run))
    return _packed(gpx) if kind.endswith(".gz") else gpx


def _packed(data: bytes) -> bytes:
    """Gzip with the same header everywhere: gzip.compress's depends on the Python."""
    packed = BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(data)
    return packed.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
