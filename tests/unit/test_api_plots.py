"""The data of a plot through the API."""

from __future__ import annotations

import csv

import pytest

from api import create_api
from api.v1.plots import written
from ml.service import open_service
from tests.small import small_model


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    small_model("labels-only", folder)
    return open_service(folder)


@pytest.fixture
def client(service):
    return create_api(service, dict, 100_000, 50).test_client()


def test_the_counts_of_a_plot_are_those_by_hand(client, service):
    bundle = service.model("binary")
    given = bundle.predictor.block(bundle.holdout.block).probabilities[:, bundle.outcomes.index("yes")]
    truth = bundle.holdout.truth[:, bundle.outcomes.index("yes")]
    answer = client.get("/api/v1/models/binary/plots/cells.csv?outcome=yes")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert len(rows) > 100
    for row in rows:
        acted = given >= float(row["cut_off"])
        assert float(row["true_positive"]) == (acted & truth).sum()
        assert float(row["false_positive"]) == (acted & ~truth).sum()


def test_options_come_as_parameters(client):
    names = [
        client.get(f"/api/v1/models/binary/plots/segments.csv?feature={feature}").text.splitlines()[1]
        for feature in ("income", "region")
    ]
    assert names[0] != names[1]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("binary/plots/nothing.csv", 404, "unknown_plot"),
        ("nobody/plots/roc.csv", 404, "unknown_model"),
        ("binary/plots/roc.csv?outcome=maybe", 400, "unknown_outcome"),
        ("binary/plots/segments.csv?feature=x", 400, "unknown_option"),
        ("labels-only/plots/roc.csv", 400, "no_probabilities"),
    ],
)
def test_what_cannot_be_given_is_said(client, path, status, code):
    answer = client.get(f"/api/v1/models/{path}")
    assert answer.status_code == status
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["hint"]


def test_a_spreadsheet_runs_nothing():
    text = written(["=name", "x"], [["=1+1", -1.5], ["@a", None], ["-2", 'say "x", y']])
    assert list(csv.reader(text.splitlines())) == [
        ["'=name", "x"], ["'=1+1", "-1.5"], ["'@a", ""], ["-2", 'say "x", y'],
    ]  # fmt: skip
