"""The Prediction page in a real browser."""

import json
import random
import re
import time

import pytest
from playwright.sync_api import expect

from ml.data.records import read_records
from tests.e2e.addresses import filled

UPDATE = "**/_dash-update-component*"


def score_of(service, tab, model):
    """What the service says of what stands in the form: with nothing blank, the model's own answer."""
    record = tab.record()
    whole = all(text.strip() for text in record.values())
    said = service.score(model, [record]).scores[0] if whole else service.score_with_blanks(model, record)
    return dict(zip(service.model(model).outcomes.names, said.probabilities, strict=True))


def question(route):
    """Serial of the question in a request; 0 where it is none."""
    body = json.loads(route.request.post_data or "{}")
    asked = [
        given.get("value")
        for given in body.get("inputs", [])
        if isinstance(given, dict) and given["id"] == "form-request"
    ]
    return asked[0]["serial"] if asked else 0


@pytest.mark.parametrize("model", ["iris", "breast-cancer", "loan", "bank-products"])
def test_the_page_opens_with_the_score_of_what_stands_in_its_form(browse, service, model):
    tab = browse().open(filled(model))
    tab.settle()
    assert tab.probabilities() == pytest.approx(score_of(service, tab, model), abs=1e-12)
    assert len(tab.updates()) == 1


@pytest.mark.parametrize(
    ("model", "label", "text"),
    [
        ("iris", "Petal width", "2.3"),
        ("breast-cancer", "Radius", "21"),
        ("loan", "Loan amount", "390"),
        ("bank-products", "Income", "180"),
    ],
)
def test_a_change_moves_the_numbers_and_they_are_the_services(browse, service, model, label, text):
    tab = browse().open(filled(model))
    before = tab.probabilities()
    tab.type(label, text)
    tab.settle()
    after = tab.probabilities()
    assert after != before
    assert after == pytest.approx(score_of(service, tab, model), abs=1e-12)
    for name, shown in tab.percents().items():
        if digits := re.fullmatch(r"([\d.]+)\u00a0%", shown):
            assert float(digits[1]) == pytest.approx(100 * after[name], abs=0.1)
    assert len(tab.updates()) == 2


@pytest.mark.nightly
def test_typing_without_enter_is_answered_too(browse, service):
    tab = browse().open(filled("iris"))
    control = tab.textbox("Petal width")
    control.fill("1")
    control.press_sequentially(".75", delay=20)
    expect(tab.page.locator("#panel")).to_have_attribute("aria-busy", "true")
    tab.settle()
    assert tab.record()["petal_width"] == "1.75"
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "iris"), abs=1e-12)


@pytest.mark.nightly
def test_choices_and_switches_are_answered(browse, service):
    tab = browse().open(filled("loan"))
    before = tab.probabilities()
    tab.page.get_by_text("Debts unpaid").click()
    tab.answered(1)
    assert tab.record()["Credit_History"] == "0"
    assert tab.probabilities() != before
    tab.field("Credit history").get_by_text("Not known").click()
    tab.answered(2)
    assert tab.record()["Credit_History"] == ""
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "loan"), abs=1e-12)

    tab = browse().open(filled("bank-products"))
    tab.field("Online banking").get_by_text("No", exact=True).click()
    tab.answered(1)
    tab.page.get_by_role("combobox", name="Education").select_option(value="graduate")
    tab.answered(2)
    assert (tab.record()["online_banking"], tab.record()["education"]) == ("false", "graduate")
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "bank-products"), abs=1e-12)


@pytest.mark.nightly
def test_the_slider_and_its_number_move_together(browse, service):
    tab = browse().open(filled("iris"))
    slider = tab.page.get_by_role("slider", name="Petal length")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    expect(tab.textbox("Petal length")).to_have_value("5.2")
    tab.settle()
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "iris"), abs=1e-12)
    tab.type("Petal length", "6")
    tab.settle()
    assert float(slider.input_value()) == 6


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "“abc” is not a whole number."),
        ("45.5", "“45.5” is not a whole number."),
        ("7", "“7” is below 18."),
        ("1e400", "is not a number that can be calculated with."),
    ],
)
def test_bad_input_is_marked_in_words_and_no_number_stands_beside_it(browse, text, words):
    tab = browse().open(filled("bank-products"))
    tab.type("Age", text)
    tab.settle("invalid")
    control = tab.textbox("Age")
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(control).to_have_accessible_description(re.compile(re.escape(words)))
    expect(tab.page.locator("#panel-words")).to_contain_text("please correct Age")
    expect(tab.page.locator("#panel-words")).to_contain_text("belongs to earlier values")
    expect(tab.page.locator(".score")).to_have_css("opacity", "0.55")
    expect(tab.page.locator(".score")).to_have_css("filter", "grayscale(1)")
    assert tab.numbers_seen() == []
    tab.type("Age", "46")
    tab.settle()
    assert len(tab.numbers_seen()) == 5
    expect(control).not_to_have_attribute("aria-invalid", "true")


def test_every_fault_is_named_at_once(browse):
    tab = browse().open(filled("bank-products", age="abc", mortgage="-3", nonsense="1"))
    tab.settle("invalid")
    expect(tab.field("Age")).to_contain_text("is not a whole number")
    expect(tab.field("Mortgage")).to_contain_text("is below 0")
    assert tab.numbers_seen() == []


def test_outside_of_training_is_allowed_and_flagged(browse, service):
    tab = browse().open(filled("bank-products"))
    tab.type("Income", "900")
    tab.settle()
    expect(tab.field("Income")).to_contain_text("The model has seen 8 to 224.")
    expect(tab.page.locator("#result")).to_contain_text("Outside what the model has seen: Income.")
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "bank-products"), abs=1e-12)


@pytest.mark.nightly
def test_a_late_answer_never_overwrites_a_newer_one(browse, service):
    tab = browse().open(filled("iris"))
    held = []

    def hold_the_first(route):
        if question(route) == 1:
            held.append(route)
        else:
            route.continue_()

    tab.page.route(UPDATE, hold_the_first)
    tab.type("Petal width", "0.3")
    tab.page.wait_for_timeout(300)
    assert len(held) == 1
    tab.type("Petal width", "2.4")
    tab.settle()
    right = tab.probabilities()
    assert right == pytest.approx(score_of(service, tab, "iris"), abs=1e-12)
    held[0].continue_()
    for _ in range(20):
        tab.page.wait_for_timeout(25)
        current = tab.page.locator("#panel[data-state=current]").count()
        assert not current or tab.probabilities() == right
    tab.settle()
    assert tab.probabilities() == right


@pytest.mark.nightly
@pytest.mark.parametrize("failure", [500, 429, "network"])
def test_a_failed_question_is_shown_and_asked_again(browse, service, failure):
    tab = browse(quiet=False).open(filled("iris"))
    fail = (lambda route: route.abort()) if failure == "network" else (lambda route: route.fulfill(status=failure))
    tab.page.route(UPDATE, fail)
    tab.type("Petal width", "2.4")
    tab.page.wait_for_timeout(600)
    assert tab.numbers_seen() == []
    tab.page.wait_for_selector("#panel[data-state=lost]")
    expect(tab.page.locator("#panel-words")).to_contain_text("No answer from the server. Trying again")
    assert tab.numbers_seen() == []
    tab.page.unroute(UPDATE)
    tab.settle()
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "iris"), abs=1e-12)
    assert tab.page.locator("#panel-words").inner_text() == ""


@pytest.mark.nightly
def test_a_fast_typist_gets_the_last_value_and_floods_nobody(browse, service):
    tab = browse().open(filled("bank-products"))
    control = tab.textbox("Income")
    control.fill("")
    asked = len(tab.updates())
    control.press_sequentially("123.45678901234567", delay=30)
    control.press("Enter")
    tab.settle()
    assert tab.record()["income"] == "123.45678901234567"
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "bank-products"), abs=1e-12)
    assert len(tab.updates()) - asked <= 2


def test_the_form_is_worked_by_keyboard_alone(browse):
    tab = browse().open(filled("iris"))
    control = tab.textbox("Sepal length")
    control.focus()
    control.press("ArrowUp")
    assert control.input_value() == "5.9"
    control.press("Shift+ArrowDown")
    assert control.input_value() == "4.9"
    tab.settle()
    field = tab.field("Sepal width")
    summary, words = field.locator("summary"), field.get_by_text("Measured at the widest point.")
    summary.focus()
    summary.press("Enter")
    expect(words).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(words).not_to_be_visible()
    tab.page.keyboard.press("Tab")
    expect(tab.textbox("Sepal width")).to_be_focused()


def test_the_address_holds_what_was_changed_and_opens_it_again(browse):
    tab = browse().open(filled("loan", loan_amount="200", nonsense="1", Gender="Martian"))
    tab.settle()
    assert tab.record()["LoanAmount"] == "200"
    assert tab.record()["Gender"] == ""  # a choice that is none cannot be shown
    tab.type("Income", "9000")
    tab.settle()
    tab.page.wait_for_url("**/loan/predict?*ApplicantIncome=9000*")
    before = tab.probabilities()
    assert len(tab.updates()) == 2  # the mirror in the address asks nothing
    tab.page.reload()
    tab.page.wait_for_selector("#panel[data-state=current]")
    assert tab.probabilities() == before
    tab.page.get_by_role("link", name="Insights").click()
    tab.page.wait_for_url("**/loan/insights")
    tab.page.wait_for_selector("#panel", state="detached")
    tab.page.go_back()
    tab.settle()
    assert tab.probabilities() == before


def test_the_answers_come_from_the_version_whose_form_is_shown(browse, service):
    tab = browse().open(filled("iris"))
    tab.type("Petal width", "2")
    tab.settle()
    asked = json.loads(tab.updates()[-1].post_data)["inputs"][0]["value"]
    assert asked["model"] == service.model("iris").key


def test_the_page_is_light(browse):
    tab = browse().open(filled("loan"))
    tab.settle()
    urls = [request.url for request in tab.requests]
    assert not any("plotly" in url or "async-" in url for url in urls)
    on_page = tab.page.evaluate("fetch('/_dash-dependencies').then(answer => answer.json())")
    here = [c for c in on_page if any(i["id"] in ("location", "form-request", "form-response") for i in c["inputs"])]
    assert len(here) <= 3
    sizes = [len(request.response().body()) for request in tab.requests if request.url.startswith(tab.address)]
    assert len(sizes) < 30


@pytest.mark.nightly
def test_from_one_model_to_another_nothing_stays_behind(browse, service):
    tab = browse().open(filled("iris"))
    tab.type("Sepal length", "abc")
    tab.settle("invalid")
    tab.page.get_by_role("link", name="Models").click()
    tab.page.get_by_role("link", name="Breast tissue").click()
    tab.page.wait_for_selector("#form[data-model^=breast]")
    tab.settle()
    assert tab.page.locator("[aria-invalid=true], [data-state=problem]").count() == 0
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "breast-cancer"), abs=1e-12)
    assert tab.page.title() == "Breast tissue – Prediction"


def test_a_change_is_on_the_screen_soon(browse):
    """Not the figure of the benchmark: only that nothing holds the answer back."""
    tab = browse().open(filled("iris"))
    began = time.monotonic()
    tab.type("Petal width", "2")
    tab.settle()
    assert time.monotonic() - began < 5


@pytest.mark.nightly
def test_after_any_edits_the_result_belongs_to_the_form(browse, service):
    """Random edits at random speed, some of them nonsense; whenever the page rests, form and result agree."""
    dice = random.Random(20)
    schema = service.model("bank-products").schema.with_blanks
    tab = browse().open(filled("bank-products"))
    values = ["20", "45", "61", "3", "", "abc", "1.5", "1e3", "0"]
    for _ in range(6):
        for _ in range(dice.randint(1, 5)):
            control = tab.textbox(dice.choice(["Age", "Family size", "Income", "Card spending", "Mortgage"]))
            control.fill(dice.choice(values))
            if dice.random() < 0.4:
                control.press(dice.choice(["Enter", "ArrowUp", "ArrowDown", "Tab"]))
            tab.page.wait_for_timeout(dice.choice([0, 0, 30, 200]))
        if dice.random() < 0.5:
            tab.field("Online banking").get_by_text(dice.choice(["Yes", "No", "Not known"]), exact=True).click()
        tab.page.wait_for_timeout(400)
        tab.page.wait_for_selector("#panel[aria-busy=false]")
        faults = {problem.feature for problem in read_records(schema, [tab.record()]).problems}
        tab.settle("invalid" if faults else "current")
        marked = tab.page.locator("[data-state=problem]")
        assert set(marked.evaluate_all("fields => fields.map(field => field.dataset.feature)")) == faults
        if faults:
            assert tab.numbers_seen() == []
        else:
            assert tab.probabilities() == pytest.approx(score_of(service, tab, "bank-products"), abs=1e-12)


@pytest.mark.nightly
def test_a_slow_server_is_waited_for(browse, service):
    tab = browse().open(filled("iris"))
    tab.page.route(UPDATE, lambda route: (time.sleep(3.5), route.continue_()))
    tab.type("Petal width", "2.4")
    tab.page.wait_for_selector("#panel[data-state=lost]")
    tab.page.wait_for_selector("#panel[data-state=current]", timeout=20_000)
    assert tab.probabilities() == pytest.approx(score_of(service, tab, "iris"), abs=1e-12)


# As an extension that fills in forms sets a value: React takes no notice of what was set, nor of the event
FILLED_IN = """([feature, value]) => {
    const field = document.querySelector(`[data-feature="${feature}"]`);
    const radio = field.querySelector(`[type=radio][value="${value}"]`);
    if (radio) radio.checked = true;
    else document.getElementById(field.dataset.control).value = value;
    const control = radio ?? document.getElementById(field.dataset.control);
    const heard = control.tagName === "INPUT" ? control : control.closest("[data-asks]");
    for (const kind of ["input", "change"]) heard.dispatchEvent(new Event(kind, { bubbles: true }));
}"""


@pytest.mark.parametrize(("feature", "value"), [("income", "62"), ("region", "north"), ("online_banking", "false")])
def test_what_a_program_fills_in_is_asked_about_and_not_without_end(browse, feature, value):
    tab = browse().open("/bank-products/predict?income=50&online_banking=true")
    tab.reasons()
    before = tab.probabilities()
    tab.page.evaluate(FILLED_IN, [feature, value])
    tab.page.wait_for_url(re.compile(f"{feature}={value}"))
    tab.reasons()
    assert tab.record()[feature] == value
    assert tab.probabilities() != before
    asked = len(tab.updates())
    assert asked < 10
    tab.page.wait_for_timeout(600)
    assert len(tab.updates()) == asked


@pytest.mark.parametrize("turn", ["reload", "back"])
def test_what_was_typed_is_there_after_leaving_a_page_that_was_not_answered(browse, turn):
    tab = browse().open("/bank-products/predict?age=40")
    tab.settle()
    asks = re.compile(r'"output":"\.\.result')
    silent = lambda route: asks.search(route.request.post_data or "") or route.continue_()  # noqa: E731
    tab.page.route(UPDATE, silent)
    tab.textbox("Income").fill("62")
    tab.page.keyboard.press("Tab")
    tab.field("Online banking").get_by_text("Yes", exact=True).click()
    if turn == "back":
        tab.page.get_by_role("link", name="Performance").click()
        tab.page.wait_for_selector("[data-title*=Performance]")
    tab.page.unroute(UPDATE)
    if turn == "back":
        tab.page.evaluate("history.back()")
    else:
        tab.page.wait_for_url(re.compile("income=62.*online_banking=true"))
        tab.page.reload()
    tab.page.wait_for_selector("#panel[data-state=current]")
    kept = tab.record()
    assert (kept["age"], kept["income"], kept["online_banking"]) == ("40", "62", "true")
