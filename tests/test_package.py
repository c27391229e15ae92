"""What a runner installs: the wheel and the sdist build, and the demo runs from the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile

import pytest


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_sdist_holds_what_the_tests_need(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {"pyproject.toml", "README.md", "LICENSE", "sample_data/diary.csv", "tests/conftest.py"} <= names


def test_the_demo_runs_from_the_wheel(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)  # noqa: S202 - the wheel that was just built
    assert (installed / "runlog/sample_data/diary.csv").is_file()
    assert (installed / "runlog/locale/de/LC_MESSAGES/runlog.mo").is_file()

    env = os.environ | {"PYTHONPATH": str(installed), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "runlog", "demo"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(installed.rglob("runlog.db")), "the demo writes nothing into the package"
    (report,) = tmp_path.glob("runlog-demo-*/reports/report-*.html")
    assert str(report) in done.stdout.replace("\n", "")
