"""What links answers: the columns, the grades, the reasons, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import runlog
from runlog.analysis.factors import FACTORS
from runlog.analysis.links import LINK_COLUMNS, METHOD_VERSION, links
from runlog.analysis.links.grading import EffectEstimate, grade_estimate

START = pd.Timestamp("2026-01-05T20:00", tz="UTC")
NUMBERS = ["effect", "low", "high", "p", "q"]


def season(n: int, seed: int = 3, noise: float = 1.0, **effects: float) -> pd.DataFrame:
    """n ratings on n days with independent factors ``a`` … ``d``; effects in points per SD."""
    rng = np.random.default_rng(seed)
    factors = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    rating = 5 + noise * rng.normal(size=n)
    for name, effect in effects.items():
        rating = rating + effect * factors[name]
    moments = START + pd.to_timedelta(np.arange(n), unit="D")
    return pd.concat([pd.DataFrame({"moment": moments, "rating": np.clip(rating, 0, 10)}), factors], axis=1)


def answer(table: pd.DataFrame, factor: str) -> pd.Series:
    found = links(table).set_index("factor")
    return found.loc[factor]


def test_row_per_factor_with_the_fields_of_the_contract():
    found = links(season(60, a=1.0))
    assert list(found.columns) == list(LINK_COLUMNS)
    assert list(found["factor"]) == list("abcd")
    assert found["area"].isna().all()
    assert (found["step"] == 1).all()
    assert (found["n"] == 60).all()
    assert (found["ratings"] == 60).all()
    assert (found["n_high"] + found["n_low"] == found["n"]).all()
    assert found["reason"].str.endswith(".").all()
    row = found.iloc[0]
    assert row["low"] < row["effect"] < row["high"]
    assert row["effect"] == pytest.approx(1.0, abs=0.35)
    assert runlog.links(season(60, a=1.0)).equals(found)


def test_only_the_factors_asked_for_in_their_order():
    assert list(links(season(30), ["c", "a", "c"])["factor"]) == ["c", "a"]


def test_words_and_dates_are_no_factors_but_truths_and_nullable_numbers_are():
    table = season(60, a=1.0).assign(note="x", day=START, done=[True, False] * 30)
    table["b"] = table["b"].astype("Float64").mask(table.index == 4)
    found = links(table).set_index("factor")
    assert list(found.index) == ["a", "b", "c", "d", "done"]
    assert found.loc["b", "n"] == 59
    assert (found.loc["done", "n_high"], found.loc["done", "n_low"]) == (30, 30)


def test_truths_with_gaps_are_taken_when_asked_for():
    table = season(60).assign(done=pd.Series([True, None, False] * 20, dtype=object))
    assert links(table, ["done"])["n"].item() == 40


# Grades


def test_grade_a():
    row = answer(season(130, a=1.2, noise=0.8), "a")
    assert row["grade"] == "A"
    assert row["low"] >= 0.5
    assert "both halves" in row["reason"]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (season(90, a=1.2, noise=0.8), "10 more ratings"),
        (season(130, a=0.5, noise=0.8), "the whole range must be 0.5"),
    ],
)
def test_grade_b_says_what_an_a_needs(table: pd.DataFrame, why: str):
    row = answer(table, "a")
    assert row["grade"] == "B"
    assert row["q"] <= 0.1
    assert why in row["reason"]


def test_the_halves_of_the_diary_are_told():
    table = season(120, a=1.2, noise=0.8)
    row = answer(table, "a")
    first, second = (answer(half, "a")["effect"] for half in (table.iloc[:45], table.iloc[45:90]))
    assert (row["first_half"], row["second_half"]) == pytest.approx((first, second), rel=1e-6)
    assert "Both halves of the diary point the same way." in row["reason"]
    assert np.isnan(answer(season(39, a=1.2), "a")[["first_half", "second_half"]].astype(float)).all()


def test_the_scientists_numbers():
    row = answer(season(120, a=1.2, noise=0.8), "a")
    assert row["per_sd"] == pytest.approx(row["effect"] * season(120)["a"].std(ddof=0))
    assert row["high"] - row["low"] == pytest.approx(4 * row["se"], rel=0.1)
    assert row["n_eff"] <= 120
    assert 0 <= row["lasting"] <= 1
    assert 1 <= row["tau_days"] <= 1000
    assert row["r_time"] == pytest.approx(np.corrcoef(season(120)["a"], np.arange(120))[0, 1])
    assert row["method"] == METHOD_VERSION


def test_ratings_that_wander_are_told_to_be_few():
    rng = np.random.default_rng(2)
    table = season(150)
    table["rating"] = 5 + 0.4 * rng.normal(size=150).cumsum() + 0.2 * rng.normal(size=150)
    row = answer(table, "a")
    assert row["lasting"] > 0.8
    assert row["tau_days"] > 5
    assert row["n_eff"] < 25


def test_no_a_where_only_one_half_shows_it():
    table = season(140, noise=0.5)
    early = np.arange(140) < 70
    table["rating"] = np.clip(table["rating"] + np.where(early, 3.2, -0.3) * table["a"], 0, 10)
    row = answer(table, "a")
    assert (row["grade"], row["low"] >= 0.5) == ("B", True)
    assert "halves of the diary must agree" in row["reason"]
    assert "The two halves of the diary disagree." in row["reason"]


def test_unknown_ratings_of_a_factor_do_not_count_towards_an_a():
    table = season(150, a=1.2, noise=0.8)
    table.loc[table.index % 5 < 2, "a"] = np.nan
    row = answer(table, "a")
    assert (row["n"], row["grade"]) == (90, "B")


def test_leaning_is_c_and_neither_way_is_none():
    grades = {}
    for seed in range(12):
        for _, row in links(season(60, seed=seed)).iterrows():
            grades.setdefault(row["grade"], []).append(row["p"])
    assert set(grades) >= {"C", "none"}
    assert max(grades["C"]) <= 0.4 < min(grades["none"])


def test_fewer_than_40_carry_a_hint_at_most():
    row = answer(season(39, a=1.5), "a")
    assert row["grade"] == "hint"
    assert row["q"] < 0.01
    assert "1 more" in row["reason"]
    assert answer(season(40, a=1.5), "a")["grade"] == "B"


def test_fewer_than_20_are_described():
    row = answer(season(14, a=1.5), "a")
    assert row["grade"] == "describe"
    assert np.isnan(row[NUMBERS].astype(float)).all()
    assert "6 to go" in row["reason"]
    assert "on average with more of it (7)" in row["reason"]
    assert answer(season(20, a=1.5), "a")["grade"] == "hint"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_first_rating_is_no_trouble(n: int):
    found = links(season(n))
    assert (found["grade"] == "describe").all()
    assert (found["n"] == n).all()


def test_no_ratings_no_rows():
    assert links(season(0)).empty
    assert list(links(season(0)).columns) == list(LINK_COLUMNS)


# Reasons


def reason(table: pd.DataFrame, factor: str) -> str:
    row = answer(table, factor)
    assert row["grade"] == ""
    return str(row["reason"])


def test_factor_that_does_not_vary():
    assert "does not vary" in reason(season(60).assign(a=3.0), "a")
    hardly = reason(season(60).assign(a=(np.arange(60) < 4).astype(float)), "a")
    assert "only 4 of 60" in hardly


def test_factor_unknown_for_more_than_half():
    table = season(60)
    table.loc[:30, "a"] = np.nan
    assert "unknown for 31 of 60" in reason(table, "a")
    assert answer(table.assign(a=table["a"].where(table.index != 30, 0.0)), "a")["grade"] != ""
    assert reason(table.assign(a=np.nan), "a") == "It is unknown for all 60 ratings."


def test_values_of_the_last_run_do_not_apply_on_days_without_one():
    table = season(120).assign(ran=np.arange(120) % 3 == 0, told=np.arange(120) % 2 == 0)
    table = table.assign(run_spike=table["a"].where(table["ran"]))
    assert "unknown for 80 of 120 ratings" in reason(table, "run_spike")  # nothing else tells of runs
    table = table.assign(cadence=table["b"].where(table["ran"]), warmup=(table["c"] > 0).where(table["ran"]))
    table["warmup"] = table["warmup"].astype(float)
    found = links(table.drop(columns=["ran", "told"])).set_index("factor")
    assert found["n"][["run_spike", "cadence", "warmup"]].tolist() == [40, 40, 40]
    assert found["effect"][["run_spike", "cadence", "warmup"]].notna().all()
    untold = table.assign(warmup=table["warmup"].where(table["told"] & (table.index % 12 == 0)))
    assert "unknown for 30 of 40 ratings in the day after a run" in reason(untold, "warmup")


def test_factor_that_infinity_makes_unknown():
    table = season(60)
    table.loc[:9, "a"] = np.inf
    assert answer(table, "a")["n"] == 50


def test_known_for_fewer_than_20_is_described():
    table = season(30)
    table.loc[:11, "a"] = np.nan
    row = answer(table, "a")
    assert (row["grade"], row["n"]) == ("describe", 18)
    assert answer(table, "b")["grade"] in ("hint", "none")


def test_ratings_that_are_all_the_same():
    same = links(season(60).assign(rating=2.0, b=1.0, c=np.nan))
    assert same["reason"].str.startswith("All 60 ratings are the same").all()
    assert (same["grade"] == "").all()


def moving_with(r: float, n: int, **effects: float) -> pd.DataFrame:
    table = season(n, noise=0.8, **effects)
    a = (table["a"] - table["a"].mean()) / table["a"].std()
    rest = table["b"] - table["b"].mean()
    rest = rest - a * (a @ rest) / (a @ a)
    return table.assign(b=r * a + np.sqrt(1 - r * r) * rest / rest.std())


def test_two_factors_that_move_together_name_each_other():
    table = moving_with(0.98, 80, a=0.8)
    assert "can't be separated from b (r = 0.98)" in reason(table, "a")
    assert "can't be separated from a (r = 0.98)" in reason(table, "b")
    row = answer(table, "a")
    assert row["low"] < row["effect"] < row["high"]
    assert answer(table, "c")["grade"] != ""


def test_exactly_the_same_factor_twice():
    table = season(60, a=1.0)
    assert "separated from" in reason(table.assign(b=table["a"]), "b")


def test_a_factor_found_in_spite_of_another_keeps_its_grade_below_a():
    table = moving_with(0.78, 130, a=1.5)
    row = answer(table, "a")
    assert row["grade"] == "B"
    assert row["low"] > 0.5
    assert "in spite of b (r = 0.78)" in row["reason"]
    assert "separated from" in reason(table, "b")


def test_opposite_factors_move_together_too():
    table = moving_with(-0.995, 60, a=0.6)
    assert "r = -0.99" in reason(table, "a")


def test_of_two_that_move_together_and_say_nothing_neither_is_in_doubt():
    assert set(links(moving_with(0.95, 80))["grade"]) <= {"C", "none"}


def test_a_column_is_asked_without_one_that_moves_with_it_and_once_more_beside_it():
    table = moving_with(0.6, 90, a=0.6)
    alone, both = links(table.drop(columns="b")).set_index("factor"), links(table).set_index("factor")
    assert both.loc["a", "effect"] == pytest.approx(alone.loc["a", "effect"], rel=1e-9)
    assert both.loc["a", "high"] - both.loc["a", "low"] < 0.9 * (
        both.loc["a", "unique_high"] - both.loc["a", "unique_low"]
    )
    assert both.loc["a", "grade"] == "B"
    assert both.loc["b", "grade"] not in ("A", "B")
    assert both.loc["b", "unique_low"] < 0 < both.loc["b", "unique_high"]
    apart = links(moving_with(0.4, 90, a=0.6)).set_index("factor")
    assert apart.loc["a", "unique"] == apart.loc["a", "effect"]


# Steps


def test_known_factors_are_told_in_their_steps():
    table = season(80, a=1.0).rename(columns={"a": "shoe_km", "b": "acute_load", "c": "warmup"})
    table["shoe_km"] = 300 + 150 * table["shoe_km"]
    table["acute_load"] = 40 + 8 * table["acute_load"]
    table["warmup"] = (table["warmup"] > 0.3).astype(float)
    found = links(table).set_index("factor")
    assert found.loc["shoe_km", "step"] == 100
    assert found.loc["shoe_km", "effect"] == pytest.approx(100 / 150, abs=0.25)
    assert found.loc["acute_load", "step"] == pytest.approx(0.1 * table["acute_load"].mean())
    assert found.loc["warmup", ["n_high", "n_low"]].tolist() == [
        (table["warmup"] == 1).sum(),
        (table["warmup"] == 0).sum(),
    ]


def test_every_known_factor_has_its_step():
    table = season(30)[["moment", "rating"]]
    rng = np.random.default_rng(0)
    for factor in FACTORS:
        table[factor.name] = 5 + rng.normal(size=30)
    found = links(table).set_index("factor")
    for factor in FACTORS:
        expected = factor.step * (table[factor.name].mean() if factor.relative else 1)
        assert found.loc[factor.name, "step"] == pytest.approx(expected)


# What must not matter, and what must


def test_order_of_rows_and_of_columns_does_not_matter():
    table = season(70, a=0.7)
    found = links(table).set_index("factor")
    shuffled = links(table.sample(frac=1, random_state=1)[["d", "rating", "b", "a", "moment", "c"]])
    again = shuffled.set_index("factor").loc[found.index]
    assert again[NUMBERS].to_numpy(float) == pytest.approx(found[NUMBERS].to_numpy(float), rel=1e-7)
    assert list(again["reason"]) == list(found["reason"])


def test_order_of_ratings_of_one_moment_does_not_matter():
    table = season(60, a=0.7)
    table.loc[1::2, "moment"] = table["moment"].to_numpy()[::2]
    turned = table.iloc[::-1]
    assert links(turned)[NUMBERS].to_numpy(float) == pytest.approx(
        links(table)[NUMBERS].to_numpy(float), rel=1e-7
    )


def test_shift_and_scale_of_ratings_carry_over():
    table = season(70, a=0.7)
    found = links(table)
    moved = links(table.assign(rating=3 - 2 * table["rating"]))
    assert moved["effect"].to_numpy() == pytest.approx(-2 * found["effect"].to_numpy())
    assert moved["low"].to_numpy() == pytest.approx(-2 * found["high"].to_numpy())
    assert moved["p"].to_numpy() == pytest.approx(found["p"].to_numpy())


def test_unit_of_a_factor_and_zone_of_the_moments_do_not_matter():
    table = season(70, a=0.7)
    found = answer(table, "a")
    other = answer(
        table.assign(a=1000 * table["a"] + 77, moment=table["moment"].dt.tz_convert("Asia/Tokyo")), "a"
    )
    assert 1000 * other["effect"] == pytest.approx(found["effect"])
    assert other["p"] == pytest.approx(found["p"])


def test_rows_without_a_rating_are_left_out():
    table = season(70, a=0.7)
    gaps = pd.concat([table, table.assign(rating=np.nan, a=99.0)])
    assert links(gaps).equals(links(table))


def test_a_rating_of_0_is_a_rating():
    table = season(60, a=0.7)
    table["rating"] = np.clip(table["rating"] - 5, 0, 10).round()
    assert (table["rating"] == 0).sum() > 20
    assert answer(table, "a")["n"] == 60


def test_the_table_is_left_as_it_was():
    table = season(60).assign(area="knee")
    before = table.copy()
    links(table)
    pd.testing.assert_frame_equal(table, before)


def test_each_area_is_estimated_by_itself_and_settled_beside_the_others():
    knee, neck = season(60, seed=1, a=0.6).assign(area="knee"), season(50, seed=2).assign(area="neck")
    both = links(pd.concat([neck, knee]))
    assert list(both["area"]) == ["knee"] * 4 + ["neck"] * 4
    for area, alone in (("knee", links(knee)), ("neck", links(neck))):
        found = both[both["area"] == area].reset_index(drop=True)
        same = [name for name in found if name not in ("q", "grade", "reason")]
        assert found[same].equals(alone[same])
    q_alone, q = links(knee).loc[0, "q"], both.loc[0, "q"]
    assert q == pytest.approx(2 * q_alone)


def test_a_weekly_rhythm_is_taken_out_from_80_ratings_on():
    table = season(120, seed=8, noise=0.5)
    weekend = (table["moment"].dt.day_of_week >= 5).astype(float)
    rng = np.random.default_rng(1)
    table["rating"] += 2 * weekend
    table["a"] = np.where(rng.random(120) < 0.2, 1 - weekend, weekend)
    assert answer(table, "a")["p"] > 0.05
    assert answer(table.iloc[:79], "a")["p"] < 0.01


def test_the_weekday_is_that_of_the_runners_own_day():
    """A rhythm of local weekends in a zone where evening ratings lie in the next day of UTC."""
    table = season(200, seed=8, noise=0.5).drop(columns=list("bcd"))
    half_days = pd.date_range("2026-01-05T08:00", periods=200, freq="12h", tz="Etc/GMT+6")
    table["moment"] = half_days
    weekend = (table["moment"].dt.day_of_week >= 5).astype(float)
    table["rating"] += 2 * weekend
    table["a"] = np.where(np.random.default_rng(1).random(200) < 0.2, 1 - weekend, weekend)
    in_utc = table.assign(moment=half_days.tz_convert("UTC"))
    with_day = in_utc.assign(day=half_days.tz_localize(None).normalize(), local_hour=half_days.hour)
    assert links(table)["p"].item() > 0.05
    assert links(with_day).equals(links(table))
    assert links(in_utc)["p"].item() < 0.01


def test_what_is_unknown_is_not_taken_for_less():
    table = season(100, noise=0.6, b=0.8)
    table.loc[table["rating"] > 5.6, "a"] = np.nan
    row = answer(table, "a")
    assert row["low"] < 0 < row["high"]


def wandering(seed: int) -> pd.DataFrame:
    """Ratings that wander by themselves beside a factor that only ever rises."""
    rng = np.random.default_rng(seed)
    rating = 4 + 0.35 * rng.normal(size=80).cumsum() + 0.6 * rng.normal(size=80)
    return season(80).assign(rating=rating, a=5.0 * np.arange(80))


def test_what_only_ever_rises_is_a_c_at_most():
    tables = [wandering(seed) for seed in range(20)]
    fooled = [np.corrcoef(table["rating"], table["a"])[0, 1] ** 2 * 80 > 4 for table in tables]
    rows = [answer(table, "a") for table in tables]
    assert sum(fooled) >= 12
    assert {row["grade"] for row in rows} == {"C", "none"}
    assert sum(row["p"] < 0.05 for row in rows) <= 6
    told = grade_estimate(EffectEstimate(80, 1.0, 0.5, 1.5, 0.001, 0.001, r_time=0.999))
    assert "rose all along (r = 1.00 with time)" in told[1]


def test_what_rises_and_starts_again_is_graded():
    table = wandering(1)
    table["a"] = table["a"] % 130
    table["rating"] += 0.015 * table["a"]
    assert answer(table, "a")["grade"] == "B"


# Input that cannot be taken


@pytest.mark.parametrize(
    ("table", "asked", "named"),
    [
        (season(30).drop(columns="moment"), None, "“moment”"),
        (season(30).drop(columns=["rating", "moment"]), None, "“moment”, “rating”"),
        (season(30), ["a", "sleep"], "“sleep”"),
        (season(30).assign(moment=season(30)["moment"].dt.tz_localize(None)), None, "no time zone"),
        (season(30).assign(moment="soon"), None, "“moment” must hold dates"),
        (season(30).assign(moment=pd.NaT), None, "Row 0"),
        (season(30).assign(rating="much"), None, "“rating” must hold numbers"),
        (season(30).assign(a="much"), ["a"], "“a” must hold numbers"),
        (
            season(30).set_axis(["moment", "rating", "a", "a", "c", "d"], axis=1),
            None,
            "more than one column “a”",
        ),
    ],
)
def test_bad_input_is_named(table: pd.DataFrame, asked: list[str] | None, named: str):
    with pytest.raises(runlog.BadInput, match=named):
        links(table, asked)


def test_moments_as_text_with_their_offset_are_taken():
    table = season(60, a=0.7)
    texts = table.assign(moment=[m.tz_convert("Asia/Tokyo").isoformat() for m in table["moment"]])
    assert links(texts).equals(links(table))


def test_a_column_may_be_named_by_a_number():
    table = season(60, a=1.0).rename(columns={"a": 5})
    assert links(table).set_index("factor").loc["5", "effect"] == pytest.approx(1.0, abs=0.35)


def test_a_value_of_the_last_run_that_is_never_known_is_told_so():
    table = season(30).assign(warmup=np.nan, cooldown=np.nan)
    found = links(table).set_index("factor")
    assert list(found.loc[["warmup", "cooldown"], "grade"]) == ["", ""]
    assert found.loc["warmup", "reason"].startswith("It is unknown for all 30 ratings")


# Milestones and areas


def test_a_grade_stays_from_one_milestone_to_the_next_while_the_effect_moves():
    table = season(130, a=0.6)
    looks = [answer(table.iloc[:n], "a") for n in (90, 91, 110, 129, 130)]
    assert {row["grade"] for row in looks[:4]} == {looks[0]["grade"]}
    assert {row["q"] for row in looks[:4]} == {looks[0]["q"]}
    assert {row["reason"] for row in looks[:4]} == {looks[0]["reason"]}
    assert len({row["effect"] for row in looks}) == 5
    assert [row["settled_at"] for row in looks] == [90, 90, 90, 90, 130]
    assert [row["next_at"] for row in looks] == [130, 130, 130, 130, 200]
    assert looks[4]["q"] != looks[0]["q"]


def test_milestones_go_on_every_hundred_ratings():
    settled = [links(season(n))[["settled_at", "next_at"]].iloc[0].tolist() for n in (40, 59, 299, 300, 412)]
    assert settled == [[40, 60], [40, 60], [200, 300], [300, 400], [400, 500]]
    before = links(season(39)).iloc[0]
    assert np.isnan(before["settled_at"])
    assert before["next_at"] == 40


def test_what_is_first_known_after_a_milestone_is_a_hint_until_the_next():
    table = season(120, a=1.5)
    table.loc[table.index < 55, "a"] = np.nan
    row = answer(table, "a")
    assert (row["grade"], row["next_at"]) == ("hint", 130)
    assert "first time at 130 ratings" in row["reason"]


def test_ratings_of_another_area_given_later_change_nothing_that_was_settled():
    knee, neck = season(60, seed=1, a=0.6).assign(area="knee"), season(95, seed=2, b=1.0).assign(area="neck")
    whole = links(pd.concat([knee, neck]))
    by_then = links(pd.concat([knee, neck[neck["moment"] <= knee["moment"].iloc[-1]]]))
    settled = ["q", "grade", "reason"]
    of_knee = [
        found.loc[found["area"] == "knee", settled].reset_index(drop=True) for found in (whole, by_then)
    ]
    assert of_knee[0].equals(of_knee[1])


def test_the_flat_estimate_for_pooling_is_not_shrunk():
    row = answer(season(60, a=1.0), "a")
    assert abs(row["b"]) > abs(row["effect"])
    assert row["s"] == pytest.approx(row["se"] * row["effect"] / row["per_sd"], rel=0.05)


def test_the_hour_is_taken_out_where_hours_vary():
    """Mornings are two points stiffer, and a factor differs between mornings and evenings."""
    rng = np.random.default_rng(4)
    table = season(90, noise=0.6)
    morning = rng.random(90) < 0.5
    table["moment"] += pd.to_timedelta(np.where(morning, -13, 0), unit="h")
    table["rating"] = np.clip(table["rating"] + 2 * morning, 0, 10)
    table["a"] = table["a"] + 1.5 * morning
    assert answer(table, "a")["p"] > 0.05
    hidden = table.assign(local_hour=20.0)
    assert answer(hidden, "a")["p"] < 0.001


def test_a_load_of_rpe_whose_link_vanishes_without_it_is_a_c():
    table = season(90, a=1.0).rename(columns={"a": "acute_load", "b": "acute_load_without_rpe"})
    found = links(table).set_index("factor")
    assert "acute_load_without_rpe" not in found.index
    assert found.loc["acute_load", "grade"] == "C"
    assert "no effort (RPE)" in found.loc["acute_load", "reason"]
    confirmed = table.assign(acute_load_without_rpe=table["acute_load"] + 0.3 * table["c"])
    assert links(confirmed).set_index("factor").loc["acute_load", "grade"] == "B"
