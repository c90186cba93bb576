"""All values of one feature: each different text is read once, and plain numbers by numpy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ml.data.columns import column, values_of
from ml.data.parsing import Refused, read_value, unseen
from ml.data.schema import Feature, Value

# Of these characters float() reads exactly what ml.data.parsing.NUMBER accepts; lines hold a cell each
PLAIN = re.compile(r"[0-9.eE+\-\n]*")


@dataclass(frozen=True)
class Column:
    """What was read, by number of the record.

    Attributes
    ----------
    feature : Feature
    found : list of Value, or ndarray of float64
        Typed values, length n; numbers perhaps as an array with NaN for missing. None where a value is refused.
    refused : dict of int to Refused
    """

    feature: Feature
    found: list[Value] | np.ndarray
    refused: Mapping[int, Refused] = field(default_factory=dict)

    def values(self) -> list[Value]:
        """Typed values, as rows have them."""
        return values_of(self.feature, self.found) if isinstance(self.found, np.ndarray) else self.found

    def notes(self) -> dict[int, str]:
        """What is worth saying of values that are not refused."""
        if isinstance(self.found, np.ndarray) and not any(
            unseen(self.feature, value) for value in _telling(self.feature, self.found)
        ):
            return {}
        values = self.values()
        said = {value: unseen(self.feature, value) for value in set(values)}
        return {at: said[value] for at, value in enumerate(values) if said[value] and at not in self.refused}

    def array(self, which: Sequence[int] | slice) -> np.ndarray:
        """The values `which` as a block has them; none of them may be refused."""
        if isinstance(self.found, np.ndarray):
            return self.found[which]
        chosen = self.found[which] if isinstance(which, slice) else [self.found[at] for at in which]
        return column(self.feature, chosen)


class Rules(Protocol):
    """How the texts of a file are written, see :class:`ml.files.cells.read_cells.CellRules`."""

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
    if set(map(type, raws)) == {str}:
        plain = _plain_numbers(feature, raws) if rules is None or rules.direct(feature) else None
        if plain is None and rules is not None:
            written = {text: rules.plain(feature, text) for text in set(raws)}
            raws = [written[text] for text in raws]
            plain = _plain_numbers(feature, raws)
        if plain is not None:
            return Column(feature, plain)
    read = _read_each(feature, raws)
    if Refused not in set(map(type, read)):
        return Column(feature, read)
    refused = {at: value for at, value in enumerate(read) if type(value) is Refused}
    return Column(feature, [None if at in refused else value for at, value in enumerate(read)], refused)


def read_cell(feature: Feature, raw: object) -> Value | Refused:
    """One raw value as its type, or why it is none."""
    try:
        return read_value(feature, raw)
    except Refused as refused:
        return refused


def _read_each(feature: Feature, raws: Sequence[Any]) -> list[Any]:
    """Typed values and refusals; texts and gaps repeat themselves, and each different one is read once."""
    if not set(map(type, raws)) <= {str, type(None)}:
        return [read_cell(feature, raw) for raw in raws]
    known = {raw: read_cell(feature, raw) for raw in set(raws)}
    return [known[raw] for raw in raws]


def _plain_numbers(feature: Feature, texts: Sequence[str]) -> np.ndarray | None:
    """Numbers, and NaN for blanks, where all are accepted; None where there is anything else."""
    if feature.kind not in ("number", "integer") or feature.codes or any(map(PLAIN.fullmatch, feature.missing)):
        return None
    joined = "\n".join(texts)
    if PLAIN.fullmatch(joined) is None or joined.count("\n") >= len(texts):
        return None
    try:
        array = np.array([float(text or "nan") for text in texts])
    except ValueError:
        return None
    return array if _accepted(feature, array) else None


def _accepted(feature: Feature, array: np.ndarray) -> bool:
    """Whether all are accepted as they are."""
    return all(
        read_cell(feature, value) is None if value is None else type(read_cell(feature, value)) is not Refused
        for value in _telling(feature, array)
    )


def _telling(feature: Feature, array: np.ndarray) -> list[Value]:
    """Those that speak for all, whatever limits there are: a gap, the least, the largest, one with decimals."""
    gaps = np.isnan(array)
    numbers = array[~gaps]
    told = [*array[gaps][:1], *([numbers.min(), numbers.max()] if len(numbers) else [])]
    if feature.kind == "integer":
        with np.errstate(invalid="ignore"):  # of infinity
            told += list(numbers[numbers % 1 != 0][:1])
    return values_of(feature, np.array(told))
