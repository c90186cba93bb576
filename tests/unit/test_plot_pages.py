"""The Insights and Performance pages: what stands at once, and what each card gets."""

from __future__ import annotations

import pytest
from dash import Dash, dcc

from callbacks import plots as callbacks
from layouts import ids, insights, performance
from ml.plots.catalogue import plots_of
from ml.service import Service, open_service
from tests.small import small_model


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    folder = tmp_path_factory.mktemp("models")
    for sort in ("binary", "multiclass", "labels-only"):
        small_model(sort, folder)
    return open_service(folder)


def found(page, component_id):
    return next(part for part in page._traverse() if getattr(part, "id", None) == component_id)


def text_of(parts) -> str:
    return " ".join(str(part) for part in parts)


@pytest.mark.parametrize(("layout", "which"), [(insights, "insights"), (performance, "performance")])
def test_a_page_has_a_place_for_each_of_its_plots_and_names_the_version(small, layout, which):
    bundle = small.model("multiclass")
    page = layout.page(bundle, {})
    for plot in plots_of(which):
        assert found(page, ids.plot(bundle.key, plot.key))
    assert not any(isinstance(part, dcc.Graph) for part in page._traverse())


@pytest.mark.parametrize(
    ("asked", "chosen"), [({}, "silver"), ({"outcome": "gold"}, "gold"), ({"outcome": "x"}, "silver")]
)
def test_a_page_opens_with_the_outcome_of_its_address_or_the_positive_one(small, asked, chosen):
    assert found(performance.page(small.model("multiclass"), asked), ids.PLOTS_OUTCOME).value == chosen


def test_two_exclusive_outcomes_leave_nothing_to_choose(small):
    page = performance.page(small.model("binary"), {})
    hidden = [part for part in page._traverse() if getattr(part, "hidden", False)]
    assert found(hidden[0], ids.PLOTS_OUTCOME).value == "yes"
    assert "Will pay" in text_of(page._traverse())


def test_a_card_gets_its_figure_and_a_sentence(small):
    graph, words = callbacks.show_plot(small, ids.plot(small.model("binary").key, "roc"), "yes")
    assert isinstance(graph, dcc.Graph)
    assert words.children.startswith("Of all pairs")


def test_a_card_whose_plot_cannot_be_drawn_says_why(small):
    (refusal,) = callbacks.show_plot(small, ids.plot("labels-only", "roc"), "yes")
    assert refusal.className == "plot-refusal"
    assert "no probabilities" in text_of(refusal._traverse())


@pytest.mark.parametrize(
    ("card", "outcome"),
    [
        (None, None),
        ("roc", "yes"),
        ({}, "yes"),
        ({"model": ["binary"], "key": "roc"}, "yes"),
        ({"model": "../binary", "key": "roc"}, "yes"),
        ({"model": "binary", "key": {"a": 1}}, "yes"),
        ({"model": "binary", "key": "roc"}, ["yes"]),
        ({"model": "binary", "key": "roc"}, 1e400),
    ],
)
def test_whatever_a_browser_sends_is_answered_in_words(small, card, outcome):
    (refusal,) = callbacks.show_plot(small, card, outcome)
    assert refusal.className == "plot-refusal"


def test_one_callback_serves_every_plot(small):
    app = Dash("test")
    callbacks.register(app, small)
    assert len(app.callback_map or app._callback_list) == 1
