"""The OpenAPI document of one model, with the types of its features and outcomes."""

from __future__ import annotations

import copy
from typing import Any

from api.contract import document, schemas
from api.contract.operation import JSON
from ml.data.example_record import example
from ml.service import Bundle

PLACE = "{name}"


def document_of(bundle: Bundle, name: str, server: str = "") -> dict[str, Any]:
    """The document of one model, named as requested; `server` is as of :func:`api.contract.document.document`."""
    paths, components = (copy.deepcopy(part) for part in document.described())
    of_one = {path.replace(PLACE, name): methods for path, methods in paths.items() if PLACE in path}
    for methods in of_one.values():
        for operation in methods.values():
            _narrow(operation, bundle)
    components["parameters"].pop("name")
    components["schemas"] |= schemas.of_model(bundle, components["schemas"])
    description = f"{bundle.card.get('description', '')} The version is {bundle.key}.".strip()
    return document.assemble(server, bundle.title, description, of_one, components)


def _narrow(operation: dict[str, Any], bundle: Bundle) -> None:
    """Narrow an operation to this model: without the name parameter, with its outcomes."""
    parameters = [each for each in operation.get("parameters", []) if not each.get("$ref", "").endswith("/name")]
    for each in parameters:
        if each.get("name") == "outcome":
            each["schema"] = {"type": "string", "enum": list(bundle.outcomes.names)}
    operation["parameters"] = parameters
    content = operation.get("requestBody", {}).get("content", {})
    if operation["operationId"] == "predict":
        content[JSON]["example"] = example(bundle.schema)
