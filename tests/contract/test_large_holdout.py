"""With 200,000 rows in the hold-out every plot draws, stays small, and counts all records or says how many.

60,000 in the push lane: more than any plot reads value by value.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest

from layouts.performance import threshold_table
from ml.bundle.holdout import COLUMNS, SCORES
from ml.errors import NothingToShow
from ml.metrics.custom import custom_measures_of
from ml.metrics.evaluation import evaluation_of
from ml.metrics.overview import overview
from ml.plots.catalogue import CATALOGUE
from ml.plots.drawn_plots import drawn, plot_rows
from ml.plots.table import TextTable
from ml.predict.predictor import SklearnPredictor
from ml.service import Service, open_service
from tests.lanes import fewer
from tests.large import large_model

ROWS = fewer(200_000, 60_000)
MOST = 300_000  # bytes of JSON
SAMPLED = {"association": "50,000", "leaks": "50,000", "importance": None, "dependence": None, "interaction": None}
SAMPLED |= {"dependence-of-two": None, "contributions": None}


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Service:
    """Two versions of one model on the same rows."""
    folder = tmp_path_factory.mktemp("models")
    large_model("logistic", ROWS, folder, training=2_000)
    large_model("logistic", ROWS, folder, training=3_000)
    return open_service(folder)


@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_every_plot_draws_and_is_bounded(large, plot):
    found = drawn(large, "logistic", plot.key)
    is_table = isinstance(found.figure, TextTable)
    assert found.figure.rows if is_table else found.figure.data
    assert len(json.dumps(asdict(found.figure)) if is_table else found.figure.to_json()) <= MOST
    _, rows = plot_rows(large, "logistic", plot.key)
    assert 0 < len(rows) <= 5_000
    if plot.key in SAMPLED:
        said = re.search(rf"a sample of ([\d,]+) of the {ROWS:,} records of the hold-out", found.sentence)
        assert said is not None
        assert SAMPLED[plot.key] in (None, said[1])


def test_what_the_page_opens_with_is_bounded_and_counts_every_record(large):
    bundle = large.model("logistic")
    found = overview(large, bundle, "yes")
    sent = threshold_table.table_data(found, bundle.outcomes, "yes", custom_measures_of(bundle.card, "yes"))
    assert len(str(sent)) <= MOST
    assert found.table.positive + found.table.negative == ROWS
    cells = ("true_positive", "false_positive", "false_negative", "true_negative")
    assert {sum(row) for row in zip(*(found.table.columns[cell] for cell in cells), strict=True)} == {ROWS}


def test_the_hold_out_is_neither_parsed_nor_scored(large, monkeypatch):
    service = open_service(large.registry.folder)
    bundle = service.model("logistic")
    assert {COLUMNS, SCORES} <= {path.name for path in bundle.folder.iterdir()}
    monkeypatch.setattr(type(bundle), "predictor", property(lambda self: pytest.fail("the predictor was asked")))
    evaluation = evaluation_of(bundle)
    assert len(evaluation) == ROWS
    assert overview(service, bundle, "yes").table.positive == evaluation.truth[:, 1].sum()


def test_the_scores_kept_are_scikit_learns(large):
    bundle = large.model("logistic")
    said = SklearnPredictor(bundle.estimator, bundle.schema, bundle.outcomes).block(bundle.holdout.block)
    kept = evaluation_of(bundle)
    assert abs(said.probabilities - kept.probabilities).max() <= 1e-9
    assert (said.labels == kept.labels).all()


def test_a_plot_of_one_version_says_that_there_is_no_other(tmp_path):
    large_model("logistic", 21_000, tmp_path, training=1_000)
    with pytest.raises(NothingToShow, match="one version only"):
        drawn(open_service(tmp_path), "logistic", "challenger")
