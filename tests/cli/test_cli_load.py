"""``runlog load``: what a runner sees of it, and what a program gets."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from gpx_text import gpx_text

import runlog
from runlog.analysis.load import FIRST_FULL_DAY, daily_metrics
from runlog.cli.training import DEFAULT_METRICS, METRICS

pytestmark = pytest.mark.usefixtures("season")


def test_every_metric_is_shown_and_explained(run):
    assert list(METRICS) == list(FIRST_FULL_DAY)
    listed = run("load", "--help").output
    for name, metric in METRICS.items():
        assert f"{name:<15} {metric.heading}" in listed
    assert "not a risk" in listed


def test_the_table_has_the_usual_metrics_and_says_what_load_counts(run):
    result = run("load")
    heading = result.stdout.splitlines()[0].split()
    assert heading == ["Day", *(METRICS[name].heading for name in DEFAULT_METRICS)]
    assert "Load: session-RPE points" in result.stderr


def test_json_has_every_metric_of_the_daily_series(rows, home):
    with runlog.open(home) as journal:
        history = journal.history()
    found = {row["day"]: row for row in rows("load")}
    for day, metrics in daily_metrics(history).iterrows():
        row = found[f"{day:%Y-%m-%d}"]
        assert list(row) == ["day", *METRICS, "unit"]
        assert row["unit"] == "session-RPE points"
        for name in METRICS:
            assert row[name] == pytest.approx(metrics[name]) or (row[name] is None and metrics.isna()[name])


def test_metrics_are_chosen_by_name(run, rows):
    assert list(rows("load", "--metrics", "TSB, ctl")[0]) == ["day", "tsb", "ctl", "unit"]
    assert run("load", "--metrics", "all").stdout.splitlines()[0].split()[1:] == [
        metric.heading for metric in METRICS.values()
    ]
    assert "no metric 'form'" in run("load", "--metrics", "form", code=2).output
    assert "no metric ','" in run("load", "--metrics", ",", code=2).output


def test_weeks_add_up_to_the_days(run, rows):
    days = sum(row["load"] or 0 for row in rows("load"))
    weeks = rows("load", "--weekly")
    assert sum(row["load"] or 0 for row in weeks) == pytest.approx(days)
    assert sum(row["runs"] for row in weeks) == 90
    assert list(weeks[0])[:5] == ["week", "first", "last", "days", "runs"]
    text = run("load", "--weekly", "--csv").stdout
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(weeks)


def test_the_last_so_many_are_days_or_weeks(rows):
    assert [row["day"] for row in rows("load", "--last", 3)] == [row["day"] for row in rows("load")][-3:]
    assert len(rows("load", "--weekly", "--last", 2)) == 2


def test_days_of_which_nothing_is_known_are_null_and_not_in_the_table(run, rows, home):
    (home / "config.toml").write_text("silence_days = 1\n", encoding="utf-8")
    unknown = sum(row["load"] is None for row in rows("load"))
    assert unknown > 0
    listed = run("load")
    assert f"Not listed: {unknown} day" in listed.stderr
    assert len(listed.stdout.splitlines()) == 2 + sum(row["load"] is not None for row in rows("load"))


def test_without_runs_it_says_so(tmp_path, run, monkeypatch):
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "nobody"))
    result = run("load")
    assert (result.stdout, result.stderr) == ("", "No runs yet.\n")


def test_runners_in_miles_read_distances_in_miles(run, rows, tmp_path, monkeypatch):
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "other"))
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)
    (tmp_path / "run.gpx").write_text(gpx_text(start, km=16.1), encoding="utf-8")
    run("import", tmp_path / "run.gpx")
    (tmp_path / "other" / "config.toml").write_text('units = "mi"\n', encoding="utf-8")
    assert sum(row["load"] for row in rows("load")) == pytest.approx(16.1, abs=0.1)  # JSON is in km
    assert {row["unit"] for row in rows("load")} == {"km"}
    listed = run("load")
    assert "10.0" in listed.stdout
    assert "Load: mi." in listed.stderr
    assert "10.0 mi (distance)" in run("show", "last").stdout
