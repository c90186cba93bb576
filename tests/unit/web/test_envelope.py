"""Malformed callback requests are answered with 400 and one sentence; the page's own pass."""

import json

import pytest
from dash import ALL, Dash, Input, Output, State, dcc, html

from web.callback_guard import PATH, refuse_malformed


@pytest.fixture(scope="module")
def client():
    app = Dash("small", suppress_callback_exceptions=True)
    app.layout = html.Div([dcc.Input(id="name"), html.Div(id="greeting"), html.Div(id="a"), html.Div(id="b")])
    app.callback(Output("greeting", "children"), Input("name", "value"), State("name", "id"))(lambda value, _: value)
    app.callback([Output("a", "children"), Output("b", "children")], Input({"kind": "field", "index": ALL}, "value"))(
        lambda values: [str(len(values)), "b"]
    )
    app.callback(
        Output("greeting", "children", allow_duplicate=True), Input("a", "n_clicks"), prevent_initial_call=True
    )(lambda _: "clicked")
    app.clientside_callback("name => name", Output("b", "title"), Input("name", "value"))
    refuse_malformed(app)
    client = app.server.test_client()
    client.get("/")
    return client


def good():
    return {
        "output": "greeting.children",
        "outputs": {"id": "greeting", "property": "children"},
        "inputs": [{"id": "name", "property": "value", "value": "Ada"}],
        "state": [{"id": "name", "property": "id", "value": "name"}],
        "changedPropIds": ["name.value"],
    }


def many(*indices):
    fields = [{"id": {"kind": "field", "index": i}, "property": "value", "value": i} for i in indices]
    return {
        "output": "..a.children...b.children..",
        "outputs": [{"id": "a", "property": "children"}, {"id": "b", "property": "children"}],
        "inputs": [fields],
        "changedPropIds": [],
    }


def send(client, body):
    return client.post(PATH, data=body if isinstance(body, str) else json.dumps(body), content_type="application/json")


def test_what_the_page_sends_passes(client):
    answer = send(client, good())
    assert answer.status_code == 200
    assert answer.json["response"] == {"greeting": {"children": "Ada"}}


def test_inputs_that_match_a_pattern_pass_whatever_their_number(client):
    for indices, count in ((), "0"), (("x", "y"), "2"):
        assert send(client, many(*indices)).json["response"]["a"] == {"children": count}


def test_an_output_filled_by_two_callbacks_passes(client):
    output = next(o["output"] for o in client.get("/_dash-dependencies").json if "@" in o["output"])
    body = {
        "output": output,
        "outputs": {"id": "greeting", "property": output.partition(".")[2]},
        "inputs": [{"id": "a", "property": "n_clicks", "value": 1}],
        "changedPropIds": ["a.n_clicks"],
    }
    assert send(client, body).json["response"] == {"greeting": {"children": "clicked"}}


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("output", None),
        ("output", 7),
        ("output", []),
        ("output", "nobody.children"),
        ("outputs", None),
        ("outputs", "greeting"),
        ("outputs", []),
        ("outputs", {"id": "greeting"}),
        ("outputs", {"id": "a", "property": "children"}),
        ("inputs", None),
        ("inputs", {}),
        ("inputs", []),
        ("inputs", [None]),
        ("inputs", ["name"]),
        ("inputs", [{}]),
        ("inputs", [[]]),
        ("inputs", [{"id": "name", "value": 1}]),
        ("inputs", [{"id": "other", "property": "value", "value": 1}]),
        ("inputs", [{"id": ["name"], "property": "value", "value": 1}]),
        ("inputs", [{"id": "name", "property": "id", "value": 1}]),
        ("inputs", [{"id": "name", "property": "value"}] * 2),
        ("state", []),
        ("state", [3]),
        ("changedPropIds", None),
        ("changedPropIds", "name.value"),
        ("changedPropIds", [1]),
        ("changedPropIds", ["name"]),
    ],
)
def test_a_wrong_part_is_refused(client, caplog, part, value):
    answer = send(client, good() | {part: value})
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "malformed_request"
    assert answer.json["error"]["message"].endswith(".")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "inputs",
    [
        [{"id": {"kind": "field", "index": 1}, "property": "value"}],
        [[{"id": {"kind": "other", "index": 1}, "property": "value"}]],
        [[{"id": {"kind": "field"}, "property": "value"}]],
        [[{"id": "field", "property": "value"}]],
        [[[]]],
    ],
)
def test_components_that_do_not_match_the_pattern_are_refused(client, inputs):
    assert send(client, many() | {"inputs": inputs}).status_code == 400


@pytest.mark.parametrize("body", ["", "null", "[]", "3", '"text"', "{}", "{", "[" * 100_000, "\x00", '{"output":'])
def test_what_is_no_object_is_refused(client, caplog, body):
    answer = send(client, body)
    assert answer.status_code == 400
    assert set(answer.json["error"]) == {"code", "message"}
    assert "Traceback" not in caplog.text


def test_other_kinds_of_content_are_refused(client):
    assert client.post(PATH, data={"output": "greeting.children"}).status_code == 415


def test_a_callback_that_runs_in_the_browser_is_refused(client, caplog):
    body = {
        "output": "b.title",
        "outputs": {"id": "b", "property": "title"},
        "inputs": [{"id": "name", "property": "value", "value": "Ada"}],
        "changedPropIds": ["name.value"],
    }
    answer = send(client, body)
    assert (answer.status_code, "no callback" in answer.json["error"]["message"]) == (400, True)
    assert caplog.records == []


@pytest.mark.parametrize("half", ["\ud83d", "\ude00\ud83d", "Ada\udc00"])
def test_half_of_a_pair_of_characters_is_refused(client, caplog, half):
    body = good()
    body["inputs"][0]["value"] = half
    assert send(client, body).status_code == 400
    assert caplog.records == []


@pytest.mark.parametrize("whole", ["\U0001f600", "Zo\u00eb", "\\ud83d, in words"])
def test_whole_characters_pass(client, whole):
    body = good()
    body["inputs"][0]["value"] = whole
    assert send(client, body).json["response"] == {"greeting": {"children": whole}}
