"""Text files as rows of cells, read in a stream."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from ml.errors import Unreadable
from ml.files.encodings import Survey, spoken
from ml.files.separators import stated

SAMPLE = 256 * 1024  # characters by which separator and header are found
QUOTES = 'A cell that holds a separator, a quote or a line break stands in "…", its quotes doubled.'
CTRL_Z = "\x1a"


class TextRows:
    """Rows of a text file; each iteration begins at its start.

    Parameters
    ----------
    file : seekable binary file
    found : Survey
    """

    def __init__(self, file: BinaryIO, found: Survey) -> None:
        self._file, self._found = file, found
        self.separator = ","
        self._reader: Any = None
        self.sample = self._sample()
        self.stated = stated(self.sample[0]) if self.sample else None

    @property
    def line(self) -> int:
        """The line of the file that was read last, from 1."""
        return self._reader.line_num if self._reader else 0

    def __iter__(self) -> Iterator[list[str]]:
        """All rows, blank ones as empty lists.

        Raises
        ------
        Unreadable
            With the line in which quotes are broken, or bytes are none of the encoding.
        """
        text = self._text()
        self._reader = csv.reader(self._lines(text), delimiter=self.separator, strict=True)
        try:
            yield from self._reader
        except csv.Error as error:
            raise Unreadable(f"Line {self.line} of the table cannot be read: {error}.", QUOTES) from None
        except UnicodeError as error:
            raise _not_in(self._found.encoding, error) from None
        finally:
            _let_go(text)

    @property
    def may_tell(self) -> bool:
        """Whether there are commas in cells: only then can rows that are not yet read tell of decimal commas."""
        return self._found.commas and (self.separator != "," or self._found.quotes)

    def again(self, skipped: int) -> Iterator[list[str]]:
        """All rows but the first `skipped`, while another iteration stands still in between."""
        place, reader = self._file.tell(), self._reader
        try:
            yield from islice(iter(self), skipped, None)
        finally:
            self._file.seek(place)
            self._reader = reader

    def _text(self) -> io.TextIOWrapper:
        self._file.seek(0)
        return io.TextIOWrapper(self._file, encoding=self._found.encoding, errors=self._found.errors, newline="")

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        return map(_without_noise, text) if self._found.noise else text

    def _sample(self) -> list[str]:
        text = self._text()
        try:
            lines = text.read(SAMPLE).splitlines(keepends=True)
        except UnicodeError as error:
            raise _not_in(self._found.encoding, error) from None
        finally:
            _let_go(text)
        if len(lines) > 1 and self._found.size > SAMPLE:
            lines.pop()  # perhaps a part of a line
        return list(map(_without_noise, lines))


def _let_go(text: io.TextIOWrapper) -> None:
    """Leave the file open when the wrapper goes."""
    with contextlib.suppress(ValueError):  # it was closed by its owner
        text.detach()


def _without_noise(line: str) -> str:
    """A line without NUL characters, and without the Ctrl-Z with which old programs end a file."""
    line = line.replace("\0", "")
    return line.rstrip(CTRL_Z) if CTRL_Z in line else line


def _not_in(encoding: str, error: UnicodeError) -> Unreadable:
    said = getattr(error, "reason", str(error))
    return Unreadable(f"The file is not {spoken(encoding)} text: {said}.", "Save it as CSV UTF-8, or say its encoding.")
