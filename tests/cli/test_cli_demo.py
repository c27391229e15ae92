"""alerts, report, chart, tips, links and the demo."""

import re
from pathlib import Path

import pytest


@pytest.fixture
def at_the_end_of_the_season(monkeypatch, season):
    """Let it be the evening on which the sample season ends."""
    from datetime import UTC, datetime

    from runlog.cli import base

    del season
    monkeypatch.setattr(base, "now", lambda: datetime(2026, 11, 15, 21, tzinfo=UTC))


@pytest.mark.usefixtures("at_the_end_of_the_season")
def test_alerts_say_why_and_can_set_the_exit_code(run, rows):
    text = run("alerts").stdout
    assert "Pacer 3 is over its limit" in text
    assert "call emergency services" in text
    found = rows("alerts", "--exit-code", code=1)
    assert {notice["severity"] for notice in found} >= {"warn", "urgent"}


def test_no_alerts_is_a_word_and_0(run, rows):
    done = run("alerts", "--exit-code")
    assert (done.stdout, done.stderr) == ("", "No alerts.\n")
    assert rows("alerts") == []


@pytest.mark.usefixtures("at_the_end_of_the_season", "without_charts")
def test_the_report_is_written_where_it_says(run, home, tmp_path):
    path = run("report", "--week", "2026-W45").stdout.strip()
    assert path == str(home / "reports/report-2026-W45.html")
    last = run("report", "--last", "--out", tmp_path / "out").stdout.strip()
    assert last.startswith(str(tmp_path / "out"))
    assert "<html" in (tmp_path / "out" / last.rpartition("/")[2]).read_text(encoding="utf-8")
    assert "write it like 2026-W30" in run("report", "--week", "soon", code=2).stderr


@pytest.mark.usefixtures("season")
def test_charts_are_listed_and_drawn(run, rows, tmp_path):
    from runlog.reporter.charts import CHARTS

    assert [row["name"] for row in rows("chart")] == [chart.name for chart in CHARTS]
    run("chart", "links", "--out", tmp_path / "links.png")
    assert (tmp_path / "links.png").read_bytes().startswith(b"\x89PNG")
    run("chart", "exposure", "--factor", "Warmup", "--out", tmp_path / "warmup.svg")
    assert "<svg" in (tmp_path / "warmup.svg").read_text(encoding="utf-8")
    assert "gif" in run("chart", "links", "--out", tmp_path / "links.gif", code=1).stderr
    told = run("chart", "--all", tmp_path / "all").stdout.split()
    assert told == [str(tmp_path / "all" / f"{chart.name}.png") for chart in CHARTS]
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in told)
    assert "name none" in run("chart", "links", "--all", tmp_path / "all", code=2).stderr


def test_a_report_that_cannot_be_written_says_so(run, tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    refused = run("report", "--out", tmp_path / "taken", code=1)
    assert refused.stdout == ""
    assert "taken" in refused.stderr
    assert "cannot be written" in refused.stderr
    assert "Traceback" not in refused.output


def test_tips_for_one_thing(run, rows):
    assert 0 < len(rows("tips", "--for", "warmup")) < len(rows("tips"))
    assert "Evidence:" in run("tips", "--for", "warmup").stdout


@pytest.mark.usefixtures("season")
def test_links_read_well(run):
    text = run("links").stdout
    assert re.search(
        r"^warmup +−\d\.\d\d +−\d\.\d\d to −\d\.\d\d +[AB] +done against skipped", text, re.MULTILINE
    )
    assert "Knee: 12 ratings, too few" in text
    assert "not proof of cause" in text


def test_the_demo_does_everything_in_a_home_of_its_own(run, home, monkeypatch, tmp_path):
    import tempfile

    opened = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", opened.append)
    text = run("demo", "--open").stdout
    assert "Long run by the river" in text
    assert "Pacer 3 is over its limit" in text
    assert "−1.6" in text  # the truth about the warm-up
    (folder,) = tmp_path.glob("runlog-demo-*")
    assert f"runlog --home {folder} links" in text
    (page,) = (folder / "reports").glob("*.html")
    assert opened == [page.as_uri()]
    assert not home.exists()
