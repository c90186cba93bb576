"""The requests that a page of plots makes when it opens, read from its components as its scripts read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component

from callbacks.plots import plot_request
from layouts.shared import ids


class Opening:
    """The requests of one page of plots when it opens, read from the element with the id `ids.PLOTS`."""

    def __init__(self, frame: Component) -> None:
        self._parts = list(components(frame))
        self.ids = [getattr(each, "id", None) for each in self._parts]
        self._opens = json.loads(data(frame, "opens") or "null")
        self.model: str = data(frame, "model")
        self.outcome: str = data(frame, "outcome")
        self.cut_off: str | None = data(frame, "cut-off")

    @classmethod
    def of(cls, page: Component) -> Opening | None:
        """The requests of a page; None where it has no plots."""
        frame = next((each for each in components(page) if getattr(each, "id", None) == ids.PLOTS), None)
        return frame and cls(frame)

    def first_plot(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The first plot's place, and its request as the callback makes it.

        None where its options are on another card.
        """
        card = next((each for each in self._parts if data(each, "plot")), None)
        if card is None or data(card, "options-of"):
            return None
        parts = [each for each in components(card) if isinstance(getattr(each, "id", None), dict)]
        place = next(each.id for each in parts if each.id["type"] == ids.PLOT)
        controls = [each for each in parts if each.id["type"] == "plot-option"]
        values, options = [each.value for each in controls], [each.id for each in controls]
        return place, plot_request(self._opens if follows_cut_off(card) else {}, values, options, place)


def follows_cut_off(card: Component) -> bool:
    """True where the card's plot depends on the page's cut-off, or marks it."""
    return bool(data(card, "mark") or data(card, "follows-cut-off"))


def data(component: Component, name: str) -> Any:
    """A data attribute of a component, or None."""
    return getattr(component, f"data-{name}", None)


def components(node: object) -> Iterator[Component]:
    """All components in a tree, from the top."""
    for each in node if isinstance(node, (list, tuple)) else [node]:
        if isinstance(each, Component):
            yield each
            yield from components(getattr(each, "children", None))
