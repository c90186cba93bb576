"""Habits of the Prediction page in a real browser: keys, names, announcements, and what is not lost on the way."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.addresses import filled

MODELS = ("iris", "breast-cancer", "loan", "bank-products")
STOPS = 80

# What can be reached by Tab must have a name that a person can read.
_NAMELESS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(one => one.checkVisibility())
    .filter(one => {
        const told = (one.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean);
        const names = [one.getAttribute("aria-label"), ...told.map(id => document.getElementById(id)?.textContent),
            ...[...(one.labels ?? [])].map(label => label.textContent),
            one.matches("input, select, textarea") ? "" : one.textContent];
        return !names.some(name => name?.trim());
    }).map(one => one.outerHTML.slice(0, 120))"""

_LOOSE = """() => {
    const lists = ["aria-labelledby", "aria-describedby", "aria-controls", "aria-activedescendant"];
    const named = (name) => [...document.querySelectorAll(`[${name}]`)].map(one => one.getAttribute(name));
    const ids = [...lists.flatMap(name => named(name).flatMap(text => text.split(" "))), ...named("for")];
    return ids.filter(id => id && !document.getElementById(id));
}"""

_TWICE = """() => { const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at); }"""

# Text against what is painted behind it, as WCAG 2 counts contrast; what is disabled or hidden is left out.
_PALE = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const paint = (colour, under) => {
        canvas.fillStyle = `rgb(${under.join(" ")})`; canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const back = (one) => one ? paint(getComputedStyle(one).backgroundColor, back(one.parentElement)) : [255, 255, 255];
    const light = (rgb) => rgb.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
        .reduce((sum, c, at) => sum + c * [.2126, .7152, .0722][at], 0);
    const own = (one) => [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    return [...document.querySelectorAll("body *")]
        .filter(one => own(one) && !one.matches("option, title, script, :disabled"))
        .filter(one => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.clientHeight > 1)
        .map(one => {
            const under = back(one), style = getComputedStyle(one);
            const [a, b] = [light(paint(style.color, under)), light(under)];
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
            return [ratio, large ? 3 : 4.5, one.textContent.trim().slice(0, 40)];
        }).filter(([ratio, least]) => ratio < least);
}"""

_LISTEN = """() => {
    window.heard = [];
    for (const region of document.querySelectorAll("[aria-live], [role=status]")) {
        new MutationObserver(() => {
            const words = region.textContent.trim();
            if (words) window.heard.push(words);
        }).observe(region, { childList: true, characterData: true, subtree: true });
    }
}"""


def stops(tab, most=STOPS):
    """Features whose control Tab reaches, in order, from the head of the form to what follows it."""
    found = []
    tab.page.locator("#form").focus()
    for _ in range(most):
        tab.page.keyboard.press("Tab")
        here = tab.page.evaluate(
            """() => { const one = document.activeElement, field = one.closest("[data-feature]");
            if (!field) return null;
            const is = one.id === field.dataset.control || one.type === "radio";
            return is ? field.dataset.feature : "beside " + field.dataset.feature; }"""
        )
        if here is None and found:
            break
        found += [here] if here else []
    return found


@pytest.mark.parametrize("model", MODELS)
def test_tab_leads_from_value_to_value_in_the_order_of_the_version(browse, service, model):
    tab = browse().open(f"/{model}/predict")
    tab.settle()
    bundle = service.model(model)
    reached = stops(tab)
    assert sorted(reached) == sorted(bundle.schema.names)
    assert reached[0] == bundle.card["order"][0]
    rank = bundle.card["order"].index
    for group in {feature.group for feature in bundle.schema.features}:
        members = [name for name in reached if bundle.schema.feature(name).group == group]
        assert members == sorted(members, key=rank)
        start = reached.index(members[0])
        assert reached[start : start + len(members)] == members


def test_help_and_reset_have_keys_of_their_own_and_screen_readers_read_the_help(browse):
    tab = browse().open(filled("iris"))
    tab.settle()
    control, field = tab.textbox("Sepal width"), tab.field("Sepal width")
    first = control.input_value()
    words = field.get_by_text("Measured at the widest point.")
    expect(control).to_have_accessible_description(re.compile("in training Measured at the widest point."))
    control.focus()
    control.press("F1")
    expect(words).to_be_visible()
    expect(control).to_be_focused()
    control.press("Escape")
    expect(words).to_be_hidden()
    expect(control).to_be_focused()
    control.press("Escape")
    expect(control).not_to_be_focused()
    assert control.input_value() == first, "Escape closes the help, then leaves the field, and clears nothing"
    control.press("Alt+r")
    tab.answered(1)
    assert control.input_value() == "", "a new record starts blank"
    expect(control).to_be_focused()


@pytest.mark.nightly  # on a push axe-core looks at the same: test_accessibility.py
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("model", MODELS)
def test_every_control_has_a_name_every_reference_a_target_and_every_text_contrast(browse, model, scheme):
    tab = browse(width=380, height=800, color_scheme=scheme).open(f"/{model}/predict")
    tab.page.locator("[data-do=pin]").click()
    tab.page.locator("[data-find=random]").click()
    tab.answered(1)
    tab.reasons()
    tab.page.wait_for_timeout(300)  # until what fades has faded
    assert tab.page.evaluate(_NAMELESS) == []
    assert tab.page.evaluate(_LOOSE) == []
    assert tab.page.evaluate(_TWICE) == []
    assert tab.page.evaluate(_PALE) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_new_score_is_announced_once_and_so_is_a_fault_and_a_pin(browse):
    tab = browse().open(filled("bank-products", outcome="personal-loan"))
    tab.reasons()
    tab.page.evaluate(_LISTEN)
    heard = lambda: tab.page.evaluate("window.heard.splice(0)")  # noqa: E731
    tab.type("Income", "180")
    tab.answered(1)
    tab.reasons()
    (said,) = heard()
    assert tab.percents()["personal-loan"] in said
    tab.type("Income", "much")
    tab.settle("invalid")
    (said,) = heard()
    assert said.startswith("No result: please correct Income.")
    tab.type("Income", "180")
    tab.settle()
    heard()
    tab.page.keyboard.press("Control+Enter")
    expect(tab.page.locator("#pins-words")).to_have_text("Pinned as A.")
    assert heard() == ["Pinned as A."]


@pytest.mark.nightly
def test_on_a_phone_what_has_the_focus_is_never_behind_the_result(browse):
    tab = browse(width=380, height=800, reduced_motion="reduce").open("/bank-products/predict?income=")
    tab.reasons()
    for key in ("Tab", "Shift+Tab"):
        for _ in range(30):
            tab.page.keyboard.press(key)
            tab.page.wait_for_timeout(60)
            covered = tab.page.evaluate(
                """() => { const one = document.activeElement, box = one.getBoundingClientRect();
                if (one === document.body || !one.closest(".asking")) return null;
                const y = box.top + Math.min(box.height / 2, 12);
                const over = document.elementFromPoint(box.left + box.width / 2, y);
                return over?.closest("#panel") ? one.outerHTML.slice(0, 80) : null; }"""
            )
            assert covered is None


def focus(tab):
    return tab.page.locator("#result [data-focus]").get_attribute("data-focus")


@pytest.mark.nightly
def test_the_outcome_in_focus_stays_while_a_record_is_edited_and_the_address_says_so(browse):
    tab = browse().open("/iris/predict")
    tab.settle()
    opened = focus(tab)
    assert "outcome" not in tab.page.url
    tab.type("Petal length", "6.5")
    tab.answered(1)
    tab.type("Petal width", "2.4")
    tab.answered(2)
    shown = tab.probabilities()
    assert max(shown, key=shown.get) != opened == focus(tab) == tab.reasons()["about"]
    tab.page.wait_for_url(f"**outcome={opened}*")
    tab.page.reload()
    tab.settle()
    assert (focus(tab), tab.probabilities()) == (opened, shown)


@pytest.mark.nightly
def test_another_record_opens_with_what_is_likeliest_for_it(browse, service):
    tab = browse().open("/iris/predict")
    tab.settle()
    holdout = service.model("iris").holdout.truth
    for serial, name in enumerate(["virginica", "setosa"], start=1):
        row = int(holdout[:, service.model("iris").outcomes.index(name)].argmax()) + 1
        tab.page.keyboard.press("/")
        tab.page.keyboard.type(str(row))
        tab.page.locator("#finder-list [role=option]").first.wait_for()
        tab.page.keyboard.press("Enter")
        tab.answered(serial)
        shown = tab.probabilities()
        assert focus(tab) == max(shown, key=shown.get)


@pytest.mark.nightly
def test_a_bad_value_stands_in_the_address_too_and_notes_of_others_do_not_wait(browse):
    tab = browse().open("/bank-products/predict")
    tab.type("Income", "9000")
    tab.answered(1)
    note = tab.field("Income").locator(".field-said").inner_text()
    tab.type("Age", "old")
    tab.settle("invalid")
    assert parse_qs(urlsplit(tab.page.url).query) == {"income": ["9000"], "age": ["old"]}
    assert tab.field("Income").locator(".field-said").inner_text() == note != ""
    expect(tab.field("Income")).to_have_attribute("data-state", "note")
    tab.page.reload()
    tab.settle("invalid")
    assert tab.record()["age"] == "old"
    assert tab.numbers_seen() == []


@pytest.mark.nightly
@pytest.mark.parametrize("other", ["Insights", "Performance"])
def test_to_another_page_of_the_model_and_back_nothing_typed_is_lost(browse, other):
    tab = browse(quiet=False).open("/loan/predict?LoanAmount=200")
    tab.type("Income", "9000")
    tab.answered(1)
    record, shown = tab.record(), tab.probabilities()
    tab.page.get_by_role("link", name="Prediction").click()  # one is there already
    tab.page.get_by_role("link", name=other).click()
    tab.page.wait_for_url(f"**/loan/{other.lower()}*")
    tab.page.wait_for_selector(f".page-{other.lower()}")
    back = tab.page.get_by_role("link", name="Prediction")
    expect(back).to_have_attribute("href", re.compile(r"ApplicantIncome=9000"))
    back.click()
    tab.page.wait_for_selector("#panel[data-state=current]")
    assert (tab.record(), tab.probabilities()) == (record, shown)
    tab.page.get_by_role("link", name="Models").click()
    tab.page.get_by_role("link", name="Iris species").click()
    tab.page.wait_for_selector("#form[data-model^=iris]")
    assert urlsplit(tab.page.url).query == ""
