"""HTML writer: components as the HTML that Dash would draw of them in a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from dash.development.base_component import Component

_NAMES = {"className": "class", "class_name": "class", "htmlFor": "for"}
_OF_DASH = frozenset({"children", "key", "n_clicks", "n_clicks_timestamp", "disable_n_clicks"})
# What a component of Dash keeps beside its props
_NO_PROPS = _OF_DASH | {"available_properties", "available_wildcard_properties"}
_EMPTY = frozenset({"br", "col", "hr", "img", "input", "wbr"})


class HtmlWriter:
    """Writes components of ``dash.html``, texts and numbers; a subclass adds other kinds."""

    def write(self, node: object) -> Iterator[str]:
        """A component, a text, or a list of these, as pieces of HTML."""
        if isinstance(node, (list, tuple)):
            for each in node:
                yield from self.write(each)
        elif isinstance(node, Component):
            yield from self.element(node)
        elif node is not None:
            yield escape(str(node), quote=False)

    def element(self, component: Component) -> Iterator[str]:
        """A component as pieces of HTML."""
        yield from self.tagged(tag_of(component), props_of(component), self.inside(component))

    def inside(self, component: Component) -> Iterator[str]:
        """The HTML between a component's tags."""
        yield from self.write(getattr(component, "children", None))

    def tagged(self, tag: str, props: Mapping[str, Any], inside: Iterable[str] = ()) -> Iterator[str]:
        """An element of HTML."""
        yield f"<{tag}{''.join(self.attributes(props))}>"
        if tag not in _EMPTY:
            yield from inside
            yield f"</{tag}>"

    def attributes(self, props: Mapping[str, Any]) -> Iterator[str]:
        """Props as attributes of HTML, each with a space before it."""
        for name, value in props.items():
            attribute = _NAMES.get(name, name.lower())
            if isinstance(value, Mapping):
                value = "; ".join(f"{_kebab(key)}: {each}" for key, each in value.items())
            if value is True:
                yield f" {attribute}"
            elif value is not None and value is not False:
                yield f' {attribute}="{escape(str(value))}"'


def tag_of(component: Component) -> str:
    """The tag of a component of ``dash.html``; TypeError for any other."""
    if component._namespace != "dash_html_components":
        raise TypeError(f"{component._type} of {component._namespace} is more than HTML and cannot be static HTML.")
    tag: str = component._type.lower()
    return tag


def props_of(component: Component) -> dict[str, Any]:
    """The props that become attributes, sorted: Dash's order differs between processes."""
    return {name: value for name, value in sorted(vars(component).items()) if name not in _NO_PROPS and name[0] != "_"}


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
