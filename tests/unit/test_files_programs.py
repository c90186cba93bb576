"""Files as R, MySQL, Spark and a sheet opened with the wrong separator leave them; and files that are no tables."""

from __future__ import annotations

import gzip
import io

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


@pytest.mark.parametrize("start", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"{\\rtf1\\ansi ", b"BZh91AY&SY"])
def test_what_is_known_not_to_be_a_table_is_called_by_its_name(start):
    with pytest.raises(Unreadable, match=r"^The file is an? .*, and no table"):
        read(start + b"income,age\n1,2\n")


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
