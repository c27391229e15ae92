"""The routes of an export of runlog, in its journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runlog.importers.exported import records
from runlog.importers.exported.records import Unsound
from runlog.model import OnRoute, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAST_ID = 10**9  # far beyond all running, and far from where a database runs out of numbers


def written(route: Route) -> dict[str, Any]:
    """Give a route as JSON has it, its shape as a list of [lat, lon]."""
    return records.written(route, without=("shape",)) | {"shape": route.shape.tolist()}


def read(one: dict[str, Any]) -> Route:
    """Make a route of what ``written`` has made of it.

    Raises:
        Unsound: it is none.
    """
    values = dict(one)
    shape = np.array(values.pop("shape"), dtype=np.float64)
    if shape.ndim != 2 or shape.shape[1] != 2 or len(shape) < 2 or not (np.abs(shape) <= [90, 180]).all():  # noqa: PLR2004 - places, two of them at least
        raise Unsound("the shape of a route is no line on the globe")
    route = records.read(Route, values, shape=shape)
    if not 0 < route.id < _LAST_ID:
        raise Unsound(f"{route.id} is no number of a route")
    return route


def read_runs(on_route: Mapping[str, Any]) -> dict[int, OnRoute]:
    """Read which run went which route.

    Raises:
        Unsound: it does not say.
    """
    found = {int(run): OnRoute(records.whole(route), by_hand) for run, (route, by_hand) in on_route.items()}
    if not all(isinstance(on.by_hand, bool) for on in found.values()):
        raise Unsound("whether a run is on its route by hand cannot be told")
    return found
