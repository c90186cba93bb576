"""Pages as pure functions: from a schema and a score to components."""

import datetime as dt
from dataclasses import replace

import pytest
from dash._utils import stringify_id

from layouts.pages import gallery, home, not_found
from layouts.predict import ask_next, probability_board, result
from layouts.predict import page as predict
from layouts.shared import blocks, controls, field_texts, fields, form_messages, ids, shell, url
from ml.advice.advice import ScoreWithBlanks
from ml.advice.next_question import NextQuestion
from ml.bundle.bundle import Bundle
from ml.data.feature import Choice, Feature
from ml.data.outcomes import Outcome, Outcomes
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.decision.bands import Band
from ml.decision.decide import NOT_FINAL
from ml.errors import BrokenModel, Problem, UnknownModel
from ml.locale import DEFAULT_FORMAT, NotANumber, canonical, current_format, format_of_locale, use_number_format
from ml.service import Score
from ml.translation import text, use_language
from ml.translation.pseudo_locale import PSEUDO


def all_of(component):
    """The component and all below it."""
    component = getattr(component, "root", component)  # of static HTML
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
        self.card = {"title": "Small", "description": "A small model.", "offers": "probabilities"}


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
        (Feature("x", "X", "category", choices=CHOICES, default="a"), "2.0", "2"),
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
    assert field_texts.starting_text(feature, given) == text


@pytest.mark.parametrize("locale", ["en-US", "de-DE", "fr-FR", "de-CH"])
@pytest.mark.parametrize(
    "given", ["1,234", "1.234,5", "1.234.567", "1'234", "1 234", "1.234", "12", "-3e4", " 5 ", "x"]
)
def test_an_address_writes_numbers_as_programs_do_whoever_reads_it(locale, given):
    feature = Feature("x", "X", "number", default=1.0)
    with use_number_format(format_of_locale(locale)):
        text = field_texts.starting_text(feature, given)
        problems = read_records(Schema((feature,)), [{"x": text}]).problems
        if given.strip() in ("1.234", "12", "-3e4", "5"):
            assert text == given
        else:
            assert problems
            with pytest.raises(NotANumber):
                canonical(text, current_format())  # nor does the page's script take it for one
            assert field_texts.starting_text(feature, text) == text  # so that a reload changes nothing


@pytest.mark.parametrize("position", range(len(gallery.SCHEMA.features)))
def test_every_field_has_its_control_label_and_a_place_for_words(position):
    feature = gallery.SCHEMA.features[position]
    field = fields.field(feature, position, field_texts.starting_text(feature))
    control = getattr(field, "data-control")
    assert len(found(field, id=ids.field(position))) == 1
    assert control == stringify_id(ids.field(position))
    assert len(found(field, id=getattr(field, "data-said"))) == 1
    labels = found(field, htmlFor=control) or found(field, role="radiogroup")
    assert len(labels) == 1
    assert feature.label in text_in(field)
    assert feature.help in text_in(field)


def test_the_gallery_holds_every_widget_and_every_kind():
    assert {feature.shown_as for feature in gallery.SCHEMA.features} == set(controls.CONTROLS)
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
        (Feature("x", "X", "number", seen=(-99.88649, -0.50538)), "-99.8865 to -0.50538 in training"),
        (Feature("x", "X", "date", seen=(DAY, DAY)), f"{DAY} to {DAY} in training"),
        (Feature("x", "X", "number"), ""),
    ],
)  # fmt: skip
def test_the_usual_range_stands_under_the_field(feature, hint):
    with use_number_format(DEFAULT_FORMAT):
        assert fields.range_hint(feature) == hint


def test_a_number_names_its_typical_value_from_which_arrow_keys_step_a_blank():
    year = Feature("x", "X", "integer", low=1900, default=1986)
    assert getattr(fields.field(year, 0, ""), "data-typical") == "1986"
    assert not hasattr(fields.field(Feature("x", "X", "number"), 0, ""), "data-typical")


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
    assert controls.slider_range(feature) == pytest.approx(ends)


def test_words_beside_a_switch_are_in_the_readers_language():
    feature = Feature("online", "Online", "boolean", "bool", widget="switch")
    with use_language(PSEUDO):
        said = controls.control(feature, 0, "true").label_style
        assert said == {"--no": f'"{text("No")}"', "--yes": f'"{text("Yes")}"'}
    assert said != controls.control(feature, 0, "true").label_style == {"--no": '"No"', "--yes": '"Yes"'}


def test_optional_choices_can_be_left_unknown_and_required_ones_not():
    for widget in ("radio", "select"):
        options = {
            required: found(
                fields.field(Feature("x", "X", "category", choices=CHOICES, required=required, widget=widget), 0, "a"),
                id=ids.field(0),
            )[0].options
            for required in (False, True)
        }
        assert [o["label"] for o in options[False] if o["value"] == ""] == ["Not known"]
        assert [o["label"] for o in options[True] if o["value"] == ""] == []


@pytest.mark.parametrize(("required", "words"), [(False, "Not known"), (True, "Please choose")])
def test_a_list_in_which_nothing_is_chosen_says_so(required, words):
    feature = Feature("x", "X", "category", choices=CHOICES, required=required, widget="select")
    assert found(fields.field(feature, 0, ""), id=ids.field(0))[0].placeholder == words


def test_the_form_opens_with_names_and_aliases_of_the_address_and_ignores_the_rest():
    schema = Schema((Feature("sepal", "S", "number", default=1.0, aliases=("s",)), Feature("y", "Y", "number")))
    assert predict.starting_record(schema, {"s": "3", "y": "oops", "z": "1"}) == {"sepal": "3", "y": "oops"}


def standing(model, probabilities, low=None, high=None, *, labels=(), blank=(), outcome=None, notes=(), questions=()):
    outcome = outcome or model.outcomes.names[0]
    known = tuple(name not in blank for name in model.schema.names)
    low, high = low or probabilities, high or probabilities
    band = Band("Likely", 0.5, "Offer it.")
    row = (None,) * len(known)
    return ScoreWithBlanks(
        model,
        row,
        known,
        probabilities,
        low,
        high,
        labels,
        notes,
        outcome,
        (0.5,) * len(probabilities),
        questions,
        band,
    )


def bars_of(shown):
    return [part for part in all_of(shown) if hasattr(part, "data-probability")]


def test_probabilities_are_shown_as_they_are():
    model = Model(outcomes("red", "blue"))
    shown = probability_board.board(standing(model, (0.1 + 0.2, 0.7), labels=("blue",), outcome="blue"), (), 7)
    assert getattr(shown, "data-serial") == "7"
    assert [(getattr(bar, "data-outcome"), float(getattr(bar, "data-probability"))) for bar in bars_of(shown)] == [
        ("red", 0.1 + 0.2),
        ("blue", 0.7),
    ]
    words = text_in(shown)
    bars = "Red 30.0\u00a0% Blue 70.0\u00a0% Cut-off 50\u00a0%"
    assert words == f"Blue Likely ,  70.0\u00a0% {bars} The model says  Blue ."


def test_the_label_is_the_models_own_and_not_the_largest_probability():
    shown = probability_board.board(standing(Model(outcomes("red", "blue")), (0.4, 0.6), labels=("red",)), (), 1)
    assert "The model says  Red" in text_in(shown)
    assert "a rule of its own" in text_in(shown)


@pytest.mark.parametrize(("cut_off", "said"), [(0.5, True), (0.35, True), (0.25, False)])
def test_the_label_is_not_said_where_the_cut_off_in_use_decides_otherwise(cut_off, said):
    here = standing(Model(outcomes("red", "blue")), (0.3, 0.7), labels=("blue",), outcome="red")
    shown = text_in(probability_board.board(replace(here, cut_offs=(cut_off, 0.5)), (), 1))
    assert ("The model says" in shown) is said


def test_a_range_is_drawn_and_written_only_while_something_is_blank():
    model = Model(outcomes("red", "blue"))
    partly = probability_board.board(standing(model, (0.3, 0.7), (0.02, 0.31), (0.69, 0.98), blank=("x",)), (), 1)
    assert "2–69\u00a0%" in text_in(partly)
    assert "Nothing is known yet." in text_in(partly)
    [red, _] = found(partly, className="range")
    assert red.style == {"left": "2.0000%", "width": "67.0000%"}
    whole = probability_board.board(standing(model, (0.3, 0.7), labels=("blue",)), (), 1)
    assert not found(whole, className="range")
    assert "–" not in text_in(whole)


def test_independent_outcomes_are_ranked_and_declined_ones_come_last():
    model = Model(outcomes("loan", "card", "fund", exclusive=False))
    now = standing(model, (0.5, 0.9, 0.7))

    def order(declined):
        return [getattr(bar, "data-outcome") for bar in bars_of(probability_board.board(now, declined, 1))]

    assert order(()) == ["card", "fund", "loan"]
    assert order(("card",)) == ["fund", "loan", "card"]
    assert order(("nonsense",)) == ["card", "fund", "loan"]


def test_what_to_do_is_shown_where_the_card_speaks_of_decisions_and_no_band_decides_it():
    model = Model(outcomes("red", "blue"))
    assert "Offer it." not in text_in(probability_board.board(standing(model, (0.6, 0.4)), (), 1))
    model.card["bands"] = []
    assert "Offer it." in text_in(probability_board.board(standing(model, (0.6, 0.4)), (), 1))
    model.card["actions"] = {"act": "Call.", "leave": "Write."}
    low = replace(standing(model, (0.1, 0.9)), cut_offs=(0.03, 0.5))
    assert "Call." in text_in(probability_board.board(low, (), 1))
    assert "Write." in text_in(probability_board.board(replace(low, cut_offs=(0.11, 0.5)), (), 1))


@pytest.mark.parametrize(
    ("probability", "cut_off", "words"),
    [
        (0.05, 0.02, ""),  # acts, and gains
        (0.005, 0.02, ""),  # leaves, and would lose
        (0.05, 0.1, "The cut-off is 10\u00a0%; acting is still worth 15\u00a0USD on average."),
        (0.005, 0.001, "The cut-off is 0.1\u00a0%; acting loses 3\u00a0USD on average."),
    ],
)
def test_a_decision_against_the_worth_says_so(probability, cut_off, words):
    """By hand: 0.05 · 400 - 5 = 15, and 0.005 · 400 - 5 = -3."""
    model = Model(outcomes("red", "blue"))
    model.card["payoff"] = {"currency": "USD", "call": 5.0, "outcomes": {"red": {"true_positive": 400.0}}}
    here = replace(standing(model, (probability, 1 - probability), outcome="red"), cut_offs=(cut_off, 0.5))
    said = text_in(probability_board.board(here, (), 1))
    assert words in said
    assert ("The cut-off is" in said) == bool(words)


@pytest.mark.parametrize(
    ("probabilities", "cut_offs", "call", "said"),
    [
        ((0.01, 0.02), (0.5, 0.5), 9.0, True),  # nobody reaches a cut-off, and acting would lose
        ((0.01, 0.02), (0.5, 0.5), 1.0, False),  # acting on one would gain: 0.02 · 100 - 1
        ((0.01, 0.02), (0.5, 0.015), 9.0, False),  # one reaches its own cut-off
    ],
)
def test_no_to_all_is_said_only_where_it_helps(probabilities, cut_offs, call, said):
    model = Model(outcomes("loan", "card", exclusive=False))
    worth = {"true_positive": 100.0}
    model.card["payoff"] = {"call": call, "outcomes": {"loan": worth, "card": worth}}
    here = replace(standing(model, probabilities), cut_offs=cut_offs)
    assert ("no to all of them" in text_in(probability_board.board(here, (), 1))) is said


@pytest.mark.parametrize(("low", "high", "settled"), [(0.55, 0.9, True), (0.3, 0.9, False), (0.1, 0.4, True)])
def test_what_to_do_is_not_said_while_the_blanks_may_still_carry_the_score_across_the_cut_off(low, high, settled):
    model = Model(outcomes("red", "blue"), Schema((Feature("a", "A", "number"),)))
    model.card["bands"] = []
    now = standing(model, (0.6, 0.4), blank=("a",), low=(low, 0.0), high=(high, 1.0))
    said = text_in(probability_board.board(now, (), 1))
    assert ("Offer it." in said) == settled
    assert (NOT_FINAL in said) != settled


@pytest.mark.parametrize(
    ("crossing", "decides", "is_call", "words"),
    [
        (0.41, 0.5, False, "likely to move this by 14 points, 41\u00a0% chance that you would then act"),
        (0.41, 0.5, True, "likely to move this by 14 points, 41\u00a0% chance that you would no longer act"),
        (0.004, 0.21, False, "likely to move this by 14 points, settles 21\u00a0% of the doubt about the decision"),
        (0.0, 0.004, False, "likely to move this by 14 points"),
    ],
)
def test_a_question_is_put_in_words(crossing, decides, is_call, words):
    question = NextQuestion(feature="x", decides=decides, move=0.14, crossing=crossing)
    assert ask_next.question_text(question, is_call) == words


def test_at_most_three_questions_are_shown_and_none_that_moves_nothing():
    names = "abcde"
    model = Model(outcomes("red", "blue"), Schema(tuple(Feature(name, name.upper(), "number") for name in names)))
    worth = tuple(NextQuestion(feature=name, decides=0.1, move=0.1, crossing=0.0) for name in names)
    asked_for = lambda now: [getattr(part, "data-ask") for part in all_of(now) if hasattr(part, "data-ask")]  # noqa: E731
    now = probability_board.board(standing(model, (0.4, 0.6), blank=tuple(names), questions=worth), (), 1)
    assert asked_for(now) == ["a", "b", "c"]
    nothing = (NextQuestion(feature="a", decides=0.0, move=0.0001, crossing=0.0),)
    now = probability_board.board(standing(model, (0.4, 0.6), blank=("a",), questions=nothing), (), 1)
    assert asked_for(now) == []
    assert "No value that is still blank" in text_in(now)


@pytest.mark.parametrize("exclusive", [True, False])
def test_without_probabilities_the_page_says_what_is_missing_and_how_to_get_it(exclusive):
    shown = result.result(Model(outcomes("red", "blue", exclusive=exclusive)), Score(None, ("red",), None), 1)
    words = text_in(shown)
    assert "Red yes Blue no" in words
    assert "CalibratedClassifierCV" in words
    assert "%" not in words


def test_values_outside_of_training_are_named_beside_the_result():
    model, notes = Model(outcomes("red", "blue")), (Problem(0, "x", "9", "The model has seen 0 to 1."),)
    without = result.result(model, Score(None, ("red",), None, notes), 1)
    with_probabilities = probability_board.board(standing(model, (1.0, 0.0), notes=notes), (), 1)
    for shown in (without, with_probabilities):
        assert "Outside what the model has seen: X." in text_in(shown)


def test_an_answer_names_its_faults_by_field():
    problems = [Problem(0, "x", "a", "Bad.", "Accepted: b."), Problem(0, None, 3, "A record is a set of named values.")]
    answer = form_messages.form_response(4, problems=problems)
    assert answer["problems"] == {"x": "Bad. Accepted: b.", "": "A record is a set of named values."}
    assert answer["serial"] == 4


@pytest.mark.parametrize(
    "sent",
    [None, 3, [], "x", {}, {"serial": "x", "model": 3, "record": []}, {"serial": 1, "outcome": 4, "declined": ["a"]}],
)
def test_any_question_can_be_read(sent):
    question = form_messages.FormRequest.read(sent)
    assert isinstance(question.serial, int)
    assert isinstance(question.model, str)
    assert question.chosen(outcomes("red", "blue")) is None
    assert question.declined == ()


def test_home_lists_models_and_names_what_is_broken():
    page = home.page([("small", Model(outcomes("red", "blue"))), ("bad", BrokenModel("Altered.", "Restore it."))])
    words = text_in(page)
    for part in ("Small", "A small model.", "Red", "Blue", "1 feature", "bad", "Altered.", "Restore it."):
        assert part in words
    links = {part.href for part in all_of(page) if hasattr(part, "href")}
    opened = {url.href(kind, "small") for kind in url.OF_A_MODEL if kind != "versions"}
    assert links == opened | {url.href("versions", "bad")}  # where another version may serve


def test_home_without_models_says_how_to_make_some():
    assert "python -m ml train" in text_in(home.page([]))


def test_a_missing_page_leads_to_those_that_are_there():
    page = not_found.page("/nope", ["iris"])
    assert "There is no page at /nope." in text_in(page)
    assert "/iris/predict" in {part.href for part in all_of(page) if hasattr(part, "href")}
    words = text_in(not_found.error_page(UnknownModel("There is no model 'x'.", "Known models: iris."), ["iris"]))
    assert "There is no model 'x'." in words
    assert words.count("iris") == 1


def test_the_open_tab_is_marked_and_tabs_keep_the_version():
    page = blocks.model_page(Model(outcomes("red", "blue")), "insights", "small@12345678", "2 xs")
    tabs = [part for part in all_of(page) if "model-tab" in (getattr(part, "className", None) or "").split()]
    assert [tab.href for tab in tabs] == [url.href(kind, "small@12345678") for kind in url.OF_A_MODEL]
    assert ["model-tab-open" in tab.className for tab in tabs] == [kind == "insights" for kind in url.OF_A_MODEL]


def test_ids_are_there_once():
    for page in (shell.layout(), gallery.page()):
        ids = [str(part.id) for part in all_of(page) if getattr(part, "id", None)]
        assert len(ids) == len(set(ids))


def test_the_document_has_no_inline_scripts_or_handlers():
    assert "<script>" not in shell.INDEX
    assert " on" not in shell.INDEX.split("<body>")[1].split("{%app_entry%}")[0].replace(" on ", " ")
