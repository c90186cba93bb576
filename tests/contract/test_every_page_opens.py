"""Every page of every sort of model opens, with what a new installation has: nothing sent, nothing told."""

import json
from typing import get_args

import plotly
import pytest

from callbacks.router import show_page
from layouts.shared.url import OF_ALL, Kind
from ml.service import open_service
from tests.small import SORTS, small_model

PAGES = sorted(set(get_args(Kind)) - {*OF_ALL})


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in SORTS:
        small_model(sort, folder)
    return open_service(folder)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("sort", SORTS)
def test_it_opens(service, sort, page):
    sent = json.dumps(show_page(service, f"/{sort}/{page}", ""), cls=plotly.utils.PlotlyJSONEncoder)
    assert f"/{sort}/" in sent  # the tabs of this model, and no refusal
    assert "not-found" not in sent
