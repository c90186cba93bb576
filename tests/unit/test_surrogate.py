"""The tree against scikit-learn's, its rules against the records, and its fidelity against scikit-learn's metrics."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score
from sklearn.tree import DecisionTreeRegressor

from ml.bundle.bundle import Bundle
from ml.data.feature import Choice, Feature
from ml.errors import NoProbabilities
from ml.insights.grouped_values import grouped_values
from ml.insights.regression_tree import DEPTH, MOST_LEAVES, grow_tree, leaf_of
from ml.insights.surrogate import surrogate
from ml.metrics.evaluation import evaluation_of
from ml.service import open_service
from tests.small import small_model


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> dict[str, Bundle]:
    folder = tmp_path_factory.mktemp("models")
    service = open_service(folder)
    return {sort: service.model(small_model(sort, folder)) for sort in ("binary", "constant", "labels-only")}


def test_the_tree_is_scikit_learns_where_both_split_codes_best_first():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 16, (800, 3))
    target = np.sin(codes[:, 0] / 3.0) + (codes[:, 1] > 9) * (codes[:, 2] / 10.0) + rng.normal(0, 0.05, 800)
    leaves = grow_tree(codes, [17, 17, 17], [True] * 3, target)  # the last group: nothing is missing
    smallest = int(np.ceil(0.03 * 800))
    theirs = DecisionTreeRegressor(max_leaf_nodes=MOST_LEAVES, max_depth=DEPTH, min_samples_leaf=smallest)
    expected = theirs.fit(codes, target).predict(codes)
    ours = np.array([leaf.value for leaf in leaves])[leaf_of(leaves, codes)]
    assert r2_score(target, ours) == pytest.approx(r2_score(target, expected), abs=1e-9)
    np.testing.assert_allclose(ours, expected, atol=1e-9)


def test_choices_are_split_into_any_two_sets():
    # Group 0 and 2 are alike, 1 and 3 are alike: no cut along 0, 1, 2, 3 parts them, one split of sets does.
    codes = np.tile(np.arange(4), 50)[:, np.newaxis]
    target = np.isin(codes[:, 0], [0, 2]).astype(float)
    leaves = grow_tree(codes, [5], [False], target)
    assert sorted(leaf.value for leaf in leaves) == [0.0, 1.0]


def test_missing_values_go_to_the_better_side():
    codes = np.array([0] * 40 + [1] * 40 + [4] * 40)[:, np.newaxis]  # the last group of a number: missing
    target = np.array([0.0] * 40 + [1.0] * 40 + [0.0] * 40)
    leaves = grow_tree(codes, [5], [True], target)
    assert [leaf.value for leaf in leaves if leaf.allowed[0][4]] == [0.0]


def test_every_row_ends_in_exactly_one_leaf_no_deeper_than_four(bundles):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 6, (500, 5))
    leaves = grow_tree(codes, [7] * 5, [True, False] * 2 + [True], rng.random(500) + codes[:, 0] * codes[:, 1])
    unseen = np.array(np.meshgrid(*[range(7)] * 5)).reshape(5, -1).T
    inside = sum(np.all([leaf.allowed[at][unseen[:, at]] for at in range(5)], axis=0).astype(int) for leaf in leaves)
    assert (inside == 1).all()
    assert len(leaves) <= MOST_LEAVES
    assert max(leaf.depth for leaf in leaves) <= DEPTH


def test_rules_read_in_labels_and_units():
    income = Feature("income", "Income", "number", unit="k€")
    bins = grouped_values(income, np.arange(100.0), 4)
    assert bins.edges == (25.0, 50.0, 75.0)
    allowed = np.array([False, True, True, False, False, False])
    assert bins.words(allowed) == "Income 25 to under 75 k€"
    assert bins.words(np.array([True, False, False, False, False, False])) == "Income under 25 k€"
    assert bins.words(np.array([False, False, True, True, False, False])) == "Income at least 50 k€"
    assert bins.words(np.array([True] * 4 + [False] * 2)) == ""
    region = Feature("r", "Region", "category", "str", choices=(Choice("n", "North"), Choice("s", "South")))
    bins = grouped_values(region, np.array(["n", "s", None, "n"], dtype=object), 4)
    assert bins.words(np.array([True, False, False, False])) == "Region: North"
    assert bins.words(np.array([False, True, False, True])) == "Region: South or not known"
    assert bins.words(np.array([True, True, True, False])) == "Region known"


def test_a_rule_holds_for_the_records_that_it_counts(bundles):
    """The words are read back and applied to the raw hold-out: as many records as the rule says."""
    bundle = bundles["binary"]
    found = surrogate(bundle, "yes")
    block = dict(zip(bundle.schema.names, bundle.holdout.block, strict=True))
    labels = {feature.label: feature.name for feature in bundle.schema.features}
    total = 0
    for rule, records in zip(found.rules, found.records, strict=True):
        assert met(rule, block, labels).sum() == records
        total += records
    assert total == found.total == 150


def met(rule, block, labels):
    held = np.ones(150, dtype=bool)
    for condition in re.split(r", (?=[A-Z])| and (?=[A-Z])", rule):
        label = next(label for label in labels if condition.startswith(label))
        values, rest = block[labels[label]], condition.removeprefix(label)
        numbers = [float(text) for text in re.findall(r"[−\d.]+", rest.replace("−", "-").replace(",", ""))]
        if rest.startswith(": "):
            held &= np.isin(values, rest[2:].replace(", ", " or ").split(" or "))
        elif rest.startswith(" not "):
            held &= ~np.isin(values, rest[5:].replace(", ", " or ").split(" or "))
        elif " to under " in rest:
            held &= (near(values) >= numbers[0]) & (near(values) < numbers[1])
        else:
            held &= near(values) >= numbers[0] if "at least" in rest else near(values) < numbers[0]
    return held


def near(values):
    return np.array([float(f"{value:.6g}") for value in values])  # as many digits as the words have


def test_fidelity_is_scikit_learns_r2_and_agreement_on_the_hold_out(bundles):
    bundle = bundles["binary"]
    found = surrogate(bundle, "yes", 0.4)
    given = evaluation_of(bundle).of("yes").probabilities
    block = dict(zip(bundle.schema.names, bundle.holdout.block, strict=True))
    labels = {feature.label: feature.name for feature in bundle.schema.features}
    said = np.zeros(150)
    for rule, value in zip(found.rules, found.probability, strict=True):
        said[met(rule, block, labels)] = value
    assert found.fidelity == pytest.approx(r2_score(given, said))
    assert found.agreement == pytest.approx(accuracy_score(given >= 0.4, said >= 0.4))
    assert list(found.probability) == sorted(found.probability, reverse=True)


def test_a_constant_model_is_one_rule(bundles):
    found = surrogate(bundles["constant"], "yes")
    assert list(found.rules) == ["all records"]
    assert found.fidelity is None


def test_without_probabilities_there_are_no_rules(bundles):
    with pytest.raises(NoProbabilities):
        surrogate(bundles["labels-only"], "yes")
