"""The truth of a file is what its text says, in the classes of the estimator; never a guess."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ml.data.outcomes import Outcome, Outcomes
from ml.errors import InvalidData
from ml.training.columns.memory_table import frame_table
from ml.training.columns.training_table import read_training_table
from ml.training.target import read_truth, yes_class
from ml.training.trained import outcomes_of


def exclusive(*values):
    return Outcomes(tuple(Outcome(str(value).lower(), str(value), value) for value in values), True, "")


@pytest.fixture
def written(tmp_path):
    def write(**columns):
        file = tmp_path / "t.csv"
        pd.DataFrame(columns).to_csv(file, index=False)
        return read_training_table(file)

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
    with pytest.raises(InvalidData, match="1 or 0" if cell else "Column 'car' of t.csv is empty in 1 of 2 rows"):
        read_truth(written(car=["1", cell], boat=["0", "1"]), ["car", "boat"], Outcomes(items, False, "car"))


def test_words_are_classes_where_somebody_says_so(written):
    found = read_truth(written(y=["left", "stayed", "left "]), ["y"], exclusive(0, 1), {"left": 1, "stayed": 0})
    assert found.tolist() == [1, 0, 1]
    with pytest.raises(InvalidData, match="--map left=0 --map stayed=1, or another way round"):
        read_truth(written(y=["left", "stayed"]), ["y"], exclusive(0, 1))


@pytest.mark.parametrize("words", [["Ja", "Nein"], ["Nein", "Ja"], ["Oui", "Non"], ["YES", "no"]])
def test_words_of_yes_are_not_proposed_for_the_class_of_no(written, words):
    yes, no = sorted(words, key=lambda word: word.casefold() in ("nein", "non", "no"))
    with pytest.raises(InvalidData, match=f"--map {no}=0 --map {yes}=1.$"):
        read_truth(written(y=words), ["y"], exclusive(0, 1))


@pytest.mark.parametrize(
    ("classes", "told", "yes"),
    [
        ([0, 1], {}, None),
        ([False, True], {}, None),
        ([0], {}, None),
        (["no", "yes"], {}, "yes"),
        (["N", "Y"], {}, "Y"),
        (["false", "true"], {}, "true"),
        (["0", "1"], {}, "1"),
        (["Ja", "Nein"], {}, "Ja"),
        (["no"], {}, "yes"),
        (["bought", "not"], {"bought": "yes", "not": "no"}, "bought"),
        ([1, 2], {"1": "no", "2": "yes"}, 2),
    ],
)
def test_the_class_that_means_yes_is_read_and_not_guessed(classes, told, yes):
    assert yes_class("car", classes, told) == yes


@pytest.mark.parametrize(
    "classes", [["bought", "not"], [1, 2], ["yes", "true"], ["a", "b", "c"], ["yes", "no", "never"]]
)
def test_classes_that_do_not_say_which_means_yes_are_refused(classes):
    with pytest.raises(InvalidData, match=r"not clear|has 3 classes"):
        yes_class("car", classes)


def test_frames_in_memory_have_classes_and_not_texts():
    table = frame_table(pd.DataFrame({"a": [1, 2, 3]}), pd.Series([True, False, True]), ["y"], "X")
    assert read_truth(table, ["y"], exclusive(False, True)).tolist() == [True, False, True]
    with pytest.raises(InvalidData, match="Column 'y' of X is empty in 1 of 2 rows"):
        read_truth(frame_table(pd.DataFrame({"a": [1, 2]}), [1.0, float("nan")], ["y"], "X"), ["y"], exclusive(0, 1))


@pytest.mark.parametrize(
    "classes",
    [
        np.array(["2024-01-01", "2024-02-01"], dtype="datetime64[ns]"),
        np.array([dt.timedelta(1), dt.timedelta(2)]),
        np.array([("a", 1), ("b", 2), None], dtype=object)[:2],
    ],
)
def test_classes_that_are_no_texts_and_no_numbers_are_refused_in_words(classes):
    with pytest.raises(InvalidData, match="an outcome is a text or a number") as refused:
        outcomes_of(SimpleNamespace(classes_=classes))
    assert "astype(str)" in refused.value.hint
