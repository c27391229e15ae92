"""Back up, restore, export and check the home, and change its settings (``runlog backup``, ``config`` …)."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runlog import settings
from runlog.cli import base, output
from runlog.cli.base import command, group
from runlog.cli.lookup import NameParam
from runlog.cli.params import FILE, parse_distance
from runlog.errors import BadInput, StoreError
from runlog.fileio import write_atomically
from runlog.settings import CONFIG_NAME, METRES
from runlog.units import count_noun, escape_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlog.results import HomeContents

_PATH = click.Path(path_type=Path)
_MB = 1e6


@command(
    "runlog backup ~/runlog-backup.db",
    "runlog backup /media/stick/runlog.db --force  # replace the last one",
)
@click.argument("file", type=_PATH)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def backup(file: Path, *, force: bool) -> None:
    """Copy everything into one file, settings included.

    You can do this at any time, even during an import. runlog checks the copy
    before it replaces an older backup: if runs or entries are damaged, the older
    one stays. Reports are not in it; runlog report writes them again. To get
    everything back: runlog restore FILE
    """
    contents = base.open_unchecked().backup(file, force=force, now=base.now())
    settings = "no settings, because none are set" if contents.config is None else "the settings"
    output.echo(f"{file}: {_megabytes(file.stat().st_size)}, {_describe_contents(contents)}, {settings}.")
    for fault in contents.faults:
        output.echo_err(f"Backed up, but something is wrong: {fault}. How to fix it: runlog doctor")


@command(
    "runlog restore ~/runlog-backup.db",
    "runlog restore ~/runlog-backup.db --yes  # without asking",
)
@click.argument("file", type=_PATH)
@click.option("--yes", is_flag=True, help="Replace your present data without asking.")
def restore(file: Path, *, yes: bool) -> None:
    """Restore everything from a backup.

    Your present data and settings stay in the same folder, renamed. A backup
    from an older runlog is brought up to date.
    """
    journal = base.open_unchecked()
    home, contents = journal.folder, journal.inspect_backup(file)
    if contents.checksum is None:
        output.echo_err(
            "This backup carries no checksum: an older runlog made it, or it is a copy of runlog.db. "
            "It is checked for all other damage, but a number that has changed would not show."
        )
    new = _describe_contents(contents)
    try:
        present = journal.contents()
        current = _describe_contents(present) if present else ""
    except StoreError:
        current = "a database that cannot be read"
    if current and not yes:
        question = f"{home} holds {current}. Replace it by {new}? The former stays beside it."
        if not base.is_typed():
            raise click.UsageError(f"{question} There is no terminal to ask on; add --yes.")
        click.confirm(question, abort=True)
    restored = journal.restore(file, now=base.now())
    made = f" of {contents.made.astimezone():%Y-%m-%d %H:%M}" if contents.made else ""
    output.echo(f"Restored {new}{made} to {home}.")
    for previous in filter(None, (restored.previous_database, restored.previous_config)):
        output.echo(f"What was there is now {previous}")
    if contents.config is None and (home / CONFIG_NAME).exists():
        output.echo_err("There are no settings in this backup; your present ones stay.")


@command(
    "runlog export ~/runlog-export",
    "runlog export ~/runlog-export --gpx  # tracks as GPX too",
    "runlog import ~/runlog-export  # in another home, to get it all back",
)
@click.argument("folder", type=_PATH, metavar="DIR")
@click.option("--gpx", is_flag=True, help="Also write each track as GPX, for other tools.")
@click.option("--force", is_flag=True, help="Replace an earlier export in DIR; other files there stay.")
def export(folder: Path, *, gpx: bool, force: bool) -> None:
    """Export everything as plain files: CSV, JSON and, with --gpx, GPX.

    DIR is a new or empty folder. Importing it into an empty home gives the same
    history; README.txt in it says what each file is.
    """
    with base.open_journal() as journal, output.progress_bar() as progress:
        exported = journal.export(folder, gpx=gpx, force=force, progress=progress)
    parts = [
        _megabytes(exported.size),
        count_noun(exported.activities, "activity", "activities"),
        count_noun(exported.entries, "diary entry", "diary entries"),
        count_noun(exported.shoes, "pair of shoes", "pairs of shoes"),
    ]
    if gpx:
        parts.insert(2, f"{exported.gpx} of them also as GPX")
    output.echo(f"{folder}: {', '.join(parts)}.")


def _describe_contents(contents: HomeContents) -> str:
    others = [count_noun(contents.others, "other activity", "other activities")] if contents.others else []
    entries = count_noun(contents.ratings, "diary entry", "diary entries")
    return ", ".join([count_noun(contents.runs, "run"), *others, entries])


def _megabytes(size: int) -> str:
    return f"{size / _MB:.1f} MB"


@command(
    "runlog doctor",
    "runlog doctor --repair  # empty the caches",
    "runlog doctor --support support.json  # for whoever helps you",
)
@click.option(
    "--repair",
    is_flag=True,
    help="First empty the caches and delete leftovers of stopped commands; always safe.",
)
@click.option(
    "--support",
    type=FILE,
    metavar="FILE",
    help="Write versions, counts and findings to a file: no positions, names, notes, paths or health data.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object.")
def doctor(support: Path | None, *, repair: bool, as_json: bool) -> None:
    """Check your data, say what is wrong and how to fix it.

    It never changes your data, not even with --repair. The exit code is 1 if
    something is wrong.
    """
    from runlog.doctor import delete_leftovers, support_report

    journal = base.open_unchecked()
    if repair:
        delete_leftovers(journal.folder)
        try:
            journal.drop_caches()
        except StoreError as error:  # the check reports what is wrong
            output.echo_err(f"Nothing repaired: {error}")
    with output.progress_bar() as progress:
        report = journal.doctor(progress)
    if as_json:
        findings = [asdict(finding) for finding in report.findings]
        output.print_json({"ok": report.ok, "findings": findings, "facts": report.facts})
    else:
        for finding in sorted(report.findings, key=lambda finding: not finding.wrong):
            output.echo(f"{'wrong' if finding.wrong else 'note'}: {finding.message}")
            output.echo(f"What to do: {finding.todo}", indent="    ")
        if report.ok:
            runs, ratings = report.facts["runs"], report.facts["ratings"]
            what = "" if runs is None else f" {runs} runs and {ratings} diary entries were checked."
            output.echo(f"All is well.{what}")
    if support is not None:
        document = json.dumps(support_report(journal.folder, report), indent=2, ensure_ascii=False)
        write_atomically(support, escape_json(document) + "\n")
        output.echo(f"For whoever helps you, without any personal data: {support}")
    if not report.ok:
        click.get_current_context().exit(1)


@group(
    "runlog config  # every setting",
    "runlog config set units mi",
    "runlog config set shoe_limit_km 500mi  # converted to km",
    "runlog config get timezone",
    "runlog config unset timezone  # back to the default",
    "runlog config edit  # the file, in your editor",
    invoke_without_command=True,
)
@output.format_options
@click.pass_context
def config(ctx: click.Context, fmt: output.OutputFormat) -> None:
    """List every setting with its value, its default and what it means.

    The settings are in config.toml, in your data folder. Addresses for alerts
    and private places are not listed; runlog config get shows them.
    """
    if ctx.invoked_subcommand is not None:
        return
    path = _config_path()
    current, meanings = settings.read_settings(path), settings.setting_meanings()
    rows = []
    for name, default in asdict(settings.Settings()).items():
        value = getattr(current, name)
        shown = f"{len(value)} set" if isinstance(value, tuple) and value else _setting_text(value)
        rows.append(
            {
                "name": name,
                "value": shown if isinstance(value, tuple) else value,
                "default": None if isinstance(default, tuple) else default,
                "meaning": meanings[name],
                "shown": shown,
                "default_shown": "" if value == default else _setting_text(default),
            }
        )
    columns = (
        output.Column("name", "Setting", min_width=30),
        output.Column("shown", "Value", min_width=10),
        output.Column("default_shown", "Default", min_width=8),
        output.Column("meaning", "Meaning", min_width=30),
    )
    output.print_rows(fmt, rows, ("name", "value", "default", "meaning"), columns, "")
    if fmt == "table":
        output.echo_err(f"They are in {path}. To change one: runlog config set NAME VALUE")


def _config_path() -> Path:
    return base.home_folder() / settings.CONFIG_NAME


def _setting_text(value: object) -> str:
    if value is None or value == ():
        return "not set"
    return f"{value:g}" if isinstance(value, float) else str(value)


class _SettingParam(NameParam):
    """A parameter that takes the name of a setting; "shoe-limit" stands for shoe_limit_km."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name."""
        word = value.strip().lower().replace("-", "_").replace(" ", "_")
        names = list(self.names())
        close = [name for name in names if name in {word, f"{word}_km"}]
        return close[0] if close else super().convert(value, param, ctx)


_SETTING = _SettingParam("setting", settings.setting_meanings)


@command("runlog config get units", of=config)
@click.argument("name", type=_SETTING)
def get(name: str) -> None:
    """Print the value of a setting."""
    value = getattr(settings.read_settings(_config_path()), name)
    values = value if isinstance(value, tuple) else [] if value is None else [value]
    for one in values:
        output.echo(str(tuple(one)) if isinstance(one, tuple) else _setting_text(one))


@command("runlog config set units mi", "runlog config set notify ntfy://my-topic", name="set", of=config)
@click.argument("name", type=_SETTING)
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
def set_(name: str, values: tuple[str, ...]) -> None:
    """Change a setting; the rest of the file stays as it is."""
    texts = [_in_km(text) for text in values] if name.endswith("_km") else list(values)
    try:
        value = _parse_setting(name, texts)
    except BadInput as error:
        raise click.UsageError(str(error)) from error
    _write_setting(name, value)
    shown = "set" if name == "notify" else _setting_text(value)
    output.echo(f"{name}: {shown}")


def _in_km(text: str) -> str:
    number, unit = parse_distance(text)
    return repr(number * METRES[unit] / METRES["km"]) if unit else text


@command("runlog config unset timezone", of=config)
@click.argument("name", type=_SETTING)
def unset(name: str) -> None:
    """Reset a setting to its default."""
    _write_setting(name, None)
    output.echo(f"{name}: {_setting_text(getattr(settings.Settings(), name))}")


@command("runlog config edit", of=config)
def edit() -> None:
    """Open the settings file in your editor, then check it."""
    path = _config_path()
    if not path.exists():
        lines = [
            f"# {meaning}\n# {name} = {'…' if default is None else json.dumps(default)}\n"
            for name, meaning in settings.setting_meanings().items()
            if not isinstance(default := getattr(settings.Settings(), name), tuple)
        ]
        write_atomically(path, "\n".join(lines))
    click.edit(filename=str(path))
    mistakes = settings.find_mistakes(path)
    for mistake in mistakes:
        output.echo_err(mistake)
    if mistakes:
        click.get_current_context().exit(1)


def _write_setting(name: str, value: object) -> None:
    """Set a setting in config.toml, or with None remove it; all other lines stay as they are."""
    path = _config_path()
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    write_atomically(path, settings.changed_text(text, {name: value}))


def _parse_setting(name: str, texts: Sequence[str]) -> object:
    """Return the value of a setting as it is typed: one text, or several for a list.

    Raises:
        BadInput: it cannot have that value.
    """
    if name == "privacy_zones":
        raise BadInput(f"{name} are easier to write in the file: runlog config edit")
    value: object = list(texts) if name == "notify" or len(texts) > 1 else texts[0]
    number = texts[0].replace(",", ".").strip()
    if name in settings.RANGES and re.fullmatch(r"[+-]?\d+(\.\d+)?", number):
        value = float(number) if "." in number else int(number)
    settings.parse_settings(settings.changed_text("", {name: value}))
    return value
