"""Routes ``GET /api/v1/models`` and ``GET /api/v1/models/<name>``: the models and their schemas."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask

from api.http.errors import describe
from ml.data.example_record import example
from ml.data.feature import Feature, plain
from ml.errors import LikelyError
from ml.service import Bundle, Service

PREFIX = "/api/v1/models"


def register(app: Flask, service: Service) -> None:
    """Add the routes."""

    @app.get(PREFIX)
    def list_models() -> dict[str, Any]:
        """All models; a broken one is listed with its fault."""
        return {"models": [_listed(service, name) for name in service.names()]}

    @app.get(f"{PREFIX}/<name>")
    def show_model(name: str) -> dict[str, Any]:
        """One model and its schema."""
        bundle = service.model(name)
        schema = bundle.schema
        details = {
            "record_id": schema.record_id,
            "features": [_feature(feature) for feature in schema.features],
            "one_hot": [
                {"name": one.name, "label": one.label, "choices": one.choices, "columns": one.columns}
                for one in schema.one_hot
            ],
            "example": example(schema),
        }
        return _summary(bundle, name) | details


def _listed(service: Service, name: str) -> dict[str, Any]:
    try:
        return _summary(service.opened(name), name)
    except LikelyError as error:
        return {"status": "broken", "name": name, "error": describe(error), "links": _links(name)}


def _summary(bundle: Bundle, asked: str) -> dict[str, Any]:
    outcomes = bundle.outcomes
    return {
        "status": "serving",
        "name": bundle.name,
        "model": bundle.key,
        "title": bundle.title,
        "description": bundle.card.get("description", ""),
        "exclusive": outcomes.exclusive,
        "outcomes": [{"name": item.name, "label": item.label} for item in outcomes.items],
        "offers": bundle.offers,
        "links": _links(asked),
    }


def _links(name: str) -> dict[str, str]:
    address = f"{PREFIX}/{quote(name, safe='@')}"
    return {"self": address, "predict": f"{address}/predict"}


def _feature(feature: Feature) -> dict[str, Any]:
    return {
        "name": feature.name,
        "label": feature.label,
        "kind": feature.kind,
        "required": feature.required,
        "low": plain(feature.low),
        "high": plain(feature.high),
        "seen": plain(feature.seen),
        "choices": feature.choices or None,
        "codes": feature.codes or None,
        "unit": feature.unit,
        "help": feature.help,
        "group": feature.group,
        "aliases": feature.aliases,
        "default": plain(feature.default),
    }
