"""Table of texts: what a plot draws in place of a figure, and its data beside one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TextTable:
    """n rows of m texts."""

    heads: Sequence[str]
    """Length m."""
    rows: Sequence[Sequence[str]]
    """The first cell names the row. Shape (n, m)."""
    links: Sequence[str] = ()
    """Address inside the app that the first cell of each row opens. Length n, or empty."""
