"""A file is compared with training: what drifted is found, and files of the same population are left alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
from scipy.stats import chi2, chi2_contingency

from ml.batch.compare_file import SAMPLE_RECORDS, _chi_squared, _counted, _index, compare_file, every_nth
from ml.batch.score_file import score_file
from ml.data.feature import Feature
from tests.lanes import fewer
from tests.small import TRAINING, people, small_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


def compared(service, frame):
    bundle = service.model("binary")
    return compare_file(bundle, frame.to_dict("records"), set(frame.columns))


def test_files_of_the_same_population_are_left_alone(service):
    files = fewer(400, 40)
    said = [compared(service, people(1_000, seed=100 + at)).sentences() for at in range(files)]
    # At most 5 %, and three standard errors
    assert sum(map(bool, said)) / files <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / files)


@pytest.mark.parametrize(
    ("change", "label"),
    [
        (lambda frame: frame.assign(income=frame["income"] + 8), "Yearly income"),
        (lambda frame: frame.assign(debt=frame["debt"] * 1.8), "Debt"),
        (lambda frame: frame[(frame["region"] != "south") | (np.arange(len(frame)) % 4 == 0)], "Region"),
    ],
)
def test_drift_is_found_and_named(service, change, label):
    found = compared(service, change(people(1_000, seed=7)))
    assert [each.label for each in found.drift] == [label]
    assert f"most in {label}: its probabilities may not hold" in found.sentences()[-1]


def test_values_that_training_never_had_are_counted(service):
    frame = people(200, seed=9)
    frame.loc[:19, "income"] = 9_999.0
    [unseen] = compared(service, frame).unseen
    training = people()["income"][:TRAINING]
    outside = (frame["income"] < training.min()) | (frame["income"] > training.max())
    assert (unseen.feature, unseen.count, unseen.example) == ("income", outside.sum(), "9999.0")
    assert (
        f"{outside.sum()} of 200 records have values that training never had" in compared(service, frame).sentences()[0]
    )


def test_of_few_records_nothing_is_said_and_missing_columns_are_no_drift(service):
    frame = people(1_000, seed=7)
    assert compared(service, frame.assign(income=90.0).head(49)).drift == ()
    assert compared(service, frame.drop(columns=["income", "region"])).drift == ()
    assert compared(service, frame.head(0)).sentences() == []


def test_a_file_without_a_needed_column_is_compared_by_the_others(service):
    """Where missing values are averaged its records are scored, so that drift matters as everywhere."""
    assert service.model("binary").schema.features[1].required
    frame = people(1_000, seed=7).drop(columns="debt")
    assert compared(service, frame).drift == ()
    moved = compared(service, frame.assign(income=frame["income"] + 8))
    assert [each.label for each in moved.drift] == ["Yearly income"]
    assert moved.records == 1_000


def test_gaps_in_a_needed_column_are_no_drift_of_it(service):
    frame = people(1_000, seed=7)
    gaps = frame.assign(income=frame["income"].where(np.arange(1_000) % 3 > 0, None))
    assert compared(service, gaps).drift == ()
    moved = frame.assign(income=(frame["income"] + 8).where(np.arange(1_000) % 3 > 0, None))
    assert [each.label for each in compared(service, moved).drift] == ["Yearly income"]
    few = frame.assign(income=(frame["income"] + 8).where(np.arange(1_000) < 20, None))
    assert compared(service, few).drift == ()


def test_index_and_test_are_those_of_the_books():
    """Against scipy's G-test and chi-squared distribution; the index by its definition, with half a record more."""
    level = Feature("c", "C", "category", dtype="object")
    ours, theirs = (np.array(["a"] * a + ["b"] * b, dtype=object) for a, b in ((300, 300), (150, 50)))
    counts = _counted(level, ours, theirs)
    assert counts.tolist() == [[300, 300], [150, 50]]
    assert chi2_contingency(counts, correction=False, lambda_="log-likelihood").pvalue < 0.01
    old, new = np.array([300.5, 300.5]) / 601, np.array([150.5, 50.5]) / 201
    assert _index(level, ours, theirs, 0.01) == pytest.approx(((new - old) * np.log(new / old)).sum())
    for degrees in (1, 3, 10, 60):
        assert _chi_squared(degrees, 0.001) == pytest.approx(chi2.isf(0.001, degrees), rel=0.035)


def test_a_long_file_is_compared_by_lines_from_all_of_it():
    lines = [[str(row)] for row in range(4 * SAMPLE_RECORDS)]
    assert [line[0] for line in every_nth(lines)][:3] == ["0", "4", "8"]
    assert len(every_nth(lines)) == SAMPLE_RECORDS
    assert every_nth(lines[:5]) == lines[:5]


def test_a_file_that_is_scored_on_the_command_line_is_compared(service, tmp_path):
    for shift, words in ((0.0, False), (12.0, True)):
        frame = people(600, seed=11)
        source = io.BytesIO(frame.assign(income=frame["income"] + shift).to_csv(index=False).encode())
        done = score_file(service, "binary", source, tmp_path / f"{shift}.csv")
        assert done.scored == 600
        assert any("trained on" in note for note in done.notes) is words
