"""The data of a plot through the API."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

import pytest

from api import create_api
from api.v1.plots import written
from ml.plots.catalogue import CATALOGUE, find
from tests.small import small_service

SORTS = ("binary", "independent", "multiclass", "absent", "constant", "gaps", "labels-only")
REFUSED = {"nothing_to_show", "one_outcome_only", "no_probabilities"}
PROMISES = {"said", "came", "gap_low", "gap_high"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), *SORTS)


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, 100_000, 50).test_client()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("segments.csv?outcome=yes&cut_off=0.6", "binary segments yes at 60%.csv"),
        ("gain.csv?cut_off=abc", "binary gain.csv"),  # no option of that plot, so nothing that is asked for
    ],
)
def test_the_file_is_named_after_what_was_asked_for(client, query, name):
    answer = client.get(f"/api/v1/models/binary/plots/{query}")
    assert answer.status_code == 200
    assert unquote(answer.headers["Content-Disposition"]).endswith(f"''{name}")


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


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("plot", [plot.key for plot in CATALOGUE])
def test_every_plot_gives_a_table_or_says_why_there_is_none(client, service, sort, plot):
    """Named columns, one number or text a cell, and nothing that only Python can read."""
    bundle = service.model(sort)
    for outcome in bundle.outcomes.names if find(plot).per_outcome else [bundle.outcomes.positive]:
        answer = client.get(f"/api/v1/models/{sort}/plots/{plot}.csv?outcome={outcome}")
        if answer.status_code != 200:
            assert (answer.status_code, answer.json["error"]["code"] in REFUSED) == (400, True), answer.text
            continue
        header, *rows = csv.reader(io.StringIO(answer.text, newline=""))
        assert rows
        assert all(header)
        assert len(set(header)) == len(header)
        for row in rows:
            assert len(row) == len(header)
            python = [cell for cell in row if cell in ("nan", "inf", "-inf", "None") or cell.startswith(("[", "{"))]
            assert not python


@pytest.mark.parametrize(
    ("plot", "columns"),
    [
        ("segments", PROMISES | {"parts", "value", "low", "high", "beyond"}),
        ("groups", PROMISES | {"Region", "selection ratio", "selection low", "selection high"}),
        ("worst-segments", {"segment", "error", "expected", "rest", "chance", "found", "own"}),
        ("calibration", {"said", "came", "p_value", "slope", "slope_low", "slope_high", "error", "error_high"}),
        ("decision-curve", {"cut_off", "model", "low", "high", "sure_from", "sure_to"}),
        ("gain", {"selected", "found", "low", "high"}),
        ("importance", {"low (95 %)", "high (95 %)"}),
        ("contribution-by-value", {"value", "contribution", "standard error"}),
    ],
)
def test_what_a_plot_says_of_its_certainty_is_in_its_data(client, plot, columns):
    query = "?outcome=yes&feature=region" if plot in ("segments", "groups") else "?outcome=yes"
    answer = client.get(f"/api/v1/models/binary/plots/{plot}.csv{query}")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert columns <= rows[0].keys()
    for name in columns - {"parts", "Region", "segment", "value"}:
        assert any(row[name] for row in rows), name


def test_the_promises_of_groups_are_the_means_of_their_probabilities_and_truths(client, service):
    bundle = service.model("binary")
    given = bundle.predictor.block(bundle.holdout.block).probabilities[:, bundle.outcomes.index("yes")]
    truth = bundle.holdout.truth[:, bundle.outcomes.index("yes")]
    region = bundle.holdout.block[bundle.schema.position["region"]]
    answer = client.get("/api/v1/models/binary/plots/groups.csv?outcome=yes&feature=region")
    for row in csv.DictReader(io.StringIO(answer.text, newline="")):
        of = region == row["Region"]
        assert float(row["said"]) == pytest.approx(given[of].mean())
        assert float(row["came"]) == pytest.approx(truth[of].mean())
        assert float(row["gap_low"]) <= float(row["came"]) - float(row["said"]) <= float(row["gap_high"])


def test_a_spreadsheet_runs_nothing():
    text = written(["=name", "x"], [["=1+1", -1.5], ["@a", None], ["-2", 'say "x", y']])
    assert list(csv.reader(text.splitlines())) == [
        ["'=name", "x"], ["'=1+1", "-1.5"], ["'@a", ""], ["-2", 'say "x", y'],
    ]  # fmt: skip
