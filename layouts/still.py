"""Parts of a page that no callback changes, sent as one piece of HTML.

Dash keeps every component in a store of its own and looks at each of them whenever one changes. A page
of plots has six hundred, and five hundred of these are words, tables and headings that stand still: as
text in one component (``assets/28-still.js``) they cost next to nothing. Scripts of the page find their
elements as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, ClassVar

from dash.development.base_component import Component

_NAMES = {"className": "class", "htmlFor": "for"}
_OF_DASH = frozenset({"children", "key", "n_clicks", "n_clicks_timestamp", "disable_n_clicks"})
_EMPTY = frozenset({"br", "col", "hr", "img", "wbr"})


class Still(Component):
    """An element whose inside is text of HTML; made by :func:`still`."""

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = []
    _namespace = "likely"
    _type = "Still"
    _prop_names: ClassVar[list[str]] = ["id", "tag", "attributes", "html"]
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_properties: ClassVar[list[str]] = _prop_names
    available_wildcard_properties: ClassVar[list[str]] = []

    tag: str
    attributes: dict[str, Any]
    html: str


def still(root: Component) -> Still:
    """The same element, its inside as text.

    Parameters
    ----------
    root : component of dash.html
        With nothing but components of ``dash.html``, texts and numbers inside.

    Raises
    ------
    TypeError
        Where something inside is more than HTML: what a callback may change must stay a component.
    """
    return Still(tag=_tag(root), attributes=_props(root), html="".join(_inside(root)))


def _inside(component: Component) -> Iterator[str]:
    children = getattr(component, "children", None)
    for child in children if isinstance(children, (list, tuple)) else [children]:
        yield from _written(child)


def _written(node: object) -> Iterator[str]:
    if isinstance(node, (list, tuple)):
        for each in node:
            yield from _written(each)
    elif isinstance(node, Component):
        tag = _tag(node)
        yield f"<{tag}{''.join(_attributes(_props(node)))}>"
        if tag not in _EMPTY:
            yield from _inside(node)
            yield f"</{tag}>"
    elif node is not None:
        yield escape(str(node), quote=False)


def _tag(component: Component) -> str:
    if component._namespace != "dash_html_components":
        raise TypeError(f"{component._type} of {component._namespace} is more than HTML and cannot stand still.")
    return component._type.lower()


def _props(component: Component) -> dict[str, Any]:
    props = {name: value for name, value in component.to_plotly_json()["props"].items() if name not in _OF_DASH}
    if isinstance(props.get("id"), dict):
        raise TypeError(f"The element {props['id']} belongs to a callback and cannot stand still.")
    return props


def _attributes(props: Mapping[str, Any]) -> Iterator[str]:
    for name, value in props.items():
        attribute = _NAMES.get(name, name.lower())
        if isinstance(value, Mapping):
            value = "; ".join(f"{_kebab(key)}: {each}" for key, each in value.items())
        if value is True:
            yield f" {attribute}"
        elif value is not None and value is not False:
            yield f' {attribute}="{escape(str(value))}"'


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
