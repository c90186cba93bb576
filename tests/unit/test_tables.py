"""Tables as text: what is read, what is refused, and what may be opened in a spreadsheet."""

import csv
import io
from collections import Counter
from itertools import islice

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.batch.result_columns import score_cells, score_header
from ml.bundle.scored import Score
from ml.data.outcomes import Outcome, Outcomes
from ml.errors import Problem, Unreadable
from ml.files.cells.safe_cells import plain_cell, plain_cells, safe_cell
from ml.files.open_table import open_table
from ml.files.table import refused_in_words

OUTCOMES = Outcomes((Outcome("loan", "Loan", "loan"), Outcome("card", "Card", "card")), False, "loan")


def read(text):
    table = open_table(io.BytesIO(text.encode()))
    return table.header, list(table.rows)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,x\n",
        "a;b\n1;x\n",
        "a\tb\n1\tx\n",
        "a,b\r\n1,x\r\n",
        "a,b\r1,x",
        "\ufeffa,b\n1,x",
        '"a","b"\n"1","x"',
        " a , b \n1,x",
        "a,b\n\n1,x\n\n\n",
    ],
)
def test_separators_line_ends_and_quotes_make_no_difference(text):
    assert read(text) == (("a", "b"), [{"a": "1", "b": "x"}])


def test_cells_stay_text():
    text = 'a,b,c,d\n007,NA,1e999,"x, ""y""\nz"\n ,,null,0x1\n'
    assert read(text)[1] == [
        {"a": "007", "b": "NA", "c": "1e999", "d": 'x, "y"\nz'},
        {"a": " ", "b": "", "c": "null", "d": "0x1"},
    ]


def test_a_name_may_hold_the_other_separators():
    assert read('"length, cm";"width, cm"\n5,1;3\n') == (
        ("length, cm", "width, cm"),
        [{"length, cm": "5,1", "width, cm": "3"}],
    )


def test_one_column_is_a_table_too():
    assert read("a\n1\n2") == (("a",), [{"a": "1"}, {"a": "2"}])


def test_lines_that_do_not_fit_are_problems_in_their_place():
    rows = read("a,b\n1\n1,2\n1,2,3\n")[1]
    assert rows[1] == {"a": "1", "b": "2"}
    assert [row.message for row in (rows[0], rows[2])] == [
        "Cells in this line: 1; in the header: 2.",
        "Cells in this line: 3; in the header: 2.",
    ]
    assert isinstance(rows[0], Problem)
    assert rows[2].value == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The table has no header."),
        ("\n\n", "The table has no header."),
        (",,\n1,2,3", "The table has no header."),
    ],
)
def test_a_header_that_cannot_be_used_is_refused_at_once(text, message):
    with pytest.raises(Unreadable) as caught:
        open_table(io.BytesIO(text.encode()))
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("a,,b,", ("a", "Unnamed: 1", "b", "Unnamed: 3")),
        ("a,b,a,b,a", ("a", "b", "a.1", "b.1", "a.2")),
        ("a,a.1,a", ("a", "a.1", "a.2")),
        (" a ,b", ("a", "b")),
        ("a,a ", ("a", "a ")),
    ],
)
def test_columns_are_named_as_pandas_names_them_without_spaces_at_the_ends(line, names):
    assert open_table(io.BytesIO(f"{line}\n".encode())).header == names
    assert tuple(name.strip() for name in pd.read_csv(io.StringIO(f"{line}\n")).columns) == tuple(map(str.strip, names))


def test_names_that_came_twice_are_told():
    assert open_table(io.BytesIO(b"a,b,a\n")).twice == {"a.1": "a"}


@pytest.mark.parametrize("text", ['a,b\n1,"x\n', 'a,b\n1,"x"y\n', f"a\n{'x' * 200_000}\n"])
def test_broken_quotes_and_endless_cells_are_refused_with_their_line(text):
    with pytest.raises(Unreadable, match="Line 2 of the table cannot be read"):
        read(text)


def test_rows_are_read_as_they_are_asked_for():
    file = io.BytesIO(b"a,b\n" + b"".join(b"%d,x\n" % number for number in range(300_000)))
    table = open_table(file)
    assert [row["a"] for row in islice(table.rows, 3)] == ["0", "1", "2"]
    assert file.tell() < 200_000


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "\rx", "\n=x", "=cmd|' /C calc'!A0", "＝1", "-a"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a", "a=b", "-1", "+1.5e-3", "-.5", "LP001", "'x", "é"])
def test_other_cells_stay_as_they_are(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "+1 415 555 0100",
        "+49 (0)30 123-45",
        "+33 6 12 34 56 78",
        "+1 (415) 555-0100",
        "+1.415.555.0100",
        "-12 345",
        "-",
        "--",
        "+44\u00a020 7946 0018",
        "+49 30/1234567",
        "+(49) 30 123",
    ],
)
def test_telephone_numbers_that_are_no_sum_stay_as_they_are(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    "text", ["+1-415-555-0100", "-1+2", "+49/30/1234", "-(5)", "+1 415 ext. 3", "+1 415\n=1", "-2-"]
)
def test_what_may_be_calculated_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@given(st.text("+-=@ ().0123456789ab\t\n'/", max_size=12))
def test_what_was_made_safe_is_found_again(text):
    assert plain_cell(safe_cell(text)) in (text, text[1:] if text[:1] == "'" else text)
    assert list(plain_cells([safe_cell(text)])) == [plain_cell(safe_cell(text))]
    assert safe_cell(safe_cell(text)) == safe_cell(text)


def test_a_score_fills_the_columns_of_its_header():
    assert score_header(OUTCOMES) == ["label", "probability_loan", "probability_card"]
    assert score_cells(OUTCOMES, Score(None, ("loan", "card"), (0.1 + 0.2, 1e-17))) == [
        "loan, card",
        "0.30000000000000004",
        "1e-17",
    ]
    assert score_cells(OUTCOMES, Score(None, (), None)) == ["", "", ""]


# Of control characters some: bytes with many kinds of them are taken for no text
CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc",), include_characters="\t\n\r\x0b\x1b"), max_size=20
)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5), st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_is_read_back(rows, delimiter):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerows([["a", "b"], *rows])
    assert read(file.getvalue())[1] == [dict(zip(("a", "b"), row, strict=True)) for row in rows]


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_table_or_unreadable(text):
    try:
        header, rows = read(text)
    except Unreadable:
        return
    assert len(set(header)) == len(header)
    assert all(isinstance(row, Problem) or tuple(row) == header for row in rows)


def test_what_could_not_be_taken_is_told_by_feature_and_of_records_as_a_whole():
    assert refused_in_words(Counter({"income": 2, "": 1, "debt": 1})) == [
        "income: 2 values could not be taken.",
        "1 record could not be taken.",
        "debt: 1 value could not be taken.",
    ]
