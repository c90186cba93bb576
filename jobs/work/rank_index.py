"""Rank index beside each scored chunk of a campaign: a million rows can be ranked and looked up.

A row is found by the byte offset of its line; its probabilities, and columns with few values, are read without
its line.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from jobs.work.stored_lines import StoredLines, cells_of_line
from ml.campaign.control_group import control_draws
from ml.campaign.pick import CodedColumn
from store.files import Files

MOST_VALUES = 1_000  # of a column that can have limits and quotas: branches, regions, postal areas
LONGEST_VALUE = 100


def index_of(out: str) -> str:
    """Path of the index beside a chunk's file."""
    return out.replace("-out-", "-idx-")


def encode_index(
    header: Sequence[str], lines: Sequence[Sequence[str]], probabilities: np.ndarray, starts: np.ndarray,
    draws: np.ndarray | None,
) -> bytes:  # fmt: skip
    """Serialize the index of a chunk.

    Parameters
    ----------
    header : sequence of str
        Header of the uploaded file.
    lines : sequence of sequence of str
        The m lines of the result; they begin with the file's cells.
    probabilities : ndarray of float, shape (m, k)
    starts : ndarray of int, shape (m + 1,)
        Byte offset of each line in the chunk's file, and the end of the last.
    draws : ndarray of float, shape (m,), or None
        Random number of each record for the control group, from 0 to below 1; None in an index of an earlier release.
    """
    few: dict[str, list[str]] = {}
    codes: list[np.ndarray] = []
    for at, name in enumerate(header):
        cells = [line[at] for line in lines]
        values = list(dict.fromkeys(cells))
        if len(values) <= MOST_VALUES and max(map(len, values), default=0) <= LONGEST_VALUE:
            place = {value: code for code, value in enumerate(values)}
            few[name] = values
            codes.append(np.array([place[cell] for cell in cells], dtype=np.uint16))
    file = io.BytesIO()
    few_values = np.frombuffer(orjson.dumps(few), dtype=np.uint8)
    wide = np.array(codes, dtype=np.uint16).reshape(len(codes), len(lines))
    drawn: dict[str, Any] = {} if draws is None else {"draws": draws}
    np.savez(file, probabilities=probabilities, starts=starts, values=few_values, codes=wide, **drawn)
    return file.getvalue()


@dataclass(frozen=True)
class RankIndex:
    """Rank index of all rows of a scored campaign."""

    header: tuple[str, ...]
    """Header of the result."""
    width: int
    """Number of these that are columns of the uploaded file."""
    probabilities: np.ndarray
    """NaN where a record was refused. Shape (n, k), float."""
    columns: dict[str, CodedColumn]
    """Columns of the file with at most 1,000 values."""
    draws: np.ndarray
    """Random number of each record for the control group. Shape (n,), float."""
    first: np.ndarray
    """First row of each chunk, and the number of all rows. Array of int."""
    _lines: StoredLines

    def __len__(self) -> int:
        return len(self.probabilities)

    def lines(self, rows: Iterable[int]) -> list[list[str]]:
        """Lines of the result for these rows, in this order."""
        return self._lines.take(rows)


def read_index(files: Files, names: Sequence[str], width: int) -> RankIndex:
    """Read the indexes of all chunks.

    `names` are the files of the result, the header's first; `width` is the number of columns of the uploaded file.
    """
    with files.open(names[0]) as file:
        header = cells_of_line(file.read())
    parts = [_part(files, name) for name in names[1:]]
    sizes = [len(part["probabilities"]) for part in parts]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return RankIndex(
        header=tuple(header),
        width=width,
        probabilities=np.concatenate([part["probabilities"] for part in parts]),
        columns=_columns(parts),
        draws=_draws(parts, names),
        first=first,
        _lines=StoredLines(files, tuple(names[1:]), tuple(part["starts"] for part in parts)),
    )


def _part(files: Files, name: str) -> dict[str, np.ndarray]:
    with files.open(index_of(name)) as file:
        return dict(np.load(io.BytesIO(file.read()), allow_pickle=False))


def _draws(parts: Sequence[dict[str, np.ndarray]], names: Sequence[str]) -> np.ndarray:
    """Draws of all rows; by their numbers where the campaign was scored by an earlier release."""
    total = sum(len(part["probabilities"]) for part in parts)
    if all("draws" in part for part in parts):
        return np.concatenate([part["draws"] for part in parts])
    return control_draws(names[0][:64], [[str(row)] for row in range(total)], 0)


def _columns(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, CodedColumn]:
    """Merge columns that have few values in every chunk and in all together, with common codes."""
    tables = [orjson.loads(part["values"].tobytes()) for part in parts]
    coded: dict[str, CodedColumn] = {}
    for name in tables[0] if tables else ():
        if all(name in table for table in tables):
            values = tuple(dict.fromkeys(value for table in tables for value in table[name]))
            if len(values) <= MOST_VALUES:
                place = {value: code for code, value in enumerate(values)}
                own = zip(tables, parts, strict=True)
                codes = [_recoded(name, place, table, part) for table, part in own]
                coded[name] = CodedColumn(values, np.concatenate(codes))
    return coded


def _recoded(name: str, place: dict[str, int], table: dict[str, list[str]], part: dict[str, np.ndarray]) -> np.ndarray:
    new = np.array([place[value] for value in table[name]], dtype=np.uint16)
    codes: np.ndarray = new[part["codes"][list(table).index(name)]]
    return codes
