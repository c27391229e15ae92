"""Translate the sport names of files, apps and languages into FIT's sport and sub-sport."""

from __future__ import annotations

import re
import unicodedata

from runlog.model import UNKNOWN_SPORT, Kind

# ruff: noqa: RUF001 - words in their own scripts


#: Sports whose cadence is steps, with the value below which it must count one foot only.
ONE_FOOT_BELOW_SPM = {"running": 120.0, "walking": 75.0, "hiking": 75.0}

#: Sports that use shoes; the gear of others is something else.
ON_FOOT = frozenset(ONE_FOOT_BELOW_SPM)

HABITS = frozenset(
    {"strength_training", "yoga", "pilates", "flexibility_training"}
    | {"mobility", "stretching", "warm_up", "cool_down"}
)

#: Names of each sport (in FIT's words) in files, Strava's languages, Garmin and plain speech.
_SPORT_NAMES: dict[tuple[str, str | None], str] = {
    ("running", None): (
        "run, 9, jog, jogging, street running, road running, Lauf, Laufen, Course à pied, Course, Carrera, "
        "Correr, Corsa, Corrida, Hardlopen, Hardloopsessie, Бег, Забег, ラン, ランニング, 러닝, 달리기, "
        "跑步, 路跑"
    ),
    ("running", "trail"): (
        "trail, trail run, trail running, trailrun, Traillauf, Trailrunning, Geländelauf, Course de trail, "
        "Carrera de montaña, Carrera por senderos, Trail hardlopen, Corsa su sentiero, Corrida em trilha, "
        "Corrida de trilha, Трейлраннинг, Трейл, トレイルラン, トレイルランニング, 트레일 러닝, 越野跑"
    ),
    ("running", "track"): "track running, track run",
    ("running", "treadmill"): "treadmill, treadmill running, Laufband",
    ("running", "indoor_running"): "indoor running",
    ("running", "ultra"): "ultra run, ultra running",
    ("running", "obstacle"): "obstacle run, obstacle running",
    ("running", "virtual_activity"): (
        "virtual run, virtualrun, Virtueller Lauf, Course virtuelle, Course à pied virtuelle, "
        "Carrera virtual, Corsa virtuale, Corrida virtual, Virtuele hardloopsessie, Виртуальный забег, "
        "バーチャルラン, 가상 러닝, 虚拟跑步, 虛擬跑步"
    ),
    ("cycling", None): (
        "ride, 1, bike, biking, Radfahrt, Radfahren, Rennradfahrt, Vélo, Sortie à vélo, Cyclisme, Bicicleta, "
        "Ciclismo, Vuelta en bicicleta, Salida en bicicleta, Giro in bici, Pedalata, Uscita in bici, "
        "Pedalada, Volta de bicicleta, Fietsrit, Fietsen, Fietstocht, Велозаезд, Велосипед, ライド, 自転車, "
        "サイクリング, 라이딩, 骑行, 騎乘, 騎車"
    ),
    ("cycling", "road"): "road biking, road cycling",
    ("cycling", "mountain"): (
        "mountain biking, mountain bike ride, mountainbikeride, Mountainbike-Fahrt, Mountainbikefahrt, VTT, "
        "Sortie VTT, Bicicleta de montaña, Mountainbike, Mountainbikerit, Mountainbiketocht"
    ),
    ("cycling", "gravel_cycling"): (
        "gravel cycling, gravel ride, gravelride, Gravel-Fahrt, Gravelfahrt, Gravelrit, Sortie gravel"
    ),
    ("cycling", "indoor_cycling"): "indoor cycling",
    ("cycling", "e_bike_fitness"): (
        "e-bike ride, ebikeride, e-bike, E-Bike-Fahrt, Vélo électrique, Vélo à assistance électrique, "
        "Bicicleta eléctrica, Bici elettrica, E-fietsrit"
    ),
    ("cycling", "virtual_activity"): (
        "virtual ride, virtualride, Virtuelle Radfahrt, Virtuelles Radfahren, Vélo virtuel, "
        "Sortie à vélo virtuelle, Bicicleta virtual, Ciclismo virtual, Pedalata virtuale, Pedalada virtual, "
        "Virtuele fietsrit, Виртуальный велозаезд, バーチャルライド, 가상 라이딩, 虚拟骑行, 虛擬騎乘"
    ),
    ("walking", None): (
        "walk, casual walking, speed walking, Spaziergang, Spazieren, Gehen, Marche, Caminata, Caminar, "
        "Camminata, Caminhada, Wandelen, Wandeling, Ходьба, Прогулка, ウォーク, ウォーキング, 散歩, "
        "걷기, 步行, 健走"
    ),
    ("hiking", None): (
        "hike, Wanderung, Wandern, Randonnée, Senderismo, Excursión, Escursione, Escursionismo, Trilha, "
        "Caminhada na natureza, Hiken, Wandeltocht, Поход, Пеший туризм, ハイク, ハイキング, "
        "하이킹, 徒步, 健行"
    ),
    ("swimming", None): (
        "swim, Schwimmen, Natation, Natación, Nuoto, Natação, Zwemmen, Плавание, スイム, 水泳, 수영, 游泳"
    ),
    ("swimming", "lap_swimming"): "lap swimming",
    ("swimming", "open_water"): "open water swimming",
    ("training", "strength_training"): (
        "strength, strength training, weighttraining, weight training, Krafttraining, Gewichtstraining, "
        "Gewichtheben, Musculation, Entraînement aux poids, Entraînement avec poids, "
        "Entrenamiento con pesas, Entrenamiento de fuerza, Musculación, Allenamento con i pesi, Pesi, "
        "Treinamento com pesos, Treino com pesos, Musculação, Krachttraining, Gewichttraining, "
        "Силовая тренировка, ウェイトトレーニング, 筋トレ, 웨이트 트레이닝, 力量训练, 重量训练, 重量訓練"
    ),
    ("training", None): (
        "workout, Entraînement, Entrenamiento, Allenamento, Treino, Treinamento, Тренировка, ワークアウト, "
        "운동, 训练, 訓練, 体能训练, 體能訓練"
    ),
    ("yoga", None): "Йога, ヨガ, 요가, 瑜伽, 瑜珈",
    ("pilates", None): "Пилатес, ピラティス, 필라테스, 普拉提, 皮拉提斯",
}


def strip_accents(word: str) -> str:
    """Return a word in lower case without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _fold_name(word: str) -> str:
    """Return a word without accents, case and punctuation, its parts joined by "_"."""
    return re.sub(r"[\W_]+", "_", strip_accents(word)).strip("_")


_ALIASES = {_fold_name(word): sport for sport, words in _SPORT_NAMES.items() for word in words.split(", ")}
_FIT_SPORTS = HABITS | {word for sport in _SPORT_NAMES for word in sport if word}


def normalize_sport(word: str | None) -> tuple[str, str | None]:
    """Return sport and sub-sport in FIT's words for a name in any known language; unknown names stay."""
    plain = _fold_name(word or "")
    if not plain:
        return UNKNOWN_SPORT, None
    return _ALIASES.get(plain, (plain, None))


def is_known_sport(word: str) -> bool:
    """Return whether a word is a known sport in any language; ``normalize_sport`` passes on unknown words."""
    plain = _fold_name(word)
    return plain in _ALIASES or plain in _FIT_SPORTS


def activity_kind(sport: str, sub_sport: str | None) -> Kind:
    """Return whether an activity counts as a run, a habit or something else."""
    if sport == "running":
        return Kind.RUN
    if sport in HABITS or sub_sport in HABITS:
        return Kind.HABIT
    return Kind.OTHER


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
