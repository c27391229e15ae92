"""Find the athletes of a cohort, in groups that one process reads at a time, and read them one by one.

An athlete is a home, an export of one, or the rows of one name in a Parquet dataset of exposures.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from runlog.analysis.exposures import exposures, without_rpe
from runlog.cohorts.tables import trial_effects
from runlog.errors import BadInput, RunlogError
from runlog.fileio import make_folder, replace_atomically, write_atomically
from runlog.journal import open as open_journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runlog.analysis.history import History

#: Homes and exports that one task reads: so many that starting a task costs little in comparison.
ATHLETES_PER_GROUP = 20
#: Athletes in one file of a dataset that runlog writes.
ATHLETES_PER_FILE = 100
#: No larger file of a dataset is read into a worker's memory.
MAX_FILE_ROWS = 2_000_000
MAX_FILE_COLUMNS = 500
MAX_FILE_BYTES = 2**30  # unpacked
MAX_RATING = 10

_DATABASE, _EXPORT = "runlog.db", "journal.json"
_NEEDED = ("athlete", "moment", "rating")


@dataclass(frozen=True, slots=True)
class Group:
    """Athletes that one task reads.

    Attributes:
        kind: "homes", "exports" or "table".
        paths: of the homes, of the exports, or of one Parquet file.
        fingerprint: changes when anything in them does.
    """

    kind: str
    paths: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True, eq=False)
class Athlete:
    """One athlete's exposures, or the reason why they cannot be read.

    Attributes:
        name: of the folder, or in the dataset's column.
        exposures: as ``runlog.exposures`` returns them; None where there is a problem.
        problem: "" where there is none.
        trials: the effects of finished trials, as ``trial_effects`` returns them; None in a dataset.
    """

    name: str
    exposures: pd.DataFrame | None
    problem: str = ""
    trials: pd.DataFrame | None = None


def find_groups(sources: Sequence[Path]) -> list[Group]:
    """Return the athletes in these folders and files, in groups, always in the same order.

    Raises:
        BadInput: there is nothing of the kind in one of them, or two athletes have the same name.
    """
    homes: dict[str, Path] = {}
    exports: dict[str, Path] = {}
    tables: list[Path] = []
    for source in sources:
        files = _find_tables(source)
        if not files and not _find_folders(source, homes, exports):
            raise BadInput(
                f"{source}: no home ({_DATABASE}), no export ({_EXPORT}) and no Parquet file in it. "
                "Name the folder that the runners' folders lie in, or a dataset of exposures."
            )
        tables += files
    return [
        *_group_folders("homes", homes),
        *_group_folders("exports", exports),
        *(Group("table", (str(path),), _fingerprint([path])) for path in tables),
    ]


def find_homes(sources: Sequence[Path]) -> list[Path]:
    """Return the homes in these folders, by name.

    Raises:
        BadInput: there is none in one of them, or two have the same name.
    """
    homes: dict[str, Path] = {}
    for source in sources:
        found: dict[str, Path] = {}
        _find_folders(source, found, {})
        if not found:
            raise BadInput(f"{source}: no home in it; name the folder that the runners' folders lie in")
        _find_folders(source, homes, {})  # again, to see names that two of the sources share
    return [homes[name] for name in sorted(homes)]


def _find_tables(source: Path) -> list[Path]:
    if source.is_file():
        return [source] if source.suffix == ".parquet" else []
    return sorted(path for path in source.rglob("*.parquet") if path.is_file() and not path.is_symlink())


def _find_folders(source: Path, homes: dict[str, Path], exports: dict[str, Path]) -> bool:
    if not source.is_dir():
        return False
    inside = sorted(path for path in source.iterdir() if path.is_dir() and not path.is_symlink())
    found = False
    for folder in [source, *inside]:
        for mark, known in ((_DATABASE, homes), (_EXPORT, exports)):
            if not (folder / mark).is_file():
                continue
            name = folder.resolve().name
            if homes.get(name, exports.get(name, folder)).resolve() != folder.resolve():
                raise BadInput(f"{folder}: a second runner called {name!r}; rename one of the two folders")
            known[name] = folder
            found = True
    return found


def _group_folders(kind: str, folders: dict[str, Path]) -> Iterator[Group]:
    names = sorted(folders)
    for start in range(0, len(names), ATHLETES_PER_GROUP):
        paths = [folders[name] for name in names[start : start + ATHLETES_PER_GROUP]]
        yield Group(kind, tuple(map(str, paths)), _fingerprint(paths))


#: What the answers of a home or an export depend on.
_STATE_FILES = (_DATABASE, f"{_DATABASE}-wal", "config.toml", _EXPORT)


def read_unchanged(group: Group) -> tuple[Group, list[Athlete]]:
    """Return all athletes of a group, and the group as it was while they were read.

    Reading a home may store in it what it has worked out, such as its routes; then it is read once more.
    """
    athletes = list(read_group(group))
    after = Group(group.kind, group.paths, _fingerprint(map(Path, group.paths)))
    return (group, athletes) if after == group else (after, list(read_group(after)))


def _fingerprint(paths: Iterable[Path]) -> str:
    states = []
    for file in (path / name if path.is_dir() else path for path in paths for name in _STATE_FILES):
        if file.exists():
            status = file.stat()
            states.append((str(file), status.st_size, status.st_mtime_ns))
    return sha256(json.dumps(states).encode()).hexdigest()


def read_group(group: Group) -> Iterator[Athlete]:
    """Yield each athlete of a group; one that cannot be read is named, and the next one follows."""
    if group.kind == "table":
        yield from _read_table(Path(group.paths[0]))
        return
    for path in map(Path, group.paths):
        try:
            if group.kind == "homes":
                with open_journal(path) as journal:
                    history = journal.history()
            else:
                history = _read_export(path)
            yield Athlete(
                path.resolve().name, exposures(history), "", trial_effects(history, datetime.now(UTC))
            )
        except (RunlogError, OSError) as error:
            yield Athlete(path.resolve().name, None, str(error) or type(error).__name__)


def _read_export(path: Path) -> History:
    with tempfile.TemporaryDirectory() as folder:
        config = path / "config.toml"
        if config.is_file():  # decides the local days and the kind of load
            (Path(folder) / config.name).write_bytes(config.read_bytes())
        with open_journal(folder) as journal:
            summary = journal.add([path], workers=1)
            failed = [file for file in summary.files if file.outcome == "failed"]
            if failed:
                raise BadInput(f"{failed[0].path}: {failed[0].reason}")
            return journal.history()


def _read_table(path: Path) -> Iterator[Athlete]:
    table = read_table(path)
    for name, rows in table.groupby("athlete", sort=True, observed=True):
        own = rows.drop(columns="athlete").dropna(axis="columns", how="all")
        problem = _find_fault(own)
        yield Athlete(str(name), None if problem else own, problem)


def _find_fault(table: pd.DataFrame) -> str:
    """Return what is wrong with the numbers of an athlete of a dataset; "" for nothing."""
    if "rating" not in table:
        return "no row has a rating"
    rating = table["rating"]
    if not is_numeric_dtype(rating):
        return "the ratings are no numbers"
    outside = rating.notna() & ~rating.between(0, MAX_RATING)
    if outside.any():
        return (
            f"{int(outside.sum())} ratings are not between 0 and {MAX_RATING}, as {rating[outside].iloc[0]:g}"
        )
    numbers = table.select_dtypes("number")
    infinite = [name for name in numbers if np.isinf(numbers[name].to_numpy(float, na_value=np.nan)).any()]
    return f"a value without end in {', '.join(map(str, infinite))}" if infinite else ""


def read_table(path: Path) -> pd.DataFrame:
    """Return one file of a dataset.

    Raises:
        BadInput: it is no Parquet file, too large, or lacks a column; the message says what to do.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            meta = file.metadata
            size = sum(meta.row_group(number).total_byte_size for number in range(meta.num_row_groups))
            if meta.num_rows > MAX_FILE_ROWS or meta.num_columns > MAX_FILE_COLUMNS or size > MAX_FILE_BYTES:
                raise BadInput(
                    f"{path}: {meta.num_rows:,} rows, {meta.num_columns:,} columns, {size:,} bytes in one "
                    f"file; at most {MAX_FILE_ROWS:,}, {MAX_FILE_COLUMNS:,} and {MAX_FILE_BYTES:,} are "
                    "read. Write groups of athletes into files of their own."
                )
            lacking = [name for name in _NEEDED if name not in file.schema_arrow.names]
            if lacking:
                raise BadInput(
                    f"{path}: no column {', '.join(lacking)}; a dataset needs {', '.join(_NEEDED)}"
                )
            table: pd.DataFrame = file.read().to_pandas()
    except (pa.ArrowException, OSError) as error:
        raise BadInput(f"{path}: cannot be read as Parquet: {' '.join(str(error).split())}") from error
    if not isinstance(table["moment"].dtype, pd.DatetimeTZDtype):
        raise BadInput(f"{path}: the column moment needs a time zone (UTC), and is {table['moment'].dtype}")
    if table["athlete"].isna().any():
        raise BadInput(f"{path}: {int(table['athlete'].isna().sum())} rows name no athlete")
    return table


def write_dataset(groups: Sequence[Group], out: Path) -> tuple[int, list[Athlete]]:
    """Write the exposures of all athletes as a Parquet dataset with its description, into an empty folder.

    Returns:
        The number of athletes written, and those that could not be read.

    Raises:
        BadInput: the folder holds something, or cannot be written.
    """
    if out.exists() and any(out.iterdir()):
        raise BadInput(f"{out}: there is something in it; name a new folder")
    make_folder(out)
    written, problems, waiting = 0, [], []
    for athlete in (athlete for group in groups for athlete in read_group(group)):
        if athlete.exposures is None:
            problems.append(athlete)
            continue
        waiting.append(athlete.exposures.assign(athlete=athlete.name))
        written += 1
        if len(waiting) == ATHLETES_PER_FILE:
            _write_file(out, written // ATHLETES_PER_FILE - 1, waiting)
            waiting = []
    if waiting:
        _write_file(out, written // ATHLETES_PER_FILE, waiting)
    write_atomically(out / "datapackage.json", json.dumps(describe_dataset(), indent=2) + "\n")
    return written, problems


def _write_file(out: Path, number: int, tables: Sequence[pd.DataFrame]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pd.concat(tables, ignore_index=True)
    table = table[["athlete", *(name for name in table.columns if name != "athlete")]]
    types = {"athlete": pa.string(), "area": pa.string(), "day": pa.date32()}
    types["moment"] = pa.timestamp("us", tz="UTC")
    schema = pa.schema([(name, types.get(name, pa.float64())) for name in table.columns])
    with replace_atomically(out / f"athletes-{number:05d}.parquet") as draft:
        pq.write_table(pa.Table.from_pandas(table, schema=schema, preserve_index=False), draft)


def describe_dataset() -> dict[str, Any]:
    """Return the dataset's description: a Frictionless data package with a table schema."""
    from runlog.analysis.factors import FACTORS

    fields: list[dict[str, Any]] = [
        {"name": "athlete", "type": "string", "description": "Name or number of the athlete."},
        {"name": "moment", "type": "datetime", "description": "When the rating was given, in UTC."},
        {
            "name": "rating",
            "type": "number",
            "constraints": {"minimum": 0, "maximum": 10},
            "description": "Soreness, 0 none to 10 worst; empty is unknown.",
        },
        {"name": "area", "type": "string", "description": "Body area; each is estimated by itself."},
        {"name": "day", "type": "date", "description": "The athlete's local day."},
        {"name": "local_hour", "type": "number", "description": "The hour by the athlete's own clock."},
    ]
    fields += [{"name": factor.name, "type": "number", "description": factor.meaning} for factor in FACTORS]
    fields += [
        {
            "name": without_rpe(factor.name),
            "type": "number",
            "description": f"{factor.name} of a load without RPE; where RPE makes the load, a check of it.",
        }
        for factor in FACTORS
        if factor.of_session_load
    ]
    for field in fields:
        field["constraints"] = field.get("constraints", {}) | {"required": field["name"] in _NEEDED}
    return {
        "profile": "data-package",
        "name": "runlog-exposures",
        "description": "A row per rating, a column per factor as of that moment; all rows of an athlete "
        "lie in one file. Other numeric columns are factors, too.",
        "resources": [
            {
                "name": "exposures",
                "path": "athletes-*.parquet",
                "format": "parquet",
                "schema": {"fields": fields, "missingValues": [""]},
            }
        ],
    }
