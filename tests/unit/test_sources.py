"""Excel workbooks as tables: what is in the cells, and files that are none, harmed, locked or made to do harm."""

import builtins
import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from jobs import sources
from jobs.sources import format_of, read_source
from ml.errors import InvalidData, Unreadable


def workbook(rows, **more):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, other in more.items():
        for row in other:
            (book[title] if title in book.sheetnames else book.create_sheet(title)).append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data, name, change):
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    return out.getvalue()


def read(data):
    table = read_source(io.BytesIO(data), format_of(data))
    return table.header, list(table.lines)


MOMENT = dt.datetime(2026, 1, 31, 13, 45)  # noqa: DTZ001 - workbooks know no zones
SHEET = "xl/worksheets/sheet1.xml"


def test_cells_are_what_people_see():
    rows = [
        ["id", "amount", "share", "day", "moment", "yes", "note"],
        ["007", 5720, 0.1 + 0.2, dt.date(2026, 1, 31), MOMENT, True, " as it is "],
        ["0012", -3.0, 1e-7, dt.date(1999, 12, 31), None, False, "=1+2"],
        [7, 2**53, 1e22, None, None, None, None],
    ]
    data = changed(workbook(rows), SHEET, lambda content: content.replace(b">0.3<", b">0.30000000000000004<"))
    assert format_of(data) == "xlsx"
    assert read(data) == (
        tuple(rows[0]),
        [
            ["007", "5720", "0.30000000000000004", "2026-01-31", "2026-01-31 13:45", "true", " as it is "],
            ["0012", "-3", "1e-07", "1999-12-31", "", "false", ""],  # a formula that nobody has calculated
            ["7", "9007199254740992", "1e+22", "", "", "", ""],
        ],
    )


def test_days_are_counted_from_1900_or_1904_as_the_workbook_says():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["day"])
    book.active.append([dt.date(2026, 1, 31)])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue())[1] == [["2026-01-31"]]


def test_blank_rows_are_left_out_and_short_rows_filled():
    data = workbook([["a", "b", None, None], [1, None], [], [None, 2, None, ""], [None, None], [None, None, "beyond"]])
    assert read(data) == (("a", "b"), [["1", ""], ["", "2"], ["", "", "beyond"]])


def test_the_first_sheet_counts():
    assert read(workbook([["a"], [1]], more=[["b"], [2]])) == (("a",), [["1"]])


def test_cells_beyond_the_size_that_the_sheet_states_are_read():
    """Some programs write the size of an empty sheet."""

    def small(content):
        return re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1"', content)

    data = changed(workbook([["a", "b"], [1, 2], [3, 4]]), SHEET, small)
    assert read(data) == (("a", "b"), [["1", "2"], ["3", "4"]])


@pytest.mark.parametrize("rows", [[], [[None, None]]])
def test_a_sheet_without_a_header_is_refused(rows):
    with pytest.raises(Unreadable, match="no header"):
        read(workbook(rows))


@pytest.mark.parametrize(
    ("names", "header"), [(["a", "a"], ("a", "a.1")), (["a", None, "c"], ("a", "Unnamed: 1", "c"))]
)
def test_columns_are_named_as_in_any_table(names, header):
    assert read(workbook([names, [1] * len(names)]))[0] == header


def test_a_harmed_workbook_is_told_wherever_the_harm_is():
    data = workbook([["a"], *([n] for n in range(5000))])
    broken = changed(data, SHEET, lambda content: content[: len(content) // 2])
    header, lines = ("a",), read_source(io.BytesIO(broken), "xlsx").lines
    assert next(lines) == ["0"]
    with pytest.raises(Unreadable, match="no Excel workbook that can be read: ParseError"):
        list(lines)
    for harmed in (data[:200], data[: len(data) // 2], b"PK\x03\x04" + b"x" * 100):
        with pytest.raises(Unreadable, match="no Excel workbook"):
            read(harmed)
    assert read(data)[0] == header


def test_another_zip_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("people.csv", "a,b\n1,2\n")
    with pytest.raises(Unreadable, match="no Excel workbook"):
        read(out.getvalue())


@pytest.mark.parametrize(
    ("start", "words"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "with a password, or of an old kind"), (b"\x1f\x8b\x08\x00", "compressed")],
)
def test_a_file_that_must_be_saved_anew_first_says_so(start, words):
    with pytest.raises(Unreadable, match=words):
        read(start + b"\0" * 500)


def bomb(name, size, piece=b" " * 1024 * 1024):
    out = io.BytesIO(workbook([["a"], [1]]))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(size):
            part.write(piece)
    return out.getvalue()


def test_a_workbook_that_would_fill_the_memory_is_not_unpacked(monkeypatch):
    data = bomb("xl/comments.xml", 101)
    assert len(data) < 200_000
    with pytest.raises(Unreadable, match=r"Unpacked the workbook has 101 MB, too much"):
        read(data)
    monkeypatch.setattr(sources, "LARGEST_SHEET", 1024 * 1024)
    with pytest.raises(Unreadable, match=r"Unpacked the workbook has 2 MB, too much"):
        read(bomb("xl/worksheets/sheet9.xml", 2))


def test_entities_that_grow_are_not_expanded():
    grown = b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a0 "' + b"a" * 40 + b'">'
    for level in range(1, 9):
        grown += b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10)
    grown += b"]>"
    data = changed(workbook([["a"], ["text"]]), SHEET, lambda content: grown + content.replace(b"text", b"&a8;"))
    with pytest.raises(Unreadable, match="no Excel workbook that can be read: ParseError"):
        read(data)


def test_a_row_with_an_enormous_number_does_not_keep_anybody_busy():
    data = changed(
        workbook([["a"], [1]]), SHEET, lambda content: content.replace(b'<row r="2"', b'<row r="999999999999"')
    )
    with pytest.raises(Unreadable, match="more than 1,048,576 rows"):
        read(data)


@pytest.mark.parametrize(
    ("package", "form", "words"),
    [("openpyxl", "xlsx", "Excel files cannot be read here"), ("pyarrow", "parquet", "Parquet files cannot be read")],
)
def test_a_format_without_its_package_says_what_to_do(monkeypatch, package, form, words):
    there = builtins.__import__

    def missing(name, *given, **more):
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return there(name, *given, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(InvalidData, match=words) as refused:
        read_source(io.BytesIO(b""), form)
    assert refused.value.hint == f"Save it as CSV UTF-8, or install {package}."
