"""The README is true and short: its commands run as they are pasted, and never with made-up runs."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from click.testing import CliRunner

MAX_WORDS = 800


@pytest.fixture(scope="module")
def readme(root) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def _commands(text: str) -> list[str]:
    return re.findall(r"^\$ (.*)$", text, flags=re.MULTILINE)


def test_it_is_read_in_four_minutes(readme):
    assert len(readme.split()) <= MAX_WORDS


def test_the_console_examples_run_as_they_are_pasted(readme, tmp_path, monkeypatch):
    from runlog.cli import main

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RUNLOG_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    (tmp_path / "Downloads").mkdir()
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    points = "".join(
        f'<trkpt lat="{48 + step / 1000}" lon="11"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for step, at in ((step, start + timedelta(seconds=30 * step)) for step in range(60))
    )
    gpx = f'<gpx version="1.1" creator="test"><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>'
    (tmp_path / "Downloads" / "run.gpx").write_text(gpx, encoding="utf-8")
    minutes = count()  # nobody types two ratings within a second
    monkeypatch.setattr("runlog.cli.base.now", lambda: start + timedelta(hours=2, minutes=next(minutes)))
    path, *lines = _commands(readme)
    assert path == 'export PATH="$PWD/.venv/bin:$PATH"'
    assert len(lines) >= 7
    for line in lines:
        name, *words = shlex.split(line, comments=True)
        assert name == "runlog"
        if "--install" in words:
            words.remove("--install")  # else this computer would really do it
        words = [word.replace("~", str(tmp_path)) for word in words]
        done = CliRunner().invoke(main, words, input="4\n")
        assert done.exit_code == 0, f"{line}\n{done.output}"


def test_no_command_puts_the_made_up_season_into_ones_own_home(readme):
    assert [line for line in _commands(readme) if "sample_data" in line] == []
    (setup, tests) = re.findall(r"```sh\n(.*?)\n```", readme, flags=re.DOTALL)
    assert setup.endswith("runlog demo")
    assert tests.endswith("pytest")


def test_every_command_that_is_named_is_there(readme):
    import click

    from runlog.cli import main

    named = set(re.findall(r"`runlog ([a-z]+)", readme)) | {line.split()[1] for line in _commands(readme)[1:]}
    assert named <= set(main.list_commands(click.Context(main)))


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


def test_what_is_installed_is_no_other_project(root):
    """The name `runlog` belongs to another project on the package index."""
    files = [*(root / "runlog").rglob("*.py"), root / "README.md"]
    wrong = re.compile(r"pip install[^\n&]*\brunlog(?!-analyser)\b")
    assert [path.name for path in files if wrong.search(path.read_text(encoding="utf-8"))] == []
