"""A slow model gives reasons at once, with their errors, and sharper ones by itself: in a browser."""

import pytest
from playwright.sync_api import expect

import ml.advice.value_function
from app import create_server
from settings import Settings
from tests.e2e.addresses import filled
from tests.e2e.conftest import Tab
from tests.serving import served

UPDATE = "**/_dash-update-component*"
BUDGETS = (300, 1_200, 10_000)


@pytest.fixture
def slow_address(models_dir, tmp_path, monkeypatch):
    """A server that takes all models for slow ones."""
    monkeypatch.setattr(ml.advice.value_function, "budgets", lambda seconds: BUDGETS)
    monkeypatch.setattr(ml.advice.value_function, "quick_budget", lambda seconds: BUDGETS[0])
    with served(create_server(Settings(models_dir=models_dir, var_dir=tmp_path))) as address:
        yield address


@pytest.fixture
def tab(chromium, slow_address):
    context = chromium.new_context()
    context.add_init_script("localStorage.view ??= 'whole'")
    yield Tab(context.new_page(), slow_address)
    context.close()


def step_of(route):
    data = (route.request.post_data_json or {}).get("inputs", [{}])[0]
    value = data.get("value") if isinstance(data, dict) else None
    return (
        value.get("step")
        if isinstance(value, dict) and '"reasons-request"' in (route.request.post_data or "")
        else None
    )


def hold_sharper(tab):
    held = []
    tab.page.route(UPDATE, lambda route: held.append(route) if step_of(route) else route.continue_())
    return held


def points(tab):
    return tab.page.locator(".waterfall [data-points]").evaluate_all("rows => rows.map(row => +row.dataset.points)")


def test_first_reasons_come_alone_and_sharper_ones_bring_the_rest(tab):
    held = hold_sharper(tab)
    tab.open(filled("loan"))
    tab.page.wait_for_selector(".reasons[data-state=current][data-sharpening]")
    expect(tab.page.locator(".fall-unsure").first).to_contain_text("±")
    expect(tab.page.locator(".why")).to_contain_text("error of sampling")
    expect(tab.page.locator(".change")).to_be_hidden()
    assert tab.page.locator(".sweep").count() == 0
    first = points(tab)
    total = float(tab.page.locator(".waterfall").get_attribute("data-total"))
    base = float(tab.page.locator(".waterfall").get_attribute("data-base"))
    assert abs(base + sum(first) / 100 - total) < 1e-9
    tab.page.evaluate(
        "window.seen = new Set(); setInterval(() => seen.add(document.querySelector('.reasons').dataset.state), 5)"
    )
    for _ in range(50):
        if held:
            break
        tab.page.wait_for_timeout(100)
    tab.page.unroute(UPDATE)
    tab.reasons()
    assert tab.page.locator("#reasons [data-step]").get_attribute("data-step") in ("1", "2")
    expect(tab.page.locator(".change")).to_be_visible()
    assert tab.page.locator(".sweep").count() > 0
    assert points(tab) != first
    assert abs(base + sum(points(tab)) / 100 - total) < 1e-9
    assert tab.page.evaluate("[...seen]") == ["current"]  # never hidden on the way
    assert tab.complaints == []


def test_a_new_value_waits_for_no_sharper_reasons_and_gets_none_of_the_old_ones(tab):
    held = hold_sharper(tab)
    tab.open(filled("loan"))
    tab.page.wait_for_selector(".reasons[data-state=current][data-sharpening]")
    field = tab.page.locator("[data-feature=ApplicantIncome] input[inputmode]")
    field.fill("9000")
    field.press("Enter")
    tab.answered(1)
    tab.page.wait_for_selector("#reasons [data-serial='1'][data-step='0']")
    tab.page.wait_for_selector(".reasons[data-state=current]")
    now = points(tab)
    for route in [*held]:
        if step_of(route) and '"serial":0' in route.request.post_data:
            route.continue_()
    tab.page.wait_for_timeout(800)
    assert tab.page.locator("#reasons [data-serial]").get_attribute("data-serial") == "1"
    assert points(tab) == now
