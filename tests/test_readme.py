"""The README is true: its commands run, and its tables are the code's."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from click.testing import CliRunner


@pytest.fixture(scope="module")
def readme(root) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def _rows(text: str, heading: str) -> list[str]:
    """The first cells of the table that starts with this heading."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)*)", text, flags=re.MULTILINE)
    assert table is not None, f"no table headed {heading}"
    return [row.split("|")[1].strip().strip("`") for row in table.group(1).splitlines()]


def test_the_table_of_commands_is_the_codes(readme):
    import click

    from runlog.cli import main

    assert _rows(readme, "command") == [f"runlog {name}" for name in main.list_commands(click.Context(main))]


def test_the_table_of_factors_is_the_codes(readme):
    from runlog.analysis.factors import FACTORS

    assert _rows(readme, "factor") == [factor.name for factor in FACTORS]


def test_the_table_of_charts_is_the_codes(readme):
    from runlog.reporter.charts import CHARTS

    assert _rows(readme, "chart") == [chart.name for chart in CHARTS]


def test_the_table_of_alerts_is_the_codes(readme):
    from runlog.reporter.alerts import ALERTS

    assert _rows(readme, "alert") == [rule.kind for rule in ALERTS]


def test_the_console_examples_run(readme, root, tmp_path, monkeypatch):
    from runlog.cli import main

    shutil.copytree(root / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "home"))
    lines = re.findall(r"^\$ (.*)$", readme, flags=re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        name, *words = shlex.split(line, comments=True)
        assert name == "runlog"
        done = CliRunner().invoke(main, words)
        # The sample season holds one damaged file on purpose, which an import answers with 1.
        assert done.exit_code == (1 if words[0] == "import" else 0), f"{line}\n{done.output}"


def test_the_python_example_runs(readme, root, tmp_path, monkeypatch):
    shutil.copytree(root / "sample_data", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)  # noqa: S102 - the README's own words
    assert len(names["history"].runs) > 50


def test_every_file_that_the_readme_names_is_there(readme, root):
    links = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert links
    assert [link for link in links if not (root / link).exists()] == []
