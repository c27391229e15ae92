"""``runlog cohort`` from the command line, over a small club."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager

import pandas as pd
import pytest
from click.testing import CliRunner

from runlog.cli import main
from runlog.cohorts import engine

pytestmark = pytest.mark.usefixtures("strings_of_pyarrow")


@pytest.fixture
def club(tmp_path, sample_home):
    for name in ("Anna", "=Ben"):
        shutil.copytree(sample_home, tmp_path / "club" / name)
    return tmp_path / "club"


@pytest.fixture
def in_process(monkeypatch):
    """Estimate every group in this process: Dask is asked by the tests of the engine."""

    def run_here(_client, groups, todo, out):
        for number in todo:
            yield number, engine.estimate_group(groups[number], str(out), number)

    @contextmanager
    def connect(*_):
        yield None

    monkeypatch.setattr(engine, "connect", connect)
    monkeypatch.setattr(engine, "_run", run_here)


def call(*words, code=0):
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.usefixtures("in_process")
def test_a_club_from_its_homes_to_the_pooled_page(club, tmp_path):
    said = call("cohort", "links", club, "--out", tmp_path / "results").stdout
    assert said.startswith("2 runners, ")
    pooled = call("cohort", "pool", tmp_path / "results", "--out", tmp_path / "pooled").stdout
    assert "Upper back, in points:" in pooled
    assert "not proof of cause" in pooled
    rows = json.loads(call("cohort", "pool", tmp_path / "results", "--json").stdout)
    assert {row["runners"] for row in rows} == {2}
    assert pd.read_parquet(tmp_path / "pooled" / "pool.parquet")["factor"].tolist() == [
        row["factor"] for row in rows
    ]
    assert "'=Ben" in (tmp_path / "pooled" / "runners.csv").read_text()
    assert "2 runners" in (tmp_path / "pooled" / "index.html").read_text()
    assert "Anna" not in (tmp_path / "pooled" / "pool.json").read_text()


@pytest.mark.usefixtures("in_process")
def test_one_who_cannot_be_read_makes_it_end_with_1(club, tmp_path):
    (club / "Anna" / "runlog.db").write_bytes(b"no database")
    result = call("cohort", "links", club, "--out", tmp_path / "results", code=1)
    assert "1 runner left out:\n  Anna: " in result.stderr
    assert result.stdout.startswith("1 runner, ")


def test_a_dataset_is_written_once(club, tmp_path):
    assert call("cohort", "table", club, "--out", tmp_path / "data").stdout.startswith("2 runners: ")
    assert (
        "there is something in it" in call("cohort", "table", club, "--out", tmp_path / "data", code=1).stderr
    )


def test_the_status_lists_who_needs_a_call(club):
    told = call("cohort", "status", club).stdout
    assert "agreed" in told
    rows = json.loads(call("cohort", "status", club, "--all", "--json").stdout)
    assert {row["athlete"] for row in rows} == {"Anna", "=Ben"}
    assert {"kind", "severity", "message", "why", "since", "last_rating"} <= set(rows[0])
    assert "'=Ben" in call("cohort", "status", club, "--all", "--csv").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("links", "{club}", "--out", "{tmp}/x", "--workers", "2", "--scheduler", "tcp://127.0.0.1:9"),
        ("pool", "{club}"),
        ("links", "{tmp}/nowhere", "--out", "{tmp}/x"),
    ],
    ids=["both engines", "nothing to pool", "no source"],
)
def test_bad_usage_is_said(club, tmp_path, words):
    call("cohort", *(word.format(club=club, tmp=tmp_path) for word in words), code=2)


@pytest.mark.usefixtures("in_process")
def test_a_runner_shares_and_takes_a_pool_home(club, tmp_path):
    homes = sorted(club.iterdir())
    for number, home in enumerate(homes):
        said = call("--home", home, "links", "--share", tmp_path / f"{number}.json").stdout
        assert "would hold a random id" in said
        assert "warmup" in said
    files = [tmp_path / f"{number}.json" for number in range(len(homes))]
    call("cohort", "pool", *files, "--out", tmp_path / "pooled")
    (tmp_path / "pooled" / "pool.json").rename(tmp_path / "pool.json")
    told = call("--home", homes[0], "links", "--given", tmp_path / "pool.json").stdout
    assert "Your grade comes from your own diary alone." in told
    rows = json.loads(call("--home", homes[0], "links", "--given", tmp_path / "pool.json", "--json").stdout)
    assert {row["others"] for row in rows} == {1}, "the runner is not one of the others"
    (warmup,) = [row for row in rows if row["factor"] == "warmup" and row["area"] == "upper_back"]
    assert warmup["given_high"] - warmup["given_low"] < warmup["high"] - warmup["low"] + 0.5
    assert warmup["grade"]
    (homes[0] / "config.toml").write_text('units = "mi"\n', encoding="utf-8")
    in_miles = call("--home", homes[0], "links", "--given", tmp_path / "pool.json").stdout
    assert "+50 mi on the shoe" in in_miles
    assert "100 km" not in in_miles


def test_there_is_nothing_to_share_without_links(tmp_path):
    result = call("--home", tmp_path / "new", "links", "--share", tmp_path / "x.json", code=1)
    assert "nothing to share yet" in result.stderr
    assert not (tmp_path / "x.json").exists()


def test_a_share_is_of_the_primary_window(tmp_path):
    call("--home", tmp_path / "new", "links", "--window", "48", "--share", tmp_path / "x.json", code=2)
