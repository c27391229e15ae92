"""Show the pairs of shoes, and change what is said of them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from flask import Blueprint, render_template, request

from runlog import units
from runlog.analysis.shoe_assignment import SURFACES, describe_rule
from runlog.errors import BadInput, NotFound
from runlog.i18n import N_, _, month_names, weekday_names
from runlog.model import WEEKDAYS, Shoe, ShoeRule, Surface
from runlog.reporter.render.week_content import shoe_forecast
from runlog.reporter.shoes_and_routes import shoes_in_use
from runlog.settings import METRES
from runlog.web import changes, context, forms

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from runlog.journal import Shoes
    from runlog.records import StoredShoeRule
    from runlog.reporter.shoes_and_routes import ShoeInUse

blueprint = Blueprint("shoes", __name__)

NO_NAME = N_("Give the pair a name.")
NO_DAY = N_("“{text}” is no day.")
NO_SEASON = N_("Choose the first and the last month of the season, or neither.")
BEGINS_LATE = N_("A pair cannot begin after its last day.")
_MOST_KM = 100_000
_LEAP_YEAR = 2024


@blueprint.get("/shoes")
def show() -> str:
    """List the pairs, those in use, those at rest, and those that only a file names; and the rules."""
    history, shoes = context.history(), context.journal().shoes
    in_use = shoes_in_use(history, pd.Timestamp(context.now()))
    names = {shoe.name for shoe in in_use}
    stored = {shoe.name: shoe for shoe in shoes.all() if shoe.same_as is None}
    pairs = [_row(shoe, stored.get(shoe.name)) for shoe in in_use if shoe.name in stored or shoe.runs]
    others = []
    for name in history.shoes.index:
        if name not in names:
            last = stored[name].retired if name in stored else None
            retired = last and units.day(last, year=True)
            others.append({"name": name, "retired": retired, "stored": name in stored})
    return render_template(
        "shoes.html",
        pairs=pairs,
        others=others,
        all_names=[pair["name"] for pair in (*pairs, *others)],
        joined=[(name, pair) for name, pair in shoes.names().items() if name != pair],
        rules=[_rule_row(rule) for rule in shoes.rules()],
        kept=sorted(stored),
        surfaces=[(surface, _(words)) for surface, words in SURFACES.items()],
        weekdays=list(zip(WEEKDAYS, weekday_names(), strict=True)),
        months=list(enumerate(month_names(whole=True), start=1)),
        without=int(history.runs["shoe"].isna().sum()),
        unit=history.settings.units,
    )


def _rule_row(stored: StoredShoeRule) -> dict[str, Any]:
    rule, reasons = stored.rule, context.history().runs["shoe_reason"]
    first, _to, last = (rule.season or "").partition("..")
    return {
        "id": stored.id,
        "shoe": rule.shoe,
        "when": describe_rule(rule, context.settings().units),
        "runs": sum(str(reason).startswith(f"rule {stored.id}:") for reason in reasons),
        "surface": rule.surface or "",
        "weekdays": (rule.weekdays or "").split(","),
        "min": _in_unit(rule.min_m),
        "max": _in_unit(rule.max_m),
        "first": int(first[:2]) if first else 0,
        "last": int(last[:2]) if last else 0,
        "whole_months": not first or rule.season == _season(int(first[:2]), int(last[:2])),
    }


def _season(first: int, last: int) -> str:
    """Return the season from the first day of a month to the last day of another one."""
    return f"{first:02d}-01..{last:02d}-{monthrange(_LEAP_YEAR, last)[1]:02d}"


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
        "rests": [units.days(first, last) for first, last in stored.rests] if stored else [],
    }


def _in_unit(metres: float | None) -> str:
    return "" if metres is None else f"{metres / METRES[context.settings().units]:.10g}"


@blueprint.post("/shoes")
def add() -> Response:
    """Add a pair."""
    name = forms.text("name")
    if not name:
        raise BadInput(_(NO_NAME))
    context.journal().shoes.add(_as_sent(Shoe(name)))
    return changes.redirect_to("shoes.show")


@blueprint.post("/shoes/edit")
def edit() -> Response:
    """Change a pair: its name and numbers, or whether it is in use."""
    name, shoes = forms.text("name"), context.journal().shoes
    day = _day("on") or context.local_now().date()
    match forms.text("do"):
        case "retire":
            shoes.retire(name, day)
        case "resume":
            shoes.resume(name, day)
        case "delete":
            shoes.delete(name)
        case "join":
            shoes.join(name, forms.text("other"))
        case "separate":
            shoes.separate(name)
        case _:
            with context.journal().as_one_change("edit_shoe"):
                _change(shoes, name)
    return changes.redirect_to("shoes.show")


def _change(shoes: Shoes, name: str) -> None:
    stored = next((shoe for shoe in shoes.all() if shoe.name == name), None)
    if stored is None and name not in shoes.names():
        raise NotFound(_("There is no such pair."))
    if stored is None:  # so far only the diary or the watch names it
        shoes.add(Shoe(name))
        stored = Shoe(name)
    changed = _as_sent(replace(stored, name=forms.text("new_name") or name))
    if changed.from_date and changed.retired and changed.retired < changed.from_date:
        raise BadInput(_(BEGINS_LATE))
    if changed.name != name:
        shoes.rename(name, changed.name)
    shoes.edit(changed)


def _as_sent(shoe: Shoe) -> Shoe:
    """Return a pair with what the form says of it."""
    return replace(
        shoe,
        from_date=_day("from"),
        start_m=_metres("start") or 0.0,
        limit_m=_metres("limit"),
        default=forms.text("default") == "yes",
    )


@blueprint.post("/shoes/rules")
def add_rule() -> Response:
    """Add a rule, in the place of another one where one is named, or remove one."""
    shoes, number = context.journal().shoes, forms.whole("rule")
    if forms.text("do") == "remove":
        shoes.remove_rule(number or 0)
    elif number is None:
        shoes.add_rule(_sent_rule(None))
    else:
        replaced = next((stored.rule for stored in shoes.rules() if stored.id == number), None)
        with context.journal().as_one_change("add_shoe_rule"):
            shoes.remove_rule(number)
            shoes.add_rule(_sent_rule(replaced))
    return changes.redirect_to("shoes.show", anchor="rules")


def _sent_rule(replaced: ShoeRule | None) -> ShoeRule:
    """Return the rule that the form makes; a season of other days than whole months stays as it is."""
    surface, months = forms.text("surface"), (forms.whole("first"), forms.whole("last"))
    season = replaced.season if replaced is not None and forms.text("season") == "same" else None
    if any(months):
        first, last = (month if month in range(1, 13) else None for month in months)
        if first is None or last is None:
            raise BadInput(_(NO_SEASON))
        season = _season(first, last)
    chosen = request.form.getlist("weekday")
    return ShoeRule(
        forms.text("shoe"),
        Surface(surface) if surface in set(Surface) else None,
        ",".join(day for day in WEEKDAYS if day in chosen) or None,
        _metres("min"),
        _metres("max"),
        season,
    )


def _metres(name: str) -> float | None:
    value = forms.number(name, 0, _MOST_KM)
    return None if value is None else value * METRES[context.settings().units]


def _day(name: str) -> date | None:
    text = forms.text(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(_(NO_DAY).format(text=text)) from error
