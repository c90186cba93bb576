"""The truth of a file is what its text says, in the classes of the estimator; never a guess."""

import pandas as pd
import pytest

from ml.errors import InvalidData
from ml.outcomes import Outcome, Outcomes
from ml.truth import read_truth


def exclusive(*values):
    return Outcomes(tuple(Outcome(str(value).lower(), str(value), value) for value in values), True, "")


@pytest.fixture
def written(tmp_path):
    def write(**columns):
        file = tmp_path / "t.csv"
        pd.DataFrame(columns).to_csv(file, index=False)
        return file

    return write


@pytest.mark.parametrize(
    ("cells", "classes", "truth"),
    [
        (["0", "1", "1"], ("0", "1"), ["0", "1", "1"]),
        (["0", "1", "1"], (0, 1), [0, 1, 1]),
        (["0.0", "1.0", "1"], (0, 1), [0, 1, 1]),
        (["True", "false", "1"], (False, True), [True, False, True]),
        (["None", "NA", "yes"], ("None", "NA", "yes"), ["None", "NA", "yes"]),
        (["01", "1", "1"], ("01", "1"), ["01", "1", "1"]),
    ],
)
def test_cells_are_the_estimator_s_own_classes(written, cells, classes, truth):
    found = read_truth(written(y=cells), ["y"], exclusive(*classes)).tolist()
    assert found == truth
    assert [type(value) for value in found] == [type(value) for value in truth]


def test_an_unknown_class_and_an_empty_cell_are_named(written):
    with pytest.raises(InvalidData, match=r"“maybe”, “”.*outcomes: no, yes"):
        read_truth(written(x=[1, 2, 3], y=["yes", "maybe", ""]), ["y"], exclusive("no", "yes"))


def test_no_is_not_yes(written):
    items = tuple(Outcome(name, name, name) for name in ("car", "boat"))
    file = written(car=["no", "yes", "No"], boat=["1.0", "0.0", "1"])
    truth = read_truth(file, ["car", "boat"], Outcomes(items, False, "car"))
    assert truth["car"].tolist() == [False, True, False]
    assert truth["boat"].tolist() == [True, False, True]


@pytest.mark.parametrize("cell", ["", "2", "maybe", "NaN"])
def test_what_is_neither_yes_nor_no_is_refused(written, cell):
    items = (Outcome("car", "car", "car"), Outcome("boat", "boat", "boat"))
    with pytest.raises(InvalidData, match="1 or 0"):
        read_truth(written(car=["1", cell], boat=["0", "1"]), ["car", "boat"], Outcomes(items, False, "car"))
