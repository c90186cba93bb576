"""Errors of formulas (#REF!, #N/A) in the cells of a sheet: the reader of cells gives nothing for them, or a 0."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any
from xml.etree import ElementTree

from ml.files.readers.merged import place_of
from ml.files.readers.sheet_part import column_at, found_in, part_of
from ml.translation import plural

MOST_NAMED = 5
MOST_ERRORS = 1_000_000  # of a sheet that are held; no sheet that people work with has as many
LARGEST = 256 * 1024**2  # bytes of a sheet of .xlsb that is searched
MOST_REPEATED = 1_000  # times that OpenDocument may repeat an error
_XLSX = re.compile(
    rb'<c\b(?=[^>]*\br="([A-Z]+)([0-9]+)")[^>]*\bt="e"[^>]*>(?:<f(?:(?!</?c\b).)*?)?<v>(#[^<]+)</v>', re.DOTALL
)
_SHOWN = re.compile(r"#[^\W\d_][^\s]{0,20}[!?A]|#DIV/0!|Err:\d{3}")
_SOMEWHERE = re.compile(rb'(?:value-type="error"|>(?:#|Err:)).*?</', re.DOTALL)  # where an error may be
_CODES = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
# An error's record, or other bytes that look like one: then all records are read
_XLSB = re.compile(rb"(?:\x03\x09|\x0b[\x80-\xff]?[\x00-\x7f])..\0\0....[\x00\x07\x0f\x17\x1d\x24\x2a\x2b]", re.DOTALL)
_ROW, _ERROR, _FORMULA_ERROR, _SHEET = 0, 3, 11, 156  # records of .xlsb
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_PARAGRAPH = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_LIBRE_OFFICE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
Error = tuple[int, int, str]


@dataclass(frozen=True)
class ErrorCells:
    """Errors of one sheet, by row and column from 0."""

    errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    @classmethod
    def of_sheet(cls, path: str, form: str, sheet: str) -> ErrorCells:
        """The errors of a sheet; none of .xls, whose reader does not tell them."""
        errors: dict[int, list[tuple[int, str]]] = {}
        find = {"xlsx": _of_xlsx, "xlsb": _of_xlsb, "ods": _of_ods}.get(form)
        if find:
            with zipfile.ZipFile(path) as archive:
                for row, column, error in islice(find(archive, sheet), MOST_ERRORS):
                    errors.setdefault(row, []).append((column, error))
        return cls(errors)

    def named(self, rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
        """Rows from the first of the sheet, with errors as the texts that they show."""
        for at, row in enumerate(rows):
            for column, error in self.errors.get(at, ()):
                if column < len(row):
                    row[column] = error
            yield row

    @property
    def notes(self) -> list[str]:
        """A sentence that names the first errors."""
        found = [(row, *each) for row, cells in sorted(self.errors.items()) for each in cells]
        if not found:
            return []
        cells = ", ".join(f"{place_of(row, column)} ({error})" for row, column, error in found[:MOST_NAMED])
        said = plural(
            "{n} cell of the sheet is an error of a formula: {cells}. #N/A is read as empty, another is refused.",
            "{n} cells of the sheet are errors of formulas: {cells}. #N/A is read as empty, others are refused.",
            len(found),
            n=f"{len(found):,}",
            cells=cells + (" …" if len(found) > MOST_NAMED else ""),
        )
        return [said]


def _of_xlsx(archive: zipfile.ZipFile, sheet: str) -> Iterator[Error]:
    part = part_of(archive, sheet)
    for cell in found_in(archive, part, _XLSX, b't="e"', b"</v>") if part else ():
        yield int(cell[2]) - 1, column_at(cell[1]), cell[3].decode()


def _of_xlsb(archive: zipfile.ZipFile, sheet: str) -> Iterator[Error]:
    part, row = _xlsb_part(archive, sheet), 0
    if part is None or archive.getinfo(part).file_size > LARGEST:
        return
    data = archive.read(part)
    for kind, record in _records(data) if _XLSB.search(data) else ():
        if kind == _ROW:
            row = int.from_bytes(record[:4], "little")
        elif kind in (_ERROR, _FORMULA_ERROR) and len(record) > 8:
            yield row, int.from_bytes(record[:4], "little"), _CODES.get(record[8], "#VALUE!")


def _xlsb_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of an .xlsb archive that holds a sheet."""
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))  # noqa: S314 - its size was checked
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for kind, record in _records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            link, rest = _text(record[8:])
            if _text(rest)[0] == sheet:
                target = targets.get(link, "").lstrip("/")
                return next((name for name in (target, f"xl/{target}") if name in archive.namelist()), None)
    return None


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Records of a part: number and size in up to two and four bytes of seven bits each, then that many bytes."""
    at = 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        size, at = _number(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place behind it."""
    value = 0
    for shift, byte in enumerate(data[at : at + most]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, at + shift + 1
    return value, at + most


def _text(data: bytes) -> tuple[str, bytes]:
    """A text of .xlsb, its length before it, and what follows."""
    end = 4 + 2 * struct.unpack_from("<I", data)[0]
    return data[4:end].decode("utf-16-le"), data[end:]


def _of_ods(archive: zipfile.ZipFile, sheet: str) -> Iterator[Error]:
    """Cells that are errors to LibreOffice, in its user's language, or show one of a formula.

    What else they hold depends on the program.
    """
    if not any(found_in(archive, "content.xml", _SOMEWHERE, b"</", b"</")):
        return
    for rows, columns, cell in _cells_of_ods(archive, sheet):
        shown = "".join("".join(each.itertext()) for each in cell.findall(_PARAGRAPH)).strip()  # without comments
        by_formula = cell.get(f"{_TABLE}formula") and _SHOWN.fullmatch(shown)
        if shown and (by_formula or cell.get(f"{_LIBRE_OFFICE}value-type") == "error"):
            for row, column in product(rows[:MOST_REPEATED], columns[:MOST_REPEATED]):
                yield row, column, shown


def _cells_of_ods(
    archive: zipfile.ZipFile, sheet: str
) -> Iterator[tuple[Sequence[int], Sequence[int], ElementTree.Element]]:
    """Cells of a sheet with the rows and columns in which they stand, for both may be repeated."""
    inside, rows, columns = False, range(0), range(0)
    with archive.open("content.xml") as xml:
        for event, node in ElementTree.iterparse(xml, ("start", "end")):  # noqa: S314 - its size was checked; no entities
            kind = node.tag.removeprefix(_TABLE)
            if event == "start":
                if kind == "table":
                    inside, rows = node.get(f"{_TABLE}name") == sheet, range(0)
                elif kind == "table-row":
                    rows, columns = _next(rows, node, "rows"), range(0)
            elif kind in ("table-cell", "covered-table-cell"):
                columns = _next(columns, node, "columns")
                if inside:
                    yield rows, columns, node
                node.clear()
            elif kind == "table-row":
                node.clear()


def _next(before: range, node: ElementTree.Element, what: str) -> range:
    return range(before.stop, before.stop + int(node.get(f"{_TABLE}number-{what}-repeated", "1")))
