"""Training files are read in the dialects in which files are scored, with the dtypes that pandas gives."""

import openpyxl
import pandas as pd
import pytest

from ml.errors import InvalidData
from ml.files.text.read_options import ReadOptions
from ml.training.columns.training_table import read_training_table

ROWS = [["Name", "Rooms", "y"], ["Müller", "3", "yes"], ["Gómez", "4", "no"]]
WANTED = pd.DataFrame({"Name": ["Müller", "Gómez"], "Rooms": [3, 4], "y": ["yes", "no"]})


def text(separator=";"):
    return "".join(separator.join(row) + "\r\n" for row in ROWS)


@pytest.mark.parametrize(
    "data",
    [
        text(",").encode(),
        text().encode("cp1252"),
        text("\t").encode("utf-16"),
        ("sep=;\r\n" + text()).encode("cp1252"),
        ("Report of March\r\n\r\n" + text() + ";;\r\n;;\r\n").encode("cp1252"),
    ],
)
def test_any_dialect_gives_the_frame_of_its_plain_twin(tmp_path, data):
    (tmp_path / "t.csv").write_bytes(data)
    table = read_training_table(tmp_path / "t.csv", known=["y"])
    pd.testing.assert_frame_equal(table.frame, WANTED)
    assert table.texts(["Rooms"])["Rooms"].tolist() == ["3", "4"]


def test_a_workbook_is_a_training_file(tmp_path):
    book = openpyxl.Workbook()
    for name, rooms, y in ROWS:
        book.active.append([name, int(rooms) if rooms.isdecimal() else rooms, y])
    book.save(tmp_path / "t.xlsx")
    pd.testing.assert_frame_equal(read_training_table(tmp_path / "t.xlsx", known=["y"]).frame, WANTED)


def test_what_somebody_says_goes_first(tmp_path):
    (tmp_path / "t.csv").write_bytes(text("#").encode("cp1252"))
    found = read_training_table(tmp_path / "t.csv", options=ReadOptions(separator="#"), known=["y"])
    pd.testing.assert_frame_equal(found.frame, WANTED)
    with pytest.raises(InvalidData, match="not UTF-8"):
        read_training_table(tmp_path / "t.csv", options=ReadOptions(separator="#", encoding="utf-8"))
