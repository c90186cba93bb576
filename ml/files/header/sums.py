"""Last lines of sums without a word such as "Total": told by arithmetic, for their values look like a record's."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator, Sequence

from ml.files.cells.numbers import readings
from ml.files.header.left_out import LeftOut, RecordFilter, is_amount

LAST = 2  # lines: sums, and averages below them
MOST_CELLS = 10_000  # of the records that are added up: they are held until the last line is known
FEWEST = 3  # records: the third of three may be the sum of two by chance
DIGITS = 5  # of all sums of a line together
CLOSE = 1e-6
NO_DIGITS = re.compile("[^0-9]|^[^1-9]+")


def without_sums(records: Iterator[list[str]], keep: RecordFilter, left: LeftOut) -> Iterator[list[str]]:
    """Records without last lines in which all numbers are the sums, or the averages, of the records above.

    Of long tables no line is left out.
    """
    above: list[list[str]] = []
    last: deque[tuple[int, list[str]]] = deque()
    for cells in records:
        last.append((left.line, cells))
        if len(last) > LAST:
            above.append(last.popleft()[1])
            yield above[-1]
        if len(above) * len(cells) > MOST_CELLS:
            yield from (cells for _, cells in last)
            yield from records
            return
    for line, cells in last:
        if _are_sums(cells, above, keep):
            left.note(next(filter(None, map(str.strip, cells))), line)
        else:
            above.append(cells)
            yield cells


def _are_sums(cells: Sequence[str], above: Sequence[Sequence[str]], keep: RecordFilter) -> bool:
    """True for a line of sums: at least two numbers, each of them a sum, and larger than any in training.

    Beside them stands no text. Averages are not larger: they are told where the line has fewer values than a record,
    too, and so many digits that these are no chance: after the records (1, 0), (0, 1) and (1, 1) one with (2, 2) is a
    record.
    """
    columns = [at for at in keep.numbers if at < len(cells) and cells[at].strip()]
    if len(columns) < 2 or len(above) < FEWEST or not all(map(is_amount, filter(str.strip, cells))):
        return False
    beyond = any(keep.beyond(at, cells[at]) for at in columns)
    fewer = _filled(cells) < _filled(above[-1])
    if not (beyond or fewer):
        return False
    numbers = {at: [_values(row, at) for row in above] for at in columns}
    told = [at for at in columns if _are_several(numbers[at])]
    fewer = fewer and sum(len(NO_DIGITS.sub("", cells[at])) for at in told) >= DIGITS
    if len(told) < 2 or not (beyond or fewer):
        return False
    if all(_is_sum(_values(cells, at), numbers[at]) for at in columns):
        return True
    averages = all(_is_sum(_values(cells, at), numbers[at], len(above)) for at in columns)
    return fewer and averages and all(len(set(numbers[at])) > 1 for at in told)


def _are_several(numbers: Sequence[tuple[float, float]]) -> bool:
    """True when more than one record has a part in a sum; others, such as zeros, prove nothing."""
    return sum(any(pair) for pair in numbers) > 1


def _is_sum(values: tuple[float, float], numbers: Sequence[tuple[float, float]], by: int = 1) -> bool:
    """True when a number is the sum of numbers, or that divided by `by`."""
    sums = [sum(way) for way in zip(*numbers, strict=True)]
    return any(math.isclose(value * by, total, rel_tol=CLOSE, abs_tol=CLOSE) for value in values for total in sums)


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _values(cells: Sequence[str], at: int) -> tuple[float, float]:
    """A cell with decimal point and with comma; a reading that it has not is the other one, and a blank is 0."""
    cell = cells[at].strip() if at < len(cells) else ""
    point, comma = readings(cell)[:2] if cell else (None, None)
    first = float(point if point is not None else comma if comma is not None else 0)
    second = float(comma if comma is not None else first)
    return (first, second) if math.isfinite(first) and math.isfinite(second) else (0.0, 0.0)
