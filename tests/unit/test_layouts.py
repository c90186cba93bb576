"""Pages as pure functions: from a schema and a score to components."""

import datetime as dt

import pytest

from layouts import fields, gallery, home, not_found, parts, predict, result, shell, url
from ml.bundle import Bundle
from ml.errors import BrokenModel, Problem, UnknownModel
from ml.outcomes import Outcome, Outcomes
from ml.schema import Choice, Feature, Schema
from ml.service import Score


def all_of(component):
    """The component and all below it."""
    yield component
    children = getattr(component, "children", None)
    for child in children if isinstance(children, (list, tuple)) else [children]:
        if child is not None:
            yield from all_of(child)


def text_in(component):
    return " ".join(part for part in all_of(component) if isinstance(part, str))


def found(component, **attributes):
    """Components that have all these attributes; underscores stand for hyphens in data and aria."""
    named = {name.replace("_", "-") if name[:5] in ("data_", "aria_") else name: v for name, v in attributes.items()}
    return [part for part in all_of(component) if all(getattr(part, name, None) == v for name, v in named.items())]


class Model(Bundle):
    """As much of a bundle as pages look at."""

    def __init__(self, outcomes, schema=None):
        self.key, self.name, self.outcomes = "small@12345678", "small", outcomes
        self.schema = schema or Schema((Feature("x", "X", "number", required=True, seen=(0.0, 1.0), default=0.5),))
        self.card = {"title": "Small", "description": "A small model."}


def outcomes(*names, exclusive=True):
    return Outcomes(tuple(Outcome(name, name.capitalize(), name) for name in names), exclusive, names[0])


DAY = dt.date(2020, 1, 31)
CHOICES = (Choice("a", "First"), Choice(2.0, "Second"))


@pytest.mark.parametrize(
    ("feature", "given", "text"),
    [
        (Feature("x", "X", "number", default=4400.0), None, "4400"),
        (Feature("x", "X", "number", default=0.095), None, "0.095"),
        (Feature("x", "X", "number"), None, ""),
        (Feature("x", "X", "number", default=1.0), "abc", "abc"),
        (Feature("x", "X", "number", default=1.0), "", ""),
        (Feature("x", "X", "category", choices=CHOICES, default="a"), "Second", "2"),
        (Feature("x", "X", "category", choices=CHOICES, default="a"), "2.0", "a"),
        (Feature("x", "X", "category", choices=CHOICES, default="a"), "Martian", "a"),
        (Feature("x", "X", "category", choices=CHOICES, default="a"), "", ""),
        (Feature("x", "X", "category", choices=CHOICES, default="a", required=True), "", "a"),
        (Feature("x", "X", "boolean", required=True), None, "false"),
        (Feature("x", "X", "boolean", required=True, default=True), None, "true"),
        (Feature("x", "X", "boolean", required=True), "yes", "true"),
        (Feature("x", "X", "boolean"), None, ""),
        (Feature("x", "X", "date", default=dt.date(2024, 2, 29)), None, "2024-02-29"),
    ],
)
def test_a_field_starts_with_what_was_given_or_a_sensible_value(feature, given, text):
    assert fields.starting_text(feature, given) == text


@pytest.mark.parametrize("position", range(len(gallery.SCHEMA.features)))
def test_every_field_has_its_control_label_and_a_place_for_words(position):
    feature = gallery.SCHEMA.features[position]
    field = fields.field(feature, position, fields.starting_text(feature))
    control = getattr(field, "data-control")
    assert len(found(field, id=control)) == 1
    assert len(found(field, id=getattr(field, "data-said"))) == 1
    labels = found(field, htmlFor=control) or found(field, role="radiogroup")
    assert len(labels) == 1
    assert feature.label in text_in(field)
    assert feature.help in text_in(field)


def test_the_gallery_holds_every_widget_and_every_kind():
    assert {feature.shown_as for feature in gallery.SCHEMA.features} == set(fields._CONTROLS)
    kinds = {feature.kind for feature in gallery.SCHEMA.features}
    assert kinds == {"number", "integer", "category", "boolean", "date", "text"}


def test_the_gallery_says_what_arrives_and_one_fault_hides_no_other():
    reads = gallery.read_each({"age": "45.5", "income": "1e3"})
    words = [" ".join(part for piece in gallery.received(read) for part in [text_in(piece)]) for read in reads]
    assert words[0] == "1000.0 float"
    assert words[1] == "nothing: the value is refused"
    assert gallery.answer(3, reads)["problems"]["age"].startswith("“45.5” is not a whole number.")


@pytest.mark.parametrize("record", [None, [], "x", 3, {"age": {"a": 1}}, {"age": [1]}])
def test_the_gallery_takes_anything(record):
    assert len(gallery.read_each(record)) == len(gallery.SCHEMA.features)


@pytest.mark.parametrize(
    ("feature", "hint"),
    [
        (Feature("x", "X", "number", seen=(8.0, 224.0)), "8 to 224 in training"),
        (Feature("x", "X", "number", seen=(0.06251, 0.1634)), "0.06251 to 0.1634 in training"),
        (Feature("x", "X", "date", seen=(DAY, DAY)), f"{DAY} to {DAY} in training"),
        (Feature("x", "X", "number"), ""),
    ],
)  # fmt: skip
def test_the_usual_range_stands_under_the_field(feature, hint):
    assert fields.range_hint(feature) == hint


@pytest.mark.parametrize(
    ("feature", "ends"),
    [
        (Feature("x", "X", "number", low=0.0, high=20.0, seen=(1.1, 6.9), step=0.1), (1.1, 6.9)),
        (Feature("x", "X", "number", seen=(1.13, 6.87), step=0.5), (1.0, 7.0)),
        (Feature("x", "X", "integer", low=0, high=7), (0, 7)),
        (Feature("x", "X", "number"), (0, 100)),
    ],
)
def test_a_slider_goes_over_what_was_seen_in_whole_steps(feature, ends):
    assert fields.slider_range(feature) == pytest.approx(ends)


def test_optional_choices_can_be_left_unknown_and_required_ones_not():
    for widget in ("radio", "select"):
        options = {
            required: found(
                fields.field(Feature("x", "X", "category", choices=CHOICES, required=required, widget=widget), 0, "a"),
                id="field-0",
            )[0].options
            for required in (False, True)
        }
        assert [o["label"] for o in options[False] if o["value"] == ""] == ["Not known"]
        assert [o["label"] for o in options[True] if o["value"] == ""] == []


def test_the_form_opens_with_names_and_aliases_of_the_address_and_ignores_the_rest():
    schema = Schema((Feature("sepal", "S", "number", default=1.0, aliases=("s",)), Feature("y", "Y", "number")))
    assert predict.starting_record(schema, {"s": "3", "y": "oops", "z": "1"}) == {"sepal": "3", "y": "oops"}


def test_probabilities_are_shown_as_they_are():
    model = Model(outcomes("red", "blue"))
    shown = result.result(model, Score(None, ("blue",), (0.1 + 0.2, 0.7)), 7)
    assert getattr(shown, "data-serial") == "7"
    bars = [part for part in all_of(shown) if hasattr(part, "data-probability")]
    assert [(getattr(b, "data-outcome"), float(getattr(b, "data-probability"))) for b in bars] == [
        ("red", 0.1 + 0.2),
        ("blue", 0.7),
    ]
    assert text_in(shown) == "The model says Blue 70.0\u00a0% Red 30.0\u00a0% Blue 70.0\u00a0%"


def test_the_headline_is_the_models_label_and_not_the_largest_probability():
    shown = result.result(Model(outcomes("red", "blue")), Score(None, ("red",), (0.4, 0.6)), 1)
    assert text_in(shown).startswith("The model says Red 40.0\u00a0%")
    assert "a rule of its own" in text_in(shown)


@pytest.mark.parametrize(
    ("labels", "words"),
    [((), "None expected"), (("card",), "Expected: Card"), (("loan", "card"), "Expected: Loan, Card")],
)
def test_independent_outcomes_are_a_board(labels, words):
    shown = result.result(Model(outcomes("loan", "card", exclusive=False)), Score(None, labels, (0.9, 0.8)), 1)
    assert text_in(shown) == f"The model says {words} Loan 90.0\u00a0% Card 80.0\u00a0%"


@pytest.mark.parametrize("exclusive", [True, False])
def test_without_probabilities_the_page_says_what_is_missing_and_how_to_get_it(exclusive):
    shown = result.result(Model(outcomes("red", "blue", exclusive=exclusive)), Score(None, ("red",), None), 1)
    words = text_in(shown)
    assert "Red yes Blue no" in words
    assert "CalibratedClassifierCV" in words
    assert "%" not in words


def test_values_outside_of_training_are_named_beside_the_result():
    score = Score(None, ("red",), (1.0, 0.0), (Problem(0, "x", "9", "The model has seen 0 to 1."),))
    assert "Outside what the model has seen: X." in text_in(result.result(Model(outcomes("red", "blue")), score, 1))


def test_an_answer_names_its_faults_by_field():
    problems = [Problem(0, "x", "a", "Bad.", "Accepted: b."), Problem(0, None, 3, "A record is a set of named values.")]
    answer = result.answered(4, problems=problems)
    assert answer["problems"] == {"x": "Bad. Accepted: b.", "": "A record is a set of named values."}
    assert answer["serial"] == 4


@pytest.mark.parametrize("asked", [None, 3, [], "x", {}, {"serial": "x", "model": 3, "record": []}])
def test_any_question_can_be_read(asked):
    serial, model, _ = predict.question(asked)
    assert isinstance(serial, int)
    assert isinstance(model, str)


def test_home_lists_models_and_names_what_is_broken():
    page = home.page([("small", Model(outcomes("red", "blue"))), ("bad", BrokenModel("Altered.", "Restore it."))])
    words = text_in(page)
    for part in ("Small", "A small model.", "Red", "Blue", "1 feature", "bad", "Altered.", "Restore it."):
        assert part in words
    links = {part.href for part in all_of(page) if hasattr(part, "href")}
    assert links == {url.href(kind, "small") for kind in url.OF_A_MODEL}


def test_home_without_models_says_how_to_make_some():
    assert "python -m ml train" in text_in(home.page([]))


def test_a_missing_page_leads_to_those_that_are_there():
    page = not_found.page("/nope", ["iris"])
    assert "There is no page at /nope." in text_in(page)
    assert "/iris/predict" in {part.href for part in all_of(page) if hasattr(part, "href")}
    words = text_in(not_found.refusal(UnknownModel("There is no model 'x'.", "Known models: iris."), ["iris"]))
    assert "There is no model 'x'." in words
    assert words.count("iris") == 1


def test_the_open_tab_is_marked_and_tabs_keep_the_version():
    page = parts.model_page(Model(outcomes("red", "blue")), "insights", "small@12345678", parts.count(2, "x"))
    tabs = [part for part in all_of(page) if "model-tab" in (getattr(part, "className", None) or "").split()]
    assert [tab.href for tab in tabs] == [url.href(kind, "small@12345678") for kind in url.OF_A_MODEL]
    assert ["model-tab-open" in tab.className for tab in tabs] == [False, True, False]


def test_ids_are_there_once():
    for page in (shell.layout(), gallery.page()):
        ids = [str(part.id) for part in all_of(page) if getattr(part, "id", None)]
        assert len(ids) == len(set(ids))


def test_the_document_has_no_inline_scripts_or_handlers():
    assert "<script>" not in shell.INDEX
    assert " on" not in shell.INDEX.split("<body>")[1].split("{%app_entry%}")[0].replace(" on ", " ")
