"""Callbacks of a seller's day: its list, whom to call next, and the customer who is opened from it."""

from __future__ import annotations

from dash import Dash

from callbacks.outcomes import Services
from callbacks.today import leave, page


def register(app: Dash, services: Services) -> None:
    """Register the callbacks, and the route of a page that is left."""
    page.register(app, services)
    leave.register(app.server, services.desk)
