"""Results as files: what was written is read with other programs' readers, and nothing in it is a formula."""

import csv
import datetime as dt
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.files.cells.read_cells import CellRules
from ml.files.write.contact_columns import is_name, is_phone
from ml.files.write.csv_for_excel import write_csv_for_excel
from ml.files.write.formats import UnknownFormat, format_named
from ml.files.write.kinds import columns_of, typed
from ml.files.write.result import ColumnFacts, Result, file_columns, own_kind, stored_blocks
from ml.files.write.xlsx import TooLarge, check_records, write_xlsx
from tests.parquet import folder_of_pyarrow


def result(columns, **known):
    """A result of these columns of cells; `known` says what is known of one beforehand."""
    given = tuple(ColumnFacts(name, **known.get(name, {})) for name in columns)
    return Result(given, lambda: iter([list(columns.values())]))


def kind(cells, **known):
    return columns_of(result({"x": cells}, x=known))[0].kind


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "-2", "", "0"], "integer"),
        (["1.5", "2", "-.5", "1e-05"], "number"),
        (["1,5", "1.234,50"], "number"),
        (["1,234.50", "7"], "number"),
        (["1,234", "2,345"], "text"),  # thousands, or decimals?
        (["02134", "10115"], "text"),
        (["1234567890123456", "1"], "text"),  # digits that a spreadsheet would lose
        (["+1 415 555 0100", "+14155550100"], "text"),
        (["-12 345"], "text"),
        (["2026-01-31", ""], "date"),
        (["2026-01-31 10:20", "2026-01-31T10:20:30"], "moment"),
        (["31.12.2025", "1.2.2026"], "date"),
        (["12/31/2025"], "date"),
        (["1/2/2026"], "text"),  # January or February?
        (["1850-01-01"], "text"),
        (["2026-02-30"], "text"),
        (["n/a", "1"], "text"),
        (["TRUE", "x"], "text"),
        ([""], "text"),
    ],
)
def test_a_column_is_decided_by_all_of_its_cells(cells, expected):
    assert kind(cells) == expected


def test_what_is_known_of_a_column_goes_before_what_its_cells_look_like():
    assert kind(["1.0", "2.0"], exact=True) == "text"  # a level "1.0" is not the level "1"
    assert kind(["1.5", "2"], exact=True) == "number"
    assert kind(["2026-01-31"], exact=True) == "text"
    assert kind(["1.5", "x"], expected="number") == "number"
    assert kind(["02134", "12"], expected="number") == "text"
    assert columns_of(result({"Phone": ["4155550100"]}))[0].kind == "text"
    assert columns_of(result({"PLZ": ["10115"]}))[0].kind == "text"
    assert columns_of(result({"phone": ["1"]}, phone={"expected": "number"}))[0].kind == "integer"
    assert [own_kind(name) for name in ("label", "probability_x", "rank", "expected_value")] == [
        "text", "percent", "integer", "money"
    ]  # fmt: skip


@given(st.lists(st.text("0123456789.,-+e/: T", max_size=12), min_size=1, max_size=6))
def test_a_number_is_what_python_reads(cells):
    column = columns_of(result({"x": cells}))[0]
    if column.kind == "integer":
        assert [column.read(cell) for cell in cells if cell] == [int(cell) for cell in cells if cell]
        assert [str(column.read(cell)) for cell in cells if cell and cell != "-0"] == [
            c for c in cells if c and c != "-0"
        ]


NASTY = [
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+1+1",
    "-2+3",
    "<r>&<f>1</f></r>",
    "http://x.y/z",
    "_x0041_",
    "a\x01b",
    " a ",
    "<&>",
]
COLUMNS = {
    "Region": ["North", "Süd", "東", "n/a", "", "x", "x", "x", "x", "x"],
    "Phone": ["+1 415 555 0100", "-12 345", "4155550100", *["1"] * 7],
    "note": NASTY,
    "ZIP": ["02134", *["10115"] * 9],
    "Earnings": ["5849", "4583", *["0.30000000000000004"] * 8],
    "since": ["2026-01-31"] * 10,
    "Full name": ["Zoë"] * 10,
    "probability_yes": ["0.125", "", *["1e-05"] * 8],
    "rank": ["1", "", *["3"] * 8],
}
KNOWN = {"probability_yes": {"kind": "percent"}, "rank": {"kind": "integer"}}


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    path = tmp_path_factory.mktemp("xlsx") / "result.xlsx"
    write_xlsx(result(COLUMNS, **KNOWN), path)
    return path


def test_a_workbook_has_typed_cells_and_its_own_headings_names_and_telephones_first(sheet):
    book = openpyxl.load_workbook(sheet)
    rows = list(book.active.iter_rows())
    head = [cell.value for cell in rows[0]]
    assert head == ["Full name", "Phone", "Region", "note", "ZIP", "Earnings", "since", "probability_yes", "rank"]
    first = dict(zip(head, rows[1], strict=True))
    values = {name: cell.value for name, cell in first.items()}
    assert values["Phone"] == "+1 415 555 0100"
    assert values["ZIP"] == "02134"
    assert (values["Earnings"], values["probability_yes"], values["rank"]) == (5849, 0.125, 1)
    assert values["since"] == dt.datetime(2026, 1, 31)  # noqa: DTZ001
    assert first["since"].is_date
    assert first["probability_yes"].number_format == "0.0%"
    assert first["ZIP"].number_format == "@"
    assert rows[3][head.index("Earnings")].value == 0.1 + 0.2  # all digits
    assert rows[2][head.index("probability_yes")].value is None
    texts = [row[head.index("note")].value for row in rows[1:]]
    assert [text.replace("_x0001_", "\x01").replace("_x005F", "") for text in texts] == NASTY
    assert all(cell.data_type == "s" for row in rows[1:] for cell in row[:5] if cell.value is not None)
    assert book.active.freeze_panes == "C2"
    assert book.active.auto_filter.ref == "A1:I11"
    assert 9 <= book.active.column_dimensions["D"].width <= 50


def test_no_formula_no_link_and_no_program_stands_in_the_file(sheet):
    with zipfile.ZipFile(sheet) as file:
        assert not [name for name in file.namelist() if "macro" in name.lower() or "externalLink" in name]
        xml = file.read("xl/worksheets/sheet1.xml").decode()
        assert "hyperlink" not in xml
    assert "<f>" not in xml
    assert "<f " not in xml
    assert set(re.findall(r' t="(\w+)"', xml)) == {"inlineStr"}


def test_the_same_result_is_the_same_bytes(sheet, tmp_path):
    write_xlsx(result(COLUMNS, **KNOWN), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == sheet.read_bytes()


def test_what_excel_cannot_hold_is_refused_and_not_cut(tmp_path):
    with pytest.raises(TooLarge, match="A cell of x has 32,768 characters"):
        write_xlsx(result({"x": ["a" * 32_768]}), tmp_path / "a.xlsx")
    with pytest.raises(TooLarge, match="16,385 columns"):
        write_xlsx(result({f"c{at}": ["1"] for at in range(16_385)}), tmp_path / "b.xlsx")
    check_records(1_048_575)
    with pytest.raises(TooLarge, match=r"1,048,576 records.*Take it as CSV"):
        check_records(1_048_576)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1), min_size=1, max_size=5)
)
def test_texts_come_back_from_a_workbook(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("x") / "x.xlsx"
    write_xlsx(result({"note": texts}, note={"kind": "text"}), path)
    found = [row[0] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)]
    assert [re.sub("_x005F(_x[0-9A-Fa-f]{4}_)", r"\1", text) for text in found] == texts


def test_csv_for_excel_has_a_mark_and_the_marks_of_its_reader(tmp_path):
    write_csv_for_excel(result(COLUMNS, **KNOWN), tmp_path / "x.csv", ";", ",")
    raw = (tmp_path / "x.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfFull name;Phone;")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0]["Phone"] == "+1 415 555 0100"
    assert rows[0]["note"] == "'" + NASTY[0]
    assert (rows[0]["probability_yes"], rows[0]["Earnings"], rows[0]["since"]) == ("0,125", "5849", "2026-01-31")
    assert rows[2]["probability_yes"] == "1e-05"
    assert rows[2]["Earnings"] == "0,30000000000000004"


@pytest.mark.parametrize(
    ("asked", "marks"),
    [
        (("", ""), (",", ".")),
        (("semicolon", ""), (";", ",")),
        (("", "comma"), (";", ",")),
        (("tab", "point"), ("\t", ".")),
    ],
)
def test_separator_and_decimal_mark_go_together(asked, marks):
    found = format_named("csv-excel", *asked)
    assert (found.separator, found.decimal) == marks


@pytest.mark.parametrize("asked", [("xls",), ("csv", "tab"), ("csv-excel", "pipe"), ("csv-excel", "", ";")])
def test_formats_that_there_are_not_are_refused_with_those_that_there_are(asked):
    with pytest.raises(UnknownFormat):
        format_named(*asked)


def test_stored_results_are_read_in_pieces_without_their_apostrophes():
    pieces = [[b"a,'=b\r\n"], [b"'=1+1,", b'"x\r\ny"\r\n1,2\r\n'], [b"3,'\xc3\xa9\r\n"]]
    blocks = [[list(column) for column in block] for block in stored_blocks(pieces)]
    assert blocks == [[["=1+1", "1"], ["x\r\ny", "2"]], [["3"], ["'é"]]]


def test_columns_of_a_file_are_known_by_their_features():
    schema = Schema(
        (Feature("age", "Age", "number"), Feature("plan", "Plan", "category"), Feature("day", "Day", "date"))
    )
    found = file_columns(["Alter", "PLAN", "day", "name"], {"Alter": "age"}, schema)
    assert [each.expected for each in found] == ["number", "", "date", ""]
    assert [each.exact for each in found] == [False, True, False, False]


def test_features_are_written_as_they_were_read():
    schema = Schema((Feature("age", "Age", "number"), Feature("rate", "Rate", "number"), Feature("day", "Day", "date")))
    rules = CellRules({"age": ","}, frozenset({"rate"}), {"day": "mdy"}, schema=schema)
    given = file_columns(["age", "rate", "day"], {}, schema, rules)
    cells = [["1.234,50 €", "−1,5", "NA"], ["12 %", "0.5", ""], ["1/2/2026", "", "soon"]]
    columns = columns_of(Result(tuple(given), lambda: iter([cells])))
    assert [column.kind for column in columns] == ["number", "percent", "date"]
    assert [list(each) for each in typed(columns, cells)] == [
        [1234.5, -1.5, "NA"], [0.12, 0.5, ""], [dt.date(2026, 1, 2), "", "soon"]
    ]  # fmt: skip
    assert [column.kind for column in columns_of(Result(tuple(given), lambda: iter([cells])), mixed=False)] == [
        "text", "percent", "text"
    ]  # fmt: skip


def test_a_column_is_read_as_its_cells_are_in_rows_each_spelling_once(monkeypatch):
    schema = Schema((Feature("age", "Age", "number"), Feature("rate", "Rate", "number"), Feature("day", "Day", "date")))
    rules = CellRules({"age": ","}, frozenset({"rate"}), {"day": "mdy"}, schema=schema)
    cells = {
        "age": ["1.234,50 €", "NA", "1.234,50 €", "x", ""], "rate": ["12 %"], "day": ["1/2/2026", "soon"], "id": [" 7 "]
    }  # fmt: skip
    wanted = {name: [rules.row({name: cell})[name] for cell in some] for name, some in cells.items()}
    assert wanted["age"][0] == "1234.50"
    read, plain = [], CellRules.plain
    monkeypatch.setattr(CellRules, "plain", lambda self, *given: (read.append(given[1]), plain(self, *given))[1])
    assert {name: list(map(rules.reader(name), some)) for name, some in cells.items()} == wanted
    assert read.count("1.234,50 €") == 1
    assert CellRules().reader("age")("1,5") == "1,5"


@pytest.mark.parametrize(
    "name", ["Name", "Full Name", "last_name", "Vorname", "Kunde", "Customer", "Nom", "customerName"]
)
def test_columns_that_name_a_person(name):
    assert is_name(name)


@pytest.mark.parametrize("name", ["Product name", "Branch name", "region", "filename", "names of pets"])
def test_columns_that_do_not(name):
    assert not is_name(name)


@pytest.mark.parametrize(
    "name", ["Phone", "Telefon", "Téléphone", "mobile number", "cell", "Work phone", "Handy-Nr.", "telNo"]
)
def test_columns_of_telephones(name):
    assert is_phone(name)


@pytest.mark.parametrize("name", ["cell size", "Market cap", "mobile users", "portfolio"])
def test_columns_of_none(name):
    assert not is_phone(name)


READ = """
import sys, pyarrow.parquet as p
t = p.read_table(sys.argv[1]); print([str(f.type) for f in t.schema]); print(t.to_pylist()[1])
"""
WRITE = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
from tests.unit.test_written_results import COLUMNS, KNOWN, result
from ml.files.write.parquet import write_parquet
write_parquet(result(COLUMNS, **KNOWN), Path(sys.argv[1]))
"""


def test_parquet_has_one_type_a_column(tmp_path):
    aside = folder_of_pyarrow()
    root = Path(__file__).resolve().parents[2]
    for code in (WRITE, READ):
        words = [sys.executable, "-c", code, str(tmp_path / "x.parquet"), str(root)]
        done = subprocess.run(words, capture_output=True, text=True, cwd=root, env={"PYTHONPATH": str(aside)})
        assert done.returncode == 0, done.stderr
    types, row = done.stdout.splitlines()
    assert types == "['string', 'string', 'string', 'string', 'double', 'date32[day]', 'string', 'double', 'int64']"
    assert "'note': '@SUM(A1)'" in row
    assert "'probability_yes': None" in row
