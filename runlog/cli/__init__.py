"""Parse the command line, call runlog, print the answer.

Start at `main`. Each command's module is imported only when the command is called.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from runlog import __version__
from runlog.cli.base import LazyGroup, errors_as_messages, group, warnings_as_messages

SECTIONS = {
    "Record": {
        "import": ("import_:import_", "Import files, folders and archives from watches and apps."),
        "sync": ("sync:sync", "Fetch new runs from Garmin Connect or intervals.icu."),
        "log": ("log:log", "Log soreness, warm-up, strength …"),
        "diary": ("diary:diary", "List, write and export the soreness diary."),
        "shoes": ("shoes:shoes", "Keep track of your shoes."),
    },
    "Look up": {
        "runs": ("runs:runs", "List your runs."),
        "show": ("runs:show", "Show one run."),
        "routes": ("training:routes", "List your routes and how often you run each."),
        "load": ("training:load", "List your training load by day or week."),
    },
    "Fix": {
        "undo": ("diary:undo", "Undo your last change."),
        "edit": ("runs:edit", "Rename a run, or change its sport."),
        "delete": ("diary:delete_runs", "Delete runs."),
        "undelete": ("diary:undelete", "Bring deleted runs back, or list them."),
        "split": ("import_:split", "Split one run into several."),
        "merge": ("import_:merge", "Merge two recordings of the same run."),
    },
    "Find out": {
        "links": ("links:links", "See what your soreness goes together with, and how sure."),
        "plan": ("trials:plan", "Test a habit: flip a coin before each run."),
        "factors": ("links:factors", "List the factors that runlog looks at."),
        "exposures": ("links:exposures", "List each rating with the factors behind it."),
        "cohort": ("cohort:cohort", "Ask the same of a club or a study."),
    },
    "Act on it": {
        "serve": ("automation:serve", "Open runlog in the browser and on your phone."),
        "alerts": ("alerts:alerts", "See what needs attention now, and why."),
        "report": ("report:report", "Write the report for a week or a season."),
        "weekly": ("automation:weekly", "Import, write the report and check the alerts."),
        "chart": ("report:chart", "Save a chart as a file, or list the charts."),
        "tips": ("report:tips", "List what may help, and how good the evidence is."),
    },
    "Back up": {
        "backup": ("backup:backup", "Copy everything into one file, settings included."),
        "restore": ("backup:restore", "Restore everything from a backup."),
        "export": ("backup:export", "Export everything as CSV and JSON."),
        "doctor": ("backup:doctor", "Check your data and say how to fix it."),
    },
    "Automate": {
        "schedule": ("automation:schedule", "Do all of it once a week."),
        "watch": ("automation:watch", "Import new files as they appear in a folder."),
    },
    "Start": {
        "demo": ("demo:demo", "Try runlog on a sample season."),
        "config": ("backup:config", "List and change the settings."),
        "completion": ("params:completion", "Set up completion in your shell."),
    },
}


class _RootGroup(LazyGroup):
    """The root group, with its program name; reports errors as messages."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's own signature
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
        kwargs.setdefault("prog_name", "runlog")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        with warnings_as_messages(), errors_as_messages(debug=ctx.params["debug"]):
            return super().invoke(ctx)


@group(
    "runlog demo  # try it on a sample season",
    "runlog import ~/Downloads/activities  # FIT, GPX, TCX, diary CSV",
    "runlog log 3  # upper back 3 of 10, after your run",
    "runlog links  # what soreness goes together with",
    "runlog report --open  # the week, in the browser",
    name="runlog",
    cls=_RootGroup,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="RUNLOG_HOME",
    metavar="DIR",
    help="The folder with your data (or set RUNLOG_HOME).  [default: your user data folder]",
)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="runlog", message="%(prog)s %(version)s")
def main(home: Path | None, *, debug: bool) -> None:
    """Find out what your soreness goes together with.

    runlog reads your watch's files and your soreness ratings, keeps them in one
    folder on this computer, and tells you honestly which habits they go with.
    """
    del home, debug  # read by runlog.cli.base
