"""Ask of many runners what one runner cannot answer: does it hold for others, for whom, and how surely.

``cohort`` estimates the links of every athlete of homes, exports or a Parquet dataset on Dask; ``pool`` puts
effects together. Start there; the formulas are in ``cohorts.pooling``, the engine in ``cohorts.engine``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runlog.cohorts.tables import pool
from runlog.errors import BadInput

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    import pandas as pd

__all__ = ["cohort", "pool"]


def cohort(
    sources: Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> pd.DataFrame:
    """Estimate the links of every athlete, and return them as one table.

    A million athletes of 100 ratings and 8 factors are 10,000 files of 100; at some 30 ms each they take
    about 8 hours of one core, so 15 minutes on 32. A worker holds one file at a time; the scheduler holds a
    few tasks per worker, and of each finished group its counts and problems. The table returned has 8 million
    rows (about 2 GB), so that for such numbers the files in ``out`` are better read one by one.

    Args:
        sources: folders of homes or exports, or Parquet datasets of exposures.
        out: the folder of the results, which a later call takes up.
        scheduler: address of a Dask scheduler; by default one of our own on this machine.
        workers: number of its workers.
        progress: called after each group of athletes with the number done, their total, and its file's name.

    Returns:
        A row per athlete, area and factor: athlete, and the columns of ``runlog.links``.

    Raises:
        BadInput: a source holds nothing of the kind, or ``out`` cannot be written.
        MissingExtra: Dask or PyArrow is not installed.
    """
    from runlog.cohorts import engine
    from runlog.cohorts.sources import find_groups

    engine.require_engine()
    groups = find_groups([Path(source) for source in sources])
    if not groups:
        raise BadInput("no source of athletes was named")
    engine.estimate_groups(groups, Path(out), scheduler=scheduler, workers=workers, progress=progress)
    return engine.read_links(Path(out))
