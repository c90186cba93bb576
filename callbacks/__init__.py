"""What the pages ask of the service. One file a page; each registers its own callbacks.

Registration is explicit: ``dash.callback`` would fill lists of the whole process, and a second
app in it would get none of them.
"""

from __future__ import annotations

from typing import Any

from dash import Dash

from callbacks import gallery, plots, predict, router
from ml.service import Service


def register(app: Dash, service: Service, store: Any = None) -> None:  # noqa: ARG001 - records will come from it
    """Register every callback of the pages.

    Parameters
    ----------
    app : Dash
    service : Service
    store : Store, optional
        What must not be lost; no page needs it yet.
    """
    router.register(app, service)
    predict.register(app, service)
    gallery.register(app)
    plots.register(app, service)
