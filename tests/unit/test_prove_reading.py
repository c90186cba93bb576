"""A file is read alike when a model is judged by it and when it is scored."""

import numpy as np
import pandas as pd
import pytest

from ml.errors import InvalidData
from ml.training.checks.prove_reading import prove_reading
from ml.training.columns.training_table import MISSING, read_training_table
from ml.training.infer_schema import infer_schema

CELLS = {
    "number": ["1", "2.50", "-3e5", " 4", "", "NA", "0.1", "1e-300"],
    "whole": ["1", "02", "-3", "+4", "5", "6", "7", "8"],
    "truth": ["True", "False", "true", "FALSE", "True", "True", "False", "False"],
    "text": ["a", " a b ", "N/A", "", "null", "ä", "1", "a;b"],
    "gaps and whole": ["1", "", "3", "nan", "5", "6", "#N/A", "8"],
}


@pytest.mark.parametrize("name", CELLS)
def test_cells_of_every_sort_are_the_same_both_ways(name, tmp_path):
    path = tmp_path / "f.csv"
    pd.DataFrame({name: CELLS[name], "other": range(8)}).to_csv(path, index=False)
    frame = read_training_table(path).frame
    missing = {"missing": [text for text in MISSING if text]}
    schema = infer_schema(frame, {name: missing}, optional=True)
    assert prove_reading(schema, frame, path) == []


def test_random_numbers_are_the_same_to_the_last_digit(tmp_path):
    draw = np.random.default_rng(0)
    values = draw.normal(size=1500) * 10.0 ** draw.integers(-30, 30, 1500)
    path = tmp_path / "f.csv"
    pd.DataFrame({"x": values}).to_csv(path, index=False)
    frame = read_training_table(path).frame
    assert (frame["x"] == values).all()
    assert prove_reading(infer_schema(frame), frame, path) == []


def test_a_value_that_would_be_another_is_refused_with_its_place(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("code,x\n1,1\n2,2\n")
    frame = read_training_table(path).frame.assign(x=[1, 3])
    with pytest.raises(InvalidData, match=r"Column 'x' of f.csv, record 2: judging the model it is read as “3”, .*“2”"):
        prove_reading(infer_schema(frame), frame, path)


def test_what_the_description_refuses_is_told_with_its_count(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("x\n1\n2\n700\n")
    frame = read_training_table(path).frame
    said = prove_reading(infer_schema(frame, {"x": {"high": 100}}), frame, path)
    assert len(said) == 1
    assert said[0].startswith("1 of the first 3 records of f.csv would be refused when the file is scored: x: “700”")
