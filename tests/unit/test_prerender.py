"""A prerendered page shows what the real page shows, and holds nothing that scripts would take for it."""

from __future__ import annotations

import json
import re
import threading
import time
from html import unescape
from html.parser import HTMLParser

import dash_bootstrap_components as dbc
import pytest
from dash import dcc, html

from app import create_app
from callbacks.performance import show_averages, show_threshold_table
from callbacks.plots import show_plot
from callbacks.router import show_page
from layouts.performance.page import PARTS
from ml.plots import drawn_plots
from ml.plots.catalogue import find
from prerender import within_deadline
from prerender.opening import Opening
from prerender.page import MOST_CARDS, OpeningResponses, Prerendered, to_html
from prerender.within_deadline import prerender
from settings import Settings
from tests.small import small_service

SORTS = ("binary", "multiclass", "independent", "labels-only")
PAGES = [(sort, kind) for sort in SORTS for kind in ("performance", "insights")]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), *SORTS, "absent")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    monkeypatch.setattr(within_deadline, "GLANCE", 60.0)
    monkeypatch.setattr(within_deadline, "LIMIT", 60.0)


class Words(HTMLParser):
    """The texts of a page, and the attributes of all its elements but those of the outermost."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.attributes, self.within = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.attributes += attributes if self.within else []
        self.within = True

    def handle_data(self, data):
        self.texts.append(data)


def figure_of(text):
    return json.loads(unescape(re.search('data-figure="(.*?)"', text)[1]))


@pytest.mark.parametrize(("sort", "kind"), PAGES)
def test_the_first_plot_is_the_one_that_its_card_gets(small, sort, kind):
    text = prerender(small, f"/{sort}/{kind}", "").html
    _, request = Opening.of(show_page(small, f"/{sort}/{kind}", "")).first_plot()
    shown = html.Div(show_plot(small, request))
    (graph,) = (part for part in shown._traverse() if isinstance(part, dcc.Graph))
    drawn = json.loads(graph.figure.to_json())
    assert figure_of(text) == drawn | {"config": graph.config}
    first = next(part.children for part in shown._traverse() if isinstance(part, html.P) and part.children)
    assert first in Words(text).texts


@pytest.mark.parametrize(("sort", "cut_off"), [("binary", "0.37"), ("multiclass", ""), ("independent", "0.9")])
def test_numbers_are_those_of_the_table_of_counts(small, sort, cut_off):
    shown = Words(prerender(small, f"/{sort}/performance", f"?cut_off={cut_off}").html)
    bundle = small.model(sort)
    asked = {"model": bundle.key, "outcome": bundle.outcomes.positive, "cut_off": cut_off}
    table = show_threshold_table(small, **asked)
    row = table["row"]
    for name in ("sentence", "precision", "recall", "precision.range", "true_positive", "false_positive"):
        assert table["texts"][name][row] in shown.texts, name
    for name in ("in_use", "roc_auc", "accuracy.trivial"):
        assert table["fixed"][name] in shown.texts, name
    controls = [value for name, value in shown.attributes if name == "value"]
    assert table["texts"]["typed"][row] in controls
    assert str(table["percent"][row]) in controls
    assert ("disabled" in dict(shown.attributes)) == (row == table["in_use"])


@pytest.mark.parametrize("sort", ["multiclass", "independent"])
def test_all_outcomes_stand_beside_each_other(small, sort):
    table = show_averages(small, sort).html
    assert set(Words(table).texts) <= set(Words(prerender(small, f"/{sort}/performance", "").html).texts)


@pytest.mark.parametrize(("sort", "kind"), PAGES)
def test_scripts_find_nothing_in_it(small, sort, kind):
    names = {name for name, _ in Words(prerender(small, f"/{sort}/{kind}", "").html).attributes}
    assert not {"id", "for", "role", "tabindex"} & names
    assert not [name for name in names if name.startswith("aria-") or (name[:5] == "data-" and name != "data-label")]


def test_what_cannot_be_seen_is_not_sent(small):
    whole = prerender(small, "/binary/performance", "").html
    titles = [find(key).question for key in (*PARTS[0].open, *PARTS[1].open)]
    shown = re.findall("<h3>(.*?)</h3>", whole)
    assert shown == titles[:MOST_CARDS]
    assert len(shown) == MOST_CARDS
    assert "All measures, and what they mean" in whole  # folded up: its summary only
    assert "<td" not in whole.partition("All measures, and what they mean")[2]


def test_a_page_is_named_after_itself(small):
    page = prerender(small, "/binary/insights", "")
    assert page.title == getattr(show_page(small, "/binary/insights", ""), "data-title")


def test_what_takes_long_is_left_to_the_real_page_and_begun(small, monkeypatch):
    go, begun = threading.Event(), threading.Event()
    real = drawn_plots.result_of

    def slow(*asked):
        return small.result((id(go),), lambda: (begun.set(), go.wait(20), {})[2]) and real(*asked)

    monkeypatch.setattr(drawn_plots, "result_of", slow)
    monkeypatch.setattr(within_deadline, "GLANCE", 0.1)
    text = prerender(small, "/binary/performance", "").html
    assert begun.is_set()
    assert "data-figure" not in text
    assert "Working it out" in text
    go.set()


@pytest.mark.parametrize("path", ["/nothing/performance", "/absent/performance", "/binary/predict", "/", "/a/b/c"])
def test_no_page_comes_sooner_where_there_is_none_or_it_says_what_is_wrong(small, path):
    assert prerender(small, path, "?outcome=gold") is None


def test_a_page_that_cannot_be_written_comes_without(small, monkeypatch, caplog):
    monkeypatch.setattr(within_deadline, "show_page", lambda *_: 1 / 0)
    assert prerender(small, "/binary/performance", "") is None
    assert "could not be prerendered" in caplog.text


def test_what_it_does_not_know_it_does_not_write():
    page = html.Div([html.Div(id="plots"), dcc.Markdown("a")], **{"data-title": "A"})
    with pytest.raises(TypeError, match="Markdown"):
        to_html(page, OpeningResponses())


def test_controls_look_as_they_do_on_the_page():
    select = dbc.Select(id="a", options=[{"value": "x", "label": "<X>"}, {"value": "y", "label": "Y"}], value="y")
    page = html.Div([select, dbc.Input(id="b", type="text", value='"1"'), dcc.Store(id="c")], **{"data-title": "A"})
    text = to_html(page, OpeningResponses(controls={"b": {"value": "2"}})).html
    assert '<option value="x">&lt;X&gt;</option><option value="y" selected>Y</option>' in text
    assert '<input type="text" value="2" class="form-control">' in text


def test_what_a_model_says_of_itself_stays_text(small, monkeypatch):
    bad = "</div><script>alert(1)</script>\"' onload=alert(1)"
    page = html.Div([html.P(bad, title=bad), html.P(html.Span("–", **{"data-pick": "a"}))], **{"data-title": bad})
    text = to_html(page, OpeningResponses(texts={"a": bad})).html
    assert "<script" not in text
    assert Words(text).texts.count(bad) == 2


def test_nothing_keeps_the_index(small, monkeypatch):
    go = threading.Event()
    monkeypatch.setattr(within_deadline, "show_page", lambda *_: go.wait(20))
    monkeypatch.setattr(within_deadline, "LIMIT", 0.05)
    started = time.monotonic()
    most = within_deadline.MOST + 3
    assert [prerender(small, "/binary/performance", "") for _ in range(most)] == [None] * most
    assert time.monotonic() - started < 10
    go.set()


def test_a_title_stays_text(client, monkeypatch):
    page = Prerendered("<div></div>", "</title><script>alert(1)</script>")
    monkeypatch.setattr("prerender.index.prerender", lambda *_: page)
    text = client.get("/iris/performance").get_data(as_text=True)
    assert "<title>&lt;/title&gt;&lt;script&gt;" in text


def test_nobody_looks_at_what_is_asked_for_by_head(client, monkeypatch):
    asked = []
    monkeypatch.setattr("prerender.index.prerender", lambda _, *names: asked.append(names))
    client.head("/iris/performance")
    assert asked == []
    client.get("/iris/performance?outcome=virginica")
    assert asked == [("/iris/performance", "?outcome=virginica")]


@pytest.fixture
def client(models_dir, tmp_path):
    app = create_app(Settings(models_dir=models_dir, var_dir=tmp_path))
    app.server.dash = app
    return app.server.test_client()


def test_where_a_page_comes_sooner_dash_waits_and_elsewhere_not(client):
    soon, plain = (client.get(f"/iris/{kind}").get_data(as_text=True) for kind in ("insights", "predict"))
    scripts = re.compile('<script( type="text/deferred")?[^>]* src="(.*?)"')
    now = [address for later, address in scripts.findall(soon) if not later]
    first = ["theme.js", "prerender.js"]
    assert [address.partition("?")[0] for address in now] == [f"/assets/bundle/{name}" for name in first]
    later = [address for later, address in scripts.findall(soon) if later]
    assert later == [address for _, address in scripts.findall(plain)][1:]
    assert all(f'<link rel="preload" as="script" href="{address}">' in soon for address in later)
    renderer = "var renderer = new DashRenderer();</script>"
    assert f'<script type="text/deferred" id="_dash-renderer">{renderer}' in soon
    assert 'id="prerender"' not in plain
    assert "text/deferred" not in plain
    assert "<title>Iris species – Insights</title>" in soon


def test_the_address_is_read_as_the_page_reads_it(client):
    text = client.get("/iris/performance?outcome=versicolor&cut_off=0.3").get_data(as_text=True)
    assert "“Versicolor”" in text
    assert "Acting from 30\u00a0% means" in text


def test_numbers_stand_in_the_readers_marks(client):
    answer = client.get("/iris/performance", headers={"Accept-Language": "de"})
    assert re.search(r"0,\d{3}<", answer.get_data(as_text=True))
    assert "Accept-Language" in answer.headers["Vary"]
