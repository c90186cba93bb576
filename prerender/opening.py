"""The requests that a page of plots makes when it opens, read from its components as its scripts read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component

from layouts.shared import ids
from ml.decision.cut_offs import CUT_OFF


class Opening:
    """The requests of one page of plots when it opens.

    Parameters
    ----------
    frame : Component
        The element with the id `ids.PLOTS`.
    """

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

    def first_plot(self) -> dict[str, Any] | None:
        """The request of the first card, as ``assets/ts/plots/cards.ts`` makes it.

        None where its options are on another card.
        """
        card = next((each for each in self._parts if data(each, "plot")), None)
        if card is None or data(card, "options-of"):
            return None
        options = {key: data(each, "value") for each in components(card) if (key := data(each, "option"))}
        asked = {"model": self.model, "plot": data(card, "plot"), "outcome": self.outcome, "options": options}
        if self._opens and data(card, "follows-cut-off"):
            options[CUT_OFF] = self._opens["value"]
        if self._opens and data(card, "mark"):
            asked |= {"cut_off": self._opens["value"], "extra": self._opens["extra"]}
        return asked


def data(component: Component, name: str) -> Any:
    """A data attribute of a component, or None."""
    return getattr(component, f"data-{name}", None)


def components(node: object) -> Iterator[Component]:
    """All components in a tree, from the top."""
    for each in node if isinstance(node, (list, tuple)) else [node]:
        if isinstance(each, Component):
            yield each
            yield from components(getattr(each, "children", None))
