"""Lines of sums without a word such as "Total": told by arithmetic, because their values alone look like a record's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from ml.files.cells.numbers import is_amount, readings
from ml.files.header.left_out import LeftOut, RecordFilter

MOST_CELLS = 10_000  # of numbers that are added up: they are held meanwhile
FEWEST = 3  # records: the third of three may be the sum of two by chance
DIGITS = 5  # of all sums of a line together
CLOSE = 1e-6
PLAIN = re.compile("-?(?:0|[1-9][0-9]{0,14})(?:[.,](?:[0-9]{1,2}|[0-9]{4,30}))?", re.ASCII)  # a number with one reading
NO_DIGITS = re.compile("[^0-9]|^[^1-9]+")


def without_sums(records: Iterator[list[str]], keep: RecordFilter, left: LeftOut) -> Iterator[list[str]]:
    """Records without lines in which all numbers are the sums, or the averages, of the records above."""
    above: list[tuple[str, ...]] = []
    filled = 0
    for cells in records:
        numbers = {at: cells[at].strip() if at < len(cells) else "" for at in keep.numbers}
        fewer = _filled(cells) < filled
        if (
            len(above) >= FEWEST
            and _may_be_sums(cells, numbers, keep, fewer)
            and _are_sums(numbers, above, keep, fewer)
        ):
            left.note(next(filter(None, map(str.strip, cells))))
            continue
        filled = _filled(cells)
        above.append(tuple(numbers.values()))
        yield cells
        if len(above) * len(numbers) > MOST_CELLS:
            break
    yield from records


def _may_be_sums(cells: Sequence[str], numbers: Mapping[int, str], keep: RecordFilter, fewer: bool) -> bool:
    """True for at least two numbers and no text, with fewer values than a record or larger ones than training.

    Said for each record, so quickly.
    """
    if not all(PLAIN.fullmatch(cell) or is_amount(cell) for cell in reversed(cells) if cell.strip()):
        return False
    return sum(map(bool, numbers.values())) > 1 and (fewer or _are_beyond(numbers, keep))


def _are_beyond(numbers: Mapping[int, str], keep: RecordFilter) -> bool:
    for at, cell in numbers.items():
        seen = keep.numbers[at]
        small = seen and PLAIN.fullmatch(cell) and float(cell.replace(",", ".")) <= seen[1]
        if cell and not small and keep.beyond(at, cell):
            return True
    return False


def _are_sums(numbers: Mapping[int, str], above: Sequence[tuple[str, ...]], keep: RecordFilter, fewer: bool) -> bool:
    """True for sums of at least two columns, one of them larger than any number in training; or for averages.

    Averages are not larger. They, and small sums, are told where the line has fewer values than a record, too, and so
    many digits that these are no chance: after the records (1, 0), (0, 1) and (1, 1) one with (2, 2) is a record.
    """
    columns = {at: [_values(cell) for cell in column] for at, *column in zip(numbers, *above, strict=True)}
    columns = {at: column for at, column in columns.items() if numbers[at]}
    told = [at for at, column in columns.items() if sum(map(any, column)) > 1]  # others, such as zeros, prove nothing
    fewer = fewer and sum(len(NO_DIGITS.sub("", numbers[at])) for at in told) >= DIGITS
    if len(told) < 2 or not (fewer or _are_beyond(numbers, keep)):
        return False
    if all(_is_sum(_values(numbers[at]), column) for at, column in columns.items()):
        return True
    averages = all(_is_sum(_values(numbers[at]), column, len(above)) for at, column in columns.items())
    return fewer and averages and all(len(set(columns[at])) > 1 for at in told)


def _is_sum(values: tuple[float, float], column: Sequence[tuple[float, float]], by: int = 1) -> bool:
    """True when a number is the sum of a column, or that divided by `by`."""
    sums = [sum(way) for way in zip(*column, strict=True)]
    return any(math.isclose(value * by, total, rel_tol=CLOSE, abs_tol=CLOSE) for value in values for total in sums)


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _values(cell: str) -> tuple[float, float]:
    """A cell with decimal point and with comma; a reading that it has not is the other one, and a blank is 0."""
    point, comma = readings(cell)[:2] if cell else (None, None)
    first = float(point if point is not None else comma if comma is not None else 0)
    second = float(comma if comma is not None else first)
    return (first, second) if math.isfinite(first) and math.isfinite(second) else (0.0, 0.0)
