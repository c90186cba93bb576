"""Callbacks of the pages, a file or a folder for each subject; each registers its own.

Registration is explicit: ``dash.callback`` would fill lists of the whole process, and a second
app in it would get none of them.
"""

from __future__ import annotations

from dash import Dash

from auth.audit_log import AuditLog
from callbacks import (
    campaign,
    choices,
    finder,
    gallery,
    outcomes,
    performance,
    pins,
    plots,
    predict,
    results,
    router,
    today,
    versions,
)
from callbacks.campaign.backend import CampaignBackend
from callbacks.versions.challenger import Shadow
from feedback.desk.service import Desk
from feedback.results.model_results import ModelResults
from feedback.service import Feedback
from feedback.shadow.challengers import Challengers
from jobs.campaign_service import CampaignService
from layouts.campaign.page import FileRetention
from ml.bundle.record_book import RecordBooks
from ml.service import Service
from store.db import Store


def register(
    app: Dash,
    service: Service,
    store: Store | None = None,
    retention: FileRetention | None = None,
    making: router.DemoProgress = lambda: None,
    campaigns: CampaignService | None = None,
    feedback: Feedback | None = None,
) -> None:
    """Register every callback of the pages.

    The store has books of records and chosen cut-offs, `making` gives the progress of demo models that are being made
    beside the service. Without campaigns the Campaign page shows its first step only.
    """
    books = RecordBooks((lambda: store.book) if store else None)
    retention = retention or FileRetention()
    at_desk = Desk(feedback) if feedback else None
    backend = CampaignBackend(service, campaigns.jobs, campaigns, retention, at_desk) if campaigns else None
    desk = outcomes.OutcomeServices(service, at_desk, backend) if at_desk else None
    shadow = Shadow(service, Challengers(feedback, AuditLog(store)) if feedback and store else None)
    router.register(app, service, router.PageServices(books, retention, making, backend, desk, shadow))
    finder.register(app, service, books)
    choices.register(app, service)
    predict.register(app, service)
    pins.register(app, service)
    gallery.register(app)
    plots.register(app, service)
    performance.register(app, service, store)
    versions.register(app, shadow)
    if backend:
        campaign.register(app, backend)
    if feedback:
        results.register(app, service, ModelResults(feedback))
    if desk:
        outcomes.register(app, desk)
        today.register(app, desk)
