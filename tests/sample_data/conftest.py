"""The sample season in the time zone in which it was run: GPX files tell none."""

from __future__ import annotations

import shutil

import pytest

import runlog


@pytest.fixture(scope="session")
def history(sample_data, made_once, tmp_path_factory):
    def fill(home):
        (home / "config.toml").write_text('timezone = "Europe/Berlin"\n', encoding="utf-8")
        with runlog.open(home) as journal:
            summary = journal.add([sample_data])
        assert (summary.runs_added, summary.other_added, summary.merged, summary.failed) == (90, 1, 4, 0)

    home = shutil.copytree(made_once("sample-home-berlin", fill), tmp_path_factory.mktemp("berlin") / "home")
    with runlog.open(home) as journal:
        return journal.history()
