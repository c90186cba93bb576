"""The advice belongs to the fault: what an estimator says decides what a person is told to do."""

import numpy as np
import pandas as pd
import pytest

from ml.training.columns.hints import hint_for
from ml.training.columns.training_table import TrainingTable

FRAME = pd.DataFrame({"age": [1.0, np.nan], "town": ["Linz", "Graz"], "big": [1.0, np.inf]})


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("could not convert string to float: 'Graz'", "Column 'town' holds “Graz”. It was fitted on numbers"),
        ("Input X contains NaN.", "there are some in age."),
        ("Input X contains infinity or a value too large for dtype('float64').", "infinite values in big"),
        ("Found unknown categories ['x'] in column 0 during transform", "values that the estimator did not learn"),
        ("Can only use .dt accessor with datetimelike values", 'kind = "date"'),
        ("X has 3 features, but Tree is expecting 2 features as input.", "It was given 3 columns"),
        ("columns are missing: {'x'}", "They must be called as in the frame that it was fitted on"),
        ("something else", "Leave others out of the file."),
    ],
)
def test_each_fault_has_its_advice(said, advice):
    assert advice in hint_for(said, object(), TrainingTable(FRAME), list(FRAME))


@pytest.mark.parametrize("said", ["it gives nan where a probability is due", "Input contains infinity"])
def test_no_gap_or_infinite_value_is_blamed_where_the_table_has_none(said):
    """Such an estimator makes them itself."""
    whole = pd.DataFrame({"age": [1.0, 2.0]})
    assert "Leave others out of the file." in hint_for(said, object(), TrainingTable(whole), ["age"])
