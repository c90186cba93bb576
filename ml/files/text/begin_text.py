"""Begins to read a text: its encoding, its separator, and rows of it. The same in a request and in a process for it."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from ml.files.text.byte_counts import ByteCounts
from ml.files.text.code_pages import page_with
from ml.files.text.encodings import scan_of, scan_text
from ml.files.text.packed import most_unpacked, unpacked
from ml.files.text.separators import HEADER_ROWS
from ml.files.text.text_rows import SAMPLE_CHARACTERS, TextRows


@dataclass(frozen=True)
class TextRequest:
    """Known properties of a text that is to be read."""

    packed: bool = False
    """Whether it is compressed by gzip."""
    encoding: str | None = None
    separator: str | None = None
    """As somebody gave them."""
    known: Collection[str] = ()
    """Names of columns that are expected, plain."""
    words: Collection[str] = ()
    """Choices of the model with letters beyond ASCII, plain: in the right encoding they are cells."""
    counts: ByteCounts | None = None
    """Counts of all bytes of the text, where they were counted before."""
    scanned: int | None = None
    """Bytes that are counted else; None counts all."""
    lenient: bool = False
    """Whether bytes that are no text are let be, and web pages and XML are texts as others."""

    def to_json(self) -> dict[str, Any]:
        """The request as JSON."""
        counts = self.counts.to_json() if self.counts else None
        return {**vars(self), "known": sorted(self.known), "words": sorted(self.words), "counts": counts}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> TextRequest:
        """The request that :meth:`to_json` gave."""
        return cls(**{**given, "known": frozenset(given["known"]), "counts": ByteCounts.from_json(given["counts"])})


def begin_text(file: BinaryIO, asked: TextRequest) -> TextRows:
    """Rows of a text, its separator set; with its beginning as :attr:`TextRows.markup` where it is none.

    Raises
    ------
    Unreadable, Misread
    """
    most = None
    if asked.packed:
        most = most_unpacked(file.seek(0, io.SEEK_END))
        file.seek(0)
        file = unpacked(file)
    if asked.counts is None:
        scan = scan_text(file, asked.encoding, most, asked.scanned)
    else:
        scan = scan_of(asked.counts, asked.encoding)
    if scan.guessed:
        file.seek(0)
        scan.encoding = page_with({*asked.known, *asked.words}, file.read(SAMPLE_CHARACTERS), scan.encoding)
    scan.errors = "replace" if asked.lenient else scan.errors
    rows = TextRows(file, scan)
    first = "".join(rows.sample[:HEADER_ROWS]).lstrip("\ufeff \t\r\n")
    if first.startswith("<") and not asked.lenient:
        rows.markup = first
    else:
        rows.find_separator(asked.separator, asked.known)
    return rows
