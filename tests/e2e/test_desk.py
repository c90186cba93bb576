"""What the card and the store know of decisions, on the Prediction page: worth and cut-off, in a real browser."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from app import create_server
from ml.data.columns import rows_of
from ml.data.feature import text_of
from settings import Settings
from store.db import open_store
from tests.serving import served

MODEL = "bank-products"


@pytest.fixture(scope="module")
def settings(models_dir, tmp_path_factory):
    """Of a server of its own, so that no other test meets the cut-offs that are chosen here."""
    return Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def address(settings):
    """Where that server answers."""
    with served(create_server(settings)) as address:
        yield address


@pytest.fixture
def choose(settings):
    """Store a cut-off as somebody else's click would; taken back at the end."""
    store, chosen = open_store(settings.database_url), []

    def choose(model, outcome, value):
        chosen.append(model)
        store.set_cutoff(model, outcome, value, before=0.5, reason="a test")

    yield choose
    for model in set(chosen):
        store.forget_cutoffs(model)


def worth_of(service, name, probability):
    """By hand: the demo's card gives a value to hits and a cost to calls."""
    payoff = service.model(MODEL).card["payoff"]
    assert set(payoff["outcomes"][name]) == {"true_positive"}
    return probability * payoff["outcomes"][name]["true_positive"] - payoff["call"]


def by_value(service, tab, declined=()):
    shown = tab.probabilities()
    return sorted(shown, key=lambda name: (name in declined, -worth_of(service, name, shown[name])))


def by_probability(tab, declined=()):
    shown = tab.probabilities()
    return sorted(shown, key=lambda name: (name in declined, -shown[name]))


def pressed(tab):
    return tab.page.locator("[data-order][aria-pressed=true]").inner_text()


def test_products_stand_by_what_they_bring_and_each_says_how_much(browse, service):
    tab = browse().open(f"/{MODEL}/predict?income=95")
    tab.settle()
    assert list(tab.probabilities()) == by_value(service, tab) != by_probability(tab)
    assert pressed(tab) == "By value"
    for name, probability in tab.probabilities().items():
        said = tab.page.locator(f"#result [data-outcome={name}] .bar-value").inner_text()
        number = float(re.fullmatch(r"≈\xa0([−\d.]+)\xa0USD", said)[1].replace("−", "-"))
        assert number == pytest.approx(worth_of(service, name, probability), abs=0.51)
    expect(tab.page.locator(".averages")).to_contain_text("on average")


@pytest.mark.nightly
def test_the_order_is_chosen_by_keyboard_kept_in_the_address_and_comes_back(browse, service):
    tab = browse().open(f"/{MODEL}/predict?income=95")
    tab.settle()
    button = tab.page.get_by_role("button", name="By probability")
    button.focus()
    button.press("Enter")
    tab.answered(1)
    assert list(tab.probabilities()) == by_probability(tab)
    expect(button).to_be_focused()
    tab.page.wait_for_url("**order=probability*")
    tab.page.reload()
    tab.settle()
    assert pressed(tab) == "By probability"
    assert list(tab.probabilities()) == by_probability(tab)
    tab.page.get_by_role("button", name="By value").click()
    tab.answered(1)
    assert list(tab.probabilities()) == by_value(service, tab)
    tab.page.wait_for_url(lambda address: "order" not in address)


@pytest.mark.nightly
@pytest.mark.parametrize("order", ["", "&order=probability"])
def test_what_was_declined_goes_last_in_both_orders(browse, service, order):
    tab = browse().open(f"/{MODEL}/predict?income=95&declined=personal-loan{order}")
    tab.settle()
    declined = ("personal-loan",)
    wanted = by_probability(tab, declined) if order else by_value(service, tab, declined)
    assert list(tab.probabilities()) == wanted
    assert wanted[-1] == "personal-loan"


@pytest.mark.nightly
@pytest.mark.parametrize("model", ["iris", "loan"])
def test_where_outcomes_exclude_each_other_nothing_is_ordered_by_value(browse, model):
    tab = browse().open(f"/{model}/predict?order=probability")
    tab.settle()
    assert tab.page.locator("#result [data-order]").count() == 0
    valued = 1 if model == "loan" else 0  # its card has a payoff of one outcome
    for part in (".bar-value", ".averages"):
        assert tab.page.locator(f"#result {part}").count() == valued


@pytest.mark.nightly
def test_an_order_that_there_is_not_is_none(browse, service):
    tab = browse().open(f"/{MODEL}/predict?income=95&order=<b>")
    tab.settle()
    assert list(tab.probabilities()) == by_value(service, tab)


def test_the_cut_off_stands_on_the_bar_of_the_chosen_outcome_only(browse, choose):
    tab = browse().open("/loan/predict?Credit_History=0")
    tab.settle()
    expect(tab.page.locator(".tick-words")).to_have_text("Cut-off 60\xa0%")  # the best by its payoff
    choose("loan", "Y", 0.355)
    tab.type("Income", "9000")
    tab.answered(1)
    bar = tab.page.locator("#result [data-outcome=Y]")
    expect(bar.get_by_role("button", name=re.compile("Approved.*Cut-off 35.5.%"))).to_be_visible()
    track, mark = (bar.locator(part).bounding_box() for part in (".track", ".tick"))
    assert (mark["x"] + mark["width"] / 2 - track["x"]) / track["width"] == pytest.approx(0.355, abs=0.01)
    assert tab.page.locator(".tick").count() == 1
    tab.page.locator("[data-choose=N]").click()
    tab.answered(2)
    expect(tab.page.locator("#result [data-outcome=N] .tick-words")).to_have_text("Cut-off 50\xa0%")
    assert tab.page.locator(".tick").count() == 1


def test_what_would_change_it_goes_to_the_cut_off_that_somebody_chose(browse, choose):
    choose("loan", "Y", 0.95)
    tab = browse().open("/loan/predict")
    tab.reasons()
    expect(tab.page.locator(".change")).to_contain_text("to 95\xa0%")


@pytest.mark.parametrize("cut_off", [0.0, 0.02, 0.98, 1.0])
def test_the_words_of_any_cut_off_stay_on_the_page(browse, choose, cut_off):
    choose(MODEL, "personal-loan", cut_off)
    tab = browse(width=380, height=800).open(f"/{MODEL}/predict?outcome=personal-loan")
    tab.settle()
    words, panel = (tab.page.locator(part).bounding_box() for part in (".tick-words", "#panel"))
    assert panel["x"] <= words["x"]
    assert words["x"] + words["width"] <= panel["x"] + panel["width"]
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380


def test_what_to_do_follows_from_the_cut_off_that_somebody_chose(browse, choose, service):
    """Seen before: 3 % was in use, and 14.6 % said "Leave it" beside what it would bring."""
    bundle = service.model(MODEL)
    row = next(iter(rows_of(bundle.schema, bundle.holdout.block)))
    record = {name: text_of(value) for name, value in zip(bundle.schema.names, row, strict=True)}
    place = f"/{MODEL}/predict?{urlencode({'outcome': 'personal-loan', **record})}"
    probability = service.score_with_blanks(MODEL, record, "personal-loan").probability
    for cut_off, words in ((probability / 2, "Offer it."), (min(2 * probability, 1.0), "Leave it, unless they ask.")):
        choose(MODEL, "personal-loan", cut_off)
        tab = browse().open(place)
        tab.settle()
        assert tab.probabilities()["personal-loan"] == pytest.approx(probability, abs=1e-12)
        expect(tab.page.locator("#result .action")).to_contain_text(words)
