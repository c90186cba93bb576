"""No field moves while somebody types: notes, problems, the change of the score and sweeps have places of their own."""

import pytest
from playwright.sync_api import expect

from tests.e2e.addresses import filled

PLACES = """fields => Object.fromEntries(fields.map(field => {
    const { top, height } = field.getBoundingClientRect();
    return [field.dataset.feature, [Math.round(top + scrollY), Math.round(height)]];
}))"""
VALUES = (
    "49000",
    "64k",
    "",
    "9999",
    "51",
    "abc",
    "50",
)  # above the limits, doubtful, blank, outside training, as usual

SIZES = [(1440, 900), (380, 740)]


def is_of_a_score(response):
    return "_dash-update" in response.url and '"reasons-request"' not in (response.request.post_data or "")


def is_of_reasons(request):
    return "_dash-update" in request.url and '"reasons-request"' in (request.post_data or "")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("model", ["loan", "bank-products"])
def test_fields_stay_where_they_are_when_their_sweeps_come(browse, model, size):
    tab = browse(width=size[0], height=size[1])
    held, released = [], []

    def pass_on(route, request):
        if is_of_reasons(request) and not released:
            held.append(route)
        else:
            route.continue_()

    tab.page.route("**/_dash-update-component*", pass_on)
    with tab.page.expect_request(is_of_reasons):
        tab.open(filled(model))
    tab.settle()
    fields = tab.page.locator("[data-feature]")
    expect(fields.locator(".sweep")).to_have_count(0)
    before = fields.evaluate_all(PLACES)
    released.append(True)
    for route in held:
        route.continue_()
    tab.reasons()
    expect(fields.locator(".sweep, [data-score]")).not_to_have_count(0)
    assert fields.evaluate_all(PLACES) == before
    drawn, scored = (tab.page.locator(each) for each in (".sweep", ".choice[data-score]"))
    expect(fields.filter(has=drawn).filter(has=scored)).to_have_count(0)  # one or the other


@pytest.mark.parametrize("view", ["call", "whole"])
@pytest.mark.parametrize("size", SIZES)
def test_fields_stay_where_they_are_while_values_come_and_go(browse, view, size):
    tab = browse(view=view, width=size[0], height=size[1]).open(filled("bank-products"))
    fields = tab.page.locator("[data-feature]")
    tab.reasons()
    places, said = fields.evaluate_all(PLACES), set()
    income = tab.page.locator("[data-feature=income] input").first
    for value in VALUES:
        income.fill(value)
        with tab.page.expect_response(is_of_a_score):  # "invalid" stays until the next answer
            income.press("Enter")
        tab.page.wait_for_timeout(100)
        tab.page.wait_for_function(
            "() => ['current', 'invalid'].includes(document.getElementById('panel').dataset.state)"
        )
        said.add(tab.page.locator("[data-feature=income]").get_attribute("data-state"))
        assert fields.evaluate_all(PLACES) == places, value
    tab.page.locator("[data-feature=age] input").first.focus()  # a message is whole only while its field has the focus
    assert fields.evaluate_all(PLACES) == places
    assert {"problem", "note", ""} <= said


def test_a_long_message_is_whole_while_its_field_has_the_focus(browse):
    tab = browse(width=1440, height=900).open("/bank-products/predict?income=49000")
    said = tab.page.locator("[data-feature=income] .field-said")
    whole = "said => said.scrollWidth <= said.clientWidth && said.scrollHeight <= said.clientHeight"
    assert not said.evaluate(whole)  # else the message no longer serves this test
    tab.page.locator("[data-feature=income] input").first.focus()
    assert said.evaluate(whole)


def test_a_long_hint_is_whole_in_a_narrow_column_and_takes_its_place_from_the_start(browse):
    tab = browse(width=380).open("/bank-products/predict")
    tab.page.add_style_tag(content=".fields { grid-template-columns: 7rem 7rem; }")
    hints = tab.page.locator("[data-hint]:not([data-hint='']) .field-said")
    below = "said => said.getBoundingClientRect().top - said.previousElementSibling.getBoundingClientRect().bottom"
    assert max(hints.evaluate_all("all => all.map(said => said.clientHeight)")) > 30  # else none is long here
    for said in hints.all():
        assert said.evaluate("said => said.scrollWidth <= said.clientWidth")
        assert said.evaluate(below) >= 0


def test_the_result_holds_a_next_question_of_one_very_long_word(browse):
    tab = browse(width=380, height=800).open("/bank-products/predict")
    tab.reasons()
    tab.page.locator(".ask-button strong").first.evaluate(
        "name => { name.textContent = 'Donaudampfschifffahrt'.repeat(4); }"
    )
    assert tab.page.locator("#panel").evaluate("panel => panel.scrollWidth <= panel.clientWidth")


STANDS_STILL = """async () => {
  let [still, top] = [0, scrollY];
  while (still < 10) {
    await new Promise(requestAnimationFrame);
    still = scrollY === top ? still + 1 : 0;
    top = scrollY;
  }
}"""


def test_a_finger_that_scrolls_over_a_slider_leaves_its_value_and_one_on_its_thumb_moves_it(browse):
    tab = browse(width=380, height=800, has_touch=True, is_mobile=True).open("/iris/predict?petal_length=2")
    tab.settle()
    slider, finger = tab.page.locator("#slider-2"), tab.page.context.new_cdp_session(tab.page)

    def drag(at, by_x, by_y):
        slider.scroll_into_view_if_needed()
        tab.page.evaluate(STANDS_STILL)  # a page that a finger has let go scrolls on
        box = slider.bounding_box()
        x, y = box["x"] + 14 + at * (box["width"] - 28), box["y"] + box["height"] / 2
        for step in range(12):
            kind = "touchMove" if step else "touchStart"
            points = [{"x": x + step * by_x, "y": y + step * by_y}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    top = tab.page.evaluate("scrollY")
    drag(0.8, 0, -12)
    tab.page.wait_for_function("top => scrollY > top + 50", arg=top)
    assert slider.input_value() == "2"
    drag((2 - 1) / 6, 5, 0)
    expect(tab.textbox("Petal length")).not_to_have_value("2")
    assert float(slider.input_value()) > 2.5


def test_the_help_of_a_field_stays_where_it_is_when_its_value_differs(browse):
    tab = browse(width=1440).open("/bank-products/predict")
    field = tab.page.locator("[data-feature=income]")
    before = field.locator(".help summary").bounding_box()
    field.locator("input[inputmode]").fill("120")
    field.locator("input[inputmode]").press("Enter")
    tab.answered(1)
    expect(field.locator(".reset")).to_be_visible()
    assert field.locator(".help summary").bounding_box() == before
    reset = field.locator(".reset").bounding_box()
    assert reset["x"] + reset["width"] <= before["x"]
