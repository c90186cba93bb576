"""All values of one feature, as a column of a file brings them: read at once, with the same outcome as one by one.

Most columns of a file are texts that repeat themselves, or plain numbers: each different text is
read once, plain numbers by numpy. What is anything else is read cell by cell, in the same words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ml.blocks import column, values_of
from ml.cells import Cell, read_cell
from ml.schema import Feature, Value
from ml.values import LARGEST, LARGEST_INTEGER, Refused, unseen

# Of these characters float() reads exactly what ml.values.NUMBER accepts; lines hold a cell each
PLAIN = re.compile(r"[0-9.eE+\-\n]*")


@dataclass(frozen=True)
class Column:
    """What was read, by number of the record.

    Attributes
    ----------
    feature : Feature
    found : list of Value, or ndarray of float64
        Typed values, length n; numbers perhaps as an array with NaN for missing. None where a value is refused.
    notes : dict of int to str
        What is worth saying of a value.
    refused : dict of int to Refused
    """

    feature: Feature
    found: list[Value] | np.ndarray
    notes: dict[int, str] = field(default_factory=dict)
    refused: dict[int, Refused] = field(default_factory=dict)

    def values(self) -> list[Value]:
        """Typed values, as rows have them."""
        return values_of(self.feature, self.found) if isinstance(self.found, np.ndarray) else self.found

    def array(self, which: Sequence[int] | slice) -> np.ndarray:
        """The values `which` as a block has them; none of them may be refused."""
        if isinstance(self.found, np.ndarray):
            return self.found[which]
        chosen = self.found[which] if isinstance(which, slice) else [self.found[at] for at in which]
        return column(self.feature, chosen)


class Rules(Protocol):
    """How the texts of a file are written, see :class:`ml.files.cells.CellRules`."""

    def direct(self, feature: Feature) -> bool:
        """Whether plain numbers mean what they say."""

    def plain(self, feature: Feature, cell: str) -> str:
        """A cell as the schema reads it."""


def read_column(feature: Feature, raws: Sequence[Any], rules: Rules | None = None) -> Column:
    """Read a column.

    Parameters
    ----------
    feature : Feature
    raws : sequence of str, or of JSON values
    rules : Rules, optional
        How texts are written; without it they are read as they are.
    """
    types = set(map(type, raws))
    if types == {type(None)}:  # no column gives the feature
        return _of_cells(feature, [read_cell(feature, 0, None, {})] * len(raws))
    if types != {str}:
        return _of_cells(feature, [read_cell(feature, 0, raw, {}) for raw in raws])
    plain = _plain_numbers(feature, raws) if rules is None or rules.direct(feature) else None
    if plain is not None or rules is None:
        return plain or _of_texts(feature, raws)
    written = {text: rules.plain(feature, text) for text in set(raws)}
    texts = [written[text] for text in raws]
    return _plain_numbers(feature, texts) or _of_texts(feature, texts)


def _of_texts(feature: Feature, texts: Sequence[str]) -> Column:
    known = {text: read_cell(feature, 0, text, {}) for text in set(texts)}
    if any(note or refused for _, note, refused in known.values()):
        return _of_cells(feature, [known[text] for text in texts])
    typed = {text: cell[0] for text, cell in known.items()}
    return Column(feature, [typed[text] for text in texts])


def _of_cells(feature: Feature, cells: Sequence[Cell]) -> Column:
    notes = {at: note for at, (_, note, _) in enumerate(cells) if note}
    refused = {at: why for at, (_, _, why) in enumerate(cells) if why is not None}
    return Column(feature, [cell[0] for cell in cells], notes, refused)


def _plain_numbers(feature: Feature, texts: Sequence[str]) -> Column | None:
    """Numbers and blanks that are all accepted; None where there is anything else."""
    if feature.kind not in ("number", "integer"):
        return None
    joined = "\n".join(texts)
    if PLAIN.fullmatch(joined) is None or joined.count("\n") >= len(texts):
        return None
    try:
        array = np.array([float(text or "nan") for text in texts])
    except ValueError:
        return None
    if not _accepted(feature, array):
        return None
    flagged = _flagged(feature, array)
    typed = zip(flagged.tolist(), values_of(feature, array[flagged]), strict=True)
    return Column(feature, array, {at: unseen(feature, value) for at, value in typed})


def _flagged(feature: Feature, array: np.ndarray) -> np.ndarray:
    """Numbers of the values of which :func:`ml.values.unseen` has something to say."""
    low, high = feature.seen or (-math.inf, math.inf)
    said = (array < low) | (array > high)
    if feature.complete:
        said |= np.isnan(array)
    if feature.kind == "integer":
        said |= array % 1 > 0
    return np.flatnonzero(said)


def _accepted(feature: Feature, array: np.ndarray) -> bool:
    if (feature.required or feature.hidden) and np.isnan(array).any():
        return False
    array = array[~np.isnan(array)]
    integer = feature.kind == "integer"
    low = max(-math.inf if feature.low is None else feature.low, -(LARGEST_INTEGER if integer else LARGEST))
    high = min(math.inf if feature.high is None else feature.high, LARGEST_INTEGER if integer else LARGEST)
    whole = integer and not feature.fractions
    return bool(((array >= low) & (array <= high)).all() and not (whole and (array % 1 != 0).any()))
