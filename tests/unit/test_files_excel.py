"""Excel workbooks as tables: what is in the cells, and files that are none, harmed, locked or made to do harm."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import InvalidData, Unreadable
from ml.files.file_kinds import format_of
from ml.files.open_table import open_table
from ml.files.readers import workbook_process
from ml.files.readers.refused import RefusedFile


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
    table = open_table(io.BytesIO(data))
    return table.header, list(table.lines)


def by_xlsxwriter(calculated=lambda content: content):
    """A workbook with formulas as XlsxWriter writes them: 0 beside each, or what it was told."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([["id", "income", "age"], ["a", 0, 30], ["b", None, 0]]):
            sheet.write_row(at, 0, row)
        sheet.write_formula("B3", "=SUM(B2,5)")
        sheet.write_row(3, 0, ["c"])
        sheet.write_formula("B4", "=B2+7", value=7)
        sheet.write_formula("C4", '=IF(A4="c",40,0)')
    return changed(out.getvalue(), "xl/workbook.xml", calculated)


def test_errors_are_read_as_they_are_shown():
    """As in the CSV that a spreadsheet makes of the sheet; the reader of cells gives nothing for them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for at in range(3):
            sheet.write_row(at, 0, ["id", "income", "age"] if at == 0 else [f"0{at}", at, 30 + at])
        sheet.write_formula("B2", '=IF(A2<>"</v>",1/0)', value="#DIV/0!")
        sheet.write_formula("C3", "=NA()", value="#N/A")
    assert read(out.getvalue())[1] == [["01", "#DIV/0!", "31"], ["02", "2", "#N/A"]]


def test_a_formula_with_the_0_of_the_program_that_wrote_it_is_no_0():
    table = open_table(io.BytesIO(by_xlsxwriter()))
    assert list(table.lines) == [["a", "0", "30"], ["b", "", "0"], ["c", "7", ""]]
    (note,) = table.dialect.notes
    assert "2 cells hold formulas without a computed value, which is read as empty: B3, C4." in note


def test_a_formula_that_excel_found_to_be_0_is_0():
    data = by_xlsxwriter(lambda content: content.replace(b' fullCalcOnLoad="1"', b""))
    assert read(data)[1] == [["a", "0", "30"], ["b", "0", "0"], ["c", "7", "0"]]
    assert open_table(io.BytesIO(data)).dialect.notes == ()


def with_merged(rows, *ranges):
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)))
    for each in ranges:
        book.active.merge_cells(each)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_text_that_is_merged_over_rows_is_that_of_each_and_a_number_counts_once():
    rows = [["town", "income", "age"], ["Linz", 900, 30], ["x", 1, 31], ["y", 2, 32], ["Graz", 5, 33]]
    table = open_table(io.BytesIO(with_merged(rows, "A2:A4", "B2:B3", "B5:C5")))
    assert list(table.lines) == [["Linz", "900", "30"], ["Linz", "", "31"], ["Linz", "2", "32"], ["Graz", "5", ""]]
    texts, numbers = table.dialect.notes
    assert texts == "2 cells are merged with a text above them, and are read as that: A3, A4."
    assert numbers == "1 cell is merged with a number above it, which counts once: B3 is read as empty."


def test_a_header_of_two_rows_with_names_merged_over_both():
    rows = [["town", "money", None], ["-", "income", "wealth"], ["Linz", 900, 30], ["Graz", 5, 33]]
    data = with_merged(rows, "A1:A2", "B1:C1")
    table = open_table(io.BytesIO(data), known=["town", "income", "wealth"])
    assert table.header == ("town", "income", "wealth")
    assert list(table.lines) == [["Linz", "900", "30"], ["Graz", "5", "33"]]


def test_cells_that_are_merged_below_the_last_row_are_no_records():
    table = open_table(io.BytesIO(with_merged([["town", "income"], ["Linz", 900]], "A2:A900")))
    assert [line for line in table.lines if any(line)] == [["Linz", "900"]]
    assert table.dialect.notes == ()


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


def with_formats(code="0000000", change=lambda sheet: None):
    """Numbers of customers as people see them, 0000300, and other cells of that format."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [["customer", "zip", "income"], [300, 2134, 300.5], ["0000301", 90210, 7], [None, 501, 8]]:
        sheet.append(row)
    for cell in ("A1", "A2", "A3", "A4"):
        sheet[cell].number_format = code
    sheet["B2"].number_format = sheet["B3"].number_format = "00000"
    sheet["C2"].number_format = "0.00"
    change(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_numbers_have_the_zeros_at_their_beginning_that_people_see():
    shown = [["0000300", "02134", "300.5"], ["0000301", "90210", "7"], ["", "501", "8"]]
    assert list(open_table(io.BytesIO(with_formats())).lines) == shown
    assert list(open_table(io.BytesIO(with_formats("[$-407]0000000"))).lines) == shown
    as_numbers = list(open_table(io.BytesIO(with_formats("#,##0"))).lines)
    assert [cells[0] for cells in as_numbers] == ["300", "0000301", ""]


def test_rows_that_a_filter_hides_are_read_and_it_is_said():
    def hide(sheet):
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[9].hidden = True  # the second has no cells

    table = open_table(io.BytesIO(with_formats(change=hide)))
    assert len(list(table.lines)) == 3
    assert table.notes == [
        "1 row of the sheet is hidden, and is read like the others: row 3. Delete it where it is not meant."
    ]
    assert not open_table(io.BytesIO(with_formats())).notes


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
    for harmed in (broken, data[:200], data[: len(data) // 2], b"PK\x03\x04" + b"x" * 100):
        with pytest.raises(Unreadable, match="no workbook"):
            read(harmed)
    assert read(data)[0] == ("a",)


def read_or_refused(data):
    try:
        return read(data)
    except Unreadable as refused:
        return refused.hint


def test_another_zip_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("people.csv", "a,b\n1,2\n")
    with pytest.raises(Unreadable, match="a ZIP archive and no workbook"):
        read(out.getvalue())


@pytest.mark.parametrize(
    "renamed", [lambda name: name.replace("/", "\\"), lambda name: name.replace("book.", "book2.")]
)
def test_a_workbook_whose_parts_have_other_names_is_called_one(renamed):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([["a"], [1]]))) as archive, zipfile.ZipFile(made, "w") as other:
        for name in archive.namelist():
            other.writestr(renamed(name), archive.read(name))
    with pytest.raises(Unreadable, match=r"The workbook is packed in a way that is not read here\. Save it as CSV"):
        read(made.getvalue())


def test_a_file_in_the_shell_of_old_workbooks_that_is_none_is_refused():
    with pytest.raises(Unreadable, match="no workbook that can be read"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)


SHELL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of the files of older Office programs
LOCKED_PART = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    'manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
)


def locked_by_excel():
    """A newer workbook with a password: its encrypted part, by name, in the shell of the older ones."""
    return SHELL + b"\0" * 1528 + "EncryptedPackage".encode("utf-16-le") + b"\x8a" * 600


def locked_by_calc():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"\x8a\x01\x9f" * 50)
        archive.writestr("META-INF/manifest.xml", LOCKED_PART)
    return out.getvalue()


@pytest.mark.parametrize("made", [locked_by_excel, locked_by_calc])
def test_a_workbook_with_a_password_is_told_from_one_that_is_harmed(made):
    with pytest.raises(Unreadable, match="locked with a password") as refused:
        read(made())
    assert "without one" in refused.value.hint


def bomb(name, size, piece=b" " * 1024 * 1024, stated=None):
    """A workbook with a part of `size` MB of nothing, of which the archive may state another size."""
    out = io.BytesIO(workbook([["a"], [1]]))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=stated is None) as part,
    ):
        for _ in range(size):
            part.write(piece)
    data = bytearray(out.getvalue())
    if stated is not None:
        real = (size * len(piece)).to_bytes(4, "little")
        for at in [found.start() for found in re.finditer(re.escape(real), bytes(data))]:
            data[at : at + 4] = stated.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("name", ["xl/comments.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"])
def test_a_workbook_that_would_fill_the_memory_is_not_unpacked(name):
    with pytest.raises(Unreadable, match=r"workbook has 65 MB, too much to be read; .* up to 64 MB are"):
        read(bomb(name, 65))


@pytest.mark.parametrize(
    ("limit", "name", "words"),
    [("LARGEST", "worksheets/sheet2.xml", "a sheet of the workbook"), ("LARGEST_PARTS", "x.xml", "beside its sheets")],
)
def test_the_limit_that_a_part_is_over_is_said(tmp_path, monkeypatch, limit, name, words):
    monkeypatch.setattr(workbook_process, limit, 2 * 1024**2)
    path = tmp_path / "book.xlsx"
    path.write_bytes(bomb(f"xl/{name}", 3))
    with pytest.raises(RefusedFile) as refused:
        list(workbook_process.read_workbook(str(path), None, ()))
    said = refused.value.args[0]
    assert words in said
    assert "3 MB" in said
    assert "up to 2 MB are accepted" in said


def test_a_workbook_that_states_wrong_sizes_is_refused():
    with pytest.raises(Unreadable, match="unpacks to more than it states"):
        read(bomb("xl/styles2.xml", 3, stated=1000))


def test_entities_that_grow_are_not_expanded():
    grown = b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a0 "' + b"a" * 40 + b'">'
    for level in range(1, 9):
        grown += b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10)
    grown += b"]>"
    data = changed(workbook([["a"], ["text"]]), SHEET, lambda content: grown + content.replace(b"text", b"&a8;"))
    found = read_or_refused(data)
    longest = 0 if isinstance(found, str) else max(len(cell) for line in found[1] for cell in line)
    assert longest < 100


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'<row r="2"', b'<row r="999999999999"'), (b'r="A2"', b'r="XFD1048576"'), (b'r="A2"', b'r="A9999999"')],
)
def test_a_cell_in_an_enormous_place_does_not_keep_anybody_busy(old, new):
    data = changed(workbook([["a"], [1]]), SHEET, lambda content: content.replace(old, new))
    found = read_or_refused(data)
    assert found == "Save it as CSV UTF-8." or found[0] == ("a",)


def test_parquet_without_its_package_says_what_to_do(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InvalidData, match="Parquet files cannot be read") as refused:
        open_table(io.BytesIO(b"PAR1"))
    assert refused.value.hint == "Save it as CSV UTF-8. Whoever runs this service can add Parquet: pip install pyarrow."


def test_a_second_table_of_years_below_an_empty_row_is_refused():
    schema = Schema((Feature("income", "Income", "number"), Feature("age", "Age", "integer", seen=(18, 80))))
    table = open_table(io.BytesIO(workbook([["income", "age"], [50, 30], [], [2023, 2024], [60, 40]])), schema=schema)
    with pytest.raises(Unreadable, match="Line 4 begins another table"):
        list(table.lines)
