"""JSON as apps export it, bounded, with its errors translated."""

from __future__ import annotations

import json
from typing import Any

from runlog.errors import NotReadable
from runlog.importers import opening

_MARK = b"\xef\xbb\xbf"


def begins(head: bytes) -> bool:
    """Tell whether a file begins as an object or a list in JSON does."""
    return head.removeprefix(_MARK).lstrip()[:1] in (b"{", b"[")


def parse(data: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """Parse JSON; the numbers that JSON does not have (NaN, Infinity) become None.

    Raises:
        NotReadable: it is not JSON, or nested deeper than any app writes.
    """
    try:
        return json.loads(opening.text(data).lstrip("\ufeff"), parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        reason = f"damaged: line {error.lineno}, column {error.colno} is not JSON: {error.msg}"
        raise NotReadable(reason) from error
    except ValueError as error:  # a whole number of thousands of digits
        raise NotReadable(f"damaged: {error}") from error
    except RecursionError as error:
        raise NotReadable("nested deeper than any app writes") from error
