"""Adding a factor, an alert, a chart or a language takes exactly the places that the documentation names.

A copy of the package gets one of each, and every command that shows them runs over the sample season.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Of a rating it is the rating itself, so it surely has a sign.
FACTOR = '''"""A factor that a newcomer adds."""

import pandas as pd

from runlog.analysis.factors import base
from runlog.analysis.factors.base import Factor
from runlog.i18n import N_


def last_soreness(history, moments):
    """The latest rating by the moment, of any body area."""
    rated = history.entries[history.entries["soreness"].notna()]
    position = base.index_before(base.to_microseconds(rated["moment"]), base.to_microseconds(moments))
    return pd.Series(base.take_at(rated["soreness"].to_numpy(float), position), index=moments)


LAST_SORENESS = Factor(
    values=last_soreness,
    label=N_("Last soreness"),
    family="soreness",
    step=1.0,
    step_text=N_("+1 point at the last rating"),
    each_step=N_("Every further point at the last rating"),
)
'''

ALERT = '''"""An alert that a newcomer adds."""

from runlog.reporter.alerts.common import Notice


def any_run(history, now):
    """Report that there is a run."""
    last = history.runs.iloc[-1]
    return [Notice("runs", "info", "You have run.", "A run is a run.", last["day"].date(), "Run on.")]
'''

RULE = """
    Rule(
        added.any_run,
        threshold="One run, or {soreness_high:g}.",
        needs="A run.",
        studies=("rule-of-care",),
    ),"""

CHART = '''"""A chart that a newcomer adds."""


def draw_runs(data, axes):
    """How long the runs were."""
    axes.plot(data.history.runs["distance_m"])
'''


@pytest.fixture(scope="module")
def package(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package in which one of each is added and listed."""
    folder = tmp_path_factory.mktemp("package")
    copy = folder / "runlog"
    shutil.copytree(root / "runlog", copy, ignore=shutil.ignore_patterns("__pycache__"))

    factors = copy / "analysis/factors"
    (factors / "added.py").write_text(FACTOR)
    _insert(factors / "__init__.py", before="from runlog.", line="from runlog.analysis.factors import added")
    _insert(factors / "__init__.py", after="FACTORS: tuple", line="    added.LAST_SORENESS,")

    alerts = copy / "reporter/alerts"
    (alerts / "added.py").write_text(ALERT)
    _insert(alerts / "rules.py", before="from runlog.", line="from runlog.reporter.alerts import added")
    _insert(alerts / "rules.py", after="ALERTS: tuple", line=RULE)

    charts = copy / "reporter/charts"
    (charts / "added.py").write_text(CHART)
    _insert(charts / "__init__.py", before="from runlog.", line="from runlog.reporter.charts import added")
    _insert(charts / "__init__.py", after="CHARTS: tuple", line='    Chart("runs", added.draw_runs),')

    shutil.copytree(copy / "locale/de", copy / "locale/nds")
    return folder


def _insert(file: Path, line: str, *, before: str = "", after: str = "") -> None:
    """Insert a line before or after the first one that starts so."""
    lines = file.read_text().splitlines()
    position = next(i for i, text in enumerate(lines) if text.startswith(before or after))
    lines.insert(position + bool(after), line)
    file.write_text("\n".join(lines) + "\n")


#: Runs, in one process, each command line that it is given, and gives back what came of it.
COMMANDS = """
import json, sys, traceback
from click.testing import CliRunner
from runlog.cli import main

for line in sys.stdin:
    done = CliRunner().invoke(main, json.loads(line))
    failed = "".join(traceback.format_exception(done.exception)) if done.exception else ""
    print(json.dumps([done.exit_code, done.stdout, done.stderr + failed]), flush=True)
"""


@pytest.fixture(scope="module")
def run(
    package: Path, sample_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """Run a command of the changed runlog over the sample season, each only once, all in one process."""
    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("added") / "home")
    (home / "config.toml").write_text('language = "nds"\n')
    env = os.environ | {"PYTHONPATH": str(package), "COLUMNS": "200", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", COMMANDS],
        env=env,
        cwd=package,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        commands, answers = process.stdin, process.stdout

        @cache
        def call(*words: object) -> str:
            commands.write(json.dumps(["--home", str(home), *map(str, words)]) + "\n")
            commands.flush()
            code, output, errors = json.loads(answers.readline())
            assert code == 0, errors
            return output

        yield call
        commands.close()


def test_a_factor_is_in_the_links(run):
    links = {row["factor"]: row for row in json.loads(run("links", "--area", "upper_back", "--json"))}
    assert links["last_soreness"]["grade"] == "A"


def test_a_factor_is_listed_and_in_the_exposures(run):
    (row,) = (row for row in json.loads(run("factors", "--json")) if row["name"] == "last_soreness")
    assert row["step_text"] == "+1 point at the last rating"
    assert row["meaning"] == "The latest rating by the moment, of any body area."
    assert all("last_soreness" in row for row in json.loads(run("exposures", "--json")))


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_a_factor_with_a_sign_is_in_the_report(run, fmt):
    text = run("report", "--format", fmt, "--out", "-")
    assert "Last soreness" in text
    assert "Every further point at the last rating" in text


def test_a_factor_with_a_sign_is_in_the_report_for_programs(run):
    findings = json.loads(run("report", "--format", "json", "--out", "-"))["findings"]
    assert next(finding for finding in findings if finding["factor"] == "last_soreness")["grade"] == "A"


def test_a_factor_with_a_sign_is_in_the_mail(run, tmp_path):
    from email import message_from_bytes, policy

    run("report", "--email-file", tmp_path / "week.eml")
    mail = message_from_bytes((tmp_path / "week.eml").read_bytes(), policy=policy.default)
    assert "Last soreness" in mail.get_body("plain").get_content()


def test_charts_show_what_was_added(run, tmp_path):
    run("chart", "exposure", "--factor", "last_soreness", "--out", tmp_path / "exposure.svg")
    assert "Last soreness" in (tmp_path / "exposure.svg").read_text()
    assert {"name": "runs", "help": "How long the runs were."} in json.loads(run("chart", "--json"))
    run("chart", "runs", "--out", tmp_path / "runs.svg")
    assert (tmp_path / "runs.svg").read_text().startswith("<?xml")


def test_a_language_is_a_folder(run):
    assert "Oberer Rücken" in run("report", "--format", "md", "--out", "-")


def test_an_alert_is_raised_explained_and_reported(run):
    (alert,) = (row for row in json.loads(run("alerts", "--json")) if row["kind"] == "any_run")
    assert (alert["message"], alert["tips"], alert["state"]) == ("You have run.", [], "new")
    (rule,) = json.loads(run("alerts", "--explain", "any_run", "--json"))
    assert (rule["definition"], rule["grade"]) == ("There is a run.", "opinion")
    assert "You have run." in run("report", "--format", "md", "--out", "-")
