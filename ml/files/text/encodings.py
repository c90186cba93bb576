"""Encoding detection of a text file by one pass over all of its bytes, never by its beginning alone."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from ml.errors import Unreadable
from ml.files.text.packed import too_much_unpacked
from ml.translation import mark, text

BLOCK = 1024 * 1024
SEND = mark("Send a workbook, CSV or Parquet.")
LOOKED_AT = 64 * 1024  # bytes by which a text is told from what is none
# Control characters but NUL, with which old programs pad, and those of layout: files have one or two as separators
_CONTROLS = bytes({*range(1, 9), *range(14, 32)} - {0x1A, 0x1B})
MOST_KINDS, MOST_PART = 8, 0.02
LONGEST_LINE = 4 * BLOCK  # bytes; what has no line end for so long is no table
UTF8, WESTERN = "utf-8", "cp1252"
MIXED = "likely-mixed"  # name of the error handler that reads bytes which are no UTF-8 as Windows-1252
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPOKEN = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "cp1250": "Windows-1250",
    "cp1251": "Windows-1251", "mac-roman": "Mac Roman", "iso8859-1": "Latin-1", "iso8859-15": "Latin-9",
    "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "ascii": "ASCII",
}  # fmt: skip


@dataclass
class TextScan:
    """Findings of one pass over the bytes of a text file.

    Attributes
    ----------
    encoding : str
        As Python names it.
    errors : str
        How a byte that is none of the encoding is read: "strict", or :data:`MIXED`.
    odd : int
        Bytes that are no UTF-8.
    size : int
        Bytes.
    noise : bool
        Whether there are NUL or Ctrl-Z characters.
    quotes, commas : bool
        Whether there are quotation marks, and commas.
    """

    encoding: str = UTF8
    errors: str = "strict"
    odd: int = 0
    size: int = 0
    noise: bool = False
    quotes: bool = False
    commas: bool = False


def spoken(encoding: str) -> str:
    """Everyday name of an encoding."""
    return _SPOKEN.get(encoding.replace("_", "-").lower(), encoding.upper())


def scan_text(file: BinaryIO, told: str | None = None, most: int | None = None) -> TextScan:
    """Scan all bytes of a file, and go back to its beginning.

    Parameters
    ----------
    file : seekable binary file
    told : str, optional
        The encoding that somebody said.
    most : int, optional
        Bytes beyond which it is refused: of files that were compressed.

    Raises
    ------
    Unreadable
    """
    file.seek(0)
    first = file.read(BLOCK)
    found = first_scan(first, told)
    count = _Counter(found)
    block = first
    while block:
        count.take(block)
        if most is not None and found.size > most:
            raise too_much_unpacked(most)
        block = file.read(BLOCK)
    count.end()
    file.seek(0)
    if told is None and found.encoding == UTF8 and found.odd:
        found.encoding, found.errors = (UTF8, MIXED) if count.letters > found.odd else (WESTERN, MIXED)
    if told is not None:
        found.errors = MIXED if told == WESTERN else "strict"
    return found


def first_scan(first: bytes, told: str | None) -> TextScan:
    """Encoding as given, or by the first bytes of a text; Unreadable where they are no text."""
    found = TextScan(told or _by_beginning(first))
    if told is None and found.encoding == UTF8:
        _refuse_noise(first[:LOOKED_AT])
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


class _Counter:
    """Counts what :func:`scan_text` asks for, block by block."""

    def __init__(self, found: TextScan) -> None:
        self._found = found
        self._decoder = codecs.getincrementaldecoder(UTF8)("likely-counting")
        self._single = found.encoding in (UTF8, "utf-8-sig") or not found.encoding.startswith("utf")
        self._lines = LineLengths()
        self.letters = 0  # characters beyond ASCII that are UTF-8

    def take(self, block: bytes) -> None:
        found = self._found
        found.size += len(block)
        found.quotes = found.quotes or b'"' in block
        found.commas = found.commas or b"," in block
        found.noise = found.noise or b"\x1a" in block or (self._single and b"\0" in block)
        self._lines.take(block)
        if self._single and not (block.isascii() and not self._decoder.getstate()[0]):
            self._count(block)

    def end(self) -> None:
        if self._single:
            self._count(b"", final=True)

    def _count(self, block: bytes, final: bool = False) -> None:
        text = self._decoder.decode(block, final)
        odd = text.count("\ufffe")  # the error handler's placeholder for an invalid byte, no character
        self._found.odd += odd
        self.letters += 0 if text.isascii() else len(text.encode()) - len(text) - 2 * odd


class LineLengths:
    """Refuses a text without a line end for 4 MB, block by block: reading its line would take as much memory."""

    def __init__(self) -> None:
        self._since = 0  # bytes since the last line end

    def take(self, block: bytes) -> None:
        """Unreadable where the line is too long."""
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._since = self._since + len(block) if last < 0 else len(block) - last
        if self._since > LONGEST_LINE:
            raise Unreadable(
                text("The file has a line of more than {size} MB.", size=LONGEST_LINE // BLOCK),
                text("Save it as CSV with a line a record."),
            )


def _one_by_one(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\ufffe" * (error.end - error.start), error.end


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: invalid bytes as Windows-1252, the five that it does not define as themselves."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(_WESTERN[byte] for byte in bad), error.end


_WESTERN = [bytes([byte]).decode(WESTERN, "ignore") or chr(byte) for byte in range(256)]
codecs.register_error("likely-counting", _one_by_one)
codecs.register_error(MIXED, _as_western)
