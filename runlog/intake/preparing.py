"""A source before it is read: whether an importer claims it, and whether its bytes are known already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlog.errors import BadInput, NotReadable, NotTaken
from runlog.files import LARGEST
from runlog.intake.reading import Job
from runlog.intake.sources import OnDisk
from runlog.intake.summary import FileResult, Taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlog.intake.sources import Source
    from runlog.store import Store


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that is to be read.

    Attributes:
        named: as the runner named it.
        known_as: by its absolute path.
        sha256: of its bytes and of those beside it that belong to it.
        job: what is to be read.
        is_list: whether it is an app's list of activities, which tells more of recordings.
    """

    named: str
    known_as: str
    sha256: str
    job: Job
    is_list: bool


def prepared(store: Store, source: Source, sport: str | None) -> Prepared | Taken:
    """Load a source, or say what comes of it without reading it."""
    from runlog import importers

    try:
        patterns = importers.sidecar_patterns(source.head(importers.HEAD_SIZE), source.named)
        if source.size > LARGEST:
            raise NotReadable(
                f"{source.size / 2**20:.0f} MB is more than any recording has; "
                f"runlog reads files up to {LARGEST // 2**20} MB"
            )
        job = Job(source.named, source.load(), source.beside(patterns or ()))
    except BadInput as error:
        return refused(source, error)
    sha256 = _sha256(job.data, job.beside)
    known = None if sport else store.known(source.known_as, sha256)
    if known is not None:
        result = FileResult(source.named, known.outcome, known.reason, known.runs)
        return Taken(result, known, lasting=True)
    return Prepared(source.named, source.known_as, sha256, job, patterns is not None)


def refused(source: Source, error: BadInput) -> Taken:
    """What is told of a source that cannot be loaded, or that holds nothing for runlog."""
    nothing = isinstance(error, NotTaken)
    result = FileResult(source.named, "skipped" if nothing else "failed", str(error))
    return Taken(result, lasting=nothing or not isinstance(source, OnDisk))


def _sha256(data: bytes, beside: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(data)
    for name in sorted(beside):
        digest.update(hashlib.sha256(beside[name]).digest())
    return digest.hexdigest()
