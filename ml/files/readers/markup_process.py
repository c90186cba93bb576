"""Reader of tables in HTML and XML, which many programs write under the name .xls; runs in the limited process.

It reads tables of web pages, the XML of Excel 2003 and flat OpenDocument: all have rows of cells between tags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ml.files.cells.numbers import readings
from ml.files.readers.refused import SAVE, RefusedFile
from ml.files.text.plain_name import plain_name
from ml.files.text.separators import HEADER_ROWS
from ml.translation import serialize_messages, text

BLOCK = 64 * 1024  # characters
LONGEST_TAG = 256 * 1024  # characters of a tag or comment that is not closed
MOST_COLUMNS = 16_384
WIDEST, DEEPEST = 1_000, 65_534  # columns and rows of a cell, as HTML has it
MOST_SPANNED = 5_000_000  # columns of cells that reach into further rows, and cells into which they reach: 2 s
TABLES = {"table", "table:table", "worksheet"}
ROWS = {"tr", "row", "table:table-row"}
CELLS = {"td", "th", "cell", "table:table-cell", "table:covered-table-cell"}
NO_VALUES = {"script", "style", "office:annotation", "comment"}  # what is in them belongs to no cell
BREAKS = {"br", "p", "text:p", "div"}  # separate words in a cell
REPEATED = "table:number-columns-repeated"

Attributes = dict[str, str | None]


@dataclass
class MarkupTable:
    """A table in the file."""

    name: str
    hidden: bool = False
    rows: list[list[Any]] = field(default_factory=list)
    spans: dict[int, int] = field(default_factory=dict)  # column -> rows below into which a cell reaches


def read_markup(path: str, encoding: str, errors: str, sheet: str | None, known: Collection[str]) -> Iterator[Any]:
    """A head (format, sheet, sheets, notes), then every row of the chosen table."""
    parser = _Parser()
    with Path(path).open(encoding=encoding, errors=errors) as file:
        while block := file.read(BLOCK):
            parser.feed(block)
            if len(parser.rawdata) > LONGEST_TAG:
                raise RefusedFile(text("The file has a tag that does not end."), text(SAVE))
    parser.close()
    tables = [table for table in parser.tables if table.rows]
    visible = [table for table in tables if not table.hidden]
    if not visible and not (sheet and tables):
        raise RefusedFile(
            text("The file is a web page or XML, and has no table."), text("Save it as a workbook or as CSV UTF-8.")
        )
    chosen = _table_asked(tables, sheet) if sheet else max(visible, key=lambda table: _rank(table, known))
    if any(chosen is each for each in parser.unfinished):
        raise RefusedFile(text("The file is broken off: its table does not end."), text("Send it again, whole."))
    notes = []
    if len(visible) > 1:
        notes.append(text("The file has {n} tables; “{table}” was read.", n=len(visible), table=chosen.name))
    form = "xml" if parser.xml else "html"
    yield {
        "format": form,
        "sheet": chosen.name,
        "sheets": [table.name for table in visible],
        "notes": serialize_messages(notes),
    }
    for row in chosen.rows:
        while row and row[-1] == "":
            row.pop()
        yield row


def _table_asked(tables: list[MarkupTable], sheet: str) -> MarkupTable:
    chosen = next((table for table in tables if plain_name(table.name) == plain_name(sheet)), None)
    if chosen is None and sheet.isdecimal() and 1 <= int(sheet) <= len(tables):
        chosen = tables[int(sheet) - 1]
    if chosen is None:
        names = ", ".join(table.name for table in tables)
        raise RefusedFile(
            text("The file has no table {sheet}.", sheet=repr(sheet[:80])), text("It has {names}.", names=names[:400])
        )
    return chosen


def _rank(table: MarkupTable, known: Collection[str]) -> tuple[int, bool]:
    """Rank of a table: the most known names in one row, then whether a row has more than one cell."""
    first = table.rows[:HEADER_ROWS]
    most = max(len({plain_name(str(cell)) for cell in row} & set(known)) for row in first)
    return most, sum(len(row) > 1 for row in first) > 1


class _Parser(HTMLParser):
    """Collects the tables of a file, nested ones too; `unfinished` holds tables whose end has not come yet."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[MarkupTable] = []
        self.xml = False
        self.unfinished: list[MarkupTable] = []
        self._cell: list[str] | None = None
        self._value: Any = None
        self._exact = ""
        self._repeat, self._after = 1, 0
        self._ignored = self._spanned = 0
        self._tag = ""
        self._style = ""
        self._unseen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._tag = tag
        if tag in NO_VALUES:
            self._ignored += 1
        elif tag in TABLES:
            self._begin_table(tag, given)
        elif tag in ROWS and self.unfinished:
            self._end_cell()
            self.unfinished[-1].rows.append([])
        elif tag in CELLS and self.unfinished:
            self._begin_cell(given)
        elif self._cell is not None:
            self._begin_text(tag, given)
        elif tag.startswith("style:"):
            self._note_style(tag, given)

    def _begin_text(self, tag: str, given: Attributes) -> None:
        if tag == "data":
            self._value = given.get("ss:type")
        elif tag in BREAKS and self._cell:
            self._cell.append(" ")

    def _note_style(self, tag: str, given: Attributes) -> None:
        if tag == "style:style":
            self._style = given.get("style:name") or ""
        elif tag == "style:table-properties" and given.get("table:display") == "false":
            self._unseen.add(self._style)

    def handle_endtag(self, tag: str) -> None:
        if tag in NO_VALUES:
            self._ignored = max(0, self._ignored - 1)
        elif tag in CELLS or tag in ROWS:
            self._end_cell()
        elif tag in TABLES and self.unfinished and not (tag == "table" and self._in_worksheet):
            self._end_cell()
            self.unfinished.pop()

    def handle_data(self, data: str) -> None:
        if self._tag == "visible" and self.unfinished and "hidden" in data.lower():
            self.unfinished[-1].hidden = True
        elif self._cell is not None and not self._ignored:
            self._cell.append(data)

    def close(self) -> None:
        """Take the last cell, too, where the file ends in it."""
        super().close()
        self._end_cell()

    @property
    def _in_worksheet(self) -> bool:
        return self.xml and bool(self.unfinished) and self.unfinished[-1].name != ""

    def _begin_table(self, tag: str, given: Attributes) -> None:
        if tag == "table" and self._in_worksheet:  # it is the worksheet's own
            return
        self.xml = self.xml or tag != "table"
        name = given.get("ss:name") or given.get("table:name") or f"Table {len(self.tables) + 1}"
        self.unfinished.append(MarkupTable(name, given.get("table:style-name") in self._unseen))
        self.tables.append(self.unfinished[-1])

    def _begin_cell(self, given: Attributes) -> None:
        self._end_cell()
        table = self.unfinished[-1]
        if not table.rows:
            table.rows.append([])
        row = table.rows[-1]
        before = len(row)
        while table.spans.get(len(row)):
            table.spans[len(row)] -= 1
            row.append("")
        self._count_spanned(len(row) - before)
        index = _count(given.get("ss:index"), 0)
        row += [""] * (index - 1 - len(row))
        self._repeat = _count(given.get(REPEATED), 1)
        wide = min(WIDEST, max(_count(given.get("colspan"), 1), _count(given.get("ss:mergeacross"), 0) + 1))
        deep = max(_count(given.get("rowspan"), 1, DEEPEST), _count(given.get("ss:mergedown"), 0, DEEPEST) + 1)
        if deep > 1:
            self._count_spanned(wide)
            table.spans |= dict.fromkeys(range(len(row), len(row) + wide), deep - 1)
        self._value = _typed(given)
        self._exact = given.get("x:num") or given.get("sdval") or ""  # of dates it is a number, too: their text counts
        self._cell, self._after = [], wide - 1

    def _count_spanned(self, cells: int) -> None:
        """Raise RefusedFile for a file of more merged cells than any table has: spans over spans cost a square."""
        self._spanned += cells
        if self._spanned > MOST_SPANNED:
            raise RefusedFile(text("The file has more than {n} merged cells.", n=f"{MOST_SPANNED:,}"), text(SAVE))

    def _end_cell(self) -> None:
        if self._cell is None or not self.unfinished or not self.unfinished[-1].rows:
            return
        shown = " ".join("".join(self._cell).split())
        value = _of_type(self._value, shown)
        if self._exact and readings(shown)[:2] != (None, None):
            value = (_number(self._exact) or (value,))[0]
        row = self.unfinished[-1].rows[-1]
        self._cell = None
        if value != "" and len(row) + self._repeat > MOST_COLUMNS:
            raise RefusedFile(
                text("The table has more than {most_columns} columns.", most_columns=f"{MOST_COLUMNS:,}"), text(SAVE)
            )
        row += [value] * min(self._repeat, MOST_COLUMNS - len(row))
        row += [""] * self._after
        del row[MOST_COLUMNS:]


def _count(text: str | None, otherwise: int, most: int = MOST_COLUMNS + 1) -> int:
    number = text and text.isascii() and text.isdecimal()
    return min(int(str(text)[:9]), most) if number else otherwise


def _typed(given: Attributes) -> Any:
    """Typed value in a cell's attributes, as (value,); None where there is none."""
    date = given.get("office:date-value")
    if date:
        return (date.removesuffix("T00:00:00"),)
    logical = given.get("office:boolean-value")
    if logical:
        return (logical == "true",)
    return _number(given.get("office:value") or "")


def _of_type(told: Any, text: str) -> Any:
    if isinstance(told, tuple):
        return told[0]
    if told == "Number":
        return (_number(text) or (text,))[0]
    if told == "Boolean":
        return text == "1"
    return text.removesuffix("T00:00:00.000") if told == "DateTime" else text


def _number(text: str) -> Any:
    try:
        return (float(text),)
    except ValueError:
        return None
