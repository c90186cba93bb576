"""Of a long file the rows that tell its readings apart: spread evenly, and the first with each thing that is rare."""

import numpy as np
import pandas as pd

from ml.training.columns.telling_rows import RARE, SPREAD, telling_rows
from ml.training.columns.training_table import TrainingTable

ROWS = 7_000


def rows_of(**columns):
    return set(telling_rows(TrainingTable(pd.DataFrame(columns)), list(columns)).tolist())


def numbers_as_texts():
    return pd.Series([f"{at / 7:.2f}" for at in range(ROWS)], dtype="str")


def test_all_rows_of_a_short_file():
    assert rows_of(a=np.arange(SPREAD)) == set(range(SPREAD))


def test_a_space_among_thousands_of_numbers_is_there():
    charges = numbers_as_texts()
    charges[[4_321, 5_000]] = " "
    assert 4_321 not in rows_of(a=np.arange(ROWS))
    assert rows_of(charges=charges) >= {4_321}
    assert len(rows_of(charges=charges)) == SPREAD + 1


def test_a_gap_and_a_level_that_no_spread_row_shows_are_there():
    income = np.arange(ROWS, dtype=float)
    income[777] = np.nan
    plan = np.where(np.arange(ROWS) % 2, "basic", "plus").astype(object)
    plan[3_333] = "gold"
    found = rows_of(income=income, plan=plan)
    assert found >= {777, 3_333}
    assert len(found) == SPREAD + 2


def test_of_free_texts_and_of_very_many_rare_things_not_all_are_taken():
    names = pd.Series([f"name {at}" for at in range(ROWS)], dtype="str")
    assert len(rows_of(name=names)) == SPREAD
    many = {f"x{at}": np.where(np.arange(ROWS) == at * 11 + 3, np.nan, 1.0) for at in range(600)}
    assert len(rows_of(**many)) <= SPREAD + RARE
