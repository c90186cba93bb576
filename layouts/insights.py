"""The Insights page: what drives the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layouts import plots

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from ml.bundle import Bundle


def page(bundle: Bundle, state: dict[str, Any]) -> Component:
    """The page's skeleton; its plots come by themselves."""
    return plots.page(bundle, "insights", "What drives this model, seen on records that it did not learn from.", state)
