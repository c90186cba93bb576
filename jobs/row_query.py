"""Filters and sorting of the rows of a result, over all of its records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ml.data.texts import fold
from ml.files.write.kinds import OutputColumn

Test = Literal[
    "contains", "notContains", "equals", "startsWith", "greaterThanOrEqual", "lessThanOrEqual", "inRange", "blank",
    "notBlank",
]  # fmt: skip
TESTS: tuple[Test, ...] = get_args(Test)
RECORD = -1  # in place of a column: the record's number in the result


@dataclass(frozen=True)
class Cells:
    """The cells that a filter looks at in each record: one column, or several as one text."""

    at: tuple[int, ...]
    """Columns of the result; RECORD stands for the record's number."""
    words: tuple[tuple[str, str], ...] = ()
    """Cells that are shown as other words, and these."""


@dataclass(frozen=True)
class Filter:
    """A condition on the cells of a column."""

    cells: Cells
    test: Test
    value: str | float = ""
    """What a text holds, case and accents aside, or a number is compared with."""
    to: float = 0.0
    """End of a range; it belongs to it."""


@dataclass(frozen=True)
class Sort:
    """A column to sort by: numbers first, then texts; records where nothing stands are the last, either way."""

    cells: Cells
    descending: bool = False


@dataclass(frozen=True)
class RowQuery:
    """Filter, order and range of a result's rows; by default all rows by rank."""

    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = ()


Block = tuple[int, Mapping[int, Sequence[str]]]  # number of some records, and their plain cells by column


def matching(
    blocks: Iterable[Block],
    columns: Sequence[OutputColumn],
    query: RowQuery,
    order: np.ndarray,
    numbers: Mapping[int, np.ndarray],
) -> np.ndarray:
    """Numbers of the rows that pass the filters, sorted.

    Parameters
    ----------
    blocks : iterable of (int, mapping of int to sequence of str)
        All records, from the first to the last: their number, and the columns that :func:`read_from` names.
    order : ndarray of int
        All rows, in the order that stays where nothing else is said, and among equals.
    numbers : mapping of int to ndarray
        By column, numbers of each row that stand in no cell; 0 where there is none.
    """
    passes: list[bool] = []
    keys: list[list[Key]] = [[] for _ in query.sorts]
    filters = [(_reader(columns, each.cells, numbers), _test(each)) for each in query.filters]
    sorts = [_reader(columns, each.cells, numbers) for each in query.sorts]
    for size, cells in blocks:
        rows_of_block = range(len(passes), len(passes) + size)
        passed = np.ones(size, dtype=bool)
        for read, test in filters:
            passed &= np.fromiter(map(test, read(cells, rows_of_block)), dtype=bool, count=size)
        passes += passed.tolist()
        for key, read in zip(keys, sorts, strict=True):
            key += read(cells, rows_of_block)
    rows = [row for row in order.tolist() if passes[row]]
    for key, sort in reversed(list(zip(keys, query.sorts, strict=True))):  # the first sort is the last to be applied
        rows = _sorted(rows, key, sort.descending)
    return np.array(rows, dtype=np.int64)


Key = tuple[int, float | str]  # kind and value
NUMBER, TEXT, NOTHING = range(3)
BLANK: Key = (NOTHING, "")
Read = Callable[[Mapping[int, Sequence[str]], range], list[Key]]


def read_from(query: RowQuery, numbers: Mapping[int, np.ndarray]) -> list[int]:
    """The columns whose cells a query is about."""
    needed = [*(each.cells for each in query.filters), *(each.cells for each in query.sorts)]
    return sorted({at for cells in needed for at in cells.at} - set(numbers))


def _sorted(rows: list[int], key: list[Key], descending: bool) -> list[int]:
    ordered: list[int] = []
    for kind in (NUMBER, TEXT, NOTHING):
        of_kind = [row for row in rows if key[row][0] == kind]
        ordered += sorted(of_kind, key=lambda row: key[row][1], reverse=descending)
    return ordered


def _reader(columns: Sequence[OutputColumn], cells: Cells, numbers: Mapping[int, np.ndarray]) -> Read:
    """Gives the keys of a block's records."""
    first = cells.at[0]
    if first in numbers:
        given = numbers[first].tolist()
        return lambda _, rows: [(NUMBER, float(given[row])) if given[row] else BLANK for row in rows]
    words, known = dict(cells.words), dict[str, Key]()
    column = columns[first] if len(cells.at) == 1 and not words and columns[first].kind != "text" else None

    def key(text: str) -> Key:
        if text not in known:
            known[text] = _key(words.get(text, text), column)
        return known[text]

    def read(block: Mapping[int, Sequence[str]], _: range) -> list[Key]:
        if len(cells.at) == 1:
            return list(map(key, block[first]))
        return [key("; ".join(filter(None, texts))) for texts in zip(*(block[at] for at in cells.at), strict=True)]

    return read


def _key(text: str, numbers: OutputColumn | None) -> Key:
    value = None if numbers is None else numbers.read(text)
    if isinstance(value, dt.datetime):
        return NUMBER, value.timestamp() / 86_400
    if isinstance(value, dt.date):
        return NUMBER, float(value.toordinal())
    if value is not None:
        return NUMBER, float(value)
    folded = fold(text)
    return (TEXT, folded) if folded else BLANK


def _test(given: Filter) -> Callable[[Key], bool]:
    if given.test in ("blank", "notBlank"):
        wanted = given.test == "blank"
        return lambda key: (key == BLANK) is wanted
    if isinstance(given.value, str):
        text = fold(given.value)
        return _OF_TEXT[given.test](text)
    low, high = given.value, given.to if given.test == "inRange" else given.value
    low = -np.inf if given.test == "lessThanOrEqual" else low
    high = np.inf if given.test == "greaterThanOrEqual" else high
    return lambda key: key[0] == NUMBER and low <= key[1] <= high  # type: ignore[operator]


def _text(key: Key) -> str:
    return key[1] if isinstance(key[1], str) else f"{key[1]:.15g}"


_OF_TEXT: dict[str, Callable[[str], Callable[[Key], bool]]] = {
    "contains": lambda text: lambda key: text in _text(key),
    "notContains": lambda text: lambda key: text not in _text(key),
    "equals": lambda text: lambda key: text == _text(key),
    "startsWith": lambda text: lambda key: _text(key).startswith(text),
}
