"""No number without its input: after any edits, everything on the Prediction page belongs to one record.

Hands do random things at random speed; at each rest the page is compared with what the service says in Python
of the record that stands in the form.
"""

from __future__ import annotations

import json
import random
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from layouts.shared import ids
from layouts.shared.percent import percents
from ml.decision.ranking import Ranking
from tests.e2e.modules import clear

LONGEST = 10  # seconds a model
PAUSES = (0, 0, 0, 30, 120, 300)
NONSENSE = ("abc", "1.5.2", "-", "1e999")


class Hands:
    """What a person may do on the page."""

    def __init__(self, tab, schema, dice):
        self.tab, self.page, self.schema, self.dice = tab, tab.page, schema, dice

    def act(self):
        acts = [self.typed, self.typed, self.chosen, self.cleared, self.stepped, self.undone, self.all_at_once]
        acts += [self.outcome, self.declined, self.pinned, self.loaded]
        self.dice.choice(acts)()
        self.page.wait_for_timeout(self.dice.choice(PAUSES))

    def typed(self):
        feature = self._feature("number", "integer")
        if feature is None:
            return
        low, high = (float(end) for end in feature.seen)
        number = self.dice.uniform(low, high)
        text = str(round(number)) if feature.kind == "integer" else f"{number:.2f}"
        control = self._control(feature)
        control.fill("")
        control.press_sequentially(text if self.dice.random() < 0.9 else self.dice.choice(NONSENSE), delay=5)
        if self.dice.random() < 0.5:
            control.press(self.dice.choice(["Enter", "Tab"]))

    def chosen(self):
        feature = self._feature("category", "boolean")
        if feature is None:
            return
        field = self._field(feature)
        if field.locator("select").count():
            values = field.locator("option:enabled").evaluate_all("all => all.map(one => one.value)")
            field.locator("select").select_option(index=1 + values.index(self.dice.choice(values)))
        else:
            labels = field.locator("[role=radiogroup] label, .form-check-label")
            labels.nth(self.dice.randrange(labels.count())).click()

    def cleared(self):
        field = self._field(self.dice.choice(self.schema.features))
        clear(field)

    def stepped(self):
        feature = self._feature("number", "integer")
        if feature is not None:
            self._control(feature).press(self.dice.choice(["ArrowUp", "ArrowDown", "PageUp"]))

    def undone(self):
        self.page.keyboard.press("Control+z")

    def all_at_once(self):
        self.page.locator(self.dice.choice(["[data-do=reset]", "[data-find=new]"])).click()

    def outcome(self):
        self._press("#result [data-choose]")

    def declined(self):
        self._press("#result [data-decline]")

    def pinned(self):
        self.page.keyboard.press("Control+Enter")

    def loaded(self):
        self._press("[data-pin-act=load]")

    def _press(self, buttons):
        """One of those buttons, as it stands at this moment."""
        press = "(all, at) => all[at % all.length]?.click()"
        self.page.locator(buttons).evaluate_all(press, self.dice.randrange(1000))

    def _feature(self, *kinds):
        fitting = [feature for feature in self.schema.features if feature.kind in kinds]
        return self.dice.choice(fitting) if fitting else None

    def _field(self, feature):
        return self.page.locator(f"[data-feature='{feature.name}']")

    def _control(self, feature):
        return self._field(feature).locator("input[type=text]")


def rest(tab):
    """Wait until nothing is planned or under way; whether there is a result."""
    tab.page.wait_for_timeout(450)
    tab.page.wait_for_selector("#panel:is([data-state=current], [data-state=invalid])[aria-busy=false]")
    return tab.page.locator("#panel[data-state=current]").count() == 1


def shown_by(service, model, record, outcome=None, ranking=None):
    """The service's standing of a record, and the texts that belong to its outcomes."""
    standing = service.score_with_blanks(model, record, outcome or None, ranking)
    names = standing.model.outcomes.names
    texts = percents(standing.probabilities, exclusive=standing.model.outcomes.exclusive)
    return dict(zip(names, standing.probabilities, strict=True)), dict(zip(names, texts, strict=True)), standing


def in_address(tab):
    """Record, outcome and declined outcomes that a reload would open."""
    query = parse_qs(urlsplit(tab.page.url).query, keep_blank_values=True)
    read = "all => all.map(one => [one.dataset.feature, one.dataset.start])"
    starts = dict(tab.page.locator("[data-feature]").evaluate_all(read))
    record = {name: query.get(name, [text])[-1] for name, text in starts.items()}
    return record, query.get("outcome", [""])[-1], query.get("declined", [""])[-1]


def check_pins(tab, service, model, record):
    """Each column is what the service says of its own values; the first is what stands in the form."""
    key = ids.element(ids.pins_kept(model))
    kept = json.loads(tab.page.evaluate("key => sessionStorage.getItem(key)", key) or "{}")
    if kept.get("pins"):
        expect(tab.page.locator("#pins")).to_have_attribute("data-state", "current")
    columns = [record] if kept.get("pins") else []
    columns += [one["record"] for one in kept.get("pins", [])]
    cells = "all => all.map(row => [...row.querySelectorAll('.pin-text')].map(cell => cell.textContent))"
    rows = tab.page.locator(".pin-outcome").evaluate_all(cells)
    for at, values in enumerate(columns):
        _, texts, _ = shown_by(service, model, values)
        assert [row[at] for row in rows] == list(texts.values())
    return len(columns)


def check(tab, service, model):
    """Everything on the page against the record in the form."""
    said, record = tab.reasons(), tab.record()
    form = tab.page.locator("#form").evaluate("form => ({...form.dataset})")
    chosen = form["outcome"] or form.get("opened", "")
    ranking = Ranking(tuple(filter(None, form["declined"].split(","))), form["order"])
    wanted, texts, standing = shown_by(service, model, record, chosen, ranking)
    assert tab.probabilities() == pytest.approx(wanted, abs=1e-12)
    assert tab.percents() == texts
    result = tab.page.locator("#result [data-serial]")
    about = result.get_attribute("data-focus")
    assert about == said["about"] == standing.outcome
    assert said["serial"] == result.get_attribute("data-serial")
    if any(record.values()):
        assert said["total"] == pytest.approx(wanted[about], abs=1e-12)
    expect(tab.page.locator(".headline .number")).to_have_text(texts[about])
    widths = tab.page.locator("#result .fill").evaluate_all("all => all.map(one => parseFloat(one.style.width))")
    assert widths == pytest.approx([100 * wanted[name] for name in tab.probabilities()], abs=1e-3)
    in_url, outcome, declined = in_address(tab)
    assert in_url == record
    assert outcome in {form["outcome"], chosen}
    assert declined == form["declined"]
    assert [*tab.probabilities()][-1] in declined.split(",") or not declined
    return check_pins(tab, service, model, record)


@pytest.mark.parametrize("model", ["loan", "iris", "bank-products"])
@pytest.mark.parametrize("seed", [11])
def test_after_any_edits_all_that_is_shown_belongs_to_the_record_in_the_form(browse, service, model, seed):
    tab = browse(width=1280).open(f"/{model}/predict")
    rest(tab)
    dice = random.Random(f"{model} {seed}")
    hands = Hands(tab, service.model(model).schema, dice)
    began, results, pins = time.monotonic(), 0, 0
    while time.monotonic() - began < LONGEST or results < 3:
        for _ in range(dice.randint(1, 6)):
            hands.act()
        if rest(tab):
            results += 1
            pins = max(pins, check(tab, service, model))
        else:
            assert tab.numbers_seen() == []
            expect(tab.page.locator(".reasons")).to_have_attribute("data-state", "waiting")
            assert in_address(tab)[0] == tab.record()
            expect(tab.page.locator("#pins")).to_have_attribute("data-state", "waiting")
            tab.page.locator("[data-do=reset]").click()
    hands.all_at_once()
    assert rest(tab)
    hands.pinned()
    pins = max(pins, check(tab, service, model))
    assert pins > 1, "no column was ever compared"
    before, shown = tab.record(), tab.probabilities()
    about = tab.reasons()["about"]
    tab.page.reload()
    assert rest(tab)
    assert (tab.record(), tab.probabilities(), tab.reasons()["about"]) == (before, shown, about)
