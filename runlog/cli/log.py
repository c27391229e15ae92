"""``runlog log``: a rating, habits, or both, in one line or a short dialogue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import click

from runlog.cli import answers, context
from runlog.cli.answers import HOURS, MINUTES, SCALE
from runlog.cli.dialogue import questions
from runlog.cli.help import examples
from runlog.cli.names import AREA, complete_run, complete_shoe, find_shoe, named_run
from runlog.cli.output import say, tell
from runlog.cli.sayback import clock, named, sentence
from runlog.errors import NotFound
from runlog.localtime import at_offset, offset_seconds
from runlog.model import Area, Entry

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from runlog.journal import Journal
    from runlog.model import StoredActivity, StoredEntry

_RECENT = timedelta(days=2)
_OF_A_RUN = ("soreness", "warmup", "cooldown", "shoe", "rpe")
_ONLY_OF_A_RUN = _OF_A_RUN[1:]
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
    said = _said(fields)
    with context.journal() as kept:
        if undo:
            _undo(kept, anything_else=bool(said or at or run or edit))
        elif edit:
            _edit(kept, edit, said, at, run)
        else:
            _add(kept, said, at, run)


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in fields.items() if value is not None}
    if "area" in said:
        said["area"] = Area(said["area"])
    if not said.get("note", "-").strip():
        del said["note"]
    if "strength_min" in said:
        done = said["strength_min"] > 0
        if said.setdefault("strength", done) is not done:
            raise click.UsageError(
                f"--strength-min {said['strength_min']:g} and what else was said contradict."
            )
    if said.get("strength") is False:
        said["strength_min"] = None  # an edit takes earlier minutes away
    return said


def _add(kept: Journal, said: dict[str, Any], at: str | None, run: str | None) -> None:
    now = context.now().astimezone(kept.settings.zone)
    moment = answers.moment(at, now) if at else now
    belongs = named_run(kept, run) if run else _recent_run(kept, moment)
    if not said.keys() - {"area"}:
        said |= questions(said.get("area"), about_a_run=belongs is not None, shoes=kept.shoes.names())
    if not said.keys() - {"area"}:
        tell("Nothing logged.")
        return
    if run and belongs and not at and moment - _end(belongs) > _RECENT:
        moment = _end_on_its_clock(belongs, moment.tzinfo)
    entry = _on_the_clock(Entry(moment=moment, utc_offset_s=0, **_checked(kept, said)), moment)
    if not said.keys().isdisjoint(_OF_A_RUN):
        _refuse_what_would_be_lost(kept, said, belongs)
        entry = replace(entry, run=belongs.id if belongs else None)
    kept.log(entry)
    alone = (
        ", without a run: none in the two days before"
        if entry.soreness is not None and belongs is None
        else ""
    )
    say(f"Logged: {_told(kept, entry, belongs, dated=moment != now)}{alone}.")
    if (entry.soreness or 0) >= kept.settings.soreness_high and now - moment <= _RECENT:
        tell("Have that looked at. What makes it urgent: runlog alerts")


def _edit(kept: Journal, which: str, said: dict[str, Any], at: str | None, run: str | None) -> None:
    old = _entry(kept, which)
    changes = _checked(kept, said)
    if run:
        changes["run"] = named_run(kept, run).id
    entry = replace(old.entry, **changes)
    if at:
        now = context.now().astimezone(kept.settings.zone)
        entry = _on_the_clock(entry, answers.moment(at, now))
    if entry == old.entry:
        raise click.UsageError("Nothing to change; to make the last rating a 4: runlog log 4 --edit")
    kept.edit(old.id, entry)
    say(f"Changed entry {old.id}: {_told(kept, entry, _run_of(kept, entry), dated=True)}.")


def _undo(kept: Journal, *, anything_else: bool) -> None:
    if anything_else:
        raise click.UsageError("--undo takes the last entry back and goes with nothing else.")
    removed = kept.undo()
    if removed is None:
        raise NotFound(_NOTHING_LOGGED)
    say(f"Removed: {_told(kept, removed.entry, _run_of(kept, removed.entry), dated=True)}.")


def _checked(kept: Journal, said: dict[str, Any]) -> dict[str, Any]:
    """Give the fields with the pair of shoes as it is written in the store."""
    if "shoe" in said:
        return said | {"shoe": find_shoe(said["shoe"], kept.shoes.names())}
    return said


def _refuse_what_would_be_lost(kept: Journal, said: dict[str, Any], belongs: StoredActivity | None) -> None:
    lost = [name for name in _ONLY_OF_A_RUN if name in said]
    if lost and belongs is None:
        why = (
            "No run ended in the two days before; say --run last, an id or a day."
            if kept.runs()
            else "There are no runs yet; read some with: runlog import PATH"
        )
        raise click.UsageError(f"{', '.join(lost)}: of which run? {why}")


def _on_the_clock(entry: Entry, moment: datetime) -> Entry:
    return replace(entry, moment=moment.astimezone(UTC), utc_offset_s=offset_seconds(moment))


def _entry(kept: Journal, which: str) -> StoredEntry:
    if which == "last":
        last = kept.last_logged()
        if last is None:
            raise NotFound(_NOTHING_LOGGED)
        return last
    found = next((entry for entry in kept.entries() if str(entry.id) == which), None)
    if found is None:
        raise NotFound(f"there is no entry {which}; runlog diary list shows them")
    return found


def _recent_run(kept: Journal, moment: datetime) -> StoredActivity | None:
    last = kept.last_run(moment)
    return last if last and moment - _end(last) <= _RECENT else None


def _run_of(kept: Journal, entry: Entry) -> StoredActivity | None:
    return next((run for run in kept.runs() if run.id == entry.run), None)


def _end(run: StoredActivity) -> datetime:
    return run.activity.start + timedelta(seconds=run.activity.duration_s)


def _end_on_its_clock(run: StoredActivity, here: tzinfo | None) -> datetime:
    """Give a run's end on the clock of its place, which may be far from here."""
    offset = run.activity.utc_offset_s
    return _end(run).astimezone(here) if offset is None else at_offset(_end(run), offset)


def _told(kept: Journal, entry: Entry, run: StoredActivity | None, *, dated: bool) -> str:
    told = sentence(entry)
    if run is not None and entry.run is not None:
        told += f" after {named(run, kept.settings.units)}"
    if dated:
        told += f", {clock(entry.moment, entry.utc_offset_s)}"
    return told
