"""Counts of all bytes of a text file, whatever its encoding is said to be: taken once, block by block, and kept."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ml.errors import Unreadable
from ml.translation import text

BLOCK = 1024 * 1024
LONGEST_LINE = 4 * BLOCK  # bytes; what has no line end for so long is no table
# Letters with accents inside words. Those of Mac Roman are no letters in Windows-1252, or capitals: "M\x9fnchen" is
# München, or MŸnchen. Left out are bytes that stand inside words there, too (’ ‘ – — … € š œ ž).
_MAC = re.compile(rb"(?<=[A-Za-z])[\x87-\x8f\x9f](?=[a-z])|(?<=[a-z])[\x93-\x95\x98\x99\x9b](?=[a-z])")
_WESTERN = re.compile(rb"(?<=[A-Za-z])[\xdf-\xf6\xf8-\xff](?=[a-z])")
ENOUGH = 200  # such letters; more are not counted, for that takes longer than all else


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
    mac: int = 0
    western: int = 0
    """Bytes that are a letter inside a word of Mac Roman, and of Windows-1252; counted up to some hundreds."""
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
    """

    def __init__(self, begins: str) -> None:
        self.counts = ByteCounts(begins)
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._valid = 0  # bytes of characters of UTF-8
        self._since = 0  # bytes since the last line end: reading a line takes as much memory
        self._before = b""  # the last two bytes: a letter may stand between two blocks

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
        elif not self._decode(block) and counts.mac + counts.western < ENOUGH:
            counts.mac += len(_MAC.findall(self._before + block))
            counts.western += len(_WESTERN.findall(self._before + block))
        self._before = (self._before + block[-2:])[-2:]

    def end(self, whole: bool = True) -> ByteCounts:
        """The counts; unless `whole`, bytes that may begin a character at the end are none of it."""
        pending = len(self._decoder.getstate()[0])
        self._decode(b"", final=True)
        self.counts.whole = whole
        self.counts.odd = self.counts.size - self._valid - (0 if whole else pending)
        return self.counts

    def _decode(self, block: bytes, final: bool = False) -> bool:
        """Count a block's characters of UTF-8; whether it holds nothing else."""
        decoded = self._decoder.decode(block, final)
        size = len(decoded.encode())
        self._valid += size
        self.counts.letters += size - len(decoded)
        return size == len(block)
