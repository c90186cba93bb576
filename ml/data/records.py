"""Reader of records: raw values to typed values, column by column, with all problems.

All entrypoints (page, API, files, command line) use it, for one record or a million, so that the same record
gives the same row and the same messages everywhere.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ml.data.columnar import ReadColumn, Rules, read_column
from ml.data.expand_one_hot import expanded
from ml.data.feature import Feature, Value, text_of
from ml.data.parsing import RefusedValue, read_value
from ml.data.schema import Row, Schema
from ml.data.texts import COMPARED
from ml.data.value_words import kind_of, quote, shown, unseen
from ml.errors import InvalidRecord, Problem
from ml.translation import text

__all__ = ["ReadColumns", "Records", "read_columns", "read_records", "shown"]

FEWEST = 20  # records from which it pays to read them column by column
LONGEST_ID = 200  # characters; ids are in URLs
MOST_UNKNOWN = 20  # unknown names of one record with a problem each; further ones share one

Lines = Sequence[Sequence[object]]  # raw values in schema order


@dataclass(frozen=True)
class Records:
    """Records that were read."""

    rows: tuple[Row | None, ...]
    """None for a record that has a problem. Length n."""
    ids: tuple[str | None, ...]
    """Ids, where the schema has a record id. Length n."""
    problems: tuple[Problem, ...]
    """Errors that prevent scoring."""
    notes: tuple[Problem, ...]
    """Warnings: values outside the range of training."""

    def all_rows(self) -> tuple[Row, ...]:
        """All rows, or InvalidRecord with every problem."""
        if self.problems:
            raise InvalidRecord(self.problems, self.notes)
        return tuple(row for row in self.rows if row is not None)


@dataclass(frozen=True)
class ReadColumns:
    """A table that was read."""

    columns: tuple[ReadColumn, ...]
    """In schema order. Length p."""
    problems: tuple[Problem, ...]
    """By record, then those of names and of the record's id, then by feature."""


def read_records(schema: Schema, raws: Iterable[object], *, extra: bool = False) -> Records:
    """Read raw records: name or alias to raw value, JSON or text as from a form or a file.

    A Problem stands for a record that its reader could not read. With `extra` a record may bring columns that the model
    does not know (files do).
    """
    problems: list[Problem] = []
    notes: list[Problem] = []
    ids: list[str | None] = []
    numbers: list[int] = []  # of the records that have values at all
    lines: list[list[object]] = []
    named, names = None, _Names(schema, (), extra)
    for at, raw in enumerate(raws):
        if not isinstance(raw, Mapping):
            problems.append(_no_record(raw, at))
            ids.append(None)
            continue
        if schema.one_hot:
            raw = expanded(schema, raw, at, problems)
        if named != (named := tuple(raw)):  # most records have the names of the one before
            names = _Names(schema, named, extra)
        values = (*raw.values(), None)
        ids.append(names.check(values, at, problems) if names.to_check else None)
        numbers.append(at)
        lines.append([values[place] for place in names.places])
    read = (_by_rows if len(lines) < FEWEST else _by_columns)(schema, lines, numbers, problems, notes)
    bad = {problem.row for problem in problems}
    rows: list[Row | None] = [None] * len(ids)
    for at, row in zip(numbers, read, strict=True):
        rows[at] = None if at in bad else row
    return Records(tuple(rows), tuple(ids), _in_order(problems), _in_order(notes))


def _by_rows(
    schema: Schema, lines: Lines, numbers: Sequence[int], problems: list[Problem], notes: list[Problem]
) -> list[Row]:
    """Rows of few records, value by value; appends to `problems` and `notes`."""
    return [
        tuple([_cell(feature, raw, at, problems, notes) for feature, raw in zip(schema.features, line, strict=True)])
        for at, line in zip(numbers, lines, strict=True)
    ]


def _cell(feature: Feature, raw: object, at: int, problems: list[Problem], notes: list[Problem]) -> Value:
    try:
        value = read_value(feature, raw)
    except RefusedValue as refused:
        problems.append(Problem(at, feature.name, raw, refused.message, refused.hint))
        return None
    note = unseen(feature, value)
    if note:
        notes.append(Problem(at, feature.name, raw, note))
    return value


def _by_columns(
    schema: Schema, lines: Lines, numbers: Sequence[int], problems: list[Problem], notes: list[Problem]
) -> list[Row]:
    """Like :func:`_by_rows`, several times as fast for many records."""
    columns = list(zip(*lines, strict=True))
    read = list(map(read_column, schema.features, columns))
    for column, raws in zip(read, columns, strict=True):
        problems.extend(_refused(column, raws, numbers))
        notes.extend(Problem(numbers[at], column.feature.name, raws[at], note) for at, note in column.notes().items())
    return list(zip(*(column.values() for column in read), strict=True))


def _refused(column: ReadColumn, raws: Sequence[object], numbers: Sequence[int]) -> Iterator[Problem]:
    for at, why in column.refused.items():
        yield Problem(numbers[at], column.feature.name, raws[at], why.message, why.hint)


def read_columns(schema: Schema, names: Sequence[str], columns: Sequence[Sequence[str]], rules: Rules) -> ReadColumns:
    """Read a table of columns, which may have columns that the model does not know.

    Parameters
    ----------
    names : sequence of str
        Names of the columns: features by name or alias, the record id, others.
    columns : sequence of sequence of str
        Raw values, each of length n.
    rules : Rules
        Rules for texts.
    """
    problems: list[Problem] = []
    count = len(columns[0])
    named: tuple[object, ...] = tuple(names)
    if any(one.name in named for one in schema.one_hot):
        lines = zip(*columns, strict=True)
        records = [expanded(schema, dict(zip(named, line, strict=True)), at, problems) for at, line in enumerate(lines)]
        named = tuple(records[0])  # all records have the same names, as all lines had
        columns = list(zip(*(line.values() for line in records), strict=True))
    named_columns = _Names(schema, named, extra=True)
    if named_columns.to_check:
        for at, values in enumerate(zip(*columns, strict=True)):
            named_columns.check((*values, None), at, problems)
    given = (*columns, (None,) * count)
    raws = [given[place] for place in named_columns.places]
    read = tuple(read_column(feature, cells, rules) for feature, cells in zip(schema.features, raws, strict=True))
    for column, cells in zip(read, raws, strict=True):
        problems.extend(_refused(column, cells, range(count)))
    return ReadColumns(read, _in_order(problems))


class _Names:
    """Mapping from the names of a record to features, for records with the same names.

    Attributes
    ----------
    places : list of int, length p
        Index of each feature's value among those of the record; one past the end for missing features.
    to_check : bool
        True when names or the record id may have problems.
    """

    def __init__(self, schema: Schema, names: Sequence[object], extra: bool) -> None:
        self._schema, self._names = schema, names
        self._twice: list[tuple[int, int]] = []
        self._unknown: list[int] = []
        self._id: int | None = None
        self.places = [len(names)] * len(schema.features)
        for at, name in enumerate(names):
            position = schema.position.get(name) if isinstance(name, str) else None
            if position is not None:
                if self.places[position] < len(names):
                    self._twice.append((self.places[position], at))
                self.places[position] = at
            elif name == schema.record_id:
                self._id = at
            elif not extra:
                self._unknown.append(at)
        self.to_check = self._id is not None or bool(self._twice or self._unknown)

    def check(self, values: Sequence[object], at: int, problems: list[Problem]) -> str | None:
        """The record's id; appends problems of it and of the names."""
        names, schema = self._names, self._schema
        for one, other in self._twice:
            feature = schema.names[schema.position[str(names[other])]]
            both = {"one": repr(names[one]), "other": repr(names[other])}
            message = text("Came twice, as {one} and as {other}.", **both)
            problems.append(Problem(at, feature, values[other], message, text("Send it once.")))
        record_id = None if self._id is None else _record_id(schema, values[self._id], at, problems)
        if self._unknown:
            problems.extend(_unknown(schema, [(str(names[each]), values[each]) for each in self._unknown], at))
        return record_id


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.row)) if len(problems) > 1 else tuple(problems)


def _no_record(raw: object, at: int) -> Problem:
    if isinstance(raw, Problem):
        return replace(raw, row=at)
    hint = text("Send an object such as {example}.", example='{"feature": value}')
    return Problem(at, None, raw, text("A record is a set of named values, not {kind}.", kind=kind_of(raw)), hint)


def _record_id(schema: Schema, value: object, at: int, problems: list[Problem]) -> str | None:
    if value is None:
        return None
    if isinstance(value, (str, int, float, dt.date)) and not isinstance(value, bool):
        written = text_of(value)
        if len(written) <= LONGEST_ID:
            return written or None
    message = text("{value} cannot name a record.", value=quote(value))
    hint = text("Accepted: text of up to {n} characters.", n=LONGEST_ID)
    problems.append(Problem(at, schema.record_id, value, message, hint))
    return None


def _unknown(schema: Schema, unknown: list[tuple[str, object]], at: int) -> Iterator[Problem]:
    """A problem for each name that the model does not know, and one for the rest of very many."""
    message = text("The model has no feature of this name.")
    for name, value in unknown[:MOST_UNKNOWN]:
        yield Problem(at, name, value, message, _closest(schema, name))
    if len(unknown) > MOST_UNKNOWN:
        message = text("The model has none of {n} further names.", n=f"{len(unknown) - MOST_UNKNOWN:,}")
        yield Problem(at, None, None, message, _features(schema))


def _closest(schema: Schema, name: str) -> str:
    known = {known.casefold(): known for known in schema.position}
    close = difflib.get_close_matches(name[:COMPARED].casefold(), known, n=1)
    return text("Did you mean {value}?", value=repr(known[close[0]])) if close else _features(schema)


def _features(schema: Schema) -> str:
    return text("Its features: {names}.", names=", ".join(schema.names))
