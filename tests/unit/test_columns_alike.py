"""Columns of a file whose names differ in capitals, spaces and the like alone: never one of them by luck."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from ml.batch.check_header import check_header
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import InvalidData
from ml.files.open_table import open_table

SCHEMA = Schema((Feature("income", "Income", "number"), Feature("age", "Age", "number")))


def read(header, schema=SCHEMA, columns=None):
    table = open_table(io.BytesIO(f"{header}\n1,2,3\n".encode()), schema=schema, columns=columns)
    check_header(SimpleNamespace(schema=schema, name="m"), table.names, table.twice)
    return next(iter(table.rows)), " ".join(table.notes)


@pytest.mark.parametrize(
    ("header", "left_out"),
    [
        ("income,Income,age", "Income"),
        ("INCOME,income,age", "INCOME"),
        ("in_come,income,age", "in_come"),
    ],
)
def test_the_feature_s_own_name_wins_and_the_other_is_named(header, left_out):
    row, said = read(header)
    assert row["income"] == ("1" if header.startswith("income,") else "2")
    assert f"Column {left_out!r} was left out: income comes from 'income'." in said


@pytest.mark.parametrize(
    "header", ["Income,INCOME,age", "Income,income_,age", "IN COME,in-come,age", "iNcome,Income ,age"]
)
def test_of_two_that_read_alike_none_is_taken(header):
    with pytest.raises(InvalidData, match="came more than once: 'income'"):
        read(header)


def test_who_chooses_one_gets_it():
    row, said = read("Income,INCOME,age", columns={"INCOME": "income"})
    assert (row["income"], said) == ("2", "Column 'Income' was left out: income comes from 'INCOME'.")
    row, said = read("Income,INCOME,age", columns={"Income": ""})
    assert (row["income"], said) == ("2", "")


def test_features_that_differ_in_capitals_get_their_own():
    both = Schema((Feature("income", "Income", "number"), Feature("Income", "Income", "number")))
    row, said = read("Income,income,age", both)
    assert ((row["Income"], row["income"]), said) == (("1", "2"), "")


def test_columns_that_are_alike_and_give_nothing_do_no_harm():
    assert read("income,note,Note")[1] == "No column gives age."


@pytest.mark.parametrize(
    "header",
    [
        "t.income,t.AGE,t.note",
        "customers.age,customers.income,customers.id",
        "[dbo].[c].[note],[dbo].[c].[income],[dbo].[c].[age]",
    ],
)
def test_the_table_before_all_names_is_no_part_of_them(header):
    names = header.split(",")
    row, said = read(header)
    for feature in ("income", "age"):
        at = next(at for at, name in enumerate(names) if feature in name.casefold())
        assert row[feature] == str(at + 1)
    assert said == ""


def test_names_of_several_tables_are_left_as_they_are():
    with pytest.raises(InvalidData, match="No column of the file is a feature"):
        read("customers.income,orders.income,orders.age")
    numbers = Schema((Feature("1", "First", "number"), Feature("score", "Score", "number")))
    row, said = read("score,score.1,score.2", numbers)
    assert "1" not in row
    assert "No column gives 1." in said


def test_a_record_s_name_stands_behind_a_table_too():
    schema = Schema(SCHEMA.features, record_id="customer_id")
    assert read("c.Customer_ID,c.income,c.age", schema)[0] == {"customer_id": "1", "income": "2", "age": "3"}
