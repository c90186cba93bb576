"""Callbacks of the pages, one file a page; each registers its own.

Registration is explicit: ``dash.callback`` would fill lists of the whole process, and a second
app in it would get none of them.
"""

from __future__ import annotations

from typing import Any

from dash import Dash

from callbacks import campaign, choices, finder, gallery, performance, pins, plots, predict, router
from callbacks.campaign.doors import Doors
from jobs.campaign_service import CampaignService
from layouts.campaign.page import FileRetention
from ml.bundle.record_book import RecordBooks
from ml.service import Service


def register(
    app: Dash,
    service: Service,
    store: Any = None,
    retention: FileRetention | None = None,
    making: router.DemoProgress = lambda: None,
    campaigns: CampaignService | None = None,
) -> None:
    """Register every callback of the pages.

    Parameters
    ----------
    app : Dash
    service : Service
    store : Store, optional
        Where books of records and chosen cut-offs are kept.
    retention : FileRetention, optional
        Retention of files that are sent for a campaign.
    making : callable, optional
        Gives the progress of demo models that are being made beside the service.
    campaigns : CampaignService, optional
        Without it the Campaign page shows its first step only.
    """
    books = RecordBooks(store and (lambda: store.book))
    retention = retention or FileRetention()
    doors = Doors(service, campaigns.jobs, campaigns, retention) if campaigns else None
    router.register(app, service, books, retention, making, doors)
    finder.register(app, service, books)
    choices.register(app, service)
    predict.register(app, service)
    pins.register(app, service)
    gallery.register(app)
    plots.register(app, service)
    performance.register(app, service, store)
    if doors:
        campaign.register(app, doors)
