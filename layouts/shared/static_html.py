"""Static HTML: elements that no callback changes, sent as one text.

Dash keeps every component in a store of its own and looks at each of them whenever one changes. A page
of plots has six hundred, and five hundred of these are words, tables and headings that never change: as
text in one component (``assets/ts/shared/static-html.ts``) they cost next to nothing. Scripts find the elements as
they find those of components.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from layouts import html
from layouts.shared.html_writer import HtmlWriter, props_of, tag_of


class OwnComponent(Component):
    """A component that our own script draws."""

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = []
    _namespace = "likely"
    _valid_wildcard_attributes: ClassVar[list[str]] = []
    available_wildcard_properties: ClassVar[list[str]] = []

    def __init__(self, **props: Any) -> None:
        super().__init__()  # without props: for each of them Dash would look for a module "likely" on the disk
        self.__dict__.update(props)


class StaticHtml(OwnComponent):
    """An element whose inside is text of HTML; made by :func:`static_html`."""

    _type = "StaticHtml"
    _prop_names: ClassVar[list[str]] = ["id", "tag", "attributes", "html"]
    available_properties: ClassVar[list[str]] = _prop_names

    tag: str
    attributes: dict[str, Any]
    html: str
    root: Component  # from which it was made; not sent


def static_html(root: Component, tag: str | None = None) -> StaticHtml:
    """Element with its inside as text.

    Parameters
    ----------
    root : component of dash.html
        With nothing but components of ``dash.html``, texts and numbers inside.
    tag : str, optional
        Name of a custom element, which a script defines, in place of the root's own.

    Raises
    ------
    TypeError
        Where something inside is more than HTML: what a callback may change must stay a component.
    """
    inside = "".join(_Strict().inside(root))
    attributes = dict(_without_callback_id(props_of(root)))
    if tag and "className" in attributes:
        attributes["class"] = attributes.pop("className")  # React writes props of custom elements as they are
    component = StaticHtml(tag=tag or tag_of(root), attributes=attributes, html=inside)
    component.root = root
    return component


def signal(name: str, **attributes: str) -> StaticHtml:
    """A custom element that shows nothing and tells scripts that what is around it has been drawn.

    The name "page" makes an element ``likely-page``; ``onSignal`` in ``assets/ts/shared/signals.ts`` listens.
    Attributes become data attributes: ``serial="3"`` is ``data-serial="3"``.
    """
    data = {f"data-{key}": each for key, each in attributes.items()}
    component = StaticHtml(tag=f"likely-{name}", attributes={"hidden": True} | data, html="")
    component.root = html.Template()
    return component


def message(name: str, component: str, content: Any = None) -> StaticHtml:
    """A signal that gives scripts what a callback says to them: ``onMessage`` listens.

    Unlike with a store and a clientside callback behind it, Dash has nothing to call. Callbacks set the property
    ``attributes`` of the `component` to :func:`message_attributes`; `content` is what it says when the page comes in.
    """
    made = signal(name)
    made.id = component
    if content is not None:
        made.attributes = message_attributes(content)
    return made


def message_attributes(content: Any) -> dict[str, Any]:
    """Attributes of a message: `content` is anything that JSON can hold."""
    return {"hidden": True, "data-message": json.dumps(content, ensure_ascii=False, separators=(",", ":"))}


class _Strict(HtmlWriter):
    def attributes(self, props: Mapping[str, Any]) -> Iterator[str]:
        return super().attributes(_without_callback_id(props))


def _without_callback_id(props: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(props.get("id"), dict):
        raise TypeError(f"The element {props['id']} belongs to a callback and cannot be static HTML.")
    return props
