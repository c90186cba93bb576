"""Rows of the fault matrix: nothing lost or twice, no wrong answer, no error, and nobody silent but who was killed."""

import pytest

from tests.faults.matrix import cost_of
from tests.faults.matrix_rows import ROWS
from tests.faults.places import missing
from tests.lanes import ALL

PUSHED = [row for row in ROWS if row.what == "the runner is killed"]


@pytest.mark.parametrize("row", ROWS if ALL else PUSHED, ids=lambda row: row.what.replace(" ", "-"))
def test_a_fault_costs_no_job_and_no_right_answer(row, tmp_path):
    try:
        cost = cost_of(row, tmp_path / "house", 3.0 if ALL else 1.0)
    except LookupError as error:
        missing(str(error))
    assert cost.is_right(row), cost
