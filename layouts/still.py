"""Parts of a page that no callback changes, sent as one piece of HTML.

Dash keeps every component in a store of its own and looks at each of them whenever one changes. A page
of plots has six hundred, and five hundred of these are words, tables and headings that stand still: as
text in one component (``assets/28-still.js``) they cost next to nothing. Scripts of the page find their
elements as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from layouts.written import Writer, props_of, tag_of


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
    root: Component  # from which it was made; not sent


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
    made = Still(tag=tag_of(root), attributes=_of_nobody(props_of(root)), html="".join(_Strict().inside(root)))
    made.root = root
    return made


class _Strict(Writer):
    def attributes(self, props: Mapping[str, Any]) -> Iterator[str]:
        return super().attributes(_of_nobody(props))


def _of_nobody(props: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(props.get("id"), dict):
        raise TypeError(f"The element {props['id']} belongs to a callback and cannot stand still.")
    return props
