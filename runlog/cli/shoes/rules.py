"""``runlog shoes rule``: on which runs a pair is worn of which nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlog import units
from runlog.cli import context
from runlog.cli.frames import plain
from runlog.cli.help import examples
from runlog.cli.names import complete_shoe, find_shoe
from runlog.cli.output import Column, Form, emit, listing, say, tell
from runlog.cli.shoes.changed import print_pairs_before_and_after, show_changes
from runlog.cli.shoes.options import DRY_RUN, distance_option
from runlog.model import WEEKDAYS, ShoeRule, Surface

if TYPE_CHECKING:
    from runlog.analysis.shoe_wear import ShoeChanges
    from runlog.journal import Journal

SURFACE = click.Choice([surface.value for surface in Surface], case_sensitive=False)


@click.group(
    epilog=examples(
        "runlog shoes rule add Speedgoat --surface trail",
        "runlog shoes rule add 'Glide 12' --weekday sat,sun --min-km 15",
        "runlog shoes rule list",
        "runlog shoes rule remove 2",
    )
)
def rule() -> None:
    """Say on which runs a pair is worn when nothing is said of them.

    What you put on by hand, the diary and the watch come before a rule; a rule
    comes before the only and the default pair. Of two rules that fit, one with
    all the conditions of the other and more comes first; where they still name
    two pairs, none is guessed. A rule counts on the days that its pair is in use.
    """


def _weekdays(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    del ctx
    if text is None:
        return None
    said = {word.strip().lower()[:3] for word in text.split(",")}
    if not said <= set(WEEKDAYS):
        raise click.BadParameter(f"{text!r} names no weekdays; write them as sat,sun", param=param)
    return ",".join(day for day in WEEKDAYS if day in said)


@rule.command(
    epilog=examples(
        "runlog shoes rule add Speedgoat --surface trail",
        "runlog shoes rule add 'Glide 12' --weekday sat,sun --min-km 15",
        "runlog shoes rule add Spike --surface track --dry-run     # what it would change",
        "runlog shoes rule add 'Winter GTX' --season 11-01..03-31",
    )
)
@click.argument("name", shell_complete=complete_shoe)
@click.option("--surface", type=SURFACE, help="As the watch or app calls it; just a run counts as road.")
@click.option("--weekday", "weekdays", metavar="DAYS", callback=_weekdays, help="Only these, like sat,sun.")
@distance_option("min", "Only runs of at least so far.")
@distance_option("max", "Only runs of at most so far.")
@click.option("--season", metavar="DAYS", help="Only these days of each year, like 11-01..03-31.")
@DRY_RUN
@listing
def add(form: Form, name: str, *, surface: str | None, dry_run: bool, **conditions: Any) -> None:  # noqa: ANN401 - the options above
    """Add a rule: a run that fits all its conditions is worn in NAME."""
    if form != "table" and not dry_run:
        raise click.UsageError("--json and --csv go with --dry-run.")
    with context.journal() as kept:
        pair = find_shoe(name, kept.shoes.names())
        new = ShoeRule(pair, surface=Surface(surface) if surface else None, **conditions)
        kept.shoes.check_rule(new)
        changes = _changes(kept, rules=(new,))
        unit = kept.settings.units
        if dry_run:
            show_changes(changes, form, unit)
            return
        number = kept.shoes.add_rule(new)
        retired = next(shoe.retired for shoe in kept.shoes.all() if shoe.name == pair)
    _say_changed(f"Rule {number}: {pair!r} when {_words(new, unit)}.", changes, unit)
    if retired is not None:
        tell(f"{pair!r} was retired {units.day(retired, year=True)}; the rule counts up to that day.")


@rule.command("list", epilog=examples("runlog shoes rule list", "runlog shoes rule list --json"))
@listing
def list_(form: Form) -> None:
    """List the rules and how many runs have their pair by each."""
    with context.journal() as kept:
        rules = kept.shoes.rules()
        unit = kept.settings.units
        reasons = list(kept.shoes.history_if().runs["shoe_reason"]) if rules else []
    found = [
        {"id": each.id}
        | {field: plain(getattr(each.rule, field)) for field in _FIELDS}
        | {"words": _words(each.rule, unit)}
        | {"runs": sum(str(reason).startswith(f"rule {each.id}:") for reason in reasons)}
        for each in rules
    ]
    columns = (
        Column("id", "Rule", number=True),
        Column("shoe", "Pair"),
        Column("words", "When", least=24),
        Column("runs", "Runs", number=True),
    )
    emit(
        form,
        found,
        ("id", *_FIELDS, "runs"),
        columns,
        "No rules yet: runlog shoes rule add NAME --surface trail",
    )


_FIELDS = ("shoe", "surface", "weekdays", "min_m", "max_m", "season")


@rule.command(epilog=examples("runlog shoes rule remove 2", "runlog shoes rule remove 2 --dry-run"))
@click.argument("number", type=click.IntRange(min=1))
@DRY_RUN
@listing
def remove(form: Form, number: int, *, dry_run: bool) -> None:
    """Remove a rule, by its number in the list."""
    if form != "table" and not dry_run:
        raise click.UsageError("--json and --csv go with --dry-run.")
    with context.journal() as kept:
        changes = _changes(kept, without=(number,))
        unit = kept.settings.units
        if dry_run:
            show_changes(changes, form, unit)
            return
        gone = kept.shoes.remove_rule(number)
    _say_changed(f"Removed rule {number}: {gone.shoe!r} when {_words(gone, unit)}.", changes, unit)


def _words(one: ShoeRule, unit: str) -> str:
    from runlog.analysis.shoe_assignment import describe_rule

    return describe_rule(one, unit)


def _changes(kept: Journal, **imagined: Any) -> ShoeChanges:  # noqa: ANN401 - what history_if takes
    from runlog.analysis.shoe_wear import compare_shoes

    return compare_shoes(kept.shoes.history_if(), kept.shoes.history_if(**imagined), context.now())


def _say_changed(said: str, changes: ShoeChanges, unit: str) -> None:
    say(f"{said} {units.count_noun(len(changes.runs), 'run')} changed.")
    print_pairs_before_and_after(changes, unit)
