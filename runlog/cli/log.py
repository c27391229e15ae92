"""Log soreness and habits, in one line or by a few questions (``runlog log``)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import base, params
from runlog.cli.base import EXIT_INTERRUPTED, command
from runlog.cli.diary import describe_logged, describe_stored, find_entry, undo_last
from runlog.cli.lookup import PLACE, complete_run, complete_shoe, find_shoe, resolve_run
from runlog.cli.output import describe_run, echo, echo_err
from runlog.errors import BadInput, NotFound
from runlog.i18n import _, ngettext, use_language
from runlog.localtime import local_time, offset_seconds
from runlog.model import RATED_WITHIN, Area, Entry, Precision, Side

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from runlog.journal import Journal
    from runlog.records import StoredActivity, StoredEntry

#: The options about a run alone, by their fields.
_RUN_OPTIONS = {"warmup": "--warm-up", "cooldown": "--cool-down", "shoe": "--shoe", "rpe": "--effort"}
_RUN_FIELDS = ("soreness", *_RUN_OPTIONS)
#: Fields that say what the rating is of, not how it was.
_PLACE_FIELDS = frozenset({"area", "side"})


@command(
    "runlog log  # asks; Enter skips a question",
    "runlog log 3  # upper back, after the last run, now",
    "runlog log 3 left knee --warm-up",
    "runlog log 2 --at 'last night' --desk-hours 8h",
    "runlog log 5 --run yesterday",
    "runlog log 4 --edit  # the last entry was a 4",
    "runlog log --undo  # undo the last log or edit",
)
@click.argument("words", metavar="[RATING] [AREA]", nargs=-1)
@click.option("--area", type=PLACE, help="Where, like neck or left-knee.  [default: upper back]")
@click.option("--side", type=click.Choice([side.value for side in Side]), help="Which side of the body.")
@click.option("--at", metavar="WHEN", help="When: 8pm, 'last night', '2026-07-12 20:00'.  [default: now]")
@click.option("--run", metavar="RUN", shell_complete=complete_run, help="The run: an id, 'last' or a day.")
@click.option(
    "--warmup/--no-warmup",
    "--warm-up/--no-warm-up",
    "warmup",
    default=None,
    help="Whether you warmed up before that run.",
)
@click.option(
    "--cooldown/--no-cooldown",
    "--cool-down/--no-cool-down",
    "cooldown",
    default=None,
    help="Whether you cooled down after it.",
)
@click.option(
    "--shoe", "--shoes", "shoe", metavar="NAME", shell_complete=complete_shoe, help="The shoes you wore."
)
@click.option(
    "--rpe", "--effort", "rpe", type=params.parse_rating, metavar="0-10", help="How hard the run was."
)
@click.option("--strength/--no-strength", default=None, help="Whether you did strength training that day.")
@click.option("--strength-min", type=params.parse_minutes, metavar="MIN", help="For how many minutes.")
@click.option("--mobility/--no-mobility", default=None, help="Whether you did mobility work, like yoga.")
@click.option("--desk-hours", type=params.parse_hours, metavar="H", help="Hours at the desk that day.")
@click.option("--posture", type=params.parse_rating, metavar="0-10", help="0 slumped, 10 upright.")
@click.option("--note", metavar="TEXT", help="Anything else.")
@click.option("--all", "ask_all", is_flag=True, help="Ask about everything.")
@click.option(
    "--edit",
    metavar="[ID]",
    is_flag=False,
    flag_value="last",
    help="Change the last entry, or the one with this id, instead.",
)
@click.option("--undo", is_flag=True, help="Undo the last log or edit.")
def log(
    words: tuple[str, ...],
    at: str | None,
    run: str | None,
    edit: str | None,
    *,
    ask_all: bool,
    undo: bool,
    **fields: Any,  # noqa: ANN401 - an Entry's fields
) -> None:
    """Log how sore you are, and what may have to do with it.

    RATING is 0 (none) to 10 (worst), AREA a part of the body. The entry is about
    your last run if that ended in the last two days. What you leave out stays
    unknown; it does not count as "no". Without a rating runlog asks a few
    questions: those you usually answer, or all of them with --all.
    """
    given = _given_fields(words, fields)
    with base.open_journal() as journal, use_language(journal.settings.language):
        if undo:
            if given or at or run or edit or ask_all:
                raise click.UsageError(_("Use --undo alone."))
            last = journal.last_change()
            if last is not None and not last.entries:
                raise BadInput(_("the last change was not to the diary; to undo it anyway: runlog undo"))
            undo_last(journal)
        elif edit:
            _edit_entry(journal, edit, given, at, run)
        else:
            _log_entry(journal, given, at, run, ask_all=ask_all)


def _given_fields(words: Sequence[str], fields: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in fields.items() if value is not None}
    if "area" in given:
        given = _area_and_side(given.pop("area")) | given
    given |= params.parse_rating_and_area(words, given)
    if "side" in given:
        given["side"] = Side(given["side"])
    if not given.get("note", "-").strip():
        del given["note"]
    if "strength_min" in given:
        trained = given["strength_min"] > 0
        if given.setdefault("strength", trained) is not trained:
            raise click.UsageError(
                f"--strength-min {given['strength_min']:g} contradicts --{'no-' if trained else ''}strength."
            )
    if given.get("strength") is False:
        given["strength_min"] = None  # an edit takes earlier minutes away
    return given


def _log_entry(
    journal: Journal, given: dict[str, Any], at: str | None, run: str | None, *, ask_all: bool
) -> None:
    now = base.now().astimezone(journal.settings.zone)
    moment = params.parse_moment(at, now, journal.settings.diary_time) if at else now
    run_rated = resolve_run(journal, run) if run else journal.recent_run(moment)
    if ask_all or not given.keys() - _PLACE_FIELDS:
        answers, interrupted = _ask(journal, given, run_rated, ask_all=ask_all)
        given |= answers
        if not given.keys() - _PLACE_FIELDS:
            echo_err(_("Nothing logged."))
            if interrupted:
                raise click.exceptions.Exit(EXIT_INTERRUPTED)
            return
    if run and run_rated and not at and moment - run_rated.activity.end > RATED_WITHIN:
        moment = local_time(run_rated.activity.end, run_rated.activity.utc_offset_s, journal.settings.zone)
    entry = _at_moment(Entry(moment=moment, utc_offset_s=0, **_with_shoe_name(journal, given)), moment)
    if not given.keys().isdisjoint(_RUN_FIELDS):
        _refuse_run_fields_without_run(journal, given, run_rated)
        entry = replace(entry, run=run_rated.id if run_rated else None)
    store_entry(journal, entry, run_rated, now, with_time=moment != now)


def store_entry(
    journal: Journal,
    entry: Entry,
    run_rated: StoredActivity | None,
    now: datetime,
    *,
    with_time: bool = False,
) -> None:
    """Store an entry; say what was logged, with its time if asked for, and what to do if that is high."""
    journal.log(entry)
    echo(_("Logged: {entry}.").format(entry=describe_logged(journal, entry, run_rated, with_time=with_time)))
    if entry.soreness is not None and run_rated is None and journal.last_run(now) is not None:
        echo(_("No run ended in the two days before it, so it belongs to none."))
    if (entry.soreness or 0) >= journal.settings.soreness_high and now - entry.moment <= RATED_WITHIN:
        high = _("{rating} of 10 is high. See a physio or doctor. Warning signs: runlog alerts")
        echo_err(high.format(rating=f"{entry.soreness:g}"))


# ---- questions


#: As many as are asked without --all.
MAX_QUESTIONS = 5
_ALWAYS = ("soreness", "warmup", "cooldown")
#: A field is usual where so many of the last entries have it; the area where so many are not the default's.
_LOOKED_AT, _USUAL_SHARE, _USUAL_AREA_SHARE = 20, 0.5, 0.25


def _ask(
    journal: Journal, given: dict[str, Any], run: StoredActivity | None, *, ask_all: bool
) -> tuple[dict[str, Any], bool]:
    """Ask about what is not given yet; return the answers by field, and whether Ctrl-C ended them."""
    entries = journal.entries()
    earlier = [stored.entry for stored in entries if run is not None and stored.entry.run == run.id]
    known = {
        *given,
        *(name for name in _RUN_OPTIONS if any(getattr(one, name) is not None for one in earlier)),
    }
    questions = [one for one in _questions(journal, given, run) if one.field not in known]
    if not ask_all:
        usual = [name for name in _usual_fields(entries) if name in {one.field for one in questions}]
        questions = [one for one in questions if one.field in usual[:MAX_QUESTIONS]]
    about = _("About today; no run ended in the last two days.")
    if run is not None:
        about = _("About {run}.").format(run=describe_run(run, journal.settings))
    how = _("Enter skips, “back” returns, Ctrl-C keeps what you have answered.")
    echo_err(f"{about} {how}")
    answers, interrupted = params.run_dialogue(questions)
    if "area" in answers:
        answers |= _area_and_side(answers["area"])
    return answers, interrupted


def _area_and_side(place: tuple[Area, Side | None]) -> dict[str, Any]:
    return {"area": place[0]} | ({"side": place[1]} if place[1] else {})


def _usual_fields(entries: Sequence[StoredEntry]) -> list[str]:
    """Return the fields that are always asked about, then those usual in the last entries."""
    recent = [stored.entry for stored in entries[-_LOOKED_AT:]]
    optional = ("rpe", "shoe", "strength", "mobility", "desk_hours", "posture", "note")
    counts = Counter({field: sum(getattr(one, field) is not None for one in recent) for field in optional})
    usual = [field for field, count in counts.most_common() if recent and count >= _USUAL_SHARE * len(recent)]
    elsewhere = sum(one.area is not Area.UPPER_BACK for one in recent if one.soreness is not None)
    if recent and elsewhere >= _USUAL_AREA_SHARE * len(recent):
        usual.insert(0, "area")
    return [*_ALWAYS, *usual]


def _questions(journal: Journal, given: dict[str, Any], run: StoredActivity | None) -> list[params.Question]:
    retired = {shoe.name for shoe in journal.shoes.all() if shoe.retired is not None}
    pairs = [name for name in dict.fromkeys(journal.shoes.names().values()) if name not in retired]
    warmed_up, cooled_down = _("Warmed up before the run? (y/n)"), _("Cooled down after it? (y/n)")
    strength, mobility = _("Strength training that day? (y/n)"), _("Mobility work that day, like yoga? (y/n)")
    area = given.get("area", Area.UPPER_BACK)
    place = units.area_and_side(area, given.get("side"))
    of_run = (
        params.Question("warmup", warmed_up, params.parse_yes_no),
        params.Question("cooldown", cooled_down, params.parse_yes_no),
        params.Question("rpe", _("Effort, 0 none to 10 all out?"), params.parse_rating),
        params.Question(
            "shoe", _("Shoes? ({pairs})").format(pairs=", ".join(pairs)), _shoe_reader(journal, pairs)
        ),
    )
    where = _("Where? (Enter: {area}; or neck, left knee …)").format(area=units.area(Area.UPPER_BACK))
    return [
        params.Question(
            "soreness", _("Soreness ({area}), 0 none to 10 worst?").format(area=place), params.parse_rating
        ),
        params.Question("area", where, PLACE),
        *(one for one in of_run if run is not None and (one.field != "shoe" or pairs)),
        params.Question("strength", strength, params.parse_yes_no),
        params.Question("mobility", mobility, params.parse_yes_no),
        params.Question("desk_hours", _("Hours at the desk that day?"), params.parse_hours),
        params.Question("posture", _("Posture, 0 slumped to 10 upright?"), params.parse_rating),
        params.Question("note", _("A note?"), str),
    ]


def _shoe_reader(journal: Journal, pairs: Sequence[str]) -> Callable[[str], str]:
    def read(name: str) -> str:
        try:
            return find_shoe(name, journal.shoes.names())
        except NotFound:
            unknown = _("No pair is called {name}. In use: {pairs}.")
            raise click.BadParameter(
                unknown.format(name=params.quoted(name), pairs=", ".join(pairs))
            ) from None

    return read


def ask_after_import(journal: Journal, new_runs: int) -> bool:
    """Ask at a terminal for the rating of a run that ended in the last two days; return if one was stored."""
    if not base.is_interactive():
        return False
    now = base.now().astimezone(journal.settings.zone)
    run = journal.recent_run(now)
    rated = {stored.entry.run for stored in journal.entries() if stored.entry.soreness is not None}
    if run is None or run.id in rated:
        return False
    with use_language(journal.settings.language):
        ask = ngettext(
            "How sore is your {area} after {run}? 0–10, Enter: later",
            "How sore is your {area} after the last of these runs, {run}? 0–10, Enter: later",
            new_runs,
        )
        question = ask.format(area=units.area(Area.UPPER_BACK), run=describe_run(run, journal.settings))
        answers, _interrupted = params.run_dialogue(
            [params.Question("soreness", question, params.parse_rating)]
        )
        if answers:
            entry = _at_moment(Entry(moment=now, utc_offset_s=0, run=run.id, **answers), now)
            store_entry(journal, entry, run, now)
        else:
            echo_err(_("Later: runlog log"))
    return bool(answers)


# ---- edit and undo


def _edit_entry(journal: Journal, which: str, given: dict[str, Any], at: str | None, run: str | None) -> None:
    old = find_entry(journal, which)
    changes = _with_shoe_name(journal, given)
    if run:
        changes["run"] = resolve_run(journal, run).id
    entry = replace(old.entry, **changes)
    if at:
        now = base.now().astimezone(journal.settings.zone)
        entry = _at_moment(entry, params.parse_moment(at, now, journal.settings.diary_time))
    if entry == old.entry:
        raise click.UsageError(_("Nothing to change. To make the last rating a 4: runlog log 4 --edit"))
    journal.edit(old.id, entry)
    changed = _("Changed entry {number}: {entry}.")
    echo(changed.format(number=old.id, entry=describe_stored(journal, entry)))


def _with_shoe_name(journal: Journal, given: dict[str, Any]) -> dict[str, Any]:
    """Replace the typed shoe by its stored name."""
    if "shoe" in given:
        return given | {"shoe": find_shoe(given["shoe"], journal.shoes.names())}
    return given


def _refuse_run_fields_without_run(
    journal: Journal, given: dict[str, Any], run_rated: StoredActivity | None
) -> None:
    options = [
        option if given[name] is not False else option.replace("--", "--no-", 1)
        for name, option in _RUN_OPTIONS.items()
        if name in given
    ]
    if options and run_rated is None:
        why = (
            _("No run ended in the two days before. Name one: --run last, --run ID or --run DAY.")
            if journal.runs()
            else _("There are no runs yet. Import some: runlog import PATH")
        )
        about = ngettext("{options} is about a run.", "{options} are about a run.", len(options))
        raise click.UsageError(f"{about.format(options=_(' and ').join(options))} {why}")


def _at_moment(entry: Entry, moment: datetime) -> Entry:
    utc, offset_s = moment.astimezone(UTC), offset_seconds(moment)
    return replace(entry, moment=utc, utc_offset_s=offset_s, precision=Precision.EXACT)
