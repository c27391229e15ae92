"""What a runner shares with a study: numbers per factor under a random id, and nothing else."""

from __future__ import annotations

import json
import re
import shutil

import pytest

import runlog
from runlog.analysis.factors import FACTORS
from runlog.cohorts import shares
from runlog.cohorts.tables import trial_effects

ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def runner(sample_home, tmp_path_factory):
    """The sample runner's home, table of links and history."""
    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("share") / "Anna Example")
    with runlog.open(home) as journal:
        history = journal.history()
    return home, runlog.links(runlog.exposures(history)), history


@pytest.fixture
def share(runner):
    _, links, history = runner
    return shares.make_share(links, trial_effects(history, history.runs["end"].max()), ID)


def test_what_is_shared_is_b_s_and_n_of_each_factor(runner, share):
    _, links, _ = runner
    known = links[links["b"].notna()]
    assert len(share["effects"]) == len(known) > 0
    first = known.iloc[0]
    effect = share["effects"][0]
    assert effect["factor"] == first["factor"]
    assert effect["b"] == pytest.approx(first["b"], abs=1e-4)
    assert effect["s"] == pytest.approx(first["s"], abs=1e-4)
    assert effect["n"] == first["n"]


def test_nothing_in_it_points_to_a_person(runner, share, tmp_path):
    """Not a date, a time, a place, a name, a note, a path or a number of more than four digits."""
    home, _, history = runner
    shares.write_share(share, tmp_path / "share.json")
    text = (tmp_path / "share.json").read_text()
    assert set(json.loads(text)) == {"runlog_share", "id", "method", "effects"}
    without_id = text.replace(ID, "")
    words = set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", without_id))
    known = {factor.name for factor in FACTORS} | set(runlog.exposures(history)["area"])
    assert words <= known | {"runlog_share", "id", "method", "effects"} | set(share["effects"][0])
    numbers = [float(number) for number in re.findall(r"-?\d+\.?\d*", without_id)]
    assert max(map(abs, numbers)) < 2000, "no year, no moment, no longitude times anything"
    for day in history.runs["day"]:
        assert f"{day:%Y-%m-%d}" not in text
    entries = history.entries["note"].dropna()
    secrets = [home.name, *history.shoes.index, *history.runs["name"].dropna(), *entries]
    assert not [secret for secret in secrets if str(secret) and str(secret) in text]


def test_a_column_of_ones_own_stays_at_home(runner):
    _, links, _ = runner
    named = links.copy()
    named.loc[named.index[0], "factor"] = "days since I left Anna"
    share = shares.make_share(named, named.iloc[:0], ID)
    assert "Anna" not in json.dumps(share)


def test_a_runner_keeps_one_random_id(tmp_path):
    first = shares.runner_id(tmp_path)
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert shares.runner_id(tmp_path) == first
    assert (tmp_path / "share-id").stat().st_mode & 0o077 == 0
    (tmp_path / "share-id").write_text("../../etc")
    assert shares.runner_id(tmp_path) not in {first, "../../etc"}


def test_shares_are_read_back_and_the_longer_diary_of_a_runner_counts(share, tmp_path):
    shares.write_share(share, tmp_path / "new.json")
    older = share | {"effects": [effect | {"n": 20, "b": 9.0} for effect in share["effects"]]}
    shares.write_share(older, tmp_path / "old.json")
    for order in (("new.json", "old.json"), ("old.json", "new.json")):
        table, problems = shares.read_shares([tmp_path / name for name in order])
        assert problems == []
        assert table["b"].tolist() == [effect["b"] for effect in share["effects"]]
        assert table["athlete"].unique().tolist() == [ID]


EFFECT = {"area": "neck", "factor": "warmup", "step": 1.0, "b": -0.5, "s": 0.2, "n": 50}


@pytest.mark.parametrize(
    "change",
    [
        {"id": "Anna"},
        {"method": 1},
        {"name": "Anna"},
        {"effects": {}},
        {"effects": [EFFECT, EFFECT]},
        {"effects": [EFFECT | {"s": 0}]},
        {"effects": [EFFECT | {"b": 1e9}]},
        {"effects": [EFFECT | {"b": "0.5"}]},
        {"effects": [EFFECT | {"n": True}]},
        {"effects": [EFFECT | {"b": float("nan")}]},
        {"effects": [EFFECT | {"factor": "<script>"}]},
        {"effects": [EFFECT | {"note": "Anna"}]},
        {"effects": [EFFECT] * 5000},
    ],
    ids=str,
)
def test_a_file_that_is_no_share_is_named_with_its_reason(share, tmp_path, change):
    (tmp_path / "bad.json").write_text(json.dumps(share | {"effects": [EFFECT]} | change))
    shares.write_share(share, tmp_path / "good.json")
    table, ((file, reason),) = shares.read_shares([tmp_path / "bad.json", tmp_path / "good.json"])
    assert len(table) == len(share["effects"])
    assert file.endswith("bad.json")
    assert reason


@pytest.mark.parametrize("text", ["", "[" * 100_000, "[]", "PK\x03\x04"])
def test_what_is_no_json_is_named(tmp_path, text):
    (tmp_path / "bad.json").write_text(text)
    table, ((_, reason),) = shares.read_shares([tmp_path / "bad.json"])
    assert table.empty
    assert "no shared file of runlog" in reason
