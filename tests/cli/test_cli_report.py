"""runlog report, chart and tips."""

from __future__ import annotations

import email
import json
import sys
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest

WROTE = datetime(2026, 7, 10, 20, tzinfo=UTC)


@pytest.fixture
def a_rating(run, home, monkeypatch):
    """A home with one rating, of the week before now."""
    from runlog.cli import base

    home.mkdir()
    (home / "config.toml").write_text('timezone = "Europe/Berlin"\n')
    monkeypatch.setattr(base, "now", lambda: WROTE)
    run("log", "3")
    monkeypatch.setattr(base, "now", lambda: WROTE.replace(day=15))


@pytest.mark.usefixtures("a_rating")
@pytest.mark.parametrize(("form", "begins"), [("html", "<!doctype html>"), ("md", "# "), ("json", "{\n")])
def test_each_form_is_written_and_printed(run, home, form, begins, tmp_path):
    path = run("report", "--format", form).stdout.strip()
    assert path == str(home / f"reports/report-2026-W28.{form}")
    text = (home / f"reports/report-2026-W28.{form}").read_text(encoding="utf-8")
    assert text.lstrip().startswith(begins)
    assert run("report", "--format", form, "--out", "-").stdout == text
    run("report", "--out", tmp_path / f"mine.{form}")
    assert (tmp_path / f"mine.{form}").read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("a_rating")
def test_the_current_week_is_told_as_not_over(run):
    content = json.loads(run("report", "--current", "--format", "json", "--out", "-").stdout)
    assert (content["week"], content["complete"]) == ("2026-W29", False)
    assert json.loads(run("report", "--format", "json", "--out", "-").stdout)["complete"] is True


@pytest.mark.usefixtures("a_rating")
def test_a_mail_is_written_into_its_file(run, tmp_path):
    file = tmp_path / "new" / "week.eml"
    assert run("report", "--email-file", file).stdout.strip() == str(file)
    mail = email.message_from_bytes(file.read_bytes(), policy=default)
    assert mail["Subject"] == "Upper back: 3 of 10, rated once."
    assert mail["Date"].datetime == WROTE.replace(day=15)
    run("report", "--since", "2026-07", "--email-file", file)
    assert (
        "Season"
        in email.message_from_bytes(file.read_bytes(), policy=default).get_body(("plain",)).get_content()
    )


@pytest.mark.usefixtures("a_rating")
def test_a_season_and_all_weeks(run, home):
    path = run("report", "--since", "2026-07-01", "--until", "2026-07-12").stdout.strip()
    assert path == str(home / "reports/season-2026-07-01-2026-07-12.html")
    content = json.loads(run("report", "--since", "2026-07", "--format", "json", "--out", "-").stdout)
    assert (content["last_day"], content["all"]["ratings"]) == ("2026-07-15", 1)
    done = run("report", "--all-weeks")
    assert done.stdout.strip() == str(home / "reports/weeks/index.html")
    assert "1 of 1 pages written" in done.stderr
    assert "0 of 1 pages written" in run("report", "--all-weeks").stderr


@pytest.mark.usefixtures("a_rating")
def test_without_weasyprint_a_pdf_is_refused_kindly(run, home, monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    refused = run("report", "--format", "pdf", code=1)
    assert "runlog-analyser[pdf]" in refused.stderr
    assert not (home / "reports").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--week", "2026-W30", "--last"),
        ("--week", "2026-W30", "--current"),
        ("--week", "2026-W30", "--since", "2026-01"),
        ("--since", "2026-01", "--all-weeks"),
        ("--until", "2026-01"),
        ("--since", "soon"),
        ("--since", "2026-13"),
        ("--since", "2026-01", "--until", "2026-02-30"),
        ("--format", "docx"),
        ("--format", "md", "--all-weeks"),
        ("--format", "md", "--email-file", "a.eml"),
        ("--format", "md", "--out", "a.html"),
        ("--email-file", "a.eml", "--all-weeks"),
        ("--email-file", "a.eml", "--out", "a"),
        ("--email-file", "a.eml", "--open"),
        ("--out", "-", "--open"),
        ("--out", "-", "--all-weeks"),
    ],
)
def test_what_cannot_be_asked_for_is_bad_usage(run, home, words):
    refused = run("report", *words, code=2)
    assert refused.stdout == ""
    assert not home.exists()


@pytest.mark.usefixtures("a_rating")
def test_a_season_that_ends_before_it_begins_is_refused(run):
    assert "cannot end with" in run("report", "--since", "2026-07", "--until", "2026-06", code=1).stderr
    assert "has not begun" in run("report", "--since", "2027-01", code=1).stderr


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
    content = run("chart", "--all", tmp_path / "all").stdout.split()
    assert content == [str(tmp_path / "all" / f"{chart.name}.png") for chart in CHARTS]
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in content)
    assert "leave out NAME" in run("chart", "links", "--all", tmp_path / "all", code=2).stderr


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
