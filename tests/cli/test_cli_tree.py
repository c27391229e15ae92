"""Every command: its help, its examples, its forms, and how lightly it starts."""

import shlex
import subprocess
import sys

import click
import pytest

from runlog.cli import main

LISTINGS = {
    "cohort pool",
    "cohort status",
    "config",
    "runs",
    "show",
    "routes",
    "load",
    "links",
    "factors",
    "exposures",
    "alerts",
    "chart",
    "tips",
    "plan ideas",
    "plan list",
    "plan show",
    "plan result",
    "diary list",
    "shoes list",
    "shoes assign",
    "shoes show",
    "shoes rule add",
    "shoes rule list",
    "shoes rule remove",
}
NEED_A_WORD = {
    "cohort pool",
    "cohort status",
    "show",
    "plan show",
    "plan result",
    "shoes show",
    "shoes rule add",
    "shoes rule remove",
}
HEAVY = (
    "pandas",
    "numpy",
    "matplotlib",
    "scipy",
    "shapely",
    "rich",
    "gpxpy",
    "fitparse",
    "fastcrc",
    "jinja2",
)


def commands(group=main, path=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


TREE = dict(commands())


def test_every_command_of_the_help_exists_and_no_other():
    assert {path[0] for path in TREE} == set(main.list_commands(click.Context(main)))


@pytest.mark.parametrize("path", [(), *TREE], ids=" ".join)
def test_help_works_fits_into_80_columns_and_ends_with_an_example(run, path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = run(*path, "--help").stdout
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert f"Usage: runlog {' '.join(path)}".rstrip() in text
    assert f"Examples:\n    runlog {' '.join(path)}".rstrip() in text


@pytest.mark.parametrize(("path", "command"), TREE.items(), ids=map(" ".join, TREE))
def test_everything_that_can_be_given_is_explained(path, command):
    assert command.name == path[-1]
    assert command.help
    for param in command.params:
        assert isinstance(param, click.Argument) or param.help, f"{path}: {param.name}"


@pytest.mark.parametrize(("path", "command"), [((), main), *TREE.items()], ids=[" ", *map(" ".join, TREE)])
def test_the_examples_use_options_that_there_are(path, command):
    del path
    for line in command.epilog.splitlines()[2:]:
        words = shlex.split(line, comments=True)
        words = words[1 : next((at for at, word in enumerate(words) if word in {">", ">>", "|", "||"}), None)]
        target, depth = main, 0
        while isinstance(target, click.Group) and depth < len(words) and not words[depth].startswith("-"):
            target = target.get_command(click.Context(target), words[depth])
            depth += 1
        known = {name for param in target.params for name in (*param.opts, *param.secondary_opts)}
        assert {word for word in words[depth:] if word.startswith("--")} <= known, line


def test_the_listings_have_json_and_csv_and_others_have_json_alone():
    forms = {
        " ".join(path): {option for param in command.params for option in param.opts}
        for path, command in TREE.items()
    }
    assert {path for path, options in forms.items() if "--csv" in options} == LISTINGS
    alone = {"import", "sync", "doctor"}
    assert {path for path, options in forms.items() if "--json" in options} == LISTINGS | alone


@pytest.mark.parametrize("path", sorted(LISTINGS - NEED_A_WORD))
def test_json_and_csv_exclude_each_other(run, path):
    assert "exclude each other" in run(*path.split(), "--json", "--csv", code=2).stderr


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["links", "--help"], ["log", "3"], ["log", "--undo"]]
)
def test_light_commands_stay_light(run, ran, words):
    ran()
    run("log", "1", "--at", "2026-03-01 08:00")
    program = (
        "import sys, runlog.cli\n"
        f"try: runlog.cli.main({words!r})\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == "[]\n"
    assert done.stdout


def test_help_imports_no_command(process):
    done = process("--help", PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert {name for name in imported if name.startswith("runlog.cli.")} <= {
        f"runlog.cli.{name}" for name in ("base",)
    }


def test_version(run):
    from runlog import __version__

    assert run("--version").stdout == f"runlog {__version__}\n"


def test_an_unknown_command_names_the_closest(run):
    assert "Did you mean report or export?" in run("reprot", code=2).stderr
