"""Frames as rows: what JSON can say."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame's rows with None for what is unknown, moments and days as ISO 8601."""
    known = frame.astype(object).where(frame.notna(), None)
    return [{str(key): plain(value) for key, value in row.items()} for row in known.to_dict("records")]


def plain(value: object) -> object:
    """Give a value as JSON has it; a time without a zone is a day, as everywhere in a History."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return list(value)
    return value
