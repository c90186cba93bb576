"""The whole document."""

from __future__ import annotations

from typing import Any

from api.contract import campaigns, paths, schemas
from ml.errors import LikelyError
from ml.service import Bundle, Service


def document(service: Service) -> dict[str, Any]:
    """The contract of all models that serve, as OpenAPI 3.1."""
    bundles = serving(service)
    found = paths.general() | campaigns.paths()
    components = schemas.shared()
    for bundle in bundles:
        found |= paths.of_model(bundle)
        components |= {f"{bundle.name}.record": schemas.record(bundle), f"{bundle.name}.answer": schemas.answer(bundle)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Likely",
            "version": "1",
            "description": "Probabilities of scikit-learn classifiers, the same as the pages show.",
        },
        "paths": found,
        "components": {"schemas": components},
    }


def serving(service: Service) -> list[Bundle]:
    """The live versions of the models that can be read."""
    found = []
    for name in service.names():
        try:
            found.append(service.model(name))
        except LikelyError:  # a broken model is named by /api/v1/models and does not hide the others
            continue
    return found
