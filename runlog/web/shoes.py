"""Show the pairs of shoes, and change what is said of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from flask import Blueprint, redirect, render_template, url_for

from runlog import units
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, _
from runlog.model import Shoe
from runlog.reporter.render.week_content import shoe_forecast
from runlog.reporter.shoes_and_routes import shoes_in_use
from runlog.settings import METRES
from runlog.web import context, forms

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.reporter.shoes_and_routes import ShoeInUse

blueprint = Blueprint("shoes", __name__)

NO_NAME = N_("Give the pair a name.")
NO_DAY = N_("“{text}” is no day.")
_MOST_KM = 100_000


@blueprint.get("/shoes")
def show() -> str:
    """List the pairs: those in use, those at rest, and those that only a file names."""
    history = context.history()
    in_use = shoes_in_use(history, pd.Timestamp(context.now()))
    names = {shoe.name for shoe in in_use}
    stored = {shoe.name: shoe for shoe in context.journal().shoes.all() if shoe.same_as is None}
    return render_template(
        "shoes.html",
        pairs=[_row(shoe, stored.get(shoe.name)) for shoe in in_use if shoe.name in stored or shoe.runs],
        others=[_other_row(name, stored.get(name)) for name in history.shoes.index if name not in names],
        unit=history.settings.units,
    )


def _row(shoe: ShoeInUse, stored: Shoe | None) -> dict[str, Any]:
    unit = context.settings().units
    worn, limit = (units.distance(metres, unit, 0) for metres in (shoe.worn_m, shoe.limit_m))
    return {
        "name": shoe.name,
        "used": _("{worn} of {limit}").format(worn=worn, limit=limit),
        "percent": min(100, round(100 * shoe.worn_m / shoe.limit_m)) if shoe.limit_m else 0,
        "over": shoe.is_over,
        "text": shoe_forecast(shoe, unit),
        "share": units.percent(shoe.share_28d),
        "default": bool(stored and stored.default),
        "limit": _in_unit(stored.limit_m) if stored else "",
        "start": _in_unit(stored.start_m) if stored else "",
        "from": stored.from_date.isoformat() if stored and stored.from_date else "",
    }


def _other_row(name: str, stored: Shoe | None) -> dict[str, Any]:
    last = stored.retired if stored else None
    return {"name": name, "retired": last and units.day(last, year=True)}


def _in_unit(metres: float | None) -> str:
    return "" if metres is None else f"{metres / METRES[context.settings().units]:.4g}"


@blueprint.post("/shoes")
def add() -> Response:
    """Add a pair."""
    name = forms.text("name")
    if not name:
        raise BadInput(_(NO_NAME))
    context.journal().shoes.add(
        Shoe(
            name,
            from_date=_day("from"),
            start_m=_metres("start") or 0.0,
            limit_m=_metres("limit"),
            default=forms.text("default") == "yes",
        )
    )
    return redirect(url_for("shoes.show"), 303)


@blueprint.post("/shoes/edit")
def edit() -> Response:
    """Change a pair: its numbers, or whether it is in use."""
    name, shoes, today = forms.text("name"), context.journal().shoes, context.local_now().date()
    match forms.text("do"):
        case "retire":
            shoes.retire(name, today)
        case "resume":
            shoes.resume(name, today)
        case _:
            stored = next((shoe for shoe in shoes.all() if shoe.name == name), None)
            if stored is None:
                raise NotFound(_("There is no such pair."))
            shoes.edit(
                replace(
                    stored,
                    from_date=_day("from"),
                    start_m=_metres("start") or 0.0,
                    limit_m=_metres("limit"),
                    default=forms.text("default") == "yes",
                )
            )
    return redirect(url_for("shoes.show"), 303)


def _metres(name: str) -> float | None:
    value = forms.number(name, 0, _MOST_KM)
    return None if value is None else value * METRES[context.settings().units]


def _day(name: str) -> date | None:
    text = forms.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(_(NO_DAY).format(text=text)) from error
