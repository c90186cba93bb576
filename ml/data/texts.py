"""Text search over a list: by prefix, by substring, and by similar spelling.

Ten thousand levels of a column are as quick to search as ten: no comparison letter by letter of more than
:data:`MOST_COMPARED` of them.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from ml.data.array_types import Floats, Positions

COMPARED = 80  # characters of a text that are compared with another, letter by letter
ALIKE = 0.6  # least ratio of difflib that counts as similar
MOST_COMPARED = 150  # texts that are compared letter by letter with one that is not in the list
LETTERS = 61  # buckets in which letters are counted


def fold(text: str) -> str:
    """A text folded for comparison: without case, accents, control characters and repeated spaces.

    Accents are the marks that Unicode's decomposition (NFKD) splits off.
    """
    split = unicodedata.normalize("NFKD", text.encode("utf-8", "ignore").decode()).casefold()
    letters = (letter for letter in split if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in letters).split())


class Texts:
    """Texts in the order in which they are shown."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(texts)

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """Folded texts."""
        return tuple(map(fold, self.texts))

    def find(self, text: str) -> list[str]:
        """Texts that contain `text`: first texts that begin with it, then texts with a word that does, then others."""
        wanted = fold(text)
        ranked: tuple[list[str], list[str], list[str]] = ([], [], [])
        for own, folded in zip(self.texts, self.folded, strict=True):
            if wanted in folded:
                ranked[0 if folded.startswith(wanted) else 1 if f" {wanted}" in folded else 2].append(own)
        return [each for part in ranked for each in part]

    def closest(self, text: str) -> str | None:
        """The most similar text by spelling; None where none is similar.

        The measure is difflib's ratio, 2 M / T with M letters in common blocks and T letters in both. Letters
        that both have at all, in whatever order, bound M from above: only the texts with the highest bounds are
        compared letter by letter.
        """
        wanted = fold(text[:COMPARED])
        bounds = self._bounds(wanted)
        best, nearest = ALIKE, None
        matcher = difflib.SequenceMatcher(b=wanted)
        for at in _highest(bounds).tolist():
            if bounds[at] < best or (nearest is not None and bounds[at] == best):
                break
            matcher.set_seq1(self.folded[at][:COMPARED])
            ratio = matcher.ratio()
            if ratio > best or (nearest is None and ratio >= best):
                best, nearest = ratio, self.texts[at]
        return nearest

    @cached_property
    def _counts(self) -> np.ndarray:
        """Counts of letters per bucket and text: uint8 of shape (61, n), contiguous per bucket."""
        counts = [_count(folded[:COMPARED]) for folded in self.folded]
        return np.ascontiguousarray(np.array(counts, dtype=np.uint8).reshape(-1, LETTERS).T)

    @cached_property
    def _lengths(self) -> Positions:
        return np.array([min(len(folded), COMPARED) for folded in self.folded])

    def _bounds(self, wanted: str) -> Floats:
        """Upper bound of each text's ratio: shape (n,)."""
        wanted_counts = _count(wanted)
        common = np.zeros(len(self.folded), dtype=np.uint8)  # at most COMPARED
        for bucket in np.flatnonzero(wanted_counts):
            common += np.minimum(self._counts[bucket], wanted_counts[bucket])
        letters: Positions = np.maximum(self._lengths + len(wanted), 1)
        return 2.0 * common / letters


def _highest(bounds: np.ndarray) -> np.ndarray:
    """Indices of the highest bounds at or above `ALIKE`, descending; ties in their order."""
    alike = np.flatnonzero(bounds >= ALIKE)
    if len(alike) > MOST_COMPARED:
        least = np.partition(bounds[alike], -MOST_COMPARED)[-MOST_COMPARED]
        alike = alike[bounds[alike] >= least]
    return alike[np.argsort(-bounds[alike], kind="stable")][:MOST_COMPARED]


def _count(letters: Sequence[str]) -> np.ndarray:
    return np.bincount([ord(letter) % LETTERS for letter in letters], minlength=LETTERS).astype(np.uint8)
