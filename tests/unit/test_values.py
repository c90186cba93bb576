"""Numbers are written as people write them."""

import pytest

from ml.values import shown


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
