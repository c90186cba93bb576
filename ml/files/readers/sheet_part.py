"""The part of an .xlsx file that holds a sheet, searched as text: for what calamine does not report."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

BLOCK = 1024**2


def part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of the archive that holds a sheet."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - its size was checked; no entities
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return None
    names = set(archive.namelist())
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for each in book.iter():
        if each.tag.endswith("}sheet") and each.get("name") == sheet:
            key = next((value for name, value in each.attrib.items() if name.endswith("}id")), None)
            target = targets.get(key, "").lstrip("/")
            return next((name for name in (target, f"xl/{target}") if name in names), None)
    return None


def found_in(
    archive: zipfile.ZipFile, part: str, pattern: re.Pattern[bytes], sign: bytes, end: bytes
) -> Iterator[re.Match[bytes]]:
    """Matches of a pattern in a part, read block by block; `sign` is in each of them, and each ends with `end`."""
    with archive.open(part) as xml:
        rest = b""
        while block := xml.read(BLOCK):
            read = rest + block
            cut = read.rfind(end) + len(end) if end in read else 0
            yield from pattern.finditer(read, 0, cut) if sign in read else ()
            rest = read[cut:][-BLOCK:]


def column_at(letters: bytes) -> int:
    """The number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
