"""A list that is understood less well than its version before changes nothing."""

from __future__ import annotations

import pytest

DIARY = (
    "date,soreness,area,warmup,note\n2026-05-03,3,knee,yes,first day\n2026-05-04,6,,no,\n2026-05-05,2,,,\n"
)
RUNS = (
    "date,start,distance,duration,sport,name,shoe\n"
    "2019-03-05,18:30,10,50,trail run,Hills,Blue\n2019-03-07,,8,40,,,\n"
)


@pytest.fixture
def imported(journal, tmp_path):
    """Import texts one after the other as the same file; the result of the last."""

    def add(*texts, name="list.csv"):
        for text in texts:
            (tmp_path / name).write_text(text)
            summary = journal.add([tmp_path / name])
        return summary

    return add


def content(journal):
    return journal.entries(), journal.runs()


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (DIARY, "soreness", "Kummer"),
        (DIARY, "area", "spot"),
        (DIARY, "warmup", "before"),
        (DIARY, "note", "Gedanken"),
        (DIARY, "date", "Termin"),
        (DIARY, "date,soreness", "date,distance"),
        (DIARY, "soreness", "soreness (1-5)"),
        (RUNS, "distance", "how far"),
        (RUNS, "shoe", "on my feet"),
        (RUNS, "sport", "what"),
        (RUNS, "name", "called"),
        (RUNS, "start", "at"),
        (RUNS, "date", "Termin"),
        (RUNS, "duration", "how long"),
        (RUNS, "distance,duration", "soreness,duration"),
        (RUNS.replace("start", "time"), "duration", "how long"),
        (RUNS.replace("shoe", "note"), "name", "called"),
    ],
)
def test_a_list_with_a_heading_that_is_no_longer_known_changes_nothing(journal, imported, text, old, new):
    assert imported(text).ok
    before = content(journal)
    renamed = text.replace(old, new, 1)
    for _ in range(2):
        summary = imported(renamed)
        assert (summary.failed, summary.ok) == (1, False)
        assert content(journal) == before
    assert imported(text).failed == 0
    assert content(journal) == before


def test_a_refusal_names_the_column_and_what_is_not_known(imported):
    (file,) = imported(DIARY, DIARY.replace("soreness", "Kummer")).files
    assert "soreness (3 rows)" in file.reason
    assert "kummer" in file.reason
    assert "empty the cells" in file.reason


def test_a_list_that_an_older_runlog_has_imported_is_as_safe(journal, imported):
    imported(RUNS)
    journal._store.write(lambda db: db.execute("DELETE FROM list_column"))
    assert imported(RUNS.replace("shoe", "on my feet")).failed == 1
    assert imported(RUNS.replace("Blue", "")).failed == 0
    assert journal.runs()[0].activity.shoe is None


def test_a_cell_that_was_emptied_and_a_row_that_was_removed_count_as_deleted(journal, imported):
    imported(DIARY, "date,soreness,area,warmup,note\n2026-05-03,3,knee,,\n2026-05-04,,,no,\n")
    first, second = (one.entry for one in journal.entries())
    assert {first.soreness, second.soreness} == {3.0, None}
    assert {first.warmup, second.warmup} == {None, False}


def test_what_other_files_hold_is_no_column_of_a_list(imported):
    imported(RUNS, name="runs.csv")
    assert imported(DIARY).ok
    assert imported("date,distance,duration\n2018-03-05,10,50\n", name="more.csv").ok


def test_a_column_without_values_may_go(imported):
    text = "date,soreness,shoe\n2026-05-03,3,\n"
    assert imported(text, "date,soreness\n2026-05-03,4\n").ratings_updated == 1


def test_what_was_added_by_hand_stays_without_a_column(journal, imported):
    text = "date,soreness\n2026-05-03,3\n"
    imported(text)
    (stored,) = journal.entries()
    journal._store.write(lambda db: db.execute("UPDATE entry SET shoe = 'Blue'"))
    assert imported(text.replace(",3", ",4")).ratings_updated == 1
    assert [(one.entry.soreness, one.entry.shoe) for one in journal.entries()] == [(4.0, "Blue")]
    assert stored.entry.shoe is None


@pytest.mark.parametrize(
    "heading",
    [
        "Soreness (0-10)",
        "soreness [0\u201310]",
        "Soreness 0-10",
        "Soreness /10",
        "Pain level",
        "Soreness?",
        "Pain level (1 to 10)",
        "\U0001f915 Soreness",
    ],
)
def test_a_heading_may_have_a_scale(journal, imported, heading):
    assert imported(f"Date,{heading},Notes\n2026-05-03,3,a\n").ok
    assert [one.entry.soreness for one in journal.entries()] == [3.0]


def test_another_scale_or_unit_is_not_taken_for_the_usual_one(journal, imported):
    assert imported("date,soreness (1-5),note\n2026-05-03,3,a\n").failed == 1
    assert imported("date,duration (days),km\n2026-05-03,3,10\n", name="runs.csv").failed == 1
    assert content(journal) == ([], [])


def test_a_heading_with_a_unit_of_a_list_of_runs(journal, imported):
    assert imported("Date (yyyy-mm-dd),Distance [km],Duration (min),HR (bpm)\n2026-05-03,10,50,150\n").ok
    (run,) = journal.runs()
    assert (run.activity.distance_m, run.activity.duration_s, run.activity.avg_hr) == (10_000, 3000, 150)


def test_a_first_import_that_understands_nothing_does_not_say_known(imported):
    (file,) = imported("date,area,Kummer\n2026-05-03,knee,3\n").files
    assert file.outcome == "failed"
    assert "kummer" in file.reason
    (empty,) = imported("date,soreness,area\n2026-05-03,,knee\n", name="b.csv").files
    assert (empty.outcome, "no row has a value" in empty.reason) == ("skipped", True)


STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,"
    "Activity Gear,Filename,Perceived Exertion\n"
    '1,"Oct 7, 2020, 2:43:11 PM",Hills,Run,,3000,10,Blue,,6\n'
    '2,"Oct 8, 2020, 2:43:11 PM",Woods,Ride,,3000,9,,,\n'
)


@pytest.mark.parametrize(
    ("newer", "kept"),
    [
        (STRAVA.replace("Perceived Exertion", "Effort ressenti"), "effort"),
        (STRAVA.replace("Activity Gear,", "").replace(",Blue", "").replace(",9,,", ",9,"), "shoe"),
    ],
)
def test_a_newer_list_of_an_app_takes_nothing_that_it_has_no_column_for(journal, imported, newer, kept):
    imported(STRAVA, name="activities.csv")
    before = journal.activities()
    (file,) = imported(newer, name="activities.csv").files
    assert journal.activities() == before
    assert f"keep their {kept}" in file.reason
    imported(STRAVA.replace("Blue,,6", ",,"), name="activities.csv")
    assert (journal.runs()[0].activity.shoe, journal.runs()[0].activity.rpe) == (None, None)


def test_a_sport_in_an_unknown_language_stays_what_it_was(journal, imported):
    imported(STRAVA, name="activities.csv")
    before = journal.activities()
    imported(STRAVA.replace("Activity ID", "Tevékenység").replace("Ride", "Ksz"), name="activities.csv")
    assert journal.activities() == before


def test_what_other_files_recorded_is_not_taken_for_an_earlier_version_of_a_list(imported):
    """A trail run of another list, and a diary that is imported for the first time."""
    assert imported(RUNS, name="runs.csv").ok
    assert imported(DIARY, name="diary.csv").ok
