"""The command line: parse, call, print. What is computed is computed elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from runlog import __version__
from runlog.cli.failure import translated
from runlog.cli.help import examples
from runlog.cli.lazy import Command, LazyGroup

SECTIONS = {
    "Put in": {
        "import": Command(
            "runlog.cli.importing:import_", "Read files, folders and archives from watches and apps."
        ),
        "log": Command("runlog.cli.log:log", "Note soreness, warm-up, strength … in one line."),
        "diary": Command("runlog.cli.diary:diary", "List, write and export the soreness diary."),
        "shoes": Command("runlog.cli.shoes:shoes", "Keep pairs of shoes and what they were worn on."),
    },
    "Look up": {
        "runs": Command("runlog.cli.runs:runs", "List the runs."),
        "show": Command("runlog.cli.showing:show", "Show one run."),
        "routes": Command("runlog.cli.routes:routes", "List the routes and how often each is run."),
        "load": Command("runlog.cli.load:load", "List the training load by day or week."),
    },
    "Put right": {
        "split": Command("runlog.cli.grouping:split", "Make several runs of one."),
        "merge": Command("runlog.cli.grouping:merge", "Make one run of two that tell of the same one."),
    },
    "Find out": {
        "links": Command("runlog.cli.links:links", "Say what soreness goes together with, and how sure."),
        "plan": Command("runlog.cli.plan:plan", "Find out by lot: what would tell more, and your trials."),
        "factors": Command("runlog.cli.analysis:factors", "List the factors that soreness is held against."),
        "exposures": Command("runlog.cli.analysis:exposures", "List each rating beside its factors."),
    },
    "Act on it": {
        "alerts": Command("runlog.cli.alerts:alerts", "Tell what needs attention now, and why."),
        "report": Command("runlog.cli.report:report", "Write the report of a week, a season or all weeks."),
        "weekly": Command("runlog.cli.weekly:weekly", "Import, report and look at the alerts, in one go."),
        "chart": Command("runlog.cli.reporting:chart", "Draw a chart into a file, or list the charts."),
        "tips": Command("runlog.cli.reporting:tips", "List what may help, and how well that is known."),
    },
    "Keep": {
        "backup": Command("runlog.cli.keeping:backup", "Put everything, settings included, into one file."),
        "restore": Command("runlog.cli.keeping:restore", "Put a backup in the place of what is kept now."),
        "export": Command("runlog.cli.keeping:export", "Write everything as plain files."),
        "doctor": Command("runlog.cli.checking:doctor", "Check what is kept, and say what to do."),
    },
    "Let it run by itself": {
        "schedule": Command("runlog.cli.scheduling:schedule", "Let this computer do it once a week."),
        "watch": Command("runlog.cli.watching:watch", "Import files as they appear in a folder."),
    },
    "Start": {
        "demo": Command("runlog.cli.demo:demo", "Try everything on a sample season, in a folder of its own."),
        "completion": Command("runlog.cli.completion:completion", "Print the completion for a shell."),
    },
}


class _Runlog(LazyGroup):
    """The root group: its name, and the one place where errors become messages."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's own signature
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
        kwargs.setdefault("prog_name", "runlog")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        with translated(debug=ctx.params["debug"]):
            return super().invoke(ctx)


@click.group(
    name="runlog",
    cls=_Runlog,
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
    help="Where everything is kept, instead of your user data folder (or set RUNLOG_HOME).",
)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="runlog", message="%(prog)s %(version)s")
def main(home: Path | None, *, debug: bool) -> None:
    """Find out what your soreness goes together with.

    runlog reads the files of your watch and your soreness ratings, keeps them
    in one folder on this computer, and says honestly which habits they go with.
    """
    del home, debug  # read by runlog.cli.context and by the translation of errors
