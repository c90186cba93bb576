"""Lines that are no records: totals, repeated headers, rules that are drawn; and customers who bear such names."""

from __future__ import annotations

import io

import pytest

from ml.data.feature import Choice, Feature
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.open_table import open_table
from ml.files.table import MOST_COLUMNS, header_of

NUMBERS = Schema(
    (Feature("income", "Income", "number", seen=(10.0, 90.0)), Feature("age", "Age", "integer", seen=(18, 80)))
)
REGION = Feature("region", "Region", "category", choices=(Choice("North", "North"), Choice("Total", "Total")))
MIXED = Schema((*NUMBERS.features, REGION))


def left_out(schema, *lines):
    """Counts of lines: records, left out as blank, left out as totals."""
    table = open_table(io.BytesIO("\r\n".join(lines).encode()), schema=schema)
    records = len(list(table.lines))
    return records, *table.left_out.counts


@pytest.mark.parametrize("second", ["age,income,region,name", "name,age,income,", "region,,age,"])
def test_a_second_table_with_other_columns_is_refused(second):
    """Its rows would be read by the first header: ages as incomes."""
    with pytest.raises(Unreadable, match=r"Line 4 begins another table.*Send each table as a file of its own"):
        left_out(MIXED, "name,income,age,region", "Ann,50,30,North", "", second, "30,50,North,Ann")


@pytest.mark.parametrize(
    ("schema", "header", "second"),
    [
        (MIXED, "name,income,age,region", "Product,Price,Quantity,Colour"),
        (MIXED, "name,income,age,region", "Year 2025,Sales 2025,Sales 2026,"),
        (NUMBERS, "income,age", "Umsatz,Menge"),
    ],
)
@pytest.mark.parametrize("gap", [(), ("",), (",,,",)], ids=["beside", "empty line", "empty cells"])
def test_a_second_table_with_columns_of_its_own_is_refused(schema, header, second, gap):
    record = {"name": "Ann", "income": "50", "age": "30", "region": "North"}
    line = ",".join(record[name] for name in header.split(","))
    with pytest.raises(Unreadable, match=r"begins another table, with columns of its own"):
        left_out(schema, header, line, *gap, second, line)


@pytest.mark.parametrize(
    "line",
    [
        "Ann,unknown,unknown,West",  # the same word twice: no names of columns
        "Ann,unknown,30,West",
        "Ann,null,none,West",
        "Ann,EUR 50,CHF 30,West",
        "Ann,EUR,years,West",
        "Product,Price,Quantity,North",  # a choice of the model
        "Ann,unbekannt,keine,West",
        "Ann,Unknown,refused,West",
        "Ann,half,half,West",
        "Ann,ja,ok,West",
        "17,half,quarter,West",  # a number, a date or an address is a record's
        "2025-12-31,half,quarter,West",
        "ann@example.org,half,quarter,West",
    ],
)
@pytest.mark.parametrize("gap", [(), ("",)], ids=["beside", "empty line"])
def test_records_with_words_in_place_of_numbers_are_no_second_table(line, gap):
    assert left_out(MIXED, "name,income,age,region", "Ann,50,30,North", *gap, line, "Bob,60,40,North") == (3, 0, 0)


YEARS = {"2023,2024": NUMBERS, "2025,2024,": MIXED, "Region,2023,2024,": MIXED, "2023,2024,2025,2026": MIXED}


@pytest.mark.parametrize("line", YEARS)
@pytest.mark.parametrize("gap", ["", ",,,"])
def test_a_second_table_whose_columns_are_years_is_refused(line, gap):
    schema = YEARS[line]
    header = {2: "income,age", 3: "income,age,region", 4: "name,income,age,region"}[line.count(",") + 1]
    record = ",".join(
        {"name": "Ann", "income": "50", "age": "30", "region": "North"}[name] for name in header.split(",")
    )
    with pytest.raises(Unreadable, match="begins another table"):
        left_out(schema, header, record, gap[: header.count(",")], line, record)
    assert left_out(schema, header, record, line, record)[0] == 3  # without a gap it may be a record


@pytest.mark.parametrize("line", ["50,51", "2024,30", "2024,2026", "1024,1025"])
def test_records_behind_a_gap_that_are_no_years_stay(line):
    assert left_out(NUMBERS, "income,age", "50,30", "", line, "60,40")[0] == 3


def test_years_within_the_range_of_training_are_a_record():
    wide = Schema(tuple(Feature(name, name, "number", seen=(10.0, 9_000.0)) for name in ("income", "debt")))
    assert left_out(wide, "income,debt", "50,30", "", "2023,2024", "60,40")[0] == 3


RECORDS = ["id;income;age;region", "a;50;30;North", "b;60,5;40;Total", "c;20;35;North"]


@pytest.mark.parametrize(
    ("schema", "lines", "expected"),
    [
        (MIXED, [*RECORDS, ";130,5;105;"], (3, 0, 1)),
        (MIXED, [*RECORDS, ";130,5;105;", ";43,5;35;"], (3, 0, 2)),  # sums, and averages
        (NUMBERS, ["income,age", "50,30", "60,40", "20,35", "130,105"], (3, 0, 1)),
        (NUMBERS, ["income;age", "50;30", "60;40", "20;35", "1.130,00;105"], (4, 0, 0)),  # another number
        (NUMBERS, ["income;age", "1.500,00;30", "60;40", "20;35", "1.580,00;105"], (3, 0, 1)),
        (NUMBERS, ["id,income,age", "a,50,30", "b,60,40", "c,20,35", "d,130,105"], (4, 0, 0)),  # it has a name
        (NUMBERS, ["income,age", "50,30", "60,40", "110,70"], (3, 0, 0)),  # of two records: it may be chance
        (NUMBERS, ["income,age", "0,30", "0,0", "0,0", "0,30"], (4, 0, 0)),  # one record alone is in the sums
        (NUMBERS, ["income,age", "10,20", "20,30", "30,40", "20,30"], (4, 0, 0)),  # an average record
        (MIXED, [*RECORDS, ";130,5;;"], (4, 0, 0)),  # one number proves little
        # small numbers come about by chance, and where all records are alike one more is like their average
        (MIXED, ["income,age,region", "1,0,North", "0,1,North", "1,1,North", "2,2,"], (4, 0, 0)),
        (MIXED, ["income,age,region", *["50.75,32,North"] * 3, "50.75,32,"], (4, 0, 0)),
        (
            NUMBERS,
            ["phone,income,age", "1,50,30", "2,60,40", "3,20,35", "0151,130,105"],
            (4, 0, 0),
        ),  # it has a telephone
    ],
)
def test_sums_without_a_word_are_left_out(schema, lines, expected):
    assert left_out(schema, *lines) == expected


@pytest.mark.parametrize(
    ("schema", "lines", "expected"),
    [
        (NUMBERS, ["name;income;age", "Ann;50;30", "Bob;60,5;40", "Total;110,5;70"], (2, 0, 1)),
        (NUMBERS, ["name;phone;income;age", "Ann;0151;50;30", "Summe:;;1.050,00;30"], (1, 0, 1)),
        (NUMBERS, ["income,age", "50,30", "Total,70"], (1, 0, 1)),  # in the place of a value
        (NUMBERS, ["name,income,age", "Total,50,30", "Sum,60,40"], (2, 0, 0)),  # customers: nothing says otherwise
        (NUMBERS, ["name,phone,income,age", "Total,0151234,500,30"], (1, 0, 0)),  # a total has no telephone
        (MIXED, ["name,turnover,income,age,region", "Ann,9,50,30,North", "Total,9,550,30,"], (1, 0, 1)),
        (MIXED, ["id,name,income,age,region", "17,Total,50,30,"], (1, 0, 0)),
        (MIXED, ["region,income,age", "Total,50,30", "Gesamtsumme,50,30"], (1, 0, 1)),  # a choice is called so
        (MIXED, ["name,income,age,region", "Ann,50,30,North", "Durchschnitt,50,30,"], (1, 0, 1)),
        (MIXED, ["name,income,age,region", "Ann,50,30,North", "name,income,age,region", "Bob,1,2,North"], (2, 1, 0)),
        (MIXED, ["name|income|age|region", "----|------|---|------", "Ann|50|30|North"], (1, 1, 0)),
        # of a group, as spreadsheets insert them; not a company that is called so, nor a value that is no such word
        (
            MIXED,
            ["region,income,age", "North,50,30", "North Total,50,30", "Nord Ergebnis,50,", "Grand Total,9,9"],
            (1, 0, 3),
        ),
        (MIXED, ["name,income,age,region", "Ann,50,30,North", "Subtotal North,999999,30,"], (1, 0, 1)),
        (MIXED, ["name,income,age,region", "Total Wine,50,30,", "Wine Total,999999,30,North", "North,1,2,"], (3, 0, 0)),
        (NUMBERS, ["name,income,age", "Wine Total,999999,30"], (1, 0, 0)),
        (MIXED, ["region,income,age", "Totalia,50,30", "Northern,50,30"], (2, 0, 0)),
        # as psql, MySQL, Oracle and SQL Server print
        (MIXED, ["income | age | region", "-------+-----+--------", " 50 | 30 | North", "(1 row)"], (1, 2, 0)),
        (MIXED, ["region|income|age", "------ ------ ---", "North|50|30", "1 row selected."], (1, 2, 0)),
        (MIXED, ["income;age;region", "50;30;North", "(12.345 Zeilen betroffen)"], (1, 1, 0)),
        (MIXED, ["income\tage\tregion", "50\t30\tNorth", "2 rows in set (0.00 sec)"], (1, 1, 0)),
        (MIXED, ["income;age;region", "50;30;North", "3 Zeilen;4;North"], (2, 0, 0)),  # more than the count: a record
        # a remark below the rows: nothing is known; a record has more than that, or no words
        (MIXED, ["income;age;region", "50;30;North", "Source: our own records;;"], (1, 1, 0)),
        (MIXED, ["income;age;region", "50;30;North", "# exported by hand"], (1, 1, 0)),
        (MIXED, ["income;age;region", "50;30;North", "fifty;;", ";;Nowhere at all"], (3, 0, 0)),
        (NUMBERS, ["income;age", "50;30", "Source: our own records;"], (2, 0, 0)),
        # appended with another separator: records, which are refused and not cut
        (MIXED, ["income;age;region", "50;30;North", "60,31,New South"], (2, 0, 0)),
        (MIXED, ["income,age,region", "50,30,North", "60\t31\tNew South"], (2, 0, 0)),
        (MIXED, ["income;age;region", "50;30;North", "Taken from A, B, and C"], (1, 1, 0)),
        # units below the header, and there only
        (MIXED, ["income;age;region", "T€;Jahre;", "50;30;North"], (1, 1, 0)),
        (MIXED, ["income;age;region", "", "[EUR];(years);(text)", "50;30;North", "EUR;years;"], (2, 1, 0)),
        (NUMBERS, ["income;age", "EUR;", "50;30"], (1, 1, 0)),
        (NUMBERS, ["income;age", "a lot;old", "50;30"], (2, 0, 0)),  # no unit among them: values that cannot be read
        (NUMBERS, ["income;age", "EUR;30", "50;30"], (2, 0, 0)),
        (MIXED, ["income;age;region", "EUR;years;North", "50;30;North"], (2, 0, 0)),
    ],
)
def test_what_is_no_record_is_left_out_and_a_customer_of_that_name_is_not(schema, lines, expected):
    assert left_out(schema, *lines) == expected


def test_a_header_of_one_name_thousands_of_times_keeps_nobody_busy():
    header = header_of(["a"] * MOST_COLUMNS)
    assert header[:3] == ("a", "a.1", "a.2")
    assert len(set(header)) == MOST_COLUMNS
    with pytest.raises(Unreadable, match="16,385 columns"):
        header_of(["a"] * (MOST_COLUMNS + 1))


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("Income (EUR);Age [years];region", ()),
        ("Income [thousands];age;region", ("income",)),  # it would be another number
        ("income (old);age;region", ("income",)),
        ("income (EUR);income (USD);age;region", ("income",)),
        ("income (EUR);income;age;region", ()),
    ],
)
def test_a_unit_behind_a_name_is_none_of_it(header, missing):
    width = header.count(";") + 1
    table = open_table(io.BytesIO(f"{header}\n{';'.join(['50'] * (width - 1))};North\n".encode()), schema=MIXED)
    assert table.matched.missing == missing
    assert bool(table.matched.near) == (not missing and "income (EUR);income" not in header)
