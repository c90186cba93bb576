"""Lines of a stored result, read by their numbers: a line is found by its byte offset."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from jobs.errors import ResultGone
from ml.translation import text
from store.files import Files


@contextmanager
def present() -> Iterator[None]:
    """Raise ResultGone where a file of a result was removed, as while its job could not be: the store was locked."""
    try:
        yield
    except FileNotFoundError:
        raise ResultGone(text("The files of this job were removed."), text("Send its file again.")) from None


@dataclass(frozen=True)
class StoredLines:
    """The lines of a result that is kept as CSV in chunks."""

    files: Files
    names: tuple[str, ...]
    """Files of the chunks."""
    starts: tuple[np.ndarray, ...]
    """Byte offset of each line by chunk, and the end of the last line."""
    _first: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        sizes = [len(starts) - 1 for starts in self.starts]
        object.__setattr__(self, "_first", np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))

    def __len__(self) -> int:
        return int(self._first[-1])

    def take(self, rows: Iterable[int]) -> list[list[str]]:
        """Cells of these lines, in this order."""
        wanted = np.fromiter(rows, dtype=np.int64)
        chunks = np.searchsorted(self._first, wanted, side="right") - 1
        taken: list[list[str]] = [[]] * len(wanted)
        for chunk in np.unique(chunks):
            with present(), self.files.open(self.names[chunk]) as file:
                for at in np.flatnonzero(chunks == chunk):
                    begin, end = self.starts[chunk][wanted[at] - self._first[chunk] :][:2]
                    file.seek(int(begin))
                    taken[at] = cells_of_line(file.read(int(end - begin)))
        return taken


def open_lines(files: Files, names: Sequence[str]) -> StoredLines:
    """Find the lines of chunks that have no index of theirs."""
    with present():
        return StoredLines(files, tuple(names), tuple(line_starts(b"".join(files.read(name))) for name in names))


def line_starts(table: bytes) -> np.ndarray:
    """Byte offset of each line of a CSV, and the end of the last; line breaks within quotes end none."""
    letters = np.frombuffer(table, dtype=np.uint8)
    within = np.cumsum(letters == ord('"')) % 2
    ends = np.flatnonzero((letters == ord("\n")) & (within == 0)) + 1
    return np.concatenate([[0], ends]).astype(np.int64)


def cells_of_line(line: bytes) -> list[str]:
    """Cells of one line."""
    return next(csv.reader(io.StringIO(line.decode(), newline="")))
