"""What may be wrong with pairs of shoes, their names and their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.model import pair_by_key, shoe_key
from runlog.store import read, shoe_rules
from runlog.store.keeping.finding import RESTORE, Finding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from runlog.model import KeptShoeRule, Shoe


def shoes(db: sqlite3.Connection) -> Iterator[Finding]:
    """Check that names lead to pairs, and rules to pairs that are worn."""
    try:
        pairs, rules = read.shoes(db), shoe_rules.rules(db)
    except (ValueError, TypeError) as error:
        yield Finding("shoes", True, 1, f"the pairs of shoes cannot be read: {error}", RESTORE)
        return
    yield from _names(pairs)
    yield from _rules(rules, pairs)


def _names(pairs: Iterable[Shoe]) -> Iterator[Finding]:
    own = {shoe_key(shoe.name) for shoe in pairs if shoe.same_as is None}
    lost = [shoe.name for shoe in pairs if shoe_key(pair_by_key(pairs)[shoe_key(shoe.name)]) not in own]
    if lost:
        told = f"names that are joined to no pair of shoes: {', '.join(map(repr, lost))}"
        yield Finding(
            "shoe_name", True, len(lost), told, f"take them apart: runlog shoes separate {lost[0]!r}"
        )


def _rules(rules: Iterable[KeptShoeRule], pairs: Iterable[Shoe]) -> Iterator[Finding]:
    pair = pair_by_key(pairs)
    retired = {shoe.name for shoe in pairs if shoe.retired is not None}
    lost = [kept.id for kept in rules if shoe_key(kept.rule.shoe) not in pair]
    if lost:
        told = f"rules for pairs of shoes that are not there: {', '.join(map(str, lost))}"
        yield Finding("shoe_rule", True, len(lost), told, f"remove them: runlog shoes rule remove {lost[0]}")
    idle = [kept.id for kept in rules if pair.get(shoe_key(kept.rule.shoe)) in retired]
    if idle:
        told = f"rules for retired pairs of shoes, of no effect on new runs: {', '.join(map(str, idle))}"
        todo = f"see what removing one would change: runlog shoes rule remove {idle[0]} --dry-run"
        yield Finding("shoe_rule_retired", False, len(idle), told, todo)
