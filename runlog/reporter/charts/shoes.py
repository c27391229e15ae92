"""Draw every pair of shoes against its distance limit, with the expected day of reaching it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from runlog import units
from runlog.i18n import _
from runlog.reporter.charts import style
from runlog.reporter.charts.style import LIGHT
from runlog.reporter.shoes_and_routes import in_use_table, shoes_in_use

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from matplotlib.axes import Axes

    from runlog.analysis.history import History
    from runlog.reporter.charts.view import View

#: More pairs than this would not be legible.
MOST_PAIRS = 7
#: No forecast is drawn further than this; longer ranges end in an arrow.
MOST_FORECAST_DAYS = 730


@dataclass(frozen=True, slots=True)
class ShoesData:
    """The most worn of the pairs that are not retired.

    Attributes:
        pairs: name, worn, limit (both in the runner's unit), expected, low, high (days; NaT unknown; of a
            pair over its limit the day on which it passed it), when (the same in words, "" if past or
            unknown); the most worn first.
        today: as of when.
    """

    title: str
    unit: str
    pairs: pd.DataFrame
    today: pd.Timestamp


def shoes_data(history: History, view: View) -> ShoesData:
    """Return the distance, limit and forecast of each pair in use as of ``view.now``."""
    unit = history.settings.units
    table = in_use_table(history, view.now)
    factor = units.METRES["km"] / units.METRES[unit]
    pairs = pd.DataFrame(
        {
            "name": table["name"].map(units.printable),
            "worn": table["km"] * factor,
            "limit": table["limit_km"] * factor,
            "expected": table["expected"],
            "low": table["expected_low"],
            "high": table["expected_high"],
            "when": [pair.when for pair in shoes_in_use(history, view.now)],
        }
    )
    return ShoesData(_shoes_title(pairs, unit), unit, pairs.head(MOST_PAIRS), pd.Timestamp(view.today))


def _shoes_title(pairs: pd.DataFrame, unit: str) -> str:
    if pairs.empty:
        return _("No shoes yet")
    left = (pairs["limit"] - pairs["worn"]).sort_values()
    name = style.truncate_text(pairs["name"].loc[left.index[0]], 400, 15)
    if left.iloc[0] <= 0:
        return _("{shoe} is over its limit").format(shoe=name)
    return _("{shoe} has {number} {unit} left").format(
        shoe=name, number=units.number(left.iloc[0], 0), unit=unit
    )


def shoes_height(data: ShoesData, width: int) -> int:
    """Return how many pixels high it is."""
    pairs = len(data.pairs)
    return 160 if not pairs else (160 + 84 * pairs if width == style.NARROW else 90 + 46 * pairs)


def draw_shoes(data: ShoesData, axes: Axes) -> None:
    """Draw each pair against its limit, and when it is expected there."""
    if data.pairs.empty:
        style.show_message(axes, _("Add a pair with: {command}").format(command="runlog shoes add NAME"))
        return
    pixels = style.width_px(axes)
    if style.is_narrow(axes):
        ((left,), (right,)) = style.split_grid(axes, 2, 1)
        room = pixels - 30
    else:
        ((left, right),) = style.split_grid(axes, 1, 2, widths=(1.15, 1))
        room = pixels / 2 - 30
    pairs = data.pairs.to_dict("records")
    for place, pair in zip(range(len(pairs))[::-1], pairs, strict=True):
        _draw_worn(pair, place, data.unit, left, room)
        _draw_expected(pair, place, data.today, right, room if style.is_narrow(right) else 0.0)
    for panel in (left, right):
        panel.set(ylim=(-0.3, len(pairs) - 0.3), yticks=[])
    left.set_xlim(0, 1.02 * max(data.pairs["worn"].max(), data.pairs["limit"].max(), 1.0))
    left.locator_params(axis="x", nbins=5)
    style.format_axis(left.xaxis)
    left.set_xlabel(_("{unit}; the mark is the limit, a convention").format(unit=data.unit))
    _label_time(data, right)


def _draw_worn(pair: Mapping[Hashable, Any], place: int, unit: str, axes: Axes, room: float) -> None:
    worn, limit = pair["worn"], pair["limit"]
    over = worn >= limit
    axes.barh(place, limit, height=0.26, color=LIGHT["empty"])
    axes.barh(place, worn, height=0.26, color=LIGHT["sore" if over else "load"])
    axes.vlines(limit, place - 0.2, place + 0.2, color=LIGHT["ink"], lw=2)
    amount = _("{worn} of {limit} {unit}").format(
        worn=units.number(worn, 0), limit=units.number(limit, 0), unit=unit
    )
    name = style.truncate_text(str(pair["name"]), room - style.text_width(f"  {amount}"))
    axes.annotate(f"{name}  {amount}", (0, place + 0.2), (0, 3), textcoords="offset points")


def _draw_expected(
    pair: Mapping[Hashable, Any], place: int, today: pd.Timestamp, axes: Axes, room: float
) -> None:
    """Draw the day of the limit as a dot on its range; of a pair over its limit only the words."""
    text = _forecast_text(pair)
    if room:
        text = f"{style.truncate_text(str(pair['name']), room - style.text_width(f'  {text}'))}  {text}"
    axes.annotate(text, (0, place + 0.2), (0, 3), ("axes fraction", "data"), "offset points")
    axes.axhline(place, color=LIGHT["empty"], lw=5, zorder=0)
    if pair["worn"] >= pair["limit"] or pd.isna(pair["expected"]):
        return
    far = float(MOST_FORECAST_DAYS)
    ahead = min((pair["expected"] - today).days, far)
    low = ahead if pd.isna(pair["low"]) else (pair["low"] - today).days
    high = (ahead if pd.isna(pair["low"]) else far) if pd.isna(pair["high"]) else (pair["high"] - today).days
    axes.plot([low, min(high, far)], [place, place], color=LIGHT["load"], lw=3, solid_capstyle="butt")
    if max(high, ahead) >= far:
        axes.scatter([far], [place], marker=">", s=50, color=LIGHT["load"], lw=0, clip_on=False)
    if ahead < far:
        axes.scatter([ahead], [place], s=60, color=LIGHT["ink"], lw=0, zorder=3)


def _forecast_text(pair: Mapping[Hashable, Any]) -> str:
    if pair["worn"] < pair["limit"]:
        return str(pair["when"]) or _("no forecast")
    if pd.isna(pair["expected"]):
        return _("over its limit")
    return _("over since {day}").format(day=units.day(pair["expected"], weekday=False, year=True))


def _label_time(data: ShoesData, axes: Axes) -> None:
    """Scale the axis from today to the furthest end of a range."""
    ends = pd.concat([data.pairs["expected"], data.pairs["high"]]).dropna()
    days = max([90.0, *(ends - data.today).dt.days.clip(upper=MOST_FORECAST_DAYS)])
    if (data.pairs["high"].isna() & data.pairs["low"].notna()).any():
        days = float(MOST_FORECAST_DAYS)
    axes.set_xlim(0, days * 1.02)
    places = [0.0, days / 2, days]
    dates = (data.today + pd.Timedelta(days=day) for day in places[1:])
    texts = [_("today"), *(f"{units.month(date)} {date.year}" for date in dates)]
    axes.set_xticks(places, texts)
    first, _middle, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.set_xlabel(_("when it reaches its limit, with 80% range"))
