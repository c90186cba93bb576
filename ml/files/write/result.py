"""A result to be written in any format: its columns, and its records as a re-iterable stream of blocks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import IO, Literal

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.files.cells.read_cells import CellRules
from ml.files.cells.safe_cells import plain_cell, plain_cells
from ml.files.text.plain_name import plain_name
from ml.files.write.contact_columns import is_name, is_phone

Kind = Literal["text", "integer", "number", "percent", "money", "date", "moment"]
Block = list[Sequence[str]]  # columns of some records, each of their length

BLOCK = 5_000  # records
PROBABILITY = "probability"
_KINDS: dict[str, Kind] = {"rank": "integer", "place": "integer", "expected_value": "money", PROBABILITY: "percent"}
_EXPECTED = {"number": "number", "integer": "number", "date": "date"}


@dataclass(frozen=True)
class ColumnFacts:
    """Facts about a column of a result before its cells are read."""

    name: str
    kind: Kind | None = None
    """None where the cells have to tell."""
    exact: bool = False
    """Whether a cell must come back as the very text that it was: of a feature that is no number, "1.0" and "1" may be
    two values."""
    expected: str = ""
    """What the cells of a feature should be; others that cannot be read may stand among them. One of "", "number" and
    "date"."""
    plain: Callable[[str], str] | None = None
    """Gives a cell of such a feature as the schema reads it: "1.234,50 €" as "1234.50"."""

    @property
    def free(self) -> bool:
        """True when it is a column of the file that the model does not ask for."""
        return self.kind is None and not self.exact and not self.expected


@dataclass(frozen=True)
class Result:
    """A result that is to be written."""

    columns: tuple[ColumnFacts, ...]
    """In the order of the result."""
    blocks: Callable[[], Iterator[Block]]
    """Gives the records from the first on, as columns of plain cells; called as often as a writer likes."""
    title: str = "Result"
    """Title of the sheet."""

    @property
    def people_first(self) -> list[int]:
        """Numbers of the columns that name a person, then of those that hold telephone numbers."""
        free = [(at, column.name) for at, column in enumerate(self.columns) if column.free]
        named = [at for at, name in free if is_name(name)]
        return named + [at for at, name in free if is_phone(name) and at not in named]


def own_kind(wanted: str) -> Kind:
    """Kind of an added column, by its name before it was made unique."""
    return _KINDS.get(wanted, "percent" if wanted.startswith(f"{PROBABILITY}_") else "text")


def file_columns(
    header: Iterable[str], chosen: Mapping[str, str], schema: Schema, rules: CellRules | None = None
) -> list[ColumnFacts]:
    """Columns of a file with types and units from their features, its cells read by the `rules`.

    `chosen` maps a column to a feature, as somebody chose; of others the name tells.
    """
    known = {
        plain_name(word): feature
        for feature in schema.given
        for word in (feature.label, *feature.aliases, feature.name)
    }
    return [_of_feature(name, known.get(plain_name(chosen.get(name, name))), rules) for name in header]


def _of_feature(name: str, feature: Feature | None, rules: CellRules | None) -> ColumnFacts:
    if feature is None:
        return ColumnFacts(name)
    expected = _EXPECTED.get(feature.kind, "")
    if not expected:
        return ColumnFacts(name, exact=True)
    kind: Kind | None = "percent" if rules is not None and feature.name in rules.shares else None
    return ColumnFacts(name, kind, expected=expected, plain=partial(rules.plain, feature) if rules else None)


def stored_blocks(parts: Iterable[IO[bytes] | Iterable[bytes]]) -> Iterator[Block]:
    """Records of a result that is kept as CSV, in UTF-8 and with :func:`ml.files.cells.safe_cells.safe_cell`.

    `parts` are the file in pieces; the first begins with the header, which is left out, the others with a record.
    """
    for number, part in enumerate(parts):
        lines = csv.reader(io.TextIOWrapper(io.BufferedReader(_Stream(part)), encoding="utf-8", newline=""))
        if not number:
            next(lines, None)
        while block := list(islice(lines, BLOCK)):
            yield [plain_cells(column) for column in zip(*block, strict=True)]


def plain_header(cells: Iterable[str]) -> list[str]:
    """Names of columns without the guard of :func:`ml.files.cells.safe_cells.safe_cell`."""
    return [plain_cell(cell) for cell in cells]


class _Stream(io.RawIOBase):
    """Blocks of bytes as a file."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks, self._rest = iter(blocks), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
