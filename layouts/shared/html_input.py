"""An ``<input>`` for static HTML: ``dash.html`` has none, and those of ``dcc`` are no plain HTML."""

from __future__ import annotations

from typing import ClassVar

from dash.development.base_component import Component


class HtmlInput(Component):
    """The plain HTML element, for use inside ``StaticHtml``; scripts read it, callbacks do not."""

    _children_props: ClassVar[list[str]] = []
    _base_nodes: ClassVar[list[str]] = []
    _namespace = "dash_html_components"
    _type = "Input"
    _prop_names: ClassVar[list[str]] = [
        "id", "type", "name", "value", "checked", "className", "inputMode", "autoComplete", "maxLength",
        "placeholder", "defaultValue",
        "aria-*", "data-*",
    ]  # fmt: skip
    _valid_wildcard_attributes: ClassVar[list[str]] = ["data-", "aria-"]
    available_properties: ClassVar[list[str]] = _prop_names
    available_wildcard_properties: ClassVar[list[str]] = _valid_wildcard_attributes
