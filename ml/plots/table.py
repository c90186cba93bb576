"""Table of texts: what a plot draws in place of a figure, and its data beside one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TextTable:
    """n rows of m texts.

    Attributes
    ----------
    heads : sequence of str, length m
    rows : sequence of sequences of str, shape (n, m)
        The first cell names the row.
    links : sequence of str, length n, or empty
        Address inside the app that the first cell of each row opens.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    links: Sequence[str] = ()
