"""Reader of workbooks in the limited process: checks the unpacked size, chooses a sheet, gives its rows."""

from __future__ import annotations

import mmap
import zipfile
import zlib
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from ml.files.readers.error_cells import ErrorCells
from ml.files.readers.merged import Merged
from ml.files.readers.refused import SAVE, RefusedFile
from ml.files.readers.shown import Shown, shown_in
from ml.files.readers.uncalculated import Uncalculated, uncalculated
from ml.files.text.plain_name import plain_name
from ml.files.text.separators import HEADER_ROWS
from ml.translation import mark, serialize_messages, text

MOST_ROWS = 1_048_576  # of a sheet, by Excel's own limit
MOST_CELLS = 50_000_000  # of a sheet, empty ones too: they are held in memory
LARGEST = 1024**3  # bytes of a sheet
LARGEST_PARTS = 256 * 1024**2  # bytes of everything else
SMALL = 64 * 1024**2  # bytes that any workbook may have
RATIO = 200  # times a workbook may grow beyond that; those of spreadsheets grow by 5 to 30
BLOCK = 1024**2
LARGE_SHEET = mark("Unpacked a sheet of the workbook has {size} MB, too much to be read; up to {most} MB are accepted.")
LARGE_PARTS = mark(
    "Unpacked the workbook has {size} MB beside its sheets, too much to be read; up to {most} MB are accepted."
)
LARGE_WORKBOOK = mark(
    "Unpacked the workbook has {size} MB, too much to be read; of one of this size up to {most} MB are accepted."
)
PACKED = mark("The workbook is packed in a way that is not read here.")
HEADER = 30  # bytes of a part's own header in the archive
_ENCRYPTED = "EncryptedPackage"  # the part of an .xls container that holds a workbook with a password
# Parts by which other documents are told, in ZIP archives and in containers like those of .xls; types of OpenDocument
_OTHERS = {
    "Index/Document.iwa": mark("a document of Numbers, Pages or Keynote"),
    "word/document.xml": mark("a text document"), "WordDocument": mark("a text document"),
    "ppt/presentation.xml": mark("a presentation"), "PowerPoint Document": mark("a presentation"),
    "__properties_version1.0": mark("an e-mail"),
    "application/vnd.oasis.opendocument.text": mark("a text document"),
    "application/vnd.oasis.opendocument.presentation": mark("a presentation"),
}  # fmt: skip


def read_workbook(path: str, sheet: str | None, known: Collection[str]) -> Iterator[Any]:
    """A head (format, sheet, sheets, notes), then every row of the sheet from the first, typed.

    The file is our own copy, renamed by its format: otherwise the reader does not report a locked workbook as such.
    """
    form = _format(path)
    if form != "xls":
        _check_sizes(path)
    else:
        _check_container(path)
    path = str(Path(path).rename(Path(path).with_suffix(f".{form}")))
    try:
        book = calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError:
        raise _locked() from None
    visible = [each.name for each in book.sheets_metadata if each.visible == calamine.SheetVisibleEnum.Visible]
    chosen = _sheet_asked(book, sheet) if sheet else _chosen(book, visible, known)
    rows = _sheet(book, chosen)
    notes = []
    if len(visible) > 1:
        notes.append(text("The workbook has {n} sheets; “{sheet}” was read.", n=len(visible), sheet=chosen))
    formulas = uncalculated(path, chosen) if form == "xlsx" else Uncalculated()
    shown = shown_in(path, chosen) if form == "xlsx" else Shown()
    errors = ErrorCells.of_sheet(path, form, chosen)
    merged = Merged.of_sheet(rows.merged_cell_ranges, rows.end)
    notes += [*errors.notes, *formulas.notes, *(merged.notes(_whole(rows)) if merged.ranges else [])]
    notes += shown.notes(_whole(rows)) if shown.hidden else []
    yield {"format": form, "sheet": chosen, "sheets": visible, "notes": serialize_messages(notes)}
    yield from merged.filled(errors.named(shown.padded(formulas.blanked(_whole(rows)))))


def _format(path: str) -> str:
    with Path(path).open("rb") as file:
        if file.read(2) != b"PK":
            return "xls"
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "xl/workbook.bin" in names:
            return "xlsb"
        if "content.xml" in names:
            kind = archive.read("mimetype")[:100].decode("latin-1") if "mimetype" in names else ""
            _refuse_other([kind])
            return "ods"
    _refuse_other(names)
    if "[Content_Types].xml" in names:  # a document of Office, whose parts have other names than all programs give them
        raise RefusedFile(text(PACKED), text(SAVE))
    raise RefusedFile(
        text("The file is a ZIP archive and no workbook."), text("Unpack it and send the table that is in it.")
    )


def _check_container(path: str) -> None:
    """Refuse OLE containers that hold no workbook, and an .xlsx with a password."""
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(_ENCRYPTED.encode("utf-16-le")) >= 0:
            raise _locked()
        if data.find("Workbook".encode("utf-16-le")) < 0:  # a workbook may hold a text document
            _refuse_other([name for name in _OTHERS if data.find(name.encode("utf-16-le")) >= 0])


def _refuse_other(names: Collection[str]) -> None:
    """Refuse a document of another kind by the names of its parts."""
    other = next((kind for name, kind in _OTHERS.items() if name in names), None)
    if other is not None:
        raise RefusedFile(
            text("The file is {kind}, which is not read here.", kind=text(other)),
            text("Export its table as Excel or CSV, or copy it into a workbook, and send that."),
        )


def _locked() -> RefusedFile:
    return RefusedFile(text("The workbook is locked with a password."), text("Save it without one, and send it again."))


def _check_sizes(path: str) -> None:
    """Refuse zip bombs: by the sizes that the archive states, and by unpacking, for these may be false."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    sheets = [part.file_size for part in parts if _is_sheet(part.filename)]
    size = sum(part.file_size for part in parts)
    _check_size(LARGE_SHEET, max(sheets, default=0), LARGEST)
    _check_size(LARGE_PARTS, size - sum(sheets), LARGEST_PARTS)
    _check_size(LARGE_WORKBOOK, size, max(SMALL, RATIO * Path(path).stat().st_size))
    with Path(path).open("rb") as file:
        for part in parts:
            if _unpacked(file, part) > part.file_size:
                raise RefusedFile(
                    text("The workbook unpacks to more than it states, which no program writes."), text(SAVE)
                )


def _check_size(message: str, size: int, most: int) -> None:
    if size > most:
        raise RefusedFile(text(message, size=f"{size / BLOCK:,.0f}", most=f"{most / BLOCK:,.0f}"), text(SAVE))


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") or name == "content.xml"


def _unpacked(file: Any, part: zipfile.ZipInfo) -> int:
    """Unpacked bytes of a part, counted until they exceed what the archive states."""
    file.seek(part.header_offset)
    header = file.read(HEADER)
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if part.compress_type == zipfile.ZIP_STORED:
        return part.compress_size
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise RefusedFile(text(PACKED), text(SAVE))
    most = part.file_size
    unpack, size, left = zlib.decompressobj(-zlib.MAX_WBITS), 0, part.compress_size
    while left > 0 and not unpack.eof and size <= most:
        block = file.read(min(left, BLOCK // 16))
        if not block:
            break
        left -= len(block)
        while block and size <= most:
            size += len(unpack.decompress(block, BLOCK))
            block = unpack.unconsumed_tail
    return size


def _sheet_asked(book: Any, sheet: str) -> str:
    names: list[str] = book.sheet_names
    if sheet in names:
        return sheet
    alike = [name for name in names if plain_name(name) == plain_name(sheet)]
    if len(alike) == 1:
        return alike[0]
    if sheet.isdecimal() and 1 <= int(sheet) <= len(names):
        return names[int(sheet) - 1]
    raise RefusedFile(
        text("The workbook has no sheet {sheet}.", sheet=repr(sheet[:80])),
        text("It has {names}.", names=", ".join(names)[:400]),
    )


def _chosen(book: Any, visible: list[str], known: Collection[str]) -> str:
    """The first visible sheet with a known name in its first rows; else the first with a table, or text."""
    if not visible:
        raise RefusedFile(
            text("The workbook has no sheet that can be seen."), text("Name the sheet that is to be read.")
        )
    best, rank = visible[0], 0
    for name in visible:
        place = _rank(_sheet(book, name), known)
        if place > rank:
            best, rank = name, place
        if rank == 3 or (rank == 2 and not known):
            break
    return best


def _rank(sheet: Any, known: Collection[str]) -> int:
    rows = [[str(cell) for cell in row if cell != ""] for row in islice(sheet.iter_rows(), HEADER_ROWS)]
    if any({plain_name(cell) for cell in row} & set(known) for row in rows):
        return 3
    return 2 if sum(len(row) > 1 for row in rows) > 1 else int(any(rows))


def _sheet(book: Any, name: str) -> Any:
    return book.get_sheet_by_name(name)


def _whole(sheet: Any) -> Iterator[list[Any]]:
    """Rows from the first of the sheet, cells from its first column."""
    if sheet.end is None:
        return
    (_, first_column), (last_row, last_column) = sheet.start, sheet.end
    if last_row >= MOST_ROWS or (last_row + 1) * (last_column + 1) > MOST_CELLS:
        raise RefusedFile(
            text(
                "The sheet has {last_row} rows and {last_column} columns, too many.",
                last_row=f"{last_row + 1:,}",
                last_column=f"{last_column + 1:,}",
            ),
            text(SAVE),
        )
    left = [""] * first_column
    for row in sheet.iter_rows():
        yield [*left, *row]
