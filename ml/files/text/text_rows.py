"""Text files as rows of cells, read in a stream."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from ml.errors import Misread
from ml.files.text.encodings import TextScan, spoken
from ml.files.text.separators import HEADER_ROWS, separator_of, stated
from ml.translation import mark, text

SAMPLE_CHARACTERS = 256 * 1024  # characters by which separator and header are found
QUOTES = mark('A cell that holds a separator, a quote or a line break stands in "…", its quotes doubled.')
CTRL_Z = "\x1a"
_ESCAPED = re.compile(r'\\[\\"]')


class TextRows:
    """Rows of a text file; each iteration begins at its start.

    Parameters
    ----------
    file : seekable binary file

    Attributes
    ----------
    scan : TextScan
        The encoding, and what its bytes told.
    separator : str
        The separator that is in use, "," until it was looked for.
    stated : str or None
        Separator that the file declares in a first line ``sep=;``.
    sample : list of str
        The first lines.
    markup : str or None
        The beginning of a web page or XML, whose rows are none of a table.
    """

    def __init__(self, file: BinaryIO, scan: TextScan) -> None:
        self._file, self.scan = file, scan
        self.separator = ","
        self.markup: str | None = None
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
        Misread
            With the line in which a row begins whose quotes are broken, or bytes are none of the encoding.
        """
        text = self._text()
        self._reader = self._read(self._lines(text))
        try:
            yield from self._reader
        except csv.Error as error:
            raise _broken(self._begin(), error) from None
        except UnicodeError as error:
            raise _not_in(self.scan.encoding, error) from None
        finally:
            _let_go(text)

    def check(self) -> None:
        """Read all rows and keep none, of a file that need not be readable twice; errors as those of iterating."""
        text = self._text()
        reader, last = self._read(self._lines(text)), 0
        try:
            for _ in reader:
                last = reader.line_num
        except csv.Error as error:
            raise _broken(last + 1, error) from None
        except UnicodeError as error:
            raise _not_in(self.scan.encoding, error) from None
        finally:
            _let_go(text)

    def find_separator(self, given: str | None, known: Collection[str]) -> None:
        """Set the separator: given, declared by the file, or detected; `known` are names of columns, plain."""
        lines = self.sample[1:] if self.stated else self.sample
        self.separator = given or self.stated or separator_of(lines, known)

    @property
    def may_tell(self) -> bool:
        """True when commas stand in cells: only then may further rows show decimal commas."""
        return self.scan.commas and (self.separator != "," or self.scan.quotes)

    def again(self, skipped: int) -> Iterator[list[str]]:
        """All rows but the first `skipped`, while another iteration stands still in between."""
        place, reader = self._file.tell(), self._reader
        try:
            yield from islice(iter(self), skipped, None)
        finally:
            self._file.seek(place)
            self._reader = reader

    def _begin(self) -> int:
        """Line, from 1, where the first unreadable row begins: the csv error of an open quote names its end."""
        text = self._text()
        reader, last = self._read(self._lines(text)), 0
        with contextlib.suppress(csv.Error, UnicodeError):
            for _ in reader:
                last = reader.line_num
        _let_go(text)
        return last + 1

    def _text(self) -> io.TextIOWrapper:
        self._file.seek(0)
        return io.TextIOWrapper(self._file, encoding=self.scan.encoding, errors=self.scan.errors, newline="")

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        lines: Iterator[str] = map(_without_noise, text) if self.scan.noise else text
        return map(_doubled, lines) if self._escaped else lines

    def _read(self, lines: Iterable[str]) -> Any:
        return csv.reader(lines, delimiter=self.separator, strict=True, skipinitialspace=self._spaced)

    @property
    def _spaced(self) -> bool:
        """True when a space stands between separator and quote, as people write lists."""
        first = [line for line in self.sample[:HEADER_ROWS] if line.strip()]
        mark = f'{self.separator} "'
        return self.separator != " " and 2 * sum(mark in line for line in first) > len(first)

    @property
    def _escaped(self) -> bool:
        """True when quotes in cells are escaped by a backslash (MySQL, Spark): more lines can then be read."""
        if not any('\\"' in line for line in self.sample):
            return False
        return _readable(self._read(map(_doubled, self.sample))) > _readable(self._read(self.sample))

    def _sample(self) -> list[str]:
        text = self._text()
        try:
            lines = io.StringIO(text.read(SAMPLE_CHARACTERS), newline="").readlines()  # by line ends of files
        except UnicodeError as error:
            raise _not_in(self.scan.encoding, error) from None
        finally:
            _let_go(text)
        if len(lines) > 1 and self.scan.size > SAMPLE_CHARACTERS:
            lines.pop()  # it may be cut
        return list(map(_without_noise, lines))


def _readable(reader: Any) -> int:
    """Number of rows that can be read before quotes are broken."""
    count = 0
    with contextlib.suppress(csv.Error):
        for _ in reader:
            count += 1
    return count


def _doubled(line: str) -> str:
    """A line whose quotes are doubled within cells, in place of a backslash before each."""
    return _ESCAPED.sub(lambda found: '""' if found[0] == '\\"' else "\\", line) if '\\"' in line else line


def _let_go(text: io.TextIOWrapper) -> None:
    """Leave the file open when the wrapper goes."""
    with contextlib.suppress(ValueError):  # it was closed by its owner
        text.detach()


def _without_noise(line: str) -> str:
    """A line without NUL characters, and without the Ctrl-Z with which old programs end a file."""
    line = line.replace("\0", "")
    return line.rstrip(CTRL_Z) if CTRL_Z in line else line


def _broken(line: int, error: csv.Error) -> Misread:
    return Misread(
        text("Line {line} of the table cannot be read: {reason}.", line=f"{line:,}", reason=_in_words(error)),
        text(QUOTES),
    )


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end" in said:
        return text("a cell begins with a quotation mark, and none closes it")
    if "expected after" in said:
        return text("behind the closing quotation mark of a cell stands no separator")
    if "field limit" in said:
        return text(
            "a cell has more than {n} characters; a quotation mark may be missing", n=f"{csv.field_size_limit():,}"
        )
    return said


def _not_in(encoding: str, error: UnicodeError) -> Misread:
    said = getattr(error, "reason", str(error))
    message = text("The file is not {encoding} text: {reason}.", encoding=spoken(encoding), reason=said)
    return Misread(message, text("Save it as CSV UTF-8, or say its encoding."))
