"""Callbacks of the Campaign page, one file for each step or part of one. The address says which job is shown.

Parts that belong to a job have its id in theirs (``layouts.shared.ids.campaign_part``), and callbacks match it: an
answer about one job finds no place on the page of another.
"""

from __future__ import annotations

from dash import Dash

from callbacks.campaign import call_list, columns, downloads, forecast, hand_out, kept, records, scoring, steps
from callbacks.campaign.doors import Doors


def register(app: Dash, doors: Doors) -> None:
    """Register the callbacks of the page."""
    steps.register(app, doors)
    kept.register(app, doors)
    columns.register(app, doors)
    scoring.register(app, doors)
    records.register(app, doors)
    forecast.register(app, doors)
    call_list.register(app, doors)
    hand_out.register(app, doors)
    downloads.register(app, doors)
