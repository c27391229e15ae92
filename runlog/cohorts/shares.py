"""Share a runner's effects with a study that wants no diaries: numbers per factor, and nothing else."""

from __future__ import annotations

import json
import math
import re
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog.analysis.factors import FACTORS
from runlog.analysis.links import METHOD_VERSION
from runlog.cohorts.tables import EFFECT_COLUMNS, FORMAT, TRIAL_PREFIX, read_json
from runlog.errors import BadInput
from runlog.fileio import write_atomically
from runlog.model import Area
from runlog.trials.interventions import INTERVENTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_ID = re.compile(r"[0-9a-f]{32}")
#: No larger file is a share.
MAX_BYTES = 1_000_000
MAX_EFFECTS = 2000
#: Digits after the point: more tell nothing, and could be compared with a diary.
DIGITS = 4
_KEYS = frozenset({"runlog_share", "id", "method", "effects"})
_EFFECT_KEYS = frozenset({"area", "factor", "step", "b", "s", "n"})


def runner_id(home: Path) -> str:
    """Return the random id under which a runner shares, which is made when it is first asked for.

    Raises:
        BadInput: the home cannot be written.
    """
    file = home / "share-id"
    with suppress(OSError, ValueError):
        found = file.read_text(encoding="ascii").strip()
        if _ID.fullmatch(found):
            return found
    made = secrets.token_hex(16)
    write_atomically(file, f"{made}\n")
    return made


def make_share(links: pd.DataFrame, trials: pd.DataFrame, runner_id: str) -> dict[str, Any]:
    """Return what a runner shares: per area and factor step, b, s and n, under a random id.

    Only factors that runlog defines are in it; the name of a column of one's own could tell anything. The
    links are those of ``runlog.links``, the trials of ``trial_effects``; the id is the same each time, so
    that a later file takes the place of an earlier one.
    """
    columns = sorted(_EFFECT_KEYS)
    table = pd.concat([part[columns] for part in (links, trials) if len(part)] or [links[columns]])
    rows = table[table["factor"].isin(_known_factors()) & table["b"].notna() & (table["s"] > 0)]
    effects = [
        {
            "area": row["area"],
            "factor": row["factor"],
            "step": round(float(row["step"]), DIGITS),
            "b": round(float(row["b"]), DIGITS),
            "s": max(round(float(row["s"]), DIGITS), 10.0**-DIGITS),
            "n": int(row["n"]),
        }
        for row in rows.to_dict("records")
    ]
    return {"runlog_share": FORMAT, "id": runner_id, "method": METHOD_VERSION, "effects": effects}


def _known_factors() -> set[str]:
    return {factor.name for factor in FACTORS} | {f"{TRIAL_PREFIX}{one.name}" for one in INTERVENTIONS}


def write_share(share: dict[str, Any], file: Path) -> None:
    """Write a share as JSON; raises BadInput where it cannot be written."""
    write_atomically(file, json.dumps(share, indent=1) + "\n")


def read_shares(files: Iterable[Path]) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return the effects of all shares that can be read, and (file, reason) of each that cannot.

    Of two files of one runner the one with more ratings counts.

    Returns:
        A table with EFFECT_COLUMNS, ``athlete`` being the random id, and ``shared``, which is True.
    """
    best: dict[str, list[dict[str, Any]]] = {}
    problems = []
    for file in files:
        try:
            runner, effects = _read_share(file)
        except BadInput as error:
            problems.append((str(file), str(error)))
            continue
        if runner not in best or _most_ratings(effects) >= _most_ratings(best[runner]):
            best[runner] = effects
    rows = [{"athlete": runner} | effect for runner, effects in sorted(best.items()) for effect in effects]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).assign(shared=True), problems


def _most_ratings(effects: Sequence[dict[str, Any]]) -> int:
    return max((effect["n"] for effect in effects), default=0)


def _read_share(file: Path) -> tuple[str, list[dict[str, Any]]]:
    made_by = "runlog links --share FILE writes one"
    content = read_json(file, "runlog_share", "shared file", MAX_BYTES, made_by)
    if set(content) != _KEYS or not _ID.fullmatch(str(content["id"])):
        raise BadInput("not as runlog writes it: it says more or less than it should")
    if content["method"] != METHOD_VERSION:
        raise BadInput(
            f"of method {content['method']}, but this runlog has method {METHOD_VERSION}; "
            "effects of two methods are not pooled"
        )
    _check_effects(content["effects"])
    return str(content["id"]), content["effects"]


def _check_effects(effects: object) -> None:
    if not isinstance(effects, list) or len(effects) > MAX_EFFECTS:
        raise BadInput("not as runlog writes it: no list of effects, or too many")
    known = _known_factors()
    seen = set()
    for effect in effects:
        if not _is_effect(effect, known):
            raise BadInput(f"an effect that cannot be: {str(effect)[:100]}")
        if (effect["area"], effect["factor"]) in seen:
            raise BadInput(f"{effect['factor']} of {effect['area']} twice")
        seen.add((effect["area"], effect["factor"]))


def _is_effect(effect: object, factors: set[str]) -> bool:
    if not isinstance(effect, dict) or set(effect) != _EFFECT_KEYS:
        return False
    numbers = [effect[name] for name in ("step", "b", "s", "n")]
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        return False
    return (
        effect["area"] in set(Area)
        and effect["factor"] in factors
        and 0 <= effect["step"] < math.inf
        and 0 < effect["s"] < 100  # noqa: PLR2004 - points; beyond the scale of ratings an effect says nothing
        and abs(effect["b"]) < 100  # noqa: PLR2004
        and effect["n"] >= 1
    )
