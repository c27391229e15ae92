"""Write a page for every week that has data, and an index; rewrite only what changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pandas as pd

from runlog import __version__, units
from runlog.analysis import periods
from runlog.fileio import write_atomically
from runlog.i18n import _, ngettext, use_language
from runlog.reporter.render import as_html, content, render_page
from runlog.reporter.render.as_html import ArchiveLinks
from runlog.reporter.render.content import Document, Paragraph, Section, Table
from runlog.reporter.weekly import build_week

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from runlog.analysis.history import History
    from runlog.analysis.periods import Span
    from runlog.reporter.weekly import Week
    from runlog.settings import Settings

INDEX = "index.html"
#: The rows of the index, kept to know next time which pages have changed.
MANIFEST = "archive.json"


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One week in the index; numbers are SI, None unknown.

    Attributes:
        key: the hash of its page's inputs.
        load: of the week, in load_unit.
    """

    week: str
    key: str
    days: str
    headline: str
    soreness: float | None
    load: float | None
    load_unit: str
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Archive:
    """The index that was written, the number of pages that had changed, and the number of all."""

    index: Path
    written: int
    pages: int


def write_archive(
    history: History,
    folder: Path,
    now: datetime | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Archive:
    """Write the page of every complete week that has data, and the index; pages of other weeks stay.

    ``progress`` is called after each page with how many are done, of how many, and its name.

    Raises:
        BadInput: the folder cannot be written to, or ``now`` has no time zone.
    """
    moment = periods.to_utc(now)
    weeks = _complete_weeks(history, moment)
    names = [periods.week_name(week) for week in weeks]
    files = [None, *(f"{name}.html" for name in names), None]
    manifest = _read_manifest(folder / MANIFEST)
    links = [ArchiveLinks(INDEX, *around) for around in zip(files, files[2:], strict=False)]
    rows, written = [], 0
    keys = _page_keys(history, weeks, links)
    for number, (name, leading, key) in enumerate(zip(names, links, keys, strict=True), start=1):
        page = folder / f"{name}.html"
        row = manifest.get(name)
        if row is None or row.key != key or not page.exists():
            facts = build_week(history, name, moment)
            write_atomically(page, render_page(facts, leading))
            row = _index_row(facts, key)
            written += 1
        rows.append(row)
        if progress is not None:
            progress(number, len(weeks), page.name)
    write_atomically(folder / INDEX, as_html.render_document(_index_document(rows, history.settings)))
    kept = json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False)
    write_atomically(folder / MANIFEST, f"{kept}\n")
    return Archive(folder / INDEX, written, len(rows))


def _complete_weeks(history: History, now: pd.Timestamp) -> list[Span]:
    """Return the complete weeks with a run or an entry, the earliest first."""
    days = pd.concat([history.runs["day"], history.entries["day"]]).drop_duplicates().sort_values()
    weeks = dict.fromkeys(periods.week_of(day.date(), history.settings) for day in days)
    return [week for week in weeks if periods.end_of_day(history, week.last) <= now]


def _page_keys(history: History, weeks: Sequence[Span], links: Sequence[ArchiveLinks]) -> Iterator[str]:
    """Yield the hash of each page's inputs: the history up to its week's end, the settings, and its links."""
    always = repr((__version__, history.settings, history.plans, history.load_kind, history.load_note))
    for table in (history.shoes, history.routes):
        shown = table.drop(columns="shape", errors="ignore")
        always += shown.to_json(date_format="iso", default_handler=str)
    tables = [  # each row is hashed once, whatever the number of weeks
        (table["day"], pd.util.hash_pandas_object(table.astype(str)).to_numpy())
        for table in (history.runs, history.others, history.entries)
    ]
    for week, leading in zip(weeks, links, strict=True):
        digest = hashlib.sha256(f"{always}{week}{leading}".encode())
        for days, hashes in tables:
            digest.update(hashes[(days <= pd.Timestamp(week.last)).to_numpy()].tobytes())
        yield digest.hexdigest()


def _index_row(week: Week, key: str) -> IndexRow:
    loads = [day.load for day in week.days if units.is_known(day.load)]
    soreness, distance = week.totals.soreness_mean, week.totals.distance_m
    with use_language(week.history.settings.language):
        days = units.days(week.span.first, week.span.last)
    return IndexRow(
        week=week.name,
        key=key,
        days=days,
        headline=week.headline,
        soreness=soreness if units.is_known(soreness) else None,
        load=sum(loads) if loads else None,
        load_unit=week.history.load_kind,
        distance_m=distance if units.is_known(distance) else None,
    )


def _read_manifest(path: Path) -> dict[str, IndexRow]:
    """Read the rows of the last run by week; none if unreadable, so that all pages are written anew."""
    try:
        rows = [IndexRow(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return {}
    return {row.week: row for row in rows}


def _index_document(rows: Sequence[IndexRow], settings: Settings) -> Document:
    with use_language(settings.language):
        lead = Paragraph(_("No complete week with a run or a rating yet."))
        if rows:
            weeks = ngettext("{n} week with a run or a rating", "{n} weeks with a run or a rating", len(rows))
            lead = Paragraph(weeks.format(n=len(rows)), quiet=True)
        title = _("All your running weeks")
        years = sorted({row.week[:4] for row in rows}, reverse=True)
        return Document(
            language=settings.language,
            page_title=f"runlog: {title}",
            headline=title,
            eyebrow="",
            lead=(lead,),
            sections=tuple(Section(year, (_year_table(year, rows, settings.units),)) for year in years),
            footer=content.footer_text(),
        )


def _year_table(year: str, weeks: Sequence[IndexRow], unit: str) -> Table:
    """Return the table of a year's weeks, the latest first."""
    rows = [row for row in reversed(weeks) if row.week.startswith(year)]
    load = _("Load, {unit}").format(unit=_(units.load_unit(rows[0].load_unit, unit)))
    return Table(
        (_("Week"), _("Soreness"), _("Distance"), load),
        tuple(
            (
                row.days,
                units.number(row.soreness),
                units.distance(row.distance_m, unit, 0),
                units.number(None if row.load is None else units.load_in(row.load, row.load_unit, unit), 0),
            )
            for row in rows
        ),
        style="scrolling",
        links=tuple(f"{row.week}.html" for row in rows),
        notes=tuple(row.headline for row in rows),
    )
