"""A form has a field for each feature up to a bound; beyond it for those that matter most, and every value counts."""

import json

import pytest

from callbacks.predict import opening, show_score
from layouts.predict import ask_next
from layouts.predict import page as predict
from layouts.shared import ids
from layouts.shared.form_messages import FormRequest
from ml.advice.next_question import NextQuestion
from ml.bundle import feature_order
from ml.bundle.feature_order import MOST_FIELDS, in_order
from ml.bundle.record_book import RecordBooks
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.service import open_service
from tests.small import small_model
from tests.unit.test_layouts import Model, all_of, found, outcomes, standing, text_in


def wide(count, **card):
    """A model of so many numbers, which are named f0, f1 and so on."""
    model = Model(outcomes("no", "yes"), Schema(tuple(Feature(f"f{at}", f"F {at}", "number") for at in range(count))))
    model.card |= card
    return model


def page_of(model, query=()):
    request = predict.opening_request(model, dict(query), None)
    return predict.page(model, request, predict.html.Div(), {})


def fields_of(page):
    return [getattr(part, "data-feature") for part in all_of(page) if hasattr(part, "data-feature")]


@pytest.fixture
def few(monkeypatch):
    """Forms of two fields at most."""
    monkeypatch.setattr(feature_order, "MOST_FIELDS", 2)


def test_at_the_bound_each_feature_has_a_field_and_nothing_is_said():
    page = page_of(wide(MOST_FIELDS))
    assert fields_of(page) == [f"f{at}" for at in range(MOST_FIELDS)]
    assert "the form shows" not in text_in(page)


@pytest.mark.parametrize(("card", "said"), [({}, "the first 200."), ({"order": ["f200"]}, "the 200 that matter most.")])
def test_one_beyond_the_bound_the_form_says_what_it_shows_and_where_all_values_go(card, said):
    page = page_of(wide(MOST_FIELDS + 1, **card))
    fields = fields_of(page)
    assert len(fields) == MOST_FIELDS
    assert ("f200" in fields) is bool(card)
    assert f"This model has 201 features; the form shows {said}" in text_in(page)
    assert found(page, href="/small/campaign")
    assert found(page, href="/api/docs")


def test_what_the_address_names_has_a_field_whatever_it_matters():
    assert "f209" in fields_of(page_of(wide(MOST_FIELDS + 10), {"f209": "3"}))


def test_each_name_stands_once_in_the_order_whatever_the_card_says():
    schema = wide(4).schema
    assert in_order({"order": ["f3", "gone", "f1", "f3"]}, schema) == ["f3", "f1", "f0", "f2"]


def test_a_found_record_is_scored_with_its_values_that_have_no_field(service, few):
    bundle = service.model("iris")
    book = RecordBooks().of(bundle)
    record = book.get("5").values
    page = opening(service, "iris", {"record": "5"})
    form = found(page, id=ids.FORM)[0]
    shown, rest = fields_of(page), getattr(form, "data-rest")
    assert len(shown) == 2
    assert json.loads(rest) == {name: text for name, text in record.items() if name not in shown}
    assert getattr(form, "data-rest-start") == ""
    at = [ids.field(bundle.schema.position[name]) for name in shown]
    tree, answer = show_score(
        service, {"serial": 1, "model": bundle.key, "rest": rest}, at, [record[name] for name in shown]
    )
    [score] = service.score("iris", [record]).scores
    assert all(repr(probability) in str(tree) for probability in score.probabilities)
    assert answer["asked"]["rest"] == rest  # the script compares it with the form's


def test_a_new_record_without_blanks_has_usual_values_where_no_field_is(tmp_path, few):
    small_model("labels-only", tmp_path)
    page = opening(open_service(tmp_path), "labels-only", {})
    form = found(page, id=ids.FORM)[0]
    assert set(json.loads(getattr(form, "data-rest"))) | set(fields_of(page)) == {
        "income",
        "debt",
        "shoe_size",
        "region",
    }
    assert getattr(form, "data-rest-start") == getattr(form, "data-rest")
    assert "The others have usual values" in text_in(page)


@pytest.mark.parametrize("sent", ["", "{", "[1]", '{"a": 1}', "[" * 9_000, {"a": "1"}, 3, None])
def test_a_rest_that_is_no_record_is_none(sent):
    assert FormRequest.read({"serial": 4, "rest": sent}).rest == {}
    assert FormRequest.read({"serial": 4, "rest": sent}).serial == 4


def test_no_question_leads_to_a_value_without_a_field(few):
    def asked(*names):
        questions = tuple(NextQuestion(name, 0.2, 0.1, 0.1) for name in names)
        scored = standing(wide(4), (0.3, 0.7), blank=names, questions=questions)
        parts = [part for shown in ask_next.ask_next(scored) for part in all_of(shown)]
        return [getattr(part, "data-ask") for part in parts if hasattr(part, "data-ask")]

    assert asked("f3", "f1", "f2", "f0") == ["f1", "f0"]
    assert asked("f3", "f2") == []


def test_what_has_no_field_is_not_swept_for_it(service, few):
    record = RecordBooks().of(service.model("iris")).get("5").values
    advice = service.advise(service.score_with_blanks("iris", record))
    assert set(advice.sweeps) == set(fields_of(opening(service, "iris", {})))
