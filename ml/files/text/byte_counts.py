"""Counts of all bytes of a text file, whatever its encoding is said to be: taken once, block by block, and kept."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ml.errors import Unreadable
from ml.files.text.code_pages import LONGEST, WESTERN, odd_words, page_of, tail_of
from ml.translation import text

BLOCK = 1024 * 1024
LONGEST_LINE = 4 * BLOCK  # bytes; what has no line end for so long is no table
MOST_WORDS = 100  # different words by which the code page is told
MOST_FOUND = 5_000  # words that are looked at for them: that takes longer than all else


@dataclass
class ByteCounts:
    """Counts of one pass over the bytes of a text."""

    begins: str
    """Encoding by the first bytes, as Python names it."""
    size: int = 0
    """Bytes."""
    odd: int = 0
    """Bytes that are no UTF-8."""
    letters: int = 0
    """Bytes that continue a character of UTF-8: about as many as it has characters beyond ASCII."""
    page: str = WESTERN
    """Code page of the bytes that are no UTF-8, by the words in which they stand; of the first words alone."""
    nul: bool = False
    ctrl_z: bool = False
    quotes: bool = False
    commas: bool = False
    """Whether there are bytes of these characters."""
    whole: bool = True
    """False where only the beginning was counted."""

    def to_json(self) -> dict[str, Any]:
        """The counts as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any] | None) -> ByteCounts | None:
        """The counts that :meth:`to_json` gave; None for anything else, such as those of another version."""
        if given is None or given.keys() != {each.name for each in fields(cls)}:
            return None
        return cls(**given)


class ByteCounter:
    """Counts the bytes of a text block by block, and refuses one without a line end for 4 MB.

    Parameters
    ----------
    begins : str
        Encoding by the first bytes.

    Attributes
    ----------
    words : dict of bytes to None
        Words by which the code page is told.
    """

    def __init__(self, begins: str) -> None:
        self.counts = ByteCounts(begins)
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._valid = 0  # bytes of characters of UTF-8
        self._since = 0  # bytes since the last line end: reading a line takes as much memory
        self.words: dict[bytes, None] = {}
        self._found = 0
        self._tail = b""  # the end of the last block: a word may stand across two

    def take(self, block: bytes) -> None:
        """Count a block; Unreadable where a line is too long."""
        counts = self.counts
        counts.size += len(block)
        counts.quotes = counts.quotes or b'"' in block
        counts.commas = counts.commas or b"," in block
        counts.ctrl_z = counts.ctrl_z or b"\x1a" in block
        counts.nul = counts.nul or b"\0" in block
        last = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._since = self._since + len(block) if last < 0 else len(block) - last
        if self._since > LONGEST_LINE:
            raise Unreadable(
                text("The file has a line of more than {size} MB.", size=LONGEST_LINE // BLOCK),
                text("Save it as CSV with a line a record."),
            )
        if block.isascii() and not self._decoder.getstate()[0]:
            self._valid += len(block)
            odd = not self._tail.isascii()
        else:
            odd = not self._decode(block) or not self._tail.isascii()
        if odd and self._found < MOST_FOUND:
            self._look(self._tail + block)
        else:
            self._tail = tail_of(self._tail + block if len(block) < LONGEST else block)

    def end(self, whole: bool = True) -> ByteCounts:
        """The counts; unless `whole`, bytes that may begin a character at the end are none of it."""
        pending = len(self._decoder.getstate()[0])
        self._decode(b"", final=True)
        self.counts.whole = whole
        self.counts.odd = self.counts.size - self._valid - (0 if whole else pending)
        if self.counts.odd:
            self._look(self._tail + b"\n")
            self.counts.page = page_of(self.words)
        return self.counts

    def _look(self, block: bytes) -> None:
        """Keep the words of a block by which its code page is told, but for the last, which the next block may end."""
        self._tail = tail_of(block)
        for word in odd_words(block[: len(block) - len(self._tail)]):
            self._found += 1
            if len(self.words) < MOST_WORDS:
                self.words[word] = None
            if self._found == MOST_FOUND:
                return

    def _decode(self, block: bytes, final: bool = False) -> bool:
        """Count a block's characters of UTF-8; whether it holds nothing else."""
        decoded = self._decoder.decode(block, final)
        size = len(decoded.encode())
        self._valid += size
        self.counts.letters += size - len(decoded)
        return size == len(block)
