"""List the routes, show one with its runs, and say which runs are of one route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template

from runlog import units
from runlog.analysis.routes import canonical_ids, route_table
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, _
from runlog.web import changes, context, forms, more, now, runs

if TYPE_CHECKING:
    from collections.abc import Hashable

    from werkzeug.wrappers import Response

blueprint = Blueprint("routes", __name__)

NO_RUNS = N_("Choose some runs first.")
NO_ROUTE = N_("There is no such route; runs that have just come get theirs in a moment.")
NO_OTHER = N_("Choose the other route first.")


@blueprint.get("/routes")
def show() -> str:
    """List the routes, the most used first."""
    return render_template("routes.html", chart=more.chart("route_maps"), routes=_rows())


def _rows() -> list[dict[str, Any]]:
    history = context.history()
    table = context.facts().get("routes", now.slot(), lambda: route_table(history, context.now()))
    table = table.sort_values("runs", ascending=False, kind="stable")
    return [_row(row, history.settings.units) for row in table.to_dict("records")]


def _row(row: dict[Hashable, Any], unit: str) -> dict[str, Any]:
    label = str(row["route"])
    given = row["given_name"] if isinstance(row["given_name"], str) else ""
    name = row["name"] if isinstance(row["name"], str) else ""
    if not name and isinstance(row["form"], str):  # how long it is, and where it leads
        name = units.route_description(row["distance_m"], row["form"], row["heading"], unit)
    return {
        "label": label,
        "number": int(label.removeprefix("R")),
        "given": given,
        "name": given or name or label,
        "runs": int(row["runs"]),
        "distance": units.distance(row["distance_m"], unit),
        "share": units.percent(row["share_28d"]),
        "streak": int(row["longest_streak"]),
    }


@blueprint.get("/routes/<int:number>")
def one(number: int) -> str:
    """Show a route: its name, its runs, and the routes that count as it."""
    rows, history = _rows(), context.history()
    whole = canonical_ids(context.journal().routes.all())
    found = next((row for row in rows if row["number"] == whole.get(number)), None)
    if found is None:
        raise NotFound(_(NO_ROUTE))
    number = found["number"]
    of_route = history.runs[history.runs["route"] == found["label"]].iloc[::-1]
    return render_template(
        "route.html",
        route=found,
        others=[row for row in rows if row["number"] != number],
        joined=[part for part, root in whole.items() if root == number != part],
        runs=[runs.list_row(row, history) for _id, row in of_route.iterrows()],
    )


@blueprint.post("/routes/<int:number>/<any(name, join, unjoin, split):what>")
def change(number: int, what: str) -> Response:
    """Name a route, let others count as it or by themselves again, or make some of its runs another one."""
    routes = context.journal().routes
    match what:
        case "name":
            routes.name(number, forms.text("name") or None)
        case "join":
            other = forms.whole("other")
            if other is None or other == number:
                raise BadInput(_(NO_OTHER))
            routes.join(number, other)
        case "unjoin":
            routes.unjoin(number)
        case "split":
            chosen = forms.wholes("run")
            if not chosen:
                raise BadInput(_(NO_RUNS))
            _whole, number = routes.split(chosen)
    return changes.redirect_to("routes.one", number=number)
