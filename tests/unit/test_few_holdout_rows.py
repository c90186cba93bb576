"""A hold-out of one row, or of one outcome: every page and the report say what they cannot show, and none fails."""

from contextlib import suppress

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from ml.add import add_model
from ml.errors import LikelyError
from ml.plots.catalogue import CATALOGUE
from ml.plots.drawn_plots import drawn
from ml.report.contents import report_contents
from ml.report.html_report import html_report
from ml.report.one_page_pdf import one_page_pdf
from ml.service import open_service
from tests.small import people, pushed


@pytest.fixture(scope="module", params=["one row", "two rows", "one outcome", "the same row"])
def service(request, tmp_path_factory):
    frame = people()
    truth = np.where(pushed(frame) > 0, "yes", "no")
    rows = {
        "one row": [300],
        "two rows": [300, 301],
        "one outcome": [at for at in range(300, 450) if truth[at] == "yes"],
        "the same row": [300] * 40,
    }[request.param]
    columns = make_column_transformer((OneHotEncoder(), ["region"]), remainder="passthrough")
    estimator = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(frame[:300], truth[:300])
    models = tmp_path_factory.mktemp("models")
    add_model("few", estimator, frame[:300], frame.iloc[rows].reset_index(drop=True), truth[rows], models=models)
    return open_service(models)


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_the_report_is_made(service, outcome):
    report = report_contents(service, "few", outcome)
    assert "<title>" in html_report(report)
    assert one_page_pdf(report).startswith(b"%PDF")


@pytest.mark.parametrize("plot", CATALOGUE, ids=lambda plot: plot.key)
def test_a_plot_is_drawn_or_says_why_not(service, plot):
    with suppress(LikelyError):
        assert drawn(service, "few", plot.key, "yes").figure is not None
