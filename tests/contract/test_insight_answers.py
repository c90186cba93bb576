"""The three answers of the Insights page for every sort of model: their numbers are those of counting."""

from __future__ import annotations

import numpy as np
import pytest

from callbacks.plots import plot_request, show_plot
from layouts.shared import ids
from ml.metrics.evaluation import evaluation_of
from ml.plots.drawn_plots import plot_result
from ml.plots.insight_answer_words import CARE, NO, YES
from ml.plots.insight_questions import INSIGHT_QUESTIONS, insight_answer
from ml.plots.plot import View
from ml.service import open_service
from ml.text.number_words import percent
from tests.small import SORTS, small_service

MODELS = (*SORTS, "gaps")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), *MODELS)


def answer(service, sort, key, outcome):
    (asked,) = (each for each in INSIGHT_QUESTIONS if each.key == key)
    return insight_answer(service, sort, asked, outcome)


@pytest.mark.parametrize("sort", MODELS)
def test_every_question_is_answered_in_words_with_a_number_and_a_picture(small, sort):
    for outcome in small.model(sort).outcomes.names:
        for each in INSIGHT_QUESTIONS:
            given = insight_answer(small, sort, each, outcome)
            words = " ".join(given.sentences)
            assert len(given.sentences[0]) <= 120  # the plain answer; the rest explains it
            assert all(sentence.endswith(".") for sentence in given.sentences)
            assert "nan" not in words
            assert any(letter.isdigit() for letter in words) or words.startswith("Nothing"), words
            assert given.picture or (sort, each.key) == ("absent", "is-it-good-enough")


@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("independent", "card"), ("multiclass", "gold")])
@pytest.mark.parametrize("cut_off", [0.3, 0.5])
def test_what_is_wrong_and_what_is_found_is_counted_by_hand(small, sort, outcome, cut_off):
    service = open_service(small.registry.folder, chosen=lambda _: {outcome: cut_off})
    answers = evaluation_of(service.model(sort)).of(outcome)
    acted = answers.probabilities >= cut_off
    alarms, missed = int((acted & ~answers.truth).sum()), int((~acted & answers.truth).sum())
    wrong = " ".join(answer(service, sort, "for-whom-is-it-wrong", outcome).sentences)
    assert f"{alarms} acted on in vain, {missed} missed." in wrong
    assert f"{percent((alarms + missed) / len(acted))} of {len(acted)} decisions are wrong" in wrong
    given = answer(service, sort, "is-it-good-enough", outcome)
    recall = (acted & answers.truth).sum() / answers.truth.sum()
    records = View(service.model(sort).outcomes, outcome).records
    times = recall / acted.mean()
    said = f"acting on {percent(acted.mean())} of all records it finds {percent(recall)} of the {records}, {times:.1f} "
    assert said in " ".join(given.sentences)
    (mark,) = [shape for shape in given.picture.figure.layout.shapes if shape.name == "cut-off"]
    assert (mark.xanchor, mark.yanchor) == pytest.approx((acted.mean(), recall))
    assert given.cut_off == cut_off


@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("independent", "loan")])
def test_what_drives_it_has_the_largest_mean_contribution(small, sort, outcome):
    _, result, view = plot_result(small, sort, "contributions", outcome)
    sizes = np.array(result.size[view.index])
    first = result.features[int(sizes.argmax())]
    said = answer(small, sort, "what-drives-it", outcome).sentences
    assert said[0] == f"{first}, most of all."
    assert f"by {100 * sizes.max():.0f} point" in said[1] or f"by {100 * sizes.max():.1f} point" in said[1]


def test_a_model_of_labels_is_judged_by_its_labels(small):
    given = answer(small, "labels-only", "is-it-good-enough", "yes")
    evaluation = evaluation_of(small.model("labels-only"))
    right = (evaluation.labels == evaluation.truth).all(axis=1).mean()
    usual = max(evaluation.truth.mean(axis=0))
    assert f"right for {percent(right)} of {len(evaluation.truth)} records" in given.sentences[1]
    assert f"would be right for {percent(usual)}." in given.sentences[1]
    assert given.picture.plot.key == "confusion"
    assert given.cut_off is None


def test_the_verdict_is_no_where_nothing_is_told_apart_and_yes_or_care_where_it_is(small):
    verdicts = {sort: answer(small, sort, "is-it-good-enough", "yes").sentences[0] for sort in ("binary", "gaps")}
    assert set(verdicts.values()) <= {YES, CARE}
    constant = small.model("constant").outcomes.positive
    assert answer(small, "constant", "is-it-good-enough", constant).sentences[0].startswith(NO)


def test_the_card_of_an_answer_gets_it_by_the_callback_of_the_plots(small):
    bundle = small.model("binary")
    for each in INSIGHT_QUESTIONS:
        place = ids.plot(bundle.key, "yes", each.key, each.key)
        words, *_ = show_plot(small, plot_request({}, [], [], place))
        given = [part.children for part in words.children]
        assert given == list(insight_answer(small, "binary", each, "yes").sentences)
