"""The house itself: lint, types, import directions, and what is listed where."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import grimp
import pytest

if TYPE_CHECKING:
    from pathlib import Path


def _run(root: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
    ],
    ids=" ".join,
)
def test_the_code_is_clean(root, command):
    _run(root, *command)


def test_imports_point_down(root):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())",
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Imports point down KEPT" in done.stdout
    assert "The command line and the pages ask a Journal KEPT" in done.stdout


def test_imports_run_in_no_circle():
    """Types and lazy imports included."""
    graph = grimp.build_graph("runlog", cache_dir=None)
    TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    ).prepare()


def test_modules_are_few_and_short(root):
    lines = {path: path.read_bytes().count(b"\n") for path in (root / "runlog").rglob("*.py")}
    later = {"web", "serve", "sync", "cohorts", "cohort"}  # whole features, each with a room and a command
    core = [path for path in lines if not later & {*path.relative_to(root).parts, path.stem}]
    assert len(core) <= 170
    assert {str(path.relative_to(root)): number for path, number in lines.items() if number > 400} == {}


#: First words of a docstring that tell what is returned where it should say what is done.
NO_VERBS = {"A", "All", "An", "Everything", "How", "Of", "So", "That", "The", "Those"} | {
    *("What", "When", "Where", "Whether", "Which")
}


def _is_property(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


def _is_factor(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """The docstring of a factor is what a runner reads of it: a name of the number."""
    return [argument.arg for argument in function.args.args] == ["history", "moments"]


def test_the_docstrings_of_functions_begin_with_a_verb(root):
    functions = [
        (path.name, node.name, (ast.get_docstring(node) or "None").split()[0].rstrip(",.:;"))
        for path in (root / "runlog").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not _is_property(node) and not _is_factor(node)
    ]
    assert [function for function in functions if function[2] in NO_VERBS] == []


def test_the_top_level_is_what_was_drawn(root):
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - whichever git the runner has
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout (an unpacked sdist)")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    drawn = {"pyproject.toml", "runlog", "tests", "sample_data", "notebooks", "README.md"}
    usual = {"LICENSE", "CHANGELOG.md"}
    assert {name for name in top if not name.startswith(".")} == drawn | usual


def test_every_public_name_is_where_it_says():
    import runlog

    assert runlog.__all__ == sorted(runlog.__all__)
    assert set(runlog.__all__) == set(runlog._HOMES)
    for name in runlog.__all__:
        assert getattr(runlog, name).__doc__


def test_ci_calls_the_command_of_the_readme(root):
    command = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"
    assert command in (root / ".ci/run").read_text()
    assert command in (root / "README.md").read_text()


def test_the_version_has_one_home_in_effect(root):
    import runlog

    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == runlog.__version__


def _written_factors(module: Path) -> set[str]:
    """The public functions of a history and moments."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        function.name for function in functions if not function.name.startswith("_") and _is_factor(function)
    }


def test_no_factor_is_left_unlisted(root):
    from runlog.analysis.factors import FACTORS

    folder = root / "runlog/analysis/factors"
    written = set().union(*(_written_factors(path) for path in folder.glob("[!_]*.py")))
    assert written == {factor.name for factor in FACTORS}
    assert all(factor.values.__name__ == factor.name and factor.values.__doc__ for factor in FACTORS)
