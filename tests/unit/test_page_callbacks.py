"""What the pages ask of the service, called as Dash calls it."""

import json

import pytest
from dash import no_update
from dash._utils import to_json

from callbacks.gallery import show_received
from callbacks.predict import opening, show_score
from callbacks.router import models, show_page
from layouts.pages import gallery


def words(component):
    return json.dumps(json.loads(to_json(component)), ensure_ascii=False)


def ask(service, model, record, serial=5):
    return show_score(service, {"serial": serial, "model": model, "record": record})


IRIS = {"sepal_length": "5.1", "sepal_width": "3.5", "petal_length": "1.4", "petal_width": "0.2"}


def test_an_answer_holds_the_services_probabilities_and_its_question(service):
    shown, answer = ask(service, "iris", IRIS)
    score = service.score("iris", [IRIS]).scores[0]
    for probability in score.probabilities:
        assert f'"data-probability": "{probability!r}"' in words(shown)
    assert answer == {"serial": 5, "problems": {}, "notes": {}}


def test_a_bad_record_leaves_the_result_and_names_every_fault(service):
    shown, answer = ask(service, "iris", IRIS | {"sepal_length": "abc", "petal_width": "-1"})
    assert shown is no_update
    assert set(answer["problems"]) == {"sepal_length", "petal_width"}


def test_values_outside_of_training_are_noted(service):
    _, answer = ask(service, "iris", IRIS | {"sepal_length": "12"})
    assert answer["notes"] == {"sepal_length": "The model has seen 4.3 to 7.9."}


def test_a_model_that_is_gone_is_named(service):
    shown, answer = ask(service, "nope", IRIS)
    assert "There is no model 'nope'." in words(shown)
    assert answer["serial"] == 5


@pytest.mark.parametrize(
    "asked", [None, 3, [], "x", {}, {"model": "iris", "record": None}, {"model": "iris", "record": []}]
)
def test_whatever_a_browser_sends_is_answered(service, asked):
    _, answer = show_score(service, asked)
    assert answer["serial"] == 0


def test_the_page_opens_scored(service):
    page = words(opening(service, "iris", {"sl": "5", "nonsense": "1"}))
    assert '"data-probability"' in page
    assert '"sepal_length": "5"' in page
    assert "No result yet." in words(opening(service, "iris", {"sl": "abc"}))


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", "Bank products"),
        ("/gallery", "The model receives"),
        ("/loan/predict", "Loan approval"),
        ("/loan/insights", "Permutation importance"),
        ("/loan/performance", "ROC curve"),
        ("/iris", "Iris species"),
        ("/iris/nope", "Page not found"),
        ("/nope", "No such model"),
        ("/nope/predict", "No such model"),
        ("/iris@00000000/predict", "No such model"),
        ("/iris@x/predict", "No such model"),
    ],
)
def test_every_address_has_a_page(service, path, part):
    assert part in words(show_page(service, path, ""))


@pytest.mark.parametrize("path", [None, 3, {}, [], "\x00", "/" * 5000])
def test_whatever_address_comes_there_is_a_page(service, path):
    assert "Page not found" in words(show_page(service, path, path))


def test_the_query_fills_the_form(service):
    assert '"ApplicantIncome": "5000"' in words(show_page(service, "/loan/predict", "?ApplicantIncome=5000&x=1"))


def test_all_models_are_listed(service):
    assert [name for name, _ in models(service)] == list(service.names())


def test_the_gallery_answers_for_each_input():
    *shown, answer = show_received({"serial": 2, "record": {"age": "46"}})
    assert len(shown) == len(gallery.SCHEMA.features)
    assert "46" in words(shown[1])
    assert answer["serial"] == 2
    assert "income" in answer["problems"]
