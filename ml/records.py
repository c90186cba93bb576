"""Raw values in, typed rows out, with every problem that was found on the way.

Every door (page, API, files, command line) reads records here, so that the same record gives
the same row and the same words everywhere.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ml.alike import LONGEST_ID, read_alike
from ml.cells import Memo, read_cell
from ml.data.texts import COMPARED
from ml.errors import InvalidRecord, Problem
from ml.expand import expanded
from ml.schema import Row, Schema, Value, text_of
from ml.values import kind_of, quote, shown

__all__ = ["Records", "read_records", "shown"]

MOST_UNKNOWN = 20  # names of one record that are refused one by one; what has more is no typing error
_BLANK = ("", None)


@dataclass(frozen=True)
class Records:
    """What was read.

    Attributes
    ----------
    rows : tuple of Row or None, length n
        None for a record that has a problem.
    ids : tuple of str or None, length n
        The record's own name where the schema has a record id.
    problems : tuple of Problem
        Everything that keeps a record from being scored.
    notes : tuple of Problem
        Worth saying, but no obstacle: values outside what the model has seen.
    """

    rows: tuple[Row | None, ...]
    ids: tuple[str | None, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    def all_rows(self) -> tuple[Row, ...]:
        """All rows, or InvalidRecord with every problem."""
        if self.problems:
            raise InvalidRecord(self.problems, self.notes)
        return tuple(row for row in self.rows if row is not None)


def read_records(schema: Schema, raws: Iterable[object], *, extra: bool = False, first: int = 0) -> Records:
    """Read records as they came.

    Parameters
    ----------
    schema : Schema
    raws : iterable of mapping
        Name or alias to raw value: JSON values, or text as from a form or a file. A Problem
        stands for a record that the door itself could not read.
    extra : bool
        True where a record may bring columns that the model does not know (files do).
    first : int
        Number of the first record, for problems of a later chunk.
    """
    given = raws if isinstance(raws, Sequence) else list(raws)
    alike = read_alike(schema, given, extra, first)
    if alike is not None:
        return Records(*alike)
    rows: list[Row | None] = []
    ids: list[str | None] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    memo: Memo = {}
    for at, raw in enumerate(given, start=first):
        known = len(problems)
        row, record_id = _read_record(schema, raw, at, extra, problems, notes, memo)
        rows.append(row if len(problems) == known else None)
        ids.append(record_id)
    return Records(tuple(rows), tuple(ids), tuple(problems), tuple(notes))


def _read_record(
    schema: Schema, raw: object, at: int, extra: bool, problems: list[Problem], notes: list[Problem], memo: Memo
) -> tuple[Row, str | None]:
    if isinstance(raw, Problem):
        problems.append(replace(raw, row=at))
        return (), None
    if not isinstance(raw, Mapping):
        hint = 'Send an object such as {"feature": value}.'
        problems.append(Problem(at, None, raw, f"A record is a set of named values, not {kind_of(raw)}.", hint))
        return (), None
    if schema.one_hot:
        raw = expanded(schema, raw, at, problems)
    given, record_id = _by_position(schema, raw, at, extra, problems)
    values: list[Value] = []
    for position, feature in enumerate(schema.features):
        _, value = given.get(position, _BLANK)
        typed, note, refused = read_cell(feature, position, value, memo)
        if refused is not None:
            problems.append(Problem(at, feature.name, value, refused.message, refused.hint))
        elif note:
            notes.append(Problem(at, feature.name, value, note))
        values.append(typed)
    return tuple(values), record_id


def _by_position(
    schema: Schema, raw: Mapping[object, object], at: int, extra: bool, problems: list[Problem]
) -> tuple[dict[int, tuple[str, object]], str | None]:
    given: dict[int, tuple[str, object]] = {}
    unknown: list[tuple[str, object]] = []
    record_id = None
    for name, value in raw.items():
        position = schema.position.get(name) if isinstance(name, str) else None
        if position is not None:
            if position in given:
                message = f"Came twice, as {given[position][0]!r} and as {name!r}."
                problems.append(Problem(at, schema.names[position], value, message, "Send it once."))
            given[position] = (str(name), value)
        elif name == schema.record_id:
            record_id = _record_id(schema, value, at, problems)
        elif not extra:
            unknown.append((str(name), value))
    if unknown:
        problems.extend(_unknown(schema, unknown, at))
    return given, record_id


def _record_id(schema: Schema, value: object, at: int, problems: list[Problem]) -> str | None:
    if value is None:
        return None
    if isinstance(value, (str, int, float, dt.date)) and not isinstance(value, bool):
        text = text_of(value)
        if len(text) <= LONGEST_ID:
            return text or None
    message = f"{quote(value)} cannot name a record."
    problems.append(Problem(at, schema.record_id, value, message, f"Accepted: text of up to {LONGEST_ID} characters."))
    return None


def _unknown(schema: Schema, unknown: list[tuple[str, object]], at: int) -> Iterator[Problem]:
    """A problem for each name that the model does not know, or for the rest of very many."""
    message = "The model has no feature of this name."
    for name, value in unknown[:MOST_UNKNOWN]:
        yield Problem(at, name, value, message, _closest(schema, name))
    if len(unknown) > MOST_UNKNOWN:
        message = f"The model has none of {len(unknown) - MOST_UNKNOWN:,} further names."
        yield Problem(at, None, None, message, f"Its features: {', '.join(schema.names)}.")


def _closest(schema: Schema, name: str) -> str:
    known = {known.casefold(): known for known in schema.position}
    close = difflib.get_close_matches(name[:COMPARED].casefold(), known, n=1)
    return f"Did you mean {known[close[0]]!r}?" if close else f"Its features: {', '.join(schema.names)}."
