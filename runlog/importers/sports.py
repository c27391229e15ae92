"""Translate the sport names of files, apps and languages into FIT's sport and sub-sport."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from runlog.errors import BadInput
from runlog.model import UNKNOWN_SPORT, Kind
from runlog.records import Sport
from runlog.units import fold_name

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Sports whose cadence is steps, with the value below which it must count one foot only.
ONE_FOOT_BELOW_SPM = {"running": 120.0, "walking": 75.0, "hiking": 75.0}

#: Sports that use shoes; the gear of others is something else.
ON_FOOT = frozenset(ONE_FOOT_BELOW_SPM)

HABITS = frozenset(
    {"strength_training", "yoga", "pilates", "flexibility_training"}
    | {"mobility", "stretching", "warm_up", "cool_down"}
)

#: Letters that are written without spaces between the words: kana, Chinese characters, Hangul (also as its
#: parts, of which folding leaves it).
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u1100-\u11ff]")
#: Endings of words that are written as one: Stadtlauf, funrun, Radtour.
_ENDINGS = {
    "lauf": "running",
    "run": "running",
    **dict.fromkeys(("running", "juoksu", "lopning", "loping", "lob", "futas", "hardlopen"), "running"),
    "wanderung": "hiking",
    "schwimmen": "swimming",
    "radtour": "cycling",
}
_OTHER = "other"
#: Words beside a run that are one also alone, and which of several counts.
_RUNS_BY_THEMSELVES = frozenset({"treadmill", "trail", "ultra"})
_RUN_WORD_ORDER = ("treadmill", "virtual_activity", "obstacle", "ultra", "trail", "indoor_running", "track")
_SAID_IN_NAMES = frozenset({"cycling", "swimming", "hiking", "walking"})
_FIT_SPORTS = HABITS | {
    *("running", "cycling", "transition", "fitness_equipment", "swimming", "basketball", "soccer", "tennis"),
    *("american_football", "walking", "cross_country_skiing", "alpine_skiing", "snowboarding", "rowing"),
    *("mountaineering", "hiking", "multisport", "paddling", "flying", "e_biking", "motorcycling", "boating"),
    *(
        "driving",
        "golf",
        "hang_gliding",
        "horseback_riding",
        "hunting",
        "fishing",
        "inline_skating",
        "diving",
    ),
    *("rock_climbing", "sailing", "ice_skating", "sky_diving", "snowshoeing", "snowmobiling", "surfing"),
    *("stand_up_paddleboarding", "wakeboarding", "water_skiing", "kayaking", "rafting", "windsurfing"),
    *("kitesurfing", "tactical", "jumpmaster", "boxing", "floor_climbing", "baseball", "hiit", "racket"),
    *("wheelchair_push_walk", "wheelchair_push_run", "meditation", "disc_golf", "cricket", "rugby", "hockey"),
    *("lacrosse", "volleyball", "water_tubing", "wakesurfing", "mixed_martial_arts", "snorkeling", "dance"),
}


def read_words(name: str) -> dict[str, Any]:
    """Return a table of words by language that lies beside the importers."""
    return tomllib.loads(resources.files("runlog.importers").joinpath(name).read_text(encoding="utf-8"))


class _Vocabulary(NamedTuple):
    """The words of sports.toml, folded.

    Attributes:
        vague: names that say no sport.
        names: whole names, with their sport and sub-sport.
        words: the sport of single words.
        unspaced: those of the words that are written without spaces between them.
        run_words: the sub-sport that a word beside a run gives.
    """

    vague: frozenset[str]
    names: Mapping[str, tuple[str, str | None]]
    words: Mapping[str, str]
    unspaced: Mapping[str, str]
    run_words: Mapping[str, str]


@cache
def _vocabulary() -> _Vocabulary:
    table = read_words("sports.toml")
    words = {fold_name(word): sport for sport, text in table["words"].items() for word in text.split()}
    named = {
        fold_name(name): (sport, sub_sport or None)
        for key, text in table["names"].items()
        for sport, _, sub_sport in [key.partition(".")]
        for name in text.replace("\n", " ").split(", ")
    }
    run_words = {fold_name(word): sub for sub, text in table["runs"].items() for word in text.split()}
    return _Vocabulary(
        vague=frozenset(map(fold_name, table["vague"].split())),
        names=named,
        words=words,
        unspaced={word: sport for word, sport in words.items() if _UNSPACED.match(word)},
        run_words=run_words,
    )


def normalize_sport(word: str | None) -> tuple[str, str | None]:
    """Return sport and sub-sport in FIT's words for a name in any known language.

    A name that says no sport ("generic", "Workout") is unknown; one that is not understood is unknown with
    the folded name as its sub-sport, so that it can be shown. The pace of such activities decides.
    """
    plain = re.sub(r"^(\d+)_0+$", r"\1", fold_name(word or ""))  # 9.0 is Strava's 9
    vocabulary = _vocabulary()
    if not plain or plain in vocabulary.vague:
        return UNKNOWN_SPORT, None
    if plain in vocabulary.names:
        return vocabulary.names[plain]
    if plain in _FIT_SPORTS:
        return plain, None
    return _sport_of_phrase(plain) or (UNKNOWN_SPORT, plain)


def _sport_of_phrase(plain: str) -> tuple[str, str | None] | None:
    """Return sport and sub-sport by the words in a folded phrase; None where they name none, or several."""
    sports = _sports_in(plain)
    sub_sport = _run_word_in(plain)
    if not sports and sub_sport in _RUNS_BY_THEMSELVES:
        sports = {"running"}
    if "running" in sports and sports <= {"running", "walking", "hiking", "warm_up", "cool_down"}:
        return "running", sub_sport
    if sports == {"walking", "hiking"}:
        return "hiking", None
    if len(sports) != 1:
        return None
    (sport,) = sports
    if sport == _OTHER:
        return plain, None
    return ("training", sport) if sport == "strength_training" else (sport, None)


def _sports_in(plain: str) -> set[str]:
    """Return the sports that the words of a folded phrase name."""
    vocabulary = _vocabulary()
    parts = plain.split("_")
    pairs = [one + other for one, other in pairwise(parts)]  # warm up
    sports = {vocabulary.words[word] for word in (*parts, *pairs) if word in vocabulary.words}
    sports |= {sport for word, sport in vocabulary.unspaced.items() if word in plain}
    sports |= {sport for ending, sport in _ENDINGS.items() for word in parts if _is_compound(word, ending)}
    return sports


def _is_compound(word: str, ending: str) -> bool:
    return word.endswith(ending) and len(word) > len(ending) + 1 and word not in _vocabulary().words


def _run_word_in(plain: str) -> str | None:
    """Return the sub-sport of a run by the other words of a folded phrase."""
    run_words = _vocabulary().run_words
    found = {run_words[word] for word in plain.split("_") if word in run_words}
    found |= {sub for word, sub in run_words.items() if _UNSPACED.match(word) and word in plain}
    return next((sub for sub in _RUN_WORD_ORDER if sub in found), None)


def is_known_sport(word: str) -> bool:
    """Return whether a word is a known sport in any language."""
    return normalize_sport(word)[0] != UNKNOWN_SPORT


def other_sport_in_name(name: str | None) -> str | None:
    """Return the ride, swim, hike or walk that the name of an activity is about, and nothing of a run."""
    sports = _sports_in(fold_name(name or ""))
    if len(sports) == 1 and sports <= _SAID_IN_NAMES:
        return sports.pop()
    return "hiking" if sports == {"walking", "hiking"} else None


def activity_kind(sport: str, sub_sport: str | None) -> Kind:
    """Return whether an activity counts as a run, a habit or something else."""
    if sport == "running":
        return Kind.RUN
    if sport in HABITS or sub_sport in HABITS:
        return Kind.HABIT
    return Kind.OTHER


def find_sport(word: str) -> Sport:
    """Return the sport that a word in any known language names.

    Raises:
        BadInput: it names none.
    """
    sport, sub_sport = normalize_sport(word)
    if sport == UNKNOWN_SPORT:
        raise BadInput(
            f"runlog knows no sport {word!r}; name one like running, treadmill, cycling, walking, hiking, "
            "swimming or strength"
        )
    return Sport(sport, sub_sport, activity_kind(sport, sub_sport))


#: Polar's words for the sport numbers of its layout since 2025.
_POLAR_SPORT_IDS = {
    1: "running",
    2: "cycling",
    3: "walking",
    4: "jogging",
    5: "mountain_biking",
    6: "skiing",
    7: "downhill_skiing",
    8: "rowing",
    9: "nordic_walking",
    11: "hiking",
    15: "strength_training",
    16: "other_outdoor",
    17: "treadmill_running",
    18: "indoor_cycling",
    19: "road_running",
    20: "circuit_training",
    23: "swimming",
    24: "freestyle_xc_skiing",
    25: "classic_xc_skiing",
    27: "trail_running",
    29: "inline_skating",
    33: "yoga",
    34: "crossfit",
    36: "track_and_field_running",
    38: "road_biking",
    55: "cross_trainer",
    57: "functional_training",
    61: "aerobics",
    65: "pilates",
    66: "stretching",
    83: "other_indoor",
    84: "orienteering",
    92: "ultra_running",
    103: "pool_swimming",
    105: "open_water_swimming",
    111: "mobility_dynamic",
    117: "indoor_rowing",
    118: "spinning",
    126: "core",
    127: "mobility_static",
}
#: Polar's words that ``normalize_sport`` does not know. Polar's own table of FIT sports has the same values,
#: except for cross-country.
_POLAR_SPORTS: dict[str, tuple[str, str | None]] = {
    "cross_country_running": ("running", "trail"),
    "track_and_field_running": ("running", "track"),
    "ultrarunning_running": ("running", "ultra"),
    "obstacle_course_racing": ("running", "obstacle"),
    "nordic_walking": ("walking", None),
    "spinning": ("cycling", "indoor_cycling"),
    "road_biking": ("cycling", "road"),
    "pool_swimming": ("swimming", "lap_swimming"),
    "open_water_swimming": ("swimming", "open_water"),
    "mobility_dynamic": ("training", "mobility"),
    "mobility_static": ("training", "mobility"),
    "stretching": ("training", "stretching"),
}
_MULTISPORT_LEG = re.compile(r"(offroad)?(?:tri|du)athlon_(running|cycling|swimming)")
_OFF_ROAD_SUB_SPORTS = {"running": "trail", "cycling": "mountain", "swimming": "open_water"}


def normalize_polar_sport(sport: object, label: str | None) -> tuple[str, str | None]:
    """Return sport and sub-sport of a Polar exercise in FIT's words.

    Args:
        sport: an exercise's word for its sport, or since 2025 the number in ``{"id": "27"}``.
        label: Polar Flow's name of the session, for an unknown number.
    """
    word = _polar_sport_name(sport) or label or ""
    plain = re.sub(r"[\W_]+", "_", word.lower()).strip("_")
    if leg := _MULTISPORT_LEG.fullmatch(plain):
        return leg[2], _OFF_ROAD_SUB_SPORTS[leg[2]] if leg[1] else None
    return _POLAR_SPORTS.get(plain) or normalize_sport(word)


def _polar_sport_name(sport: object) -> str:
    if isinstance(sport, dict):
        number = str(sport.get("id", ""))
        return _POLAR_SPORT_IDS.get(int(number), "") if re.fullmatch(r"[0-9]{1,4}", number) else ""
    return sport if isinstance(sport, str) else ""
