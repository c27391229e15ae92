"""Chance that comes out the same on every machine and in every Python."""

from __future__ import annotations

from random import Random

SEED = 87


def chance(*purpose: object) -> Random:
    """Random numbers for one purpose: changing one part of the season leaves the others as they are."""
    return Random("/".join(map(str, (SEED, *purpose))))  # noqa: S311 - a season, not a secret


def happens(random: Random, share: float) -> bool:
    """Whether something happens that happens in this share of the cases."""
    return random.random() < share
