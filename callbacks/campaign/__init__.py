"""Callbacks of the Campaign page, one file for each step or part of one. The address says which job is shown.

Parts that belong to a job have its id in theirs (``layouts.shared.ids.campaign_part``), and callbacks match it: an
answer about one job finds no place on the page of another.
"""

from __future__ import annotations

from dash import Dash

from callbacks.campaign import (
    call_list,
    columns,
    downloads,
    forecast,
    hand_out,
    recent_campaigns,
    records,
    scoring,
    steps,
)
from callbacks.campaign.backend import CampaignBackend


def register(app: Dash, backend: CampaignBackend) -> None:
    """Register the callbacks of the page."""
    steps.register(app, backend)
    recent_campaigns.register(app, backend)
    columns.register(app, backend)
    scoring.register(app, backend)
    records.register(app, backend)
    forecast.register(app, backend)
    call_list.register(app, backend)
    hand_out.register(app, backend)
    downloads.register(app, backend)
