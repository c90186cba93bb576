"""A page as it stands before Dash has started: the same components, written as HTML into the index.

It lies over the place of the real page, takes no clicks and no focus, is hidden from screen readers, and goes
away when the real page stands under it (``assets/01-before.js``). What scripts look for, ids first of all, is
left out of it: they are to find the real page only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from dash._utils import to_json
from dash.development.base_component import Component

from layouts import ids, plots, shell
from layouts.still import Still
from layouts.written import Writer, props_of

_FOR_SCRIPTS = ("id", "htmlFor", "download", "tabIndex", "role")
_AND_ALL = ("data-", "aria-")
_STYLED = ("data-label",)  # a style sheet writes it beside its cell
_SHOWN = ("type", "value", "min", "max", "step")  # of a control
_NOT_SEEN = ("Store", "Location")
MOST_CARDS = 4  # what lies below these is not seen so soon
_BELOW = ("plot-card", "plots-part", "plots-more", "about")


@dataclass(frozen=True)
class Known:
    """What a page will ask for, as far as it is known already.

    Attributes
    ----------
    inside : dict
        Components by the place in which they come: its id, as :func:`place` writes it.
    texts : mapping of str
        Texts by the name under which elements with ``data-pick`` take them.
    controls : mapping
        What controls show, as props, by id.
    """

    inside: dict[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """A page as HTML: its elements, and the title of its tab."""

    html: str
    title: str


def written(page: Component, known: Known) -> Written:
    """The whole of a page with its frame.

    Raises
    ------
    TypeError
        Where a component stands on the page of which this file does not know how it looks.
    """
    writer = _Before(page, known)
    body = "".join(writer.written(shell.layout()))
    figure = f' data-figure="{escape(writer.figure)}"' if writer.figure else ""
    whole = f'<div id="before" class="before" inert aria-hidden="true"{figure}>{body}</div>'
    return Written(whole, _data(page, "title"))


def place(named: object) -> str:
    """The id of a place, a text or a dict, as a key."""
    return json.dumps(named, sort_keys=True)


def opening(page: Component) -> Opening | None:
    """What a page of plots opens with; None for any other page."""
    frame = next((each for each in _all(page) if getattr(each, "id", None) == ids.PLOTS), None)
    return frame and Opening(frame)


class Opening:
    """What a page of plots asks for when it opens, as its scripts would read it from the page."""

    def __init__(self, frame: Component) -> None:
        self._parts = list(_all(frame))
        self._opens = json.loads(_data(frame, "opens") or "null")
        self.model: str = _data(frame, "model")
        self.outcome: str = _data(frame, "outcome")
        self.cut_off: str | None = _data(frame, "cut-off")

    def has(self, named: str) -> bool:
        """Whether an element of that id stands on the page."""
        return any(getattr(each, "id", None) == named for each in self._parts)

    def first_plot(self) -> dict[str, Any] | None:
        """What the first card asks, as ``assets/60-cards.js`` asks it; None where its options stand elsewhere."""
        card = next((each for each in self._parts if _data(each, "plot")), None)
        if card is None or _data(card, "options-of"):
            return None
        options = {key: _value(each) for each in _all(card) if (key := _data(each, "option"))}
        asked = {"model": self.model, "plot": _data(card, "plot"), "outcome": self.outcome, "options": options}
        if self._opens and _data(card, "follows-cut-off"):
            options[plots.CUT_OFF] = self._opens["value"]
        if self._opens and _data(card, "mark"):
            asked |= {"cut_off": self._opens["value"], "extra": self._opens["extra"]}
        return asked


def _data(component: Component, name: str) -> Any:
    return getattr(component, f"data-{name}", None)


def _for_scripts(name: str) -> bool:
    return name in _FOR_SCRIPTS or name.startswith(_AND_ALL)


def _value(option: Component) -> Any:
    return next(each.value for each in _all(option) if hasattr(each, "value"))


def _all(node: object) -> Iterator[Component]:
    for each in node if isinstance(node, (list, tuple)) else [node]:
        if isinstance(each, Component):
            yield each
            yield from _all(getattr(each, "children", None))


class _Before(Writer):
    def __init__(self, page: Component, known: Known) -> None:
        self.page, self.known, self.figure, self.cards = page, known, "", 0

    def element(self, component: Component) -> Iterator[str]:
        kind, style = component._type, str(getattr(component, "className", ""))
        if self.cards >= MOST_CARDS and style.startswith(_BELOW):
            return
        self.cards += bool(_data(component, "plot"))
        if isinstance(component, Still):
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
        named, text = getattr(component, "id", None), self.known.texts.get(_data(component, "pick"))
        if named == ids.CONTENT:
            return self.written(self.page)
        if text is not None:
            return self.written(text)
        if component._type == "Details" and not getattr(component, "open", False):
            return self.written(component.children[0])  # folded up, only its summary is seen
        found = self.known.inside.get(place(named)) if named else None
        return super().inside(component) if found is None else self.written(found)

    def tagged(self, tag: str, props: Mapping[str, Any], inside: Iterable[str] = ()) -> Iterator[str]:
        seen = {name: each for name, each in props.items() if name in _STYLED or not _for_scripts(name)}
        known = self.known.controls.get(str(props.get("id")), {})
        return super().tagged(tag, seen | dict(known), inside)

    def _control(self, component: Component, style: str) -> dict[str, Any]:
        props = {name: each for name, each in props_of(component).items() if name in _SHOWN}
        return props | {"id": component.id, "className": f"{getattr(component, 'class_name', '')} {style}".strip()}

    def _choices(self, select: Component) -> Iterator[str]:
        for choice in select.options:
            props = {"value": choice["value"], "selected": choice["value"] == select.value}
            yield from super().tagged("option", props, self.written(choice["label"]))

    def _graph(self, graph: Component) -> Iterator[str]:
        """The place of a figure, in the elements that Dash makes for it; one page shows one."""
        self.figure = to_json({**graph.figure.to_plotly_json(), "config": graph.config})
        inner = self.tagged("div", {"style": {"height": "100%", "width": "100%"}})
        yield from self.tagged("div", {"className": "dash-graph", "style": graph.style}, inner)
