"""Files as R, MySQL, Spark and a sheet opened with the wrong separator leave them; and files that are no tables."""

from __future__ import annotations

import gzip
import io
import re
import zipfile

import pytest
import xlsxwriter

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.open_table import open_table

SCHEMA = Schema(
    (Feature("income", "Income", "number"), Feature("age", "Age", "integer"), Feature("note", "Note", "text"))
)
EXPECTED = [("1.5", "30", "a, b"), ("2.5", "40", 'say "hi"')]


def read(data):
    """Values of the features by record, and the table."""
    table = open_table(io.BytesIO(data if isinstance(data, bytes) else data.encode()), schema=SCHEMA)
    return [tuple(row.get(name, "") for name in SCHEMA.names) for row in table.rows], table


def in_first_column(*lines):
    """A workbook in which each line stands in one cell."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet().write_column(0, 0, lines)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "separator"),
    [
        ('"income" "age" "note"\n"Ann" 1.5 30 "a, b"\n"Bob" 2.5 40 "say ""hi"""\n', " "),  # write.table
        ('"income","age","note"\n"1",1.5,30,"a, b"\n"2",2.5,40,"say ""hi"""\n', ","),
        ('income\tage\tnote\nAnn\t1,5\t30\t"a, b"\nBob\t2,5\t40\t"say ""hi"""\n', "\t"),
        ('income,age,note\n1.5,30,"a, b"\n2.5,40,"say \\"hi\\""\n', ","),  # Spark
        ('"income", "age", "note"\n"1.5", "30", "a, b"\n"2.5", "40", "say ""hi"""\n', ","),
        ('"income,age,note"\n"1.5,30,""a, b"""\n"2.5,40,""say """"hi"""""""\n', ","),
        (in_first_column("income,age,note", '1.5,30,"a, b"', '2.5,40,"say ""hi"""'), ","),
        (in_first_column("My list", "", "income;age;note", "1,5;30;a, b", '2,5;40;"say ""hi"""'), ";"),
    ],
)
def test_a_file_as_a_program_leaves_it_is_read(data, separator):
    records, table = read(data)
    assert records == EXPECTED
    assert table.dialect.separator == separator


@pytest.mark.parametrize(
    "text", ["income\n1,5\n2,5\n", "income\n1,5\n", "Incomes and ages and notes\nincome\n1,5\n2,5\n"]
)
def test_a_column_alone_has_decimal_commas(text):
    assert [float(income) for income, *_ in read(text)[0]] == [1.5, 2.5][: text.count(",")]


def test_a_number_more_is_no_row_name():
    """The decimal commas of a file with commas make a cell more in each line: that is refused, and not moved over."""
    table = open_table(io.BytesIO(b"age,income\n30,1,5\n40,2,5\n"), schema=SCHEMA)
    assert all("Cells in this line: 3" in row.message for row in table.rows)


def test_utf_16_without_its_mark_is_seen_in_any_script():
    text = "income\tage\tnote\n" + "1,5\t30\tМосква, улица Ленина\n" * 50
    for encoding in ("utf-16-le", "utf-16-be"):
        assert read(text.encode(encoding))[0] == [("1.5", "30", "Москва, улица Ленина")] * 50


def test_a_backslash_at_the_end_of_a_cell_is_a_backslash():
    assert read('income,age,note\n1.5,30,"C:\\"\n2.5,40,b\n')[0] == [("1.5", "30", "C:\\"), ("2.5", "40", "b")]


OTHER_FILES = {
    b"%PDF-1.7\n": "a PDF", b"\x89PNG\r\n\x1a\n": "a picture", b"{\\rtf1\\ansi ": "a text document",
    b"BZh91AY&SY": "an archive", b"PK\x05\x06" + b"\0" * 18: "an empty archive",
    b"$FL2@(#) SPSS DATA FILE MS Windows": "a data file of SPSS",
    b"\0" * 12 + b"\xc2\xea\x81\x60\xb3\x14": "a data file of SAS",
    b"<stata_dta><header><release>118</release>": "a data file of Stata", b"X\n\0\0\0\x03\0\x04": "a data file of R",
    b"ARROW1\0\0": "an Arrow file", b"\x93NUMPY\x01\0": "an array of numpy", b"MZ\x90\0\x03": "a program",
    b"\0\x01\0\0Standard Jet DB\0": "a database", b"\x09\x08\x08\0\0\x05\x10\0": "a workbook of Excel 95 or older",
    b"ID;PWXL;N;E\nC;Y1;X1;K": "a SYLK file", b"TABLE\r\n0,1\r\n": "a DIF file",
    b"MIME-Version: 1.0\n": "a web archive or an e-mail",
    b"[InternetShortcut]\r\nURL=https://a.example\r\n": "a link to a document",
    b'{"":"DO NOT EDIT","doc_id":"1A","email":"a@b.example"}': "a link to a document",
    b"a.csv".ljust(257, b"\0") + b"ustar\x0000": "an archive",
    b"--\n-- PostgreSQL database dump\n--\n\nCOPY t (income, age) FROM stdin;\n1\t2\n": "a dump of a database (SQL)",
    b"-- written today\nINSERT INTO t (income, age) VALUES (1,2);\n": "a dump of a database (SQL)",
}  # fmt: skip


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize(("start", "name"), OTHER_FILES.items())
def test_what_is_known_not_to_be_a_table_is_called_by_its_name(start, name, packed):
    with pytest.raises(Unreadable, match=rf"^The file is {re.escape(name)}, which is not read here"):
        read(packed(start + b"income,age\n1,2\n"))


def archive_of(*parts, kind=""):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", kind)
        for part in parts:
            archive.writestr(part, "x")
    return made.getvalue()


OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (archive_of("Index/Document.iwa"), "a document of Numbers, Pages or Keynote"),
        (archive_of("word/document.xml"), "a text document"),
        (archive_of("ppt/presentation.xml"), "a presentation"),
        (archive_of("content.xml", kind=f"{OPEN_DOCUMENT}text"), "a text document"),
        (archive_of("content.xml", kind=f"{OPEN_DOCUMENT}presentation"), "a presentation"),
        (OLD_OFFICE + "WordDocument".encode("utf-16-le"), "a text document"),
        (OLD_OFFICE + "PowerPoint Document".encode("utf-16-le"), "a presentation"),
        (OLD_OFFICE + "__properties_version1.0".encode("utf-16-le"), "an e-mail"),
    ],
)
def test_documents_of_office_programs_are_called_by_their_names(data, name):
    with pytest.raises(Unreadable, match=rf"^The file is {re.escape(name)}, which is not read here") as refused:
        read(data)
    assert "Export its table as Excel or CSV" in refused.value.hint


def test_a_text_that_only_begins_like_another_file_is_read():
    assert read("ID;PLAN;income;age\n1;a;1,5;30\n")[0] == [("1.5", "30", "")]


@pytest.mark.parametrize(
    "data",
    [
        b'[{"income": 1.5}]',
        b'{"records": [{"income": 1.5}]}',
        b'{"income": 1.5}\n{"income": 2.5}\n',
        b'\n [\n ["income"]]',
    ],
)
def test_json_is_called_json(data):
    with pytest.raises(Unreadable, match=r"^The file is JSON, which programs send to the API\. Send a workbook"):
        read(data)
    with pytest.raises(Unreadable, match=r"^The file is JSON"):
        read(gzip.compress(data))
