"""An HTML tree holds what Dash would have drawn, in one text."""

import json

import dash_bootstrap_components as dbc
import pytest
from dash import dcc, html

from layouts.shared.html_tree import html_tree, tree_of
from layouts.shared.static_html import signal


def test_elements_their_attributes_and_what_is_inside():
    inside = [html.Td([1, None, html.B("<c>")], className="x", style={"--colour": "red"}), "text"]
    assert json.loads(tree_of(html.Tr(inside, id="here", n_clicks=2, **{"data-of": "loan"}))) == [
        "tr",
        {"data-of": "loan", "id": "here"},
        ["td", {"className": "x", "style": {"--colour": "red"}}, "1", ["b", {}, "<c>"]],
        "text",
    ]


def test_a_signal_is_an_element_of_its_own():
    tag, attributes = json.loads(tree_of(html.Div(signal("drawn", of="3"))))[2]
    assert tag == "likely-drawn"
    assert attributes.items() >= {"hidden": True, "data-of": "3"}.items()


def test_the_element_around_it_is_a_component():
    made = html_tree(html.P("a"), id="result", className="score")
    assert (made.id, made.className, json.loads(made.tree)) == ("result", "score", ["p", {}, "a"])
    assert html_tree(None, id="result").tree == ""


@pytest.mark.parametrize("inside", [dcc.Link("a", href="/"), dbc.Input()])
def test_what_is_more_than_html_is_refused(inside):
    with pytest.raises(TypeError, match="more than HTML"):
        tree_of(html.Div([html.P(inside)]))
