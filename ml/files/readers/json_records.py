"""Records of a JSON or NDJSON file of any size, one after the other, typed as JSON has them.

The standard library's own decoder reads each record out of a window of the text, so that no more is
held than one record needs, and numbers and refusals are those of all other formats. A streaming parser
(ijson) is quicker, but takes names that come twice and knows no number above 64 bits (decision 39).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from ml.errors import NoRecords, Unreadable
from ml.files.readers.json_text import DECODER, SEND, check_characters, not_json, parse_json, too_much

JSON, NDJSON = "json", "ndjson"
BLOCK = 256 * 1024  # bytes that are read at a time
LONGEST = 8 * 1024 * 1024  # characters of a record
MOST_NAMES = 10_000  # columns of the result: more are no names but values
BODY = "The body"
_SPACE = " \t\r\n"
_ENVELOPE = re.compile(r'\{[ \t\r\n]*"records"[ \t\r\n]*:[ \t\r\n]*\[')
_BEGINS = re.compile(rb'(\xef\xbb\xbf)?[ \t\r\n]*(\[[ \t\r\n]*[\[\]{"]|\{[ \t\r\n]*["}])')
_AT_END = 16  # an error this near to the window's end may be due to the cut: read on


def json_form_of(start: bytes) -> str | None:
    """The form by a file's first bytes, "json" or "ndjson"; None where it is neither."""
    if not _BEGINS.match(start):
        return None
    line, end, rest = start.removeprefix(codecs.BOM_UTF8).lstrip().partition(b"\n")
    if not end or not rest.lstrip().startswith(b"{"):
        return JSON
    try:
        return NDJSON if isinstance(json.loads(line), dict) else JSON
    except ValueError:
        return JSON


def json_records(file: IO[bytes], form: str) -> Iterator[object]:
    """Records of a file, in its order; items that are no objects are passed on.

    Parameters
    ----------
    file : binary file
        At its beginning.
    form : {"json", "ndjson"}
        JSON: a list of records, ``{"records": […]}``, or one record. NDJSON: one in each line.

    Raises
    ------
    Unreadable, NoRecords
        Where something is wrong, after all records before it.
    """
    return _lines(file) if form == NDJSON else _document(_Window(file))


def names_in(records: Iterator[object]) -> tuple[str, ...]:
    """Every name that a record has, in the order in which they come first; reads all records.

    Raises
    ------
    Unreadable
        More than 10,000 names, or a value without one; and as :func:`json_records`.
    """
    names: dict[str, None] = {}
    seen: set[tuple[str, ...]] = set()
    for record in records:
        if not isinstance(record, Mapping):
            continue
        keys = tuple(record)
        if keys in seen:
            continue
        names.update(dict.fromkeys(keys))
        if len(seen) < MOST_NAMES:
            seen.add(keys)
        if len(names) > MOST_NAMES:
            raise Unreadable(f"The records have more than {MOST_NAMES:,} different names.", SEND)
        if not all(map(str.strip, keys)):
            raise Unreadable("A value of a record has no name.", "Give each value the name of its feature.")
    return tuple(names)


def json_cell(value: object) -> str:
    """A value as the cell of a result: texts as they are, all else as JSON writes it, null as nothing."""
    if isinstance(value, str):
        return value
    if type(value) in (int, float):
        return repr(value)  # as JSON writes it, and a third of the time
    return "" if value is None else json.dumps(value, ensure_ascii=False)


class _Window:
    """Sliding window over a text, out of which JSON values are decoded."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._bytes = 0  # read so far
        self._ended = False
        self._line, self._column = 1, 1  # of the window's first character
        self.text, self.at = "", 0
        self.more()
        self.text = self.text.removeprefix("\ufeff")

    def more(self) -> bool:
        """Drop what was consumed, and read the next block; False at the end of the file."""
        while not self._ended:
            block = self._file.read(BLOCK)
            self._ended = not block
            came = self._decoded(block)
            if came:
                self._line, self._column = self.place(self.at)
                self.text, self.at = self.text[self.at :] + came, 0
                return True
        return False

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self) -> Any:
        """The JSON value that begins here."""
        while True:
            start = self.at
            try:
                value, end = DECODER.raw_decode(self.text, start)
            except json.JSONDecodeError as error:
                if self._may_go_on(error) and self._more_of_record():
                    continue
                raise self.error(error.msg, error.pos) from None
            except (RecursionError, ValueError) as error:
                raise too_much(BODY, error) from None
            bare = self.text[end - 1] not in '}]"' and end > len(self.text) - _AT_END
            if bare and self._more_of_record():  # a number may go on
                continue
            check_characters(value, self.text[start:end], BODY)
            self.at = end
            return value

    def error(self, why: str, position: int | None = None) -> Unreadable:
        """The error of a text that is no JSON, at a position or here."""
        return not_json(BODY, why, *self.place(self.at if position is None else position))

    def place(self, position: int) -> tuple[int, int]:
        """Line and column of a position, from 1."""
        breaks = self.text.count("\n", 0, position)
        if not breaks:
            return self._line, self._column + position
        return self._line + breaks, position - self.text.rfind("\n", 0, position)

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self.text) - _AT_END

    def _more_of_record(self) -> bool:
        if len(self.text) - self.at > LONGEST:
            line, column = self.place(self.at)
            message = f"A record, or what stands for one, has more than {LONGEST:,} characters"
            raise Unreadable(f"{message} (line {line}, column {column}).", "Send a list of records, or a table.")
        return self.more()

    def _decoded(self, block: bytes) -> str:
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            at = self._bytes - len(self._decoder.getstate()[0]) + error.start
            raise Unreadable(f"{BODY} is not UTF-8 text: byte {at} is none.", "Save or send it as UTF-8.") from None
        self._bytes += len(block)
        return text


def _document(window: _Window) -> Iterator[object]:
    """The records of a whole JSON text."""
    begins = window.peek()
    if not begins:
        raise NoRecords(f"{BODY} is empty.", SEND)
    if begins == "[":
        window.at += 1
        yield from _list(window)
        _check_end(window)
        return
    while len(window.text) - window.at < LONGEST and not _ENVELOPE.match(window.text, window.at) and _short(window):
        if not window.more():
            break
    match = _ENVELOPE.match(window.text, window.at)
    if match is None:
        value = window.value()
        _check_end(window)
        yield from _of_one(value)
        return
    window.at = match.end()
    yield from _list(window)
    if window.peek() == ",":
        raise Unreadable('Beside "records" came something else.', 'Send "records" alone.')
    if window.peek() != "}":
        raise window.error("Expecting ',' delimiter")
    window.at += 1
    _check_end(window)


def _short(window: _Window) -> bool:
    """True when the window is too short to tell how the text begins."""
    return len(window.text) - window.at < len('{"records":[') + 1_000


def _list(window: _Window) -> Iterator[object]:
    """Items of a list whose [ has been consumed."""
    if window.peek() == "]":
        window.at += 1
        return
    while True:
        if not window.peek():
            raise window.error("Expecting value")
        yield window.value()
        mark = window.peek()
        if mark == "]":
            window.at += 1
            return
        if mark != ",":
            raise window.error("Expecting ',' delimiter")
        window.at += 1
        window.peek()


def _check_end(window: _Window) -> None:
    if window.peek():
        raise window.error("Extra data")


def _of_one(value: object) -> list[object]:
    """The records of a text that is no list: an object, whose values are values."""
    if not isinstance(value, Mapping):
        raise Unreadable(f"{BODY} is JSON, but holds no record.", SEND)
    records = value.get("records")
    if isinstance(records, list):
        others = [name for name in value if name != "records"]
        if others:
            raise Unreadable(f'Beside "records" came {", ".join(map(repr, others))[:200]}.', 'Send "records" alone.')
        return records
    if value and all(isinstance(each, (list, Mapping)) for each in value.values()):
        raise Unreadable(f"{BODY} is JSON of columns.", "A job takes a list of records, or one in each line.")
    return [value]


def _lines(file: IO[bytes]) -> Iterator[object]:
    """A record in each line that is not blank."""
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise Unreadable(f"Line {number} has more than {LONGEST:,} bytes.", "Write one record in each line.")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip(_SPACE)
        except UnicodeDecodeError as error:
            where = f"byte {error.start} of line {number} is none"
            raise Unreadable(f"{BODY} is not UTF-8 text: {where}.", "Save or send it as UTF-8.") from None
        if text:
            yield parse_json(text, f"Line {number} of the body")
