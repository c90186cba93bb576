"""Callbacks of a seller's day: its list, whom to call next, and the customer who is opened from it."""

from __future__ import annotations

from dash import Dash

from callbacks.outcomes import OutcomeServices
from callbacks.today import claim, page


def register(app: Dash, services: OutcomeServices) -> None:
    """Register the callbacks, and what keeps the claim of an open page."""
    page.register(app, services)
    claim.register(app, services.desk)
