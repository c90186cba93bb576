"""The OpenAPI 3.1 document, generated from the contract's operations and models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from api.contract import headers, models, outcomes, plots, predict, programs, results, service, versions
from api.contract.errors import ERROR_STATUSES
from api.contract.files import call_lists, campaigns, jobs, outcome_jobs
from api.contract.operation import TOO_LONG, Contents, Operation
from api.contract.protocols import azure, kserve, kserve_v1, mlflow
from api.contract.security import SCHEMES, security_of

SUBJECTS = (
    predict,
    outcomes,
    results,
    models,
    versions,
    jobs,
    outcome_jobs,
    campaigns,
    call_lists,
    plots,
    programs,
    kserve,
    kserve_v1,
    mlflow,
    azure,
    service,
)
TAGS = {
    "Predict": "Scores of records: probabilities, labels, reasons and decisions.",
    "Outcomes": "Outcomes of decisions, reported by programs.",
    "Results": "Results of a model: calibration, value of its lists, use.",
    "Models": "Models, their outcomes and their features.",
    "Versions": "Versions of a model, and the live one.",
    "Jobs": "Files of any size, scored outside the request.",
    "Campaigns": "Files that are previewed, scored and ranked, and from which call lists are made.",
    "Plots and reports": "Plots and reports of the pages, as files.",
    "Short addresses": "Addresses of the pages, for programs that POST to them.",
    "Open Inference Protocol": "For clients of KServe, MLServer and Triton.",
    "KServe version 1": "For clients of KServe's first protocol and of TensorFlow Serving.",
    "Azure Machine Learning": "For clients of an online endpoint.",
    "MLflow": "For clients of MLflow's scoring server.",
    "Service": "The service itself.",
}
PATH_PARAMETERS = {
    "name": (
        "Name of a model, for its live version, or key of a version.",
        {"type": "string", "pattern": "^[a-z0-9-]+(@[0-9a-f]+)?$", "examples": ["iris", "iris@3f9a1c2b"]},
    ),
    "job": (
        "Id of the job.",
        {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": ["0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"]},
    ),
    "answer": (
        "Id of the deferred answer.",
        {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": ["0f8c2f6e3b1d4f5a9c7e8d6b5a4f3e2d"]},
    ),
    "plot": ("Key of the plot.", {"type": "string", "examples": ["calibration"]}),
    "fingerprint": (
        "Fingerprint of the version.",
        {"type": "string", "pattern": "^[0-9a-f]+$", "examples": ["3f9a1c2b"]},
    ),
}
ANY_QUERY = {
    "name": "others",
    "in": "query",
    "required": False,
    "description": "Further parameters, by their own names.",
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}
REF = "#/components/schemas/{model}"


def operations() -> tuple[Operation, ...]:
    """Every operation of the API."""
    return tuple(each for subject in SUBJECTS for each in subject.OPERATIONS)


@cache
def described() -> tuple[dict[str, Any], dict[str, Any]]:
    """Paths and components of the document, which depend on no model. Cached: copy before a change."""
    found = operations()
    schemas, components = _schemas(found)
    paths: dict[str, Any] = {}
    for each in found:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    return paths, {"schemas": components, "headers": _headers(), "parameters": _path_parameters(paths)}


def document(server: str = "") -> dict[str, Any]:
    """The whole document; `server` is the path prefix of the service, without trailing slash."""
    paths, components = described()
    return assemble(server, "Likely", "The model is a parameter: a new model needs no new client.", paths, components)


def assemble(
    server: str, title: str, says: str, paths: Mapping[str, Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    """Assemble paths and components into a document."""
    used = {tag for methods in paths.values() for each in methods.values() for tag in each["tags"]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1",
            "description": f"Probabilities of scikit-learn classifiers, the same as the pages show. {says} "
            "Fields may be added to answers; X-Request-Id may be sent with any request and comes back.",
            "contact": {"name": "Who runs this service"},
        },
        "servers": [{"url": server or "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items() if name in used],
        "paths": paths,
        "components": _used(paths, components) | {"securitySchemes": SCHEMES},
    }


def _used(paths: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """The components that paths refer to, directly or through others."""
    references: set[str] = set()
    pending: list[Any] = [paths]
    while pending:
        node = pending.pop()
        pending += node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else []
        reference = node.get("$ref") if isinstance(node, Mapping) else None
        if isinstance(reference, str) and reference not in references:
            references.add(reference)
            kind, name = reference.split("/")[2:]
            pending.append(components[kind][name])
    return {
        kind: {name: each for name, each in items.items() if f"#/components/{kind}/{name}" in references}
        for kind, items in components.items()
    }


def _schemas(operations: Iterable[Operation]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """A JSON schema for each type of bodies, and their shared definitions by name."""
    kinds: list[Any] = []
    for operation in operations:
        contents = [operation.contents(status) for status in operation.statuses]
        if operation.body:
            contents.append(operation.body.contents)
        kinds += [kind for each in contents for kind in each.values() if kind is not None]
    unique = {repr(kind): kind for kind in kinds}
    inputs = [(name, "validation", TypeAdapter(kind)) for name, kind in unique.items()]
    made, common = TypeAdapter.json_schemas(inputs, ref_template=REF)  # type: ignore[arg-type]
    return {name: schema for (name, _), schema in made.items()}, common.get("$defs", {})


def _operation(operation: Operation, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description or f"{operation.summary}.",
        "tags": [operation.tag],
        "security": security_of(operation.method, operation.path),
    }
    parameters = [
        *({"$ref": f"#/components/parameters/{name}"} for name in path_names(operation.path)),
        *_query_parameters(operation),
        *(_request_header(name) for name in operation.headers),
    ]
    if parameters:
        made["parameters"] = parameters
    if operation.body:
        body = operation.body
        made["requestBody"] = {
            "description": body.words,
            "required": body.required,
            "content": _contents(body.contents, schemas),
        }
    return made | {"responses": _responses(operation, schemas)}


def _responses(operation: Operation, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    responses = {}
    for status in operation.statuses:
        response = operation.responses.get(status)
        contents = operation.contents(status)
        known = response.headers if response else headers.STATUS_HEADERS.get(status, ())
        known = () if status == TOO_LONG else ("RequestId", *known)
        responses[str(status)] = {
            "description": response.says if response else ERROR_STATUSES[status],
            "headers": {headers.RESPONSE_HEADERS[name][0]: {"$ref": f"#/components/headers/{name}"} for name in known},
        } | ({"content": _contents(contents, schemas)} if contents else {})
    return responses


def _contents(contents: Contents, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    return {media: {"schema": _schema(media, kind, schemas)} for media, kind in contents.items()}


def _schema(media: str, kind: Any, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    if kind is not None:
        schema: dict[str, Any] = schemas[repr(kind)]
        return schema
    text = media.startswith("text/")
    return {"type": "string"} if text else {"type": "string", "format": "binary"}


def path_names(path: str) -> Sequence[str]:
    """Names of a path's parameters."""
    return re.findall(r"{(\w+)}", path)


def _path_parameters(paths: Iterable[str]) -> dict[str, Any]:
    used = dict.fromkeys(name for path in paths for name in path_names(path))
    return {
        name: {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name][0],
            "schema": PATH_PARAMETERS[name][1],
        }
        for name in used
    }


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    made = [] if operation.query is None else query_parameters(operation.query)
    if operation.any_query:
        made.append(dict(ANY_QUERY))
    return made


def query_parameters(kind: type[BaseModel]) -> list[dict[str, Any]]:
    """A model's fields as query parameters; defaults are in the description, else generated clients send them."""
    schema = kind.model_json_schema(ref_template=REF)
    parameters = []
    for name, field in schema.get("properties", {}).items():
        shape = {key: value for key, value in field.items() if key not in ("description", "default")}
        if "anyOf" in shape:  # null in Python means absent in an address
            others = [each for each in shape.pop("anyOf") if each.get("type") != "null"]
            shape |= others[0] if len(others) == 1 else {"anyOf": others}
        usual = field.get("default")
        said = field.get("description", "") + (f" Default: {usual}." if usual not in (None, "") else "")
        parameters.append({"name": name, "in": "query", "required": False, "description": said, "schema": shape})
    return parameters


def _request_header(name: str) -> dict[str, Any]:
    header, schema, says = headers.REQUEST_HEADERS[name]
    return {"name": header, "in": "header", "required": False, "description": says, "schema": schema}


def _headers() -> dict[str, Any]:
    return {
        name: {"description": says, "required": required, "schema": schema}
        for name, (_, required, schema, says) in headers.RESPONSE_HEADERS.items()
    }
