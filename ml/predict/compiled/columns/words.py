"""Bag of words: counts of terms or TF-IDF weights, as scikit-learn's vectorizers compute them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ml.data.array_types import Floats, Positions
from ml.data.columns import Block
from ml.data.schema import Row

_SPACES = re.compile(r"\s\s+")


@dataclass(frozen=True)
class Words:
    """One column for each term of a vocabulary: its weighted count in a text."""

    source: int
    """The feature that holds the text."""
    analyzer: str
    """One of "word", "char" and "char_wb"."""
    pattern: str
    """Regular expression of a word."""
    lowercase: bool
    accents: str
    """How accents are stripped. One of "", "ascii" and "unicode"."""
    shortest: int
    longest: int
    """Numbers of words or characters in a term."""
    stop_words: tuple[str, ...]
    terms: tuple[str, ...]
    """The vocabulary, in the order of the columns."""
    binary: bool = False
    sublinear: bool = False
    """1 for any count; 1 + log(count) for a count."""
    inverse: Floats | None = None
    """Inverse document frequencies. Shape (terms,)."""
    norm: str = ""
    """Norm by which the weights of a text are divided. One of "", "l1" and "l2"."""
    weights: Floats | None = None
    """Where given, the columns are k weighted sums of the above. Shape (terms, k)."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.terms) if self.weights is None else self.weights.shape[1]

    @cached_property
    def _position(self) -> dict[str, int]:
        return {term: at for at, term in enumerate(self.terms)}

    @cached_property
    def _stopped(self) -> frozenset[str]:
        return frozenset(self.stop_words)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def row(self, row: Row) -> Floats:
        """The columns' values for one row; ValueError when it has no text."""
        where, weight = self._weighted(row[self.source])
        if self.weights is not None:
            return weight @ self.weights[where]
        made = np.zeros(len(self.terms))
        made[where] = weight
        return made

    def block(self, block: Block) -> Floats:
        """The columns for n rows, shape (n, width)."""
        texts = block[self.source].tolist()
        counts = np.zeros((len(texts), self.width))
        for at, text in enumerate(texts):
            where, weight = self._weighted(text)
            if self.weights is None:
                counts[at, where] = weight
            else:
                counts[at] = weight @ self.weights[where]
        return counts

    def folded(self, weights: Floats) -> Words | None:
        """The part with the weights of k sums multiplied in, shape (terms, k); None where it has some already."""
        return replace(self, weights=weights) if self.weights is None else None

    def _weighted(self, text: Any) -> tuple[Positions, Floats]:
        if not isinstance(text, str):
            raise ValueError("This model needs a text; it is missing.")
        counts: dict[int, int] = {}
        position = self._position
        for term in self._terms(text):
            at = position.get(term)
            if at is not None:
                counts[at] = counts.get(at, 0) + 1
        where = np.fromiter(counts, dtype=np.intp, count=len(counts))
        weight = np.fromiter(counts.values(), dtype=np.float64, count=len(counts))
        if self.binary:
            weight[:] = 1.0
        if self.sublinear:
            weight = np.log(weight) + 1.0
        if self.inverse is not None:
            weight = weight * self.inverse[where]
        if self.norm:
            length = np.sqrt(weight @ weight) if self.norm == "l2" else np.abs(weight).sum()
            weight = weight / (length or 1.0)
        return where, weight

    def _terms(self, text: str) -> Iterator[str]:
        text = text.lower() if self.lowercase else text
        text = _without_accents(text, self.accents) if self.accents else text
        if self.analyzer == "word":
            words = [word for word in self._pattern.findall(text) if word not in self._stopped]
            if self.shortest == self.longest == 1:
                yield from words
                return
            for length in range(self.shortest, self.longest + 1):
                yield from (" ".join(words[at : at + length]) for at in range(len(words) - length + 1))
            return
        text = _SPACES.sub(" ", text)
        for piece in [text] if self.analyzer == "char" else [f" {word} " for word in text.split()]:
            yield from self._characters(piece)

    def _characters(self, piece: str) -> Iterator[str]:
        for length in range(self.shortest, self.longest + 1):
            if length >= len(piece) and self.analyzer == "char_wb":
                yield piece  # a short word counts once
                return
            yield from (piece[at : at + length] for at in range(len(piece) - length + 1))


def _without_accents(text: str, how: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text)
    if how == "ascii":
        return taken_apart.encode("ASCII", "ignore").decode("ASCII")
    return text if text.isascii() else "".join(c for c in taken_apart if not unicodedata.combining(c))
