"""The Performance page: how good the model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layouts import plots

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from ml.bundle import Bundle


def page(bundle: Bundle, state: dict[str, Any]) -> Component:
    """The page's skeleton; its plots come by themselves."""
    return plots.page(bundle, "performance", "How good this model is, on records that it did not learn from.", state)
