"""Tables of web pages, of Excel's XML and of flat OpenDocument, which programs write under the name .xls."""

from __future__ import annotations

import io
import time

import pytest

from ml.data.feature import Choice, Feature
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.open_table import open_table
from ml.files.readers import markup_process
from ml.files.readers.markup_process import read_markup
from ml.files.readers.refused import RefusedFile
from ml.files.text.read_options import ReadOptions

SCHEMA = Schema(
    (
        Feature("income", "Income", "number", seen=(0.0, 9_000.0)),
        Feature("region", "Region", "category", choices=(Choice("North", "North"), Choice("Süd", "South"))),
    )
)
RECORDS = [{"income": 1234.5, "region": "North"}, {"income": 70.0, "region": "Süd"}]
PAGE = """<html><head><style>td {mso-number-format:"x"}</style></head><body>
<table><tr><td>Menu<td>income</table>
<table><tr><th colspan=3>Sales &amp; more</th></tr><tr><th>Name</th><th>Income</th><th>Region</th></tr>
<tr><td rowspan=2>Ann</td><td>1.234,50&nbsp;€</td><td><b>Nor</b>th</td></tr>
<tr><td>70</td><td>Süd<script>"x"</script></td></tr></table>"""
XML = """<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="old"><Table><Row><Cell><Data ss:Type="String">income</Data></Cell></Row></Table>
<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>
<Worksheet ss:Name="new"><Table>
<Row><Cell><Data ss:Type="String">income</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">region</Data></Cell></Row>
<Row><Cell><Data ss:Type="Number">1234.5</Data></Cell>
<Cell ss:Index="3"><Data ss:Type="String">North</Data></Cell></Row>
<Row><Cell ss:MergeAcross="1"><Data ss:Type="Number">70</Data></Cell>
<Cell><Data ss:Type="String">Süd</Data></Cell></Row></Table></Worksheet></Workbook>"""
FLAT = """<?xml version="1.0"?><office:document>
<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>
<table:table table:name="old" table:style-name="ta2"><table:table-row><table:table-cell><text:p>income</text:p>
</table:table-cell></table:table-row></table:table>
<table:table table:name="new"><table:table-row><table:table-cell><text:p>income</text:p></table:table-cell>
<table:table-cell><text:p>region</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16382"/>
</table:table-row><table:table-row><table:table-cell office:value-type="float" office:value="1234.5">
<text:p>1.234,50</text:p></table:table-cell><table:table-cell><office:annotation><text:p>hm</text:p></office:annotation>
<text:p>North</text:p></table:table-cell></table:table-row><table:table-row>
<table:table-cell office:value="70"><text:p>70,00</text:p></table:table-cell>
<table:table-cell><text:p>Süd</text:p></table:table-cell></table:table-row></table:table></office:document>"""


def read(data, **options):
    """The table, and what its records say of the features."""
    table = open_table(io.BytesIO(data), ReadOptions(**options), SCHEMA)
    return table, [{"income": float(row["income"]), "region": row["region"]} for row in table.rows]


@pytest.mark.parametrize(
    ("text", "encoding"), [(PAGE, "utf-16"), (PAGE, "cp1252"), (XML, "utf-8-sig"), (FLAT, "utf-8")]
)
def test_a_table_between_tags_is_read_as_any_other(text, encoding):
    table, records = read(text.encode(encoding))
    assert records == RECORDS
    assert table.dialect.format == ("html" if text is PAGE else "xml")
    assert table.dialect.sheet == ("Table 2" if text is PAGE else "new")
    assert table.dialect.header_row == (2 if text is PAGE else 1)


def test_a_page_says_its_encoding():
    page = '<meta charset="windows-1250"><table><tr><th>income<th>region<tr><td>1<td>Süd Łódź</table>'
    assert list(open_table(io.BytesIO(page.encode("cp1250")), schema=SCHEMA).lines) == [["1", "Süd Łódź"]]


def test_numbers_are_exact_and_dates_as_they_are_seen():
    row = '<tr><td sdval="1.25">1,3 €<td sdval="43858">28.01.2020'
    page = f"<table><tr><td>income<td>since{row}<tr><td x:num>2<td></table>"
    assert list(open_table(io.BytesIO(page.encode()), schema=SCHEMA).lines) == [["1.25", "28.01.2020"], ["2", ""]]


def test_a_table_can_be_chosen():
    assert read(PAGE.encode(), sheet="2")[1] == RECORDS
    with pytest.raises(Unreadable, match="no table 'x'"):
        read(PAGE.encode(), sheet="x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><body>Please log in</body></html>", "has no table"),
        ("<table><tr><td " + "a" * 400_000, "does not end"),
        ("<table><tr>" + "<td>income" * 16_385, "16,384 columns"),
        ("<table><tr><td>income<td>region<tr><td>1<td>North", "broken off"),
        ("<table><tr><td>x</table><table><tr><td>income<td>region</tr><tr><td>1</td><td>North</td></tr>", "broken off"),
    ],
)
def test_what_is_no_table_is_refused(text, said):
    with pytest.raises(Unreadable, match=said):
        read(text.encode())


def test_entities_of_the_file_itself_are_not_expanded():
    text = "<!DOCTYPE l [<!ENTITY a 'income'>]><table><tr><td>&a;<td>region<tr><td>1<td>North</table>"
    assert open_table(io.BytesIO(text.encode()), schema=SCHEMA).header == ("&a;", "region")


def rows_of(tmp_path, body):
    """Rows of a page, read in this process."""
    (tmp_path / "page.xls").write_text(body)
    return list(read_markup(str(tmp_path / "page.xls"), "utf-8", "strict", None, ()))[1:]


@pytest.mark.parametrize(
    "body",
    [
        "<tr><td>a<td rowspan=60000>b" * 16_300,  # each row is one cell longer: 130 million cells
        "<tr><td colspan=1000 rowspan=2>" * 20_000,
        "<tr>" + "<td colspan=1000 rowspan=2>" * 20_000,
        "<row><cell ss:mergedown=60000 ss:mergeacross=900>" * 20_000,
    ],
)
def test_cells_that_reach_over_one_another_are_refused_early(tmp_path, body, monkeypatch):
    monkeypatch.setattr(markup_process, "MOST_SPANNED", 500_000)
    begun = time.thread_time()
    with pytest.raises(RefusedFile, match="more than 500,000 merged cells"):
        rows_of(tmp_path, f"<table>{body}</table>")
    assert time.thread_time() - begun < 3  # the first took 45 s


def test_a_cell_reaches_over_as_many_rows_as_a_page_may_say(tmp_path):
    body = "<tr><td rowspan=99999999>a<td>b" + "<tr><td>b" * 65_533 + "<tr><td>c<td>d"
    rows = rows_of(tmp_path, f"<table>{body}</table>")
    assert len(rows) == 65_535
    assert rows[1] == rows[16_400] == rows[-2] == ["", "b"]
    assert rows[-1] == ["c", "d"]


def test_empty_cells_beyond_the_last_column_are_none_and_values_there_are_refused(tmp_path):
    empty = "<table:table-cell table:number-columns-repeated=16384 />"
    assert rows_of(tmp_path, f"<table><table:table-row><td>a{empty}{empty}</table>") == [["a"]]
    for last in (f"<td>a{empty}<td>b", "<td table:number-columns-repeated=16385>b"):
        with pytest.raises(RefusedFile, match="more than 16,384 columns"):
            rows_of(tmp_path, f"<table><table:table-row>{last}</table>")
    full = "<td table:number-columns-repeated=16384>b"
    assert len(rows_of(tmp_path, f"<table><table:table-row>{full}</table>")[0]) == 16_384
