"""Archives as Strava and Garmin hand them over, laid out like real ones around recordings of the sample data.

What the lists say of an activity is stated in ``Outing``; times and distances are those of its recording.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from garmin_fit_sdk import Encoder, Profile

from runlog import importers
from runlog.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from runlog.model import Activity

LOST = "#error#"
LOCAL_OFFSET_S = 7200
SETTINGS = Settings(timezone="Europe/Berlin")


@dataclass(frozen=True)
class Outing:
    """One activity of an account: what its list says, and its recording where there is one.

    Attributes:
        id: in the app.
        start: aware UTC.
        word: "run", "trail", "ride" or "strength".
        shoe: of ``SHOES``, or the name of a bike.
        file: the ending of its recording in the archive, ``LOST``, or "" of a manual entry.
        data: the recording as that file holds it, packed where its ending says so.
    """

    id: int
    start: datetime
    elapsed_s: float
    moving_s: float
    distance_m: float
    name: str
    word: str = "run"
    rpe: float | None = None
    shoe: str | None = None
    description: str = ""
    avg_hr: float | None = None
    file: str = ""
    data: bytes = b""


#: Brand, model and the runner's own name of each pair; Strava's lists say "Brand Model Name" or less.
SHOES = {
    "Brooks Glide 12": ("Brooks", "Glide 12", ""),
    "Adidas Pacer Reds": ("Adidas", "Pacer", "Reds"),
}
UNWORN = ("Salomon", "Mudclaw", "For the winter")
BIKE = "Canyon Endurace"
DESCRIPTION = 'Slow and easy.\n\n---\n"Best" evening \\ of the week, 12\u202f°C; wind: NE'


def outings(sample_data: Path) -> list[Outing]:
    """Runs with recordings in all formats, a lost one, manual entries, a ride, a strength session."""
    folder = sample_data / "activities"
    fit_runs = [
        _of(folder / f"2026-{day}-run.fit", 100 + number, name=name, shoe=shoe, rpe=rpe, file="fit.gz")
        for number, (day, name, shoe, rpe) in enumerate(
            (
                ("05-22-1734", "Round the lock", "Brooks Glide 12", 4.0),
                ("05-24-0848", "Herons, seven of them", "Adidas Pacer Reds", None),
                ("05-27-0700", "Before the heat", "Brooks Glide 12", 7.0),
                ("06-24-1301", "The battery died", "Brooks Glide 12", 5.0),
            )
        )
    ]
    plain_fit = _of(folder / "2026-06-02-1647-run.fit", 110, name="Park, twice", rpe=3.0, file="fit")
    gpx = _of(folder / "2026-05-30-1258-run.gpx", 111, name="With the club", rpe=2.0, file="gpx")
    tcx = _of(folder / "2026-06-04-0658-run.fit", 112, name="Canal, long", rpe=6.0, file="tcx")
    strength = _of(folder / "2026-07-08-1805-strength.fit", 113, name="Rows and presses", file="fit.gz")
    return [
        replace(fit_runs[0], description=DESCRIPTION),
        *fit_runs[1:],
        plain_fit,
        gpx,
        replace(tcx, data=tcx_of(_read(folder / "2026-06-04-0658-run.fit"))),
        replace(strength, word="strength", distance_m=0.0),
        _listed(120, 9, "Without the watch", 6000.0, rpe=5.0, shoe="Adidas Pacer Reds"),
        _listed(121, 10, "Lost by Strava", 8000.0, rpe=8.0, shoe="Adidas Pacer Reds", file=LOST),
        _listed(122, 11, "To the lake by bike", 15000.0, word="ride", shoe=BIKE),
    ]


def _listed(number: int, day: int, name: str, metres: float, **told: object) -> Outing:
    """An activity of which only the list tells, at 6:40 min/km."""
    start = datetime(2026, 6, day, 16, 0, tzinfo=UTC)
    return Outing(number, start, metres / 2.5, metres / 2.5 - 10.0, metres, name, **told)


def _read(path: Path) -> Activity:
    return importers.read_bytes(path.read_bytes(), path.name, SETTINGS).activities[0]


def _of(path: Path, number: int, *, file: str, rpe: float | None = None, **told: str | None) -> Outing:
    activity = _read(path)
    data = path.read_bytes()
    return Outing(
        id=number,
        start=activity.start.replace(microsecond=0),
        elapsed_s=activity.duration_s,
        moving_s=activity.moving_s or activity.duration_s,
        distance_m=activity.distance_m or 0.0,
        rpe=activity.rpe or rpe,
        avg_hr=activity.avg_hr and round(activity.avg_hr),
        file=file,
        data=gzip.compress(data, mtime=0) if file.endswith(".gz") else data,
        **{"shoe": None, **told},
    )


def tcx_of(activity: Activity) -> bytes:
    """The recording as TCX, with the white space before the declaration that Strava's archives have."""
    track = activity.track
    assert track is not None
    points = "".join(
        f"<Trackpoint><Time>{_iso(activity.start + timedelta(seconds=time))}</Time><Position>"
        f"<LatitudeDegrees>{lat}</LatitudeDegrees><LongitudeDegrees>{lon}</LongitudeDegrees></Position>"
        f"<DistanceMeters>{distance}</DistanceMeters></Trackpoint>"
        for time, lat, lon, distance in zip(
            *(track[name].tolist() for name in ("time_s", "lat", "lon", "distance_m")), strict=True
        )
        if lat == lat  # noqa: PLR0124 - NaN is not itself
    )
    return (
        '          <?xml version="1.0" encoding="UTF-8"?><TrainingCenterDatabase '
        'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>'
        f'<Activity Sport="Running"><Id>{_iso(activity.start)}</Id><Lap StartTime="{_iso(activity.start)}">'
        f"<TotalTimeSeconds>{activity.duration_s}</TotalTimeSeconds>"
        f"<DistanceMeters>{activity.distance_m}</DistanceMeters><Intensity>Active</Intensity>"
        f"<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# Strava

_ENGLISH = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,"
    "Max Heart Rate,Relative Effort,Commute,Activity Private Note,Activity Gear,Filename,Athlete Weight,"
    "Bike Weight,Elapsed Time,Moving Time,Distance,Max Speed,Average Speed,Elevation Gain,Elevation Loss,"
    "Elevation Low,Elevation High,Max Grade,Average Grade,Average Positive Grade,Average Negative Grade,"
    "Max Cadence,Average Cadence,Max Heart Rate,Average Heart Rate,Max Watts,Average Watts,Calories,"
    "Max Temperature,Average Temperature,Relative Effort,Total Work,Number of Runs,Uphill Time,Downhill Time,"
    "Other Time,Perceived Exertion,Type,Start Time,Weighted Average Power,Power Count,"
    "Prefer Perceived Exertion,Perceived Relative Effort,Commute,Total Weight Lifted,From Upload,"
    "Grade Adjusted Distance,Weather Observation Time,Weather Condition,Weather Temperature,"
    "Apparent Temperature,Dewpoint,Humidity,Weather Pressure,Wind Speed,Wind Gust,Wind Bearing,"
    "Precipitation Intensity,Sunrise Time,Sunset Time,Moon Phase,Bike,Gear,Precipitation Probability,"
    "Precipitation Type,Cloud Cover,Weather Visibility,UV Index,Weather Ozone,Jump Count,Total Grit,"
    "Average Flow,Flagged,Average Elapsed Speed,Dirt Distance,Newly Explored Distance,"
    "Newly Explored Dirt Distance,Activity Count,Total Steps"
)
_LATER = (
    "Carbon Saved,Pool Length,Training Load,Intensity,Average Grade Adjusted Pace,Timer Time,Total Cycles,"
    "Recovery,With Pet,Competition,Long Run,For a Cause,With Kid,Downhill Distance"
)
_GERMAN = (
    "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Verstrichene Zeit,"
    "Distanz,Max. Herzfrequenz,Relative Leistung,Pendeln,Hinweis zur Privatsphäre für Aktivitäten,"
    "Aktivitätsausrüstung,Dateiname,Sportlergewicht,Fahrradgewicht,Verstrichene Zeit,Bewegungszeit,Distanz,"
    "Höchstgeschw.,Durchschnittliche Geschwindigkeit,Höhenzunahme,Höhenunterschied,Min. Höhe,Max. Höhe,"
    "Max. Steigung,Durchschnittliche Steigung,Durchschnittliche positive Steigung,"
    "Durchschnittliche negative Steigung,Max. Tritt-/Schrittfrequenz,Durchschnittliche Trittfrequenz,"
    "Max. Herzfrequenz,Durchschnittliche Herzfrequenz,Max. Watt,Durchschnittliche Watt,Kalorien,"
    "Max. Temperatur,Durchschnittliche Temperatur,Relative Leistung,Gesamtarbeit,Anzahl Läufe,Bergaufzeit,"
    "Bergabzeit,Andere Zeit,Gefühlte Anstrengung,Art,Startzeit"
)
#: A language of which the importer knows no name of a column: all of them are found by place and shape.
_SPANISH = (
    "ID de actividad,Fecha de la actividad,Nombre de la actividad,Tipo de actividad,"
    "Descripción de la actividad,Tiempo transcurrido,Distancia,Ritmo cardiaco máximo,Esfuerzo relativo,"
    "Desplazamiento,Nota privada de la actividad,Equipamiento de la actividad,Nombre de archivo,"
    "Peso del atleta,Peso de la bicicleta,Tiempo transcurrido,Tiempo en movimiento,Distancia,"
    "Velocidad máxima,Velocidad promedio,Desnivel positivo,Desnivel negativo,Altitud mínima,Altitud máxima,"
    "Pendiente máxima,Pendiente promedio,Pendiente positiva promedio,Pendiente negativa promedio,"
    "Cadencia máx.,Cadencia promedio,Ritmo cardiaco máximo,Ritmo cardiaco promedio,Vatios máx.,"
    "Promedio de vatios,Calorías,Temperatura máxima,Temperatura promedio,Esfuerzo relativo,Trabajo total,"
    "Número de carreras,Tiempo de ascenso,Tiempo de descenso,Otros tiempos,Esfuerzo percibido,Tipo,"
    "Hora de inicio"
)
_MEDIA = {"en": "Media", "de": "Medien", "es": "Multimedia"}
_SPORT = {
    "en": {"run": "Run", "trail": "Trail Run", "ride": "Ride", "strength": "Weight Training"},
    "de": {"run": "Lauf", "trail": "Traillauf", "ride": "Radfahrt", "strength": "Krafttraining"},
    "es": {
        "run": "Carrera",
        "trail": "Carrera de montaña",
        "ride": "Bicicleta",
        "strength": "Entrenamiento con pesas",
    },
}
_SPANISH_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic")


def strava_header(language: str, columns: int) -> list[str]:
    """The names of the columns; those of no use here are numbered where the language is not English."""
    known = {"en": f"{_ENGLISH},{_LATER}", "de": _GERMAN, "es": _SPANISH}[language]
    names = known.split(",")[: columns - 1]
    further = [f"{_MEDIA[language]} {number}" for number in range(len(names) + 1, columns)]
    return [*names, *further, _MEDIA[language]]


def strava_csv(rows: Sequence[Outing], language: str = "en", columns: int = 101) -> bytes:
    """An activities.csv."""
    header = strava_header(language, columns)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        cells = _strava_cells(row, language)
        writer.writerow([cells.get(place, "") for place in range(len(header))])
    mark = "\ufeff" if language == "de" else ""
    return (mark + out.getvalue()).encode()


def _strava_cells(row: Outing, language: str) -> dict[int, str]:
    kilometres = f"{row.distance_m / 1000:.2f}"
    cells = {
        0: str(row.id),
        1: strava_date(row.start, language),
        2: row.name,
        3: _SPORT[language][row.word],
        4: row.description,
        5: f"{row.elapsed_s:.0f}",
        6: kilometres if language == "en" else kilometres.replace(".", ","),
        7: "" if row.avg_hr is None else f"{row.avg_hr + 20:.0f}",
        9: "false",
        11: row.shoe or "",
        12: row.file if row.file in ("", LOST) else f"activities/{row.id}.{row.file}",
        15: str(row.elapsed_s),
        16: str(row.moving_s),
        17: str(row.distance_m),
        30: "" if row.avg_hr is None else str(row.avg_hr + 20),
        31: "" if row.avg_hr is None else str(row.avg_hr),
        43: "" if row.rpe is None else str(row.rpe),
        50: "0.0",
    }
    if row.word == "ride":
        cells[14] = "8.5"
    return cells


def strava_date(moment: datetime, language: str) -> str:
    """A moment in UTC as that language writes it."""
    if language == "de":
        return moment.strftime("%d.%m.%Y, %H:%M:%S")
    if language == "es":
        return f"{moment.day} {_SPANISH_MONTHS[moment.month - 1]} {moment:%Y, %H:%M:%S}"
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment:%b} {moment.day}, {moment:%Y}, {moment.hour % 12 or 12}:{moment:%M:%S}\u202f{half}"


_SHOE_HEADER = {
    "en": ["Shoe Name", "Shoe Brand", "Shoe Model", "Shoe Default Sport Types"],
    "de": ["Schuhname", "Schuhmarke", "Schuhmodell", "Standardsportarten"],
    "es": ["Nombre de las zapatillas", "Marca", "Modelo", "Deportes predeterminados"],
}


def strava_shoes_csv(language: str = "en") -> bytes:
    """A shoes.csv with a pair that no activity names."""
    pairs = [(name, brand, model) for brand, model, name in (*SHOES.values(), UNWORN)]
    return _csv(_SHOE_HEADER[language], *((*pair, "Run") for pair in pairs))


def _csv(*rows: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def strava_members(rows: Sequence[Outing], language: str = "en", columns: int = 101) -> dict[str, bytes]:
    """The files of an export by their names."""
    recordings = {f"activities/{row.id}.{row.file}": row.data for row in rows if row.data}
    return {
        "activities.csv": strava_csv(rows, language, columns),
        **recordings,
        f"activities/{LOST}": LOST.encode(),
        "applications.csv": _csv(["Application", "Enabled"], ["A watch", "true"]),
        "bikes.csv": _csv(
            ["Bike Name", "Bike Brand", "Bike Model", "Bike Default Sport Types"],
            ["", "Canyon", "Endurace", "Ride"],
        ),
        "comments.csv": _csv(["Comment Date", "Comment"], ["Oct 7, 2026, 2:43:11 PM", "Well done, 3 times"]),
        "goals.csv": _csv(["Goal Type", "Activity Type", "Goal", "Start Date"], ["Distance", "Run", "1", ""]),
        "logins.csv": _csv(["Login Date Time", "Login IP Address"], ["Oct 7, 2026, 2:43:11 PM", "192.0.2.1"]),
        "media/0A1B.jpg": b"\xff\xd8\xff\xe0 a picture",
        "media.csv": _csv(["Media Filename", "Media Caption"], ["media/0A1B.jpg", "A heron"]),
        "messaging.json": b"[]",
        "profile.csv": _csv(["Athlete ID", "Email Address", "First Name", "Weight"], ["1", "", "", "60.0"]),
        "routes.csv": _csv(["Route Name", "Route Filename"], ["Home", "routes/1.gpx"]),
        "shoes.csv": strava_shoes_csv(language),
    }


def zipped(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


# Garmin

_FITNESS = "DI_CONNECT/DI-Connect-Fitness"
_GARMIN_SPORT = {
    "run": "running",
    "trail": "trail_running",
    "ride": "road_biking",
    "strength": "strength_training",
}
GEAR = {
    "Brooks Glide 12": {
        "gearPk": 7001,
        "displayName": None,
        "customMakeModel": "Brooks Glide 12",
        "gearStatusName": "active",
        "dateBegin": "2026-05-02T00:00:00.0",
        "dateEnd": None,
        "maximumMeters": 650000.0,
    },
    "Adidas Pacer Reds": {
        "gearPk": 7002,
        "displayName": "Adidas Pacer Reds",
        "customMakeModel": "Other",
        "gearStatusName": "retired",
        "dateBegin": "2025-09-20T00:00:00.0",
        "dateEnd": "2026-07-01T00:00:00.0",
        "maximumMeters": 0.0,
    },
}


def garmin_summaries(rows: Sequence[Outing]) -> bytes:
    """A summarizedActivities.json."""
    return json.dumps([{"summarizedActivitiesExport": [_garmin_row(row) for row in rows]}]).encode()


def _garmin_row(row: Outing) -> dict[str, object]:
    begun_ms = round(row.start.timestamp() * 1000)
    told = {
        "activityId": row.id,
        "uuidMsb": 1,
        "uuidLsb": 2,
        "name": row.name,
        "activityType": _GARMIN_SPORT[row.word],
        "userProfileId": 1,
        "timeZoneId": 124,
        "beginTimestamp": begun_ms,
        "eventTypeId": 9,
        "rule": "private",
        "sportType": "RUNNING" if row.word in ("run", "trail") else "GENERIC",
        "startTimeGmt": float(begun_ms),
        "startTimeLocal": float(begun_ms + LOCAL_OFFSET_S * 1000),
        "duration": row.moving_s * 1000,
        "elapsedDuration": row.elapsed_s * 1000,
        "movingDuration": row.moving_s * 990,
        "distance": row.distance_m * 100,
        "avgSpeed": row.distance_m / row.moving_s / 10,
        "elevationGain": 1234.0,
        "avgHr": row.avg_hr,
        "avgDoubleCadence": 168.0 if row.word == "run" else None,
        "workoutRpe": None if row.rpe is None else round(row.rpe * 10),
        "workoutFeel": 75 if row.rpe is not None else None,
        "deleted": False,
        "parent": False,
        "splits": [{"duration": row.moving_s * 1000, "measurements": [{"fieldEnum": "SUM_DISTANCE"}]}],
    }
    return {key: value for key, value in told.items() if value is not None}


def garmin_gear(rows: Sequence[Outing]) -> bytes:
    """A gear.json: the pairs, a bike, and which activities they were used for."""
    bike = {"gearPk": 7003, "customMakeModel": BIKE, "gearTypeName": "Bike", "gearStatusName": "active"}
    links = {
        str(gear["gearPk"]): [
            {"activityId": row.id, "gearPk": gear["gearPk"]} for row in rows if row.shoe == name
        ]
        for name, gear in [*GEAR.items(), (BIKE, bike)]
    }
    shoes = [{**gear, "uuid": "0a1b", "gearTypeName": "Shoes"} for gear in GEAR.values()]
    return json.dumps([{"gearDTOS": [*shoes, bike], "gearActivityDTOs": links}]).encode()


def not_an_activity(kind: str) -> bytes:
    """A FIT file that a watch uploads beside the activities: "monitoring_b", "settings" …"""
    encoder = Encoder()
    moment = 1_150_000_000
    encoder.write_mesg(
        {
            "mesg_num": Profile["mesg_num"]["FILE_ID"],
            "type": kind,
            "manufacturer": "garmin",
            "product": 1,
            "time_created": moment,
        }
    )
    if kind == "monitoring_b":
        for minute in range(5):
            encoder.write_mesg(
                {
                    "mesg_num": Profile["mesg_num"]["MONITORING"],
                    "timestamp": moment + 60 * minute,
                    "heart_rate": 60 + minute,
                }
            )
    return bytes(encoder.close())


def garmin_members(rows: Sequence[Outing]) -> dict[str, bytes]:
    """The files of an export by their names, the uploaded ones in zips of their own."""
    half = len(rows) // 2
    uploads = [(f"runner@example.com_{row.id}.{row.file.removesuffix('.gz')}", _raw(row)) for row in rows]
    recordings = [(name, data) for name, data in uploads if data]
    parts = (
        dict(recordings[::2])
        | {"runner@example.com_9001.fit": not_an_activity("monitoring_b")}
        | {"runner@example.com_9002.fit": not_an_activity("settings")},
        dict(recordings[1::2]) | {"runner@example.com_9003.fit": not_an_activity("monitoring_b")},
    )
    wellness = json.dumps([{"calendarDate": "2026-05-22", "userProfilePK": 1, "totalSteps": 9000}]).encode()
    return {
        "DI_CONNECT/DI-Connect-Aggregator/UDSFile_2026-05-01_2026-08-01.json": wellness,
        f"{_FITNESS}/runner@example.com_0_summarizedActivities.json": garmin_summaries(rows[:half]),
        f"{_FITNESS}/runner@example.com_1001_summarizedActivities.json": garmin_summaries(rows[half:]),
        f"{_FITNESS}/runner@example.com_gear.json": garmin_gear(rows),
        f"{_FITNESS}/runner@example.com_personalRecord.json": b'[{"personalRecords": []}]',
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": zipped(parts[0]),
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part2.zip": zipped(parts[1]),
        "DI_CONNECT/DI-Connect-User/runner@example.com-user_profile.json": b'{"userName": "runner"}',
        "DI_CONNECT/DI-Connect-Wellness/2026-05-15_2026-08-23_1_sleepData.json": wellness,
        "customer_data/customer.json": b'{"email": "runner@example.com"}',
    }


def _raw(row: Outing) -> bytes:
    return gzip.decompress(row.data) if row.file.endswith(".gz") else row.data
