"""What the help of every command ends with."""

from __future__ import annotations


def examples(*lines: str) -> str:
    r"""Give the epilog of a command: its examples, kept line by line (``\b`` is click's mark for that)."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
