"""Numbers are written as people write them."""

import pytest

from ml.schema import Choice, Feature
from ml.values import Refused, read_value, shown


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


CHOICES = Feature("paid", "Paid", "category", choices=(Choice(0, "No"), Choice(1, "Yes")))


@pytest.mark.parametrize("raw", ["1", "1.0", 1, 1.0, "Yes", " 1.00 "])
def test_a_choice_that_is_a_number_may_be_written_as_any_equal_number(raw):
    assert read_value(CHOICES, raw) == 1


@pytest.mark.parametrize("raw", ["2", "1.5", "1e400", "one"])
def test_another_number_is_no_choice(raw):
    with pytest.raises(Refused, match="not one of the choices"):
        read_value(CHOICES, raw)
