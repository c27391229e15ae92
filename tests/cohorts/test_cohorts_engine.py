"""Many athletes on Dask: the same as one by one, whatever the workers, and whatever happens to them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pandas as pd
import pytest
from made_cohort import made_athlete, write_dataset

from runlog.analysis.links import links
from runlog.cohorts import cohort, engine
from runlog.cohorts.sources import find_groups
from runlog.errors import BadInput, MissingExtra

TEXTS = ("moves_with", "speaks_for")


@pytest.fixture(scope="module")
def one_by_one(athletes):
    """What links says of each athlete by itself, as the files of results hold it."""
    tables = [links(table).assign(athlete=name) for name, table in athletes]
    table = pd.concat(tables)[list(engine.RESULT_COLUMNS)]
    for name in TEXTS:
        table[name] = table[name].map(lambda value: json.dumps(value) if isinstance(value, dict) else None)
    return table.sort_values(["athlete", "area", "factor"], ignore_index=True)


@pytest.fixture(scope="module")
def client():
    """Two workers for all tests but those that kill them."""
    with engine.connect(workers=2) as client:
        yield client


@pytest.fixture
def on_client(client, monkeypatch):
    """Have every estimate run on these workers."""

    @contextmanager
    def connected(*_):
        yield client

    monkeypatch.setattr(engine, "connect", connected)


def assert_same(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-9)


@pytest.mark.usefixtures("on_client")
def test_each_athlete_gets_the_links_of_runlog_links(dataset, tmp_path, one_by_one):
    seen = []
    table = cohort([dataset], tmp_path, progress=lambda done, total, _: seen.append((done, total)))
    assert_same(table, one_by_one)
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.usefixtures("on_client")
def test_the_files_do_not_matter(athletes, tmp_path, one_by_one):
    one_file = write_dataset(tmp_path / "one", athletes, per_file=12)
    assert_same(cohort([one_file], tmp_path / "out"), one_by_one)


@pytest.mark.usefixtures("on_client")
def test_a_stopped_run_goes_on_where_it_was(dataset, tmp_path, one_by_one):
    cohort([dataset], tmp_path)
    times = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    (tmp_path / "links-000001.parquet").unlink()
    whole = (tmp_path / "links-000002.parquet").read_bytes()
    (tmp_path / "links-000002.parquet").write_bytes(whole[: len(whole) // 2])
    assert_same(cohort([dataset], tmp_path), one_by_one)
    again = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert [name for name in sorted(times) if again[name] != times[name]] == [
        "links-000001.parquet",
        "links-000002.parquet",
    ]


@pytest.mark.usefixtures("on_client")
def test_what_changed_is_estimated_again_and_what_is_gone_goes(athletes, dataset, tmp_path):
    copy = shutil.copytree(dataset, tmp_path / "copy")
    first = cohort([copy], tmp_path / "out")
    (copy / "athletes-00002.parquet").unlink()
    write_dataset(copy, [("somebody new", made_athlete(99)), *athletes[1:4]])
    changed = cohort([copy], tmp_path / "out")
    assert "somebody new" in set(changed["athlete"])
    assert set(first["athlete"]) - set(changed["athlete"]) == {
        "runner 00",
        *(f"runner {n:02}" for n in range(8, 12)),
    }


@pytest.mark.usefixtures("on_client")
def test_a_broken_athlete_is_named_and_the_rest_goes_on(athletes, tmp_path):
    broken = athletes[0][1].assign(rating=11.0)
    folder = write_dataset(tmp_path / "data", [("too sore", broken), *athletes[1:5]])
    (folder / "athletes-00007.parquet").write_bytes(b"PAR1 but not for long")
    results = engine.estimate_groups(find_groups([folder]), tmp_path / "out")
    assert sum(result.athletes for result in results) == 4
    reasons = dict(problem for result in results for problem in result.problems)
    assert set(reasons) == {"too sore", "athletes-00007.parquet"}
    assert reasons["too sore"] == "30 ratings are not between 0 and 10, as 11"
    assert "cannot be read as Parquet" in reasons["athletes-00007.parquet"]


@pytest.mark.usefixtures("on_client")
def test_who_has_too_few_ratings_is_no_problem(tmp_path):
    folder = write_dataset(tmp_path / "data", [("beginner", made_athlete(1, ratings=3))])
    table = cohort([folder], tmp_path / "out")
    assert set(table["grade"]) <= {"describe", ""}
    assert table["effect"].isna().all()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_worker_costs_nothing_but_time(dataset, tmp_path, one_by_one, monkeypatch):
    with engine.connect(workers=2) as client:
        pids = list(client.run(os.getpid).values())

        @contextmanager
        def connected(*_):
            yield client

        monkeypatch.setattr(engine, "connect", connected)
        killed = []

        def kill_once(*_):
            if not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        table = cohort([dataset], tmp_path, progress=kill_once)
        assert killed
    assert_same(table, one_by_one)


def test_a_scheduler_elsewhere_is_asked_by_its_address(dataset, tmp_path, one_by_one):
    program = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=1, threads_per_worker=1, host='127.0.0.1', processes=False,"
        " dashboard_address='127.0.0.1:0') as cluster:\n"
        "        print(cluster.scheduler_address if cluster.scheduler_address.startswith('tcp')"
        " else '', flush=True)\n"
        "        input()\n"
    ).replace("processes=False", "protocol='tcp://', processes=False")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        address = other.stdout.readline().strip()
        assert address.startswith("tcp://127.0.0.1:")
        try:
            assert_same(cohort([dataset], tmp_path, scheduler=address), one_by_one)
        finally:
            other.communicate("\n")


def test_no_scheduler_at_an_address_is_said(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "CONNECT_S", 0.3)
    with pytest.raises(BadInput, match="no Dask scheduler answers there"):
        cohort([dataset], tmp_path, scheduler="tcp://127.0.0.1:9")


def test_without_the_extra_it_says_what_to_install(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "find_spec", lambda name: None if name == "distributed" else object())
    with pytest.raises(MissingExtra, match=r"needs distributed: .*\[cohort\]"):
        cohort([dataset], tmp_path)
