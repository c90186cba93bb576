"""What the pages ask of the service, called as Dash calls it."""

import json

import pytest
from dash import no_update
from dash._utils import to_json

from callbacks.gallery import show_received
from callbacks.predict import opening, show_score
from callbacks.router import models, show_page
from layouts.pages import gallery
from layouts.shared import ids
from layouts.shared.form_messages import plain_numbers
from ml.locale import format_of_locale, use_number_format
from tests import form


def words(component):
    return json.dumps(json.loads(to_json(component)), ensure_ascii=False).replace('\\"', '"')  # texts hold JSON, too


def ask(service, model, record, serial=5):
    return form.score(service, {"serial": serial, "model": model, "record": record})


IRIS = {"sepal_length": "5.1", "sepal_width": "3.5", "petal_length": "1.4", "petal_width": "0.2"}


def test_an_answer_holds_the_services_probabilities_and_its_question(service):
    shown, answer = ask(service, "iris", IRIS)
    score = service.score("iris", [IRIS]).scores[0]
    for probability in score.probabilities:
        assert f'"data-probability": "{probability!r}"' in words(shown)
    assert answer == {
        "serial": 5,
        "problems": {},
        "notes": {},
        "asked": {"serial": 5, "model": "iris", "values": IRIS},
    }


def test_a_bad_record_leaves_the_result_and_names_every_fault(service):
    shown, answer = ask(service, "iris", IRIS | {"sepal_length": "abc", "petal_width": "-1"})
    assert shown is no_update
    assert set(answer["problems"]) == {"sepal_length", "petal_width"}


def test_values_outside_of_training_are_noted(service):
    _, answer = ask(service, "iris", IRIS | {"sepal_length": "12"})
    assert answer["notes"] == {"sepal_length": "The model has seen 4.3 to 7.9."}


def test_a_model_that_is_gone_is_named(service):
    shown, answer = show_score(service, {"serial": 5, "model": "nope"}, [], [])
    assert "There is no model 'nope'." in words(shown)
    assert answer["serial"] == 5


@pytest.mark.parametrize(
    "asked", [None, 3, [], "x", {}, {"model": "iris", "record": None}, {"model": "iris", "record": []}]
)
def test_whatever_a_browser_sends_is_answered(service, asked):
    _, answer = show_score(service, asked, [], [])
    assert answer["serial"] == 0


FIELDS = [ids.field(0), ids.field(1)]


@pytest.mark.parametrize(
    ("fields", "values", "known"),
    [
        (FIELDS, ["5", "3"], {"sepal_length": "5", "sepal_width": "3"}),
        (FIELDS, ["5"], {"sepal_length": "5"}),
        (FIELDS, [True, None], {"sepal_length": "true", "sepal_width": ""}),
        ([{"at": 99}, {"at": -1}, {"at": True}, {"at": "0"}, {}, 3, None], ["1"] * 7, {}),
        (None, 3, {}),
        ("ab", {"at": 0}, {}),
    ],
)
def test_controls_may_be_anything(service, fields, values, known):
    _, answer = show_score(service, {"serial": 3, "model": "iris"}, fields, values)
    assert answer["asked"]["values"] == known


@pytest.mark.parametrize(
    ("typed", "locale", "read"),
    [
        ("1.5", "en-US", "1.5"), ("1,234.5", "en-US", "1234.5"), ("1,5", "de", "1.5"), ("1.234,5", "de", "1234.5"),
        ("−3", "de", "-3"), (" ", "de", " "), ("1.5", "de", "1.5\u2063"), ("1,5", "en-US", "1,5\u2063"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_the_readers_marks(service, typed, locale, read):
    schema = service.model("iris").schema
    with use_number_format(format_of_locale(locale)):
        assert plain_numbers(schema, {"sepal_length": typed}) == {"sepal_length": read}


def test_what_is_no_number_here_is_refused_and_never_misread(service):
    with use_number_format(format_of_locale("de")):
        _, answer = ask(service, "iris", IRIS)
    assert set(answer["problems"]) == set(IRIS)


def test_the_page_opens_scored(service):
    page = words(opening(service, "iris", {"sl": "5", "nonsense": "1"}))
    assert '"data-probability"' in page
    assert '"sepal_length":"5"' in page
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
    assert '"ApplicantIncome":"5000"' in words(show_page(service, "/loan/predict", "?ApplicantIncome=5000&x=1"))


def test_all_models_are_listed(service):
    assert [name for name, _ in models(service)] == list(service.names())


def test_the_gallery_answers_for_each_input():
    *shown, message = show_received({"serial": 2}, [ids.field(gallery.SCHEMA.position["age"])], ["46"])
    answer = json.loads(message["data-message"])
    assert len(shown) == len(gallery.SCHEMA.features)
    assert "46" in words(shown[1])
    assert answer["serial"] == 2
    assert "income" in answer["problems"]
