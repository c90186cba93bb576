"""Encoding detection of a text file by the counts of all its bytes; of its beginning where a look has no more time."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from ml.errors import Unreadable
from ml.files.text.byte_counts import BLOCK, ByteCounter, ByteCounts
from ml.files.text.code_pages import PAGES, WESTERN
from ml.files.text.packed import too_much_unpacked
from ml.translation import mark, text

SEND = mark("Send a workbook, CSV or Parquet.")
SNIFFED_BYTES = 64 * 1024  # at the beginning, by which a text is told from binary data
# Control characters but NUL, with which old programs pad, and those of layout: files have one or two as separators
_CONTROLS = bytes({*range(1, 9), *range(14, 32)} - {0x1A, 0x1B})
MOST_KINDS, MOST_PART = 8, 0.02
UTF8 = "utf-8"
MIXED = "likely-mixed"  # name of the error handler that reads bytes which are no UTF-8 as Windows-1252
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPOKEN = {
    "utf-8-sig": "UTF-8", "mac-roman": "Mac Roman", "iso8859-1": "Latin-1", "iso8859-15": "Latin-9",
    "mac-cyrillic": "Mac Cyrillic", "mac-greek": "Mac Greek", "mac-latin2": "Mac Latin 2", "mac-turkish": "Mac Turkish",
    "shift-jis": "Shift JIS", "big5": "Big5",
    "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
}  # fmt: skip
_FAMILY = re.compile(r"(cp125|cp(?=[4-8]\d\d$)|iso8859-)")
_FAMILIES = {"cp125": "Windows-125", "cp": "DOS ", "iso8859-": "ISO 8859-"}


@dataclass
class TextScan:
    """Findings of one pass over the bytes of a text file."""

    encoding: str = UTF8
    """Name of the encoding in Python."""
    errors: str = "strict"
    """How a byte that is none of the encoding is read: "strict", or :data:`MIXED`."""
    odd: int = 0
    """Bytes that are no UTF-8."""
    size: int = 0
    """Bytes."""
    noise: bool = False
    """Whether there are NUL or Ctrl-Z characters."""
    quotes: bool = False
    commas: bool = False
    """Whether there are quotation marks, and commas."""
    whole: bool = True
    """False where the encoding was told by the first `size` bytes alone."""
    guessed: bool = False
    """Whether the encoding is the likeliest of several that the bytes may have."""


def spoken(encoding: str) -> str:
    """Everyday name of an encoding."""
    name = encoding.replace("_", "-").lower()
    family = _FAMILY.match(name)
    if name not in _SPOKEN and family:
        return _FAMILIES[family[1]] + name.removeprefix(family[1])
    return _SPOKEN.get(name, encoding.upper())


def scan_text(
    file: BinaryIO, given: str | None = None, most: int | None = None, bound: int | None = None
) -> TextScan:  # fmt: skip
    """Scan the bytes of a file, and go back to its beginning.

    Parameters
    ----------
    file : seekable binary file
    given : str, optional
        The encoding that somebody said.
    most : int, optional
        Bytes beyond which it is refused: of files that were compressed.
    bound : int, optional
        Bytes after which the scan ends; all by default.

    Raises
    ------
    Unreadable
    """
    file.seek(0)
    block = file.read(BLOCK)
    counter = ByteCounter(begins_as(block, given))
    while block and (bound is None or counter.counts.size < bound):
        counter.take(block)
        if most is not None and counter.counts.size > most:
            raise too_much_unpacked(most)
        block = file.read(BLOCK)
    file.seek(0)
    return scan_of(counter.end(whole=not block), given)


def scan_of(counts: ByteCounts, given: str | None = None) -> TextScan:
    """Findings on a text by the counts of its bytes, and the encoding that somebody said."""
    encoding, errors = given or counts.begins, "strict"
    single = is_single(encoding)
    odd = counts.odd if single else 0
    if given is not None:
        errors = MIXED if given in PAGES else "strict"
    elif encoding == UTF8 and odd:
        encoding, errors = UTF8 if counts.letters > odd else counts.page, MIXED
    elif encoding == UTF8 and not counts.whole:
        errors = MIXED  # there may be others further down
    return TextScan(
        encoding, errors, odd, counts.size,
        noise=counts.ctrl_z or (single and counts.nul) or not counts.whole,
        quotes=counts.quotes or not counts.whole,
        commas=counts.commas or not counts.whole,
        whole=counts.whole or given is not None,
        guessed=given is None and bool(odd) and encoding not in (UTF8, "utf-8-sig"),
    )  # fmt: skip


def is_single(encoding: str) -> bool:
    """True where a byte of ASCII is that character."""
    return encoding in (UTF8, "utf-8-sig") or not encoding.startswith("utf")


def begins_as(first: bytes, given: str | None = None) -> str:
    """Encoding by the first bytes of a text; Unreadable where they are no text, unless somebody said its encoding."""
    found = _by_beginning(first)
    if given is None and found == UTF8:
        _refuse_noise(first[:SNIFFED_BYTES])
    return found


def _refuse_noise(start: bytes) -> None:
    """Refuse binary data (programs, sound, archives): no text has many of the 24 control characters."""
    kinds = [start.count(each) for each in _CONTROLS]
    if sum(map(bool, kinds)) > MOST_KINDS and sum(kinds) > MOST_PART * len(start):
        raise Unreadable(text("The file is no text, and nothing else that is read here."), text(SEND))


def _by_beginning(first: bytes) -> str:
    """Encoding by the byte order mark, else UTF-16 by its zero bytes, else UTF-8 until a byte contradicts."""
    marked = next((name for mark, name in _MARKS if first.startswith(mark)), None)
    if marked:
        return marked
    start = first[:4096]
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    # Non-Latin letters have no zero byte in UTF-16; all zero bytes are still on the same side
    if half >= 2 and max(even, odd) > 0.05 * half and min(even, odd) < 0.1 * max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return UTF8


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: invalid bytes as Windows-1252, the five that it does not define as themselves."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_WESTERN[byte] for byte in bad), error.end


_WESTERN = [bytes([byte]).decode(WESTERN, "ignore") or chr(byte) for byte in range(256)]
codecs.register_error(MIXED, _as_western)
