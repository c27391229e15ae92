"""Apple Health exports: routes are read, the two large files are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runlog import importers
from runlog.errors import NotTaken
from runlog.importers import detect
from runlog.model import Kind

START = datetime(2025, 6, 1, 5, 30, 12, tzinfo=UTC)


def workout_route(metres_each_second, seconds=600):
    """Return a route as Apple's phones write it: no sport, no heart rate, and a point each second."""
    points = "".join(
        f'<trkpt lon="8.541694" lat="{47.376888 + second * metres_each_second / 111_195:.6f}">'
        f"<ele>408.{second % 10}12345</ele>"
        f"<time>{START + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}</time>"
        f"<extensions><speed>{metres_each_second:.6f}</speed><course>0.5</course><hAcc>1.9</hAcc>"
        "<vAcc>1.2</vAcc></extensions></trkpt>\n"
        for second in range(seconds + 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx version="1.1" creator="Apple Health Export" xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
        '"http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd">\n'
        "  <metadata>\n    <time>2025-06-02T10:00:00Z</time>\n  </metadata>\n"
        f"  <trk>\n    <name>Route 2025-06-01 7:40am</name>\n    <trkseg>\n{points}    </trkseg>\n"
        "  </trk>\n</gpx>\n"
    ).encode()


HEALTH_DATA = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT ExportDate EMPTY>
]>
<HealthData locale="de_CH">
 <ExportDate value="2025-06-02 12:00:00 +0200"/>
</HealthData>
"""
CLINICAL_DOCUMENT = """<?xml version="1.0"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="US"/></ClinicalDocument>
"""


@pytest.mark.parametrize(
    ("metres_each_second", "kind", "note"),
    [(2.8, Kind.RUN, "taken for a run"), (1.2, Kind.OTHER, "not taken for a run")],
)
def test_a_route_is_a_run_by_its_pace(settings, metres_each_second, kind, note):
    name = "apple_health_export/workout-routes/route_2025-06-01_7.40am.gpx"
    reading = importers.read_bytes(workout_route(metres_each_second), name, settings)
    (activity,) = reading.activities
    assert (activity.kind, activity.sport_guessed, activity.start) == (kind, True, START)
    assert note in " ".join(reading.notes)
    assert activity.distance_m == pytest.approx(600 * metres_each_second, rel=0.01)
    assert activity.utc_offset_s == 7200
    assert activity.avg_hr is None
    assert "heart_rate_bpm" not in activity.track
    assert activity.track["speed_mps"][1] == pytest.approx(metres_each_second)


@pytest.mark.parametrize("name", ["export.xml", "exportación.xml", "Exportieren.xml", "x"])
@pytest.mark.parametrize("content", [HEALTH_DATA, CLINICAL_DOCUMENT])
def test_the_large_files_are_passed_over_for_the_routes(settings, name, content):
    with pytest.raises(NotTaken, match="Apple Health") as refusal:
        importers.read_bytes(content.encode(), f"apple_health_export/{name}", settings)
    assert "workout-routes" in str(refusal.value)


def test_they_are_recognised_by_their_beginning(settings):
    """Only the beginning counts: the files have gigabytes."""
    head = (HEALTH_DATA + "<Record/>" * 20_000).encode()[: detect.HEAD_SIZE]
    with pytest.raises(NotTaken, match="workout-routes"):
        importers.read_bytes(head, "export.xml", settings)
