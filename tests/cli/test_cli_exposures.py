"""``runlog factors`` and ``exposures``: what they list, and that the lists can be read."""

import pytest

from runlog.analysis.factors import FACTORS


def test_factors_are_listed_with_their_families(rows):
    listed = rows("factors")
    assert [(row["name"], row["family"], row["step"]) for row in listed] == [
        (factor.name, factor.family, factor.step) for factor in FACTORS
    ]
    assert all(row["meaning"].endswith(".") and "NaN" not in row["meaning"] for row in listed[:2])


@pytest.mark.usefixtures("season")
def test_exposures_can_be_cut_to_the_last_ones(rows, run):
    table = rows("exposures", "--area", "upper_back")
    assert rows("exposures", "--area", "upper_back", "--last", 3) == table[-3:]
    assert rows("exposures", "--last", 10_000, "--area", "upper_back") == table
    run("exposures", "--last", 0, code=2)


@pytest.mark.usefixtures("season")
def test_a_run_is_shown_with_its_form(run, rows):
    shown = run("show", "91").stdout
    (row,) = [row for row in rows("runs") if row["id"] == 91]
    assert f"cadence         {row['avg_cadence_spm']:.0f} steps/min (" in shown
    assert f"ground contact  {row['stance_time_ms']:.0f} ms (" in shown
    assert f"balance         {row['stance_time_balance_pct']:.1f}% left" in shown
    assert shown.count(" by the last third)") == 6
    without = next(row["id"] for row in rows("runs") if row["stance_time_ms"] is None)
    assert "ground contact" not in run("show", without).stdout
