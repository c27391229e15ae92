"""Parse the command line, call runlog, print the answer.

Start at `main`. Each command's module is imported only when the command is called.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from runlog import __version__
from runlog.cli.base import LazyCommand, LazyGroup, errors_as_messages, examples, warnings_as_messages

SECTIONS = {
    "Record": {
        "import": LazyCommand(
            "runlog.cli.import_:import_", "Read files, folders and archives from watches and apps."
        ),
        "sync": LazyCommand("runlog.cli.sync:sync", "Fetch new runs from Garmin Connect or intervals.icu."),
        "log": LazyCommand("runlog.cli.log:log", "Log soreness, warm-up, strength …"),
        "diary": LazyCommand("runlog.cli.diary:diary", "List, write and export the soreness diary."),
        "shoes": LazyCommand("runlog.cli.shoes:shoes", "Keep track of your shoes and their distance."),
    },
    "Look up": {
        "runs": LazyCommand("runlog.cli.runs:runs", "List the runs."),
        "show": LazyCommand("runlog.cli.runs:show", "Show one run."),
        "routes": LazyCommand("runlog.cli.training:routes", "List the routes and how often each is run."),
        "load": LazyCommand("runlog.cli.training:load", "List the training load by day or week."),
    },
    "Fix": {
        "undo": LazyCommand("runlog.cli.diary:undo", "Undo the last change made by hand."),
        "edit": LazyCommand("runlog.cli.runs:edit", "Change the name or the sport of a run."),
        "delete": LazyCommand("runlog.cli.import_:delete", "Delete runs."),
        "undelete": LazyCommand("runlog.cli.import_:undelete", "Bring deleted runs back, or list them."),
        "split": LazyCommand("runlog.cli.import_:split", "Make several runs of one."),
        "merge": LazyCommand("runlog.cli.import_:merge", "Make one run of two that are the same run."),
    },
    "Find out": {
        "links": LazyCommand("runlog.cli.links:links", "Say what soreness goes together with, and how sure."),
        "plan": LazyCommand(
            "runlog.cli.trials:plan", "Plan a trial of your own: flip a coin before each run."
        ),
        "factors": LazyCommand("runlog.cli.links:factors", "List the factors that may go with soreness."),
        "exposures": LazyCommand("runlog.cli.links:exposures", "List each rating with its factors."),
        "cohort": LazyCommand("runlog.cli.cohort:cohort", "Ask the same of many runners: a club or a study."),
    },
    "Act on it": {
        "serve": LazyCommand("runlog.cli.automation:serve", "Show it all in the browser and on the phone."),
        "alerts": LazyCommand("runlog.cli.alerts:alerts", "Say what needs attention now, and why."),
        "report": LazyCommand("runlog.cli.report:report", "Write the report of a week or a season."),
        "weekly": LazyCommand("runlog.cli.automation:weekly", "Import, report and check the alerts."),
        "chart": LazyCommand("runlog.cli.report:chart", "Draw a chart into a file, or list the charts."),
        "tips": LazyCommand("runlog.cli.report:tips", "List what may help, and how sure that is."),
    },
    "Back up": {
        "backup": LazyCommand(
            "runlog.cli.backup:backup", "Copy everything, settings included, into one file."
        ),
        "restore": LazyCommand("runlog.cli.backup:restore", "Replace everything by a backup."),
        "export": LazyCommand("runlog.cli.backup:export", "Write everything as CSV and JSON."),
        "doctor": LazyCommand("runlog.cli.backup:doctor", "Check your data, and say what to do."),
    },
    "Automate": {
        "schedule": LazyCommand("runlog.cli.automation:schedule", "Run it on this computer once a week."),
        "watch": LazyCommand("runlog.cli.automation:watch", "Import files as they appear in a folder."),
    },
    "Start": {
        "demo": LazyCommand("runlog.cli.demo:demo", "Try it on a sample season, apart from your data."),
        "config": LazyCommand("runlog.cli.backup:config", "List and change the settings."),
        "completion": LazyCommand("runlog.cli.params:completion", "Set up completion in your shell."),
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


@click.group(
    name="runlog",
    cls=_RootGroup,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "runlog demo                           # a sample season to try it on",
        "runlog import ~/Downloads/activities  # FIT, GPX, TCX and diary CSV",
        "runlog log 3                          # upper back 3 of 10 after the last run",
        "runlog links                          # what soreness goes together with",
        "runlog report --open                  # the week, in the browser",
    ),
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="RUNLOG_HOME",
    metavar="DIR",
    help="The folder with your data, instead of your user data folder (or set RUNLOG_HOME).",
)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="runlog", message="%(prog)s %(version)s")
def main(home: Path | None, *, debug: bool) -> None:
    """Find out what your soreness goes together with.

    runlog reads the files of your watch and your soreness ratings, keeps them
    in one folder on this computer, and says honestly which habits they go with.
    """
    del home, debug  # read by runlog.cli.base
