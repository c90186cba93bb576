"""Columnar reader of one feature's values: distinct texts are read once, plain numbers by numpy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ml.data.columns import column, values_of
from ml.data.feature import Feature, Value
from ml.data.parsing import RefusedValue, read_value
from ml.data.value_words import unseen

# Of these characters float() reads exactly what ml.data.parsing.NUMBER accepts; lines hold a cell each
PLAIN = re.compile(r"[0-9.eE+\-\n]*")


@dataclass(frozen=True)
class ReadColumn:
    """Values of one feature that were read."""

    feature: Feature
    typed: list[Value] | np.ndarray
    """Typed values, length n; numbers may be an array with NaN for missing. None for refused values. An array is of
    float64."""
    refused: Mapping[int, RefusedValue] = field(default_factory=dict)

    def values(self) -> list[Value]:
        """Typed values as in rows."""
        return values_of(self.feature, self.typed) if isinstance(self.typed, np.ndarray) else self.typed

    def notes(self) -> dict[int, str]:
        """Notes on accepted values, by number of the record."""
        if isinstance(self.typed, np.ndarray) and not any(
            unseen(self.feature, value) for value in _telling(self.feature, self.typed)
        ):
            return {}
        values = self.values()
        said = {value: unseen(self.feature, value) for value in set(values)}
        return {at: said[value] for at, value in enumerate(values) if said[value] and at not in self.refused}

    def array(self, which: Sequence[int] | slice) -> np.ndarray:
        """The values `which` as an array of a block; none of them may be refused."""
        if isinstance(self.typed, np.ndarray):
            return self.typed[which]
        chosen = self.typed[which] if isinstance(which, slice) else [self.typed[at] for at in which]
        return column(self.feature, chosen)


class Rules(Protocol):
    """Rules for reading texts of a file, see :class:`ml.files.cells.read_cells.CellRules`."""

    def direct(self, feature: Feature) -> bool:
        """True when plain numbers need no rule of the dialect: no thousands mark, no decimal comma."""

    def plain(self, feature: Feature, cell: str) -> str:
        """A cell as text in the schema's format."""


def read_column(feature: Feature, raws: Sequence[Any], rules: Rules | None = None) -> ReadColumn:
    """Read a column of texts or JSON values; texts by the `rules`, without them as they are."""
    if set(map(type, raws)) == {str}:
        plain = _plain_numbers(feature, raws) if rules is None or rules.direct(feature) else None
        if plain is None and rules is not None:
            written = {text: rules.plain(feature, text) for text in set(raws)}
            raws = [written[text] for text in raws]
            plain = _plain_numbers(feature, raws)
        if plain is not None:
            return ReadColumn(feature, plain)
    read = _read_each(feature, raws)
    if RefusedValue not in set(map(type, read)):
        return ReadColumn(feature, read)
    refused = {at: value for at, value in enumerate(read) if type(value) is RefusedValue}
    return ReadColumn(feature, [None if at in refused else value for at, value in enumerate(read)], refused)


def read_cell(feature: Feature, raw: object) -> Value | RefusedValue:
    """One raw value as its type, or its refusal."""
    try:
        return read_value(feature, raw)
    except RefusedValue as refused:
        return refused


def _read_each(feature: Feature, raws: Sequence[Any]) -> list[Any]:
    """Typed values and refusals; each distinct text is read once."""
    if not set(map(type, raws)) <= {str, type(None)}:
        return [read_cell(feature, raw) for raw in raws]
    known = {raw: read_cell(feature, raw) for raw in set(raws)}
    return [known[raw] for raw in raws]


def _plain_numbers(feature: Feature, texts: Sequence[str]) -> np.ndarray | None:
    """Numbers, and NaN for blanks, where all are accepted; None otherwise."""
    if not feature.is_number or feature.codes or any(map(PLAIN.fullmatch, feature.missing)):
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
    """True when all values are accepted."""
    return all(
        read_cell(feature, value) is None if value is None else type(read_cell(feature, value)) is not RefusedValue
        for value in _telling(feature, array)
    )


def _telling(feature: Feature, array: np.ndarray) -> list[Value]:
    """Values that suffice to check all of a column: a gap, the minimum, the maximum, one with decimals."""
    gaps = np.isnan(array)
    numbers = array[~gaps]
    telling = [*array[gaps][:1], *([numbers.min(), numbers.max()] if len(numbers) else [])]
    if feature.kind == "integer":
        with np.errstate(invalid="ignore"):  # of infinity
            telling += list(numbers[numbers % 1 != 0][:1])
    return values_of(feature, np.array(telling))
