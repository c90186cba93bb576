"""The components of a page as the HTML of its prerendered form.

Ids and other attributes that scripts look for are left out, so that they find the real page only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from dash._utils import to_json
from dash.development.base_component import Component

from auth.caller import signed_in_as
from layouts.shared import ids, shell
from layouts.shared.html_writer import HtmlWriter, props_of
from layouts.shared.static_html import StaticHtml
from prerender.opening import data

_FOR_SCRIPTS = ("id", "htmlFor", "download", "tabIndex", "role", "data-", "aria-")
_STYLED = ("data-label",)  # a style sheet writes it beside its cell
_SHOWN = ("type", "value", "min", "max", "step")  # of a control
_NOT_SEEN = ("Store", "Location")
MOST_CARDS = 4  # cards further down are below the screen
_BELOW = ("plot-card", "plots-part", "plots-more", "about")


@dataclass(frozen=True)
class OpeningResponses:
    """Responses to the requests of a page when it opens, as far as they are computed."""

    inside: list[tuple[Any, Any]] = field(default_factory=list)
    """Ids of elements, texts or dicts, and the components that they receive."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Texts by the name under which elements with ``data-pick`` take them."""
    controls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Props of controls, by id."""


@dataclass(frozen=True)
class Prerendered:
    """A page as HTML: its elements, and the title of its tab."""

    html: str
    title: str


def to_html(page: Component, answers: OpeningResponses) -> Prerendered:
    """The whole of a page with its frame.

    Raises
    ------
    TypeError
        For a component of a kind that this module cannot write as HTML.
    """
    writer = _PageWriter(page, answers)
    body = "".join(writer.write(shell.layout(signed_in_as())))
    figure = f' data-figure="{escape(writer.figure)}"' if writer.figure else ""
    whole = f'<div id="prerender" inert aria-hidden="true"{figure}>{body}</div>'
    return Prerendered(whole, data(page, "title"))


class _PageWriter(HtmlWriter):
    def __init__(self, page: Component, answers: OpeningResponses) -> None:
        self.page, self.answers, self.figure, self.cards = page, answers, "", 0

    def element(self, component: Component) -> Iterator[str]:
        kind, style = component._type, str(getattr(component, "className", ""))
        if self.cards >= MOST_CARDS and style.startswith(_BELOW):
            return
        self.cards += bool(data(component, "plot"))
        if isinstance(component, StaticHtml):
            yield from self.element(component.root)
        elif kind == "Link":
            props = {name: each for name, each in props_of(component).items() if name in ("href", "className")}
            yield from self.tagged("a", props, self.inside(component))
        elif kind == "Graph":
            yield from self._graph(component)
        elif kind == "Input":
            yield from self.tagged("input", self._control(component, "form-control"))
        elif kind == "Select":
            yield from self.tagged("select", self._control(component, "form-select"), self._choices(component))
        elif kind not in _NOT_SEEN:
            yield from super().element(component)

    def inside(self, component: Component) -> Iterator[str]:
        named, text = getattr(component, "id", None), self.answers.texts.get(data(component, "pick"))
        if named == ids.CONTENT:
            return self.write(self.page)
        if text is not None:
            return self.write(text)
        if component._type == "Details" and not getattr(component, "open", False):
            return self.write(component.children[0])  # folded up, only its summary is seen
        content = next((each for at, each in self.answers.inside if at == named), None)
        return super().inside(component) if content is None else self.write(content)

    def tagged(self, tag: str, props: Mapping[str, Any], inside: Iterable[str] = ()) -> Iterator[str]:
        seen = {name: each for name, each in props.items() if name in _STYLED or not name.startswith(_FOR_SCRIPTS)}
        known = self.answers.controls.get(str(props.get("id")), {})
        return super().tagged(tag, seen | dict(known), inside)

    def _control(self, component: Component, style: str) -> dict[str, Any]:
        props = {name: each for name, each in props_of(component).items() if name in _SHOWN}
        return props | {"id": component.id, "className": f"{getattr(component, 'class_name', '')} {style}".strip()}

    def _choices(self, select: Component) -> Iterator[str]:
        for choice in select.options:
            props = {"value": choice["value"], "selected": choice["value"] == select.value}
            yield from super().tagged("option", props, self.write(choice["label"]))

    def _graph(self, graph: Component) -> Iterator[str]:
        """The place of a figure, in the elements that Dash makes for it; one page shows one."""
        self.figure = to_json({**graph.figure.to_plotly_json(), "config": graph.config})
        inner = self.tagged("div", {"style": {"height": "100%", "width": "100%"}})
        yield from self.tagged("div", {"className": "dash-graph", "style": graph.style}, inner)
