"""The API as a Flask application of its own, so that its 404, 405 and 413 are its own too."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from api import errors, health, models, predict
from ml.service import Service


def create_api(service: Service, ready: Callable[[], dict[str, str | None]], max_body: int, max_records: int) -> Flask:
    """Make the API.

    Parameters
    ----------
    service : Service
        What answers.
    ready : callable
        Gives each part of the whole service and what is wrong with it, None where all is well.
    max_body : int
        Largest request body, in bytes.
    max_records : int
        Most records in one request.
    """
    app = Flask("likely.api", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_body
    app.url_map.strict_slashes = False  # a slash at the end is no other address, and no reason to redirect
    app.url_map.merge_slashes = False
    errors.register(app, max_body)
    health.register(app, ready)
    models.register(app, service)
    predict.register(app, service, max_records)
    return app
