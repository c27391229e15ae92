"""From the files that the runner named to all that is to be read, archives walked like folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotReadable
from runlog.intake import archives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlog.intake.sources import Source


def sources(source: Source, more: Callable[[int], None]) -> Iterator[tuple[Source, BadInput | None]]:
    """The source itself, or the members of the archive that it is; each is read before the next is taken.

    Args:
        source: a file.
        more: is told how many members an archive has, once it is open.

    Returns:
        Sources to be read, and those that cannot be opened with the reason why.
    """
    yield from _walk(source, _up_to_the_limit(more), depth=0)


def _walk(
    source: Source, more: Callable[[int], None], depth: int
) -> Iterator[tuple[Source, BadInput | None]]:
    try:
        if not source.head(len(archives.MAGIC[0])).startswith(archives.MAGIC):
            yield source, None
            return
        if depth == archives.DEEPEST:
            raise NotReadable(f"a zip in {depth} other zips; unpack it and import what is inside")
        source.refuse_bomb()
        with source.opened() as file:
            for member in archives.members(file, source.named, source.known_as, more):
                yield from _walk(member, more, depth + 1)
    except BadInput as error:
        yield source, error


def _up_to_the_limit(more: Callable[[int], None]) -> Callable[[int], None]:
    """Tell of more members only as long as there are not too many in all."""
    in_all = 0

    def counted(members: int) -> None:
        nonlocal in_all
        if in_all + members > archives.MOST_IN_ALL:
            raise NotReadable(
                f"over {archives.MOST_IN_ALL} files in archives within it; unpack it and import the folder"
            )
        in_all += members
        more(members)

    return counted
