"""What lists say of days, clocks, shoes and cells, from the file to the frames that everything reads."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

import runlog

BERLIN = 'timezone = "Europe/Berlin"\n'
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="watch" xmlns="http://www.topografix.com/GPX/1/1"><trk>
<name>{name}</name><type>running</type><trkseg>{points}</trkseg></trk></gpx>"""
STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance,Activity Gear,Filename\n"
)


@pytest.fixture
def journal(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(BERLIN)
    with runlog.open(home) as journal:
        yield journal


@pytest.fixture
def imported(journal, tmp_path):
    """Import files by their names, all at once; the result."""

    def add(**texts):
        for name, text in texts.items():
            (tmp_path / "files").mkdir(exist_ok=True)
            (tmp_path / "files" / name.replace("__", ".")).write_text(text)
        return journal.add([tmp_path / "files"])

    return add


def gpx(start, minutes=60, name="Run", lat=52.5, lon=13.4):
    """Return a run at 6 min/km or so, a point every minute."""
    times = [datetime.fromisoformat(start) + timedelta(minutes=n) for n in range(minutes + 1)]
    points = "".join(
        f'<trkpt lat="{lat + 0.0015 * n}" lon="{lon}"><time>{time.isoformat()}Z</time></trkpt>'
        for n, time in enumerate(times)
    )
    return GPX.format(name=name, points=points)


def moments_and_ends(journal):
    history = journal.history()
    return history.entries["moment"].tolist(), history.runs["end"].tolist()


@pytest.mark.parametrize(
    ("start", "where"),
    [
        ("2026-05-03T18:30", (52.5, 13.4)),  # 20:30 in Berlin
        ("2026-05-03T21:30", (52.5, 13.4)),  # until after midnight
        ("2026-05-04T01:00", (34.05, -118.25)),  # 18:00 in Los Angeles
    ],
)
def test_a_rating_by_its_day_comes_after_that_days_run(journal, imported, start, where):
    imported(run__gpx=gpx(start, lat=where[0], lon=where[1]), diary__csv="date,soreness\n2026-05-03,6\n")
    (moment,), (end,) = moments_and_ends(journal)
    assert moment >= end
    assert journal.history().entries["day"].iloc[0].date() == date(2026, 5, 3)
    assert len(runlog.exposures(journal.history())) == 1


def test_a_rating_by_its_day_stays_in_the_evening_after_a_morning_run(journal, imported):
    imported(run__gpx=gpx("2026-05-03T06:00"), diary__csv="date,soreness\n2026-05-03,6\n2026-05-04,2\n")
    moments, _ = moments_and_ends(journal)
    assert [str(moment) for moment in moments] == ["2026-05-03 18:00:00+00:00", "2026-05-04 18:00:00+00:00"]


def test_a_morning_rating_by_its_day_comes_before_that_days_run(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text(BERLIN + 'diary_time = "morning"\n')
    with runlog.open(tmp_path / "home") as morning:
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "run.gpx").write_text(gpx("2026-05-03T03:00"))
        (tmp_path / "files" / "diary.csv").write_text("date,soreness\n2026-05-03,6\n")
        morning.add([tmp_path / "files"])
        history = morning.history()
    assert history.entries["moment"].iloc[0] < history.runs["start"].iloc[0]


def test_a_time_on_a_journey_is_on_the_clock_of_the_run(journal, imported):
    imported(
        run__gpx=gpx("2026-05-04T01:00", lat=34.05, lon=-118.25),
        diary__csv="date,soreness\n2026-05-03 19:30,6\n",
    )
    (moment,), (end,) = moments_and_ends(journal)
    assert str(moment) == "2026-05-04 02:30:00+00:00"
    assert moment > end


def strava(*rows):
    return STRAVA + "".join(
        f'{number},"May {day}, 2026, 6:00:00 AM",Loop,Run,3000,10,{gear},{file}\n'
        for number, day, gear, file in rows
    )


def test_no_pair_is_guessed_where_the_list_has_gear_and_names_none(journal, imported):
    imported(activities__csv=strava((1, 3, "Ghost", ""), (2, 4, "", ""), (3, 5, "Ghost", "")))
    runs = journal.history().runs
    assert runs["shoe"].tolist() == ["Ghost", None, "Ghost"]
    assert "names no pair" in runs["shoe_reason"].iloc[1]


def test_the_runners_own_word_counts_where_the_list_names_no_pair(journal, imported):
    imported(
        activities__csv=strava((1, 3, "Ghost", ""), (2, 4, "", "")),
        diary__csv="date,shoe,soreness\n2026-05-04,Ghost,3\n",
    )
    assert journal.history().runs["shoe"].tolist() == ["Ghost", "Ghost"]


def test_the_only_pair_is_guessed_until_the_last_day_that_its_list_names_it(journal, imported):
    imported(
        activities__csv=strava((1, 3, "Ghost", ""), (2, 5, "Ghost", "")),
        within__gpx=gpx("2026-05-04T06:00"),
        after__gpx=gpx("2026-05-06T06:00"),
    )
    runs = journal.history().runs
    assert runs["shoe"].tolist() == ["Ghost", "Ghost", "Ghost", None]
    assert "last named on 2026-05-05" in runs["shoe_reason"].iloc[3]


def test_a_pair_that_the_runner_keeps_is_guessed_without_an_end(journal, imported):
    imported(shoes__csv="name,from\nGhost,2026-05-01\n", after__gpx=gpx("2026-05-06T06:00"))
    assert journal.history().runs["shoe"].tolist() == ["Ghost"]


def test_a_pair_that_is_retired_without_a_day_is_since_its_last_run(journal, imported):
    imported(
        runs__csv="date,km,duration,shoe\n2026-05-03,10,50:00,Old\n2026-05-05,10,50:00,Old\n",
    )
    imported(shoes__csv="name,from,retired\nOld,2026-01-01,yes\nNew,2026-01-01,no\n")
    retired = journal.history().shoes["retired"]
    assert retired["Old"].date() == date(2026, 5, 5)
    assert retired.isna()["New"]


def test_a_cell_that_cannot_be_read_leaves_what_was_stored(journal, imported):
    imported(diary__csv="date,soreness,rpe,warmup\n2026-05-03,3,5,yes\n")
    summary = imported(diary__csv="date,soreness,rpe,warmup\n2026-05-03,4,hard,#N/A\n")
    (entry,) = (one.entry for one in journal.entries())
    assert (entry.soreness, entry.rpe, entry.warmup) == (4, 5, True)
    assert "line 2: rpe: 'hard' is not a number" in summary.files[0].reason


def test_a_cell_of_runs_that_cannot_be_read_leaves_what_was_stored(journal, imported):
    imported(runs__csv="date,km,duration,rpe\n2026-05-03,10,50:00,5\n")
    imported(runs__csv="date,km,duration,rpe\n2026-05-03,ten,50:00,6\n")
    (run,) = journal.runs()
    assert (run.activity.distance_m, run.activity.rpe) == (10_000, 6)


@pytest.mark.parametrize("stock", ["Run", "TODO", " morning  run ", "2026-05-03", "Untitled 12"])
def test_the_name_in_a_list_beats_the_stock_words_of_a_watch(journal, imported, stock):
    text = STRAVA + '1,"May 3, 2026, 6:00:00 AM",Afternoon Run,Run,3600,10,,\n'
    imported(activities__csv=text, one__gpx=gpx("2026-05-03T06:00", name=stock))
    assert [run.activity.name for run in journal.runs()] == ["Afternoon Run"]


def test_the_sport_of_the_list_goes_with_its_recording(journal, imported):
    text = STRAVA + '1,"May 3, 2026, 6:00:00 AM",Loop,Trail Run,3600,10,,\n'
    imported(activities__csv=text, one__gpx=gpx("2026-05-03T06:00").replace("running", "generic"))
    (run,) = journal.runs()
    assert (run.activity.sport, run.activity.sub_sport, run.activity.sport_guessed) == (
        "running",
        "trail",
        False,
    )
