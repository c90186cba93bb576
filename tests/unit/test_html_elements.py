"""Elements of layouts/html.py are Dash's own, and the properties in the code are properties that Dash knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import dash.html
import pytest

from layouts import html

ROOT = Path(__file__).parents[2]
FOLDERS = ("layouts", "callbacks", "web")


def test_an_element_is_the_same_object_as_one_of_dash() -> None:
    props = {
        "className": "score",
        "hidden": True,
        "id": {"type": "plot", "at": 1},
        "data-at": "1",
        "aria-label": "Score",
    }
    for children in (None, "x", ["x", html.B("y")]):
        own, dashs = html.Span(children, **props), dash.html.Span(children, **props)
        assert type(own) is type(dashs)
        assert vars(own) == vars(dashs)
        assert own.to_plotly_json() == dashs.to_plotly_json()
    assert vars(html.Td()) == vars(dash.html.Td())


def test_two_elements_share_no_property() -> None:
    first, second = html.Div("a", id="first"), html.Div("b")
    assert (first.children, second.children) == ("a", "b")
    assert not hasattr(second, "id")


def test_an_element_that_html_does_not_have() -> None:
    with pytest.raises(AttributeError):
        _ = html.Blink2


def test_every_property_in_the_code_is_one_that_dash_knows() -> None:
    seen = 0
    for path, call in calls():
        element = getattr(dash.html, call.func.attr)()  # type: ignore[attr-defined]
        seen += 1
        assert len(call.args) <= 1, f"{path}:{call.lineno}: children only, the others by name"
        for name in names_of(call):
            wild = name.startswith(tuple(element._valid_wildcard_attributes))
            assert wild or name in element._prop_names, f"{path}:{call.lineno}: {call.func.attr} has no {name}"  # type: ignore[attr-defined]
    assert seen > 800


def test_layouts_make_elements_by_this_module_only() -> None:
    for path in sources():
        if path != ROOT / "layouts" / "html.py":
            imported = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
            assert not [
                node for node in imported if node.module == "dash" and "html" in {each.name for each in node.names}
            ], path


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="html"), attr=attr)) if attr[0].isupper():
                    yield path, node


def names_of(call: ast.Call) -> Iterator[str]:
    """Names of the properties of a call, also those of a dict that is unpacked where it stands."""
    for keyword in call.keywords:
        if keyword.arg:
            yield keyword.arg
        elif isinstance(keyword.value, ast.Dict):
            yield from (str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant))
