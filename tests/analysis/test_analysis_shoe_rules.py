"""Which runs a rule fits, and which rule counts."""

from __future__ import annotations

from datetime import date

import pytest
from past import past, ran, wrote

from runlog.analysis.shoe_assignment import describe_rule
from runlog.model import Shoe, ShoeRule, Surface

TRAIL = ShoeRule("Goat", surface=Surface.TRAIL)
LONG = ShoeRule("Glide", min_m=15_000.0)
PAIRS = [Shoe("Goat"), Shoe("Glide"), Shoe("Day", default=True)]
FRIDAY = "2026-05-01 08:00"


def worn(rules, *, pairs=PAIRS, entries=(), when=FRIDAY, **run):
    history = past([ran(1, when, **run)], entries, pairs, rules)
    return tuple(history.runs.iloc[0][["shoe", "shoe_reason"]])


@pytest.mark.parametrize(
    ("rule", "run", "fits"),
    [
        (TRAIL, {"sub_sport": "trail"}, True),
        (TRAIL, {"sub_sport": None}, False),
        (TRAIL, {"sub_sport": "ultra"}, False),
        (ShoeRule("Goat", surface=Surface.ROAD), {"sub_sport": None}, True),
        (ShoeRule("Goat", surface=Surface.ROAD), {"sub_sport": "ultra"}, False),
        (ShoeRule("Goat", surface=Surface.TREADMILL), {"sub_sport": "indoor_running"}, True),
        (ShoeRule("Goat", weekdays="fri,sun"), {}, True),
        (ShoeRule("Goat", weekdays="sat"), {}, False),
        (ShoeRule("Goat", weekdays="sat"), {"when": "2026-05-02 00:10"}, True),
        (ShoeRule("Goat", min_m=10_000.0), {"km": 10.0}, True),
        (ShoeRule("Goat", min_m=10_000.0), {"km": 9.99}, False),
        (ShoeRule("Goat", max_m=10_000.0), {"km": 10.0}, True),
        (ShoeRule("Goat", max_m=10_000.0), {"km": 10.01}, False),
        (ShoeRule("Goat", max_m=10_000.0), {"km": None}, False),
        (ShoeRule("Goat", season="04-15..05-01"), {}, True),
        (ShoeRule("Goat", season="05-02..09-30"), {}, False),
        (ShoeRule("Goat", season="11-01..05-01"), {}, True),
        (ShoeRule("Goat", season="11-01..04-30"), {}, False),
        (ShoeRule("Goat", Surface.TRAIL, min_m=12_000.0), {"sub_sport": "trail", "km": 10.0}, False),
    ],
)
def test_a_rule_fits_the_runs_that_fit_all_its_conditions(rule, run, fits):
    assert (worn([rule], **run)[0] == "Goat") is fits


def test_a_rule_comes_after_what_is_said_and_before_the_default():
    assert worn([TRAIL], sub_sport="trail") == ("Goat", "rule 1: trail")
    assert worn([TRAIL], sub_sport="trail", shoe="Glide")[0] == "Glide"
    assert worn([TRAIL], sub_sport="trail", entries=[wrote(1, "2026-05-01 20:00", shoe="Day")])[0] == "Day"
    assert worn([TRAIL], sub_sport="trail", shoe_override="Glide")[0] == "Glide"
    assert worn([TRAIL])[0] == "Day"


def test_rules_that_name_different_pairs_are_a_tie_that_is_not_guessed():
    both = {"sub_sport": "trail", "km": 20.0}
    assert worn([TRAIL, LONG], **both) == (None, "rules name different pairs: Goat (rule 1), Glide (rule 2)")
    assert worn([TRAIL, ShoeRule("goat", weekdays="fri")], **both) == ("Goat", "rule 1: trail")


def test_a_rule_with_all_the_conditions_of_another_and_more_goes_before():
    narrow = ShoeRule("Glide", surface=Surface.TRAIL, min_m=15_000.0)
    assert worn([TRAIL, narrow], sub_sport="trail", km=20.0)[0] == "Glide"
    assert worn([TRAIL, narrow], sub_sport="trail", km=10.0)[0] == "Goat"


def test_a_rule_counts_on_the_days_that_its_pair_is_in_use():
    for away in (
        Shoe("Goat", retired=date(2026, 4, 30)),
        Shoe("Goat", from_date=date(2026, 5, 2)),
        Shoe("Goat", rests=((date(2026, 4, 1), date(2026, 5, 1)),)),
    ):
        assert worn([TRAIL], pairs=[away, *PAIRS[1:]], sub_sport="trail")[0] == "Day"


def test_a_rule_of_a_pair_that_nobody_keeps_says_nothing():
    assert worn([ShoeRule("Nobody", weekdays="fri")])[0] == "Day"


def test_a_rule_follows_its_pair_to_another_name():
    pairs = [Shoe("Goat", same_as="Speedgoat 5"), Shoe("Speedgoat 5"), Shoe("Day")]
    assert worn([TRAIL], pairs=pairs, sub_sport="trail")[0] == "Speedgoat 5"


def test_a_rule_is_told_in_the_runners_unit():
    rule = ShoeRule("Goat", Surface.TRAIL, "sat,sun", 16_093.44, 42_195.0, "11-01..03-31")
    assert describe_rule(rule, "mi") == (
        "trail, Sat or Sun, at least 10 mi, at most 26.22 mi, from 11-01 to 03-31 of each year"
    )
    assert describe_rule(LONG, "km") == "at least 15 km"
