"""What numbers of a file count: per cent by the header, the unit beside them, sizes such as "5 m"; by hand."""

import io

import openpyxl
import pytest

from ml.data.feature import Feature
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.files.cells.read_cells import CellRules
from ml.files.open_table import open_table

SCHEMA = Schema(
    (
        Feature("share", "Share", "number", seen=(0.02, 0.9)),
        Feature("rate", "Rate", "number", seen=(1.0, 40.0)),
        Feature("height", "Height", "number", unit="m", seen=(1.4, 2.1)),
        Feature("pay", "Pay", "number", seen=(700.0, 9e6)),
    )
)


def csv(text):
    return io.BytesIO(text.encode())


def workbook(*rows):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file


def read(file, name):
    """Cells of a column as the schema reads them, and what is said of the file."""
    table = open_table(file, schema=SCHEMA)
    rules = CellRules.from_json(table.reading.rules.to_json(), SCHEMA)  # as another process gets them
    column = [row[name] for row in table.rows]
    place = table.names.index(name)
    assert column == [
        rules.plain(SCHEMA.features[SCHEMA.position[name]], cells[place])
        for cells in open_table(file, schema=SCHEMA).lines
    ]
    return column, " ".join(table.notes)


@pytest.mark.parametrize("header", ["share (%)", "share %", "Share [%]", "share/%"])
@pytest.mark.parametrize("cells", [["46.3", "0.4"], ["46.3 %", "0.4", "7"]])
def test_a_header_that_says_per_cent_of_a_share_is_believed(header, cells):
    column, said = read(csv("\n".join([f"{header},pay", *(f"{cell},5" for cell in cells)])), "share")
    assert [float(cell) for cell in column[:2]] == [0.463, 0.004]
    assert f"its column “{header}” says per cent" in said


def test_decimal_commas_and_typed_numbers_below_it_are_believed_too():
    assert read(csv("share (%);pay\n46,3;5\n9;6"), "share")[0] == ["0.463", "0.09"]
    assert read(workbook(["share (%)", "pay"], [46.3, 5], [0.5, 6]), "share")[0] == ["0.463", "0.005"]


def test_one_number_beyond_one_far_below_tells():
    cells = ["0.4"] * 2_500 + ["46"]
    column, _ = read(csv("share (%),pay\n" + "".join(f"{cell},5\n" for cell in cells)), "share")
    assert (column[0], column[-1]) == ("0.004", "0.46")


def test_shares_below_it_stay_shares_and_that_is_said():
    """Excel shows 0.463 as 46.3 % and keeps 0.463."""
    for file in (workbook(["share (%)", "pay"], [0.463, 5], [0.02, 6]), csv("share (%),pay\n0.463,5\n0.02,6")):
        column, said = read(file, "share")
        assert column == ["0.463", "0.02"]
        assert "is read as a share" in said


@pytest.mark.parametrize(("header", "name"), [("rate (%)", "rate"), ("share", "share")])
def test_what_was_per_cent_in_training_and_a_header_that_says_nothing_stay(header, name):
    column, said = read(csv(f"{header},pay\n46.3,5"), name)
    assert column == ["46.3"]
    assert "per cent" not in said


@pytest.mark.parametrize("cell", ["46 %", "46%", "46 pct", "46 Prozent", "46 percent", "46 per cent"])
def test_per_cent_beside_a_number(cell):
    assert read(csv(f"share,rate,pay\n{cell},{cell},5"), "share")[0] == ["0.46"]
    assert read(csv(f"share,rate,pay\n{cell},{cell},5"), "rate")[0] == ["46"]


@pytest.mark.parametrize("size", ["m", "M", "mn", "k", "K", "b", "Mio", "Mio.", "T€", "m€", "c", "p"])
@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u2009", "\u202f"])
def test_a_size_beside_a_number_is_never_left_out(size, space):
    column, _ = read(csv(f"pay,height\n5{space}{size},1.8"), "pay")
    assert read_records(SCHEMA, [{"pay": column[0]}]).problems


@pytest.mark.parametrize("space", ["", " ", "\u00a0", "\u2009", "\u202f"])
def test_what_may_be_meant_is_asked_whatever_the_space(space):
    asked = {"64k": "64000", "5m": "5000000", "5mn": "5000000", "3 tausend": "3000"}
    for typed, meant in asked.items():
        written = typed.replace("k", f"{space}k").replace("m", f"{space}m", 1)
        (problem,) = read_records(SCHEMA, [{"pay": written}]).problems
        assert problem.hint.endswith(f"Did you mean {meant}?")


def test_the_feature_s_own_unit_is_read():
    assert read(csv("height,pay\n1.80 m,5"), "height")[0] == ["1.80"]


def test_several_units_in_one_column_are_refused_and_said():
    column, said = read(csv("pay,height\n$900,1.8\n700 EUR,1.7\n€ 800,1.6\n750,1.6"), "pay")
    assert [bool(read_records(SCHEMA, [{"pay": cell}]).problems) for cell in column] == [True, True, True, False]
    assert "“usd”, “eur”" in said


def test_one_currency_in_several_spellings_is_read():
    column, said = read(csv("pay,height\n€900,1.8\n700 EUR,1.7\n800 eur,1.6"), "pay")
    assert (column, said) == (["900", "700", "800"], "No column gives share, rate.")


def test_a_unit_that_comes_later_is_refused():
    lines = "900 kg,1\n" * 2_100 + "500 g,1\n"
    column, _ = read(csv(f"pay,height\n{lines}"), "pay")
    assert (column[0], column[-1]) == ("900", "500 g")
