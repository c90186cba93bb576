"""Raw values in, typed rows or words out: tables of what comes in."""

import datetime as dt
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.data.feature import Choice, Feature
from ml.data.parsing import RefusedValue, read_value
from ml.data.records import MOST_UNKNOWN, read_columns, read_records
from ml.data.schema import Schema
from ml.data.value_words import LONGEST_TEXT
from ml.errors import InvalidRecord, Problem
from ml.files.cells.read_cells import CellRules

NUMBER = Feature("length", "Length", "number", low=0.0, high=20.0, seen=(4.3, 7.9), unit="cm", aliases=("len", "l"))
INTEGER = Feature("children", "Children", "integer", low=0, high=20, seen=(0, 4))
CATEGORY = Feature("region", "Region", "category", choices=(Choice("bay", "Bay Area"), Choice("north", "North coast")))
GRADE = Feature("grade", "Grade", "category", choices=(Choice(1, "1"), Choice(2, "2"), Choice(3, "Three")))
HISTORY = Feature("history", "History", "category", choices=(Choice(1.0, "Paid"), Choice(0.0, "Debts")))
BOOLEAN = Feature("online", "Online banking", "boolean")
SEEN = (dt.date(2001, 1, 1), dt.date(2020, 1, 1))
DATE = Feature(
    "since", "Customer since", "date", low=dt.date(2000, 1, 1), seen=(dt.date(2001, 1, 1), dt.date(2020, 1, 1))
)
TEXT = Feature("remark", "Remark", "text", blank="")
ALL = (NUMBER, INTEGER, CATEGORY, GRADE, HISTORY, BOOLEAN, DATE, TEXT)
SCHEMA = Schema(ALL, record_id="customer")
BLANK_ROW = (None,) * 7 + ("",)


def only(problems):
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize(
    ("feature", "raw", "value"),
    [
        (NUMBER, 5, 5.0),
        (NUMBER, 5.1, 5.1),
        (NUMBER, "5.1", 5.1),
        (NUMBER, " +5.1e0 ", 5.1),
        (NUMBER, ".5", 0.5),
        (NUMBER, "5.", 5.0),
        (NUMBER, "-0", 0.0),
        (NUMBER, 0, 0.0),
        (NUMBER, 20, 20.0),
        (NUMBER, "007", 7.0),
        (INTEGER, 3, 3),
        (INTEGER, 3.0, 3),
        (INTEGER, "3", 3),
        (INTEGER, "3.0", 3),
        (INTEGER, "3e0", 3),
        (CATEGORY, "bay", "bay"),
        (CATEGORY, "Bay Area", "bay"),
        (CATEGORY, "  bay ", "bay"),
        (GRADE, 1, 1),
        (GRADE, 1.0, 1),
        (GRADE, "1", 1),
        (GRADE, "Three", 3),
        (HISTORY, 1, 1.0),
        (HISTORY, "1", 1.0),
        (HISTORY, "Debts", 0.0),
        (BOOLEAN, True, True),
        (BOOLEAN, False, False),
        (BOOLEAN, 1, True),
        (BOOLEAN, 0.0, False),
        (BOOLEAN, "Yes", True),
        (BOOLEAN, "off", False),
        (BOOLEAN, "TRUE", True),
        (DATE, "2010-02-28", dt.date(2010, 2, 28)),
        (DATE, " 2010-02-28 ", dt.date(2010, 2, 28)),
        (DATE, "2010-02-28T00:00", dt.date(2010, 2, 28)),
        (DATE, "2010-02-28 00:00:00", dt.date(2010, 2, 28)),
        (DATE, dt.date(2010, 2, 28), dt.date(2010, 2, 28)),
        (DATE, dt.datetime(2010, 2, 28), dt.date(2010, 2, 28)),  # noqa: DTZ001
        (TEXT, "  as it is ", "  as it is "),
        (TEXT, 5, "5"),
        (TEXT, "x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
    ],
)
def test_a_value_is_read_as_the_kind_of_its_feature(feature, raw, value):
    read = read_value(feature, raw)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("feature", ALL)
@pytest.mark.parametrize("raw", [None, "", "   ", "\t"])
def test_nothing_is_a_blank_where_the_model_allows_it(feature, raw):
    assert read_value(feature, raw) == ("" if feature is TEXT else None)


@pytest.mark.parametrize(
    ("feature", "raw", "message"),
    [
        (NUMBER, "abc", "“abc” is not a number."),
        (NUMBER, "5,1", "“5,1” is not a number."),
        (NUMBER, "1_000", "“1_000” is not a number."),
        (NUMBER, "0x10", "“0x10” is not a number."),
        (NUMBER, "NA", "“NA” is not a number."),
        (NUMBER, "nan", "“nan” is not a number."),
        (NUMBER, "inf", "“inf” is not a number."),
        (NUMBER, "5.1 cm", "“5.1 cm” is not a number."),
        (NUMBER, True, "“true” is not a number."),
        (NUMBER, math.nan, "“nan” is not a number that can be calculated with."),
        (NUMBER, math.inf, "“inf” is not a number that can be calculated with."),
        (NUMBER, "1e999", "“1e999” is not a number that can be calculated with."),
        (NUMBER, 1e308, "“1e+308” is not a number that can be calculated with."),
        (NUMBER, 20.000001, "“20.000001” is above 20."),
        (NUMBER, "-1", "“-1” is below 0."),
        (NUMBER, [5.1], "One value is needed, not a list."),
        (NUMBER, {"a": 1}, "One value is needed, not an object."),
        (INTEGER, 1.5, "“1.5” is not a whole number."),
        (INTEGER, "1.5", "“1.5” is not a whole number."),
        (INTEGER, "one", "“one” is not a whole number."),
        (INTEGER, 2**53 + 2, "“9007199254740994” is not a number that can be calculated with."),
        (INTEGER, 21, "“21” is above 20."),
        (CATEGORY, "south", "“south” is not one of the choices."),
        (CATEGORY, "BAY", "“BAY” is not one of the choices."),
        (CATEGORY, 1, "“1” is not one of the choices."),
        (GRADE, 4, "“4” is not one of the choices."),
        (GRADE, 1.5, "“1.5” is not one of the choices."),
        (GRADE, True, "“true” is not one of the choices."),
        (BOOLEAN, "maybe", "“maybe” is neither true nor false."),
        (BOOLEAN, 2, "“2” is neither true nor false."),
        (DATE, "28.02.2010", "“28.02.2010” is not a date."),
        (DATE, "2010-02-30", "“2010-02-30” is not a date."),
        (DATE, "2010-02-281", "“2010-02-281” is not a date."),
        (DATE, "2010-02-28 tomorrow", "“2010-02-28 tomorrow” is not a date."),
        (DATE, "20100228", "“20100228” is not a date."),
        (DATE, 20100228, "“20100228” is not a date."),
        (DATE, True, "“true” is not a date."),
        (DATE, "1999-12-31", "“1999-12-31” is below 2000-01-01."),
        (TEXT, "x" * (LONGEST_TEXT + 1), "10,001 characters are too many."),
        (TEXT, ["a"], "One value is needed, not a list."),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(feature, raw, message):
    with pytest.raises(RefusedValue) as caught:
        read_value(feature, raw)
    assert caught.value.message == message
    assert caught.value.hint.startswith("Accepted: ")


@pytest.mark.parametrize(
    ("feature", "hint"),
    [
        (NUMBER, "Accepted: a number from 0 to 20 cm."),
        (Feature("a", "A", "number", low=1.0, unit="kg"), "Accepted: a number from 1 kg upwards."),
        (Feature("a", "A", "number", high=1.5), "Accepted: a number up to 1.5."),
        (Feature("a", "A", "number", unit="kg"), "Accepted: a number in kg."),
        (Feature("a", "A", "integer"), "Accepted: a whole number."),
        (CATEGORY, "Accepted: Bay Area, North coast."),
        (BOOLEAN, "Accepted: true or false."),
        (DATE, "Accepted: a date as YYYY-MM-DD from 2000-01-01 upwards."),
    ],
)
def test_the_hint_says_what_is_accepted(feature, hint):
    raw = object() if feature.kind != "text" else []
    with pytest.raises(RefusedValue) as caught:
        read_value(feature, raw)
    assert caught.value.hint == hint


def test_a_misspelt_choice_is_told_what_was_meant():
    with pytest.raises(RefusedValue, match="not one of the choices") as caught:
        read_value(CATEGORY, "bay aera")
    assert caught.value.hint.endswith("Did you mean 'Bay Area'?")


def test_long_values_are_cut_in_messages():
    with pytest.raises(RefusedValue) as caught:
        read_value(NUMBER, "x" * 1_000_000)
    assert caught.value.message == f"“{'x' * 40}…” is not a number."


@pytest.mark.parametrize("kind", ["number", "integer", "category", "boolean", "date", "text"])
@pytest.mark.parametrize("raw", [None, "", " "])
def test_what_the_model_needs_must_be_there(kind, raw):
    feature = Feature("needed", "Needed", kind, required=True, choices=(Choice("a", "A"),))
    records = read_records(Schema((feature,)), [{"needed": raw}, {}])
    assert [(problem.row, problem.message) for problem in records.problems] == [
        (0, "A value is needed."),
        (1, "A value is needed."),
    ]
    assert records.rows == (None, None)


def test_names_and_aliases_mean_the_same():
    records = read_records(SCHEMA, [{"length": 5}, {"len": 5}, {"l": "5"}])
    assert records.all_rows() == ((5.0, *BLANK_ROW[1:]),) * 3


def test_a_feature_that_comes_under_two_names_is_refused():
    problem = only(read_records(SCHEMA, [{"length": 5, "len": 6}]).problems)
    assert (problem.feature, problem.message) == ("length", "Came twice, as 'length' and as 'len'.")


def test_an_unknown_name_is_refused_with_the_closest_one():
    problem = only(read_records(SCHEMA, [{"lenght": 5}]).problems)
    assert (problem.row, problem.feature, problem.value) == (0, "lenght", 5)
    assert problem.hint == "Did you mean 'length'?"
    far = only(read_records(SCHEMA, [{"zzzzzz": 5}]).problems)
    assert far.hint == f"Its features: {', '.join(SCHEMA.names)}."


def test_files_may_bring_columns_that_the_model_does_not_know():
    assert read_records(SCHEMA, [{"zzzzzz": 5}], extra=True).all_rows() == (BLANK_ROW,)


def test_very_many_unknown_names_are_counted_not_listed():
    problems = read_records(SCHEMA, [{f"zzz{at}": at for at in range(100_000)}]).problems
    assert len(problems) == MOST_UNKNOWN + 1
    assert problems[-1].message == "The model has none of 99,980 further names."


@pytest.mark.parametrize("name", [None, 5, 5.5, ("a",), True])
def test_names_that_are_no_text_are_unknown(name):
    assert only(read_records(SCHEMA, [{name: 1}]).problems).feature == str(name)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (5, "a number"),
        (None, "nothing"),
        ("a", "a text"),
        ([1], "a list"),
        (True, "true or false"),
        (b"", "something else"),
    ],
)
def test_what_is_no_record_is_called_by_its_kind(raw, kind):
    problem = only(read_records(SCHEMA, [raw]).problems)
    assert problem.feature is None
    assert problem.message == f"A record is a set of named values, not {kind}."


def test_every_problem_of_every_record_is_reported():
    raws = [{"length": "x", "children": 1.5, "regoin": "bay"}, {"length": 5}, "no record", {"online": "maybe"}]
    records = read_records(SCHEMA, raws)
    assert [(problem.row, problem.feature) for problem in records.problems] == [
        (0, "regoin"),
        (0, "length"),
        (0, "children"),
        (2, None),
        (3, "online"),
    ]
    assert [row is None for row in records.rows] == [True, False, True, True]
    with pytest.raises(InvalidRecord) as caught:
        records.all_rows()
    assert caught.value.problems == records.problems
    assert "(4 more)" in caught.value.message


def test_a_problem_in_the_place_of_a_record_keeps_its_words_and_gets_its_row():
    records = read_records(SCHEMA, [{}, Problem(0, None, "1,2", "Too short.", "Longer.")])
    assert records.problems == (Problem(1, None, "1,2", "Too short.", "Longer."),)
    assert records.rows == (BLANK_ROW, None)


@pytest.mark.parametrize(
    ("raw", "record_id"),
    [("LP001", "LP001"), (17, "17"), (17.0, "17"), (" a ", "a"), (None, None), ("", None), (0, "0")],
)
def test_a_record_may_bring_its_own_name(raw, record_id):
    records = read_records(SCHEMA, [{"customer": raw}])
    assert records.ids == (record_id,)
    assert records.all_rows() == (BLANK_ROW,)


@pytest.mark.parametrize("raw", [["a"], {"a": 1}, True, "x" * 1001])
def test_what_cannot_name_a_record_is_refused(raw):
    assert only(read_records(SCHEMA, [{"customer": raw}]).problems).feature == "customer"


def test_without_a_record_id_its_column_is_unknown():
    assert only(read_records(Schema((NUMBER,)), [{"customer": 1}]).problems).feature == "customer"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"length": 4.2}, "The model has seen 4.3 to 7.9."),
        ({"length": 4.3}, ""),
        ({"length": 7.9}, ""),
        ({"length": None}, ""),
        ({"children": 5}, "The model has seen 0 to 4."),
        ({"since": "2000-12-31"}, "The model has seen 2001-01-01 to 2020-01-01."),
        ({"region": "bay"}, ""),
    ],
)
def test_values_outside_the_training_range_are_accepted_and_noted(raw, message):
    records = read_records(SCHEMA, [raw])
    assert records.problems == ()
    assert [note.message for note in records.notes] == ([message] if message else [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([*SCHEMA.position, "customer", "other"]), JSON))
def test_whatever_comes_in_is_typed_or_refused(raw):
    records = read_records(SCHEMA, [raw])
    row = records.rows[0]
    assert (row is None) == bool(records.problems)
    if row is not None:
        length, children, region, grade, history, online, since, remark = row
        assert length is None or (type(length) is float and 0 <= length <= 20)
        assert children is None or (type(children) is int and 0 <= children <= 20)
        assert region in (None, "bay", "north")
        assert grade in (None, 1, 2, 3)
        assert history in (None, 0.0, 1.0)
        assert online in (None, True, False)
        assert since is None or type(since) is dt.date
        assert type(remark) is str


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(0, 20))
def test_a_number_is_the_same_as_json_and_as_text(number):
    assert read_value(NUMBER, repr(number)) == read_value(NUMBER, number) == number


FEW_OR_MANY = pytest.mark.parametrize("times", [1, 5], ids=["few", "many"])  # many are read column by column
PEOPLE = Schema(
    (
        Feature("age", "Age", "integer", low=0, high=120, seen=(18, 90)),
        Feature("pay", "Pay", "number", required=True, seen=(0.0, 9.0), aliases=("wage",)),
        Feature("town", "Town", "category", choices=(Choice("A", "Aachen"), Choice("B", "Berlin"))),
    ),
    "id",
)
# What came; its row; its id; what is wrong; what is noted
BY_HAND = [
    ({"age": "40", "pay": "5.5", "town": "A"}, (40, 5.5, "A"), None, [], []),
    ({"age": 40, "pay": 5, "town": "Berlin", "id": " x "}, (40, 5.0, "B"), "x", [], []),
    ({"pay": "1e1", "age": ""}, (None, 10.0, None), None, [], [("pay", "The model has seen 0 to 9.")]),
    ({"wage": "0"}, (None, 0.0, None), None, [], []),
    (
        {"age": "5", "pay": None, "town": "A", "id": 7},
        None,
        "7",
        [("pay", "A value is needed.")],
        [("age", "The model has seen 18 to 90.")],
    ),
    (
        {"town": "x", "age": "130", "pay": ["1"]},
        None,
        None,
        [
            ("age", "“130” is above 120."),
            ("pay", "One value is needed, not a list."),
            ("town", "“x” is not one of the choices."),
        ],
        [],
    ),
    (
        {"pay": 1, "colour": "red", "wage": 2, "id": [1]},
        None,
        None,
        [
            ("pay", "Came twice, as 'pay' and as 'wage'."),
            ("id", "“[1]” cannot name a record."),
            ("colour", "The model has no feature of this name."),
        ],
        [],
    ),
    (3, None, None, [(None, "A record is a set of named values, not a number.")], []),
]


@FEW_OR_MANY
def test_rows_ids_problems_and_notes_of_each_record(times):
    came, rows, ids, wrong, noted = zip(*BY_HAND * times, strict=True)
    read = read_records(PEOPLE, came)
    assert read.rows == rows
    assert read.ids == ids
    said = [(problem.row, problem.feature, problem.message) for problem in read.problems]
    assert said == [(at, *each) for at, problems in enumerate(wrong) for each in problems]
    said = [(note.row, note.feature, note.message) for note in read.notes]
    assert said == [(at, *each) for at, notes in enumerate(noted) for each in notes]


@FEW_OR_MANY
def test_a_problem_has_what_came_and_what_is_accepted(times):
    read = read_records(PEOPLE, [{"wage": "5 EUR", "age": "130"}] * 5 * times)
    assert read.problems[:2] == (
        Problem(0, "age", "130", "“130” is above 120.", "Accepted: a whole number from 0 to 120."),
        Problem(0, "pay", "5 EUR", "“5 EUR” is not a number.", "Accepted: a number."),
    )
    assert [problem.row for problem in read.problems] == [at for at in range(5 * times) for _ in range(2)]


def test_a_table_is_read_by_the_same_rules():
    read = read_columns(
        PEOPLE,
        ["pay", "age", "note", "wage", "id"],
        [["1", "2"], ["x", "5"], "ab", "34", ["k", "k" * 201]],
        CellRules(schema=PEOPLE),
    )
    assert [(problem.row, problem.feature, problem.message) for problem in read.problems] == [
        (0, "pay", "Came twice, as 'pay' and as 'wage'."),
        (0, "age", "“x” is not a whole number."),
        (1, "pay", "Came twice, as 'pay' and as 'wage'."),
        (1, "id", f"“{'k' * 40}…” cannot name a record."),
    ]
    assert [column.values() for column in read.columns] == [[None, 5], [3.0, 4.0], [None, None]]
    assert read.columns[0].notes() == {1: "The model has seen 18 to 90."}


LIMITED = {"low": -2.0, "high": 1000.0, "seen": (0.0, 500.0)}


@pytest.mark.parametrize("many", [1, 30])
@pytest.mark.parametrize(
    ("feature", "text", "value", "message"),
    [
        (Feature("a", "A", "number", **LIMITED), "1000", 1000.0, "The model has seen 0 to 500."),
        (Feature("a", "A", "number", **LIMITED), "1000.0001", None, "“1000.0001” is above 1000."),
        (Feature("a", "A", "number", **LIMITED), "-2", -2.0, "The model has seen 0 to 500."),
        (Feature("a", "A", "number", **LIMITED), "-2.5", None, "“-2.5” is below -2."),
        (Feature("a", "A", "number", **LIMITED), "500", 500.0, ""),
        (Feature("a", "A", "number", **LIMITED), "", None, ""),
        (Feature("a", "A", "number"), "1e999", None, "“1e999” is not a number that can be calculated with."),
        (Feature("a", "A", "number"), "3.5e38", None, "“3.5e38” is not a number that can be calculated with."),
        (Feature("a", "A", "number", complete=True), "", None, "Not given; in training every row had a value."),
        (Feature("a", "A", "number", required=True), "", None, "A value is needed."),
        (Feature("a", "A", "number", hidden=True, default=4.0), "", 4.0, ""),
        (Feature("a", "A", "number", missing=("-1",)), "-1", None, ""),
        (Feature("a", "A", "integer"), "3.0", 3, ""),
        (Feature("a", "A", "integer"), "3.5", None, "“3.5” is not a whole number."),
        (Feature("a", "A", "integer"), "1e999", None, "“1e999” is not a number that can be calculated with."),
        (
            Feature("a", "A", "integer"),
            "9007199254740994",
            None,
            "“9007199254740994” is not a number that can be calculated with.",
        ),
        (Feature("a", "A", "integer", fractions=True), "3.5", 3.5, "The model has seen whole numbers only."),
        (Feature("a", "A", "integer", codes=(Choice(0, "7"), Choice(1, "8"))), "8", 1, ""),
    ],
)
def test_one_number_among_many_plain_ones_is_read_as_alone(feature, text, value, message, many):
    """A column of plain numbers is read at once; each of them is still read by the same rules."""
    others = "8" if feature.codes else "5"
    read = read_records(Schema((feature,)), [{"a": others}] * (many - 1) + [{"a": text}])
    refused = [problem.message for problem in read.problems]
    assert refused + [note.message for note in read.notes] == ([message] if message else [])
    assert {problem.row for problem in (*read.problems, *read.notes)} <= {many - 1}
    assert read.rows[-1] == (None if refused else (value,))
    assert all(row == ((1,) if feature.codes else (5,)) for row in read.rows[:-1])
    if read.rows[-1] is not None:
        assert type(read.rows[-1][0]) is type(value)
