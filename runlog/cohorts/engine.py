"""Estimate the links of many athletes on Dask, a group of athletes per task.

Each group's result is one Parquet file, written by the worker that made it. So an interrupted run goes on
where it was, and nothing but counts and reasons travels between the processes.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from runlog.analysis.links import LINK_COLUMNS, METHOD_VERSION, links
from runlog.cohorts.sources import Group, read_unchanged
from runlog.errors import BadInput, MissingExtra, RunlogError
from runlog.fileio import make_folder, replace_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client, Future

#: The columns of a result that hold texts; a dictionary becomes its JSON.
_TEXTS = frozenset({"athlete", "area", "factor", "grade", "reason", "moves_with", "speaks_for"})
RESULT_COLUMNS = ("athlete", *(name for name in LINK_COLUMNS if name != "short_reason"))
#: Tasks that a worker is given before it has finished one, so that it never waits for the next.
_AHEAD = 3
#: A scheduler that does not answer within this time, in seconds, is not there.
CONNECT_S = 10
#: A group is tried on so many workers that die over it before it counts as failed.
_ALLOWED_DEATHS = 3


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What came of one group.

    Attributes:
        file: the name of its result.
        fingerprint: of the group and the method; the result holds for as long as that stays.
        athletes: the number of athletes with a result; of those without, see ``problems``.
        ratings: their ratings.
        problems: (athlete, reason) of each that was left out.
    """

    file: str
    fingerprint: str
    athletes: int
    ratings: int
    problems: tuple[tuple[str, str], ...]


def estimate_groups(
    groups: Sequence[Group],
    out: Path,
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[GroupResult]:
    """Estimate the links of all athletes, and write a file of results per group.

    Results in ``out`` that still hold are not made again. A scheduler's workers see the same folders. For the
    arguments see ``cohorts.cohort``; the groups are those of ``sources.find_groups``.

    Returns:
        A result per group, in their order, however many workers there were.

    Raises:
        BadInput: the folder cannot be written, or there is no scheduler at that address.
        MissingExtra: Dask or PyArrow is not installed.
    """
    require_engine()
    try:
        make_folder(out)
    except OSError as error:
        raise BadInput(f"{out}: cannot be written: {error.strerror or error}") from error
    results: dict[int, GroupResult] = {}
    for number, group in enumerate(groups):
        found = read_result(out / _file_name(number))
        if found is not None and found.fingerprint == _result_fingerprint(group):
            results[number] = found
    todo = [number for number in range(len(groups)) if number not in results]
    if todo:
        with connect(scheduler, workers) as client:
            for number, result in _run(client, groups, todo, out):
                results[number] = result
                if progress is not None:
                    progress(len(results), len(groups), result.file)
    for stale in sorted(out.glob("links-*.parquet")):
        if stale.name not in {result.file for result in results.values()}:
            stale.unlink()
    return [results[number] for number in range(len(groups))]


def require_engine() -> None:
    """Raise MissingExtra where Dask or PyArrow is not installed."""
    lacking = [name for name in ("distributed", "pyarrow", "cryptography") if find_spec(name) is None]
    if lacking:
        raise MissingExtra(
            f"a cohort needs {', '.join(lacking)}: in a clone of runlog, pip install -e '.[cohort]'"
        )


@contextmanager
def connect(scheduler: str | None = None, workers: int | None = None) -> Iterator[Client]:
    """Yield a client of the scheduler at an address, or of workers of our own, which end with the block.

    Our own scheduler listens on this machine alone and takes only who holds its certificate: else any user of
    the machine could run code as this one.

    Raises:
        BadInput: nothing answers at that address.
    """
    import dask
    from distributed import Client, LocalCluster, Security

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    settings = {
        "distributed.scheduler.allowed-failures": _ALLOWED_DEATHS,
        # our own processes serve no pages, and take a free port where they listen for them
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with dask.config.set(settings):
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=CONNECT_S)
            except (OSError, ValueError) as error:
                raise BadInput(f"{scheduler}: no Dask scheduler answers there ({error})") from error
            with client:
                yield client
            return
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                security=Security.temporary(),
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client


def _run(
    client: Client, groups: Sequence[Group], todo: Sequence[int], out: Path
) -> Iterator[tuple[int, GroupResult]]:
    """Keep every worker busy, with a few tasks ahead, and yield each result as it comes."""
    from distributed import as_completed

    waiting, running = iter(todo), as_completed()
    numbers: dict[Future, int] = {}

    def submit(how_many: int) -> None:
        for number in islice(waiting, how_many):
            future = client.submit(estimate_group, groups[number], str(out.absolute()), number, pure=False)
            numbers[future] = number
            running.add(future)

    submit(max(1, _AHEAD * sum(client.nthreads().values())))
    for future in running:
        number = numbers.pop(future)
        yield number, _result_or_reason(future, groups[number], number)
        submit(1)


def _result_or_reason(future: Future, group: Group, number: int) -> GroupResult:
    error = future.exception()
    if error is None:
        result: GroupResult = future.result()
        return result
    reason = f"its worker failed: {type(error).__name__}: {' '.join(str(error).split())}"
    names = tuple((Path(path).name, reason) for path in group.paths)
    return GroupResult(_file_name(number), "", 0, 0, names)


def estimate_group(group: Group, out: str, number: int) -> GroupResult:
    """Estimate the links of a group's athletes, and write them into its file."""
    frames, problems, ratings = [], [], 0
    try:
        group, read = read_unchanged(group)
        for athlete in read:
            if athlete.exposures is None:
                problems.append((athlete.name, athlete.problem))
                continue
            try:
                table = links(athlete.exposures)
            except (RunlogError, ValueError, ArithmeticError) as error:
                problems.append((athlete.name, f"{type(error).__name__}: {error}"))
                continue
            ratings += int(athlete.exposures["rating"].notna().sum())
            frames.append(table.assign(athlete=athlete.name))
            if athlete.trials is not None and len(athlete.trials):
                frames.append(athlete.trials.assign(athlete=athlete.name))
    except RunlogError as error:
        problems.append((Path(group.paths[0]).name, str(error)))
    athletes = sum("grade" in frame for frame in frames)
    result = GroupResult(_file_name(number), _result_fingerprint(group), athletes, ratings, tuple(problems))
    _write_result(Path(out), result, frames)
    return result


def _file_name(number: int) -> str:
    return f"links-{number:06d}.parquet"


def _result_fingerprint(group: Group) -> str:
    return f"{METHOD_VERSION}:{group.fingerprint}"


def _write_result(out: Path, result: GroupResult, frames: Sequence[pd.DataFrame]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    filled = [frame.reindex(columns=list(RESULT_COLUMNS)) for frame in frames if not frame.empty]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(RESULT_COLUMNS))
    for name in RESULT_COLUMNS:
        if name in _TEXTS:
            table[name] = table[name].map(
                lambda value: json.dumps(value) if isinstance(value, dict) else value
            )
        else:
            table[name] = pd.to_numeric(table[name]).astype(float)
    types = [(name, pa.string() if name in _TEXTS else pa.float64()) for name in RESULT_COLUMNS]
    arrow = pa.Table.from_pandas(table, schema=pa.schema(types), preserve_index=False)
    arrow = arrow.replace_schema_metadata({"runlog": json.dumps(asdict(result))})
    with replace_atomically(out / result.file) as draft:
        pq.write_table(arrow, draft)


def write_parquet(table: pd.DataFrame, file: Path) -> None:
    """Write a table as Parquet; raises BadInput where it cannot be written."""
    try:
        with replace_atomically(file) as draft:
            table.to_parquet(draft, index=False)
    except OSError as error:
        raise BadInput(f"{file}: cannot be written: {error.strerror or error}") from error


def read_result(file: Path) -> GroupResult | None:
    """Return what a file of results says of itself; None where it is none, or is not whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_schema(file).metadata or {}
        fields = json.loads(metadata.get(b"runlog", b"{}"))
        return GroupResult(**fields | {"problems": tuple(map(tuple, fields["problems"]))})
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None


def read_links(out: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the links of all athletes in a folder of results, by athlete, area and factor.

    Raises:
        BadInput: there is no result in it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted(out.glob("links-*.parquet"))
    if not files:
        raise BadInput(f"{out}: no results in it; runlog cohort links SOURCE --out {out} makes them")
    wanted = None if columns is None else ["athlete", "area", "factor", *columns]
    table: pd.DataFrame = pa.concat_tables(pq.read_table(file, columns=wanted) for file in files).to_pandas()
    return table.sort_values(["athlete", "area", "factor"], kind="stable", ignore_index=True)
