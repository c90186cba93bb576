"""Static HTML is the HTML that Dash would have drawn."""

import dash_bootstrap_components as dbc
import pytest
from dash import dcc, html

from layouts.shared.static_html import static_html


def test_the_root_stays_an_element_and_its_inside_becomes_text():
    inside = [html.Th("a", scope="row", colSpan=2), html.Td([1, html.Br(), None, [html.B("c")]], className="x y")]
    found = static_html(html.Tr(inside, id="here", **{"data-of": "loan"}))
    assert (found.tag, found.attributes) == ("tr", {"id": "here", "data-of": "loan"})
    assert found.html == '<th colspan="2" scope="row">a</th><td class="x y">1<br><b>c</b></td>'


def test_what_a_model_says_of_itself_stays_text():
    found = static_html(html.P([html.B("<script>alert(1)</script> & co", title='"><img src=x onerror=alert(1)>')]))
    assert found.html == (
        '<b title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">&lt;script&gt;alert(1)&lt;/script&gt; &amp; co</b>'
    )


def test_switches_and_styles():
    inside = [html.Details("a", open=True, hidden=False), html.Label("b", htmlFor="c", style={"marginTop": "2px"})]
    found = static_html(html.Div(inside)).html
    assert found == '<details open>a</details><label for="c" style="margin-top: 2px">b</label>'


@pytest.mark.parametrize("inside", [dcc.Link("a", href="/"), dbc.Input(), html.Div(id={"type": "plot", "key": "roc"})])
def test_what_a_callback_may_change_is_refused(inside):
    with pytest.raises(TypeError, match="cannot be static HTML"):
        static_html(html.Div([html.P(inside)]))
