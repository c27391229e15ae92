"""Log, edit, list and export diary entries (``runlog log`` and ``runlog diary``)."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, params
from runlog.cli.base import examples
from runlog.cli.lookup import AREA, complete_run, complete_shoe, find_shoe, resolve_run
from runlog.cli.output import (
    Column,
    OutputFormat,
    describe_entry,
    describe_run,
    echo,
    echo_err,
    format_moment,
    format_options,
    print_rows,
    to_json_value,
)
from runlog.cli.params import HOURS, MINUTES, SCALE, ask, parse_yes_no
from runlog.errors import NotFound
from runlog.localtime import at_offset, local_time, offset_seconds
from runlog.model import RATED_WITHIN, Area, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from runlog.journal import Journal
    from runlog.records import StoredActivity, StoredEntry


def ask_entry_fields(area: Area | None, *, about_a_run: bool, shoes: Mapping[str, str]) -> dict[str, Any]:
    """Ask for an entry's fields; skipped ones are left out and stay unknown.

    Args:
        area: asked for if None.
        about_a_run: whether to ask for warm-up, shoe and effort of a run.
        shoes: the pairs to choose from, by each of their names.
    """
    of_area = f" of the {units.area(area)}" if area else ""
    pairs = ", ".join(dict.fromkeys(shoes.values()))
    questions: tuple[tuple[str, bool, str, Callable[[str], Any]], ...] = (
        ("soreness", True, f"Soreness{of_area}, 0 none to 10 worst?", SCALE),
        ("area", area is None, f"Where (Enter: {units.area(Area.UPPER_BACK)})?", _parse_area),
        ("warmup", about_a_run, "Warmed up before the run (y/n)?", parse_yes_no),
        ("cooldown", about_a_run, "Cooled down after it (y/n)?", parse_yes_no),
        ("rpe", about_a_run, "Effort, 0 none to 10 all out?", SCALE),
        ("shoe", about_a_run and bool(shoes), f"Shoes ({pairs})?", lambda name: find_shoe(name, shoes)),
        ("strength", True, "Strength training that day (y/n)?", parse_yes_no),
        ("mobility", True, "Mobility work that day, like yoga (y/n)?", parse_yes_no),
        ("desk_hours", True, "Hours at the desk?", HOURS),
        ("posture", True, "Posture, 0 slumped to 10 upright?", SCALE),
        ("note", True, "A note?", str),
    )
    answers = {field: ask(question, read) for field, wanted, question, read in questions if wanted}
    return {field: answer for field, answer in answers.items() if answer is not None}


def _parse_area(text: str) -> Area:
    return Area(AREA.convert(text, None, None))


_RUN_FIELDS = ("soreness", "warmup", "cooldown", "shoe", "rpe")
_RUN_ONLY_FIELDS = _RUN_FIELDS[1:]
_NOTHING_LOGGED = "nothing was logged by runlog log yet"


@click.command(
    epilog=examples(
        "runlog log 3                          # upper back, after the last run, now",
        "runlog log 4 --area neck --no-warmup",
        "runlog log 2 --at 'yesterday 20:00' --strength-min 30 --desk-hours 6",
        "runlog log 5 --run 2026-07-12         # the run of that day",
        "runlog log                            # asks; Enter skips a question",
        "runlog log 4 --edit                   # the last entry was a 4",
        "runlog log --undo                     # take the last entry back",
    )
)
@click.argument("soreness", metavar="[RATING]", type=SCALE, required=False)
@click.option("--area", type=AREA, help="Where, like neck or lower-back.  [default: upper back]")
@click.option("--at", metavar="WHEN", help="20:00, 'yesterday 20:00' or '2026-07-12 20:00'.  [default: now]")
@click.option("--run", metavar="RUN", shell_complete=complete_run, help="An id, 'last' or a day.")
@click.option("--warmup/--no-warmup", default=None, help="Whether that run had a warm-up.")
@click.option("--cooldown/--no-cooldown", default=None, help="Whether it had a cool-down.")
@click.option("--shoe", metavar="NAME", shell_complete=complete_shoe, help="The pair worn on it.")
@click.option("--rpe", type=SCALE, metavar="0-10", help="How hard it was.")
@click.option("--strength/--no-strength", default=None, help="Whether there was a strength session that day.")
@click.option("--strength-min", type=MINUTES, metavar="MIN", help="Its minutes.")
@click.option("--mobility/--no-mobility", default=None, help="Whether there was mobility work: yoga …")
@click.option("--desk-hours", type=HOURS, metavar="H", help="Hours at the desk that day.")
@click.option("--posture", type=SCALE, metavar="0-10", help="0 slumped, 10 upright.")
@click.option("--note", metavar="TEXT", help="Anything else.")
@click.option(
    "--edit", metavar="[ID]", is_flag=False, flag_value="last", help="Change an entry: this one, or the last."
)
@click.option("--undo", is_flag=True, help="Take the last entry back.")
def log(at: str | None, run: str | None, edit: str | None, *, undo: bool, **fields: Any) -> None:  # noqa: ANN401 - an Entry's fields
    """Note how sore you are, and what may have to do with it.

    RATING is 0 (none) to 10 (worst). It belongs to the last run when that was
    less than two days before. What is not said stays unknown, it does not
    become "no". With nothing said at all, runlog asks.
    """
    given = _given_fields(fields)
    with base.open_journal() as journal:
        if undo:
            _undo_entry(journal, other_options=bool(given or at or run or edit))
        elif edit:
            _edit_entry(journal, edit, given, at, run)
        else:
            _log_entry(journal, given, at, run)


def _given_fields(fields: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in fields.items() if value is not None}
    if "area" in given:
        given["area"] = Area(given["area"])
    if not given.get("note", "-").strip():
        del given["note"]
    if "strength_min" in given:
        trained = given["strength_min"] > 0
        if given.setdefault("strength", trained) is not trained:
            raise click.UsageError(
                f"--strength-min {given['strength_min']:g} and what else was said contradict."
            )
    if given.get("strength") is False:
        given["strength_min"] = None  # an edit takes earlier minutes away
    return given


def _log_entry(journal: Journal, given: dict[str, Any], at: str | None, run: str | None) -> None:
    now = base.now().astimezone(journal.settings.zone)
    moment = params.parse_moment(at, now) if at else now
    run_rated = resolve_run(journal, run) if run else journal.recent_run(moment)
    if not given.keys() - {"area"}:
        given |= ask_entry_fields(
            given.get("area"), about_a_run=run_rated is not None, shoes=journal.shoes.names()
        )
    if not given.keys() - {"area"}:
        echo_err("Nothing logged.")
        return
    if run and run_rated and not at and moment - run_rated.activity.end > RATED_WITHIN:
        moment = local_time(run_rated.activity.end, run_rated.activity.utc_offset_s, journal.settings.zone)
    entry = _at_moment(Entry(moment=moment, utc_offset_s=0, **_with_shoe_name(journal, given)), moment)
    if not given.keys().isdisjoint(_RUN_FIELDS):
        _refuse_run_fields_without_run(journal, given, run_rated)
        entry = replace(entry, run=run_rated.id if run_rated else None)
    journal.log(entry)
    without_run = entry.soreness is not None and run_rated is None
    note = ", without a run: none in the two days before" if without_run else ""
    echo(f"Logged: {_describe_logged(journal, entry, run_rated, with_time=moment != now)}{note}.")
    if (entry.soreness or 0) >= journal.settings.soreness_high and now - moment <= RATED_WITHIN:
        echo_err("Have that looked at. What makes it urgent: runlog alerts")


def _edit_entry(journal: Journal, which: str, given: dict[str, Any], at: str | None, run: str | None) -> None:
    old = _find_entry(journal, which)
    changes = _with_shoe_name(journal, given)
    if run:
        changes["run"] = resolve_run(journal, run).id
    entry = replace(old.entry, **changes)
    if at:
        now = base.now().astimezone(journal.settings.zone)
        entry = _at_moment(entry, params.parse_moment(at, now))
    if entry == old.entry:
        raise click.UsageError("Nothing to change; to make the last rating a 4: runlog log 4 --edit")
    journal.edit(old.id, entry)
    echo(f"Changed entry {old.id}: {_describe_stored(journal, entry)}.")


def _undo_entry(journal: Journal, *, other_options: bool) -> None:
    if other_options:
        raise click.UsageError("--undo takes the last entry back and goes with nothing else.")
    removed = journal.undo()
    if removed is None:
        raise NotFound(_NOTHING_LOGGED)
    echo(f"Removed: {_describe_stored(journal, removed.entry)}.")


def _with_shoe_name(journal: Journal, given: dict[str, Any]) -> dict[str, Any]:
    """Replace the typed shoe by its stored name."""
    if "shoe" in given:
        return given | {"shoe": find_shoe(given["shoe"], journal.shoes.names())}
    return given


def _refuse_run_fields_without_run(
    journal: Journal, given: dict[str, Any], run_rated: StoredActivity | None
) -> None:
    lost = [name for name in _RUN_ONLY_FIELDS if name in given]
    if lost and run_rated is None:
        why = (
            "No run ended in the two days before; say --run last, an id or a day."
            if journal.runs()
            else "There are no runs yet; read some with: runlog import PATH"
        )
        raise click.UsageError(f"{', '.join(lost)}: of which run? {why}")


def _at_moment(entry: Entry, moment: datetime) -> Entry:
    return replace(entry, moment=moment.astimezone(UTC), utc_offset_s=offset_seconds(moment))


def _find_entry(journal: Journal, which: str) -> StoredEntry:
    if which == "last":
        last = journal.last_logged()
        if last is None:
            raise NotFound(_NOTHING_LOGGED)
        return last
    stored = next((entry for entry in journal.entries() if str(entry.id) == which), None)
    if stored is None:
        raise NotFound(f"there is no entry {which}; runlog diary list shows them")
    return stored


def _describe_logged(journal: Journal, entry: Entry, run: StoredActivity | None, *, with_time: bool) -> str:
    text = describe_entry(entry)
    if run is not None and entry.run is not None:
        text += f" after {describe_run(run, journal.settings)}"
    if with_time:
        text += f", {format_moment(entry.moment, entry.utc_offset_s)}"
    return text


def _describe_stored(journal: Journal, entry: Entry) -> str:
    run = next((run for run in journal.runs() if run.id == entry.run), None)
    return _describe_logged(journal, entry, run, with_time=True)


@click.group(
    epilog=examples(
        "runlog diary template > diary.csv     # fill it in, then: runlog import diary.csv",
        "runlog diary list --last 7",
        "runlog diary export > backup.csv",
    )
)
def diary() -> None:
    """List, write and export the soreness diary."""


@diary.command(epilog=examples("runlog diary template > diary.csv"))
def template() -> None:
    """Print an empty diary CSV to fill in and import."""
    from runlog.journal import diary_template

    click.echo(diary_template(), nl=False)


@diary.command(epilog=examples("runlog diary export > diary.csv"))
def export() -> None:
    """Print the whole diary as CSV; importing it again changes nothing."""
    with base.open_journal() as journal:
        text = journal.export_diary()
    click.echo(text, nl=False, color=True)  # else click would take escape sequences out of notes


@diary.command(
    "list",
    epilog=examples("runlog diary list --last 7", "runlog diary list --json"),
)
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the last N entries.")
@format_options
def list_(fmt: OutputFormat, last: int | None) -> None:
    """List the entries, the oldest first, with the ids that runlog log --edit takes."""
    with base.open_journal() as journal:
        entries = journal.entries()
    rows = [_entry_row(entry) for entry in (entries if last is None else entries[-last:])]
    print_rows(fmt, rows, _ENTRY_KEYS, _ENTRY_COLUMNS, "No entries yet. Rate a run with: runlog log 3")


_ENTRY_KEYS = (
    "id",
    "moment",
    "area",
    "soreness",
    "warmup",
    "cooldown",
    "shoe",
    "rpe",
    "strength",
    "strength_min",
    "mobility",
    "desk_hours",
    "posture",
    "note",
    "run",
    "source",
)
_ENTRY_COLUMNS = (
    Column("id", "Id", numeric=True),
    Column("when", "When", numeric=True),
    Column("entry", "Entry"),
    Column("source", "From"),
)
_TO_THE_MINUTE = len("2026-07-12 20:00")


def _entry_row(stored: StoredEntry) -> dict[str, Any]:
    row = {key: to_json_value(value) for key, value in asdict(stored.entry).items()}
    when = at_offset(stored.entry.moment, stored.entry.utc_offset_s).isoformat(" ", "minutes")[
        :_TO_THE_MINUTE
    ]
    return row | {
        "id": stored.id,
        "source": stored.source,
        "when": when,
        "entry": describe_entry(stored.entry),
    }
