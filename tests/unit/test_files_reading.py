"""Files in any dialect are read back; what is doubtful is said, and what somebody says is followed."""

import csv
import datetime as dt
import gzip
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.data.feature import Choice, Feature
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.errors import Misread, Unreadable
from ml.files.cells.dates import date_text
from ml.files.cells.numbers import readings
from ml.files.header.match_columns import match_columns
from ml.files.open_table import open_table
from ml.files.text.read_options import BadReadOption, ReadOptions

SCHEMA = Schema(
    (
        Feature("amount", "Amount", "number", seen=(0.0, 1e7)),
        Feature("rooms", "Number of rooms", "integer", dtype="int64"),
        Feature("since", "Customer since", "date", dtype="datetime64[ns]"),
        Feature("town", "Town", "category", dtype="str", choices=(Choice("1.234", "Linz"), Choice("NA", "Namibia"))),
        Feature("smokes", "Smokes", "boolean", dtype="bool"),
        Feature("remark", "Remark", "text", dtype="str"),
    ),
    record_id="customer",
)


def opened(data, schema=SCHEMA, **options):
    return open_table(io.BytesIO(data.encode() if isinstance(data, str) else data), ReadOptions(**options), schema)


def read(data, schema=SCHEMA, **options):
    """Typed rows, and what is said of the file."""
    table = opened(data, schema, **options)
    found = read_records(schema, list(table.rows), extra=True)
    assert not found.problems, found.problems
    return list(found.rows), table


def column(cells, name="amount", **options):
    """A column of a file with semicolons, typed."""
    text = "customer;" + name + "\n" + "".join(f'C;"{cell}"\n' for cell in cells)
    rows, table = read(text, **options)
    return [row[SCHEMA.position[name]] for row in rows], table.notes


# ---- numbers -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1", "1", "1"),
        ("1,5", None, "1.5"),
        ("−1,5", None, "-1.5"),
        ("1.5", "1.5", None),
        ("1.234", "1.234", "1234"),
        ("1,234", "1234", "1.234"),
        ("0,123", None, "0.123"),
        ("1.234,50 €", None, "1234.50"),
        ("€ 4583", "4583", "4583"),
        ("€1,234.50", "1234.50", None),
        ("4\u202f583", "4583", "4583"),
        ("4'583.5", "4583.5", None),
        ("12 %", "12", "12"),
        ("1,234.5", "1234.5", None),
        ("1,234,567", "1234567", None),
        ("12,34,567.5", "1234567.5", None),
        ("(1,200)", "-1200", "-1.200"),
        ("5-", "-5", "-5"),
        ("1,5E+03", None, "1.5e+03"),
        ("CHF 1'200", "1200", "1200"),
        ("R$ 5", "5", "5"),
        ("1.234,–", None, "1234."),
        ("kr 20,-", None, "20."),
        ("CHF 1'250.--", "1250.", None),
        ("-20.-", "-20.", None),
        ("20.5-", "-20.5", None),
        ("70 kg", "70", "70"),
        (" $ (1,234.50)", "-1234.50", None),
        ("(1.234,50) €", None, "-1234.50"),
        ("(12.5)%", "-12.5", None),
        ("%50", "50", "50"),
        ("%12,5", None, "12.5"),
        (" $ -   ", "0", "0"),
        ("-   € ", "0", "0"),
        ("١٢٫٥", "12.5", None),
        ("١٬٢٣٤", "1234", "1234"),
        ("١٫٢٣٤", "1.234", None),
        ("१२,३४,५६७.५", "1234567.5", None),
        ("１，２３４．５", "1234.5", None),
        ("\u200e-5", "-5", "-5"),
    ],
)
def test_numbers_as_people_write_them(text, point, comma):
    assert readings(text)[:2] == (point, comma)


@pytest.mark.parametrize(
    "text", ["", "x", "1,2,3", "1.2.3", "12,34.5", "--5", "(5", "5 6 7", "1 2", "12a34", "31.12.2025", "5--"]
)
def test_what_is_no_number_stays_none(text):
    assert readings(text)[:2] == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "64k",
        "k 64",
        "3,5 Tsd.",
        "0.4 Mio",
        "2 mrd",
        "$5m",
        "€ 2 bn",
        "5 lac",
        "3½",
        "3²",
        "50¢",
        "5 DR",
        "5.00 Dr.",
        "5DB",
        "25 bps",
    ],
)
def test_a_number_with_its_size_is_not_read_without_it(text):
    assert readings(text)[:2] == (None, None)


@pytest.mark.parametrize("text", ["(EUR) 120", "kg (12)", "(5) x", "kg -", "(5", "((5))", "$ (-5)", "($ (5))"])
def test_brackets_and_dashes_are_a_minus_and_a_zero_of_money_only(text):
    assert readings(text)[:2] == (None, None)


def test_one_cell_that_can_be_read_in_one_way_only_decides_for_the_column():
    assert column(["1.234", "2,5"])[0] == [1234, 2.5]
    assert column(["1,234", "2.5"])[0] == [1234, 2.5]


def test_a_column_in_which_both_marks_are_certain_refuses_what_means_two_numbers():
    rows = list(opened('customer;amount\nA;"1,5"\nB;1.5\nC;1.234\n').rows)
    found = read_records(SCHEMA, rows, extra=True)
    assert [row and row[0] for row in found.rows] == [1.5, 1.5, None]
    assert "1.234 (1.234 or 1234?)" in found.problems[0].message


def test_where_no_cell_tells_training_does_and_it_is_said():
    schema = Schema((Feature("income", "Income", "number", seen=(500.0, 90_000.0)),))
    rows, table = read("income\n5.849\n4.583\n", schema)
    assert rows == [(5849.0,), (4583.0,)]
    assert table.notes == ["income: '5.849' is read as 5849, as it was in training."]
    schema = Schema((Feature("income", "Income", "number", seen=(0.0, 9.0)),))
    assert read("income\n5.849\n4.583\n", schema)[0] == [(5.849,), (4.583,)]


def test_where_nothing_tells_the_separator_does_and_an_option_overrides_it():
    schema = Schema((Feature("income", "Income", "number"), Feature("debt", "Debt", "number")))
    assert read('income;debt\n"1,234";0\n', schema)[0] == [(1.234, 0.0)]
    assert read('income,debt\n"1,234",0\n', schema)[0] == [(1234.0, 0.0)]
    assert read('income,debt\n"1,234",0\n', schema, decimal=",")[0] == [(1.234, 0.0)]
    assert read('income;debt\n"1,234";0\n', schema, decimal=".")[0] == [(1234.0, 0.0)]


def test_rows_far_below_decide_too():
    """The first decimal comma stands beyond the rows that are looked at first."""
    text = "customer;amount\n" + "C;5\n" * 5000 + "C;1.234\nC;7,5\n"
    rows, table = read(text)
    assert [row[0] for row in rows[-2:]] == [1234, 7.5]
    assert table.dialect.decimal == ","


def test_a_number_that_lies_where_training_had_none_but_for_the_other_mark_is_refused():
    schema = Schema((Feature("income", "Income", "number", seen=(500.0, 90_000.0)),))
    found = read_records(schema, list(opened('income\n"5.849,00"\n"4,583"\n', schema, separator=";").rows), extra=True)
    assert list(found.rows) == [(5849.0,), None]


@pytest.mark.parametrize(
    ("feature", "cells", "want"),
    [
        (Feature("x", "X", "integer", seen=(0, 1)), ["100%", "0 %", "%100"], [1, 0, 1]),
        (Feature("x", "X", "category", choices=(Choice(0, "0"), Choice(1, "1"))), ["100%", "0%"], [1, 0]),
        (Feature("x", "X", "category", choices=(Choice(0.05, "5"), Choice(1.0, "100"))), ["100%", "5%"], [1.0, 0.05]),
        (Feature("x", "X", "category", choices=(Choice(5, "5"), Choice(10, "10"))), ["10%", "5 %"], [10, 5]),
        (Feature("x", "X", "integer", seen=(0, 20)), ["1%", "20 %"], [1, 20]),
    ],
    ids=["integer", "choice", "shares", "per cent", "integer per cent"],
)
def test_one_rule_of_percentages_for_numbers_and_choices(feature, cells, want):
    schema = Schema((feature,))
    assert [row[0] for row in read("\n".join(["x", *cells]), schema)[0]] == want


def test_shares_and_percentages():
    share = Schema((Feature("rate", "Rate", "number", seen=(0.0, 1.0)),))
    whole = Schema((Feature("rate", "Rate", "number", seen=(0.0, 100.0)),))
    assert read("rate\n12 %\n0.5\n", share)[0] == [(0.12,), (0.5,)]
    assert read("rate\n12 %\n0.5\n", whole)[0] == [(12.0,), (0.5,)]


@pytest.mark.parametrize("written", ["St. Polten", "st.\u00a0polten", "St.  Polten", " St.\u202fPolten "])
def test_spaces_within_a_choice_are_those_of_any_kind(written):
    towns = (Choice("St. Polten", "St. Polten"), Choice("Linz", "Linz"))
    schema = Schema((Feature("town", "Town", "category", dtype="str", choices=towns, unknown=True),))
    assert read(f"town\n{written}\n", schema)[0] == [("St. Polten",)]


def codes(*levels):
    choices = tuple(Choice(level, level) for level in levels)
    return Schema((Feature("zip", "ZIP", "category", dtype="str", choices=choices, unknown=True),))


def test_codes_that_a_spreadsheet_took_for_numbers_have_their_zeros_again():
    written = "zip\n2134\n501.0\n02134\n90210\n0\n7\n"
    got = [row[0] for row in read(written, codes("02134", "00501", "90210", "00"))[0]]
    assert got == ["02134", "00501", "02134", "90210", "00", "7"]
    assert [row[0] for row in read("zip\n1\n2\n", codes("01", "001", "02", "2"))[0]] == ["1", "2"]  # which of two?


def test_texts_and_choices_stay_as_they_are():
    rows, _ = read("town;remark;amount\n1.234;02134;1,5\nNA;1.234;2,5\nna;NULL;3,5\n")
    assert [(row[3], row[5]) for row in rows] == [("1.234", "02134"), ("NA", "1.234"), ("NA", "NULL")]


@pytest.mark.parametrize(
    "marker", ["NA", "N/A", "NULL", "nan", "#N/A", "#NV", "-", "\\N", "n.a.", "(leer)", "None", " ", "."]
)
def test_what_spreadsheets_and_databases_write_for_nothing(marker):
    assert column([marker, "5"])[0][-1] == 5
    rows, _ = read(f"customer;amount;rooms\nA;{marker};3\nB;4;{marker}\n")
    assert [row[:2] for row in rows] == [(None, 3), (4, None)]


@pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#BEZUG!", "#ERROR!"])
def test_an_error_of_a_spreadsheet_is_no_blank(error):
    """It is refused, as it is at doors where a value comes alone."""
    table = open_table(io.BytesIO(f"customer;amount;rooms\nA;{error};3\nB;4;3\n".encode()), schema=SCHEMA)
    got = read_records(SCHEMA, list(table.rows), extra=True)
    assert [(problem.row, problem.feature, problem.value) for problem in got.problems] == [(0, "amount", error)]


# ---- dates -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("31.12.2025", "dmy", "2025-12-31"),
        ("12/31/2025", "mdy", "2025-12-31"),
        ("31/12/25", "dmy", "2025-12-31"),
        ("31/12/69", "dmy", "1969-12-31"),
        ("2025/12/31", None, "2025-12-31"),
        ("31. 12. 2025", "dmy", "2025-12-31"),
        ("2025. 12. 31.", None, "2025-12-31"),
        ("2025-12-31T10:00:00Z", None, "2025-12-31T10:00:00Z"),
        ("1 March 2026", None, "2026-03-01"),
        ("March 1, 2026", None, "2026-03-01"),
        ("1. März 2026", None, "2026-03-01"),
        ("1er mars 2026", None, "2026-03-01"),
        ("25 févr. 2021", None, "2021-02-25"),
        ("28 janv. 2016", None, "2016-01-28"),
        ("3 gen 2026", None, "2026-01-03"),
        ("15 ene. 2026", None, "2026-01-15"),
        ("4 mrt. 2026", None, "2026-03-04"),
        ("11 listopada 2026", None, "2026-11-11"),
        ("7 paź 2026", None, "2026-10-07"),
        ("24. des. 2026", None, "2026-12-24"),
        ("31 février 2026", None, None),
        ("Freitag, 28.08.2015", "dmy", "2015-08-28"),
        ("Fr. 28.08.2015", "dmy", "2015-08-28"),
        ("until 28.08.2015", "dmy", None),
        ("Fri Aug 28 2015 10:00:00 GMT+0200", None, "2015-08-28 10:00:00+0200"),
        ("28 Aug 2015 10:00:00 GMT", None, "2015-08-28 10:00:00+00:00"),
        ("2015年8月28日", None, "2015-08-28"),
        ("2015년 8월 28일", None, "2015-08-28"),
        ("01-Mar-26", None, "2026-03-01"),
        ("3 de mayo de 2026", None, "2026-05-03"),
        ("20251231", None, "2025-12-31"),
        ("12/31/2025 1:05 PM", "mdy", "2025-12-31 13:05:00"),
        ("31.12.2025", None, None),
        ("31/12/2025", "mdy", None),
        ("yesterday", "dmy", None),
        ("1.2.3", "dmy", None),
    ],
)
def test_dates_as_people_write_them(text, order, iso):
    assert date_text(text, order) == iso


def test_the_order_of_day_and_month_is_that_of_the_whole_column():
    assert column(["03/04/2026", "13/04/2026"], "since")[0] == [dt.date(2026, 4, 3), dt.date(2026, 4, 13)]
    assert column(["03/04/2026", "04/13/2026"], "since")[0] == [dt.date(2026, 3, 4), dt.date(2026, 4, 13)]
    assert column(["03.04.2026"], "since")[0] == [dt.date(2026, 4, 3)]


def test_an_order_that_nothing_tells_is_said_and_can_be_told():
    said = "since: '03/04/2026' is read as 2026-04-03."
    days, notes = column(["03/04/2026"], "since")
    assert (days, notes[0]) == ([dt.date(2026, 4, 3)], said)
    days, notes = column(["03/04/2026"], "since", dates="mdy")
    assert days == [dt.date(2026, 3, 4)]
    assert said not in notes


def test_days_as_excel_counts_them():
    assert column(["46022", "45000"], "since")[0] == [dt.date(2025, 12, 31), dt.date(2023, 3, 15)]


@pytest.mark.parametrize("wrapped", ["'{}", '=""{}""'], ids=["apostrophe", "formula"])
@pytest.mark.parametrize("written", ["31.12.2025", "46022"])
def test_dates_that_exports_keep_as_texts_are_dates(wrapped, written):
    assert column([wrapped.format(written), wrapped.format(written)], "since")[0] == [dt.date(2025, 12, 31)] * 2


# ---- what is no record -------------------------------------------------------------------------------------------
def test_lines_of_which_nothing_is_known_are_left_out_and_counted():
    rows, table = read("customer,amount,rooms,town\nA,1,2,NA\n,,,\nB,,,\nC,NA,n/a,\nD,,,Linz\n")
    assert len(rows) == 2
    assert table.notes[-1] == "3 lines hold nothing for the model and are left out: lines 3, 4, 5."


def test_a_line_of_totals_is_left_out_and_a_customer_of_that_name_is_not():
    text = "customer;amount;rooms;town\nTotal;1;2;Linz\nB;2;3;Linz\nTotal;3;5;\nSumme:;3;5;\n"
    rows, table = read(text)
    assert len(rows) == 2
    assert table.notes[-1] == "2 lines of totals such as “Total” are left out: lines 4, 5."


# ---- header and separator ----------------------------------------------------------------------------------------
def test_a_line_break_in_a_cell_of_the_header():
    _, table = read('customer;amount;"Remark\n(free text)";rooms\nA;1;x;2\n')
    assert table.header == ("customer", "amount", "Remark\n(free text)", "rooms")


@pytest.mark.parametrize(
    ("name", "feature"),
    [
        ("AMOUNT", "amount"),
        ("number_of_rooms", "rooms"),
        ("Customer\u00a0since", "since"),
        ("amuont", "amount"),
        ("customer sinse", "since"),
        ("room", None),
        ("amounts 2", None),
    ],
)
def test_columns_are_found_by_names_that_read_alike(name, feature):
    found = match_columns(SCHEMA, [name, "other"])
    assert found.columns[name] == feature
    assert bool(found.near) == (name in ("amuont", "customer sinse"))


@pytest.mark.parametrize(
    "name",
    [
        "income (k€)",
        "income k€",
        "income_k",
        "income [tsd]",
        "Income ('000)",
        "income (TEUR)",
        "Income (Mio €)",
        "income_pct",
    ],
)
def test_a_column_that_counts_in_thousands_is_not_taken_for_a_misspelling(name):
    pay = Schema((Feature("income", "Income", "number"), Feature("income_k_total", "In thousands", "number")))
    assert match_columns(pay, [name]).columns == {name: None}
    assert match_columns(pay, ["incone"]).columns == {"incone": "income"}
    of_size = Schema((Feature("income_k", "Income", "number"),))
    assert match_columns(of_size, ["incone_k"]).columns == {"incone_k": "income_k"}


def test_names_and_choices_of_a_mac_are_those_of_others():
    town = Feature(
        "gr\u00f6\u00dfe", "Gr\u00f6\u00dfe", "category", choices=(Choice("m\u00e4\u00dfig", "m\u00e4\u00dfig"),)
    )
    rows, table = read("Gro\u0308\u00dfe\nMa\u0308\u00dfig\n", Schema((town,)))
    assert (rows, table.notes) == ([("m\u00e4\u00dfig",)], [])


def test_a_name_that_may_be_two_features_is_none():
    schema = Schema((Feature("income_1", "A", "number"), Feature("income_2", "B", "number")))
    assert match_columns(schema, ["income_3"]).columns == {"income_3": None}
    schema = Schema((Feature("balance", "A", "number"), Feature("valance", "B", "number")))
    assert match_columns(schema, ["walance"]).columns == {"walance": None}


def test_what_no_column_gives_is_said():
    assert opened("amount,rooms\n1,2\n").notes == ["No column gives since, town, smokes, remark."]


def test_options_say_which_row_is_the_header():
    text = "amount;rooms\n;\nAmount;Rooms\n1;2\n"
    assert opened(text, header_row=3).header == ("Amount", "Rooms")
    with pytest.raises(Unreadable, match="has no row 9"):
        opened(text, header_row=9)


@pytest.mark.parametrize(
    "given",
    [
        {"encoding": "klingon"},
        {"encoding": "base64"},
        {"separator": "ab"},
        {"decimal": ";"},
        {"header_row": "0"},
        {"dates": "x"},
    ],
)
def test_options_that_cannot_be_are_refused(given):
    with pytest.raises(BadReadOption, match=next(iter(given))):
        ReadOptions.from_mapping(given)


def test_options_are_read_from_a_query_and_written_again():
    found = ReadOptions.from_mapping(
        {
            "encoding": "ANSI",
            "separator": "semicolon",
            "decimal": "comma",
            "header-row": "3",
            "dates": "DMY",
            "sheet": "",
        }
    )
    assert found == ReadOptions("cp1252", ";", ",", 3, None, "dmy")
    assert ReadOptions.from_mapping(found.to_json()) == found


# ---- bytes -------------------------------------------------------------------------------------------------------
def test_a_byte_that_is_no_utf_8_far_below_is_read_and_said():
    data = b"customer;remark;amount\n" + "A;é;1\n".encode() * 1_000_000 + "B;M\xfcller;2\n".encode("latin-1")
    table = opened(data)
    *_, last = table.lines
    assert last[1] == "Müller"
    assert table.notes[0] == "The file is UTF-8 with 1 byte that is none; read as Windows-1252."


def test_noise_of_old_programs_is_taken_away():
    rows, _ = read(b"customer;amount;remark\r\nA;1;x\0\0\r\n\x1a")
    assert [row[5] for row in rows] == ["x"]


def test_an_encoding_can_be_told():
    data = "customer;remark\nA;Łódź\n".encode("cp1250")
    assert next(opened(data, encoding="cp1250").lines)[1] == "Łódź"
    with pytest.raises(Unreadable, match="not UTF-8 text"):
        list(opened(data, encoding="utf-8").lines)


def test_compressed_files_are_read_and_bombs_refused():
    assert next(opened(gzip.compress(b"amount,rooms\n1,2\n")).lines) == ["1", "2"]
    with pytest.raises(Unreadable, match="more than 64 MB"):
        opened(gzip.compress(b"amount\n" + b"1\n" * 40_000_000))
    with pytest.raises(Unreadable, match="harmed"):
        opened(gzip.compress(b"amount,rooms\n" + b"1,2\n" * 9999)[:60])


def test_what_can_be_read_once_only_is_read(tmp_path):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    assert next(open_table(Pipe(b"amount,rooms\n1,2\n"), schema=SCHEMA).lines) == ["1", "2"]


# ---- any dialect -------------------------------------------------------------------------------------------------
AMOUNTS = st.one_of(st.none(), st.decimals(-99_999, 9_999_999, places=2))
DAYS = st.one_of(st.none(), st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31)))
PEOPLE = st.tuples(
    AMOUNTS, st.one_of(st.none(), st.integers(-10**6, 10**6)), DAYS, st.sampled_from(["Linz", "NA", None]),
    st.sampled_from([True, False, None]), st.text("aé;, \"\n|x\t", min_size=1, max_size=8).filter(str.strip),
)  # fmt: skip


@settings(deadline=None, max_examples=120)
@given(data=st.data(), people=st.lists(PEOPLE, min_size=1, max_size=12))
def test_a_table_written_in_any_dialect_is_read_back(data, people):
    decimal = data.draw(st.sampled_from(",."))
    group = data.draw(st.sampled_from(["", ".,"[decimal == "."], "'", " ", "\u00a0"]))
    separator = data.draw(st.sampled_from(",;\t|"))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]))
    day = data.draw(st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d %B %Y"]))
    missing = data.draw(st.sampled_from(["", "NULL", "#N/A"]))
    yes, no = data.draw(st.sampled_from([("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("1", "0"), ("ja", "nein")]))
    titles = data.draw(st.sampled_from([[], [["Report"], []]]))
    names = data.draw(st.permutations(["customer", *SCHEMA.names]))

    def number(value, places):
        whole, _, rest = f"{value:,.{places}f}".partition(".")
        return whole.replace(",", group) + (decimal + rest if rest else "")

    def cells(at, person):
        amount, rooms, since, town, smokes, remark = person
        said = {
            "customer": f"C{at}",
            "amount": None if amount is None else number(amount, 2),
            "rooms": None if rooms is None else number(rooms, 0),
            "since": since and since.strftime(day),
            "town": town,
            "smokes": None if smokes is None else yes if smokes else no,
            "remark": remark,
        }
        return [missing if said[name] is None else said[name] for name in names]

    file = io.StringIO(newline="")
    lines = [*titles, names, *(cells(at, person) for at, person in enumerate(people))]
    csv.writer(file, delimiter=separator).writerows(lines)
    told = {"decimal": decimal}  # where all amounts are blank, or of three digits, nothing would tell
    if day in ("%d/%m/%Y", "%m/%d/%Y"):
        told["dates"] = "dmy" if day[1] == "d" else "mdy"
    table = open_table(io.BytesIO(file.getvalue().encode(encoding)), ReadOptions(**told), SCHEMA)
    found = read_records(SCHEMA, list(table.rows), extra=True)
    assert not found.problems
    wanted = [
        (None if a is None else float(a), r, s, {"Linz": "1.234"}.get(t, t), b, remark)
        for a, r, s, t, b, remark in people
    ]
    assert list(found.rows) == wanted


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("size", [600, 300_000])
@pytest.mark.parametrize("head", [b"", b"ID3\x04\0\0", b"MZ\x90\0" + bytes(400)])
def test_bytes_that_are_no_text_are_no_table(head, seed, size):
    with pytest.raises(Unreadable, match=r"The file is (no text|a program)"):
        open_table(io.BytesIO(head + random.Random(seed).randbytes(size)), schema=SCHEMA)


@pytest.mark.parametrize("mark", ["\x01", "\x1f", "\x02"])
def test_control_characters_as_separators_are_text(mark):
    data = f"amount{mark}rooms\n" + f"1{mark}2\n" * 50
    told = ReadOptions(separator=mark)
    assert len(list(open_table(io.BytesIO(data.encode()), told, SCHEMA).lines)) == 50
    open_table(io.BytesIO(data.encode()), schema=SCHEMA)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251", "cp932", "gb18030", "mac_roman", "cp850", "iso2022_jp"])
def test_texts_of_any_language_are_texts(encoding):
    letters = "".join(
        map(chr, [*range(0x20, 0x17F), *range(0x400, 0x450), *range(0x3041, 0x30F0), *range(0x4E00, 0x4F00)])
    )
    there = letters.encode(encoding, "ignore").replace(b'"', b"").replace(b"\n", b"")
    open_table(io.BytesIO(b"amount,rooms\n" + b"1,2\n" + there), schema=SCHEMA)


BROKEN = {
    "never closed": ('1,"2\n3,4\n5,6\n', "a cell begins with a quotation mark, and none closes it"),
    "closed by another's": ('1,"2\n3,"4"\n5,6\n', "behind the closing quotation mark of a cell stands no separator"),
    "too long": ('1,"' + "2\n" * 90_000, "a cell has more than 131,072 characters; a quotation mark may be missing"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_quotes_are_told_in_words_with_the_line_in_which_the_row_begins(name):
    text, words = BROKEN[name]
    with pytest.raises(Misread, match=f"Line 4 of the table cannot be read: {words}"):
        list(open_table(io.BytesIO(f'amount,rooms\n"a\nb",2\n{text}'.encode()), schema=SCHEMA).lines)
