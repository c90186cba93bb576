"""Lines of sums without a word such as "Total": told by arithmetic, because their values alone look like a record's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from ml.files.cells.numbers import readings
from ml.files.header.left_out import LeftOut, RecordFilter, is_amount

MOST_ADDED = 10_000  # records: adding takes ten times as long as reading them
FEWEST = 3  # records: the third of three may be the sum of two by chance
CLOSE = 1e-6
DIGITS = 5  # of all sums of a line together
NO_DIGITS = re.compile("[^0-9]|^[^1-9]+")


def without_sums(records: Iterator[list[str]], keep: RecordFilter, left: LeftOut) -> Iterator[list[str]]:
    """Records without lines in which all numbers are the sums, or the averages, of the records above."""
    sums = _Sums(keep)
    for cells in records:
        if sums.are_in(cells):
            left.note(next(filter(None, map(str.strip, cells))))
        else:
            sums.add(cells)
            yield cells
        if sums.count > MOST_ADDED:
            break
    yield from records


class _Sums:
    """Running sums of the columns of numbers; each by both readings of its cells, with decimal point and with comma."""

    def __init__(self, keep: RecordFilter) -> None:
        self._keep, self.count, self._filled = keep, 0, 0
        self._sums = {at: [0.0, 0.0] for at in keep.numbers}
        self._largest = dict.fromkeys(keep.numbers, 0.0)
        self._before: Sequence[str] = ()
        self._differ: set[int] = set()  # columns with more than one number

    def add(self, cells: Sequence[str]) -> None:
        """Add a record."""
        self.count += 1
        self._filled = _filled(cells)
        self._differ |= {at for at in self._sums if self._before and cells[at : at + 1] != self._before[at : at + 1]}
        self._before = cells
        for at, sums in self._sums.items():
            for way, value in enumerate(_values(cells, at)):
                sums[way] += value
                self._largest[at] = max(self._largest[at], abs(value))

    def are_in(self, cells: Sequence[str]) -> bool:
        """True for a line of sums: at least two numbers, each of them a sum, and larger than any in training.

        Beside them stands no text. Averages are not larger: they are told where the line has fewer values than a
        record, too, and so many digits that these are no chance: after the records (1, 0), (0, 1) and (1, 1) one with
        (2, 2) is a record.
        """
        at_numbers = [at for at in self._sums if at < len(cells) and cells[at].strip()]
        if self.count < FEWEST or len(at_numbers) < 2 or not all(map(is_amount, filter(str.strip, cells))):
            return False
        told = [at for at in at_numbers if self._exceeds(at)]  # others, such as zeros, prove nothing
        if len(told) < 2:
            return False
        digits = sum(len(NO_DIGITS.sub("", cells[at])) for at in told)
        fewer = _filled(cells) < self._filled and digits >= DIGITS
        if self._hold(cells, at_numbers, 1):
            return fewer or any(self._keep.beyond(at, cells[at]) for at in told)
        return fewer and self._differ >= set(told) and self._hold(cells, at_numbers, self.count)

    def _exceeds(self, at: int) -> bool:
        """True when more than one record has a part in a sum."""
        return max(map(abs, self._sums[at])) > self._largest[at] * (1 + CLOSE)

    def _hold(self, cells: Sequence[str], columns: Sequence[int], by: int) -> bool:
        """True when each cell is its column's sum divided by a number."""
        return all(
            any(
                math.isclose(value * by, total, rel_tol=CLOSE, abs_tol=CLOSE)
                for value in _values(cells, at)
                for total in self._sums[at]
            )
            for at in columns
        )


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _values(cells: Sequence[str], at: int) -> tuple[float, float]:
    """A cell by both readings; a reading that it has not is the other one, and a blank is 0."""
    cell = cells[at].strip() if at < len(cells) else ""
    try:
        point, comma = readings(cell)[:2] if cell else (None, None)
        first = float(point if point is not None else comma if comma is not None else 0)
        second = float(comma if comma is not None else first)
    except (ValueError, OverflowError):
        return 0.0, 0.0
    return (first, second) if math.isfinite(first) and math.isfinite(second) else (0.0, 0.0)
