"""HTML tree: a part of a page that callbacks change as a whole, sent as one text and drawn as one component.

Dash keeps every component in a store of its own and looks at each of them whenever one changes, and it goes through
what a callback returns component by component. A result of forty components and its reasons of a hundred are here one
property, which ``assets/ts/shared/static-html.ts`` hands to React as elements. React keeps those that stay the same, so
the focus, open disclosures and transitions survive an answer, which they would not if it came as text of HTML.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from dash.development.base_component import Component

from layouts.shared.html_writer import props_of, tag_of
from layouts.shared.static_html import OwnComponent, StaticHtml


class HtmlTree(OwnComponent):
    """An element with HTML inside that callbacks change as a whole; made by :func:`html_tree`."""

    _type = "HtmlTree"
    _prop_names: ClassVar[list[str]] = ["id", "className", "tree"]
    available_properties: ClassVar[list[str]] = _prop_names

    id: str
    tree: str


def html_tree(inside: Component | None, **props: str) -> HtmlTree:
    """An element with a component inside, or nothing; `props` are its ``id`` and ``className``."""
    return HtmlTree(tree="" if inside is None else tree_of(inside), **props)


def tree_of(component: Component) -> str:
    """The property ``tree`` of an element with the component inside.

    Raises
    ------
    TypeError
        Where something inside is more than HTML, see :func:`layouts.shared.html_writer.tag_of`.
    """
    return json.dumps(_node(component), ensure_ascii=False, separators=(",", ":"))


def _node(node: Any) -> Any:
    """A text, or tag, attributes and what is inside."""
    if not isinstance(node, Component):
        return str(node)
    if isinstance(node, StaticHtml):
        return [node.tag, node.attributes | {"dangerouslySetInnerHTML": {"__html": node.html}}]
    inside = getattr(node, "children", None)
    several = inside if isinstance(inside, (list, tuple)) else [inside]
    key = {"key": node.key} if hasattr(node, "key") else {}  # by which React knows it again
    return [tag_of(node), props_of(node) | key, *(_node(each) for each in several if each is not None)]
