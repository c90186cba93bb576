"""File format detection by the first bytes (magic numbers), never by the name."""

from __future__ import annotations

import re

from ml.translation import mark

CSV, WORKBOOK, OLD_WORKBOOK, PARQUET, GZIP = "csv", "xlsx", "xls", "parquet", "gzip"
_SIGNS = {b"PK\x03\x04": WORKBOOK, b"PAR1": PARQUET, b"\xd0\xcf\x11\xe0": OLD_WORKBOOK, b"\x1f\x8b\x08": GZIP}


def format_of(start: bytes) -> str:
    """Format of a file by its first bytes; CSV where no signature matches."""
    return next((form for sign, form in _SIGNS.items() if start.startswith(sign)), CSV)


LINK = mark("a link to a document")
LOCK = mark("a lock file of Excel or LibreOffice")
_NO_TABLES = {
    b"%PDF": mark("a PDF"), b"\x89PNG": mark("a picture"), b"\xff\xd8\xff": mark("a picture"),
    b"GIF8": mark("a picture"),
    b"{\\rtf": mark("a text document"), b"SQLite f": mark("a database"), b"7z\xbc\xaf": mark("an archive"),
    b"Rar!\x1a": mark("an archive"), b"PK\x05\x06": mark("an empty archive"),
    b"BZh91AY": mark("an archive"), b"\xfd7zXZ\0": mark("an archive"), b"\x28\xb5\x2f\xfd": mark("an archive"),
    b"\0\x01\0\0Standard": mark("a database"), b"MZ\x90\0": mark("a program"), b"\x7fELF": mark("a program"),
    b"MIME-Version:": mark("a web archive or an e-mail"),
    b"$FL2@(#)": mark("a data file of SPSS"), b"$FL3@(#)": mark("a data file of SPSS"),
    b"\0" * 12 + b"\xc2\xea\x81\x60": mark("a data file of SAS"), b"<stata_dta>": mark("a data file of Stata"),
    b"X\n\0\0\0": mark("a data file of R"), b"RDX2\n": mark("a data file of R"), b"RDX3\n": mark("a data file of R"),
    b"ARROW1\0": mark("an Arrow file"), b"\xff\xff\xff\xff": mark("an Arrow file"),
    b"Obj\x01": mark("an Avro file"), b"\x89HDF": mark("an HDF5 file"),
    b"\x93NUMPY": mark("an array of numpy"),
    b"\x09\x08\x08\0\0\x05": mark("a workbook of Excel 95 or older"),
    b"\x09\x04\x06\0": mark("a workbook of Excel 95 or older"),
    b"\x09\x02\x06\0": mark("a workbook of Excel 95 or older"),
    b"\x09\0\x04\0": mark("a workbook of Excel 95 or older"),
    b"ID;PWXL;": mark("a SYLK file"), b"TABLE\n0,1\n": mark("a DIF file"),
    b"TABLE\r\n0,1\r\n": mark("a DIF file"),
    b"\x1f\x9d": mark("an archive"), b"\x04\x22\x4d\x18": mark("an archive"), b"\xff\x06\0\0sNaPpY": mark("an archive"),
    b"\0\x05\x16\x07": mark("what a Mac keeps beside a file"),
    b"[InternetShortcut]": LINK, b"[Desktop Entry]": LINK, b"bplist00": LINK, b"L\0\0\0\x01\x14\x02\0": LINK,
}  # fmt: skip
_TAR = 257  # where archives of tar have their signature
_GOOGLE = re.compile(rb'\s*\{\s*(?:"":\s*"WARNING|"url":\s*"https://docs\.google\.com/)')  # .gsheet of Google Drive
# ~$book.xlsx: the user's name with its length, in bytes and in UTF-16; .~lock.book.ods#: names, computer, time, profile
_LOCK = re.compile(rb"(?s:([\x01-\x36]).{54}\1\0.{1,110})|(?:[^,\n]*,){4}file:///[^,\n]*;\s*")
_ORC = re.compile(rb"(?s:ORC.*\0.*)")
# The first statement or the remark with which databases begin their dumps
_DUMP = re.compile(
    rb"(?:\s|--[^\n]*\n)*(?:--[^\n]* dump\b|/\*!|/\*M!|PRAGMA |BEGIN TRANSACTION|(?:CREATE|DROP) (?:TABLE|DATABASE) "
    rb"|INSERT INTO |COPY \S+ \()",
    re.IGNORECASE,
)


def no_table(start: bytes) -> str | None:
    """Description of a file that is no table (PDF, image, …), by its first bytes; None where it may be one."""
    if start.startswith(b"ustar", _TAR):
        return mark("an archive")
    if _GOOGLE.match(start):
        return LINK
    if _LOCK.fullmatch(start):
        return LOCK
    if _ORC.fullmatch(start):
        return mark("an ORC file")
    if _DUMP.match(start):
        return mark("a dump of a database (SQL)")
    return next((name for sign, name in _NO_TABLES.items() if start.startswith(sign)), None)
