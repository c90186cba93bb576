"""The addresses: what each takes and every answer that it may give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.contract import schemas
from api.contract.schemas import JSON
from ml.service import Bundle

TABLE = "text/csv"
REFUSALS = {
    400: "The request cannot be read.",
    404: "There is no such model, version or job.",
    405: "The method is not accepted here; Allow tells which are.",
    406: "Accept takes none of the types that are given.",
    409: "The job has no result, or the key belongs to another file.",
    408: "The request did not come whole in time.",
    413: "The body or the number of records is too large.",
    415: "The body is of a type that is not read.",
    422: "Values cannot be scored: see problems.",
    500: "Our fault; the hint holds a number that stands in our log.",
    503: "The model's files are at fault, or a vital part of the service.",
    507: "The file cannot be kept.",
}


def of_model(bundle: Bundle) -> dict[str, Any]:
    """The addresses of one model."""
    name = bundle.name
    record, answer = ref(f"{name}.record"), ref(f"{name}.answer")
    path = f"/api/v1/models/{name}"
    tag = [bundle.title]
    return {
        path: {
            "get": operation(
                f"{name}_model", "Its outcomes and features", tag, {200: in_json({"type": "object"})}, (503,)
            )
        },
        f"{path}/predict": {"post": _predict(bundle, record, answer, tag)},
        f"{path}/jobs": {"post": _send_job(name, tag)},
        f"{path}/plots/{{plot}}.csv": {"get": _plot_data(bundle, tag)},
        f"{path}/report.html": {"get": _report(bundle, "html", tag)},
        f"{path}/report.pdf": {"get": _report(bundle, "pdf", tag)},
        f"/v2/models/{name}": {
            "get": operation(f"{name}_v2", "Its tensors", tag, {200: in_json({"type": "object"})}, (503,), "V2Error")
        },
        f"/v2/models/{name}/ready": {
            "get": operation(
                f"{name}_v2_ready", "Whether it serves", tag, {200: in_json({"type": "object"})}, (503,), "V2Error"
            )
        },
        f"/v2/models/{name}/infer": {"post": _infer(bundle, tag)},
        f"{path}/invocations": {"post": _invocations(bundle, record, tag)},
    }


def general() -> dict[str, Any]:
    """The addresses that belong to no model."""
    anything, job = in_json({"type": "object"}), in_json(ref("Job"))
    with_id = {"parameters": [parameter("id", "path", "Of the job", required=True)]}
    return {
        "/api/v1/models": {"get": operation("models", "All models", ["Service"], {200: anything}, ())},
        "/api/v1/jobs/{id}": {
            "get": operation("job", "How far a job is", ["Jobs"], {200: job}, (404,)) | with_id,
            "delete": operation(
                "delete_job",
                "Cancel a job, or remove one that is over",
                ["Jobs"],
                {200: job, 204: {"description": "It was over, and is removed"}},
                (404,),
            )
            | with_id,
        },
        "/api/v1/jobs/{id}/cancel": {
            "post": operation("cancel_job", "Cancel a job", ["Jobs"], {200: job}, (404,)) | with_id
        },
        "/api/v1/jobs": {
            "get": operation("jobs", "Jobs, the newest first", ["Jobs"], {200: in_json(ref("Jobs"))}, (400,))
            | {"parameters": _filters()}
        },
        "/api/v1/jobs/{id}/result": {
            "get": operation("job_result", "The scored file", ["Jobs"], {200: _text(TABLE)}, (404, 409)) | with_id
        },
        "/healthz": {"get": operation("alive", "The process answers", ["Service"], {200: anything}, ())},
        "/readyz": {
            "get": operation("ready", "Requests can be answered", ["Service"], {200: anything, 503: anything}, ())
        },
        "/v2": {"get": operation("v2", "Who answers", ["Service"], {200: anything}, (), "V2Error")},
        "/v2/health/live": {"get": operation("v2_live", "Alive", ["Service"], {200: anything}, (), "V2Error")},
        "/v2/health/ready": {
            "get": operation("v2_ready", "Ready", ["Service"], {200: anything, 503: anything}, (), "V2Error")
        },
        "/ping": {
            "get": operation(
                "ping",
                "Ready, for MLflow's clients",
                ["Service"],
                {200: _text("text/plain"), 503: _text("text/plain")},
                (),
            )
        },
    }


def _filters() -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    return [
        parameter("model", "query", "Name, or key of a version"),
        parameter("state", "query", "One or several, separated by commas"),
        parameter("kind", "query", "What is done", {"type": "string", "enum": ["score", "campaign", "list"]}),
        parameter("created_after", "query", "Seconds since 1970, or a date and time of ISO 8601"),
        parameter("created_before", "query", "As created_after"),
        parameter("limit", "query", "Jobs of a page", limit),
        parameter("cursor", "query", "From links.next of the page before"),
    ]


def _predict(bundle: Bundle, record: dict[str, Any], answer: dict[str, Any], tag: list[str]) -> dict[str, Any]:
    several = {"type": "array", "items": record, "minItems": 1}
    example = schemas.example(bundle.schema)
    body = {
        JSON: {"schema": {"anyOf": [record, several]}, "example": example},
        TABLE: {"schema": {"type": "string"}},
    }
    flag = {"type": "string", "enum": ["true", "false"]}
    names = list(bundle.outcomes.names)
    parameters = [
        parameter("explain", "query", "Contributions and reasons", flag),
        parameter(
            "blanks", "query", "What is left out is not known yet", {"type": "string", "enum": ["allow", "refuse"]}
        ),
        parameter("cutoff", "query", "Decisions at this probability, or at the cut-offs in use", {"type": "string"}),
        parameter("outcome", "query", "What reasons and questions are about", {"type": "string", "enum": names}),
        parameter("version", "query", "Fingerprint of the version that answers", {"type": "string"}),
        parameter("extra", "query", "Fields that are not known", {"type": "string", "enum": ["ignore", "refuse"]}),
    ]
    given = {JSON: {"schema": answer}} | {kind: {"schema": {"type": "string"}} for kind in ("text/plain", TABLE)}
    answers = {200: {"description": "Scores", "content": given}}
    made = operation(f"{bundle.name}_predict", "Score records", tag, answers, (400, 404, 406, 408, 413, 415, 422, 503))
    return made | {"parameters": parameters, "requestBody": {"required": True, "content": body}}


def _send_job(name: str, tag: list[str]) -> dict[str, Any]:
    accepted = in_json(ref("Job")) | {"headers": {"Location": {"schema": {"type": "string"}}}}
    made = operation(f"{name}_job", "Score a file", tag, {202: accepted}, (400, 404, 408, 409, 415, 503, 507))
    parameters = [
        parameter("name", "query", "Of the file, for people"),
        parameter("columns", "query", "JSON object: column of the file to feature"),
        parameter("held", "query", "Keep the file and wait for start", {"type": "string", "enum": ["true", "false"]}),
        parameter("callback_url", "query", "Called when the job is over", {"type": "string", "format": "uri"}),
        parameter("Idempotency-Key", "header", "The same file and options under the same key are the same job"),
    ]
    return made | {
        "parameters": parameters,
        "requestBody": {"required": True, "content": {TABLE: {"schema": {"type": "string"}}}},
    }


def _plot_data(bundle: Bundle, tag: list[str]) -> dict[str, Any]:
    names = list(bundle.outcomes.names)
    parameters = [
        parameter("plot", "path", "Key of the plot", required=True),
        parameter("outcome", "query", "What the plot is about", {"type": "string", "enum": names}),
    ]
    made = operation(f"{bundle.name}_plot", "The data of a plot", tag, {200: _text(TABLE)}, (400, 404, 503))
    return made | {"parameters": parameters}


def _report(bundle: Bundle, kind: str, tag: list[str]) -> dict[str, Any]:
    names = list(bundle.outcomes.names)
    outcome = parameter("outcome", "query", "What the report is about", {"type": "string", "enum": names})
    content = _text({"html": "text/html", "pdf": "application/pdf"}[kind])
    made = operation(f"{bundle.name}_report_{kind}", "The report", tag, {200: content}, (400, 404, 503))
    return made | {"parameters": [outcome]}


def _infer(bundle: Bundle, tag: list[str]) -> dict[str, Any]:
    inputs = {"type": "array", "items": ref("Tensor"), "minItems": 1}
    body = {"type": "object", "properties": {"id": {"type": "string"}, "inputs": inputs}, "required": ["inputs"]}
    refused = (400, 404, 413, 422, 503)
    made = operation(
        f"{bundle.name}_infer", "Score tensors", tag, {200: in_json({"type": "object"})}, refused, "V2Error"
    )
    return made | {"requestBody": {"required": True, "content": {JSON: {"schema": body}}}}


def _invocations(bundle: Bundle, record: dict[str, Any], tag: list[str]) -> dict[str, Any]:
    body = {"type": "object", "properties": {"dataframe_records": {"type": "array", "items": record, "minItems": 1}}}
    refused = (400, 404, 413, 415, 422, 503)
    given = {200: in_json({"type": "object"})}
    made = operation(f"{bundle.name}_invocations", "Score as MLflow does", tag, given, refused, "InvocationsError")
    content = {JSON: {"schema": body | {"required": ["dataframe_records"]}}, TABLE: {"schema": {"type": "string"}}}
    return made | {"requestBody": {"required": True, "content": content}}


def operation(
    name: str, summary: str, tags: list[str], answers: dict[int, Any], refusals: Sequence[int], error: str = "Error"
) -> dict[str, Any]:
    """An operation with its answers; what anything may answer (405, 500) stands at each."""
    made = {str(code): found for code, found in answers.items()}
    for code in (*refusals, 405, 500):
        made.setdefault(str(code), in_json(ref(error), REFUSALS[code]))
    return {"operationId": name, "summary": summary, "tags": tags, "responses": made}


def parameter(
    name: str, place: str, said: str, schema: dict[str, Any] | None = None, *, required: bool = False
) -> dict[str, Any]:
    """A parameter of an operation."""
    return {
        "name": name,
        "in": place,
        "description": said,
        "required": required,
        "schema": schema or {"type": "string"},
    }


def ref(name: str) -> dict[str, str]:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def in_json(schema: dict[str, Any], said: str = "Done") -> dict[str, Any]:
    """An answer in JSON."""
    return {"description": said, "content": {JSON: {"schema": schema}}}


def _text(kind: str) -> dict[str, Any]:
    return {"description": "Done", "content": {kind: {"schema": {"type": "string"}}}}
