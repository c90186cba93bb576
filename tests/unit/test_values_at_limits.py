"""Values at the exact limits of what is read, what was seen in training, and what a sentence names."""

import datetime as dt

import pytest

from ml.data.feature import MOST_LISTED, Choice, Feature
from ml.data.parsing import LARGEST, LARGEST_INTEGER, RefusedValue, read_value, with_point
from ml.data.value_words import LONGEST_TEXT, MOST_NAMED, accepted, gap_sentences, quote, shown, unseen
from ml.locale import format_of_locale, use_number_format

NUMBER = Feature("length", "Length", "number", low=-1.5, high=20.0, seen=(4.3, 7.9))
FREE = Feature("length", "Length", "number")
INTEGER = Feature("children", "Children", "integer")
FRACTIONS = Feature("children", "Children", "integer", fractions=True, low=0, high=3)
TEXT = Feature("remark", "Remark", "text", blank="")
DAY = Feature("since", "Since", "date", low=dt.date(2000, 1, 1), high=dt.date(2020, 1, 1))


def refused(feature, raw):
    with pytest.raises(RefusedValue) as error:
        read_value(feature, raw)
    return error.value.message


def choices(count, **more):
    return Feature("town", "Town", "category", choices=tuple(Choice(f"t{at}", f"T{at}") for at in range(count)), **more)


@pytest.mark.parametrize(("raw", "value"), [(-1.5, -1.5), ("20", 20.0), (20, 20.0)])
def test_the_ends_of_a_range_are_within(raw, value):
    assert read_value(NUMBER, raw) == value


@pytest.mark.parametrize(("raw", "said"), [("20.01", "“20.01” is above 20."), (-1.51, "“-1.51” is below -1.5.")])
def test_just_beyond_the_ends_is_not(raw, said):
    assert refused(NUMBER, raw) == said


def test_days_at_the_ends_of_their_range():
    assert read_value(DAY, "2000-01-01") == dt.date(2000, 1, 1)
    assert read_value(DAY, dt.date(2020, 1, 1)) == dt.date(2020, 1, 1)
    assert "is below 2000-01-01" in refused(DAY, "1999-12-31")
    assert "is above 2020-01-01" in refused(DAY, "2020-01-02")


def test_the_largest_numbers_that_can_be_calculated_with():
    for sign in (1, -1):
        assert read_value(FREE, sign * LARGEST) == sign * LARGEST
        assert "not a number that can be calculated with" in refused(FREE, sign * 3.5e38)
        assert read_value(INTEGER, sign * LARGEST_INTEGER) == sign * LARGEST_INTEGER
        assert "not a number that can be calculated with" in refused(INTEGER, sign * (LARGEST_INTEGER + 2))
    for raw in ("1e400", float("inf"), float("nan"), 10**400):
        assert "not a number that can be calculated with" in refused(FREE, raw)
        assert "not a number that can be calculated with" in refused(INTEGER, raw)


def test_whole_numbers_are_whole_unless_the_model_takes_fractions():
    assert read_value(INTEGER, "3.0") == 3
    assert isinstance(read_value(INTEGER, "3.0"), int)
    assert "is not a whole number" in refused(INTEGER, "2.5")
    assert read_value(FRACTIONS, "2.5") == 2.5
    assert "is above 3" in refused(FRACTIONS, "3.5")
    assert "is above 3" in refused(FRACTIONS, "4")


def test_a_text_of_the_greatest_length_and_one_character_more():
    assert read_value(TEXT, "x" * LONGEST_TEXT) == "x" * LONGEST_TEXT
    assert refused(TEXT, "x" * (LONGEST_TEXT + 1)) == "10,001 characters are too many."
    unknown = choices(2, unknown=True)
    assert read_value(unknown, "x" * LONGEST_TEXT) == "x" * LONGEST_TEXT
    assert refused(unknown, "x" * (LONGEST_TEXT + 1)) == "10,001 characters are too many."


@pytest.mark.parametrize(("value", "said"), [(4.3, ""), (7.9, ""), (4.2, "4.3 to 7.9"), (8.0, "4.3 to 7.9")])
def test_the_ends_of_what_was_seen_were_seen(value, said):
    assert said in unseen(NUMBER, value)
    assert bool(said) == bool(unseen(NUMBER, value))


def test_what_cannot_be_unseen():
    assert unseen(FREE, 1e9) == ""
    assert unseen(FREE, None) == ""
    assert unseen(choices(2), "elsewhere") == ""  # the estimator takes no other: it is refused instead


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (99_999.5, "99999.5"),
        (100_000.5, "100000"),
        (-100_000.5, "-100000"),
        (1e15 + 0.5, "1e+15"),
        (True, "true"),
    ],
)
def test_where_digits_end_that_say_something(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(("count", "cut"), [(40, ""), (41, "…")])
def test_what_was_received_is_quoted_up_to_forty_characters(count, cut):
    assert quote("x" * count) == f"“{'x' * 40}{cut}”"


def test_choices_are_named_up_to_a_number_then_some_then_three():
    labels = [f"T{at}" for at in range(MOST_LISTED + 1)]
    assert accepted(choices(MOST_NAMED)) == f"Accepted: {', '.join(labels[:MOST_NAMED])}."
    assert accepted(choices(MOST_NAMED + 1)) == f"Accepted: {', '.join(labels[:MOST_NAMED])}, …."
    assert accepted(choices(MOST_LISTED)) == f"Accepted: {', '.join(labels[:MOST_NAMED])}, …."
    assert accepted(choices(MOST_LISTED + 1)) == f"Accepted: T0, T1, T2 and {MOST_LISTED - 2:,} more."
    assert refused(choices(MOST_LISTED), "elsewhere") == "“elsewhere” is not one of the choices."
    assert refused(choices(MOST_LISTED + 1), "elsewhere") == (
        f"“elsewhere” is not one of the {MOST_LISTED + 1:,} choices."
    )


@pytest.mark.parametrize(
    ("feature", "said"),
    [
        (Feature("a", "A", "number", low=0.0, high=2.0, unit="cm"), "Accepted: a number from 0 to 2 cm."),
        (Feature("a", "A", "number", low=0.0, unit="cm"), "Accepted: a number from 0 cm upwards."),
        (Feature("a", "A", "number", high=2.0), "Accepted: a number up to 2."),
        (Feature("a", "A", "number", unit="cm"), "Accepted: a number in cm."),
        (INTEGER, "Accepted: a whole number."),
        (Feature("a", "A", "integer", fractions=True), "Accepted: a number."),
        (Feature("a", "A", "boolean"), "Accepted: true or false."),
        (TEXT, "Accepted: text of up to 10,000 characters."),
    ],
)
def test_what_is_accepted_by_hand(feature, said):
    assert accepted(feature) == said


def test_gaps_are_said_the_commonest_first_and_one_record_has_where_two_have():
    assert gap_sentences({"Age": 1, "Debt": 2_000, "Income": 1}) == [
        "Debt: 2,000 records have no value; in training every row had one.",
        "Age: 1 record has no value; in training every row had one.",
        "Income: 1 record has no value; in training every row had one.",
    ]
    assert gap_sentences({"Age": 1}, "of the first 200 records") == [
        "Age: 1 of the first 200 records has no value; in training every row had one."
    ]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1.234,5", 1234.5), ("1234,5", 1234.5), (" -12,25 ", -12.25), ("1.5", 1.5), ("1.234.567,0", 1234567.0)],
)
def test_numbers_with_a_decimal_comma(raw, value):
    comma = Feature("length", "Length", "number", decimal=",")
    assert read_value(comma, raw) == value
    assert with_point("1,2,3") == "1,2,3"
    assert "is not a number" in refused(comma, "1,2,3")
    assert "is not a number" in refused(FREE, "12,25")


def test_a_choice_that_is_a_number_is_found_however_it_is_spelled():
    numeric = Feature("size", "Size", "category", choices=(Choice(1.5, "1.5"), Choice(2.0, "2")))
    assert read_value(numeric, "1.50") == 1.5
    text = Feature("size", "Size", "category", choices=(Choice("1.5", "1.5"), Choice("-1", "-1")))
    assert read_value(text, "-1.0") == "-1"  # pandas writes whole numbers so
    assert "not one of the choices" in refused(text, "1.50")
    assert "not one of the choices" in refused(text, dt.date(2020, 1, 1))


def test_of_many_choices_only_the_similar_one_is_named():
    town = choices(MOST_LISTED + 1)
    with pytest.raises(RefusedValue) as error:
        read_value(town, "T12x")
    assert error.value.hint == "Did you mean 'T12'?"


def test_an_unknown_number_is_one_as_programs_write_it():
    numeric = Feature("size", "Size", "category", choices=(Choice(1.5, "1.5"), Choice(2.0, "2")), unknown=True)
    assert read_value(numeric, "7.25") == 7.25
    for raw in ("1_000", "abc", "1e999"):
        assert "is not a number" in refused(numeric, raw)


def test_a_day_is_the_beginning_of_it_where_a_time_is_asked_for():
    timed = Feature("since", "Since", "date", timed=True)
    assert read_value(timed, dt.date(2020, 1, 1)) == dt.datetime.fromisoformat("2020-01-01")
    assert accepted(timed) == "Accepted: a date and time as YYYY-MM-DD HH:MM."


def test_only_values_that_are_none_of_the_choices_are_noted():
    open_ = choices(2, unknown=True)
    assert unseen(open_, "t1") == ""
    assert unseen(open_, "zzz") == "“zzz” is not one of the values that the model knows."


def test_large_and_small_numbers_are_shown_whole_and_in_the_readers_marks():
    assert (shown(10**16), shown(123456.7)) == ("10000000000000000", "123457")
    with use_number_format(format_of_locale("de")):
        assert (shown(1234567.0), shown(2e-7)) == ("1.234.567", "2e-07")


def test_nothing_is_quoted_as_its_name():
    assert quote(None) == "“None”"
