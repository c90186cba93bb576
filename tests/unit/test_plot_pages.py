"""The Insights and Performance pages: what stands at once, and what each card and the head get."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from dash import Dash, dcc, no_update
from dash._callback_context import context_value
from dash._utils import AttributeDict

from callbacks import performance as head
from callbacks import plots as callbacks
from layouts.insights import page as insights
from layouts.performance import page as performance
from layouts.shared import ids, plot_table
from ml.locale import format_of_locale, use_number_format
from ml.metrics.overview import averages_of, table_of
from ml.plots.catalogue import CATALOGUE, find, plots_of
from ml.plots.columns import DataTable
from ml.plots.insight_questions import INSIGHT_QUESTIONS
from ml.plots.table import TextTable
from ml.service import Service, open_service
from store.db import open_store
from store.errors import StoreUnavailable
from tests.small import SORTS, small_model, small_service


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Service:
    return small_service(tmp_path_factory.mktemp("models"), *SORTS)


def found(page, component_id):
    return next((part for part in page._traverse() if getattr(part, "id", None) == component_id), None)


def text_of(parts) -> str:
    return " ".join(str(part) for part in parts)


def place(bundle, key):
    """The id of a plot's place: plots with the same options have these on the card of the first."""
    first = next((row.key for row in CATALOGUE if row.options and row.options is find(key).options), key)
    return ids.plot(bundle.key, bundle.outcomes.positive, key, first)


def option(bundle, key, name):
    return ids.plot_option(bundle.key, bundle.outcomes.positive, key, name)


def asked(small, sort, plot, outcome, **more):
    return {"model": small.model(sort).key, "plot": plot, "outcome": outcome, **more}


def by_hand(small, sort, outcome, cut_off):
    """The four counts, counted one record after the other."""
    bundle = small.model(sort)
    at = bundle.outcomes.index(outcome)
    given = bundle.predictor.block(bundle.holdout.block).probabilities[:, at].tolist()
    truth = bundle.holdout.truth[:, at].tolist()
    pairs = list(zip(truth, (p >= cut_off for p in given), strict=True))
    return {name: pairs.count(pair) for name, pair in FOUR.items()}


FOUR = {
    "true_positive": (True, True),
    "false_positive": (False, True),
    "false_negative": (True, False),
    "true_negative": (False, False),
}


@pytest.mark.parametrize(("layout", "which"), [(insights, "insights"), (performance, "performance")])
def test_a_page_has_a_place_for_each_of_its_plots_once_and_names_the_version(small, layout, which):
    bundle = small.model("multiclass")
    parts = list(layout.page(bundle, {})._traverse())
    shown = {answer.pictures(bundle, "gold")[0] for answer in INSIGHT_QUESTIONS if which == "insights"}
    for plot in plots_of(which):
        times = [getattr(part, "id", None) for part in parts].count(place(bundle, plot.key))
        assert times == (plot.key not in shown and plot.fits(bundle)), plot.key
    assert not any(isinstance(part, dcc.Graph) for part in parts)


@pytest.mark.parametrize(
    ("asked", "chosen"), [({}, "silver"), ({"outcome": "gold"}, "gold"), ({"outcome": "x"}, "silver")]
)
def test_a_page_opens_with_the_outcome_of_its_address_or_the_positive_one(small, asked, chosen):
    assert found(performance.page(small.model("multiclass"), asked), ids.PLOTS_OUTCOME).value == chosen


def test_two_exclusive_outcomes_leave_nothing_to_choose(small):
    page = performance.page(small.model("binary"), {})
    hidden = [part for part in page._traverse() if getattr(part, "hidden", False) and hasattr(part, "children")]
    assert any(found(part, ids.PLOTS_OUTCOME) is not None for part in hidden if part.children is not None)
    assert "Will pay" in text_of(page._traverse())


def test_options_open_as_the_address_says_and_nonsense_opens_as_ever(small):
    bundle = small.model("binary")
    page = performance.page(bundle, {"segments.feature": "region", "profit.call": "12.5", "mistakes.sort": "<b>"})
    assert found(page, option(bundle, "segments", "feature")).value == "region"
    assert found(page, option(bundle, "profit", "call")).value == "12.5"
    assert found(page, option(bundle, "mistakes", "sort")).value == "both"


def test_the_cut_off_is_no_option_of_a_card_and_shared_options_stand_once(small):
    bundle = small.model("binary")
    page = performance.page(bundle, {})
    assert found(page, option(bundle, "segments", "cut_off")) is None
    assert found(page, option(bundle, "profit", "call")) is not None
    assert found(page, option(bundle, "profit-share", "call")) is None


def test_without_probabilities_it_is_said_once_and_what_needs_them_is_left_out(small):
    bundle = small.model("labels-only")
    page = performance.page(bundle, {})
    assert text_of(page._traverse()).count("gives no probabilities") >= 1
    assert found(page, ids.CUT_OFF) is None
    assert found(page, place(bundle, "roc")) is None
    assert found(page, place(bundle, "confusion"))


def test_a_card_gets_its_figure_and_a_sentence(small):
    figure, words = callbacks.show_plot(small, asked(small, "binary", "roc", "yes"))
    assert isinstance(figure.children[0], dcc.Graph)
    assert figure.tabIndex == 0  # its points are read by arrow keys
    assert words.children.startswith("Of all pairs")


@pytest.mark.parametrize("plot", [plot.key for plot in plots_of("performance") if plot.mark])
def test_every_figure_with_a_cut_off_is_marked_at_the_row_of_the_one_table(small, plot):
    figure, *_ = callbacks.show_plot(small, asked(small, "binary", plot, "yes", cut_off=0.3, extra=[0.3]))
    (shape,) = [shape for shape in figure.children[0].figure.layout.shapes if shape.name == "cut-off"]
    four = by_hand(small, "binary", "yes", 0.3)
    positive = four["true_positive"] + four["false_negative"]
    rows = sum(four.values())
    acted = four["true_positive"] + four["false_positive"]
    expected = {
        "cut_off": 0.3,
        "recall": four["true_positive"] / positive,
        "precision": four["true_positive"] / acted,
        "selected": acted / rows,
        "lift": four["true_positive"] / acted * rows / positive,
        "false_positive_rate": four["false_positive"] / (rows - positive),
        "net_benefit": (four["true_positive"] - four["false_positive"] * 0.3 / 0.7) / rows,
    }
    mark = find(plot).mark
    assert {mark.x, mark.y} - {""} <= set(expected) | {"false_positive_deviate", "false_negative_deviate"}
    for name, at in ((mark.x, shape.xanchor if mark.y else shape.x0), (mark.y, shape.yanchor)):
        if name in expected:
            assert at == pytest.approx(expected[name])


def test_money_says_for_each_cut_off_what_it_brings_against_the_best(small):
    options = {"true_positive": "10", "false_positive": "-4", "call": "1"}
    parts = callbacks.show_plot(
        small, asked(small, "binary", "profit", "yes", cut_off=0.5, extra=[0.5], options=options)
    )
    follows = next(part for part in parts if hasattr(part, "data-follows"))
    texts = json.loads(getattr(follows, "data-follows"))
    table = head.show_threshold_table(small, model="binary", outcome="yes", cut_off=0.5)
    assert len(texts) == len(table["cut_off"])
    four = by_hand(small, "binary", "yes", 0.5)
    money = four["true_positive"] * 9 - four["false_positive"] * 5
    shown = texts[table["row"]]
    assert shown.startswith(f"At 50\u00a0%: {round(1000 * money / sum(four.values())):,} for 1,000 records, ")
    best = next(getattr(part, "data-go") for part in parts if hasattr(part, "data-go"))
    assert 0 <= float(best) <= 1


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"most_calls": "20"}, r", but beyond the limits: it acts on \d+ of 1,000 and 20 are allowed\.$"),
        ({"least_recall": "99.9"}, r", but beyond the limits: it finds [\d.]+\u00a0% and 99.9\u00a0% are asked for\.$"),
        ({"most_calls": "1000"}, r"(less than at the best cut-off|the most there is)\.$"),
    ],
)
def test_money_says_where_a_cut_off_does_not_keep_to_the_limits(small, limits, words):
    options = {"true_positive": "10", "false_positive": "-4", "call": "1"} | limits
    question = asked(small, "binary", "profit", "yes", cut_off=0.5, extra=[0.5], options=options)
    follows = next(part for part in callbacks.show_plot(small, question) if hasattr(part, "data-follows"))
    row = head.show_threshold_table(small, model="binary", outcome="yes", cut_off=0.5)["row"]
    text = json.loads(getattr(follows, "data-follows"))[row]
    assert re.search(words, text), text
    assert "more than at the best" not in text


def test_the_worst_records_are_links(small):
    parts = callbacks.show_plot(small, asked(small, "binary", "mistakes", "yes"))
    links = [part for part in parts[0]._traverse() if isinstance(part, dcc.Link)]
    bundle = small.model("binary")
    given = bundle.predictor.block(bundle.holdout.block).probabilities[:, bundle.outcomes.index("yes")]
    off = np.abs(given - bundle.holdout.truth[:, bundle.outcomes.index("yes")])
    assert links[0].href == f"/binary/predict?record={int(np.argmax(off)) + 1}&outcome=yes"
    assert len(links) == 12


@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("independent", "card"), ("multiclass", "gold")])
@pytest.mark.parametrize("cut_off", [0.0, 0.35, 0.5, 1.0])
def test_the_texts_of_a_row_are_the_counts_by_hand(small, sort, outcome, cut_off):
    table = head.show_threshold_table(small, model=sort, outcome=outcome, cut_off=cut_off)
    row, four = table["row"], by_hand(small, sort, outcome, cut_off)
    assert table["cut_off"][row] == cut_off
    for name, count in four.items():
        assert table["texts"][name][row] == str(count)
        assert table["texts"][f"{name}.tile"][row].startswith(f"<b>{count}</b>")
    acted = four["true_positive"] + four["false_positive"]
    assert f"acting on {acted} of {sum(four.values())} records." in table["texts"]["sentence"][row]
    if not acted:
        assert table["texts"]["precision"][row] == "–"
    assert {len(column) for column in table["texts"].values()} == {len(table["cut_off"])}
    json.dumps(table, allow_nan=False)


def test_a_hold_out_with_one_side_only_is_said_once_in_the_place_of_the_table(small):
    table = head.show_threshold_table(small, model="absent", outcome="gold")
    assert "gold" in table["refused"]
    assert "texts" not in table


def test_a_kept_cut_off_is_in_use_and_says_what_was_before(small, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    service = open_service(small.registry.folder, chosen=store.cutoffs)
    told = head.set_cut_off(service, store, {"cut_off": 0.35} | WHY, "binary", "yes")
    assert told["words"] == "Prediction and campaigns now use 35\u00a0%."
    assert (told["in_use"], told["former"]) == (0.35, 0.5)
    assert service.cut_off(service.model("binary"), "yes") == 0.35
    assert head.show_threshold_table(service, model="binary", outcome="yes")["fixed"]["in_use"] == "35\u00a0%"


@pytest.mark.parametrize(
    ("reason", "words"),
    [(None, "Say in a few words why"), (" ", "Say in a few words why"), ("x" * 501, "501 characters")],
)
def test_a_change_without_a_reason_changes_nothing(small, tmp_path, reason, words):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    told = head.set_cut_off(small, store, {"cut_off": 0.35, "reason": reason}, "binary", "yes")
    assert words in told["words"]
    assert store.cutoffs("binary").get("yes") is None


def test_changes_are_listed_the_newest_first(small, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    service = open_service(small.registry.folder, chosen=store.cutoffs)
    assert head.show_history(service, store, "binary", "yes") == ""
    for cut_off, reason in ((0.35, "Too few calls"), (0.4, "<b>Too many")):
        request = {"cut_off": cut_off, "reason": reason}
        assert "in_use" in head.set_cut_off(service, store, request, "binary", "yes")
    shown = head.show_history(service, store, "binary", "yes").html.replace("\xa0", " ")
    assert shown.startswith("<summary>Changed twice</summary>")
    assert shown.index("35 % → 40 %. &lt;b&gt;Too many") < shown.index("50 % → 35 %. Too few calls")
    assert head.show_history(service, store, "binary", "no") == ""
    assert "cannot be read" in head.show_history(service, Silent(), "binary", "yes").children


def test_a_change_that_is_sent_twice_is_one_change(small, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    service = open_service(small.registry.folder, chosen=store.cutoffs)
    request = {"cut_off": 0.35} | WHY
    first, again = (head.set_cut_off(service, store, request, "binary", "yes") for _ in range(2))
    assert first == again
    assert (again["in_use"], again["former"]) == (0.35, 0.5)
    assert len(store.cutoff_history("binary", "yes")) == 1
    for cut_off in (0.5, 0.35):  # there and back with the same reason are changes
        head.set_cut_off(service, store, request | {"cut_off": cut_off}, "binary", "yes")
    assert [change.after for change in store.cutoff_history("binary", "yes")] == [0.35, 0.5, 0.35]


class Silent:
    def set_cutoff(self, *_, **__):
        raise StoreUnavailable("The store does not answer.")

    def cutoff_history(self, *_):
        raise StoreUnavailable("The store does not answer.")


WHY = {"reason": "a test"}


@pytest.mark.parametrize("cut_off", [None, "x", -0.1, 1.01, float("nan"), [0.5], True and {"a": 1}])
def test_what_is_no_cut_off_is_not_kept(small, cut_off):
    told = head.set_cut_off(small, Silent(), {"cut_off": cut_off} | WHY, "binary", "yes")
    assert "is no cut-off" in told["words"]
    assert "in_use" not in told


@pytest.mark.parametrize("store", [None, Silent()])
def test_a_store_that_does_not_answer_is_said(small, store):
    told = head.set_cut_off(small, store, {"cut_off": 0.4} | WHY, "binary", "yes")
    assert told["words"] == head.NOT_KEPT


def test_all_outcomes_are_averaged(small):
    page = head.show_averages(small, small.model("multiclass").key)
    words = re.findall('<th scope="row">(.*?)</th>', page.html)
    assert words[-2:] == ["Mean (macro)", "Mean weighted by records"]
    found = averages_of(small, small.model("multiclass"))
    macro = page.html.partition("Mean (macro)")[2].partition("</tr>")[0]
    shares = re.findall(r"([\d.]+)\u00a0% to ([\d.]+)\u00a0%", macro)
    assert f"{found.macro_low['f1']:.3f} to {found.macro_high['f1']:.3f}" in macro
    for (low, high), key in zip(shares, ("precision", "recall"), strict=True):
        assert float(low) == pytest.approx(100 * found.macro_low[key], abs=0.51)
        assert float(high) == pytest.approx(100 * found.macro_high[key], abs=0.51)


def test_a_card_whose_plot_cannot_be_drawn_says_why(small):
    (refusal,) = callbacks.show_plot(small, asked(small, "labels-only", "roc", "yes"))
    assert refusal.className == "plot-refusal"
    assert "no probabilities" in text_of(refusal._traverse())


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "roc",
        {},
        {"model": ["binary"], "plot": "roc", "outcome": "yes"},
        {"model": "../binary", "plot": "roc", "outcome": "yes"},
        {"model": "binary", "plot": {"a": 1}, "outcome": "yes"},
        {"model": "binary", "plot": "roc", "outcome": ["yes"]},
        {"model": "binary", "plot": "roc", "outcome": 1e400},
        {"model": "binary", "plot": "segments", "outcome": "yes", "options": {"cut_off": "7"}},
        {"model": "binary", "plot": "segments", "outcome": "yes", "options": {"feature": ["a"]}},
    ],
)
def test_whatever_a_browser_sends_is_answered_in_words(small, sent):
    (refusal,) = callbacks.show_plot(small, sent)
    assert refusal.className == "plot-refusal"
    for each in (sent, {"cut_off": 0.4} | WHY):
        assert isinstance(head.set_cut_off(small, None, each, sent, sent)["words"], str)
    assert head.show_threshold_table(small, sent, sent, sent)["refused"]


@pytest.mark.parametrize("sent", [{"cut_off": "0.5", "extra": "x"}, {"cut_off": [], "extra": {}}, {"options": 3}])
def test_nonsense_beside_a_good_question_is_let_be(small, sent):
    figure, *_ = callbacks.show_plot(small, asked(small, "binary", "roc", "yes", **sent))
    assert isinstance(figure.children[0], dcc.Graph)


@pytest.mark.parametrize(
    ("request_", "values", "options", "place"),
    [
        ({}, None, None, None),
        ("x", [1], ["x"], {"key": "roc", "model": "binary", "outcome": ["yes"]}),
        ({}, ["7"], [{"name": "feature"}], {"key": "segments", "model": "binary", "outcome": "yes"}),
        ({}, [None, {}], [{"name": {}}, {"name": "measure"}], {"key": "segments", "model": "binary", "outcome": "yes"}),
        ({"cut_off": "7"}, [], [], {"key": "segments", "model": "binary", "outcome": "yes"}),
    ],
)
def test_whatever_a_card_sends_is_answered_in_words(small, request_, values, options, place):
    changed_by("plot-request")
    (refusal,), data = callbacks.show_card(small, request_, values, None, options, place)
    assert refusal.className == "plot-refusal"
    assert data is None


def test_a_card_that_has_not_asked_gets_nothing_though_its_options_change(small):
    shown = callbacks.show_card(small, None, ["region"], 1, [{"name": "feature"}], {"key": "segments"})
    assert shown == (no_update, no_update)


def changed_by(kind):
    """What Dash says of the component that made it call."""
    told = json.dumps({"type": kind, "key": "roc"})
    context_value.set(AttributeDict(triggered_inputs=[{"prop_id": f"{told}.n_clicks"}]))


@pytest.mark.parametrize("clicks", [None, 0, 2, "1", 1.0, [1]])
def test_a_table_that_is_not_open_is_not_made(small, clicks):
    changed_by("plot-request")
    figure, data = callbacks.show_card(small, {}, [], clicks, [], place(small.model("binary"), "roc"))
    assert isinstance(figure[0].children[0], dcc.Graph)
    assert data is None


def test_opening_a_table_leaves_its_figure(small):
    changed_by("plot-data-opener")
    figure, data = callbacks.show_card(small, {}, [], 1, [], place(small.model("binary"), "calibration"))
    assert figure is no_update
    assert data.root.children[1].tabIndex == 0


@pytest.mark.parametrize("answer", INSIGHT_QUESTIONS, ids=lambda answer: answer.key)
def test_the_picture_of_an_answer_has_a_table(small, answer):
    changed_by("plot-data-opener")
    bundle = small.model("binary")
    at = ids.plot(bundle.key, bundle.outcomes.positive, answer.key, answer.key)
    _, data = callbacks.show_card(small, {}, [], 3, [], at)
    assert len(data.root.children[1].children.children[2].children) > 1


@pytest.mark.parametrize(
    ("total", "ranked", "said"),
    [
        (2, False, "2 rows"),
        (1200, True, "The first 2 of 1,200 rows; all are in the CSV file under Download."),
        (1200, False, "2 of 1,200 rows, evenly chosen; all are in the CSV file under Download."),
    ],
)
def test_a_table_says_how_many_rows_it_has_not(total, ranked, said):
    found_ = DataTable(TextTable(["Feature", "Rise"], [["Income", "0.1"], ["Age", "0"]]), total, ranked)
    words, region = plot_table.data(found_, "Which?").root.children
    assert words.children == said
    caption, head, body = region.children.children
    assert (caption.children, getattr(region, "aria-label")) == ("Which?", "Table: Which?")
    assert [cell.scope for cell in head.children.children] == ["col", "col"]
    assert [row.children[0].scope for row in body.children] == ["row", "row"]


def test_the_options_of_a_plot_are_read_in_the_readers_marks_and_the_pages_cut_off_goes_to_who_needs_it(small):
    bundle, opens = small.model("binary"), {"cut_off": 0.3, "extra": [0.3]}
    money = [option(bundle, "profit", name) for name in ("call", "true_positive")]
    with use_number_format(format_of_locale("de-DE")):
        asked = callbacks.plot_request(opens, ["12,5", "1.000"], money, place(bundle, "profit-share"))
    assert asked["options"] == {"call": "12.5", "true_positive": "1000"}
    assert (asked["plot"], asked["cut_off"]) == ("profit-share", 0.3)
    with use_number_format(format_of_locale("de-DE")):
        asked = callbacks.plot_request(opens, ["1.4"], money, place(bundle, "profit"))
    assert asked["options"]["call"].strip("1.4")  # refused: it would be fourteen, or 1.4
    chosen = [option(bundle, "segments", "feature")]
    asked = callbacks.plot_request(opens, ["region"], chosen, place(bundle, "segments"))
    assert asked["options"] == {"feature": "region", "cut_off": 0.3}


def test_one_callback_of_the_server_serves_every_plot(small):
    app = Dash("test")
    callbacks.register(app, small)
    assert [each["output"] for each in app._callback_list if not each["clientside_function"]] == [
        next(each["output"] for each in app._callback_list if "plot-request" in str(each["inputs"]))
    ]


@pytest.mark.parametrize("cut_off", [0.0, 0.3, 0.55, 1.0])
def test_the_sentence_of_the_counts_follows_the_cut_off_and_says_what_the_headline_does_not(small, cut_off):
    *_, words = callbacks.show_plot(small, asked(small, "binary", "cells", "yes", cut_off=cut_off, extra=[cut_off]))
    texts = json.loads(getattr(words, "data-follows"))
    table = table_of(small, small.model("binary"), "yes", (cut_off,))
    assert len(texts) == len(table.cut_off)
    assert texts[table.at(cut_off)] == words.children
    four = by_hand(small, "binary", "yes", cut_off)
    hits, alarms, missed, left = (four[name] for name in FOUR)
    if hits + alarms:
        assert f"right for {hits:,} of {hits + alarms:,} (" in words.children
    if missed + left:
        assert f"for {left:,} of {missed + left:,} (" in words.children
    assert "of 100" not in words.children


def test_a_model_of_one_version_has_no_card_to_compare_it_with_others(tmp_path):
    service = small_service(tmp_path, "binary")
    page = performance.page(service.model("binary"), {})
    assert not [part for part in page._traverse() if getattr(part, "data-plot", "") == "challenger"]
    small_model("binary", tmp_path, training=120)
    page = performance.page(open_service(tmp_path).model("binary"), {})
    assert [part for part in page._traverse() if getattr(part, "data-plot", "") == "challenger"]


@pytest.mark.parametrize(
    ("in_use", "shown"),
    [
        (0.02152, "0.0215"),
        (0.451596, "0.452"),
        (1 / 3, "0.333"),
        (0.5, "0.5"),
        (1.0, "1"),
        (0.99999, "0.999"),
        (0.0, "0"),
    ],
)
def test_the_field_of_a_cut_off_opens_with_three_significant_digits(small, in_use, shown):
    bundle = small.model("binary")
    page = insights.page(bundle, {}, lambda _: in_use)
    assert found(page, option(bundle, "rules", "cut_off")).value == shown
