"""The words for sports of watches, apps and languages; what is no run, whatever it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlog import importers
from runlog.importers import normalize, sports
from runlog.model import UNKNOWN_SPORT, Activity, Kind
from runlog.settings import Settings

# ruff: noqa: E501, RUF001 - long lists of words in their own scripts

RUNS = """
Outdoor Run|Indoor Run|Treadmill run|Run (Treadmill)|running_outdoor|Fitness Run|Long run|Parkrun|9.0|IndoorRunning
HKWorkoutActivityTypeRunning|street_running|Run/Walk|Half marathon|Sport: Running|Run - Warm Up|Cross country running
Joggen|Lauf|Laufen (Laufband)|Stadtlauf|Geländelauf|Bahnlauf|Course|Course à pied|Tapis roulant|Course de trail
Carrera|Carrera de montaña|Cinta de correr|Corsa|Sentiero corsa|Corrida|Corrida na esteira|Corrida em trilha|Hardlopen
Hardlopen op loopband|Löpning|Löpband|Terränglöpning|Løping|Tredemølle|Løb|Løb på løbebånd|Trailløb|Juoksu|Juoksumatto
Polkujuoksu|Bieg|Bieganie|Bieg na bieżni|Běh|Běh na pásu|Běhání|Beh|Bežecký pás|Futás|Futópad|Terepfutás|Koşu|KOŞU
Koşu bandı|Alergare|Alergare pe bandă|Trčanje|Traka za trčanje|Tek|Tekalna steza|Jooks|Jooksulint|Skriešana
Bėgimas|Bėgimo takelis|Τρέξιμο|ΤΡΕΞΙΜΟ|Διάδρομος|Бег|Бег на дорожке|Беговая дорожка|Біг|Пробіжка|ランニング
トレッドミル|屋内ランニング|越野跑|跑步|室内跑步|跑步机|달리기|실내 달리기|러닝머신|Córrer|Cursa de muntanya
"""
OTHERS = {
    "walking": "Walk|Spaziergang|Nordic Walking|Marche|Passeggiata|Kävely|Spacer|Chůze|Gåtur|散歩|Treadmill walk",
    "hiking": "Hike|Wanderung|Randonnée|Senderismo|Vandring|Túra|Поход|登山|Hiking and walking",
    "cycling": "Ride|1.0|Radfahren|Vélo|Ciclismo|Fietsen|Cykling|Pyöräily|Rower|Kerékpár|Bisiklet|Велосипед|自転車|"
    "骑行|자전거|Mountain Bike Ride|E-Bike Ride|indoor_cycling|VTT|Ποδήλατο",
    "swimming": "Swim|Schwimmen|Natation|Simning|Úszás|Yüzme|Pool Swim|open_water_swimming|수영|游泳|Uinti|Плавание",
    "training": "Weight Training|Krafttraining|Siłownia|筋トレ|Musculation|Силовая тренировка",
    "yoga": "Yoga|Jooga|ヨガ",
    "warm_up": "Warm Up|Aufwärmen|Échauffement|Разминка",
    "cool_down": "Cool Down|Cool-down",
    "skilanglauf": "Skilanglauf",
    "eislauf": "Eislauf",
    "water_running": "Aqua jogging",
    "elliptical": "Elliptical",
    UNKNOWN_SPORT: "generic|Other|Sport|uncategorized|Training|Workout|Aktivität|その他|Muu|Egyéb|flurbl||Unknown",
}


def in_lines(words):
    return [word.strip() for word in words.replace("\n", "|").split("|") if word.strip()]


@pytest.mark.parametrize("word", in_lines(RUNS))
def test_words_for_a_run(word):
    assert sports.normalize_sport(word)[0] == "running"


@pytest.mark.parametrize(
    ("word", "sport"), [(word, sport) for sport, words in OTHERS.items() for word in in_lines(words)]
)
def test_words_for_other_sports_and_for_none(word, sport):
    assert sports.normalize_sport(word)[0] == sport


@pytest.mark.parametrize(
    ("word", "sub_sport"),
    [
        ("Run (Treadmill)", "treadmill"),
        ("Laufband", "treadmill"),
        ("Trail run in the mountains", "trail"),
        ("屋内ランニング", "indoor_running"),
        ("Virtual Run", "virtual_activity"),
        ("Long run", None),
    ],
)
def test_other_words_say_what_kind_of_run(word, sub_sport):
    assert sports.normalize_sport(word) == ("running", sub_sport)


def test_a_word_that_is_not_known_is_kept_to_be_shown():
    assert sports.normalize_sport("Kitewing, big") == (UNKNOWN_SPORT, "kitewing_big")


@given(st.text(max_size=40))
def test_any_word_is_a_sport_or_none(word):
    sport, _ = sports.normalize_sport(word)
    assert sport == sport.lower()


BASE = Activity(datetime(2026, 5, 3, 6, tzinfo=UTC), 1800.0, UNKNOWN_SPORT, distance_m=5400.0)
RUN = replace(BASE, sport="running")


def decide(activity, sport=None):
    return importers._assign_sport(activity, Settings(), sport)


@pytest.mark.parametrize(
    ("word", "minutes", "sport", "kind", "said"),
    [
        (None, 30, "running", Kind.RUN, "the file names no sport; at 5:33 min/km it was taken for a run"),
        ("flurbl", 30, "running", Kind.RUN, "runlog knows no sport 'flurbl'; at 5:33 min/km it was taken"),
        ("flurbl", 10, "flurbl", Kind.OTHER, "at 1:51 min/km it was not taken for a run"),
        (None, 90, UNKNOWN_SPORT, Kind.OTHER, "at 16:39 min/km it was not taken for a run"),
    ],
)
def test_the_pace_decides_where_no_sport_is_understood(word, minutes, sport, kind, said):
    activity, note = decide(replace(BASE, sub_sport=word, duration_s=60.0 * minutes))
    assert (activity.sport, activity.sub_sport, activity.kind) == (sport, None, kind)
    assert said in note


@pytest.mark.parametrize(
    ("name", "sport"),
    [
        ("Evening swim", "swimming"),
        ("Radtour zum See", "cycling"),
        ("Sunday Hike", "hiking"),
        ("Sortie vélo", "cycling"),
        ("Lunch walk", "walking"),
        ("Run to the pool", "running"),
        ("Bike, then run", "running"),
        ("Golf course", "running"),
        ("Lake loop", "running"),
        (None, "running"),
    ],
)
def test_another_sport_in_the_name_beats_the_pace(name, sport):
    assert decide(replace(BASE, name=name))[0].sport == sport


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"distance_m": 0.0}, "covers 0 m in 30 min"),
        ({"duration_s": 5.0, "distance_m": 12.0}, "lasts 5 s"),
        ({"duration_s": 5.0, "distance_m": None}, "lasts 5 s"),
        ({"duration_s": 3600.0, "distance_m": 24_000.0}, "keeps up 24 km/h for 60 min"),
        ({"duration_s": 5400.0, "moving_s": 3600.0, "distance_m": 25_000.0}, "keeps up 25 km/h for 60 min"),
        ({"duration_s": 7200.0, "distance_m": 46_000.0}, "keeps up 23 km/h for 120 min"),
    ],
)
def test_what_no_run_can_have_been_is_another_activity(values, reason):
    activity, note = decide(replace(RUN, **values))
    assert (activity.kind, activity.sport_guessed) == (Kind.OTHER, True)
    assert reason in note
    assert decide(replace(RUN, **values), sport="run")[0].kind is Kind.RUN


@pytest.mark.parametrize(
    "values",
    [
        {"distance_m": None},
        {"distance_m": 0.0, "sub_sport": "treadmill"},
        {"duration_s": 14.0, "distance_m": 100.0},
        {"duration_s": 3459.0, "distance_m": 21_097.5},
        {"duration_s": 7235.0, "distance_m": 42_195.0},
        {"duration_s": 765.0, "distance_m": 5000.0},
        {"duration_s": 43.0, "distance_m": 400.0},
    ],
)
def test_records_and_treadmills_are_runs(values):
    assert normalize.no_run_reason(replace(RUN, **values)) is None
