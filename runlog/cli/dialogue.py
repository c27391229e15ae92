"""The questions that ``runlog log`` asks when nothing was said: one a line, Enter skips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlog import units
from runlog.cli.answers import HOURS, SCALE, ask, yes_or_no
from runlog.cli.names import AREA, find_shoe
from runlog.model import Area

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def questions(area: Area | None, *, about_a_run: bool, shoes: Mapping[str, str]) -> dict[str, Any]:
    """Ask for an entry's fields; what is skipped is left out, so that it stays unknown.

    Args:
        area: already known, so not asked for.
        about_a_run: whether there is a run that a warm-up, shoe or effort could belong to.
        shoes: the pairs to choose from, by each of their names.
    """
    asked: list[tuple[str, str, Callable[[str], Any]]] = [("soreness", _soreness_of(area), SCALE)]
    if area is None:
        asked.append(("area", f"Where (Enter: {units.area(Area.UPPER_BACK)})?", _area))
    if about_a_run:
        asked += _about_the_run(shoes)
    asked += [
        ("strength", "Strength training that day (y/n)?", yes_or_no),
        ("mobility", "Mobility work that day, like yoga (y/n)?", yes_or_no),
        ("desk_hours", "Hours at the desk?", HOURS),
        ("posture", "Posture, 0 slumped to 10 upright?", SCALE),
        ("note", "A note?", str),
    ]
    told = {field: ask(question, read) for field, question, read in asked}
    return {field: answer for field, answer in told.items() if answer is not None}


def _soreness_of(area: Area | None) -> str:
    where = f" of the {units.area(area)}" if area else ""
    return f"Soreness{where}, 0 none to 10 worst?"


def _about_the_run(shoes: Mapping[str, str]) -> list[tuple[str, str, Callable[[str], Any]]]:
    asked: list[tuple[str, str, Callable[[str], Any]]] = [
        ("warmup", "Warmed up before the run (y/n)?", yes_or_no),
        ("cooldown", "Cooled down after it (y/n)?", yes_or_no),
        ("rpe", "Effort, 0 none to 10 all out?", SCALE),
    ]
    if shoes:
        pairs = ", ".join(dict.fromkeys(shoes.values()))
        asked.append(("shoe", f"Shoes ({pairs})?", lambda name: find_shoe(name, shoes)))
    return asked


def _area(text: str) -> Area:
    return Area(AREA.convert(text, None, None))
