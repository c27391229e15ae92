"""Homes, exports and datasets of exposures: found, grouped, read, and refused where they cannot be."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from made_cohort import made_athlete, write_dataset

import runlog
from runlog.cohorts import sources
from runlog.cohorts.sources import find_groups, find_homes, read_group
from runlog.cohorts.sources import write_dataset as write_exposures
from runlog.errors import BadInput


@pytest.fixture(scope="module")
def club(tmp_path_factory, sample_home):
    """Two runners' homes, and something that is none."""
    folder = tmp_path_factory.mktemp("club")
    for name in ("Anna", "Ben"):
        shutil.copytree(sample_home, folder / name)
    (folder / "notes").mkdir()
    (folder / "notes" / "readme.txt").write_text("training plan")
    return folder


def test_each_home_of_a_folder_is_an_athlete(club):
    (group,) = find_groups([club])
    assert group.kind == "homes"
    athletes = list(read_group(group))
    assert [athlete.name for athlete in athletes] == ["Anna", "Ben"]
    with runlog.open(club / "Anna") as journal:
        expected = runlog.exposures(journal.history())
    pd.testing.assert_frame_equal(athletes[0].exposures, expected)
    assert [home.name for home in find_homes([club, club])] == ["Anna", "Ben"]


def test_an_export_is_the_same_athlete(club, tmp_path):
    with runlog.open(club / "Anna") as journal:
        journal.export(tmp_path / "exports" / "Anna")
        expected = runlog.exposures(journal.history())
    (group,) = find_groups([tmp_path / "exports"])
    (athlete,) = read_group(group)
    assert (group.kind, athlete.name, athlete.problem) == ("exports", "Anna", "")
    pd.testing.assert_frame_equal(athlete.exposures, expected)


def test_a_home_that_cannot_be_read_is_named(club, tmp_path):
    shutil.copytree(club, tmp_path / "club")
    (tmp_path / "club" / "Anna" / "runlog.db").write_bytes(b"no database")
    first, second = read_group(find_groups([tmp_path / "club"])[0])
    assert first.exposures is None
    assert "runlog.db" in first.problem
    assert second.problem == ""


def test_a_change_in_a_home_is_seen(club, tmp_path):
    shutil.copytree(club, tmp_path / "club")
    before = find_groups([tmp_path / "club"])[0].fingerprint
    assert find_groups([tmp_path / "club"])[0].fingerprint == before
    (tmp_path / "club" / "Ben" / "config.toml").write_text('units = "mi"\n')
    assert find_groups([tmp_path / "club"])[0].fingerprint != before


def test_what_reading_stores_in_a_home_is_no_change_of_it(club, tmp_path):
    shutil.copytree(club, tmp_path / "club")
    for home in find_homes([tmp_path / "club"]):
        with runlog.open(home) as journal:
            journal.drop_caches()
    read, athletes = sources.read_unchanged(find_groups([tmp_path / "club"])[0])
    assert [athlete.problem for athlete in athletes] == ["", ""]
    assert find_groups([tmp_path / "club"]) == [read]


def test_two_runners_of_one_name_are_refused(club, tmp_path):
    shutil.copytree(club / "Anna", tmp_path / "Anna")
    with pytest.raises(BadInput, match="second runner called 'Anna'"):
        find_groups([club, tmp_path])


@pytest.mark.parametrize("name", ["nothing", "file.txt"])
def test_a_source_without_athletes_is_refused(tmp_path, name):
    (tmp_path / "nothing").mkdir()
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(BadInput, match=name):
        find_groups([tmp_path / name])


def test_a_dataset_of_homes_reads_back_as_the_homes(club, tmp_path):
    written, problems = write_exposures(find_groups([club]), tmp_path / "out")
    assert (written, problems) == (2, [])
    (group,) = find_groups([tmp_path / "out"])
    first, second = read_group(group)
    with runlog.open(club / "Anna") as journal:
        expected = runlog.links(runlog.exposures(journal.history()))
    found = runlog.links(first.exposures)
    assert second.name == "Ben"
    same = expected["factor"].isin(found["factor"])  # a factor that nobody knew is no column
    assert expected.loc[~same, "effect"].isna().all()
    pd.testing.assert_frame_equal(found, expected[same].reset_index(drop=True))


def test_a_dataset_describes_its_columns(club, tmp_path):
    write_exposures(find_groups([club]), tmp_path / "out")
    described = json.loads((tmp_path / "out" / "datapackage.json").read_text())
    fields = described["resources"][0]["schema"]["fields"]
    table = sources.read_table(tmp_path / "out" / "athletes-00000.parquet")
    assert set(table.columns) <= {field["name"] for field in fields}
    assert all(field["description"] for field in fields)
    assert [field["name"] for field in fields if field["constraints"]["required"]] == [
        "athlete",
        "moment",
        "rating",
    ]


def test_no_dataset_goes_over_another(club, tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(BadInput, match="there is something in it"):
        write_exposures(find_groups([club]), tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.drop(columns="moment"), "no column moment"),
        (lambda t: t.assign(moment=t["moment"].dt.tz_localize(None)), "needs a time zone"),
        (lambda t: t.assign(athlete=[None, *["a"] * (len(t) - 1)]), "1 rows name no athlete"),
    ],
    ids=["no moment", "no zone", "no name"],
)
def test_a_file_that_is_no_dataset_is_refused_with_its_reason(tmp_path, change, reason):
    table = change(made_athlete(1).assign(athlete="a"))
    table.to_parquet(tmp_path / "x.parquet")
    with pytest.raises(BadInput, match=reason):
        sources.read_table(tmp_path / "x.parquet")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    write_dataset(tmp_path, [("a", made_athlete(1))])
    monkeypatch.setattr(sources, "MAX_FILE_ROWS", 20)
    with pytest.raises(BadInput, match=r"30 rows, .* in one file"):
        sources.read_table(tmp_path / "athletes-00000.parquet")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"rating": -1.0}, "30 ratings are not between 0 and 10, as -1"),
        ({"rating": np.nan}, "no row has a rating"),
        ({"sleep": np.inf}, "a value without end in sleep"),
    ],
)
def test_numbers_that_cannot_be_are_named(tmp_path, change, problem):
    write_dataset(tmp_path, [("a", made_athlete(1).assign(**change)), ("b", made_athlete(2))])
    first, second = read_group(find_groups([tmp_path])[0])
    assert (first.name, first.exposures, first.problem) == ("a", None, problem)
    assert second.problem == ""
