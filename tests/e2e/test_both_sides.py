"""Rules that stand in Python and in JavaScript: both are run with the same inputs and must agree.

docs/ARCHITECTURE.md has the list of these rules. The scripts are loaded into an empty page, without a server.
"""

import json
import random
from dataclasses import asdict
from itertools import pairwise
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from playwright.sync_api import expect
from pydantic import ValidationError

from callbacks.router import show_page
from jobs.refused import NoCampaign, NotDone, NotHeld, UnknownJob
from layouts.campaign.page import STEPS
from layouts.shared.percent import percents
from ml.campaign.list_request import ListRequest
from ml.campaign.wish import default_cost, default_value, read_wish
from ml.data.parsing import NUMBER
from ml.locale import DEFAULT_FORMAT, NotANumber, canonical, format_of_locale, localized, percent, use_number_format
from ml.metrics.threshold_table import ThresholdTable
from ml.text.words import change_text
from prerender.opening import Opening
from store.job import OPEN, State
from tests.e2e.modules import use

READERS = (DEFAULT_FORMAT, *map(format_of_locale, ("de-DE", "fr-FR", "de-CH", "tr", "es")))


@pytest.fixture(scope="module")
def script(chromium):
    """Run JavaScript beside the scripts that write and read numbers."""
    page = chromium.new_page()
    use(page, "shared/numbers", "campaign/campaign", "campaign/words")
    page.evaluate("""() => {
        window.numbers = modules.numbers;
        window.campaign = modules.campaign.c;
        campaign.page = () => document.body;
    }""")
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
        const c = campaign, n = numbers;
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


def test_percents_are_rounded_alike_and_sum_to_a_hundred_alike(script, dice):
    alone = [[at / 2000] for at in range(2001)] + [[float(np.nextafter(at / 2000, 0))] for at in range(1, 2001)]
    several = [share(dice, dice.randint(2, 9)) for _ in range(1000)] + [[1 / n] * n for n in range(1, 12)]
    for marks in READERS:
        for exclusive, cases in ((False, [*alone, *several]), (True, several)):
            shown = run(script, marks, f"(each) => c.percents(each, {str(exclusive).lower()})", cases)
            with use_number_format(marks):
                assert shown == [percents(each, exclusive=exclusive) for each in cases]


def share(dice, k):
    """Probabilities that sum to 1, some of them hardly more than nothing."""
    parts = [dice.random() ** dice.choice((1, 8)) for _ in range(k)]
    return [part / sum(parts) for part in parts]


def test_numbers_are_written_alike(script, dice):
    whole = [0, 7, 999, 1000, 1234567, *(dice.randrange(10**9) for _ in range(100))]
    for marks in READERS:
        with use_number_format(marks):
            assert run(script, marks, "c.count", whole) == [localized(f"{number:,}") for number in whole]
            assert run(script, marks, "c.sign", ["62.5"]) == [percent("62.5")]
            numbers = ("1,234", "62.5", "12,345,678.25")
            said = "Of {} records, {} on 3 lists: {}."
            assert run(script, marks, "c.spoken", [said.format(*numbers)]) == [said.format(*map(localized, numbers))]


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


@pytest.fixture
def campaign(browse):
    """The Campaign page of a model, its wish filled as for a file that is scored; nothing was sent."""

    def opened(service, model, **options):
        tab = browse(**options).open(f"/{model}/campaign")
        bundle = service.model(model)
        names = bundle.outcomes.names
        about = {name: {"cut_off": service.cut_off(bundle, name), **money(bundle.card, name)} for name in names}
        choices = {
            "outcomes": [{"name": name, "label": bundle.outcomes[name].label, **about[name]} for name in names],
            "exclusive": bundle.outcomes.exclusive,
            "positive": bundle.outcomes.positive,
            "columns": [{"name": "Region", "values": [{"value": "North", "records": 40}]}],
            "scored": 300,
        }
        use(tab.page, "campaign/campaign", "campaign/words", "campaign/wish")
        tab.page.evaluate(
            """(choices) => {
                window.campaign = modules.campaign.c;
                campaign.openWish({ id: "none" }, choices);
            }""",
            choices,
        )
        return tab

    return opened


def money(card, name):
    return {"value": default_value(card, name), "cost": default_cost(card, (name,))}


def wish(tab, **typed):
    """What the form gives for the API with these texts in it; None where it refuses one of them."""
    code = """typed => {
        for (const name in typed) document.querySelector(name).value = typed[name];
        return JSON.stringify(campaign.readWish());
    }"""
    return json.loads(tab.page.evaluate(code, typed))


def test_a_wish_that_nobody_touched_is_what_the_api_makes_of_none(campaign, service):
    for model in ("loan", "iris", "bank-products"):
        bundle = service.model(model)
        rest = (bundle.card, bundle.outcomes, lambda name, bundle=bundle: service.cut_off(bundle, name))
        assert read_wish(wish(campaign(service, model)), *rest) == read_wish({}, *rest)


def test_the_form_of_a_wish_refuses_what_the_api_refuses(campaign, service):
    tab = campaign(service, "loan", locale="de-DE")
    texts = (
        "0",
        "7",
        "2,5",
        "-1",
        "49,9",
        "50",
        "50,1",
        "100",
        "100,5",
        "9007199254740991",
        "9007199254740992",
        "1e999",
    )
    fields = {
        "cut_off": ("#campaign-cut-off", "cutoff", 100),
        "number": ("#campaign-number", "number", 1),
        "budget": ("#campaign-budget", "budget", 1),
        "cost": ("#campaign-cost", "number", 1),
        "control": ("#campaign-control", "number", 100),
        "limit": ("#campaign-limit", "number", 1),
        "limits": ('[data-wish="most:North"]', "number", 1),
        "values": ('[data-wish="value:Y"]', "number", 1),
    }
    tab.page.evaluate("""() => {
        campaign.part("column").value = "Region";
        campaign.part("column").dispatchEvent(new Event("input", { bubbles: true }));
    }""")
    for name, (field, by, whole) in fields.items():
        tab.page.evaluate("by => { document.querySelector(`[name=campaign-by][value=${by}]`).checked = true; }", by)
        for text in texts:
            number = float(text.replace(",", ".")) / whole
            number = int(number) if number.is_integer() else number
            sent = {"limits": {"North": number}, "values": {"Y": number}}.get(name, number)
            assert (wish(tab, **{field: text}) is not None) == taken({name: sent}), (name, text)
        wish(tab, **{field: "0"})


def taken(wish):
    try:
        ListRequest.model_validate(wish)
    except ValidationError:
        return False
    return True


def test_the_states_of_a_job_and_the_codes_of_errors_are_those_of_the_server(campaign, service):
    turns, codes, runs = campaign(service, "loan").page.evaluate("""() => {
        const { TURN, FOR_PROGRAMS, runs } = campaign;
        return [TURN, FOR_PROGRAMS, Object.keys(TURN).filter((state) => runs({ state }))];
    }""")
    assert set(turns) == set(get_args(State))
    assert set(turns.values()) == {name for name, _ in STEPS} - {"file"} | {"trouble"}
    assert set(runs) == set(OPEN)
    assert set(codes) == {each.code for each in (NotHeld, NotDone, UnknownJob, NoCampaign)}


@pytest.mark.nightly
def test_the_first_plot_is_asked_for_as_the_server_foresees_it(browse, service):
    for locale, address in (
        ("en-US", "/loan/performance"),
        ("de-DE", "/loan/performance?cut_off=0.42"),
        ("en-US", "/iris/insights?outcome=virginica"),
        ("de-DE", "/bank-products/insights"),
    ):
        tab = browse(locale=locale).open(address)
        asked = [
            json.loads(each.post_data)["inputs"][0]
            for each in tab.requests
            if '"plot-request' in (each.post_data or "")
        ]
        path, _, search = address.partition("?")
        with use_number_format(format_of_locale(locale)):
            foreseen = Opening.of(show_page(service, path, f"?{search}" if search else "")).first_plot()
        assert asked[0]["value"] == foreseen


@pytest.mark.nightly
def test_every_plot_opens_with_its_options_in_the_readers_marks(browse, service):
    tab = browse(locale="de-DE").open("/loan/performance")
    card = tab.page.locator('.plot-card[data-plot="profit"]')
    card.scroll_into_view_if_needed()
    expect(card.locator(".main-svg").first).to_be_visible()
    field = card.locator("[data-option=call]")
    field.locator("input").fill("12,5")
    tab.page.wait_for_function("new URLSearchParams(location.search).get('profit.call') === '12.5'")
    tab.page.reload()
    expect(field.locator("input")).to_have_value("12,5")
    expect(card.locator(".plot-refusal")).to_have_count(0)
    assert "profit.call=12.5" in tab.page.url
