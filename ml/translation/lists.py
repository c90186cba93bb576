"""Lists in sentences: enumerations, alternatives, clauses and names in a row, each pair of them by a template."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ml.translation.messages import text


def listed(parts: Sequence[str]) -> str:
    """Enumeration in words: "a", "a and b", "a, b and c"."""
    return text("{parts} and {last}", parts=in_row(parts[:-1]), last=parts[-1]) if len(parts) > 1 else in_row(parts)


def either(parts: Sequence[str]) -> str:
    """Alternatives in words: "a", "a or b", "a, b or c"."""
    return text("{parts} or {last}", parts=in_row(parts[:-1]), last=parts[-1]) if len(parts) > 1 else in_row(parts)


def in_row(parts: Sequence[str]) -> str:
    """The parts with commas between them; of names of ours each can still be translated."""
    return reduce(lambda said, last: text("{parts}, {last}", parts=said, last=last), parts) if parts else ""


def chained(clauses: Sequence[str]) -> str:
    """Clauses in a row: "a; b; c"."""
    return reduce(lambda said, last: text("{clauses}; {last}", clauses=said, last=last), clauses) if clauses else ""
