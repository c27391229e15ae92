"""The shoes of a journal: the pairs, what they were worn on, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from runlog.model import KeptShoeRule
from runlog.store import shoes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runlog.analysis.history import History
    from runlog.model import Shoe, ShoeRule
    from runlog.settings import Settings
    from runlog.store import Store

_NOT_KEPT_YET = 0  # no rule has this number


@dataclass(frozen=True, slots=True)
class Shoes:
    """The pairs of one runner; ``journal.shoes`` gives it."""

    _store: Store
    _settings: Settings

    def all(self) -> list[Shoe]:
        """All pairs that the runner or a shoes file has told of, by name, with what are but other names."""
        return self._store.shoes()

    def names(self) -> dict[str, str]:
        """The pair by each name that was ever written for it: by the runner, a diary row or a recording."""
        with self._store.reading() as db:
            return shoes.read_shoe_names(db)

    def add(self, shoe: Shoe) -> list[str]:
        """Add a pair, and name those that it takes the place of as the default.

        Raises:
            BadInput: there is one of that name.
        """
        with self._store.writing() as db:
            return shoes.add_shoe(db, shoe)

    def edit(self, shoe: Shoe) -> list[str]:
        """Put other values in the place of a pair's, and name those that it replaces as the default.

        Raises:
            NotFound: there is none of that name.
        """
        with self._store.writing() as db:
            return shoes.edit_shoe(db, shoe)

    def rename(self, name: str, new: str) -> None:
        """Give a pair another name; what is called by the one before, now or later, stays the pair's.

        Raises:
            NotFound: there is no pair of that name.
            BadInput: another pair goes by the new name, or it is none.
        """
        with self._store.writing() as db:
            shoes.rename_shoe(db, name, new)

    def join(self, name: str, other: str) -> None:
        """Let two names be of one pair, in all that is there and all that comes; it goes by the first.

        Raises:
            NotFound: one of them was never named.
            BadInput: they are of one pair already.
        """
        with self._store.writing() as db:
            shoes.join_shoes(db, name, other)

    def separate(self, name: str) -> str:
        """Let a name be a pair of its own again, and return the name of the one that it was joined to.

        Raises:
            BadInput: it is none that was joined.
        """
        with self._store.writing() as db:
            return shoes.separate_shoe(db, name)

    def wear(self, run_ids: Iterable[int], name: str | None) -> None:
        """Say which pair was worn on runs, which outranks all else; None takes that word back.

        Raises:
            NotFound: there is no such run or no pair of that name; nothing is changed then.
        """
        with self._store.writing() as db:
            shoes.set_shoe_override(db, run_ids, name)

    def rules(self) -> list[KeptShoeRule]:
        """The rules by which pairs are worn on runs of which nothing is said, as they were made."""
        with self._store.reading() as db:
            return shoes.read_shoe_rules(db)

    def check_rule(self, rule: ShoeRule) -> None:
        """Refuse a rule that could not be kept; raises as ``add_rule``."""
        with self._store.reading() as db:
            shoes.check_shoe_rule(db, rule)

    def add_rule(self, rule: ShoeRule) -> int:
        """Keep a rule and return its number.

        Raises:
            NotFound: the runner keeps no pair of that name.
            BadInput: it has no condition or one that no run could fit, or is there already.
        """
        with self._store.writing() as db:
            return shoes.add_shoe_rule(db, rule)

    def remove_rule(self, number: int) -> ShoeRule:
        """Take a rule out and return it.

        Raises:
            NotFound: there is none of that number.
        """
        with self._store.writing() as db:
            return shoes.remove_shoe_rule(db, number)

    def history_if(
        self,
        *,
        worn: Mapping[int, str | None] | None = None,
        rules: Iterable[ShoeRule] = (),
        without: Iterable[int] = (),
    ) -> History:
        """The history as it would be, without what is derived of tracks; nothing is changed.

        Args:
            worn: the pair put on a run by hand, or None to take that word back, by the run's id.
            rules: more rules; they have no number yet, which is told as 0.
            without: the numbers of rules that would not be there.
        """
        from runlog.analysis import history

        kept, worn, gone = self._store.kept(derived=False), worn or {}, set(without)
        imagined = replace(
            kept,
            activities=[replace(one, worn=worn.get(one.id, one.worn)) for one in kept.activities],
            shoe_rules=[
                *(rule for rule in kept.shoe_rules if rule.id not in gone),
                *(KeptShoeRule(_NOT_KEPT_YET, rule) for rule in rules),
            ],
        )
        return history.build_history(imagined, self._settings, self._store.track)
