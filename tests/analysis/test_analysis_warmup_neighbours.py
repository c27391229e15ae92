"""Warm-ups and cool-downs that were recorded by themselves, beside a run."""

from __future__ import annotations

import numpy as np
import pytest
from past import at, past, ran, wrote

from runlog.analysis.warmup import named_habit
from runlog.model import EasySegment, Intensity, Kind, Lap, TrackSummary

RUN = ran(1, "2026-05-01 08:00")  # an hour at 6 min/km
SEEN = TrackSummary(warmup=EasySegment(600.0, 1.2, 20.0))


def session(run, local, sub_sport, minutes=15.0):
    return ran(run, local, km=None, minutes=minutes, sport="training", sub_sport=sub_sport, kind=Kind.HABIT)


def answers(*activities, entries=(), run=1):
    told = past(activities, entries).runs.loc[run]
    return {habit: (told[habit], told[f"{habit}_source"]) for habit in ("warmup", "cooldown")}


def done(*activities):
    """What a neighbour told was done of run 1."""
    return {habit for habit, answer in answers(*activities).items() if answer == (1.0, "activity")}


@pytest.mark.parametrize(
    ("sub_sport", "before", "after"),
    [
        ("warm_up", {"warmup"}, set()),
        ("cool_down", set(), {"cooldown"}),
        ("strength_training", {"warmup"}, set()),
        ("yoga", {"warmup"}, {"cooldown"}),
        ("pilates", {"warmup"}, {"cooldown"}),
        ("flexibility_training", {"warmup"}, {"cooldown"}),
        ("mobility", {"warmup"}, {"cooldown"}),
    ],
)
def test_a_session_beside_a_run(sub_sport, before, after):
    assert done(session(2, "2026-05-01 07:30", sub_sport), RUN) == before
    assert done(RUN, session(2, "2026-05-01 09:10", sub_sport)) == after


@pytest.mark.parametrize(
    ("local", "near"), [("07:00", True), ("06:59", False), ("07:46", True), ("07:50", False)]
)
def test_it_ends_within_45_minutes_of_the_start(local, near):
    assert done(session(2, f"2026-05-01 {local}", "yoga"), RUN) == ({"warmup"} if near else set())


@pytest.mark.parametrize("other", [{"sport": "cycling", "kind": Kind.OTHER}, {"day_only": True}])
def test_a_ride_and_a_session_of_some_time_that_day_say_nothing(other):
    neighbour = ran(
        2, "2026-05-01 07:30", km=None, minutes=20, **{"sport": "yoga", "kind": Kind.HABIT} | other
    )
    assert done(neighbour, RUN) == set()


def test_how_sure_a_neighbour_is():
    def confidence(sub_sport):
        return past([session(2, "2026-05-01 07:30", sub_sport), RUN]).runs.loc[1, "warmup_confidence"]

    assert confidence("warm_up") == 1.0  # recorded as just that
    assert np.isnan(confidence("yoga"))  # never measured


JOG = {"km": 2.5, "minutes": 17.5}  # at 7 min/km


def test_a_short_easy_run_before_is_a_part_of_the_run():
    runs = past([ran(2, "2026-05-01 07:30", **JOG), RUN]).runs
    assert runs["part_of"].to_dict() == pytest.approx({2: 1, 1: np.nan}, nan_ok=True)
    assert runs["warmup"].tolist() == [1.0, 1.0]
    assert runs["warmup_source"].tolist() == ["activity", "activity"]
    assert runs["cooldown"].isna().all()


def test_a_short_easy_run_after_is_the_cool_down():
    runs = past([RUN, ran(2, "2026-05-01 09:10", **JOG)]).runs
    assert runs["part_of"].to_dict() == pytest.approx({1: np.nan, 2: 1}, nan_ok=True)
    assert runs["cooldown"].tolist() == [1.0, 1.0]
    assert runs["warmup"].isna().all()


def test_a_run_between_two_short_easy_ones_has_both():
    jogs = [ran(2, "2026-05-01 07:30", **JOG), ran(3, "2026-05-01 09:10", **JOG)]
    assert set(answers(*jogs, RUN).values()) == {(1.0, "activity")}
    assert set(answers(*jogs, RUN, run=3).values()) == {(1.0, "activity")}


def test_a_part_has_no_parts_of_its_own():
    ever_faster = [
        ran(1, "2026-05-01 08:00", km=1.5, minutes=12),
        ran(2, "2026-05-01 08:15", km=3, minutes=20),
        ran(3, "2026-05-01 08:40", km=8, minutes=40),
        ran(4, "2026-05-01 09:25", km=2, minutes=15),
        ran(5, "2026-05-01 09:45", km=10, minutes=45),
    ]
    parts = past(ever_faster).runs["part_of"].dropna()
    assert parts.to_dict() == {1: 2, 4: 3}
    assert not set(parts.index) & set(parts)


@pytest.mark.parametrize(
    "other",
    [
        {"km": 3.0, "minutes": 18.0},  # as fast: a run that was recorded in two pieces
        {"km": 5.0, "minutes": 35.0},  # too long
        {"km": 0.5, "minutes": 4.0},  # too short
        {"km": None, "minutes": 17.5},  # of unknown pace
    ],
)
def test_what_is_no_warm_up_run(other):
    runs = past([ran(2, "2026-05-01 07:20", **other), RUN]).runs
    assert runs["part_of"].isna().all()
    assert runs["warmup"].isna().all()


def test_a_walk_after_a_short_fast_run_is_more_than_its_cool_down():
    runs = past([ran(1, "2026-05-01 08:00", 2, 11), ran(2, "2026-05-01 08:15", 2.5, 27)]).runs
    assert runs["part_of"].isna().all()


@pytest.mark.parametrize("moment", ["2026-05-01 07:55", "2026-05-01 20:00"])
@pytest.mark.parametrize("said", [True, False])
def test_what_the_diary_says_of_a_part_holds_for_the_whole(moment, said):
    jog = ran(2, "2026-05-01 09:10", **JOG)
    entry = wrote(1, moment, cooldown=said, run=2 if moment.endswith("07:55") else None)
    for run in (1, 2):
        assert answers(RUN, jog, entries=[entry], run=run)["cooldown"] == (float(said), "diary")


def laps(*intensities):
    return tuple(Lap(at("2026-05-01 08:00"), 300.0, 1000.0, intensity) for intensity in intensities)


SKIPPED = laps(Intensity.ACTIVE, Intensity.COOLDOWN)
MARKED = laps(Intensity.WARMUP, Intensity.ACTIVE)
YOGA = session(2, "2026-05-01 07:30", "yoga")


@pytest.mark.parametrize(
    ("diary", "own_laps", "neighbour", "digest", "expected"),
    [
        (False, MARKED, YOGA, SEEN, (0.0, "diary", 1.0)),
        (None, MARKED, YOGA, SEEN, (1.0, "laps", 1.0)),
        (None, SKIPPED, YOGA, SEEN, (1.0, "activity", None)),  # the laps speak of their recording alone
        (None, SKIPPED, None, SEEN, (0.0, "laps", 1.0)),
        (None, (), YOGA, SEEN, (1.0, "activity", None)),
        (None, (), None, SEEN, (1.0, "stream", 0.34)),
        (None, (), None, TrackSummary(), (None, None, None)),
        (None, (), None, None, (None, None, None)),
    ],
)
def test_the_order_of_trust(diary, own_laps, neighbour, digest, expected):
    run = ran(1, "2026-05-01 08:00", laps=own_laps, summary=digest)
    entries = [] if diary is None else [wrote(1, "2026-05-01 20:00", warmup=diary)]
    told = past([one for one in (neighbour, run) if one], entries).runs.loc[1]
    found = [told["warmup"], told["warmup_source"], told["warmup_confidence"]]
    assert tuple(None if value != value else value for value in found) == expected  # noqa: PLR0124 - NaN


def test_without_runs_the_columns_are_there():
    runs = past([YOGA]).runs
    assert {"warmup", "warmup_source", "cooldown_confidence", "part_of"} <= set(runs.columns)


@pytest.mark.parametrize(
    "name",
    [
        *("Warm-up", "warm up", "WARMUP 2k", "Warming up", "Track warm-up jog", "WU", "W/U 3km", "wu 20 min"),
        *("Einlaufen", "Aufwärmen vor dem Rennen", "Warmlaufen", "Échauffement", "échauffement 15 min"),
        *(
            "Calentamiento",
            "Riscaldamento",
            "Aquecimento",
            "Inlopen",
            "Uppvärmning",
            "Opvarmning",
            "Is\u0131nma",
        ),
        *(
            "Rozgrzewka",
            "Bemelegítés",
            "Разминка",
            "ウォームアップ",
            "朝のウォーミングアップ",
            "热身",
            "워밍업",
        ),
    ],
)
def test_names_of_a_warm_up(name):
    assert named_habit(name) is Intensity.WARMUP


@pytest.mark.parametrize(
    "name",
    [
        *("Cool down", "Cool-down", "COOLDOWN", "Cooling down", "warm-down", "CD", "c/d 2 km", "Auslaufen"),
        *("Retour au calme", "Vuelta a la calma", "Enfriamiento", "Defaticamento", "Volta à calma"),
        *("Uitlopen", "Nedvarvning", "Jäähdyttely", "Schłodzenie", "Заминка", "クールダウン", "쿨다운"),
    ],
)
def test_names_of_a_cool_down(name):
    assert named_habit(name) is Intensity.COOLDOWN


@pytest.mark.parametrize(
    "name",
    [
        *(None, "", "Morning Run", "Warm evening", "Run with Wu", "CD Mandiyú 10k", "Coolangatta parkrun"),
        *("Warm-up, 5 x 1 km, cool-down", "Einlaufen + Intervalle + Auslaufen", "Swarmup", "Auslaufmodell"),
    ],
)
def test_names_that_say_neither_or_both(name):
    assert named_habit(name) is None


def test_a_name_counts_whatever_the_pace_and_the_length():
    outing = [
        ran(1, "2026-05-01 08:00", km=4.0, minutes=20, name="Einlaufen"),
        ran(2, "2026-05-01 08:25", km=0.4, minutes=3, name="Steigerungen"),
        ran(3, "2026-05-01 08:40", km=3.0, minutes=9, name="3000 m"),
        ran(4, "2026-05-01 08:50", km=0.9, minutes=4, name="Auslaufen"),
    ]
    runs = past(outing).runs
    assert runs["part_of"].dropna().to_dict() == {1: 3, 4: 3}
    assert (runs.loc[3, "warmup_confidence"], runs.loc[3, "cooldown_confidence"]) == (1.0, 1.0)


def test_a_warm_up_by_name_belongs_to_no_run_before_it():
    runs = past([RUN, ran(2, "2026-05-01 09:10", name="Warm-up", **JOG)]).runs
    assert runs["part_of"].isna().all()
    assert runs["cooldown"].isna().all()


def test_a_run_whose_name_tells_of_its_warm_up_is_no_part_of_a_short_jog():
    runs = past(
        [ran(1, "2026-05-01 08:00", 10, 50, name="10 km with warm-up"), ran(2, "2026-05-01 08:55", 1, 6)]
    ).runs
    assert 1 not in runs["part_of"].dropna()
    assert runs["part_of"].dropna().to_dict() in ({}, {2: 1})


def test_a_walk_that_is_called_a_cool_down_is_one():
    walk = ran(2, "2026-05-01 09:05", 1, 12, name="Cool down walk", sport="walking", kind=Kind.OTHER)
    assert done(RUN, walk) == {"cooldown"}


def test_intervals_are_the_main_part_by_their_elapsed_time():
    """A warm-up farther than the intervals, which rest more than they run, and a short cool-down."""
    intervals = ran(2, "2026-05-01 08:16", km=1.5, minutes=14, moving_s=318.0)
    outing = [
        ran(1, "2026-05-01 08:00", km=2.0, minutes=12.5),
        intervals,
        ran(3, "2026-05-01 08:33", km=0.55, minutes=196 / 60),
    ]
    assert past(outing).runs["part_of"].dropna().to_dict() == {1: 2, 3: 2}


def test_a_short_jog_right_after_a_long_run_needs_not_be_much_slower():
    half = ran(1, "2026-05-01 08:00", km=21.1, minutes=100)  # 4:44 min/km
    jog = ran(2, "2026-05-01 09:43", km=1.2, minutes=1.2 * 100 / 21.1 * 1.087)
    assert past([half, jog]).runs["part_of"].dropna().to_dict() == {2: 1}
    later = ran(2, "2026-05-01 10:10", km=1.2, minutes=1.2 * 100 / 21.1 * 1.087)
    assert past([half, later]).runs["part_of"].isna().all()
