"""Records that all have the same names, as the rows of a file have: read column by column.

Several times as fast as one by one, and with the same outcome; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ml.errors import Problem
from ml.schema import Row, Schema
from ml.whole_columns import Column, Rules, read_column

FEWEST = 20  # records from which it pays
LONGEST_ID = 200  # characters

Read = tuple[tuple[Row | None, ...], tuple[str | None, ...], tuple[Problem, ...], tuple[Problem, ...]]


@dataclass(frozen=True)
class Alike:
    """Columns that were read, one a feature in schema order, and the names of the records."""

    columns: tuple[Column, ...]
    ids: tuple[str | None, ...]

    def refused(self) -> set[int]:
        """Numbers of the records with a problem."""
        return {at for column in self.columns for at in column.refused}


def read_alike(schema: Schema, raws: Sequence[Any], extra: bool, first: int) -> Read | None:
    """Rows, ids, problems and notes, as :class:`ml.records.Records` holds them.

    None where the records are too few or not alike, or where a name is to be complained about: then
    they have to be read one by one. Parameters as :func:`ml.records.read_records`.
    """
    names = tuple(raws[0]) if len(raws) >= FEWEST and type(raws[0]) is dict else ()
    if not names or not all(type(raw) is dict and tuple(raw) == names for raw in raws):
        return None
    found = read_columns(schema, names, list(zip(*(raw.values() for raw in raws), strict=True)), extra)
    return None if found is None else _one_by_one(found, raws, first)


def read_columns(
    schema: Schema, names: Sequence[object], columns: Sequence[Sequence[Any]], extra: bool, rules: Rules | None = None
) -> Alike | None:
    """Read a table that came as columns; None where names or record ids are to be complained about.

    Parameters
    ----------
    schema : Schema
    names : sequence of str
        Of the columns: features by name or alias, the record id, others.
    columns : sequence of sequence
        Raw values, each of length n.
    extra : bool
        True where there may be columns that the model does not know.
    rules : Rules, optional
        How texts are written.
    """
    if any(one.name in names for one in schema.one_hot):
        return None  # one choice in place of its columns
    places = _places(schema, names, extra)
    if places is None:
        return None
    count = len(columns[0])
    ids = _ids(columns[names.index(schema.record_id)] if schema.record_id in names else None, count)
    if ids is None:
        return None
    given = (columns[places[at]] if at in places else (None,) * count for at in range(len(schema.features)))
    return Alike(
        tuple(read_column(feature, raws, rules) for feature, raws in zip(schema.features, given, strict=True)), ids
    )


def _places(schema: Schema, names: Sequence[object], extra: bool) -> dict[int, int] | None:
    """Number of the column of each feature; None where one came twice or is unknown."""
    places: dict[int, int] = {}
    for at, name in enumerate(names):
        position = schema.position.get(name) if isinstance(name, str) else None
        if position is None and not extra and name != schema.record_id:
            return None
        if position is not None and position in places:
            return None
        if position is not None:
            places[position] = at
    return places or None


def _ids(column: Sequence[Any] | None, count: int) -> tuple[str | None, ...] | None:
    """The records' own names; None where one of them may be wrong."""
    if column is None:
        return (None,) * count
    if not all(type(value) is str and len(value) <= LONGEST_ID for value in column):
        return None
    return tuple(value.strip() or None for value in column)


def _one_by_one(found: Alike, raws: Sequence[dict[str, Any]], first: int) -> Read:
    problems: list[tuple[int, int, Problem]] = []
    notes: list[tuple[int, int, Problem]] = []
    for position, column in enumerate(found.columns):
        feature = column.feature
        names = {feature.name, *feature.aliases}
        came = next((name for name in raws[0] if name in names), feature.name)
        for at, refused in column.refused.items():
            why = Problem(at + first, feature.name, raws[at].get(came), refused.message, refused.hint)
            problems.append((at, position, why))
        for at, note in column.notes.items():
            notes.append((at, position, Problem(at + first, feature.name, raws[at].get(came), note)))
    bad = found.refused()
    rows: Any = zip(*(column.values() for column in found.columns), strict=True)
    ids = found.ids
    return tuple(None if at in bad else row for at, row in enumerate(rows)), ids, _in_order(problems), _in_order(notes)


def _in_order(found: list[tuple[int, int, Problem]]) -> tuple[Problem, ...]:
    """By record, then by feature."""
    return tuple(problem for _, _, problem in sorted(found, key=lambda each: each[:2]))
