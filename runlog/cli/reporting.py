"""``runlog chart`` and ``tips``: what to make of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from runlog.cli import context
from runlog.cli.alerting import say_clinician
from runlog.cli.frames import plain
from runlog.cli.help import examples
from runlog.cli.names import AREA, CHART, FACTOR, TOPIC
from runlog.cli.output import Column, Form, emit, listing, say


@click.command(
    epilog=examples(
        "runlog chart                                     # which there are",
        "runlog chart links --out links.png",
        "runlog chart exposure --factor warmup --out warmup.svg",
        "runlog chart --all charts                         # each as a PNG in that folder",
    )
)
@click.argument("name", type=CHART, required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A .png, .svg or .pdf file.",
)
@click.option(
    "--all",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Draw each chart, as a PNG in a folder.",
)
@click.option("--area", type=AREA, default="upper_back", show_default=True, help="The body area.")
@click.option("--factor", type=FACTOR, help="For the chart of one factor.")
@listing
def chart(
    form: Form, name: str | None, *, out: Path | None, folder: Path | None, area: str, factor: str | None
) -> None:
    """Draw a chart into a file, or list the charts."""
    from runlog.reporter.charts import CHARTS
    from runlog.reporter.charts import chart as draw

    if folder is not None and (name or out):
        raise click.UsageError("--all draws every chart: name none, and no --out.")
    if name is None and folder is None:
        found = [{"name": chart.name, "help": chart.help} for chart in CHARTS]
        emit(form, found, ("name", "help"), (Column("name", "Chart"), Column("help", "Shows")), "")
        return
    if name and out is None:
        raise click.UsageError(f"Where to? runlog chart {name} --out {name}.png")
    places = {name: out} if name else {one.name: Path(folder or "", f"{one.name}.png") for one in CHARTS}
    with context.journal() as kept:
        history = kept.history()
        for one, path in places.items():
            draw(one, history, path, area=area, factor=factor)
            click.echo(path)


@click.command(epilog=examples("runlog tips", "runlog tips --for warmup", "runlog tips --json"))
@click.option("--for", "topic", type=TOPIC, help="Only what answers this factor or kind of alert.")
@listing
def tips(form: Form, topic: str | None) -> None:
    """List what may help, and how well that is known."""
    from runlog.i18n import _, use_language
    from runlog.reporter.guidance import all_tips

    with use_language(context.language()):
        found = [tip for tip in all_tips() if topic is None or topic in tip.answers]
        grades = {tip.grade: _(tip.grade) for tip in found}
    if form != "table":
        rows = [{key: plain(value) for key, value in asdict(tip).items()} for tip in found]
        emit(form, rows, _TIP_KEYS, (), "")
        return
    for tip in found:
        say(tip.title)
        for text in (tip.how, tip.why, f"Evidence: {grades[tip.grade]}. {tip.evidence}"):
            say(text, indent="    ")
    say_clinician()


_TIP_KEYS = ("id", "title", "how", "why", "answers", "grade", "evidence", "source")
