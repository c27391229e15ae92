"""Read, check and change config.toml: every setting and its default."""

from __future__ import annotations

import inspect
import json
import logging
import math
import re
import tomllib
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runlog.errors import BadInput, cannot_read
from runlog.i18n import N_, _, available_languages, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

#: The name of the settings file in the home.
CONFIG_NAME = "config.toml"
#: The name of the file of keys in the home; no other part of it holds one.
KEYS_NAME = "keys.toml"

#: Metres per unit of distance.
METRES = {"km": 1000.0, "mi": 1609.344}

#: The possible values of the settings that are words.
CHOICES = {
    "units": tuple(METRES),
    "sex": ("female", "male"),
    "diary_time": ("evening", "morning"),
    "date_order": ("day-first", "month-first"),
    "week_start": ("monday", "saturday", "sunday"),
    "language": available_languages(),
}

#: Safety limits: the advice to see a clinician may be set to come earlier than by default, never later.
_SAFETY_LIMITS = frozenset(
    {"soreness_high", "soreness_lasting", "soreness_lasting_days", "soreness_rising_runs"}
)

#: The least and the most that makes sense for each number; more is a slip, or another unit.
RANGES: Mapping[str, tuple[float, float]] = {
    "hr_rest": (20.0, 150.0),
    "hr_max": (60.0, 260.0),
    **dict.fromkeys(("shoe_note_km", "shoe_limit_km"), (1.0, 100_000.0)),
    **dict.fromkeys(("rotation_share", "route_share"), (0.01, 2.0)),  # above 1 the alert is off
    **dict.fromkeys(("unassigned_runs", "route_streak", "skipped_in_a_row"), (1, 10_000)),
    **dict.fromkeys(("spike", "week_jump"), (0.01, 100.0)),
    "monotony": (0.01, 1000.0),
    **dict.fromkeys(("silence_days", "diary_gap_days"), (1, 3650)),
    **dict.fromkeys(("quiet_from", "quiet_until"), (1, 24)),
    "key_days": (1, 365),
    "soreness_high": (0.0, 7.0),
    "soreness_lasting": (0.0, 4.0),
    "soreness_lasting_days": (1, 14),
    "soreness_rising_runs": (1, 4),
    **dict.fromkeys(("slowest_min_per_km", "fastest_min_per_km"), (1.0, 60.0)),
}


class PrivacyZone(NamedTuple):
    """A circle that no map shows: its centre in degrees and its radius."""

    lat: float
    lon: float
    radius_m: float


#: Hides every map: the zones in config.toml cannot be read.
EVERYWHERE = PrivacyZone(0.0, 0.0, math.inf)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, as config.toml names them.

    Attributes:
        language: of the report, its charts, alerts and tips.
        units: "km" or "mi", for people; stored values are always metres.
        timezone: an IANA name for times that come without an offset; None is this computer's.
        week_start: the first day of a report's week.
        diary_time: whether a diary date without a time means that evening or the morning before the run.
        date_order: how a diary's 03/04/2026 is to be read; None refuses such dates.
        hr_rest: resting heart rate in bpm; this and the next two are for Banister's TRIMP.
        hr_max: maximum heart rate in bpm.
        sex: "female" or "male".
        shoe_note_km: mileage from which a pair is mentioned (of one with a limit of its own, the same part of
            that); None is 90% of the limit.
        shoe_limit_km: limit of a pair without one of its own; a convention, not a measurement.
        rotation_share: share of the last 28 days' runs in one pair from which a rotation alert is raised.
        unassigned_runs: number of runs of the last 28 days without a pair that raises an alert.
        route_share: share of the last 28 days' runs on one route that raises an alert.
        route_streak: number of runs in a row on one route that raises an alert.
        spike: alert above this ratio of a run to the longest of the 30 days before it.
        week_jump: alert above this ratio of seven days' distance to that of the seven days before.
        monotony: alert above this ratio of mean to standard deviation of seven days' loads.
        silence_days: days without a run count as rest for this many days after the last sign of activity;
            later days are unknown.
        skipped_in_a_row: number of runs without a warm-up, or without a cool-down, that raises an alert.
        diary_gap_days: number of days with runs and without a rating that counts as a gap in the diary.
        key_days: number of days before the end of a key of `runlog sync` from which it is mentioned.
        quiet_from: hour of the day from which no reminder to rate a run is sent.
        quiet_until: hour from which they are again; the same hour means that there is no such time.
        soreness_high: rating from which one is enough for the advice to see a clinician. This and the next
            three can be set to come earlier, never later.
        soreness_lasting: rating from which lasting soreness is enough for that advice.
        soreness_lasting_days: number of days after which soreness is lasting.
        soreness_rising_runs: number of runs over which rising soreness is enough for that advice.
        slowest_min_per_km: slowest pace that may be a run when a file names no sport.
        fastest_min_per_km: fastest such pace.
        notify: destinations of messages, as Apprise URLs like "ntfy://my-secret-topic".
        privacy_zones: circles that maps leave out.
    """

    language: str = "en"
    units: str = "km"
    timezone: str | None = None
    week_start: str = "monday"
    diary_time: str = "evening"
    date_order: str | None = None
    hr_rest: float | None = None
    hr_max: float | None = None
    sex: str | None = None
    shoe_note_km: float | None = None
    shoe_limit_km: float = 800.0
    rotation_share: float = 0.9
    unassigned_runs: int = 3
    route_share: float = 0.6
    route_streak: int = 5
    spike: float = 1.10
    week_jump: float = 1.30
    monotony: float = 2.0
    silence_days: int = 14
    skipped_in_a_row: int = 3
    diary_gap_days: int = 7
    quiet_from: int = 22
    quiet_until: int = 7
    key_days: int = 14
    soreness_high: float = 7.0
    soreness_lasting: float = 4.0
    soreness_lasting_days: int = 14
    soreness_rising_runs: int = 4
    slowest_min_per_km: float = 12.0
    fastest_min_per_km: float = 2.75
    notify: tuple[str, ...] = field(default=(), repr=False)  # secret, as are the places
    privacy_zones: tuple[PrivacyZone, ...] = field(default=(), repr=False)

    @property
    def zone(self) -> tzinfo:
        """The time zone for times that come without an offset.

        Raises:
            BadInput: none is set, and this computer's is no IANA zone.
        """
        if self.timezone:
            return ZoneInfo(self.timezone)
        import tzlocal

        try:
            return tzlocal.get_localzone()
        except ZoneInfoNotFoundError as error:
            raise BadInput(
                "this computer's time zone cannot be told; set one in config.toml: "
                'timezone = "Europe/Berlin"'
            ) from error


def read_settings(path: Path) -> Settings:
    """Read a config.toml; a missing file gives the defaults.

    A mistake is logged as a warning, and for that setting the default counts.
    """
    found, mistakes = _load(path)
    for mistake in mistakes:
        if (path, mistake) not in _WARNED:
            _WARNED.add((path, mistake))
            effect = "no map is drawn" if "privacy_zones" in mistake else "the default counts"
            logging.getLogger("runlog").warning("%s; until that is corrected, %s", mistake, effect)
    return found


_WARNED: set[tuple[Path, str]] = set()  # once is enough, however often a command reads the file


def find_mistakes(path: Path) -> list[str]:
    """Return what is wrong in a config.toml, each with the name of the file and what is expected."""
    return _load(path)[1]


def parse_settings(text: str) -> Settings:
    """Return the settings of a config.toml's text.

    Raises:
        BadInput: a line is no TOML, or a key or value in it is not known.
    """
    found, mistakes = _parse(text)
    if mistakes:
        raise BadInput(mistakes[0])
    return found


def _load(path: Path) -> tuple[Settings, list[str]]:
    try:
        found, mistakes = _parse(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        found, mistakes = Settings(), []
    except OSError as error:
        return Settings(), [str(cannot_read(path, error))]
    except UnicodeDecodeError:
        found, mistakes = Settings(), [_("cannot be read: it is no text in UTF-8")]
    return found, [f"{path}: {mistake}" for mistake in mistakes]


def _parse(text: str) -> tuple[Settings, list[str]]:
    """Return the settings of a text, and what is wrong in it; there the defaults count."""
    values, mistakes = _parse_toml(text)
    valid: dict[str, Any] = {}
    for key, value in values.items():
        try:
            valid[key] = _validate(key, value)
        except BadInput as error:
            mistakes.append(str(error))
            if key == "privacy_zones":
                valid[key] = (EVERYWHERE,)
    if any(mistake.endswith("(privacy_zones)") for mistake in mistakes):
        valid["privacy_zones"] = (EVERYWHERE,)
    return Settings(**valid), mistakes


def _parse_toml(text: str) -> tuple[dict[str, Any], list[str]]:
    """Parse TOML, without the lines that are none; return the values and what is wrong with those lines."""
    lines, mistakes = text.splitlines(), list[str]()
    while len(mistakes) < 50:  # noqa: PLR2004 - lines that are no TOML
        try:
            return tomllib.loads("\n".join(lines)), mistakes
        except tomllib.TOMLDecodeError as error:
            where = re.search(r"at line (\d+)", str(error))
            filled = [number for number, line in enumerate(lines) if line.strip()]
            at = int(where[1]) - 1 if where and lines[int(where[1]) - 1 : int(where[1])] else filled[-1]
            name = lines[at].partition("=")[0].strip()
            of = f" ({name})" if name in {one.name for one in fields(Settings)} else ""
            mistakes.append(say("not valid TOML: {error}", error=error) + of)
            lines[at] = ""
        except ValueError as error:  # a whole number of thousands of digits
            return {}, [*mistakes, say("not valid: {reason}", reason=error)]
        except RecursionError:
            return {}, [*mistakes, _("not valid: lists or tables are nested far deeper than any setting")]
    return {}, [*mistakes[:1], _("not valid TOML")]


def setting_meanings() -> dict[str, str]:
    """Return what each setting means, by its name."""
    text = inspect.cleandoc(Settings.__doc__ or "").partition("Attributes:")[2]  # as Python 3.13 has it
    found = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", text, re.MULTILINE)
    return {name: " ".join(f"{meaning[:1].upper()}{meaning[1:]}".split()) for name, meaning in found}


def changed_text(text: str, values: Mapping[str, object]) -> str:
    """Return a config.toml's text with other values; all else in it stays as it is, comments, too.

    The values are texts, numbers and lists of texts by the name of the setting; None takes a setting out.
    """
    lines = text.splitlines()
    for key, value in values.items():
        end = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
        own = re.compile(rf"\s*{re.escape(key)}\s*=")
        first = next((at for at, line in enumerate(lines[:end]) if own.match(line)), end)
        spans = range(first + 1, end + 1) if first < end else ()
        last = next((at for at in spans if _is_toml(lines[first:at])), min(first + 1, end))
        lines[first:last] = [] if value is None else [f"{key} = {json.dumps(value, ensure_ascii=False)}"]
    return "".join(f"{line}\n" for line in lines)


def _is_toml(lines: Sequence[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except ValueError:
        return False
    return True


def _validate(key: str, value: object) -> Any:  # noqa: ANN401 - the dataclass gives the type
    types = {one.name: str(one.type) for one in fields(Settings)}
    if key not in types:
        name = repr(key) if _SETTING_NAME.fullmatch(key) else _describe(key)
        raise BadInput("unknown setting {name}; known are {names}", name=name, names=", ".join(types))
    if key in _LIST_SETTINGS:
        return _validate_list(key, value)
    if "str" in types[key]:
        return _validate_text(key, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(_NO_NUMBER, key=key, given=_describe(value))
    _check_range(key, value)
    if "int" in types[key]:
        if value != int(value):
            raise BadInput("{key} must be a whole number, not {given}", key=key, given=value)
        return int(value)
    return float(value)


_NO_NUMBER = N_("{key} must be a number, not {given}")


def _check_range(key: str, value: float) -> None:
    """Refuse a number that makes no sense for its setting."""
    if isinstance(value, float) and not math.isfinite(value):  # no float holds every whole number
        raise BadInput(_NO_NUMBER, key=key, given=value)
    if value <= 0:
        raise BadInput("{key} must be above 0, not {given}", key=key, given=_shorten(value))
    least, most = RANGES[key]
    if value > most and key in _SAFETY_LIMITS:
        wrong = N_("{key} must be at most {most:g}: advice to see a clinician can come earlier, never later")
        raise BadInput(wrong, key=key, most=most)
    if not least <= value <= most:
        wrong = N_("{key} must be from {least:,g} to {most:,g}, not {given}")
        raise BadInput(wrong, key=key, least=least, most=most, given=_shorten(value))


def _shorten(value: float) -> str:
    """Return a value as a message shows it: a number of a thousand digits helps nobody."""
    shown = repr(value)
    return f"{shown[:60]}…" if shown[60:] else shown


def _validate_list(key: str, value: object) -> tuple[Any, ...]:
    parse, example = _LIST_SETTINGS[key]
    if not isinstance(value, list):
        raise BadInput("{key} must be a list like {example}", key=key, example=example)
    items = [parse(item) for item in value]
    if None in items:
        wrong = N_("{key} must be a list like {example}; look at entry {at}")
        raise BadInput(wrong, key=key, example=example, at=items.index(None) + 1)
    return tuple(items)


_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_TEXT = re.compile(r"[\w +./-]{0,40}")


def _describe(value: object) -> str:
    """Describe a value in a message: a plain one by itself, never what may be a secret, as URLs hold them."""
    if isinstance(value, bool | int | float):
        return repr(value)
    if not isinstance(value, str):
        kinds = {list: _("a list"), dict: _("a table")}
        return next((word for kind, word in kinds.items() if isinstance(value, kind)), _("a date or time"))
    plain = _PLAIN_TEXT.fullmatch(value) and "//" not in value
    return repr(value) if plain else _("a text that may be secret")


def _parse_notify_url(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _parse_privacy_zone(value: object) -> PrivacyZone | None:
    if not isinstance(value, dict) or set(value) != set(PrivacyZone._fields):
        return None
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in value.values()):
        return None
    if any(abs(number) > _MAX_ZONE_RADIUS_M for number in value.values()):  # perhaps too large for a float
        return None
    zone = PrivacyZone(**{name: float(number) for name, number in value.items()})
    within = abs(zone.lat) <= 90 and abs(zone.lon) <= 180 and 0 < zone.radius_m <= _MAX_ZONE_RADIUS_M  # noqa: PLR2004 - degrees
    return zone if within else None


_MAX_ZONE_RADIUS_M = 100_000.0

#: The settings that are lists: a parser of one item, which returns None for an invalid one, and an example.
_LIST_SETTINGS: Mapping[str, tuple[Callable[[object], object], str]] = {
    "notify": (_parse_notify_url, '["ntfy://my-secret-topic"]'),
    "privacy_zones": (_parse_privacy_zone, "[{lat = 52.5163, lon = 13.3777, radius_m = 300}]"),
}


def _validate_text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadInput("{key} must be a text, not {given}", key=key, given=_describe(value))
    choices = CHOICES.get(key)
    if choices and value not in choices:
        wrong = N_("{key} must be one of {choices}, not {given}")
        raise BadInput(wrong, key=key, choices=", ".join(choices), given=_describe(value))
    if key == "timezone":
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: the folder of a continent
            unknown = N_("timezone {given} is not known; try Europe/Berlin")
            raise BadInput(unknown, given=_describe(value)) from error
    return value
