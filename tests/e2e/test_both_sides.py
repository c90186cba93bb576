"""Rules that stand in Python and in JavaScript: both are run with the same inputs and must agree.

docs/ARCHITECTURE.md has the list of these rules. The scripts are loaded into an empty page, without a server.
"""

import json
import random
from dataclasses import asdict
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from playwright.sync_api import expect

from callbacks.plots import plot_request
from callbacks.router import show_page
from layouts.shared.script_sentences import attribute
from ml.data.parsing import NUMBER
from ml.locale import DEFAULT_FORMAT, NotANumber, canonical, format_of_locale, localized, use_number_format
from ml.metrics.threshold_table import ThresholdTable
from ml.text.words import change_text
from prerender.opening import Opening
from tests.e2e.modules import use

READERS = (DEFAULT_FORMAT, *map(format_of_locale, ("de-DE", "fr-FR", "de-CH", "tr", "es")))


@pytest.fixture(scope="module")
def script(chromium):
    """Run JavaScript beside the scripts that write and read numbers."""
    page = chromium.new_page()
    use(page, "shared/numbers")
    page.evaluate("(said) => Object.assign(document.body.dataset, said)", {"sentences": attribute()["data-sentences"]})
    page.evaluate("() => { window.numbers = modules.numbers; }")
    yield page.evaluate
    page.close()


@pytest.fixture
def dice():
    return random.Random(0)


def run(script, marks, function, inputs):
    """What a function of (input, marks) gives for each input in the page of a reader with these marks."""
    code = f"""(sent) => {{
        const [marks, inputs] = JSON.parse(sent);
        Object.assign(document.body.dataset, marks);
        const n = numbers;
        return JSON.stringify(inputs.map((each) => ({function})(each, marks)));
    }}"""
    return json.loads(script(code, json.dumps([asdict(marks), inputs])))


def moves(dice):
    """Pairs of probabilities: all thousandths apart from one half, halves of a tenth and of a point, any others."""
    steps = [(0.5, 0.5 + at / 2000) for at in range(-1000, 1001)] + [(0.0, at / 2000) for at in range(2001)]
    ties = [(start / 100, start / 100 + at / 10_000) for start in (0, 7, 35) for at in range(5, 6000, 5)]
    near = [(0.0, float(np.nextafter(at / 2000, end))) for at in range(1, 2000) for end in (0.0, 1.0)]
    return [*steps, *ties, *near, *((dice.random(), dice.random() * dice.choice((1, 0.01))) for _ in range(2000))]


def test_points_are_rounded_alike(script, dice):
    for marks in READERS[:2]:
        pairs = moves(dice)
        shown = run(script, marks, "([before, after]) => n.points(after - before, marks)", pairs)
        with use_number_format(marks):
            assert shown == [change_text(*pair) for pair in pairs]


def test_what_is_typed_is_read_alike(script, dice):
    letters = "0123456789" * 3 + ".,'’ \u00a0\u2009\u202f−-+eE%x"
    typed = ["".join(dice.choices(letters, k=dice.randint(1, 9))) for _ in range(20_000)]
    typed += ["1−2", "−1e−5", "1.234.567,5", "1,234,567.5", "12,34", "1 234", "1\u202f234,5", "1'234’567"]
    for marks in READERS:
        with use_number_format(marks):
            typed += [localized(f"{dice.uniform(-(10**7), 10**7):,.{dice.randint(0, 3)}f}") for _ in range(300)]
    for marks in READERS:
        assert run(script, marks, "n.read", typed) == [understood(text, marks) for text in typed]


def understood(text, marks):
    """As the script says it: nothing where nothing was typed, and an invisible letter behind what is no number."""
    try:
        return canonical(text, marks) if text.strip() else ""
    except NotANumber:
        return f"{text.strip()}\u2063"


def test_what_a_program_calls_a_number_is_the_same(script, dice):
    texts = ["".join(dice.choices("0123456789..+-eE ", k=dice.randint(1, 7))) for _ in range(5000)]
    shown = run(script, READERS[1], "n.write", texts)
    assert shown == [text.replace(".", ",", 1) if NUMBER.fullmatch(text) else text for text in texts]


def test_the_row_of_a_cut_off_is_the_same(script, dice):
    for cut_offs in ([0.5], [0.25, 0.75], sorted({round(dice.random(), 3) for _ in range(300)})):
        between = [(low + high) / 2 for low, high in pairwise(cut_offs)]
        asked = [0.0, 1.0, *cut_offs, *between, *(dice.random() for _ in range(500))]
        rows = script("([list, asked]) => asked.map((each) => numbers.nearest(list, each))", [cut_offs, asked])
        table = SimpleNamespace(cut_off=cut_offs)
        assert rows == [ThresholdTable.at(table, each) for each in asked]


@pytest.mark.nightly
def test_the_first_plot_is_asked_for_as_the_server_foresees_it(browse, service):
    for locale, address in (
        ("en-US", "/loan/performance"),
        ("de-DE", "/loan/performance?cut_off=0.42"),
        ("en-US", "/iris/insights?outcome=virginica"),
        ("de-DE", "/bank-products/insights"),
    ):
        tab = browse(locale=locale).open(address)
        asked = [json.loads(each.post_data) for each in tab.requests if '"plot-request' in (each.post_data or "")]
        path, _, search = address.partition("?")
        with use_number_format(format_of_locale(locale)):
            foreseen = Opening.of(show_page(service, path, f"?{search}" if search else "")).first_plot()
            (request, controls, _), (named, place) = asked[0]["inputs"], asked[0]["state"]
            values, options = [each["value"] for each in controls], [each["value"] for each in named]
            sent = plot_request(request["value"], values, options, place["value"])
        assert (place["value"], sent) == foreseen


@pytest.mark.nightly
def test_every_plot_opens_with_its_options_in_the_readers_marks(browse, service):
    tab = browse(locale="de-DE").open("/loan/performance")
    card = tab.page.locator('.plot-card[data-plot="profit"]')
    card.scroll_into_view_if_needed()
    expect(card.locator(".main-svg").first).to_be_visible()
    field = card.locator("[data-option=call]")
    card.locator(".plot-assumes summary").click()
    field.locator("input").fill("12,5")
    tab.page.wait_for_function("() => new URLSearchParams(location.search).get('profit.call') === '12.5'")
    tab.page.reload()
    expect(field.locator("input")).to_have_value("12,5")
    expect(card.locator(".plot-refusal")).to_have_count(0)
    assert "profit.call=12.5" in tab.page.url
