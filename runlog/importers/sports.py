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
_OTHER = "other"
#: Sub-sports of a run whose words alone name a run; and which of several counts.
_RUNS_BY_THEMSELVES = frozenset({"treadmill", "trail", "ultra"})
_RUN_WORD_ORDER = ("treadmill", "virtual_activity", "obstacle", "ultra", "trail", "indoor_running", "track")
_SAID_IN_NAMES = frozenset({"cycling", "swimming", "hiking", "walking"})


def read_words(name: str) -> dict[str, Any]:
    """Return a table of words by language, from a file of this package."""
    return tomllib.loads(resources.files("runlog.importers").joinpath(name).read_text(encoding="utf-8"))


class _Vocabulary(NamedTuple):
    """The words of sports.toml, folded."""

    vague: frozenset[str]  # names that say no sport
    names: Mapping[str, tuple[str, str | None]]  # whole names, with their sport and sub-sport
    words: Mapping[str, str]  # the sport of single words
    unspaced: Mapping[str, str]  # those of the words that are written without spaces between them
    run_words: Mapping[str, str]  # the sub-sport of a run by another word of its name
    endings: Mapping[str, str]  # the sport by the ending of a word that is written as one: Stadtlauf, funrun
    fit_sports: frozenset[str]  # FIT's own words
    polar_names: Mapping[str, tuple[str, str | None]]  # of Polar's words that are not among the names
    polar_ids: Mapping[str, str]  # Polar's word for each sport number of its layout since 2025


@cache
def _vocabulary() -> _Vocabulary:
    table = read_words("sports.toml")
    words, run_words, endings = (
        {fold_name(word): sport for sport, text in table[kind].items() for word in text.split()}
        for kind in ("words", "runs", "endings")
    )
    names, polar_names = (
        {
            fold_name(name): _sport_of_key(key)
            for key, text in table[kind].items()
            for name in text.replace("\n", " ").split(", ")
        }
        for kind in ("names", "polar")
    )
    return _Vocabulary(
        vague=frozenset(map(fold_name, table["vague"].split())),
        names=names,
        words=words,
        unspaced={word: sport for word, sport in words.items() if _UNSPACED.match(word)},
        run_words=run_words,
        endings=endings,
        fit_sports=HABITS.union(table["fit"].split()),
        polar_names=polar_names,
        polar_ids=table["polar_ids"],
    )


def _sport_of_key(key: str) -> tuple[str, str | None]:
    sport, _, sub_sport = key.partition(".")
    return sport, sub_sport or None


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
    if plain in vocabulary.fit_sports:
        return plain, None
    return _sport_of_phrase(plain) or (UNKNOWN_SPORT, plain)


def _sport_of_phrase(plain: str) -> tuple[str, str | None] | None:
    """Return sport and sub-sport by the words in a folded phrase; None where they name none, or several."""
    sports, run_words = _sports_in(plain), _vocabulary().run_words
    found = {run_words[word] for word in plain.split("_") if word in run_words}
    found |= {sub for word, sub in run_words.items() if _UNSPACED.match(word) and word in plain}
    sub_sport = next((sub for sub in _RUN_WORD_ORDER if sub in found), None)
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
    compounds = [word for word in parts if word not in vocabulary.words]
    sports |= {
        sport
        for ending, sport in vocabulary.endings.items()
        for word in compounds
        if word.endswith(ending) and len(word) > len(ending) + 1
    }
    return sports


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
            "runlog knows no sport {word!r}; name one like running, treadmill, cycling, walking, "
            "hiking, swimming or strength",
            word=word,
        )
    return Sport(sport, sub_sport, activity_kind(sport, sub_sport))


_MULTISPORT_LEG = re.compile(r"(offroad)?(?:tri|du)athlon_(running|cycling|swimming)")
_OFF_ROAD_SUB_SPORTS = {"running": "trail", "cycling": "mountain", "swimming": "open_water"}


def normalize_polar_sport(sport: object, label: str | None) -> tuple[str, str | None]:
    """Return sport and sub-sport of a Polar exercise in FIT's words.

    Args:
        sport: an exercise's word for its sport, or since 2025 the number in ``{"id": "27"}``.
        label: Polar Flow's name of the session, for an unknown number.
    """
    if isinstance(sport, dict):
        sport = _vocabulary().polar_ids.get(str(sport.get("id", "")).lstrip("0"))
    word = (sport if isinstance(sport, str) else "") or label or ""
    plain = re.sub(r"[\W_]+", "_", word.lower()).strip("_")
    if leg := _MULTISPORT_LEG.fullmatch(plain):
        return leg[2], _OFF_ROAD_SUB_SPORTS[leg[2]] if leg[1] else None
    return _vocabulary().polar_names.get(plain) or normalize_sport(word)
