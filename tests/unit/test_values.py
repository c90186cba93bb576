"""Values are read and written as people write them, and nothing of them is lost."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from ml.data.columns import column, values_of
from ml.data.feature import Choice, Feature, text_of
from ml.data.parsing import RefusedValue, read_value
from ml.data.schema import Schema
from ml.data.schema_json import from_json, to_json
from ml.data.value_words import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6.98, "6.98"),
        (24.0, "24"),
        (-4.3189154, "-4.31892"),
        (0.00012, "0.00012"),
        (99985.62, "99985.6"),
        (99_999_985.62, "99999986"),
        (-1_000_014.5, "-1000014"),
        (1e20, "1e+20"),
        (1.5e14 + 0.5, "150000000000000"),
    ],
)
def test_numbers_up_to_15_digits_have_no_exponent(value, text):
    assert shown(value) == text


TOWN = Feature(
    "town",
    "Town",
    "category",
    unknown=True,
    choices=(Choice("Sankt P\u00f6lten", "Capital"), Choice("Ko\u0308ln", "K\u00f6ln")),
)


@pytest.mark.parametrize("raw", ["Sankt P\u00f6lten", "Sankt Po\u0308lten", " Sankt Po\u0308lten ", "Capital"])
def test_a_choice_is_the_same_in_either_form_of_unicode(raw):
    assert read_value(TOWN, raw) == "Sankt P\u00f6lten"
    assert read_value(TOWN, "K\u00f6ln") == read_value(TOWN, "Ko\u0308ln") == "Ko\u0308ln"  # as training wrote it


def test_texts_that_differ_in_their_form_only_stay_two_choices_where_training_has_both():
    both = replace(TOWN, choices=(Choice("\u00e9", "one"), Choice("e\u0301", "two")))
    assert [read_value(both, raw) for raw in ("\u00e9", "e\u0301")] == ["\u00e9", "e\u0301"]


CHOICES = Feature("paid", "Paid", "category", choices=(Choice(0, "No"), Choice(1, "Yes")))


@pytest.mark.parametrize("raw", ["1", "1.0", 1, 1.0, "Yes", " 1.00 "])
def test_a_choice_that_is_a_number_may_be_written_as_any_equal_number(raw):
    assert read_value(CHOICES, raw) == 1


@pytest.mark.parametrize("raw", ["2", "1.5", "1e400", "one"])
def test_another_number_is_no_choice(raw):
    with pytest.raises(RefusedValue, match="not one of the choices"):
        read_value(CHOICES, raw)


WHEN = Feature("seen", "Seen", "date", "datetime64[us]", timed=True)
VIENNA = Feature("seen", "Seen", "date", "datetime64[us, Europe/Vienna]", timed=True, zone="Europe/Vienna")
DAY = Feature("since", "Since", "date", "datetime64[us]")


@pytest.mark.parametrize(
    ("feature", "raw", "text"),
    [
        (WHEN, "2024-05-17T10:30", "2024-05-17 10:30"),
        (WHEN, "2024-05-17 10:30:07.25", "2024-05-17 10:30:07.250000"),
        (WHEN, "2024-05-17", "2024-05-17 00:00"),
        (WHEN, dt.datetime(2024, 5, 17, 1), "2024-05-17 01:00"),  # noqa: DTZ001 - a time of no zone
        (VIENNA, "2024-05-17T10:30", "2024-05-17 10:30+02:00"),
        (VIENNA, "2024-05-17T10:30Z", "2024-05-17 12:30+02:00"),
        (VIENNA, "2024-01-17T10:30-05:00", "2024-01-17 16:30+01:00"),
        (DAY, "2024-05-17 00:00:00", "2024-05-17"),
    ],
)
def test_a_time_of_day_and_a_zone_stay(feature, raw, text):
    value = read_value(feature, raw)
    assert text_of(value) == text
    assert read_value(feature, text) == value
    assert values_of(feature, column(feature, [value, None])) == [value, None]


@pytest.mark.parametrize(
    ("feature", "raw", "said"),
    [
        (DAY, "2024-05-17 10:30", "has a time of day; the model knows days only."),
        (WHEN, "2024-05-17T10:30+02:00", "names a time zone; the model knows none."),
        (WHEN, "17.5.2024", "is not a date."),
    ],
)
def test_a_time_that_would_be_lost_is_refused(feature, raw, said):
    with pytest.raises(RefusedValue, match=said):
        read_value(feature, raw)


def test_the_hour_that_comes_twice_is_kept_apart():
    """In Vienna the clock showed 02:30 twice on 2024-10-27."""
    first, second = (read_value(VIENNA, f"2024-10-27T{hour}:30Z") for hour in ("00", "01"))
    assert (text_of(first), text_of(second)) == ("2024-10-27 02:30+02:00", "2024-10-27 02:30+01:00")
    array = column(VIENNA, [first, second])
    assert (array[1] - array[0]).astype("timedelta64[m]").astype(int) == 60
    assert [text_of(value) for value in values_of(VIENNA, array)] == [text_of(first), text_of(second)]


def test_a_schema_with_times_levels_and_markers_comes_back_from_json():
    schema = Schema(
        (
            replace(VIENNA, seen=(read_value(VIENNA, "2024-01-01"), read_value(VIENNA, "2024-07-01T10:30"))),
            Feature(
                "plan", "Plan", "category", "category", choices=(Choice("b", "B"),), levels=("b", "a"), ordered=True
            ),
            Feature("note", "Note", "text", "str", blank="", missing=("NA", "null"), complete=True),
            Feature("rooms", "Rooms", "integer", "int64", fractions=True),
        )
    )
    assert from_json(json.loads(json.dumps(to_json(schema)))) == schema
