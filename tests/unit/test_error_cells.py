"""Errors of formulas are the same in .xlsx, .xlsb and .ods: named, and never a number or a silent blank."""

import io
import struct
import zipfile

import pytest

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.files.open_table import open_table
from ml.files.readers import error_cells, sheet_part
from tests.unit.test_files_excel import changed, workbook

SCHEMA = Schema((Feature("income", "Income", "number"), Feature("age", "Age", "integer", seen=(18, 80))))
CODES = {"#DIV/0!": 7, "#REF!": 23, "#N/A": 42}
ROWS = [["income", "age"], [50, 30], ["#REF!", 31], [60, "#N/A"], ["#DIV/0!", 33]]
SAID = "3 cells of the sheet are errors of formulas: A3 (#REF!), B4 (#N/A), A5 (#DIV/0!)."


def xlsx():
    return changed(workbook(ROWS), "xl/worksheets/sheet1.xml", lambda content: content)  # openpyxl writes t="e"


def ods(value_type="string", repeated=1, beside="", shown=str, more="", before=""):
    """As LibreOffice writes errors, or with a number beside them as other programs do.

    `beside` are further attributes of an error, `more` stands in its cell, `before` before it, and `shown` is its text.
    """

    def cell(value):
        if str(value).startswith("#"):
            number = ' office:value="0"' if value_type == "float" else ' office:string-value=""'
            form = f'table:formula="of:=1/0" office:value-type="{value_type}"{number}{beside}'
            return f"{before}<table:table-cell {form}>{more}<text:p>{shown(value)}</text:p></table:table-cell>"
        kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    def row(values):
        times = f' table:number-rows-repeated="{repeated}"' if "#REF!" in values else ""
        return f"<table:table-row{times}>{''.join(map(cell, values))}</table:table-row>"

    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    other = f'<table:table table:name="Notes">{row(["#N/A"])}</table:table>'
    sheet = f'<table:table table:name="People">{"".join(map(row, ROWS))}</table:table>'
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>{sheet}{other}"
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )


def record(kind, data=b""):
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(data)]) + data


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(formula=False, cut=0):
    """As Excel writes errors, of values or formulas; #N/A lacks its last `cut` bytes. A hidden sheet has one, too."""

    def error(kind, data):
        return record(kind, data[: len(data) - cut] if data[8] == CODES["#N/A"] else data)

    def cell(column, value):
        place = struct.pack("<II", column, 0)
        if value in CODES and formula:
            return error(11, place + bytes([CODES[value]]) + struct.pack("<HII", 0, 0, 0))
        if value in CODES:
            return error(3, place + bytes([CODES[value]]))
        return record(6, place + wide(value)) if isinstance(value, str) else record(5, place + struct.pack("<d", value))

    other = record(0, bytes(25)) + record(3, bytes(8) + b"\x17")
    rows = b"".join(
        record(0, struct.pack("<I", at) + bytes(21)) + b"".join(cell(*each) for each in enumerate(row))
        for at, row in enumerate(ROWS)
    )
    size = record(148, struct.pack("<IIII", 0, len(ROWS) - 1, 0, 1))
    sheets = b"".join(
        record(156, struct.pack("<II", hidden, at) + wide(f"rId{at}") + wide(name))
        for at, (name, hidden) in enumerate({"Notes": 1, "People": 0}.items(), 1)
    )
    rels, office = (
        "http://schemas.openxmlformats.org/package/2006/relationships",
        "http://schemas.openxmlformats.org/officeDocument/2006",
    )
    one = '<Relationship Id="rId{}" Type="{}/{}" Target="{}"/>'
    links = '<Relationships xmlns="{}">{}</Relationships>'
    parts = [one.format(at, f"{office}/relationships", "worksheet", f"worksheets/sheet{at}.bin") for at in (1, 2)]
    return packed(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": links.format(
                rels, one.format(1, f"{office}/relationships", "officeDocument", "xl/workbook.bin")
            ),
            "xl/_rels/workbook.bin.rels": links.format(rels, "".join(parts)),
            "xl/workbook.bin": record(131) + record(143) + sheets + record(144) + record(132),
            "xl/worksheets/sheet1.bin": record(129) + size + record(145) + other + record(146) + record(130),
            "xl/worksheets/sheet2.bin": record(129) + size + record(145) + rows + record(146) + record(130),
        }
    )


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


FILES = {
    "xlsx": xlsx,
    "xlsb": xlsb,
    "xlsb, formulas": lambda: xlsb(formula=True),
    "ods": ods,
    "ods with numbers": lambda: ods("float"),
    "ods with comments": lambda: ods(more="<office:annotation><text:p>Ask Ann</text:p></office:annotation>"),
}


@pytest.mark.parametrize("form", FILES)
def test_errors_are_texts_and_are_named(form):
    table = open_table(io.BytesIO(FILES[form]()), schema=SCHEMA)
    assert list(table.lines) == [["50", "30"], ["#REF!", "31"], ["60", "#N/A"], ["#DIV/0!", "33"]]
    assert SAID in " ".join(table.notes)
    rows = list(open_table(io.BytesIO(FILES[form]()), schema=SCHEMA).rows)
    assert [row["age"] for row in rows] == ["30", "31", "", "33"]
    assert rows[1]["income"] == "#REF!"


def test_errors_of_a_repeated_row_are_all_named():
    table = open_table(io.BytesIO(ods(repeated=3)), schema=SCHEMA)
    assert [cells[0] for cells in table.lines] == ["50", "#REF!", "#REF!", "#REF!", "60", "#DIV/0!"]
    assert "A3 (#REF!), A4 (#REF!), A5 (#REF!), B6 (#N/A), A7 (#DIV/0!)" in " ".join(table.notes)


def test_of_many_errors_the_first_are_named_in_order():
    assert "B8 (#N/A), …" not in " ".join(open_table(io.BytesIO(ods(repeated=3)), schema=SCHEMA).notes)
    said = " ".join(open_table(io.BytesIO(ods(repeated=4)), schema=SCHEMA).notes)
    assert "6 cells of the sheet are errors of formulas: A3 (#REF!), A4" in said
    assert "B7 (#N/A) …" in said


@pytest.mark.parametrize(
    ("before", "moved"),
    [
        ('<table:table-cell table:number-columns-repeated="2"/>', 2),
        ("<table:table-cell/><table:covered-table-cell/>", 2),
    ],
)
def test_cells_before_an_error_count(before, moved):
    with zipfile.ZipFile(io.BytesIO(ods(before=before))) as archive:
        assert next(iter(error_cells._of_ods(archive, "People"))) == (2, moved, "#REF!")


def test_an_error_that_is_broken_off_is_none():
    data = xlsb(cut=1)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert list(error_cells._of_xlsb(archive, "People")) == [(2, 0, "#REF!"), (4, 0, "#DIV/0!")]
    data = xlsb()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [list(error_cells._of_xlsb(archive, name)) for name in ("Notes", "Nobody")] == [[(0, 0, "#REF!")], []]


@pytest.mark.parametrize(
    ("said", "word"),
    [({"#REF!": "#REF !", "#N/A": "#NV", "#DIV/0!": "#DIV/0 !"}, "#REF !"), ({"#REF!": "#BEZUG!"}, "#BEZUG!")],
)
def test_errors_in_the_language_of_libreoffice_are_errors(said, word):
    data = ods(beside=' calcext:value-type="error"', shown=lambda value: said.get(value, value))
    rows = list(open_table(io.BytesIO(data), schema=SCHEMA).rows)
    assert [row["age"] for row in rows] == ["30", "31", "", "33"]
    assert rows[1]["income"] == word


@pytest.mark.parametrize("cut", range(40))
def test_the_only_error_is_found_wherever_a_block_ends(monkeypatch, cut):
    data = changed(ods(), "content.xml", lambda content: content.replace(b"#N/A", b"1").replace(b"#DIV/0!", b"1"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        monkeypatch.setattr(sheet_part, "BLOCK", archive.read("content.xml").index(b"#REF!") - 20 + cut)
        assert list(error_cells._of_ods(archive, "People")) == [(2, 0, "#REF!")]
