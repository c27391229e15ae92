"""Text that is safe to print: names come from files and may hold anything."""

from __future__ import annotations

import re

#: Control characters, line and paragraph separators, direction overrides and lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(value: object, keep: str = "") -> str:
    r"""Write out what a terminal would obey, as ``\x1b``; characters in ``keep`` stay."""
    return _UNSAFE.sub(lambda match: match[0] if match[0] in keep else _escape(match[0]), str(value))


def json_safe(document: str) -> str:
    r"""Likewise for a JSON document, which stays the same JSON: as ``\u001b``."""
    return _UNSAFE.sub(
        lambda match: "\n" if match[0] == "\n" else f"\\u{ord(match[0]):04x}",
        document,
    )


def _escape(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    return character.encode("unicode_escape").decode("ascii")
