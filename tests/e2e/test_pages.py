"""Home, gallery, missing pages, themes and phones in a real browser."""

import re
import shutil

import pytest
from playwright.sync_api import expect

PAGES = ["/", "/gallery", "/iris/predict", "/loan/predict", "/bank-products/predict", "/loan/campaign", "/nope"]


def test_home_leads_to_each_page_of_each_model(browse):
    tab = browse().open("/")
    for title in ("Bank products", "Breast tissue", "Iris species", "Loan approval"):
        expect(tab.page.get_by_role("link", name=title)).to_be_visible()
    card = tab.page.get_by_role("article").filter(has_text="Iris species")
    expect(card).to_contain_text("Virginica")
    expect(card).to_contain_text("4 features")
    card.get_by_role("link", name="Prediction").click()
    tab.page.wait_for_url("**/iris/predict")
    tab.settle()
    expect(tab.page.get_by_role("link", name="Prediction")).to_have_attribute("aria-current", "page")


def test_a_page_that_is_not_there_says_so_and_where_to_go(browse):
    tab = browse(quiet=False).open("/iris/nope")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Page not found")
    tab.page.get_by_role("link", name="iris").click()
    tab.page.wait_for_url("**/iris/predict")
    tab.settle()


def test_a_model_that_is_not_there_is_named(browse):
    tab = browse(quiet=False)
    tab.page.goto(f"{tab.address}/nope/predict")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("No such model")
    expect(tab.page.locator("main")).to_contain_text("There is no model 'nope'.")


@pytest.fixture
def broken(models_dir):
    """A second iris whose hold-out was altered."""
    folder = models_dir / "spoilt"
    shutil.copytree(models_dir / "iris", folder)
    holdout = next(folder.glob("*/holdout.csv"))
    holdout.write_text(holdout.read_text().replace("5", "6"))
    yield
    shutil.rmtree(folder)


@pytest.mark.usefixtures("broken")
def test_a_broken_model_is_named_and_the_others_serve(browse):
    tab = browse(quiet=False).open("/")
    card = tab.page.get_by_role("article").filter(has_text="spoilt")
    expect(card).to_contain_text(re.compile("holdout.csv (has|was)"))
    expect(tab.page.get_by_role("link", name="Iris species")).to_be_visible()
    tab.page.goto(f"{tab.address}/spoilt/predict")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text("This model cannot be opened")


def row(tab, label):
    return tab.page.get_by_role("article").filter(has=tab.page.get_by_text(label, exact=True))


def test_the_gallery_shows_what_the_model_receives(browse):
    tab = browse().open("/gallery")
    expect(row(tab, "Number").locator(".received")).to_have_text("64.0float")
    tab.textbox("Number thousand $").fill("1e3")
    tab.page.keyboard.press("Enter")
    expect(row(tab, "Number").locator(".received")).to_have_text("1000.0float")
    tab.page.get_by_text("Large").click()
    expect(row(tab, "Radio").locator(".received")).to_have_text("'l'str")
    tab.page.get_by_label("Select", exact=True).select_option(index=1)
    expect(row(tab, "Select").locator(".received")).to_have_text("Nonenot known")
    tab.page.get_by_label("Switch", exact=True).click()
    expect(row(tab, "Switch").locator(".received")).to_have_text("Falsebool")
    tab.page.get_by_label("Date", exact=True).fill("2020-02-29")
    expect(row(tab, "Date").locator(".received")).to_have_text("datetime.date(2020, 2, 29)date")
    tab.textbox("Text area").fill("Wants\na call")
    expect(row(tab, "Text area").locator(".received")).to_have_text("'Wants\\na call'str")
    tab.page.get_by_role("slider", name="Slider").press("ArrowRight")
    expect(row(tab, "Slider").locator(".received")).to_have_text("4.3float")


def test_a_refused_value_of_the_gallery_hides_no_other(browse):
    tab = browse().open("/gallery")
    tab.textbox("Whole number").fill("45.5")
    tab.page.keyboard.press("Enter")
    expect(row(tab, "Whole number").locator(".received")).to_have_text("nothing: the value is refused")
    expect(row(tab, "Whole number")).to_contain_text("“45.5” is not a whole number.")
    expect(row(tab, "Number").locator(".received")).to_have_text("64.0float")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 380])
def test_a_phone_shows_every_page_without_scrolling_sideways(browse, path, width):
    tab = browse(width=width, height=740, quiet=path != "/nope").open(path)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_result_stays_in_sight(browse):
    tab = browse(width=380, height=740).open("/bank-products/predict")
    tab.settle()
    tab.page.get_by_label("Online banking", exact=True).scroll_into_view_if_needed()
    expect(tab.page.locator("#result")).to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(740, 360), (390, 420)])  # on its side; above an on-screen keyboard
def test_on_a_low_screen_the_bar_of_the_headline_is_in_sight(browse, width, height):
    tab = browse(width=width, height=height).open("/iris/predict?outcome=virginica")
    tab.settle()
    panel = tab.page.locator("#panel").bounding_box()
    track = tab.page.locator("[data-outcome=virginica] .track").bounding_box()
    assert track["y"] + track["height"] <= panel["y"] + panel["height"]


def background(tab):
    return tab.page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_dark_follows_the_system_and_the_choice_is_kept(browse):
    tab = browse(color_scheme="dark").open("/iris/predict")
    assert background(tab) == "rgb(15, 19, 24)"
    expect(tab.page.locator(".predict > .side")).to_have_css("scrollbar-color", "rgb(108, 119, 132) rgba(0, 0, 0, 0)")
    tab.page.get_by_role("button", name="Switch between light and dark").click()
    assert background(tab) == "rgb(246, 247, 249)"
    tab.page.reload()
    tab.page.wait_for_selector("[data-title]")
    assert background(tab) == "rgb(246, 247, 249)"
    assert sum("theme.js" in request.url for request in tab.requests) == 2  # once a load


@pytest.mark.nightly  # on a push axe-core looks at the same: test_accessibility.py
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES[:-1])
def test_text_stands_out_from_what_is_behind_it(browse, path, scheme):
    tab = browse(color_scheme=scheme).open(path)
    assert tab.page.evaluate(_FAINT) == []


@pytest.mark.nightly  # on a push axe-core looks at the same: test_accessibility.py
@pytest.mark.parametrize("path", PAGES[:-1])
def test_everything_has_a_name_for_those_who_listen(browse, path):
    tab = browse().open(path)
    assert tab.page.locator("main").count() == 1
    assert tab.page.get_by_role("heading", level=1).count() == 1
    for role in ("textbox", "combobox", "slider", "checkbox", "radio", "radiogroup", "button", "link"):
        for control in tab.page.get_by_role(role).all():
            assert control.evaluate("e => e.checkVisibility()") in (True, False)
            expect(control).to_have_accessible_name(_SOMETHING)
    doubled = "ids => ids.filter((id, at) => ids.indexOf(id) !== at)"
    ids = tab.page.locator("[id]").evaluate_all("all => all.map(e => e.id)")
    assert tab.page.evaluate(doubled, ids) == []


_SOMETHING = re.compile(r"\S")

# Texts with less than 4.5:1 (3:1 where large) against the first opaque background behind them.
_FAINT = """() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const faint = [];
  for (const element of document.querySelectorAll("main *, header *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(behind(element))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24;
    if ((a + .05) / (b + .05) < (large ? 3 : 4.5)) faint.push([element.textContent, style.color, behind(element)]);
  }
  return faint;
}"""
