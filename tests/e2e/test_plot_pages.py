"""The Insights and Performance pages in a real browser, under the policy that is really sent."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect


@pytest.fixture
def opened(browse):
    """A Performance page whose threshold table has come."""

    def open_page(path, **options):
        tab = browse(**options).open(path)
        expect(tab.page.locator("#cut-off")).to_have_attribute("data-row", re.compile(r"\d+"))
        return tab

    return open_page


def set_cut_off(page, percent):
    page.fill("#cut-off-typed", percent)
    page.press("#cut-off-typed", "Enter")


def picked(page):
    """Each shown text that is picked from the table, by its name: all its places."""
    found = {}
    for name, text in page.locator("[data-pick]").evaluate_all(
        "all => all.map(one => [one.dataset.pick, one.textContent])"
    ):
        found.setdefault(name, set()).add(text)
    return found


def answers(service, model, outcome):
    bundle = service.model(model)
    at = bundle.outcomes.index(outcome)
    return bundle.holdout.truth[:, at], bundle.predictor.block(bundle.holdout.block).probabilities[:, at]


def whole(text):
    return int(text.replace(",", ""))


def asked(tab):
    return [request for request in tab.requests if "_dash-update-component" in request.url]


@pytest.mark.nightly
@pytest.mark.parametrize(("model", "outcome"), [("bank-products", "credit-card"), ("loan", "Y"), ("iris", "virginica")])
def test_no_two_places_differ_at_any_cut_off(opened, service, model, outcome):
    truth, given = answers(service, model, outcome)
    tab = opened(f"/{model}/performance?outcome={outcome}")
    page = tab.page
    page.locator("summary", has_text="More curves").click()
    page.locator("[data-plot=cells]").scroll_into_view_if_needed()
    expect(page.locator("[data-plot=cells] .js-plotly-plot")).to_be_visible()
    for percent in ("20", "35", "60", "0", "100"):
        set_cut_off(page, percent)
        acted = given >= float(percent) / 100
        hits, alarms = int((acted & truth).sum()), int((acted & ~truth).sum())
        missed, left = int((~acted & truth).sum()), int((~acted & ~truth).sum())
        expect(page.locator(".four [data-pick=true_positive]")).to_have_text(f"{hits:,}")
        found = picked(page)
        assert all(len(texts) == 1 for texts in found.values()), found
        counts = [next(iter(found[name])) for name in ("true_positive", "false_positive", "false_negative")]
        assert list(map(whole, counts)) == [hits, alarms, missed]
        assert f"acting on {hits + alarms:,} of {len(truth):,} records" in next(iter(found["sentence"]))
        page.wait_for_function(CELLS, arg=[[left, alarms], [missed, hits]])
        if hits + alarms:
            precision = page.locator(".tile [data-pick=precision]").inner_text()
            assert abs(float(re.search(r"[\d.]+", precision)[0]) / 100 - hits / (hits + alarms)) <= 0.0051


CELLS = """counts => {
    const graph = document.querySelector("[data-plot=cells] .js-plotly-plot");
    return JSON.stringify(graph.data[0].customdata.map(row => [...row])) === JSON.stringify(counts);
}"""


@pytest.mark.nightly
def test_marks_stand_where_the_counts_are_and_follow(opened, service):
    truth, given = answers(service, "loan", "Y")
    page = opened("/loan/performance").page
    page.locator("[data-plot=gain]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-plot=gain] .js-plotly-plot")
    for percent in (50, 80):
        set_cut_off(page, str(percent))
        acted = given >= percent / 100
        expected = [acted.mean(), (acted & truth).sum() / truth.sum()]
        page.wait_for_function(MARK, arg=["gain", [round(float(value), 6) for value in expected]])


MARK = """([plot, place]) => {
    const graph = document.querySelector(`[data-plot=${plot}] .js-plotly-plot`);
    const mark = graph?.layout?.shapes?.find(shape => shape.name === "cut-off");
    return mark && Math.abs(mark.xanchor - place[0]) < 1e-5 && Math.abs(mark.yanchor - place[1]) < 1e-5;
}"""


DRAWN = """async percent => {
    const graph = document.querySelector("[data-plot=profit] .js-plotly-plot");
    const at = graph.layout.shapes.findIndex(shape => shape.name === "cut-off");
    const place = () => graph.querySelector(`.shapelayer path[data-index="${at}"]`).getAttribute("d");
    const before = place();
    let others = 0;
    const seen = new MutationObserver(changes => { others += changes.length; });
    seen.observe(graph.querySelector(".cartesianlayer"), { childList: true, subtree: true, attributes: true });
    const slider = document.querySelector("#cut-off-slider");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, percent);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    while (place() === before) await new Promise(requestAnimationFrame);
    await new Promise(done => setTimeout(done, 500));
    return others;
}"""


def test_a_moved_cut_off_draws_its_mark_and_nothing_else_of_the_figure(opened):
    page = opened("/loan/performance").page
    expect(page.locator("[data-plot=profit] .js-plotly-plot .shapelayer path").first).to_be_attached()
    page.wait_for_timeout(1000)  # until the figure is drawn to its end
    assert page.evaluate(DRAWN, "37") == 0


# React hears only what is set past its own watch of the property.
SLIDE = """(slider, value) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(slider, value);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@pytest.mark.nightly
def test_moving_the_slider_asks_for_nothing(opened):
    tab = opened("/iris/performance")
    page = tab.page
    expect(page.locator("[data-plot=threshold] .plot-words")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(1500)
    before = len(asked(tab))
    texts = set()
    for value in range(5, 95, 3):
        page.locator("#cut-off-slider").evaluate(
            SLIDE,
            value,
        )
        expect(page.locator("#cut-off-typed")).to_have_value(str(value))
        texts.add(page.locator(".headline-sentence").inner_text())
    assert len(texts) > 20
    assert len(asked(tab)) == before


@pytest.mark.nightly
def test_the_keyboard_moves_the_cut_off_row_by_row(opened):
    page = opened("/loan/performance").page
    row = int(page.locator("#cut-off").get_attribute("data-row"))
    page.focus("#cut-off-slider")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#cut-off-slider")).to_have_css("outline-style", "solid")
    expect(page.locator("#cut-off")).to_have_attribute("data-row", str(row + 1))
    page.keyboard.press("ArrowLeft")
    in_use = page.locator("#cut-off [data-pick=in_use]").inner_text()
    expect(page.locator("#cut-off-slider")).to_have_attribute("aria-valuetext", in_use)
    page.focus(".tile >> nth=0")
    expect(page.locator(".tile-definition >> nth=0")).to_be_visible()


@pytest.mark.nightly
def test_nonsense_in_the_field_is_said_and_changes_nothing(opened):
    page = opened("/iris/performance").page
    before = picked(page)
    set_cut_off(page, "abc")
    expect(page.locator(".cut-off-said")).to_contain_text("no cut-off")
    assert picked(page) == before
    expect(page.locator("#cut-off-typed")).to_have_value("50")


@pytest.mark.nightly
def test_the_address_restores_cut_off_outcome_and_options(opened):
    tab = opened("/bank-products/performance?outcome=securities-account")
    page = tab.page
    set_cut_off(page, "35")
    page.select_option("[data-plot=segments] [data-option=measure] select", index=2)
    chosen = page.input_value("[data-plot=segments] [data-option=measure] select")
    page.click(".plot-assumes summary")
    page.fill("[data-plot=profit] [data-option=call] input", "7")
    page.wait_for_function("() => location.search.includes('profit.call=7')")
    query = parse_qs(urlsplit(page.url).query)
    assert query["outcome"] == ["securities-account"]
    assert query["cut_off"] == ["0.35"]
    shown = picked(page)
    page.reload()
    expect(page.locator("#cut-off-typed")).to_have_value("35")
    expect(page.locator("#plots-outcome")).to_have_value("securities-account")
    expect(page.locator("[data-plot=segments] [data-option=measure] select")).to_have_value(chosen)
    expect(page.locator("[data-plot=profit] [data-option=call] input")).to_have_value("7")
    assert {name: texts for name, texts in picked(page).items() if name in shown} == shown


@pytest.mark.nightly
def test_another_outcome_has_its_own_numbers_and_back_leads_to_the_first(opened, service):
    page = opened("/bank-products/performance").page
    first = page.locator(".four [data-pick=true_positive]").inner_text()
    page.select_option("#plots-outcome", "credit-card")
    truth, given = answers(service, "bank-products", "credit-card")
    cut_off = service.cut_off(service.model("bank-products"), "credit-card")
    hits = int(((given >= cut_off) & truth).sum())
    expect(page.locator(".four [data-pick=true_positive]")).to_have_text(str(hits))
    expect(page.locator("[data-plot=profit] .plot-words")).to_contain_text("Credit card")
    page.go_back()
    expect(page.locator(".four [data-pick=true_positive]")).to_have_text(first)
    expect(page.locator("#plots-outcome")).to_have_value("personal-loan")
    expect(page.locator("[data-plot=profit] .plot-words")).to_contain_text("Personal loan")


@pytest.mark.nightly
def test_figures_of_another_outcome_are_not_there_before_they_have_come(opened):
    page = opened("/bank-products/performance").page
    count, held = page.locator(".four [data-pick=true_positive]"), []
    expect(count).not_to_have_text("–")

    def of_table(request):
        return '"id":"threshold-table"' in (request.post_data or "").partition('"inputs"')[0]

    page.route(
        "**/_dash-update-component*", lambda route: held.append(route) if of_table(route.request) else route.continue_()
    )
    with page.expect_request(of_table):
        page.select_option("#plots-outcome", "credit-card")
    expect(count).to_have_text("–")
    for late in held:
        late.continue_()
    expect(count).not_to_have_text("–")


def put_into_use(page, kind="use"):
    page.click(f"#cut-off-{kind}")
    if kind == "use":
        page.fill("#cut-off-reason", "a test")
    page.click("#cut-off-confirm")


@pytest.mark.nightly
def test_a_change_for_everybody_asks_why_and_the_keyboard_leaves_it(opened):
    page = opened("/loan/performance?cut_off=0.81").page
    page.focus("#cut-off-use")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Use 81\u00a0% for everybody?")
    expect(dialog).to_be_visible()
    expect(page.locator("#cut-off-reason")).to_be_focused()
    page.click("#cut-off-confirm")
    expect(dialog.get_by_role("alert")).to_have_text("Say in a few words why.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#cut-off-use")).to_be_focused()
    expect(page.locator("#cut-off [data-pick=in_use]")).not_to_have_text("81\u00a0%")


def test_a_kept_cut_off_counts_on_the_prediction_page_and_can_be_undone(opened):
    tab = opened("/bank-products/performance?outcome=deposit-certificate&cut_off=0.37")
    page = tab.page
    put_into_use(page)
    expect(page.locator(".cut-off-said")).to_have_text("Prediction and campaigns now use 37\u00a0%.")
    expect(page.locator("#cut-off [data-pick=in_use]")).to_have_text("37\u00a0%")
    page.click("#cut-off-history summary")
    expect(page.locator("#cut-off-history li").first).to_contain_text("37\u00a0%. a test")
    tab.open("/bank-products/predict?outcome=deposit-certificate")
    expect(page.locator("#result")).to_contain_text("Cut-off 37\u00a0%")
    tab.open("/bank-products/performance?outcome=deposit-certificate")
    expect(page.locator("#cut-off-typed")).to_have_value("37")
    set_cut_off(page, "50")
    put_into_use(page)
    expect(page.locator("#cut-off [data-pick=in_use]")).to_have_text("50\u00a0%")
    put_into_use(page, "undo")
    expect(page.locator("#cut-off [data-pick=in_use]")).to_have_text("37\u00a0%")
    set_cut_off(page, "50")
    put_into_use(page)
    expect(page.locator("#cut-off [data-pick=in_use]")).to_have_text("50\u00a0%")


def test_money_stands_first_with_the_best_cut_off_which_is_in_use(opened, service):
    page = opened("/bank-products/performance?outcome=credit-card").page
    best = service.model("bank-products").card["best_cut_offs"]["credit-card"]["cut_off"]
    expect(page.locator("#cut-off [data-pick=in_use]")).to_have_text(f"{100 * best:g}\u00a0%")
    expect(page.locator("#money")).to_contain_text(f"Best by what decisions are worth: {100 * best:g}\u00a0% (")
    expect(page.locator("#money")).to_contain_text("50\u00a0% would lose")
    assert page.locator("#plots h2").all_inner_texts()[1:3] == ["Money", "Headline"]  # after the dialog's
    assert page.locator(".plots-index a").first.inner_text() == "Money"


@pytest.mark.nightly
def test_the_best_cut_off_of_the_money_is_one_click_away(opened):
    page = opened("/loan/performance").page
    page.locator("#money").scroll_into_view_if_needed()
    button = page.locator("[data-go]")
    text = button.inner_text().removeprefix("Show everything at ")
    button.click()
    expect(page.locator("#cut-off-slider")).to_have_attribute("aria-valuetext", text)
    expect(page.locator(".plot-follows")).to_contain_text("the most there is")


@pytest.mark.nightly
def test_plots_that_need_the_cut_off_ask_once_it_rests(opened):
    tab = opened("/loan/performance")
    page = tab.page
    page.locator("[data-plot=segments]").scroll_into_view_if_needed()
    words = page.locator("[data-plot=segments] .plot-words")
    first = words.inner_text()
    set_cut_off(page, "85")
    expect(words).not_to_have_text(first)


def test_a_picture_and_the_data_come_as_files_that_say_of_what(opened, service):
    page = opened("/iris/performance?outcome=virginica").page
    version = service.model("iris").key
    card = page.locator("[data-plot=gain]")
    card.scroll_into_view_if_needed()
    expect(card.locator(".js-plotly-plot")).to_be_visible()
    menu = card.locator(".plot-download > summary")
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<svg")):
        menu.click()
        with page.expect_download() as coming:
            card.locator(f"[data-picture={kind}]").click()
        content = coming.value.path().read_bytes()
        assert content.startswith(start)
        assert coming.value.suggested_filename == f"{version} gain virginica at 50%.{kind}"
        menu.click()
    words = content.decode().replace("\u00a0", " ")
    assert "How many are found by working the list from the top?" in words
    assert f"Cumulative gain · Iris species · “Virginica” · cut-off 50 % · version {version[5:]}" in words
    height, size = (
        float(found) for found in re.search(r'class="gtitle"[^>]* y="([\d.]+)".*?font-size: (\d+)px', words).groups()
    )
    assert height >= size  # the title stands within the picture
    menu.click()
    with page.expect_download() as coming:
        card.locator("[data-table]").click()
    assert coming.value.suggested_filename == f"{version} gain virginica.csv"
    assert "," in coming.value.path().read_text().splitlines()[0]


@pytest.mark.nightly
def test_the_largest_errors_lead_to_their_records(opened):
    page = opened("/bank-products/performance?outcome=credit-card").page
    page.locator("#errors").scroll_into_view_if_needed()
    page.locator(".plot-table a").first.click()
    page.wait_for_url("**/bank-products/predict?record=*")
    page.wait_for_selector("#panel[data-state=current]")
    expect(page.locator("#result .headline")).to_contain_text("Credit card")


@pytest.mark.nightly
def test_importance_names_every_feature(browse):
    page = browse().open("/iris/insights?outcome=virginica").page
    page.locator("summary", has_text="Which features matter").click()
    card = page.locator("[data-plot=importance]")
    card.scroll_into_view_if_needed()  # on a busy machine it is worked out for longer, and asked again where it is near
    expect(card.locator(".plot-words")).to_contain_text("For “Virginica”")
    expect(card.locator(".annotation-text")).to_have_count(4)


@pytest.mark.nightly
def test_an_option_of_an_insight_draws_it_anew_and_stands_in_the_address(browse):
    page = browse().open("/iris/insights").page
    page.locator("summary", has_text="What their values do").click()
    card = page.locator("[data-plot=dependence]")
    card.scroll_into_view_if_needed()
    expect(card.locator(".plot-words")).to_contain_text(".")
    before = card.locator(".plot-words").inner_text()
    page.select_option("[data-plot=dependence] [data-option=feature] select", index=2)
    expect(card.locator(".plot-words")).not_to_have_text(before)
    assert "dependence.feature=" in page.url


def test_where_there_is_no_figure_there_is_nothing_to_download(opened):
    page = opened("/iris/performance", width=1440).page
    empty = page.locator("[data-plot=worst-segments]")
    empty.scroll_into_view_if_needed()
    expect(empty.locator(".plot-refusal")).to_contain_text("nowhere more than it expects")
    expect(empty.locator(".plot-download")).to_be_hidden()
    expect(empty.locator(".plot-data")).to_be_hidden()
    expect(page.locator("[data-plot=gain] .plot-download")).to_be_visible()


NEVER_EARLY = "Object.defineProperty(window, 'likelyDraws', {get: () => () => {}, set: () => {}})"


def test_however_soon_a_graph_comes_the_smaller_build_draws_it(browse):
    tab = browse()
    tab.page.add_init_script(NEVER_EARLY)  # the graph is there before anybody asked for the script
    tab.open("/iris/insights")
    expect(tab.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    scripts = [
        request.url for request in tab.requests if "plotly" in request.url and request.url.split("?")[0][-3:] == ".js"
    ]
    assert {url.split("/")[-1].split("?")[0] for url in scripts} == {"plotly-cartesian.min.js"}
